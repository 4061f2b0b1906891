"""From the input to the output: open → blocks → answers → output.

A block's answer depends on nothing but the block, the layout and the settings, so the same
function serves one process and several, and the bytes are the same.
"""

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from softmax_cli.commands import COMMANDS
from softmax_cli.errors import Empty, NoAnswer, NoAnswers, SoftmaxError, UsageError
from softmax_cli.output import BadRow, Item, Note, Output, Text
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.notes import notes_on_answer, notes_on_first
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, Batch, Block
from softmax_cli.writing.delimited import Writer, kept_cells, kept_names
from softmax_cli.writing.formats import writer

if TYPE_CHECKING:
    from softmax_cli.homework.checked import Checked
    from softmax_cli.pages import Page
    from softmax_cli.reading.first_row import Table

# Some vectors, or an error that stands between them.
Piece = Batch | SoftmaxError


def run(settings: Settings) -> int:
    """Answer the input and return the status: 1 if rows were left out.

    Raises:
        SoftmaxError: an error that ends the run; the rows before it have been written.
    """
    if settings.values and settings.values != ("-",):
        return _run_arguments(settings)
    gc.enable()  # which is off at the start
    return _run_table(settings)


def answer_block(block: Block, layout: Layout, settings: Settings) -> list[Item]:
    """Return what comes out of a block; arguments and result pickle."""
    return list(answer(block, layout, settings))


def answer(block: Block, layout: Layout, settings: Settings) -> Iterator[Item]:
    """Yield what comes out of a block, a part at a time where an answer is large."""
    from softmax_cli.reading import rows

    return _answers(rows.read(block, layout, settings), layout, settings)


def _run_arguments(settings: Settings) -> int:
    from softmax_cli.reading import arguments

    batches = arguments.read(settings.values, _as_typed(settings))
    if not batches:
        raise Empty
    first = batches[0]
    classes = first.values.shape[1]
    layout = Layout(
        source="arguments",
        width=classes,
        logits=tuple(range(classes)),
        header=first.classes if settings.append else None,
        classes=first.classes,
        append=settings.append,
    )
    return _write([*map(Note, notes_on_first(first, layout, settings))], batches, layout, settings)


def _as_typed(settings: Settings) -> Settings:
    """Return settings that keep the numbers as typed, where an answer is checked exactly."""
    return settings if settings.check is None else settings._replace(digits=settings.digits or 1)


def _run_table(settings: Settings) -> int:
    from softmax_cli import progress, workers
    from softmax_cli.reading import files, rows
    from softmax_cli.reading.first_row import open_table

    path, *further = settings.csv or ("-",)
    with files.opened(path) as descriptor:
        table = open_table(descriptor, files.name_of(path), settings, further)
        layout = table.layout
        if layout.is_column or settings.is_for_readers:
            pieces = chain.from_iterable(
                rows.read(block, layout, _as_typed(settings)) for block in table.blocks
            )
            return _write(_notes(table, settings), pieces, layout, settings)
        with _output(layout, settings) as output:
            for note in _notes(table, settings):
                output.take(note)
            blocks = table.blocks
            if progress.is_wanted(settings.quiet):
                blocks = progress.shown(blocks, descriptor)
            respond = partial(answer, layout=layout, settings=settings)
            # what a terminal shows of JSON depends on what it showed before
            jobs = 1 if sys.stdout.isatty() else workers.cores(settings.jobs)
            workers.run(blocks, jobs, respond, output)
        return int(output.skipped)


def _notes(table: "Table", settings: Settings) -> list[Item]:
    notes = [*table.notes]
    if table.first is not None and not table.layout.is_column:
        notes += notes_on_first(table.first, table.layout, settings)
    return [*map(Note, notes)]


def _write(
    notes: Iterable[Item], pieces: Iterable[Piece], layout: Layout, settings: Settings
) -> int:
    """Write the answers to vectors in this process."""
    if layout.is_column:
        pieces = _gathered(pieces, layout, _as_typed(settings))
    if settings.is_checked:
        return _write_checked(notes, pieces, layout, settings)
    items = (_page if settings.is_for_readers else _answers)(pieces, layout, settings)
    with _output(layout, settings) as output:
        for item in chain(notes, items):
            output.take(item)
    return int(output.skipped)


def _write_checked(
    notes: Iterable[Item], pieces: Iterable[Piece], layout: Layout, settings: Settings
) -> int:
    """Write what a check or a verification finds, and return its status."""
    with _output(layout, settings) as output:
        for note in notes:
            output.take(note)
        checked = _checked(_vectors(pieces, output), layout, settings)
        output.take(Text(_shown_as(checked.page, settings)))
    return checked.status or int(output.skipped)


def _checked(batches: Iterator[Batch], layout: Layout, settings: Settings) -> "Checked":
    if settings.check is not None:
        from softmax_cli.homework.check import check

        return check(settings.check, _only_vector(batches), settings)
    if settings.check_file is not None:
        from softmax_cli.homework.check_file import check_file

        return check_file(settings.check_file, batches, layout, settings)
    from softmax_cli.homework.verify import verify

    return verify(batches, settings)


def _vectors(pieces: Iterable[Piece], output: Output) -> Iterator[Batch]:
    """Yield the batches; a bad row is an error, or is reported and left out."""
    for piece in pieces:
        if isinstance(piece, SoftmaxError):
            output.take(BadRow(piece))
        else:
            yield piece


