"""Rows of text with other numbers in the place of their logits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.values import Cells
from softmax_cli.writing import framed as module
from softmax_cli.writing.framed import framed

texts = st.text("ab,\n", max_size=5).map(str.encode)
numbers = st.sampled_from([b"1", b"0.25", b"1.5,2", b"1e-300,0.125,7"])


@st.composite
def framed_rows(draw):
    """What to call `framed` with, and the rows that it has to return."""
    runs, rows = draw(st.integers(1, 2)), draw(st.integers(1, 6))
    around = [draw(texts)] + [b"," + draw(texts) for _ in range(runs * rows)]
    old = [draw(numbers) for _ in range(runs * rows)]
    new = [draw(numbers) for _ in range(runs * rows)]
    parts = [part for pair in zip(around, [*old, b""], strict=True) for part in pair]
    bounds = np.cumsum([0, *map(len, parts)])
    cells = Cells(b"".join(parts), bounds[:-1:2], bounds[1::2])
    columns = [b"\n".join(new[run::runs]) for run in range(runs)]
    rows_of_new = [part for pair in zip(around, [*new, b""], strict=True) for part in pair]
    return cells, columns, b"".join(rows_of_new)


@pytest.mark.parametrize("short", [0, 1 << 20])
@given(framed_rows())
def test_numbers_stand_between_the_text_around_them_whatever_their_length(short, drawn):
    around, columns, rows = drawn
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SHORT_ROW", short)
        assert framed(around, columns) == rows
