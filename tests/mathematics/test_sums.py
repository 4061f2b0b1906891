from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

from softmax_cli.mathematics import sums as module
from softmax_cli.mathematics.decimals import Undecided
from softmax_cli.mathematics.sums import ExpSum, add, leading, multiply, ratio, scale, sign

F = Fraction
examples = settings(derandomize=True, deadline=None, max_examples=100)
fractions = st.fractions(-40, 40, max_denominator=7)
sums = st.dictionaries(fractions, fractions.filter(bool), max_size=4)


def wide(value: Fraction) -> mpf:
    return mpf(value.numerator) / value.denominator


def true(one: ExpSum) -> mpf:
    return mpmath.fsum(wide(c) * mpmath.exp(wide(k)) for k, c in one.items())


@examples
@given(sums, sums, fractions)
def test_sums_of_exponentials_are_added_scaled_and_multiplied(
    one: ExpSum, other: ExpSum, factor: Fraction
) -> None:
    with mpmath.workdps(100):
        near = mpf(10) ** -50
        assert abs(true(add(one, other)) - true(one) - true(other)) < near
        assert abs(true(scale(one, factor)) - wide(factor) * true(one)) < near
        assert abs(true(multiply(one, other)) - true(one) * true(other)) < near
    for result in (add(one, other), scale(one, factor), multiply(one, other)):
        assert all(result.values())


@examples
@given(sums, st.integers(1, 60))
def test_the_ratio_and_the_sign_of_sums_are_right(one: ExpSum, precision: int) -> None:
    other = {F(1, 3): F(2), F(-5): F(1, 7)}
    with mpmath.workdps(300):
        value = true(one) / true(other)
        found = mpf(str(ratio(one, other, precision)))
        assert abs(found - value) <= abs(value) * mpf(10) ** -precision
        assert sign(one) == (value > 0) - (value < 0)


def test_a_sum_whose_terms_cancel_is_zero_and_one_that_nearly_does_is_not() -> None:
    assert sign({}) == sign(add({F(2): F(3)}, {F(2): F(-3)})) == 0
    assert sign({F(0): F(0), F(1): F(0)}) == 0
    assert sign({F(10**9): F(-1), F(-(10**9)): F(10**9)}) == -1
    near = F(mpmath.libmp.to_int(mpmath.libmp.from_man_exp(1, 0)))
    with mpmath.workdps(400):
        digits = int(mpmath.floor(mpmath.e * mpf(10) ** 300))
    assert sign({F(1): F(1), F(0): F(-digits, 10**300)}) == near
    assert sign({F(1): F(1), F(0): F(-digits - 1, 10**300)}) == -1


def test_the_leading_term_is_the_largest_exponential() -> None:
    k, s = leading({F(5): F(2), F(-(10**30)): F(7)}, 20)
    assert (k, s) == (5, 2)
    assert leading({}, 20) == (0, 0)


def test_a_ratio_may_be_larger_or_smaller_than_any_double() -> None:
    one = F(1)
    assert f"{ratio({F(10**5): one}, {F(0): one}, 5):.3e}" == "2.807e+43429"
    assert f"{ratio({F(0): one}, {F(10**5): one}, 5):.3e}" == "3.563e-43430"


def test_what_cancels_to_too_many_digits_is_an_error() -> None:
    tiny = F(1, 10**50000)
    reason = "^the terms cancel to more digits than can be worked out$"
    with pytest.raises(Undecided, match=reason):
        sign({tiny: F(1), F(0): F(-1)})


@pytest.mark.parametrize("precision", [3, 40])
@pytest.mark.parametrize(
    ("one", "size", "rounds"),
    [
        ({F(0): F(1, 3), F(-1): F(1)}, 0, 1),
        ({F(0): F(1, 3 * 10**30), F(-1): F(1, 10**30)}, -30, 1),  # small, but nothing cancels
        ({F(1, 2): F(1), F(0): F(-1)}, 0, 1),  # one digit cancels
        ({F(1, 10): F(1), F(0): F(-1)}, 0, 2),  # two do
        ({F(1, 10**9): F(1), F(0): F(-1)}, 0, 2),
    ],
)
def test_a_sum_takes_more_digits_once_two_of_its_six_to_spare_cancel(
    one: ExpSum, size: int, rounds: int, precision: int
) -> None:
    _, s = leading(one, precision)
    assert s.as_tuple().exponent == size - (precision + 6) * 2 ** (rounds - 1)


@pytest.mark.parametrize(("most", "is_decided"), [(12, True), (11, False)])
def test_a_sum_is_given_up_beyond_the_most_digits_and_twice_the_precision(
    most: int, is_decided: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_DIGITS", most)
    one = {F(1, 100): F(1), F(0): F(-1)}  # takes 18 digits
    if is_decided:
        assert leading(one, 3)
    else:
        with pytest.raises(Undecided):
            leading(one, 3)


def test_a_value_is_a_decimal() -> None:
    assert isinstance(ratio({F(0): F(1)}, {F(0): F(3)}, 5), Decimal)
