"""Where the cells of a block's rows stand, found for the whole block at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from softmax_cli.reading.bits import Marks, Words, behind, between, packed, spanned, unpacked
from softmax_cli.reading.delimited import BLANK
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.spellings import REFUSED
from softmax_cli.values import Block, Booleans, Bytes, Cells, Integers

_NEWLINE, _RETURN, _QUOTE, _COMMA, _SPACE, _TAB = b'\n\r", \t'
# Up to so many bytes for each run of logits, masks of bytes take less time than pieces of text.
_LONG_RUN = 130


@dataclass(frozen=True)
class Grid:
    """The rows of a block of text, which need not all be of one width.

    Attributes:
        text: whole rows.
        layout: how wide a row is, and what its columns are.
        lines: the line each row starts at.
    """

    text: bytes
    layout: Layout
    known_lines: Sequence[int]
    line: int

    @staticmethod
    @lru_cache(maxsize=1)  # a block of groups is searched for keys and then read
    def of(block: Block, layout: Layout) -> "Grid":
        """Return the grid of a block."""
        return Grid(block.text, layout, (), block.line)

    @cached_property
    def _data(self) -> Bytes:
        return np.frombuffer(self.text, dtype=np.uint8)

    @cached_property
    def _is_newline(self) -> Booleans:
        return np.asarray(self._data == _NEWLINE)

    @cached_property
    def _all_newlines(self) -> Words:
        return packed(self._is_newline)

    @cached_property
    def _quotes(self) -> Words:
        return packed(self._data == _QUOTE)

    @cached_property
    def _within(self) -> Words:
        """What stands within quotes, the opening quote included."""
        return between(self._quotes)

    @cached_property
    def _has_quotes(self) -> bool:
        return b'"' in self.text

    @cached_property
    def _newlines(self) -> Words:
        """The newlines that end rows."""
        return self._all_newlines & ~self._within if self._has_quotes else self._all_newlines

    @cached_property
    def _are_blanks_between(self) -> bool:
        return self.layout.delimiter == BLANK

    @cached_property
    def _cell_bytes(self) -> Words:
        """Where runs of blanks separate cells: the bytes of cells."""
        is_blank = np.zeros(256, dtype=np.bool_)
        is_blank[[_SPACE, _TAB, _RETURN, _NEWLINE]] = True
        inside = packed(~is_blank[self._data])
        if self._has_quotes:
            inside |= self._within | self._quotes
        return inside

    @cached_property
    def _delimiters(self) -> Words:
        return packed(self._data == self.layout.delimiter[0])

    @cached_property
    def _cell_stops(self) -> Marks:
        """The byte behind each cell."""
        if self._are_blanks_between:
            return Marks(behind(self._cell_bytes) & ~self._cell_bytes)
        outside = self._delimiters & ~self._within if self._has_quotes else self._delimiters
        return Marks(outside | self._newlines)

    @cached_property
    def _alike(self) -> Integers | None:
        """Where each cell ends, shape (rows, columns), if the rows are seen to be alike.

        None, too, where rows hold logits alone: these can be read without their places.
        """
        if len(self.layout.runs) == 1 or self._are_blanks_between:
            return None
        if self._has_quotes:
            is_stop = unpacked(self._cell_stops.words, len(self.text))
            rows = int(np.bitwise_count(self._newlines).sum())
        else:
            is_stop = self._is_newline | (self._data == self.layout.delimiter[0])
            rows = int(np.count_nonzero(self._is_newline))
        places = np.flatnonzero(is_stop)
        if places.size != rows * self.layout.width:
            return None
        stops = places.reshape(-1, self.layout.width)
        return stops if self._is_newline[stops[:, -1]].all() else None

    @cached_property
    def ends(self) -> Integers:
        """Where each row's newline stands."""
        if self._alike is not None:
            return np.ascontiguousarray(self._alike[:, -1])
        if not self._has_quotes:
            return np.flatnonzero(self._is_newline)
        return np.flatnonzero(unpacked(self._newlines, len(self.text)))

    @cached_property
    def begins(self) -> Integers:
        """Where each row begins."""
        return np.concatenate(([0], self.ends[:-1] + 1))

    @cached_property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.ends)

    def is_well_quoted(self) -> bool:
        """Whether every quote opens a cell, closes one, or is one of a doubled pair."""
        if not self._has_quotes:
            return True
        data, quotes = self._data, self._quotes
        edges = self._delimiters | self._all_newlines
        if self._are_blanks_between:
            edges |= packed(data == _TAB)
        opening, closing = quotes & self._within, quotes & ~self._within
        if np.bitwise_count(opening).sum() != np.bitwise_count(closing).sum():
            return False
        if (opening & ~behind(edges | closing, first=True)).any():
            return False
        ends = edges | packed(data == _RETURN) if _RETURN in self.text else edges
        return not (behind(closing) & ~(ends | opening)).any()

    def odd_rows(self) -> Integers:
        """The rows that have another number of cells, or bytes that no text holds."""
        odd = self._of_another_width()
        strange = [place for byte in (0, _RETURN) for place in self._strange(byte)]
        if strange:
            odd = np.union1d(odd, np.searchsorted(self.ends, strange))
        return odd

    def _of_another_width(self) -> Integers:
        width, delimiter = self.layout.width, self.layout.delimiter
        is_column = width == 1 and not self._are_blanks_between and delimiter not in self.text
        if is_column or self._alike is not None:
            return np.arange(0)
        cells = np.diff(self._cell_stops.up_to(self.ends), prepend=0)
        return np.flatnonzero(cells != width)

    def _strange(self, byte: int) -> Sequence[int]:
        """Where NULs stand, and carriage returns that end no row."""
        if byte not in self.text:
            return ()
        places = np.flatnonzero(self._data == byte)
        if byte == _RETURN:
            newlines = unpacked(self._newlines, len(self.text))
            places = places[~newlines[places + 1]]
        found: list[int] = places.tolist()
        return found

    def without(self, odd: Integers) -> tuple["Grid", list[Block]]:
        """Return the grid of the other rows, and a block for each of these."""
        lines = np.asarray(self.lines())
        begins, ends = self.begins[odd].tolist(), (self.ends[odd] + 1).tolist()
        rows = [self.text[begin:end] for begin, end in zip(begins, ends, strict=True)]
        blocks = list(map(Block, rows, lines[odd].tolist()))
        between = zip([0, *ends], [*begins, len(self.text)], strict=True)
        rest = b"".join([self.text[begin:end] for begin, end in between])
        return Grid(rest, self.layout, np.delete(lines, odd).tolist(), self.line), blocks

    def lines(self) -> Sequence[int]:
        """Return the line that each row starts at; a quoted cell may span several."""
        if self.known_lines:
            return self.known_lines
        if not self._has_quotes or (self._all_newlines == self._newlines).all():
            return range(self.line, self.line + self.count)
        newlines = Marks(self._all_newlines)
        before = newlines.up_to(np.maximum(self.begins - 1, 0))
        lines: list[int] = (self.line + np.where(self.begins > 0, before, 0)).tolist()
        return lines

    # What follows holds once every row is as wide as the first.

    @cached_property
    def _starts_among_blanks(self) -> Marks:
        """The first byte of each cell."""
        return Marks(self._cell_bytes & ~behind(self._cell_bytes))

    @cached_property
    def _known_stops(self) -> dict[int, Integers]:
        return {}

    def _stops_of(self, column: int) -> Integers:
        if self._alike is not None:
            return np.asarray(self._alike[:, column])
        if column not in self._known_stops:
            self._known_stops[column] = self._cell_stops.every(self.layout.width, column + 1)
        return self._known_stops[column]

    def starts(self, column: int) -> Integers:
        """Return where the cells of a column begin."""
        if self._are_blanks_between:
            return self._starts_among_blanks.every(self.layout.width, column + 1)
        return self._stops_of(column - 1) + 1 if column else self.begins

    def stops(self, column: int) -> Integers:
        """Return where the cells of a column end."""
        if self._are_blanks_between or column < self.layout.width - 1:
            return self._stops_of(column)
        if _RETURN not in self.text:
            return self.ends
        before = self._data[self.ends - 1]
        return np.where(before == _RETURN, self.ends - 1, self.ends)

    def slices(self, first: int, last: int) -> Cells:
        """Return the text of adjacent columns, a piece a row."""
        return Cells(self.text, self.starts(first), self.stops(last))

    def kept(self, first: int, last: int) -> Sequence[bytes]:
        """Return adjacent columns with one delimiter between two cells, a piece a row."""
        if first == last or not self._are_blanks_between:
            return self.slices(first, last)
        cells = [self.slices(column, column) for column in range(first, last + 1)]
        return list(map(BLANK.join, zip(*cells, strict=True)))

    def around(self) -> Cells | None:
        """Return the text before, between and behind the runs of logits, all rows on end.

        None if an answer that takes their place would need other delimiters or line ends.
        """
        is_whole = len(self._logits) == len(self.layout.runs)
        if is_whole or self._are_blanks_between or self.layout.append:
            return None
        if self.layout.blank is not None:  # which may hold blanks that are not written
            return None
        has_return = self._data[self.ends - 1] == _RETURN
        if (has_return != (self.layout.newline == b"\r\n")).any():
            return None
        starts = np.array([self.starts(first) for first, _ in self._logits]).T.ravel()
        stops = np.array([self.stops(last) for _, last in self._logits]).T.ravel()
        bounds = np.concatenate(([0], stops)), np.concatenate((starts, [len(self.text)]))
        return Cells(self.text, *bounds)

    @cached_property
    def _logits(self) -> list[tuple[int, int]]:
        """The runs of adjacent logit columns."""
        return [(first, last) for is_logits, first, last in self.layout.runs if is_logits]

    def logits(self, decimal_comma: bool) -> bytes:
        """Return the text of the logits alone, with commas between them."""
        if len(self._logits) == len(self.layout.runs):
            return self._with_commas(decimal_comma)
        return self.numbers(self._logits, decimal_comma)

    def numbers(self, runs: Sequence[tuple[int, int]], decimal_comma: bool) -> bytes:
        """Return the text of runs of adjacent columns, with commas between the cells."""
        text = self._with_commas(decimal_comma)
        starts = np.array([self.starts(first) for first, _ in runs]).T.ravel()
        stops = np.array([self.stops(last) for _, last in runs]).T.ravel()
        if len(text) > _LONG_RUN * starts.size:
            return b",".join(Cells(text, starts, stops))
        data = np.frombuffer(text, dtype=np.uint8)
        is_chosen = spanned(starts, stops + 1, len(self.text))  # with the byte behind each run
        chosen = data[is_chosen[: data.size]][:-1].tobytes().replace(b"\n", b",")
        return chosen.replace(b"\r", b",") if _RETURN in self.text else chosen

    def _with_commas(self, decimal_comma: bool) -> bytes:
        """Return the text with commas for what separates cells, and for nothing else."""
        text, delimiter = self.text, self.layout.delimiter
        if self._has_quotes and (inner := self._all_newlines & self._within).any():
            text = _edited(text, unpacked(inner, len(text)), REFUSED)
        if decimal_comma and b"." in text:
            text = text.replace(b".", bytes([REFUSED]))
        if delimiter != b"," and b"," in text:
            text = text.replace(b",", b"." if decimal_comma else bytes([REFUSED]))
        if self._are_blanks_between:
            stops = unpacked(self._cell_stops.words, len(text))
            text = _edited(text, stops, _COMMA)
            return text[: text.rindex(b",")] if len(self.layout.runs) == 1 else text
        if delimiter != b",":
            text = text.replace(delimiter, b",")
        return text[:-1].replace(b"\n", b",") if len(self.layout.runs) == 1 else text


def _edited(text: bytes, places: Booleans, byte: int) -> bytes:
    data = np.frombuffer(text, dtype=np.uint8).copy()
    np.copyto(data, byte, where=places)
    return data.tobytes()
