import re
from decimal import Decimal
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from shown import ANIMALS, EVAL, batch, probabilities

from softmax_cli.arithmetic import arithmetic
from softmax_cli.formulas import Data
from softmax_cli.pages import Text
from softmax_cli.settings import Settings, Temperature
from softmax_cli.values import Vectors
from softmax_cli.writing.titles import closing, derivative
from softmax_cli.writing.view import View


def closing_words(x: Any, settings: Settings = EVAL, classes: Any = None) -> str:
    view = View(probabilities(x, classes), 0, (), settings)
    return "".join(
        part if isinstance(part, str) else part[0] for line in closing(view) for part in line.parts
    )


def hot(temperature: str) -> Settings:
    return Settings("eval", temperature=Temperature(temperature, float(temperature)))


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
    assert closing_words([20, 0], hot("10")).startswith("1 leads 2 7.4 : 1")


def shown_ratio(words: str) -> str:
    (ratio,) = re.findall(r"leads \S+ (.+) : 1 ·", words)
    return str(ratio)


def true_lead(x: Any, temperature: float) -> Any:
    """(x1 − x2)/T of the largest two, with the digits of the context."""
    first, second = sorted(map(float, x))[:-3:-1]
    return (mp.mpf(first) - mp.mpf(second)) / mp.mpf(temperature)


def is_right(shown: str, true: Any) -> bool:
    """Whether the true value is within half a unit of the last digit shown."""
    mantissa, _, exponent = shown.replace(",", "").partition("e")
    places = len(mantissa.partition(".")[2])
    unit = mp.mpf(10) ** (int(exponent or 0) - places)
    return bool(abs(mp.mpf(shown.replace(",", "")) - true) <= unit * mp.mpf("0.500001"))


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.lists(st.one_of(finite, st.floats(-30, 30)), min_size=2, max_size=4), st.floats(-150, 150)
)
def test_every_digit_of_a_lead_is_right(x: list[float], power: float) -> None:
    asked = hot(repr(10.0**power))
    with mp.workdps(700):
        lead = true_lead(x, 10.0**power)
        assume(lead > 0)
        ratio = shown_ratio(closing_words(x, asked))
        assert len(ratio) < 20
        if ratio.startswith("10^"):
            assert is_right(ratio[3:].strip("()"), lead / mp.log(10))
        elif ratio.startswith("("):
            assert is_right(ratio.strip("()").removeprefix("1 + "), mp.expm1(lead))
        else:
            assert is_right(ratio, mp.exp(lead))


@pytest.mark.parametrize(
    ("x", "typed", "ratio"),
    [
        ([1e20, 0], "1", "10^(4.3e+19)"),
        ([1e17, 0], "1", "10^(4.3e+16)"),
        ([1e300, -1e300], "1", "10^(8.7e+299)"),
        ([2, 1], "1e-150", "10^(4.3e+149)"),
        ([1e9, 0], "1", "10^434294482"),
        ([1e-17, 0], "1", "(1 + 1.0e-17)"),
        ([1e-200, 0], "1e150", "(1 + 1.0e-350)"),
    ],
)
def test_no_lead_is_too_large_or_too_small(x: Any, typed: str, ratio: str) -> None:
    assert closing_words(x, hot(typed)).startswith(f"1 leads 2 {ratio} : 1")


def test_the_second_is_found_where_no_double_holds_the_differences() -> None:
    words = closing_words([1.7e308, -1.7e308, -1.6e308])
    assert words.startswith("1 leads 3 10^(1.4e+308) : 1")


def test_a_lead_is_that_of_the_numbers_as_typed() -> None:
    typed = tuple(map(Decimal, ("1", "1.00000000000000000000003", "1.00000000000000000000001")))
    asked = Settings("eval", digits=30)
    shares = arithmetic(batch([1, 1, 1], typed=(typed,)), asked).softmax()
    answer = Vectors(batch([1, 1, 1], typed=(typed,)), "softmax", shares)
    (line,) = closing(View(answer, 0, (), asked))
    assert "".join(map(str, line.parts)).startswith("2 leads 3 (1 + 2.0e-23) : 1")


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
