import mpmath
import numpy as np
import pytest
from mpmath import mpf

from softmax_cli import gradient, softmax


def worst(answers: np.ndarray, x: np.ndarray, weights: np.ndarray, t: float, of: str) -> float:
    """Return the largest error in units in the last place, of rows of gradients."""
    found = 0.0
    with mpmath.workprec(400 if t == 1.0 else 6000):
        for row, values, w in zip(answers, x, weights, strict=True):
            z = [(mpf(v) - mpf(max(values))) / mpf(t) for v in values]
            e = [mpmath.exp(v) for v in z]
            σ, w = [v / mpmath.fsum(e) for v in e], [mpf(v) for v in w]
            if of == "target":
                true = [(s * mpmath.fsum(w) - v) / mpf(t) for s, v in zip(σ, w, strict=True)]
            else:
                mean = mpmath.fsum(s * v for s, v in zip(σ, w, strict=True))
                true = [s * (v - mean) / mpf(t) for s, v in zip(σ, w, strict=True)]
            for answer, value in zip(row, true, strict=True):
                unit = mpf(2) ** max(mpmath.mag(value) - 53, -1074)
                found = max(found, float(abs(mpf(float(answer)) - value) / unit))
    return found


@pytest.mark.parametrize("bits", range(24, 53, 4))
def test_a_target_near_the_answer_is_right_to_5_eighths_of_a_unit(bits: int) -> None:
    rng = np.random.default_rng(bits)
    x = rng.normal(0, 2, (100, 4))
    y = softmax(x) * (1 + 2.0**-bits * rng.normal(0, 1, x.shape))
    assert worst(gradient(x, target=y), x, y, 1.0, "target") <= 0.625


@pytest.mark.parametrize("bits", range(20, 53, 4))
def test_a_weight_near_the_mean_is_right_to_5_eighths_of_a_unit(bits: int) -> None:
    rng = np.random.default_rng(bits)
    x, g = rng.normal(0, 2, (100, 4)), rng.normal(0, 1, (100, 4))
    σ = softmax(x)
    mean = (σ[:, 1:] * g[:, 1:]).sum(axis=1) / σ[:, 1:].sum(axis=1)
    g[:, 0] = mean * (1 + 2.0**-bits * rng.normal(0, 1, 100))
    assert worst(gradient(x, upstream=g), x, g, 1.0, "upstream") <= 0.625


def test_a_large_temperature_hides_no_error_of_a_small_class() -> None:
    x = np.array([[0.0, -distance * 1e150] for distance in np.linspace(300, 345, 40)])
    y = softmax(x, temperature=1e150)
    answers = gradient(x, target=y, temperature=1e150)
    assert worst(answers, x, y, 1e150, "target") <= 1


def test_large_weights_bring_back_a_class_below_the_smallest_double() -> None:
    rng = np.random.default_rng(1)
    x = np.array([[0.0, -distance * 1e-150] for distance in np.linspace(1200, 1374, 60)])
    g = np.column_stack([rng.normal(0, 1, 60), rng.uniform(1e307, 1e308, 60)])
    answers = gradient(x[:, ::-1], upstream=g[:, ::-1], temperature=1e-150)
    assert worst(answers[:, ::-1], x, g, 1e-150, "upstream") <= 1
