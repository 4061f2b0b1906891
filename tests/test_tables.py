"""Tables as other programs write them, and what the program says of those it refuses."""

import bz2
import io
import lzma

import numpy as np
import pytest
from programs import DIGITS, softmax

HALF = "0.2689,0.7311"


def table(text, *arguments):
    return softmax("eval", "-p", "4", *arguments, stdin=text)


def test_numbers_are_names_or_positions_for_the_whole_column():
    zero_based = softmax(
        *("grad", "--target-column", "y", "--zero-based", "-p", "4"),
        stdin="1,2,3,y\n1,2,3,0\n3,4,5,1\n",
    )
    assert zero_based.out == "1,2,3,y\n-0.9100,0.2447,0.6652,0\n0.0900,-0.7553,0.6652,1\n"
    named = softmax(
        *("grad", "--target-column", "y", "-p", "4"), stdin="1,2,3,y\n1,2,3,1\n3,4,5,2.0\n"
    )
    assert named.out == "1,2,3,y\n-0.9100,0.2447,0.6652,1\n0.0900,-0.7553,0.6652,2.0\n"
    other = softmax("grad", "--target", "0", stdin="1,2,y\n1,2,3\n")
    assert (other.status, other.err.count("is not a class")) == (2, 1)


def test_labels_name_the_columns_in_the_order_in_which_they_were_chosen():
    ran = table("a,b,c\n1,9,2\n", "-c", "c,a", "--labels", "x,y")
    assert ran.out == "y,b,x\n0.2689,9,0.7311\n"


@pytest.mark.parametrize(
    ("text", "options", "out"),
    [
        ("A,1,2\nB,3,4\n", ("-c", "2-3"), f"A,{HALF}\nB,{HALF}\n"),
        ("1,2,\n3,4,\n", (), f"{HALF},\n{HALF},\n"),
        ("a,b\n1,2,\n3,4,\n", (), f"a,b,\n{HALF},\n{HALF},\n"),
        ('"a" "b"\n"Ann" 1 2\n', (), '"" "a" "b"\n"Ann" 0.2689 0.7311\n'),
        ("sep=;\na;b\n1;2\n", (), "a;b\n0.2689;0.7311\n"),
        ("# by hand\na,b\n1,2\n", (), f"a,b\n{HALF}\n"),
        ("# a,b\n1,2\n", (), f"# a,b\n{HALF}\n"),
        ('"1,5","2,5"\n', ("--decimal-comma",), '"0,2689","0,7311"\n'),
        ('a,b\n"1,5","2,5"\n', ("--decimal-comma",), 'a,b\n"0,2689","0,7311"\n'),
        ("5\n1 2\n", ("--ragged", "-q"), f"1.0000\n{HALF}\n"),
        ("1,2,NA\n1,2,NaN\n", ("--missing", "mask"), f"{HALF},0.0000\n" * 2),
    ],
)
def test_tables_of_other_programs_are_read_as_they_come(text, options, out):
    ran = table(text, *options)
    assert (ran.status, ran.out, ran.err) == (0, out, "")


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("1,5;2,5\n", (), "stdin:1: column 1: '1,5' is not a number; --decimal-comma reads"),
        ("1,NA\n", (), "stdin:1: column 2: 'NA' is a missing value; --missing mask reads it"),
        ("a\tb\n\t\n1\t2\n", (), "stdin:2: column 'a': the cell is empty; --missing mask"),
        ("1,2,\n3,4,5\n", (), "stdin:2: column 3: '5' follows the delimiter that ends"),
        ("k,a,b\nx\0y,1,2\n", ("-k", "k"), "stdin:2: a NUL byte"),
        ('k,a,b\nx"y,1,2\n', ("-k", "k"), "stdin:2: a quote stands inside the cell"),
        ("1,2\r3,4\r", (), "stdin:1: a carriage return within the line"),
    ],
)
def test_a_bad_cell_is_told_with_its_place_and_the_remedy(text, options, sentence):
    ran = table(text, *options)
    assert ran.status == 1
    assert ran.err.startswith(f"Error: {sentence}")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("-c", "-2"), "--columns: '-2' is not a column: columns are counted from 1"),
        (("-c", "cta,dog"), "--columns: 'cta' is not a column: did you mean 'cat'?"),
        (("-k", "dog", "--labels", "x"), "--labels names the rows of one column"),
        (("--ragged", "--labels", "x,y"), "--labels"),
        (("--ragged", "-c", "1"), "--columns needs columns, and lines of any length have none"),
    ],
)
def test_an_option_that_names_nothing_is_a_usage_error(options, sentence):
    ran = table("cat,dog\n1,2\n", *options)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"Error: {sentence}")


def test_a_negative_target_column_is_not_a_range():
    ran = softmax("grad", "--target-column", "-1", stdin="a,b,y\n1,2,3\n")
    assert ran.err == "Error: --target-column: '-1' is not a column: columns are counted from 1\n"


def test_a_text_column_is_told_with_the_line_where_the_text_stands():
    ran = softmax("eval", "--csv", str(DIGITS))
    assert ran.err == f"Error: {DIGITS}:2: column 'label' holds text ('zero'): add --keep label\n"


