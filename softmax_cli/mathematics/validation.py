"""What may come into the mathematics as logits, targets and temperatures, and in which shape."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def as_logits(x: ArrayLike) -> Floats:
    """Return x as float64, or say why it has no softmax."""
    x = as_reals(x, "x")
    if x.ndim == 0:
        raise ValueError("x has no last axis: one number is not a vector of logits")
    if x.shape[-1] == 0:
        raise ValueError("x has no classes: its last axis is empty")
    if x.size == 0:
        return x
    top = x.max()
    if np.isnan(top):
        raise ValueError("x holds nan")
    if top == np.inf:
        raise ValueError("x holds +inf: exp(inf)/exp(inf) is undefined")
    if x.min() == -np.inf and np.isneginf(x).all(axis=-1).any():
        raise ValueError("every class of a vector is masked (-inf): there is nothing to normalise")
    return x


def as_reals(x: ArrayLike, name: str) -> Floats:
    """Return real numbers as float64."""
    array = np.asarray(x)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, not {array.dtype}")
    with np.errstate(over="ignore"):
        return array.astype(np.float64, copy=False)


def as_temperature(temperature: float) -> float:
    """Return T, finite and greater than 0."""
    T = float(temperature)
    if not 0.0 < T < math.inf:
        raise ValueError(f"temperature must be finite and greater than 0, not {T}")
    return T


def as_vectors(x: NDArray[Any]) -> NDArray[Any]:
    """Flatten the leading axes to one."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def as_classes(k: ArrayLike, x: Floats, name: str) -> Integers:
    """Return class indices for x, shape (v,)."""
    array, n = np.asarray(k), x.shape[-1]
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold class indices, whole numbers, not {array.dtype}")
    if ((array < 0) | (array >= n)).any():
        raise ValueError(f"{name} holds a class index outside 0..{n - 1}")
    return shaped_like(array.astype(np.int64), x.shape[:-1], name).reshape(-1)


def as_target(target: ArrayLike, x: Floats) -> NDArray[Any]:
    """Return class indices of shape (v,) or distributions of shape (v, n)."""
    if np.asarray(target).dtype.kind != "f":
        return as_classes(target, x, "target")
    y = as_reals(target, "target")
    if not (y >= 0.0).all():
        raise ValueError("target is no distribution: it holds a negative number or nan")
    with np.errstate(over="ignore"):
        total = y.sum(axis=-1) if y.ndim else np.ones(())
    if (np.abs(total - 1.0) > 1e-6).any():
        raise ValueError("target is no distribution: it does not sum to 1")
    return as_vectors(shaped_like(y, x.shape, "target"))


def as_upstream(upstream: ArrayLike, x: Floats) -> Floats:
    """Return a finite upstream gradient for x, shape (v, n)."""
    g = as_reals(upstream, "upstream")
    if not np.isfinite(g).all():
        raise ValueError("upstream must be finite")
    return as_vectors(shaped_like(g, x.shape, "upstream"))


def shaped_like(array: NDArray[Any], shape: tuple[int, ...], name: str) -> NDArray[Any]:
    """Broadcast to shape, or say that it does not fit."""
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise ValueError(f"{name} of shape {array.shape} does not fit {shape}") from None
