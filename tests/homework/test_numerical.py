"""Central differences are the derivatives to more digits than a double has."""

from decimal import Decimal

import mpmath
import pytest

from softmax_cli.homework.numerical import Differences

X = ["2", "1", "0.1", "-33"]


def differences(x=X, temperature="1", digits=17):
    return Differences(lambda _: [Decimal(v) for v in x], lambda _: Decimal(temperature), digits)


def true_row(j, x=X, temperature="1"):
    with mpmath.workdps(800):
        z = [mpmath.mpf(v) / mpmath.mpf(temperature) for v in x]
        s = mpmath.fsum(map(mpmath.exp, z))
        p = [mpmath.exp(v) / s for v in z]
        return [p[j] * ((j == k) - p[k]) / mpmath.mpf(temperature) for k in range(len(x))]


@pytest.mark.parametrize("digits", [17, 40])
@pytest.mark.parametrize("temperature", ["1", "2.5", "7"])
@pytest.mark.parametrize("x", [X, ["700", "0", "-3"], ["1", "1", "1"]])
def test_a_row_is_right_to_the_digits_asked_for(x, temperature, digits):
    for j in range(len(x)):
        found = differences(x, temperature, digits).of_output(j)
        for value, true in zip(found, true_row(j, x, temperature), strict=True):
            with mpmath.workdps(800):
                error = abs(mpmath.mpf(str(value)) - true)
                assert error <= mpmath.mpf(10) ** (1 - digits) * abs(true)


def test_the_diagonal_is_that_of_the_rows():
    found = differences()
    assert found.of_diagonal() == [found.of_output(j)[j] for j in range(len(X))]


def test_a_loss_has_the_difference_of_probability_and_target():
    with mpmath.workdps(60):
        e = [mpmath.exp(mpmath.mpf(v)) for v in X]
        σ = [v / mpmath.fsum(e) for v in e]
        gradient = differences().of_cross_entropy([Decimal(v) for v in ("0.2", "0.5", "0", "0.3")])
        for value, p, y in zip(gradient, σ, (2, 5, 0, 3), strict=True):
            assert mpmath.almosteq(mpmath.mpf(str(value)), p - mpmath.mpf(y) / 10, 1e-20)


def test_a_weighted_sum_has_the_sum_of_its_rows():
    weights = [Decimal(v) for v in ("3", "-1", "0.5", "2")]
    rows = [differences().of_output(j) for j in range(len(X))]
    for k, value in enumerate(differences().of_weighted_sum(weights)):
        expected = sum(g * row[k] for g, row in zip(weights, rows, strict=True))
        assert abs(value - expected) < Decimal("1e-25")
