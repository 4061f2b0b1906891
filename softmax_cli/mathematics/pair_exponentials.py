"""exp((x − m)/T), its sum and the logarithm of that, with more digits than a double holds.

The exponentials come in two precisions: to 59 bits, which is enough wherever nothing cancels, and
to 84 bits. Both are E·(1 + c), from a table of powers of two and a short series: Tang (1989).
"""

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from softmax_cli.mathematics.pairs import (
    Floats,
    Integers,
    Reciprocal,
    leading,
    pair_sum,
    pair_sum_of_multiples,
    product,
    two_sum,
)
from softmax_cli.mathematics.strips import Memory

# Exponentials are held 2^960 times too large, so that those below the smallest double keep their
# digits until they are divided by a small T.
LIFT = 960
# Below this even the lifted exponential is 0.
FLOOR = -(LIFT + 1023) * math.log(2)
# exp is tabulated at 512 points an octave: between them four terms of its series do.
POINTS = 512
# A whole number shifted by so much has its octave where a double has its exponent.
PLACE = 52 - 9
# The logarithm is tabulated at 128 points an octave.
_LOGARITHMS = 128
_LN2, _LN2_LOW = float.fromhex("0x1.62e42fefa39efp-1"), float.fromhex("0x1.abc9e3b39803fp-56")
STEP = float(np.float32(_LN2)) / POINTS  # 24 bits of ln 2/512: whole multiples are exact
STEP_LOW = (_LN2 - float(np.float32(_LN2)) + _LN2_LOW) / POINTS
# The same remainder in two, for the 84 bits: multiples of the first 24 bits are exact too.
_STEP_MIDDLE = float(np.float32(_LN2 - float(np.float32(_LN2)))) / POINTS
_STEP_LAST = (_LN2 - float(np.float32(_LN2))) / POINTS - _STEP_MIDDLE + _LN2_LOW / POINTS
# Adding this to a whole number leaves it, lifted, in the last bits of the double.
_WHOLE = 1.5 * 2.0**52 + LIFT * POINTS


class Exponentials(NamedTuple):
    """Lifted exponentials of one strip, class by class: shape (n, rows), the scalars (rows,).

    The exponential is E·(1 + c)·2^−LIFT, where E has 24 bits and |c| < 2⁻⁹; the rest, summed
    without class a, is (R + R_low)·2^−LIFT.
    """

    E: Floats
    c: Floats
    a: Integers
    R: Floats
    R_low: Floats


class PreciseExponentials(NamedTuple):
    """The same, each exponential being (E + E_low)·2^−LIFT to 84 bits."""

    E: Floats
    E_low: Floats
    a: Integers
    R: Floats
    R_low: Floats


def shifted(
    x: Floats, m: Floats, T: float, out: tuple[Floats, Floats, Floats] | None = None
) -> tuple[Floats, Floats]:
    """Return z = (x − m)/T, rounded, and δ, what the rounding lost: 0 or nan where z is −inf.

    Args:
        x: the logits.
        m: the largest of their vector.
        T: the temperature.
        out: arrays that may be used for z, δ and in between.
    """
    t, power = math.frexp(T)
    if T > 1.0:  # before the difference, which could overflow
        x, m = np.ldexp(x, -power), np.ldexp(m, -power)
    z, δ, b = out or (None, None, None)
    z = np.subtract(x, m, out=z)
    b = np.subtract(z, x, out=b)  # Knuth's TwoSum: δ = (x − (z − b)) − (m + b)
    δ = np.subtract(z, b, out=δ)
    np.subtract(x, δ, out=δ)
    b += m
    δ -= b
    if T < 1.0:
        z, δ = np.ldexp(z, -power), np.ldexp(δ, -power)
    if T != 1.0:
        d = z
        z = d / t
        p, p_low = product(z, np.float64(t))
        δ = (((d - p) - p_low) + δ) / t
    return z, δ


def exponentials(x: Floats, T: float, memory: Memory | None = None) -> Exponentials:
    """Return the exponentials of logits x of shape (n, rows), to 59 bits.

    They are in the memory, if one is given, until it is used again.
    """
    arrays = (memory or Memory()).arrays(x)
    a = largest(x)
    top = (a, np.arange(len(a)))
    E, c, lowest = exponentials_beside(x, x[top], T, arrays)
    E[top] = 0.0
    low = np.multiply(E, c, out=arrays[1])
    R, R_low = pair_sum_of_multiples(E, low, 2.0**LIFT, _span(lowest), arrays[0])
    E[top] = 2.0**LIFT
    return Exponentials(E, c, a, R, R_low)


def exponentials_beside(
    x: Floats, m: Floats, T: float, arrays: Floats
) -> tuple[Floats, Floats, float]:
    """Return E and c of logits x whose vectors have the largest logits m, and the lowest z.

    E and c are among the arrays, five of the shape of x.
    """
    z, δ, k, i, E = arrays
    z, δ = shifted(x, m, T, (z, δ, k))
    lowest = lift_to_floor(z, δ)
    return *_exp(z, δ, k, i, E), lowest