def _only_vector(batches: Iterator[Batch]) -> Batch:
    """Return the only vector of an input.

    Raises:
        UsageError: there are more.
    """
    first = next(batches, None)
    if first is None:
        raise Empty
    if len(first.values) > 1 or next(batches, None) is not None:
        raise UsageError(reason="--check takes one vector, and there are more: --check-file FILE")
    return first


def _output(layout: Layout, settings: Settings) -> Output:
    wrapping = Writer() if settings.is_for_readers else writer(layout, settings)
    stop = settings.on_error == "stop"
    if sys.stdout.isatty() and not settings.is_for_readers:
        return Output(wrapping, quiet=settings.quiet, stop=stop, shown=_for_terminal(settings))
    return Output(wrapping, quiet=settings.quiet, stop=stop)


def _for_terminal(settings: Settings) -> Callable[[bytes], bytes]:
    """Return how text of a machine format is shown on a terminal."""
    from softmax_cli.writing.formats import terminal_form
    from softmax_cli.writing.terminal import Terminal

    terminal = Terminal.of(sys.stdout, os.environ)
    return terminal_form(settings.format, color=bool(terminal.colors), encoding=terminal.encoding)


def _gathered(pieces: Iterable[Piece], layout: Layout, settings: Settings) -> Iterator[Piece]:
    """Yield the one vector that the values of a column are, after the errors among them."""
    from softmax_cli.reading.rows import gather

    batches = []
    for piece in pieces:
        if isinstance(piece, Batch):
            batches.append(piece)
        else:
            yield piece
    if batches:
        yield gather(batches, layout, settings)


def _answers(pieces: Iterable[Piece], layout: Layout, settings: Settings) -> Iterator[Item]:
    """Yield the text of the answers, the notes on them, and the rows that are left out."""
    write = writer(layout, settings).write
    for computed in _computed(pieces, layout, settings):
        if isinstance(computed, SoftmaxError):
            yield BadRow(computed)
            continue
        yield from map(Note, notes_on_answer(computed, layout))
        begins = True
        for data in write(computed):
            yield Text(data, begins)
            begins = False


def _computed(
    pieces: Iterable[Piece], layout: Layout, settings: Settings
) -> Iterator[Answer | SoftmaxError]:
    """Yield the answer to each batch; after an error that ends the run, nothing."""
    for piece in pieces:
        if isinstance(piece, SoftmaxError):
            answered: Iterator[Answer | SoftmaxError] = iter([piece])
        else:
            answered = _answered(piece, layout, settings)
        for answer in answered:
            yield answer
            if isinstance(answer, SoftmaxError) and settings.on_error == "stop":
                return


def _answered(batch: Batch, layout: Layout, settings: Settings) -> Iterator[Answer | SoftmaxError]:
    """Yield the answer to a batch, in parts around the vectors that have none."""
    try:
        yield COMMANDS[settings.command](batch, settings)
    except NoAnswers as error:
        start = 0
        for vector, reason in sorted(error.reasons.items()):
            if start < vector:
                yield COMMANDS[settings.command](batch.part(slice(start, vector)), settings)
            line = batch.lines[vector]
            yield NoAnswer(layout.place(line) if line else None, reason=reason)
            start = vector + 1
        if start < len(batch.values):
            yield from _answered(batch.part(slice(start, None)), layout, settings)
    except SoftmaxError as error:
        yield error


class _Shown(NamedTuple):
    """The answers a page shows, whether there are more, and the errors met on the way."""

    answers: list[Answer]
    more: bool
    errors: list[SoftmaxError]


def _page(pieces: Iterable[Piece], layout: Layout, settings: Settings) -> Iterator[Item]:
    """Yield a page of as many vectors as a table shows, then the notes and the errors."""
    shown = _shown(pieces, layout, settings)
    if shown.answers:
        yield Text(_drawn(shown, layout, settings))
        for computed in shown.answers:
            yield from map(Note, notes_on_answer(computed, layout))
    yield from map(BadRow, shown.errors)


def _shown(pieces: Iterable[Piece], layout: Layout, settings: Settings) -> _Shown:
    shown = _Shown([], False, [])
    left = settings.rows or sys.maxsize
    for piece in pieces:
        if isinstance(piece, Batch) and not left:
            return shown._replace(more=True)
        part = piece.part(slice(left)) if isinstance(piece, Batch) else piece
        for computed in _computed([part], layout, settings):
            if isinstance(computed, SoftmaxError):
                shown.errors.append(computed)
            else:
                shown.answers.append(computed)
        if shown.errors and settings.on_error == "stop":
            return shown
        if isinstance(piece, Batch):
            if left < len(piece.values):
                return shown._replace(more=True)
            left -= len(piece.values)
    return shown


def _drawn(shown: _Shown, layout: Layout, settings: Settings) -> bytes:
    from softmax_cli.writing.page import page_of  # rich is imported only to draw

    page = page_of(
        shown.answers,
        settings,
        more=shown.more,
        kept=lambda batch: [] if layout.is_column else kept_cells(batch, layout),
        kept_names=() if layout.is_column else kept_names(layout),
    )
    return _shown_as(page, settings)


def _shown_as(page: "Page", settings: Settings) -> bytes:
    """Return the text of a page in the format asked for."""
    from softmax_cli.writing.readers import READER_FORMATS
    from softmax_cli.writing.terminal import Terminal

    terminal = Terminal.of(sys.stdout, os.environ)
    text = READER_FORMATS[settings.format](page, terminal)
    encoding = terminal.encoding if settings.format == "table" else "utf-8"
    return text.encode(encoding, errors="backslashreplace")
