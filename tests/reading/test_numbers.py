import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from softmax_cli.bad_numbers import (
    LogarithmOfNonPositive,
    NotANumber,
    PlusInfinity,
    TooLarge,
    ZeroDenominator,
)
from softmax_cli.errors import SoftmaxError
from softmax_cli.mathematics.decimals import Logarithm, Quotient
from softmax_cli.reading.numbers import (
    is_number,
    needs_decimal_comma,
    plain_floats,
    to_exact,
    to_float,
    to_logit,
)

LARGEST = Fraction(1.7976931348623157e308)

digits = st.text("0123456789", min_size=1, max_size=25)
signs = st.sampled_from(["", "+", "-", "−"])
blanks = st.text(" \t", max_size=2)


@st.composite
def decimals(draw, *, largest=400):
    """The text of a decimal of the grammar, and the fraction that it is."""
    sign = draw(signs)
    whole, part = draw(st.sampled_from([(1, 0), (1, 1), (0, 1), (1, 2)]))
    before = draw(digits) if whole else ""
    after = draw(digits) if part == 1 else ""
    text = before + ("." if part else "") + after
    value = Fraction(int((before + after) or "0"), 10 ** len(after))
    if draw(st.booleans()):
        exponent = draw(st.integers(-largest, largest))
        spelled = (
            f"{draw(st.sampled_from(['', '0', '+']))}{exponent}" if exponent >= 0 else exponent
        )
        text += f"{draw(st.sampled_from('eE'))}{spelled}".replace("-", draw(st.sampled_from("-−")))
        value *= Fraction(10) ** exponent
    return sign + text, -value if sign in ("-", "−") else value


def nearest(value):
    """The double nearest to a fraction, or None if it is beyond the largest."""
    try:
        return value.numerator / value.denominator
    except OverflowError:
        return None


@settings(max_examples=150)
@given(decimals(), blanks, blanks)
def test_a_decimal_is_the_double_nearest_to_it(number, before, after):
    text, value = number
    if nearest(value) is None:
        with pytest.raises(TooLarge):
            to_float(before + text + after)
    else:
        assert to_float(before + text + after) == nearest(value)


@settings(max_examples=100)
@given(decimals(largest=30), decimals(largest=30), blanks)
def test_a_fraction_is_the_double_nearest_to_the_quotient(first, second, blank):
    text = f"{first[0]}{blank}/{blank}{second[0]}"
    if second[1] == 0:
        with pytest.raises(ZeroDenominator):
            to_float(text)
    else:
        assert to_float(text) == nearest(first[1] / second[1])


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=6))
def test_fraction_bars_bind_from_the_left(numbers):
    value = Fraction(numbers[0])
    for number in numbers[1:]:
        value /= number
    assert to_float("/".join(map(str, numbers))) == nearest(value)


@given(st.fractions(min_value=Fraction(1, 10**6), max_value=10**6), st.sampled_from(["", "-", "−"]))
def test_a_logarithm_is_that_of_its_argument(argument, sign):
    value = to_float(f"{sign}ln( {argument} )")
    logarithm = float((Decimal(argument.numerator) / argument.denominator).ln())
    assert value == pytest.approx(-logarithm if sign else logarithm, rel=1e-13, abs=1e-25)


