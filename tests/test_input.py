"""Input, end to end: arguments, standard input and files follow one grammar."""

import codecs
import gzip
import json
import os
import threading

import pytest
from programs import DIGITS, ROOT, softmax, start

FOUNDING = "0.6590011388859679,0.24243297070471392,0.09856589040931817\n"
TWO = FOUNDING + "0.006648354478866004,0.006648354478866004,0.986703291042268\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("2,1,0.1",),
        ("[2, 1, 0.1]",),
        ("2, 1", ",0.1"),
        ("(2 1 .1)",),
        ("{2,1,1e-1}",),
        ("+2", "1.", "1/10"),
        ("2.0E0\t1e+0  0.10",),
        ("[2.  1.  0.1]",),
        ("2", "1", "0.1", ";"),
    ],
    ids=str,
)
def test_one_vector_may_be_typed_in_many_ways(arguments):
    ran = softmax("eval", *arguments)
    assert (ran.status, ran.out, ran.err) == (0, FOUNDING, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("[[2,1,0.1],[0,0,5]]",),
        ("[[2. 1. 0.1]\n [0. 0. 5. ]]",),
        ("2 1 0.1\n0 0 5",),
        ("[2,1,0.1]", "[0,0,5]"),
        ("2", "1", "0.1", ";", "0", "0", "5"),
    ],
    ids=str,
)
def test_two_vectors_may_be_typed_in_many_ways(arguments):
    assert softmax("eval", *arguments).out == TWO


def test_negative_numbers_need_no_care():
    ran = softmax("eval", "-1", "-.5", "-1e-3", "-inf", "-1/3", "-1,2,-3", "-ln(2)", "−1")
    assert (ran.status, ran.err) == (0, "")
    assert len(ran.row) == 10
    assert ran.row[0] == ran.row[-1] == ran.row[5]


def test_the_minus_of_a_web_page_is_a_minus():
    assert softmax("eval", "−1 2").out == softmax("eval", "-1 2").out
    assert softmax("eval", stdin="−1,2\n").out == softmax("eval", "-1 2").out


def test_fractions_and_logarithms_are_the_nearest_doubles():
    assert softmax("eval", "ln(2)", "0", "--digits", "5").out == "0.66667,0.33333\n"
    assert softmax("eval", "1/3", "0").out == softmax("eval", repr(1 / 3), "0").out


def test_names_are_given_with_an_equals_sign():
    ran = softmax("eval", "cat=2", "dog=1", "bird=0.1")
    assert ran.out == "cat,dog,bird\n" + FOUNDING
    assert softmax("eval", "2,1,0.1", "--labels", "cat,dog,bird").out == ran.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("2", "1_000"), "argument 2: '1_000' is not a number"),
        (("2,,1",), "argument 1: a number is missing before the comma"),
        (("2,",), "argument 1: a number is missing after the comma"),
        ((",2",), "argument 1: a number is missing before the comma"),
        (("0x10",), "argument 1: '0x10' is not a number"),
        (("nan", "1"), "argument 1: 'nan' is not a number"),
        (("1", "٣"), "argument 2: '٣' is not a number"),
        (("１",), "argument 1: '１' is not a number"),
        (("1e400", "1"), "argument 1: '1e400' is too large: a double ends at 1.8e308"),
        (("1/0", "1"), "argument 1: '1/0' divides by zero"),
        (("ln(0)",), "argument 1: 'ln(0)' is the logarithm of something that is not positive"),
        (("ln(-1)",), "argument 1: 'ln(-1)' is the logarithm of something that is not positive"),
        (("1", "inf"), "argument 2: 'inf' has no softmax: inf − inf is undefined"),
        (
            ("-inf", "-inf"),
            "argument 1: every entry is -inf, a masked class: no probability is left to share out",
        ),
        (("",), "the input holds no numbers"),
    ],
    ids=str,
)
def test_what_is_no_number_is_refused_with_its_place(arguments, sentence):
    ran = softmax("eval", *arguments)
    assert (ran.status, ran.out, ran.err) == (1, "", f"Error: {sentence}\n")


