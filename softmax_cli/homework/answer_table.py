"""A table of someone's answers, read beside the table they are about."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from softmax_cli.errors import Place, SoftmaxError, UnequalTables
from softmax_cli.homework.claims import Claim, claim, claim_of
from softmax_cli.reading import files, gather, rows
from softmax_cli.reading.delimited import raw_of
from softmax_cli.reading.first_row import Table, open_table
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.numbers import plain_floats
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block, Floats

_COMMA = b","
_LARGEST_EXPONENT = 300


class AnswerRows(NamedTuple):
    """Some rows of a table of answers.

    Attributes:
        values: the numbers as doubles, shape (rows, classes).
        half: half a unit of the last digit typed of each, the same shape.
        lines: the line each row starts on.
        entries: the numbers of each row, as raw cells or as typed.
    """

    values: Floats
    half: Floats
    lines: Sequence[int]
    entries: Sequence[Sequence[Any]]

    def claims(self, row: int) -> list[Claim]:
        """Return the claims of a row."""
        pairs = zip(self.entries[row], self.values[row].tolist(), strict=True)
        return [_claim(entry, value) for entry, value in pairs]

    def part(self, rows: slice) -> "AnswerRows":
        """Return some of the rows."""
        return AnswerRows(self.values[rows], self.half[rows], self.lines[rows], self.entries[rows])

    def ordered(self, order: Sequence[int]) -> "AnswerRows":
        """Return the rows with their columns in another order."""
        return self._replace(
            values=self.values[:, order],
            half=self.half[:, order],
            entries=[[row[column] for column in order] for row in self.entries],
        )


def _claim(entry: Any, value: float) -> Claim:
    if isinstance(entry, bytes):
        return claim(entry.decode().strip())
    is_decimal = isinstance(entry, Decimal)
    return claim_of(str(entry).replace("E", "e") if is_decimal else f"{value:.6g}", entry, value)


class AnswerTable:
    """The rows of a table of answers, taken as they are needed.

    Attributes:
        name: what the user calls the table.
    """

    def __init__(self, name: str, rows: Iterator[AnswerRows]) -> None:
        """Begin at the first row."""
        self.name = name
        self._rows = rows
        self._rest: AnswerRows | None = None

    def take(self, count: int) -> AnswerRows | None:
        """Return the next rows, fewer than asked for only at the end, None behind it.

        Raises:
            SoftmaxError: a row that is not one of numbers.
        """
        parts: list[AnswerRows] = []
        missing = count
        while missing and (rows := self._rest or next(self._rows, None)) is not None:
            if parts and rows.values.shape[1] != parts[0].values.shape[1]:
                self._rest = rows
                break
            found = len(rows.values)
            parts.append(rows.part(slice(missing)))
            self._rest = rows.part(slice(missing, None)) if found > missing else None
            missing -= min(found, missing)
        return _joined(parts) if parts else None

    def is_at_end(self) -> bool:
        """Return whether no row is left."""
        if self._rest is None:
            self._rest = next(self._rows, None)
        return self._rest is None


def _joined(parts: Sequence[AnswerRows]) -> AnswerRows:
    if len(parts) == 1:
        return parts[0]
    return AnswerRows(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.half for part in parts]),
        [line for part in parts for line in part.lines],
        [entries for part in parts for entries in part.entries],
    )


@contextmanager
def opened(path: str, classes: int, layout: Layout, settings: Settings) -> Iterator[AnswerTable]:
    """Open a table of answers.

    Its columns may be those of the table they are about, or those that `--append` adds, or the
    member of our JSON; or it holds the numbers alone.

    Args:
        path: the file, or `-` for standard input.
        classes: how many numbers a row has.
        layout: of the table that the answers are about.
        settings: the options.

    Raises:
        SoftmaxError: the file cannot be read, or its rows have another number of numbers.
    """
    attempts = list(_attempts(layout, settings))
    with files.opened(path) as descriptor:
        may_repeat = stat.S_ISREG(os.fstat(descriptor).st_mode)
        start = os.lseek(descriptor, 0, os.SEEK_CUR) if may_repeat else 0
        failure: SoftmaxError | None = None
        for attempt in attempts if may_repeat else attempts[-2:-1]:
            if may_repeat:
                os.lseek(descriptor, start, os.SEEK_SET)
            try:
                table = open_table(descriptor, files.name_of(path), attempt)
            except SoftmaxError as error:
                if not isinstance(failure, UnequalTables):
                    failure = error
                continue
            found = _width(table)
            if table.layout.in_rows == layout.in_rows and found in (classes, None):
                yield _answer_table(table, attempt, layout, settings)
                return
            place = Place(files.name_of(path))
            failure = UnequalTables(place, found=found or 1, expected=classes)
        assert failure is not None
        raise failure


def _width(table: Table) -> int | None:
    """Return how many numbers a row has, if that is known."""
    if table.layout.in_rows:
        return None
    if isinstance(table.first, Batch):
        return int(table.first.values.shape[1])
    return len(table.layout.logits)


def _quantity(settings: Settings) -> str:
    """Return what our own output calls the answer."""
    if settings.command == "eval":
        return "log_softmax" if settings.log else "softmax"
    return settings.command


def _attempts(layout: Layout, settings: Settings) -> Iterator[Settings]:
    """Yield the ways of reading the answers: which columns, and which are kept."""
    plain = Settings(
        settings.command,
        digits=1,  # so that the numbers are kept as typed
        decimal_comma=settings.decimal_comma,
    )
    quantity = _quantity(settings)
    yield plain._replace(columns=f"{quantity}_*")
    yield plain._replace(columns=quantity)
    if layout.classes:
        yield plain._replace(columns=",".join(raw_of(n, _COMMA).decode() for n in layout.classes))
    if layout.kept:
        positions = ",".join(str(column + 1) for column in layout.kept)
        yield plain._replace(keep=positions, header=False)
    yield plain._replace(columns=settings.columns, keep=settings.keep)
    yield plain


def _answer_table(
    table: Table, reading: Settings, layout: Layout, settings: Settings
) -> AnswerTable:
    found = _rows(table, reading)
    order = _order(table.layout, layout, _quantity(settings))
    if order is not None:
        found = (rows.ordered(order) for rows in found)
    return AnswerTable(table.layout.source, found)


def _order(theirs: Layout, ours: Layout, quantity: str) -> Sequence[int] | None:
    """Return where each of our classes stands among theirs, if they are in another order."""
    if theirs.in_rows or not theirs.classes or not ours.classes:
        return None
    names = [name.removeprefix(f"{quantity}_") for name in theirs.classes]
    if names == list(ours.classes) or sorted(names) != sorted(ours.classes):
        return None
    return [names.index(name) for name in ours.classes]


def _rows(table: Table, settings: Settings) -> Iterator[AnswerRows]:
    if table.layout.in_rows:
        batches = [
            batch for block in table.blocks for batch in _batches(block, table.layout, settings)
        ]
        for whole in gather.column(batches, table.layout, settings):
            if isinstance(whole, SoftmaxError):
                raise whole
            yield from map(_as_typed, gather.apart(whole, table.layout))
        return
    for block in table.blocks:
        plain = _plain_rows(block, table.layout, settings)
        if plain is not None:
            yield plain
        else:
            yield from map(_as_typed, _batches(block, table.layout, settings))


def _batches(block: Block, layout: Layout, settings: Settings) -> Iterator[Batch]:
    for piece in rows.read(block, layout, settings):
        if isinstance(piece, SoftmaxError):
            raise piece
        yield piece


def _as_typed(batch: Batch) -> AnswerRows:
    entries = batch.typed or ()
    half = [[_half(_exponent(number)) for number in row] for row in entries]
    return AnswerRows(batch.values, np.array(half), batch.lines, entries)


def _exponent(number: Any) -> int | None:
    exponent = number.as_tuple().exponent if isinstance(number, Decimal) else None
    return exponent if isinstance(exponent, int) else None


@cache
def _half(exponent: int | None) -> float:
    """Return half a unit of a last digit; an exact number has none."""
    return 0.0 if exponent is None else 0.5 * 10.0 ** min(exponent, _LARGEST_EXPONENT)


def _plain_rows(block: Block, layout: Layout, settings: Settings) -> AnswerRows | None:
    """Return the rows of a block of plain decimals, five times as fast as one by one."""
    if layout.json or settings.decimal_comma or b'"' in block.text:
        return None
    values, half, lines, entries = [], [], [], []
    for line, record in rows.records(block, layout):
        cells = rows.row_cells(record, layout)
        if len(cells) != layout.width:
            return None
        logits = [cells[column] for column in layout.logits]
        numbers = plain_floats(logits)
        if numbers is None:
            return None
        values.append(numbers)
        half.append([_half(_places(cell)) for cell in logits])
        lines.append(line)
        entries.append(logits)
    return AnswerRows(np.array(values), np.array(half), lines, entries) if values else None


def _places(cell: bytes) -> int:
    """Return the power of ten of the last digit of a plain decimal."""
    mantissa, _, exponent = cell.strip().lower().partition(b"e")
    _, _, fraction = mantissa.partition(b".")
    return int(exponent or 0) - len(fraction)
