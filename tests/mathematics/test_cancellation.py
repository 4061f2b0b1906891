import math

import mpmath
import numpy as np
import pytest
from digests import digest
from mpmath import mpf
from true_gradients import true_gradient

from softmax_cli import gradient, softmax
from softmax_cli.mathematics import exact_rows


def worst(answers: np.ndarray, x: np.ndarray, weights: np.ndarray, t: float, of: str) -> float:
    """Return the largest error in units in the last place, of rows of gradients."""
    found = 0.0
    with mpmath.workprec(400 if np.ptp(x) < 100 * t else 6000):
        for row, values, w in zip(answers, x, weights, strict=True):
            true = true_gradient(values, w, t, of)
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


def whole_numbers(seed: int, low: int, high: int) -> np.ndarray:
    """Numbers that are the same on every processor, shape (300, 5)."""
    return np.random.default_rng(seed).integers(low, high, (300, 5)).astype(float)


def near_weights(x: np.ndarray, weights: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Distributions that differ from the probabilities by 2^−places of what others do."""
    σ, scale = softmax(x), np.ldexp(1.0, -places)[:, None]
    others = weights / weights.sum(axis=1, keepdims=True)
    y = σ + (others - σ) * scale
    y[np.arange(len(y)), y.argmax(axis=1)] -= y.sum(axis=1) - 1.0
    return y


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> list[list[float]]:
    """The logits of the rows that are worked out in decimals, which are left 0."""
    seen: list[list[float]] = []

    def row(x: list[float], *_: object) -> list[float]:
        seen.append(x)
        return [0.0] * len(x)

    monkeypatch.setattr(exact_rows, "distribution_row", row)
    monkeypatch.setattr(exact_rows, "upstream_row", row)
    return seen


SPREADS = np.ldexp(1.0, np.arange(300) % 12 - 21)[:, None]  # the logits are within ½ to 1024
PLACES = np.arange(300) % 60


@pytest.mark.parametrize(
    ("temperature", "rows", "bits"),
    [
        (1.0, 108, "63c9c5ae75f8"),
        (0.7, 108, "9b8171f6874e"),
        (2.0, 108, "e8d160a69d4b"),
        (1e-100, 108, "49eafe6cc1a5"),
        (1e100, 108, "dfea4ae79e17"),
    ],
)
def test_which_targets_need_decimals_stays_what_it_is(
    temperature: float, rows: int, bits: str, exact: list[list[float]]
) -> None:
    x = whole_numbers(1, -(2**20), 2**20) * SPREADS * temperature
    x[::7, 2] = -math.inf
    y = near_weights(x / temperature, whole_numbers(2, 1, 1000), PLACES)
    answers = gradient(x, target=y, temperature=temperature)
    assert (len(exact), digest(answers, exact)) == (rows, bits)


@pytest.mark.parametrize(
    ("temperature", "large", "rows", "bits"),
    [
        (1.0, 1.0, 87, "bef07a1a7465"),
        (1.0, 2.0**-1060, 53, "9400232e153f"),
        (1.0, 2.0**985, 102, "a97d6691c9dc"),
        (0.7, 1.0, 87, "6def3d367775"),
        (0.7, 2.0**-1060, 53, "288edfba3bdd"),
        (0.7, 2.0**985, 102, "c0944f96caf4"),
        (2.0, 1.0, 87, "4e22be26f95d"),
        (2.0, 2.0**-1060, 50, "ec7334f64cd2"),
        (2.0, 2.0**985, 102, "117911d8f433"),
        (1e-100, 1.0, 87, "bfa6739453b6"),
        (1e-100, 2.0**-1060, 85, "4fbcc30914e0"),
        (1e100, 1.0, 87, "e1860b4f3303"),
        (1e100, 2.0**-1060, 0, "3654b2e87d27"),
        (1e100, 2.0**985, 87, "ed1cd8955ce8"),
    ],
)
def test_which_weights_need_decimals_stays_what_it_is(
    temperature: float, large: float, rows: int, bits: str, exact: list[list[float]]
) -> None:
    x = whole_numbers(3, -(2**20), 2**20) * SPREADS * temperature
    x[::7, 2] = -math.inf
    σ, g = softmax(x / temperature), whole_numbers(4, -(2**30), 2**30)
    σ[:, 0] = 0.0
    g[:, 0] = (σ * g).sum(axis=1) / σ.sum(axis=1) * (1.0 + np.ldexp(1.0, -PLACES))
    g[::11] = 3.0
    answers = gradient(x, upstream=g * large, temperature=temperature)
    assert (len(exact), digest(answers, exact)) == (rows, bits)


def test_an_entry_too_large_for_a_double_is_an_error() -> None:
    with pytest.raises(OverflowError, match=r"^an entry of the gradient is beyond 1\.8e308"):
        gradient([0.0, 0.0], upstream=[1e308, -1e308], temperature=1e-10)


def test_weights_and_probabilities_near_the_smallest_double_are_right() -> None:
    x = np.array([[0.0, -distance] for distance in np.linspace(600, 705, 60)])
    y = softmax(x)
    y[:, 1] *= np.linspace(0.5, 1.5, 60)
    y[::10, 1] = 2.0**-1074
    assert worst(gradient(x, target=y), x, y, 1.0, "target") <= 1
