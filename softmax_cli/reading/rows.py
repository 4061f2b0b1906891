"""The row-by-row reader: blocks of text → batches of vectors, whatever the rows hold.

An error in a row does not stop the reading: it is yielded in its place among the
batches, and the caller decides.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from softmax_cli.bad_numbers import (
    AllMasked,
    EmptyVector,
    HoldsArray,
    NeedsDecimalComma,
    NeedsDecimalPoint,
    NotANumber,
)
from softmax_cli.errors import (
    BadWeight,
    ExtraCell,
    MissingCell,
    NotText,
    Place,
    SoftmaxError,
    WrongWidth,
    counted,
    quoted,
)
from softmax_cli.reading import fast, json_fast, json_rows, long_row
from softmax_cli.reading import json as json_text
from softmax_cli.reading.classes import class_index, labels_for, missing_target
from softmax_cli.reading.columns import as_option
from softmax_cli.reading.cut import RecordCut
from softmax_cli.reading.delimited import (
    BLANK,
    as_typed,
    cells,
    delimiter_of,
    outside_quotes,
    text_of,
)
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.merge import merged
from softmax_cli.reading.numbers import (
    is_missing,
    is_number,
    needs_decimal_comma,
    plain_floats,
    to_exact,
    to_float,
    to_logit,
)
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block, Numbers

if TYPE_CHECKING:
    from softmax_cli.mathematics.decimals import Number

# So many rows are gathered in a batch.
_ROWS_IN_A_BATCH = 4096


def read(block: Block, layout: Layout, settings: Settings) -> Iterator[Batch | SoftmaxError]:
    """Yield the vectors of a block in batches, and the errors among them, in order."""
    if layout.json:
        if batch := json_fast.read(block, layout, settings):
            yield batch
            return
    elif batch := long_row.read(block, layout, settings):
        yield batch
        return
    elif found := fast.read(block, layout, settings):
        yield from merged(found.batch, read_row_by_row(found.odd, layout, settings))
        return
    yield from read_row_by_row([block], layout, settings)


def read_row_by_row(
    blocks: Iterable[Block], layout: Layout, settings: Settings
) -> Iterator[Batch | SoftmaxError]:
    """Yield the vectors of some blocks in batches, and the errors among them, in order."""
    rows = _Rows(layout, settings)
    for line, record in chain.from_iterable(records(block, layout) for block in blocks):
        try:
            row = _read_row(line, record, layout, settings)
        except SoftmaxError as error:
            yield from rows.flush()
            yield error.at(layout.place(line))
            continue
        if not rows.takes(row):
            yield from rows.flush()
        rows.add(row)
    yield from rows.flush()


def records(block: Block, layout: Layout) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a block that are not blank, each with its first line."""
    if layout.json:
        yield from json_text.records(block)
        return
    blanks = b" " if layout.delimiter == b"\t" else b" \t"  # a line of tabs is a row of cells
    lines = enumerate(block.text.removesuffix(b"\n").split(b"\n"), block.line)
    for line, text in lines:
        record = text
        if b'"' in text:
            record = _until_quotes_close(text, lines, layout.edges)
        record = record.removesuffix(b"\r")
        if record.strip(blanks):
            yield line, record


def _until_quotes_close(text: bytes, lines: Iterator[tuple[int, bytes]], edges: bytes) -> bytes:
    cut = RecordCut(edges)
    parts = [text]
    while not cut(parts[-1] + b"\n"):
        _, more = next(lines, (0, None))
        if more is None:
            break
        parts.append(more)
    return b"\n".join(parts)


class _Row(NamedTuple):
    line: int
    values: list[float]
    kept: tuple[bytes, ...]
    target: int | None
    weight: "Number | float | None"
    typed: "list[Number] | None"
    classes: tuple[str, ...] | None = None


