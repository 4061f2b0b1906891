import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from shown import (
    ANIMALS,
    EVAL,
    GRAD,
    JACOBIAN,
    PAPER,
    best,
    draw,
    gradient,
    jacobian,
    probabilities,
)

from softmax_cli.formulas import Data, call, formula, fraction, sub
from softmax_cli.pages import Column, Derivation, Grid, Page, Section, Sentence, Step
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, OfClass
from softmax_cli.writing.screen import screen
from softmax_cli.writing.terminal import Terminal

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
NUMBER = re.compile(r"(?<!\S)[<>]*-?\d+(?:\.\d+)?(?:e[-+]\d+)?(?!\S)")

logits = st.floats(-1e3, 1e3) | st.just(-np.inf)
names = st.none() | st.lists(st.text(max_size=30), min_size=12, max_size=12).map(tuple)


@st.composite
def answers(draw_from: st.DrawFn, classes: Any = names) -> tuple[Answer, Settings]:
    shape = rows, columns = draw_from(st.integers(1, 4)), draw_from(st.integers(1, 12))
    size = rows * columns
    x = np.array(draw_from(st.lists(logits, min_size=size, max_size=size))).reshape(shape)
    x[:, 0] = draw_from(st.floats(-1e3, 1e3))
    named = draw_from(classes)
    kinds: list[Any] = [probabilities, jacobian]
    kind = draw_from(st.sampled_from(kinds))
    return kind(x, named and named[:columns]), Settings("eval", rows=draw_from(st.integers(0, 5)))


@given(answers(), st.integers(20, 200), st.booleans())
def test_no_line_is_wider_than_the_terminal(given: Any, width: int, more: bool) -> None:
    answer, asked = given
    drawn = draw([answer], asked, Terminal(width), more=more)
    assert max(map(cell_len, drawn.splitlines())) <= width


@given(answers(), st.integers(20, 200), st.sampled_from(["standard", "256", "truecolor"]))
def test_colour_adds_escape_sequences_to_tables_and_nothing_else(
    given: Any, width: int, colors: Any
) -> None:
    answer, asked = given
    if not hasattr(answer, "rows"):
        coloured = ESCAPE.sub("", draw([answer], asked, Terminal(width, colors)))
        bare = draw([answer], asked, Terminal(width))
        assert [line.rstrip() for line in coloured.splitlines()] == bare.splitlines()


@given(answers(), st.integers(20, 200))
def test_no_line_ends_with_a_blank(given: Any, width: int) -> None:
    answer, asked = given
    drawn = draw([answer], asked, Terminal(width))
    assert not [line for line in drawn.splitlines() if line != line.rstrip()]


@given(answers(st.none()), st.integers(10, 200))
def test_digits_are_never_cut(given: Any, width: int) -> None:
    answer, asked = given
    whole = set(NUMBER.findall(draw([answer], asked, Terminal(100_000))))
    drawn = draw([answer], asked, Terminal(width)).splitlines()
    cells = {number for line in drawn for number in NUMBER.findall(line) if "." in number}
    tables = {number for number in cells if not number.endswith(".")}
    assert {number for number in tables if len(number) > 5} <= whole | entropies(drawn)


def entropies(lines: list[str]) -> set[str]:
    """The numbers of lines that are not tables: leads, entropies, axes and scales."""
    spoken = [line for line in lines if re.search(r"[a-z:]|^ *0 |^[-+]\d|^([-=.+#])\1\1", line)]
    return {number for line in spoken for number in NUMBER.findall(line)}


@given(answers(), st.integers(1, 8))
def test_no_width_is_too_narrow_for_a_number(given: Any, width: int) -> None:
    answer, asked = given
    assert draw([answer], asked, Terminal(width))


EXAMPLES: list[tuple[Answer, Settings]] = [
    (probabilities([2, 1, 0], ("猫", "b", "c")), EVAL),
    (probabilities([[2, 1, 0], [2, 2, 1]], ANIMALS), EVAL),
    (jacobian(np.zeros(3)), JACOBIAN),
    (jacobian(np.zeros(30)), JACOBIAN),
    (gradient([0.5, -1, 0.5], OfClass("target", np.array([1]))), GRAD),
    (best([[2, 1, 0.1], [0, 0, 5]], 2), EVAL),
]


@pytest.mark.parametrize(("answer", "asked"), EXAMPLES)
def test_ascii_is_enough(answer: Answer, asked: Settings) -> None:
    drawn = draw([answer], asked, Terminal(80, encoding="ascii"))
    assert drawn.isascii()
    assert max(map(len, drawn.splitlines())) <= 80
    assert "\\u" not in drawn.replace(r"\u732b", "")


