import math
from decimal import Decimal

import mpmath
import numpy as np
import pytest
from digests import digest
from mpmath import mpf
from true_gradients import true_gradient

from softmax_cli import softmax
from softmax_cli.mathematics import exact
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


@pytest.mark.parametrize(("units", "halved"), [(1, 0), (2, 1), (3, 2), (5, 2), (7, 4)])
def test_a_tie_at_a_masked_class_goes_to_the_even_double(units: int, halved: int) -> None:
    y = [*softmax([0.0, -400.0], temperature=2.0).tolist(), units * 5e-324]
    for row in (distribution_row, distribution_row_in_decimals):
        assert row([0.0, -400.0, -INF], y, 2.0)[2] == -halved * 5e-324


@pytest.mark.parametrize(
    ("y", "gaps", "bits"),
    [
        ([1.0, 0.0], range(20800, 22400), "4ea6dd2271a7"),
        ([0.0] * 7 + [1.0], range(20800, 22400, 4), "5ca81f90c611"),
        ([3.0, 0.0, 5.0], range(20800, 22400, 2), "2f846d9a614b"),
        # beside the tie of 2^53 + 1
        ([0.0, 2.0**53, 1.0], range(32600, 33400), "42901da9cf9b"),
    ],
)
def test_whole_numbers_are_given_up_where_their_error_could_change_a_bit(
    y: list[float], gaps: range, bits: str
) -> None:
    """The exponentials of the others are a few units of the last of the places."""
    vectors = ([0.0] + [-gap / 256] * (len(y) - 1) for gap in gaps)
    given_up = [distribution_row_in_integers(x, y, 1.0) is None for x in vectors]
    assert 0 < sum(given_up) < len(given_up)
    assert digest(given_up) == bits


def test_an_entry_beyond_the_doubles_is_infinite() -> None:
    assert upstream_row([0.0, 0.0], [1.7e308, -1.7e308], 0.1) == [INF, -INF]


def test_a_weight_that_is_the_mean_of_all_has_no_gradient() -> None:
    first, second, third = upstream_row([0.0, 0.0, 1.0], [1.0, 3.0, 2.0], 1.0)
    assert third == 0.0
    assert first == -second < 0


def nearest(x: list[float], weights: list[float], temperature: float, of: str) -> list[float]:
    """The doubles nearest to the true gradient, at a precision beyond all cancelling."""
    with mpmath.workprec(9000):
        values = true_gradient(x, weights, temperature, of)
        return [float(v) if abs(v) > mpf(2) ** -8000 else 0.0 for v in values]


ROWS = [
    [0.0, 0.0],
    [1.5, 1.5, 1.5],
    [1.5, -INF, 1.5],
    [-INF, 2.0, 1.0],
    [2.0, 1.0, 0.1],
    [0.1, 1.0, 2.0],
    [0.0, -700.0],
    [3.0, 3.0, 1.0, 1.0, -0.5],
    [-5999.0, 0.0, 3.25],
]
WEIGHTS = [1.0, 0.25, -3.5, 2.0**-60, 7.0]


@pytest.mark.parametrize("temperature", [1.0, 0.3, 2.0, 1e-150, 1e150])
@pytest.mark.parametrize("x", ROWS, ids=str)
def test_every_entry_is_the_double_nearest_to_its_true_value(
    x: list[float], temperature: float
) -> None:
    x = [v * temperature for v in x]
    g = WEIGHTS[: len(x)]
    assert upstream_row(x, g, temperature) == nearest(x, g, temperature, "upstream")
    for y in ([abs(v) for v in g], [0.0] * (len(x) - 1) + [1.0], [0.125] * len(x)):
        wanted = nearest(x, y, temperature, "target")
        assert distribution_row(x, y, temperature) == wanted
        if len(set(x) - {-INF}) > 1:
            assert distribution_row_in_integers(x, y, temperature) in (None, wanted)
            assert distribution_row_in_decimals(x, y, temperature) == wanted


def test_no_entry_is_a_negative_zero() -> None:
    rows = [
        *(distribution_row([0.0, -INF, 0.0], y, 1.0) for y in ([0.5, 0.0, 0.5], [0.0, 0.0, 0.0])),
        distribution_row([1.0, -INF, 0.0], [0.5, 0.0, 0.5], 1.0),
        distribution_row_in_decimals([1.0, -INF, 0.0], [0.5, 0.0, 0.5], 1.0),
        upstream_row([1.0, -INF, 0.0], [2.0, -3.0, 2.0], 1.0),
        upstream_row([1.0, -INF, 1.0], [2.0, -3.0, 2.0], 1.0),
        distribution_row_in_integers([0.0, -1.0], [2.0**-1000] * 2, 1e150) or [],  # not quite 0
    ]
    for row in rows:
        assert [math.copysign(1.0, v) for v in row if v == 0.0] == [1.0] * row.count(0.0)
        assert 0.0 in row


# Three weights whose mean is the fourth, though sums of their multiples are rounded.
MEAN_OF_ONE = [1 - 2.0**-40 - 2.0**-52, 1 + 2.0**-40, 1 + 2.0**-52, 1.0]


