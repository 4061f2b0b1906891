"""A file of answers: where in it the answers are, whatever columns or members stand beside them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import tee

from softmax_cli.errors import (
    DeviceFailed,
    HoldsText,
    Place,
    SoftmaxError,
    UnclearAnswers,
    UnequalTables,
    UsageError,
    quoted,
)
from softmax_cli.homework import answer_matrices
from softmax_cli.homework.answer_table import AnswerRows, AnswerTable, rows_of
from softmax_cli.reading import files
from softmax_cli.reading.classes import repeated
from softmax_cli.reading.delimited import raw_of
from softmax_cli.reading.first_row import Table, open_table
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Batch

_COMMA = b","
# What our own Jacobians have before the numbers of a line.
_LEADING_COLUMNS = ("vector", "output", "vector,output")


@contextmanager
def opened(path: str, classes: int, layout: Layout, settings: Settings) -> Iterator[AnswerTable]:
    """Open a file of answers, which may be a pipe.

    Their columns may be those of the table they are about, or those that `--append` adds, or the
    member of our JSON; or the file holds the numbers alone.

    Args:
        path: the file, or `-` for standard input.
        classes: how many numbers a row has.
        layout: of the table that the answers are about.
        settings: the options.

    Raises:
        SoftmaxError: the file cannot be read, it is not clear where in it the answers are, or
            its rows have another number of numbers.
    """
    name = files.name_of(path)
    with files.opened(path) as descriptor:
        chunks = files.chunks(descriptor, name, files.SMALL_BLOCK_BYTES)
        rows = _found(chunks, name, classes, layout, settings)
        yield AnswerTable(name, _without_options(rows))


def _without_options(rows: Iterator[AnswerRows]) -> Iterator[AnswerRows]:
    """Yield the rows; no option that an error might name applies to a file of answers."""
    try:
        yield from rows
    except SoftmaxError as error:
        raise error.without_options() from None


def _found(
    chunks: Iterator[bytes], name: str, classes: int, layout: Layout, settings: Settings
) -> Iterator[AnswerRows]:
    """Return the rows of answers, read in the first way in which they fit the table.

    Only the beginning is read again and again: it is dropped once a way is found.

    Raises:
        SoftmaxError: there is none.
    """
    if settings.command == "jacobian" and not settings.diagonal and settings.output is None:
        beginning, chunks = tee(chunks)
        matrices = answer_matrices.rows(beginning, name, classes)
        if matrices is not None:
            return matrices
    failure: SoftmaxError | None = None
    for way in _ways(layout, settings):
        beginning, chunks = tee(chunks)
        try:
            table = open_table(beginning, name, way)
        except DeviceFailed:
            raise
        except SoftmaxError as error:
            if not isinstance(failure, UnequalTables):
                failure = error.with_traceback(None)  # which would keep the beginning
            continue
        if classes == 1 and not layout.in_rows:  # a column is then as many answers as it has rows
            table = table._replace(layout=table.layout._replace(in_rows=False))
        width = _width(table)
        if width in (classes, None) and (layout.in_rows or not table.layout.in_rows):
            return _ordered(rows_of(table, way), table.layout, layout, settings)
        failure = UnequalTables(Place(name), found=width or 1, expected=classes)
    assert failure is not None
    raise _about_answers(failure, name, settings)


def _width(table: Table) -> int | None:
    """Return how many numbers a row has, if that is known."""
    if table.layout.in_rows:
        return None
    if isinstance(table.first, Batch):
        return int(table.first.values.shape[1])
    return len(table.layout.logits)


def _ways(layout: Layout, settings: Settings) -> Iterator[Settings]:
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
        yield plain._replace(keep=positions)
    if layout.header is None and settings.command != "jacobian":  # which has no --append
        last = layout.width + len(layout.logits)
        yield plain._replace(columns=f"{layout.width + 1}-{last}")
    yield plain._replace(columns=settings.columns, keep=settings.keep)
    if settings.command == "jacobian":
        for columns in _LEADING_COLUMNS:
            yield plain._replace(keep=columns)
    yield plain


def _quantity(settings: Settings) -> str:
    """Return what our own output calls the answer."""
    if settings.command == "eval":
        return "log_softmax" if settings.log else "softmax"
    return settings.command


def _about_answers(error: SoftmaxError, name: str, settings: Settings) -> SoftmaxError:
    """Return the same error, with a remedy for a file of answers."""
    quantity = _quantity(settings)
    if isinstance(error, HoldsText):
        error.data["remedy"] = f"leave it out, or call the columns of the answers {quantity}_…"
        return error
    if isinstance(error, UsageError):
        remedy = f"call their columns {quantity}_1, {quantity}_2, …, or their member {quantity}"
        return UnclearAnswers(Place(name), remedy=remedy)
    return error.without_options()


def _ordered(
    found: Iterator[AnswerRows], theirs: Layout, ours: Layout, settings: Settings
) -> Iterator[AnswerRows]:
    order = _order(theirs, ours, _quantity(settings))
    return found if order is None else (rows.ordered(order) for rows in found)


def _order(theirs: Layout, ours: Layout, quantity: str) -> Sequence[int] | None:
    """Return where each of our classes stands among theirs, if they are in another order.

    Raises:
        UsageError: they are, and a name that several have does not tell in which.
    """
    if theirs.in_rows or not theirs.classes or not ours.classes:
        return None
    names = [name.removeprefix(f"{quantity}_") for name in theirs.classes]
    if names == list(ours.classes) or sorted(names) != sorted(ours.classes):
        return None
    if (shared := repeated(names)) is not None:
        reason = f"{quoted(shared)} is the name of several classes: keep the order of the table"
        raise UsageError(reason=f"--check-file: {reason}")
    return [names.index(name) for name in ours.classes]
