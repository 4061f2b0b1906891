"""A block of JSON at once: what orjson proves to be rows of plain numbers is one array.

A block with anything else in it is left to the reader that goes row by row, which gives the
same values and finds the errors.
"""

import math
import re
import struct
import sys
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, overload

import numpy as np

from softmax_cli.errors import SoftmaxError
from softmax_cli.reading.classes import class_index
from softmax_cli.reading.json import records
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block, Floats, Integers

# Importing orjson costs as much time as reading about this much text row by row.
_WORTH_ORJSON = 32 * 1024

_NUMBERS = {int, float}
# One letter of true and null, and one of false.
_LETTERS_OF_WORDS = b"us"
_NEWLINE, _QUOTE = b'\n"'
_IS_OPENING = np.zeros(256, dtype=np.bool_)
_IS_OPENING[[*b"[{"]] = True
# orjson writes these as it reads them; a fraction, or a whole number of more than 64 bits,
# would lose digits.
_EXACT = {str, int, bool, type(None)}
_SCALARS = {*_EXACT, float}
# A string, a number or a word.
_TOKEN = rb'"(?:[^"\\]++|\\.)*+"|[^\s,:\[\]{}"]++'


def read(block: Block, layout: Layout, settings: Settings) -> Batch | None:
    """Return the batch that a block of plain rows holds, None if it is not proven plain."""
    if settings.keeps_typed or settings.decimal_comma or layout.ragged or not block.text:
        return None
    if len(block.text) < _WORTH_ORJSON and "orjson" not in sys.modules:
        return None
    table = _regular(block, layout)
    if table is None:
        return None
    values = _values(table, len(table.rows) * len(layout.logits), settings)
    if values is None:
        return None
    return _batch(values, table, block, layout, settings)


def _loaded(block: Block) -> list[Any] | None:
    """Return the rows of a block, None if it is more than rows with commas between them."""
    import orjson

    text = block.text
    if not block.vector:
        ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _NEWLINE)
        lines = ends.size
        # a comma could join the halves of a row that a newline cuts in two
        if not _IS_OPENING[np.frombuffer(text, dtype=np.uint8)[[0, *(ends[:-1] + 1)]]].all():
            return None
        text = b"[" + text[:-1].replace(b"\n", b",") + b"]"
    elif text.startswith(b"[") and text[1:].lstrip()[:1] in (b"[", b"{"):
        text += b"]"
    else:
        text = b"[" + text.replace(b"}\n{", b"},{") + b"]"
    try:
        rows = orjson.loads(text)
    except ValueError:
        return None
    if not isinstance(rows, list) or (not block.vector and len(rows) != lines):
        return None
    return rows


class _Arrays:
    """Rows that are arrays."""

    def __init__(self, rows: list[Any], text: bytes, layout: Layout) -> None:
        self.rows = rows
        self.text = text
        self.layout = layout

    def is_regular(self) -> bool:
        """Whether each row is as long as the first."""
        return set(map(type, self.rows)) == {list} and set(map(len, self.rows)) == {
            self.layout.width
        }

    def logits(self) -> Iterable[Any]:
        """Return the logits, one vector after the other."""
        if len(self.layout.logits) == self.layout.width:
            return chain.from_iterable(self.rows)
        columns = self.layout.logits
        return [row[column] for row in self.rows for column in columns]

    def column(self, column: int) -> list[Any]:
        """Return the values of a column."""
        return [row[column] for row in self.rows]

    def typed(self, column: int) -> list[bytes] | None:
        """Return the values of a column as they are typed, None if that cannot be told."""
        if not self._is_flat:
            return None
        place, size = self._place(column)
        return self._tokens[place::size] if len(self._tokens) == size * len(self.rows) else None

    @cached_property
    def _is_flat(self) -> bool:
        """Whether what is kept of each row is a string, a number or a word."""
        return all(set(map(type, self.column(kept))) <= _SCALARS for kept in self.layout.kept)

    @cached_property
    def _tokens(self) -> list[bytes]:
        return re.findall(_TOKEN, self.text)

    def _place(self, column: int) -> tuple[int, int]:
        """Return which token of a row the value of a column is, and how many a row has."""
        return column, self.layout.width