def test_an_argument_that_names_a_file_is_told_how_to_read_it():
    ran = softmax("eval", "README.md", cwd=ROOT)
    assert ran.status == 1
    assert ran.err == (
        "Error: argument 1: 'README.md' is not a number; to read the file, use --csv README.md\n"
    )


def test_a_number_too_small_for_a_double_is_0():
    assert softmax("eval", "1e-400", "1").out == softmax("eval", "0", "1").out


@pytest.mark.parametrize(
    "text",
    [
        "2,1,0.1\n",
        "2,1,0.1",
        "2,1,0.1\r\n",
        "\n\n2,1,0.1\n\n",
        " 2 , 1 , 0.1 \n",
        '"2","1","0.1"\n',
        "[2, 1, 0.1]",
        "[[2,\n 1,\n 0.1]]\n",
        "\ufeff2,1,0.1\n",
    ],
    ids=repr,
)
def test_standard_input_is_read_without_values_or_for_a_dash(text):
    ran = softmax("eval", stdin=text)
    assert (ran.status, ran.out.replace("\r", ""), ran.err) == (0, FOUNDING, "")
    assert softmax("eval", "-", stdin=text) == ran
    assert softmax("eval", "--csv", "-", stdin=text) == ran


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [("2\t1\t0.1\n", "\t"), ("2;1;0.1\n", ";"), ("2|1|0.1\n", "|"), ("2 1  0.1\n", " ")],
)
def test_the_delimiter_is_taken_from_the_first_line_and_given_back(text, delimiter):
    assert softmax("eval", stdin=text).out == FOUNDING.replace(",", delimiter)


def test_a_file_is_read_as_standard_input_is(tmp_path):
    file = tmp_path / "logits.csv"
    file.write_text("2,1,0.1\n0,0,5\n")
    assert softmax("eval", "--csv", str(file)).out == TWO


def test_a_gzip_file_is_recognised(tmp_path):
    file = tmp_path / "logits"
    file.write_bytes(gzip.compress(b"2,1,0.1\n") + gzip.compress(b"0,0,5\n"))
    assert softmax("eval", "--csv", str(file)).out == TWO
    assert softmax("eval", stdin=file.read_bytes()).out == TWO


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_is_read_as_a_file_is(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_text, args=("2,1,0.1\n0,0,5\n",))
    writer.start()
    ran = softmax("eval", "--csv", str(fifo))
    writer.join()
    assert (ran.status, ran.out) == (0, TWO)


def test_one_byte_at_a_time_gives_the_same_bytes():
    text = 'a,"b\nc",name\r\n1,2.5,"x, ""y"""\r\n-1e-3,−4,z\r\n'.encode()
    with start("eval", "--keep", "name", stdin=-1) as process:
        for byte in text:
            process.stdin.write(bytes([byte]))
            process.stdin.flush()
        out, err = process.communicate()
    ran = softmax("eval", "--keep", "name", stdin=text)
    assert (out.decode(), err.decode()) == (ran.out, ran.err)
    assert ran.status == 0


TABLE = "id,cat,dog,note\n7,2,1,x\n8,0,0,y\n"


@pytest.mark.parametrize(
    "options",
    [
        ("--columns", "cat,dog"),
        ("-c", "2-3"),
        ("-c", "2,3"),
        ("-c", "?[ao][tg]"),
        ("--keep", "id,note"),
        ("-k", "1,note"),
    ],
    ids=" ".join,
)
def test_the_logits_are_named_or_what_is_kept(options):
    lines = softmax("eval", *options, stdin=TABLE).out.splitlines()
    assert lines[0] == "id,cat,dog,note"
    assert [line.split(",")[::3] for line in lines[1:]] == [["7", "x"], ["8", "y"]]
    assert lines[2] == "8,0.5,0.5,y"