def _read_row(line: int, record: bytes, layout: Layout, settings: Settings) -> _Row:
    """One vector from its record.

    Raises:
        SoftmaxError: the record is not a row of this table, or its vector has no softmax.
    """
    check_text(record, layout)
    own = layout._replace(delimiter=delimiter_of(record, settings)) if layout.free else layout
    row = row_cells(record, own)
    if len(row) != layout.width and not layout.ragged:
        raise _wrong_width(row, layout)
    if layout.blank is not None:
        row = _without_blank(row, line, layout)
    columns = range(len(row)) if layout.ragged else layout.logits
    if not columns:
        raise EmptyVector
    logits = [row[column] for column in columns]
    values = None if settings.decimal_comma or settings.keeps_typed else plain_floats(logits)
    typed = None
    if values is None:
        cells = [_Cell(row[column], column, line, layout) for column in columns]
        texts = [_text(cell, settings) for cell in cells]
        values = [_value(text, cell, settings) for text, cell in zip(texts, cells, strict=True)]
        typed = _typed(texts) if settings.keeps_typed else None
    if not layout.in_rows and values.count(-math.inf) == len(values):
        raise AllMasked
    target, weight = None, None
    if layout.target is not None:
        cell = _Cell(row[layout.target], layout.target, line, layout)
        if layout.in_rows:
            weight = _weight(cell, settings)
        else:
            target = _target(cell, settings)
    if layout.json:
        classes = json_rows.class_names(record, layout, settings) if layout.ragged else None
        return _Row(line, values, json_rows.kept(record, layout), target, weight, typed, classes)
    return _Row(line, values, _kept_runs(row, layout), target, weight, typed)


def row_cells(record: bytes, layout: Layout) -> list[bytes]:
    """The raw cells of a record."""
    if layout.json:
        return json_rows.cells(record, layout)
    return cells(record, layout.delimiter)


def _kept_runs(row: Sequence[bytes], layout: Layout) -> tuple[bytes, ...]:
    for column in range(len(row)) if layout.ragged else layout.kept:
        text_of(row[column])  # a stray quote would come out in the answer
    if layout.append:
        return (layout.delimiter.join(row),)
    return tuple(
        layout.delimiter.join(row[first : last + 1])
        for is_logits, first, last in layout.segments
        if not is_logits
    )


def _without_blank(row: list[bytes], line: int, layout: Layout) -> list[bytes]:
    """The row without the cell that the first row leaves empty at the end of the line.

    Raises:
        ExtraCell: the cell is not empty, and a row of any other length is refused.
    """
    text = text_of(row[-1]).strip()
    if not text:
        return row[:-1]
    if layout.ragged:
        return row
    raise ExtraCell(layout.place(line, layout.blank), text=text)


def _wrong_width(row: Sequence[bytes], layout: Layout) -> WrongWidth:
    found, expected = len(row), layout.width
    if layout.header is None and not layout.kept:
        remedy = "; --ragged lets every line be a vector of its own length"
    elif layout.json:
        remedy = ""
    elif found < expected:
        remedy = "; an empty cell needs its delimiter too"
    else:
        delimiter = "a blank" if layout.delimiter == BLANK else quoted(layout.delimiter.decode())
        remedy = f"; a cell that holds {delimiter} must stand in double quotes"
    cells = counted(found, "cell")
    reason = f"the row has {cells}, and the first row has {expected:,}"
    return WrongWidth(reason=reason, remedy=remedy)


def check_text(record: bytes, layout: Layout) -> None:
    """Refuse bytes that are not text.

    Raises:
        SoftmaxError: a NUL, a carriage return in the middle of a line, or broken UTF-8.
    """
    if b"\0" in record:
        raise NotText(reason="a NUL byte: this is not text (UTF-16? iconv -f UTF-16 -t UTF-8)")
    if not record.isascii():
        try:
            record.decode()
        except UnicodeDecodeError as error:
            byte = record[error.start]
            raise NotText(reason=f"byte 0x{byte:02x} is not UTF-8") from None
    if not layout.json and b"\r" in record and b"\r" in outside_quotes(record, layout.edges):
        reason = "a carriage return within the line: end lines with LF or CRLF (tr '\\r' '\\n')"
        raise NotText(reason=reason)


class _Cell(NamedTuple):
    """A raw cell and where it stands."""

    raw: bytes
    column: int
    line: int
    layout: Layout

    @property
    def text(self) -> str:
        """What the cell says, as it was typed."""
        return text_of(self.raw)

    @property
    def place(self) -> Place:
        return self.layout.place(self.line, self.column)


