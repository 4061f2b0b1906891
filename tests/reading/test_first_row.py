import os
from contextlib import contextmanager

import pytest

from softmax_cli.errors import Empty, HoldsText, OnlyAHeader, SoftmaxError
from softmax_cli.reading.first_row import open_table
from softmax_cli.reading.rows import read
from softmax_cli.settings import Settings

QUIET = Settings("eval", quiet=True)


@contextmanager
def table(text, **options):
    """The table that a pipe with this text holds."""
    reader, writer = os.pipe()
    os.write(writer, text)
    os.close(writer)
    try:
        yield open_table(reader, "t.csv", Settings("eval", quiet=True, **options))
    finally:
        os.close(reader)


def values(text, **options):
    """The header of a table, and its vectors."""
    settings = Settings("eval", quiet=True, **options)
    with table(text, **options) as opened:
        pieces = [
            piece for block in opened.blocks for piece in read(block, opened.layout, settings)
        ]
        assert not any(isinstance(piece, SoftmaxError) for piece in pieces)
        return opened.layout.header, [row for piece in pieces for row in piece.values.tolist()]


def mistake(text, **options):
    with pytest.raises(SoftmaxError) as caught:
        values(text, **options)
    return caught.value


@pytest.mark.parametrize("start", [b"", b"\n", b" \n\t\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_the_first_row_that_is_not_blank_settles_the_table(start, newline):
    text = start + newline.join([b"a;b", b"", b"1;2", b"3;4"])
    with table(text) as opened:
        assert opened.layout.header == ("a", "b")
        assert opened.layout.delimiter == b";"
        assert opened.layout.newline == newline
        assert opened.layout.header_line == 1 + start.count(b"\n")
        assert opened.notes == ()
    assert values(text) == (("a", "b"), [[1, 2], [3, 4]])


def test_the_line_of_every_row_is_known_behind_a_header_of_several_lines():
    with table(b'\n"a\nb",c\n\n1,2\n') as opened:
        (block,) = opened.blocks
        (batch,) = read(block, opened.layout, QUIET)
        assert list(batch.lines) == [5]


def test_a_first_row_of_numbers_is_data():
    assert values(b"1,2\n3,4\n") == (None, [[1, 2], [3, 4]])
    assert values(b"1,2") == (None, [[1, 2]])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"1,NA\n2,3\n", "t.csv:1: taken as the header, since 'NA' is not a number; --no-header"),
        (b"\n1,\n2,3\n", "t.csv:2: taken as the header, since a cell is empty; --no-header"),
    ],
)
def test_a_first_row_with_a_hole_is_a_header_with_a_note(text, reason):
    # a column without a name is kept unless it is named
    with table(text, columns="1-2") as opened:
        assert opened.notes[0].startswith(reason)
    with table(text, columns="1-2", header=True) as opened:
        assert opened.notes == ()


@pytest.mark.parametrize("text", [b"", b"\n", b" \t\n\r\n", b"\xef\xbb\xbf", b"[]", b"{}", b"[[]]"])
def test_an_input_without_a_row_is_empty(text):
    assert isinstance(mistake(text), Empty)


def test_a_table_that_is_only_a_header_says_why_it_was_taken_for_one():
    found = mistake(b"1,2x\n")
    assert isinstance(found, OnlyAHeader)
    assert str(found).startswith("t.csv:1: '2x' is not a number, so the only row is a header")
    assert isinstance(mistake(b"1,2\n", header=True), Empty)


def test_text_among_the_logits_is_refused_at_once():
    assert isinstance(mistake(b"k,a\nAnn,1\n"), HoldsText)


def test_another_mistake_in_the_first_row_is_left_to_the_reader_of_rows():
    with table(b'a,b\n1,"2"3\n4,5\n') as opened:
        pieces = [piece for block in opened.blocks for piece in read(block, opened.layout, QUIET)]
    assert str(pieces[0]).startswith("t.csv:2: column 'b': a quote stands inside the cell")
    assert pieces[1].values.tolist() == [[4, 5]]


@pytest.mark.parametrize(
    "text", [b"a,b\x00\n1,2\n", b"a,\xff\n1,2\n", b"a,b\rc\n1,2\n", b'a,"b"c\n1,2\n']
)
def test_a_first_row_that_is_no_text_is_refused_with_its_line(text):
    assert str(mistake(text)).startswith("t.csv:1: ")


# ── JSON ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        b'[{"a":1,"b":2},{"b":4,"a":3}]',
        b'{"a":1,"b":2}\n{"a":3,"b":4}\n',
        b'[["a","b"],[1,2],[3,4]]',
        b'["a","b"]\n[1,2]\n[3,4]',
        b'\n [\r\n {"a":1,\r\n"b":2},\r\n{"a":3,"b":4}\r\n]',
    ],
)
def test_the_names_of_json_are_the_header(text):
    assert values(text) == (("a", "b"), [[1, 2], [3, 4]])


@pytest.mark.parametrize("text", [b"[[1,2],[3,4]]", b"[1,2]\n[3,4]", b"[[1. 2.]\n [3. 4.]]"])
def test_arrays_of_numbers_have_no_header(text):
    assert values(text) == (None, [[1, 2], [3, 4]])


def test_an_array_of_numbers_is_a_header_if_it_is_said():
    assert values(b"[[1,2],[3,4]]", header=True) == (("1", "2"), [[3, 4]])


def test_an_object_may_be_named_in_any_characters():
    header, _ = values('{"a\\"b": 1, "c,d": 2, "é😀": 3}'.encode())
    assert header == ('a"b', "c,d", "é😀")
