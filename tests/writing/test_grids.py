import numpy as np

from softmax_cli.pages import Bars, Column, Grid, Tiles
from softmax_cli.writing.grids import grid_lines
from softmax_cli.writing.terminal import Terminal


def shown(grid: Grid, width: int) -> list[str]:
    lines = grid_lines(grid, Terminal(width))
    return ["".join(span.text for span in line).rstrip() for line in lines]


def tiles(count: int, short: str = "") -> Tiles:
    def cells(_: int, is_short: bool) -> list[str]:
        return ["50"] if is_short else ["0.5000"]

    return Tiles(tuple(f"c{k}" for k in range(count)), cells, np.full((1, count), 0.5), short)


LABEL = Column("row", ("1",), "right")


def test_tiles_are_shown_whole_where_all_fit() -> None:
    assert shown(Grid((LABEL, tiles(3, "in percent"))), 40)[1] == "  1   0.5000  0.5000  0.5000"


def test_tiles_are_short_where_not_all_fit_whole_and_the_unit_is_said() -> None:
    lines = shown(Grid((LABEL, tiles(6, "in percent"))), 40)
    assert lines[1].split() == ["1", *["50"] * 6]
    assert lines[2:] == ["in percent"]


def test_tiles_without_room_are_counted() -> None:
    lines = shown(Grid((LABEL, tiles(50))), 40)
    assert lines[1].endswith("0.5000  …")
    assert lines[2:] == ["… 46 more classes: -f csv shows all"]


def test_bars_take_the_room_that_is_left() -> None:
    assert shown(Grid((LABEL, Bars((1.0,)))), 40)[1] == "  1  " + "█" * 35


def test_the_remedy_is_the_grids_own() -> None:
    columns = (LABEL, Column("x", ("y" * 30,), spare=1))
    lines = shown(Grid(columns, all_columns="-f json"), 20)
    assert " ".join(lines[2:]) == "… 1 more column: -f json shows all"
