"""A table of answers is compared row by row, in whatever form it comes."""

import csv
import gzip
import io
import json
from pathlib import Path

import numpy as np
import pytest
from programs import DIGITS, shell, softmax

TABLE = list(csv.reader(DIGITS.read_text().splitlines()))
HEADER, ROWS = TABLE[0], TABLE[1:]
X = np.array([[float(cell) for cell in row[1:]] for row in ROWS])
EVAL = ("eval", "--csv", str(DIGITS), "--keep", "label")


def σ(x, axis=1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def written(tmp_path, values, spelt="%.6f", header=True, labels=True, order=None, suffix=".csv"):
    """A file of answers."""
    columns = [0] * labels + [column + 1 for column in order or range(10)]
    lines = [[HEADER[column] for column in columns]] if header else []
    for row, numbers in zip(ROWS, values, strict=False):
        cells = [row[0], *(spelt % number for number in numbers)]
        lines.append([cells[column] for column in columns])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    path = tmp_path / f"answers{suffix}"
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if suffix == ".gz" else data)
    return str(path)


def told(found):
    return " ".join(found.out.split())


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"spelt": "%.2f"},
        {"spelt": "%.17g"},
        {"labels": False},
        {"header": False},
        {"header": False, "labels": False},
        {"order": [3, 1, 2, 0, 9, 8, 7, 6, 5, 4]},
        {"suffix": ".gz"},
    ],
)
def test_right_answers_are_right_in_any_form(tmp_path, form):
    found = softmax(*EVAL, "--check-file", written(tmp_path, σ(X), **form))
    assert found.out == "✓ Right: all 1,797 rows are right to the digits typed.\n"
    assert found.status == 0


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ("0.83,0.08,0.08\n", 0),
        ("0.8300,0.0800,0.0800\n", 1),
        ("8.3e-1,8.28e-2,8.3e-2\n", 0),
        ("8.34e-1,8.24e-2,8.3e-2\n", 1),
        ('"0.83","0.08",0.08\n', 0),
        ('"0.8300","0.08",0.08\n', 1),
        ("[0.83, 0.08, 0.08]\n", 0),
        ("[0.83, 0.080, 0.08]\n", 1),
    ],
)
def test_the_digits_typed_count_in_a_table_too(tmp_path, answers, status):
    path = tmp_path / "answers.csv"
    path.write_text(answers)
    assert softmax("eval", "2.31 0 0", "--check-file", str(path)).status == status


@pytest.mark.parametrize(
    ("options", "answers", "said"),
    [
        (("jacobian",), "0.2247,0,0\n0,0.1837,0\n0,0,0.0889\n", "only the diagonal"),
        (("jacobian",), '"0.2247",0,0\n0,0.1837,0\n0,0,0.0889\n', "only the diagonal"),
        (("grad", "--target", "1"), "-0.341,0,0\n", "only the target's entry"),
        (("grad", "--target", "1"), "[-0.341, 0, 0]\n", "only the target's entry"),
        (("eval",), "0.66,0,0.1\n", "yours right"),
        (("eval",), "1,0,0\n", "✓ Right"),
        (("eval", "-T", "0.5"), "0.9,0.1,0\n", "✓ Right"),
    ],
)
def test_a_whole_number_is_short_for_one_with_a_point(tmp_path, options, answers, said):
    path = tmp_path / "answers"
    path.write_text(answers)
    found = softmax(*options, "2 1 0.1", "--check-file", str(path))
    assert said in told(found)
    assert found.status == (said != "✓ Right")


def test_plain_and_quoted_answers_are_judged_alike(tmp_path):
    plain = Path(written(tmp_path, σ(σ(X)), spelt="%.4f"))
    quoted = tmp_path / "quoted_.csv"  # as long a name, so that lines fold alike
    cells = [[f'"{cell}"' for cell in line.split(",")] for line in plain.read_text().splitlines()]
    quoted.write_text("".join(",".join(line) + "\n" for line in cells))
    wide = {"COLUMNS": "400"}  # no line is folded, however long the path
    shown = [softmax(*EVAL, "--check-file", str(path), env=wide).out for path in (plain, quoted)]
    first, second = (out.split("):", 1)[1] for out in shown)  # behind the name of the file
    assert first == second


@pytest.mark.parametrize("lines", [False, True])
def test_arrays_of_json_are_answers(tmp_path, lines):
    path = tmp_path / "answers.json"
    rows = σ(X).tolist()
    path.write_text("\n".join(map(json.dumps, rows)) if lines else json.dumps(rows))
    assert softmax(*EVAL, "--check-file", str(path)).status == 0


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--append",),
        ("-p", "3"),
        ("-T", "2"),
        ("--log",),
        ("-f", "tsv"),
        ("-f", "json"),
        ("-f", "jsonl"),
    ],
)
def test_our_own_output_is_right(tmp_path, options):
    path = tmp_path / "answers.csv"
    path.write_text(softmax(*EVAL, *options).out)
    asked = [
        option
        for option in options
        if option not in ("--append", "-p", "3", "-f", "tsv", "json", "jsonl")
    ]
    assert softmax(*EVAL, *asked, "--check-file", str(path)).status == 0