@pytest.mark.parametrize(("answer", "asked"), EXAMPLES)
def test_without_colour_there_is_no_escape_sequence(answer: Answer, asked: Settings) -> None:
    assert "\x1b" not in draw([answer], asked, PAPER)


def test_extreme_numbers_have_bars() -> None:
    of = OfClass("output", np.array([0]))
    for size in (1e-320, 1e308):
        assert "█" in draw([gradient([size, -size, 0], of)], GRAD, PAPER)


def test_control_characters_and_escape_sequences_are_shown_escaped() -> None:
    hostile = ("\x1b[31mred", "a\nb", "\u202ereversed", "\udcff")
    drawn = draw([probabilities([4, 3, 2, 1], hostile)], EVAL, PAPER)
    drawn += draw([jacobian([4, 3, 2, 1], hostile)], JACOBIAN, PAPER)
    for escaped in (r"\x1b[31m", r"a\nb", r"\u202e", r"\udcff"):
        assert drawn.count(escaped) > 1
    assert not set(drawn) & {"\x1b", "\u202e", "\udcff"}


def test_emoji_that_are_joined_into_one_are_shown_as_they_are() -> None:
    joined = ("👩‍🔬", "👨‍👩‍👧", "a\u200db")
    drawn = draw([probabilities([3, 2, 1], joined)], EVAL, PAPER)
    assert joined[0] in drawn
    assert joined[1] in drawn
    assert r"a\u200db" in drawn


def test_an_empty_name_is_shown_as_empty() -> None:
    assert "\n''  " in draw([probabilities([2, 1], ("", "b"))], EVAL, PAPER)


def test_markup_is_nothing_special() -> None:
    drawn = draw([probabilities([2, 1], ("[bold]x[/]", ":cat:"))], EVAL, PAPER)
    assert "[bold]x[/]" in drawn
    assert ":cat:" in drawn


def test_wide_characters_are_aligned_by_the_room_they_take() -> None:
    drawn = draw([probabilities([2, 1, 0], ("猫", "🐶", "bird"))], EVAL, PAPER)
    rows = drawn.splitlines()[2:5]
    assert len({cell_len(row[: row.index("0.")]) for row in rows}) == 1


def test_a_long_name_is_cut_and_says_so() -> None:
    drawn = draw([probabilities([2, 1], ("a" * 100, "猫" * 100))], EVAL, PAPER)
    assert "a" * 25 + "…  " in drawn
    assert "猫" * 12 + "…  " in drawn


def test_what_has_no_room_is_counted() -> None:
    drawn = draw([probabilities(np.arange(300.0).reshape(2, 150) / 50)], EVAL, Terminal(40))
    assert re.search(r"… \d+ more classes: -f csv shows all", drawn)
    assert "σ in percent" in drawn


DERIVATION = Derivation(
    (
        Step(sub("σ", "1"), fraction(call("exp", sub("x", "1")), "S"), why=("the definition",)),
        Step(None, formula("0.6590"), "≈"),
        Step(sub("σ", Data("bird")), formula("1 − 0.6590"), why=("they sum to 1",)),
    )
)


def test_a_derivation_has_its_relations_under_one_another() -> None:
    drawn = screen(Page((DERIVATION,)), Terminal(60)).splitlines()
    assert drawn == [
        "      σ₁ = exp(x₁)/S   the definition",
        "         ≈ 0.6590",
        "  σ_bird = 1 − 0.6590   they sum to 1",
    ]


def test_a_long_step_is_folded_behind_its_relation() -> None:
    long = Step(formula("S"), formula(" + ".join(["2.7183"] * 12)))
    drawn = screen(Page((Derivation((long,)),)), Terminal(40)).splitlines()
    assert max(map(len, drawn)) <= 40
    assert all(line.startswith(("      2.7183", "      +")) for line in drawn[1:])


def test_a_section_begins_with_an_empty_line_and_its_heading() -> None:
    page = Page((Sentence(("one",)), Section(("two",), (Sentence(("three",)),))))
    assert screen(page, PAPER) == "one\n\ntwo\nthree\n"


def test_columns_with_the_most_spare_go_first() -> None:
    columns = tuple(Column(f"head {k}", ("x" * 8,), spare=k) for k in range(4))
    drawn = screen(Page((Grid(columns),)), Terminal(20)).splitlines()
    assert drawn[0].split() == ["head", "0", "head", "1"]
    assert drawn[2].startswith("… 2 more columns")
