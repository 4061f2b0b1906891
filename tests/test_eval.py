"""`softmax eval`, end to end: the probabilities and their logarithms."""

import json
import math

import mpmath
import pytest
from programs import softmax

VECTORS = [
    [2, 1, 0.1],
    [0, 0],
    [1e-300, -1e-300, 0],
    [1000, 0, -600],
    [-1, -0.5, -1e-3, -7.25],
    [37.42994775023705, 0],
    [1e15, 1e15 + 1, 1e15 - 2],
    [700.5, 700.25, -3.125, 12],
]


def true_softmax(x):
    with mpmath.workdps(60):
        e = [mpmath.exp(mpmath.mpf(value)) for value in x]
        return [value / mpmath.fsum(e) for value in e]


def units_in_the_last_place(found, true):
    return abs(mpmath.mpf(found) - true) / math.ulp(float(true))


def arguments(x):
    return [repr(value) for value in x]


def test_the_founding_example_is_what_the_article_says():
    ran = softmax("eval", "2", "1", "0.1", "-p", "1")
    assert (ran.status, ran.out, ran.err) == (0, "0.7,0.2,0.1\n", "")


@pytest.mark.parametrize("x", VECTORS, ids=str)
def test_every_probability_is_within_four_units_of_the_last_place(x):
    with mpmath.workdps(60):
        for found, true in zip(softmax("eval", *arguments(x)).row, true_softmax(x), strict=True):
            assert true < 1e-307 or units_in_the_last_place(found, true) <= 4


@pytest.mark.parametrize("x", VECTORS, ids=str)
def test_every_logarithm_is_within_four_units_of_the_last_place(x):
    with mpmath.workdps(60):
        found = softmax("eval", "--log", *arguments(x)).row
        for log, true in zip(found, map(mpmath.log, true_softmax(x)), strict=True):
            assert units_in_the_last_place(log, true) <= 4


@pytest.mark.parametrize("x", VECTORS, ids=str)
def test_the_probabilities_lie_between_0_and_1_and_sum_to_1(x):
    found = softmax("eval", *arguments(x)).row
    assert all(0 <= value <= 1 for value in found)
    assert math.isclose(math.fsum(found), 1, rel_tol=1e-15)


def test_adding_a_number_to_every_value_changes_nothing():
    assert softmax("eval", "2,1,0.5").out == softmax("eval", "102,101,100.5").out


def test_two_classes_are_the_sigmoid_of_the_difference():
    (first, _) = softmax("eval", "0.3", "-1.2").row
    assert math.isclose(first, 1 / (1 + math.exp(-1.5)), rel_tol=1e-15)


def test_one_value_has_the_probability_1_and_a_note_says_so():
    ran = softmax("eval", "-3")
    assert (ran.status, ran.out) == (0, "1.0\n")
    assert ran.err == "Note: one value only, whose softmax is always 1\n"
    assert softmax("eval", "-3", "--quiet").err == ""


def test_values_that_are_probabilities_already_are_noted():
    ran = softmax("eval", "0.7", "0.2", "0.1")
    assert ran.err == "Note: the values are probabilities already: they sum to 1\n"
    assert softmax("eval", "0.7", "0.2", "0.1", "-q").err == ""


def test_a_minus_of_a_web_page_is_read_in_a_locale_of_ascii_too():
    env = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert softmax("eval", "−1/3", "0", env=env).out == softmax("eval", "-1/3", "0").out


def test_a_temperature_divides_the_values():
    assert softmax("eval", "2,1,0.5", "-T", "2").out == softmax("eval", "1,.5,.25").out
    assert softmax("eval", "2,1", "--temperature", "1/2").out == softmax("eval", "4,2").out


def test_a_masked_class_has_probability_exactly_0_and_changes_no_other():
    assert softmax("eval", "2", "-inf", "1").row == [
        softmax("eval", "2", "1").row[0],
        0,
        softmax("eval", "2", "1").row[1],
    ]
    assert softmax("eval", "2", "-inf", "1").out.split(",")[1] == "0.0"
    assert softmax("eval", "2", "-Infinity", "1", "--log").row[1] == -math.inf


def test_several_vectors_are_answered_a_line_each():
    assert softmax("eval", "2 1 0.1; 0 0 5").rows == [
        softmax("eval", "2 1 0.1").row,
        softmax("eval", "0 0 5").row,
    ]


def test_top_gives_the_most_probable_classes_best_first():
    lines = softmax("eval", "cat=2", "dog=1", "bird=2.5", "--top", "2").out.splitlines()
    assert [line.rsplit(",", 1)[0] for line in lines] == ["rank,class", "1,bird", "2,cat"]


def test_top_of_more_classes_than_there_are_gives_all():
    lines = softmax("eval", "1", "2", "--top", "9").out.splitlines()
    assert [line[:3] for line in lines[-2:]] == ["1,2", "2,1"]


def test_top_keeps_equals_in_the_order_of_the_classes():
    lines = softmax("eval", "1,1,1", "--top", "3").out.splitlines()
    assert [line.split(",")[:2] for line in lines[-3:]] == [["1", "1"], ["2", "2"], ["3", "3"]]


@pytest.mark.parametrize("digits", [1, 17, 50, 300])
def test_digits_are_correctly_rounded_for_the_numbers_as_typed(digits):
    found = softmax("eval", "1/3", "0.1", "ln(2)", "--digits", str(digits)).out.strip().split(",")
    with mpmath.workdps(digits + 30):
        e = [mpmath.exp(mpmath.mpf(1) / 3), mpmath.exp(mpmath.mpf(1) / 10), mpmath.mpf(2)]
        for text, true in zip(found, (value / mpmath.fsum(e) for value in e), strict=True):
            half_a_unit = mpmath.mpf(10) ** (mpmath.floor(mpmath.log10(true)) + 1 - digits) / 2
            assert abs(mpmath.mpf(text) - true) <= half_a_unit


def test_json_carries_the_classes_the_input_the_answer_and_the_prediction():
    (found,) = json.loads(softmax("eval", "cat=2", "dog=-inf", "-f", "json").out)
    assert found == {
        "classes": ["cat", "dog"],
        "input": [2, None],
        "softmax": [1, 0],
        "prediction": "cat",
    }
    (found,) = json.loads(softmax("eval", "2", "1", "--log", "-f", "json").out)
    assert found["log_softmax"] == softmax("eval", "2", "1", "--log").row
