"""A file of answers is read in whatever form it comes, from a file and from a pipe alike."""

import json
import os
import threading
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from questioned import settings_for

from softmax_cli.bad_numbers import NotANumber
from softmax_cli.errors import (
    BrokenJson,
    DeviceFailed,
    HoldsText,
    MissingCell,
    SoftmaxError,
    UnclearAnswers,
    UnequalTables,
    UsageError,
    WrongWidth,
)
from softmax_cli.homework.answer_file import opened
from softmax_cli.homework.claims import claim
from softmax_cli.reading import files
from softmax_cli.reading.layout import Layout

EVAL = settings_for("eval")
JACOBIAN = settings_for("jacobian")
NUMBERS = st.one_of(
    st.decimals(-100, 100, places=3).map(str),
    st.integers(-99, 99).map(str),
    st.floats(1e-12, 1e12).map("{:.3e}".format),
)


def layout_of(*names, kept=(), classes=3):
    """The layout of a table of logits behind columns that are kept."""
    logits = range(len(kept), len(kept) + classes)
    header = (*kept, *names) if names else None
    return Layout("logits.csv", b",", len(kept) + classes, logits, header, classes=names or None)


def read(tmp_path, text, layout=None, settings=EVAL, classes=3):
    """All rows of a file of answers."""
    path = tmp_path / "answers"
    path.write_text(text)
    return taken(path, layout or layout_of(classes=classes), settings, classes)


def taken(path, layout, settings=EVAL, classes=3):
    """All rows of a file of answers."""
    with opened(str(path), classes, layout, settings) as table:
        rows = table.take(1000)
        assert table.is_at_end()
    return rows


