"""A Matrix on a terminal: tiles with digits where they fit, else a picture of its entries.

In a picture half a line is an entry, drawn by `▀` in two colours; where there are more
entries than places, each place is the sum of a block of them.
"""

from collections.abc import Sequence

import numpy as np
from rich.style import Style

from softmax_cli.pages import Column, Grid, Matrix, Text, Tiles
from softmax_cli.values import Floats
from softmax_cli.writing import palette
from softmax_cli.writing.grids import grid_lines
from softmax_cli.writing.lines import Line, Span, folded, spelled, width_of
from softmax_cli.writing.rounded import number
from softmax_cli.writing.strips import LONGEST_HEAD, column_strip, tile_strips
from softmax_cli.writing.terminal import Terminal, cell_len

# A picture of few entries is enlarged to about so many places, and one of many has no more.
_LEAST_SIDE, _LARGEST_SIDE = 24, 60
# Entries with many digits are listed instead, if there are not too many.
_LONG_ENTRY, _MOST_LISTED = 15, 400
# Without colours: from large and negative to large and positive, and the roots between them.
_SIGNS = "=-.+#"
_STEPS = (-0.5, -0.05, 0.05, 0.5)
_WIDEST_SCALE = 32


def matrix_lines(matrix: Matrix, terminal: Terminal) -> list[Line]:
    """The lines of a matrix, and of the scale below it."""
    tiled = None if matrix.pooled else _tiled(matrix, terminal)
    if tiled is None:
        return _listed(matrix, terminal) or _picture(matrix, terminal)
    return [*tiled, *(_scale(matrix.values, terminal) if _has_shades(terminal) else [])]


def _tiled(matrix: Matrix, terminal: Terminal) -> list[Line] | None:
    """The entries as tiles, if all fit: no tile is narrower than four characters."""
    names = Column("", tuple(_named(name, terminal) for name in matrix.rows))
    space = terminal.width - column_strip(names, terminal).width - 2
    if len(matrix.columns) * 4 > space:
        return None
    rows = [matrix.cells(row) for row in range(len(matrix.rows))]
    shares = matrix.values / _largest(matrix.values)
    tiles = Tiles(matrix.columns, lambda column, _: [row[column] for row in rows], shares)
    if len(tile_strips(tiles, space, False, terminal)) == len(matrix.columns):
        return grid_lines(Grid((names, tiles), matrix.all_entries), terminal)
    return None


def _listed(matrix: Matrix, terminal: Terminal) -> list[Line]:
    """The entries one under another, if they are few and more than four digits were asked for."""
    if matrix.values.size > _MOST_LISTED or len(matrix.cells(0)[0]) < _LONG_ENTRY:
        return []
    entries = [
        (_named(row, terminal), _named(column, terminal), cell)
        for index, row in enumerate(matrix.rows)
        for column, cell in zip(matrix.columns, matrix.cells(index), strict=True)
    ]
    rows, columns, cells = zip(*entries, strict=True)
    grid = Grid((Column("", rows), Column("", columns), Column("", cells, "point")))
    return grid_lines(grid, terminal)


