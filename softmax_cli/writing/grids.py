"""A Grid on a terminal: as many of its columns as fit.

A cell is shown whole: where it does not fit, its column is left out, and a line
says so. rich.table cuts numbers, and takes 30 times as long.
"""

from collections.abc import Iterable, Iterator, Sequence

from softmax_cli.errors import counted
from softmax_cli.pages import Bars, Column, Grid, Tiles
from softmax_cli.writing import palette
from softmax_cli.writing.lines import Line, Span, folded
from softmax_cli.writing.strips import (
    Strip,
    bar_strip,
    column_strip,
    dots_strip,
    filled_to,
    least_bar,
    tile_strips,
)
from softmax_cli.writing.terminal import Terminal


def grid_lines(grid: Grid, terminal: Terminal) -> list[Line]:
    """The lines of a grid, and of what it leaves out."""
    strips = [_unfilled(column, terminal) for column in grid.columns]
    kept, left = _with_room(grid.columns, strips, terminal.width)
    available = terminal.width - _span(strips[index] for index in kept)
    chosen: list[Strip] = []
    notes = [_hidden(left, "column", "columns")]
    short = False
    for index in kept:
        column = grid.columns[index]
        if isinstance(column, Tiles):
            space = _space(strips[index], available)
            tiles, short = _tiles(column, space, terminal)
            hidden = len(column.heads) - len(tiles)
            notes.append(_hidden(hidden, "class", "classes"))
            dots = dots_strip(len(column.shares), terminal)
            has_dots = hidden and space >= sum(tile.width for tile in tiles) + dots.width
            chosen += [*tiles, dots] if has_dots else tiles
        elif isinstance(column, Bars):
            chosen.append(bar_strip(column, _space(strips[index], available), terminal))
        else:
            chosen.append(strips[index])
    return [*_rows(chosen), *_notes(grid, notes, short, terminal)]


def left_out(missing: Iterable[str], remedy: str, terminal: Terminal) -> list[Line]:
    """A line about what is not shown, if anything is not."""
    counts = [text for text in missing if text]
    if not counts:
        return []
    text = terminal.own("… ") + " and ".join(counts) + f": {remedy} shows all"
    return [[Span(line, palette.DIM)] for line in folded(text, terminal.width)]


def _unfilled(column: Column | Bars | Tiles, terminal: Terminal) -> Strip:
    """A column as it is before it takes the width that is left: its least width."""
    if isinstance(column, Column):
        return column_strip(column, terminal)
    if isinstance(column, Bars):
        return Strip(least_bar(column, terminal), [], [[]] * len(column.shares))
    dots = dots_strip(len(column.shares), terminal)
    first = tile_strips(
        column._replace(heads=column.heads[:1]), 10**9, bool(column.short), terminal
    )
    return dots._replace(width=dots.width + first[0].width + dots.gap, gap=first[0].gap)


def _with_room(
    columns: Sequence[Column | Bars | Tiles], strips: Sequence[Strip], width: int
) -> tuple[list[int], int]:
    """Which columns stay, and how many do not: those that go together count as one.

    The most spare go first, as far as the width demands.
    """
    spares = [column.spare if isinstance(column, Column) else 0 for column in columns]
    kept, left = list(range(len(columns))), 0
    for spare in sorted(set(spares) - {0}, reverse=True):
        if _span(strips[i] for i in kept) <= width:
            break
        kept = [i for i in kept if spares[i] != spare]
        left += 1
    return kept, left


def _span(strips: Iterable[Strip]) -> int:
    """The width of strips side by side; a strip of no width has no gap."""
    taken = 0
    for strip in strips:
        taken += strip.width + strip.gap * bool(taken and strip.width)
    return taken


def _space(strip: Strip, available: int) -> int:
    """The width of a strip that takes all that is left."""
    return available + strip.width - (0 if strip.width else strip.gap)


def _tiles(tiles: Tiles, available: int, terminal: Terminal) -> tuple[list[Strip], bool]:
    """The tiles that fit, whole or short, and whether they are short."""
    whole = tile_strips(tiles, available, False, terminal)
    if len(whole) == len(tiles.heads):
        return whole, False
    if not tiles.short:
        dots = dots_strip(0, terminal)
        return tile_strips(tiles, available - dots.width - dots.gap, False, terminal), False
    short = tile_strips(tiles, available, True, terminal)
    if len(short) < len(tiles.heads):
        dots = dots_strip(0, terminal)
        short = tile_strips(tiles, available - dots.width - dots.gap, True, terminal)
    return short, bool(short)


def _rows(strips: Sequence[Strip]) -> Iterator[Line]:
    strips = [strip for strip in strips if strip.width]
    if any(span.text.strip() for strip in strips for span in strip.head):
        yield _joined([strip.head for strip in strips], strips)
    for row in range(len(strips[0].cells)):
        yield _joined([strip.cells[row] for strip in strips], strips)
    if any(strip.foot for strip in strips):
        yield _joined([strip.foot for strip in strips], strips)


def _joined(lines: Sequence[Line], strips: Sequence[Strip]) -> Line:
    """One line of all strips."""
    joined: list[Span] = []
    for line, strip in zip(lines, strips, strict=True):
        if joined and strip.gap:
            joined.append(Span(" " * strip.gap))
        joined += filled_to(line, strip.width)
    return joined


def _hidden(count: int, one: str, more: str) -> str:
    return counted(count, f"more {one}", f"more {more}") if count else ""


def _notes(grid: Grid, missing: Iterable[str], short: bool, terminal: Terminal) -> list[Line]:
    lines = left_out(missing, grid.all_columns, terminal)
    if short:
        units = next(column.short for column in grid.columns if isinstance(column, Tiles))
        lines.insert(0, [Span(terminal.own(units), palette.DIM)])
    return lines
