"""Numbers with more digits than a double holds, as unevaluated sums of doubles.

Everything here is +, −, ·, / and scaling by powers of two, in a fixed order, so that the same
numbers give the same bits on every processor. Dekker (1971); Knuth, TAOCP 2, section 4.2.2.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

# Arrays of any shape; numpy.typing, which has a name for them, adds 0.5 ms to each start.
Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]
Booleans = np.ndarray[Any, np.dtype[np.bool_]]
Numbers = np.ndarray[Any, np.dtype[Any]]

# Columns of so many numbers are added as they lie, shorter ones after a copy row by row.
_LONG = 128


class Parts(NamedTuple):
    """(head + tail)·2^power, where the head has 26 bits: products of two heads are exact."""

    head: Any
    tail: Any
    power: Any

    def at(self, *index: Any) -> "Parts":
        """Return the entries at an index."""
        power = self.power if np.ndim(self.power) == 0 else self.power[index]
        return Parts(self.head[index], self.tail[index], power)


class Reciprocal(NamedTuple):
    """w·(1 + omega), where w has 26 bits."""

    w: Floats
    omega: Floats


def leading(x: Any) -> Any:
    """Return the leading 26 bits of float64 x."""
    return (x.view(np.int64) & -(1 << 27)).view(np.float64)


def two_sum(p: Any, q: Any) -> tuple[Any, Any]:
    """Return p + q, rounded, and what the rounding lost."""
    s = p + q
    b = s - p
    return s, (p - (s - b)) + (q - b)


def product(p: Any, q: Any) -> tuple[Any, Any]:
    """Return p·q, rounded, and what the rounding lost."""
    p_head, q_head = leading(p), leading(q)
    p_tail, q_tail = p - p_head, q - q_head
    high = p * q
    low = ((p_head * q_head - high) + p_head * q_tail + p_tail * q_head) + p_tail * q_tail
    return high, low


def pair_product(p: Any, p_low: Any, q: Any, q_low: Any) -> tuple[Any, Any]:
    """Return (p + p_low)·(q + q_low) as a pair."""
    high, low = product(p, q)
    low += p * q_low
    low += p_low * q
    return high, low


def pair_sum(high: Floats, low: Floats) -> tuple[Floats, Floats]:
    """Return the sum of high + low over the first axis, as a pair; low is used up.

    Halves are added to halves, and what each addition rounds off goes to low: the result is right
    to a few u², relative to Σ |high|.
    """
    while len(high) > _LONG:
        high, low = _fold(high, low)
    high, low = np.ascontiguousarray(high), np.ascontiguousarray(low)
    while len(high) > 1:
        high, low = _fold(high, low)
    return normalized(high[0], low[0])


def pair_sum_of_multiples(
    x: Floats, low: Floats, largest: float, span: int, spare: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return the sum of x + low over the first axis, as a pair; low is used up.

    Args:
        x: from 0 to the largest, a power of two; multiples of largest·2^−span.
        low: small beside x.
        largest: what no x exceeds.
        span: how many binary places the multiples take.
        spare: an array of the shape of x that may be used.
    """
    total, lost = _sum_of_multiples(x, largest, span, spare)
    return normalized(total, lost + sum_of_halves(low))


def _sum_of_multiples(
    x: Floats, largest: float, span: int, spare: Floats | None
) -> tuple[Floats, Floats | float]:
    """Return the sum of x, rounded, and what the rounding lost, by the fastest of three ways.

    The first two are exact. So is the third wherever they are possible, which gives the same bits:
    all it rounds off is a multiple of the same unit, and its sum takes 53 bits at most.
    """
    bits = max(3, len(x).bit_length())
    if span + bits <= 53:
        return x.sum(axis=0), 0.0
    if span + 2 * bits <= 107:
        # x in two: a multiple of largest·2^(bits − 53), and what it leaves
        shift = 1.5 * largest * 2.0 ** (bits - 1)
        coarse = np.add(x, shift, out=spare)
        coarse -= shift
        total = coarse.sum(axis=0)
        return two_sum(total, np.subtract(x, coarse, out=coarse).sum(axis=0))
    return pair_sum(x, np.zeros_like(x))


