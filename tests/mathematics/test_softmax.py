import itertools
import math
import os
import subprocess
import sys
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
from true_probabilities import Truth, true, ulps, worst

from softmax_cli import cross_entropy, gradient, jacobian, log_softmax, softmax
from softmax_cli.mathematics import softmax as core

mpmath.mp.prec = 300
TINY, HUGE = np.finfo(float).tiny, np.finfo(float).max
INF = math.inf
U = 2.0**-53

examples = settings(derandomize=True, deadline=None, max_examples=60)


def error_of_logarithms(x: Any, temperature: float, t: Truth) -> float:
    if any(-mpmath.inf < log < -HUGE for log in t.log):
        with pytest.raises(OverflowError, match=r"1\.8e308"):
            log_softmax(x, temperature=temperature)
        return 0.0
    return worst(log_softmax(x, temperature=temperature), t.log)


def error_of_loss(x: Any, temperature: float, target: int, t: Truth) -> float:
    if -mpmath.inf < t.log[target] < -HUGE:
        for y in (target, np.eye(len(x))[target]):
            with pytest.raises(OverflowError, match=r"1\.8e308"):
                cross_entropy(x, y, temperature=temperature)
        return 0.0
    return max(
        ulps(-cross_entropy(x, y, temperature=temperature), t.log[target])
        for y in (target, np.eye(len(x))[target])
    )


def worst_of_all(x: Any, temperature: float, target: int = 0) -> dict[str, float]:
    """The largest error of each quantity, for one vector."""
    t, n = true(x, temperature), len(x)
    matrix = jacobian(x, temperature=temperature)
    s = core.shares(np.asarray(x, float)[None], temperature)
    y = np.eye(n)[target]
    return {
        "eval": worst(softmax(x, temperature=temperature), t.σ),
        "log": error_of_logarithms(x, temperature, t),
        "jacobian": max(worst(matrix[j], [t.jacobian(j, k) for k in range(n)]) for j in range(n)),
        "diagonal": worst(core.jacobian_diagonal(s)[0], [t.jacobian(j, j) for j in range(n)]),
        "target": worst(gradient(x, target=target, temperature=temperature), t.target(target)),
        "output": worst(
            gradient(x, output=target, temperature=temperature),
            [t.jacobian(target, k) for k in range(n)],
        ),
        "loss": error_of_loss(x, temperature, target, t),
        "one-hot": worst(gradient(x, target=y, temperature=temperature), t.target(target)),
    }


SPREADS = [1.0, 40.0, 700.0, 1e4, 1e308]


@pytest.mark.parametrize("spread", SPREADS)
def test_every_entry_is_within_1_ulp_in_every_band_of_spread(spread: float) -> None:
    rng = np.random.default_rng(int(math.log10(spread)) + 7)
    for n, temperature, _ in itertools.product(
        (2, 3, 7), (1.0, 0.1, 1 / 3, 7.7, 1e-150, 1e150, min(1e150, spread / 90)), range(6)
    ):
        x = (rng.uniform(-0.5, 0.5, n) * spread).tolist()
        errors = worst_of_all(x, temperature, int(rng.integers(n)))
        assert max(errors.values()) <= 1, (x, temperature, errors)


logits = st.one_of(
    st.floats(-1e308, 1e308, allow_subnormal=True),
    st.floats(-750, 750),
    st.floats(-2, 2),
    st.integers(-40, 40).map(float),
    st.sampled_from([0.0, -0.0, 36.7, 37.42994775023705, -708.4, -745.1, 5e-324, -INF, 1e308]),
)
vectors = st.lists(logits, min_size=1, max_size=6).filter(lambda x: max(x) > -INF)
temperatures = st.one_of(
    st.just(1.0),
    st.floats(0.01, 100),
    st.floats(1e-150, 1e-100),
    st.floats(1e100, 1e150),
    st.sampled_from([0.5, 2.0, 1e-3, 1e3, 1e-150, 1e150]),
)


@settings(examples, max_examples=300)
@given(vectors, temperatures, st.data())
def test_every_entry_is_within_1_ulp_whatever_the_logits(
    x: list[float], temperature: float, data: Any
) -> None:
    target = data.draw(st.integers(0, len(x) - 1))
    errors = worst_of_all(x, temperature, target)
    assert max(errors.values()) <= 1, errors


