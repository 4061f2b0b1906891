"""`softmax grad`, end to end: the gradient of one number."""

import json
import math

import mpmath
import pytest
from programs import softmax

X = ("2", "1", "0.1")


def test_the_gradient_of_the_cross_entropy_is_the_softmax_less_the_target():
    probabilities = softmax("eval", *X).row
    found = softmax("grad", *X, "--target", "2").row
    assert found == pytest.approx([p - (j == 1) for j, p in enumerate(probabilities)], rel=1e-15)


def test_the_target_may_be_a_distribution():
    probabilities = softmax("eval", *X).row
    found = softmax("grad", *X, "--target", "0.2,0.3,0.5").row
    y = [0.2, 0.3, 0.5]
    assert found == pytest.approx([p - t for p, t in zip(probabilities, y, strict=True)], rel=1e-14)


def test_the_loss_is_the_logarithm_of_the_targets_probability():
    probability = softmax("eval", *X).row[1]
    assert softmax("grad", *X, "--target", "2", "--loss").row[3] == pytest.approx(
        -math.log(probability), rel=1e-15
    )


def test_a_tiny_loss_keeps_its_digits():
    with mpmath.workdps(60):
        true = mpmath.log1p(mpmath.exp(-50))
        *gradient, loss = softmax("grad", "50", "0", "--target", "1", "--loss").row
        assert abs(loss - true) <= 4 * math.ulp(loss)
    assert gradient == [-loss, loss]


def test_the_upstream_gradient_is_multiplied_by_the_jacobian():
    matrix = softmax("jacobian", *X).rows
    g = [3, -1, 0.5]
    found = softmax("grad", *X, "--upstream", "3,-1,0.5").row
    assert found == pytest.approx(
        [math.fsum(matrix[j][k] * g[j] for j in range(3)) for k in range(3)], rel=1e-13
    )


def test_an_output_is_a_row_of_the_jacobian():
    assert softmax("grad", *X, "--output", "3").row == softmax("jacobian", *X).rows[2]


def test_without_a_choice_it_is_the_predicted_class_and_the_answer_says_so():
    ran = softmax("grad", *X)
    assert ran.row == softmax("grad", *X, "--output", "1").row
    assert ran.err == "Note: the gradient is that of the probability of the predicted class, 1\n"
    (found,) = json.loads(softmax("grad", *X, "-f", "json").out)
    assert found["of"] == {"prediction": 1} or found["of"] == {"prediction": "1"}


@pytest.mark.parametrize(
    "two",
    [
        ("--target", "1", "--output", "1"),
        ("--target", "1", "--upstream", "1,2,3"),
        ("--output", "1", "--upstream", "1,2,3"),
    ],
    ids=" ".join,
)
def test_two_gradients_at_once_are_a_usage_error(two):
    ran = softmax("grad", *X, *two)
    assert (ran.status, ran.out) == (2, "")
    assert "two gradients: give one of them" in ran.err


def test_classes_go_by_name_and_a_name_beats_a_number():
    named = softmax("grad", "2=2", "1=1", "--target", "1").out.splitlines()
    assert named[0] == "2,1"
    assert [float(cell) for cell in named[1].split(",")] == softmax(
        "grad", "2,1", "--target", "2"
    ).row


def test_counting_from_zero_is_asked_for():
    assert (
        softmax("grad", *X, "--target", "0", "--zero-based").out
        == softmax("grad", *X, "--target", "1").out
    )


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--target", "4"), "--target: '4' is not a class: they are numbered 1 to 3"),
        (("--target", "0"), "--target: '0' is not a class: they are numbered 1 to 3"),
        (
            ("--target", "3", "--zero-based"),
            "--target: '3' is not a class: they are numbered 0 to 2",
        ),
        (("--target", "0.5,0.5"), "--target: 2 numbers for 3 classes"),
        (("--target", "0.5,0.6,0"), "--target: a distribution sums to 1, and this one to 1.1"),
        (("--target", "-0.5,1,0.5"), "--target: '-0.5' is negative"),
        (("--upstream", "1,2"), "--upstream: 2 numbers for 3 classes"),
        (("--upstream", "1,x,2"), "--upstream: 'x' is not a number"),
        (("--upstream", "1,inf,2"), "--upstream: 'inf' is not finite"),
        (("--loss",), "--loss needs a target: --target or --target-column"),
    ],
    ids=str,
)
def test_a_gradient_of_nothing_sensible_is_a_usage_error(options, reason):
    ran = softmax("grad", *X, *options)
    assert (ran.status, ran.out, ran.err) == (2, "", f"Error: {reason}\n")


