"""JSON for a reader at a terminal: indented, coloured, and safe to show."""

import json
import re
from collections.abc import Iterator

# An array that holds no object and no other array stays on one line.
_TOKEN = re.compile(
    r'(?P<name>"(?:[^"\\]|\\.)*+"(?=\s*+:))'
    r'|(?P<string>"(?:[^"\\]|\\.)*+")'
    r'|(?P<flat>\[(?:[^\[\]{}"]++|"(?:[^"\\]|\\.)*+")*+\])'
    r"|(?P<mark>[\[\]{}:,])"
    r"|(?P<word>[^\s\[\]{}:,\"]++)"
)
_INNER = re.compile(r'"(?:[^"\\]|\\.)*+"|[^\s\[\],"]++|,')
_RESET = "\x1b[0m"
_STYLES = {"name": "\x1b[34m", "string": "\x1b[32m", "null": "\x1b[2m"}


class TerminalJson:
    """Turns JSON as it is written into JSON as it is shown, a piece at a time.

    A piece ends between two values, not within one. Whitespace outside strings is replaced.
    """

    def __init__(self, *, color: bool, encoding: str = "utf-8", indented: bool = True) -> None:
        """Begin a text.

        Args:
            color: whether names, strings and null are coloured.
            encoding: what the terminal can show; other characters are escaped.
            indented: whether values stand on lines of their own; otherwise each object that
                is not within another has one line.
        """
        self._color = color
        self._encoding = encoding
        self._indented = indented
        self._depth = 0
        self._is_line_due = False

    def __call__(self, data: bytes) -> bytes:
        """Return the next piece as it is shown."""
        text = "".join(self._shown(data.decode()))
        return text.encode(self._encoding, errors="backslashreplace")

    def _shown(self, text: str) -> Iterator[str]:
        for token in _TOKEN.finditer(text):
            kind, piece = str(token.lastgroup), token.group()
            if kind == "mark":
                yield from self._mark(piece)
                continue
            yield self._line()
            if kind == "flat":
                yield "[" + "".join(map(self._item, _INNER.findall(piece))) + "]"
            else:
                yield self._value(kind, piece)
            yield self._end_of_row()

    def _mark(self, mark: str) -> Iterator[str]:
        if mark == ":":
            yield ": "
        elif mark == ",":
            yield mark if self._indented else mark + " "
            self._is_line_due = True
        elif mark in "[{":
            yield self._line() + mark
            self._depth += 1
            self._is_line_due = True
        else:
            self._depth -= 1
            self._is_line_due = True
            yield self._line() + mark + self._end_of_row()

    def _line(self) -> str:
        """Return the line break that is due before a value, if one is."""
        is_due, self._is_line_due = self._is_line_due, False
        return "\n" + "  " * self._depth if is_due and self._indented else ""

    def _end_of_row(self) -> str:
        return "" if self._depth else "\n"

    def _item(self, piece: str) -> str:
        if piece == ",":
            return ", "
        return self._value("string" if piece.startswith('"') else "word", piece)

    def _value(self, kind: str, piece: str) -> str:
        shown = self._safe(piece)
        style = _STYLES.get("null" if piece == "null" else kind)
        return f"{style}{shown}{_RESET}" if self._color and style else shown

    def _safe(self, piece: str) -> str:
        """Return a string without characters that could steer a terminal or hide."""
        if piece.isascii() and piece.isprintable():
            return piece
        return "".join(c if self._can_show(c) else json.dumps(c)[1:-1] for c in piece)

    def _can_show(self, character: str) -> bool:
        if not character.isprintable():
            return False
        try:
            character.encode(self._encoding)
        except UnicodeEncodeError:
            return False
        return True
