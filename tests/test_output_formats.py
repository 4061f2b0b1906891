"""The ways out, end to end: delimited text and JSON for machines, tables for readers."""

import csv
import io
import json
import re

import pytest
from programs import DIGITS, on_terminal, softmax

TABLE = "id,cat,dog\n7,2,1\n8,0,0\n"
KEEP = ("--keep", "id")
ESCAPE = "\x1b"


@pytest.mark.parametrize("form", ["markdown", "latex"])
def test_a_jacobian_that_no_document_holds_is_refused_with_its_size(form):
    ran = softmax("jacobian", "-f", form, stdin="".join(f"{k}\n" for k in range(2000)))
    assert ran.status == 2
    assert ran.out == ""
    assert ran.err == (
        "Error: a Jacobian of 2,000 classes has 4,000,000 entries, too many for "
        f"-f {form}: -f csv writes them\n"
    )


def test_every_number_is_the_shortest_that_reads_back():
    for cell in softmax("eval", "--csv", str(DIGITS), "-c", "2-11").out.split()[1].split(",")[1:]:
        assert len(cell) <= len(repr(float(cell)))


def test_precision_rounds_to_digits_after_the_point():
    assert softmax("eval", "2", "1", "0.1", "-p", "4").out == "0.6590,0.2424,0.0986\n"
    assert softmax("eval", "2", "1", "0.1", "-p", "0").out == "1,0,0\n"
    (found,) = json.loads(softmax("eval", "2", "1", "0.1", "-p", "1", "-f", "json").out)
    assert found["softmax"] == [0.7, 0.2, 0.1]


def test_auto_keeps_the_delimiter_and_csv_and_tsv_have_their_own():
    text = TABLE.replace(",", ";")
    assert softmax("eval", *KEEP, stdin=text).out.startswith("id;cat;dog\n7;0.73")
    as_csv = softmax("eval", *KEEP, "-f", "csv", stdin=text).out
    assert as_csv == softmax("eval", *KEEP, stdin=TABLE).out
    assert softmax("eval", *KEEP, "-f", "tsv", stdin=text).out == as_csv.replace(",", "\t")


def test_another_delimiter_quotes_what_it_would_cut():
    text = "id;a;b\nx,y;0;0\n"
    ran = softmax("eval", *KEEP, "-f", "csv", stdin=text)
    assert list(csv.reader(io.StringIO(ran.out)))[1] == ["x,y", "0.5", "0.5"]


@pytest.mark.parametrize(
    ("command", "prefix"),
    [
        (("eval",), "softmax_"),
        (("eval", "--log"), "log_softmax_"),
        (("grad", "--target", "cat"), "grad_"),
    ],
    ids=str,
)
def test_append_keeps_the_row_and_adds_the_answers_columns(command, prefix):
    plain = softmax(*command, *KEEP, stdin=TABLE).out.splitlines()
    lines = softmax(*command, *KEEP, "--append", stdin=TABLE).out.splitlines()
    assert lines[0] == f"id,cat,dog,{prefix}cat,{prefix}dog"
    for line, answer, row in zip(lines[1:], plain[1:], TABLE.splitlines()[1:], strict=True):
        assert line == f"{row},{answer.split(',', 1)[1]}"


def test_top_writes_a_line_a_class_behind_the_kept_cells():
    lines = softmax("eval", *KEEP, "--top", "1", stdin=TABLE).out.splitlines()
    assert lines == ["id,rank,class,probability", "7,1,cat,0.7310585786300049", "8,1,cat,0.5"]


def test_a_jacobian_of_a_table_names_the_row_and_parts_the_matrices():
    lines = softmax("jacobian", *KEEP, stdin=TABLE).out.splitlines()
    assert [line.split(",")[:2] for line in lines[1:3]] == [["7", "cat"], ["7", "dog"]]
    assert lines[3] == ""
    assert lines[4:] == ["8,cat,0.25,-0.25", "8,dog,-0.25,0.25"]