@pytest.mark.parametrize(
    ("x", "g", "zeros"),
    [
        ([0.0, 1.0], [2.0, 2.0], [True, True]),
        ([0.0, 0.0, 1.0], [1.0, 3.0, 2.0], [False, False, True]),
        ([0.0, 0.0, 1.0, 1.0], [1.0, 3.0, 0.5, 3.5], [False] * 4),
        ([0.0, 0.0, 1.0, 2.0], [1.0, 3.0, 2.0, 2.0], [False, False, True, True]),
        ([0.0, 0.0, 1.0, 2.0], [1.0, 3.0, 2.0, 2.5], [False] * 4),
        ([0.0, 1.0, -INF], [2.0, 2.0, 7.0], [True] * 3),
        ([0.0, 1.0, -INF], [2.0, 3.0, 2.0], [False, False, True]),
        ([0.0, 1.0, 2.0], [1.0, 3.0, 2.0], [False] * 3),
        ([0.0, 0.0, 0.0, 1.0], MEAN_OF_ONE, [False, False, False, True]),
        ([0.0, 0.0, 0.0, 1.0, -INF], [*MEAN_OF_ONE, 7.0], [False, False, False, True, True]),
    ],
)
def test_an_entry_is_0_where_its_weight_is_the_mean_of_every_set_of_equal_logits(
    x: list[float], g: list[float], zeros: list[bool]
) -> None:
    assert [v == 0.0 for v in upstream_row(x, g, 1.0)] == zeros


def test_a_class_too_small_to_show_has_no_gradient() -> None:
    """Its weight would have to be beyond all doubles."""
    largest = 1.7e308
    assert upstream_row([0.0, -6000.0], [1.0, largest], 1.0) == [0.0, 0.0]
    assert upstream_row([0.0, -12000.0], [1.0, largest], 2.0) == [0.0, 0.0]
    assert upstream_row([-7.0, -6007.0, -7.0], [1.0, largest, 3.0], 1.0) == [-0.5, 0.0, 0.5]
    assert distribution_row([0.0, -1e9], [0.75, 0.25], 1.0) == [0.25, -0.25]


@pytest.mark.parametrize(
    ("x", "g", "temperature"),
    [
        ([0.0, 0.0, 0.0, -690.0], [2.0, 0.0, 1.0, 7.0], 1.0),
        ([0.0, 0.0, 0.0, -1.0], [2.0, 2.0**-1000, 1.0, 1.0], 1.0),
        ([0.0, 0.0, 0.0, -(2.0**-400)], [2.0**500, 2.0**-1074, 2.0**499, 2.0**499], 2.0**-400),
    ],
    ids=["far below", "tiny weight", "tiny beside huge weights"],
)
def test_what_is_left_of_weights_that_cancel_is_right(
    x: list[float], g: list[float], temperature: float
) -> None:
    assert upstream_row(x, g, temperature) == nearest(x, g, temperature, "upstream")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[Decimal], int]]:
    """The logits of which probabilities are asked for, and the digits."""
    asked: list[tuple[list[Decimal], int]] = []
    softmax_of_decimals = exact.softmax

    def asking(numbers: list[Decimal], count: int, t: Decimal) -> list[Decimal]:
        asked.append((numbers, count))
        return softmax_of_decimals(numbers, count, t)

    monkeypatch.setattr(exact, "softmax", asking)
    return asked


@pytest.mark.parametrize(
    ("y", "digits"),
    [
        ([0.5, 0.5], [40]),
        ([0.0, 1.0], [40]),
        ([2.0**-200, 2.0**-200], [40]),
        ([1.0, 2.0**-1000], [40, 80, 160, 320]),
    ],
)
def test_digits_are_doubled_until_every_entry_is_certain(
    y: list[float], digits: list[int], asked: list[tuple[list[Decimal], int]]
) -> None:
    distribution_row_in_decimals([0.0, -690.0], y, 1.0)
    assert [count for _, count in asked] == digits


@pytest.mark.parametrize(
    ("x", "g", "temperature", "digits"),
    [
        ([0.0, -690.0], [1.0, 2.0], 1.0, [40]),
        ([0.0, -690.0], [1.0, 1 + 2.0**-52], 1.0, [40]),
        ([0.0, -64 * 2.0**300], [1.0, 2.0], 2.0**300, [40]),
        ([0.0, 0.0, -64.0], [2.0, 0.0, 1.0], 1.0, [40]),
        ([0.0, 0.0, 0.0, -690.0], [2.0, 0.0, 1.0, 7.0], 1.0, [40, 80, 160, 320]),
    ],
)
def test_digits_are_doubled_for_weights_that_cancel(
    x: list[float],
    g: list[float],
    temperature: float,
    digits: list[int],
    asked: list[tuple[list[Decimal], int]],
) -> None:
    """They cancel less without the weight of a largest class."""
    upstream_row(x, g, temperature)
    assert [count for _, count in asked] == digits


@pytest.mark.parametrize(
    ("x", "g"),
    [([0.0, 0.0, 0.0, 1.0], MEAN_OF_ONE), ([0.0, 0.0, 0.0, 1.0, -INF], [*MEAN_OF_ONE, 7.0])],
)
def test_an_entry_known_to_be_0_needs_no_more_digits(
    x: list[float], g: list[float], asked: list[tuple[list[Decimal], int]]
) -> None:
    upstream_row(x, g, 1.0)
    assert [count for _, count in asked] == [40]


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_a_class_too_small_to_show_is_not_worked_out(
    temperature: float, asked: list[tuple[list[Decimal], int]]
) -> None:
    x = [3.0, 1.0, -5996.75, -5997.0, -5998.0]
    upstream_row([v * temperature for v in x], [1.0, 2.0, 3.0, 4.0, 5.0], temperature)
    (numbers, _), *_ = asked
    shown = [Decimal(v * temperature) for v in x[:3]]
    assert numbers == [*shown, -Decimal("inf"), -Decimal("inf")]


def test_a_masked_class_needs_no_digits(asked: list[tuple[list[Decimal], int]]) -> None:
    """Its gradient is −y/T, which may be halfway between two doubles."""
    smallest = 2.0**-1074
    row = distribution_row_in_decimals([0.0, -1.0, -INF], [1.0, 0.0, 3 * smallest], 2.0)
    assert row[2] == -2 * smallest
    assert [count for _, count in asked] == [40]
