import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shown import ANIMALS, EVAL, GRAD, JACOBIAN, gradient, jacobian, probabilities

from softmax_cli.formulas import Data, formula, fraction, sub
from softmax_cli.pages import Column, Derivation, Grid, Page, Section, Sentence, Step
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, OfClass
from softmax_cli.writing.markup import escaped, markdown
from softmax_cli.writing.page import page_of


def written(answer: Answer, settings: Settings) -> str:
    return markdown(page_of([answer], settings))


def cells(line: str) -> list[str]:
    """The cells of a line of a pipe table."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def table(text: str) -> list[list[str]]:
    return [cells(line) for line in text.splitlines() if line.startswith("|")]


def test_one_vector_is_a_pipe_table() -> None:
    assert written(probabilities([2, 1, 0.1], ANIMALS), EVAL) == (
        "**softmax · 3 classes**\n"
        "\n"
        "| class   |   $x$ | $\\sigma$   |     |\n"
        "| :------ | ----: | ---------: | :-- |\n"
        "| **cat** | **2** | **0.6590** | ◀   |\n"
        "| dog     |     1 |     0.2424 |     |\n"
        "| bird    |   0.1 |     0.0986 |     |\n"
        "\n"
        "cat leads dog 2.7 : 1 · entropy 0.85 nat\n"
    ).replace("| $\\sigma$   |", "|   $\\sigma$ |")


def test_many_vectors_are_a_table_with_every_class() -> None:
    rows = table(written(probabilities(np.zeros((2, 40))), EVAL))
    assert {len(row) for row in rows} == {44}
    assert rows[2][3:5] == ["**0.0250**", "0.0250"]


def test_a_jacobian_is_a_table_with_named_rows_and_columns() -> None:
    rows = table(written(jacobian([2, 1, 0.1], ANIMALS), JACOBIAN))
    assert rows[0][1] == r"$\partial x_{\text{cat}}$"
    assert rows[2][0] == r"$\partial \sigma_{\text{cat}}$"
    assert rows[2][1:] == ["0.2247", "-0.1598", "-0.0650"]


def test_a_gradient_marks_its_target() -> None:
    answer = gradient([0.5, -1, 0.5], OfClass("target", np.array([1])))
    rows = table(written(answer, GRAD))
    assert [row[-1] for row in rows[2:]] == ["", "◀", ""]


@given(st.lists(st.text(max_size=12), min_size=3, max_size=3))
def test_no_name_breaks_out_of_its_cell(names: list[str]) -> None:
    rows = table(written(probabilities([2, 1, 0], tuple(names)), EVAL))
    assert [len(row) for row in rows] == [4] * 5


@pytest.mark.parametrize("text", ["a|b", "*x*", "_y_", "<b>", "[z](u)", "`c`", "$d$", "# e"])
def test_markup_in_a_name_is_escaped(text: str) -> None:
    shown = escaped(text)
    assert shown.replace("\\", "") == text
    assert not re.search(r"(?<!\\)[|*_<>\[\]`$#]", shown)


def test_a_derivation_is_a_math_fence_with_a_step_a_line() -> None:
    steps = (
        Step(sub("σ", "1"), fraction("1", "S"), why=("by definition",)),
        Step(None, formula("0.5"), "≈"),
    )
    assert markdown(Page((Derivation(steps),))).splitlines() == [
        "```math",
        r"\begin{aligned}",
        r"\sigma_{1} &= \frac{1}{S} && \text{by definition} \\",
        r" &\approx 0.5",
        r"\end{aligned}",
        "```",
    ]


def test_formulas_stand_between_dollar_signs_and_words_do_not() -> None:
    page = Page((Sentence(("where ", sub("x", Data("a_b")), " costs $5")),))
    assert markdown(page) == "where $x_{\\text{a\\_b}}$ costs \\$5\n"


def test_a_section_has_its_heading_in_bold() -> None:
    grid = Grid((Column("n", ("1",), "right"),))
    assert markdown(Page((Section(("row 1",), (grid,)),))) == (
        "**row 1**\n\n|   n |\n| --: |\n|   1 |\n"
    )


def test_a_long_reason_is_folded_below_its_step() -> None:
    why = "because every one of the exponentials is divided by one and the same sum of them all"
    lines = markdown(Page((Derivation((Step(None, formula("1"), why=(why,)),)),))).splitlines()
    assert lines[2].endswith(r"1 \\")
    reasons = re.findall(r"quad \\text\{(.*)\}", "\n".join(lines))
    assert len(reasons) == 2
    assert " ".join(reasons) == why


def test_a_long_reason_with_a_formula_stays_in_one_piece() -> None:
    why = ("the sum over all of the classes but the one that was asked for, ", sub("x", "j"))
    text = markdown(Page((Derivation((Step(formula("a"), formula("b"), "=", why),)),)))
    assert "\n" + rf" &\quad \text{{{why[0]}}}x_{{j}}" in text