@examples
@given(
    st.lists(st.floats(-1e-300, 1e-300) | st.floats(-1e-150, 1e-150), min_size=2, max_size=4),
    st.floats(1e-150, 1e-140) | st.floats(1e-12, 1e-11),
    st.integers(0, 1100),
)
def test_a_small_temperature_brings_derivatives_back_from_below_the_smallest_double(
    x: list[float], temperature: float, distance: int
) -> None:
    errors = worst_of_all([*x, -distance * temperature], temperature, len(x))
    assert max(errors.values()) <= 1, errors


@pytest.mark.parametrize(
    "x",
    [
        [36.7] + [0.0] * 1000,
        [36.7, 36.7] + [0.0] * 1000,
        [80.0, 36.7] + [0.0] * 1000,
        [0.0] * 127 + [36.7] + [0.0] * 1000,
        [0.0] * 999,
        [713.0] + [0.0] * 2000,
        np.linspace(0, -745, 999).tolist(),
    ],
    ids=["one", "two", "two apart", "one inside", "ties", "far below", "a ramp"],
)
def test_one_dominant_class_does_not_swallow_many_small_ones(x: list[float]) -> None:
    t = true(x)
    assert worst(softmax(x), t.σ) <= 1
    assert worst(log_softmax(x), t.log) <= 1
    assert worst(gradient(x, target=0), t.target(0)) <= 1
    assert worst(gradient(x), [t.jacobian(int(np.argmax(x)), k) for k in range(len(x))]) <= 1


def test_a_temperature_that_undoes_an_overflow_is_no_overflow() -> None:
    assert np.array_equal(softmax([1e308, -1e308], temperature=1e150), [1.0, 0.0])
    assert log_softmax([1.5e308, -1.5e308], temperature=2.0).tolist() == [0.0, -1.5e308]
    assert softmax([1e308, -1e308]).tolist() == [1.0, 0.0]


def test_the_complement_of_the_largest_class_does_not_cancel() -> None:
    slope = 5.551115123125775e-17
    expected = np.array([[slope, -slope], [-slope, slope]])
    assert jacobian([37.42994775023705, 0]) == pytest.approx(expected, rel=4e-16, abs=0)
    assert jacobian([40, 0, 0])[0, 0] == pytest.approx(8.496708510583178e-18, rel=4e-16, abs=0)
    assert log_softmax([50, 0])[0] == pytest.approx(-1.9287498479639178e-22, rel=4e-16, abs=0)
    assert cross_entropy([50, 0], 0) == pytest.approx(1.9287498479639178e-22, rel=4e-16, abs=0)


def true_distribution_gradient(t: Truth, y: list[float]) -> list[mpf]:
    with mpmath.workprec(3000):
        total = mpmath.fsum(map(mpf, y))
        return [(σ * total - mpf(p)) / t.temperature for σ, p in zip(t.σ, y, strict=True)]


def true_upstream_gradient(t: Truth, g: list[float]) -> list[mpf]:
    with mpmath.workprec(3000):
        mean = mpmath.fsum(σ * mpf(v) for σ, v in zip(t.σ, g, strict=True)) / mpmath.fsum(t.σ)
        return [σ * (mpf(v) - mean) / t.temperature for σ, v in zip(t.σ, g, strict=True)]


def true_with(precision: int, x: Any, temperature: float) -> Truth:
    with mpmath.workprec(precision):
        return true(x, temperature)


wide_logits = st.floats(-40, 40) | st.floats(-800, 800) | st.sampled_from([0.0, 1.0, -INF])
wide_vectors = st.lists(wide_logits, min_size=1, max_size=6).filter(lambda x: max(x) > -INF)
wide_temperatures = st.floats(0.1, 10) | st.sampled_from([1.0, 1e-150, 1e150, 1e-3])