def _picture(matrix: Matrix, terminal: Terminal) -> list[Line]:
    """The entries as half lines of colour, or as signs where there are not enough colours."""
    longest = max(matrix.values.shape)
    names = [_named(matrix.rows[row], terminal) for row in (0, -1)]
    label = max(map(cell_len, names))
    side = max(1, min(terminal.width - label - 1, _LARGEST_SIDE))
    block = -(-longest // side)
    values = _pooled(matrix.values, block)
    shares = values / _largest(values)
    enlarged = max(1, min(side, _LEAST_SIDE) // max(shares.shape))
    shares = shares.repeat(enlarged, axis=0).repeat(enlarged, axis=1)
    if _has_shades(terminal):
        drawn, scale = _halves(shares, terminal), _scale(values, terminal)
    else:
        drawn, scale = _signs(shares), _scale_of_signs(values, terminal)
    return [
        *_labelled(drawn, matrix, names, terminal),
        *scale,
        *_legend(matrix, block, terminal),
    ]


def _has_shades(terminal: Terminal) -> bool:
    """Whether there are colours enough for sizes."""
    return terminal.colors not in (None, "standard")


def _largest(values: Floats) -> float:
    return float(np.abs(values).max()) or 1.0


def _named(name: Text, terminal: Terminal) -> str:
    return terminal.cut(spelled(name, terminal), LONGEST_HEAD)


def _pooled(values: Floats, block: int) -> Floats:
    """The sums of square blocks."""
    if block == 1:
        return values
    rows = np.add.reduceat(values, range(0, values.shape[0], block), axis=0)
    return np.asarray(np.add.reduceat(rows, range(0, values.shape[1], block), axis=1))


def _halves(shares: Floats, terminal: Terminal) -> list[Line]:
    colors = terminal.colors or "truecolor"
    lines: list[Line] = []
    for row in range(0, len(shares), 2):
        above = [palette.pixel(float(share), colors) for share in shares[row]]
        if row + 1 < len(shares):
            below = [palette.pixel(float(share), colors) for share in shares[row + 1]]
            styles = [Style(color=a, bgcolor=b) for a, b in zip(above, below, strict=True)]
        else:
            styles = [Style(color=color) for color in above]
        lines.append([Span(terminal.own("▀"), style) for style in styles])
    return lines


def _signs(shares: Floats) -> list[Line]:
    """Two lines of entries as one: of each pair, the larger."""
    height = len(shares) // 2 * 2
    above, below = shares[:height:2], shares[1:height:2]
    larger = np.where(np.abs(above) >= np.abs(below), above, below)
    larger = np.vstack([larger, shares[height:]])
    roots = np.sign(larger) * np.sqrt(np.abs(larger))
    steps = np.digitize(roots, _STEPS)
    return [[Span("".join(_SIGNS[step] for step in row))] for row in steps]


def _labelled(
    drawn: Sequence[Line], matrix: Matrix, names: Sequence[str], terminal: Terminal
) -> list[Line]:
    """The picture with the names of its first and last rows and columns."""
    label = max(map(cell_len, names)) + 1
    first, last = (_named(matrix.columns[column], terminal) for column in (0, -1))
    first = terminal.cut(first, width_of(drawn[0]))
    gap = width_of(drawn[0]) - cell_len(first) - cell_len(last)
    heads = first + (" " * gap + last if gap > 0 and len(matrix.columns) > 1 else "")
    lines: list[Line] = [[Span(" " * label + heads, palette.DIM)]]
    for index, line in enumerate(drawn):
        name = names[0] if index == 0 else names[-1] if index == len(drawn) - 1 else ""
        lines.append([Span(name + " " * (label - cell_len(name)), palette.DIM), *line])
    return lines


def _legend(matrix: Matrix, block: int, terminal: Terminal) -> list[Line]:
    """What the picture shows, and the way to the digits."""
    size = "×".join(f"{len(names):,}" for names in (matrix.rows, matrix.columns))
    summed = block > 1 or matrix.pooled
    each = ", each place the sum of a block" if summed else ""
    if not _has_shades(terminal):
        each += ", each sign the larger of two above one another"
    text = f"a picture of {size} entries{each}: {matrix.all_entries} writes the digits"
    return [[Span(line, palette.DIM)] for line in folded(terminal.own(text), terminal.width)]


def _scale(values: Floats, terminal: Terminal) -> list[Line]:
    """The colours from the most negative entry to the most positive one, if not all are 0."""
    if not values.any():
        return []
    digits = number(_largest(values), 4)
    minus, plus = f"-{digits} ", f" +{digits}"
    width = min(_WIDEST_SCALE, terminal.width - len(minus) - len(plus)) // 2 * 2
    if width < 2:
        return []
    shares = [(position * 2 + 1) / width - 1 for position in range(width)]
    # The digits are on a scale of roots, so the colours change evenly along it.
    roots = [share * abs(share) for share in shares]
    colors = terminal.colors or "truecolor"
    bar = [Span(terminal.own("█"), Style(color=palette.pixel(root, colors))) for root in roots]
    return [[Span(minus, palette.DIM), *bar, Span(plus, palette.DIM)]]


def _scale_of_signs(values: Floats, terminal: Terminal) -> list[Line]:
    """The signs in the order of what they stand for, and the entries between them."""
    if not values.any():
        return []
    largest = _largest(values)
    limits = [f"{step * abs(step) * largest:+.2g}" for step in _STEPS]
    digits = number(largest, 4)
    ends = [*limits, f"+{digits}"]
    text = f"-{digits}" + "".join(
        f" {sign * 3} {end}" for sign, end in zip(_SIGNS, ends, strict=True)
    )
    return [[Span(line, palette.DIM)] for line in folded(text, terminal.width)]
