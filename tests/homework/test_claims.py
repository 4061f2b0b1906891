"""A claim is right if the true value rounds to it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import UsageError
from softmax_cli.homework.claims import claim, in_order, read_claims, with_digits_of_others

LN_2 = "0.6931471805599453094172321214581765680755001343602552541206800094933936"


@pytest.mark.parametrize(
    ("text", "half"),
    [("0.09", 0.005), ("0.0900", 0.00005), ("1.2e-3", 0.00005), ("7", 0.5), ("−.5", 0.05)],
)
def test_a_claim_vouches_for_half_a_unit_of_its_last_digit(text, half):
    assert claim(text).half == half


@given(st.decimals(-1000, 1000, places=6), st.integers(0, 5))
def test_a_value_rounded_to_any_number_of_digits_is_a_right_claim(true, places):
    rounded = round(true, places)
    assert claim(f"{rounded:f}").holds(true)
    assert not claim(f"{rounded + Decimal(1).scaleb(-places):f}").holds(true) or (
        abs(rounded + Decimal(1).scaleb(-places) - true) == Decimal("0.5").scaleb(-places)
    )


@pytest.mark.parametrize(
    ("answer", "places"),
    [
        ("0.2247 0 1", [-4, -4, -4]),
        ("0.34 0.2 0", [-2, -1, -1]),
        ("1 0 0", [0, 0, 0]),
        ("1/4 0", [None, None]),
        ("1/4 0.25 0", [None, -2, -2]),
        ("0 -inf", [0, None]),
        ("1 9.36e-14", [0, -16]),
        ("0.99 1e-7 0", [-2, -7, -2]),
    ],
)
def test_a_whole_number_has_the_digits_of_those_it_stands_among(answer, places):
    (row,) = read_claims(answer).rows
    assert [claim.places for claim in with_digits_of_others(row)] == places


def test_a_tie_may_be_rounded_either_way():
    assert claim("0.2").holds(Decimal("0.25"))
    assert claim("0.3").holds(Decimal("0.25"))
    assert not claim("0.2").holds(Decimal("0.2500000001"))


def test_a_fraction_and_a_logarithm_are_exact():
    third = Decimal(1) / 3
    assert not claim("1/3").holds(third)
    assert claim("1/3").holds(Decimal("0." + "3" * 60))
    assert claim("ln(2)").holds(
        Decimal(2)
        .ln()
        .__class__("0.6931471805599453094172321214581765680755001343602552541206800094933936")
    )
    assert claim("1/3").half == 0


def test_a_claim_of_minus_infinity_is_right_of_nothing_else():
    assert claim("-inf").holds(Decimal("-Infinity"))
    assert not claim("-inf").holds(Decimal(-10))
    assert not claim("-10").holds(Decimal("-Infinity"))


def test_an_answer_is_read_as_arguments_are():
    claims = read_claims("[[0.7, 0.2], [1e-1 1/3]]")
    assert [[entry.text for entry in row] for row in claims.rows] == [
        ["0.7", "0.2"],
        ["1e-1", "1/3"],
    ]


def test_named_numbers_stand_in_the_order_of_the_classes():
    claims = in_order(read_claims("dog=0.2 cat=0.7"), ["cat", "dog"])
    assert [entry.text for entry in claims.rows[0]] == ["0.7", "0.2"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("dog=0.2 cow=0.7", "--check: 'cow' is not a class: there are 'cat', 'dog'"),
        ("dog=0.2", "--check: the class 'cat' has no number"),
        ("dog=0.2 cat=1 dog=0.2", "--check: the class 'dog' is named twice"),
    ],
)
def test_names_that_are_not_the_classes_are_an_error(answer, message):
    with pytest.raises(UsageError) as caught:
        in_order(read_claims(answer), ["cat", "dog"])
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("0.7 abc", "--check: 'abc' is not a number"),
        ("0.7,,0.2", "--check: a number is missing before the comma"),
        ("[]", "--check: '[]' holds no numbers"),
        ("", "--check: '' holds no numbers"),
        ("[1", "--check: the bracket '[' is never closed"),
        ("{a:}", "--check: a number is missing after 'a:'"),
        ("1/0 1", "--check: '1/0' divides by zero"),
        ("ln(0)", "--check: 'ln(0)' is the logarithm of something that is not positive"),
        ("1e999", "--check: '1e999' is too large: a double ends at 1.8e308"),
        ("a=1 2", "--check: '2' does not fit: name every class of the vector or none"),
        ("\udcff", "--check: '\\udcff' is not UTF-8"),
        ("1 / 2", "--check: '/' is not a number: write a fraction without blanks, as in 1/2"),
    ],
)
def test_what_is_not_an_answer_is_an_error(answer, message):
    with pytest.raises(UsageError) as caught:
        read_claims(answer)
    assert str(caught.value) == message


def test_a_wrong_answer_on_the_command_line_is_a_usage_error():
    with pytest.raises(UsageError):
        read_claims("")


@pytest.mark.parametrize(
    ("text", "count"), [("0.0900", 3), ("12.5", 3), ("-7e-9", 1), ("0.00", 0), ("1/3", 50)]
)
def test_digits_are_counted_from_the_first_that_is_not_zero(text, count):
    assert claim(text).significant == count


def test_a_name_that_several_classes_have_does_not_say_whose_number_it_is():
    with pytest.raises(UsageError, match="'a' is the name of several classes: give the numbers"):
        in_order(read_claims("a=0.5"), ["a", "a"])
