from decimal import Decimal, getcontext
from fractions import Fraction

import pytest
from exact_numbers import D, ln
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.mathematics.decimals import (
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
    for tie in ("2.5E-30000", "2.5E-20001"):
        with pytest.raises(Undecided, match=r"^a result lies too close to a tie to round it$"):
            round_entries(known(D(tie)), 1)
    assert round_entries(rationals(Fraction(25, 10**20001)), 1) == [D("2E-20000")]


def test_only_an_entry_that_stays_open_is_looked_at_exactly() -> None:
    """The first is a little above a tie, as the first approximation says, and others do not."""
    true = Fraction(35, 100) + Fraction(1, 10**50)
    asked: list[int] = []

    def approximate(precision: int) -> list[tuple[Decimal, Decimal]]:
        error = D(1).scaleb(-11) if not asked else D(0)
        asked.append(precision)
        return [(context(precision).add(D("0.35"), error), D(1)), (D("0.25"), D(1))]

    looked_at: list[int] = []

    def exactly(j: int) -> Exact | None:
        looked_at.append(j)
        return rationals(true, Fraction(1, 4)).exactly(j)

    assert round_entries(Problem(approximate, exactly, [D(1)]), 1) == [D("0.4"), D("0.2")]
    assert len(asked) > 1
    assert looked_at == [1]


@pytest.mark.parametrize(
    ("value", "rounding", "precisions"),
    [
        # an error below a tenth of a unit: there may be one tie
        (9 * 10**86 + Fraction(5001, 10000), Places(0), [93]),
        (9 * 10**99 + Fraction(25001, 10**7), Places(3), [109]),
        # or more, beside several
        (9 * 10**87 + Fraction(2, 10), Places(0), [93, 181]),
        (9 * 10**88 + Fraction(2, 10), Places(0), [93, 181]),
        (9 * 10**89 + Fraction(7, 10), Places(0), [93, 181]),
        (9 * 10**103 + Fraction(2, 10**4), Places(3), [109, 213]),
        (9 * 10**104 + Fraction(7, 10**4), Places(3), [109, 213]),
        (9 * 10**107 + Fraction(7, 10**4), Places(3), [109, 213]),
    ],
)
def test_an_entry_is_compared_with_a_tie_only_where_there_is_one_near(
    value: Fraction, rounding: Places, precisions: list[int]
) -> None:
    asked: list[int] = []
    everything = rationals(value)

    def exactly(j: int) -> Exact:
        entry = everything.exactly(j)
        assert entry

        def asking(precision: int) -> Decimal:
            asked.append(precision)
            return entry.value(precision)

        return Exact(asking, entry.compare)

    found = round_entries(everything._replace(exactly=exactly), rounding)
    assert [Fraction(v) for v in found] == [half_to_even(value, rounding)]
    assert asked == precisions


def test_a_tie_is_decided_with_up_to_20000_digits() -> None:
    """Those asked for and ten to spare, doubled twice: of 4,991 they are more."""
    tie = Fraction(5, 10**4991)
    assert round_entries(rationals(1 + tie), Places(4990)) == [D(1)]
    with pytest.raises(Undecided, match="too close to a tie"):
        round_entries(rationals(1 + tie / 10), Places(4991))


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
        (64, [79, 153, 301, 301, 597, 1189]),
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
    for digits, last in ((407, 1413), (408, 2821)):
        tie = D("1" + "0" * digits + ".5")
        assert asked_of(Places(0), [ln(2)], tie, tie)[0][-1] == last
    tie = D("1" + "0" * 18000 + ".5")
    assert asked_of(Places(615), [ln(2)], tie, tie)[0][-1] == 20005


def beyond(tie: str, places: int) -> Decimal:
    return context(2000).add(D(tie), D(1).scaleb(-places))


@pytest.mark.parametrize(
    ("rounding", "value", "rounded_to"),
    [
        (1, beyond("0.25", 1402), "0.3"),
        (1, beyond("0.25", 1403), "0.2"),
        (Places(0), beyond("0.5", 1403), "1"),
        (Places(0), beyond("0.5", 1404), "0"),
        (Places(0), beyond("12.5", 1400), "13"),
        (Places(0), beyond("12.5", 1401), "12"),
        (1, D("2E-1401"), "2E-1401"),
        (1, D("1E-1401"), "0"),
    ],
)
def test_an_entry_is_taken_for_what_its_digits_say_but_the_last_five(
    rounding: Rounding, value: Decimal, rounded_to: str
) -> None:
    """Of 1408 digits with an error of 10^-1401."""
    asked, found = asked_of(rounding, [ln(2)], value, D("1E+7"))
    assert (asked[-1], [str(v) for v in found]) == (1413, [rounded_to])


def test_an_entry_about_which_nothing_is_known_is_worked_out_until_it_is_certain() -> None:
    asked, found = asked_of(1, [D(1)], beyond("0.25", 100), D(1))
    assert (asked, found) == ([16, 27, 49, 93, 93, 181], [D("0.3")])


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


def test_a_result_of_more_than_20001_digits_before_the_point_has_none_behind_it() -> None:
    def power(exponent: int) -> Problem:
        return Problem(lambda _: [(D((0, (1,), exponent)), D(0))], lambda _: None, [D(1)])

    assert str(round_entries(power(20000), Places(2))[0]) == "1" + "0" * 20000 + ".00"
    with pytest.raises(OutOfReach, match=r"^a result is too large to write with digits after the"):
        round_entries(power(20001), Places(2))
    assert round_entries(power(20001), 3) == [D("1.00E+20001")]
