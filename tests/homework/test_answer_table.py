"""The rows of a table of answers are taken as they are needed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.homework.answer_table import AnswerRows, AnswerTable


def rows_of(*lines, width=2):
    """Rows from these lines; the numbers of a row are its line."""
    values = np.repeat(np.array(lines, dtype=float)[:, np.newaxis], width, axis=1)
    return AnswerRows(values, values / 2, list(lines), values.tolist())


def pieces(sizes):
    """Rows with the lines 1, 2, 3, … in pieces of these sizes."""
    starts = np.cumsum([1, *sizes]).tolist()
    return [
        rows_of(*range(start, start + size)) for start, size in zip(starts, sizes, strict=False)
    ]


@given(st.lists(st.integers(1, 4), min_size=1), st.lists(st.integers(1, 5), min_size=1))
def test_rows_come_in_order_and_once_however_they_are_taken(sizes, counts):
    table = AnswerTable("answers", iter(pieces(sizes)))
    lines, total = [], sum(sizes)
    while not table.is_at_end():
        count = counts[len(lines) % len(counts)]
        rows = table.take(count)
        assert len(rows.lines) == min(count, total - len(lines))
        assert rows.values[:, 0].tolist() == rows.lines == [row[0] for row in rows.entries]
        assert (rows.half * 2 == rows.values).all()
        lines += rows.lines
    assert lines == list(range(1, total + 1))
    assert table.take(1) is None


def test_rows_of_another_width_are_left_for_the_next_take():
    table = AnswerTable("answers", iter([rows_of(1, 2), rows_of(3, width=4)]))
    assert table.take(3).values.shape == (2, 2)
    assert table.take(3).values.shape == (1, 4)
    assert table.is_at_end()
