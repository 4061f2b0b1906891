import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from digests import digest
from mpmath import mpf

from softmax_cli.mathematics.pair_exponentials import (
    FLOOR,
    LIFT,
    exponentials,
    exponentials_of_shifted,
    largest,
    lift_to_floor,
    log1p,
    one_plus,
    precise_exponentials,
    shares_of,
    shifted,
)
from softmax_cli.mathematics.pairs import pair_sum_of_multiples, reciprocal
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


@pytest.mark.parametrize("temperature", [1.0, 0.25, 0.7, 1.5, 2.0, 3.0, 1e-150, 1e150])
def test_what_the_rounding_of_a_shifted_logit_lost_is_known(temperature: float) -> None:
    x = LOGITS[:, ::10] * max(1.0, temperature)
    m = x.max(axis=0)
    z, δ = shifted(x, m, temperature)
    for j, i in np.ndindex(x.shape):
        true = (Fraction(float(x[j, i])) - Fraction(float(m[i]))) / Fraction(temperature)
        found = Fraction(float(z[j, i])) + Fraction(float(δ[j, i]))
        assert abs(Fraction(float(z[j, i])) - true) <= abs(true) / 2**52
        assert abs(found - true) <= abs(true) / 2**100


def test_a_temperature_keeps_a_difference_from_overflowing() -> None:
    x = np.array([[1.7e308], [-1.7e308]])
    for temperature, lowest in ((2.0, -1.7e308), (4.0, -0.85e308)):
        z, δ = shifted(x, x[0], temperature)
        assert z.tolist() == [[0.0], [lowest]]
        assert δ.tolist() == [[0.0], [0.0]]


def test_exponentials_of_shifted_logits_are_right_to_59_bits() -> None:
    z = -np.geomspace(1e-9, 1300, 301)
    δ = z * 2.0**-60
    true = [mpmath.exp(mpf(p) + mpf(q)) for p, q in zip(z, δ, strict=True)]
    for high, low, wanted in zip(*exponentials_of_shifted(z, δ), true, strict=True):
        found = mpf(high) * (1 + mpf(low)) / mpf(2) ** LIFT
        assert relative_error(found, wanted) < mpf(2) ** -59
    high, _ = exponentials_of_shifted(np.array([-math.inf, -1.0]), np.array([math.nan, 0.0]))
    assert high[0] == 0.0 < high[1]


@pytest.mark.parametrize("n", [2, 63, 64, 65, 66, 300])
def test_the_largest_is_the_first_of_ties(n: int) -> None:
    for first in {0, 1, n // 2, n - 1}:
        x = np.full((n, 3), -2.5)
        x[first:, 0] = 7.0
        x[first, 1] = math.inf
        x[:, 2] = -math.inf
        a = largest(x)
        assert a.tolist() == [first, first, 0]
        assert a.dtype == np.int64


def test_only_what_is_below_the_floor_is_lifted_to_it() -> None:
    z = np.array([[0.0, -1.0], [FLOOR, -math.inf], [np.nextafter(FLOOR, -9e9), -5.0]])
    δ = np.array([[0.0, 1e-17], [3e-14, math.nan], [1.0, 1e-16]])
    assert lift_to_floor(z, δ) == FLOOR
    assert z.tolist() == [[0.0, -1.0], [FLOOR, FLOOR], [FLOOR, -5.0]]
    assert δ.tolist() == [[0.0, 1e-17], [3e-14, 0.0], [0.0, 1e-16]]
    assert lift_to_floor(np.array([-1.0, -3.0]), np.zeros(2)) == -3.0
    assert lift_to_floor(np.empty(0), np.empty(0)) == 0.0


def test_one_more_than_the_rest_is_a_pair() -> None:
    r, r_low = np.array([0.0, 0.5, 3.0, 1e-20]), np.array([1e-30, -1e-18, 1e-17, 1e-37])
    s, lost = one_plus(r * 2.0**LIFT, r_low * 2.0**LIFT)
    for found, rest, p, q in zip(s, lost, r, r_low, strict=True):
        true = 1 + mpf(p) + mpf(q)
        assert found == float(true)
        assert abs(mpf(found) + mpf(rest) - true) < mpf(2) ** -103


def test_shares_are_right_to_59_bits() -> None:
    e = exponentials(LOGITS, 1.0)
    high, rest = e.E.copy(), e.c.copy()
    q, low = shares_of(e, reciprocal(*one_plus(e.R, e.R_low)))
    assert q is e.E
    for j, i in np.ndindex(LOGITS.shape):
        exponential = mpf(high[j, i]) * (1 + mpf(rest[j, i]))
        true = exponential / (mpf(2) ** LIFT + mpf(e.R[i]) + mpf(e.R_low[i]))
        found = (mpf(q[j, i]) + mpf(low[j, i])) / mpf(2) ** LIFT
        assert relative_error(found, true) < mpf(2) ** -58.5


# Made of whole numbers, so that they are the same on every processor.
EXACT = np.ldexp(
    np.random.default_rng(2).integers(-(2**30), 2**30, (9, 200)) * 1.0, -np.arange(200) // 9 - 21
)


@pytest.mark.parametrize(
    ("temperature", "quick", "precise"),
    [
        (1.0, "2667d3b1ab41", "1832d876a7fc"),
        (0.7, "113deafac080", "3dd49a105dd4"),
        (3.0, "c5b6044a5371", "5d7346588267"),
        (1e-100, "92ce71154eb5", "9f2e58797f16"),
    ],
)
def test_every_bit_of_an_exponential_stays_what_it_is(
    temperature: float, quick: str, precise: str
) -> None:
    x = EXACT * min(1.0, temperature)
    assert digest(*exponentials(x, temperature)) == quick
    assert digest(*precise_exponentials(x, temperature)) == precise


def test_every_bit_of_a_logarithm_stays_what_it_is() -> None:
    r = np.ldexp(abs(EXACT), -np.arange(9)[:, None] * 30)
    assert digest(*log1p(r * 2.0**LIFT, r * 2.0 ** (LIFT - 55))) == "e37db3ca2e07"


@pytest.mark.parametrize(("function", "bits"), [(exponentials, 59), (precise_exponentials, 80)])
def test_the_rest_may_be_far_below_the_smallest_double(function: object, bits: int) -> None:
    x = np.array([[0.0], [-1250.0], [-math.inf], [-1300.0]])
    e = function(x, 1.0)
    true = mpmath.exp(-1250) + mpmath.exp(-1300)
    assert relative_error((mpf(e.R[0]) + mpf(e.R_low[0])) / mpf(2) ** LIFT, true) < mpf(2) ** -bits
    assert e.E[2, 0] == 0.0
