import itertools
from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Any

import mpmath
import numpy as np
import pytest
from exact_numbers import D, decimals, ln, rounded, text, wide
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

from softmax_cli.mathematics import exact
from softmax_cli.mathematics import softmax as core
from softmax_cli.mathematics.decimals import (
    Logarithm,
    Number,
    Quotient,
    TooSmall,
    evaluate,
)
from softmax_cli.mathematics.rounding import Places, Rounding

INFINITY = D("Infinity")
examples = settings(derandomize=True, deadline=None, max_examples=60)


def true_values(
    numbers: Sequence[Number], t: mpf, y: Sequence[Number], g: Sequence[Number]
) -> dict[str, list[mpf]]:
    """Return every answer by the textbook's formulas."""
    x, y, g = ([wide(v) for v in values] for values in (numbers, y, g))
    n = range(len(x))
    e = [mpmath.exp((v - max(x)) / t) for v in x]
    total = mpmath.fsum(e)
    σ = [v / total for v in e]
    log = [mpmath.log(v) if v else -mpmath.inf for v in σ]
    matrix = [[σ[j] * ((j == k) - σ[k]) / t for k in n] for j in n]
    return {
        "softmax": σ,
        "log": log,
        "jacobian": [v for row in matrix for v in row],
        "row": matrix[-1],
        "diagonal": [matrix[j][j] for j in n],
        "class": [(v - (j == 0)) / t for j, v in enumerate(σ)],
        "class loss": [-log[0]],
        "distribution": [(v * mpmath.fsum(y) - p) / t for v, p in zip(σ, y, strict=True)],
        "distribution loss": [-mpmath.fsum(p * v for p, v in zip(y, log, strict=True) if p)],
        "upstream": [mpmath.fsum(g[k] * matrix[k][j] for k in n) for j in n],
    }


def answers(
    numbers: Sequence[Number],
    t: Number,
    y: Sequence[Number],
    g: Sequence[Number],
    to: Rounding,
) -> dict[str, list[Decimal]]:
    """Return what `true_values` does, rounded, by the functions under test."""
    last = len(numbers) - 1
    return {
        "softmax": exact.softmax(numbers, to, t),
        "log": exact.log_softmax(numbers, to, t),
        "jacobian": list(itertools.chain(*exact.jacobian(numbers, to, t))),
        "row": exact.jacobian_row(numbers, last, to, t),
        "diagonal": exact.jacobian_diagonal(numbers, to, t),
        "class": exact.gradient_target(numbers, 0, to, t),
        "class loss": [exact.cross_entropy(numbers, 0, to, t)],
        "distribution": exact.gradient_target(numbers, y, to, t),
        "distribution loss": [exact.cross_entropy(numbers, y, to, t)],
        "upstream": exact.gradient_upstream(numbers, g, to, t),
    }


def assert_right(
    numbers: Sequence[Number],
    t: Number,
    y: Sequence[Number],
    g: Sequence[Number],
    to: Rounding,
    precision: int,
) -> None:
    """Compare every digit of every answer with mpmath's at a precision beyond all cancellation."""
    found = answers(numbers, t, y, g, to)
    with mpmath.workdps(precision):
        noise = mpf(10) ** (60 - precision)
        for name, true in true_values(numbers, wide(t), y, g).items():
            for value, other in zip(found[name], true, strict=True):
                other = mpf(0) if abs(other) < noise else other
                assert str(value) == str(rounded(other, to)), name


rationals = st.one_of(
    st.integers(-60, 60).map(Decimal),
    st.decimals(-50, 50, places=3),
    st.floats(-30, 30).map(Decimal),
    st.builds(Quotient, st.integers(-20, 20).map(Decimal), st.integers(1, 9).map(Decimal)),
)
logarithms = st.one_of(
    st.builds(Logarithm, st.integers(1, 30).map(Decimal), st.booleans()),
    st.builds(Quotient, st.integers(2, 9).map(ln), st.integers(1, 4).map(Decimal)),
)
logits = st.one_of(rationals, logarithms)
temperatures = st.one_of(
    st.just(D(1)),
    st.sampled_from([D("0.1"), D(2), D("0.5"), D(7), Quotient(D(1), D(3)), ln(2)]),
)
weights = st.one_of(
    st.decimals(0, 1, places=2), st.builds(Quotient, st.integers(0, 5).map(D), st.just(D(7)))
)
upstreams = st.one_of(
    st.integers(-9, 9).map(Decimal), st.decimals(-5, 5, places=2), st.builds(ln, st.integers(2, 9))
)
roundings = st.one_of(st.integers(1, 60), st.builds(Places, st.integers(0, 60)))