class _Objects(_Arrays):
    """Rows that are objects, each logit in a member of its own."""

    @property
    def names(self) -> Sequence[str]:
        """The members."""
        return self.layout.header or ()

    @property
    def others(self) -> Sequence[str]:
        """The members that are no logits."""
        return [self.names[column] for column in self.layout.kept]

    def is_regular(self) -> bool:
        """Whether each row has the members of the first, each once."""
        if set(map(type, self.rows)) != {dict}:
            return False
        known = set(self.names)
        if any(set(order) != known for order in self._orders):
            return False
        # orjson keeps the last of two members of one name: their quotes would be too many
        found = np.count_nonzero(np.frombuffer(self.text, dtype=np.uint8) == _QUOTE)
        found -= len(self.rows) * sum(2 + name.count('"') for name in self.names)
        if found:
            values = (row[name] for name in self.others for row in self.rows)
            found -= sum(2 + value.count('"') for value in values if type(value) is str)
        return not found and not (b"\\" in self.text and b"\\u0022" in self.text)

    @cached_property
    def _orders(self) -> set[tuple[str, ...]]:
        """The orders in which rows have their members."""
        return set(map(tuple, self.rows))

    def logits(self) -> Iterable[Any]:
        """Return the logits, one vector after the other."""
        header = self.names
        is_all = len(self.layout.logits) == self.layout.width
        if is_all and self._orders == {tuple(header)}:
            return chain.from_iterable(map(dict.values, self.rows))
        names = [header[column] for column in self.layout.logits]
        return [row[name] for row in self.rows for name in names]

    def column(self, column: int) -> list[Any]:
        """Return the values of a column."""
        name = self.names[column]
        return [row[name] for row in self.rows]

    def typed(self, column: int) -> list[bytes] | None:
        """Return the values of a column as they are typed, None if that cannot be told."""
        return super().typed(column) if len(self._orders) == 1 else None

    def _place(self, column: int) -> tuple[int, int]:
        return self._place_in((self.layout.header or ())[column])

    def _place_in(self, member: str) -> tuple[int, int]:
        """Return which token of a row begins the value of a member, and how many a row has."""
        place, size = 0, 0
        for name in next(iter(self._orders)):
            if name == member:
                place = size + 1
            size += 1 + (len(self.layout.logits) if name == self.layout.member else 1)
        return place, size


class _Vectors(_Objects):
    """Rows that are objects with the vector in one member."""

    @property
    def names(self) -> Sequence[str]:
        """The members, the vector's last."""
        header, logits = self.layout.header or (), self.layout.logits
        return [*header[: logits[0]], *header[logits[-1] + 1 :], self.layout.member or ""]

    @property
    def others(self) -> Sequence[str]:
        """The members that are not the vector."""
        return self.names[:-1]

    def logits(self) -> Iterable[Any]:
        """Return the logits, one vector after the other; none if their lengths differ."""
        vectors = [row[self.layout.member] for row in self.rows]
        if set(map(type, vectors)) != {list} or set(map(len, vectors)) != {len(self.layout.logits)}:
            return ()
        return chain.from_iterable(vectors)

    def column(self, column: int) -> list[Any]:
        """Return the values of a column: a member's, or those at one place of the vectors."""
        layout = self.layout
        if column in layout.logits:
            place = column - layout.logits[0]
            return [row[layout.member][place] for row in self.rows]
        name = (layout.header or ())[column]
        return [row[name] for row in self.rows]

    def _place(self, column: int) -> tuple[int, int]:
        logits = self.layout.logits
        if column not in logits:
            return super()._place(column)
        place, size = self._place_in(self.layout.member or "")
        return place + column - logits[0], size


def _regular(block: Block, layout: Layout) -> _Arrays | None:
    """Return the rows of a block, None unless they are plain and alike."""
    rows = _loaded(block)
    if not rows:
        return None
    table = _table(rows, block.text, layout)
    return table if table.is_regular() else None


def _table(rows: list[Any], text: bytes, layout: Layout) -> _Arrays:
    if layout.member is not None:
        return _Vectors(rows, text, layout)
    kind = _Objects if type(rows[0]) is dict else _Arrays
    return kind(rows, text, layout)


