import math

import numpy as np
import orjson
import pytest

from softmax_cli.commands import answer
from softmax_cli.reading import fast
from softmax_cli.reading.gather import column, groups
from softmax_cli.reading.layout import Layout, lay_out
from softmax_cli.reading.rows import read, read_row_by_row, row_cells
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block, Vectors
from softmax_cli.writing import delimited
from softmax_cli.writing.delimited import delimited_writer
from softmax_cli.writing.formats import writer

# With orjson imported the fast reader is worth its while at any size.
assert orjson

LOG_HALF = "-0.6931471805599453"


def written(text, command="eval", delimiter=b",", newline=b"\n", **options):
    """What is written for a table of this text."""
    settings = Settings(command, **options)
    first, _, rest = text.partition(newline)
    start = Layout("t.csv", delimiter, newline=newline)
    layout, has_header = lay_out(row_cells(first, start), 1, start, settings)
    block = Block(rest if has_header else text, 2 if has_header else 1)
    batches = list(read(block, layout, settings))
    if layout.in_rows:
        batches = list(column(batches, layout, settings))
    if layout.by:
        batches = list(groups(block, layout, settings))
    return written_of(batches, layout, settings)


def typed(*vectors, command="eval", classes=None, **options):
    """What is written for vectors from arguments."""
    settings = Settings(command, **options)
    count = len(vectors[0])
    layout = Layout("x", width=count, logits=tuple(range(count)), classes=classes)
    return written_of(
        [Batch(np.array([v], dtype=float), classes) for v in vectors], layout, settings
    )


def written_of(batches, layout, settings):
    form = writer(layout, settings)
    parts = [b"".join(form.write(answer(batch, settings))) for batch in batches]
    return (form.opening + form.between.join(parts) + form.closing).decode()


def test_a_vector_from_arguments_is_a_line():
    assert typed([0, 0]) == "0.5,0.5\n"
    assert typed([0, 0], [0, -math.inf]) == "0.5,0.5\n1.0,0.0\n"
    assert typed([0, 0], classes=("cat", "dog, big")) == 'cat,"dog, big"\n0.5,0.5\n'


@pytest.mark.parametrize(
    ("text", "answer", "keep"),
    [
        (b"0,0\n1,1\n", "0.5,0.5\n0.5,0.5\n", None),
        (b"a,b\n0,0\n", "a,b\n0.5,0.5\n", None),
        (b"k,a,b\nx,0,0\n", "k,a,b\nx,0.5,0.5\n", "k"),
        (b"a,k,b\n0,x,0\n", "a,k,b\n0.5,x,0.5\n", "k"),
        (b"a,b,k\n0,0,x\n", "a,b,k\n0.5,0.5,x\n", "k"),
        (b"j,a,k,l,b,m\n1,0,2,3,0,4\n", "j,a,k,l,b,m\n1,0.5,2,3,0.5,4\n", "j,k,l,m"),
        (b",a,b\n7,0,0\n", ",a,b\n7,0.5,0.5\n", None),
    ],
)
def test_the_columns_keep_their_order_and_their_names(text, answer, keep):
    assert written(text, keep=keep) == answer


def test_kept_cells_are_written_byte_for_byte():
    text = b'k,a,b\n"needless",0,0\n"""q""",0,0\n  z ,0,0\n'
    lines = written(text, keep="k").splitlines()
    assert lines == ["k,a,b", '"needless",0.5,0.5', '"""q""",0.5,0.5', "  z ,0.5,0.5"]


@pytest.mark.parametrize("delimiter", [b",", b";", b"\t", b"|", b" "])
def test_the_delimiter_is_that_of_the_input(delimiter):
    text = b"k,a,b\nx,0,0\n".replace(b",", delimiter)
    answer = "k,a,b\nx,0.5,0.5\n".replace(",", delimiter.decode())
    assert written(text, delimiter=delimiter, keep="k") == answer


def test_lines_end_as_those_of_the_input():
    assert written(b"a,b\r\n0,0\r\n1,1\r\n", newline=b"\r\n") == "a,b\r\n0.5,0.5\r\n0.5,0.5\r\n"


