"""The fast way in: a block proven to hold nothing but plain numbers is a JSON array.

A block whose logit cells hold only digits, signs, points and exponents becomes one flat
array of numbers with its delimiters and newlines as commas. What cannot be proven plain
is left to the reader that goes row by row, which gives the same values and finds the
mistakes.
"""

import sys
from collections.abc import Iterator, Sequence

import numpy as np

from softmax_cli.batch import Batch, Block, Booleans, Bytes, Floats, Integers
from softmax_cli.cells import BLANK, text_of
from softmax_cli.classes import class_index
from softmax_cli.errors import SoftmaxError
from softmax_cli.layout import Layout
from softmax_cli.ranks import every
from softmax_cli.settings import Settings

# Importing orjson costs as much time as reading about this much text row by row.
_REPAYS_ORJSON = 32 * 1024

_NEWLINE, _RETURN, _QUOTE, _SPACE = b'\n\r" '
_STRINGS_AND_BOOLEANS = (b'"', b"t", b"f")


def read(block: Block, layout: Layout, settings: Settings) -> Batch | None:
    """The batch that a block of plain numbers holds, or None if it is not proven plain."""
    if not _may_be_plain(block, layout, settings):
        return None
    data = np.frombuffer(block.text, dtype=np.uint8)
    return _pure(block, data, layout) or _mixed(block, data, layout, settings)


def _pure(block: Block, data: Bytes, layout: Layout) -> Batch | None:
    """The batch of a block in which every column is a logit."""
    if layout.kept or layout.append or not _rows_end_rightly(block.text, data, layout):
        return None
    values = _numbers(block.text, layout.delimiter)
    if values is None or values.size % layout.width:
        return None
    rows = values.size // layout.width
    return Batch(
        values=values.reshape(rows, layout.width),
        classes=layout.classes,
        lines=range(block.line, block.line + rows),
    )


def _mixed(block: Block, data: Bytes, layout: Layout, settings: Settings) -> Batch | None:
    """The batch of a block in which some columns, or all, are kept as they came."""
    ends = _cell_ends(data, block.text, layout)
    if ends is None:
        return None
    values = _numbers(_only_logits(data, ends, layout), layout.delimiter)
    if values is None or values.size != len(ends) * len(layout.logits):
        return None
    try:
        targets = _targets(block.text, ends, layout, settings)
    except SoftmaxError:
        return None
    return Batch(
        values=values.reshape(len(ends), -1),
        classes=layout.classes,
        kept=tuple(_kept_runs(block.text, data, ends, layout)),
        lines=_lines(data, ends, block),
        targets=targets,
    )


def _may_be_plain(block: Block, layout: Layout, settings: Settings) -> bool:
    """Whether the block is worth the proof, and is text that a table may hold."""
    if settings.digits or settings.decimal_comma or layout.ragged or layout.json:
        return False
    if layout.delimiter == BLANK:
        return False
    if len(block.text) < _REPAYS_ORJSON and "orjson" not in sys.modules:
        return False
    if b"\0" in block.text:
        return False
    return block.text.isascii() or _is_utf8(block.text)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


# ── structure ────────────────────────────────────────────────────────────────────────────


def _rows_end_rightly(text: bytes, data: Bytes, layout: Layout) -> bool:
    """Whether each row of a block without quotes has as many cells as the first row."""
    is_newline = data == _NEWLINE
    last = every(layout.width, is_newline | (data == layout.delimiter[0]))
    if last.size != np.count_nonzero(is_newline) or not is_newline[last].all():
        return False
    return _returns_stand_at_ends(text, data, last)


def _returns_stand_at_ends(text: bytes, data: Bytes, last: Integers) -> bool:
    """Whether every carriage return stands before the newline of a row."""
    if b"\r" not in text:
        return True
    return np.count_nonzero(data == _RETURN) == np.count_nonzero(data[last - 1] == _RETURN)


def _cell_ends(data: Bytes, text: bytes, layout: Layout) -> Integers | None:
    """Where each cell ends, shape (rows, columns), or None if the rows are not all alike."""
    separates = (data == layout.delimiter[0]) | (data == _NEWLINE)
    if b'"' in text:
        separates &= ~np.bitwise_xor.accumulate(data == _QUOTE)
        if not _quotes_whole_cells(data, separates):
            return None
    positions = np.flatnonzero(separates)
    if positions.size % layout.width:
        return None
    ends = positions.reshape(-1, layout.width)
    last = ends[:, -1]
    if not (data[last] == _NEWLINE).all() or (data[ends[:, :-1]] == _NEWLINE).any():
        return None
    if not _returns_stand_at_ends(text, data, last):
        return None
    return ends