def test_a_text_column_among_the_logits_asks_what_to_keep():
    ran = softmax("eval", stdin="name,a,b\nAnn,1,2\n")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == ("Error: stdin:2: column 'name' holds text ('Ann'): add --keep name\n")


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ([], "a,b\n0.5,0.5\n"),
        (["--top", "1"], "vector,rank,class,probability\n2,1,a,0.5\n"),
        (["-f", "jsonl"], None),
        (["-f", "table"], None),
    ],
    ids=str,
)
def test_a_first_row_that_holds_text_is_left_out_as_any_other(options, answer):
    ran = softmax("eval", "--on-error", "skip", *options, stdin="a,b\n1,x\n3,3\n")
    assert ran.status == 1
    assert ran.err == "Error: stdin:2: column 'b' holds text ('x'): add --keep b\n"
    assert ran.out == answer if answer else "0.5" in ran.out


def test_a_column_without_a_name_is_the_index_of_pandas_and_kept():
    assert softmax("eval", stdin=",a,b\n7,0,0\n").out == ",a,b\n7,0.5,0.5\n"


def test_a_column_that_is_not_there_is_a_usage_error_that_lists_those_that_are():
    ran = softmax("eval", "--columns", "cow", stdin=TABLE)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == (
        "Error: --columns: 'cow' is not a column: there are 'id', 'cat', 'dog', 'note'\n"
    )


@pytest.mark.parametrize(
    "newline",
    [
        "\n",
        "\r\n",
    ],
    ids=repr,
)
def test_kept_cells_pass_byte_for_byte(newline):
    text = 'id,a,b,"note"\n"0""07", 1 ,2,"x, \r y"\n007,0,0, z \n'.replace("\n", newline)
    text += f'"two\nlines",0,0,\t{newline}'
    lines = softmax("eval", "--keep", "id,note", stdin=text).out
    half = '"two\nlines",0.5,0.5,\t' + newline
    assert lines.startswith(f'id,a,b,"note"{newline}"0""07",0.2689414213699951,')
    assert lines.endswith(f',"x, \r y"{newline}007,0.5,0.5, z {newline}{half}')


def test_one_column_is_one_vector():
    values = softmax("eval", "1", "2", "3").row
    assert [float(line) for line in softmax("eval", stdin="1\n2\n3\n").out.split()] == values
    lines = softmax("eval", stdin="x\n1\n2\n3\n").out.split()
    assert (lines[0], [float(line) for line in lines[1:]]) == ("x", values)


@pytest.mark.parametrize("option", [(), ("--no-header",), ("--header",)], ids=str)
def test_the_first_row_is_a_header_if_it_holds_text_or_if_asked(option):
    ran = softmax("eval", *option, stdin="1,2\n0,0\n")
    header = "1,2\n" if option == ("--header",) else softmax("eval", "1,2").out
    assert ran.out == header + "0.5,0.5\n"


def test_a_first_row_with_a_hole_is_taken_as_a_header_with_a_note():
    ran = softmax("eval", stdin="1,x,3\n0,0,0\n")
    assert ran.err == (
        "Note: stdin:1: taken as the header, since 'x' is not a number; "
        "--no-header reads it as data\n"
    )
    assert softmax("eval", "-q", stdin="1,x,3\n0,0,0\n").err == ""


def test_a_missing_cell_is_an_error_or_a_mask():
    ran = softmax("eval", stdin="a,b\n1,\n")
    assert ran.err == (
        "Error: stdin:2: column 'b': the cell is empty; --missing mask reads it as -inf\n"
    )
    assert softmax("eval", "--missing", "mask", stdin="a,b\n1,\n").out == "a,b\n1.0,0.0\n"