def _values(table: _Arrays, count: int, settings: Settings) -> Floats | None:
    """Return the logits, one vector after the other; None if one is not proven to be a number."""
    numbers = list(table.logits())
    # `struct` takes true and false for numbers
    if any(letter in table.text for letter in _LETTERS_OF_WORDS):
        kinds = set(map(type, numbers))
        if settings.missing == "mask" and type(None) in kinds:
            numbers = [-math.inf if number is None else number for number in numbers]
            kinds.remove(type(None))
        if not kinds <= _NUMBERS:
            return None
    if len(numbers) != count:
        return None
    try:
        doubles = struct.pack(f"{count}d", *numbers)
    except struct.error:  # a string, or null
        return None
    # −0, which orjson takes for an integer, is 0
    values = np.frombuffer(doubles) + 0.0
    return None if _has_all_masked(values, table.layout) else values


def _has_all_masked(values: Floats, layout: Layout) -> bool:
    """Whether a vector that is a row has nothing but masked logits, which is an error."""
    if layout.in_rows or values.min(initial=0.0) > -np.inf:
        return False
    return bool(np.isneginf(values.reshape(-1, len(layout.logits)).max(axis=1)).any())


def _batch(
    values: Floats, table: _Arrays, block: Block, layout: Layout, settings: Settings
) -> Batch | None:
    kept = [_json_texts(table, column) for column in _kept(layout)]
    if layout.in_rows and layout.target is not None:
        return None
    targets = None
    if layout.target is not None:
        targets = _targets(table.column(layout.target), layout, settings)
        if targets is None:
            return None
    texts = [column for column in kept if column is not None]
    if len(texts) < len(kept):
        return None
    count = len(table.rows)
    return Batch(
        values=values.reshape(count, -1),
        classes=layout.classes,
        kept=tuple(texts),
        lines=Lines(block, count) if block.vector else range(block.line, block.line + count),
        targets=targets,
    )


def _kept(layout: Layout) -> Sequence[int]:
    return range(layout.width) if layout.append else layout.kept


def _json_texts(table: _Arrays, column: int) -> list[bytes] | None:
    """Return the values of a column as JSON, None if one of them would lose digits."""
    import orjson

    values = table.column(column)
    kinds = set(map(type, values))
    if kinds <= _EXACT:
        return list(map(orjson.dumps, values))
    typed = table.typed(column)
    if typed is None or kinds == {float}:
        return typed
    pairs = zip(typed, values, strict=True)
    return [text if type(value) is float else orjson.dumps(value) for text, value in pairs]


def _targets(values: list[Any], layout: Layout, settings: Settings) -> Integers | None:
    """Return each row's target class, counted from 0; None if one is not proven to be a class."""
    if not set(map(type, values)) <= {str, int}:
        return None
    texts = [str(value) for value in values]
    count = len(layout.logits)
    try:
        classes = {text: class_index(text, count, layout.classes, settings) for text in set(texts)}
    except SoftmaxError:
        return None
    return np.array([classes[text] for text in texts], dtype=np.intp)


def columns(
    block: Block, layout: Layout, chosen: Sequence[int]
) -> Iterable[tuple[int, tuple[bytes, ...]]] | None:
    """Return each row's line and its values in some columns as JSON, None if not proven plain."""
    table = _regular(block, layout)
    if table is None:
        return None
    rows = table.rows
    texts = [_json_texts(table, column) for column in chosen]
    known = [text for text in texts if text is not None]
    if len(known) < len(texts):
        return None
    lines: Sequence[int] = range(block.line, block.line + len(rows))
    if block.vector:
        lines = Lines(block, len(rows))[:]
    return zip(lines, zip(*known, strict=True), strict=True)


class Lines(Sequence[int]):
    """The lines that the rows of a block of a document start on, found when asked for."""

    def __init__(self, block: Block, count: int) -> None:
        self._block = block
        self._count = count

    @cached_property
    def _lines(self) -> list[int]:
        return [line for line, _ in records(self._block)]

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> list[int]: ...
    def __getitem__(self, index: int | slice) -> int | list[int]:
        return self._lines[index]
