import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.reading import long_row
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.rows import read_row_by_row
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block

EVAL = Settings("eval")
# So many cells are read in more than one piece.
CELLS = 100_000

cells = st.sampled_from(
    ["1.5", "-2", "0", "-0.0", "1e-400", " 3 ", "+4", ".5", "-inf", "−7", "1e3", "-7e9", "-3e7"]
)
odd_cells = st.sampled_from(
    ["", "NA", "x", "1/3", "inf", "1,5", "1.5.2", '"2"', "\r", "\0", "\n", "1;2", "1\t2", "é"]
)
options = st.fixed_dictionaries(
    {"decimal_comma": st.booleans(), "missing": st.sampled_from(["error", "mask"])}
)


def layout_of(width: int, delimiter: bytes = b",", **others: object) -> Layout:
    return Layout("t.csv", delimiter, width, range(width), **others)


@st.composite
def rows(draw: st.DrawFn) -> list[str]:
    """The cells of a long row, some of them odd."""
    row = (draw(st.lists(cells, min_size=1, max_size=7)) * CELLS)[:CELLS]
    places = st.integers(0, CELLS - 1) | st.sampled_from([0, CELLS - 1])
    for place, cell in draw(st.lists(st.tuples(places, odd_cells | cells), max_size=2)):
        row[place] = cell
    return row


@settings(max_examples=15, deadline=None)
@given(rows(), st.sampled_from(",;\t|"), options, st.sampled_from(["\n", "\r\n"]))
def test_what_is_read_is_what_the_row_by_row_reader_reads(row, delimiter, chosen, end):
    block = Block((delimiter.join(row) + end).encode(), 7)
    asked = EVAL._replace(**chosen)
    layout = layout_of(CELLS, delimiter.encode(), append=True)
    found = long_row.read(block, layout, asked)
    if found is None:
        return
    (expected,) = read_row_by_row([block], layout, asked)
    assert isinstance(expected, Batch)
    assert found.values.tobytes() == expected.values.tobytes()
    assert list(found.kept[0]) == list(expected.kept[0])
    assert list(found.lines) == list(expected.lines) == [7]


@pytest.mark.parametrize("delimiter", [b",", b";", b"\t", b"|"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_long_row_of_plain_numbers_is_read(delimiter, end):
    row = np.random.default_rng(0).normal(size=CELLS).tolist()
    text = delimiter.join(b"%r" % number for number in row) + end
    found = long_row.read(Block(text, 1), layout_of(CELLS, delimiter), EVAL)
    assert found is not None
    assert found.values.tolist() == [row]


def test_masks_and_decimal_commas_are_read():
    text = b";".join([b"1,5", b"-inf", b"", b"2"] * CELLS) + b"\n"
    asked = EVAL._replace(decimal_comma=True, missing="mask")
    found = long_row.read(Block(text, 1), layout_of(4 * CELLS, b";"), asked)
    assert found is not None
    assert found.values.reshape(-1, 4)[[0, -1]].tolist() == [[1.5, -np.inf, -np.inf, 2.0]] * 2


@pytest.mark.parametrize(
    "change",
    [
        {"width": CELLS + 1, "logits": range(CELLS + 1)},
        {"logits": range(1, CELLS)},
        {"ragged": True},
        {"json": True},
        {"free": True},
        {"delimiter": b" "},
    ],
)
def test_a_row_of_another_layout_is_left_to_another_reader(change):
    text = b",".join([b"1"] * CELLS) + b"\n"
    asked = EVAL._replace(ragged=change.get("ragged", False))
    assert long_row.read(Block(text, 1), layout_of(CELLS)._replace(**change), asked) is None


@pytest.mark.parametrize("text", [b"1,2\n", b"-inf," * CELLS + b"-inf\n", b"1,2\n" * CELLS])
def test_other_blocks_are_left_to_another_reader(text):
    width = text.partition(b"\n")[0].count(b",") + 1
    assert long_row.read(Block(text, 1), layout_of(width), EVAL) is None


def test_a_long_row_takes_little_more_memory_than_its_numbers():
    block = Block(
        b",".join([b"%r" % x for x in np.linspace(0.1, 9, 10 * CELLS).tolist()]) + b"\n", 1
    )
    tracemalloc.start()
    try:
        found = long_row.read(block, layout_of(10 * CELLS), EVAL)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found is not None
    assert most < 2 * found.values.nbytes
