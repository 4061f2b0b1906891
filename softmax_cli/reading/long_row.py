"""A long row of numbers, read a piece at a time.

A row of a million numbers is a block by itself. Beside its text and its numbers nothing of its
length is needed where each cell holds a number.
"""

import math
from collections.abc import Iterator

import numpy as np

from softmax_cli.reading.delimited import BLANK
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.spellings import REFUSED, read_numbers
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block, Floats

# A shorter row is read in no time, whichever way.
SHORTEST = 32 * 1024
# What is read at once.
_PIECE = 1 << 18


def read(block: Block, layout: Layout, settings: Settings) -> Batch | None:
    """Return the vector of a block that is one long row of logits, None if it is anything else."""
    values = numbers(block, layout, settings)
    if values is None or values.size != layout.width:
        return None
    return vector(values, block, layout)


def vector(values: Floats, block: Block, layout: Layout) -> Batch | None:
    """Return the vector of a row of so many numbers, None if they are not all its logits."""
    if len(layout.logits) < layout.width or layout.in_rows or values.max() == -math.inf:
        return None
    kept = ([block.text[: _end(block.text)]],) if layout.append else ()
    lines = range(block.line, block.line + 1)
    return Batch(values.reshape(1, -1), layout.classes, kept, lines)


def numbers(block: Block, layout: Layout, settings: Settings) -> Floats | None:
    """Return the numbers of a block that is one long row of them, None if it is anything else."""
    text, delimiter = block.text, layout.delimiter
    if not _may_be_long_row(text, layout, settings):
        return None
    values = np.empty(text.count(delimiter) + 1)
    layout = layout._replace(width=values.size)
    done = 0
    for piece in _pieces(text, delimiter):
        found = read_numbers(_with_commas(piece, delimiter, settings), settings, layout)
        if found.odd.size or done + found.values.size > values.size:
            return None
        values[done : done + found.values.size] = found.values
        done += found.values.size
    return values if done == values.size else None


def _may_be_long_row(text: bytes, layout: Layout, settings: Settings) -> bool:
    if len(text) < SHORTEST or settings.keeps_typed or settings.ragged or layout.json:
        return False
    if layout.free or layout.delimiter == BLANK or b'"' in text:
        return False
    return text.find(b"\n") == len(text) - 1 and text.find(b"\r", 0, len(text) - 2) < 0


def _pieces(text: bytes, delimiter: bytes) -> Iterator[bytes]:
    """Yield the cells of a row in pieces, a delimiter between each two cells of a piece."""
    start, stop = 0, _end(text)
    while (end := text.find(delimiter, start + _PIECE, stop)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:stop]


def _end(text: bytes) -> int:
    """Return where a line ends that has its newline."""
    return len(text) - (2 if text.endswith(b"\r\n") else 1)


def _with_commas(text: bytes, delimiter: bytes, settings: Settings) -> bytes:
    """Return cells with commas between them and points within them."""
    if settings.decimal_comma and b"." in text:
        text = text.replace(b".", bytes([REFUSED]))
    if delimiter != b",":
        if b"," in text:
            text = text.replace(b",", b"." if settings.decimal_comma else bytes([REFUSED]))
        text = text.replace(delimiter, b",")
    return text
