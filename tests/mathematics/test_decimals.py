from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
from digests import digest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

from softmax_cli.mathematics.decimals import (
    Logarithm,
    Number,
    Quotient,
    evaluate,
    exact_value,
    integer_ratio,
    multiple_of_logarithm,
)

D = Decimal
INFINITY = D("Infinity")
examples = settings(derandomize=True, deadline=None, max_examples=100)


def ln(number: int | str) -> Logarithm:
    return Logarithm(D(number))


def wide(number: Number) -> mpf:
    if isinstance(number, Decimal):
        return mpf(str(number))
    if isinstance(number, Quotient):
        return wide(number.numerator) / wide(number.denominator)
    value = mpmath.log(wide(number.argument))
    return -value if number.negative else value


plain = st.one_of(
    st.integers(-60, 60).map(Decimal),
    st.decimals(-50, 50, places=3),
    st.builds(Quotient, st.integers(-20, 20).map(Decimal), st.integers(1, 9).map(Decimal)),
)
positive = st.one_of(
    st.integers(1, 30).map(Decimal),
    st.builds(lambda n: Quotient(D(10**30 + n), D(10**30)), st.integers(1, 99)),
    st.builds(lambda n: 1 + D(n).scaleb(-25), st.integers(-99, 99)),
)
logits = st.one_of(
    plain,
    st.builds(Logarithm, positive, st.booleans()),
    st.builds(
        Quotient,
        st.builds(Logarithm, positive),
        st.integers(1, 9).map(ln).filter(lambda number: number.argument != 1),
    ),
)


@examples
@given(logits, st.integers(1, 50))
def test_a_number_is_worked_out_to_the_precision_asked_for(number: Number, precision: int) -> None:
    with mpmath.workdps(precision + 60):
        true = wide(number)
        found = mpf(str(evaluate(number, precision)))
        assert abs(found - true) <= abs(true) * mpf(10) ** (1 - precision)


def test_a_logarithm_close_to_one_keeps_its_digits() -> None:
    near = Quotient(D(10**40 + 1), D(10**40))
    assert f"{evaluate(Logarithm(near), 5):.4e}" == "1.0000e-40"
    assert evaluate(Logarithm(D("1." + "0" * 60 + "1")), 5) == D("1e-61")
    assert evaluate(Logarithm(Quotient(D(3), D(3))), 5) == 0


def test_a_logarithm_very_close_to_one_has_all_digits_asked_for() -> None:
    tail = "21" * 30
    assert evaluate(Logarithm(D(f"1.{'0' * 20_001}{tail}")), 40) == D(f"{tail[:45]}E-20046")


@pytest.mark.parametrize("zeros", [8, 9, 10, 11])
def test_a_logarithm_is_the_distance_to_one_only_where_no_digit_tells(zeros: int) -> None:
    number = D("1." + "0" * zeros + "9")
    with mpmath.workdps(60):
        digits = mpmath.nstr(mpmath.log(wide(number)), 10, strip_zeros=False)
    assert evaluate(Logarithm(number), 5) == D(digits)


def test_a_logarithm_halfway_between_two_of_its_length_is_not_worked_out_further() -> None:
    number = D(f"1.{'0' * 15_000}11111111115")  # a hair below: the next digits are 15,000 nines
    assert f"{evaluate(Logarithm(number), 5):.4e}" == "1.1111e-15001"


@pytest.mark.parametrize(
    ("quotient", "digits"),
    [
        (Quotient(D(1), D(3)), "0.33333333"),
        (Quotient(D("1.234567854"), D(1)), "1.2345679"),
        (Quotient(D(1), D("1.234567854")), "0.81000000"),  # 1/1.2345679
    ],
)
def test_a_quotient_and_its_parts_have_three_digits_to_spare(
    quotient: Quotient, digits: str
) -> None:
    assert str(evaluate(quotient, 5)) == digits


def test_every_digit_of_a_logarithm_stays_what_it_is() -> None:
    numbers = [D(2 * 10**12 + n**3).scaleb(-12) for n in range(3000)]
    assert digest([evaluate(Logarithm(number), 1) for number in numbers]) == "480035e01f38"


def test_infinities_follow_the_rules_of_doubles() -> None:
    assert evaluate(Quotient(-INFINITY, D(2)), 5) == -INFINITY
    assert evaluate(Quotient(D(1), INFINITY), 5) == 0
    assert evaluate(Logarithm(INFINITY), 5) == INFINITY


