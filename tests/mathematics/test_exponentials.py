from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
from digests import digest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

from softmax_cli.mathematics.decimals import Logarithm, Number, Quotient, Undecided
from softmax_cli.mathematics.exponentials import Logits, divide, exp

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


@pytest.mark.parametrize("z", ["-99999999999999999.123", "-459999999999999999.9", "-4.6e17"])
@pytest.mark.parametrize("precision", [5, 150])
def test_an_exponential_far_below_1_has_a_small_relative_error(z: str, precision: int) -> None:
    with mpmath.workdps(precision + 40):
        assert is_near(exp(D(z), precision), mpmath.exp(mpf(z)), precision)


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
        ([ln(2), D(0)], D("1e-4"), [(1, 0), (F(1, 2**10000), 0)]),
        ([ln(2), D(0)], Quotient(D(1), D(10001)), None),
        ([ln(8), D(0)], Quotient(D(3), D(10001)), None),
    ],
)
def test_what_is_known_exactly_of_exponentials(
    numbers: list[Number], t: Number, terms: list[tuple[Fraction, Fraction]] | None
) -> None:
    assert Logits(numbers, t).terms == terms


def test_numbers_are_ordered_by_as_many_digits_as_tell_them_apart() -> None:
    with mpmath.workdps(130):
        below = D(int(mpmath.floor(mpmath.log(3) * mpf(10) ** 110)))
    between = Quotient(ln(3), D("1e-110"))
    logits = Logits([below, D(0), below + 1, between, below])
    assert (logits.order, logits.largest, logits.a) == ([2, 3, 0, 4, 1], [2], 2)
    logits = Logits([below, between])
    assert (logits.order, logits.largest, logits.a) == ([1, 0], [1], 1)
    assert logits.exponents(10)[1] == 0 > logits.exponents(10)[0]


def test_decimals_beside_irrational_numbers_are_compared_whole() -> None:
    long = D("1." + "0" * 6000 + "1")
    logits = Logits([ln(2), D(1), long, D("-Infinity"), D(1), long])
    assert (logits.order, logits.largest) == ([2, 5, 1, 4, 0, 3], [2, 5])


def test_numbers_that_nothing_tells_apart_are_equal() -> None:
    half = Quotient(ln(4), D(2))
    logits = Logits([half, D(0), ln(2), half, ln(2), Quotient(ln(8), D(3))])
    assert (logits.order, logits.largest) == ([0, 2, 3, 4, 5, 1], [0, 2, 3, 4, 5])


def test_an_exponential_below_what_a_decimal_can_hold_is_still_positive() -> None:
    for x in ([D(0), D("-1e18")], [D(0), D("-1e300")], [ln(2), D("-1e300")], [D("1e9999"), D(0)]):
        one, tiny = Logits(x).exponentials(10)
        assert one == 1
        assert 0 < tiny < D("1e-199000000000000000")


def test_numbers_too_large_for_their_difference_are_an_error() -> None:
    huge = [D("1e99999"), Quotient(D("1e100000"), D(10)), D(5)]
    reason = "^the numbers are too large to work out so many digits$"
    with pytest.raises(Undecided, match=reason):
        Logits([*huge, Logarithm(D(3))]).exponentials(10)


def test_a_difference_is_worked_out_from_twice_the_digits_and_20000() -> None:
    assert Logits([D("1e20006"), D("9" * 20006)]).exponents(10) == [0, -1]
    with pytest.raises(Undecided):
        Logits([D("1e20007"), D("9" * 20007)]).exponents(10)


def test_large_irrational_numbers_have_the_digits_of_their_difference() -> None:
    x: list[Number] = [Quotient(D(sign * 10**15), ln(3)) for sign in (1, -1)]
    with mpmath.workdps(60):
        true = -2 * mpf(10) ** 15 / mpmath.log(3)
        assert abs(mpf(str(Logits(x).exponents(10)[1])) - true) <= mpf(10) ** -10