def _quotes_whole_cells(data: Bytes, separates: Booleans) -> bool:
    """Whether every quote opens a cell, closes one, or is one of a doubled pair."""
    quotes = np.flatnonzero(data == _QUOTE)
    opening, closing = quotes[::2], quotes[1::2]
    if opening.size != closing.size:
        return False
    doubled = np.append(opening[1:] == closing[:-1] + 1, False)
    before = separates[opening - 1] | (opening == 0)
    after = separates[closing + 1] | (data[closing + 1] == _RETURN)
    return bool((before[1:] | doubled[:-1]).all() and before[:1].all() and (after | doubled).all())


def _only_logits(data: Bytes, ends: Integers, layout: Layout) -> bytes:
    """The text with every other column blanked, and one of the delimiters beside it."""
    others = [(first, last) for is_logits, first, last in layout.runs if not is_logits]
    if not others:
        return data.tobytes()
    # +1 where a blanked run starts, −1 behind its end: their running sum is the mask
    change = np.zeros(data.size, dtype=np.int8)
    for first, last in others:
        starts, _ = _span(ends, first)
        _, stops = _span(ends, last)
        # the newline behind the last column still parts two rows
        is_last = last == layout.width - 1
        change[starts - is_last] = 1
        change[stops + (not is_last)] = -1
    return np.where(np.cumsum(change, dtype=np.int8), np.uint8(_SPACE), data).tobytes()


def _span(ends: Integers, column: int) -> tuple[Integers, Integers]:
    """Where the cells of a column start and stop, each of shape (rows,)."""
    if column:
        return ends[:, column - 1] + 1, ends[:, column]
    starts = np.zeros(len(ends), dtype=ends.dtype)
    starts[1:] = ends[:-1, -1] + 1
    return starts, ends[:, 0]


def _lines(data: Bytes, ends: Integers, block: Block) -> Sequence[int]:
    """The line that each row starts at; a quoted cell may span several."""
    newlines = np.flatnonzero(data == _NEWLINE)
    if newlines.size == len(ends):
        return range(block.line, block.line + len(ends))
    starts, _ = _span(ends, 0)
    return (block.line + np.searchsorted(newlines, starts)).tolist()  # type: ignore[no-any-return]


# ── values ───────────────────────────────────────────────────────────────────────────────


def _numbers(text: bytes, delimiter: bytes) -> Floats | None:
    """The numbers of a text that holds nothing else, or None if it holds something else."""
    import orjson

    # JSON refuses all that is no JSON; of what it knows, only these could pass for numbers.
    if any(other in text for other in _STRINGS_AND_BOOLEANS):
        return None
    commas = text.replace(delimiter, b",").replace(b"\n", b",")
    try:
        numbers = orjson.loads(b"[" + commas[:-1] + b"]")
        return np.fromiter(numbers, dtype=np.float64, count=len(numbers))
    except (ValueError, TypeError):
        return None


def _kept_runs(text: bytes, data: Bytes, ends: Integers, layout: Layout) -> Iterator[list[bytes]]:
    """The text of every run of adjacent kept columns, a piece a row."""
    for is_logits, first, last in layout.segments:
        if not is_logits:
            starts, _ = _span(ends, first)
            _, stops = _span(ends, last)
            if last == layout.width - 1:
                stops = stops - (data[stops - 1] == _RETURN)
            yield _slices(text, starts, stops)


def _slices(text: bytes, starts: Integers, stops: Integers) -> list[bytes]:
    return [text[a:b] for a, b in zip(starts.tolist(), stops.tolist(), strict=True)]


def _targets(text: bytes, ends: Integers, layout: Layout, settings: Settings) -> Integers | None:
    """Each row's target class, counted from 0."""
    if layout.target is None:
        return None
    raw = [cell.strip(b" \t\r") for cell in _slices(text, *_span(ends, layout.target))]
    classes = {
        cell: class_index(text_of(cell).strip(), len(layout.logits), layout.classes, settings)
        for cell in set(raw)
    }
    return np.array([classes[cell] for cell in raw], dtype=np.intp)
