import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.writing.rounded import as_typed, between, number, percent, positive, typed


@given(st.floats(allow_nan=False), st.integers(0, 17))
def test_a_cell_never_claims_zero_or_one_for_what_is_neither(value: float, precision: int) -> None:
    text = number(value, precision)
    if value not in (0, 1, -1):
        assert text.startswith((">", "<")) or abs(float(text)) not in (0, 1)
    else:
        assert text in ("0", "1", "-1")


@given(st.floats(-1e300, 1e300), st.integers(0, 17))
def test_a_bound_in_a_cell_is_true(value: float, precision: int) -> None:
    text = number(value, precision)
    if text.startswith((">", "<")):
        assert value > float(text[1:]) if text[0] == ">" else value < float(text[1:])
    else:
        assert math.isclose(float(text), value, rel_tol=0.06, abs_tol=0.5 * 10.0**-precision)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.65900114, "0.6590"),
        (2.06e-9, "2.1e-09"),
        (0.99999, ">0.9999"),
        (-0.99999, "<-0.9999"),
        (1.00001, ">1.0000"),
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-math.inf, "-inf"),
        (-710.5, "-710.5000"),
        (1.5e300, "1.5000e+300"),
    ],
)
def test_four_digits_stand_after_the_point(value: float, text: str) -> None:
    assert number(value, 4) == text


def test_a_probability_rounded_to_a_whole_number_keeps_a_digit() -> None:
    assert [number(p, 0) for p in (0.7, 0.2, 0.97, 0.001)] == ["0.7", "0.2", ">0.9", "1.0e-03"]


def test_a_logit_stands_as_it_was_typed_unless_rounding_is_shorter() -> None:
    values = [2.0, 0.1, -12.5, 1e-5, 1e300, -math.inf, 37.42994775023705, -0.0]
    shown = ["2", "0.1", "-12.5", "1e-05", "1e+300", "-inf", "37.4299", "0"]
    assert [typed(x, 4) for x in values] == shown


@given(st.floats(0, 1), st.integers(0, 20))
def test_what_is_neither_zero_nor_one_is_never_said_to_be(value: float, precision: int) -> None:
    text = between(value, precision)
    assert text.startswith((">", "<")) or float(text) not in (0, 1)


@pytest.mark.parametrize(
    ("value", "precision", "sign", "text"),
    [
        (1.0, 4, 1, ">0.9999"),
        (-1.0, 4, 1, "<-0.9999"),
        (0.0, 4, 1, "<1e-308"),
        (0.0, 4, -1, ">-1e-308"),
        (1.0, 0, 1, ">0.9"),
        (Decimal("1.00000"), 4, 1, ">0.99999"),
        (Decimal("0.65900"), 4, 1, "0.65900"),
        (4.0, 4, 1, "4.0000"),
    ],
)
def test_a_bound_stands_where_a_double_cannot(
    value: float, precision: int, sign: int, text: str
) -> None:
    assert between(value, precision, sign) == text


def test_a_percentage_is_nought_or_a_hundred_only_where_it_is_certain() -> None:
    shown = [percent(p, False) for p in (0.0, 0.004, 0.006, 0.5, 0.994, 0.996, 1.0)]
    assert shown == ["<1", "<1", "1", "50", "99", ">99", ">99"]
    assert [percent(p, True) for p in (0.0, 0.001, 1.0)] == ["0", "<1", "100"]


def test_a_number_stands_as_it_was_typed_unless_that_is_long() -> None:
    assert as_typed("1/3", 1 / 3, 4) == "1/3"
    assert as_typed("37.42994775023705", 37.42994775023705, 4) == "37.4299"


def test_a_loss_can_be_one_and_is_never_nought() -> None:
    assert [positive(loss, 4) for loss in (1.0, 0.0, 1.9287e-22)] == ["1", "<1e-308", "1.9e-22"]
