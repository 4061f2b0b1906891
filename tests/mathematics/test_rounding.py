from decimal import Context, Decimal, getcontext
from fractions import Fraction

import mpmath
import pytest
from exact_numbers import D, decimals, ln, rounded, text, wide
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

from softmax_cli.mathematics import exact
from softmax_cli.mathematics.decimals import (
    Logarithm,
    Number,
    OutOfReach,
    Quotient,
    TooSmall,
    Undecided,
    context,
)
from softmax_cli.mathematics.rounding import (
    Exact,
    Places,
    Problem,
    Rounding,
    accurate,
    round_entries,
)

examples = settings(derandomize=True, deadline=None, max_examples=60)

values = st.fractions(-1000, 1000) | st.builds(
    Fraction, st.integers(-(10**40), 10**40), st.sampled_from([1, 2, 8, 10**20, 3 * 10**45])
)
roundings = st.integers(1, 30) | st.builds(Places, st.integers(0, 30))


def quotient(value: Fraction, precision: int) -> Decimal:
    """A fraction with a relative error below 10^-precision."""
    return context(precision + 1).divide(D(value.numerator), D(value.denominator))


def rationals(*entries: Fraction) -> Problem:
    """Entries of which everything is known."""

    def compare(entry: Fraction, other: Fraction) -> int:
        return (entry > other) - (entry < other)

    def exactly(j: int) -> Exact:
        return Exact(lambda p: quotient(entries[j], p), lambda t: compare(entries[j], t))

    return Problem(lambda p: [accurate(quotient(v, p)) for v in entries], exactly, [D(1)])


def half_to_even(value: Fraction, rounding: Rounding) -> Fraction:
    """A fraction rounded, in integers alone."""
    if isinstance(rounding, Places):
        unit = Fraction(10) ** -rounding.digits
    else:
        unit = Fraction(10) ** (quotient(value, 60).adjusted() + 1 - rounding)
    return round(value / unit) * unit


@examples
@given(st.lists(values, min_size=1, max_size=4), roundings)
def test_every_entry_is_the_rational_rounded_half_to_even(
    entries: list[Fraction], rounding: Rounding
) -> None:
    found = round_entries(rationals(*entries), rounding)
    assert [Fraction(v) for v in found] == [half_to_even(v, rounding) for v in entries]


@examples
@given(values, roundings)
def test_a_rounded_entry_has_the_digits_asked_for_and_no_negative_zero(
    value: Fraction, rounding: Rounding
) -> None:
    (found,) = round_entries(rationals(value), rounding)
    if isinstance(rounding, Places):
        assert found.as_tuple().exponent == -rounding.digits
    else:
        assert str(found) == "0" or len(found.as_tuple().digits) == rounding
    assert found or not found.is_signed()


@examples
@given(
    st.integers(-(10**6), 10**6), st.integers(0, 9), st.integers(50, 300), st.sampled_from([-1, 1])
)
def test_an_entry_however_close_to_a_tie_goes_to_its_side(
    units: int, places: int, distance: int, side: int
) -> None:
    unit = Fraction(10) ** -places
    tie = (units + Fraction(1, 2)) * unit
    (found,) = round_entries(rationals(tie + side * Fraction(1, 10**distance)), Places(places))
    assert Fraction(found) == tie + side * unit / 2


@examples
@given(st.integers(1, 400), st.integers(0, 6))
def test_entries_far_from_a_tie_are_worked_out_once(count: int, digits: int) -> None:
    asked: list[int] = []

    def third(precision: int) -> list[tuple[Decimal, Decimal]]:
        asked.append(precision)
        return [accurate(quotient(Fraction(1, 3), precision))] * count

    problem = Problem(third, rationals(*[Fraction(1, 3)] * count).exactly, [D(1)] * count)
    found = round_entries(problem, Places(digits))
    assert [str(v) for v in set(found)] == ["0." + "3" * digits if digits else "0"]
    assert len(asked) == 1


