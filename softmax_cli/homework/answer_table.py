"""A table of someone's answers, read beside the table they are about."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from softmax_cli.errors import Place, SoftmaxError, UnequalTables
from softmax_cli.homework.claims import Claim, claim_of
from softmax_cli.reading import files, rows
from softmax_cli.reading.delimited import raw_of
from softmax_cli.reading.first_row import Table, open_table
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Floats

_COMMA = b","


class AnswerRows(NamedTuple):
    """Some rows of a table of answers.

    Attributes:
        values: the numbers as doubles, shape (rows, classes).
        half: half a unit of the last digit typed of each, the same shape.
        lines: the line each row starts on.
        claims: gives the claims of a row.
    """

    values: Floats
    half: Floats
    lines: Sequence[int]
    typed: Sequence[Sequence[Any]]

    def claims(self, row: int) -> list[Claim]:
        """Return the claims of a row, as they were typed or nearly so."""
        return [
            claim_of(_spelt(number, value), number, value)
            for number, value in zip(self.typed[row], self.values[row].tolist(), strict=True)
        ]


def _spelt(number: Any, value: float) -> str:
    return str(number).replace("E", "e") if hasattr(number, "as_tuple") else f"{value:.6g}"


class AnswerTable:
    """The rows of a table of answers, taken as they are needed.

    Attributes:
        name: what the user calls the table.
    """

    def __init__(self, name: str, batches: Iterator[Batch], order: Sequence[int] | None) -> None:
        """Begin at the first row.

        Args:
            name: what the user calls the table.
            batches: its vectors, with their numbers as typed.
            order: where each class stands, if not in the order of the columns.
        """
        self.name = name
        self._batches = batches
        self._order = order
        self._rest: Batch | None = None

    def take(self, count: int) -> AnswerRows | None:
        """Return the next rows, fewer than asked for only at the end, None behind it.

        Raises:
            SoftmaxError: a row that is not one of numbers.
        """
        parts: list[Batch] = []
        missing = count
        while missing and (batch := self._rest or next(self._batches, None)) is not None:
            found = len(batch.values)
            parts.append(batch.part(slice(missing)))
            self._rest = batch.part(slice(missing, None)) if found > missing else None
            missing -= min(found, missing)
            if len(batch.values[0]) != len(parts[0].values[0]):
                break
        return self._joined(parts) if parts else None

    def _joined(self, parts: Sequence[Batch]) -> AnswerRows:
        typed = [list(row) for part in parts for row in part.typed or ()]
        values = np.concatenate([part.values for part in parts])
        if self._order is not None:
            values = values[:, self._order]
            typed = [[row[column] for column in self._order] for row in typed]
        lines = [line for part in parts for line in part.lines]
        return AnswerRows(
            values, np.array([[_half(v) for v in row] for row in typed]), lines, typed
        )

    def is_at_end(self) -> bool:
        """Return whether no row is left."""
        if self._rest is None:
            self._rest = next(self._batches, None)
        return self._rest is None


def _half(number: Any) -> float:
    """Return half a unit of the last digit of a number as typed."""
    exponent = number.as_tuple().exponent if hasattr(number, "as_tuple") else None
    return 0.5 * 10.0**exponent if isinstance(exponent, int) else 0.0


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
            if table.layout.is_column == layout.is_column and found in (classes, None):
                yield _answer_table(table, attempt, layout, settings)
                return
            if found is not None:
                failure = UnequalTables(Place(files.name_of(path)), found=found, expected=classes)
        assert failure is not None
        raise failure


def _width(table: Table) -> int | None:
    """Return how many numbers a row has, if that is known."""
    if table.layout.is_column or table.first is None:
        return None if table.layout.is_column else len(table.layout.logits)
    return int(table.first.values.shape[1])


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
    name = table.layout.source
    found = _batches(table, reading)
    if table.layout.is_column:
        found = iter([rows.gather(list(found), table.layout, reading)])
    return AnswerTable(name, found, _order(table.layout, layout, _quantity(settings)))


def _order(theirs: Layout, ours: Layout, quantity: str) -> Sequence[int] | None:
    """Return where each of our classes stands among theirs, if they are in another order."""
    if theirs.is_column or not theirs.classes or not ours.classes:
        return None
    names = [name.removeprefix(f"{quantity}_") for name in theirs.classes]
    if names == list(ours.classes) or sorted(names) != sorted(ours.classes):
        return None
    return [names.index(name) for name in ours.classes]


def _batches(table: Table, settings: Settings) -> Iterator[Batch]:
    for block in table.blocks:
        for piece in rows.read(block, table.layout, settings):
            if isinstance(piece, SoftmaxError):
                raise piece
            yield piece
