import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from softmax_cli.reading import fast as plain
from softmax_cli.reading import rows as reading
from softmax_cli.reading.delimited import open_quote, raw_of
from softmax_cli.reading.layout import Layout, lay_out
from softmax_cli.settings import Settings
from softmax_cli.values import Block

EVAL = Settings("eval")

# With orjson imported the fast reader is worth its while at any size.
assert orjson

plain_numbers = st.one_of(
    st.integers(-(10**25), 10**25).map(str),
    st.floats(allow_nan=False, allow_infinity=False)
    .map(repr)
    .filter(lambda text: "e+" not in text),
    st.floats(-1e300, 1e300).map("{:.3e}".format),
    st.sampled_from(
        ["0", "0.0", "1E5", "1e-400", "123456789.123456789123456789", " 1", "2 ", " 3 "]
    ),
)
other_numbers = st.sampled_from(
    ["-inf", "+1", "01", ".5", "1.", "1/3", "ln(2)", '"1"', "−1", "-.5e1", "1e+05", "00", "-0"]
)
bad_numbers = st.sampled_from(
    [
        "",
        " ",
        "x",
        "nan",
        "true",
        "null",
        "[1]",
        "{}",
        '"',
        "1e400",
        "inf",
        "1 2",
        "1_0",
        '"x"',
        "0x1",
        "NA",
        "None",
        " NaN ",
        '"NA"',
        '""',
        "1,5",
        '1"',
        '1"2"',
        '"1"2',
        '"1""2"',
        "+",
        "--1",
    ]
)
kept_texts = st.text("ab1 ,;\t\"\n'é", max_size=5)


@st.composite
def tables(draw, numbers, delimiters=b",;\t|"):
    """A table: its layout and the text of its rows."""
    width = draw(st.integers(1, 5))
    logits = tuple(sorted(draw(st.sets(st.integers(0, width - 1), min_size=1))))
    delimiter = bytes([draw(st.sampled_from(delimiters))])
    newline = draw(st.sampled_from([b"\n", b"\n", b"\r\n"]))
    layout = Layout(
        "x",
        delimiter,
        width,
        logits,
        target=draw(st.sampled_from([None, *layout_kept(width, logits)])),
        append=draw(st.sampled_from([False, False, True])),
    )
    text = b""
    for _ in range(draw(st.integers(1, 6))):
        cells = [
            draw(numbers).encode()
            if column in logits
            else draw(st.sampled_from([b"0", b'"0"', b" 0 ", b"0.0", b"-0"]))
            if column == layout.target
            else raw_of(draw(kept_texts), delimiter)
            for column in range(width)
        ]
        text += delimiter.join(cells) + newline
    return layout, Block(text, draw(st.integers(1, 99)))


@st.composite
def stray_quotes(draw):
    """A table in whose kept cells quotes stand anywhere, but none is left open."""
    delimiter = bytes([draw(st.sampled_from(b",;\t|"))])
    layout = Layout(
        "x",
        delimiter,
        3,
        draw(st.sampled_from([(0, 2), (1,), (2,)])),
        append=draw(st.booleans()),
        blank=draw(st.sampled_from([None, None, 1])),
    )
    text = b""
    for _ in range(draw(st.integers(1, 5))):
        cells = [
            draw(plain_numbers).encode()
            if column in layout.logits
            else draw(st.text('ab"', max_size=4)).encode()
            for column in range(3)
        ]
        text += delimiter.join(cells) + b"\n"
    assume(open_quote(text, layout.edges) is None)
    return layout, Block(text, 1)


def layout_kept(width, logits):
    return [column for column in range(width) if column not in logits]


def rows(pieces):
    """The rows of batches and the errors among them, one by one."""
    for piece in pieces:
        if isinstance(piece, Exception):
            yield str(piece)
            continue
        for row, line in enumerate(piece.lines):
            yield (
                line,
                # + 0.0: a zero has no sign here
                (piece.values[row] + 0.0).tobytes(),
                [runs[row] for runs in piece.kept],
                None if piece.targets is None else int(piece.targets[row]),
                piece.classes,
            )


def same_in_both_readers(table, options=EVAL):
    layout, block = table
    with_a_blank_line = Block(block.text + b"\n", block.line)
    assert plain.read(with_a_blank_line, layout, options) is None
    row_by_row = rows(reading.read(with_a_blank_line, layout, options))
    assert list(rows(reading.read(block, layout, options))) == list(row_by_row)


GRAD = Settings("grad", zero_based=True)


@settings(max_examples=100)
@given(tables(plain_numbers))
def test_plain_tables_are_read_as_row_by_row(table):
    same_in_both_readers(table, GRAD)


@settings(max_examples=100)
@given(tables(st.one_of(plain_numbers, other_numbers)))
def test_tables_of_any_numbers_are_read_as_row_by_row(table):
    same_in_both_readers(table, GRAD)


@settings(max_examples=100)
@given(tables(st.one_of(plain_numbers, bad_numbers)))
def test_tables_with_errors_are_read_as_row_by_row(table):
    same_in_both_readers(table, GRAD)


@settings(max_examples=200)
@given(stray_quotes())
def test_stray_quotes_are_read_as_row_by_row_and_join_no_rows(table):
    same_in_both_readers(table)
    layout, block = table
    found = list(rows(reading.read(block, layout, EVAL)))
    if b'"' not in block.text.replace(b'a"', b""):  # none opens a cell
        assert len(found) == block.text.count(b"\n")


