"""What may come into the mathematics as logits, targets and temperatures, and in which shape."""

import math
from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from softmax_cli.mathematics.pairs import Booleans, Floats, Integers, Numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Axis: TypeAlias = int | tuple[int, ...] | None

SMALLEST_TEMPERATURE, LARGEST_TEMPERATURE = 1e-150, 1e150


class BeyondDoublesError(OverflowError):
    """An answer is finite and no double can hold it.

    Attributes:
        vectors: the indices of the vectors that have one, of all vectors in order.
    """

    def __init__(self, what: str, vectors: list[int]) -> None:
        super().__init__(f"{what} is beyond 1.8e308, the largest double")
        self.vectors = vectors


def require_doubles(beyond: Booleans, what: str) -> None:
    """Raise unless every answer of each vector, the first axis, can be held by a double.

    Raises:
        BeyondDoublesError: one cannot.
    """
    if beyond.any():
        rows = beyond.reshape(len(beyond), -1).any(axis=1)
        raise BeyondDoublesError(what, np.flatnonzero(rows).tolist())


def as_logits(x: "ArrayLike") -> Floats:
    """Return x as float64, masked entries as −inf, or say why it has no softmax."""
    if isinstance(x, np.ma.MaskedArray):
        x = np.where(np.ma.getmaskarray(x), -np.inf, as_reals(x.data, "x"))
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
    if x[..., 0].min() == -np.inf and np.isneginf(x).all(axis=-1).any():
        raise ValueError("every class of a vector is masked (-inf): there is nothing to normalise")
    return x


def as_reals(x: "ArrayLike", name: str) -> Floats:
    """Return real numbers as float64."""
    if isinstance(x, np.ma.MaskedArray) and np.ma.getmaskarray(x).any():
        raise ValueError(f"{name} must not have masked entries: only x may")
    array = np.asarray(x)
    if array.dtype.kind == "O":
        convert = f"numpy.asarray({name}, dtype=float) converts numbers"
        raise ValueError(f"{name} must not hold Python objects: {convert}")
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, not {array.dtype}")
    with np.errstate(over="ignore"):
        return array.astype(np.float64, copy=False)


def as_temperature(temperature: float) -> float:
    """Return T as a float.

    Raises:
        TypeError: it is not a number.
        ValueError: it is not from 1e-150 to 1e150.
    """
    if not isinstance(temperature, Real) or isinstance(temperature, bool):
        raise TypeError(f"temperature must be a number, not {temperature!r}")
    T = float(temperature)
    if not SMALLEST_TEMPERATURE <= T <= LARGEST_TEMPERATURE:
        raise ValueError(f"temperature must be a number from 1e-150 to 1e150, not {T}")
    return T


def as_vectors(x: Numbers) -> Numbers:
    """Flatten the leading axes to one."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def along(axis: Axis, x: "ArrayLike", function: Callable[[Floats], Floats]) -> Floats:
    """Apply a function of (v, n) arrays to the vectors that lie along these axes of x."""
    if axis == -1:
        x = as_logits(x)
        return function(as_vectors(x)).reshape(x.shape)
    array = np.ma.asarray(x) if isinstance(x, np.ma.MaskedArray) else np.asarray(x)
    axes = tuple(range(array.ndim)) if axis is None else axis
    axes = np.lib.array_utils.normalize_axis_tuple(axes, array.ndim)
    last = tuple(range(array.ndim - len(axes), array.ndim))
    moved = np.ma.asarray(array).transpose(
        [i for i in range(array.ndim) if i not in axes] + list(axes)
    )
    logits = as_logits(moved.reshape(*moved.shape[: last[0] if last else None], -1))
    answer = function(as_vectors(logits)).reshape(moved.shape)
    return np.moveaxis(answer, last, axes)


def as_classes(k: "ArrayLike", x: Floats, name: str) -> Integers:
    """Return class indices for x, shape (v,)."""
    if isinstance(k, np.ma.MaskedArray) and np.ma.getmaskarray(k).any():
        raise ValueError(f"{name} must not have masked entries: only x may")
    array, n = np.asarray(k), x.shape[-1]
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold class indices, whole numbers, not {array.dtype}")
    if ((array < 0) | (array >= n)).any():
        raise ValueError(f"{name} holds a class index outside 0..{n - 1}")
    return shaped_like(array.astype(np.int64), x.shape[:-1], name).reshape(-1)


def as_target(target: "ArrayLike", x: Floats) -> Numbers:
    """Return class indices of shape (v,) or distributions of shape (v, n)."""
    if np.asarray(target).dtype.kind not in "fO":
        return as_classes(target, x, "target")
    y = as_reals(target, "target")
    if y.shape != x.shape:
        raise ValueError(
            f"target of shape {y.shape} does not fit {x.shape}: floats are distributions, one "
            "for each vector, and class indices are integers"
        )
    if not (y >= 0.0).all():
        raise ValueError("target is not a distribution: it holds a negative number or nan")
    with np.errstate(over="ignore"):
        total = y.sum(axis=-1)
    if (np.abs(total - 1.0) > 1e-6).any():
        raise ValueError("target is not a distribution: it does not sum to 1")
    return as_vectors(y)


def as_upstream(upstream: "ArrayLike", x: Floats) -> Floats:
    """Return a finite upstream gradient for x, shape (v, n)."""
    g = as_reals(upstream, "upstream")
    if not np.isfinite(g).all():
        raise ValueError("upstream must be finite")
    if g.shape[-1:] != x.shape[-1:]:
        raise ValueError(f"upstream of shape {g.shape} does not fit {x.shape}")
    return as_vectors(shaped_like(g, x.shape, "upstream"))


def shaped_like(array: Numbers, shape: tuple[int, ...], name: str) -> Numbers:
    """Broadcast to shape, or say that it does not fit."""
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise ValueError(f"{name} of shape {array.shape} does not fit {shape}") from None
