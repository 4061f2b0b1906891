import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.bad_numbers import (
    AllMasked,
    NeedsDecimalComma,
    NeedsDecimalPoint,
    NotANumber,
    PlusInfinity,
)
from softmax_cli.errors import (
    MissingCell,
    NotText,
    SoftmaxError,
    StrayQuote,
    UnknownTarget,
    WrongWidth,
)
from softmax_cli.reading import rows as reading
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block

EVAL = Settings("eval")
TWO = Layout("t.csv", b",", 2, (0, 1))
KEPT = Layout("t.csv", b",", 3, (1, 2), header=("k", "a", "b"), classes=("a", "b"))
RAGGED = Layout("t.csv", b",", 2, (0, 1), ragged=True)
JSON = Layout("t.json", width=2, logits=(0, 1), json=True)


def read(text, layout=TWO, settings=EVAL, line=1):
    return list(reading.read(Block(text, line), layout, settings))


def only_batch(text, layout=TWO, settings=EVAL):
    (batch,) = read(text, layout, settings)
    assert isinstance(batch, Batch)
    return batch


def only_error(text, layout=TWO, settings=EVAL):
    errors = [piece for piece in read(text, layout, settings) if isinstance(piece, SoftmaxError)]
    assert len(errors) == 1
    return errors[0]


@given(st.lists(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=2), min_size=1), st.data())
def test_a_blank_line_is_skipped(rows, data):
    text = b""
    for row in rows:
        text += data.draw(st.sampled_from([b"", b"\n", b" \t\n", b"\r\n\n"]))
        text += ",".join(map(repr, row)).encode() + b"\n"
    batch = only_batch(text)
    assert batch.values.tolist() == rows
    lines = text.split(b"\n")
    assert all(b"," in lines[line - 1] for line in batch.lines)


def test_an_error_keeps_its_place_among_the_rows():
    before, error, after = read(b"1,2\n3,4\n5,x\n7,8\n", line=10)
    assert before.values.tolist() == [[1, 2], [3, 4]]
    assert str(error) == "t.csv:12: column 2: 'x' is not a number"
    assert (after.values.tolist(), list(after.lines)) == ([[7, 8]], [13])


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        (
            b"1,2,3\n",
            WrongWidth,
            "t.csv:1: the row has 3 cells, and the first row has 2; --ragged lets",
        ),
        (b"1\n", WrongWidth, "t.csv:1: the row has 1 cell, and the first row has 2"),
        (
            b"1,\n",
            MissingCell,
            "t.csv:1: column 2: the cell is empty; --missing mask reads it as -inf",
        ),
        (b'1,""\n', MissingCell, "t.csv:1: column 2: the cell is empty"),
        (b"inf,1\n", PlusInfinity, "t.csv:1: column 1: 'inf' has no softmax"),
        (b"-inf,-inf\n", AllMasked, "t.csv:1: every entry is -inf"),
        (b"1,NA\n", MissingCell, "t.csv:1: column 2: 'NA' is a missing value; --missing mask"),
        (b"1,N/A\n", NotANumber, "t.csv:1: column 2: 'N/A' is not a number"),
        (
            b'"1,5",2\n',
            NeedsDecimalComma,
            "t.csv:1: column 1: '1,5' is not a number; --decimal-comma reads its comma",
        ),
        (b"1,2\x00\n", NotText, "t.csv:1: a NUL byte"),
        (b"1,\xff\n", NotText, "t.csv:1: byte 0xff is not UTF-8"),
        (b"1,2\r3,4\n", NotText, "t.csv:1: a carriage return within the line"),
        (b'1,"2"3\n', StrayQuote, "t.csv:1: column 2: a quote stands inside the cell"),
    ],
)
def test_a_bad_row_is_refused_with_its_place(text, error, sentence):
    found = only_error(text)
    assert isinstance(found, error)
    assert str(found).startswith(sentence)


def test_a_column_with_a_name_is_called_by_it():
    assert str(only_error(b"x,1,y\n", KEPT)) == "t.csv:1: column 'b': 'y' is not a number"


def test_a_record_in_quotes_may_span_lines():
    batch, error = read(b'"x\ny",1,2\n"\n",3,z\n', KEPT)
    assert [list(run) for run in batch.kept] == [[b'"x\ny"']]
    assert str(error) == "t.csv:3: column 'b': 'z' is not a number"


def test_kept_cells_are_untouched():
    batch = only_batch(b' a ,1,2\n"b""",+3,4\n', KEPT)
    assert list(map(list, batch.kept)) == [[b" a ", b'"b"""']]
    assert isinstance(only_error(b'a"b"c,1,2\n', KEPT), StrayQuote)


@pytest.mark.parametrize("append", [False, True])
def test_a_stray_quote_is_an_error_of_its_own_row_and_joins_no_rows(append):
    layout = Layout("t.csv", b",", 3, (0, 2), append=append)
    first, batch, last = read(b'1,a"b,3\n2,c,4\n3,a"b,5\n', layout)
    assert str(first).startswith("t.csv:1: a quote stands inside the cell 'a\"b'")
    assert (batch.values.tolist(), list(batch.lines)) == ([[2, 4]], [2])
    assert str(last).startswith("t.csv:3: a quote stands inside the cell 'a\"b'")


def test_a_row_of_empty_cells_is_not_a_blank_line():
    tabs = Layout("t.tsv", b"\t", 2, (0, 1))
    first, second = read(b"\t\n \n1\t2\n", tabs)
    assert str(first).startswith("t.tsv:1: column 1: the cell is empty")
    assert list(second.lines) == [3]