def test_lines_end_as_they_came():
    ran = softmax("eval", *KEEP, stdin=TABLE.replace("\n", "\r\n"))
    assert ran.out.replace("\r\n", "\n") == softmax("eval", *KEEP, stdin=TABLE).out
    assert ran.out.count("\r\n") == ran.out.count("\n") == 3


def test_json_is_an_array_and_jsonl_a_line_an_object():
    objects = json.loads(softmax("eval", *KEEP, "-f", "json", stdin=TABLE).out)
    lines = softmax("eval", *KEEP, "-f", "jsonl", stdin=TABLE).out.splitlines()
    assert [json.loads(line) for line in lines] == objects
    assert objects[0] == {
        "classes": ["cat", "dog"],
        "input": [2, 1],
        "softmax": [0.7310585786300049, 0.2689414213699951],
        "prediction": "cat",
        "keep": {"id": "7"},
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("eval", "--top", "2"),
        ("eval", "--log"),
        ("jacobian",),
        ("jacobian", "--diagonal"),
        ("jacobian", "--output", "1"),
        ("grad", "--target", "0.25,0.75", "--loss"),
        ("grad", "--upstream", "1,-1"),
    ],
    ids=" ".join,
)
def test_json_is_valid_even_where_a_class_is_masked_or_a_name_is_strange(arguments):
    def refuse(text):
        raise ValueError(text)

    for stdin in ('"a""\\\u2028",b\n2,-inf\n0,0\n', "[2, 1]\n[-inf, 0]\n"):
        ran = softmax(*arguments, "-q", "-f", "json", stdin=stdin)
        objects = json.loads(ran.out, parse_constant=refuse)
        assert len(objects) == 2
        assert {"classes", "input"} <= set(objects[0])


def test_colour_is_for_terminals_whatever_the_environment_says():
    for form in ("csv", "tsv", "json", "jsonl", "auto"):
        ran = softmax("jacobian", "2,1", "-f", form, env={"FORCE_COLOR": "1", "COLUMNS": "9"})
        assert ran == softmax("jacobian", "2,1", "-f", form)
        assert ESCAPE not in ran.out


def test_a_terminal_is_shown_a_table_and_a_pipe_is_not():
    shown = on_terminal("eval", "2", "1", "0.1", env={"NO_COLOR": "1"})
    assert (shown.status, shown.err) == (0, "")
    assert "class" in shown.out
    assert "0.6590" in shown.out
    assert shown.out.splitlines()[2].endswith("◀")
    assert shown.out == softmax("eval", "2", "1", "0.1", "-f", "table").out


def test_a_terminal_is_given_colour_and_no_colour_when_asked():
    assert ESCAPE in on_terminal("jacobian", "2,1").out
    for off in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"CLICOLOR": "0"}):
        assert ESCAPE not in on_terminal("jacobian", "2,1", env=off).out
    forced = softmax("jacobian", "2,1", "-f", "table", env={"FORCE_COLOR": "1"})
    assert ESCAPE in forced.out


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize(
    "arguments",
    [
        ("eval", "--keep", "label", "--rows", "3"),
        ("eval", "--keep", "label", "--top", "2", "--rows", "3"),
        ("jacobian", "--keep", "label", "--rows", "1"),
        ("grad", "--target-column", "label", "--loss", "--rows", "3"),
    ],
    ids=" ".join,
)
def test_no_line_of_a_table_is_wider_than_the_terminal(width, arguments):
    shown = on_terminal(
        *arguments, "--csv", str(DIGITS), width=width, env={"NO_COLOR": "1", "TERM": "xterm"}
    )
    assert (shown.status, shown.err) == (0, "")
    assert max(map(len, shown.out.splitlines())) <= width
    assert "there are more vectors: --rows 0 shows all" in " ".join(shown.out.split())