def test_rows_of_unequal_length_are_an_error_or_vectors_of_their_own():
    ran = softmax("eval", stdin="1,2\n0,0,0,0\n")
    assert ran.status == 1
    assert ran.out == softmax("eval", "1,2").out
    assert ran.err == (
        "Error: stdin:2: the row has 4 cells, and the first row has 2; "
        "--ragged lets every line be a vector of its own length\n"
    )
    ran = softmax("eval", "--ragged", stdin="1,2\n0,0,0,0\n7\n")
    assert ran.out == softmax("eval", "1,2").out + "0.25,0.25,0.25,0.25\n1.0\n"


ENDED = "1,1,\n2,2, \n"
VECTORS = '"input":[1.0,1.0],"softmax":[0.5,0.5],"prediction":1}'


@pytest.mark.parametrize(
    ("arguments", "text", "answer"),
    [
        (["eval"], ENDED, "0.5,0.5,\n0.5,0.5,\n"),
        (["eval"], "0,\n0,\n", "0.5,\n0.5,\n"),
        (["eval"], "a,b\n1,1,\n", "a,b,\n0.5,0.5,\n"),
        (["eval", "-f", "tsv"], ENDED, "0.5\t0.5\t\n0.5\t0.5\t\n"),
        (["eval", "-k", "1"], "x,1,1,\nx,2,2, \n", "x,0.5,0.5,\nx,0.5,0.5,\n"),
        (["eval", "--append"], ENDED, "1,1,0.5,0.5,\n2,2,0.5,0.5,\n"),
        (
            ["eval", "--append", "-k", "q"],
            "q,a,b\nx,1,1,\n",
            "q,a,b,softmax_a,softmax_b,\nx,1,1,0.5,0.5,\n",
        ),
        (["grad", "--target", "1", "--loss", "-p", "1"], ENDED, "-0.5,0.5,0.7,\n-0.5,0.5,0.7,\n"),
        (["eval", "--top", "1"], ENDED, "vector,rank,class,probability\n1,1,1,0.5\n2,1,1,0.5\n"),
        (
            ["eval", "--top", "1", "-k", "1"],
            "x,1,1,\ny,2,2,\n",
            "x,1,1,0.5\ny,1,1,0.5\n",
        ),
        (
            ["jacobian"],
            "1,1,\n",
            "vector,1,2\n1,0.25,-0.25\n1,-0.25,0.25\n",
        ),
        (["eval", "-f", "jsonl"], "1,1,\n", f'{{"classes":[1,2],{VECTORS}\n'),
        (["eval", "--ragged"], "1,1,\n3,\n2,2,2,2, \n", "0.5,0.5,\n1.0,\n" + "0.25," * 4 + "\n"),
        (["eval", "--ragged", "--append"], "1,1,\n3,\n", "1,1,0.5,0.5,\n3,1.0,\n"),
        (["eval", "--ragged"], "1,1,\n2,2\n", "0.5,0.5,\n0.5,0.5,\n"),
    ],
    ids=str,
)
def test_a_delimiter_that_ends_the_lines_is_no_column(arguments, text, answer):
    ran = softmax(*arguments, stdin=text)
    assert (ran.out, ran.err, ran.status) == (answer, "", 0)


def test_a_table_on_a_page_has_no_column_for_the_delimiter_that_ends_its_lines():
    ran = softmax("eval", "-f", "markdown", stdin=ENDED)
    assert ran.out == softmax("eval", "-f", "markdown", stdin="1,1\n2,2\n").out


def test_ragged_lines_with_delimiters_of_their_own_are_written_with_one():
    text = "6\n1 1\n2;2\n3,3\n"
    ran = softmax("eval", "--ragged", "--append", "-q", stdin=text)
    assert ran.out == "6,1.0\n1,1,0.5,0.5\n2,2,0.5,0.5\n3,3,0.5,0.5\n"
    ran = softmax("eval", "--ragged", "--append", "-q", "-f", "tsv", stdin=text)
    assert ran.out == "6\t1.0\n1\t1\t0.5\t0.5\n2\t2\t0.5\t0.5\n3\t3\t0.5\t0.5\n"


