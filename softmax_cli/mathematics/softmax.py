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
    ∂loss/∂x = (σ·Σy − y)/T for a distribution y;        loss = −Σ y log σ
    Jᵀg = σ ⊙ (g' − Σ σ g')/T      with g' = g − g[a]

The formulas are those of Bridle (1990), Probabilistic Interpretation of Feedforward Classification
Network Outputs, and of Goodfellow, Bengio and Courville (2016), Deep Learning, sections 4.1 and
6.2.2.3; the shift by m and log1p are there so that nothing cancels.

Whole numbers, float16 and float32 are converted to float64 first, and every answer is float64.

Accuracy, in units in the last place (ulp) of the true value for the doubles given, wherever that
is a normal double: probabilities are within 0.52, and everything else within 1, for any T from
1e-150 to 1e150. Each answer is worked out to at least 59 bits, and rounded once. Where the terms
of a gradient still cancel too far, a bound of the error shows it, and that vector is worked out
in decimals. Below the normal doubles the absolute error is at most 2⁻¹⁰⁷⁴.

The answers hold the same bits on every processor, whatever else is in the array: they are made
of +, −, ·, / and tables, in an order that depends on the number of classes alone.

A masked class, x = −inf, has probability 0, derivatives 0 and logarithm −inf.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from softmax_cli.mathematics.few import FEW, few_probabilities
from softmax_cli.mathematics.pair_exponentials import LIFT, one_plus, shares_of
from softmax_cli.mathematics.pairs import (
    Booleans,
    Floats,
    Integers,
    Numbers,
    Parts,
    inverse,
    one_minus,
    parts,
    ratio,
    reciprocal,
    rounded_product,
    times,
)
from softmax_cli.mathematics.strips import STRIP, Memory, memory_for_strips, pieces, strips
from softmax_cli.mathematics.tiles import Tile, exponentials_in_tiles
from softmax_cli.mathematics.validation import (
    Axis,
    along,
    as_classes,
    as_logits,
    as_target,
    as_temperature,
    as_upstream,
    as_vectors,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def softmax(x: "ArrayLike", axis: Axis = -1, *, temperature: float = 1.0) -> Floats:
    """Return the probabilities σ(x/T) = exp(x/T) / Σ exp(x/T). Bridle (1990).

    Args:
        x: logits of any shape: booleans, integers or floats, converted to float64; other numbers,
            such as fractions and decimals, `numpy.asarray(x, dtype=float)` converts. −inf masks
            a class, and so does the mask of a masked array.
        axis: the axis, or the axes together, that hold the classes of one vector; None for all.
        temperature: T, from 1e-150 to 1e150.

    Returns:
        Array of float64, for float32 too, of the shape of x, within 0.52 ulp.

    Raises:
        ValueError: x is a single number or has no classes, holds nan, +inf or what is not a real
            number, or has a vector with every class masked; T is not from 1e-150 to 1e150; an
            axis is given twice.
        TypeError: T is not a number.
        numpy.exceptions.AxisError: x has no such axis; it is a ValueError and an IndexError.
    """
    T = as_temperature(temperature)
    return along(axis, x, lambda vectors: probabilities(vectors, T))


def log_softmax(x: "ArrayLike", axis: Axis = -1, *, temperature: float = 1.0) -> Floats:
    """Return log σ(x/T) = (x − m)/T − log1p(r), right near 0 as far below it. Bridle (1990).

    Args:
        x: logits, as for softmax.
        axis: as for softmax.
        temperature: T, from 1e-150 to 1e150.

    Returns:
        Array of float64 of the shape of x, within 1 ulp; −inf for a masked class.

    Raises:
        ValueError, TypeError: as for softmax.
        OverflowError: a logarithm is below −1.8e308, which no float64 can hold.
    """
    T = as_temperature(temperature)
    from softmax_cli.mathematics.logarithms import log_probabilities

    return along(axis, x, lambda vectors: log_probabilities(vectors, T))


def jacobian(x: "ArrayLike", *, temperature: float = 1.0) -> Floats:
    """Return the matrices ∂σj/∂xk, row j the output and column k the input. Bridle (1990).

    Args:
        x: logits as for softmax, shape (..., n): the last axis holds the classes.
        temperature: T, from 1e-150 to 1e150; derivatives with respect to x carry 1/T.

    Returns:
        Array of float64 of shape (..., n, n), symmetric, within 1 ulp.

    Raises:
        ValueError, TypeError: as for softmax.
    """
    x, T = as_logits(x), as_temperature(temperature)
    n = x.shape[-1]
    return jacobian_matrices(shares(as_vectors(x), T)).reshape(*x.shape[:-1], n, n)


def gradient(
    x: "ArrayLike",
    *,
    target: "ArrayLike | None" = None,
    upstream: "ArrayLike | None" = None,
    output: "ArrayLike | None" = None,
    temperature: float = 1.0,
) -> Floats:
    """Return the gradient, with respect to x, of one number for each vector.

    Of target, upstream and output at most one is given; with none of them the number is the
    probability of the predicted class, the first of the largest. The formulas are those of
    Goodfellow, Bengio and Courville (2016), sections 6.2.2.3 and, for upstream, 6.5.2.

    Args:
        x: logits as for softmax, shape (..., n): the last axis holds the classes.
        target: the cross-entropy −Σ yj log σj against it. Integers of the leading shape, or one
            integer, are class indices; floats of the shape of x are distributions. The gradient
            is (σ·Σy − y)/T: where y sums to 1 only within rounding, it is that of the loss as
            it stands. It is −y/T at a masked class, though the loss is infinite there.
        upstream: g, finite, shape (..., n): Jᵀg, in O(n).
        output: indices, of the leading shape, of the class whose probability is meant: a row of
            the Jacobian.
        temperature: T, from 1e-150 to 1e150.

    Returns:
        Array of float64 of the shape of x, within 1 ulp.

    Raises:
        ValueError, TypeError: as for softmax; also for two of target, upstream and output, for a
            class index out of range, a distribution that is negative or does not sum to 1, an
            upstream that is not finite, or a shape that does not fit x.
        OverflowError: an entry of Jᵀg is too large for a float64.
    """
    if sum(given is not None for given in (target, upstream, output)) > 1:
        raise ValueError("give one of target, upstream and output, not several")
    x, T = as_logits(x), as_temperature(temperature)
    vectors = as_vectors(x)
    if target is not None:
        answer = target_gradient(vectors, as_target(target, x), T)
    elif upstream is not None:
        from softmax_cli.mathematics.cancellation import upstream_gradient

        answer = upstream_gradient(vectors, as_upstream(upstream, x), T)
    else:
        s = shares(vectors, T)
        k = s.largest if output is None else as_classes(output, x, "output")
        answer = jacobian_rows(s, np.arange(len(k)), k)
    return answer.reshape(x.shape)


def cross_entropy(x: "ArrayLike", target: "ArrayLike", *, temperature: float = 1.0) -> Floats:
    """Return the losses −Σ yj log σj. Goodfellow, Bengio and Courville (2016), section 6.2.2.3.

    Args:
        x: logits as for softmax, shape (..., n): the last axis holds the classes.
        target: integers of the leading shape, or one integer, are class indices; floats of the
            shape of x are distributions y.
        temperature: T, from 1e-150 to 1e150.

    Returns:
        Array of float64 of the leading shape, within 1 ulp; inf where the target's class is
        masked.

    Raises:
        ValueError, TypeError: as for softmax and for gradient's target.
        OverflowError: a loss is above 1.8e308, which no float64 can hold.
    """
    x, T = as_logits(x), as_temperature(temperature)
    from softmax_cli.mathematics.logarithms import loss

    return loss(as_vectors(x), as_target(target, x), T).reshape(x.shape[:-1])


def target_gradient(x: Floats, target: Numbers, temperature: float) -> Floats:
    """Return the gradient against valid classes, shape (v,), or distributions, shape (v, n)."""
    if target.ndim == 1:
        return class_gradient(x, target, temperature)
    from softmax_cli.mathematics.cancellation import distribution_gradient

    return distribution_gradient(x, target, temperature)


class Shares(NamedTuple):
    """The probabilities of v vectors of n classes, with what their derivatives need.

    Attributes:
        p: the probabilities σ to 59 bits, shape (v, n). An ASCII name, as the names of a tuple that
            are not take 0.4 ms at the start.
        rest: κ of the largest class, as exactly, shape (v,).
        largest: the index of the largest class, the first of ties, shape (v,).
        temperature: T.
    """

    p: Parts
    rest: Parts
    largest: Integers
    temperature: float

    def complement(self, vector: Integers, output: Integers) -> Parts:
        """Return 1 − σ[output] of these vectors, without cancellation."""
        rest, top = self.rest.at(vector), output == self.largest[vector]
        return _complement(self.p.at(vector, output), rest, top)

    def complements(self, vectors: slice, outputs: slice) -> Parts:
        """Return 1 − σ of some outputs of some vectors, without cancellation."""
        top = np.arange(outputs.start, outputs.stop) == self.largest[vectors, None]
        return _complement(self.p.at(vectors, outputs), self.rest.at(vectors, None), top)


def probabilities(x: Floats, temperature: float) -> Floats:
    """Return σ of valid logits x of shape (v, n)."""
    if x.size <= FEW and temperature == 1.0:
        rows = [few_probabilities(row) for row in x.tolist()]
        if None not in rows:
            return np.array(rows, dtype=np.float64).reshape(x.shape)
    σ = np.empty(x.shape)
    with memory_for_strips(x) as memory:
        for tile, e in exponentials_in_tiles(x, temperature, memory):
            s = reciprocal(*one_plus(e.R, e.R_low))
            q, low = shares_of(e, s)
            q += low
            np.multiply(q, 2.0**-LIFT, out=σ[tile].T)
    return σ


def shares(x: Floats, temperature: float) -> Shares:
    """Return the probabilities of valid logits x of shape (v, n), for their derivatives."""
    σ = Parts(np.empty(x.shape), np.empty(x.shape), np.empty(x.shape, np.int32))
    rest = Parts(np.empty(len(x)), np.empty(len(x)), np.empty(len(x), np.int32))
    largest = np.empty(len(x), np.int64)
    with memory_for_strips(x) as memory:
        for tile, s in _shares_in_tiles(x, temperature, memory):
            strip, classes = tile
            largest[strip] = s.largest + classes.start
            for part, values in zip(σ, s.p, strict=True):
                part[tile] = values
            for part, values in zip(rest, s.rest, strict=True):
                part[strip] = values
    return Shares(σ, rest, largest, temperature)


def _shares_in_tiles(
    x: Floats, temperature: float, memory: Memory
) -> Iterator[tuple[Tile, Shares]]:
    """Yield the shares of logits a tile at a time, their largest class counted within it."""
    for tile, e in exponentials_in_tiles(x, temperature, memory):
        s = reciprocal(*one_plus(e.R, e.R_low))
        σ = Parts(*(part.T for part in parts(*shares_of(e, s), -LIFT)))
        yield tile, Shares(σ, ratio(e.R, e.R_low, s, -LIFT), e.a, temperature)


def jacobian_matrices(s: Shares) -> Floats:
    """Return the Jacobians, shape (v, n, n)."""
    v, n = s.p.head.shape
    J = np.empty((v, n, n))
    diagonal = J.reshape(v, n * n)[:, :: n + 1]
    rows = min(n, max(1, STRIP // n))
    step = max(1, STRIP // (n * rows))
    for i in range(0, v, step):
        for j in range(0, n, rows):
            some, row = slice(i, i + step), slice(j, j + rows)
            J[some, row] = _products(s, s.p.at(some, row, None), s.p.at(some, None))
    diagonal[...] = jacobian_diagonal(s)
    return J


def jacobian_rows(s: Shares, vector: Integers, output: Integers) -> Floats:
    """Return row output[i] of the Jacobian of vector[i], shape (m, n)."""
    n = s.p.head.shape[1]
    J = np.empty((len(vector), n))
    for strip in strips(J.shape):
        v, j = vector[strip], output[strip]
        for part in pieces(n):
            J[strip, part] = _products(s, s.p.at(v, j, None), s.p.at(v, part))
    σ, κ = s.p.at(vector, output), s.complement(vector, output)
    J[np.arange(len(vector)), output] = _diagonal(σ, κ, s.temperature)
    return J


def jacobian_diagonal(s: Shares) -> Floats:
    """Return σ·κ/T, shape (v, n)."""
    v, n = s.p.head.shape
    J = np.empty((v, n))
    for strip in strips(J.shape):
        for part in pieces(n):
            κ = s.complements(strip, part)
            J[strip, part] = _diagonal(s.p.at(strip, part), κ, s.temperature)
    return J


def class_gradient(x: Floats, target: Integers, temperature: float) -> Floats:
    """Return σ/T, and −κ/T at the target class, for valid logits x and classes of shape (v,)."""
    g, t = np.empty(x.shape), inverse(temperature)
    with memory_for_strips(x) as memory:
        for tile, s in _shares_in_tiles(x, temperature, memory):
            g[tile] = rounded_product(s.p, t)
            strip, classes = tile
            k = target[strip] - classes.start
            vector = np.flatnonzero((k >= 0) & (k < classes.stop - classes.start))
            κ = s.complement(vector, k[vector])
            g[tile][vector, k[vector]] = 0.0 - rounded_product(κ, t)
    return g


def _products(s: Shares, row: Parts, column: Parts) -> Floats:
    """Return −σj·σk/T, symmetric to the last bit."""
    with np.errstate(all="ignore"):
        if s.temperature == 1.0:
            J = rounded_product(row, column)
        else:
            J = rounded_product(times(row, column), inverse(s.temperature))
        return np.subtract(0.0, J, out=J)  # where the product underflows: 0, not −0


def _complement(σ: Parts, rest: Parts, top: Booleans) -> Parts:
    """Return 1 − σ: the rest where the class is the largest."""
    with np.errstate(all="ignore"):
        κ = one_minus(σ)
    return Parts(*(np.where(top, r, k) for r, k in zip(rest, κ, strict=True)))


def _diagonal(σ: Parts, κ: Parts, temperature: float) -> Floats:
    """Return σ·κ/T."""
    with np.errstate(all="ignore"):
        return rounded_product(times(σ, inverse(temperature)), κ)