def test_the_difference_of_zeros_is_0_however_they_are_typed() -> None:
    x: list[Number] = [D("0e30000"), Quotient(D("0e30000"), D(5))]
    assert Logits(x, ln(2)).exponents(10) == [0, 0]


@pytest.mark.parametrize("x", ["-4.6e17", "-460000000000000000.001"])
def test_an_exponential_just_above_the_smallest_is_worked_out(x: str) -> None:
    with mpmath.workdps(60):
        assert is_near(Logits([D(0), D(x)]).exponentials(5)[1], mpmath.exp(mpf(x)), 5)


MASK = D("-Infinity")


@pytest.mark.parametrize(
    ("numbers", "temperature", "reason"),
    [
        ([], D(1), "there are no numbers"),
        ([D(1)], D(0), "the temperature must be finite and greater than 0"),
        ([D(1)], D(-1), "the temperature must be finite and greater than 0"),
        ([D(1)], D("Infinity"), "the temperature must be finite and greater than 0"),
        ([MASK, MASK], D(1), r"every class is masked \(-inf\): there is nothing to normalise"),
        ([D(1), -MASK], D(1), r"\+inf: exp\(inf\)/exp\(inf\) is undefined"),
    ],
)
def test_what_has_no_exponentials_is_refused(
    numbers: list[Number], temperature: Number, reason: str
) -> None:
    with pytest.raises(ValueError, match=f"^{reason}$"):
        Logits(numbers, temperature)


@pytest.mark.parametrize("numbers", [[D(-5), D(-7)], [D(0)], [ln(2), D(-3)], [D("-1e200000")]])
@pytest.mark.parametrize("temperature", [D(1), ln(2)])
@pytest.mark.parametrize("precision", [10, 200])
def test_a_mask_has_the_exponential_0_and_changes_no_other(
    numbers: list[Number], temperature: Number, precision: int
) -> None:
    alone = Logits(numbers, temperature)
    for masks in (1, 60):
        logits = Logits([*[MASK] * masks, *numbers], temperature)
        assert logits.a == alone.a + masks
        assert logits.masked == [True] * masks + [False] * len(numbers)
        assert logits.exponents(precision)[:masks] == [MASK] * masks
        exponentials = logits.exponentials(precision)
        assert exponentials[:masks] == [0] * masks
        with mpmath.workdps(precision + 20):
            for found, wanted in zip(
                exponentials[masks:], alone.exponentials(precision), strict=True
            ):
                assert is_near(found, mpf(str(wanted)), precision - 1)


def test_masks_of_logarithms_have_the_coefficient_0() -> None:
    assert Logits([ln(9), MASK, D(0)]).terms == [(1, 0), (0, 0), (F(1, 9), 0)]


def test_the_largest_is_told_by_all_its_digits() -> None:
    """Numbers that agree in their first hundred digits are compared as whole multiples."""
    one, larger = D(10**120), D(10**120 + 1)
    assert Logits([one, larger]).a == 1
    assert Logits([larger, one]).a == 0


def test_beside_an_irrational_number_the_largest_is_told_by_a_hundred_digits() -> None:
    one, larger = D(10**99), D(10**99 + 1)
    assert Logits([one, larger, Quotient(ln(2), ln(3))]).a == 1