@pytest.mark.parametrize(
    ("options", "answer", "reason"),
    [
        (
            ["grad", "--target", "2"],
            ["0.5,-0.5", "0.5,-0.5"],
            "--target: '2' is not a class: the only class is 1",
        ),
        (
            ["grad", "--upstream", "1,0"],
            ["0.25,-0.25", "0.25,-0.25"],
            "--upstream: 2 numbers for 1 class",
        ),
        (
            ["jacobian", "--output", "2"],
            ["-0.25,0.25", "-0.25,0.25"],
            "--output: '2' is not a class: the only class is 1",
        ),
    ],
)
def test_a_ragged_line_that_an_option_does_not_fit_is_a_bad_one(options, answer, reason):
    text = "0,0\n3\n4\n1,1\n"
    ran = softmax(*options, "--ragged", stdin=text)
    assert (ran.out, ran.err) == (f"{answer[0]}\n", f"Error: stdin:2: {reason}\n")
    assert ran.status == 1
    ran = softmax(*options, "--ragged", "--on-error", "skip", stdin=text)
    assert ran.out.splitlines() == answer
    assert ran.err == f"Error: stdin:2: {reason}\nError: stdin:3: {reason}\n"
    assert ran.status == 1


def test_a_decimal_comma_is_read_and_given_back():
    assert softmax("eval", "--decimal-comma", stdin="0,5;0,5\n").out == "0,5;0,5\n"
    ran = softmax("eval", "--decimal-comma", stdin="1.5;2\n")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        "Error: stdin:1: column 1: '1.5' is not a number with --decimal-comma: leave the option "
        "out where a point is the decimal point\n"
    )


@pytest.mark.parametrize("rows", [1, 20_000])
def test_a_target_that_is_a_whole_number_may_have_a_decimal_comma(rows):
    table = "y;a;b\n" + rows * "1,0;0,5;0,5\n2;0,5;0,5\n"
    options = ("--target-column", "y", "--one-based", "--decimal-comma")
    ran = softmax("grad", *options, stdin=table)
    assert ran.status == 0
    assert ran.out == "y;a;b\n" + rows * "1,0;-0,5;0,5\n2;0,5;-0,5\n"


def test_a_cell_that_holds_a_no_break_space_is_not_empty():
    for table in ("1,\xa0\n", '[1,"\xa0"]\n'):
        ran = softmax("eval", "--missing", "mask", stdin=table)
        assert (ran.status, ran.out) == (1, "")
        assert "'\\xa0' is not a number" in ran.err or "holds text" in ran.err


def test_the_target_may_stand_in_a_column():
    ran = softmax("grad", "--target-column", "y", "--loss", stdin="y,a,b\nb,0,0\na,0,0\n")
    assert ran.out == ("y,a,b,loss\nb,0.5,-0.5,0.6931471805599453\na,-0.5,0.5,0.6931471805599453\n")


def test_a_numbered_target_is_never_silently_off_by_one():
    table = "y,a,b\n1,0,0\n"
    ran = softmax("grad", "--target-column", "y", stdin=table)
    assert (ran.status, ran.out.count("0.5")) == (2, 0)
    assert "say --zero-based or --one-based" in ran.err
    one = softmax("grad", "--target-column", "y", "--one-based", stdin=table)
    zero = softmax("grad", "--target-column", "y", "--zero-based", stdin=table)
    assert (one.out, zero.out) == ("y,a,b\n1,-0.5,0.5\n", "y,a,b\n1,0.5,-0.5\n")


@pytest.mark.parametrize(
    "text",
    [
        "[[2, 1, 0.1], [0, 0, 5]]",
        "[2,1,0.1]\n[0,0,5]\n",
        "[[2.  1.  0.1]\n [0.  0.  5. ]]",
    ],
    ids=repr,
)
def test_json_its_lines_and_the_print_of_numpy_are_rows(text):
    assert softmax("eval", stdin=text).out == TWO


