"""A number is written with the digits asked for, and never as another number."""

import re
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked import shown, worked

from softmax_cli.homework.notation import Notation, notation, typed_formula
from softmax_cli.mathematics import decimals
from softmax_cli.settings import Settings

TWO = Notation(("1", "2"), ("1", "2"), ("2", "-1.5"))
_NEXT_TO_0 = Decimal("1e-200000000000000000")
NOTATIONS = st.one_of(
    st.integers(1, 9).map(lambda count: TWO._replace(places=count)),
    st.integers(1, 9).map(lambda count: TWO._replace(significant=count)),
)
NUMBERS = st.decimals("-1e9", "1e9").filter(bool) | st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent),
    st.integers(1, 10**12),
    st.integers(-60, 0),
)


def as_number(text: str) -> Decimal:
    """The decimal that a written number stands for."""
    mantissa, _, exponent = text.replace("−", "-").partition("·10")
    superscripts = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    return Decimal(mantissa).scaleb(int(exponent.translate(superscripts) or 0))


@given(NOTATIONS, NUMBERS)
def test_an_equals_sign_stands_before_the_number_itself_and_no_other(
    how: Notation, number: Decimal
) -> None:
    written = how.number(number)
    if written.relation == "=":
        assert as_number(written.formula.text) == number
    else:
        # Half a unit in the last place of the digits that are shown.
        digits = how.significant or how.places
        unit = max(abs(number).scaleb(1 - digits), Decimal(1).scaleb(-digits))
        assert abs(as_number(written.formula.text) - number) <= unit / 2
    assert written.is_sum == (number < 0)


@given(st.integers(1, 9), NUMBERS)
def test_a_rounded_number_has_as_many_significant_digits_as_asked_for(
    count: int, number: Decimal
) -> None:
    written = TWO._replace(significant=count).number(number)
    mantissa = written.formula.text.partition("·")[0].strip("−")
    digits = mantissa.replace(".", "").lstrip("0")
    if written.relation == "≈" and abs(number).adjusted() < count:
        # A number that is rounded up to a power of ten has one more.
        assert len(digits) in (count, count + 1)
        assert len(digits) == count or not digits[1:].strip("0")


@given(NOTATIONS, st.integers(1, 10**6), st.integers(-40, -6), st.sampled_from([1, -1]))
def test_a_number_near_1_is_never_written_as_1(
    how: Notation, digits: int, exponent: int, sign: int
) -> None:
    tail = sign * Decimal(digits).scaleb(exponent)
    if tail < 1:
        assert not re.fullmatch(r"1\.?0*", how.number(1 - tail, tail).formula.text)


@pytest.mark.parametrize(
    ("how", "number", "text"),
    [
        (TWO, "0.99999", "1 − 1.000·10⁻⁵"),
        (TWO, "1.00002", "1 + 2.000·10⁻⁵"),
        (TWO._replace(significant=3), "1.004", "1 + 0.004"),
        (TWO._replace(significant=3), "1.01", "1.01"),
        (TWO._replace(places=0), "0.5", "5·10⁻¹"),
    ],
)
def test_digits_that_would_hide_a_complement_are_written_as_a_sum(
    how: Notation, number: str, text: str
) -> None:
    written = how.number(Decimal(number), 1 - Decimal(number))
    assert written.formula.text == text
    assert written.is_sum == (" " in text)


@pytest.mark.parametrize(
    ("number", "complement", "equation", "cell"),
    [
        (_NEXT_TO_0, None, " ≈ 0", "<1e-308"),
        (_NEXT_TO_0.copy_negate(), None, " ≈ 0", ">−1e-308"),
        (Decimal(1), _NEXT_TO_0, " ≈ 1", ">0.9999"),
        (Decimal(1), _NEXT_TO_0.copy_negate(), " ≈ 1", ">1"),
        (Decimal(0), None, " = 0", "0"),
        (Decimal(1), Decimal(0), " = 1", "1"),
    ],
)
def test_only_what_is_0_or_1_is_claimed_to_be(
    number: Decimal, complement: Decimal | None, equation: str, cell: str
) -> None:
    with localcontext(decimals.context(30)):
        written = TWO.number(number, complement)
        assert written.equation.text == equation
        assert written.cell.text == cell
        if complement is None:
            assert TWO.cell(number) == cell