def test_the_error_of_an_entry_is_relative_to_its_size_and_not_to_its_value() -> None:
    """What is left of a cancellation is certain to fewer digits than it has."""
    true = D("1.2345E-9") + D("1E-20")

    def difference(precision: int) -> list[tuple[Decimal, Decimal]]:
        return [(true - D("0.9").scaleb(-precision), D(1))]

    problem = Problem(difference, lambda _: None, [D(1)])
    assert str(round_entries(problem, 4)[0]) == "1.235E-9"
    assert accurate(D(-2)) == (-2, 2)


def test_an_infinite_entry_stays_infinite() -> None:
    problem = Problem(lambda _: [accurate(D("-Infinity"))], lambda _: None, [D(1)])
    assert round_entries(problem, 3) == round_entries(problem, Places(2)) == [D("-Infinity")]


def test_two_equal_values_are_one_half_with_the_digits_asked_for() -> None:
    assert [str(v) for v in exact.softmax(decimals(7, 7), 5)] == ["0.50000", "0.50000"]
    equal = [Quotient(D(1), D(2)), D("0.5")]
    assert [str(v) for v in exact.softmax(equal, 3)] == ["0.500", "0.500"]


def test_a_tie_rounds_to_the_even_digit() -> None:
    assert text(exact.softmax([ln(1), ln(3)], 1)) == "0.2,0.8"
    assert text(exact.softmax([ln(1), ln(7)], 2)) == "0.12,0.88"
    assert text(exact.jacobian_diagonal(decimals(4, 4, 4, 4), 3)) == "0.188,0.188,0.188,0.188"


def test_a_value_a_hair_from_a_tie_goes_to_its_side() -> None:
    """ln(3) to many digits, cut or raised in the last, in place of ln(3) itself."""
    for places in (15, 60, 300):
        with mpmath.workdps(places + 20):
            cut = Context(prec=places).create_decimal(mpmath.nstr(mpmath.log(3), places + 10))
        step, context = D(1).scaleb(1 - places), Context(prec=places + 5)
        above, below = context.add(cut, step), context.subtract(cut, step)
        assert text(exact.softmax([D(0), above], 1)) == "0.2,0.8"
        assert text(exact.softmax([D(0), below], 1)) == "0.3,0.7"


@examples
@given(st.integers(1, 999), st.integers(30, 200), st.sampled_from([1, -1]))
def test_a_result_close_to_a_rounding_tie_is_rounded_to_its_side(
    thousandths: int, places: int, side: int
) -> None:
    """A logit whose probability is a tie of three digits, but for 10^-places."""
    tie = mpf(2 * thousandths - 1) / 2000
    with mpmath.workdps(places + 30):
        odds = mpmath.log((tie + side * mpf(10) ** -places) / (1 - tie - side * mpf(10) ** -places))
        numbers = [D(mpmath.nstr(odds, places + 25, strip_zeros=False)), D(0)]
    digits = D(thousandths).adjusted() + 1 if thousandths > 1 else 1
    found = exact.softmax(numbers, digits)[0]
    with mpmath.workdps(2 * places + 100):
        assert found == rounded(1 / (1 + mpmath.exp(-wide(numbers[0]))), digits)


def test_numbers_about_which_no_theorem_decides_still_get_an_answer() -> None:
    quarters = [Logarithm(ln(2)), Logarithm(ln(8))]  # one to three, for ln(8) is 3·ln(2)
    assert text(exact.softmax(quarters, 1)) == "0.2,0.8"
    assert text(exact.softmax(quarters, Places(1))) == "0.2,0.8"
    gradient = exact.gradient_upstream([*quarters, D(0)], decimals(3, -1, 0), 4)
    assert str(gradient[2]) == "0"
    gradient = exact.gradient_upstream([*quarters, D(0)], [ln(8), Quotient(D(0), ln(2)), D(5)], 4)
    assert [v > 0 for v in gradient] == [True, False, True]


