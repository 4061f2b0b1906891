"""Exponentials and their sums in tiles that fit the cache: some vectors, or a part of a long one.

The exponentials of a long vector are worked out twice: for their sum, and for what is made of
them. That takes no more time than fetching them from memory, and no array of their length.
"""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np

from softmax_cli.mathematics.pair_exponentials import (
    LIFT,
    Exponentials,
    exponentials,
    exponentials_beside,
)
from softmax_cli.mathematics.pairs import (
    Floats,
    Integers,
    normalized,
    pair_sum,
    rounding_error,
    sum_of_halves,
)
from softmax_cli.mathematics.strips import LONG, STRIP, Memory, columns, pieces, strips

# Which vectors and which of their classes.
Tile: TypeAlias = tuple[slice, slice]


class Sums(NamedTuple):
    """What is known of all exponentials of each vector, shape (rows,).

    Attributes:
        m: the largest logit.
        a: the first class that has it.
        R: the lifted exponentials of the other classes, summed.
        R_low: what the rounding of R lost.
    """

    m: Floats
    a: Integers
    R: Floats
    R_low: Floats


def exponentials_in_tiles(
    x: Floats, T: float, memory: Memory
) -> Iterator[tuple[Tile, Exponentials]]:
    """Yield the exponentials of logits x of shape (v, n), a tile at a time, class by class.

    Their a is counted from the first class of the tile, and may lie outside it. They are in the
    memory until the next tile is asked for.
    """
    n = x.shape[1]
    for strip in strips(x.shape):
        logits = columns(x[strip])
        if n <= LONG:
            yield (strip, slice(0, n)), exponentials(logits, T, memory)
            continue
        s = sums_of(logits, T, memory)
        for part in pieces(n):
            some = logits[part]
            E, c, _ = exponentials_beside(some, s.m, T, memory.arrays(some))
            E[_inside(part, s.a)] = 2.0**LIFT
            yield (strip, part), Exponentials(E, c, s.a - part.start, s.R, s.R_low)


def sums_of(x: Floats, T: float, memory: Memory) -> Sums:
    """Return the sums of the exponentials of logits x of shape (n, rows), one row if long."""
    if len(x) > LONG:
        return _sums_of_long(x, T, memory)
    e = exponentials(x, T, memory)
    return Sums(x.max(axis=0), e.a, e.R, e.R_low)


def _sums_of_long(x: Floats, T: float, memory: Memory) -> Sums:
    """Return the sums of one long vector, shape (n, 1), with the bits of any other way.

    The halves of the vector, which a sum adds first, are worked out side by side.
    """
    m, a = x.max(axis=0), np.asarray(x.argmax(axis=0), np.int64)
    half = len(x) // 2
    second = len(x) - half

    def rest(part: slice, arrays: Floats) -> tuple[Floats, Floats]:
        E, c, _ = exponentials_beside(x[part], m, T, arrays)
        E[_inside(part, a)] = 0.0
        c *= E
        return E, c

    high, lost, low = np.empty((3, second, 1))
    for first in range(0, half, STRIP // 2):
        stop = min(first + STRIP // 2, half)
        size = stop - first
        arrays = memory.arrays(x[: 2 * size])
        p, p_low = rest(slice(first, stop), arrays[:, :size])
        q, q_low = rest(slice(second + first, second + stop), arrays[:, size:])
        s = np.add(p, q, out=high[first:stop])
        lost[first:stop] = rounding_error(s, p, q)
        np.add(p_low, q_low, out=low[first:stop])
    if half < second:
        high[half:], low[half:] = rest(slice(half, second), memory.arrays(x[:1]))
        lost[half:] = 0.0
    total, total_lost = pair_sum(high, lost)
    return Sums(m, a, *normalized(total, total_lost + sum_of_halves(low)))


def _inside(part: slice, a: Integers) -> Integers:
    """Return where a class stands in a part of its vector; nowhere if it is in another."""
    return np.asarray(a[(part.start <= a) & (a < part.stop)] - part.start)
