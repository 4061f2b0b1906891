"""Blocks of text → Batches of vectors, row by row, whatever the rows hold.

A mistake in a row does not stop the reading: it is handed on in its place among the
batches, and whoever asked decides.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from softmax_cli.errors import (
    AllMasked,
    MissingCell,
    NotText,
    Place,
    SoftmaxError,
    WrongWidth,
)
from softmax_cli.reading import fast as plain
from softmax_cli.reading import json as json_rows
from softmax_cli.reading.classes import class_index, labels_for
from softmax_cli.reading.delimited import RecordCut, as_typed, cells, outside_quotes, text_of
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.numbers import BLANKS, plain_floats, to_exact, to_logit
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block

if TYPE_CHECKING:
    from softmax_cli.mathematics.decimals import Number

# What a row-by-row reader gathers before it hands a batch on.
_ROWS_IN_A_BATCH = 4096


def read(block: Block, layout: Layout, settings: Settings) -> Iterator[Batch | SoftmaxError]:
    """The vectors of a block, in batches, and the mistakes among them, in order."""
    if batch := plain.read(block, layout, settings):
        yield batch
        return
    rows = _Rows(layout, settings)
    for line, record in records(block, layout):
        try:
            row = _read_row(line, record, layout, settings)
        except SoftmaxError as mistake:
            yield from rows.flush()
            yield mistake.at(layout.place(line))
            continue
        if not rows.takes(row):
            yield from rows.flush()
        rows.add(row)
    yield from rows.flush()


def gather(batches: Sequence[Batch], layout: Layout, settings: Settings) -> Batch:
    """One vector of all the values of a column, which was read as vectors of one value.

    Raises:
        AllMasked: no value of the column is left.
    """
    values = np.concatenate([batch.values for batch in batches]).reshape(1, -1)
    if np.isneginf(values).all():
        raise AllMasked(layout.place(batches[0].lines[0]))
    return Batch(
        values=values,
        classes=labels_for(values.size, settings),
        kept=tuple(
            [text for run in runs for text in run]
            for runs in zip(*(batch.kept for batch in batches), strict=True)
        ),
        lines=(batches[0].lines[0],),
        typed=[[row[0] for batch in batches for row in batch.typed or ()]]
        if settings.digits
        else None,
    )


def records(block: Block, layout: Layout) -> Iterator[tuple[int, bytes]]:
    """The records of a block that are not blank, each with the number of its first line."""
    if layout.json:
        yield from json_rows.records(block)
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
    typed: "list[Number] | None"


def _read_row(line: int, record: bytes, layout: Layout, settings: Settings) -> _Row:
    """One vector from its record.

    Raises:
        SoftmaxError: the record is no row of this table, or its vector has no softmax.
    """
    check_text(record, layout)
    row = row_cells(record, layout)
    if len(row) != layout.width and not layout.ragged:
        raise _wrong_width(len(row), layout)
    columns = range(len(row)) if layout.ragged else layout.logits
    logits = [row[column] for column in columns]
    values = None if settings.decimal_comma or settings.digits else plain_floats(logits)
    typed = None
    if values is None:
        cells = [_Cell(row[column], column, line, layout) for column in columns]
        texts = [_text(cell, settings) for cell in cells]
        values = [_value(text, cell) for text, cell in zip(texts, cells, strict=True)]
        typed = _typed(texts) if settings.digits else None
    if not layout.is_column and values.count(-math.inf) == len(values):
        raise AllMasked
    target = None if layout.target is None else _target(row[layout.target], line, layout, settings)
    return _Row(line, values, _kept_runs(row, layout), target, typed)


def row_cells(record: bytes, layout: Layout) -> list[bytes]:
    """The raw cells of a record."""
    if layout.json:
        return json_rows.cells(record, layout.header)
    return cells(record, layout.delimiter)


def _kept_runs(row: Sequence[bytes], layout: Layout) -> tuple[bytes, ...]:
    for column in range(len(row)) if layout.ragged else layout.kept:
        text_of(row[column])  # a quote that stands wrong would stand wrong in the answer too
    if layout.append:
        return (layout.delimiter.join(row),)
    return tuple(
        layout.delimiter.join(row[first : last + 1])
        for is_logits, first, last in layout.segments
        if not is_logits
    )


def _wrong_width(found: int, layout: Layout) -> WrongWidth:
    plain_lines = layout.header is None and not layout.kept
    remedy = "; --ragged lets every line be a vector" if plain_lines else ""
    return WrongWidth(found=found, expected=layout.width, remedy=remedy)


def check_text(record: bytes, layout: Layout) -> None:
    """Refuse bytes that no table of text holds.

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
        """What it says, as its author typed it."""
        return text_of(self.raw)

    @property
    def place(self) -> Place:
        return self.layout.place(self.line, self.column)


def _text(cell: _Cell, settings: Settings) -> str:
    """What a logit cell says; a missing one says -inf if that was asked for."""
    try:
        text = as_typed(cell.text, settings)
        if text.strip(BLANKS):
            return text
        if settings.missing == "mask":
            return "-inf"
        raise MissingCell
    except SoftmaxError as mistake:
        raise mistake.at(cell.place) from None


def _value(text: str, cell: _Cell) -> float:
    try:
        return to_logit(text)
    except SoftmaxError as mistake:
        mistake.data["text"] = cell.text
        raise mistake.at(cell.place) from None


def _typed(texts: Sequence[str]) -> "list[Number]":
    return [to_exact(text) for text in texts]


def _target(cell: bytes, line: int, layout: Layout, settings: Settings) -> int:
    """The class, counted from 0, that a row's target cell names."""
    place = layout.place(line, layout.target)
    try:
        return class_index(text_of(cell).strip(), len(layout.logits), layout.classes, settings)
    except SoftmaxError as mistake:
        raise mistake.at(place) from None


@dataclass
class _Rows:
    """Rows of one length, until there are enough for a batch."""

    layout: Layout
    settings: Settings
    rows: list[_Row] = field(default_factory=list)

    def takes(self, row: _Row) -> bool:
        """Whether the row is of the length of those before it, and there is room."""
        same = not self.rows or len(self.rows[0].values) == len(row.values)
        return same and len(self.rows) < _ROWS_IN_A_BATCH

    def add(self, row: _Row) -> None:
        self.rows.append(row)

    def flush(self) -> Iterator[Batch]:
        """A batch of the rows gathered, if there are any."""
        rows, self.rows = self.rows, []
        if not rows:
            return
        count = len(rows[0].values)
        ragged = self.layout.ragged
        yield Batch(
            values=np.array([row.values for row in rows]) + 0.0,
            classes=labels_for(count, self.settings) if ragged else self.layout.classes,
            kept=tuple(zip(*(row.kept for row in rows), strict=True)),
            lines=[row.line for row in rows],
            targets=None
            if self.layout.target is None
            else np.array([row.target for row in rows], dtype=np.intp),
            typed=[row.typed for row in rows if row.typed] if self.settings.digits else None,
        )
