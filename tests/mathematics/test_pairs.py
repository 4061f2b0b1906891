from fractions import Fraction

import numpy as np
import pytest
from digests import digest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.mathematics.pairs import (
    Parts,
    inverse,
    leading,
    one_minus,
    pair_product,
    pair_sum,
    pair_sum_of_multiples,
    parts,
    product,
    ratio,
    reciprocal,
    rounded_product,
    sum_of_halves,
    times,
    two_sum,
)

examples = settings(derandomize=True, deadline=None, max_examples=200)
numbers = st.floats(-1e100, 1e100).filter(lambda v: v == 0.0 or abs(v) > 1e-100).map(np.float64)
positive = st.floats(1e-3, 1e3).map(np.float64)


def value(p: Parts) -> Fraction:
    return (Fraction(float(p.head)) + Fraction(float(p.tail))) * Fraction(2) ** int(p.power)


@examples
@given(numbers, numbers)
def test_a_sum_and_what_its_rounding_lost_are_the_sum_exactly(p: np.float64, q: np.float64) -> None:
    s, lost = two_sum(p, q)
    assert s == p + q
    assert Fraction(float(s)) + Fraction(float(lost)) == Fraction(float(p)) + Fraction(float(q))


@examples
@given(numbers, numbers)
def test_a_product_and_what_its_rounding_lost_are_right_to_104_bits(
    p: np.float64, q: np.float64
) -> None:
    high, low = product(p, q)
    exact = Fraction(float(p)) * Fraction(float(q))
    assert high == p * q
    assert abs(Fraction(float(high)) + Fraction(float(low)) - exact) <= abs(exact) / 2**104


@examples
@given(positive, positive)
def test_a_product_of_pairs_is_right_to_100_bits(p: np.float64, q: np.float64) -> None:
    p_low, q_low = p * 2.0**-54 / 3, -q * 2.0**-55 / 7
    high, low = pair_product(p, p_low, q, q_low)
    exact = (Fraction(float(p)) + Fraction(float(p_low))) * (
        Fraction(float(q)) + Fraction(float(q_low))
    )
    assert abs(Fraction(float(high)) + Fraction(float(low)) - exact) <= exact / 2**100


@pytest.mark.parametrize("n", [1, 2, 3, 10, 63, 64, 100, 1001])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_sum_of_pairs_is_right_to_100_bits_and_leaves_its_first_parts(n: int, order: str) -> None:
    rng = np.random.default_rng(n)
    high = np.array(rng.normal(0, 1, (n, 4)) * 10.0 ** rng.integers(-9, 9, (n, 4)), order=order)
    low = high * rng.uniform(-1, 1, high.shape) * 2.0**-54
    exact = [sum(map(Fraction, [*high[:, i], *low[:, i]]), Fraction(0)) for i in range(4)]
    size = np.abs(high).sum(axis=0)
    before = high.copy()
    s, s_low = pair_sum(high, low)
    assert np.array_equal(high, before)
    for i in range(4):
        error = abs(Fraction(float(s[i])) + Fraction(float(s_low[i])) - exact[i])
        assert error <= Fraction(float(size[i])) / 2**100


@pytest.mark.parametrize("n", [1, 2, 3, 10, 100, 1001])
@pytest.mark.parametrize("places", [24, 40, 60, 80, 100, 130, 400])
def test_multiples_of_a_unit_are_summed_exactly_and_each_way_gives_the_same_bits(n, places) -> None:
    rng = np.random.default_rng(n)
    power = rng.integers(24 - places, 1, (n, 20)).astype(float)
    x = rng.integers(2**23, 2**24 + 1, (n, 20)) * 2.0**-24 * 2.0**power
    x[0] = 1.0  # the largest
    sums = [pair_sum_of_multiples(x, np.zeros_like(x), 1.0, span) for span in (places, 10**6)]
    for i in range(20):
        exact = sum(map(Fraction, x[:, i]), Fraction(0))
        for high, low in sums:
            error = abs(Fraction(high[i]) + Fraction(low[i]) - exact)
            assert error <= (0 if places <= 80 else exact / 2**100)
            assert high[i] == float(exact)
    if places <= 80:
        assert np.array_equal(*sums)


def test_the_low_parts_of_a_sum_of_multiples_are_added_to_it() -> None:
    x, low = np.full((3, 1), 1.0), np.array([[2.0**-60], [2.0**-61], [2.0**-62]])
    for span in (0, 80, 400):
        high, rest = pair_sum_of_multiples(x, low.copy(), 1.0, span)
        assert (float(high[0]), float(rest[0])) == (3.0, 7 * 2.0**-62)


@examples
@given(positive, st.floats(-1, 1))
def test_a_reciprocal_is_right_to_75_bits(s: np.float64, share: float) -> None:
    high, low = np.array([s]), np.array([s * share * 2.0**-54])
    w, ω = reciprocal(high, low)
    exact = 1 / (Fraction(float(high[0])) + Fraction(float(low[0])))
    found = Fraction(float(w[0])) * (1 + Fraction(float(ω[0])))
    assert leading(w) == w
    assert abs(found - exact) <= exact / 2**75


