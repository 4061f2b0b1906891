"""The softmax function and its derivatives, every digit right.

For one vector x, with m its largest entry, at index a, and a temperature T:

    z  = (x − m)/T                 and δ, what rounding z lost
    e  = exp(z + δ)                e[a] = 1 exactly
    r  = Σ e[j], j ≠ a             the rest: summed without the dominant term
    s  = 1 + r
    σ  = e/s
    κ  = 1 − σ                     the complement; for j = a it is r/s, never 1 − σ[a]
    log σ = z + δ − log1p(r)
    J[j,k] = σj·κj/T on the diagonal, −σj·σk/T off it
    ∂loss/∂x = −κ/T at the target class, σ/T elsewhere;  loss = −log σ[target]
    Jᵀg = σ ⊙ (g' − Σ σ g')/T      with g' = g − g[a]

The formulas are those of Bridle (1990) and of Goodfellow, Bengio and Courville, Deep Learning
(2016), sections 4.1 and 6.2.2.3; the shift by m and log1p are there so that nothing cancels.

Accuracy, in units in the last place (ulp) of the true value for the doubles given, wherever that
is a normal double. Probabilities by softmax are within 4, and measured within 3. Derivatives
multiply probabilities, so they and the logarithms start from exponentials and sums known to twice
the digits: every factor is rounded once or twice, and with u = 2⁻⁵³ a result of k roundings is
within k·u, less than k ulp. Each entry of log_softmax, jacobian, a class's or an output's gradient
and a class's loss has four at most; for derivatives this holds down to T = 1e-280.

A masked class, x = −inf, has probability 0, derivatives 0 and logarithm −inf.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_cli.mathematics.pairs import (
    LIFT,
    exponentials,
    one_plus,
    pair_sum,
    product,
    quotient,
    rest_quotient,
    shifted,
)
from softmax_cli.mathematics.validation import (
    as_classes,
    as_logits,
    as_target,
    as_temperature,
    as_upstream,
    as_vectors,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Numbers in a strip of work: its temporaries stay in the second-level cache.
_STRIP = 16384
# Shorter vectors are laid out class by class, so that a sum over classes adds long arrays.
_SHORT = 64


def softmax(x: ArrayLike, *, temperature: float = 1.0) -> Floats:
    """Return the probabilities σ(x/T) = exp(x/T) / Σ exp(x/T).

    Args:
        x: logits, shape (..., n); the last axis holds the classes. −inf masks a class.
        temperature: T, finite and greater than 0.

    Returns:
        Array of float64 of the shape of x, within 4 ulp.

    Raises:
        ValueError: x has no last axis or no classes, holds nan, +inf or what is not a real
            number, or has a vector with every class masked; T is not finite and positive.
    """
    x, T = as_logits(x), as_temperature(temperature)
    return softmax_of(as_vectors(x), T).reshape(x.shape)


def log_softmax(x: ArrayLike, *, temperature: float = 1.0) -> Floats:
    """Return log σ(x/T) = (x − m)/T − log1p(r), which keeps its digits near 0 as far below it.

    Args:
        x: logits, shape (..., n).
        temperature: T, finite and greater than 0.

    Returns:
        Array of float64 of the shape of x, within 4 ulp; −inf for a masked class.

    Raises:
        ValueError: as for softmax.
    """
    x, T = as_logits(x), as_temperature(temperature)
    return log_softmax_of(as_vectors(x), T).reshape(x.shape)


def jacobian(x: ArrayLike, *, temperature: float = 1.0) -> Floats:
    """Return the matrices ∂σj/∂xk, row j the output and column k the input.

    Args:
        x: logits, shape (..., n).
        temperature: T, finite and greater than 0; derivatives with respect to x carry 1/T.

    Returns:
        Array of float64 of shape (..., n, n), symmetric, within 4 ulp.

    Raises:
        ValueError: as for softmax.
    """
    x, T = as_logits(x), as_temperature(temperature)
    n = x.shape[-1]
    return jacobian_matrices(shares(as_vectors(x), T)).reshape(*x.shape[:-1], n, n)


def gradient(
    x: ArrayLike,
    *,
    target: ArrayLike | None = None,
    upstream: ArrayLike | None = None,
    output: ArrayLike | None = None,
    temperature: float = 1.0,
) -> Floats:
    """Return the gradient, with respect to x, of one number for each vector.

    Of target, upstream and output at most one is given; with none of them the number is the
    probability of the predicted class, the first of the largest.

    Args:
        x: logits, shape (..., n).
        target: the cross-entropy −Σ yj log σj against it. Integers of the leading shape are
            class indices; floats of shape (..., n) are distributions. The gradient is (σ − y)/T;
            for a class it is within 4 ulp, for a distribution within 4 u·(|σ| + |y|)/T. It is
            −y/T at a masked class, though the loss is infinite there.
        upstream: g, finite, shape (..., n): Jᵀg, in O(n), within
            8 u·σk·(|gk − g[a]| + Σ σj |gj − g[a]|)/T, and, where a σj is below the smallest
            normal double, what it loses there: 2⁻¹⁰⁷⁴·Σ |gj − g[a]|/T.
        output: indices, of the leading shape, of the class whose probability is meant: a row of
            the Jacobian, within 4 ulp.
        temperature: T, finite and greater than 0.

    Returns:
        Array of float64 of the shape of x.

    Raises:
        ValueError: as for softmax; also for two of target, upstream and output together, for a
            class index out of range, a distribution that is negative or does not sum to 1, an
            upstream that is not finite, or a shape that does not fit x.
    """
    if sum(given is not None for given in (target, upstream, output)) > 1:
        raise ValueError("give one of target, upstream and output, not several")
    x, T = as_logits(x), as_temperature(temperature)
    s = shares(as_vectors(x), T)
    if target is not None:
        answer = target_gradient(s, as_target(target, x))
    elif upstream is not None:
        answer = upstream_gradient(s, as_upstream(upstream, x))
    else:
        k = s.largest if output is None else as_classes(output, x, "output")
        answer = jacobian_rows(s, np.arange(len(k)), k)
    return answer.reshape(x.shape)


def cross_entropy(x: ArrayLike, target: ArrayLike, *, temperature: float = 1.0) -> Floats:
    """Return the losses −Σ yj log σj.

    Args:
        x: logits, shape (..., n).
        target: integers of the leading shape are class indices, floats of shape (..., n) are
            distributions y.
        temperature: T, finite and greater than 0.

    Returns:
        Array of float64 of the leading shape: within 4 ulp, for a distribution within 6 ulp;
        inf where the target's class is masked.

    Raises:
        ValueError: as for softmax and for gradient's target.
    """
    x, T = as_logits(x), as_temperature(temperature)
    y = as_target(target, x)
    return loss(as_vectors(x), y, T).reshape(x.shape[:-1])


class Shares(NamedTuple):
    """The probabilities of v vectors of n classes, with what their derivatives need.

    Attributes:
        softmax: σ, shape (v, n).
        slope: σ/T, shape (v, n): right even where σ itself is below the smallest double.
        rest: κ of the largest class, shape (v,).
        rest_slope: the same divided by T.
        largest: the index of the largest class, the first of ties, shape (v,).
        temperature: T.
    """

    softmax: Floats
    slope: Floats
    rest: Floats
    rest_slope: Floats
    largest: Integers
    temperature: float

    @property
    def complement(self) -> Floats:
        """1 − σ, shape (v, n), without cancellation."""
        κ = 1.0 - self.softmax
        κ[np.arange(len(κ)), self.largest] = self.rest
        return κ


def softmax_of(x: Floats, temperature: float) -> Floats:
    """Return σ of valid logits x of shape (v, n): as fast as exp allows.

    s is summed in two parts, e rounded to a grid coarse enough to add up exactly and what is
    left: one large class would otherwise swallow many small ones.
    """
    σ = np.empty(x.shape)
    grid = 1.5 * 2.0 ** (x.shape[1].bit_length() - 1)
    with np.errstate(all="ignore"):
        for strip in _strips(x.shape):
            columns = _columns(x[strip])
            z, δ = shifted(columns, columns.max(axis=0), temperature)
            e = np.exp(z, out=z)
            δ *= e
            e += δ
            np.fmax(e, 0.0, out=e)  # a masked class's δ is nan
            coarse = np.add(e, grid, out=δ)
            coarse -= grid
            s = np.add.reduce(coarse, axis=0)
            s += np.add.reduce(np.subtract(e, coarse, out=coarse), axis=0)
            np.divide(e, s, out=σ[strip].T)
    return σ


def shares(x: Floats, temperature: float) -> Shares:
    """Return the probabilities of valid logits x of shape (v, n)."""
    T = temperature
    t, power = math.frexp(T)
    σ, rest, largest = np.empty(x.shape), np.empty(len(x)), np.empty(len(x), np.int64)
    slope, rest_slope = (σ, rest) if T == 1.0 else (np.empty(x.shape), np.empty(len(x)))
    with np.errstate(all="ignore"):
        for strip in _strips(x.shape):
            e = exponentials(_columns(x[strip]), T)
            s, s_low = one_plus(e.R, e.R_low)
            largest[strip] = e.a
            σ[strip] = quotient(e, s, s_low, -LIFT).T
            rest[strip] = rest_quotient(e, s, s_low, -LIFT)
            if T != 1.0:
                D, D_low = product(s, t)
                D_low += s_low * t
                slope[strip] = quotient(e, D, D_low, -LIFT - power).T
                rest_slope[strip] = rest_quotient(e, D, D_low, -LIFT - power)
    return Shares(σ, slope, rest, rest_slope, largest, T)


def log_softmax_of(x: Floats, temperature: float) -> Floats:
    """Return log σ of valid logits x of shape (v, n)."""
    log = np.empty(x.shape)
    with np.errstate(all="ignore"):
        for strip in _strips(x.shape):
            e = exponentials(_columns(x[strip]), temperature)
            # Both are negative, so nothing cancels; 0 − 0 is 0 where −0 is not.
            log[strip] = ((0.0 - np.log1p(np.ldexp(e.R, -LIFT)) + e.δ) + e.z).T
    return log


def jacobian_matrices(s: Shares) -> Floats:
    """Return the Jacobians, shape (v, n, n)."""
    v, n = s.softmax.shape
    J = np.empty((v, n, n))
    diagonal = J.reshape(v, n * n)[:, :: n + 1]
    rows = min(n, max(1, _STRIP // n))
    step = max(1, _STRIP // (n * rows))
    with np.errstate(all="ignore"):
        for i in range(0, v, step):
            for j in range(0, n, rows):
                some, row = slice(i, i + step), slice(j, j + rows)
                _products(s, (some, row, None), (some, None), J[some, row])
    diagonal[...] = jacobian_diagonal(s)
    return J


def jacobian_rows(s: Shares, vector: Integers, output: Integers) -> Floats:
    """Return row output[i] of the Jacobian of vector[i], shape (m, n)."""
    J = np.empty((len(vector), s.softmax.shape[1]))
    each = np.arange(len(vector))
    with np.errstate(all="ignore"):
        _products(s, (vector, output, None), (vector,), J)
        J[each, output] = _diagonal_at(s, vector, output)
    return J


def jacobian_diagonal(s: Shares) -> Floats:
    """Return σ·κ/T, shape (v, n)."""
    with np.errstate(all="ignore"):
        J = s.slope * s.complement
        each = np.arange(len(J))
        J[each, s.largest] = _diagonal_at(s, each, s.largest)
    return J


def target_gradient(s: Shares, target: NDArray[Any]) -> Floats:
    """Return (σ − y)/T for valid classes, shape (v,), or distributions y, shape (v, n)."""
    each = np.arange(len(s.softmax))
    with np.errstate(all="ignore"):
        if target.ndim == 1:
            g = s.slope.copy()
            κ = (1.0 - s.softmax[each, target]) / s.temperature
            g[each, target] = -np.where(target == s.largest, s.rest_slope, κ)
            return g + 0.0  # −0 + 0 is 0
        top = target[each, s.largest]
        g = s.softmax - target
        # 1 − y is exact for y ≥ ½, and then (1 − y) − κ keeps what σ − y would cancel.
        g[each, s.largest] = np.where(top >= 0.5, (1.0 - top) - s.rest, g[each, s.largest])
        return np.where(target == 0.0, s.slope, g / s.temperature)


def upstream_gradient(s: Shares, upstream: Floats) -> Floats:
    """Return Jᵀg for finite g of shape (v, n), in O(n) for each vector."""
    J = np.empty(upstream.shape)
    with np.errstate(all="ignore"):
        for strip in _strips(upstream.shape):
            # A quarter of a huge g leaves room for the differences.
            g = np.ldexp(_columns(upstream[strip]), -2)
            g = g - g[s.largest[strip], np.arange(g.shape[1])]
            σ = _columns(s.softmax[strip])
            mean, low = pair_sum(σ * g, np.zeros(g.shape))
            J[strip] = np.ldexp(_columns(s.slope[strip]) * (g - (mean + low)), 2).T
    return J + 0.0


def loss(x: Floats, target: NDArray[Any], temperature: float) -> Floats:
    """Return −Σ y log σ for valid logits x and targets as in target_gradient, shape (v,)."""
    log = log_softmax_of(x, temperature)
    if target.ndim == 1:
        picked: Floats = log[np.arange(len(log)), target]
        return 0.0 - picked
    with np.errstate(all="ignore"):
        terms = np.where(target > 0.0, target * log, 0.0).T.copy()
        masked = np.isneginf(terms).any(axis=0)
        total, low = pair_sum(terms, np.zeros(terms.shape))
        return np.where(masked, np.inf, 0.0 - (total + low))


def _products(s: Shares, row: Any, column: Any, out: Floats) -> None:
    """Write −σj·σk/T into out, for j = row and k = column, which are indices of arrays.

    The smaller factor is the one to be divided by T, so that neither the quotient overflows nor
    the product underflows before its time; and the matrix comes out symmetric to the last bit.
    """
    if s.temperature == 1.0:
        np.multiply(s.softmax[row], s.softmax[column], out=out)
    else:
        np.maximum(s.softmax[row], s.softmax[column], out=out)
        out *= np.minimum(s.slope[row], s.slope[column])
    np.subtract(0.0, out, out=out)  # where the product underflows: 0, not −0


def _diagonal_at(s: Shares, vector: Integers, output: Integers) -> Floats:
    """Return σj·κj/T for j = output[i] of vector[i]."""
    σ = s.softmax[vector, output]
    return np.where(
        output == s.largest[vector],
        σ * s.rest_slope[vector],
        s.slope[vector, output] * (1.0 - σ),
    )


# ---- the shape of the work


def _strips(shape: tuple[int, ...]) -> Iterator[slice]:
    """Cut the rows of a (v, n) array into strips that fit the cache."""
    step = max(1, _STRIP // shape[1])
    for i in range(0, shape[0], step):
        yield slice(i, min(i + step, shape[0]))


def _columns(x: Floats) -> Floats:
    """Return a strip class by class, shape (n, rows), laid out along its longer axis."""
    columns: Floats = x.T
    return columns if len(columns) >= _SHORT else np.ascontiguousarray(columns)
