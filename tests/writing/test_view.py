from decimal import Decimal

import numpy as np
import pytest
from shown import ANIMALS, GRAD, batch, gradient, probabilities

from softmax_cli.settings import Settings, Temperature
from softmax_cli.values import OfClass, OfWeights, Vectors
from softmax_cli.writing.view import View


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("target", ["<1e-308", ">-1e-308", "<1e-308"]),
        ("output", [">-1e-308", "<1e-308", ">-1e-308"]),
        ("prediction", [">-1e-308", "<1e-308", ">-1e-308"]),
    ],
)
def test_a_derivative_too_small_for_a_double_keeps_its_sign(kind: str, cells: list[str]) -> None:
    of = OfClass(kind, np.array([1]))  # type: ignore[arg-type]
    view = View(gradient([0, 0, 0], of), 0, (), GRAD)
    assert [view.cell(0.0, k) for k in range(3)] == cells


def test_a_gradient_by_weights_can_be_exactly_zero() -> None:
    view = View(gradient([0, 0, 0], OfWeights("upstream", np.ones(3))), 0, (), GRAD)
    assert view.cell(0.0, 0) == "0"


def test_a_derivative_can_be_one_at_another_temperature() -> None:
    of = OfClass("output", np.array([0]))
    cold = Settings("grad", temperature=Temperature("0.25", 0.25))
    assert View(gradient([1, -1, 0], of), 0, (), cold).cell(1.0, 0) == "1"
    assert View(gradient([1, -1, 0], of), 0, (), GRAD).cell(1.0, 0) == ">0.9999"


def test_a_logarithm_that_underflows_is_below_zero() -> None:
    view = View(Vectors(batch([800, 0]), "log_softmax", np.array([[0.0, -800]])), 0, (), GRAD)
    assert [view.cell(value, k) for k, value in enumerate((0.0, -800.0))] == [
        ">-1e-308",
        "-800.0000",
    ]


def test_the_classes_shown_are_the_largest() -> None:
    view = View(probabilities([1, 5, 3, 4]), 0, (), Settings("eval", rows=2))
    assert view.ordered(view.softmax) == [1, 3]
    every = View(probabilities([1, 5, 3, 4]), 0, (), Settings("eval", rows=0))
    assert every.ordered(every.softmax) == [0, 1, 2, 3]


def test_ties_are_all_predicted() -> None:
    assert View(probabilities([2, 2, 1], ANIMALS), 0, (), GRAD).predicted == {0, 1}
    answer = probabilities([2, 2, 1], ANIMALS)
    typed = [[Decimal(2), Decimal("2." + "0" * 30 + "1"), Decimal(1)]]
    answer = answer._replace(batch=answer.batch._replace(typed=typed))
    assert View(answer, 0, (), GRAD).predicted == {1}


def test_the_logarithms_shown_are_those_of_the_largest_logits() -> None:
    answer = Vectors(batch([1, 5, 3, 4]), "log_softmax", np.zeros((1, 4)))
    view = View(answer, 0, (), Settings("eval", rows=2))
    assert view.ordered(answer.values[0]) == [1, 3]
