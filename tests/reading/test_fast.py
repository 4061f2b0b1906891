from unittest.mock import patch

import numpy as np
import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from softmax_cli.reading import fast, spellings
from softmax_cli.reading import rows as reading
from softmax_cli.reading.delimited import open_quote, raw_of
from softmax_cli.reading.layout import Layout, lay_out
from softmax_cli.reading.spellings import Numbers
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
digits = st.text("0123456789", max_size=4)


@st.composite
def spelled_numbers(draw):
    """A number as the grammar allows it: signs, leading zeros, bare points, quotes, blanks."""
    before, after = draw(digits), draw(digits)
    if not before + after:
        before = "7"
    text = draw(st.sampled_from(["", "", "-", "+", "−"])) + before
    if after or draw(st.booleans()):
        text += "." + after
    text += draw(st.sampled_from(["", "", "", "e5", "E-03", "e+007", "e−2"]))
    text = draw(st.sampled_from(["", "", " ", "\t", "  "])) + text
    text += draw(st.sampled_from(["", "", " ", "\t"]))
    return f'"{text}"' if draw(st.booleans()) else text


masks = st.sampled_from(["-inf", "-Infinity", "-INF", "-inFinity", '"-inf"', " -inf ", "−inf"])
near_sentinels = st.sampled_from(["-7e9", "-7000000000", '"-7E9"', "-3e7", "-30000000.0", "-7e9 "])
exact_numbers = st.sampled_from(["1/3", "ln(2)", "-ln(2)", '"2/3"', "1 / 3", "ln( 2 )"])
other_numbers = st.one_of(spelled_numbers(), masks, near_sentinels, exact_numbers)
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
        "+-1",
        "-+1",
        "++1",
        "+ 1",
        "- 1",
        ".",
        "-.",
        "+.",
        ".e3",
        "1..2",
        "1.5.",
        "1.2.3",
        "1e",
        "1e+",
        "1-2",
        "1-.5",
        "1e.5",
        "+inf",
        "inf",
        "--inf",
        "-inf5",
        "-inf 5",
        "5-inf",
        "-infx",
        "-nan",
        "nan1",
        "nanan",
        "1nan",
        "n a",
        "-in f",
        ' "1"',
        '"1" ',
        '""1""',
        '"""1"""',
        '" "',
        '"1\n"',
        '"1,2"',
        '"1;2"',
        "1_000",
        "e5",
        "0x1p3",
        "é",
        "\x0b1",
        "1\x0c",
    ]
)
kept_texts = st.text("ab1 ,;\t\"\n'é", max_size=5)


@st.composite
def tables(draw, numbers, delimiters=b",;\t| ", decimal_comma=False):
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
            spelled(draw(numbers), delimiter, decimal_comma)
            if column in logits
            else spelled(
                draw(st.sampled_from(["0", '"0"', " 0 ", "0.0", "-0"])), delimiter, decimal_comma
            )
            if column == layout.target
            else raw_of(draw(kept_texts), delimiter)
            for column in range(width)
        ]
        text += delimiter.join(cells) + newline
    return layout, Block(text, draw(st.integers(1, 99)))


def spelled(number, delimiter, decimal_comma):
    """A cell with its decimal sign, in quotes where that is the delimiter."""
    number = number.replace("\t", " ") if delimiter == b"\t" else number
    if decimal_comma:
        number = number.replace(".", ",")
        if delimiter == b"," and "," in number and '"' not in number:
            number = f'"{number}"'
    return number.encode()


@st.composite
def stray_quotes(draw):
    """A table in whose kept cells quotes stand anywhere, but none is left open."""
    delimiter = bytes([draw(st.sampled_from(b",;\t|"))])
    shapes = [((0, 2), None), ((1,), None), ((2,), None), ((1,), 2), ((0, 1), 2)]
    logits, blank = draw(st.sampled_from(shapes))
    layout = Layout("x", delimiter, 3, logits, append=draw(st.booleans()), blank=blank)
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
    row_by_row = list(rows(reading.read_row_by_row([block], layout, options)))
    for longest in (spellings._LONGEST_PIECE, 4):  # parsed whole, and a cell or a few at a time
        with patch.object(spellings, "_LONGEST_PIECE", longest):
            assert list(rows(reading.read(block, layout, options))) == row_by_row


GRAD = Settings("grad", zero_based=True)
MASKING = Settings("grad", zero_based=True, missing="mask")
DECIMAL_COMMA = Settings("grad", zero_based=True, decimal_comma=True)
missing = st.sampled_from(["", " ", "NA", "nan", " NaN ", "NULL", "None", '""', '" "', '"NA"'])