def test_a_value_beside_a_tie_is_rounded_to_its_side_however_close_it_is() -> None:
    for far in ("-20000", "-1e9"):
        row = exact.jacobian_row(decimals(0, 0, 0, 0, far), 0, 3)
        assert text(row[:4]) == "0.187,-0.0625,-0.0625,-0.0625"
    assert exact.softmax(decimals(0, 0, "-1e9"), Places(0))[0] == 0
    assert exact.softmax(decimals(0, 0, "-1e9"), 1)[0] == D("0.5")
    assert str(exact.log_softmax(decimals(0, "-20000.5"), 5)[1]) == "-20001"
    assert str(exact.log_softmax(decimals(0, "-20002.5"), Places(0))[1]) == "-20003"
    assert str(exact.log_softmax(decimals(0, "-20001"), Places(0), D(2))[1]) == "-10001"
    halves = decimals(0, "0.5", "0.5")
    assert str(exact.cross_entropy(decimals("-1e6", 0, -25), halves, Places(0))) == "13"
    assert str(exact.cross_entropy(decimals(0, "-20000.5"), 1, 5)) == "20001"
    beside = decimals(0, "-2002." + "9" * 869 + "8")  # exp(−2003) is 1.3e-870
    assert str(exact.cross_entropy(beside, decimals(0, "0.5"), Places(0))) == "1001"
    assert str(exact.gradient_target(decimals(0, "-1e9"), decimals("0.75", "0.25"), 1)[0]) == "0.2"
    assert str(exact.gradient_target(decimals(0, "-1e9"), decimals("0.65", "0.35"), 1)[0]) == "0.3"


def test_an_exact_tie_goes_to_the_even_digit_by_every_function() -> None:
    assert text(exact.softmax(decimals(3, 3), Places(0))) == "0,0"
    assert text(exact.softmax([ln(3), D(0)], Places(1), D(1))) == "0.8,0.2"
    assert text(exact.jacobian_diagonal(decimals(4, 4), Places(1))) == "0.2,0.2"
    assert text(exact.jacobian_diagonal(decimals(4, 4), 1, D(2))) == "0.1,0.1"
    assert text(exact.jacobian_row(decimals(4, 4), 1, Places(1))) == "-0.2,0.2"
    assert text(exact.gradient_target(decimals(4, 4), 1, Places(0))) == "0,0"
    assert text(exact.gradient_upstream(decimals(4, 4), decimals(1, 0), Places(1))) == "0.2,-0.2"
    assert str(exact.log_softmax(decimals(4), Places(2))[0]) == "0.00"
    assert str(exact.cross_entropy(decimals(4), [D("0.5")], Places(2))) == "0.00"


def test_a_tie_of_square_roots_goes_to_the_even_digit() -> None:
    roots = [Quotient(ln(2), D(2)), ln(4), Quotient(ln(18), D(2))]  # σ is 1/2 − √2/4
    assert str(exact.jacobian_diagonal(roots, 2)[0]) == "0.12"


def test_places_round_the_true_value_not_its_double() -> None:
    x = [D.from_float(0.5108256237659907), D(0)]
    assert text(exact.softmax(x, Places(2))) == "0.63,0.37"
    assert text(exact.softmax(decimals(0, "-1e300"), Places(3))) == "1.000,0.000"
    assert str(exact.log_softmax(decimals(0, "-1e30"), Places(1))[1]) == "-1" + "0" * 30 + ".0"
    assert [str(v) for v in exact.jacobian_row(decimals(0, 50), 0, Places(2))] == ["0.00", "0.00"]


def test_a_result_too_large_for_its_places_is_an_error() -> None:
    with pytest.raises(OutOfReach, match="too large"):
        exact.log_softmax(decimals(0, "-1e999999"), Places(2))


