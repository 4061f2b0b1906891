"""Answers at a tie, halfway between two roundings, beside one, and where no theorem decides."""

from decimal import Context, Decimal

import mpmath
import pytest
from exact_numbers import D, decimals, ln, rounded, text, wide
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

from softmax_cli.mathematics import exact
from softmax_cli.mathematics.decimals import Logarithm, Number, OutOfReach, Quotient, Undecided
from softmax_cli.mathematics.rounding import Places

examples = settings(derandomize=True, deadline=None, max_examples=60)


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


@pytest.mark.parametrize(("side", "rounded_to"), [(1, "1"), (-1, "0")])
def test_a_loss_against_a_distribution_goes_to_its_side(side: int, rounded_to: str) -> None:
    weights = decimals("0.2", 0)  # of 2.5 it is one half
    assert str(exact.cross_entropy([beside_a_tie(1, side), D(0)], weights, Places(0))) == rounded_to


@pytest.mark.parametrize(("most_digits", "is_decided"), [(159, False), (160, True)])
def test_a_logarithm_is_compared_to_10_digits_doubled_up_to_the_most(
    most_digits: int, is_decided: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The distance, 10^-100, shows in 160 of them and in no fewer."""
    monkeypatch.setattr(exact, "MOST_DIGITS", most_digits)
    numbers = [beside_a_tie(1, 1), D(0)]
    if is_decided:
        assert str(exact.cross_entropy(numbers, 0, 1)) == "3"
    else:
        with pytest.raises(Undecided, match=r"^a logarithm lies too close to a tie to round it$"):
            exact.cross_entropy(numbers, 0, 1)


def test_derivatives_about_which_no_theorem_decides_still_get_an_answer() -> None:
    quarters = [Logarithm(ln(2)), Logarithm(ln(8))]
    assert text(exact.gradient_target(quarters, decimals("0.25", "0.75"), 4)) == "0,0"
    weights = [Quotient(D("0.25"), ln(4)), D(0)]
    assert str(exact.cross_entropy(quarters, weights, 1)) == "0.2"
    assert exact.gradient_target(decimals(4, 4), [ln(2), ln(2)], 4) == [0, 0]
    assert text(exact.jacobian_diagonal(quarters, 3)) == "0.188,0.188"
    mean = Quotient(ln(16), D(2))  # of ln(2) and ln(8)
    assert str(exact.gradient_upstream(decimals(0, 0, 0), [ln(2), ln(8), mean], 4)[2]) == "0"


def test_logarithms_about_which_no_theorem_decides_still_get_an_answer() -> None:
    numbers = [D(0), Quotient(Logarithm(D(2), negative=True), Quotient(D(1), D("2000.5")))]
    assert str(exact.log_softmax(numbers, Places(0), ln(2))[1]) == "-2001"
    assert str(exact.cross_entropy(numbers, 1, Places(0), ln(2))) == "2001"


def test_tiny_results_about_which_no_theorem_decides_are_not_taken_for_zero() -> None:
    with mpmath.workdps(60):
        share = mpmath.exp(-5000 / mpmath.log(2)) / mpmath.log(2)
        whole, half = ([rounded(v, 5) for v in (-y * share, y * share)] for y in (1, mpf("0.5")))
        slope = mpmath.exp(-9000) * mpmath.log(mpf(3) / 2)
        upstream = [rounded(v, 5) for v in (-slope, slope)]
    assert exact.gradient_target(decimals(0, -5000), 0, 5, ln(2)) == whole
    assert exact.gradient_target(decimals(0, -5000), decimals("0.5", 0), 5, ln(2)) == half
    assert exact.gradient_upstream(decimals(0, -9000), [ln(2), ln(3)], 5) == upstream


@pytest.mark.parametrize("t", [D(2), ln(2)], ids=["2", "ln(2)"])
def test_gradients_of_tiny_weights_have_the_digits_of_others(t: Number) -> None:
    tiny, x = D("1e-3000"), decimals(0, 1)
    scaled = [v.scaleb(-3000) for v in exact.gradient_target(x, decimals(1, 1), 5, t)]
    assert exact.gradient_target(x, [tiny, tiny], 5, t) == scaled
    scaled = [v.scaleb(-3000) for v in exact.gradient_upstream(x, decimals(0, 1), 5, t)]
    beside_one = Context(prec=4000).add(D(1), tiny)
    assert exact.gradient_upstream(x, [D(0), tiny], 5, t) == scaled
    assert exact.gradient_upstream(x, [D(1), beside_one], 5, t) == scaled
    scaled = [v.scaleb(-3000) for v in exact.gradient_upstream(x, [ln(2), ln(3)], 5, t)]
    tiny_logarithms: list[Number] = [Quotient(ln(number), 1 / tiny) for number in (2, 3)]
    assert exact.gradient_upstream(x, tiny_logarithms, 5, t) == scaled


def test_a_logarithm_and_a_number_close_to_it_are_told_apart() -> None:
    with mpmath.workdps(60):
        near = D(mpmath.nstr(mpmath.log(2), 30))
        slope = mpmath.exp(-1) / (1 + mpmath.exp(-1)) ** 2 * (wide(near) - mpmath.log(2))
        expected = [rounded(v, 5) for v in (-slope, slope)]
    assert exact.gradient_upstream(decimals(0, 1), [ln(2), near], 5) == expected
