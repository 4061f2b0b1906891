"""The working of the softmax leads from the logits to ratios that add up to 1."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked import chains, headings, last_links, section, shown, value, worked

DEFINED = ["The softmax", "The largest value is taken away first", "The exponentials", "Their sum"]
VECTORS = st.lists(st.decimals(-20, 20, places=2), min_size=3, max_size=6)


@given(VECTORS, st.sampled_from(["1", "3"]))
def test_the_ratios_that_are_written_add_up_to_1(x: list[Decimal], temperature: str) -> None:
    page = worked("eval", " ".join(map(str, x)), temperature=temperature)
    ratios = last_links(page, "σ[₁-₉]")
    assert len(ratios) == len(x)
    assert 1 in sum(value(text, 4) for text in ratios)


@given(VECTORS)
def test_the_logarithms_and_the_ratios_are_of_the_same_probabilities(x: list[Decimal]) -> None:
    text = " ".join(map(str, x))
    ratios = last_links(worked("eval", text, digits=9), "σ[₁-₉]")
    logarithms = last_links(worked("eval", text, log=True, digits=9), "ln σ[₁-₉]")
    for ratio, logarithm in zip(ratios, logarithms, strict=True):
        ours, theirs = (_value(t) for t in (ratio, logarithm))
        assert abs(ours.ln() - theirs) <= Decimal("1e-8") * max(1, abs(theirs))


def _value(text: str) -> Decimal:
    return Decimal(float(value(text, 9).mid.a))


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("2 1 0.1", {}, [*DEFINED, "The ratios"]),
        ("2 1 0.1", {"log": True}, [*DEFINED, "The logarithms"]),
        ("2 1 0.1", {"top": 2}, [*DEFINED, "The ratios", "The 2 largest"]),
        ("2 1", {}, [*DEFINED, "The ratios", "Two classes"]),
        ("2 -inf", {}, [*DEFINED, "The ratios"]),
        ("2", {}, ["The softmax", "One class"]),
        ("2", {"log": True}, ["The softmax", "One class", "The logarithms"]),
    ],
)
def test_the_sections_are_those_of_the_question(
    text: str, options: dict[str, Any], expected: list[str]
) -> None:
    assert headings(worked("eval", text, **options)) == expected


def test_the_exponents_are_divided_by_a_temperature_other_than_1() -> None:
    page = worked("eval", "3 1", temperature="4")
    assert "The temperature T = 4 divides every value." in section(page, "The softmax")
    exponentials = section(page, "The exponentials")
    assert "s₂ = exp((1 − 3)/4) = exp(−0.5) ≈ 0.6065" in exponentials
    assert "temperature" not in shown(worked("eval", "3 1"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1 3 2", "They add up to 1. The largest is σ₂: the prediction is class 2."),
        ("2 2 2", "They add up to 1. All are equal: each is 1/3."),
        ("1 2 2", "2 classes share the largest; the first of them, class 2, is the prediction."),
    ],
)
def test_the_prediction_says_how_many_classes_share_the_largest(text: str, sentence: str) -> None:
    assert sentence in section(worked("eval", text), "The ratios")


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [("2 1 0.1", True), ("0 -1", False), ("800 1", False), ("-800 1e-9", True), ("-800", False)],
)
def test_the_sum_without_the_shift_is_shown_where_it_is_another_that_can_be_written(
    text: str, is_shown: bool
) -> None:
    assert ("Without the shift" in shown(worked("eval", text))) == is_shown


def test_many_digits_leave_the_short_table_without_its_logits() -> None:
    def first_row(precision: int) -> str:
        text = section(worked("eval", "2 1", "short", precision=precision), "The softmax")
        return text.partition(" 1 ")[0]

    assert re.search(r"class x ", first_row(12))
    assert not re.search(r"class x ", first_row(13))


def test_a_sum_near_1_keeps_what_is_added_to_it() -> None:
    page = worked("eval", "0 -5.5", log=True, digits=3)
    (links,) = [links for left, links in chains(page) if left == "ln S"]
    assert links == [("=", "ln(1 + 0.00409)"), ("≈", "0.00408")]
    page = worked("eval", "40 0", digits=3)
    assert last_links(page, "σ₁")[0] == "1 − 4.25·10⁻¹⁸"


def test_a_short_table_of_many_classes_has_a_row_of_dots() -> None:
    text = shown(worked("eval", " ".join(map(str, range(100))), "short"))
    assert re.search(r"^… +… +… +…$", text, re.MULTILINE)


def test_the_logarithm_of_a_masked_class_is_that_of_0() -> None:
    (links,) = [
        links for left, links in chains(worked("eval", "1 -inf 0", log=True)) if left == "ln σ₂"
    ]
    assert links == [("=", "ln 0"), ("=", "−∞")]