@settings(max_examples=100)
@given(tables(plain_numbers))
def test_plain_tables_are_read_as_row_by_row(table):
    same_in_both_readers(table, GRAD)


@settings(max_examples=200)
@given(tables(st.one_of(plain_numbers, spelled_numbers())))
def test_every_spelling_of_a_number_is_read_as_row_by_row(table):
    same_in_both_readers(table, GRAD)


@settings(max_examples=200)
@given(tables(st.one_of(plain_numbers, other_numbers)))
def test_tables_of_any_numbers_are_read_as_row_by_row(table):
    same_in_both_readers(table, GRAD)


@settings(max_examples=200)
@given(tables(st.one_of(plain_numbers, other_numbers, bad_numbers)))
def test_tables_with_errors_are_read_as_row_by_row(table):
    same_in_both_readers(table, GRAD)


@settings(max_examples=200)
@given(tables(st.one_of(plain_numbers, plain_numbers, plain_numbers, bad_numbers)))
def test_a_few_errors_are_found_among_rows_that_are_read_fast(table):
    same_in_both_readers(table, GRAD)


@settings(max_examples=200)
@given(tables(st.one_of(plain_numbers, other_numbers, bad_numbers), decimal_comma=True))
def test_decimal_commas_are_read_as_row_by_row(table):
    same_in_both_readers(table, DECIMAL_COMMA)


@settings(max_examples=200)
@given(stray_quotes())
def test_stray_quotes_are_read_as_row_by_row_and_join_no_rows(table):
    same_in_both_readers(table)
    layout, block = table
    found = list(rows(reading.read(block, layout, EVAL)))
    if b'"' not in block.text.replace(b'a"', b""):  # none opens a cell
        assert len(found) == block.text.count(b"\n")


@settings(max_examples=200)
@given(tables(st.one_of(plain_numbers, missing, other_numbers, bad_numbers)))
def test_missing_cells_are_masked_as_row_by_row(table):
    same_in_both_readers(table, MASKING)


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


def fully_read(table, options=GRAD):
    layout, block = table
    found = fast.read(block, layout, options)
    assert found is not None
    assert not found.odd
    assert found.batch.values.shape == (len(found.batch.lines), len(layout.logits))
    return found.batch


@settings(max_examples=80)
@given(tables(plain_numbers))
def test_plain_tables_are_read_fast(table):
    fully_read(table)


@settings(max_examples=150)
@given(tables(spelled_numbers()))
def test_every_spelling_of_a_number_is_read_fast(table):
    fully_read(table)


@settings(max_examples=80)
@given(tables(spelled_numbers(), decimal_comma=True))
def test_decimal_commas_are_read_fast(table):
    fully_read(table, DECIMAL_COMMA)


CELLS = ["-inf", "-INFINITY", '"-inf"', "+1", "01", "-00.5", ".5", "5.", '"1"', "−1", " 1 "]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("delimiter", [b",", b";", b"\t", b"|", b" "])
def test_what_json_spells_otherwise_is_read_fast(cell, delimiter):
    block = Block(f"1,2\n{cell},3\n2,{cell}\n".encode().replace(b",", delimiter), 1)
    fully_read((Layout("x", delimiter, 2, (0, 1)), block), EVAL)


@pytest.mark.parametrize("cell", ["", " ", "NA", "null", "None", "NaN", '""', '" "', '"nan"'])
def test_missing_cells_are_masked_fast(cell):
    block = Block(f"1,2\n{cell},3\n4,{cell}\n{cell},5\n".encode(), 1)
    batch = fully_read((Layout("x", b",", 2, (0, 1)), block), MASKING)
    assert np.isneginf(batch.values).sum() == 3


ODD_ROWS = [
    b"1/3,2",
    b"ln(2),1",
    b"x,1",
    b"",
    b"3",
    b"3,4,5",
    b"3,\xc3\xa9",
    b"3,\0",
    b"1\r,4",
    b"1,true",
    b"1,[2]",
    b"1,{}",
    b"1,",
    b"1,2 3",
    b"1e400,1",
    b"1,1.2.3",
    b"-inf,-inf",
    b"1,+",
    b'"1\n",2',
    b'"1""2",3',
]


@pytest.mark.parametrize("row", ODD_ROWS)
def test_an_odd_row_costs_itself_alone(row):
    layout = Layout("x", b",", 2, (0, 1))
    found = fast.read(Block(b"1,2\n3,4\n" + row + b"\n5,6\n7,8\n", 3), layout, EVAL)
    assert found.batch.values.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert [(block.text, block.line) for block in found.odd] == [(row + b"\n", 5)]