def test_a_logarithm_close_to_that_of_1_keeps_its_digits():
    assert to_float("ln(1." + "0" * 60 + "1)") == 1e-61


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.", 1.0),
        (".5", 0.5),
        ("+.5e+01", 5.0),
        ("007", 7.0),
        ("1e-400", 0.0),
        ("-inf", -math.inf),
        ("−INFINITY", -math.inf),
        ("+Inf", math.inf),
        ("-inf/2", -math.inf),
        ("1/inf", 0.0),
        ("ln(inf)", math.inf),
        ("ln(2)/ln(2)", 1.0),
        ("ln(ln(ln(100)))", 0.4234226524603038),
        ("1e999999999/1e999999998", 10.0),
        ("1/1e400", 0.0),
        ("ln(1e1000)", 2302.5850929940457),
    ],
)
def test_the_grammar_takes(text, value):
    assert to_float(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "nan", "NaN", "NA", "null", "None", "abc", "x1"],
        *["1_000", "1,000", "1 000", "1'000", "1.000,5", "$1", "5%"],
        *["0x10", "0b1", "0xinf", "1e", "e5", ".", "+", "-", "- 1", "--1", "+-1", "1j", "0.1f"],
        *["1.2.3", "1e5.0", "1e 5", "1d5", "infin", "in", "infinit", "inf inf", "-nan"],
        *["１", "٣", "²", "½", "∞", "1\u00a0", "\u20031", "1\n", "\x0b1", "1\x00"],
        *["/", "1/", "/2", "1//2", "(1)", "(1)/2", "inf/inf", "1/nan"],
        *["ln", "ln()", "ln 2", "ln (2)", "LN(2)", "log(2)", "2ln(2)", "ln(2)3", "ln(x)"],
        *["ln(2", "ln(2))", "ln2)", "ln(2)ln(3)", "ln(1)/2)/(3)"],
    ],
)
def test_the_grammar_refuses(text):
    with pytest.raises(NotANumber):
        to_float(text)
    with pytest.raises(NotANumber):
        to_exact(text)


@pytest.mark.parametrize("text", ["1e400", "-1e400", "1" * 400, "1/1e-400", "1e400/1"])
def test_a_number_beyond_the_largest_double_is_too_large(text):
    with pytest.raises(TooLarge):
        to_float(text)


def test_a_number_beyond_the_largest_decimal_is_too_large():
    with pytest.raises(TooLarge):
        to_float("1e999999999999999999/1e-999999999999999999")


@pytest.mark.parametrize("text", ["1/0", "0/0", "1/-0.0", "1/ln(1)", "inf/0"])
def test_a_division_by_zero_is_refused(text):
    for read in (to_float, to_exact):
        with pytest.raises(ZeroDenominator):
            read(text)


@pytest.mark.parametrize("text", ["ln(0)", "ln(-1)", "-ln(0)", "ln(-inf)", "ln(ln(1))", "2/ln(0)"])
def test_only_a_positive_number_has_a_logarithm(text):
    for read in (to_float, to_exact):
        with pytest.raises(LogarithmOfNonPositive):
            read(text)


@settings(max_examples=250)
@given(st.text("0123456789.eE+-−/ln()infty_ \tax", max_size=14))
@example("ln(-ln(-1))")
def test_any_text_is_a_number_or_an_error(text):
    try:
        value = to_float(text)
    except SoftmaxError:
        return
    assert not math.isnan(value)


@given(st.characters(min_codepoint=128, exclude_characters="−"))
def test_the_only_sign_beyond_ascii_is_the_minus(character):
    for text in (character, character + "1", "1" + character, "1" + character + "2"):
        with pytest.raises(NotANumber):
            to_float(text)


@pytest.mark.parametrize(
    "text",
    [
        "ln(" * 33_000,
        "ln(" * 25_000 + "1" + ")" * 25_000,
        "1/" * 50_000 + "1",
        "ln(1/" * 20_000,
        "/" * 100_000,
        "(" * 100_000,
        "1" * 1_000_000 + "x",
        "." * 1_000_000,
        " " * 1_000_000 + "x",
        "e" * 100_000,
    ],
    ids=lambda text: text[:5],
)
def test_a_long_text_that_is_not_a_number_is_refused_at_once(text):
    # one pass over the text for each of its characters would take minutes
    with pytest.raises(NotANumber):
        to_float(text)


def test_a_million_digits_are_read():
    assert to_float("0." + "3" * 1_000_000) == 1 / 3
    assert to_float("1" * 1_000_000 + "/" + "1" * 1_000_000) == 1.0
    assert to_float("ln(1." + "0" * 1_000_000 + ")") == 0.0
    with pytest.raises(TooLarge):
        to_float("1" * 1_000_000)


