import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shown import (
    ANIMALS,
    EVAL,
    GRAD,
    PAPER,
    batch,
    best,
    draw,
    gradient,
    line_with,
    probabilities,
)

from softmax_cli.formulas import Data
from softmax_cli.pages import Bars, Column, Grid, Part, Tiles
from softmax_cli.settings import Settings
from softmax_cli.values import OfClass, OfWeights, Vectors
from softmax_cli.writing.tables import is_counted, labelled, many_vectors, one_vector, ranking
from softmax_cli.writing.terminal import Terminal
from softmax_cli.writing.view import View

finite = st.lists(st.floats(-300, 300), min_size=1, max_size=8)


def grid_of(parts: list[Part]) -> Grid:
    """The first block, which is the table."""
    assert isinstance(parts[0], Grid)
    return parts[0]


def only(kind: Any, grid: Grid) -> Any:
    """The only column of a kind."""
    (found,) = (column for column in grid.columns if isinstance(column, kind))
    return found


def views(answer: Vectors, settings: Settings = EVAL) -> list[View[Vectors]]:
    return [View(answer, v, (str(v + 1),), settings) for v in range(len(answer.values))]


@given(finite)
def test_every_column_of_a_table_has_a_cell_for_each_class(x: list[float]) -> None:
    (view,) = views(probabilities(x))
    grid = grid_of(one_vector(view))
    for column in grid.columns:
        cells = column.cells if isinstance(column, Column) else only(Bars, grid).shares
        assert len(cells) == len(x)
        if isinstance(column, Column):
            assert len(column.meanings) in (0, len(x))


@given(finite)
def test_bars_of_probabilities_lie_between_0_and_1_in_the_order_of_the_values(
    x: list[float],
) -> None:
    (view,) = views(probabilities(x))
    shares = np.array(only(Bars, grid_of(one_vector(view))).shares)
    assert (shares >= 0).all()
    assert (shares <= 1).all()
    assert (np.diff(shares[np.argsort(x, kind="stable")]) >= 0).all()


@given(st.lists(st.floats(-1e308, 1e308), min_size=3, max_size=3))
def test_the_longest_bar_of_a_gradient_is_whole_and_keeps_its_sign(values: list[float]) -> None:
    answer = gradient(values, OfWeights("upstream", np.ones(3)))
    bars = only(Bars, grid_of(one_vector(views(answer, GRAD)[0])))
    assert bars.signed
    assert max(map(abs, bars.shares)) == (1 if any(values) else 0)
    for share, value in zip(bars.shares, values, strict=True):
        assert share == 0 or math.copysign(1, share) == math.copysign(1, value)


def test_bars_are_scaled_only_where_every_probability_is_small() -> None:
    small, large = (
        only(Bars, grid_of(one_vector(views(probabilities(np.zeros(n)))[0]))) for n in (5, 4)
    )
    assert (set(small.shares), small.axis) == ({1.0}, ("0", "0.2000"))
    assert (set(large.shares), large.axis) == ({0.25}, ("0", "0.5", "1"))


def test_a_vector_with_fewer_classes_has_bare_tiles_without_text() -> None:
    several = views(probabilities([[2, 1, 0.1]])) + views(probabilities([[0, 5]]))
    tiles = only(Tiles, grid_of(many_vectors(several, ["row"])))
    assert np.isnan(tiles.shares).tolist() == [[False] * 3, [False, False, True]]
    assert list(tiles.cells(2, False)) == ["0.0986", ""]
    assert list(tiles.cells(0, True)) == ["66", "1"]


def test_the_columns_that_tell_vectors_apart_are_spared_from_the_last() -> None:
    heads = [Data("id"), Data("day")]
    columns = labelled([(Data("x"), Data("mon")), (Data("y"), Data("tue"))], heads)
    assert [column.cells for column in columns] == [
        (Data("x"), Data("y")),
        (Data("mon"), Data("tue")),
    ]
    assert 0 < columns[0].spare < columns[1].spare
    assert {column.align for column in columns} == {"left"}
    assert not is_counted(heads)
    assert labelled([("1",)], ["row"])[0].align == "right"


