"""The lines before the first row of a delimited table, and its delimiter.

Excel may begin a table with `sep=;`, NumPy's `savetxt` puts the header behind `# `, and
other programs write comments. All of these lines come before the first row.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

from softmax_cli.errors import Empty, Place
from softmax_cli.reading.cut import RecordCut
from softmax_cli.reading.delimited import (
    ANY_EDGES,
    BLANK,
    chosen_delimiter,
    delimiter_of,
    has_delimiter,
    is_delimiter,
)
from softmax_cli.reading.files import check_length
from softmax_cli.settings import Settings

_SEPARATOR = re.compile(rb'"?sep=(.)"?[ \t]*\r?\n?', re.DOTALL)

# A quote behind a blank may be an inch sign, and must not make the reader wait for another.
_EDGES = ANY_EDGES.strip(BLANK)


class Preamble(NamedTuple):
    """What is known before the first row is read.

    Attributes:
        delimiter: as asked for, as `sep=` names it, or as the first row shows it.
        free: the rows may have any delimiter, each its own.
        line: the line of the first row.
        texts: the text from the first row on.
        comment: the last comment line, which may be the header.
        comment_line: where it stands.
    """

    delimiter: bytes
    free: bool
    line: int
    texts: Iterator[bytes]
    comment: bytes = b""
    comment_line: int = 0


def read_preamble(texts: Iterator[bytes], line: int, source: str, settings: Settings) -> Preamble:
    """Read up to the first row, and take the delimiter from it.

    Raises:
        Empty: no row follows.
        UsageError: the delimiter asked for cannot separate numbers.
        TooLong: a line that would not fit in memory.
    """
    lines = _Lines(texts, line, source)
    delimiter = chosen_delimiter(settings.delimiter) if settings.delimiter is not None else None
    comment, comment_line = b"", 0
    named = _SEPARATOR.fullmatch(lines.current())
    if named and is_delimiter(named[1]):
        delimiter = delimiter or named[1]
        lines.skip()
    while lines.current().startswith(b"#") and delimiter != b"#":
        comment, comment_line = lines.current(), lines.line
        lines.skip()
    if not lines.current():
        raise Empty(Place(source))
    free = settings.ragged and delimiter is None and not has_delimiter(lines.current(), settings)
    return Preamble(
        delimiter or delimiter_of(lines.first_record(), settings),
        free,
        lines.line,
        lines.rest(),
        comment,
        comment_line,
    )


class _Lines:
    """The lines at the start of a text, one after another."""

    def __init__(self, texts: Iterator[bytes], line: int, source: str) -> None:
        self._texts = texts
        self._read = b""
        self._source = source
        self.line = line

    def current(self) -> bytes:
        """The line that has been reached, with its newline; nothing at the end."""
        end = self._read.find(b"\n") + 1
        while not end and self._read_more():
            end = self._read.find(b"\n") + 1
        return self._read[:end] if end else self._read

    def skip(self) -> None:
        """Go on to the next line that is not blank."""
        is_first = True
        while is_first or (self.current() and not self.current().strip(b" \t\r\n")):
            self._read = self._read[len(self.current()) :]
            self.line += 1
            is_first = False

    def first_record(self) -> bytes:
        """The current line, and those that quotes join to it."""
        cut, end = RecordCut(_EDGES), 0
        while True:
            start, end = end, self._read.find(b"\n", end) + 1
            while not end and self._read_more():
                end = self._read.find(b"\n", start) + 1
            if not end:
                return self.current()
            if cut(self._read[start:end]):
                return self._read[:end]

    def rest(self) -> Iterator[bytes]:
        """The text from the current line on."""
        yield self._taken()
        yield from self._texts

    def _taken(self) -> bytes:
        """Hand out the text that has been read, which may be long, and forget it."""
        text, self._read = self._read, b""
        return text

    def _read_more(self) -> bool:
        """Read on to the end of a line, or of the text, which becomes the end of a line.

        Raises:
            TooLong: the line would not fit in memory.
        """
        before = self._taken()
        buffer = BytesIO()  # grows in place, and gives its text without copying it
        size, last = buffer.write(before), before
        for last in self._texts:
            size += buffer.write(last)
            check_length(size, self._source, self.line)
            if b"\n" in last:
                break
        else:
            if size and not last.endswith(b"\n"):
                size += buffer.write(b"\n")
        del last
        self._read = buffer.getvalue()
        return size > len(before)