@settings(examples, max_examples=250)
@given(st.data(), wide_vectors, wide_temperatures)
def test_an_upstream_gradient_is_within_1_ulp(
    data: Any, x: list[float], temperature: float
) -> None:
    size = (
        st.floats(-HUGE, HUGE)
        | st.floats(-3, 3)
        | st.integers(-2, 2).map(float)
        | st.floats(-1e-16, 1e-16).map(lambda v: 1.0 + v)
    )
    g = data.draw(st.lists(size, min_size=len(x), max_size=len(x)))
    expected = true_upstream_gradient(true_with(6000, x, temperature), g)
    # zeros are where no digit is left of 6,000 bits
    expected = [v if abs(v) > mpf(2) ** -2000 else mpf(0) for v in expected]
    if max(map(abs, expected)) > HUGE:
        with pytest.raises(OverflowError, match=r"1\.8e308"):
            gradient(x, upstream=g, temperature=temperature)
    else:
        assert worst(gradient(x, upstream=g, temperature=temperature), expected) <= 1


@settings(examples, max_examples=250)
@given(st.data(), wide_vectors, wide_temperatures)
def test_the_gradient_and_loss_of_a_distribution_are_within_1_ulp(
    data: Any, x: list[float], temperature: float
) -> None:
    weights = data.draw(st.lists(st.integers(0, 9), min_size=len(x), max_size=len(x)))
    weights[0] += 1
    y = np.array(weights) / sum(weights)
    if data.draw(st.booleans()):
        y = softmax(x, temperature=temperature)
    t = true_with(3000, x, temperature)
    expected = true_distribution_gradient(t, y.tolist())
    expected = [v if abs(v) > mpf(2) ** -1500 else mpf(0) for v in expected]
    assert worst(gradient(x, target=y, temperature=temperature), expected) <= 1
    loss = -mpmath.fsum(mpf(p) * log for p, log in zip(y.tolist(), t.log, strict=True) if p)
    got = cross_entropy(x, y, temperature=temperature)
    assert (got == INF) if loss == mpmath.inf else ulps(got, loss) <= 1


def test_a_target_that_is_the_rounded_answer_leaves_a_gradient_that_is_right() -> None:
    y = [0.7310585786300049, 0.2689414213699951]
    expected = true_distribution_gradient(true([1.0, 0.0]), y)
    assert worst(gradient([1.0, 0.0], target=y), expected) <= 0.5
    assert gradient([1.0, 0.0], target=y)[0] == pytest.approx(-1.679727399649845e-17, rel=1e-15)


@examples
@given(st.lists(st.floats(-700, 700), min_size=1, max_size=6), st.data())
def test_a_distribution_on_one_class_is_that_class(x: list[float], data: Any) -> None:
    k = data.draw(st.integers(0, len(x) - 1))
    y = np.eye(len(x))[k]
    assert np.array_equal(gradient(x, target=y), gradient(x, target=k))
    assert cross_entropy(x, y) == cross_entropy(x, k)


def test_an_upstream_gradient_near_the_largest_double_does_not_overflow() -> None:
    assert gradient([0.0, 0.0], upstream=[HUGE, -HUGE]).tolist() == [HUGE / 2, -HUGE / 2]


def test_a_constant_upstream_has_no_gradient() -> None:
    assert gradient([1.0, 2.0, 0.1], upstream=[7.3] * 3).tolist() == [0.0, 0.0, 0.0]


finite_vectors = st.lists(st.floats(-300, 300), min_size=1, max_size=8)


@examples
@given(finite_vectors, temperatures)
def test_probabilities_sum_to_one_and_lie_between_0_and_1(
    x: list[float], temperature: float
) -> None:
    σ = softmax(x, temperature=temperature)
    assert abs(math.fsum(σ) - 1) <= 4e-16 * len(x)
    assert (σ >= 0).all()
    assert (σ <= 1).all()


@examples
@given(st.lists(st.integers(-300, 300), min_size=1, max_size=8), st.integers(-(10**6), 10**6))
def test_a_constant_added_to_every_logit_changes_nothing(x: list[int], c: int) -> None:
    shifted = [v + c for v in x]
    assert np.array_equal(softmax(x), softmax(shifted))
    assert np.array_equal(jacobian(x), jacobian(shifted))