@pytest.mark.parametrize(
    "asked",
    [
        "eval 2 1 0.1",
        "eval '2 1; 3 4'",
        "eval --csv {}",
        "eval --csv <(seq 5)",
        "jacobian 2 1",
        "jacobian '2 1; 3 4'",
        "jacobian --csv {}",
        "jacobian --csv {} --output 2",
        "jacobian --csv <(seq 3)",
        "grad 2 1 0.1 --target 1",
    ],
)
@pytest.mark.parametrize("written", ["", "-f json", "--append"])
def test_our_own_output_is_right_through_a_pipe_too(tmp_path, asked, written):
    path = tmp_path / "x.csv"
    path.write_text("a,b,c\n2,1,0.1\n0,0,5\n")
    ask = f"softmax {asked.format(path)}"
    written = "-f jsonl" if written == "--append" and "jacobian" in ask else written
    found = shell(f"{ask} --check-file <({ask} {written})")
    assert (found.status, found.out[:7], found.err) == (0, "✓ Right", "")


def test_rows_that_are_no_whole_jacobian_are_told(tmp_path):
    for name, text in (("x.csv", "2,1,0\n0,0,5\n"), ("ok.csv", "0.7,0.2,0.1\n0.0,0.0,1.0\n")):
        (tmp_path / name).write_text(text)
    found = softmax("jacobian", "--csv", "x.csv", "--check-file", "ok.csv", cwd=tmp_path)
    assert found.status == 1
    assert "ok.csv ends after 2 rows of a Jacobian" in told(found)


def test_gradients_and_jacobians_are_compared_too(tmp_path):
    path = tmp_path / "answers.csv"
    for command in (
        ("grad", "--csv", str(DIGITS), "--target-column", "label"),
        ("jacobian", "--csv", str(DIGITS), "--keep", "label", "--diagonal"),
        ("jacobian", "--csv", str(DIGITS), "--keep", "label"),
    ):
        path.write_text(softmax(*command, "-p", "5").out)
        found = softmax(*command, "--check-file", str(path))
        assert found.out == "✓ Right: all 1,797 rows are right to the digits typed.\n"


@pytest.mark.parametrize(
    ("values", "options", "slip"),
    [
        (σ(X, axis=0), (), "wrong axis. The columns sum to 1, not the rows"),
        (np.log(σ(X, axis=0)), ("--log",), "wrong axis. The columns sum to 1, not the rows"),
        (σ(σ(X)), (), "softmax applied twice."),
        (σ(X), ("-T", "2"), "the temperature forgotten."),
        (np.exp(X), (), "not normalised."),
    ],
)
@pytest.mark.parametrize("spelt", ["%.6f", "%.17g"])
def test_the_slip_that_explains_every_row_is_named(tmp_path, values, options, slip, spelt):
    found = softmax(*EVAL, *options, "--check-file", written(tmp_path, values, spelt=spelt))
    assert found.status == 1
    assert told(found).startswith("✗ Wrong: 1,797 of 1,797 rows differ.")
    assert f"Likely slip, which explains every row that differs: {slip}" in told(found)


def test_a_slip_that_explains_all_rows_but_one_is_not_named(tmp_path):
    for values in (σ(X, axis=0), σ(σ(X))):
        values[1000, 4] += 0.01
        found = softmax(*EVAL, "--check-file", written(tmp_path, values))
        assert found.status == 1
        assert "Likely slip" not in found.out


def test_the_worst_row_is_shown_with_its_line(tmp_path):
    values = σ(X)
    values[17, 2] += 0.001
    values[41, 3] += 0.25
    found = softmax(*EVAL, "--check-file", path := written(tmp_path, values, spelt="%.4f"))
    assert found.status == 1
    assert told(found).startswith("✗ Wrong: 2 of 1,797 rows differ.")
    assert f"Theworstisrow42({path}:43):" in "".join(found.out.split())
    (wrong,) = (line for line in found.out.splitlines() if "✗" in line and "three" in line)
    assert wrong.split()[2:4] == ["0.2500", "✗"]


def test_a_right_method_rounded_too_early_is_nearly_right(tmp_path):
    e = np.round(np.exp(X - X.max(axis=1, keepdims=True)), 2)
    values = e / e.sum(axis=1, keepdims=True)
    found = softmax(*EVAL, "--check-file", written(tmp_path, values))
    assert found.status == 0
    assert "exp(x − max) were rounded to 2 digits" in told(found)


