"""The brackets of a text of JSON: where its rows start and end, and how deeply it nests."""

import re
from typing import NamedTuple

import numpy as np

from softmax_cli.values import Booleans, Bytes, Integers

# An array that stands around rows, rather than being one.
AROUND_ROWS = re.compile(rb"\[[ \t\r\n]*+[\[{]")

_QUOTE = ord('"')
_IS_TOKEN = np.zeros(256, dtype=np.bool_)
_IS_TOKEN[[*b'"[]{}']] = True
_IS_OPENING = np.zeros(256, dtype=np.bool_)
_IS_OPENING[[*b"[{"]] = True

_ESCAPE = re.compile(rb"\\.", re.DOTALL)


class Rows(NamedTuple):
    """Where rows start and end in a piece of text, and which stand in an outer array.

    Attributes:
        starts: the position of the bracket or brace that opens each row.
        inner: for each of these rows whether an array stands around it.
        ends: the position behind each row that ends in this piece.
        surplus: the position of a closing bracket that closes nothing, if there is one.
    """

    starts: Integers
    inner: Booleans
    ends: Integers
    surplus: int | None


class Scanner:
    """Finds the rows of a text that comes in pieces; each byte is looked at once."""

    def __init__(self) -> None:
        self.depth = 0
        self.is_in_string = False
        self._is_escaped = False
        self._is_outer = False

    def __call__(self, text: bytes) -> Rows:
        """Find the rows of the next piece, which must not end behind an opening bracket."""
        bare = self._without_escapes(text)
        data = np.frombuffer(bare, dtype=np.uint8)
        positions, steps, depths = self._brackets(data)
        below = np.flatnonzero(depths < 0)
        surplus = None
        if below.size:
            surplus = int(positions[below[0]])
            positions, steps, depths = (part[: below[0]] for part in (positions, steps, depths))
        is_outer = self._outer(bare, positions, steps, depths)
        starts = (steps > 0) & (depths == 1 + is_outer)
        ends = (steps < 0) & (depths == is_outer)
        if depths.size:
            self.depth = int(depths[-1])
        return Rows(positions[starts], is_outer[starts], positions[ends] + 1, surplus)

    def deepest(self, text: bytes) -> int:
        """Return the greatest depth that the next piece reaches."""
        data = np.frombuffer(self._without_escapes(text), dtype=np.uint8)
        return int(self._brackets(data)[2].max(initial=self.depth))

    def _without_escapes(self, text: bytes) -> bytes:
        """Return the text with its escapes overwritten, so that each quote is a real one."""
        if self._is_escaped and text:
            text = b"_" + text[1:]
            self._is_escaped = False
        if b"\\" in text:
            text = _ESCAPE.sub(b"__", text)
            self._is_escaped = text.endswith(b"\\")
        return text

    def _brackets(self, data: Bytes) -> tuple[Integers, Integers, Integers]:
        """Return the brackets outside strings: position, +1 or −1, the depth behind each."""
        positions = np.flatnonzero(_IS_TOKEN[data])
        tokens = data[positions]
        is_quote = tokens == _QUOTE
        is_inside = ((np.cumsum(is_quote) + self.is_in_string) & 1).astype(np.bool_)
        if is_inside.size:
            self.is_in_string = bool(is_inside[-1])
        is_bracket = ~is_quote & ~is_inside
        positions, tokens = positions[is_bracket], tokens[is_bracket]
        steps = np.where(_IS_OPENING[tokens], 1, -1)
        return positions, steps, self.depth + np.cumsum(steps)

    def _outer(
        self, text: bytes, positions: Integers, steps: Integers, depths: Integers
    ) -> Booleans:
        """Return for each bracket whether it belongs to an array that stands around rows."""
        begins = (steps > 0) & (depths == 1)
        opened = [bool(AROUND_ROWS.match(text, at)) for at in positions[begins].tolist()]
        is_outer = np.array([self._is_outer, *opened])
        self._is_outer = bool(is_outer[-1])
        outer: Booleans = is_outer[np.cumsum(begins)]
        return outer


def depth(text: bytes) -> int:
    """Return how deeply a text nests arrays and objects."""
    return Scanner().deepest(text)