def test_another_format_quotes_only_what_it_must():
    text = b'k;a;b\n"x;,y";0;0\n"z";0;0\n'
    assert written(text, delimiter=b";", keep="k", format="csv") == (
        'k,a,b\n"x;,y",0.5,0.5\nz,0.5,0.5\n'
    )
    assert written(text, delimiter=b";", keep="k", format="tsv") == (
        "k\ta\tb\nx;,y\t0.5\t0.5\nz\t0.5\t0.5\n"
    )


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
@pytest.mark.parametrize("columns", ["x,y", "x-y", "p,y"])
@pytest.mark.parametrize("change", [{}, {"precision": 3}, {"command": "grad", "loss": True}])
def test_rows_filled_in_are_those_put_together_from_their_cells(columns, newline, change):
    rows = [b"k,p,x,y,label", b'"a, b",1,2,-inf,""', b"c,3,4,5,", b",6,7,0.5,l"]
    text = newline.join([*rows, b""])
    options = {"command": "eval", "columns": columns, "keep": "k,label"} | change
    settings = Settings(**options, target="1" if "loss" in options else None)
    start = Layout("t.csv", newline=newline)
    layout, _ = lay_out(row_cells(rows[0], start), 1, start, settings)
    block = Block(text.partition(newline)[2], 2)
    batch = fast.read(block, layout, settings).batch
    assert batch.around is not None
    apart = written_of([batch._replace(around=None)], layout, settings)
    assert written_of([batch], layout, settings) == apart
    assert written_of(read_row_by_row([block], layout, settings), layout, settings) == apart


def test_an_empty_kept_cell_stays_empty_in_every_format():
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        text = written(b"k;a;b\n;0;0\n", delimiter=b";", keep="k", format=form)
        assert text.splitlines()[1] == delimiter.join(["", "0.5", "0.5"])


def test_a_decimal_comma_is_given_back():
    text = b"a;b\n0,0;0,0\n"
    assert written(text, delimiter=b";", decimal_comma=True) == "a;b\n0,5;0,5\n"
    assert written(text, delimiter=b";", decimal_comma=True, format="csv") == "a,b\n0.5,0.5\n"


def test_a_column_stays_a_column():
    assert written(b"k,x\na,0\nb,0\n", keep="k") == "k,x\na,0.5\nb,0.5\n"
    assert written(b"0\n0\n") == "0.5\n0.5\n"


def test_precision_rounds_each_number():
    assert typed([2, 1, 0.1], precision=1) == "0.7,0.2,0.1\n"
    assert typed([0, -math.inf], command="jacobian", precision=2) == "0.00,0.00\n0.00,0.00\n"


@pytest.mark.parametrize(
    ("command", "options", "names", "numbers"),
    [
        ("eval", {}, "softmax_a,softmax_b", "0.5,0.5"),
        (
            "eval",
            {"log": True},
            "log_softmax_a,log_softmax_b",
            "-0.6931471805599453,-0.6931471805599453",
        ),
        ("grad", {"target": "a"}, "grad_a,grad_b", "-0.5,0.5"),
        (
            "grad",
            {"target": "a", "loss": True},
            "grad_a,grad_b,loss",
            "-0.5,0.5,0.6931471805599453",
        ),
    ],
)
def test_append_keeps_the_row_and_adds_the_answer(command, options, names, numbers):
    text = b'k,a,j,b\n"x",0.0,y,-0\n'
    answer = written(text, command, keep="k,j", append=True, **options)
    assert answer == f'k,a,j,b,{names}\n"x",0.0,y,-0,{numbers}\n'


def test_the_loss_is_the_last_column():
    answer = written(b"a,k,b\n0,x,0\n", "grad", keep="k", target="b", loss=True)
    assert answer == "a,k,b,loss\n0.5,x,-0.5,0.6931471805599453\n"


def test_top_writes_a_line_a_class_best_first():
    answer = written(b"k,a,b,c\nx,0,1,1\n", keep="k", top=2, precision=3)
    assert answer == "k,rank,class,probability\nx,1,b,0.422\nx,2,c,0.422\n"
    assert typed([0, 0], top=5) == "1,1,0.5\n2,2,0.5\n"
    assert typed([0, 0], top=1, zero_based=True) == "1,0,0.5\n"


def test_a_jacobian_is_a_line_an_output_and_a_blank_line_between_two():
    matrix = "0.25,-0.25\n-0.25,0.25\n"
    assert typed([0, 0], command="jacobian") == matrix
    assert typed([0, 0], [1, 1], [2, 2], command="jacobian") == "\n".join([matrix] * 3)
    assert written(b"0,0\n1,1\n2,2\n", "jacobian") == "\n".join([matrix] * 3)


def test_a_jacobian_names_its_rows_behind_the_kept_cells():
    assert written(b"k,a,b\nx,0,0\n", "jacobian", keep="k") == (
        "k,output,a,b\nx,a,0.25,-0.25\nx,b,-0.25,0.25\n"
    )


