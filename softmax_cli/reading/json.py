"""JSON, JSON Lines, and the arrays that NumPy prints, as records and cells of a table.

A row is an array that holds no array, or an object. What stands around rows are the
brackets and commas of an outer array, or nothing.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from softmax_cli.errors import BrokenJson
from softmax_cli.reading.delimited import raw_of
from softmax_cli.values import Block

# Possessive, so that an unfinished row is given up in one pass.
_INNER = rb'(?:[^\[\]{}"]++|"(?:[^"\\]|\\.)*+")*+'
_ROW = re.compile(rb"\[%s\]|\{%s\}" % (_INNER, _INNER), re.DOTALL)
_BEGUN = re.compile(rb"[\[{]%s" % _INNER, re.DOTALL)
# An opening bracket stands around rows if another one, or a brace, follows it.
_BETWEEN_ROWS = re.compile(rb"(?:[\], \t\r\n]|\[(?=[ \t\r\n]*[\[{]))*+")


class Cut:
    """Cuts a stream of JSON behind its last whole row, and follows the outer brackets."""

    def __init__(self) -> None:
        self._depth = 0

    def __call__(self, text: bytes) -> int:
        """Where the last whole row of the text ends, 0 if it holds none.

        Raises:
            BrokenJson: something that is neither row, bracket nor comma; `at` is its offset.
        """
        end = 0
        while True:
            start = _behind_brackets(text, end)
            row = _ROW.match(text, start)
            if row is None:
                _check_begun(text, start)
                return end
            self._follow(text[end:start], end)
            end = row.end()

    def finish(self, rest: bytes) -> None:
        """Check what is left when the stream has ended.

        Raises:
            BrokenJson: a row or an outer array is cut short, or a comma ends it.
        """
        start = _behind_brackets(rest, 0)
        _check_begun(rest, start)
        self._follow(rest[:start], 0)
        if b"," in rest[:start]:
            raise BrokenJson(reason="a comma with no row behind it", at=0)
        if self._depth or start < len(rest):
            raise BrokenJson(reason="the JSON ends within an array: is the input cut short?")

    def _follow(self, between: bytes, offset: int) -> None:
        self._depth += between.count(b"[") - between.count(b"]")
        if self._depth not in (0, 1):
            reason = (
                "arrays stand deeper than in an array of rows"
                if self._depth > 1
                else "a ] closes nothing"
            )
            raise BrokenJson(reason=reason, at=offset)
        if between.count(b",") > 1:
            raise BrokenJson(reason="a comma with no row before it", at=offset)


def _behind_brackets(text: bytes, start: int) -> int:
    """Where the next row begins, behind the brackets and commas around rows."""
    return _BETWEEN_ROWS.match(text, start).end()  # type: ignore[union-attr]


def _check_begun(text: bytes, start: int) -> None:
    """Refuse what no more text can make a row.

    Raises:
        BrokenJson: it is neither an array of numbers nor an object of names and numbers.
    """
    begun = _BEGUN.match(text, start)
    end = begun.end() if begun else start
    # a string that has begun may still end
    if end < len(text) and not (begun and text.startswith(b'"', end)):
        shown = text[start : start + 40].decode(errors="backslashreplace")
        raise BrokenJson(
            reason=f"{shown!r} is no array of numbers and no object of names and numbers",
            at=start,
        )


def records(block: Block) -> Iterator[tuple[int, bytes]]:
    """The rows of a block, each with the number of the line it starts on."""
    line, end = block.line, 0
    for row in _ROW.finditer(block.text):
        line += block.text.count(b"\n", end, row.start())
        end = row.start()
        yield line, row.group()


def names(record: bytes) -> list[bytes] | None:
    """The names of an object, as raw cells, or None for an array."""
    if not record.startswith(b"{"):
        return None
    return [raw_of(name, b",") for name, _ in _members(record)]


def cells(record: bytes, header: Sequence[str] | None) -> list[bytes]:
    """The raw cells of a row; those of an object in the order of the header.

    Raises:
        BrokenJson: the row is not JSON, or it names other members than the first row.
    """
    if not record.startswith(b"{"):
        return _array_cells(record)
    members = _members(record)
    found = dict(members)
    if len(found) != len(members):
        raise BrokenJson(reason="an object names a member twice")
    for name in found:
        if name not in (header or ()):
            raise BrokenJson(reason=f"the member {name!r} is not in the first object")
    return [raw_of(found.get(name, ""), b",") for name in header or ()]


def _array_cells(record: bytes) -> list[bytes]:
    """The items of an array, with commas between them or, as NumPy prints them, blanks."""
    if b'"' in record or b"null" in record:
        return [raw_of(_text(item), b",") for item in _decoded(record)]
    body = record[1:-1].translate(bytes.maketrans(b"\r\n\t", b"   "))
    if b"," not in body:
        return body.split()
    return [item.strip() for item in body.split(b",")]


def _members(record: bytes) -> list[tuple[str, str]]:
    return [(name, _text(value)) for name, value in _decoded(record)]


def _decoded(record: bytes) -> Any:
    """The row with its numbers as they were typed, an object as its pairs."""
    import json

    try:
        decoded = json.loads(
            record,
            object_pairs_hook=list,
            parse_float=str,
            parse_int=str,
            parse_constant=str,
        )
    except ValueError as error:
        raise BrokenJson(reason=f"not JSON: {error}") from None
    if b"\\u" in record:
        try:
            json.dumps(decoded, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            reason = "not JSON: half of a surrogate pair stands alone"
            raise BrokenJson(reason=reason) from None
    return decoded


def _text(value: Any) -> str:
    """What a member says: its number or string as it stands, nothing for null."""
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value).lower()
