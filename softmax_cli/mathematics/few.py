"""The probabilities of a few numbers, without arrays: the same steps, the same bits.

A call of NumPy costs about a microsecond, and a strip takes eighty of them; for a vector of ten
classes the same arithmetic on Python's floats takes a third of the time.
"""

import math
from functools import cache

import numpy as np

from softmax_cli.mathematics.pair_exponentials import (
    FLOOR,
    LIFT,
    PLACE,
    POINTS,
    STEP,
    STEP_LOW,
    table,
)

# Up to so many numbers this is the faster way.
FEW = 40
# Near the floor exponentials are no normal doubles: arrays have bits of their own there.
_NEAR_FLOOR = FLOOR + 2.0
_PER_UNIT = POINTS / math.log(2.0)
_SCALE = 2.0**-LIFT


def few_probabilities(x: list[float]) -> list[float] | None:
    """Return σ of valid logits x at T = 1, or None where only arrays give the right bits."""
    exponentials = _exponentials(x, max(x))
    if exponentials is None:
        return None
    E, c = exponentials
    w, ω = _reciprocal(*_one_plus(*_rest(E, c, x.index(max(x)))))
    factor, σ = 1.0 + ω, []
    for E_j, c_j in zip(E, c, strict=True):
        q = E_j * w
        σ.append((q + (c_j * factor + ω) * q) * _SCALE)
    return σ


def _exponentials(x: list[float], m: float) -> tuple[list[float], list[float]] | None:
    """Return E and c: exp(x − m) = E·(1 + c)·2^−LIFT, or None where one is near the floor."""
    powers, logarithms = _lists()
    E, c = [], []
    for v in x:
        z = v - m
        if z < _NEAR_FLOOR:
            if v > -math.inf:
                return None
            E.append(0.0)
            c.append(0.0)
            continue
        b = z - v
        k = round(z * _PER_UNIT)
        i = k & (POINTS - 1)
        f = ((z - k * STEP) - k * STEP_LOW) + ((v - (z - b)) - (m + b)) + logarithms[i]
        E.append(math.ldexp(powers[i], (k >> 9) + LIFT))
        c.append((((f * (1 / 24) + 1 / 6) * f + 1 / 2) * f + 1.0) * f)
    return E, c


def _rest(E: list[float], c: list[float], a: int) -> tuple[float, float]:
    """Return the sum of all E·(1 + c) but that of class a, as a pair."""
    low = [E_j * c_j for E_j, c_j in zip(E, c, strict=True)]
    high = E.copy()
    high[a] = 0.0
    n = len(high)
    while n > 1:
        half = n // 2
        n -= half
        for i in range(half):
            p, q = high[i], high[n + i]
            s = p + q
            b = s - p
            low[i] += (p - (s - b)) + (q - b) + low[n + i]
            high[i] = s
    s = high[0] + low[0]
    return s, low[0] - (s - high[0])


def _one_plus(R: float, R_low: float) -> tuple[float, float]:
    r = R * _SCALE
    s = 1.0 + r
    b = s - 1.0
    return s, (1.0 - (s - b)) + (r - b) + R_low * _SCALE


def _reciprocal(s: float, s_low: float) -> tuple[float, float]:
    """Return w and ω: 1/(s + s_low) = w·(1 + ω), where w has 26 bits."""
    w, head = _leading(1.0 / s), _leading(s)
    ε = (1.0 - w * head) - w * (s - head) - w * s_low
    return w, ε + ε * ε


def _leading(x: float) -> float:
    """Return the leading 26 bits of a positive number."""
    fraction, power = math.frexp(x)
    return math.ldexp(math.floor(fraction * 2.0**26), power - 26)


@cache
def _lists() -> tuple[list[float], list[float]]:
    """Return 2^(i/512), rounded to 24 bits, and the logarithms of what the rounding took."""
    bits, logarithms, _ = table()
    powers = bits + (np.arange(POINTS) << PLACE)
    return powers.view(np.float64).tolist(), logarithms.tolist()
