"""Numbers as typed, their values in decimals and fractions, and rounding.

A number is what was typed: a decimal, a quotient or a logarithm. `evaluate` works out its value to
any precision; `exact_value` returns it as a fraction where it is rational and not too long.
"""

import math
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias


@dataclass(frozen=True)
class Quotient:
    """A fraction as typed: 1/3, or ln(2)/2."""

    numerator: "Number"
    denominator: "Number"


@dataclass(frozen=True)
class Logarithm:
    """A natural logarithm as typed: ln(2), or −ln(2)."""

    argument: "Number"
    negative: bool = False


Number: TypeAlias = Decimal | Quotient | Logarithm


class OutOfReach(ArithmeticError):
    """A result that is not zero, infinite or undefined, and whose digits cannot be given."""


class TooSmall(OutOfReach):
    """A result other than zero below 10^−(10^17)."""


class Undecided(OutOfReach):
    """A result so close to a tie that no feasible precision decides its rounding."""


# A longer number, or one with a larger exponent, is not converted to a ratio of integers: the
# conversion takes time that grows with the square of its length.
LONGEST = 5000
MOST_DIGITS = 20000
# A result is refused below 10^SMALLEST.
SMALLEST = -(10**17)
# A logarithm whose argument equals 1 to so many digits more than asked for is taken to be 0.
_BEYOND_DOUBT = 1000


@lru_cache(maxsize=64)
def context(precision: int) -> Context:
    """Return a context of this precision and the widest range, which raises nothing.

    It is shared: use its methods, or a copy (`localcontext` makes one), and never change it.
    """
    return Context(prec=precision, rounding=ROUND_HALF_EVEN, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])


def evaluate(number: Number, precision: int) -> Decimal:
    """Return a number with a relative error below a unit in the last of `precision` digits.

    Args:
        number: a decimal (infinities allowed), a quotient or a logarithm.
        precision: significant digits, at least 1.

    Raises:
        ZeroDivisionError: a denominator is zero.
        ValueError: a logarithm of something not positive; inf/inf; a nan.
        OverflowError: a quotient of finite numbers is too large for a Decimal.
    """
    if isinstance(number, Decimal):
        if number.is_nan():
            raise ValueError("not a number")
        return context(precision).plus(number)
    if isinstance(number, Logarithm):
        logarithm = _logarithm(number.argument, precision)
        return logarithm.copy_negate() if number.negative and logarithm else logarithm
    denominator = evaluate(number.denominator, precision + 3)
    if denominator == 0:
        raise ZeroDivisionError("division by zero")
    numerator = evaluate(number.numerator, precision + 3)
    if numerator.is_infinite() and denominator.is_infinite():
        raise ValueError("infinity divided by infinity is not a number")
    quotient = context(precision + 3).divide(numerator, denominator)
    if quotient.is_infinite() and numerator.is_finite():
        raise OverflowError("the quotient is too large")
    return quotient


@lru_cache(maxsize=1024)
def _logarithm(argument: Number, precision: int) -> Decimal:
    """Return ln(argument)."""
    if exact_value(argument) == 1:
        return Decimal(0)
    digits = precision + 5
    while True:
        # A decimal is taken as it is; another argument close to 1 needs more digits.
        value = argument if isinstance(argument, Decimal) else evaluate(argument, digits)
        if not value > 0:
            raise ValueError("the logarithm of a number that is not positive")
        logarithm = _ln(value, digits)
        if value is argument or (logarithm and logarithm.adjusted() > precision + 3 - digits):
            return logarithm
        if digits > 2 * precision + _BEYOND_DOUBT:
            return Decimal(0)
        digits *= 2


def _ln(value: Decimal, digits: int) -> Decimal:
    """Return the logarithm of a decimal, of which no more digits are read than matter."""
    near_one = context(digits).subtract(value, 1)
    cancelled = max(0, -near_one.adjusted()) if near_one else 0
    if cancelled > digits:  # ln(1 + d) is d − d²/2 + …, and a tie would take long to break
        return near_one
    return context(digits).ln(context(digits + cancelled + 3).plus(value))


def exact_value(number: Number) -> Fraction | None:
    """Return a number as a fraction, or None if it is irrational, infinite or too long for one."""
    if isinstance(number, Decimal):
        ratio = integer_ratio(number)
        return None if ratio is None else Fraction(*ratio)
    if isinstance(number, Logarithm):
        return Fraction(0) if exact_value(number.argument) == 1 else None
    numerator, denominator = exact_value(number.numerator), exact_value(number.denominator)
    if numerator is None and denominator is None:
        return _ratio_of_logarithms(number)
    return numerator / denominator if numerator is not None and denominator else None


def integer_ratio(number: Decimal) -> tuple[int, int] | None:
    """Return a decimal as a ratio of integers in lowest terms, unless it would be too long."""
    if not number:
        return 0, 1
    if not number.is_finite() or abs(number.adjusted()) > LONGEST:
        return None
    short = context(LONGEST).plus(number)
    return short.as_integer_ratio() if short == number else None


def multiple_of_logarithm(number: Number) -> tuple[Fraction, Fraction] | None:
    """Return c and p if the number is c·ln(p) with both rational and p positive."""
    if isinstance(number, Logarithm):
        argument = exact_value(number.argument)
        return (Fraction(-1 if number.negative else 1), argument) if argument else None
    if isinstance(number, Quotient):
        multiple = multiple_of_logarithm(number.numerator)
        denominator = exact_value(number.denominator)
        return (multiple[0] / denominator, multiple[1]) if multiple and denominator else None
    return None


def _ratio_of_logarithms(number: Quotient) -> Fraction | None:
    """Return c·ln(p)/(d·ln(q)) where it is known to be rational: p and q powers of one number."""
    numerator = multiple_of_logarithm(number.numerator)
    denominator = multiple_of_logarithm(number.denominator)
    if not numerator or not denominator:
        return None
    (c, p), (d, q) = numerator, denominator
    if p != q:
        if max(map(_bits, (p, q))) > 500 or 1 in (p, q):
            return None
        power = Fraction(_float_logarithm(p) / _float_logarithm(q)).limit_denominator(500)
        if p**power.denominator != q**power.numerator:
            return None
        c *= power
    return c / d


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _float_logarithm(value: Fraction) -> float:
    return math.log(value.numerator) - math.log(value.denominator)
