"""The fast reader: a block's numbers are read all at once, by a JSON parser.

It gives what the row-by-row reader gives. Rows that it cannot read, whatever the reason, it
leaves to that reader, which finds the errors among them.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from softmax_cli.errors import SoftmaxError
from softmax_cli.reading.classes import class_index
from softmax_cli.reading.delimited import text_of
from softmax_cli.reading.grid import Grid
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.spellings import read_numbers
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block, Cells, Floats, Integers

# Importing orjson takes as long as reading about this much text row by row.
_SMALLEST_BLOCK = 32 * 1024
# How often rows are left out of a block before all of it is left.
_MOST_PASSES = 8


class Found(NamedTuple):
    """What a block holds.

    Attributes:
        batch: the rows that were read.
        odd: blocks of the rows among them that were not read, in order.
    """

    batch: Batch
    odd: list[Block]


def read(block: Block, layout: Layout, settings: Settings) -> Found | None:
    """Read the rows of a block that hold numbers; None if most rows do not."""
    if not _is_worth_it(block, layout, settings):
        return None
    grid = Grid.of(block, layout)
    if not grid.is_well_quoted():
        return None
    left_out: list[Block] = []
    for _ in range(_MOST_PASSES):
        batch, odd = _read_grid(grid, settings)
        if batch is not None:
            return Found(batch, sorted(left_out, key=lambda block: block.line))
        if 2 * odd.size > grid.count:
            return None
        grid, more = grid.without(odd)
        left_out += more
    return None


def _is_worth_it(block: Block, layout: Layout, settings: Settings) -> bool:
    """Whether the block's numbers can be read all at once, and are enough to do so."""
    if settings.keeps_typed or layout.ragged or layout.json or layout.free or not block.text:
        return False
    if len(block.text) < _SMALLEST_BLOCK and "orjson" not in sys.modules:
        return False
    return block.text.isascii() or _is_utf8(block.text)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read_grid(grid: Grid, settings: Settings) -> tuple[Batch | None, Integers]:
    """The rows as a batch, or the rows that cannot be read."""
    layout, nothing = grid.layout, np.arange(0)
    if (odd := grid.odd_rows()).size:
        return None, odd
    numbers = read_numbers(grid.logits(settings.decimal_comma), settings, layout)
    if numbers.odd.size:
        return None, np.unique(numbers.odd // len(layout.logits))
    if numbers.values.size != grid.count * len(layout.logits):
        return None, np.arange(grid.count)
    values = numbers.values.reshape(grid.count, -1)
    targets, unknown = _targets(grid, settings)
    weights, bad = _weights(grid, settings)
    for odd in (_all_masked(values, layout), _not_blank(grid), unknown, bad):
        if odd.size:
            return None, odd
    batch = Batch(
        values=values,
        classes=layout.classes,
        kept=tuple(_kept(grid)),
        around=grid.around(),
        lines=grid.lines(),
        targets=targets,
        weights=weights,
    )
    return batch, nothing


def _all_masked(values: Floats, layout: Layout) -> Integers:
    """The vectors that have no softmax."""
    if layout.in_rows or values.min(initial=0.0) > -np.inf:
        return np.arange(0)
    return np.flatnonzero(np.isneginf(values.max(axis=1)))


def _not_blank(grid: Grid) -> Integers:
    """The rows with a value in the column that the first row leaves empty."""
    column = grid.layout.blank
    if column is None:
        return np.arange(0)
    cells = enumerate(grid.slices(column, column))
    not_blank = [row for row, cell in cells if cell and text_of(cell).strip()]
    return np.array(not_blank, dtype=np.intp)


def _kept(grid: Grid) -> Iterator[Sequence[bytes]]:
    """The text of every run of adjacent kept columns, a piece a row."""
    for is_logits, first, last in grid.layout.segments:
        if not is_logits:
            yield grid.kept(first, last)


def _targets(grid: Grid, settings: Settings) -> tuple[Integers | None, Integers]:
    """Each row's target class, counted from 0, and the rows whose target is not a class."""
    layout, nothing = grid.layout, np.arange(0)
    if layout.target is None or layout.in_rows:
        return None, nothing
    cells = [*grid.slices(layout.target, layout.target)]
    classes = {cell: _class(cell, layout, settings) for cell in set(cells)}
    targets = np.array([classes[cell] for cell in cells], dtype=np.intp)
    return targets, np.flatnonzero(targets < 0)


def _class(cell: bytes, layout: Layout, settings: Settings) -> int:
    """The class that a cell names, −1 if it names none."""
    try:
        return class_index(text_of(cell).strip(), len(layout.logits), layout.classes, settings)
    except SoftmaxError:
        return -1


def _weights(grid: Grid, settings: Settings) -> tuple[Floats | None, Integers]:
    """Each row's part of its vector's target, shape (rows, 1), and the rows that have none."""
    layout, nothing = grid.layout, np.arange(0)
    if layout.target is None or not layout.in_rows:
        return None, nothing
    text = grid.numbers([(layout.target, layout.target)], settings.decimal_comma)
    found = read_numbers(text, settings._replace(missing="error"), layout)
    if found.odd.size:
        return None, found.odd
    return found.values.reshape(-1, 1), np.flatnonzero(found.values < 0)


def locate(
    block: Block, layout: Layout, columns: Sequence[int]
) -> tuple[Sequence[int], list[Cells]] | None:
    """The line of each row, and the cells of some columns; None if the rows are not alike.

    The rows are delimited text with as many cells as the layout has columns.
    """
    grid = Grid.of(block, layout)
    if not grid.is_well_quoted() or grid.odd_rows().size:
        return None
    return grid.lines(), [grid.slices(column, column) for column in columns]
