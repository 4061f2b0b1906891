"""The softmax function and its derivatives by the textbook's formulas, at mpmath's precision."""

import itertools
import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

import mpmath
from mpmath import mpf


@dataclass(frozen=True)
class Truth:
    """What one vector's softmax and its derivatives are, to mpmath's precision."""

    σ: list[mpf]
    κ: list[mpf]
    log: list[mpf]
    temperature: mpf

    def jacobian(self, j: int, k: int) -> mpf:
        """The derivative of output j with respect to input k."""
        return (self.σ[j] * self.κ[j] if j == k else -self.σ[j] * self.σ[k]) / self.temperature

    def target(self, t: int) -> list[mpf]:
        """The gradient of the cross-entropy against class t."""
        return [(-self.κ[j] if j == t else σ) / self.temperature for j, σ in enumerate(self.σ)]


def true(x: Any, temperature: float = 1.0, repeated: Any = None) -> Truth:
    """One vector, of which each different logit may be there many times."""
    values, divisor = [mpf(float(v)) for v in x], mpf(temperature)
    a = max(range(len(values)), key=values.__getitem__)
    counts = Counter(dict(zip(values, repeated, strict=True)) if repeated else values)
    counts[values[a]] -= 1
    exponents = {v: (v - values[a]) / divisor for v in counts}
    exponentials = {v: mpmath.exp(z) for v, z in exponents.items()}
    rest = mpmath.fsum(count * exponentials[v] for v, count in counts.items())
    z, e = ([of[v] for v in values] for of in (exponents, exponentials))
    s = 1 + rest
    κ = [rest / s if j == a else (s - v) / s for j, v in enumerate(e)]
    log = mpmath.log1p(rest)
    return Truth([v / s for v in e], κ, [v - log for v in z], divisor)


def ulps(answer: float, true_value: mpf) -> float:
    """The error in units in the last place, of which none is below the smallest double."""
    if true_value == -mpmath.inf:
        return 0.0 if answer == -mpmath.inf else math.inf
    unit = max(mpf(2) ** (mpmath.mag(true_value) - 53), mpf(2) ** -1074)
    return float(abs(mpf(float(answer)) - true_value) / unit)


def worst(answers: Any, true_values: Any) -> float:
    """The largest error in units in the last place."""
    return max(itertools.starmap(ulps, zip(answers, true_values, strict=True)))