@pytest.mark.parametrize("append", [(), ("--append",)], ids=str)
def test_a_stray_quote_costs_its_own_row_alone(append):
    text = 'x,k,y\n1.5,a"b,3\n2,c,4\n3,a"b,5\n'
    ran = table(text, "-q", "-k", "k", "--on-error", "skip", *append)
    assert ran.status == 1
    assert [line.partition(": ")[2][:8] for line in ran.err.splitlines()] == [
        "stdin:2:",
        "stdin:4:",
    ]
    assert ran.out.splitlines()[1:] == [
        "2,c,4,0.1192,0.8808" if append else "0.1192,c,0.8808",
    ]


def test_files_of_one_table_are_read_one_after_another(tmp_path):
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    first.write_text("a,b\n1,2\n")
    second.write_text("a,b\n3,4\n5,x\n")
    files = ("--csv", str(first), "--csv", str(second))
    one, two = (softmax("eval", *files, "-p", "4", "-j", jobs) for jobs in "12")
    assert one == two
    assert one.out == f"a,b\n{HALF}\n{HALF}\n"
    assert one.err == f"Error: {second}:3: column 'b': 'x' is not a number\n"
    shown = softmax("eval", *files, "-f", "table", "--on-error", "skip").out
    assert [line.split()[0] for line in shown.splitlines()[-2:]] == ["2", "2:2"]
    second.write_text("a,c\n3,4\n")
    assert softmax("eval", *files, "-q").err.endswith(
        f"{second}:1: the header is not that of the first file: column 2 is 'c', not 'b'\n"
    )


def test_the_text_column_beside_one_logit_column_names_the_classes():
    text = "name,score\nAnn,1\nBob,2\n"
    assert softmax("grad", "-k", "name", "--target", "Bob", "-p", "4", stdin=text).out == (
        "name,score\nAnn,0.2689\nBob,-0.2689\n"
    )
    assert softmax("jacobian", "-k", "name", "-p", "4", stdin=text).out == (
        "Ann,0.1966,-0.1966\nBob,-0.1966,0.1966\n"
    )
    assert '"classes":["Ann","Bob"]' in table(text, "-k", "name", "-f", "json").out


def saved():
    file = io.BytesIO()
    np.save(file, np.eye(2))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (saved(), "this is a NumPy array, not text: write it as text with numpy.savetxt"),
        (lzma.compress(b"1,2\n"), "this is an xz file, not text: unpack it with xz -dc"),
        (bz2.compress(b"1,2\n"), "this is a bzip2 file, not text: unpack it with bzip2 -dc"),
    ],
    ids=["npy", "xz", "bz2"],
)
def test_a_file_that_is_not_text_is_called_what_it_is(data, sentence):
    ran = softmax("eval", stdin=data)
    assert (ran.status, ran.out, ran.err) == (1, "", f"Error: stdin: {sentence}\n")


@pytest.mark.parametrize(
    ("text", "options", "out"),
    [
        ("1,2\n3,4,5\n", (), "1,2,0.27,0.73\n3,4,5,0.09,0.24,0.67\n"),
        ("[1,2]\n[3,4,5]\n", (), "1,2,0.27,0.73\n3,4,5,0.09,0.24,0.67\n"),
        ("[3,4,5]\n[1,2]\n", (), "3,4,5,0.09,0.24,0.67\n1,2,0.27,0.73\n"),
        ('{"a":1,"b":2}\n{"c":3}\n', (), "1,2,0.27,0.73\n3,1.00\n"),
        (
            '{"id":7,"x":[1,2],"y":8}\n{"y":8,"id":9,"x":[3,4,5]}\n{"id":7,"x":[6],"y":8}\n',
            ("-c", "x"),
            "7,1,2,8,0.27,0.73\n9,3,4,5,8,0.09,0.24,0.67\n7,6,8,1.00\n",
        ),
    ],
)
def test_vectors_of_any_length_keep_every_cell_before_the_answer(text, options, out):
    ran = softmax("eval", "--ragged", "--append", "-p", "2", "-q", *options, stdin=text)
    assert (ran.status, ran.out, ran.err) == (0, out, "")


def test_a_loss_follows_vectors_of_any_length():
    text = '{"id":1,"x":[0,0,0,0]}\n{"id":2,"x":[0,0]}\n'
    options = ("-c", "x", "--ragged", "--append", "--target", "1", "--loss", "-p", "1")
    assert softmax("grad", *options, stdin=text).out == (
        "1,0,0,0,0,-0.8,0.2,0.2,0.2,1.4\n2,0,0,-0.5,0.5,0.7\n"
    )


@pytest.mark.parametrize("text", ["a,b,id\n1,2,7\n", '{"a":1,"b":2,"id":7}\n'])
def test_a_page_shows_the_kept_cells_with_append_too(text):
    for options in ((), ("--append",)):
        ran = softmax("eval", "-k", "id", "-f", "table", *options, stdin=text)
        assert (ran.status, ran.err, "id 7" in ran.out) == (0, "", True)


@pytest.mark.parametrize(
    "options", [("-k", "k"), ("-k", "k", "-f", "jsonl"), ("--by", "k")], ids=str
)
@pytest.mark.parametrize("depth", [150, 600, 970, 2000])
def test_members_nest_so_deeply_or_are_an_error_of_their_row(depth, options):
    ran = softmax("eval", *options, "-q", stdin='{"a":1,"k":' + "[" * depth + "]" * depth + "}\n")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "Error: stdin:1: the row nests arrays and objects more than 100 deep\n"
