"""`softmax jacobian`, end to end: the matrix of the derivatives."""

import json
import math

import mpmath
import pytest
from programs import softmax

VECTORS = [[2, 1, 0.1], [40, 0, 0], [37.42994775023705, 0], [-1, 3, 3, -20.5], [0.3]]


def arguments(x):
    return [repr(value) for value in x]


def true_jacobian(x):
    with mpmath.workdps(60):
        e = [mpmath.exp(mpmath.mpf(value)) for value in x]
        s = [value / mpmath.fsum(e) for value in e]
        return [
            [s[j] * (1 - s[j]) if j == k else -s[j] * s[k] for k in range(len(s))]
            for j in range(len(s))
        ]


@pytest.mark.parametrize("x", VECTORS, ids=str)
def test_every_entry_is_within_four_units_of_the_last_place(x):
    found = softmax("jacobian", "-q", *arguments(x)).rows
    for row, true_row in zip(found, true_jacobian(x), strict=True):
        for entry, true in zip(row, true_row, strict=True):
            assert abs(mpmath.mpf(entry) - true) <= 4 * math.ulp(float(true))


@pytest.mark.parametrize("x", VECTORS, ids=str)
def test_the_matrix_is_symmetric_and_its_rows_sum_to_0(x):
    found = softmax("jacobian", "-q", *arguments(x)).rows
    assert found == [list(column) for column in zip(*found, strict=True)]
    for row in found:
        assert abs(math.fsum(row)) <= 1e-15 * max(map(abs, row))


def test_the_entries_are_the_slopes_of_the_probabilities():
    h = 1e-5
    matrix = softmax("jacobian", "2", "1", "0.1").rows
    for k in range(3):
        up, down = (
            softmax("eval", *arguments(x + step * (k == j) for j, x in enumerate((2, 1, 0.1)))).row
            for step in (h, -h)
        )
        slopes = [(a - b) / (2 * h) for a, b in zip(up, down, strict=True)]
        assert slopes == pytest.approx([row[k] for row in matrix], abs=1e-9)


def test_a_saturated_vector_keeps_its_derivatives():
    assert softmax("jacobian", "40", "0", "0").rows[0][0] == pytest.approx(8.4967e-18, rel=1e-4)
    entries = {
        abs(entry) for row in softmax("jacobian", "37.42994775023705", "0").rows for entry in row
    }
    assert list(entries) == pytest.approx([5.551115123125775e-17], rel=1e-15)


def test_a_temperature_divides_the_derivatives_too():
    found = softmax("jacobian", "4", "2", "-T", "2").rows
    halved = [[entry / 2 for entry in row] for row in softmax("jacobian", "2", "1").rows]
    assert found == halved


def test_a_masked_class_has_derivatives_of_0_without_a_sign():
    text = softmax("jacobian", "2", "-inf", "1").out
    assert text.splitlines()[1] == "0.0,0.0,0.0"
    assert "-0.0," not in text
    assert not any(line.endswith("-0.0") for line in text.splitlines())


def test_the_diagonal_is_that_of_the_matrix():
    matrix = softmax("jacobian", "2", "1", "0.1").rows
    assert softmax("jacobian", "2", "1", "0.1", "--diagonal").row == [
        matrix[j][j] for j in range(3)
    ]


@pytest.mark.parametrize(("chosen", "row"), [("2", 1), ("--zero-based 2", 2)])
def test_an_output_is_a_row_of_the_matrix(chosen, row):
    matrix = softmax("jacobian", "2", "1", "0.1").rows
    *options, output = chosen.split()
    assert softmax("jacobian", "2", "1", "0.1", "--output", output, *options).row == matrix[row]


def test_an_output_goes_by_its_name():
    ran = softmax("jacobian", "cat=2", "dog=1", "--output", "dog")
    assert ran.out.splitlines()[-1].startswith("dog,-0.19")
    ran = softmax("jacobian", "cat=2", "dog=1", "--output", "bird")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "Error: --output: 'bird' is not a class: there are 'cat', 'dog'\n"


def test_a_blank_line_stands_between_two_matrices_whose_lines_are_numbered():
    text = softmax("jacobian", "2 1; 0 0").out
    header, *lines = text.splitlines()
    assert header == "vector,1,2"
    assert lines[2] == ""
    first = [f"1,{line}" for line in softmax("jacobian", "2 1").out.splitlines()]
    second = [f"2,{line}" for line in softmax("jacobian", "0 0").out.splitlines()]
    assert lines == [*first, "", *second]


def test_rows_and_columns_bear_the_names_of_the_classes():
    lines = softmax("jacobian", "cat=2", "dog=1").out.splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["cat", "dog"]
    assert lines[0].split(",")[-2:] == ["cat", "dog"]
    assert {len(line.split(",")) for line in lines} == {3}


def test_json_holds_the_matrix_as_an_array_of_rows():
    (found,) = json.loads(softmax("jacobian", "2", "1", "-f", "json").out)
    assert found["jacobian"] == softmax("jacobian", "2", "1").rows


def test_digits_are_those_of_the_numbers_as_typed():
    found = softmax("jacobian", "ln(2)", "0", "--digits", "25").out
    two_ninths = "0.2222222222222222222222222"
    assert found == f"{two_ninths},-{two_ninths}\n-{two_ninths},{two_ninths}\n"


def test_a_matrix_of_many_classes_is_written_whole():
    lines = softmax("jacobian", *map(str, range(300))).out.splitlines()
    assert [line.count(",") for line in lines] == [299] * 300


TINY = "0,0\n0,-1e300\n1,1\n"


@pytest.mark.parametrize("options", [(), ("--output", "1"), ("--diagonal",)], ids=str)
@pytest.mark.parametrize("form", ["csv", "jsonl", "table"])
def test_a_derivative_too_small_for_its_digits_is_an_error_with_its_line(options, form):
    ran = softmax("jacobian", "--digits", "3", "-f", form, *options, stdin=TINY)
    assert ran.err.startswith("Error: stdin:2: a result is too small to give its digits")
    assert (ran.status, ran.err.count("\n")) == (1, 1)


def test_the_matrices_beside_one_that_is_too_small_are_whole():
    ran = softmax("jacobian", "--digits", "3", "--on-error", "skip", stdin=TINY)
    first, third = (f"{v},0.250,-0.250\n{v},-0.250,0.250\n" for v in "13")
    assert ran.out == f"vector,1,2\n{first}\n{third}"
    assert ran.err.startswith("Error: stdin:2: a result is too small")


@pytest.mark.parametrize(
    ("arguments", "stdin"), [(("2 1; 3 4 5",), None), (("--ragged",), "2 1\n3 4 5\n")]
)
def test_matrices_of_different_sizes_are_not_one_table(arguments, stdin):
    """A header as wide as the first matrix would make rows of the others too long."""
    beside = {} if stdin is None else {"stdin": stdin}
    for form in ("auto", "csv", "tsv"):
        ran = softmax("jacobian", *arguments, "-f", form, **beside)
        sentence = "Jacobians of vectors of different lengths are not one table: add -f json"
        assert (ran.status, ran.out, ran.err) == (2, "", f"Error: {sentence}\n")
    found = softmax("jacobian", *arguments, "-f", "json", **beside).out
    assert [len(one["jacobian"]) for one in json.loads(found)] == [2, 3]
    assert softmax("jacobian", *arguments, "--output", "1", **beside).out.count("\n") == 2