def sum_of_halves(x: Floats) -> Floats:
    """Return the sum over the first axis, halves added to halves; x is used up."""
    while len(x) > _LONG:
        x = _fold_one(x)
    x = np.ascontiguousarray(x)
    while len(x) > 1:
        x = _fold_one(x)
    return np.asarray(x[0])


def _fold(high: Floats, low: Floats) -> tuple[Floats, Floats]:
    """Return high + low with the second half added to the first; low is used up."""
    n = len(high)
    half = n // 2
    p, q = high[:half], high[n - half :]
    folded = np.empty_like(high[: n - half])
    s = np.add(p, q, out=folded[:half])
    if n % 2:
        folded[half] = high[half]
    lost = rounding_error(s, p, q)
    lost += low[n - half :]
    low[:half] += lost
    return folded, low[: n - half]


def _fold_one(x: Floats) -> Floats:
    """Return x with its second half added to the first, in the memory of x."""
    n = len(x)
    half = n // 2
    x[:half] += x[n - half :]
    return x[: n - half]


def normalized(high: Floats, low: Floats) -> tuple[Floats, Floats]:
    """Return high + low as a pair whose first part is their sum, rounded."""
    s = high + low
    return s, low - (s - high)


def rounding_error(s: Floats, p: Floats, q: Floats) -> Floats:
    """Return what s = p + q lost by rounding."""
    b = s - p
    lost = s - b
    np.subtract(p, lost, out=lost)
    np.subtract(q, b, out=b)
    lost += b
    return lost


def reciprocal(s: Floats, s_low: Floats) -> Reciprocal:
    """Return 1/(s + s_low)."""
    w = leading(1.0 / s)
    head = leading(s)
    ε = (1.0 - w * head) - w * (s - head) - w * s_low
    return Reciprocal(w, ε + ε * ε)  # 1/(s + s_low) = w/(1 − ε)


def parts(high: Any, low: Any, power: Any = 0) -> Parts:
    """Return (high + low)·2^power with a head in [½, 1) or 0."""
    total, exponent = np.frexp(high + low)
    head = leading(total)
    tail = (np.ldexp(high, -exponent) - head) + np.ldexp(low, -exponent)
    return Parts(head, tail, exponent + np.int32(power))


def ratio(high: Floats, low: Floats, s: Reciprocal, power: int = 0) -> Parts:
    """Return (high + low)·s·2^power."""
    head = leading(high)
    tail = (high - head) + low
    q = head * s.w
    return parts(q, q * s.omega + tail * s.w * (1.0 + s.omega), power)


def times(p: Parts, q: Parts) -> Parts:
    """Return p·q."""
    high = p.head * q.head
    low = (p.head * q.tail + p.tail * q.head) + p.tail * q.tail
    head = leading(high + low)
    return Parts(head, (high - head) + low, p.power + q.power)


def rounded_product(p: Parts, q: Parts) -> Floats:
    """Return p·q, rounded once."""
    result: Floats = p.head * q.tail + p.tail * q.head
    result += p.tail * q.tail
    result += p.head * q.head
    np.ldexp(result, p.power + q.power, out=result)
    return result


@lru_cache(maxsize=8)
def inverse(T: float) -> Parts:
    """Return 1/T of a positive double."""
    numerator, denominator = T.as_integer_ratio()
    shift = 128 + numerator.bit_length()
    quotient = (denominator << shift) // numerator
    bits = quotient.bit_length()
    head = quotient >> bits - 26
    tail = quotient - (head << bits - 26)
    return Parts(np.float64(head / 2**26), np.float64(tail / 2**bits), np.int32(bits - shift))


def one_minus(p: Parts) -> Parts:
    """Return 1 − p, for 0 ≤ p ≤ ½."""
    head, tail = np.ldexp(p.head, p.power), np.ldexp(p.tail, p.power)
    high = 1.0 - head
    return parts(high, ((1.0 - high) - head) - tail)