VECTORS: dict[str, list[Number]] = {
    "decimals": [D("1.5"), D("-2.25"), D("-0.001"), D(3), MASK, D(-40)],
    "one decimal": [D("1.5")],
    "fractions": [Quotient(D(k), D(7)) for k in (1, -3, 22)],
    "fifty fractions": [Quotient(D(k), D(7)) for k in range(50)],
    "fifty-one fractions": [Quotient(D(k), D(7)) for k in range(51)],
    "logarithms": [ln(2), ln(3), MASK, D("0.5")],
    "other numbers": [Quotient(ln(2), ln(3)), D(1), D(-20), Quotient(ln(5), ln(7))],
    "large": [D(10**30), D(10**30 - 1), Quotient(ln(2), ln(3))],
    "tiny": [D("-4.6e18"), D("-4.5e18"), D("-1e19"), D(0)],
    "90 bits": [D(f"-{2**90 - 1}e-25"), D(0)],
    "91 bits": [D(f"-{2**90 + 3}e-25"), D(0)],
    "240 bits": [D(f"-{2**240 - 1}e-70"), D(0)],
    "241 bits": [D(f"-{2**240 + 1}e-70"), D(0)],
    "whole numbers": [*map(D, range(-60, 4, 7)), MASK],
    "a mask of 23 bits": [D(0), D(2 - 2**23), MASK],
    "65536ths": [D(k) / D(2**16) for k in (0, -1, -3, -40_000, -(10**7))],
    "irrational and tiny": [
        D(0),
        D("-920000000000000000.000001"),
        D("-1000000000000000000.000001"),
        Quotient(ln(2), Logarithm(D(3), negative=True)),
    ],
    "irrational and large": [Quotient(D(k * 10**7), ln(3)) for k in (10, 9, 1)],
}


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("decimals", "d84429279ecb"),
        ("one decimal", "010ffc566050"),
        ("fractions", "c373b00c79fb"),
        ("fifty fractions", "131af0e4ad38"),
        ("fifty-one fractions", "74d9b84b59f1"),
        ("logarithms", "1ac2258930f1"),
        ("other numbers", "b21a02f44c41"),
        ("large", "14b5320176ee"),
        ("tiny", "f18d821b0272"),
        ("90 bits", "034aa576d042"),
        ("91 bits", "564673e3c99e"),
        ("240 bits", "23f40b30ca05"),
        ("241 bits", "102f621c2e44"),
        ("whole numbers", "30824a85f935"),
        ("a mask of 23 bits", "2b96515fc9b3"),
        ("65536ths", "622fc164eaab"),
        ("irrational and tiny", "fa935b1d5161"),
        ("irrational and large", "df81a6d8e753"),
    ],
)
def test_every_digit_of_an_exponential_stays_what_it_is(name: str, bits: str) -> None:
    """Digits to spare, too: how many there are is decided, not left to chance."""
    found = []
    for temperature in (D(1), D("0.3"), ln(2), Quotient(D(10**7), D(3))):
        for precision in (5, 30, 150, 151):
            logits = Logits(VECTORS[name], temperature)
            found += [logits.exponents(precision), logits.exponentials(precision)]
    assert digest(found) == bits


def test_a_temperature_of_many_digits_is_rounded_to_those_that_count() -> None:
    temperature = D(f"{3**300}e-143")
    logits = Logits([D(k) / 4 for k in range(-20, 1)], temperature)
    assert digest(*(logits.exponentials(precision) for precision in (5, 30))) == "72a36dc5cea8"


@pytest.mark.parametrize(("bits", "exponent"), [(20000, "-5.000000"), (20001, "-5.00000000000000")])
def test_numbers_are_multiples_of_a_unit_of_at_most_20000_bits(bits: int, exponent: str) -> None:
    ratios = [Quotient(D(1), D(n)) for n in (2**9999, 2 ** (bits - 10000) + 1)]
    assert str(Logits([*ratios, D(5)]).exponents(5)[0]) == exponent


def test_every_digit_of_a_quotient_and_a_power_stays_what_it_is() -> None:
    large = 461 * 10**15
    quotients = [
        divide(numerator, 7, precision)
        for numerator in (-1, 1, 7 - 7 * large, -7 * large, -7 * large - 8, -(10**40), 10**40)
        for precision in (5, 40)
    ]
    tenths = [D(k) / 10 for k in range(-20, 20)]
    powers = [
        exp(z, precision)
        for z in (D(-large), D(-(10**30)), D("-12345.678"), D(2) ** -70, *tenths)
        for precision in (5, 149, 150, 200)
    ]
    assert digest(quotients) == "2ea5a00f2f99"
    assert digest(powers) == "0bcf660fcaf7"
