import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.pages import Bars, Column, Tiles
from softmax_cli.writing.lines import width_of
from softmax_cli.writing.strips import aligned, bar_strip, column_strip, tile_strips
from softmax_cli.writing.terminal import Terminal

PAPER = Terminal(80)


def texts(strip: object) -> list[str]:
    return ["".join(span.text for span in line) for line in strip.cells]  # type: ignore[attr-defined]


def test_points_stand_under_one_another() -> None:
    assert aligned(["2", "0.125", "-100.25", "1e-9", ""]) == [
        "   2    ",
        "   0.125",
        "-100.25 ",
        "   1e-9 ",
        "",
    ]


@given(st.floats(0, 1), st.integers(8, 100))
def test_a_bar_is_as_long_as_its_share_to_an_eighth(share: float, width: int) -> None:
    (line,) = texts(bar_strip(Bars((share,)), width, PAPER))
    eighths = sum({"█": 8}.get(c, "▏▎▍▌▋▊▉".find(c) + 1) for c in line)
    assert abs(eighths / 8 - share * width) <= 1 / 16 + 1e-9
    assert len(line) == width


@given(st.floats(-1, 1), st.integers(8, 100))
def test_a_signed_bar_starts_at_the_centre(share: float, width: int) -> None:
    (line,) = texts(bar_strip(Bars((share,), signed=True), width, PAPER))
    left, right = line.split("│")
    assert len(left) == (width - 1) // 2
    assert not (right if share < 0 else left).strip()
    size = (left + right).count("█") + ((left + right).count("▌") + (left + right).count("▐")) / 2
    assert abs(size - abs(share) * ((width - 1) // 2)) <= 0.25 + 1e-9


@pytest.mark.parametrize("share", [-1e308, 1e308, float("inf"), -0.0, 5e-324])
def test_any_share_has_a_bar_that_fits(share: float) -> None:
    for signed in (True, False):
        strip = bar_strip(Bars((share,), signed), 21, PAPER)
        assert width_of(strip.cells[0]) == 21


def test_the_axis_spans_the_track() -> None:
    strip = bar_strip(Bars((0.5,), axis=("0", "0.5", "1"), marks=("◀",)), 30, PAPER)
    (axis,) = strip.foot
    assert axis.text.startswith("0 ")
    assert axis.text.endswith(" 1")
    assert len(axis.text) == 28


def test_marks_stay_where_bars_have_no_room() -> None:
    assert texts(bar_strip(Bars((0.5, 0.1), marks=("◀", "")), 3, PAPER)) == ["◀", ""]


def test_cells_are_filled_to_the_width_of_the_widest() -> None:
    assert texts(column_strip(Column("n", ("1", "200"), "right"), PAPER)) == ["  1", "200"]
    assert texts(column_strip(Column("name", ("猫", "b")), PAPER)) == ["猫  ", "b   "]


def test_only_tiles_that_are_shown_are_formed() -> None:
    formed = []

    def cells(index: int, _: bool) -> list[str]:
        formed.append(index)
        return ["0.5000"]

    tiles = Tiles(tuple(map(str, range(1000))), cells, np.zeros((1, 1000)))
    assert len(tile_strips(tiles, 40, False, PAPER)) == 5
    assert formed == [0, 1, 2, 3, 4, 5]
