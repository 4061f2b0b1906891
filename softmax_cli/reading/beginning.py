"""A text as far as its first row, and the records of its blocks one after another."""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from softmax_cli.reading import files as sources
from softmax_cli.reading.json import behind_first
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.preamble import read_preamble
from softmax_cli.reading.rows import records
from softmax_cli.settings import Settings
from softmax_cli.values import Block


class Start(NamedTuple):
    """A text that has been read up to its first row.

    Attributes:
        layout: what is known of it.
        comment: the last comment line before the first row, and where it stands.
    """

    layout: Layout
    blocks: Iterator[Block]
    comment: bytes = b""
    comment_line: int = 0


class Record(NamedTuple):
    """A record, the line it starts on, and the block whose first record it is."""

    text: bytes
    line: int
    block: Block


def read_start(chunks: Iterator[bytes], source: str, settings: Settings) -> Start:
    """Read up to the first row.

    Raises:
        SoftmaxError: there is none, or the input is not text.
    """
    texts = sources.text_chunks(chunks, source)
    line, is_json, texts = sources.start(texts, source)
    if is_json:
        layout = Layout(source=source, json=True)
        return Start(layout, sources.json_blocks(texts, source, line))
    preamble = read_preamble(texts, line, source, settings)
    layout = Layout(source=source, delimiter=preamble.delimiter, free=preamble.free)
    blocks = sources.row_blocks(preamble.texts, source, preamble.line, layout.edges)
    return Start(layout, blocks, preamble.comment, preamble.comment_line)


def next_record(blocks: Iterator[Block], layout: Layout) -> tuple[Record | None, Iterator[Block]]:
    """The first record of the blocks, if there is one, and the blocks from there on."""
    for block in blocks:
        for line, record in records(block, layout):
            return Record(record, line, block), chain([block], blocks)
    return None, iter(())


def newline_of(first: Record) -> bytes:
    """How the lines of the input end; rows of a document of JSON end none."""
    text = first.block.text
    if first.block.vector:
        return b"\n"
    end = text.index(first.text) + len(first.text)
    return b"\r\n" if text.startswith(b"\r\n", end) else b"\n"


def blocks_behind(first: Record, blocks: Iterator[Block], layout: Layout) -> Iterator[Block]:
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
