"""Every formula, right or wrong, is made of the quantities of one question."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from questioned import batch_of, settings_for

from softmax_cli.homework.questions import question
from softmax_cli.homework.work import Work

QUESTIONS = {
    "probabilities": ("eval", {}),
    "logarithms": ("eval", {"log": True}),
    "matrix": ("jacobian", {}),
    "diagonal": ("jacobian", {"diagonal": True}),
    "row": ("jacobian", {"output": "2"}),
    "output": ("grad", {"output": "2"}),
    "target": ("grad", {"target": "2"}),
    "distribution": ("grad", {"target": "0.5,0.25,0.25"}),
    "upstream": ("grad", {"upstream": "1,-2,0.5"}),
    "loss": ("grad", {"target": "2", "loss": True}),
    "loss of a distribution": ("grad", {"target": "0.5,0,0.5", "loss": True}),
}
LOGITS = st.lists(st.decimals(-9, 9, places=2), min_size=3, max_size=3).map(
    lambda x: " ".join(map(str, x))
)


def work_on(command, values="2 1 0.1", **options):
    settings = settings_for(command, **options)
    asked = question(batch_of(values, settings), settings)
    return Work(asked, asked.right)


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("temperature", ["1", "2.5"])
@given(values=LOGITS)
def test_the_right_formula_with_the_probabilities_is_the_right_answer(name, temperature, values):
    command, options = QUESTIONS[name]
    work = work_on(command, values, temperature=temperature, **options)
    answer = work.answer(work.σ)
    assert answer.shape == work.right.shape
    np.testing.assert_allclose(answer, work.right, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("name", ["row", "target", "loss"])
@given(values=LOGITS)
def test_another_class_in_the_formula_is_the_answer_for_that_class(name, values):
    command, options = QUESTIONS[name]
    other = {key: "3" if text == "2" else text for key, text in options.items()}
    work = work_on(command, values, **options)
    right = work_on(command, values, **other).right
    np.testing.assert_allclose(work.answer(work.σ, k=2), right, rtol=1e-9, atol=1e-13)


def test_the_slope_stands_for_one_over_the_temperature_in_derivatives_alone():
    for name, (command, options) in QUESTIONS.items():
        work = work_on(command, temperature="2.5", **options)
        factor = 1.0 if name.startswith(("probabilities", "logarithms", "loss")) else 2.5
        np.testing.assert_allclose(work.answer(work.σ, slope=1.0), work.right * factor)


@pytest.mark.parametrize(
    ("command", "options", "k"),
    [
        ("eval", {}, None),
        ("jacobian", {}, None),
        ("jacobian", {"output": "1"}, 0),
        ("jacobian", {"output": "1", "zero_based": True}, 1),
        ("grad", {"target": "bird"}, 2),
        ("grad", {}, 0),  # the predicted class
        ("grad", {"target": "0,1,0"}, None),
    ],
)
def test_the_class_asked_for_is_counted_from_0(command, options, k):
    names = options.get("target") == "bird"
    values = "cat=2 dog=1 bird=0.1" if names else "2 1 0.1"
    assert work_on(command, values, **options).k == k


@pytest.mark.parametrize(("target", "neighbours"), [("1", [1]), ("2", [0, 2]), ("3", [1])])
def test_the_neighbours_are_the_classes_on_both_sides_that_there_are(target, neighbours):
    assert work_on("grad", target=target).neighbours() == neighbours
    assert work_on("eval").neighbours() == []


def test_the_target_is_its_distribution_or_one_hot():
    np.testing.assert_array_equal(work_on("grad", target="0.5,0.25,0.25").y, [0.5, 0.25, 0.25])
    np.testing.assert_array_equal(work_on("grad", target="2").y, [0, 1, 0])


def test_the_softmax_of_large_and_masked_values_is_finite():
    work = work_on("eval")
    p = work.softmax(np.array([1000.0, 1000.0, -np.inf]))
    np.testing.assert_array_equal(p, [0.5, 0.5, 0.0])
