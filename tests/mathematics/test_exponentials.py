from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

from softmax_cli.mathematics.decimals import Logarithm, Number, Quotient, Undecided
from softmax_cli.mathematics.exponentials import Logits, exp

D, F = Decimal, Fraction
examples = settings(derandomize=True, deadline=None, max_examples=100)


def ln(number: int) -> Logarithm:
    return Logarithm(D(number))


def wide(number: Number) -> mpf:
    if isinstance(number, Decimal):
        return mpf(str(number))
    if isinstance(number, Quotient):
        return wide(number.numerator) / wide(number.denominator)
    return mpmath.log(wide(number.argument)) * (-1 if number.negative else 1)


def is_near(found: Decimal, true: mpf, precision: int) -> bool:
    return bool(abs(mpf(str(found)) - true) <= abs(true) * mpf(10) ** -precision)


@examples
@given(
    st.one_of(
        st.decimals(-50, 50, places=30),
        st.decimals(-1, 1, places=60),
        st.decimals(-(10**17), 10**5, places=3),
        st.sampled_from([D(0), D(1), D(-1), D(2) ** -16, -(D(2) ** -64), D("-4e17")]),
    ),
    st.one_of(st.integers(1, 200), st.sampled_from([149, 150, 151, 1100])),
)
def test_an_exponential_has_a_small_relative_error(z: Decimal, precision: int) -> None:
    with mpmath.workdps(precision + 40):
        assert is_near(exp(z, precision), mpmath.exp(wide(z)), precision)


numbers = st.one_of(
    st.decimals(-50, 50, places=3),
    st.decimals(-500, 500, places=17),
    st.floats(-700, 700).map(Decimal),
    st.builds(Quotient, st.integers(-99, 99).map(Decimal), st.integers(1, 99).map(Decimal)),
    st.builds(Logarithm, st.integers(1, 30).map(Decimal), st.booleans()),
    st.builds(Quotient, st.integers(2, 9).map(ln), st.integers(1, 9).map(Decimal)),
)
vectors = st.one_of(
    st.lists(st.decimals(-50, 50, places=3), min_size=1, max_size=60),
    st.lists(st.floats(-700, 700).map(Decimal), min_size=1, max_size=5),
    st.lists(numbers, min_size=1, max_size=5),
)
temperatures = st.sampled_from([D(1), D("0.003"), D(400), Quotient(D(2), D(3)), ln(2), D("1e150")])


@examples
@given(vectors, temperatures, st.integers(5, 200))
def test_every_exponential_of_a_vector_has_a_small_relative_error(
    x: list[Number], t: Number, precision: int
) -> None:
    logits = Logits(x, t)
    with mpmath.workdps(precision + 200):
        top = max(map(wide, x))
        z = [(wide(v) - top) / wide(t) for v in x]
        assert wide(x[logits.a]) == top
        for found, exponent in zip(logits.exponents(precision), z, strict=True):
            assert abs(mpf(str(found)) - exponent) <= mpf(10) ** -precision
        for found, exponent in zip(logits.exponentials(precision), z, strict=True):
            assert is_near(found, mpmath.exp(exponent), precision)


@examples
@given(st.lists(numbers, min_size=1, max_size=5), temperatures)
def test_an_exponential_that_is_known_exactly_is_its_coefficient_times_its_power(
    x: list[Number], t: Number
) -> None:
    logits = Logits(x, t)
    with mpmath.workdps(600):
        if logits.terms is not None:
            exponentials = logits.exponentials(100)
            for (c, k), found in zip(logits.terms, exponentials, strict=True):
                true = (
                    mpf(c.numerator) / c.denominator * mpmath.exp(mpf(k.numerator) / k.denominator)
                )
                assert is_near(found, true, 100)


@pytest.mark.parametrize(
    ("numbers", "t", "terms"),
    [
        ([D(3), D("1.5")], D(2), [(1, 0), (1, F(-3, 4))]),
        ([ln(6), ln(2)], D(1), [(1, 0), (F(1, 3), 0)]),
        ([ln(8), ln(2)], D(2), [(1, 0), (F(1, 2), 0)]),
        ([ln(8), D(1)], D(1), [(1, 0), (F(1, 8), 1)]),
        ([Quotient(ln(8), D(3)), D(0)], D(1), [(1, 0), (F(1, 2), 0)]),
        ([ln(9), D(0), D("-Infinity")], D(2), [(1, 0), (F(1, 3), 0), (0, 0)]),
        ([ln(2), D(0)], D(2), None),
        ([ln(2), D(0)], ln(2), None),
        ([Quotient(ln(2), ln(3)), D(0)], D(1), None),
        ([ln(2), D(0)], D("1e-9"), None),
        ([ln(2), D(0)], D(1234567891), None),
        ([ln(2**20), D(0)], D(20), [(1, 0), (F(1, 2), 0)]),
    ],
)
def test_what_is_known_exactly_of_exponentials(
    numbers: list[Number], t: Number, terms: list[tuple[Fraction, Fraction]] | None
) -> None:
    assert Logits(numbers, t).terms == terms


def test_an_exponential_below_what_a_decimal_can_hold_is_still_positive() -> None:
    for x in ([D(0), D("-1e18")], [D(0), D("-1e300")], [ln(2), D("-1e300")], [D("1e9999"), D(0)]):
        one, tiny = Logits(x).exponentials(10)
        assert one == 1
        assert 0 < tiny < D("1e-199000000000000000")


def test_numbers_too_large_for_their_difference_are_an_error() -> None:
    huge = [D("1e99999"), Quotient(D("1e100000"), D(10)), D(5)]
    with pytest.raises(Undecided, match="too large"):
        Logits([*huge, Logarithm(D(3))]).exponentials(10)