def test_a_temperature_divides_the_gradient():
    found = softmax("grad", "4", "2", "--target", "1", "-T", "2").row
    assert found == [entry / 2 for entry in softmax("grad", "2", "1", "--target", "1").row]


def test_a_masked_target_has_an_infinite_loss_and_a_note_says_so():
    ran = softmax("grad", "2", "-inf", "--target", "2", "--loss")
    assert ran.row[2] == math.inf
    assert "masked" in ran.err
    assert softmax("grad", "2", "-inf", "--target", "2", "--loss", "-q").err == ""


def test_json_says_what_the_gradient_is_of_and_the_loss():
    ran = softmax("grad", "cat=2", "dog=1", "--target", "dog", "--loss", "-f", "json")
    (found,) = json.loads(ran.out)
    assert found["of"] == {"target": "dog"}
    assert found["loss"] == pytest.approx(1.3132616875182228, rel=1e-15)
    assert [found["grad"][0], -found["grad"][1]] == pytest.approx([0.7310585786300049] * 2)


def test_a_hundred_thousand_classes_need_no_matrix():
    line = ",".join(str(j % 17 / 4) for j in range(100_000))
    found = softmax("grad", "--target", "5", stdin=line)
    assert found.status == 0
    assert found.err == ""
    assert len(found.row) == 100_000
    assert math.fsum(found.row) == pytest.approx(0, abs=1e-12)
    assert sum(entry < 0 for entry in found.row) == 1


def test_digits_are_those_of_the_numbers_as_typed():
    ran = softmax("grad", "ln(3)", "0", "--target", "1", "--loss", "--digits", "20")
    with mpmath.workdps(40):
        loss = mpmath.nstr(mpmath.log(mpmath.mpf(4) / 3), 20)
    assert ran.out == f"-0.25000000000000000000,0.25000000000000000000,{loss}\n"


def test_a_name_in_a_header_that_several_classes_have_is_no_target():
    table = "a,a\n2,1\n"
    ran = softmax("grad", "--target", "a", stdin=table)
    sentence = "--target: 'a' is the name of several classes: give the number of one"
    assert (ran.status, ran.out, ran.err) == (2, "", f"Error: {sentence}\n")
    assert softmax("grad", "--target", "2", stdin=table).out.splitlines()[0] == "a,a"
    ran = softmax("grad", "--target-column", "y", stdin="a,a,y\n2,1,a\n")
    sentence = "'a' is the name of several classes: tell them apart with --labels"
    assert (ran.status, ran.err) == (1, f"Error: stdin:2: column 'y': {sentence}\n")
    labels = ("--target-column", "y", "--labels", "a,b")
    assert softmax("grad", *labels, stdin="a,a,y\n2,1,a\n").status == 0


def test_two_labels_are_not_the_same():
    for options in (("2", "1"), ("-",)):
        ran = softmax("grad", *options, "--labels", "a,a", "--target", "1", stdin="2\n1\n")
        assert (ran.status, ran.out) == (2, "")
        assert "--labels: the class 'a' is named twice" in ran.err


def test_the_note_on_several_vectors_speaks_of_each():
    note = "the gradient is that of the probability of each vector's predicted class"
    assert softmax("grad", "2 1; 1 2").err == f"Note: {note}\n"


@pytest.mark.parametrize(
    ("options", "vector", "reason"),
    [
        (("--target", "3"), 1, "--target: '3' is not a class: they are numbered 1 to 2"),
        (("--target", "0.5,0.5"), 2, "--target: 2 numbers for 3 classes"),
        (("--upstream", "1,2,3"), 1, "--upstream: 3 numbers for 2 classes"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "table"])
def test_where_lengths_differ_the_error_says_which_vector_the_option_does_not_fit(
    options, vector, reason, form
):
    ran = softmax("grad", "2 1; 1 2 3", "-q", "-f", form, *options)
    assert (ran.status, ran.err) == (2, f"Error: arguments: vector {vector}: {reason}\n")
    ran = softmax("grad", "--ragged", "-q", "-f", form, *options, stdin="2 1\n1 2 3\n")
    assert (ran.status, ran.err) == (1, f"Error: stdin:{vector}: {reason}\n")


def test_where_lengths_are_equal_an_option_that_fits_none_needs_no_place():
    ran = softmax("grad", "2 1; 1 2", "--target", "3")
    assert ran.err == "Error: --target: '3' is not a class: they are numbered 1 to 2\n"
