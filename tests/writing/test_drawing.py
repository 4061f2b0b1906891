import itertools
import math
import re
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from softmax_cli.settings import Settings, Temperature
from softmax_cli.values import Answer, Batch, Matrices, Of, OfClass, OfWeights, Ranking, Vectors
from softmax_cli.writing.drawing import draw
from softmax_cli.writing.terminal import Terminal

ANIMALS = ("cat", "dog", "bird")
EVAL, JACOBIAN, GRAD = Settings("eval"), Settings("jacobian"), Settings("grad")
PAPER = Terminal(80)
NUMBER = re.compile(r"(?<!\S)[<>]*-?\d+(?:\.\d+)?(?:e[-+]\d+)?(?!\S)")


def softmax(x: Any) -> Any:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def batch(x: Any, classes: tuple[str, ...] | None = None, **beside: Any) -> Batch:
    return Batch(np.atleast_2d(np.array(x, dtype=float)), classes, **beside)


def probabilities(x: Any, classes: tuple[str, ...] | None = None, **beside: Any) -> Vectors:
    of_these = batch(x, classes, **beside)
    return Vectors(of_these, "softmax", softmax(of_these.values))


def showing(values: Any) -> Vectors:
    """An answer with these very values."""
    values = np.atleast_2d(np.array(values))
    return Vectors(batch(np.zeros(values.shape)), "softmax", values)


def gradient(values: Any, of: Of, loss: Any = None) -> Vectors:
    values = np.atleast_2d(np.array(values, dtype=float))
    given_batch = batch(np.arange(float(values.size)).reshape(values.shape), ANIMALS)
    return Vectors(given_batch, "grad", values, of, loss)


def jacobian(x: Any, classes: tuple[str, ...] | None = None, output: int | None = None) -> Matrices:
    of_these = batch(x, classes)
    p = softmax(of_these.values)

    def rows(vectors: Any, outputs: Any) -> Any:
        unit = outputs[:, None] == np.arange(p.shape[1])
        return p[vectors] * (unit - p[vectors, outputs][:, None])

    outputs = range(p.shape[1]) if output is None else (output,)
    return Matrices(of_these, outputs, rows)


def best(x: Any, top: int, **beside: Any) -> Ranking:
    of_these = batch(x, ANIMALS, **beside)
    p = softmax(of_these.values)
    order = np.argsort(-p, axis=1)[:, :top]
    return Ranking(of_these, "softmax", order, np.take_along_axis(p, order, axis=1))


def line_with(text: str, drawn: str) -> str:
    return next(line for line in drawn.splitlines() if text in line)


# --- digits


def test_a_decimal_is_shown_with_every_digit() -> None:
    digits = "0." + "6590011388859679" * 12
    values = np.array([[Decimal(digits), Decimal("1E-20")]], dtype=object)
    drawn = draw([showing(values)], EVAL, PAPER)
    assert digits in drawn
    assert "1e-20" in drawn


def test_decimals_of_several_vectors_stand_under_one_another() -> None:
    values = np.array([[Decimal("0.12345678901234567890")] * 2] * 2, dtype=object)
    drawn = draw([showing(values)], EVAL, PAPER)
    assert "\nrow 1\nclass" in drawn
    assert "\nrow 2\nclass" in drawn


# --- one vector


def test_one_vector_stands_with_a_class_a_row() -> None:
    assert draw([probabilities([2, 1, 0.1], ANIMALS)], EVAL, PAPER) == (
        "softmax of 3 logits\n"
        "\n"
        "class    x       σ\n"
        "───────────────────────────────────────────────────────\n"
        "cat    2    0.6590  █████████████████████▏ ◀ prediction\n"
        "dog    1    0.2424  ███████▊\n"
        "bird   0.1  0.0986  ███▏\n"
    )


def test_the_title_says_which_temperature() -> None:
    answer = [probabilities([2, 1, 0.1])]
    assert draw(answer, Settings("eval", temperature=Temperature("1/2", 0.5)), PAPER).startswith(
        "softmax of 3 logits, temperature 1/2\n"
    )
    assert "temperature" not in draw(
        answer, Settings("eval", temperature=Temperature("1.0", 1.0)), PAPER
    )


def test_classes_without_names_are_counted_from_where_the_user_counts() -> None:
    drawn = draw([probabilities([2, 1])], Settings("eval", zero_based=True), PAPER)
    assert [line[0] for line in drawn.splitlines()[4:]] == ["0", "1"]


