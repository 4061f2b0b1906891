"""Gradients by the textbook's formulas, at mpmath's precision."""

from collections.abc import Sequence

import mpmath
from mpmath import mpf


def true_gradient(x: Sequence[float], weights: Sequence[float], t: float, of: str) -> list[mpf]:
    """Return the gradient of one vector for weights that are a "target" or an "upstream"."""
    z = [(mpf(v) - mpf(max(x))) / mpf(t) for v in x]
    e = [mpmath.exp(v) for v in z]
    σ, w = [v / mpmath.fsum(e) for v in e], [mpf(v) for v in weights]
    if of == "target":
        return [(s * mpmath.fsum(w) - v) / mpf(t) for s, v in zip(σ, w, strict=True)]
    mean = mpmath.fsum(s * v for s, v in zip(σ, w, strict=True))
    return [s * (v - mean) / mpf(t) for s, v in zip(σ, w, strict=True)]