@settings(max_examples=60)
@given(tables(st.one_of(plain_numbers, bad_numbers)))
def test_missing_cells_are_masked_as_row_by_row(table):
    same_in_both_readers(table, Settings("grad", zero_based=True, missing="mask"))


@settings(max_examples=200)
@given(
    st.text('1,"\n\r .x', max_size=24),
    st.sampled_from([(1, (0,)), (2, (0,)), (2, (1,)), (2, (0, 1)), (3, (1,)), (3, (0, 2))]),
)
def test_any_text_is_read_as_row_by_row(text, shape):
    if open_quote(text.encode(), b",") is None:
        same_in_both_readers((Layout("x", b",", *shape), Block(text.encode() + b"\n", 1)))


@settings(max_examples=80)
@given(st.data(), tables(plain_numbers))
def test_a_damaged_table_is_read_as_row_by_row(data, table):
    layout, block = table
    place = data.draw(st.integers(0, len(block.text) - 1))
    put = data.draw(
        st.sampled_from([b"", b"\n", b",", b"\r", b" ", b"\0", b"\xff", b"n", b'""', b'"'])
    )
    text = block.text[:place] + put + block.text[place + 1 :]
    if open_quote(text, layout.edges) is None:
        same_in_both_readers((layout, Block(text.removesuffix(b"\n") + b"\n", 1)), GRAD)


@settings(max_examples=80)
@given(tables(plain_numbers))
def test_plain_tables_are_read_fast(table):
    layout, block = table
    batch = plain.read(block, layout, GRAD)
    assert batch is not None
    assert batch.values.shape == (len(batch.lines), len(layout.logits))


@pytest.mark.parametrize(
    "cell", ["+1", "01", ".5", "1.", "1/3", "ln(2)", "-inf", '"1"', "−1", "1e400"]
)
def test_what_json_spells_otherwise_goes_row_by_row(cell):
    block = Block(f"1,2\n{cell},3\n".encode(), 1)
    assert plain.read(block, Layout("x", b",", 2, (0, 1)), EVAL) is None


@pytest.mark.parametrize(
    "text",
    [
        b"1,2\n\n3,4\n",
        b"1,2\n3\n",
        b"1,2\n3,4,5\n",
        b"1,2\n3,\xff\n",
        b"1,2\n3,\x00\n",
        b"1,2\r3,4\n",
        b"1,true\n",
        b"1,[2]\n",
        b"1,{}\n",
        b'1,"2"\n',
        b"1,\n",
        b"1,2 3\n",
    ],
)
def test_what_is_not_proven_plain_goes_row_by_row(text):
    assert plain.read(Block(text, 1), Layout("x", b",", 2, (0, 1)), EVAL) is None


@pytest.mark.parametrize(
    ("options", "layout"),
    [
        ({"digits": 5}, {}),
        ({"decimal_comma": True}, {}),
        ({}, {"ragged": True}),
        ({}, {"json": True}),
        ({}, {"delimiter": b" "}),
    ],
)
def test_what_needs_the_text_of_each_cell_goes_row_by_row(options, layout):
    shape = Layout("x", **{"delimiter": b",", "width": 2, "logits": (0, 1), **layout})
    assert plain.read(Block(b"1,2\n", 1), shape, Settings("eval", **options)) is None


def test_kept_cells_stay_byte_for_byte_and_rows_know_their_lines():
    text = b'"a\nb",1, c ,2\r\n"",3,"d""e",4\r\n'
    layout = Layout("x", b",", 4, (1, 3))
    batch = plain.read(Block(text, 5), layout, EVAL)
    assert batch.values.tolist() == [[1, 2], [3, 4]]
    assert batch.kept == ([b'"a\nb"', b'""'], [b" c ", b'"d""e"'])
    assert list(batch.lines) == [5, 7]


def test_with_append_the_whole_row_is_kept():
    layout = lay_out([b"1", b"2"], 1, Layout("x"), Settings("eval", append=True))[0]
    batch = plain.read(Block(b"1, 2\r\n3,4\r\n", 1), layout, EVAL)
    assert batch.kept == ([b"1, 2", b"3,4"],)


def test_targets_are_classes_by_name_or_number():
    layout = Layout("x", b",", 3, (0, 1), classes=("cat", "dog"), target=2)
    batch = plain.read(Block(b"1,2,dog\n3,4,1\n", 1), layout, Settings("grad", zero_based=False))
    assert batch.targets.tolist() == [1, 0]
    assert plain.read(Block(b"1,2,cow\n", 1), layout, EVAL) is None


@pytest.mark.parametrize("cell", [b"null", b"true", b"false"])
def test_a_word_that_json_knows_is_no_number(cell):
    layout = Layout("x", b",", 2, (0, 1))
    assert plain.read(Block(b"1," + cell + b"\n", 1), layout, EVAL) is None


def test_an_empty_block_is_not_proven_plain():
    assert plain.read(Block(b"", 1), Layout("x", b",", 2, (0, 1)), EVAL) is None


def test_a_negative_zero_is_zero_in_both_readers():
    layout = Layout("x", b",", 2, (0, 1))
    (slow,) = reading.read(Block(b"-0,1\n\n", 1), layout, EVAL)
    fast = plain.read(Block(b"-0,1\n", 1), layout, EVAL)
    assert fast.values.tobytes() == slow.values.tobytes() == bytes(8) + b"\0" * 6 + b"\xf0?"