def test_a_rank_has_its_label_once_and_the_first_is_the_prediction() -> None:
    answer = best([[2, 1, 0.1], [0, 0, 5]], 2)
    both = [View(answer, v, (str(v + 1),), EVAL) for v in range(2)]
    label, rank, name, numbers, _ = grid_of(ranking(both, ["row"], alone=False)).columns
    assert isinstance(label, Column)
    assert isinstance(rank, Column)
    assert isinstance(name, Column)
    assert isinstance(numbers, Column)
    assert label.cells == ("1", "", "2", "")
    assert rank.cells == ("1", "2", "1", "2")
    assert [cell.text for cell in name.cells if isinstance(cell, Data)] == [
        *("cat", "dog", "bird", "cat")
    ]
    assert name.meanings == ("prediction", "plain") * 2


def test_one_vector_has_a_class_a_row() -> None:
    assert draw([probabilities([2, 1, 0.1], ANIMALS)], EVAL, Terminal(50)) == (
        "softmax · 3 classes\n"
        "class    x       σ\n"
        "cat    2    0.6590  ██████████████████▌╌╌╌╌╌╌╌╌╌ ◀\n"
        "dog    1    0.2424  ██████▊╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌\n"
        "bird   0.1  0.0986  ██▊╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌\n"
        "                    0           0.5            1\n"
        "cat leads dog 2.7 : 1 · entropy 0.85 nat\n"
    )


def test_a_gradient_has_bars_to_both_sides_of_a_line() -> None:
    of = OfClass("target", np.array([1]))
    answer = gradient([0.6652, -0.7553, 0.0900], of, loss=np.array([1.41703]))
    drawn = draw([answer], GRAD, Terminal(62))
    assert drawn.startswith("∂L/∂x · cross-entropy against dog, L = 1.4170\n")
    assert line_with("cat", drawn).endswith("│██████████████")
    assert re.search(r"  █{16}│ +◀$", line_with("dog ", drawn))
    assert "raise x ◂ ▸ lower x" in drawn


def test_a_masked_class_is_minus_infinity_and_exactly_zero() -> None:
    drawn = draw([probabilities([2, 1, -math.inf], ANIMALS)], EVAL, Terminal(25))
    assert line_with("bird", drawn).split() == ["bird", "-inf", "0"]


def test_ties_share_the_mark() -> None:
    drawn = draw([probabilities([2, 2, 1], ANIMALS)], EVAL, PAPER)
    assert [line.endswith("◀") for line in drawn.splitlines()[2:5]] == [True, True, False]
    assert drawn.endswith("cat and dog tie · entropy 1.02 nat\n")


def test_the_largest_classes_are_shown_of_many() -> None:
    x = np.arange(1000) / 100
    drawn = draw([probabilities(x)], Settings("eval", rows=3), PAPER)
    assert [line.split()[0] for line in drawn.splitlines()[2:5]] == ["1000", "999", "998"]
    assert "… the 3 largest of 1,000 classes: --rows 0 shows all" in drawn
    assert "scaled to the largest" in drawn


def test_of_one_class_shown_the_line_says_the_largest() -> None:
    drawn = draw([probabilities([1, 2, 3])], Settings("eval", rows=1), PAPER)
    assert "… the largest of 3 classes: --rows 0 shows all" in drawn


def test_many_vectors_have_a_vector_a_row_with_the_prediction_first() -> None:
    answers = [probabilities([[2, 1, 0.1], [0, 0, 5]], ANIMALS, lines=(2, 3))]
    assert draw(answers, EVAL, PAPER) == (
        "softmax · 2 vectors\n"
        "line  prediction       σ      cat     dog    bird\n"
        "   2  cat         0.6590   0.6590  0.2424  0.0986\n"
        "   3  bird        0.9867   0.0066  0.0066  0.9867\n"
    )


def test_a_kept_column_of_class_names_says_which_predictions_are_right() -> None:
    answers = [probabilities([[2, 1, 0], [0, 0, 5]], ANIMALS, kept=((b"", b""),))]
    cells = [["cat"], ["dog"]]
    drawn = draw(answers, EVAL, PAPER, kept=lambda _: cells, kept_names=("label",))
    assert "✓" in line_with("0.6652", drawn)
    assert "✗" in line_with("0.9867", drawn)


