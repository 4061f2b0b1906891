import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.mathematics import pair_exponentials
from softmax_cli.mathematics.logarithms import log_probabilities
from softmax_cli.mathematics.pair_exponentials import LIFT, exponentials
from softmax_cli.mathematics.pairs import Floats
from softmax_cli.mathematics.softmax import class_gradient, probabilities
from softmax_cli.mathematics.strips import LONG, STRIP, Memory, columns
from softmax_cli.mathematics.tiles import exponentials_in_tiles, sums_of


@pytest.fixture(autouse=True)
def _silent() -> object:
    with np.errstate(all="ignore"):
        yield


def long_vector(n: int, scale: float, masks: int) -> Floats:
    """A vector of n logits, so many of them masked, whose largest may stand anywhere."""
    rng = np.random.default_rng([n, masks])
    x = rng.normal(0, scale, n)
    x[rng.integers(n, size=masks)] = -math.inf
    return x


lengths = st.sampled_from([LONG + 1, LONG + 2, 2 * LONG - 1]) | st.integers(LONG, 2 * LONG)
long_vectors = st.builds(
    long_vector, lengths, st.sampled_from([1e-3, 3.0, 400.0]), st.sampled_from([0, 1, LONG // 2])
)
temperatures = st.sampled_from([1.0, 0.3, 700.0])


@settings(max_examples=15, deadline=None)
@given(long_vectors, temperatures)
def test_the_sums_of_a_long_vector_have_the_bits_of_one_that_is_summed_whole(
    x: Floats, temperature: float
) -> None:
    logits = x[:, np.newaxis]
    whole = exponentials(logits, temperature)
    sums = sums_of(logits, temperature, Memory())
    assert {part.shape for part in sums} == {(1,)}
    assert (sums.m, sums.a) == (x.max(), x.argmax())
    assert (sums.R, sums.R_low) == (whole.R, whole.R_low)


@settings(max_examples=15, deadline=None)
@given(long_vectors, temperatures)
def test_the_exponentials_of_the_pieces_of_a_long_vector_are_those_of_the_whole(
    x: Floats, temperature: float
) -> None:
    whole = exponentials(x[:, np.newaxis], temperature)
    done = 0
    for (strip, classes), e in exponentials_in_tiles(x[np.newaxis], temperature, Memory()):
        assert strip == slice(0, 1)
        assert classes.start == done
        assert e.a + done == whole.a
        assert np.array_equal(e.E, whole.E[classes])
        assert np.array_equal(e.c, whole.c[classes])
        done = classes.stop
    assert done == x.size


@pytest.mark.parametrize("n", [1, 10, STRIP + 1, LONG])
def test_vectors_that_are_not_long_stay_whole(n: int) -> None:
    x = np.random.default_rng(n).normal(size=(3, n))
    tiles = [tile for tile, _ in exponentials_in_tiles(x, 1.0, Memory())]
    assert {(classes.start, classes.stop) for _, classes in tiles} == {(0, n)}
    assert sum(strip.stop - strip.start for strip, _ in tiles) == 3


@pytest.mark.parametrize("n", [1, 70, LONG])
def test_vectors_that_are_not_long_are_summed_side_by_side(n: int) -> None:
    x = np.random.default_rng(n).integers(-40, 40, (n, 3)) / 4
    whole = exponentials(x, 1.0)
    expected = x.max(axis=0), x.argmax(axis=0), whole.R, whole.R_low
    for found, of_each in zip(sums_of(x, 1.0, Memory()), expected, strict=True):
        assert found.tolist() == of_each.tolist()


# The first and the last class of what is worked out at a time: of pieces, and for the sum of the
# pieces of both halves, between which the middle class of an odd number stands alone.
HALF = (LONG + 1) // 2
ENDS = [0, STRIP - 1, STRIP, STRIP // 2 - 1, STRIP // 2, HALF - 1, HALF, HALF + 1]
ENDS += [HALF + STRIP // 2, HALF + STRIP // 2 + 1, LONG - 1, LONG]


@pytest.mark.parametrize("k", ENDS)
def test_the_only_class_of_a_long_vector_that_is_not_masked_is_certain(k: int) -> None:
    x = np.full(LONG + 1, -math.inf)
    x[k] = 3.0
    sums = sums_of(x[:, np.newaxis], 1.0, Memory())
    assert (sums.m, sums.a, sums.R, sums.R_low) == (3.0, k, 0.0, 0.0)
    tiles = exponentials_in_tiles(x[np.newaxis], 1.0, Memory())
    lifted = np.concatenate([e.E[:, 0].copy() for _, e in tiles])
    assert lifted[k] == 2.0**LIFT
    assert np.flatnonzero(lifted).tolist() == [k]


@pytest.mark.parametrize("n", [9, 70, LONG])
def test_exponentials_and_their_sums_take_no_memory_but_what_is_lent(
    n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, memory = np.zeros((1, n)), Memory()
    # exponentials makes some of its own where none is given
    monkeypatch.delattr(pair_exponentials, "Memory")
    sums_of(columns(x), 1.0, memory)
    ((_, e),) = exponentials_in_tiles(x, 1.0, memory)
    if n <= STRIP:
        assert np.shares_memory(e.E, memory.arrays(columns(x)))


def gradient_of_the_last(x: Floats) -> Floats:
    return class_gradient(x, np.array([x.shape[1] - 1]), 1.0)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: probabilities(x, 1.0),
        lambda x: log_probabilities(x, 1.0),
        gradient_of_the_last,
    ],
)
def test_a_long_vector_takes_little_more_memory_than_it_and_its_answer(function) -> None:
    x = np.random.default_rng(0).normal(size=(1, 20 * LONG))
    tracemalloc.start()
    try:
        function(x)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 3.5 * x.nbytes
