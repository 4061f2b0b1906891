"""The start of a table: what its first rows say about all the others."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple, TypeVar

import numpy as np

from softmax_cli.errors import Empty, HoldsText, OnlyAHeader, Place, SoftmaxError, UsageError
from softmax_cli.reading import fast, json_rows, long_row
from softmax_cli.reading import files as sources
from softmax_cli.reading.beginning import (
    Record,
    Start,
    blocks_behind,
    commented_header,
    newline_of,
    next_record,
    read_start,
)
from softmax_cli.reading.delimited import BLANK, raw_of
from softmax_cli.reading.further_files import further_blocks
from softmax_cli.reading.layout import (
    Layout,
    is_header,
    is_text,
    of_numbers,
    with_header,
    without_header,
)
from softmax_cli.reading.remarks import remarks
from softmax_cli.reading.rows import check_text, read, row_cells
from softmax_cli.reading.text_columns import check_first_row
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block, Floats

_Settled = TypeVar("_Settled")


class Table(NamedTuple):
    """A table whose layout is settled: its blocks hold rows of data only.

    Attributes:
        notes: remarks on the header and the columns.
        first: the first vector, or the error of a row that is left out; None if the row could
            not be read.
        is_first_taken: whether the blocks begin behind that row.
    """

    layout: Layout
    blocks: Iterator[Block]
    notes: tuple[str, ...]
    first: Batch | HoldsText | None
    is_first_taken: bool = False


def open_table(
    chunks: Iterator[bytes], source: str, settings: Settings, further: Sequence[str] = ()
) -> Table:
    """Read as far as the first row of data and settle the layout.

    Args:
        chunks: what to read.
        source: what the user calls it.
        settings: the options.
        further: the paths of files that go on with the same columns; they are opened one
            after another when their turn comes.

    Raises:
        SoftmaxError: there is no row, or it does not fit the options.
    """
    start = read_start(chunks, source, settings)
    start = start._replace(
        layout=start.layout._replace(further=tuple(map(sources.name_of, further)))
    )
    ahead = list(islice(start.blocks, 1))
    long = None if start.comment or not ahead else _at_long_row(ahead[0], start.layout, settings)
    if long:
        layout, vector = long
        more = further_blocks(further, layout, False, settings)
        return Table(layout, chain(start.blocks, more), (), vector, is_first_taken=True)
    start = start._replace(blocks=chain(ahead, start.blocks))
    return _opened(start, settings, further)


def _at_long_row(block: Block, layout: Layout, settings: Settings) -> tuple[Layout, Batch] | None:
    """Return the layout and the vector of a first block that is one long row of numbers.

    None if it is anything else, or another reader has more to say about it.
    """
    values = None if settings.header else long_row.numbers(block, layout, settings)
    if values is None or _counts(values):
        return None
    is_windows = block.text.endswith(b"\r\n")
    layout = layout._replace(newline=b"\r\n" if is_windows else b"\n")
    layout = _located(layout, block.line, lambda: of_numbers(values.size, layout, settings))
    vector = long_row.vector(values, block, layout)
    return vector and (layout, vector)


def _counts(values: Floats) -> bool:
    """Return whether the numbers count 0, 1, 2 and so on."""
    return bool(values[-1] == values.size - 1 and (values == np.arange(values.size)).all())


def _opened(start: Start, settings: Settings, further: Sequence[str]) -> Table:
    """Open a table that begins with any row.

    Raises:
        SoftmaxError: there is no row, or it does not fit the options.
    """
    bad, (layout, blocks, has_header) = _settled_by_a_good_row(start, settings)
    data, blocks = next_record(blocks, layout)
    if data is None:
        raise _nothing(layout, settings)
    vector = _first_vector(data, layout, settings)
    is_left_out = isinstance(vector, HoldsText)
    if is_left_out:
        blocks = blocks_behind(data, blocks, layout)
    more = further_blocks(further, layout, has_header, settings)
    notes = tuple(remarks(data.block, layout, settings))
    return Table(layout, chain(bad, blocks, more), notes, vector, is_first_taken=is_left_out)


def _settled_by_a_good_row(
    start: Start, settings: Settings
) -> tuple[list[Block], tuple[Layout, Iterator[Block], bool]]:
    """Return the rows before the one that settles the layout, and what that one settles.

    Where bad rows are skipped, those of JSON before the first good one are: they are still rows
    of the table, whose reader reports them.

    Raises:
        SoftmaxError: no row can be read, or it does not fit the options.
    """
    bad, errors, blocks = list[Block](), list[SoftmaxError](), start.blocks
    while True:
        first, blocks = next_record(blocks, start.layout)
        if first is None:  # the text is not blank: there are errors
            raise errors[0]
        try:
            return bad, _settled_by(first, start._replace(blocks=blocks), settings)
        except UsageError:
            raise
        except SoftmaxError as error:
            if not start.layout.json or settings.on_error != "skip":
                raise
            errors.append(error)
        bad.append(Block(first.text + b"\n", first.line, getattr(first.line, "vector", 0)))
        blocks = blocks_behind(first, blocks, start.layout)


def _settled_by(
    first: Record, start: Start, settings: Settings
) -> tuple[Layout, Iterator[Block], bool]:
    """Return what a first row settles, as `_settled` does; errors have their place."""
    layout = start.layout._replace(newline=newline_of(first))
    begun = start._replace(layout=layout)
    return _located(layout, first.line, lambda: _settled(begun, first, settings))


def _located(layout: Layout, line: int, settle: Callable[[], _Settled]) -> _Settled:
    """Return what the first row settles.

    Raises:
        SoftmaxError: it cannot be read, or does not fit the options; with its place.
    """
    try:
        return settle()
    except UsageError:
        raise
    except SoftmaxError as error:
        raise error.at(layout.place(line)) from None


def _settled(
    start: Start, first: Record, settings: Settings
) -> tuple[Layout, Iterator[Block], bool]:
    """The layout, the blocks of data, and whether the text has a header.

    Raises:
        SoftmaxError: the first row cannot be read, or does not fit the options.
    """
    layout, blocks = start.layout, start.blocks
    check_text(first.text, layout)
    if layout.json:
        layout, has_header = json_rows.lay_out(first.text, first.line, layout, settings)
        return layout, blocks_behind(first, blocks, layout) if has_header else blocks, has_header
    if not start.comment and (width := _width_of_numbers(first, layout, settings)):
        return of_numbers(width, layout, settings), blocks, False
    row = row_cells(first.text, layout)
    mark, commented = commented_header(start, row, settings)
    if commented:
        layout = with_header(commented, start.comment_line, layout, settings)
        raw = (mark + commented[0], *commented[1:])
        return layout._replace(raw_header=raw), blocks, True
    if not is_header(row, settings):
        return without_header(row, layout, settings), blocks, False
    behind = blocks_behind(first, blocks, layout)
    data, behind = next_record(behind, layout)
    if data is None:
        return with_header(row, first.line, layout, settings), behind, True
    header = _completed(row, data, layout)
    if header[:-1] == row:
        layout = layout._replace(blank=len(row))
    return with_header(header, first.line, layout, settings), behind, True


def _width_of_numbers(first: Record, layout: Layout, settings: Settings) -> int:
    """How many numbers a long row holds, 0 if it holds anything else or is not long."""
    if (
        len(first.text) < long_row.SHORTEST
        or settings.header
        or settings.ragged
        or b'"' in first.text
    ):
        return 0
    if layout.free or layout.delimiter == BLANK:
        return 0
    width = first.text.count(layout.delimiter) + 1
    return width * _holds_numbers(
        first, layout._replace(width=width, logits=range(width)), settings
    )


def _holds_numbers(record: Record, layout: Layout, settings: Settings) -> bool:
    """Whether all columns of a long row are logits and numbers."""
    if len(record.text) < long_row.SHORTEST or len(layout.logits) < layout.width:
        return False
    found = fast.read(Block(record.text + b"\n", record.line), layout, settings)
    return found is not None and not found.odd


def _completed(header: list[bytes], data: Record, layout: Layout) -> list[bytes]:
    """The header with a name for each cell of the first row of data.

    R's write.table has no name for its first column, the names of the rows; other programs
    end every line but the header with a delimiter.
    """
    row = row_cells(data.text, layout)
    if len(row) != len(header) + 1:
        return header
    nameless = raw_of("", layout.delimiter)
    return [nameless, *header] if row[-1].strip() else [*header, nameless]


def _first_vector(data: Record, layout: Layout, settings: Settings) -> Batch | HoldsText | None:
    """The vector of the first row, or the error that leaves the row out; None for any other.

    Raises:
        HoldsText: there is text among the logits, and bad rows are not left out.
    """
    if not _holds_numbers(data, layout, settings):
        try:
            check_first_row(row_cells(data.text, layout), data.line, layout, settings)
        except HoldsText as error:
            if settings.on_error == "stop":
                raise
            return error
        except SoftmaxError:
            return None
    number = getattr(data.line, "vector", 0)
    vector = next(read(Block(data.text + b"\n", data.line, number), layout, settings))
    return vector if isinstance(vector, Batch) else None


def _nothing(layout: Layout, settings: Settings) -> SoftmaxError:
    """The error that the first row is the only one."""
    names = layout.header or ()
    text = next((name for name in names if is_text(name, settings)), "")
    if settings.header or not text:
        return Empty(Place(layout.source))
    return OnlyAHeader(Place(layout.source, layout.header_line), text=text)
