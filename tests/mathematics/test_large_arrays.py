"""Arrays that are worked out piece by piece: long vectors, many of them, large matrices."""

import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import mpmath
import numpy as np
import pytest
from true_probabilities import true, ulps, worst

from softmax_cli import cross_entropy, gradient, jacobian, log_softmax, softmax
from softmax_cli.mathematics import pair_exponentials
from softmax_cli.mathematics import softmax as core
from softmax_cli.mathematics.pairs import Floats
from softmax_cli.mathematics.strips import STRIP

# A long vector of three pieces, of which the last is two classes.
LENGTH = 2 * STRIP + 2
ENDS_OF_PIECES = [0, STRIP - 1, STRIP, 2 * STRIP - 1, 2 * STRIP, LENGTH - 1]


@pytest.fixture(autouse=True)
def _digits() -> Iterator[None]:
    with mpmath.workprec(300):
        yield


@pytest.mark.parametrize("n", [100_000, LENGTH])
def test_many_classes_are_summed_without_loss(n: int) -> None:
    levels = np.append(np.linspace(-9, 9, 300) ** 3 / 81, 30.0)
    which = np.random.default_rng(3).integers(0, 300, n)
    which[50_000] = 300
    x, t = levels[which], true(levels, repeated=np.bincount(which).tolist())
    some = np.unique(which, return_index=True)[1]  # one class of each level
    assert worst(softmax(x)[some], t.σ) <= 1
    assert worst(log_softmax(x)[some], t.log) <= 1
    assert worst(gradient(x)[some], [t.jacobian(300, k) for k in range(301)]) <= 1
    assert worst(gradient(x, target=50_000)[some], t.target(300)) <= 1
    assert ulps(cross_entropy(x, 50_000), -t.log[300]) <= 1
    diagonal = core.jacobian_diagonal(core.shares(x[np.newaxis], 1.0))[0]
    assert worst(diagonal[some], [t.jacobian(k, k) for k in range(301)]) <= 1


@pytest.mark.parametrize("k", ENDS_OF_PIECES)
def test_the_gradient_of_a_long_vector_is_negative_at_its_target_alone(k: int) -> None:
    expected = np.full(LENGTH, 1 / LENGTH)
    expected[k] = -(LENGTH - 1) / LENGTH
    assert np.array_equal(gradient(np.zeros(LENGTH), target=k), expected)


@pytest.mark.parametrize("k", ENDS_OF_PIECES)
def test_the_largest_class_of_a_long_vector_is_found_in_each_piece(k: int) -> None:
    x = np.zeros((1, LENGTH))
    x[0, k] = 1.0
    assert core.shares(x, 1.0).largest.tolist() == [k]


@pytest.mark.parametrize("n", [100_000, LENGTH])
def test_a_row_of_a_matrix_too_large_for_memory_is_worked_out_alone(n: int) -> None:
    s = core.shares(np.zeros((1, n)), 1.0)
    row = core.jacobian_rows(s, np.array([0]), np.array([n - 2]))
    assert row.shape == (1, n)
    assert row[0, [0, n - 2, n - 1]] == pytest.approx([-1 / n**2, (n - 1) / n**2, -1 / n**2])


@pytest.mark.parametrize("shape", [(7, 200), (2, 500)])
def test_large_jacobians_are_the_same_row_by_row(shape: tuple[int, int]) -> None:
    x = np.random.default_rng(1).normal(0, 5, shape)
    matrices = jacobian(x, temperature=0.7)
    s = core.shares(x, 0.7)
    vector, output = np.divmod(np.arange(x.size), shape[1])
    assert np.array_equal(core.jacobian_rows(s, vector, output), matrices[vector, output])
    assert np.array_equal(core.jacobian_diagonal(s), np.diagonal(matrices, axis1=1, axis2=2))


@pytest.mark.parametrize("shape", [(80, 150), (1, 1300)], ids=["many", "one"])
def test_jacobians_take_little_more_memory_than_they_fill(shape: tuple[int, int]) -> None:
    x = np.zeros(shape)
    tracemalloc.start()
    try:
        matrices = jacobian(x)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2 * matrices.nbytes


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: core.probabilities(x, 1.0),
        lambda x: core.shares(x, 1.0),
        lambda x: core.class_gradient(x, np.zeros(len(x), int), 1.0),
    ],
    ids=["probabilities", "shares", "gradient"],
)
def test_strips_take_no_memory_but_what_is_lent(
    answer: Callable[[Floats], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    # exponentials makes some of its own where none is given
    monkeypatch.delattr(pair_exponentials, "Memory")
    answer(np.zeros((9, 8)))


@pytest.mark.parametrize("shape", [(300, 500), (9000, 20)])
def test_threads_do_not_write_over_each_others_answers(shape: tuple[int, int]) -> None:
    x = np.random.default_rng(1).normal(0, 3, (6, *shape))
    alone = [softmax(one) for one in x]
    with ThreadPoolExecutor(6) as threads:
        for found, expected in zip(threads.map(softmax, x), alone, strict=True):
            assert np.array_equal(found, expected)