@given(decimals())
def test_a_typed_decimal_is_itself(number):
    text, value = number
    typed = to_exact(text)
    assert isinstance(typed, Decimal)
    assert Fraction(typed) == value


@pytest.mark.parametrize(
    "zero", ["1e-9999999999999999999", "-2.5E-99999999999999999999", "0e" + "9" * 30]
)
def test_an_exponent_of_any_length_is_read_alike_by_both_arithmetics(zero):
    assert to_exact(zero) == to_float(zero) == 0
    for huge in ("1e9999999999999999999", "-1e+99999999999999999999", "1e99999999999999999999/1"):
        for read in (to_exact, to_float):
            with pytest.raises(TooLarge):
                read(huge)


def test_a_typed_fraction_and_logarithm_stay_what_they_are():
    assert to_exact("0.1/3") == Quotient(Decimal("0.1"), Decimal(3))
    assert to_exact("-ln(2)") == Logarithm(Decimal(2), negative=True)
    assert to_exact("1/2/3") == Quotient(Quotient(Decimal(1), Decimal(2)), Decimal(3))


@given(st.lists(st.tuples(blanks, decimals(), blanks), min_size=1, max_size=5))
def test_plain_cells_read_at_once_are_what_they_are_one_by_one(cells):
    texts = [before + text + after for before, (text, _), after in cells]
    at_once = plain_floats([text.encode() for text in texts])
    if at_once is not None:
        assert at_once == [to_float(text) for text in texts]
    elif not any("−" in text for text in texts):
        assert any(nearest(value) is None for _, (_, value), _ in cells)


@pytest.mark.parametrize("cell", [b"", b"1_0", b"nan", b"inf", b"0x1", b'"1"', b"1e400", b"1/2"])
def test_a_cell_that_is_not_plain_is_left_to_the_whole_grammar(cell):
    assert plain_floats([b"1", cell]) is None


@pytest.mark.parametrize("text", ["1", "-inf", "inf", "1/3", "1e999", "1/0", "ln(0)"])
def test_a_number_is_one_even_where_it_cannot_be_used(text):
    assert is_number(text)


@pytest.mark.parametrize("text", ["", "x", "nan", "1_0", "1,5"])
def test_other_text_is_not_a_number(text):
    assert not is_number(text)


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (to_float, "1e400", "is too large"),
        (to_float, "1e400/1", "is too large"),
        (to_float, "x", "is not a number"),
        (to_float, "1/x", "is not a number$"),
        (to_float, "/", "write a fraction without blanks"),
        (to_float, "/.5e1", "write a fraction without blanks"),
        (to_exact, " 1/", "write a fraction without blanks"),
        (to_float, "/dev/fd/63", "is not a number$"),
        (to_logit, "Infinity", "inf"),
        (to_exact, "1/x", "is not a number"),
        (to_exact, "inf/inf", "is not a number"),
        (to_exact, "1/0", "zero"),
        (to_exact, "ln(-1)", "positive|logarithm"),
        (to_exact, "1e9999999999999999999", "is too large"),
        (to_exact, "1e999999999999999999/1e-999999999999999999", "is too large"),
    ],
)
def test_a_text_that_cannot_be_used_is_repeated_in_its_error(read, text, message):
    with pytest.raises(SoftmaxError, match=message) as error:
        read(text)
    assert f"'{text}'" in str(error.value)


@given(decimals(largest=300))
def test_a_logit_is_any_number_but_plus_infinity(number):
    text, _ = number
    assert to_logit(text) == to_float(text)


def test_minus_infinity_is_a_logit_and_plus_infinity_is_none():
    assert to_logit("-inf") == -math.inf
    for text in ("inf", "+Infinity"):
        with pytest.raises(PlusInfinity):
            to_logit(text)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("1,5", True),
        ("-,5", True),
        ("1.000,5", False),
        ("1.5", False),
        ("1", False),
        ("x,y", False),
    ],
)
def test_a_number_needs_the_decimal_comma_if_its_only_point_is_a_comma(text, needs):
    assert needs_decimal_comma(text) == needs
