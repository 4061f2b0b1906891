"""Arithmetic: one interface to doubles, decimals and doubles that are to be rounded."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import softmax

from softmax_cli.arithmetic import arithmetic
from softmax_cli.errors import NoAnswers
from softmax_cli.settings import Settings, Temperature
from softmax_cli.values import Batch, OfClass, OfWeights

LOGITS = st.one_of(
    st.integers(-4, 4).map(float),
    st.floats(-50, 50),
    st.sampled_from([0.5108256237659907, -np.inf]),
)
VECTORS = st.lists(LOGITS, min_size=2, max_size=5).filter(lambda x: max(x) > -np.inf)
ANSWERS = {
    "softmax": lambda a, _: a.softmax(),
    "log_softmax": lambda a, _: a.log_softmax(),
    "diagonal": lambda a, _: a.jacobian_diagonal(),
    "row": lambda a, n: a.jacobian_rows(np.array([0]), np.array([n - 1])),
    "output": lambda a, _: a.gradient(OfClass("output", np.array([0]))),
    "target": lambda a, n: a.gradient(OfClass("target", np.array([n - 1]))),
    "loss": lambda a, _: a.loss(OfClass("target", np.array([0]))),
    "labels": lambda a, n: a.gradient(OfWeights("target", np.full(n, 1 / n))),
    "upstream": lambda a, n: a.gradient(OfWeights("upstream", np.arange(n) / 4)),
}


def exact(name, x, t):
    """An answer's true values to 60 digits, by the arithmetic of decimals."""
    typed = [[Decimal(v) for v in x]]
    batch = Batch(np.array([x]), typed=typed)
    settings = Settings("eval", digits=60, temperature=Temperature(str(Decimal(t)), t))
    answer = ANSWERS[name]
    if name in ("labels", "upstream"):
        weights = {"labels": np.full(len(x), 1 / len(x)), "upstream": np.arange(len(x)) / 4}[name]
        kind = "target" if name == "labels" else "upstream"
        of = OfWeights(kind, np.array([*map(Decimal, weights.tolist())], dtype=object))
        return arithmetic(batch, settings).gradient(of)
    return answer(arithmetic(batch, settings), len(x))


@pytest.mark.parametrize("name", ANSWERS)
@given(x=VECTORS, places=st.integers(0, 24), t=st.sampled_from([1.0, 2.0, 0.1]))
def test_rounding_to_places_rounds_the_true_value(name, x, places, t):
    settings = Settings("eval", precision=places, temperature=Temperature(str(t), t))
    found = ANSWERS[name](arithmetic(Batch(np.array([x])), settings), len(x))
    unit = Decimal(1).scaleb(-places)
    context = Context(prec=400, rounding=ROUND_HALF_EVEN)
    for value, true in zip(found.ravel().tolist(), exact(name, x, t).ravel(), strict=True):
        if true.is_finite():
            rounded = true.quantize(unit, context=context)
            assert Decimal(f"{value:.{places}f}") == rounded


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ("eval 0.5108256237659907 0 -p 2", "0.63,0.37\n"),  # 0.625 as a double, and above it
        ("eval 0 0 0 -p 20", ",".join(["0." + "3" * 20] * 3) + "\n"),
        ("eval 0 0 -p 0", "0,0\n"),
        ("eval 1 1 1 1 1 1 1 1 -p 2", ",".join(["0.12"] * 8) + "\n"),
        ("grad 0 0 0 0 0 0 0 0 --target 1 -p 2", "-0.88" + ",0.12" * 7 + "\n"),
        ("eval -inf 0 -1000 -p 3", "0.000,1.000,0.000\n"),
        ("eval 0 -inf --log -p 1", "0.0,-inf\n"),
        ("eval 1 -1 --log -p 3 --temperature 2", "-0.313,-1.313\n"),
    ],
)
def test_precision_prints_what_the_true_value_rounds_to(arguments, shown):
    assert softmax(*arguments.split()).out == shown


def test_a_true_value_of_many_digits_is_printed_whole():
    (line,) = softmax("eval", "1", "0", "-p", "40").out.splitlines()
    with mpmath.workdps(60):
        value = 1 / (1 + mpmath.exp(-1))
        assert line.split(",")[0] == mpmath.nstr(value, 40)


def test_rows_that_round_safely_stay_doubles():
    values = arithmetic(Batch(np.array([[1.0, 0.0]])), Settings("eval", precision=4)).softmax()
    assert values.dtype == np.float64


def test_a_vector_whose_digits_cannot_be_given_is_named():
    typed = [[Decimal(0), Decimal(0)], [Decimal(0), Decimal("-1e300")]]
    batch = Batch(np.array([[0.0, 0.0], [0.0, -1e300]]), typed=typed)
    with pytest.raises(NoAnswers) as caught:
        arithmetic(batch, Settings("eval", digits=5)).softmax()
    (reason,) = caught.value.reasons.values()
    assert list(caught.value.reasons) == [1]
    assert "too small" in reason


def test_the_rows_before_and_behind_such_a_vector_are_answered():
    ran = softmax("eval", "--digits", "3", "--on-error", "skip", stdin="0,0\n0,-1e300\n1,1\n")
    assert ran.out == "0.500,0.500\n0.500,0.500\n"
    assert ran.err.startswith("Error: stdin:2: a result is too small")
    assert ran.status == 1


def test_places_beyond_the_smallest_double_are_of_the_true_value():
    with mpmath.workdps(400):
        true = mpmath.nstr(1 / (1 + mpmath.exp(750)), 5)
    (line,) = softmax("eval", "0", "-750", "-p", "330").out.splitlines()
    found = line.split(",")[1]
    assert len(found) == 332
    assert f"{Decimal(found):.4e}" == f"{Decimal(true):.4e}"


def test_vectors_in_rows_are_rounded_as_others_are():
    ran = softmax("eval", "--by", "k", "-p", "2", stdin="k,x\na,0.5108256237659907\na,0\n")
    assert ran.out == "k,x\na,0.63\na,0.37\n"  # 0.625 as a double, and above it


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ("eval --log 0 1e308 -T 0.01", "a logarithm of a probability"),
        ("grad 0 1e308 --target 1 -T 0.01 --loss", "a loss"),
    ],
)
def test_an_answer_that_no_double_holds_is_an_error_with_a_remedy(arguments, what):
    ran = softmax(*arguments.split())
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == f"Error: {what} is beyond 1.8e308, the largest double: add --digits\n"
