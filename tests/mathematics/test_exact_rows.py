import math

import numpy as np
import pytest

from softmax_cli import softmax
from softmax_cli.mathematics.exact_rows import (
    distribution_row,
    distribution_row_in_decimals,
    distribution_row_in_integers,
    upstream_row,
)

INF = math.inf


@pytest.mark.parametrize("temperature", [1.0, 0.3, 1e-150, 1e150])
@pytest.mark.parametrize("spread", [1e-8, 1.0, 30.0, 300.0])
def test_whole_numbers_and_decimals_give_the_same_gradient(
    spread: float, temperature: float
) -> None:
    rng = np.random.default_rng(int(spread))
    for n in (2, 3, 10):
        x = rng.normal(0, spread, n) * temperature
        x[-1] = -INF if n == 10 else x[-1]
        for y in (softmax(x, temperature=temperature), rng.dirichlet(np.ones(n))):
            arguments = (x.tolist(), y.tolist(), temperature)
            in_integers = distribution_row_in_integers(*arguments)
            assert in_integers in (None, distribution_row_in_decimals(*arguments))
            assert in_integers or spread > 1.0


def test_a_class_too_small_for_whole_numbers_has_its_gradient() -> None:
    x = [0.0, -400.0]
    y = softmax(x).tolist()
    assert distribution_row_in_integers(x, y, 1.0) is None
    assert distribution_row(x, y, 1.0) == distribution_row_in_decimals(x, y, 1.0)


def test_an_entry_beyond_the_doubles_is_infinite() -> None:
    assert upstream_row([0.0, 0.0], [1.7e308, -1.7e308], 0.1) == [INF, -INF]


def test_a_weight_that_is_the_mean_of_all_has_no_gradient() -> None:
    first, second, third = upstream_row([0.0, 0.0, 1.0], [1.0, 3.0, 2.0], 1.0)
    assert third == 0.0
    assert first == -second < 0
