"""The fast reader: a block proven to hold nothing but plain numbers is read as JSON.

A block whose logit cells hold only digits, signs, points and exponents becomes one flat
array of numbers with its delimiters and newlines as commas. What cannot be proven plain
is left to the row-by-row reader, which gives the same values and finds the errors.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np

from softmax_cli.errors import SoftmaxError
from softmax_cli.reading.bits import Marks, Words, between, packed
from softmax_cli.reading.classes import class_index
from softmax_cli.reading.delimited import BLANK, text_of
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block, Bytes, Floats, Integers

# Importing orjson takes as long as reading about this much text row by row.
_SMALLEST_BLOCK = 32 * 1024

_NEWLINE, _RETURN, _QUOTE = b'\n\r"'
_STRINGS_AND_WORDS = (b'"', b"t", b"f", b"n")


def read(block: Block, layout: Layout, settings: Settings) -> Batch | None:
    """The batch that a block of plain numbers holds, or None if it is not proven plain."""
    if not _may_be_plain(block, layout, settings):
        return None
    rows = _Rows(block, layout)
    if not rows.are_alike():
        return None
    values = _numbers(rows.logits(), layout.delimiter)
    if values is None or values.size != rows.count * len(layout.logits):
        return None
    if layout.blank is not None and any(map(bytes.strip, rows.slices(layout.blank, layout.blank))):
        return None
    try:
        targets = None if layout.in_rows else _targets(rows, settings)
    except SoftmaxError:
        return None
    weights = _weights(rows) if layout.in_rows else None
    if layout.in_rows and layout.target is not None and weights is None:
        return None
    return Batch(
        values=values.reshape(rows.count, -1),
        classes=layout.classes,
        kept=tuple(rows.kept()),
        lines=rows.lines(),
        targets=targets,
        weights=weights,
    )


class Located(NamedTuple):
    """Where the cells of some columns stand in a block.

    Attributes:
        lines: the line of each row.
        starts: where each cell begins, shape (rows,) for each column.
        stops: where it ends.
    """

    lines: Sequence[int]
    starts: Sequence[Integers]
    stops: Sequence[Integers]


def locate(block: Block, layout: Layout, columns: Sequence[int]) -> Located | None:
    """Where the cells of columns stand, None if the rows are not alike."""
    if layout.ragged or layout.json or layout.delimiter == BLANK or b"\0" in block.text:
        return None
    rows = _Rows(block, layout)
    if not rows.are_alike():
        return None
    return Located(rows.lines(), [*map(rows.starts, columns)], [*map(rows.stops, columns)])


def _may_be_plain(block: Block, layout: Layout, settings: Settings) -> bool:
    """Whether the block may hold plain numbers, and is large enough to find out."""
    if settings.keeps_typed or settings.decimal_comma or layout.ragged or layout.json:
        return False
    if layout.delimiter == BLANK or not block.text:
        return False
    if len(block.text) < _SMALLEST_BLOCK and "orjson" not in sys.modules:
        return False
    if b"\0" in block.text:
        return False
    return block.text.isascii() or _is_utf8(block.text)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


@dataclass(frozen=True)
class _Rows:
    """Where the cells of a block's rows stand."""

    block: Block
    layout: Layout
    _known: dict[int, Integers] = field(default_factory=dict)

    @cached_property
    def _data(self) -> Bytes:
        return np.frombuffer(self.block.text, dtype=np.uint8)

    @cached_property
    def _newlines(self) -> Words:
        return packed(self._data == _NEWLINE)

    @cached_property
    def _separators(self) -> Marks:
        """The delimiters and newlines outside quotes."""
        marks = packed(self._data == self.layout.delimiter[0]) | self._newlines
        if b'"' in self.block.text:
            marks &= ~between(packed(self._data == _QUOTE))
        return Marks(marks)

    @cached_property
    def _ends(self) -> Integers:
        """Where each row's newline stands."""
        return self._separators.every(self.layout.width)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._ends)

    def are_alike(self) -> bool:
        """Whether each row has as many cells as the first row, well quoted."""
        text, data, ends = self.block.text, self._data, self._ends
        if self._separators.count != self.count * self.layout.width:
            return False
        newlines = np.bitwise_count(self._newlines & self._separators.words).sum()
        if newlines != self.count or not (data[ends] == _NEWLINE).all():
            return False
        if b"\r" in text:
            at_ends = np.count_nonzero(data[ends - 1] == _RETURN)
            if at_ends != np.count_nonzero(data == _RETURN):
                return False
        return b'"' not in text or self._quotes_whole_cells()

    def _quotes_whole_cells(self) -> bool:
        """Whether every quote opens a cell, closes one, or is one of a doubled pair."""
        quotes = np.flatnonzero(self._data == _QUOTE)
        opening, closing = quotes[::2], quotes[1::2]
        if opening.size != closing.size:
            return False
        is_edge = np.zeros(256, dtype=np.bool_)
        is_edge[[self.layout.delimiter[0], _NEWLINE]] = True
        # before the first byte, at index −1, stands the last: a newline
        opens = is_edge[self._data[opening - 1]]
        is_edge[_RETURN] = True
        closes = is_edge[self._data[closing + 1]]
        doubled = opening[1:] == closing[:-1] + 1
        return bool(
            opens[0]
            and closes[-1]
            and (opens[1:] | doubled).all()
            and (closes[:-1] | doubled).all()
        )

    def _separators_behind(self, column: int) -> Integers:
        if column not in self._known:
            self._known[column] = self._separators.every(self.layout.width, column + 1)
        return self._known[column]

    def starts(self, column: int) -> Integers:
        """Where the cells of a column begin."""
        if column:
            return self._separators_behind(column - 1) + 1
        return np.concatenate(([0], self._ends[:-1] + 1))

    def stops(self, column: int) -> Integers:
        """Where the cells of a column end."""
        if column < self.layout.width - 1:
            return self._separators_behind(column)
        before_newline = self._data[self._ends - 1]
        return np.where(before_newline == _RETURN, self._ends - 1, self._ends)

    def slices(self, first: int, last: int) -> list[bytes]:
        """The text of adjacent columns, a piece a row."""
        text = self.block.text
        pairs = zip(self.starts(first).tolist(), self.stops(last).tolist(), strict=True)
        return [text[start:stop] for start, stop in pairs]

    def logits(self) -> bytes:
        """The text of the logits alone, with delimiters and newlines between them."""
        runs = self.layout.runs
        if len(runs) == 1:
            return self.block.text[:-1]
        texts = [self.slices(first, last) for is_logits, first, last in runs if is_logits]
        return self.layout.delimiter.join(chain.from_iterable(zip(*texts, strict=True)))

    def kept(self) -> Iterator[list[bytes]]:
        """The text of every run of adjacent kept columns, a piece a row."""
        for is_logits, first, last in self.layout.segments:
            if not is_logits:
                yield self.slices(first, last)

    def lines(self) -> Sequence[int]:
        """The line that each row starts at; a quoted cell may span several."""
        if np.bitwise_count(self._newlines).sum() == self.count:
            return range(self.block.line, self.block.line + self.count)
        newlines = np.flatnonzero(self._data == _NEWLINE)
        lines: list[int] = (self.block.line + np.searchsorted(newlines, self.starts(0))).tolist()
        return lines