def test_rows_bounds_the_vectors_of_a_table_and_0_is_all():
    text = "1,2\n" * 60
    assert softmax("eval", "-f", "table", stdin=text).out.count("0.2689") == 50
    assert softmax("eval", "-f", "table", "--rows", "0", stdin=text).out.count("0.2689") == 60
    assert softmax("eval", "-f", "table", "--rows", "7", stdin=text).out.count("0.2689") == 7


def test_a_table_claims_neither_0_nor_1_for_what_is_neither():
    shown = softmax("eval", "-f", "table", "20", "0", "-inf").out
    assert ">0.9999" in shown
    assert "2.1e-09" in shown


@pytest.mark.parametrize("steering", ["\x1b[31m", "\x9b31m", "\x07", "\u202e"])
def test_names_from_data_cannot_steer_the_terminal(steering):
    table = f"{steering}a,b\n1,2\n"
    shown = on_terminal("eval", stdin=table, env={"NO_COLOR": "1"})
    assert (shown.status, shown.err) == (0, "")
    assert steering not in shown.out
    ran = softmax("grad", "--target", f"{steering}c", stdin=table)
    assert ran.status == 2
    assert steering not in ran.err


def test_names_from_data_are_no_markup():
    shown = on_terminal("eval", stdin="a[red],b[/]\n1,2\n", env={"NO_COLOR": "1"})
    assert "a[red]" in shown.out
    assert "b[/]" in shown.out


def letters_in_math(latex):
    """Yield runs of letters in math mode that are neither commands nor marked as text."""
    plain = re.sub(r"\\(?:begin|end)\{\w+\}(?:\{[rlc|]*\})?|\\hspace\{.*?\}", "", latex)
    for pair in re.findall(r"\\\[(.*?)\\\]|(?<!\\)\$(.*?)(?<!\\)\$", plain, re.DOTALL):
        math = re.sub(r"\\text\{(?:[^{}]|\\[{}]|\{\})*\}|\\[a-zA-Z]+|_\{jk\}", "", "".join(pair))
        yield from re.findall(r"[a-zA-Z]{2,}|\d[eE]", math)


@pytest.mark.parametrize(
    "command",
    [
        "jacobian 2 1 --verify",
        "jacobian cat=2 dog=1 --verify",
        "grad 2 1 0.1 --target 1 --verify",
        "jacobian 2 1;1e300 0 --verify",
        "eval 1/3 ln(2) -Infinity 1E-3",
        "eval 2 1;2 2",
        "eval 2 1 ln(2) --steps -T ln(2)",
        "jacobian cat=2 dog=1 --steps",
        "jacobian 2 1 0.1 --steps=blank",
        "grad 2 1 0.1 --steps --target 0.2,0.3,0.5 --loss",
        "eval 2 1 0.1 --check 1/3,ln(2),1e-5",
        "jacobian 2 1 --check 1,2;3,inf",
        "grad 2 1 0.1 --target 1 --loss --check 0.1",
    ],
)
def test_words_in_the_math_of_latex_are_text(command):
    ran = softmax(*command.split(), "-f", "latex")
    assert r"\[" in ran.out
    assert list(letters_in_math(ran.out)) == []


def test_a_terminal_of_ascii_is_drawn_in_ascii():
    shown = on_terminal("eval", "2,1", env={"NO_COLOR": "1", "PYTHONIOENCODING": "ascii"})
    assert shown.status == 0
    assert shown.out.isascii()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_help_is_spelled_in_the_characters_there_are(encoding):
    shown = softmax("--help", env={"PYTHONIOENCODING": encoding}).out
    assert "The probabilities sigma(x), or their logarithms." in shown
    assert "\\u" not in shown


def test_the_table_of_a_bad_table_shows_what_came_before():
    shown = on_terminal("eval", stdin="1,2\n3,x\n", env={"NO_COLOR": "1"})
    assert shown.status == 1
    assert "0.2689" in shown.out
    assert shown.err == "Error: stdin:2: column 2: 'x' is not a number\n"
