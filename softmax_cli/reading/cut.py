"""Where a stream of rows may be cut: behind a newline that stands outside quotes."""

import numpy as np

from softmax_cli.reading.delimited import end_of_lines, open_quote
from softmax_cli.values import Integers

_NEWLINE, _QUOTE = b'\n"'
# Less text than this is searched by a regular expression in less time.
_SMALLEST_ARRAY = 4096


class RecordCut:
    """Cuts a stream of rows behind the last newline that stands outside quotes."""

    def __init__(self, edges: bytes) -> None:
        self._edges = edges
        # a short text that leaves quotes as the stream before it does
        self._before = b""

    def __call__(self, text: bytes) -> int:
        """Where the last whole record of the next piece of the stream ends, 0 if none does."""
        if b'"' not in text and not self._before.startswith(b'"'):
            self._before = self._cell_begun(text)
            return text.rfind(b"\n") + 1
        marked = self._before + text
        end = self._end_of_lines(marked)
        self._before = self._left_by(marked[end:])
        return max(0, end - (len(marked) - len(text)))

    def _end_of_lines(self, text: bytes) -> int:
        quotes = _alternating_quotes(text, self._edges) if len(text) >= _SMALLEST_ARRAY else None
        if quotes is None:
            return end_of_lines(text, self._edges)
        end = len(text)
        while True:
            newline = text.rfind(b"\n", 0, end)
            before = int(np.searchsorted(quotes, newline))
            if newline < 0 or before % 2 == 0:
                return newline + 1
            # within quotes: go on before the quote that opens them
            end = int(quotes[before - 1])

    def _left_by(self, rest: bytes) -> bytes:
        """The short text that leaves quotes as this rest of a line does."""
        if open_quote(rest, self._edges) is not None:
            return b'"'
        if rest.endswith(b'"') and open_quote(rest + b'"', self._edges) is not None:
            return b'""'
        return self._cell_begun(rest)

    def _cell_begun(self, text: bytes) -> bytes:
        return b"x" if text and text[-1:] != b"\n" and text[-1] not in self._edges else b""


def _alternating_quotes(text: bytes, edges: bytes) -> Integers | None:
    """Where quotes stand, if each opens a cell and closes it in turn; None if one is stray.

    A doubled quote closes its cell and opens it again.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    opening = quotes[::2]
    is_edge = np.zeros(256, dtype=np.bool_)
    is_edge[[_NEWLINE, *edges]] = True
    opens = is_edge[data[opening - 1]]
    opens[0] |= opening[0] == 0
    opens[1:] |= opening[1:] == quotes[1::2][: opening.size - 1] + 1
    return quotes if opens.all() else None