def test_one_output_and_the_diagonal_are_a_line_a_vector():
    assert typed([0, 0], [1, 1], command="jacobian", diagonal=True) == "0.25,0.25\n0.25,0.25\n"
    assert typed([0, 0], [1, 1], command="jacobian", output="2") == "-0.25,0.25\n-0.25,0.25\n"
    assert written(b"a,b\n0,0\n1,1\n", "jacobian", output="b") == (
        "output,a,b\nb,-0.25,0.25\nb,-0.25,0.25\n"
    )


def test_a_large_jacobian_is_written_whole():
    classes = 300  # more numbers than are computed at a time
    lines = typed([0] * classes, [1] * classes, command="jacobian").split("\n")
    assert [len(line.split(",")) for line in lines] == (
        [classes] * classes + [1] + [classes] * classes + [1]
    )
    assert lines[:classes] == lines[classes + 1 : -1]


def test_a_header_keeps_its_quotes_where_its_names_stay():
    assert written(b'"a",b,"note"\n1,1,x\n', keep="note") == '"a",b,"note"\n0.5,0.5,x\n'
    assert written(b'"a",b\n1,1\n', format="tsv") == "a\tb\n0.5\t0.5\n"


def test_labels_replace_the_names_of_the_logits_alone():
    assert written(b'"k",a,b\nx,1,1\n', keep="k", labels="p,q") == '"k",p,q\nx,0.5,0.5\n'


def test_a_newline_within_quotes_stays_as_it_is_in_a_table_of_crlf():
    text = b'k,a,b\r\n"x\ny",1,1\r\n"x\r\ny",1,1\r\n'
    answer = 'k,a,b\r\n"x\ny",0.5,0.5\r\n"x\r\ny",0.5,0.5\r\n'
    assert written(text, newline=b"\r\n", keep="k") == answer


def test_a_kept_newline_does_not_part_a_matrix():
    found = written(b'k,a,b\n"x\ny",1,1\n"z",1,1\n', command="jacobian", keep="k")
    rows = ",a,0.25,-0.25\n", ",b,-0.25,0.25\n"
    first, second = (name + rows[0] + name + rows[1] for name in ('"x\ny"', '"z"'))
    assert found == "k,output,a,b\n" + first + "\n" + second


def test_the_matrix_of_a_column_has_a_header_only_if_its_classes_have_names():
    assert written(b"x\n1\n1\n", command="jacobian") == "0.25,-0.25\n-0.25,0.25\n"
    named = written(b"1\n1\n", command="jacobian", labels="p,q")
    assert named == "output,p,q\np,0.25,-0.25\nq,-0.25,0.25\n"


@pytest.mark.parametrize("shape", [(3, 1), (7, 2), (1, 5), (1, 9)])
def test_long_answers_are_written_in_parts_that_make_the_same_text(monkeypatch, shape):
    values = np.arange(1.0, 1 + shape[0] * shape[1]).reshape(shape) / 16
    answer = Vectors(Batch(values, lines=range(shape[0])), "softmax", values)
    layout = Layout("x", b";", shape[1], tuple(range(shape[1])), newline=b"\r\n")
    whole = b"".join(delimited_writer(layout, Settings("eval")).write(answer))
    monkeypatch.setattr(delimited, "NUMBERS_IN_A_TEXT", 2)
    parts = list(delimited_writer(layout, Settings("eval")).write(answer))
    assert b"".join(parts) == whole
    assert len(parts) > 1


def test_a_long_line_has_its_kept_cells_and_its_loss(monkeypatch):
    values = np.arange(1.0, 8.0).reshape(1, 7) / 16
    batch = Batch(values, kept=([b"a,b"], [b'"x\ny"']), lines=range(1))
    answer = Vectors(batch, "grad", values, loss=np.array([0.5]))
    layout = Layout("x", b",", 10, (2, 3, 5, 6, 7, 8, 9))
    settings = Settings("grad", target="1", loss=True)
    whole = b"".join(delimited_writer(layout, settings).write(answer))
    assert whole == b'a,b,0.0625,0.125,"x\ny",0.1875,0.25,0.3125,0.375,0.4375,0.5\n'
    monkeypatch.setattr(delimited, "NUMBERS_IN_A_TEXT", 2)
    parts = list(delimited_writer(layout, settings).write(answer))
    assert b"".join(parts) == whole
    assert len(parts) > 3