def test_a_tie_between_numbers_too_long_to_decide_is_an_error() -> None:
    with pytest.raises(Undecided, match="too long"):
        exact.jacobian_diagonal(decimals("1e-999999999", 0, 0, 0), 3)


def known(value: Decimal) -> Problem:
    """One entry whose digits are known, but not its side of a tie."""

    def compare(_: Fraction) -> int:
        raise AssertionError("a fraction of so many digits is not made")

    exact_entry = Exact(lambda p: context(p).plus(value), compare)
    return Problem(lambda p: [accurate(context(p).plus(value))], lambda _: exact_entry, [D(1)])


def test_a_tiny_entry_beside_a_tie_is_worked_out_until_it_is_certain() -> None:
    (found,) = round_entries(known(D("2.5" + "0" * 200 + "1E-30000")), 1)
    assert str(found) == "3E-30000"


def test_a_tiny_entry_that_never_leaves_a_tie_is_an_error() -> None:
    with pytest.raises(Undecided, match="too close to a tie"):
        round_entries(known(D("2.5E-30000")), 1)


def test_places_behind_any_number_of_digits_are_right() -> None:
    assert str(exact.log_softmax(decimals(0, "-1e200"), Places(1))[1]) == "-1" + "0" * 200 + ".0"
    many = "123456789" * 30
    assert str(exact.cross_entropy(decimals(0, f"-{many}.24"), 1, Places(1))) == f"{many}.2"
    assert str(exact.cross_entropy(decimals(0, f"-{many}.25"), 1, Places(1))) == f"{many}.3"


@pytest.mark.parametrize("far", ["-2.5e6", "-2.5e15", "-2.5e20"])
def test_a_loss_beyond_a_tie_by_no_more_than_an_exponential_is_beyond_it(far: str) -> None:
    assert exact.cross_entropy(decimals(0, far), 1, 1) == -D(far) / D("2.5") * 3


def beside_a_tie(odds: int, side: int) -> Decimal:
    """A logit whose loss is 2.5 beside the logit ln(odds), but for about 10^-100."""
    with mpmath.workdps(200):
        y = mpmath.log(odds / (mpmath.exp(mpf("2.5")) - 1)) - side * mpf(10) ** -100
        return D(mpmath.nstr(y, 180))


@pytest.mark.parametrize(("other", "odds"), [(D(0), 1), (ln(3), 3)], ids=["0", "ln(3)"])
@pytest.mark.parametrize(("side", "rounded_to"), [(1, "3"), (-1, "2")])
def test_a_logarithm_beside_a_tie_goes_to_its_side(
    other: Decimal | Logarithm, odds: int, side: int, rounded_to: str
) -> None:
    numbers = [beside_a_tie(odds, side), other]
    assert str(exact.cross_entropy(numbers, 0, 1)) == rounded_to
    assert str(exact.log_softmax(numbers, 1)[0]) == f"-{rounded_to}"


def test_a_logarithm_too_close_to_a_tie_for_the_digits_there_are_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exact, "MOST_DIGITS", 80)
    with pytest.raises(Undecided, match="a logarithm lies too close to a tie"):
        exact.cross_entropy([beside_a_tie(1, 1), D(0)], 0, 1)


def test_targets_about_which_no_theorem_decides_still_get_an_answer() -> None:
    quarters = [Logarithm(ln(2)), Logarithm(ln(8))]
    assert text(exact.gradient_target(quarters, decimals("0.25", "0.75"), 4)) == "0,0"
    weights = [Quotient(D("0.25"), ln(4)), D(0)]
    assert str(exact.cross_entropy(quarters, weights, 1)) == "0.2"


def asked_of(
    rounding: Rounding, numbers: list[Number], value: Decimal, size: Decimal
) -> tuple[list[int], list[Decimal]]:
    """The precisions that an entry is asked for if nothing decides it, and what it is taken for."""
    asked: list[int] = []

    def approximate(precision: int) -> list[tuple[Decimal, Decimal]]:
        assert getcontext().prec == precision
        asked.append(precision)
        return [(value, size)]

    return asked, round_entries(Problem(approximate, lambda _: None, numbers), rounding)


