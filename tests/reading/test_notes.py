from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.reading.layout import Layout
from softmax_cli.reading.notes import notes_on_answer, notes_on_first
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Element, OfClass, OfWeights, Vectors

LAYOUT = Layout("t.csv")
EVAL, GRAD = Settings("eval"), Settings("grad")


def notes(values, settings=EVAL, **beside):
    batch = Batch(np.array([values], dtype=float), lines=(3,), **beside)
    return list(notes_on_first(batch, LAYOUT, settings))


def notes_on_gradient(values, of):
    array = np.array(values, dtype=float)
    batch = Batch(array, lines=range(1, len(array) + 1))
    answer = Vectors(batch, "grad", array, of=of)
    return list(notes_on_answer(answer, LAYOUT))


def test_one_value_has_a_softmax_of_1():
    assert notes([7]) == ["t.csv:3: one value only, whose softmax is always 1"]


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=8))
def test_probabilities_are_recognised_though_rounded(values):
    probabilities = np.round(np.array(values) / sum(values), 6)
    assert notes(probabilities) == ["t.csv:3: the values are probabilities already: they sum to 1"]


@pytest.mark.parametrize(
    "values", [[2, 1, 0.1], [1, 0, 0], [0.5, 0.6], [1.2, -0.2], [0.5, -np.inf], [0, 0]]
)
def test_logits_are_not_taken_for_probabilities(values):
    assert notes(values) == []


def test_a_gradient_without_a_word_of_what_says_what_it_is_of():
    said = "t.csv:3: the gradient is that of the probability of the predicted class, "
    assert notes([2, 1], GRAD) == [f"{said}1"]
    assert notes([2, 1], GRAD, classes=("a\x1b", "b")) == [rf"{said}a\x1b"]
    assert notes([1, 2], Settings("grad", zero_based=True)) == [f"{said}1"]
    typed = [[Decimal(1), Decimal("1." + "0" * 30 + "1")]]
    assert notes([1, 1], GRAD, typed=typed) == [f"{said}2"]


@pytest.mark.parametrize(
    "options", [{"target": "1"}, {"upstream": "1,2"}, {"output": "1"}, {"target_column": "y"}]
)
def test_a_gradient_of_something_named_needs_no_note(options):
    assert notes([2, 1], Settings("grad", **options)) == []


def test_an_argument_has_no_line():
    batch = Batch(np.array([[1.0]]), lines=(0,))
    assert list(notes_on_first(batch, LAYOUT, EVAL)) == [
        "one value only, whose softmax is always 1"
    ]


def test_of_several_arguments_the_note_is_about_every_gradient():
    batch = Batch(np.array([[2.0, 1.0]]), lines=(Element.of(0, 1),))
    assert list(notes_on_first(batch, LAYOUT, GRAD, several=True)) == [
        "the gradient is that of the probability of each vector's predicted class"
    ]


def test_of_several_arguments_the_first_is_named():
    batch = Batch(np.array([[1.0]]), lines=(Element.of(0, 1),))
    assert list(notes_on_first(batch, Layout("arguments"), EVAL, several=True)) == [
        "arguments: vector 1: one value only, whose softmax is always 1"
    ]


def test_a_masked_target_is_named_with_its_line():
    of = OfClass("target", np.array([0, 0, 1]))
    values = [[-np.inf, 1], [1, -np.inf], [1, -np.inf]]
    said = "the target is a masked class: the loss is infinite"
    assert notes_on_gradient(values, of) == [f"t.csv:1: {said}", f"t.csv:3: {said}"]


def test_a_mask_where_the_target_has_no_weight_is_no_matter():
    of = OfWeights("target", np.array([0.0, 1.0]))
    assert notes_on_gradient([[-np.inf, 1]], of) == []
    assert len(notes_on_gradient([[1, -np.inf]], of)) == 1
    assert notes_on_gradient([[1, -np.inf]], OfWeights("upstream", np.array([1.0, 1.0]))) == []