def test_a_missing_cell_may_be_a_mask():
    for word in (b"", b" ", b'""', b"NA", b" NaN ", b"nan", b"null", b"None", b'"NA"'):
        batch = only_batch(b"1," + word + b"\n-1,2\n", settings=Settings("eval", missing="mask"))
        assert batch.values.tolist() == [[1, -math.inf], [-1, 2]]


def test_a_row_of_the_wrong_width_says_what_to_do():
    few, many = read(b"a,1\nb,1,2,3\n", KEPT)
    assert str(few).endswith(
        "2 cells, and the first row has 3; an empty cell needs its delimiter too"
    )
    assert str(many).endswith("; a cell that holds ',' must stand in double quotes")


def test_what_follows_the_delimiter_that_ends_the_first_row_is_not_dropped():
    layout = Layout("t.csv", b",", 3, (0, 1), blank=2)
    before, error = read(b"1,2,\n3,4, \n5,6,7\n", layout)
    assert before.values.tolist() == [[1, 2], [3, 4]]
    assert str(error).startswith("t.csv:3: column 3: '7' follows the delimiter that ends")


def test_ragged_lines_may_each_have_a_delimiter_of_their_own():
    layout = Layout("t.csv", width=1, logits=(0,), ragged=True, free=True)
    found = read(b'5\n1 2\n3,"4"\n', layout)
    assert [batch.values.tolist() for batch in found] == [[[5]], [[1, 2], [3, 4]]]


def test_ragged_lines_are_vectors_of_their_own_length():
    found = read(b"1\n2\n3,4,5\n6\n", RAGGED)
    assert [batch.values.tolist() for batch in found] == [[[1], [2]], [[3, 4, 5]], [[6]]]


def test_a_decimal_comma_is_read_and_the_culprit_shown_as_typed():
    layout = Layout("t.csv", b";", 2, (0, 1))
    settings = Settings("eval", decimal_comma=True)
    assert only_batch(b"1,5;-,5\n", layout, settings).values.tolist() == [[1.5, -0.5]]
    assert "'1.000,5' is not a number" in str(only_error(b"1.000,5;1\n", layout, settings))
    for text in ("1.5", "ln(1.5)", "1.000"):
        error = only_error(f"{text};1\n".encode(), layout, settings)
        assert isinstance(error, NeedsDecimalPoint)
        assert f"'{text}' is not a number with --decimal-comma: leave the" in str(error)


def test_digits_beyond_a_double_keep_numbers_as_typed():
    batch = only_batch(b"0.1,1e-3\n", settings=Settings("eval", digits=30))
    assert batch.typed == [[Decimal("0.1"), Decimal("0.001")]]


def test_a_target_is_read_from_its_column():
    layout = Layout("t.csv", b",", 3, (0, 1), target=2, classes=("cat", "dog"))
    assert only_batch(b"1,2, dog\n3,4,cat\n\n", layout).targets.tolist() == [1, 0]
    error = only_error(b"1,2,cow\n", layout)
    assert isinstance(error, UnknownTarget)
    assert str(error) == "t.csv:1: column 3: 'cow' is not a class: there are 'cat', 'dog'"


def test_a_target_of_json_is_compared_letter_for_letter():
    names = (" a", "a", "t")
    layout = JSON._replace(width=3, header=names, classes=names[:2], target=2)
    text = b'{" a": 1, "a": 2, "t": "%s"}\n'
    assert only_batch(text % b" a" + text % b"a", layout).targets.tolist() == [0, 1]
    assert "' a ' is not a class: did you mean" in str(only_error(text % b" a ", layout))


def test_a_vector_without_entries_is_told_to_be_empty():
    error = only_error(b"[1,2]\n[]\n", JSON._replace(ragged=True))
    assert str(error) == "t.json:2: the vector is empty: it needs at least one number"


def test_many_rows_are_handed_on_in_batches():
    text = b"1,2\n\n" * 10_000
    batches = read(text)
    assert sum(len(batch.values) for batch in batches) == 10_000
    assert [line for batch in batches for line in batch.lines] == list(range(1, 20_001, 2))


def test_rows_of_json_are_rows():
    assert only_batch(b"[1, 2]\n[3,\t4]\r\n", JSON).values.tolist() == [[1, 2], [3, 4]]
    masked = only_batch(b"[1, null]", JSON, Settings("eval", missing="mask"))
    assert masked.values.tolist() == [[1, -math.inf]]


def test_objects_are_rows_by_their_names():
    layout = Layout("t.json", width=3, logits=(0, 2), header=("a", 'k"', "b"), json=True)
    batch = only_batch(b'{"a":1,"k\\"":"x, y","b":2}\n{"b":4,"a":3,"k\\"":5}', layout)
    assert batch.values.tolist() == [[1, 2], [3, 4]]
    assert batch.kept == ((b'"x, y"', b"5"),)


def test_a_bad_row_of_json_is_refused_with_its_line():
    assert str(only_error(b"[1,2]\n[3,true]", JSON)) == "t.json:2: column 2: 'true' is not a number"
    assert str(only_error(b"[1,2,3]", JSON)).startswith(
        "t.json:1: the row has 3 cells, and the first row has 2"
    )


def test_an_array_where_a_number_stands_is_told_how_to_name_it():
    layout = JSON._replace(header=("id", "the logits"), logits=(1,), in_rows=True)
    error = only_error(b'{"id": 1, "the logits": [1, 2]}\n', layout)
    assert str(error) == (
        "t.json:1: column 'the logits': '[1,2]' is not a number; "
        "an array of logits is named with --columns 'the logits'"
    )
    nested = only_error(b"[[1],2]\n", JSON)
    assert str(nested) == "t.json:1: column 1: '[1]' is not a number"
