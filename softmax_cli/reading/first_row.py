"""The start of a table: what its first row says of all the others."""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from softmax_cli.errors import (
    Empty,
    HoldsText,
    OnlyAHeader,
    Place,
    SoftmaxError,
    UsageError,
    quoted,
)
from softmax_cli.reading import files as sources
from softmax_cli.reading import json as json_rows
from softmax_cli.reading.delimited import as_typed
from softmax_cli.reading.layout import Layout, check_first_row, is_number, lay_out
from softmax_cli.reading.preamble import read_preamble
from softmax_cli.reading.rows import check_text, read, records, row_cells
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block


class Table(NamedTuple):
    """A table whose layout is settled: its blocks hold rows of data only.

    Attributes:
        notes: remarks on the header.
        first: the first vector, unless its row could not be read.
    """

    layout: Layout
    blocks: Iterator[Block]
    notes: tuple[str, ...]
    first: Batch | None


def open_table(descriptor: int, source: str, settings: Settings) -> Table:
    """Read as far as the first row and settle the layout by it.

    Raises:
        SoftmaxError: there is no row, or it does not fit the options.
    """
    texts = sources.text_chunks(sources.chunks(descriptor, source), source)
    line, character, texts = sources.start(texts, source)
    layout = Layout(source=source, json=character in b"[{")
    if layout.json:
        blocks = sources.json_blocks(texts, source, line)
    else:
        preamble = read_preamble(texts, line, source, settings)
        layout = layout._replace(delimiter=preamble.delimiter, free=preamble.free)
        blocks = sources.row_blocks(preamble.texts, source, preamble.line, layout.edges)
    for block in blocks:
        for line, record in records(block, layout):
            return _settled(block, line, record, blocks, layout, settings)
    raise Empty(Place(source))


def _settled(
    block: Block,
    line: int,
    record: bytes,
    blocks: Iterator[Block],
    layout: Layout,
    settings: Settings,
) -> Table:
    layout = layout._replace(newline=_newline(block.text, record))
    try:
        check_text(record, layout)
        members = json_rows.names(record) if layout.json else None
        first = members or row_cells(record, layout)
        if not first:
            raise Empty
        if members:
            settings = settings._replace(header=True)
        layout, has_header = lay_out(first, line, layout, settings)
    except SoftmaxError as mistake:
        raise (
            mistake if isinstance(mistake, UsageError) else mistake.at(layout.place(line))
        ) from None
    # an object names its members beside their numbers, so it is its own header
    if has_header and not members:
        behind = _behind(block, record, layout)
        blocks = chain([behind], blocks) if behind.text else blocks
    else:
        blocks = chain([block], blocks)
    line, record, blocks = _first_record(blocks, layout, settings)
    _check_first(record, line, layout, settings)
    vector = next(read(Block(record + b"\n", line), layout, settings))
    note = _header_note(layout, settings)
    return Table(
        layout, blocks, (note,) if note else (), vector if isinstance(vector, Batch) else None
    )


def _newline(text: bytes, record: bytes) -> bytes:
    end = text.index(record) + len(record)
    return b"\r\n" if text.startswith(b"\r\n", end) else b"\n"


def _behind(block: Block, record: bytes, layout: Layout) -> Block:
    """What follows the first record, which only blank lines can stand before."""
    end = block.text.index(record) + len(record)
    if not layout.json:
        end = block.text.find(b"\n", end) + 1 or len(block.text)
    return Block(block.text[end:], block.line + block.text.count(b"\n", 0, end))


def _first_record(
    blocks: Iterator[Block], layout: Layout, settings: Settings
) -> tuple[int, bytes, Iterator[Block]]:
    """Return the first row of data with its line, and the blocks from there on.

    Raises:
        Empty, OnlyAHeader: there is no row.
    """
    for block in blocks:
        for line, record in records(block, layout):
            return line, record, chain([block], blocks)
    raise _nothing(layout, settings)


def _check_first(record: bytes, line: int, layout: Layout, settings: Settings) -> None:
    """Look for text among the logits; any other mistake is for the reader of rows to find.

    Raises:
        HoldsText: there is some.
    """
    try:
        check_first_row(row_cells(record, layout), line, layout, settings)
    except HoldsText:
        raise
    except SoftmaxError:
        return


def _header_note(layout: Layout, settings: Settings) -> str | None:
    """A first row that mixes numbers with other cells may be data with a hole."""
    if settings.header is not None:
        return None
    other = _not_a_number(layout, settings)
    if len([name for name in layout.header or () if is_number(as_typed(name, settings))]) == 0:
        return None
    place = Place(layout.source, layout.header_line)
    shown = f"{quoted(other)} is not a number" if other else "a cell is empty"
    return f"{place}: taken as the header, since {shown}; --no-header reads it as data"


def _nothing(layout: Layout, settings: Settings) -> SoftmaxError:
    """The mistake it is if the first row is the only one."""
    if settings.header or not layout.header:
        return Empty(Place(layout.source))
    place = Place(layout.source, layout.header_line)
    return OnlyAHeader(place, text=_not_a_number(layout, settings))


def _not_a_number(layout: Layout, settings: Settings) -> str:
    names = layout.header or ()
    return next((name for name in names if not is_number(as_typed(name, settings))), "")
