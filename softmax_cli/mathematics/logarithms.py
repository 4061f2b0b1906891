"""The logarithms of the probabilities, and the losses made of them.

log σ = z + δ − log1p(r) as a pair; a loss is one of them or, for a distribution, −Σ y log σ, all
of whose terms have one sign. Each is rounded once.
"""

from collections.abc import Callable

import numpy as np

from softmax_cli.mathematics.pair_exponentials import log1p, shifted
from softmax_cli.mathematics.pairs import (
    Booleans,
    Floats,
    Integers,
    Numbers,
    pair_product,
    pair_sum,
    two_sum,
)
from softmax_cli.mathematics.strips import columns, memory_for_strips, pieces, strips
from softmax_cli.mathematics.tiles import Sums, sums_of
from softmax_cli.mathematics.validation import require_doubles


def log_probabilities(x: Floats, temperature: float) -> Floats:
    """Return log σ of valid logits x of shape (v, n).

    Raises:
        OverflowError: one is too large for a double.
    """
    log = np.empty(x.shape)
    with memory_for_strips(x) as memory:
        for strip in strips(x.shape):
            logits = columns(x[strip])
            sums = sums_of(logits, temperature, memory)
            for part in pieces(x.shape[1]):
                high, low = _logarithms(logits[part], sums, temperature)
                np.add(high, low, out=log[strip, part].T)
    require_doubles(np.isneginf(log) & ~np.isneginf(x), "a logarithm of a probability")
    return log


def loss(x: Floats, target: Numbers, temperature: float) -> Floats:
    """Return the losses against valid classes, shape (v,), or distributions, shape (v, n).

    Raises:
        OverflowError: one is too large for a double.
    """
    if target.ndim == 1:
        return class_loss(x, target, temperature)
    return distribution_loss(x, target, temperature)


def class_loss(x: Floats, target: Integers, temperature: float) -> Floats:
    """Return −log σ[target] for valid logits x and classes of shape (v,).

    Raises:
        OverflowError: one is too large for a double.
    """
    wanted = x[np.arange(len(x)), target]

    def of_strip(strip: slice, _: Floats, sums: Sums) -> Floats:
        high, low = _logarithms(wanted[strip], sums, temperature)
        return np.asarray(0.0 - (high + low))

    return _losses(x, temperature, of_strip, np.isneginf(wanted))


def distribution_loss(x: Floats, y: Floats, temperature: float) -> Floats:
    """Return −Σ y log σ for valid logits x and distributions y of shape (v, n).

    Raises:
        OverflowError: one is too large for a double.
    """

    def of_strip(strip: slice, logits: Floats, sums: Sums) -> Floats:
        return _weighted_sum(*_logarithms(logits, sums, temperature), columns(y[strip]))

    masked = np.asarray((np.isneginf(x) & (y > 0.0)).any(axis=1))
    return _losses(x, temperature, of_strip, masked)


def _losses(
    x: Floats,
    temperature: float,
    of_strip: Callable[[slice, Floats, Sums], Floats],
    masked: Booleans,
) -> Floats:
    """Return the losses that `of_strip` makes of the logits of each strip and their sums.

    Raises:
        OverflowError: one is too large for a double, though its target is not masked.
    """
    loss = np.empty(len(x))
    with memory_for_strips(x) as memory:
        for strip in strips(x.shape):
            logits = columns(x[strip])
            loss[strip] = of_strip(strip, logits, sums_of(logits, temperature, memory))
    require_doubles(np.isinf(loss) & ~masked, "a loss")
    return loss


def _logarithms(x: Floats, sums: Sums, temperature: float) -> tuple[Floats, Floats]:
    """Return log σ = z + δ − log1p(r) of some logits of each vector, as a pair.

    Args:
        x: the logits, shape (rows,), or class by class, shape (classes, rows).
        sums: of all exponentials of these vectors.
        temperature: T.
    """
    L, L_low = log1p(sums.R, sums.R_low)
    z, δ = shifted(x, sums.m, temperature)
    # Both are negative, so nothing cancels; 0 − 0 is 0 where −0 is not.
    high, low = two_sum(z, 0.0 - L)
    low += δ - L_low
    np.copyto(low, 0.0, where=np.isneginf(z))
    return high, low


def _weighted_sum(high: Floats, low: Floats, y: Floats) -> Floats:
    """Return −Σ y·(high + low), all of whose terms have one sign, over the first axis."""
    high, low = np.where(y > 0.0, high, 0.0), np.where(y > 0.0, low, 0.0)
    # The largest logarithm is brought to 2^900: what underflows then is too small to count.
    power = np.int32(900) - np.frexp(np.abs(high).max(axis=0))[1]
    high, low = np.ldexp(high, power), np.ldexp(low, power)
    total, total_low = pair_sum(*pair_product(high, low, y, 0.0))
    masked = np.isinf(high).any(axis=0)
    return np.where(masked, np.inf, 0.0 - np.ldexp(total + total_low, -power))