def exponentials_of_shifted(z: Floats, δ: Floats) -> tuple[Floats, Floats]:
    """Return E and c of z + δ, z ≤ 0, of any shape; both are used up."""
    lift_to_floor(z, δ)
    return _exp(z, δ, *(np.empty_like(z) for _ in range(3)))


def precise_exponentials(x: Floats, T: float) -> PreciseExponentials:
    """Return the exponentials of logits x of shape (n, rows), to 84 bits."""
    a = largest(x)
    top = (a, np.arange(len(a)))
    z, δ = shifted(x, x[top], T)
    lift_to_floor(z, δ)
    E, E_low = _precise_exp(z, δ)
    low_rest = E_low.copy()
    E_top, E[top], low_rest[top] = E[top], 0.0, 0.0
    R, R_low = pair_sum(E, low_rest)
    E[top] = E_top
    return PreciseExponentials(E, E_low, a, R, R_low)


def largest(x: Floats) -> Integers:
    """Return the first class whose logit is the largest."""
    n = len(x)
    if n > 64:
        return np.asarray(x.argmax(axis=0), np.int64)
    keys = (x != x.max(axis=0)).view(np.uint8)
    keys <<= 6
    keys += np.arange(n, dtype=np.uint8)[:, None]
    first: Integers = keys.min(axis=0).astype(np.int64)
    return first


def one_plus(R: Floats, R_low: Floats) -> tuple[Floats, Floats]:
    """Return s = 1 + r, rounded, and what the rounding lost."""
    r = R * 2.0**-LIFT
    s = 1.0 + r
    b = s - 1.0
    return s, (1.0 - (s - b)) + (r - b) + R_low * 2.0**-LIFT


def shares_of(e: Exponentials, s: Reciprocal) -> tuple[Floats, Floats]:
    """Return the lifted E·(1 + c)·s as a pair; e is used up."""
    c = e.c
    c *= 1.0 + s.omega
    c += s.omega
    q = np.multiply(e.E, s.w, out=e.E)
    c *= q
    return q, c


def log1p(R: Floats, R_low: Floats) -> tuple[Floats, Floats]:
    """Return log(1 + r) for r = (R + R_low)·2^−LIFT, as a pair, to 59 bits.

    1 + r = 2^k·m, and m times a tabulated inverse is 1 + f with a small f.
    """
    s, s_low = one_plus(R, R_low)
    m, k = np.frexp(s)
    m, k = m * 2.0, k - 1
    inverses, logarithms, lows = _log_table()
    i = np.rint((m - 1.0) * _LOGARITHMS).astype(np.int64)
    inverse = inverses[i]
    p, p_low = product(m, inverse)
    near = (k == 0) & (i == 0)  # here f is r itself, whose digits 1 + r would lose
    f = np.where(near, R * 2.0**-LIFT, p - 1.0)
    f_low = np.where(near, R_low * 2.0**-LIFT, p_low + np.ldexp(s_low, -k) * inverse)
    f, f_low = two_sum(f, f_low)
    series = np.zeros(f.shape)
    for term in range(9, 2, -1):
        series = 1.0 / term - f * series
    high, lost = two_sum(k * leading(np.float64(_LN2)), logarithms[i])
    low = lost + k * (_LN2 - float(leading(np.float64(_LN2))) + _LN2_LOW) + lows[i]
    high, lost = two_sum(high, f)
    low += lost + (f_low - f * f_low) + f * f * (f * series - 0.5)
    return high, low


def lift_to_floor(z: Floats, δ: Floats) -> float:
    """Raise z to the floor where exp(z) is 0, and return the lowest z where it is not."""
    lowest = float(z.min(initial=0.0))
    if lowest < FLOOR:
        is_below = z < FLOOR
        np.copyto(δ, 0.0, where=is_below)
        np.copyto(z, 0.0, where=is_below)
        lowest = float(z.min())
        np.copyto(z, FLOOR, where=is_below)
    return lowest


def _span(lowest: float) -> int:
    """Return how many binary places E·2^−LIFT has for z from lowest to 0: 24 in each octave."""
    return 24 - math.floor(lowest / _LN2)


def _octaves(
    z: Floats, k: Floats | None = None, bits: Floats | None = None
) -> tuple[Floats, Integers]:
    """Return k = z·512/ln 2 rounded, and the bits of a double that ends with it, lifted."""
    k = np.multiply(z, POINTS / _LN2, out=k)
    np.rint(k, out=k)
    return k, np.add(k, _WHOLE, out=bits).view(np.int64)


