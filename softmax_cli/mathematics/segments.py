"""The softmax of vectors of many lengths that stand one after the other in one array.

What is done entry by entry is done for all vectors at once, and what is done vector by vector in
the order in which it is done for one: the same bits as vector by vector, in a tenth of the time
where there are some hundred entries in each.
"""

from collections.abc import Iterator

import numpy as np

from softmax_cli.mathematics.pair_exponentials import (
    LIFT,
    Exponentials,
    exponentials_of_shifted,
    one_plus,
    shares_of,
    shifted,
)
from softmax_cli.mathematics.pairs import (
    Floats,
    Integers,
    Reciprocal,
    normalized,
    reciprocal,
    rounding_error,
)
from softmax_cli.mathematics.softmax import probabilities
from softmax_cli.mathematics.strips import STRIP

# Longer vectors are answered one by one in less time.
_LONG = 2048


def segment_probabilities(x: Floats, starts: Integers, temperature: float) -> Floats:
    """Return σ of vectors of valid logits.

    Args:
        x: the logits of all vectors, shape (n,).
        starts: where each vector begins, and n, shape (vectors + 1,).
        temperature: T.

    Returns:
        Array of shape (n,), with the bits of `probabilities` of each vector.
    """
    if starts.size == 2 and x.size > _LONG:  # without a second array of its length
        return np.asarray(probabilities(x[np.newaxis], temperature)[0])
    σ = np.empty(x.shape)
    for first, stop in _runs(starts):
        begin, end = int(starts[first]), int(starts[stop])
        if end - begin > _LONG and stop - first == 1:
            σ[begin:end] = probabilities(x[np.newaxis, begin:end], temperature)[0]
        else:
            bounds = starts[first : stop + 1] - begin
            σ[begin:end] = _strip(x[begin:end], bounds, temperature)
    return σ


def _runs(starts: Integers) -> Iterator[tuple[int, int]]:
    """Yield runs of adjacent vectors: long ones alone, others as many as fit a strip."""
    bounds: list[int] = starts.tolist()
    first = 0
    for vector in range(len(bounds) - 1):
        is_long = bounds[vector + 1] - bounds[vector] > _LONG
        if vector > first and (is_long or bounds[vector + 1] - bounds[first] > STRIP):
            yield first, vector
            first = vector
        if is_long:
            yield vector, vector + 1
            first = vector + 1
    if first < len(bounds) - 1:
        yield first, len(bounds) - 1


def _strip(x: Floats, starts: Integers, T: float) -> Floats:
    with np.errstate(all="ignore"):
        sizes = np.diff(starts)
        m = np.maximum.reduceat(x, starts[:-1]).repeat(sizes)
        tops = np.flatnonzero(x == m)
        a = tops[np.searchsorted(tops, starts[:-1])]
        E, c = exponentials_of_shifted(*shifted(x, m, T))
        rest = E.copy()
        rest[a] = 0.0
        R, R_low = _pair_sums(rest, rest * c, starts)
        s = reciprocal(*one_plus(R, R_low))
        each = Reciprocal(s.w.repeat(sizes), s.omega.repeat(sizes))
        q, low = shares_of(Exponentials(E, c, a, R, R_low), each)
        q += low
        return q * 2.0**-LIFT


def _pair_sums(high: Floats, low: Floats, starts: Integers) -> tuple[Floats, Floats]:
    """Return the sum of high + low over each vector, as a pair; both arrays are used up.

    Halves are added to halves, as for one vector.
    """
    at, left = starts[:-1], np.diff(starts)
    lost = np.zeros_like(high)
    while left.max() > 1:
        half = left // 2
        ends = np.cumsum(half)
        first = np.arange(ends[-1]) + (at - (ends - half)).repeat(half)
        second = first + (left - half).repeat(half)
        p, q = high[first], high[second]
        s = p + q
        lost[first] += rounding_error(s, p, q) + lost[second]
        low[first] += low[second]
        high[first] = s
        left = left - half
    total, total_lost = normalized(high[at], lost[at])
    return normalized(total, total_lost + low[at])
