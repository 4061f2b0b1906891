"""Rows of text with other numbers in the place of their logits."""

from collections.abc import Sequence

import numpy as np

from softmax_cli.reading.bits import spanned
from softmax_cli.values import Cells

_NEWLINE = ord("\n")
# Up to so many bytes a row, both texts together, arrays of bytes take less time than pieces.
_SHORT_ROW = 150


def framed(around: Cells, columns: Sequence[bytes]) -> bytes:
    """Return rows of numbers with the text that belongs around them.

    Args:
        around: the text before, between and behind the numbers, all rows on end.
        columns: for each run of numbers in a row its texts, one a line, the last line not ended.
    """
    if len(columns) == 1 and len(around.text) + len(columns[0]) < _SHORT_ROW * len(around):
        return _by_bytes(around, columns[0])
    parts = [b""] * (2 * len(around) - 1)
    parts[::2] = around
    for index, column in enumerate(columns):
        parts[2 * index + 1 :: 2 * len(columns)] = column.split(b"\n")
    return b"".join(parts)


def _by_bytes(around: Cells, lines: bytes) -> bytes:
    old = np.frombuffer(around.text, dtype=np.uint8)
    new = np.frombuffer(lines + b"\n", dtype=np.uint8)
    # a line takes the place of the logits and of the byte behind them, which it gets back
    behind = around.starts[1:]
    starts, stops = around.stops[:-1], behind + 1
    rest = old[~spanned(starts, stops, old.size)]
    ends = np.flatnonzero(new == _NEWLINE) + 1
    places = stops - np.cumsum(stops - starts)
    text = np.empty(rest.size + new.size, dtype=np.uint8)
    is_new = spanned(places + np.append(0, ends[:-1]), places + ends, text.size)
    text[is_new] = new
    text[~is_new] = rest
    text[places + ends - 1] = old[behind]
    return text.tobytes()