def _exp(z: Floats, δ: Floats, k: Floats, i: Floats, E: Floats) -> tuple[Floats, Floats]:
    """Return E and c: exp(z + δ) = E·(1 + c)·2^−LIFT, for z ≤ 0; all arrays are used up.

    z = k·ln 2/512 + f: the table gives 2^(k/512), the series exp(f).
    """
    powers, logarithms, _ = table()
    k, bits = _octaves(z, k, E)
    f = np.subtract(z, np.multiply(k, STEP, out=i), out=z)
    k *= STEP_LOW
    f -= k
    f += δ
    place = np.bitwise_and(bits, POINTS - 1, out=i.view(np.int64))
    f += _look_up(logarithms, place, δ)
    bits <<= PLACE
    bits += _look_up(powers, place, δ.view(np.int64))
    c = np.multiply(f, 1 / 24, out=k)
    for coefficient in (1 / 6, 1 / 2, 1.0):
        c += coefficient
        c *= f
    return E, c


def _precise_exp(z: Floats, δ: Floats) -> tuple[Floats, Floats]:
    """Return the pair E, E_low: exp(z + δ) = (E + E_low)·2^−LIFT, for z ≤ 0.

    Relative to the exponential, f² is kept in full, and the terms from f³ on, which are below
    2⁻³⁴, in a double: that leaves an error below 2⁻⁸⁴.
    """
    powers, logarithms, lows = table()
    k, bits = _octaves(z)
    place = bits & (POINTS - 1)
    f, low = two_sum(z - k * STEP, k * -_STEP_MIDDLE)
    low += δ
    low -= k * _STEP_LAST
    f, lost = two_sum(f, _look_up(logarithms, place, δ))
    low += lost
    low += _look_up(lows, place, δ)
    f, low = two_sum(f, low)
    bits <<= PLACE
    bits += _look_up(powers, place, δ.view(np.int64))
    E = bits.view(np.float64)
    c, c_low = _precise_series(f, low)
    head = leading(c)
    p = E * head  # exact
    high = E + p
    return high, (p - (high - E)) + E * ((c - head) + c_low)


def _precise_series(f: Floats, low: Floats) -> tuple[Floats, Floats]:
    """Return exp(f + low) − 1 as a pair."""
    square, square_low = product(f, f)
    tail = f * (1 / 5040)
    for coefficient in (1 / 720, 1 / 120, 1 / 24, 1 / 6):
        tail += coefficient
        if coefficient != 1 / 6:
            tail *= f
    tail *= f
    tail *= square
    half = 0.5 * square
    c = f + half
    c_low = half - (c - f)
    c_low += 0.5 * square_low
    c_low += tail
    c_low += low + low * (f + half)
    return c, c_low


def _look_up(values: Any, i: Integers, out: Any) -> Any:
    """Return values[i], in out."""
    by_row, out_by_row = (i, out) if i.flags.c_contiguous else (i.T, out.T)
    # i is never out of range, but to check it NumPy would go through a copy of out.
    values.take(by_row, out=out_by_row, mode="wrap")
    return out


@cache
def table() -> tuple[Integers, Floats, Floats]:
    """Return 2^(i/512), rounded to 24 bits, as the bits of doubles; and the logarithms of 1 + λ.

    The bits are less than those of the double by i at the place where k, shifted, has it. 1 + λ
    is what the rounding took; the logarithms come as pairs. All are computed in integers, with
    160 binary places.
    """
    places = 160
    root = 2 << places
    for _ in range(9):
        root = math.isqrt(root << places)
    power, rounded, high, low = 1 << places, [], [], []
    for _ in range(POINTS):
        leading_bits = (power + (1 << places - 24)) >> places - 23
        rounded.append(leading_bits / 2.0**23)
        λ = (power << 23) // leading_bits - (1 << places)
        square = λ * λ >> places
        logarithm = λ - square // 2 + (square * λ >> places) // 3 - (square * square >> places) // 4
        high.append(math.ldexp(float(logarithm), -places))
        low.append(math.ldexp(float(logarithm - int(float(logarithm))), -places))
        power = power * root >> places
    bits = np.array(rounded).view(np.int64) - (np.arange(POINTS) << PLACE)
    return bits, np.array(high), np.array(low)


@cache
def _log_table() -> tuple[Floats, Floats, Floats]:
    """Return inverses of 1 + i/128, rounded to 12 bits, and the pairs −log of them."""
    from decimal import Context, Decimal

    context = Context(prec=50)
    inverses, high, low = [], [], []
    for i in range(_LOGARITHMS + 1):
        inverse = round(2**12 / (1 + i / _LOGARITHMS)) / 2**12
        logarithm = -context.ln(Decimal(inverse)) if inverse != 1.0 else Decimal(0)
        inverses.append(inverse)
        high.append(float(logarithm))
        low.append(float(context.subtract(logarithm, Decimal(high[-1]))))
    return np.array(inverses), np.array(high), np.array(low)