def _text(cell: _Cell, settings: Settings) -> str:
    """What a logit cell says; a missing one says -inf if that was asked for."""
    try:
        text = cell.text
    except SoftmaxError as error:
        raise error.at(cell.place) from None
    if not is_missing(text):
        return as_typed(text, settings)
    if settings.missing == "mask":
        return "-inf"
    word = text.strip()
    reason = f"{quoted(word)} is a missing value" if word else "the cell is empty"
    raise MissingCell(cell.place, reason=reason)


def _value(text: str, cell: _Cell, settings: Settings) -> float:
    typed = cell.text
    try:
        return to_logit(text)
    except SoftmaxError as error:
        reported = _explained(typed, cell, settings) if isinstance(error, NotANumber) else error
        reported.data["text"] = typed
        raise reported.at(cell.place) from None


def _explained(typed: str, cell: _Cell, settings: Settings) -> NotANumber:
    """Return the error of a cell that is not a number, with a remedy if there is one."""
    layout = cell.layout
    if layout.json and layout.header and layout.member is None and typed.startswith("["):
        return HoldsArray(remedy=as_option([cell.column], layout.header))
    if settings.decimal_comma:
        return NeedsDecimalPoint() if is_number(typed) else NotANumber()
    return NeedsDecimalComma() if needs_decimal_comma(typed) else NotANumber()


def _typed(texts: Sequence[str]) -> "list[Number]":
    return [to_exact(text) for text in texts]


def _target(cell: _Cell, settings: Settings) -> int:
    """The class, counted from 0, that a row's target cell names."""
    layout = cell.layout
    try:
        # members of JSON are compared letter for letter
        text = cell.text if layout.json else cell.text.strip()
        return class_index(text, len(layout.logits), layout.classes, settings)
    except SoftmaxError as error:
        raise error.at(cell.place) from None


def _weight(cell: _Cell, settings: Settings) -> "Number | float":
    """What a row's cell is of the target of its vector: 1 or 0, or a part of a distribution."""
    try:
        text = as_typed(cell.text, settings)
        if is_missing(text):
            raise missing_target(text.strip())
        value = to_float(text)
        if not 0 <= value < math.inf:
            raise BadWeight(text=cell.text, reason="is negative" if value < 0 else "is not finite")
        return to_exact(text) if settings.digits else value
    except SoftmaxError as error:
        raise error.at(cell.place) from None


@dataclass
class _Rows:
    """Rows of one length, until there are enough for a batch."""

    layout: Layout
    settings: Settings
    rows: list[_Row] = field(default_factory=list)

    def takes(self, row: _Row) -> bool:
        """Whether the row is of the length of those before it, and the batch is not full."""
        first = self.rows[0] if self.rows else row
        same = len(first.values) == len(row.values) and first.classes == row.classes
        return same and len(self.rows) < _ROWS_IN_A_BATCH

    def add(self, row: _Row) -> None:
        self.rows.append(row)

    def flush(self) -> Iterator[Batch]:
        """A batch of the rows gathered, if there are any."""
        rows, self.rows = self.rows, []
        if not rows:
            return
        count = len(rows[0].values)
        classes = self.layout.classes
        if self.layout.ragged:
            classes = labels_for(count, self.settings) or rows[0].classes
        yield Batch(
            values=np.array([row.values for row in rows]) + 0.0,
            classes=classes,
            kept=tuple(zip(*(row.kept for row in rows), strict=True)),
            lines=[row.line for row in rows],
            targets=None
            if self.layout.target is None or self.layout.in_rows
            else np.array([row.target for row in rows], dtype=np.intp),
            weights=self._weights(rows),
            typed=[row.typed for row in rows if row.typed] if self.settings.keeps_typed else None,
        )

    def _weights(self, rows: Sequence[_Row]) -> "Numbers | None":
        if self.layout.target is None or not self.layout.in_rows:
            return None
        kind = object if self.settings.digits else np.float64
        return np.array([[row.weight] for row in rows], dtype=kind)