@examples
@given(finite_vectors, st.randoms(use_true_random=False))
def test_permuted_logits_have_permuted_probabilities(x: list[float], random: Any) -> None:
    order = list(range(len(x)))
    random.shuffle(order)
    assert softmax([x[j] for j in order]) == pytest.approx(softmax(x)[order], rel=1e-15)
    assert log_softmax([x[j] for j in order]) == pytest.approx(log_softmax(x)[order], rel=1e-15)


@examples
@given(finite_vectors, temperatures)
def test_the_jacobian_is_symmetric_to_the_last_bit(x: list[float], temperature: float) -> None:
    matrix = jacobian(x, temperature=temperature)
    assert np.array_equal(matrix, matrix.transpose())


@examples
@given(finite_vectors, st.floats(0.01, 100))
def test_every_row_of_the_jacobian_sums_to_zero(x: list[float], temperature: float) -> None:
    matrix = jacobian(x, temperature=temperature)
    for row in matrix:
        assert abs(math.fsum(row)) <= 8 * U * math.fsum(abs(row)) + TINY


@examples
@given(finite_vectors, st.floats(0.5, 2), st.data())
def test_an_upstream_gradient_is_the_product_with_the_jacobian(
    x: list[float], temperature: float, data: Any
) -> None:
    g = np.array(data.draw(st.lists(st.floats(-9, 9), min_size=len(x), max_size=len(x))))
    product = jacobian(x, temperature=temperature).transpose() @ g
    assert gradient(x, upstream=g, temperature=temperature) == pytest.approx(
        product, rel=1e-9, abs=1e-14
    )


@examples
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=6), st.floats(0.5, 2))
def test_the_jacobian_is_what_central_differences_say(x: list[float], temperature: float) -> None:
    h = 1e-5
    step = np.eye(len(x)) * h
    up, down = (
        softmax(x + step, temperature=temperature),
        softmax(x - step, temperature=temperature),
    )
    numerical = ((up - down) / (2 * h)).transpose()
    assert jacobian(x, temperature=temperature) == pytest.approx(numerical, abs=1e-8)


@examples
@given(finite_vectors, st.floats(0.1, 10), st.data())
def test_a_masked_class_changes_nothing_for_the_others(
    x: list[float], temperature: float, data: Any
) -> None:
    place = data.draw(st.integers(0, len(x)))
    masked = [*x[:place], -INF, *x[place:]]
    others = [j for j in range(len(masked)) if j != place]
    for function in (softmax, log_softmax):
        with_mask = function(masked, temperature=temperature)
        assert with_mask[others] == pytest.approx(function(x, temperature=temperature), rel=1e-15)
    assert softmax(masked)[place] == 0
    assert log_softmax(masked)[place] == -INF
    matrix = jacobian(masked, temperature=temperature)
    assert matrix[np.ix_(others, others)] == pytest.approx(
        jacobian(x, temperature=temperature), rel=2e-15
    )
    assert not matrix[place].any()
    assert not matrix[:, place].any()


@examples
@given(vectors, temperatures, st.data())
def test_a_zero_derivative_is_never_negative_zero(
    x: list[float], temperature: float, data: Any
) -> None:
    k = data.draw(st.integers(0, len(x) - 1))
    answers = [
        softmax(x, temperature=temperature),
        jacobian(x, temperature=temperature),
        gradient(x, temperature=temperature),
        gradient(x, target=k, temperature=temperature),
        gradient(x, output=k, temperature=temperature),
        gradient(x, upstream=np.arange(len(x)) - 1.0, temperature=temperature),
        gradient(x, target=np.eye(len(x))[k], temperature=temperature),
        log_softmax([x[k]], temperature=temperature) if x[k] > -INF else np.zeros(1),
    ]
    for answer in answers:
        assert not (np.signbit(answer) & (answer == 0)).any()
        assert not np.isnan(answer).any()


def test_a_target_that_is_masked_has_an_infinite_loss() -> None:
    assert cross_entropy([0.0, -INF], 1) == INF
    assert cross_entropy([0.0, -INF], [0.5, 0.5]) == INF
    assert cross_entropy([0.0, -INF], [1.0, 0.0]) == 0
    assert gradient([0.0, -INF], target=1).tolist() == [1.0, -1.0]


