"""Vectors → answers on standard output, in text or in tables, and what there is to say."""

import os
import sys
from collections.abc import Iterable, Iterator

from softmax_cli import streams
from softmax_cli.commands import COMMANDS
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats import writer
from softmax_cli.output import Item, Mark, Output
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.notes import notes_on_answer, notes_on_first
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, Batch
from softmax_cli.writing.delimited import Writer, kept_cells, kept_names

# Some vectors, or a mistake that stands between them.
Piece = Batch | SoftmaxError


def announced(pieces: Iterable[Piece], layout: Layout, settings: Settings) -> Iterator[Piece]:
    """The same vectors; what is to be said of the first is said before it is answered."""
    is_first = True
    for piece in pieces:
        if isinstance(piece, Batch) and is_first and not settings.quiet:
            is_first = False
            for note in notes_on_first(piece, layout, settings):
                streams.say_note(note)
        yield piece


def answer(pieces: Iterable[Piece], layout: Layout, settings: Settings) -> int:
    """Answer the vectors; the status is 1 if rows were left out.

    Raises:
        SoftmaxError: a mistake that ends the run; what came before it has been written.
    """
    if settings.format == "table":
        return _draw(pieces, layout, settings)
    with Output(writer(layout, settings), settings.quiet) as output:
        for item in items(pieces, output.writer, layout, settings):
            output.take(item)
    return int(output.skipped)


def items(
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
        computed = COMMANDS[settings.command](piece, settings)
        yield from notes_on_answer(computed, layout)
        yield Mark.BEGIN
        yield from into.write(computed)


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
    from softmax_cli.writing.drawing import draw  # rich is imported only to draw
    from softmax_cli.writing.terminal import Terminal

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
    for drawn in () if settings.quiet else answers:
        for note in notes_on_answer(drawn, layout):
            streams.say_note(note)