@st.composite
def problems(
    draw: st.DrawFn, numbers: st.SearchStrategy[Number]
) -> tuple[list[Number], list[Number], list[Number]]:
    """Draw logits with ties and masks, a distribution that need not sum to 1, and weights."""
    x = draw(st.lists(numbers, min_size=1, max_size=3))
    x += draw(st.lists(st.sampled_from([*x, -INFINITY, Quotient(-INFINITY, D(2))]), max_size=3))
    n = len(x)
    masked = [evaluate(v, 5) == -INFINITY for v in x]
    y = [D(0) if hidden else draw(weights) for hidden in masked]
    return draw(st.permutations(x)), y, draw(st.lists(upstreams, min_size=n, max_size=n))


@settings(examples, max_examples=120)
@given(problems(logits), temperatures, roundings)
def test_every_answer_is_the_true_value_rounded_once(
    problem: tuple[list[Number], list[Number], list[Number]], temperature: Number, to: Rounding
) -> None:
    x, y, g = problem
    assert_right(x, temperature, y, g, to, 3000)


@settings(examples, max_examples=30)
@given(
    problems(st.one_of(st.integers(-1000, 1000).map(D), st.decimals(-1000, 1000, places=1))),
    st.sampled_from([D(1), D(4), D("0.5")]),
    st.one_of(st.integers(1, 5), st.builds(Places, st.integers(0, 5))),
)
def test_every_answer_is_right_for_huge_spreads(
    problem: tuple[list[Number], list[Number], list[Number]], temperature: Number, to: Rounding
) -> None:
    x, y, g = problem
    assert_right(x, temperature, y, g, to, 7500)


def test_a_thousand_digits_are_right() -> None:
    numbers = decimals("2", "1", "0.1", "-7.25")
    assert_right(numbers, D(3), decimals("0.5", "0.25", 0, "0.1"), decimals(1, 2, 3, 5), 1000, 1300)


def test_numbers_are_taken_as_typed() -> None:
    fifty = text(exact.softmax(decimals(2, 1, "0.1"), 50))
    assert fifty.startswith("0.65900113888596790691401397576134281197179743614643,")
    as_double = exact.softmax([D(2), D(1), D.from_float(0.1)], 50)
    assert text(as_double) != fifty


def test_logarithms_of_counts_give_their_shares() -> None:
    sixths = "0.16666666666666666667,0.33333333333333333333,0.50000000000000000000"
    assert text(exact.softmax([ln(1), ln(2), ln(3)], 20)) == sixths


@pytest.mark.parametrize(
    ("numbers", "temperature"),
    [
        ([ln(9), ln(1)], D(2)),
        ([ln(3), D(0)], D(1)),
        ([Quotient(ln(9), D(2)), ln(1)], D(1)),
        ([Logarithm(D(3), negative=True), Logarithm(D(9), negative=True)], D(1)),
        ([Quotient(ln(3), D(2)), ln(1)], Quotient(D(1), D(2))),
        ([Logarithm(Quotient(D(3), D(7))), Logarithm(Quotient(D(1), D(7)))], D(1)),
    ],
)
def test_logarithms_in_rational_proportion_are_worked_out_in_fractions(
    numbers: list[Number], temperature: Number
) -> None:
    assert text(exact.softmax(numbers, 1, temperature)) == "0.8,0.2"


def test_a_constant_upstream_has_exactly_no_gradient() -> None:
    for g in (D("7.3"), ln(2), Quotient(D(1), D(3))):
        assert exact.gradient_upstream(decimals(1, 2, "0.1"), [g] * 3, 30) == [0, 0, 0]


