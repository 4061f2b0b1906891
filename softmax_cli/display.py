"""Vectors → the page a reader is shown: their answers, a working, a check or a verification."""

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from softmax_cli.answers import Piece, computed, notes_on_first_group
from softmax_cli.errors import Empty, NoAnswers, SoftmaxError, UsageError
from softmax_cli.output import BadRow, Item, Note, Status, Text
from softmax_cli.pages import Page
from softmax_cli.reading import gather
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.notes import notes_on_answer
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, Batch, Groups, Matrices
from softmax_cli.writing.kept import label_names, labels
from softmax_cli.writing.readers import READER_FORMATS
from softmax_cli.writing.terminal import Terminal

if TYPE_CHECKING:
    from softmax_cli.homework.checked import Checked

_Vectors = Batch | SoftmaxError

# A matrix of more is not typeset.
_MOST_ENTRIES = 1 << 20


def page_items(pieces: Iterable[Piece], layout: Layout, settings: Settings) -> Iterator[Item]:
    """Yield the text of the page, the notes on it, and the rows that are left out.

    Raises:
        UsageError: the page is about one vector, and there are more.
    """
    notes = list[Note]()
    vectors = _apart(pieces, notes, layout, settings)
    for item in _items(vectors, layout, settings):
        yield from notes
        notes.clear()
        yield item


def _items(vectors: Iterable[_Vectors], layout: Layout, settings: Settings) -> Iterator[Item]:
    if settings.steps:
        return _working(vectors, layout, settings)
    if settings.check is not None or settings.check_file is not None or settings.verify:
        return _checked(vectors, layout, settings)
    return _answers(vectors, layout, settings)


def _apart(
    pieces: Iterable[Piece], notes: list[Note], layout: Layout, settings: Settings
) -> Iterator[_Vectors]:
    """Yield the same vectors, each whose classes stand in rows in a batch of its own.

    The notes on the first of these are added to those there are.
    """
    is_first = True
    for piece in pieces:
        if isinstance(piece, Groups):
            if is_first:
                notes += notes_on_first_group(piece, layout, settings)
            is_first = False
            yield from gather.apart(piece, layout)
        else:
            yield piece


def _answers(pieces: Iterable[_Vectors], layout: Layout, settings: Settings) -> Iterator[Item]:
    shown = _shown(pieces, layout, settings)
    if shown.answers:
        _check_size(shown.answers, settings)
        yield Text(_text(_page(shown, layout, settings), settings))
        for answer in shown.answers:
            yield from map(Note, notes_on_answer(answer, layout))
    yield from map(BadRow, shown.errors)


def _check_size(answers: Sequence[Answer], settings: Settings) -> None:
    """Refuse to typeset a matrix that no document holds; a terminal is shown a picture of it.

    Raises:
        UsageError: there is one.
    """
    if settings.format not in ("markdown", "latex"):
        return
    for answer in answers:
        if not isinstance(answer, Matrices):
            continue
        classes = answer.batch.values.shape[1]
        entries = classes * len(answer.outputs)
        if entries > _MOST_ENTRIES:
            reason = (
                f"a Jacobian of {classes:,} classes has {entries:,} entries, too many for "
                f"-f {settings.format}: -f csv writes them"
            )
            raise UsageError(reason=reason)


class _Shown(NamedTuple):
    """The answers a page shows, whether there are more, and the errors met on the way."""

    answers: list[Answer]
    more: bool
    errors: list[SoftmaxError]


def _shown(pieces: Iterable[_Vectors], layout: Layout, settings: Settings) -> _Shown:
    """Return the answers to as many vectors as a table shows."""
    shown = _Shown([], False, [])
    left = settings.rows or sys.maxsize
    for piece in pieces:
        if isinstance(piece, Batch) and not left:
            return shown._replace(more=True)
        part = piece.part(slice(left)) if isinstance(piece, Batch) else piece
        for answer in computed([part], layout, settings):
            if isinstance(answer, SoftmaxError):
                shown.errors.append(answer)
            else:
                shown.answers.append(answer)
        if shown.errors and settings.on_error == "stop":
            return shown
        if isinstance(piece, Batch):
            if left < len(piece.values):
                return shown._replace(more=True)
            left -= len(piece.values)
    return shown


def _page(shown: _Shown, layout: Layout, settings: Settings) -> Page:
    from softmax_cli.writing.page import page_of

    return page_of(
        shown.answers,
        settings,
        more=shown.more,
        kept=lambda batch: labels(batch, layout),
        kept_names=label_names(layout),
    )


def _working(pieces: Iterable[_Vectors], layout: Layout, settings: Settings) -> Iterator[Item]:
    from softmax_cli.homework.steps import working

    batch = yield from _only_vector(pieces, "--steps shows the working of one vector")
    for answer in computed([batch], layout, settings):
        if isinstance(answer, SoftmaxError):
            yield BadRow(answer)
        else:
            yield Text(_text(working(answer, settings), settings))
            yield from map(Note, notes_on_answer(answer, layout))


def _checked(pieces: Iterable[_Vectors], layout: Layout, settings: Settings) -> Iterator[Item]:
    try:
        checked = yield from _compared(pieces, layout, settings)
    except NoAnswers as error:
        raise error.first from None
    yield Text(_text(checked.page, settings))
    yield Status(checked.status)


def _compared(
    pieces: Iterable[_Vectors], layout: Layout, settings: Settings
) -> "Generator[Item, None, Checked]":
    """Yield the bad rows, and return what comes of a check or a verification.

    Raises:
        NoAnswers: there is nothing to compare with.
    """
    if settings.check is not None:
        from softmax_cli.homework.check import check

        batch = yield from _only_vector(
            pieces, "--check takes one vector, and --check-file a table"
        )
        return check(settings.check, batch, settings)
    bad = list[BadRow]()
    batches = _vectors(pieces, bad.append, settings)
    if settings.check_file is not None:
        from softmax_cli.homework.check_file import check_file

        checked = check_file(settings.check_file, batches, layout, settings)
    else:
        from softmax_cli.homework.verify import verify

        checked = verify(batches, settings)
    yield from bad
    return checked


def _vectors(
    pieces: Iterable[_Vectors], report: Callable[[BadRow], None], settings: Settings
) -> Iterator[Batch]:
    """Yield the batches; report the bad rows between them.

    Raises:
        SoftmaxError: a bad row that ends the run.
    """
    for piece in pieces:
        if isinstance(piece, Batch):
            yield piece
        elif settings.on_error == "stop":
            raise piece
        else:
            report(BadRow(piece))


def _only_vector(pieces: Iterable[_Vectors], rule: str) -> Generator[Item, None, Batch]:
    """Yield the bad rows before the only vector of an input, and return it.

    Raises:
        Empty: there is none.
        UsageError: there are more.
    """
    found: Batch | None = None
    for piece in pieces:
        if isinstance(piece, SoftmaxError):
            yield BadRow(piece)
        elif found is not None or len(piece.values) > 1:
            raise UsageError(reason=f"{rule}, and there are more vectors")
        else:
            found = piece
    if found is None:
        raise Empty
    return found


def _text(page: Page, settings: Settings) -> bytes:
    """Return the text of a page in the format asked for."""
    terminal = Terminal.of(sys.stdout, os.environ)
    text = READER_FORMATS[settings.format](page, terminal)
    encoding = terminal.encoding if settings.format == "table" else "utf-8"
    return text.encode(encoding, errors="backslashreplace")