@pytest.mark.parametrize(
    ("rounding", "precisions"),
    [
        (3, [18, 31, 57, 109, 109, 213, 421, 837, 1669]),
        (10, [25, 45, 85, 165, 165, 325, 645, 1285]),
        (20, [35, 65, 125, 125, 245, 485, 965, 1925]),
        (60, [75, 145, 285, 285, 565, 1125, 2245]),
        (Places(0), [16, 27, 49, 93, 93, 181, 357, 709, 1413]),
        (Places(20), [35, 65, 125, 125, 245, 485, 965, 1925]),
    ],
)
def test_the_precision_is_doubled_until_nothing_more_can_be_hoped_for(
    rounding: Rounding, precisions: list[int]
) -> None:
    """Four digits and those of the number of entries are to spare."""
    tie = D((0, (5,), -rounding.digits - 1)) if isinstance(rounding, Places) else D(0)
    asked, found = asked_of(rounding, [ln(2)], tie, D(1))
    assert (asked, found) == (precisions, [0])
    more, _ = asked_of(rounding, [Quotient(D(1), ln(2)), *[D(1)] * 9], tie, D(1))
    assert more == [precision + 1 for precision in precisions]


@pytest.mark.parametrize(
    "numbers", [[ln(2)], [Quotient(ln(2), D(1))], [D(1), Quotient(D(1), Quotient(D(2), ln(2)))]]
)
def test_only_what_depends_on_a_logarithm_is_taken_to_be_what_it_looks_like(
    numbers: list[Number],
) -> None:
    assert asked_of(2, numbers, D("0.125"), D("0.5"))[1] == [D("0.12")]
    assert asked_of(Places(2), numbers, D("1000.125"), D("0.5"))[1] == [D("1000.12")]
    assert asked_of(Places(2), numbers, D("1e-1400"), D(1))[1] == [D("0.00")]
    with pytest.raises(Undecided, match=r"^the numbers are too long to decide how to round"):
        asked_of(2, [D(1), Quotient(D(1), D(2))], D("0.125"), D("0.5"))


def test_an_entry_of_many_digits_is_asked_for_more() -> None:
    """Digits before the point count, where digits after the point are asked for."""
    tie = D("1" + "0" * 900 + ".5")
    asked, found = asked_of(Places(0), [ln(2)], tie, tie)
    assert (asked[-1], found) == (2821, [D("1E+900")])
    asked, found = asked_of(1, [ln(2)], D("2.5E+900"), D("1E+900"))
    assert (asked[-1], found) == (1413, [D("2E+900")])


def test_a_known_entry_is_asked_for_with_digits_to_spare() -> None:
    asked: list[tuple[int, int]] = []
    tie = D("2.5" + "0" * 200 + "1E-30000")

    def value(precision: int) -> Decimal:
        asked.append((precision, getcontext().prec))
        return context(precision).plus(tie)

    exact_entry = Exact(value, lambda _: pytest.fail("a fraction of so many digits is made"))
    problem = Problem(lambda p: [accurate(context(p).plus(tie))], lambda _: exact_entry, [D(1)])
    assert round_entries(problem, 1) == [D("3E-30000")]
    assert asked == [(93, 98), (181, 186), (357, 362)]


def test_a_result_too_small_for_its_digits_is_an_error() -> None:
    small, smaller = (D((0, (1,), -(10**17) - k)) for k in (0, 1))
    reason = "^a result is too small to give its digits: it is below 1e-100000000000000000$"
    for rounding in (3, Places(3)):
        assert round_entries(known(small), rounding) == [small if rounding == 3 else 0]
    with pytest.raises(TooSmall, match=reason):
        round_entries(known(smaller), 3)
    assert round_entries(known(smaller), Places(3)) == [0]