def test_an_upstream_gradient_that_is_zero_in_one_class_is_known_to_be() -> None:
    gradient = exact.gradient_upstream(decimals(0, 0, 5), decimals(1, 3, 2), 6)
    assert [str(v) for v in gradient] == ["-0.00664835", "0.00664835", "0"]
    half = exact.gradient_upstream([ln(1), ln(3)], decimals(5, 5), 6)
    assert half == [0, 0]


def test_the_gradient_against_its_own_distribution_is_zero() -> None:
    y = [Quotient(D(k), D(6)) for k in (1, 2, 3)]
    assert exact.gradient_target([ln(1), ln(2), ln(3)], y, 9) == [0, 0, 0]


def test_heavy_cancellation_keeps_every_digit_asked_for() -> None:
    y = decimals("0.6590011388859679", "0.2424329707047139", "0.0985658904093182")
    gradient = exact.gradient_target(decimals(2, 1, "0.1"), y, 20)
    σ = exact.softmax(decimals(2, 1, "0.1"), 60)
    expected = [Context(prec=20).subtract(a, b) for a, b in zip(σ, y, strict=True)]
    assert gradient == expected


def test_masked_classes_have_probability_zero_and_no_derivatives() -> None:
    masked = [D(1), -INFINITY, Quotient(-INFINITY, D(2)), D(0)]
    σ = exact.softmax(masked, 8)
    assert [σ[0], σ[3]] == exact.softmax(decimals(1, 0), 8)
    assert [str(v) for v in σ[1:3]] == ["0", "0"]
    assert exact.log_softmax(masked, 8)[1] == -INFINITY
    matrix = exact.jacobian(masked, 8)
    assert [str(v) for v in matrix[1]] == ["0"] * 4
    assert [str(row[2]) for row in matrix] == ["0"] * 4
    assert exact.cross_entropy(masked, 1, 5) == INFINITY
    assert exact.gradient_target(decimals("-Infinity", 0), 0, 3) == [-1, 1]


def test_a_masked_class_with_no_weight_does_not_make_the_loss_infinite() -> None:
    assert exact.cross_entropy([D(0), -INFINITY], [D(1), D(0)], 5) == 0


def test_huge_spreads_end_at_once() -> None:
    assert exact.softmax(decimals("1e308", "-1e308"), 3, D("1e308")) == decimals("0.881", "0.119")
    with mpmath.workdps(60):
        tiny = mpmath.exp(mpf("-1e17"))
        assert abs(mpf(str(exact.softmax(decimals(0, "-1e17"), 5)[1])) / tiny - 1) < 1e-4
    assert exact.cross_entropy(decimals(0, "-1e300"), 1, 3) == D("1e300")


@pytest.mark.parametrize(
    "call",
    [
        lambda: exact.softmax(decimals(0, "-1e300"), 5),
        lambda: exact.softmax(decimals("1e999999999", "1e-999999999"), 5),
        lambda: exact.log_softmax(decimals(0, "-1e300"), 5),
        lambda: exact.cross_entropy(decimals(0, "-1e300"), 0, 5),
        lambda: exact.jacobian_row(decimals(0, "-1e300"), 1, 5),
        lambda: exact.jacobian_diagonal(decimals(0, "-1e300"), 5),
        lambda: exact.gradient_target(decimals(0, "-1e300"), 0, 5),
        lambda: exact.gradient_upstream(decimals(0, "-1e300", "-2e300"), decimals(0, 1, -1), 5),
    ],
)
def test_a_result_too_small_for_its_digits_is_an_error_not_zero(call: Any) -> None:
    with pytest.raises(TooSmall, match="too small"):
        call()


def test_a_tiny_difference_between_logits_is_worked_out() -> None:
    near = [D(1), D(1) + D("1e-25")]
    assert text(exact.gradient_upstream(near, decimals(0, 1), 5)) == "-0.25000,0.25000"
    σ = exact.softmax(near, 30)
    assert text(σ) == "0.499999999999999999999999975000,0.500000000000000000000000025000"


def test_one_class_is_certain() -> None:
    assert text(exact.softmax(decimals(3), 4)) == "1.000"
    assert exact.log_softmax(decimals(3), 4) == [0]
    assert exact.jacobian(decimals(3), 4) == [[0]]
    assert exact.cross_entropy(decimals(3), 0, 4) == 0