def test_precision_is_what_was_asked_for() -> None:
    drawn = draw([probabilities([2, 1, 0.1])], Settings("eval", precision=7), PAPER)
    assert "0.6590011" in drawn


def test_a_masked_class_is_minus_infinity_and_exactly_zero() -> None:
    drawn = draw([probabilities([2, 1, -math.inf], ANIMALS)], EVAL, PAPER)
    assert line_with("bird", drawn).split() == ["bird", "-inf", "0"]


def test_the_points_of_a_column_stand_under_one_another() -> None:
    drawn = draw([probabilities([40, 20, -100.25, 0.125])], EVAL, Terminal(40))
    points = [[m.start() for m in re.finditer(r"\.", line)] for line in drawn.splitlines()[4:]]
    assert {places[-1] for places in points} == {points[0][-1]}
    assert points[2][0] == points[3][0]


def test_the_predicted_class_is_shown_however_many_stand_before_it() -> None:
    x = np.zeros(10_000)
    x[8712] = 5
    drawn = draw([probabilities(x)], Settings("eval", rows=4), PAPER)
    assert [line.split()[0] for line in drawn.splitlines()[4:]] == [*"1234", "…", "8713", "…"]
    assert drawn.endswith("… 9,995 more classes: --rows 0 shows all\n")


def test_a_predicted_class_just_behind_the_others_has_no_gap_before_it() -> None:
    drawn = draw([probabilities([0, 0, 1, 0])], Settings("eval", rows=2), PAPER)
    assert [line.split()[0] for line in drawn.splitlines()[4:]] == [*"123", "…"]


def test_no_limit_shows_every_class() -> None:
    drawn = draw([probabilities(np.zeros(300))], Settings("eval", rows=0), PAPER)
    assert len(drawn.splitlines()) == 304


# --- many vectors


def test_many_vectors_stand_a_vector_a_row() -> None:
    answers = [probabilities([[2, 1, 0.1], [0, 0, 5]], ANIMALS, lines=(2, 3))]
    assert draw(answers, EVAL, PAPER) == (
        "softmax of 2 vectors\n"
        "\n"
        "line     cat     dog    bird  prediction\n"
        "────────────────────────────────────────\n"
        "   2  0.6590  0.2424  0.0986  cat\n"
        "   3  0.0066  0.0066  0.9867  bird\n"
    )


def test_kept_cells_tell_vectors_apart() -> None:
    answers = [probabilities([[2, 1], [0, 5]], kept=((b"", b""),), lines=(2, 3))]
    cells = [["17", "train"], ["18", "test"]]
    drawn = draw(answers, EVAL, PAPER, kept=lambda _: cells, kept_names=("id", "split"))
    assert [line.split()[:2] for line in drawn.splitlines()[2:]][::2] == [
        ["id", "split"],
        *cells[:1],
    ]


def test_columns_that_stand_beside_the_classes_are_counted_where_they_have_no_room() -> None:
    drawn = draw([probabilities([[2, 1, 0.1], [0, 0, 5]])], EVAL, Terminal(20))
    assert drawn.endswith("… 2 more classes and\n1 more column: -f\njson shows all\n")


def test_vectors_of_different_lengths_are_padded_with_blanks() -> None:
    answers = [probabilities([[2, 1, 0.1]]), probabilities([[0, 5]])]
    last = draw(answers, EVAL, PAPER).splitlines()[-1]
    assert last == "  2  0.0067  0.9933          2"


def test_vectors_with_other_classes_have_a_table_of_their_own() -> None:
    answers = [probabilities([[2, 1]], ("a", "b")), probabilities([[0, 5]], ("c", "d"))]
    drawn = draw(answers, EVAL, PAPER)
    assert "row       a       b" in drawn
    assert "row       c       d" in drawn


def test_a_table_says_when_there_are_more_vectors() -> None:
    drawn = draw([probabilities([[2, 1], [0, 5]])], EVAL, PAPER, more=True)
    assert drawn.startswith("softmax of the first 2 vectors\n")
    assert drawn.endswith("… there are more vectors: --rows 0 shows all\n")


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw([], EVAL, PAPER) == ""


# --- the most probable classes


def test_a_ranking_numbers_the_classes_of_each_vector() -> None:
    drawn = draw([best([[2, 1, 0.1], [0, 0, 5]], 2, lines=(2, 3))], EVAL, PAPER)
    rows = [re.sub("[█▏▎▍▌▋▊▉]", "", line).split() for line in drawn.splitlines()[4:]]
    assert rows == [
        ["2", "1", "cat", "0.6590"],
        ["2", "dog", "0.2424"],
        ["3", "1", "bird", "0.9867"],
        ["2", "cat", "0.0066"],
    ]