def test_single_precision_is_nearly_right(tmp_path):
    values = σ(X.astype(np.float32))
    found = softmax(*EVAL, "--check-file", written(tmp_path, values, spelt="%.9g"))
    assert (found.status, found.out[:28]) == (0, "≈ Right to single precision:")


@pytest.mark.parametrize(("rows", "words"), [(100, "ends after 100 rows"), (1797, "")])
def test_a_table_of_another_length_is_wrong(tmp_path, rows, words):
    path = written(tmp_path, σ(X)[:rows])
    assert words in told(softmax(*EVAL, "--check-file", path))
    few = tmp_path / "few.csv"
    few.write_text("".join(",".join(row) + "\n" for row in TABLE[:51]))
    found = softmax("eval", "--csv", str(few), "--keep", "label", "--check-file", path)
    assert found.status == 1
    assert "goes on after 50 rows" in told(found)


def test_another_number_of_columns_is_an_error(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("0.1,0.9\n")
    found = softmax(*EVAL, "--check-file", str(path))
    assert found.status == 1
    assert found.err == (
        f"Error: {path}: the answers stand 2 in a row, and the number of classes is 10\n"
    )


@pytest.mark.parametrize("content", ["", "0.1,abc\n", "no,numbers\n"])
def test_what_is_not_a_table_of_numbers_is_an_error(tmp_path, content):
    path = tmp_path / "answers.csv"
    path.write_text(content)
    found = softmax("eval", "2 1", "--check-file", str(path))
    assert found.status == 1
    assert found.err.startswith(f"Error: {path}")


def test_a_missing_file_is_an_error():
    found = softmax(*EVAL, "--check-file", "/nowhere.csv")
    assert (found.status, found.out) == (1, "")
    assert found.err == "Error: /nowhere.csv: No such file or directory\n"


def test_vectors_from_arguments_are_compared_with_a_file(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("0.73,0.27\n1/2,1/2\n")
    assert softmax("eval", "2 1; 0 0", "--check-file", str(path)).status == 0
    assert softmax("eval", "2 1; 0 1", "--check-file", str(path)).status == 1


def test_the_answers_may_come_through_a_pipe(tmp_path):
    path = written(tmp_path, σ(X))
    line = f"softmax eval --csv {DIGITS} --keep label --check-file - < {path}"
    assert shell(line).status == 0
    assert shell(f"cat {path} | {line.partition('<')[0]}").status == 0


def test_the_losses_are_not_compared(tmp_path):
    path = written(tmp_path, σ(X))
    found = softmax("grad", "2 1", "--target", "1", "--loss", "--check-file", path)
    assert found.status == 2


@pytest.mark.parametrize(
    "options",
    [
        ("grad", "--target", "1"),
        ("grad", "--upstream", "1,0"),
        ("jacobian",),
        ("jacobian", "--output", "1"),
    ],
    ids=" ".join,
)
def test_a_wrong_derivative_is_shown_beside_the_right_one(tmp_path, options):
    table, right, wrong = (tmp_path / name for name in ("x.csv", "right.csv", "wrong.csv"))
    table.write_text("1,2\n3,1\n")
    asked = (*options, "--csv", str(table))
    vectors = map(json.loads, softmax(*asked, "-p", "4", "-q", "-f", "jsonl").out.splitlines())
    answers = np.array([vector[options[0]] for vector in vectors]).reshape(-1, 2)
    np.savetxt(right, answers, "%.4f", ",")
    assert softmax(*asked, "--check-file", str(right)).status == 0
    answers[-1, -1] += 0.5
    np.savetxt(wrong, answers, "%.4f", ",")
    found = softmax(*asked, "--check-file", str(wrong))
    assert found.status == 1
    assert told(found).startswith("✗ Wrong: 1 of 2 rows differs.")
    assert "The worst is row 2" in told(found)
    assert f"{answers[-1, -1]:.4f} ✗ {answers[-1, -1] - 0.5:.4f}" in told(found)


COLUMN = "2.31\n0\n0\n"


@pytest.mark.parametrize(
    ("answers", "status", "said"),
    [
        ("0.83\n0.08\n0.08\n", 0, "✓ Right"),
        ("0.83\n0.09\n0.08\n", 1, "✗ Wrong"),
        ("0.9\n0.1\n", 1, "the answers stand 2 in a row, and the number of classes is 3"),
        ("0.83\nx\n0.08\n", 1, "'x' is not a number"),
        ("-inf\n-inf\n-inf\n", 1, "every entry is -inf"),
    ],
)
def test_a_column_of_answers_is_about_a_column(tmp_path, answers, status, said):
    path = tmp_path / "answers.csv"
    path.write_text(answers)
    found = softmax("eval", "--check-file", str(path), stdin=COLUMN)
    assert found.status == status
    assert said in found.out + found.err