@examples
@given(st.lists(logits, min_size=1, max_size=4), st.integers(1, 40))
def test_every_answer_has_exactly_the_digits_asked_for(numbers: list[Number], digits: int) -> None:
    flat = [*exact.softmax(numbers, digits), *itertools.chain(*exact.jacobian(numbers, digits))]
    for value in flat:
        assert len(value.as_tuple().digits) == digits or (value == 0 and str(value) == "0")


def test_the_largest_are_all_that_tie() -> None:
    assert exact.largest(decimals(1, 2, 2)) == [1, 2]
    assert exact.largest([ln(7), D(2), Quotient(D(4), D(2))]) == [1, 2]


def test_a_gradient_beyond_all_cancellation_is_worked_out() -> None:
    found = exact.gradient_upstream(decimals(0, -10000), decimals(1, 2), 5)
    assert [str(v) for v in found] == ["-1.1355E-4343", "1.1355E-4343"]
    found = exact.gradient_upstream(decimals(0, 0, 0, "-1e9"), decimals(1, 3, 2, 7), 5)
    assert [str(v) for v in found[2:]] == ["-6.9419E-434294483", "2.0826E-434294482"]
    mixed = exact.gradient_upstream(decimals(0, -9, -9, -30000), decimals(0, 1, -1, 2), 3)
    assert str(mixed[0]) == exact_text(-2 * mpmath.exp(-30000) / (1 + 2 * mpmath.exp(-9)) ** 2)


def exact_text(value: mpf) -> str:
    return str(rounded(value, 3))


def test_a_distribution_that_does_not_sum_to_one_weighs_the_probabilities() -> None:
    y = decimals("0.3", "0.3")
    assert exact.gradient_target(decimals(7, 7), y, 5) == [0, 0]
    assert text(exact.gradient_target(decimals(7, 7), decimals("0.5", 0), 5, D(2))) == (
        "-0.12500,0.12500"
    )


@pytest.mark.parametrize("t", ["1e-30", "1", "1e30"])
def test_cancellation_is_noticed_at_every_temperature(t: str) -> None:
    with mpmath.workdps(200):
        x = [D(0), D(t), 2 * D(t)]
        e = [mpmath.exp(k) for k in range(3)]
        y = [D(mpmath.nstr(v / mpmath.fsum(e), 25)) for v in e]
        g = [D(0), D(1), D(mpmath.nstr(-1 / mpmath.e, 25))]
    assert_right(x, D(t), y, g, 5, 300)
    assert_right(x, D(t), y, g, 20, 300)


def test_a_root_of_a_huge_degree_is_never_taken() -> None:
    found = exact.softmax([ln(2), D(0)], 5, D(1234567891))
    assert text(found) == "0.50000,0.50000"


def test_long_numbers_are_rounded_by_the_digits_that_matter() -> None:
    long = D("1." + "3" * 400_000)
    assert exact.softmax([long, D(0)], 9) == exact.softmax([Quotient(D(4), D(3)), D(0)], 9)
    assert exact.softmax([Quotient(D(1), long), D(0)], 5) == exact.softmax(decimals("0.75", 0), 5)
    shares = exact.softmax([Quotient(D(1), D(10**5 + k)) for k in range(3000)], 3)
    assert set(shares) == {D("0.000333")}


def test_a_masked_class_never_counts_as_the_largest() -> None:
    assert exact.largest(decimals("-Infinity", 5, 5)) == [1, 2]
    assert exact.order(decimals("-Infinity", 5, 5)) == [1, 2, 0]
    assert exact.largest([D("-Infinity"), ln(5)]) == [1]
    assert text(exact.softmax(decimals("-Infinity", 5), 2)) == "0,1.0"