def _numbers(text: bytes, delimiter: bytes) -> Floats | None:
    """The numbers of a text that holds nothing else, or None if it holds something else."""
    import orjson

    # the JSON parser refuses the rest; NumPy would take strings and words for numbers
    if any(other in text for other in _STRINGS_AND_WORDS):
        return None
    commas = text.replace(b"\n", b",")
    if delimiter != b",":
        commas = commas.replace(delimiter, b",")
    try:
        numbers = orjson.loads(b"[" + commas + b"]")
        # JSON reads -0 as an integer; adding 0 makes every zero positive, as row by row
        return np.fromiter(numbers, dtype=np.float64, count=len(numbers)) + 0.0
    except (ValueError, TypeError):
        return None


def _targets(rows: _Rows, settings: Settings) -> Integers | None:
    """Each row's target class, counted from 0."""
    layout = rows.layout
    if layout.target is None:
        return None
    raw = [cell.strip(b" \t") for cell in rows.slices(layout.target, layout.target)]
    classes = {
        cell: class_index(text_of(cell).strip(), len(layout.logits), layout.classes, settings)
        for cell in set(raw)
    }
    return np.array([classes[cell] for cell in raw], dtype=np.intp)


def _weights(rows: _Rows) -> Floats | None:
    """Each row's part of its vector's target, shape (rows, 1), None if one is not plain."""
    target = rows.layout.target
    if target is None:
        return None
    values = _numbers(b"\n".join(rows.slices(target, target)), rows.layout.delimiter)
    if values is None or values.size != rows.count or (values < 0).any():
        return None
    return values.reshape(-1, 1)
