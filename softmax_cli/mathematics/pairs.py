"""exp((x − m)/T) and its sums with more digits than a double holds.

An exponential is a pair, a leading part and a correction; so is a sum of them. What is
divided of these is rounded once, at the end.
"""

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Exponentials(NamedTuple):
    """exp((x − m)/T) of one strip, class by class: shape (n, rows), the scalars (rows,).

    The exponential is E·(1 + c)·2^−LIFT, where E has 24 bits and |c| < 2⁻⁹; the rest, summed
    without class a, is (R + R_low)·2^−LIFT.
    """

    z: Floats
    δ: Floats
    E: Floats
    c: Floats
    a: Integers
    R: Floats
    R_low: Floats


# Exponentials are held 2^960 times too large, so that those below the smallest double keep their
# digits until they are divided by a small T.
LIFT = 960
# Below this even the lifted exponential is 0.
_FLOOR = -(LIFT + 1023) * math.log(2)
# exp is tabulated at 512 points an octave: between them four terms of its series do.
_POINTS = 512
_LN2, _LN2_LOW = float.fromhex("0x1.62e42fefa39efp-1"), float.fromhex("0x1.abc9e3b39803fp-56")


def _leading(x: Any) -> Any:
    """Return the leading 26 bits of float64 x: products of two such are exact."""
    return (x.view(np.int64) & -(1 << 27)).view(np.float64)


@cache
def _table() -> tuple[Integers, Floats]:
    """Return 2^(i/512), rounded to 24 bits, as the bits of doubles; and the logarithms of 1 + λ.

    1 + λ is what the rounding took. The powers are computed in integers with 128 binary places.
    """
    root = 2 << 128
    for _ in range(9):
        root = math.isqrt(root << 128)
    powers, rounded, logarithms = [1 << 128], [], []
    while len(powers) < _POINTS:
        powers.append(powers[-1] * root >> 128)
    for power in powers:
        leading = (power + (1 << 104)) >> 105
        rounded.append(leading / 2.0**23)
        logarithms.append(math.log1p((power - (leading << 105)) / (leading << 105)))
    return np.array(rounded).view(np.int64), np.array(logarithms)


_STEP = float(np.float32(_LN2)) / _POINTS  # 24 bits of ln 2/512: whole multiples are exact
_STEP_LOW = (_LN2 - float(np.float32(_LN2)) + _LN2_LOW) / _POINTS


def exponentials(x: Floats, T: float) -> Exponentials:
    """Return the exponentials of logits x of shape (n, rows)."""
    n, rows = x.shape
    m = x.max(axis=0)
    a = np.where(x == m, np.arange(n, dtype=np.int32)[:, None], np.int32(n)).min(axis=0)
    z, δ = shifted(x, m, T)
    np.copyto(δ, 0.0, where=z < _FLOOR)
    E, c = _exp(z, δ)
    E_rest = E.copy()
    E_rest[a, np.arange(rows)] = 0.0
    R, R_low = pair_sum(E_rest, E_rest * c)
    return Exponentials(z, δ, E, c, a, R, R_low)


def shifted(x: Floats, m: Floats, T: float) -> tuple[Floats, Floats]:
    """Return z = (x − m)/T, rounded, and δ, what the rounding lost: nan where z is −inf."""
    t, power = math.frexp(T)
    if T > 1.0:  # before the difference, which could overflow
        x, m = np.ldexp(x, -power), np.ldexp(m, -power)
    z = x - m
    b = z - x  # Knuth's TwoSum: δ = (x − (z − b)) − (m + b)
    δ = z - b
    np.subtract(x, δ, out=δ)
    b += m
    δ -= b
    if T < 1.0:
        z, δ = np.ldexp(z, -power), np.ldexp(δ, -power)
    if T != 1.0:
        d = z
        z = d / t
        p, p_low = product(z, t)
        δ = (((d - p) - p_low) + δ) / t
    return z, δ


def _exp(z: Floats, δ: Floats) -> tuple[Floats, Floats]:
    """Return E and c: exp(z + δ) = E·(1 + c)·2^−LIFT, for z ≤ 0.

    z = k·ln 2/512 + f: the table gives 2^(k/512), the series exp(f). Tang (1989).
    """
    z = np.maximum(z, _FLOOR)
    bits, logarithms = _table()
    k = np.rint(z * (_POINTS / _LN2))
    f = (z - k * _STEP) - k * _STEP_LOW
    f += δ
    i = k.astype(np.int64) + (LIFT * _POINTS)
    octave = i & -_POINTS
    i -= octave
    f += logarithms.take(i)
    octave <<= 52 - 9
    octave += bits.take(i)
    c = f * (1 / 24)
    for coefficient in (1 / 6, 1 / 2, 1.0):
        c += coefficient
        c *= f
    return octave.view(np.float64), c


def quotient(e: Exponentials, s: Floats, s_low: Floats, power: int) -> Floats:
    """Return E·(1 + c)/(s + s_low)·2^power, rounded once."""
    w = _leading(1.0 / s)
    head = _leading(s)
    ε = (1.0 - w * head) - w * (s - head) - w * s_low
    ω = ε + ε * ε  # 1/(s + s_low) = w/(1 − ε) = w·(1 + ω)
    q = e.E * w
    c = e.c * (1.0 + ω)
    c += ω
    c *= q
    q += c
    result: Floats = np.ldexp(q, power)
    return result


def rest_quotient(e: Exponentials, s: Floats, s_low: Floats, power: int) -> Floats:
    """Return (R + R_low)/(s + s_low)·2^power, rounded twice."""
    q = e.R / s
    return np.ldexp(q + (e.R_low - q * s_low) / s, power)


def one_plus(R: Floats, R_low: Floats) -> tuple[Floats, Floats]:
    """Return s = 1 + r, rounded, and what the rounding lost."""
    r = np.ldexp(R, -LIFT)
    s = 1.0 + r
    b = s - 1.0
    return s, (1.0 - (s - b)) + (r - b) + np.ldexp(R_low, -LIFT)


def product(p: Floats, q: float) -> tuple[Floats, Floats]:
    """Return p·q, rounded, and what the rounding lost. Dekker (1971)."""
    p_head, q_head = _leading(p), _leading(np.float64(q))
    p_tail, q_tail = p - p_head, q - q_head
    high = p * q
    low = ((p_head * q_head - high) + p_head * q_tail + p_tail * q_head) + p_tail * q_tail
    return high, low


def pair_sum(high: Floats, low: Floats) -> tuple[Floats, Floats]:
    """Return the sum of high + low over the first axis, as a pair; both arrays are used up.

    Halves are added to halves, and what each addition rounds off goes to low: the result is right
    to a few u², relative to Σ |high|.
    """
    while (n := len(high)) > 1:
        half = n // 2
        p, q = high[:half], high[n - half :]
        s = p + q
        b = s - p
        lost = (p - (s - b)) + (q - b)
        lost += low[n - half :]
        low[:half] += lost
        high[:half] = s
        high, low = high[: n - half], low[: n - half]
    s = high[0] + low[0]
    return s, low[0] - (s - high[0])
