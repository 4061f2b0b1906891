"""The numbers of a table's vectors, for answers that take several lines each.

A row is counted whether it can be answered or not, so its number does not depend on which
process answers it.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from softmax_cli.reading.layout import Layout
from softmax_cli.reading.rows import records
from softmax_cli.values import Batch, Block, Element

_NEWLINE = ord("\n")
_MAY_BEGIN_A_BLANK_LINE = np.zeros(256, dtype=np.bool_)
_MAY_BEGIN_A_BLANK_LINE[[*b" \t\r\n"]] = True


def numbered(blocks: Iterator[Block], layout: Layout, before: int) -> Iterator[Block]:
    """Yield the same blocks, each knowing how many rows were before it.

    Args:
        blocks: some adjacent blocks of a table.
        layout: of the table.
        before: how many rows of it are before the first of them.
    """
    for block in blocks:
        yield block._replace(rows_before=before)
        before += _count(block, layout)


def numbers_of(batch: Batch, block: Block, layout: Layout) -> Sequence[int]:
    """Return the number of each vector of a batch that was read from a block, from 1."""
    if _rows_are_lines(block, layout):
        first = block.rows_before + 1 - block.line
        return [line + first for line in batch.lines]
    if block.vector:  # several rows of a JSON document may stand on a line
        first = block.rows_before + 1 - block.vector
        return [line.vector + first for line in batch.lines if isinstance(line, Element)]
    lines = (line for line, _ in records(block, layout))
    number = {line: index for index, line in enumerate(lines, block.rows_before + 1)}
    return [number[line] for line in batch.lines]


def _count(block: Block, layout: Layout) -> int:
    if _rows_are_lines(block, layout):
        return int(np.count_nonzero(np.frombuffer(block.text, dtype=np.uint8) == _NEWLINE))
    return sum(1 for _ in records(block, layout))


def _rows_are_lines(block: Block, layout: Layout) -> bool:
    """Return whether each line is a row: none is blank, and no quoted cell holds a newline."""
    if layout.json or b'"' in block.text:
        return False
    data = np.frombuffer(block.text, dtype=np.uint8)
    begins = np.flatnonzero(data == _NEWLINE)[:-1] + 1
    return not (_MAY_BEGIN_A_BLANK_LINE[data[0]] or _MAY_BEGIN_A_BLANK_LINE[data[begins]].any())