def test_one_class_is_certain() -> None:
    assert softmax([3.0]).tolist() == [1.0]
    assert log_softmax([3.0]).tolist() == [0.0]
    assert jacobian([3.0]).tolist() == [[0.0]]
    assert cross_entropy([3.0], 0) == 0
    assert math.copysign(1, cross_entropy([3.0], 0)) == 1


def test_without_a_question_the_gradient_is_of_the_first_of_the_largest() -> None:
    x = [1.0, 2.0, 2.0]
    assert np.array_equal(gradient(x), jacobian(x)[1])


@pytest.mark.parametrize("left_out", ["target", "upstream", "output"])
def test_of_target_upstream_and_output_only_one_is_taken(left_out: str) -> None:
    questions = {"target": 0, "upstream": [1.0, 2.0], "output": 0}
    del questions[left_out]
    refusal = "^give one of target, upstream and output, not several$"
    with pytest.raises(ValueError, match=refusal):
        gradient([1.0, 2.0], **questions)


def test_an_output_that_is_no_class_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match=r"^output holds a class index outside 0\.\.1$"):
        gradient([1.0, 2.0], output=2)


SHAPES = [(3,), (1, 3), (5, 3), (2, 4, 3), (2, 0, 3), (0, 3), (3000, 7), (40, 200), (1, 1)]