# --- Jacobians


def test_a_jacobian_is_a_matrix_with_its_rows_and_columns_labelled() -> None:
    assert draw([jacobian([2, 1, 0.1], ANIMALS)], JACOBIAN, PAPER) == (
        "Jacobian of the softmax: ∂σj/∂xk in row j, column k\n"
        "\n"
        "          ∂x cat   ∂x dog  ∂x bird\n"
        "──────────────────────────────────\n"
        "∂σ cat    0.2247  -0.1598  -0.0650\n"
        "∂σ dog   -0.1598   0.1837  -0.0239\n"
        "∂σ bird  -0.0650  -0.0239   0.0889\n"
    )


def test_a_jacobian_wider_than_the_terminal_says_how_to_see_it_all() -> None:
    drawn = draw([jacobian(np.zeros(12))], JACOBIAN, Terminal(40))
    assert line_with("∂x1", drawn).endswith("…")
    assert drawn.endswith("… 9 more classes: -f csv shows all\n")


def test_a_jacobian_too_large_for_memory_is_formed_only_where_it_is_shown() -> None:
    drawn = draw([jacobian(np.zeros(100_000))], Settings("jacobian", rows=3), PAPER)
    assert "… 99,997 more rows: --rows 0 shows all" in drawn


def test_jacobians_of_several_vectors_stand_under_one_another() -> None:
    drawn = draw([jacobian([[2, 1], [0, 5]])], JACOBIAN, PAPER)
    assert "\n\nrow 1\n" in drawn
    assert "\n\nrow 2\n" in drawn


def test_one_row_of_a_jacobian_is_drawn_a_class_a_row() -> None:
    drawn = draw(
        [jacobian([2, 1, 0.1], ANIMALS, output=1)], Settings("jacobian", output="dog"), PAPER
    )
    assert drawn.startswith("row dog of the Jacobian")
    assert line_with("cat", drawn).split()[:3] == ["cat", "2", "-0.1598"]


# --- gradients


def test_a_gradient_has_a_centred_bar() -> None:
    of = OfClass("target", np.array([1]))
    drawn = draw([gradient([0.5, -1, 0.5], of, loss=np.array([1.41703]))], GRAD, Terminal(50))
    assert drawn == (
        "gradient of the cross-entropy L against class dog,\n"
        "L = 1.4170\n"
        "\n"
        "class  x    ∂L/∂x\n"
        "─────────────────────────────────────────────────\n"
        "cat    0   0.5000            │█████\n"
        "dog    1  -1       ██████████│           ◀ target\n"
        "bird   2   0.5000            │█████\n"
    )


@pytest.mark.parametrize(
    ("of", "title"),
    [
        (OfClass("target", np.array([1])), "the cross-entropy L against class dog"),
        (
            OfWeights("target", np.array([0.5, 0.5, 0])),
            "cross-entropy L against the distribution y",
        ),
        (OfWeights("upstream", np.array([1.0, 2, 3])), "by the chain rule: Jᵀg"),
        (OfClass("output", np.array([2])), "the probability of class bird"),
        (OfClass("prediction", np.array([0])), "the probability of the predicted class, cat"),
    ],
)
def test_the_title_of_a_gradient_says_what_is_differentiated(of: Of, title: str) -> None:
    assert title in draw([gradient([0.25, -0.25, 0], of)], GRAD, PAPER)


def test_a_target_distribution_and_an_upstream_gradient_stand_beside_what_they_give() -> None:
    of = OfWeights("target", np.array([0.1, 0.9, 0]))
    rows = draw([gradient([0.25, -0.25, 0], of)], GRAD, PAPER).splitlines()
    assert rows[2].split() == ["class", "x", "y", "∂L/∂x"]
    assert [row.split()[2] for row in rows[4:]] == ["0.1", "0.9", "0"]


def test_gradients_of_many_vectors_name_their_targets_and_losses() -> None:
    of = OfClass("target", np.array([1, 2]))
    answer = gradient([[0.5, -1, 0.5], [0.2, 0.3, -0.5]], of, np.array([1.5, 1.9287e-22]))
    drawn = draw([answer], GRAD, PAPER)
    assert line_with("target", drawn.split("\n\n")[1]).split()[-2:] == ["target", "loss"]
    assert drawn.splitlines()[-1].split()[-2:] == ["bird", "1.9e-22"]


