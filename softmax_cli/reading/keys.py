"""Groups: where in a text the rows of one vector end and those of the next begin.

The rows of a group have equal cells in the columns of --by and stand together. Blocks are cut
between groups, so that each can be answered without knowing the others.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, pairwise
from typing import NamedTuple

import numpy as np

from softmax_cli.errors import GroupReturns, GroupTooLong, SoftmaxError
from softmax_cli.reading import fast, json_fast, json_rows
from softmax_cli.reading import json as json_text
from softmax_cli.reading.delimited import text_of
from softmax_cli.reading.files import LONGEST_RECORD
from softmax_cli.reading.json_values import kept_text
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.order import are_lines, sorting
from softmax_cli.reading.rows import records, row_cells
from softmax_cli.values import LINES_OF_A_FILE, Block, Booleans, Cells, Element, Integers

# The texts of a row's cells in the columns of --by, as bytes; of JSON their values as JSON.
Key = tuple[bytes, ...]

# Shorter blocks are searched row by row in less time.
_SMALLEST_BLOCK = 4096
# Longer cells are compared one by one.
_LONGEST_CELL = 256
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], dtype=np.uint64)


def whole_groups(blocks: Iterable[Block], layout: Layout) -> Iterator[Block]:
    """Yield the same rows, in blocks that are cut between groups.

    A group that goes on in a further file is a block of several parts, and the rows of a group
    that comes back after another are a block of their own.

    Args:
        blocks: blocks of whole rows.
        layout: the layout, with the columns of --by.

    Raises:
        GroupTooLong: a group that would not fit in memory.
    """
    seen, current, returns, is_sortable = set[Key](), None, False, True
    held, size = list[Block](), 0
    for block in blocks:
        is_sortable = is_sortable and are_lines(block, layout)
        last = None
        for line, key in runs(block, layout):
            if key == current:
                continue
            current, last = key, line
            if returns or key in seen:
                before, block = _cut(block, line)
                yield from _joined([*held, before], returns, is_sortable)
                held, size, last = [], 0, None
            returns = key in seen
            seen.add(key)
        if last is not None:
            before, block = _cut(block, last)
            yield from _joined([*held, before])
            held, size = [], 0
        held.append(block)
        size += len(block.text)
        if size > LONGEST_RECORD:
            raise GroupTooLong(layout.place(held[0].line), megabytes=LONGEST_RECORD >> 20)
    yield from _joined(held, returns, is_sortable)


def returned(block: Block, layout: Layout) -> GroupReturns:
    """Return the error of a group that comes back after another."""
    line, key = next(iter(runs(block, layout)))
    cells = (kept_text(cell) if layout.json else cell.decode() for cell in key)
    remedy = sorting(layout, block, are_lines=block.is_sortable)
    return GroupReturns(layout.place(line), text=", ".join(cells), remedy=remedy)


def runs(block: Block, layout: Layout) -> Iterator[tuple[int, Key]]:
    """Yield the first row of each run of rows with equal keys: its line and its key.

    A row whose key cannot be read belongs to the run before it.
    """
    changes = _changes(block, layout)
    if changes is None:
        return _distinct(_row_by_row(block, layout))
    raw = zip(changes.lines.tolist(), zip(*changes.cells, strict=True), strict=True)
    return raw if changes.are_keys else _distinct((line, _read(key)) for line, key in raw)


def firsts(block: Block, layout: Layout) -> Integers:
    """Return the first row of each run of rows with equal keys: what orders it in the block."""
    changes = None if block.more else _changes(block, layout)
    if changes is not None and changes.are_keys:
        return changes.lines
    every = chain.from_iterable(runs(part, layout) for part in block.parts)
    return np.array([ordinal(line) for line, _ in _distinct(every)])


def _distinct(rows: Iterable[tuple[int, Key | None]]) -> Iterator[tuple[int, Key]]:
    """Yield the rows that have a key, and not that of the row before."""
    previous: Key | None = None
    for line, key in rows:
        if key is not None and key != previous:
            yield line, key
            previous = key


def _row_by_row(block: Block, layout: Layout) -> Iterator[tuple[int, Key | None]]:
    """Yield every row's line and its key."""
    if layout.json and len(block.text) >= _SMALLEST_BLOCK:
        rows = json_fast.columns(block, layout, layout.by)
        if rows is not None:
            yield from rows
            return
    for line, record in records(block, layout):
        yield line, _key(record, layout)


def _key(record: bytes, layout: Layout) -> Key | None:
    """The key of a record, None if it is not a row of the table."""
    try:
        row = row_cells(record, layout)
        if len(row) != layout.width:
            return None
        if layout.json:
            return json_rows.values(record, layout, layout.by)
        return tuple(text_of(row[column]).encode() for column in layout.by)
    except SoftmaxError:
        return None


class _Changes(NamedTuple):
    """The rows whose raw key is not that of the row before.

    Attributes:
        lines: the line of each of these rows.
        cells: their raw cells in each column of --by.
        are_keys: whether the raw cells are the keys, since nothing is in quotes.
    """

    lines: Integers
    cells: Sequence[Cells]
    are_keys: bool


def _changes(block: Block, layout: Layout) -> _Changes | None:
    """Find where the raw key changes, None if the rows are not alike."""
    text = block.text
    if layout.json or len(text) < _SMALLEST_BLOCK:
        return None
    located = fast.locate(block, layout, layout.by)
    if located is None:
        return None
    lines, cells = located
    changed = np.zeros(len(lines), dtype=np.bool_)
    changed[0] = True
    padded = text + bytes(8)
    for column in cells:
        changed[1:] |= _differ(padded, column.starts, column.stops)
    rows = np.flatnonzero(changed)
    return _Changes(
        rows + lines.start if isinstance(lines, range) else np.array(lines)[rows],
        [column.some(rows) for column in cells],
        are_keys=b'"' not in text and text.isascii(),
    )


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
    """What orders a row among those of its block: its line, or its number in a document.

    Both are counted so that those of a further file come behind.
    """
    if isinstance(line, Element):
        return line - line % LINES_OF_A_FILE + line.vector
    return line


def _cut(block: Block, line: int) -> tuple[Block, Block]:
    """The block before the row on this line, and from there on."""
    if isinstance(line, Element):
        return json_text.cut(block, line.vector - block.vector)
    if line <= block.line:
        return block._replace(text=b""), block
    newlines = np.flatnonzero(np.frombuffer(block.text, dtype=np.uint8) == ord("\n"))
    end = int(newlines[line - block.line - 1]) + 1
    return block._replace(text=block.text[:end]), Block(block.text[end:], line)


def _joined(
    blocks: Sequence[Block], returns: bool = False, is_sortable: bool = True
) -> Iterator[Block]:
    """One block of all the rows, if there are any; those of each file are a part of it."""
    filled = (block for block in blocks if block.text)
    files = groupby(filled, key=lambda block: block.line // LINES_OF_A_FILE)
    parts = [_of_one_file([*some]) for _, some in files]
    if parts:
        more = tuple(parts[1:])
        yield parts[0]._replace(more=more, returns=returns, is_sortable=is_sortable)


def _of_one_file(blocks: Sequence[Block]) -> Block:
    if blocks[0].vector:
        return json_text.joined(blocks)
    return blocks[0]._replace(text=b"".join(block.text for block in blocks))