def test_the_largest_is_found_beyond_a_hundred_digits() -> None:
    assert exact.largest([D(1), D("1." + "0" * 300 + "1")]) == [1]


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [
        ([], "no numbers"),
        (decimals(1, "Infinity"), "inf"),
        (decimals("-Infinity"), "masked"),
        (decimals(1, "nan"), "not a number"),
    ],
)
def test_numbers_without_a_softmax_are_refused(numbers: list[Number], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        exact.softmax(numbers, 5)


def test_a_temperature_that_is_not_finite_and_positive_is_refused() -> None:
    for temperature in decimals(0, -1, "Infinity"):
        with pytest.raises(ValueError, match="temperature"):
            exact.softmax(decimals(1, 2), 5, temperature)


@examples
@given(
    st.lists(st.floats(-400, 400), min_size=2, max_size=5),
    st.sampled_from([1.0, 0.1, 2.5]),
)
def test_the_core_gives_the_same_numbers_in_doubles(x: list[float], temperature: float) -> None:
    numbers, t, digits = [D(v) for v in x], D(temperature), 25
    pairs = [
        (core.softmax(x, temperature=temperature), exact.softmax(numbers, digits, t)),
        (core.log_softmax(x, temperature=temperature), exact.log_softmax(numbers, digits, t)),
        (core.jacobian(x, temperature=temperature), exact.jacobian(numbers, digits, t)),
        (
            core.gradient(x, target=1, temperature=temperature),
            exact.gradient_target(numbers, 1, digits, t),
        ),
        (
            core.cross_entropy(x, 1, temperature=temperature),
            exact.cross_entropy(numbers, 1, digits, t),
        ),
    ]
    for found, expected in pairs:
        doubles = np.array(expected).astype(float)
        normal = abs(doubles) > 1e-305
        assert (abs(found - doubles)[normal] <= 4 * np.spacing(abs(doubles[normal]))).all()


@pytest.mark.parametrize(
    ("gap", "rounded_gap"),
    [
        ("1000.5", "1001"),
        ("1001.5", "1002"),
        ("30000.5", "30001"),
        ("1000.5" + "0" * 600 + "1", "1001"),
        ("1000.4" + "9" * 399, "1000"),  # 1e-400 is more than exp(-1000.5)
        ("1000.4" + "9" * 599, "1001"),  # and 1e-600 is less
        ("1001.4" + "9" * 399, "1001"),
        ("1001.4" + "9" * 599, "1002"),
    ],
)
@pytest.mark.parametrize("t", [1, 2])
def test_the_share_of_the_others_decides_on_which_side_of_a_tie_a_logarithm_lies(
    gap: str, rounded_gap: str, t: int
) -> None:
    numbers = [D(0), Context(prec=2000).multiply(D(gap), -t)]
    expected = D(rounded_gap)
    for to in (len(rounded_gap), Places(0)):
        assert exact.log_softmax(numbers, to, D(t))[1] == -expected
        assert exact.cross_entropy(numbers, 1, to, D(t)) == expected


def test_the_share_of_the_others_decides_a_tie_of_the_loss_against_a_distribution_too() -> None:
    # half of 2001 + exp(-2001), and half of 2001 less 1e-600, which is more than exp(-2001)
    y = [D(0), D("0.5")]
    assert exact.cross_entropy(decimals(0, -2001), y, Places(0)) == 1001
    near = Context(prec=2000).add(D(-2001), D("1e-600"))
    assert exact.cross_entropy([D(0), near], y, Places(0)) == 1000
    assert exact.cross_entropy(decimals(0, -2001), [D("0.5"), D("0.5")], Places(0)) == 1001
    assert exact.cross_entropy(decimals(0, 0, 5), decimals(0, 0, 0), 5) == 0


@pytest.mark.parametrize("t", [D(2), D("0.5"), Quotient(D(1), D(3)), ln(2)])
def test_every_derivative_is_divided_by_the_temperature(t: Number) -> None:
    # σ depends on x/T alone, so at T·x it is σ, and its derivatives are those at T = 1 over T
    base = decimals(1, 2)
    with mpmath.workdps(80):
        scaled = [D(mpmath.nstr(wide(v) * wide(t), 60)) for v in base]
        inverse = D(mpmath.nstr(1 / wide(t), 60))
    for function in (exact.jacobian_diagonal, lambda *a: exact.jacobian_row(a[0], 1, *a[1:])):
        expected = [Context(prec=20).multiply(v, inverse) for v in function(base, 40)]
        assert function(scaled, 20, t) == expected
