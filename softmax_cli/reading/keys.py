"""Groups: where in a text the rows of one vector end and those of the next begin.

The rows of a group have equal cells in the columns of --by and stand together. Blocks are cut
between groups, so that each can be answered without knowing the others.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from softmax_cli.errors import GroupReturns, GroupTooLong, SoftmaxError
from softmax_cli.reading import fast, json_fast, json_rows
from softmax_cli.reading import json as json_text
from softmax_cli.reading.delimited import text_of
from softmax_cli.reading.files import LONGEST_RECORD
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.order import sorting
from softmax_cli.reading.rows import records, row_cells
from softmax_cli.values import Block, Booleans, Integers

# The texts of a row's cells in the columns of --by, as bytes; of JSON their values as JSON.
Key = tuple[bytes, ...]

# Shorter blocks are searched row by row in less time.
_SMALLEST_BLOCK = 4096
# Longer cells are compared one by one.
_LONGEST_CELL = 256
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], dtype=np.uint64)


def whole_groups(blocks: Iterable[Block], layout: Layout) -> Iterator[Block]:
    """Yield the same rows, in blocks that are cut between groups.

    Args:
        blocks: blocks of whole rows.
        layout: the layout, with the columns of --by.

    Raises:
        GroupReturns: a group comes back after another; the rows before it have been yielded.
        GroupTooLong: a group that would not fit in memory.
    """
    seen, current = set[Key](), None
    held, size = list[Block](), 0
    for block in blocks:
        last = None
        for line, key in runs(block, layout):
            if key == current:
                continue
            if key in seen:
                yield from _joined([*held, _cut(block, line)[0]])
                raise _returned(line, key, layout, block)
            seen.add(key)
            current, last = key, line
        if last is not None:
            before, block = _cut(block, last)
            yield from _joined([*held, before])
            held, size = [], 0
        held.append(block)
        size += len(block.text)
        if size > LONGEST_RECORD:
            raise GroupTooLong(layout.place(held[0].line), megabytes=LONGEST_RECORD >> 20)
    yield from _joined(held)


def _returned(line: int, key: Key, layout: Layout, block: Block) -> GroupReturns:
    cells = (json_rows.kept_text(cell) if layout.json else cell.decode() for cell in key)
    remedy = sorting(layout, block)
    return GroupReturns(layout.place(line), text=", ".join(cells), remedy=remedy)


def runs(block: Block, layout: Layout) -> Iterator[tuple[int, Key]]:
    """Yield the first row of each run of rows with equal keys: its line and its key.

    A row whose key cannot be read belongs to the run before it.
    """
    previous: Key | None = None
    for line, key in _candidates(block, layout):
        if key is not None and key != previous:
            yield line, key
            previous = key


def _candidates(block: Block, layout: Layout) -> Iterator[tuple[int, Key | None]]:
    """Yield the rows that may begin a group, and their keys."""
    if len(block.text) >= _SMALLEST_BLOCK:
        if layout.json:
            rows = json_fast.columns(block, layout, layout.by)
            if rows is not None:
                yield from rows
                return
        elif located := fast.locate(block, layout, layout.by):
            yield from _changes(block.text, located)
            return
    for line, record in records(block, layout):
        yield line, _key(record, layout)


def _key(record: bytes, layout: Layout) -> Key | None:
    """The key of a record, None if it is not a row of the table."""
    try:
        if layout.json:
            return json_rows.values(record, layout, layout.by)
        row = row_cells(record, layout)
        if len(row) != layout.width:
            return None
        return tuple(text_of(row[column]).encode() for column in layout.by)
    except SoftmaxError:
        return None


def _changes(text: bytes, located: fast.Located) -> Iterator[tuple[int, Key | None]]:
    """Yield the rows whose raw key is not that of the row before, with their keys."""
    columns = list(zip(located.starts, located.stops, strict=True))
    changed = np.zeros(len(located.lines), dtype=np.bool_)
    changed[0] = True
    padded = text + bytes(8)
    for starts, stops in columns:
        changed[1:] |= _differ(padded, starts, stops)
    rows = np.flatnonzero(changed)
    is_plain = b'"' not in text and text.isascii()
    cells = [
        [
            text[start:stop]
            for start, stop in zip(starts[rows].tolist(), stops[rows].tolist(), strict=True)
        ]
        for starts, stops in columns
    ]
    for row, raw in zip(rows.tolist(), zip(*cells, strict=True), strict=True):
        yield located.lines[row], raw if is_plain else _read(raw)


def _read(raw: Key) -> Key | None:
    try:
        return tuple(text_of(cell).encode() for cell in raw)
    except SoftmaxError:
        return None


def _differ(padded: bytes, starts: Integers, stops: Integers) -> Booleans:
    """Whether each cell but the first has other bytes than the one before, shape (cells − 1,).

    Args:
        padded: the text, and eight bytes more.
        starts: where the cells begin.
        stops: where they end.
    """
    sizes = stops - starts
    differ: Booleans = sizes[1:] != sizes[:-1]
    longest = int(sizes.max(initial=0))
    if longest > _LONGEST_CELL:
        cells = [padded[a:b] for a, b in zip(starts.tolist(), stops.tolist(), strict=True)]
        return np.array([one != other for one, other in pairwise(cells)], dtype=np.bool_)
    words = np.ndarray((len(padded) - 8,), dtype="<u8", buffer=padded, strides=(1,))
    for offset in range(0, longest, 8):
        left = np.clip(sizes - offset, 0, 8)
        at = np.minimum(starts + offset, len(words) - 1)
        some = words[at] & _MASKS[left]
        differ |= some[1:] != some[:-1]
    return differ


def ordinal(line: int) -> int:
    """What orders a row among those of its block: its line, or its number in a document."""
    return getattr(line, "vector", None) or line


def _cut(block: Block, line: int) -> tuple[Block, Block]:
    """The block before the row on this line, and from there on."""
    if block.vector:
        return json_text.cut(block, ordinal(line) - block.vector)
    if line <= block.line:
        return block._replace(text=b""), block
    newlines = np.flatnonzero(np.frombuffer(block.text, dtype=np.uint8) == ord("\n"))
    end = int(newlines[line - block.line - 1]) + 1
    return block._replace(text=block.text[:end]), Block(block.text[end:], line)


def _joined(blocks: Sequence[Block]) -> Iterator[Block]:
    """One block of all the rows, if there are any."""
    filled = [block for block in blocks if block.text]
    if not filled:
        return
    if filled[0].vector:
        yield json_text.joined(filled)
        return
    yield filled[0]._replace(text=b"".join(block.text for block in filled))
