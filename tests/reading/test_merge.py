"""Rows that were read apart come together in the order of their lines."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.bad_numbers import NotANumber
from softmax_cli.errors import Place
from softmax_cli.reading.merge import merged
from softmax_cli.values import LINES_OF_A_FILE, Batch

FIRST_LINES = st.sampled_from([0, 7, 2 * LINES_OF_A_FILE])


def batch(lines):
    """A vector a line, all of it made of the line's number."""
    return Batch(
        values=np.array([[line, -line] for line in lines], dtype=np.float64).reshape(-1, 2),
        kept=(tuple(b"%d" % line for line in lines),),
        lines=list(lines),
        targets=np.array(lines, dtype=np.intp),
    )


def error(line):
    return NotANumber(Place("x", line % LINES_OF_A_FILE), text="?")


@given(st.lists(st.sampled_from(["read", "odd", "error"]), min_size=1, max_size=12), FIRST_LINES)
def test_rows_and_errors_come_in_the_order_of_their_lines(kinds, first):
    lines = range(first + 1, first + 1 + len(kinds))
    read = [line for line, kind in zip(lines, kinds, strict=True) if kind == "read"]
    others = [
        batch([line]) if kind == "odd" else error(line)
        for line, kind in zip(lines, kinds, strict=True)
        if kind != "read"
    ]
    found = []
    for piece in merged(batch(read), others):
        if isinstance(piece, Exception):
            found.append(("error", piece.place.line))
            continue
        rows = zip(piece.lines, piece.values, piece.kept[0], piece.targets, strict=True)
        for line, values, kept, target in rows:
            assert (values[0], kept, target) == (line, b"%d" % line, line)
            found.append(("row", line))
    assert found == [
        ("error", line % LINES_OF_A_FILE) if kind == "error" else ("row", line)
        for line, kind in zip(lines, kinds, strict=True)
    ]


def test_a_batch_alone_is_left_as_it_is():
    alone = batch([1, 2])
    assert list(merged(alone, [])) == [alone]
