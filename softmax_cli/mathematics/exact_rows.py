"""Gradients whose terms cancel, of one vector of doubles at a time, by exact arithmetic.

The gradient of a distribution is tried in whole numbers first. In decimals the probabilities come
correctly rounded to ever more digits, until both ends of the interval in which an entry lies are
the same double. That ends: by the theorem of Lindemann and Weierstrass no entry is rational but
those of equal logits and those that are 0, and these are found exactly.
"""

import math
from collections.abc import Callable, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from fractions import Fraction

from softmax_cli.mathematics.fixed_point import ERROR, PLACES, fixed_exponentials

# exp of this is too small to show in any double, whatever it is multiplied by.
_NOTHING = -6000.0

# The difference of two doubles has at most so many digits.
_DIFFERENCE_DIGITS = 1500

Interval = tuple[Decimal, Decimal]


def distribution_row(x: Sequence[float], y: Sequence[float], T: float) -> list[float]:
    """Return the gradient (σ·Σy − y)/T, correctly rounded; −inf in x masks a class."""
    x = _shown(x, T)
    if _tied(x):
        total, σ, t = sum(map(Fraction, y)), _equal_shares(x), Fraction(T)
        return [float((s * total - Fraction(v)) / t) for s, v in zip(σ, y, strict=True)]
    return distribution_row_in_integers(x, y, T) or distribution_row_in_decimals(x, y, T)


def distribution_row_in_integers(
    x: Sequence[float], y: Sequence[float], T: float
) -> list[float] | None:
    """Return (e·Σy − y·S)/(S·T) with S = Σ e, or None where its rounding is not certain."""
    e = fixed_exponentials(x, T)
    ratios = [v.as_integer_ratio() for v in y]
    unit = max(denominator for _, denominator in ratios)
    weights = [numerator * (unit // denominator) for numerator, denominator in ratios]
    total, S, (t, t_unit) = sum(weights), sum(e), T.as_integer_ratio()
    gradient = []
    for v, e_j, w in zip(x, e, weights, strict=True):
        if v == -math.inf:
            gradient.append(0.0 - w * t_unit / (unit * t))
            continue
        D = e_j * total - w * S
        error = ERROR * (total + len(x) * (w + (abs(D) >> PLACES) + 1))
        low, high = ((D + d) * t_unit / (S * unit * t) for d in (-error, error))
        if low != high:
            return None
        gradient.append(low + 0.0)
    return gradient


def distribution_row_in_decimals(x: Sequence[float], y: Sequence[float], T: float) -> list[float]:
    """Return the gradient (σ·Σy − y)/T, correctly rounded, of logits that are not all equal."""
    p, t_decimal = [Decimal(v) for v in y], Decimal(T)

    def entries(σ: list[Decimal], unit: Decimal) -> list[Interval]:
        total = sum(p)
        return [
            ((s * total - v) / t_decimal, (s * total + v) * unit / t_decimal)
            for s, v in zip(σ, p, strict=True)
        ]

    # −y/T at a masked class is rational, and may lie halfway between two doubles
    known = [
        _double(-Fraction(weight) / Fraction(T)) + 0.0 if v == -math.inf else None
        for v, weight in zip(x, y, strict=True)
    ]
    return _certain(x, T, entries, known)


def upstream_row(x: Sequence[float], g: Sequence[float], T: float) -> list[float]:
    """Return Jᵀg, correctly rounded; an entry that no double can hold is infinite."""
    x = _shown(x, T)
    if _tied(x):
        return _tied_upstream_row(_equal_shares(x), [Fraction(v) for v in g], T)
    top, t = Decimal(g[max(range(len(x)), key=x.__getitem__)]), Decimal(T)
    with localcontext(Context(prec=_DIFFERENCE_DIGITS)):
        differences = [Decimal(v) - top for v in g]

    def entries(σ: list[Decimal], unit: Decimal) -> list[Interval]:
        terms = [s * d for s, d in zip(σ, differences, strict=True)]
        mean, size = sum(terms), sum(map(abs, terms))
        return [
            (s * (d - mean) / t, s * (abs(d) + size) * unit / t)
            for s, d in zip(σ, differences, strict=True)
        ]

    known = [0.0 if is_zero else None for is_zero in _zeros(x, g)]
    return _certain(x, T, entries, known)


def _shown(x: Sequence[float], T: float) -> list[float]:
    """Mask the classes whose probability is too small to show."""
    top = max(x)
    return [v if (v - top) / T > _NOTHING else -math.inf for v in x]


def _tied(x: Sequence[float]) -> bool:
    return len(set(x) - {-math.inf}) == 1


def _equal_shares(x: Sequence[float]) -> list[Fraction]:
    live = sum(v > -math.inf for v in x)
    return [Fraction(int(v > -math.inf), live) for v in x]


def _tied_upstream_row(σ: list[Fraction], g: list[Fraction], T: float) -> list[float]:
    mean, t = sum(s * v for s, v in zip(σ, g, strict=True)), Fraction(T)
    return [_double(s * (v - mean) / t) for s, v in zip(σ, g, strict=True)]


def _double(value: Fraction) -> float:
    """Return the nearest double, or infinity."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _zeros(x: Sequence[float], g: Sequence[float]) -> list[bool]:
    """Say which entries of Jᵀg are 0: each set of equal logits must have g[j] as its mean."""
    sets: dict[float, list[Fraction]] = {}
    for v, weight in zip(x, g, strict=True):
        if v > -math.inf:
            sets.setdefault(v, []).append(Fraction(weight))
    means = {sum(weights, Fraction(0)) / len(weights) for weights in sets.values()}
    if len(means) > 1:
        return [False] * len(g)
    return [Fraction(weight) in means for weight in g]


def _certain(
    x: Sequence[float],
    T: float,
    entries: Callable[[list[Decimal], Decimal], list[Interval]],
    known: Sequence[float | None],
) -> list[float]:
    """Raise the precision until every entry is certain that is not known.

    entries(σ, unit) gives values and the bounds of their errors, for a relative error of σ.
    """
    digits = 40
    while True:
        σ = _probabilities(x, T, digits)
        with localcontext(Context(prec=digits + 20, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])):
            found = entries(σ, Decimal((0, (1,), 3 - digits)))
            ends = [(float(value - error), float(value + error)) for value, error in found]
        pairs = list(zip(known, ends, strict=True))
        if all(entry is not None or low == high for entry, (low, high) in pairs):
            return [low + 0.0 if entry is None else entry for entry, (low, _) in pairs]
        digits *= 2


def _probabilities(x: Sequence[float], T: float, digits: int) -> list[Decimal]:
    """Return the probabilities, correctly rounded to this many digits."""
    from softmax_cli.mathematics import exact

    return exact.softmax([Decimal(v) for v in x], digits, Decimal(T))
