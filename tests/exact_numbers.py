"""Numbers as typed, for the tests of exact answers, and mpmath's values of them."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal

import mpmath
from mpmath import mpf

from softmax_cli.mathematics.decimals import Logarithm, Number, Quotient
from softmax_cli.mathematics.rounding import Places, Rounding

D = Decimal


def ln(number: int | str) -> Logarithm:
    return Logarithm(D(number))


def decimals(*numbers: int | str) -> list[Decimal]:
    return [D(number) for number in numbers]


def text(values: Sequence[Decimal]) -> str:
    return ",".join(f"{value:f}" for value in values)


def wide(number: Number) -> mpf:
    """Return a number at mpmath's precision."""
    if isinstance(number, Decimal):
        return mpf(str(number).replace("Infinity", "inf"))
    if isinstance(number, Quotient):
        return wide(number.numerator) / wide(number.denominator)
    value = mpmath.log(wide(number.argument))
    return -value if number.negative else value


def rounded(value: mpf, rounding: Rounding) -> Decimal:
    """Round a number that is known to far more digits."""
    context = Context(prec=mpmath.mp.dps, rounding=ROUND_HALF_EVEN)
    if mpmath.isinf(value):
        return D(str(value).replace("inf", "Infinity"))
    exact = D(mpmath.nstr(value, mpmath.mp.dps - 20, strip_zeros=False))
    if isinstance(rounding, Places):
        places = context.quantize(exact, D((0, (1,), -rounding.digits)))
        return places or places.copy_abs()
    if value == 0:
        return D(0)
    short = Context(prec=rounding).plus(exact)
    return context.quantize(short, D((0, (1,), short.adjusted() - rounding + 1)))
