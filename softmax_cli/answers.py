"""Blocks and batches → what comes out of them: text, notes and bad rows.

A block's answer depends on nothing but the block, the layout and the settings, so the same
function serves one process, several and a cluster.
"""

from collections.abc import Iterable, Iterator

from softmax_cli.commands import COMMANDS
from softmax_cli.errors import NoAnswer, NoAnswers, SoftmaxError
from softmax_cli.output import BadRow, Item, Note, Text
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.notes import notes_on_answer
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, Batch, Block
from softmax_cli.writing.formats import writer

# Some vectors, or an error that stands between them.
Piece = Batch | SoftmaxError


def answer_block(block: Block, layout: Layout, settings: Settings) -> list[Item]:
    """Return what comes out of a block; arguments and result pickle."""
    return list(block_items(block, layout, settings))


def block_items(block: Block, layout: Layout, settings: Settings) -> Iterator[Item]:
    """Yield what comes out of a block, a part at a time where an answer is large."""
    from softmax_cli.reading import rows

    pieces = rows.read(block, layout, settings)
    if layout.numbered:
        pieces = _with_numbers(pieces, block, layout)
    return answer_items(pieces, layout, settings)


def _with_numbers(pieces: Iterable[Piece], block: Block, layout: Layout) -> Iterator[Piece]:
    from softmax_cli.reading.vector_numbers import numbers_of

    for piece in pieces:
        if isinstance(piece, Batch):
            yield piece._replace(numbers=numbers_of(piece, block, layout))
        else:
            yield piece


def answer_items(pieces: Iterable[Piece], layout: Layout, settings: Settings) -> Iterator[Item]:
    """Yield the text of the answers, the notes on them, and the rows that are left out."""
    write = writer(layout, settings).write
    for answer in computed(pieces, layout, settings):
        if isinstance(answer, SoftmaxError):
            yield BadRow(answer)
            continue
        yield from map(Note, notes_on_answer(answer, layout))
        begins = True
        for data in write(answer):
            yield Text(data, begins)
            begins = False


def computed(
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
