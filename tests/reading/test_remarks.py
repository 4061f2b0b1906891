import os

import pytest

from softmax_cli.reading.files import chunks
from softmax_cli.reading.first_row import open_table
from softmax_cli.settings import Settings


def notes(text, **options):
    """The notes on a table that a pipe holds."""
    reader, writer = os.pipe()
    os.write(writer, text)
    os.close(writer)
    try:
        return list(open_table(chunks(reader, "t.csv"), "t.csv", Settings("eval", **options)).notes)
    finally:
        os.close(reader)


def test_a_header_that_mixes_text_and_numbers_is_noted():
    note = "t.csv:2: taken as the header, since 'x' is not a number; --no-header reads it as data"
    assert notes(b"\n1,x\n2,3\n") == [note]
    assert notes(b"\n1,x\n2,3\n", header=True) == notes(b"\n1,x\n2,3\n", quiet=True) == []
    assert notes(b"id,1,2\n7,2,3\n", keep="id") == []
    assert notes(b"A,1,2\nB,2,3\n", columns="2-3") == []


@pytest.mark.parametrize("text", [b"0,1,2\n3,5,4\n", b"\n0;1\n", b",0,1\n5,5,5\n", b"0\t1\t2\n"])
def test_a_first_row_that_counts_from_0_is_data_and_noted(text):
    (note,) = notes(text, missing="mask")
    assert "are read as data; --header reads them as names" in note
    assert notes(text, header=False, missing="mask") == []


def test_a_row_of_data_counts_in_its_logits_alone():
    (note,) = notes(b"id,0,1,2\nr1,1,2,3\n", keep="1")
    assert note == "t.csv:1: 0 to 2 are read as data; --header reads them as names"
    assert notes(b"0,1,7,2\n3,5,4,4\n", keep="1") == []
    (note,) = notes(b"0,9,1\n3,5,4\n", columns="1,3")
    assert note.startswith("t.csv:1: 0 to 1 are read as data")


@pytest.mark.parametrize(
    "text", [b"0\n1\n2\n", b"1,2,3\n3,5,4\n", b"0,1.0\n3,5\n", b"[[0,1],[1,0]]"]
)
def test_another_first_row_is_not_taken_for_a_count(text):
    assert notes(text) == []


@pytest.mark.parametrize(
    "text",
    [
        b"id,a,b\n17,0.5,1\n4,0.1,2\n",
        b"a,b,Label\n0.5,1,3\n0.1,2,4\n",
        b"n,a,b\n1,0.5,1\n2,0.1,2\n3,3,7\n",
        b"0.5;7;1\n1;3;2\n2;0.5;3.0\n",
        b'[{"y":1,"a":0.5,"b":1},{"y":4,"a":0.5,"b":1}]',
    ],
)
def test_a_column_that_looks_like_an_index_is_a_logit_with_a_note(text):
    (note,) = notes(text)
    assert "is read as a logit, though it looks like none; --keep " in note
    name = note.rpartition("--keep ")[2].split()[0]
    assert notes(text, keep=name) == notes(text, columns="1-3") == []


@pytest.mark.parametrize(
    "text",
    [
        b"id,a\n1.5,2\n2,3\n",
        b"a,b\n1,5\n2,5\n",
        b"a,b\n1,2\n2,1\n4,3\n",
        b"x\n1\n2\n3\n",
        b"id\n1\n2\n3\n",
        b"id,a\n-inf,2\n",
    ],
)
def test_another_column_is_a_logit_without_a_note(text):
    assert notes(text) == []


def test_a_row_that_cannot_be_read_is_no_sample():
    assert notes(b'{"a":1,"b":2}\n{"a":[}\n{"a":3,"b":4}\n') == []
