import math

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from softmax_cli.mathematics.pair_exponentials import (
    LIFT,
    exponentials,
    log1p,
    precise_exponentials,
)
from softmax_cli.mathematics.pairs import pair_sum_of_multiples
from softmax_cli.mathematics.strips import Memory

LOGITS = np.random.default_rng(1).normal(0, 1, (9, 200)) * np.geomspace(1e-6, 200, 200)


def relative_error(found: mpf, true: mpf) -> mpf:
    return abs(found - true) / true


@pytest.fixture(autouse=True)
def _precision() -> object:
    with mpmath.workprec(300), np.errstate(all="ignore"):
        yield


def test_an_exponential_is_right_to_59_bits() -> None:
    e = exponentials(LOGITS, 1.0)
    for j, i in np.ndindex(LOGITS.shape):
        true = mpmath.exp(mpf(LOGITS[j, i]) - mpf(LOGITS[e.a[i], i]))
        found = mpf(e.E[j, i]) * (1 + mpf(e.c[j, i])) / mpf(2) ** LIFT
        assert relative_error(found, true) < mpf(2) ** -59


def test_a_precise_exponential_is_right_to_83_bits() -> None:
    e = precise_exponentials(LOGITS, 1.0)
    for j, i in np.ndindex(LOGITS.shape):
        true = mpmath.exp(mpf(LOGITS[j, i]) - mpf(LOGITS[e.a[i], i]))
        found = (mpf(e.E[j, i]) + mpf(e.E_low[j, i])) / mpf(2) ** LIFT
        assert relative_error(found, true) < mpf(2) ** -83


def test_the_rest_is_the_sum_without_the_largest_class() -> None:
    for e, bits in ((exponentials(LOGITS, 1.0), 59), (precise_exponentials(LOGITS, 1.0), 83)):
        for i in range(LOGITS.shape[1]):
            *others, top = sorted(mpf(v) for v in LOGITS[:, i])
            true = mpmath.fsum(mpmath.exp(v - top) for v in others)
            found = (mpf(e.R[i]) + mpf(e.R_low[i])) / mpf(2) ** LIFT
            assert relative_error(found, true) < mpf(2) ** -bits


@pytest.mark.parametrize("n", [2, 10, 100, 1000])
@pytest.mark.parametrize("floor", [0.0, -math.inf])
def test_the_rest_has_the_bits_of_a_sum_that_assumes_nothing(n: int, floor: float) -> None:
    rng = np.random.default_rng(n)
    for spread in (0.1, *range(1, 60, 3), 300):
        x = rng.uniform(-spread, 0, (n + 1, 20))
        x[0], x[-2], x[-1] = 0.0, -spread, min(floor, -spread)
        e = exponentials(x, 1.0)
        rest = e.E.copy()
        rest[e.a, np.arange(20)] = 0.0
        total, total_low = pair_sum_of_multiples(rest, rest * e.c, 2.0**LIFT, 10**6)
        assert np.array_equal(e.R, total)
        assert np.array_equal(e.R_low, total_low)


@pytest.mark.parametrize("function", [exponentials, precise_exponentials])
def test_no_bit_depends_on_the_layout(function: object) -> None:
    by_class = function(np.ascontiguousarray(LOGITS), 0.7)
    by_vector = function(np.asfortranarray(LOGITS), 0.7)
    for one, other in zip(by_class, by_vector, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("temperature", [1.0, 0.7, 3.0])
def test_memory_that_was_used_before_changes_no_bit(temperature: float) -> None:
    memory = Memory()
    for shape in ((9, 200), (300, 7), (9, 200)):
        x = np.random.default_rng(shape).normal(0, 9, shape)
        for one, other in zip(
            exponentials(x, temperature, memory), exponentials(x, temperature), strict=True
        ):
            assert np.array_equal(one, other)


def test_a_logarithm_is_right_to_59_bits() -> None:
    r = np.concatenate([np.geomspace(1e-280, 1e5, 3000), [2.0**-8, 2.0**-7, 0.5, 1.0, 3.0]])
    high, low = log1p(r * 2.0**LIFT, np.zeros(r.shape))
    for v, h, lost in zip(r, high, low, strict=True):
        assert relative_error(mpf(h) + mpf(lost), mpmath.log1p(mpf(v))) < mpf(2) ** -59


def test_an_exponential_below_the_floor_is_0() -> None:
    e = exponentials(np.array([[0.0], [-math.inf], [-2000.0]]), 1.0)
    assert e.E[1:].tolist() == [[0.0], [0.0]]
    assert e.R.tolist() == [0.0]
