"""Arithmetic: one interface to doubles, decimals and doubles that are to be rounded."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

import mpmath
import numpy as np
import pytest
from exact_numbers import rounded
from hypothesis import given
from hypothesis import strategies as st
from programs import softmax

from softmax_cli.arithmetic import Arithmetic, arithmetic, softmax_in_rows
from softmax_cli.errors import NoAnswers
from softmax_cli.mathematics.rounding import Places
from softmax_cli.settings import Settings, Temperature
from softmax_cli.values import Batch, Groups, OfClass, OfWeights

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
SLIGHTLY_ABOVE_A_TIE = [0.5108256237659907, 0.0]  # 0.625 as a double


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


def to_places(places: int, *x: list[float]) -> Arithmetic:
    return arithmetic(Batch(np.array(x)), Settings("eval", precision=places))


def to_digits(digits: int, *x: list[int]) -> Arithmetic:
    typed = [[*map(Decimal, vector)] for vector in x]
    values = np.array(x, dtype=np.float64).reshape(-1, 2)
    return arithmetic(Batch(values, typed=typed), Settings("eval", digits=digits))


def in_rows(*x: list[float]) -> Groups:
    starts = np.cumsum([0, *map(len, x)])
    return Groups(Batch(np.concatenate(x)[:, np.newaxis]), starts)


@pytest.mark.parametrize("name", ANSWERS)
@given(x=VECTORS, places=st.integers(0, 24), t=st.sampled_from([1.0, 2.0, 0.1]))
def test_rounding_to_places_rounds_the_true_value(name, x, places, t):
    settings = Settings("eval", precision=places, temperature=Temperature(str(t), t))
    found = ANSWERS[name](arithmetic(Batch(np.array([x])), settings), len(x))
    unit = Decimal(1).scaleb(-places)
    context = Context(prec=400, rounding=ROUND_HALF_EVEN)
    for value, true in zip(found.ravel().tolist(), exact(name, x, t).ravel(), strict=True):
        if true.is_finite():
            expected = true.quantize(unit, context=context)
            assert Decimal(f"{value:.{places}f}") == expected


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
        ("eval --log 0 1e308 1e308 -T 0.01", "a logarithm of a probability"),
        ("grad 0 1e308 --target 1 -T 0.01 --loss", "a loss"),
        ("grad 1e-5 0 --upstream 1e308,-1e308 -T 1e-4", "an entry of the gradient"),
    ],
)
def test_an_answer_that_no_double_holds_is_an_error_with_a_remedy_that_works(arguments, what):
    ran = softmax(*arguments.split())
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == f"Error: {what} is beyond 1.8e308, the largest double: add --digits\n"
    assert softmax(*arguments.split(), "--digits", "3").status == 0


@pytest.mark.parametrize(
    ("options", "table", "line"),
    [
        ("eval --log", "0,0\n1e308,1e308,-1e308\n", 2),
        ("eval --log", "1\n1e308\n1e308\n-1e308\n", 1),
        ("grad --loss --by q -c x --target-column y", "q,x,y\n1,1e308,0\n1,-1e308,1\n", 2),
    ],
)
def test_rows_whose_answers_no_double_holds_are_told_the_remedy_too(options, table, line):
    ragged = ["--ragged"] if "0,0" in table else []
    ran = softmax(*options.split(), *ragged, stdin=table)
    assert ran.status == 1
    assert ran.err.startswith(f"Error: stdin:{line}: ")
    assert ran.err.endswith(" is beyond 1.8e308, the largest double: add --digits\n")
    assert softmax(*options.split(), *ragged, "--digits", "3", stdin=table).status == 0


def test_digits_after_the_point_give_way_to_significant_ones():
    ran = softmax("eval", "--log", "1e308", "1e308", "-1e308", "-p", "3")
    assert ran.err.endswith(", the largest double: replace -p by --digits\n")


@pytest.mark.parametrize(
    "arguments", ["eval --log 1e308 -1e308", "grad 1e308 0 -1e308 --target 3 --loss"]
)
def test_where_the_digits_cannot_be_given_either_they_are_no_remedy(arguments):
    ran = softmax(*arguments.split())
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.endswith(
        " is beyond 1.8e308, the largest double; --digits cannot give this vector's answer either\n"
    )
    assert softmax(*arguments.split(), "--digits", "3").status == 1


def test_vectors_in_rows_have_the_bits_that_each_has_alone() -> None:
    vectors = [[1.0, 2.0], [0.5, -1.0, 3.0], [7.0]]
    settings = Settings("eval", temperature=Temperature("0.7", 0.7))
    found = softmax_in_rows(in_rows(*vectors), settings)
    alone = [arithmetic(Batch(np.array([x])), settings).softmax()[0] for x in vectors]
    assert found is not None
    assert found.shape == (6, 1)
    assert found.tobytes() == np.concatenate(alone).tobytes()


@pytest.mark.parametrize(
    ("x", "settings"),
    [
        ([1.0, 0.0], Settings("eval", digits=4)),
        (SLIGHTLY_ABOVE_A_TIE, Settings("eval", precision=2)),
    ],
)
def test_vectors_in_rows_that_need_more_digits_are_not_doubles(
    x: list[float], settings: Settings
) -> None:
    assert softmax_in_rows(in_rows([1.0, 2.0], x), settings) is None


def test_vectors_in_rows_that_round_safely_stay_doubles() -> None:
    found = softmax_in_rows(in_rows([1.0, 0.0]), Settings("eval", precision=4))
    assert found is not None
    assert found.ravel().tolist() == [0.7310585786300049, 0.2689414213699951]


def test_a_vector_with_an_answer_that_no_double_holds_is_named() -> None:
    batch = Batch(np.array([[0.0, 0.0], [0.0, 1e308]]))
    doubles = arithmetic(batch, Settings("eval", temperature=Temperature("0.01", 0.01)))
    with pytest.raises(NoAnswers) as caught:
        doubles.loss(OfClass("target", np.array([0, 0])))
    (error,) = caught.value.reasons.values()
    assert list(caught.value.reasons) == [1]
    assert str(error) == "a loss is beyond 1.8e308, the largest double"


def test_only_values_that_may_round_wrongly_are_worked_out_again() -> None:
    values = to_places(2, [1.0, 0.0], SLIGHTLY_ABOVE_A_TIE, [0.0, -np.inf]).softmax()
    assert values.tolist() == [[0.7310585786300049, 0.2689414213699951], [0.63, 0.37], [1.0, 0.0]]


@pytest.mark.parametrize(
    ("x", "places", "dtype"),
    [
        ([0.0, -1000.5], 0, float),
        ([0.0, -1e15 + 1], 0, float),
        ([0.0, -1e15], 0, object),
        ([0.0, -1e7], 8, object),
        ([0.0, 0.0], 14, float),
        ([0.0, 0.0], 15, object),
    ],
)
def test_what_was_worked_out_is_a_double_up_to_fifteen_digits(
    x: list[float], places: int, dtype: type
) -> None:
    assert to_places(places, x).log_softmax().dtype == dtype


@pytest.mark.parametrize(("value", "dtype"), [(0.5625, float), (0.562949953421312, object)])
def test_a_value_no_farther_from_a_tie_than_its_error_may_be_is_worked_out(
    value: float, dtype: type
) -> None:
    """The second is 2^49 units of the last place: half of one is 2^−50 of it."""
    gradient = to_places(15, [0.0, 0.0]).gradient(OfWeights("upstream", np.array([4 * value, 0])))
    assert gradient.dtype == dtype
    assert [*map(float, gradient[0])] == [value, -value]


@pytest.mark.parametrize(("places", "dtype"), [(307, float), (308, object), (330, object)])
def test_from_308_places_on_every_value_is_worked_out(places: int, dtype: type) -> None:
    found = to_places(places, [0.0, -740.0]).jacobian_diagonal()
    assert found.dtype == dtype
    with mpmath.workdps(400):
        true = rounded(mpmath.exp(-740) / (1 + mpmath.exp(-740)) ** 2, Places(places))
    assert [f"{value:.{places}f}" for value in found[0]] == [f"{true:f}"] * 2


def test_a_probability_that_is_1_as_a_double_has_places_below_it() -> None:
    found = to_places(30, [0.0, -60.0]).softmax()
    with mpmath.workdps(60):
        assert found[0, 0] == rounded(1 / (1 + mpmath.exp(-60)), Places(30))


def test_values_that_are_worked_out_again_have_the_weights_of_their_vector() -> None:
    weights = np.array([[1.2, 0.0], [0.5, 0.0], [1.5, 0.0]])
    zeros = [0.0, 0.0]
    found = to_places(2, zeros, zeros, zeros).gradient(OfWeights("upstream", weights))
    assert found.tolist() == [[0.3, -0.3], [0.12, -0.12], [0.38, -0.38]]


def test_each_vector_in_decimals_has_its_own_weights() -> None:
    weights = np.array([[Decimal(4), Decimal(0)], [Decimal(8), Decimal(0)]])
    found = to_digits(3, [0, 0], [0, 0]).gradient(OfWeights("upstream", weights))
    assert found.astype(str).tolist() == [["1.00", "-1.00"], ["2.00", "-2.00"]]


def test_a_vector_whose_jacobian_has_no_digits_is_named() -> None:
    with pytest.raises(NoAnswers) as caught:
        to_digits(5, [0, 0], [0, -(10**300)]).jacobian_rows(np.array([1]), np.array([1]))
    reason = "a result is too small to give its digits: it is below 1e-100000000000000000"
    assert caught.value.reasons == {1: reason}


def test_answers_in_decimals_are_objects_where_there_are_none() -> None:
    none = np.arange(0)
    assert to_digits(5).softmax().dtype == object
    assert to_digits(5, [0, 0]).jacobian_rows(none, none).dtype == object
