import re
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shown import ANIMALS, EVAL, probabilities

from softmax_cli.formulas import Data
from softmax_cli.pages import Text
from softmax_cli.settings import Settings, Temperature
from softmax_cli.writing.titles import closing, derivative
from softmax_cli.writing.view import View


def closing_words(x: Any, settings: Settings = EVAL, classes: Any = None) -> str:
    view = View(probabilities(x, classes), 0, (), settings)
    return "".join(
        part if isinstance(part, str) else part[0] for line in closing(view) for part in line.parts
    )


def entropy(x: Any) -> Any:
    """The entropy of a softmax, with 400 digits."""
    with mp.workdps(400):
        e = [mp.exp(mp.mpf(float(v))) for v in x]
        return -mp.fsum(v / mp.fsum(e) * mp.log(v / mp.fsum(e)) for v in e)


@given(st.lists(st.floats(-300, 300), min_size=2, max_size=8))
def test_the_entropy_is_right_however_small(x: list[float]) -> None:
    (shown,) = re.findall(r"entropy (\S+) nat", closing_words(x))
    exact = entropy(x)
    if shown.startswith("<"):
        assert exact < 1e-308
    elif "e-" in shown:
        assert abs(mp.mpf(shown) / exact - 1) < 0.06
    else:
        assert abs(mp.mpf(shown.lstrip(">")) - exact) < 0.0101


def test_the_lead_is_that_of_the_temperature() -> None:
    hot = Settings("eval", temperature=Temperature("10", 10.0))
    assert closing_words([20, 0], hot).startswith("1 leads 2 7.4 : 1")


def test_a_certain_vector_has_nothing_to_be_asked() -> None:
    assert closing_words([2, -np.inf]) == ""


def test_many_ties_are_counted() -> None:
    assert closing_words(np.zeros(1000)).startswith("1,000 classes tie · entropy 6.91")


def test_a_lead_names_the_first_two() -> None:
    assert closing_words([0, 3, 1], classes=ANIMALS).startswith("dog leads bird 7.4 : 1")


@pytest.mark.parametrize(
    ("name", "text", "latex"),
    [
        ("12", "∂x₁₂", r"\partial x_{12}"),
        (Data("cat"), "∂x cat", r"\partial x_{\text{cat}}"),
        (Data(""), "∂x ''", r"\partial x_{\text{}}"),
    ],
)
def test_a_derivative_is_named_by_its_class(name: Text, text: str, latex: str) -> None:
    built = derivative("x", name)
    assert (built.text, built.latex) == (text, latex)
