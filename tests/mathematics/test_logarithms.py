import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mpf

from softmax_cli.mathematics import pair_exponentials
from softmax_cli.mathematics.logarithms import (
    class_loss,
    distribution_loss,
    log_probabilities,
    loss,
)
from softmax_cli.mathematics.strips import STRIP
from softmax_cli.mathematics.validation import BeyondDoublesError

INF = math.inf
numbers = st.floats(-750, 750) | st.floats(-1e300, 1e300) | st.sampled_from([0.0, -INF, 36.7])
vectors = st.lists(numbers, min_size=1, max_size=6).filter(lambda x: max(x) > -INF)
temperatures = st.sampled_from([1.0, 0.5, 1 / 3, 7.7])


def true_logarithms(x: list[float], temperature: float) -> list[mpf]:
    """The logarithms of the probabilities, to 400 bits."""
    z = [mpf(v) / mpf(temperature) for v in x]
    top = z.index(max(z))
    rest = mpmath.fsum(mpmath.exp(v - z[top]) for k, v in enumerate(z) if k != top)
    return [v - z[top] - mpmath.log1p(rest) for v in z]


def is_close(found: float, true: mpf) -> bool:
    """Whether a double is the true value rounded once, or the next to it very close to a tie."""
    if mpmath.isinf(true):
        return mpf(found) == true
    unit = max(mpf(2) ** (mpmath.mag(true) - 53), mpf(2) ** -1074)
    return bool(abs(mpf(found) - true) <= 0.501 * unit)


@given(vectors, temperatures)
def test_a_logarithm_is_rounded_once(x: list[float], temperature: float) -> None:
    with mpmath.workprec(400):
        (found,) = log_probabilities(np.array([x]), temperature).tolist()
        assert all(map(is_close, found, true_logarithms(x, temperature)))


@given(vectors, temperatures, st.data())
def test_the_loss_against_a_class_is_its_logarithm_without_the_sign(
    x: list[float], temperature: float, data: st.DataObject
) -> None:
    k = data.draw(st.integers(0, len(x) - 1))
    values = np.array([x])
    (found,) = class_loss(values, np.array([k]), temperature).tolist()
    assert found == -log_probabilities(values, temperature)[0, k]
    assert math.copysign(1, found) == 1


@given(vectors, temperatures, st.data())
def test_the_loss_against_a_distribution_is_the_mean_of_the_logarithms(
    x: list[float], temperature: float, data: st.DataObject
) -> None:
    counts = data.draw(st.lists(st.integers(0, 9), min_size=len(x), max_size=len(x)))
    y = [count / max(1, sum(counts)) for count in counts]
    with mpmath.workprec(400):
        log = true_logarithms(x, temperature)
        true = -mpmath.fsum(mpf(p) * v for p, v in zip(y, log, strict=True) if p)
        (found,) = distribution_loss(np.array([x]), np.array([y]), temperature).tolist()
        assert is_close(found, true)


def test_a_target_of_one_axis_is_classes_and_of_two_distributions() -> None:
    x = np.array([[2.0, 1.0, 0.1], [0.0, 0.0, 5.0]])
    by_class = loss(x, np.array([1, 2]), 1.0)
    assert np.array_equal(by_class, loss(x, np.eye(3)[[1, 2]], 1.0))
    assert by_class == pytest.approx([1.4170300162778335, 0.013385901721032728], rel=1e-15)


def test_a_loss_that_rounds_to_a_power_of_two_is_that_power() -> None:
    # it is 64 and 2/3 of the spacing of the doubles below 64, but 1/3 of that above
    x, k = np.array([[0.0, -33.0, -64.0]]), np.array([2])
    assert class_loss(x, k, 1.0).tolist() == [64.0]
    assert distribution_loss(x, np.eye(3)[k], 1.0).tolist() == [64.0]


@pytest.mark.parametrize("apart", [-700.0, -700.3, -745.1, -1e9, -INF])
def test_a_class_of_weight_0_has_no_part_in_a_loss_however_small(apart: float) -> None:
    x = np.array([[0.1, apart]])
    (found,) = distribution_loss(x, np.array([[1.0, 0.0]]), 1.0).tolist()
    with mpmath.workprec(400):
        assert is_close(-found, true_logarithms([0.1, apart], 1.0)[0])


def test_each_loss_is_its_own_whatever_else_is_in_the_strip() -> None:
    x = np.array([[0.0, -1e308], [0.0, -700.0], [0.0, -INF], [0.0, 0.0]])
    y = np.array([[0.5, 0.5], [1.0, 0.0], [0.5, 0.5], [0.5, 0.5]])
    alone = [distribution_loss(x[i : i + 1], y[i : i + 1], 1.0)[0] for i in range(4)]
    assert alone == [5e307, pytest.approx(math.exp(-700), rel=1e-15), INF, math.log(2)]
    assert distribution_loss(x, y, 1.0).tolist() == alone


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: log_probabilities(x, 1.0),
        lambda x: class_loss(x, np.zeros(len(x), int), 1.0),
        lambda x: distribution_loss(x, np.full(x.shape, 1 / 8), 1.0),
    ],
    ids=["logarithms", "classes", "distributions"],
)
def test_the_sums_take_no_memory_but_what_is_lent(answer, monkeypatch: pytest.MonkeyPatch) -> None:
    # exponentials makes some of its own where none is given
    monkeypatch.delattr(pair_exponentials, "Memory")
    answer(np.zeros((9, 8)))


def test_vectors_of_every_strip_have_their_own_target() -> None:
    n = STRIP // 2
    x, target = np.zeros((5, n)), np.arange(5)
    x[np.arange(5), target] = np.arange(5.0)
    expected = [math.log(n - 1 + math.exp(k)) - k for k in range(5)]
    assert class_loss(x, target, 1.0) == pytest.approx(expected, rel=1e-14)
    assert log_probabilities(x, 1.0)[:, 4] == pytest.approx(
        [*(-math.log(n - 1 + math.exp(k)) for k in range(4)), -expected[4]], rel=1e-14
    )


def test_only_a_logarithm_of_a_class_that_is_not_masked_is_beyond_doubles() -> None:
    masked, apart = [0.0, -INF], [1e308, -1e308]
    assert log_probabilities(np.array([masked]), 1.0).tolist() == [masked]
    assert class_loss(np.array([masked]), np.array([1]), 1.0).tolist() == [INF]
    assert distribution_loss(np.array([masked]), np.array([[1.0, 0.0]]), 1.0).tolist() == [0.0]
    both, y = np.array([masked, apart]), np.full((2, 2), 0.5)
    for answer, what in (
        (lambda: log_probabilities(both, 1.0), "a logarithm of a probability"),
        (lambda: class_loss(both, np.array([1, 1]), 1.0), "a loss"),
        (lambda: distribution_loss(both, y, 0.1), "a loss"),
    ):
        with pytest.raises(BeyondDoublesError, match=rf"^{what} is beyond 1\.8e308") as caught:
            answer()
        assert caught.value.vectors == [1]


def test_a_masked_class_of_weight_0_makes_no_loss_infinite() -> None:
    x, y = np.array([[1e308, -1e308, -INF]]), np.array([[0.5, 0.5, 0.0]])
    assert distribution_loss(x, y, 2.0).tolist() == [5e307]
    with pytest.raises(BeyondDoublesError):
        distribution_loss(x, y, 1.0)
