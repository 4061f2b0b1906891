"""Sums of terms c·e^k with c and k rational, exactly.

By the theorem of Lindemann and Weierstrass a sum with distinct k is zero only if every c is. So
once equal terms are collected its sign is found by raising the precision, and its value with a
bound on the relative error.
"""

from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TypeAlias

from softmax_cli.mathematics.decimals import MOST_DIGITS, Undecided, context
from softmax_cli.mathematics.exponentials import divide, exp

# A mapping from k to c.
ExpSum: TypeAlias = dict[Fraction, Fraction]


def add(*sums: ExpSum) -> ExpSum:
    """Return the sum of sums of exponentials, without the terms that cancel."""
    total: ExpSum = {}
    for one in sums:
        for k, c in one.items():
            total[k] = total.get(k, Fraction(0)) + c
    return {k: c for k, c in total.items() if c}


def scale(one: ExpSum, factor: Fraction) -> ExpSum:
    """Return a sum of exponentials times a rational number."""
    return {k: c * factor for k, c in one.items() if factor}


def multiply(one: ExpSum, other: ExpSum) -> ExpSum:
    """Return the product of two sums of exponentials."""
    product: ExpSum = {}
    for k, c in one.items():
        for m, d in other.items():
            product[k + m] = product.get(k + m, Fraction(0)) + c * d
    return {k: c for k, c in product.items() if c}


def leading(one: ExpSum, precision: int) -> tuple[Fraction, Decimal]:
    """Return k and s with the sum s·e^k, s with a relative error below 10^−precision.

    Raises:
        Undecided: the sum cancels beyond what can be worked out.
    """
    if not one:
        return Fraction(0), Decimal(0)
    top = max(one)
    digits = precision + len(str(len(one))) + 5
    while digits <= MOST_DIGITS + 2 * precision:
        with localcontext(context(digits)):
            terms = [
                Decimal(c.numerator)
                / Decimal(c.denominator)
                * exp(divide((k - top).numerator, (k - top).denominator, digits), digits)
                for k, c in one.items()
            ]
            total, size = sum(terms, Decimal(0)), sum(map(abs, terms), Decimal(0))
        if (
            total
            and size.adjusted() - total.adjusted() < digits - precision - len(str(len(one))) - 3
        ):
            return top, total
        digits *= 2
    raise Undecided("the terms cancel to more digits than can be worked out")


def ratio(numerator: ExpSum, denominator: ExpSum, precision: int) -> Decimal:
    """Return the ratio of two sums of exponentials with a relative error below 10^−precision."""
    k, s = leading(numerator, precision + 2)
    m, t = leading(denominator, precision + 2)
    z = k - m
    with localcontext(context(precision + 3)):
        if z <= 0:
            return s / t * exp(divide(z.numerator, z.denominator, precision + 3), precision + 3)
        return s / t / exp(divide(-z.numerator, z.denominator, precision + 3), precision + 3)


def sign(one: ExpSum) -> int:
    """Return −1, 0 or 1: the sign of a sum of exponentials, 0 only if every term cancels."""
    _, s = leading(add(one), 3)
    return (s > 0) - (s < 0)
