"""Blocks and batches → what comes out of them: text, notes and bad rows.

A block's answer depends on nothing but the block, the layout and the settings, so the same
function serves one process, several and a cluster.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import overload

from softmax_cli import commands
from softmax_cli.errors import BeyondDoubles, NoAnswer, NoAnswers, SoftmaxError
from softmax_cli.output import BadRow, Item, Note, Text
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.notes import notes_on_answer, notes_on_first
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, Batch, Block, Groups, InRows
from softmax_cli.writing.formats import writer

# Some vectors, or an error that stands between them.
Piece = Batch | Groups | SoftmaxError


def answer_block(block: Block, layout: Layout, settings: Settings) -> list[Item]:
    """Return what comes out of a block; arguments and result pickle."""
    return list(block_items(block, layout, settings))


def block_items(block: Block, layout: Layout, settings: Settings) -> Iterator[Item]:
    """Yield what comes out of a block, a part at a time where an answer is large."""
    return answer_items(_pieces(block, layout, settings), layout, settings)


def _pieces(block: Block, layout: Layout, settings: Settings) -> Iterator[Piece]:
    from softmax_cli.reading import gather, rows

    if layout.by:  # the block was cut between groups
        return gather.groups(block, layout, settings)
    pieces = rows.read(block, layout, settings)
    return _with_numbers(pieces, block, layout) if layout.numbered else pieces


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
    is_first = True
    for piece in pieces:
        if isinstance(piece, Groups) and is_first:
            yield from notes_on_first_group(piece, layout, settings)
            is_first = False
        for answer in computed([piece], layout, settings):
            yield from _items_of(answer, write, layout)
            if isinstance(answer, SoftmaxError) and settings.on_error == "stop":
                return


def notes_on_first_group(every: Groups, layout: Layout, settings: Settings) -> Iterator[Note]:
    """Yield the notes on the first of some vectors whose classes stand in rows.

    It is the first of the input only if no answer came before: whoever writes knows.
    """
    from softmax_cli.reading import gather

    first = next(gather.apart(every.part(slice(1)), layout))
    for sentence in notes_on_first(first, layout, settings):
        yield Note(sentence, is_on_first=True)


def _items_of(
    answer: Answer | InRows | SoftmaxError,
    write: Callable[[Answer | InRows], Iterator[bytes]],
    layout: Layout,
) -> Iterator[Item]:
    if isinstance(answer, SoftmaxError):
        yield BadRow(answer)
        return
    yield from map(Note, notes_on_answer(answer, layout))
    begins = True
    for data in write(answer):
        yield Text(data, begins)
        begins = False


@overload
def computed(
    pieces: Iterable[Batch | SoftmaxError], layout: Layout, settings: Settings
) -> Iterator[Answer | SoftmaxError]: ...
@overload
def computed(
    pieces: Iterable[Piece], layout: Layout, settings: Settings
) -> Iterator[Answer | InRows | SoftmaxError]: ...
def computed(
    pieces: Iterable[Piece], layout: Layout, settings: Settings
) -> Iterator[Answer | InRows | SoftmaxError]:
    """Yield the answers to the vectors; after an error that ends the run, nothing."""
    for piece in pieces:
        if isinstance(piece, SoftmaxError):
            answered: Iterator[Answer | InRows | SoftmaxError] = iter([piece])
        else:
            answered = _answered(piece, layout, settings)
        for answer in answered:
            yield answer
            if isinstance(answer, SoftmaxError) and settings.on_error == "stop":
                return


def _answered(
    vectors: Batch | Groups, layout: Layout, settings: Settings
) -> Iterator[Answer | InRows | SoftmaxError]:
    """Yield the answer to some vectors, in parts around those that have none."""
    try:
        yield commands.answer(vectors, settings)
    except NoAnswers as error:
        start = 0
        for vector, reason in sorted(error.reasons.items()):
            if start < vector:
                yield commands.answer(vectors.part(slice(start, vector)), settings)
            part = vectors.part(slice(vector, vector + 1))
            yield _no_answer(reason, part, layout, settings)
            start = vector + 1
        if start < vectors.vectors:
            yield from _answered(vectors.part(slice(start, None)), layout, settings)
    except SoftmaxError as error:  # other vectors may have other classes, if rows are ragged
        place = layout.vector_place(vectors.lines[0]) if layout.ragged else None
        yield error.at(place) if place else error


def _no_answer(
    reason: str | SoftmaxError, vector: Batch | Groups, layout: Layout, settings: Settings
) -> SoftmaxError:
    """Return the error of one vector that has no answer."""
    place = layout.vector_place(vector.lines[0])
    if isinstance(reason, str):
        return NoAnswer(place, reason=reason)
    if isinstance(reason, BeyondDoubles):
        add = "add" if settings.precision is None else "replace -p by"
        remedy = f": {add} --digits"
        if not commands.has_digits(vector, settings):
            remedy = "; --digits cannot give this vector's answer either"
        return BeyondDoubles(place, reason=reason.data["reason"], remedy=remedy)
    return reason.at(place) if place and layout.by else reason