@examples
@given(st.floats(1e-150, 1e150))
def test_the_inverse_of_a_temperature_is_right_to_78_bits(temperature: float) -> None:
    exact = 1 / Fraction(temperature)
    assert abs(value(inverse(temperature)) - exact) <= exact / 2**78


@examples
@given(st.floats(0, 0.5).map(np.float64))
def test_one_minus_a_probability_is_right_to_75_bits(p: np.float64) -> None:
    found = value(one_minus(parts(p, np.float64(0.0))))
    assert abs(found - (1 - Fraction(float(p)))) <= Fraction(1, 2**75)


@examples
@given(positive, positive)
def test_a_product_is_rounded_once(p: np.float64, q: np.float64) -> None:
    p_parts, q_parts = (parts(np.array([v]), np.array([v * 2.0**-56 / 3])) for v in (p, q))
    p_value, q_value = (
        (Fraction(float(v.head[0])) + Fraction(float(v.tail[0]))) * Fraction(2) ** int(v.power[0])
        for v in (p_parts, q_parts)
    )
    found = float(rounded_product(p_parts, q_parts)[0])
    error = abs(Fraction(found) - p_value * q_value) / Fraction(float(np.spacing(found)))
    assert error <= Fraction(1, 2) + Fraction(1, 2**20)


pairs = st.tuples(positive, st.floats(-1, 1)).map(lambda v: (v[0], v[0] * v[1] * 2.0**-54))


@examples
@given(pairs, pairs)
def test_a_ratio_and_a_product_of_parts_are_right_to_70_bits(
    p: tuple[np.float64, np.float64], q: tuple[np.float64, np.float64]
) -> None:
    p_exact, q_exact = (Fraction(float(v)) + Fraction(float(low)) for v, low in (p, q))
    quotient = value(ratio(*p, reciprocal(*map(np.array, q)), 3))
    assert abs(quotient - 8 * p_exact / q_exact) <= 8 * p_exact / q_exact / 2**70
    assert value(ratio(*p, reciprocal(*map(np.array, q)))) * 8 == quotient
    found = times(parts(*p, 2), parts(*q))
    assert abs(value(found) - 4 * p_exact * q_exact) <= 4 * p_exact * q_exact / 2**70
    assert leading(found.head) == found.head


def test_parts_have_a_head_of_26_bits_from_a_half_to_1() -> None:
    high = np.array([3.0, 2.0**-900, 1.0 / 3.0, 0.0])
    low = np.array([2.0**-53, -(2.0**-960), 2.0**-57, 0.0])
    p = parts(high, low, 5)
    assert np.array_equal(leading(p.head), p.head)
    assert ((p.head >= 0.5) & (p.head < 1) | (high == 0)).all()
    assert p.power.dtype == np.int32
    for i in range(4):
        exact = (Fraction(high[i]) + Fraction(low[i])) * 32
        assert abs(value(p.at(i)) - exact) <= exact / 2**78


def test_parts_are_indexed_each_or_with_one_power_for_all() -> None:
    head, tail, power = np.array([0.5, 0.75]), np.array([2.0**-30, 0.0]), np.array([3, 4])
    assert Parts(head, tail, power).at(0) == (0.5, 2.0**-30, 3)
    assert Parts(head, tail, np.int32(7)).at(1) == (0.75, 0.0, 7)
    by_class = Parts(np.array([head]), np.array([tail]), np.array([power]))
    assert by_class.at(0, 1) == (0.75, 0.0, 4)


def test_halves_are_added_to_halves() -> None:
    """The order decides the bits: it is that of one class more than a power of two, too."""
    for n in (1, 2, 3, 127, 128, 129, 130, 257, 1001):
        numbers = np.random.default_rng(n).integers(-(2**52), 2**52, (n, 3)) * 2.0**-20
        column = [list(column) for column in numbers.T]
        for left in column:
            while len(left) > 1:
                half, rest = len(left) // 2, (len(left) + 1) // 2
                sums = [a + b for a, b in zip(left[:half], left[rest:], strict=True)]
                left[:] = sums + left[half:rest]
        assert sum_of_halves(numbers.copy()).tolist() == [left[0] for left in column]


def test_every_bit_of_a_sum_of_pairs_stays_what_it_is() -> None:
    found = []
    for n in (1, 2, 3, 127, 128, 129, 1001):
        rng = np.random.default_rng(n)
        high = np.ldexp(rng.integers(-(2**52), 2**52, (n, 3)) * 1.0, rng.integers(-90, 0, (n, 3)))
        found += pair_sum(high, high * 2.0**-54)
    assert digest(*found) == "230996f34c22"
