"""The start of a table: what its first rows say about all the others."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple, TypeVar

import numpy as np

from softmax_cli.errors import (
    AnotherHeader,
    Empty,
    HoldsText,
    OnlyAHeader,
    Place,
    SoftmaxError,
    UsageError,
    counted,
    quoted,
)
from softmax_cli.reading import fast, json_rows, long_row
from softmax_cli.reading import files as sources
from softmax_cli.reading.delimited import BLANK, raw_of, text_of
from softmax_cli.reading.json import behind_first
from softmax_cli.reading.layout import (
    Layout,
    is_header,
    is_text,
    names_of,
    of_numbers,
    with_header,
    without_header,
)
from softmax_cli.reading.preamble import read_preamble
from softmax_cli.reading.remarks import remarks
from softmax_cli.reading.rows import check_text, read, records, row_cells
from softmax_cli.reading.text_columns import check_first_row
from softmax_cli.settings import Settings
from softmax_cli.values import LINES_OF_A_FILE, Batch, Block, Floats

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


class _Start(NamedTuple):
    """A text that has been read up to its first row.

    Attributes:
        layout: what is known of it.
        comment: the last comment line before the first row, and where it stands.
    """

    layout: Layout
    blocks: Iterator[Block]
    comment: bytes = b""
    comment_line: int = 0


class _Record(NamedTuple):
    """A record, the line it starts on, and the block whose first record it is."""

    text: bytes
    line: int
    block: Block


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
    start = _start(chunks, source, settings)
    start = start._replace(
        layout=start.layout._replace(further=tuple(map(sources.name_of, further)))
    )
    ahead = list(islice(start.blocks, 1))
    long = None if start.comment or not ahead else _at_long_row(ahead[0], start.layout, settings)
    if long:
        layout, vector = long
        more = _further_blocks(further, layout, False, settings)
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


def _opened(start: _Start, settings: Settings, further: Sequence[str]) -> Table:
    """Open a table that begins with any row.

    Raises:
        SoftmaxError: there is no row, or it does not fit the options.
    """
    first, blocks = _next_record(start.blocks, start.layout)
    assert first  # the text is not blank
    layout = start.layout._replace(newline=_newline(first))
    start = start._replace(layout=layout, blocks=blocks)
    opened = _located(layout, first.line, lambda: _settled(start, first, settings))
    layout, blocks, has_header_row = opened
    data, blocks = _next_record(blocks, layout)
    if data is None:
        raise _nothing(layout, settings)
    vector = _first_vector(data, layout, settings)
    is_left_out = isinstance(vector, HoldsText)
    if is_left_out:
        blocks = _behind(data, blocks, layout)
    more = _further_blocks(further, layout, has_header_row, settings)
    notes = tuple(remarks(data.block, layout, settings))
    return Table(layout, chain(blocks, more), notes, vector, is_first_taken=is_left_out)


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


def _start(chunks: Iterator[bytes], source: str, settings: Settings) -> _Start:
    """Read up to the first row.

    Raises:
        SoftmaxError: there is none, or the input is not text.
    """
    texts = sources.text_chunks(chunks, source)
    line, is_json, texts = sources.start(texts, source)
    if is_json:
        layout = Layout(source=source, json=True)
        return _Start(layout, sources.json_blocks(texts, source, line))
    preamble = read_preamble(texts, line, source, settings)
    layout = Layout(source=source, delimiter=preamble.delimiter, free=preamble.free)
    blocks = sources.row_blocks(preamble.texts, source, preamble.line, layout.edges)
    return _Start(layout, blocks, preamble.comment, preamble.comment_line)


def _next_record(blocks: Iterator[Block], layout: Layout) -> tuple[_Record | None, Iterator[Block]]:
    """The first record of the blocks, if there is one, and the blocks from there on."""
    for block in blocks:
        for line, record in records(block, layout):
            return _Record(record, line, block), chain([block], blocks)
    return None, iter(())


def _newline(first: _Record) -> bytes:
    """How the lines of the input end; rows of a document of JSON end none."""
    text = first.block.text
    if first.block.vector:
        return b"\n"
    end = text.index(first.text) + len(first.text)
    return b"\r\n" if text.startswith(b"\r\n", end) else b"\n"


def _settled(
    start: _Start, first: _Record, settings: Settings
) -> tuple[Layout, Iterator[Block], bool]:
    """The layout, the blocks of data, and whether a row of the text was the header.

    Raises:
        SoftmaxError: the first row cannot be read, or does not fit the options.
    """
    layout, blocks = start.layout, start.blocks
    check_text(first.text, layout)
    if layout.json:
        layout, has_header = json_rows.lay_out(first.text, first.line, layout, settings)
        return layout, _behind(first, blocks, layout) if has_header else blocks, has_header
    if not start.comment and (width := _width_of_numbers(first, layout, settings)):
        return of_numbers(width, layout, settings), blocks, False
    row = row_cells(first.text, layout)
    mark, commented = _commented_header(start, row, settings)
    if commented:
        layout = with_header(commented, start.comment_line, layout, settings)
        raw = (mark + commented[0], *commented[1:])
        return layout._replace(raw_header=raw), blocks, False
    if not is_header(row, settings):
        return without_header(row, layout, settings), blocks, False
    behind = _behind(first, blocks, layout)
    data, behind = _next_record(behind, layout)
    if data is None:
        return with_header(row, first.line, layout, settings), behind, True
    header = _completed(row, data, layout)
    settled = with_header(header, first.line, layout, settings)
    if header[:-1] == row and len(header) - 1 in settled.kept:
        settled = settled._replace(blank=len(row))
    return settled, behind, True


def _width_of_numbers(first: _Record, layout: Layout, settings: Settings) -> int:
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


def _holds_numbers(record: _Record, layout: Layout, settings: Settings) -> bool:
    """Whether all columns of a long row are logits and numbers."""
    if len(record.text) < long_row.SHORTEST or len(layout.logits) < layout.width:
        return False
    found = fast.read(Block(record.text + b"\n", record.line), layout, settings)
    return found is not None and not found.odd


def _commented_header(
    start: _Start, row: Sequence[bytes], settings: Settings
) -> tuple[bytes, list[bytes]]:
    """The `#` before a header and the header's cells; none if the comment is not a header.

    It is one if it has as many cells as the first row, and that row is not a header of text.
    """
    if not start.comment or settings.ragged or settings.header is False:
        return b"", []
    comment = start.comment.strip(b" \t\r\n")
    text = comment.lstrip(b"#").lstrip(b" ")
    mark, names = comment[: len(comment) - len(text)], row_cells(text, start.layout)
    is_like_row = len(names) == len(row)
    if not is_like_row or not any(is_text(text_of(name), settings) for name in names):
        return b"", []
    if all(is_text(text_of(cell), settings) for cell in row):
        return b"", []
    return mark, names


def _behind(first: _Record, blocks: Iterator[Block], layout: Layout) -> Iterator[Block]:
    """The blocks without the first record, which only blank lines can stand before."""
    block = next(blocks)
    if layout.json:
        behind = behind_first(block)
        yield from (behind,) if behind.text else ()
        yield from blocks
        return
    end = block.text.index(first.text) + len(first.text)
    end = block.text.find(b"\n", end) + 1 or len(block.text)
    if end < len(block.text):
        yield Block(block.text[end:], block.line + block.text.count(b"\n", 0, end))
    yield from blocks


def _completed(header: list[bytes], data: _Record, layout: Layout) -> list[bytes]:
    """The header with a name for each cell of the first row of data.

    R's write.table has no name for its first column, the names of the rows; other programs
    end every line but the header with a delimiter.
    """
    row = row_cells(data.text, layout)
    if len(row) != len(header) + 1:
        return header
    nameless = raw_of("", layout.delimiter)
    return [nameless, *header] if row[-1].strip() else [*header, nameless]


def _first_vector(data: _Record, layout: Layout, settings: Settings) -> Batch | HoldsText | None:
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


def _further_blocks(
    paths: Sequence[str], layout: Layout, has_header_row: bool, settings: Settings
) -> Iterator[Block]:
    """The blocks of the files that follow, their lines counted so that each names its file.

    Raises:
        SoftmaxError: a file cannot be read, or is not a table of the same columns.
    """
    for number, path in enumerate(paths, 1):
        with sources.opened(path) as descriptor:
            source = sources.name_of(path)
            chunks = sources.chunks(descriptor, source, sources.block_bytes(settings))
            blocks = _same_table(chunks, source, layout, has_header_row, settings)
            for block in blocks:
                yield block._replace(line=block.line + number * LINES_OF_A_FILE)


def _same_table(
    chunks: Iterator[bytes], source: str, layout: Layout, has_header_row: bool, settings: Settings
) -> Iterator[Block]:
    """The rows of data of a further file."""
    start = _start(chunks, source, settings)
    if start.layout.json != layout.json:
        kinds = ("delimited text", "JSON")
        reason = f"it holds {kinds[start.layout.json]}, and the first file {kinds[layout.json]}"
        raise AnotherHeader(Place(source), reason=reason)
    if not has_header_row:
        return start.blocks
    first, blocks = _next_record(start.blocks, layout)
    assert first  # the text is not blank
    try:
        _check_same_header(row_cells(first.text, layout), layout)
    except SoftmaxError as error:
        raise error.at(Place(source, first.line)) from None
    return _behind(first, blocks, layout)


def _check_same_header(row: Sequence[bytes], layout: Layout) -> None:
    """Compare a further file's header with that of the first file.

    Raises:
        AnotherHeader: they differ.
    """
    names = names_of(row, layout)
    header = [*(layout.header or ())]
    if len(names) == len(header) - 1:  # a header may be one cell short of its rows
        header = header[1:] if not header[0] else header[:-1] if not header[-1] else header
    if len(names) != len(header):
        columns = counted(len(names), "column")
        raise AnotherHeader(reason=f"it has {columns}, not {len(header):,}")
    for column, (name, wanted) in enumerate(zip(names, header, strict=True), 1):
        if name != wanted:
            reason = f"column {column} is {quoted(name)}, not {quoted(wanted)}"
            raise AnotherHeader(reason=reason)
