import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.errors import NotText, StrayQuote, UnterminatedQuote, UsageError
from softmax_cli.reading.delimited import (
    as_typed,
    cells,
    comma_list,
    delimiter_of,
    has_delimiter,
    holds_quoted_edge,
    raw_of,
    split_columns,
    text_of,
    texts_of,
)
from softmax_cli.settings import Settings

EVAL = Settings("eval")
COMMAS = Settings("eval", decimal_comma=True)
delimiters = st.sampled_from([b",", b";", b"\t", b"|", b":"])
texts_of_cells = st.text('ab,;\t|:" \n\r' + "é", max_size=6)


@settings(max_examples=150)
@given(st.lists(texts_of_cells, min_size=1, max_size=5), delimiters)
def test_cells_written_are_cells_read(texts, delimiter):
    record = delimiter.join(raw_of(text, delimiter) for text in texts)
    assert [text_of(cell) for cell in cells(record, delimiter)] == texts


@given(st.lists(texts_of_cells, min_size=1, max_size=5), delimiters)
def test_it_is_known_whether_quotes_hold_a_delimiter_or_a_newline(texts, delimiter):
    record = delimiter.join(raw_of(text, delimiter) for text in texts)
    held = any(edge in text for text in texts for edge in ("\n", delimiter.decode()))
    assert holds_quoted_edge(record, delimiter) == held


@given(st.lists(texts_of_cells, min_size=2, max_size=5), delimiters)
def test_cells_are_those_of_the_csv_module(texts, delimiter):
    record = delimiter.join(raw_of(text, delimiter) for text in texts)
    lines = io.StringIO(record.decode(), newline="")
    assert list(csv.reader(lines, delimiter=delimiter.decode())) == [texts]


@given(st.data(), delimiters, st.integers(1, 3))
def test_columns_are_split_and_read_at_once_as_cell_by_cell(data, delimiter, width):
    rows = st.lists(texts_of_cells, min_size=width, max_size=width)
    texts = data.draw(st.lists(rows, min_size=1, max_size=4))
    records = [delimiter.join(raw_of(text, delimiter) for text in row) for row in texts]
    columns = split_columns(records, delimiter)
    assert [*zip(*columns, strict=True)] == [tuple(cells(row, delimiter)) for row in records]
    assert [*zip(*map(texts_of, columns), strict=True)] == [*map(tuple, texts)]


@given(st.lists(texts_of_cells.filter(lambda text: text.strip("\r\n ")), min_size=1, max_size=5))
def test_a_blank_stands_for_a_run_of_blanks(texts):
    record = b"  " + b" \t ".join(raw_of(text, b" ") for text in texts) + b"\t"
    assert [text_of(cell) for cell in cells(record, b" ")] == texts


def test_a_quoted_empty_cell_among_blanks_is_a_cell():
    assert cells(b'"" 1', b" ") == [b'""', b"1"]
    assert raw_of("", b" ") == b'""'


@pytest.mark.parametrize("delimiter", [b",", b"\t", b";"])
def test_a_cell_is_quoted_only_where_it_must_be(delimiter):
    assert raw_of("", delimiter) == b""
    assert raw_of(" a b ", delimiter) == b" a b "
    assert raw_of('5" disk', delimiter) == b'"5"" disk"'
    assert raw_of("a" + delimiter.decode(), delimiter) == b'"a' + delimiter + b'"'


@pytest.mark.parametrize("cell", [b'a"', b'a"b"', b'"a"b', b' "a"', b'"a"b"c"', b'a""'])
def test_quotes_stand_around_a_whole_cell(cell):
    with pytest.raises(StrayQuote):
        text_of(cell)


@pytest.mark.parametrize("cell", [b'"', b'"a', b'"a""', b'"a,"",b'])
def test_quotes_are_closed(cell):
    with pytest.raises(UnterminatedQuote):
        text_of(cell)


def test_a_cell_is_utf_8():
    with pytest.raises(NotText, match=r"'a\\xff' is not UTF-8"):
        text_of(b"a\xff")


@pytest.mark.parametrize(
    ("record", "delimiter"),
    [
        (b"a\tb;c,d|e f", b"\t"),
        (b"a;b,c|d e", b";"),
        (b"a,b|c d", b","),
        (b"a|b c", b"|"),
        (b"a b", b" "),
        (b"  1  2 ", b" "),
        (b'"a;b","c\td"', b","),
        (b'"a" "b"', b" "),
        (b'"a""b"  1', b" "),
        (b"a", b","),
        (b' "a b" ', b","),
        (b'5 "disk,a', b","),
        (b'a;b"c,d"', b";"),
    ],
)
def test_the_delimiter_is_the_first_of_five_outside_quotes(record, delimiter):
    assert delimiter_of(record, EVAL) == delimiter


@pytest.mark.parametrize(
    ("record", "delimiter"),
    [
        (b"1,5", b";"),
        (b"1,5 2,5", b" "),
        (b"1,5;2", b";"),
        (b"1,5|2", b"|"),
        (b"-inf 1,5", b" "),
        (b'"1,5","2,5"', b","),
        (b'"1,5" , "2,5"', b","),
        (b"a,b", b","),
        (b'"a";"b,c"', b";"),
    ],
)
def test_a_decimal_comma_is_no_delimiter(record, delimiter):
    assert delimiter_of(record, COMMAS) == delimiter


@pytest.mark.parametrize(
    ("name", "delimiter"),
    [("tab", b"\t"), ("TAB", b"\t"), ("\\t", b"\t"), ("\t", b"\t"), ("space", b" "), (":", b":")],
)
def test_a_delimiter_that_is_asked_for_is_taken(name, delimiter):
    assert delimiter_of(b"a,b", Settings("eval", delimiter=name)) == delimiter


@pytest.mark.parametrize(
    "name", ["", "ab", "1", "e", "-", "+", ".", '"', "\n", "\r", "/", "(", "é", "\udcff"]
)
def test_a_delimiter_is_one_character_that_is_in_no_number(name):
    with pytest.raises(UsageError, match="--delimiter"):
        delimiter_of(b"a,b", Settings("eval", delimiter=name))


@given(st.lists(st.text("ab, \"'é", max_size=5), min_size=1, max_size=5))
def test_an_item_in_quotes_may_hold_commas(items):
    raw = [raw_of(item, b",").decode() for item in items]
    meant = [item if '"' in cell else item.strip() for item, cell in zip(items, raw, strict=True)]
    assert comma_list(",".join(raw)) == meant


@pytest.mark.parametrize("text", ['"a', 'a"b', '"a"b', '"a""'])
def test_a_list_whose_quotes_do_not_match_is_a_usage_error(text):
    with pytest.raises(UsageError, match="the quotes do not match"):
        comma_list(text)


def test_a_list_that_is_not_text_is_a_usage_error():
    with pytest.raises(UsageError, match="is not UTF-8"):
        comma_list("a,\udcff")


def test_a_decimal_comma_is_read_as_a_point_and_a_point_refused():
    assert as_typed("1,5", COMMAS) == "1.5"
    assert as_typed("1.5", COMMAS) not in ("1.5", "15")
    assert as_typed("1,5", EVAL) == "1,5"


@pytest.mark.parametrize("record", [b"1 \n", b" 1\r\n", b" 1 \n", b"1"])
def test_blanks_around_a_record_do_not_make_it_several_cells(record):
    assert not has_delimiter(record, Settings("eval"))