def test_what_may_have_been_rounded_is_not_said_to_be_exact() -> None:
    blurred = TWO._replace(is_blurred=True)
    assert blurred.number(Decimal("0.5")).equation.text == " ≈ 0.5"
    assert blurred.number(Decimal(1)).equation.text == " = 1"


def test_a_tiny_number_is_not_written_out_as_zeros_for_significant_digits() -> None:
    how = TWO._replace(significant=3)
    assert how.number(Decimal("1e-300")).formula.text == "1.00·10⁻³⁰⁰"
    assert how.number(Decimal("0.00002")).equation.text == " = 0.00002"
    text = shown(worked("eval", "1e-300 0", digits=3))
    assert "0000000" not in text


@given(NOTATIONS, NUMBERS)
def test_a_cell_holds_the_number_without_superscripts(how: Notation, number: Decimal) -> None:
    cell = how.cell(number)
    assert re.fullmatch(r"−?\d+(\.\d+)?(e-?\d+)?", cell)
    assert Decimal(cell.replace("−", "-")) == as_number(how.number(number).formula.text)


@pytest.mark.parametrize(
    ("text", "plain", "latex"),
    [
        ("-1.50", "−1.50", "-1.50"),
        ("1/3", "1/3", "1/3"),
        ("-ln(2)", "−ln(2)", r"-\ln(2)"),
        ("-2E-07", "−2E-07", r"-2\cdot 10^{-7}"),
        ("1e+05", "1e+05", r"1\cdot 10^{5}"),
        ("+3", "3", "3"),
        ("-Infinity", "−∞", r"-\infty "),
    ],
)
def test_a_typed_number_keeps_its_text(text: str, plain: str, latex: str) -> None:
    assert typed_formula(text) == (plain, latex)


def test_inputs_are_written_as_they_were_typed() -> None:
    text = shown(worked("eval", "1/3 ln(2) -1.50"))
    assert "Given x₁ = 1/3, x₂ = ln(2), x₃ = −1.50." in text
    assert "s₁ = exp(1/3 − ln(2)) ≈ exp(−0.3598) ≈ 0.6978" in text


def test_a_difference_is_written_as_its_value_where_its_digits_would_cancel() -> None:
    one, near = Decimal(1), Decimal("0.9999")
    assert TWO.difference(one, Decimal("0.8"), Decimal("0.2")).text == "(1 − 0.8)"
    assert TWO.difference(one, Decimal("-0.8"), Decimal("1.8")).text == "(1 − (−0.8))"
    assert TWO.difference(one, Decimal("0.999"), Decimal("0.001")).text == "(1 − 0.999)"
    assert TWO.difference(one, near, one - near).text == "0.0001"
    assert TWO.difference(near, one, near - one).text == "(−0.0001)"
    assert TWO.difference(one, one, Decimal(0)).text == "(1 − 1)"


def test_a_worksheet_leaves_results_open_but_not_what_was_given() -> None:
    blank = TWO._replace(is_blank=True)
    assert set(blank.result(Decimal("0.3")).formula.text) == {"_"}
    assert set(blank.open("σ").text) == {"_"}
    assert set(blank.cell(Decimal("0.3"))) == {"_"}
    assert blank.given(1).formula.text == "−1.5"
    assert blank.number(Decimal("0.3")).formula.text == "0.3"
    assert TWO.open("σ").text == "σ"


def test_the_classes_are_subscripts_where_every_name_is_short() -> None:
    def letters(*names: str) -> list[str]:
        how = notation([2.0, 1.0], names or None, Settings("eval", zero_based=True), "full")
        return [how.letter("σ", index).text for index in range(2)]

    assert letters() == ["σ₀", "σ₁"]
    assert letters("cat", "dog") == ["σ_cat", "σ_dog"]
    assert letters("cat", "dog12345") == ["σ_cat", "σ_dog12345"]
    assert letters("cat", "dog123456") == ["σ₀", "σ₁"]


def test_a_shorter_notation_loses_a_digit_at_a_time_down_to_the_least() -> None:
    assert [how.places for how in TWO.shorter(2)] == [4, 3, 2]
    assert [how.places for how in TWO._replace(places=1).shorter(3)] == [1]
    assert [how.digits for how in TWO._replace(significant=2).shorter(1)] == [
        "2 significant digits",
        "1 significant digit",
    ]