def test_a_tie_among_many_vectors_is_said() -> None:
    drawn = draw([probabilities([[1, 1, 0], [0, 0, 5]], ANIMALS)], EVAL, PAPER)
    assert "+1 tied" in line_with("cat", drawn.split("\n", 2)[2])


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_prediction_and_its_probability_are_on_every_screen(width: int) -> None:
    drawn = draw([probabilities(np.arange(300.0).reshape(2, 150) % 7.3)], EVAL, Terminal(width))
    for line in drawn.splitlines()[2:4]:
        assert re.match(r" *\d+ +\d+ +0\.\d{4}", line)


def test_vectors_of_different_lengths_are_padded_with_blanks() -> None:
    answers = [probabilities([[2, 1, 0.1]]), probabilities([[0, 5]])]
    assert draw(answers, EVAL, PAPER).splitlines()[-1].split() == [
        "2",
        "2",
        "0.9933",
        "0.0067",
        "0.9933",
    ]


def test_a_ranking_numbers_the_classes_of_each_vector() -> None:
    drawn = draw([best([[2, 1, 0.1], [0, 0, 5]], 2, lines=(2, 3))], EVAL, Terminal(30))
    rows = [re.sub("[█▏▎▍▌▋▊▉╌]", "", line).split() for line in drawn.splitlines()]
    assert rows[3:7] == [
        ["2", "1", "cat", "0.6590"],
        ["2", "dog", "0.2424"],
        ["3", "1", "bird", "0.9867"],
        ["2", "cat", "0.0066"],
    ]


def test_only_a_target_is_marked_in_a_gradient() -> None:
    kinds: list[tuple[Any, bool]] = [("target", True), ("output", False), ("prediction", False)]
    for kind, is_marked in kinds:
        answer = gradient([0.25, -0.25, 0], OfClass(kind, np.array([1])))
        assert ("◀" in draw([answer], GRAD, PAPER)) == is_marked


def test_a_target_distribution_stands_beside_what_it_gives() -> None:
    of = OfWeights("target", np.array([0.1, 0.9, 0]))
    rows = draw([gradient([0.25, -0.25, 0], of)], GRAD, PAPER).splitlines()
    assert rows[1].split()[:5] == ["class", "x", "y", "σ", "∂L/∂x"]
    assert [row.split()[2] for row in rows[2:5]] == ["0.1", "0.9", "0"]


def test_gradients_of_many_vectors_name_their_targets_and_losses() -> None:
    of = OfClass("target", np.array([1, 2]))
    answer = gradient([[0.5, -1, 0.5], [0.2, 0.3, -0.5]], of, np.array([1.5, 1.9287e-22]))
    drawn = draw([answer], GRAD, PAPER)
    assert drawn.splitlines()[1].split()[:3] == ["row", "target", "loss"]
    assert drawn.splitlines()[-1].split()[:3] == ["2", "bird", "1.9e-22"]


def logarithms(x: Any) -> Vectors:
    found = probabilities(x)
    return found._replace(quantity="log_softmax", values=np.log(found.values))


def test_logarithms_have_the_bars_of_their_probabilities() -> None:
    (view,) = views(logarithms([2, 1, 0.1]))
    bars = only(Bars, grid_of(one_vector(view)))
    np.testing.assert_allclose(bars.shares, probabilities([2, 1, 0.1]).values[0])
    assert bars.heads[0].text == "σ"


def test_logarithms_of_many_vectors_are_shaded_by_their_probabilities() -> None:
    answer = logarithms([[2, 1, 0.1], [0, 0, 0]])
    tiles = only(Tiles, grid_of(many_vectors(views(answer), ["row"])))
    np.testing.assert_allclose(tiles.shares, np.exp(answer.values))
    assert list(tiles.cells(1, False)) == ["-1.4170", "-1.0986"]


def test_the_bars_of_a_diagonal_are_scaled_to_the_largest() -> None:
    diagonal = Vectors(batch([0, 0, 0]), "jacobian", np.array([[0.2, 0.1, 0.05]]))
    bars = only(Bars, grid_of(one_vector(views(diagonal)[0])))
    assert (list(bars.shares), bars.axis) == ([1.0, 0.5, 0.25], ("0", "0.2000"))
    assert bars.heads == ("scaled to the largest",)
