"""The gradients whose terms may cancel: of the cross-entropy of a distribution, and Jᵀg.

With S = Σ e, lifted exponentials e and a the largest class,

    (σ·Σy − y)/T = D/(S·T)          D = e·Σy − y·S,   D[a] = Σ y[j] − y[a]·r, j ≠ a
    Jᵀg          = e·D/(S²·T)       D = g'·S − Σ e·g'   with g' = g − g[a]

are worked out to 82 bits, with a bound of the error. A vector with an entry whose D has lost so
much that its rounding is in doubt is worked out again in decimals, with as many digits as it
takes.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from softmax_cli.mathematics.pair_exponentials import LIFT, one_plus, precise_exponentials
from softmax_cli.mathematics.pairs import (
    Booleans,
    Floats,
    Integers,
    Parts,
    Reciprocal,
    inverse,
    pair_product,
    pair_sum,
    ratio,
    reciprocal,
    rounded_product,
    times,
    two_sum,
)
from softmax_cli.mathematics.strips import columns, strips
from softmax_cli.mathematics.validation import require_doubles

_RELATIVE_ERROR = 2.0**-82
# What is lost of exponentials near the smallest double, lifted.
_ABSOLUTE_ERROR = 2.0**-1020
# Exponentials below this, lifted, are right to fewer bits.
_SMALL = 2.0**-900
# D is good enough for an error of an eighth of a unit in the last place,
_CERTAIN = 2.0**-56
# or for a result that is right to a small part of the smallest double.
_INVISIBLE = -1078


class _Difference(NamedTuple):
    """D = high + low, lifted, within error."""

    high: Floats
    low: Floats
    error: Floats


class _Vectors:
    """What both gradients need of one strip of vectors."""

    def __init__(self, x: Floats, T: float) -> None:
        self.e = precise_exponentials(x, T)
        self.each = np.arange(x.shape[1])
        self.S, self.S_low = one_plus(self.e.R, self.e.R_low)
        self.reciprocal: Reciprocal = reciprocal(self.S, self.S_low)
        self.lost = len(x) * _ABSOLUTE_ERROR


def distribution_gradient(x: Floats, y: Floats, T: float) -> Floats:
    """Return (σ·Σy − y)/T for valid logits x and distributions y of shape (v, n)."""
    from softmax_cli.mathematics.exact_rows import distribution_row

    return _by_strips(x, y, T, _distribution_strip, distribution_row)


def upstream_gradient(x: Floats, g: Floats, T: float) -> Floats:
    """Return Jᵀg for valid logits x and finite g of shape (v, n), in O(n) for each vector.

    Raises:
        OverflowError: an entry is too large for a double.
    """
    from softmax_cli.mathematics.exact_rows import upstream_row

    gradient = _by_strips(x, g, T, _upstream_strip, upstream_row)
    require_doubles(np.isinf(gradient), "an entry of the gradient")
    return gradient


def _by_strips(
    x: Floats,
    weights: Floats,
    T: float,
    strip_gradient: Callable[[Floats, Floats, float], tuple[Floats, Booleans]],
    exact_row: Callable[[Sequence[float], Sequence[float], float], list[float]],
) -> Floats:
    gradient = np.empty(x.shape)
    with np.errstate(all="ignore"):
        for strip in strips(x.shape):
            found, certain = strip_gradient(columns(x[strip]), columns(weights[strip]), T)
            np.add(found.T, 0.0, out=gradient[strip])  # −0 + 0 is 0
            for row in np.flatnonzero(~certain.all(axis=0)) + strip.start:
                gradient[row] = exact_row(x[row].tolist(), weights[row].tolist(), T)
    return gradient


def _distribution_strip(x: Floats, y: Floats, T: float) -> tuple[Floats, Booleans]:
    """Return the gradient for x and y of shape (n, rows), and where it is certain."""
    vectors = _Vectors(x, T)
    d = _distribution_difference(vectors, y)
    t = inverse(T)
    gradient = rounded_product(ratio(d.high, d.low, vectors.reciprocal, -LIFT), t)
    invisible = d.error <= 2.0 ** (LIFT + _INVISIBLE - int(t.power))
    return gradient, (d.error <= _CERTAIN * np.abs(d.high)) | invisible


def _distribution_difference(vectors: _Vectors, y: Floats) -> _Difference:
    """Return D = e·Σy − y·S, where class a takes no part in what cancels."""
    e, top = vectors.e, (vectors.e.a, vectors.each)
    others = y.copy()
    others[top] = 0.0
    rest, rest_low = pair_sum(others, np.zeros(y.shape))
    total, total_low = two_sum(y[top], rest)
    p, p_low = pair_product(e.E, e.E_low, total, total_low + rest_low)
    q, q_low = pair_product(y * 2.0**LIFT, 0.0, vectors.S, vectors.S_low)
    p[top], p_low[top] = rest * 2.0**LIFT, rest_low * 2.0**LIFT
    q[top], q_low[top] = pair_product(y[top], 0.0, e.R, e.R_low)
    high, low = two_sum(p, -q)
    high, low = two_sum(high, low + (p_low - q_low))
    return _Difference(high, low, (np.abs(p) + np.abs(q)) * _RELATIVE_ERROR + vectors.lost)


def _upstream_strip(x: Floats, g: Floats, T: float) -> tuple[Floats, Booleans]:
    """Return Jᵀg for x and g of shape (n, rows), and where it is certain."""
    vectors = _Vectors(x, T)
    masked = np.isneginf(x)
    g = np.where(masked, 0.0, g)
    d, power = _upstream_difference(vectors, g)
    σ = ratio(vectors.e.E, vectors.e.E_low, vectors.reciprocal, -LIFT)
    w = ratio(d.high, d.low, vectors.reciprocal, -LIFT)
    w = Parts(w.head, w.tail, w.power + power)
    t = inverse(T)
    gradient = rounded_product(times(σ, w), t) if T != 1.0 else rounded_product(σ, w)
    largest_error = np.frexp(d.error + np.abs(d.high))[1] + np.frexp(vectors.e.E + 2.0**-1000)[1]
    invisible = largest_error + (power + t.power - 2 * LIFT) <= _INVISIBLE
    certain = (d.error <= _CERTAIN * np.abs(d.high)) & (vectors.e.E > _SMALL)
    constant = np.where(masked, g[vectors.e.a, vectors.each], g) == g[vectors.e.a, vectors.each]
    return gradient, certain | invisible | masked | constant.all(axis=0)


def _upstream_difference(vectors: _Vectors, g: Floats) -> tuple[_Difference, Integers]:
    """Return D = g'·S − Σ e·g' and the power of two by which it is to be multiplied."""
    e, S = vectors.e, vectors.S
    power = np.frexp(np.abs(g).max(axis=0))[1] + np.int32(2)  # so that no difference overflows
    scaled = np.ldexp(g, -power)
    lost = np.where((np.ldexp(scaled, power) == g).all(axis=0), 0.0, 2.0 ** (LIFT - 1072) * S)
    d, d_low = two_sum(scaled, -scaled[e.a, vectors.each])
    terms, terms_low = pair_product(e.E, e.E_low, d, d_low)
    size, _ = pair_sum(np.abs(terms), np.zeros(terms.shape))
    mean, mean_low = pair_sum(terms, terms_low)
    p, p_low = pair_product(d * 2.0**LIFT, d_low * 2.0**LIFT, S, vectors.S_low)
    high, low = two_sum(p, -mean)
    high, low = two_sum(high, low + (p_low - mean_low))
    error = (np.abs(p) + size) * _RELATIVE_ERROR + (vectors.lost + lost)
    return _Difference(high, low, error), power