_NOT_POSITIVE = "the logarithm of a number that is not positive"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (Quotient(INFINITY, INFINITY), "infinity divided by infinity is not a number"),
        (ln(0), _NOT_POSITIVE),
        (ln(-1), _NOT_POSITIVE),
        (Logarithm(ln(1)), _NOT_POSITIVE),
        (Logarithm(-INFINITY), _NOT_POSITIVE),
        (D("nan"), "not a number"),
    ],
)
def test_what_is_not_a_number_is_refused(number: Number, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^{message}$"):
        evaluate(number, 9)


def test_a_zero_denominator_is_refused() -> None:
    for zero in (D(0), ln(1), Quotient(D(0), D(5)), D("-0")):
        with pytest.raises(ZeroDivisionError, match=r"^division by zero$"):
            evaluate(Quotient(D(1), zero), 9)


def test_a_quotient_beyond_the_largest_decimal_is_refused() -> None:
    large = D("1e999999999999999999")
    with pytest.raises(OverflowError, match=r"^the quotient is too large$"):
        evaluate(Quotient(large, D("1e-999999999999999999")), 9)


@given(st.decimals(-(10**9), 10**9, places=9))
def test_a_ratio_is_in_lowest_terms(number: Decimal) -> None:
    value = Fraction(number)
    assert integer_ratio(number) == (value.numerator, value.denominator)
    assert integer_ratio(D("0.000")) == (0, 1)


def test_huge_exponents_cost_neither_time_nor_memory() -> None:
    huge = D("1e999999999")
    assert evaluate(Quotient(huge, D("1e-999999999")), 5) == D("1e1999999998")
    assert f"{evaluate(Logarithm(huge), 5):.4e}" == "2.3026e+9"


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (D("0.125"), Fraction(1, 8)),
        (Quotient(D(1), D("0.3")), Fraction(10, 3)),
        (D("-0"), Fraction(0)),
        (D("0e-99999"), Fraction(0)),
        (ln(1), Fraction(0)),
        (Quotient(ln(8), ln(2)), Fraction(3)),
        (Quotient(ln(4), ln(8)), Fraction(2, 3)),
        (Quotient(ln("0.25"), ln(2)), Fraction(-2)),
        (Quotient(Quotient(ln(2), D(3)), Logarithm(D(2), negative=True)), Fraction(-1, 3)),
        (Quotient(Quotient(ln(4), D(3)), ln(2)), Fraction(2, 3)),
        (Quotient(ln(8), Quotient(ln(2), D(5))), Fraction(15)),
        (Quotient(ln(2**499), ln(2)), Fraction(499)),
        (Logarithm(Quotient(ln(2), ln(2))), Fraction(0)),
        (ln(2), None),
        (Quotient(ln(2), D(2)), None),
        (Quotient(ln(2), ln(3)), None),
        (Quotient(ln(2**500), ln(2)), None),
        (Quotient(ln(10**200), ln(10**100)), None),
        (Quotient(ln(2), Logarithm(ln(3))), None),
        (Quotient(D(1), D(0)), None),
        (Quotient(ln(1), ln(1)), None),
        (INFINITY, None),
        (D("1e5001"), None),
        (D("1e-5001"), None),
        (D("1" * 5001), None),
    ],
)
def test_the_exact_value_is_known_where_a_number_is_rational(
    number: Number, value: Fraction | None
) -> None:
    assert exact_value(number) == value


def test_a_decimal_is_a_ratio_in_lowest_terms() -> None:
    assert integer_ratio(D("-2.50")) == (-5, 2)
    assert integer_ratio(D("1e5000")) == (10**5000, 1)
    assert integer_ratio(D("1e-5000")) == (1, 10**5000)
    assert integer_ratio(D("1.5" + "0" * 6000)) == (3, 2)
    assert integer_ratio(D("3" * 4000)) == (int("3" * 4000), 1)


def test_a_multiple_of_a_logarithm_is_recognised() -> None:
    assert multiple_of_logarithm(Logarithm(D(3), negative=True)) == (-1, 3)
    assert multiple_of_logarithm(Quotient(ln(3), D("0.5"))) == (2, 3)
    for other in (D(2), Quotient(D(1), ln(3)), Logarithm(ln(3)), Quotient(ln(3), ln(2))):
        assert multiple_of_logarithm(other) is None


def test_a_quotient_too_large_for_a_decimal_is_an_error() -> None:
    huge = D("1e999999999999999999")
    with pytest.raises(OverflowError):
        evaluate(Quotient(huge, D("0.1")), 5)


def test_a_logarithm_that_no_theorem_tells_from_zero_is_zero() -> None:
    three = Quotient(ln(8), ln(2))
    assert evaluate(Logarithm(Quotient(three, D(3))), 5) == 0
    alike = Quotient(Logarithm(ln(2)), Logarithm(ln(2)))
    assert evaluate(Logarithm(alike), 5) == 0


def test_a_logarithm_of_a_number_with_many_thousands_of_digits_is_right() -> None:
    near_one = D("1." + "0" * 20_001 + "2")
    assert evaluate(Logarithm(near_one), 5) == D("2E-20002")