@pytest.mark.parametrize("shape", SHAPES)
def test_leading_axes_of_any_shape_hold_independent_vectors(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    x, g = rng.normal(0, 9, shape), rng.normal(0, 9, shape)
    n, lead = shape[-1], shape[:-1]
    k = rng.integers(0, n, lead)
    answers = {
        "softmax": softmax(x),
        "log": log_softmax(x, temperature=2.0),
        "jacobian": jacobian(x, temperature=2.0),
        "target": gradient(x, target=k),
        "output": gradient(x, output=k, temperature=0.3),
        "upstream": gradient(x, upstream=g),
        "loss": cross_entropy(x, k),
    }
    assert answers["softmax"].shape == shape
    assert answers["jacobian"].shape == (*lead, n, n)
    assert answers["loss"].shape == lead
    for i in itertools.islice(np.ndindex(lead), 0, None, 97):
        alone = {
            "softmax": softmax(x[i]),
            "log": log_softmax(x[i], temperature=2.0),
            "jacobian": jacobian(x[i], temperature=2.0),
            "target": gradient(x[i], target=k[i]),
            "output": gradient(x[i], output=k[i], temperature=0.3),
            "upstream": gradient(x[i], upstream=g[i]),
            "loss": cross_entropy(x[i], k[i]),
        }
        for name, answer in answers.items():
            assert np.array_equal(answer[i], alone[name]), name


@pytest.mark.parametrize("kind", [np.int64, np.int8, np.uint16, np.float32, np.float16, bool])
def test_other_real_numbers_are_worked_out_in_doubles(kind: Any) -> None:
    x = np.array([3, 1, 0, 1], kind)
    for function in (softmax, log_softmax, jacobian, gradient):
        assert function(x).dtype == np.float64
        assert np.array_equal(function(x), function(x.astype(float)))


def test_no_vectors_have_no_probabilities() -> None:
    assert core.probabilities(np.empty((0, 3)), 1.0).shape == (0, 3)


def test_views_of_any_layout_give_the_same_answer_and_stay_as_they_are() -> None:
    base = np.random.default_rng(2).normal(0, 9, (6, 10, 8))
    for x in (
        base[::2, ::-1, ::3],
        base.transpose(),
        np.asfortranarray(base),
        base[:, 1],
        base[..., None],
    ):
        x.flags.writeable = False
        before = x.copy()
        for function in (softmax, log_softmax, jacobian, gradient):
            assert np.array_equal(function(x), function(before))
        assert np.array_equal(x, before)


def test_no_argument_is_changed() -> None:
    x, g, y = np.array([[1.0, 2.0, 0.1]]), np.array([[1.0, -2.0, 3.0]]), np.array([[0.5, 0.5, 0]])
    before = [v.copy() for v in (x, g, y)]
    softmax(x)
    log_softmax(x, temperature=2.0)
    jacobian(x)
    gradient(x, upstream=g)
    gradient(x, target=y)
    cross_entropy(x, y)
    for value, old in zip((x, g, y), before, strict=True):
        assert np.array_equal(value, old)


@pytest.mark.parametrize("temperature", [1e-150, 1e150])
def test_extreme_temperatures_give_no_nan_and_no_warning(temperature: float) -> None:
    for x in ([1.0, 0.0], [1e308, -1e308, -INF], [5e-324, 0.0], [0.0, 0.0]):
        for function in (softmax, jacobian, gradient):
            assert not np.isnan(function(x, temperature=temperature)).any()


@pytest.mark.parametrize("temperature", [1.0, 1e150])
def test_a_product_that_underflows_is_no_error_whatever_numpy_is_set_to(temperature: float) -> None:
    x = [0.0, -400.0 * temperature, -400.0 * temperature]
    with np.errstate(all="raise"):
        matrix, row = jacobian(x, temperature=temperature), gradient(x, temperature=temperature)
    assert matrix[1, 2] == 0.0
    assert np.array_equal(matrix[0], row)


def test_a_share_that_underflows_is_no_error_whatever_numpy_is_set_to() -> None:
    with np.errstate(all="raise"):
        matrix, row = jacobian([0.0, -745.0]), gradient([0.0, -745.0], output=1)
    assert matrix[0, 0] == matrix[1, 1] == -row[0] == row[1] == 5e-324


def test_what_no_double_can_hold_is_refused_and_names_the_vector() -> None:
    x = [[1.0, 2.0], [1e308, -1e308], [-1e308, 1e308]]
    for answer in (
        lambda: log_softmax(x),
        lambda: cross_entropy(x, [0, 1, 1]),
        lambda: cross_entropy(x, np.full((3, 2), 0.5), temperature=0.1),
        lambda: gradient(np.zeros((2, 2)), upstream=[[0, 0], [HUGE, -HUGE]], temperature=0.1),
    ):
        with pytest.raises(OverflowError, match=r"1\.8e308") as refusal:
            answer()
        assert refusal.value.vectors[0] == 1


@pytest.mark.parametrize("temperature", [1.0, 0.3])
@pytest.mark.parametrize("n", [2, 9, 63, 64, 200])
def test_no_bit_depends_on_what_else_is_in_the_array(n: int, temperature: float) -> None:
    rng = np.random.default_rng(11)
    x = rng.normal(0, 30, (20, n))
    y, g = softmax(rng.normal(0, 3, (20, n))), rng.normal(0, 1, (20, n))
    for function in (
        lambda i: softmax(x[i], temperature=temperature),
        lambda i: log_softmax(x[i], temperature=temperature),
        lambda i: gradient(x[i], target=y[i], temperature=temperature),
        lambda i: gradient(x[i], upstream=g[i], temperature=temperature),
        lambda i: cross_entropy(x[i], y[i], temperature=temperature),
    ):
        together = function(slice(None))
        assert all(np.array_equal(together[i], function(i)) for i in range(20))


def test_no_bit_depends_on_the_processor() -> None:
    answers = {
        subprocess.run(
            [sys.executable, "-c", ALL_ANSWERS],
            env=os.environ | {"NPY_DISABLE_CPU_FEATURES": disabled},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for disabled in cpu_settings()
    }
    assert len(answers) == 1
    assert len(answers.pop().split()) == 6


def cpu_settings() -> list[str]:
    """What can be switched off in NumPy: nothing, the widest half, all it knows of."""
    there = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
    return ["", " ".join(there[len(there) // 2 :]), " ".join(there)]


ALL_ANSWERS = """
import hashlib
import numpy as np
from softmax_cli import cross_entropy, gradient, jacobian, log_softmax, softmax
rng = np.random.default_rng(7)
x = rng.normal(0, 1, (500, 10)) * rng.choice([0.01, 1.0, 30.0, 1000.0], (500, 1))
y, g = softmax(rng.normal(0, 2, x.shape)), rng.normal(0, 1, x.shape)
for values in (
    softmax(x, temperature=0.7),
    log_softmax(x),
    jacobian(x, temperature=0.7),
    gradient(x, target=y),
    gradient(x, upstream=g, temperature=3.0),
    cross_entropy(x, y),
):
    print(hashlib.sha256(values.tobytes()).hexdigest())
"""
