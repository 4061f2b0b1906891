"""From the input to the output: vectors through a command, in order, on as many cores as asked.

A block's answer depends on nothing but the block and the first row, so the same function
serves one process and several, and the bytes are the same.
"""

import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from itertools import chain

from softmax_cli import arguments, reading, sources, streams, workers
from softmax_cli.batch import Answer, Batch, Block
from softmax_cli.commands import COMMANDS
from softmax_cli.errors import Empty, NamesAFile, NotANumber, SoftmaxError
from softmax_cli.formats import writer
from softmax_cli.layout import Layout
from softmax_cli.notes import notes_on_answer, notes_on_first
from softmax_cli.opening import Table, open_table
from softmax_cli.output import Item, Mark, Output
from softmax_cli.settings import Settings
from softmax_cli.writing import Writer, kept_cells, kept_names

Piece = Batch | SoftmaxError


def run(settings: Settings) -> int:
    """Answer the input; the status is 1 if rows were left out.

    Raises:
        SoftmaxError: a mistake that ends the run; what came before it has been written.
    """
    if settings.values and settings.values != ("-",):
        return _answer_arguments(settings)
    path = settings.csv or "-"
    with sources.opened(path) as descriptor:
        return _answer_table(open_table(descriptor, sources.name_of(path), settings), settings)


# ── the roads in ─────────────────────────────────────────────────────────────────────────


def _answer_arguments(settings: Settings) -> int:
    vectors = arguments.vectors(settings.values)
    if not vectors:
        raise Empty
    try:
        batches = list(reading.read_arguments(vectors, settings))
    except NotANumber as mistake:
        raise _with_file_hint(mistake) from None
    classes = batches[0].values.shape[1]
    layout = Layout(
        source="arguments",
        width=classes,
        logits=tuple(range(classes)),
        classes=batches[0].classes,
        ragged=True,
        append=settings.append,
    )
    return _answer(_announced(batches, layout, settings), layout, settings)


def _with_file_hint(mistake: NotANumber) -> SoftmaxError:
    """The same mistake, unless the argument names a file."""
    text = mistake.data["text"]
    if not os.path.isfile(text):
        return mistake
    return NamesAFile(mistake.place, text=text, remedy=shlex.quote(text))


def _answer_table(table: Table, settings: Settings) -> int:
    layout = table.layout
    if table.note and not settings.quiet:
        streams.say_note(table.note)
    if layout.is_column:
        column = _column(table.blocks, layout, settings)
        return _answer(_announced(column, layout, settings), layout, settings)
    if settings.format == "table":
        pieces = chain.from_iterable(
            reading.read(block, layout, settings) for block in table.blocks
        )
        return _answer(pieces, layout, settings)

    def respond(block: Block) -> Iterator[Item]:
        return _items(reading.read(block, layout, settings), output.writer, layout, settings)

    output = Output(writer(layout, settings), settings.quiet)
    try:
        workers.run(table.blocks, workers.cores(settings.jobs), respond, output)
    finally:
        output.close()
    return int(output.skipped)


def _column(blocks: Iterable[Block], layout: Layout, settings: Settings) -> Iterator[Piece]:
    """The one vector that the values of a column are, behind the mistakes among them."""
    batches = []
    for block in blocks:
        for piece in reading.read(block, layout, settings):
            if isinstance(piece, Batch):
                batches.append(piece)
            else:
                yield piece
    if batches:
        yield reading.stand(batches, layout, settings)


def _announced(pieces: Iterable[Piece], layout: Layout, settings: Settings) -> Iterator[Piece]:
    """The same vectors; what is to be said of the first is said before it is answered."""
    is_first = True
    for piece in pieces:
        if isinstance(piece, Batch) and is_first and not settings.quiet:
            is_first = False
            for note in notes_on_first(piece, layout, settings):
                streams.say_note(note)
        yield piece


# ── the ways out ─────────────────────────────────────────────────────────────────────────


def _answer(pieces: Iterable[Piece], layout: Layout, settings: Settings) -> int:
    if settings.format == "table":
        return _draw(pieces, layout, settings)
    output = Output(writer(layout, settings), settings.quiet)
    try:
        for item in _items(pieces, output.writer, layout, settings):
            output.take(item)
    finally:
        output.close()
    return int(output.skipped)


def _items(
    pieces: Iterable[Piece], into: Writer, layout: Layout, settings: Settings
) -> Iterator[Item]:
    """The texts of the answers, the notes on them, and the rows that are left out.

    Raises:
        SoftmaxError: a mistake, unless mistakes are to be skipped.
    """
    for piece in pieces:
        if isinstance(piece, SoftmaxError):
            if settings.on_error == "stop":
                raise piece
            yield piece
            continue
        answer = COMMANDS[settings.command](piece, settings)
        yield from notes_on_answer(answer, layout)
        yield Mark.BEGIN
        yield from into.write(answer)


def _draw(pieces: Iterable[Piece], layout: Layout, settings: Settings) -> int:
    """Draw as many vectors as a table shows; a mistake is said after what came before it."""
    answers, mistakes, more = list[Answer](), list[SoftmaxError](), False
    room = settings.rows or sys.maxsize
    for piece in pieces:
        if isinstance(piece, SoftmaxError):
            mistakes.append(piece)
            if settings.on_error == "stop":
                break
            continue
        shown = piece.head(room)
        more = len(shown.values) < len(piece.values)
        if len(shown.values):
            answers.append(COMMANDS[settings.command](shown, settings))
        room -= len(shown.values)
        if more:
            break
    if answers:
        _print_tables(answers, more, layout, settings)
    if mistakes and settings.on_error == "stop":
        raise mistakes[0]
    for mistake in mistakes:
        streams.say_error(mistake)
    return int(bool(mistakes))


def _print_tables(answers: list[Answer], more: bool, layout: Layout, settings: Settings) -> None:
    from softmax_cli.drawing import draw  # rich is imported only to draw
    from softmax_cli.terminal import Terminal

    terminal = Terminal.of(sys.stdout, os.environ)
    text = draw(
        answers,
        settings,
        terminal,
        more=more,
        kept=lambda batch: [] if layout.is_column else kept_cells(batch, layout),
        kept_names=() if layout.is_column else kept_names(layout),
    )
    streams.write(text.encode(terminal.encoding, errors="backslashreplace"))
    for answer in () if settings.quiet else answers:
        for note in notes_on_answer(answer, layout):
            streams.say_note(note)
