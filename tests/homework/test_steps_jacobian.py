"""The working of a Jacobian derives two rules and works out every entry by them."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked import (
    answer_to,
    chains,
    flat,
    headings,
    last_links,
    parts,
    section,
    shown,
    value,
    worked,
)

from softmax_cli.homework.steps import working
from softmax_cli.pages import Matrix

VECTORS = st.lists(st.decimals(-9, 9, places=2), min_size=2, max_size=4)
SHARES = ["The softmax", "The largest value is taken away first", "The exponentials", "Their sum"]
REASONS = ["A matrix of derivatives", "The quotient rule", "The case j = k"]


@given(VECTORS, st.sampled_from(["1", "2"]))
def test_the_entries_of_each_output_add_up_to_0(x: list[Any], temperature: str) -> None:
    text = " ".join(map(str, x))
    for output in range(1, len(x) + 1):
        page = worked("jacobian", text, "short", output=str(output), temperature=temperature)
        slopes = [value(link, 4) for link in last_links(page, "∂σ./∂x[₁-₉]")]
        assert len(slopes) == len(x)
        assert 0 in sum(slopes)


@given(VECTORS)
def test_each_pair_of_entries_is_worked_out_once_and_each_diagonal_entry(x: list[Any]) -> None:
    page = worked("jacobian", " ".join(map(str, x)), "short")
    entries = [(left, links) for left, links in chains(page) if re.match("∂σ[₁-₄]", left)]
    n = len(x)
    assert len(entries) == n * (n + 1) // 2
    for left, links in entries:
        j, k = re.findall("[₁-₄]", left)
        assert (j == k) == (f"(1 − σ{k})" in links[0][1])
        assert j == k or links[0][1] == f"∂σ{k}/∂x{j}"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [*REASONS, "The case j ≠ k", "The entries", "The matrix", "Another way"]),
        ({"diagonal": True}, [*REASONS, "The entries", "Another way"]),
        (
            {"output": "2"},
            [*REASONS, "The case j ≠ k", "The entries", "The row", "Another way"],
        ),
    ],
)
def test_the_sections_are_those_of_the_entries_asked_for(
    options: dict[str, Any], expected: list[str]
) -> None:
    page = worked("jacobian", "2 1 0.1", **options)
    assert headings(page) == [*SHARES, "The ratios", *expected]


def test_every_rule_is_divided_by_a_temperature_other_than_1() -> None:
    page = worked("jacobian", "2 1 0.1", temperature="2")
    assert "(1/T)·(sⱼ·S − sⱼ·sⱼ)/S²" in section(page, "The case j = k")
    assert "= σⱼ(1 − σⱼ)/T" in section(page, "The case j = k")
    assert "= −σⱼ·σₖ/T" in section(page, "The case j ≠ k")
    assert "h′ = exp((xₖ − m)/T)/T = sₖ/T" in section(page, "The quotient rule")
    assert "/T" not in shown(worked("jacobian", "2 1 0.1"))


def test_one_class_has_the_derivative_0() -> None:
    page = worked("jacobian", "7")
    assert headings(page)[-1] == "The derivative"
    assert last_links(page, "∂σ₁/∂x₁") == ["0"]


def test_of_more_than_four_classes_some_entries_are_worked_out() -> None:
    page = worked("jacobian", "1 9 3 4 5", "short")
    found = {left for left, _ in chains(page) if left.startswith("∂σ")}
    shown_classes = "₁₂₅"
    assert found == {f"∂σ{j}/∂x{k}" for j in shown_classes for k in shown_classes if j <= k}


def test_every_entry_of_a_jacobian_is_worked_out_and_stands_in_the_matrix() -> None:
    answer, settings = answer_to("jacobian", "2 1 0.1", steps="full")
    page = working(answer, settings)
    every = np.arange(3)
    expected = [answer.rows(np.zeros(3, int), every)[j, k] for j in every for k in every]  # type: ignore[union-attr]
    (matrix,) = (part for part in parts(page) if isinstance(part, Matrix))
    cells = [value(cell, 4) for row in range(3) for cell in matrix.cells(row)]
    assert all(float(v) in cell for v, cell in zip(expected, cells, strict=True))
    lines = [links[-1][1] for name, links in chains(page) if re.match("∂σ[₁-₃]", name)]
    assert sorted(set(lines)) == sorted({cell for row in range(3) for cell in matrix.cells(row)})


def test_the_article_is_followed_line_by_line() -> None:
    text = flat(shown(worked("jacobian", "2 1 0.1")))
    lines = [
        "sᵢ = exp(xᵢ)",
        "S = Σᵢ sᵢ",
        "m = maxᵢ xᵢ = x₁ = 2",
        "s₂ = exp(1 − 2) = exp(−1) ≈ 0.3679",
        "S = s₁ + s₂ + s₃",
        "σ₂ = s₂/S = 0.3679/1.5174 ≈ 0.2424",
        "σⱼ = g/h",
        "g = sⱼ = exp(xⱼ − m)",
        "(g′·h − g·h′)/h²",
        "h′ = exp(xₖ − m) = sₖ",
        "g′ = exp(xⱼ − m) = sⱼ if j = k",
        "g′ = 0 if j ≠ k",
        "∂σⱼ/∂xⱼ = (sⱼ·S − sⱼ·sⱼ)/S²",
        "= (sⱼ/S)·((S − sⱼ)/S) = σⱼ(1 − σⱼ)",
        "∂σⱼ/∂xₖ = (0·S − sⱼ·sₖ)/S² = −(sⱼ/S)·(sₖ/S) = −σⱼ·σₖ",
        "∂σ₁/∂x₁ = σ₁(1 − σ₁) = 0.6590·0.3410 ≈ 0.2247",
        "∂σ₁/∂x₂ = ∂σ₂/∂x₁ = −σ₁·σ₂ = −0.6590·0.2424 ≈ −0.1598",
        "∂ln σⱼ/∂xₖ = ∂(xⱼ − ln S)/∂xₖ = δⱼₖ − σₖ",
    ]
    places = [text.find(line) for line in lines]
    assert -1 not in places, lines[places.index(-1)]
    assert places == sorted(places)


def test_a_masked_class_is_explained() -> None:
    text = shown(worked("jacobian", "2 -inf 1"))
    assert "s₂ = exp(−∞) = 0" in text
    assert "its row and its column of the Jacobian are 0" in text


def test_short_has_the_numbers_and_no_reasons() -> None:
    text = shown(worked("jacobian", "2 1 0.1", "short"))
    assert "0.6590·0.3410 ≈ 0.2247" in text
    assert "quotient rule" not in text
    assert len(text) < len(shown(worked("jacobian", "2 1 0.1"))) / 2