def test_json_objects_name_their_classes():
    text = '{"cat": 2, "dog": 1, "bird": 0.1}\n{"bird": 5, "dog": 0, "cat": 0}\n'
    assert softmax("eval", stdin=text).out == "cat,dog,bird\n" + TWO
    assert softmax("eval", stdin=f"[{text.strip().replace(chr(10), ',')}]").out == (
        "cat,dog,bird\n" + TWO
    )


def test_a_json_null_is_a_missing_cell():
    assert softmax("eval", stdin="[1, null]").status == 1
    assert softmax("eval", "--missing", "mask", stdin="[1, null]").out == "1.0,0.0\n"


def test_json_out_is_json_in_again():
    out = softmax("eval", "cat=2", "dog=1", "-f", "jsonl").out
    (answer,) = map(json.loads, out.splitlines())
    logits = json.dumps(dict(zip(answer["classes"], answer["input"], strict=True)))
    assert softmax("eval", "-f", "jsonl", stdin=logits).out == out


@pytest.mark.parametrize("text", ["[1,2", "]", '{"a":1,', "[[[1]]]", "[{]}"], ids=str)
def test_broken_json_is_an_error_in_the_data(text):
    ran = softmax("eval", stdin=text)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("Error: stdin")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "stdin: the input holds no numbers"),
        (b"\n \n", "stdin: the input holds no numbers"),
        (b"a,b\n", "'a' is not a number, so the only row is a header: no numbers follow it"),
        (b"1,2\r3,4\r", "carriage return within the line"),
        ("1,2\n".encode("utf-16"), "UTF-16: convert it with iconv"),
        (b"1,\x002\n", "NUL byte"),
        (b"a,b\n1,\xff\n", "not UTF-8"),
        (b'a,b\n1,"2\n', "stdin:2: a quote opens here and is never closed"),
        (b'a,b\n1,2"3"\n', "a quote stands inside the cell"),
        (b"\x1f\x8bnonsense", "the gzip data is damaged"),
    ],
    ids=repr,
)
def test_what_is_not_a_table_is_refused_in_one_line(data, said):
    ran = softmax("eval", stdin=data)
    assert (ran.status, ran.out) == (1, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_a_gzip_stream_that_ends_too_early_is_an_error_after_what_it_held():
    ran = softmax("eval", stdin=gzip.compress(b"1,2\n", mtime=0)[:-8])
    assert (ran.status, ran.out) == (1, softmax("eval", "1,2").out)
    assert ran.err == "Error: stdin: the gzip data is damaged: it ends too early\n"


def test_a_byte_order_mark_is_no_part_of_the_first_name():
    assert softmax("eval", "-c", "a,b", stdin=codecs.BOM_UTF8 + b"a,b\n0,0\n").out == (
        "a,b\n0.5,0.5\n"
    )


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    missing = softmax("eval", "--csv", str(tmp_path / "none.csv"))
    assert (missing.status, missing.err) == (
        1,
        f"Error: {tmp_path}/none.csv: No such file or directory\n",
    )
    assert softmax("eval", "--csv", str(tmp_path)).err == f"Error: {tmp_path}: Is a directory\n"


def test_two_inputs_at_once_are_a_usage_error():
    ran = softmax("eval", "1", "--csv", str(DIGITS))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "Error: --csv and VALUES are two inputs: give one of them\n"


def test_the_table_of_digits_is_read_whole():
    ran = softmax("eval", "--csv", str(DIGITS), "--keep", "label")
    lines = ran.out.splitlines()
    assert (ran.status, ran.err, len(lines)) == (0, "", 1798)
    for line in lines[1:]:
        label, *cells = line.split(",")
        assert label.isalpha()
        assert sum(map(float, cells)) == pytest.approx(1, abs=1e-14)