# --- names from the data


def test_control_characters_and_escape_sequences_are_shown_escaped() -> None:
    names = ("\x1b[31mred", "a\nb", "\u202ereversed", "\udcff")
    drawn = draw([probabilities([4, 3, 2, 1], names)], EVAL, PAPER)
    for escaped in (r"\x1b[31mred", r"a\nb", r"\u202ereversed", r"\udcff"):
        assert escaped in drawn
    assert not set(drawn) & {"\x1b", "\u202e", "\udcff"}


def test_markup_is_nothing_special() -> None:
    assert "[bold]x[/]" in draw([probabilities([2, 1], ("[bold]x[/]", ":cat:"))], EVAL, PAPER)
    assert ":cat:" in draw([probabilities([2, 1], ("[bold]x[/]", ":cat:"))], EVAL, PAPER)


def test_wide_characters_are_aligned_by_the_room_they_take() -> None:
    drawn = draw([probabilities([2, 1, 0], ("猫", "🐶", "bird"))], EVAL, PAPER)
    rows = drawn.splitlines()[4:]
    assert len({cell_len(row[: row.index("0.")]) for row in rows}) == 1


def test_a_long_name_is_cut_and_says_so() -> None:
    drawn = draw([probabilities([2, 1], ("a" * 100, "猫" * 100))], EVAL, PAPER)
    assert "a" * 25 + "…  " in drawn
    assert "猫" * 12 + "…  " in drawn


# --- colours and signs


def test_ascii_is_enough() -> None:
    of = OfClass("target", np.array([1]))
    paper = Terminal(80, encoding="ascii")
    answers: list[tuple[Answer, Settings]] = [
        (probabilities([2, 1, 0], ("猫", "b", "c")), EVAL),
        (jacobian(np.zeros(30)), JACOBIAN),
        (gradient([0.5, -1, 0.5], of), GRAD),
    ]
    for answer, asked in answers:
        drawn = draw([answer], asked, paper)
        assert drawn.isascii()
        assert max(map(len, drawn.splitlines())) <= 80


def test_without_colour_there_is_no_escape_sequence() -> None:
    assert "\x1b" not in draw([jacobian([2, 1, 0.1])], JACOBIAN, PAPER)


@pytest.mark.parametrize("colors", ["standard", "256", "truecolor"])
def test_colour_adds_escape_sequences_and_nothing_else(colors: Any) -> None:
    of = OfClass("target", np.array([1]))
    answers: list[tuple[Answer, Settings]] = [
        (probabilities([2, 1, 0.1], ANIMALS), EVAL),
        (jacobian([2, 1, 0.1]), JACOBIAN),
        (gradient([0.5, -1, 0.5], of), GRAD),
    ]
    for answer, asked in answers:
        coloured = draw([answer], asked, Terminal(80, colors))
        bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
        assert coloured != bare
        lines = [line.rstrip() for line in bare.splitlines()]
        assert lines == draw([answer], asked, PAPER).splitlines()


def test_cells_of_a_jacobian_are_shaded_by_sign() -> None:
    drawn = draw([jacobian([1, 1])], JACOBIAN, Terminal(80, "truecolor"))
    assert "48;2;0;84;200m 0.2500" in drawn
    assert "48;2;190;24;40m-0.2500" in drawn


# --- any width


logits = st.floats(-1e3, 1e3) | st.just(-math.inf)
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


@settings(deadline=None)
@given(answers(), st.integers(20, 200), st.booleans())
def test_no_line_is_wider_than_the_terminal(given: Any, width: int, more: bool) -> None:
    answer, asked = given
    drawn = draw([answer], asked, Terminal(width), more=more)
    assert max(map(cell_len, drawn.splitlines())) <= width


@settings(deadline=None)
@given(answers(st.none()), st.integers(10, 200))
def test_digits_are_never_cut(given: Any, width: int) -> None:
    answer, asked = given
    whole = set(NUMBER.findall(draw([answer], asked, Terminal(100_000))))
    _, *drawn = draw([answer], asked, Terminal(width)).split("\n\n")
    for table in drawn:
        cells = itertools.takewhile(lambda line: not line.startswith("… "), table.splitlines())
        assert set(NUMBER.findall(" ".join(cells))) <= whole


@settings(deadline=None)
@given(answers(), st.integers(1, 8))
def test_no_width_is_too_narrow_for_a_number(given: Any, width: int) -> None:
    answer, asked = given
    assert draw([answer], asked, Terminal(width))