def test_rows_that_are_odd_in_different_ways_are_left_out_one_after_another():
    layout = Layout("x", b",", 2, (0, 1))
    texts = [row for odd in ODD_ROWS for row in (odd, *[b"1,2"] * 3)]
    same_in_both_readers((layout, Block(b"\n".join(texts) + b"\n", 1)))


def test_a_block_of_odd_rows_is_left_to_the_row_by_row_reader():
    block = Block(b"1/3,2\n1,ln(2)\n1,2\n", 1)
    assert fast.read(block, Layout("x", b",", 2, (0, 1)), EVAL) is None


def test_a_mask_is_not_taken_for_the_number_that_stands_for_it():
    layout = Layout("x", b",", 2, (0, 1))
    batch = fully_read((layout, Block(b"-inf,-7e9\n-7.0e9,-inf\n1,-inf\n", 1)), EVAL)
    assert batch.values.tolist() == [[-np.inf, -7e9], [-7e9, -np.inf], [1, -np.inf]]
    block = Block(b"-inf,-7e9\n-3e7,2\n1,2\n3,4\n3,4\n", 1)
    same_in_both_readers((layout, block))


@pytest.mark.parametrize(
    ("options", "layout"),
    [({"digits": 5}, {}), ({}, {"ragged": True}), ({}, {"json": True}), ({}, {"free": True})],
)
def test_what_needs_the_text_of_each_cell_goes_row_by_row(options, layout):
    shape = Layout("x", **{"delimiter": b",", "width": 2, "logits": (0, 1), **layout})
    assert fast.read(Block(b"1,2\n", 1), shape, Settings("eval", **options)) is None


def test_text_that_is_not_utf8_goes_row_by_row():
    assert fast.read(Block(b"1,2\n3,\xff\n", 1), Layout("x", b",", 2, (0, 1)), EVAL) is None


def test_kept_cells_stay_byte_for_byte_and_rows_know_their_lines():
    text = b'"a\nb",1, c ,2\r\n"",3,"d""e",4\r\n'
    layout = Layout("x", b",", 4, (1, 3))
    batch = fully_read((layout, Block(text, 5)), EVAL)
    assert batch.values.tolist() == [[1, 2], [3, 4]]
    assert [[*run] for run in batch.kept] == [[b'"a\nb"', b'""'], [b" c ", b'"d""e"']]
    assert list(batch.lines) == [5, 7]


def test_with_append_the_whole_row_is_kept():
    layout = lay_out([b"1", b"2"], 1, Layout("x"), Settings("eval", append=True))[0]
    batch = fully_read((layout, Block(b"1, 2\r\n3,4\r\n", 1)), EVAL)
    assert [[*run] for run in batch.kept] == [[b"1, 2", b"3,4"]]


def test_targets_are_classes_by_name_or_number():
    layout = Layout("x", b",", 3, (0, 1), classes=("cat", "dog"), target=2)
    by_number = Settings("grad", zero_based=False)
    batch = fully_read((layout, Block(b"1,2,dog\n3,4,1\n", 1)), by_number)
    assert batch.targets.tolist() == [1, 0]
    assert fast.read(Block(b"1,2,cow\n", 1), layout, EVAL) is None


@pytest.mark.parametrize("cell", [b"null", b"true", b"false"])
def test_a_word_that_json_knows_is_no_number(cell):
    layout = Layout("x", b",", 2, (0, 1))
    assert fast.read(Block(b"1," + cell + b"\n", 1), layout, EVAL) is None


def test_an_empty_block_is_not_proven_plain():
    assert fast.read(Block(b"", 1), Layout("x", b",", 2, (0, 1)), EVAL) is None


@pytest.mark.parametrize("row", [b"-0,1\n", b"-0.0,1\n"])
def test_a_negative_zero_is_zero_in_both_readers(row):
    layout = Layout("x", b",", 2, (0, 1))
    block = Block(row, 1)
    (slow,) = reading.read_row_by_row([block], layout, EVAL)
    batch = fully_read((layout, block), EVAL)
    assert batch.values.tobytes() == slow.values.tobytes() == bytes(8) + b"\0" * 6 + b"\xf0?"


def test_a_block_whose_numbers_are_not_as_many_as_its_cells_is_left_to_the_reader_of_rows(
    monkeypatch,
):
    block, layout = Block(b"1,2\n3,4\n", 1), Layout("x", b",", 2, (0, 1))
    monkeypatch.setattr(fast, "read_numbers", lambda *_: Numbers(np.ones(3), np.arange(0)))
    assert fast.read(block, layout, EVAL) is None
