"""Commands: functions from a batch to an answer."""

from decimal import Decimal

import numpy as np
import pytest
from programs import softmax

from softmax_cli.commands import COMMANDS, evaluate, gradient, jacobian
from softmax_cli.errors import UnknownClass, UsageError
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Matrices, OfClass, OfWeights, Ranking, Vectors

X = np.array([[2.0, 1.0, 0.1], [0.0, 0.0, 5.0]])
BATCH = Batch(X, ("cat", "dog", "bird"))


def grad(**options):
    return gradient(BATCH, Settings("grad", **options))


def test_eval_answers_with_one_number_a_class():
    answer = evaluate(BATCH, Settings("eval"))
    assert isinstance(answer, Vectors)
    assert answer.quantity == "softmax"
    np.testing.assert_allclose(answer.values.sum(axis=1), 1, rtol=1e-15)


def test_the_logarithms_are_those_of_the_probabilities():
    answer = evaluate(BATCH, Settings("eval", log=True))
    assert answer.quantity == "log_softmax"
    plain = evaluate(BATCH, Settings("eval"))
    np.testing.assert_allclose(np.exp(answer.values), plain.values, rtol=1e-14)


def test_a_ranking_is_best_first_and_keeps_ties_in_order():
    answer = evaluate(BATCH, Settings("eval", top=2))
    assert isinstance(answer, Ranking)
    assert answer.classes.tolist() == [[0, 1], [2, 0]]
    assert (np.diff(answer.values) <= 0).all()


def test_a_ranking_is_by_the_numbers_and_not_by_their_rounded_probabilities():
    typed = [[Decimal(0), Decimal(1), Decimal("1." + "0" * 30 + "1")]]
    batch = Batch(np.array([[0.0, 1.0, 1.0]]), typed=typed)
    answer = evaluate(batch, Settings("eval", top=2, digits=5))
    assert answer.classes.tolist() == [[2, 1]]
    assert batch.predictions().tolist() == batch.predicted(0) == [2]


def test_the_rows_of_a_jacobian_are_computed_when_asked_for():
    answer = jacobian(BATCH, Settings("jacobian"))
    assert isinstance(answer, Matrices)
    rows = answer.rows(np.array([0, 0, 0]), np.arange(3))
    np.testing.assert_array_equal(rows, rows.T)
    np.testing.assert_allclose(rows.sum(axis=1), 0, atol=1e-16)
    diagonal = jacobian(BATCH, Settings("jacobian", diagonal=True))
    np.testing.assert_array_equal(diagonal.values[0], np.diag(rows))


@pytest.mark.parametrize("name", ["dog", "2"])
def test_an_output_is_chosen_by_name_or_number(name):
    assert jacobian(BATCH, Settings("jacobian", output=name)).outputs == (1,)


def test_a_target_may_be_a_class_a_distribution_or_a_column():
    by_class = grad(target="dog")
    assert by_class.of == OfClass("target", pytest.approx([1, 1]))
    by_weights = grad(target="0,1,0")
    assert isinstance(by_weights.of, OfWeights)
    np.testing.assert_allclose(by_weights.values, by_class.values, atol=1e-16)
    by_column = gradient(BATCH._replace(targets=np.array([1, 1])), Settings("grad"))
    np.testing.assert_array_equal(by_column.values, by_class.values)


def test_a_loss_is_computed_when_asked_for():
    assert grad(target="dog").loss is None
    loss = grad(target="dog", loss=True).loss
    probabilities = evaluate(BATCH, Settings("eval")).values[:, 1]
    np.testing.assert_allclose(loss, -np.log(probabilities), rtol=1e-14)


def test_an_output_an_upstream_gradient_and_the_prediction_agree():
    output = grad(output="cat").values
    np.testing.assert_allclose(grad(upstream="1,0,0").values, output, atol=1e-16)
    assert grad().of == OfClass("prediction", pytest.approx([0, 2]))
    np.testing.assert_array_equal(grad().values[0], output[0])


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"target": "0.5,0.6,0"}, "a distribution sums to 1, and this one to 1.1"),
        ({"target": "1.5,-0.5,0"}, "'-0.5' is negative"),
        ({"target": "1,0"}, "2 numbers for 3 classes"),
        ({"upstream": "1,inf,0"}, "'inf' is not finite"),
        ({"upstream": "1,x,0"}, "'x' is not a number"),
        ({"upstream": "1 / 2, 1, 1"}, "'/' is not a number: write a fraction without blanks"),
        ({"target": "1 / 2, 1 / 2, 0"}, "'/' is not a number: write a fraction without blanks"),
        ({"target": "1 / 2 1 / 2 0"}, "'/' is not a number: write a fraction without blanks"),
    ],
)
def test_weights_that_do_not_fit_are_a_usage_error(options, reason):
    with pytest.raises(UsageError, match=reason):
        grad(**options)


@pytest.mark.parametrize("option", ["target", "output"])
def test_a_class_that_is_not_there_is_named(option):
    with pytest.raises(UnknownClass, match=f"--{option}: 'cow' is not a class"):
        grad(**{option: "cow"})


def test_there_is_a_function_for_every_command():
    assert set(COMMANDS) == {"eval", "jacobian", "grad"}


def test_a_group_whose_digits_cannot_be_given_is_left_out():
    text = "k,x\na,0\na,-1e300\nb,0\n"
    ran = softmax("eval", "--by", "k", "--digits", "3", "--on-error", "skip", stdin=text)
    assert ran.out == "k,x\nb,1.00\n"
    assert ran.err.startswith("Error: stdin:2: a result is too small")
    assert ran.status == 1
