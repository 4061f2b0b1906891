"""Numbers → their text for a reader: so many digits after the point, and nothing false."""

from decimal import Decimal
from math import isinf
from typing import Any

_LONGEST_TYPED = 12
_TINY = "1e-308"


def number(value: Any, precision: int) -> str:
    """A number to so many digits after the point, never claiming 0 or ±1 for what is neither.

    Args:
        value: a float, or a Decimal, which is shown with all its digits.
        precision: how many digits after the point.
    """
    if isinstance(value, Decimal):
        return f"{value}".replace("E", "e").replace("-Infinity", "-inf")
    value = float(value)
    if value in (0, 1, -1) or isinf(value):
        return f"{value + 0.0:g}"
    if abs(value) >= 1e9:
        return f"{value:.{precision or 1}e}"
    rounded = f"{value:.{precision}f}"
    size = abs(float(rounded))
    if size in (0, 1) and not precision:
        return number(value, 1)
    if size == 0:
        return f"{value:.1e}"
    if size == 1:
        return _bound(value, rounded.lstrip("-"), precision)
    return rounded


def between(value: Any, precision: int, sign: int = 1) -> str:
    """A number that is known to be neither 0 nor ±1, though its double may be.

    Args:
        value: a float or a Decimal.
        precision: how many digits after the point.
        sign: of the number, where the double is 0.
    """
    size = abs(float(value))
    if value == 0:
        return f"<{_TINY}" if sign > 0 else f">-{_TINY}"
    if size != 1 or abs(value) != 1:
        return number(value, precision)
    if isinstance(value, Decimal):
        precision = max(1, -int(value.as_tuple().exponent))
    return (">" if value > 0 else "<-") + "0." + "9" * max(1, precision)


def positive(value: Any, precision: int) -> str:
    """A number that is known to be above 0, though its double may be 0."""
    return between(value, precision) if value == 0 else number(value, precision)


def percent(value: float, is_certain: bool) -> str:
    """A probability as a whole percentage; 0 and 100 only where they are certain.

    Args:
        value: the probability.
        is_certain: whether it is exactly 0 or 1 where its double is.
    """
    if value in (0, 1) and is_certain:
        return f"{value * 100:.0f}"
    rounded = round(value * 100)
    return "<1" if rounded == 0 else ">99" if rounded >= 100 else str(rounded)


def typed(value: float, precision: int) -> str:
    """A number of the user's own with its digits, unless rounding it is shorter."""
    every_digit = repr(float(value) + 0.0).removesuffix(".0")
    return min(every_digit, number(value, precision), key=len)


def as_typed(text: str, value: float, precision: int) -> str:
    """A number as the user typed it, unless that is long."""
    return text if len(text) <= _LONGEST_TYPED else typed(value, precision)


def _bound(value: float, rounded: str, precision: int) -> str:
    """What a number that rounds to ±1 is beyond: 0.9999, or 1.0000."""
    limit = "0." + "9" * precision if abs(value) < 1 else rounded
    return (">" if value > 0 else "<-") + limit