@contextmanager
def piped(tmp_path, text):
    """The path of a pipe that holds a text."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=[text])
    writer.start()
    yield path
    writer.join()


@pytest.mark.parametrize("form", ["{}", '"{}"', " {}", "JSON"])
@given(rows=st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=1, max_size=4))
def test_a_number_in_a_table_claims_what_it_claims_alone(tmp_path_factory, form, rows):
    if form == "JSON":
        text = "[" + ", ".join(f"[{', '.join(row)}]" for row in rows) + "]"
    else:
        text = "".join(",".join(map(form.format, row)) + "\n" for row in rows)
    found = read(tmp_path_factory.mktemp("form"), text)
    for index, row in enumerate(rows):
        alone = [claim(number) for number in row]
        assert found.values[index].tolist() == [number.value for number in alone]
        assert found.half[index].tolist() == pytest.approx(
            [c.half for c in alone], rel=1e-12, abs=0
        )
        claims = found.claims(index)
        assert [c.number for c in claims] == [number.number for number in alone]
        assert [c.places for c in claims] == [number.places for number in alone]


def test_a_fraction_is_exact_in_a_table_too(tmp_path):
    found = read(tmp_path, "1/3,0.3,1/3\n")
    assert found.half.tolist() == [[0.0, 0.05, 0.0]]
    assert [c.places for c in found.claims(0)] == [None, -1, None]


@pytest.mark.parametrize(
    "text",
    [
        "0.1,0.2,0.7\n",
        "cat,dog,bird\n0.1,0.2,0.7\n",
        "bird,cat,dog\n0.7,0.1,0.2\n",
        "softmax_cat,softmax_dog,softmax_bird\n0.1,0.2,0.7\n",
        "softmax_dog,softmax_bird,softmax_cat\n0.2,0.7,0.1\n",
        "id,cat,dog,bird,softmax_cat,softmax_dog,softmax_bird\n9,5,5,5,0.1,0.2,0.7\n",
        "id,dog,cat,bird\n9,0.2,0.1,0.7\n",
        "9,0.1,0.2,0.7\n",
        json.dumps([{"id": 9, "softmax": [0.1, 0.2, 0.7]}]),
        json.dumps({"bird": 0.7, "cat": 0.1, "dog": 0.2}),
    ],
)
def test_the_columns_of_the_answers_are_found(tmp_path, text):
    layout = layout_of("cat", "dog", "bird", kept=("id",))
    assert read(tmp_path, text, layout).values.tolist() == [[0.1, 0.2, 0.7]]
    with piped(tmp_path, text) as path:
        assert taken(path, layout).values.tolist() == [[0.1, 0.2, 0.7]]


@pytest.mark.parametrize(
    "text",
    [
        "vector,1,2\n1,0.2,-0.2\n1,-0.2,0.2\n",
        "output,a,b\na,0.2,-0.2\nb,-0.2,0.2\n",
        "vector,output,a,b\n1,a,0.2,-0.2\n1,b,-0.2,0.2\n",
        json.dumps([{"input": [2, 1], "jacobian": [[0.2, -0.2], [-0.2, 0.2]]}]),
        "[[0.2, -0.2], [-0.2, 0.2]]",
    ],
)
def test_the_columns_before_those_of_a_jacobian_are_left_out(tmp_path, text):
    found = read(tmp_path, text, settings=JACOBIAN, classes=2)
    assert found.values.tolist() == [[0.2, -0.2], [-0.2, 0.2]]


@pytest.mark.parametrize(
    "text", ["2,1,0,0.6,0.3,0.1\n", "x,y,z,p,q,r\n2,1,0,0.6,0.3,0.1\n", "p,q,r\n0.6,0.3,0.1\n"]
)
def test_answers_that_were_appended_need_no_names(tmp_path, text):
    assert read(tmp_path, text).values.tolist() == [[0.6, 0.3, 0.1]]


def test_kept_columns_are_left_out_under_a_header_of_other_names(tmp_path):
    layout = Layout("logits.csv", b",", 4, (1, 2, 3))
    assert read(tmp_path, "id,p,q,r\n9,0.6,0.3,0.1\n", layout).values.tolist() == [[0.6, 0.3, 0.1]]
    assert read(tmp_path, "Ann,0.6,0.3,0.1\n", layout).values.tolist() == [[0.6, 0.3, 0.1]]


def test_a_row_answers_a_column_and_a_column_vectors_of_one_value(tmp_path):
    column = layout_of(classes=3)._replace(in_rows=True)
    assert read(tmp_path, "0.1,0.2,0.7\n", column).values.tolist() == [[0.1, 0.2, 0.7]]
    assert read(tmp_path, "0.1\n0.2\n0.7\n", column).values.tolist() == [[0.1, 0.2, 0.7]]
    assert read(tmp_path, "1\n1\n", classes=1).values.tolist() == [[1.0], [1.0]]


def test_a_long_pipe_is_read_to_its_end(tmp_path):
    text = json.dumps([{"input": [i, 0], "softmax": [i, 0.5]} for i in range(20_000)])
    with (
        piped(tmp_path, text) as path,
        opened(str(path), 2, layout_of(classes=2), EVAL) as table,
    ):
        rows = table.take(30_000)
    assert rows.values[:, 0].tolist() == [*range(20_000)]


def test_the_line_of_a_row_counts_the_header(tmp_path):
    assert list(read(tmp_path, "a,b,c\n1,2,3\n\n4,5,6\n").lines) == [2, 4]


def test_a_decimal_comma_is_read_where_it_is_asked_for(tmp_path):
    settings = settings_for("eval", decimal_comma=True)
    found = read(tmp_path, "0,10;0,2;0,7\n", settings=settings)
    assert found.values.tolist() == [[0.1, 0.2, 0.7]]
    assert found.half.tolist() == [[0.005, 0.05, 0.05]]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (
            "0.1,0.9\n",
            UnequalTables,
            "the answers stand 2 in a row, and the number of classes is 3",
        ),
        (
            "0.1\n0.2\n0.7\n",
            UnequalTables,
            "the answers stand 1 in a row, and the number of classes is 3",
        ),
        ("0.1,0.2,0.7\n0.1,0.9\n", WrongWidth, "the row has 2 cells, and the first row has 3"),
        ("0.1,0.2,0.7\n0.1,abc,0.7\n", NotANumber, "'abc' is not a number"),
        ("0.1,0.2,NA\n", MissingCell, "column 3: 'NA' is a missing value"),
        ("k,a,b\nAnn,0.1,0.9\n", HoldsText, "leave it out, or call the columns of the answers"),
        ('{"p": [1, 2, 3], "q": [1, 2, 3]}', UnclearAnswers, "or their member softmax"),
        ('{"softmax": [1, 2, 3]}\n{"softmax": [1]}', BrokenJson, "the vector has 1 entry"),
    ],
)
def test_what_is_not_a_table_of_answers_is_an_error(tmp_path, text, error, message):
    with pytest.raises(error) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(str(tmp_path / "answers"))
    assert message in str(caught.value)
    assert "--" not in str(caught.value)
    with piped(tmp_path, text) as pipe, pytest.raises(SoftmaxError) as again:
        taken(pipe, layout_of())
    assert str(again.value).replace("/pipe", "/answers") == str(caught.value)


def test_a_missing_file_is_an_error():
    with pytest.raises(DeviceFailed), opened("/nowhere.csv", 3, layout_of(), EVAL):
        pass


def test_a_name_that_several_columns_have_does_not_say_which_class_they_are(tmp_path):
    ours = layout_of("a", "a", "b")
    assert read(tmp_path, "a,a,b\n0.1,0.2,0.7\n", ours).values.tolist() == [[0.1, 0.2, 0.7]]
    with pytest.raises(UsageError, match="'a' is the name of several classes: keep the order"):
        read(tmp_path, "a,b,a\n0.1,0.2,0.7\n", ours)


def test_rows_that_no_column_makes_a_matrix_are_an_error(tmp_path):
    with pytest.raises(UnequalTables, match="the answers stand 2 in a row"):
        read(tmp_path, "0.1,0.2\n", settings=JACOBIAN)


def test_a_device_that_fails_is_the_error_in_whatever_way_it_was_read(tmp_path, monkeypatch):
    def failing(*_):
        yield b"0.1,"
        raise DeviceFailed(reason="Input/output error")

    monkeypatch.setattr(files, "chunks", failing)
    with pytest.raises(DeviceFailed, match="Input/output error"):
        read(tmp_path, "")
