"""Rounding that is certain: half to even, to significant digits or to places after the point.

An entry rounded to significant digits carries all of them: one half to five digits is 0.50000.

How a rounding becomes certain. Each entry is worked out with some digits to spare, together with a
bound of its error. When both ends of the interval round to the same digits, these are the answer;
otherwise the precision is doubled. That ends, unless the true value is zero, or a tie (halfway
between two roundings), or differs from one by something like exp(−20000).

An entry that is still open is decided exactly. Where all exponentials are c·e^k with c and k
rational, an entry is a ratio N/D of sums of such terms. Equal terms are collected, so that what
cancels is gone; then N/D is worked out with a bound on its relative error, and the sign of N − t·D
says on which side of a tie t it lies. A logarithm is a rational number less log1p of the other
classes' exponentials, which is compared with its distance from the tie. No precision is given up.

No theorem decides about other numbers, such as ln(2)/ln(3): a value that is zero or a tie to 1,000
digits more than twice those asked for is taken to be so. If no logarithm is involved, and the
numbers are only too long, `Undecided` is raised instead.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from softmax_cli.mathematics.decimals import (
    MOST_DIGITS,
    SMALLEST,
    Logarithm,
    Number,
    OutOfReach,
    Quotient,
    TooSmall,
    Undecided,
    context,
)


class Places(NamedTuple):
    """A rounding to so many digits after the point, as Python's `f"{x:.2f}"` does it."""

    digits: int


# A plain integer is a number of significant digits.
Rounding: TypeAlias = int | Places


# A value and the size its error is relative to: the sum of the magnitudes of what was added up.
Sized: TypeAlias = tuple[Decimal, Decimal]
# Return values whose errors are below size·10^−precision.
Approximate: TypeAlias = Callable[[int], Sequence[Sized]]


class Exact(NamedTuple):
    """An entry of which everything is known.

    Attributes:
        value: returns the value with a relative error below 10^−precision.
        compare: returns the sign of the value minus a fraction.
    """

    value: Callable[[int], Decimal]
    compare: Callable[[Fraction], int]


class Problem(NamedTuple):
    """The entries of one answer.

    Attributes:
        approximate: works all of them out, quickly.
        exactly: returns one entry as known exactly, or None where its numbers allow none.
        numbers: what they depend on.
    """

    approximate: Approximate
    exactly: Callable[[int], Exact | None]
    numbers: Sequence[Number]


def accurate(value: Decimal) -> Sized:
    """Pair a value with itself as the size its error is relative to: nothing cancelled."""
    return value, abs(value)


def round_entries(problem: Problem, rounding: Rounding) -> list[Decimal]:
    """Round every entry, raising the precision until all are certain."""
    count = _count(rounding)
    precision = max(count, 1) + 10
    answers: list[Decimal | None] = []
    while True:
        spare = precision + len(str(len(problem.numbers))) + 4
        with localcontext(context(spare)):
            entries = problem.approximate(spare)
        if not answers:
            answers = [None] * len(entries)
        answers = [
            _certain(entry, precision, rounding) if answer is None else answer
            for entry, answer in zip(entries, answers, strict=True)
        ]
        certain = [answer for answer in answers if answer is not None]
        if len(certain) == len(answers):
            return certain
        if precision > 2 * count + 60:
            break
        precision *= 2
    return [
        _decided(problem, j, precision, rounding) if answer is None else answer
        for j, answer in enumerate(answers)
    ]


def _certain(entry: Sized, precision: int, rounding: Rounding) -> Decimal | None:
    """Return the rounding on which both ends of the interval agree."""
    value, size = entry
    if not value.is_finite():
        return value
    wide = context(precision + 5)
    error = wide.scaleb(size, -precision)
    answer = _agreed(wide.subtract(value, error), wide.add(value, error), rounding)
    significant = not isinstance(rounding, Places)
    if significant and value and answer is not None and value.adjusted() < SMALLEST:
        raise TooSmall(
            "a result is too small to give its digits: it is below 1e-100000000000000000"
        )
    return answer


def _count(rounding: Rounding) -> int:
    return rounding.digits if isinstance(rounding, Places) else rounding


def _decided(problem: Problem, j: int, precision: int, rounding: Rounding) -> Decimal:
    """Round an entry that is zero, or a tie, or very close to one of them."""
    exact = problem.exactly(j)
    if exact is None:
        return _persistent(problem, j, precision, rounding)
    while precision <= MOST_DIGITS:
        with localcontext(context(precision + 10)):
            value = exact.value(precision + 5)
        answer = _certain(accurate(value), precision, rounding)
        if answer is None:
            answer = _beside_a_tie(exact, value, precision, rounding)
        if answer is not None:
            return answer
        precision *= 2
    raise Undecided("a result lies too close to a tie to round it")


def _beside_a_tie(
    exact: Exact, value: Decimal, precision: int, rounding: Rounding
) -> Decimal | None:
    """Round a value to its side of the tie that it is closest to, if it is close to one."""
    wide = context(precision + 5)
    error = wide.scaleb(abs(value), -precision)
    if isinstance(rounding, Places) and error.adjusted() >= -rounding.digits - 1:
        return None  # there may be several ties
    low, high = (_rounded(f(value, error), rounding) for f in (wide.subtract, wide.add))
    tie = wide.divide(wide.add(low, high), 2)
    if abs(tie.adjusted()) > MOST_DIGITS:
        return None
    side = exact.compare(Fraction(tie))
    return _spelled(_rounded(tie, rounding) if side == 0 else high if side > 0 else low, rounding)


def _persistent(problem: Problem, j: int, precision: int, rounding: Rounding) -> Decimal:
    """Raise the precision for an entry about which nothing is known exactly."""
    count = _count(rounding)
    last = 2 * count + 1000
    while precision <= MOST_DIGITS:
        spare = precision + len(str(len(problem.numbers))) + 4
        with localcontext(context(spare)):
            value, size = problem.approximate(spare)[j]
        answer = _certain((value, size), precision, rounding)
        if answer is not None:
            return answer
        whole = max(0, value.adjusted()) if isinstance(rounding, Places) else 0
        if precision > last + whole and any(map(_has_logarithm, problem.numbers)):
            error = context(5).scaleb(size, -precision)
            nearest = context(precision - count - whole - 5).plus(value)
            nearest = Decimal(0) if abs(value) <= error else nearest
            return _spelled(_rounded(nearest, rounding), rounding)
        precision *= 2
    raise Undecided("the numbers are too long to decide how to round a result")


def _has_logarithm(number: Number) -> bool:
    if isinstance(number, Quotient):
        return _has_logarithm(number.numerator) or _has_logarithm(number.denominator)
    return isinstance(number, Logarithm)


def _rounded(value: Decimal, rounding: Rounding) -> Decimal:
    """Round a finite value, half to even, to a decimal that may lack zeros at its end.

    Raises:
        OutOfReach: rounded to places, the value would have too many digits.
    """
    if not isinstance(rounding, Places):
        return context(rounding).plus(value)
    if value.adjusted() > MOST_DIGITS:
        raise OutOfReach("a result is too large to write with digits after the point")
    wide = context(max(1, value.adjusted() + rounding.digits + 3))
    return wide.quantize(value, Decimal((0, (1,), -rounding.digits)))


def _spelled(value: Decimal, rounding: Rounding) -> Decimal:
    """Give a rounded value all the digits asked for, and zero no sign."""
    if isinstance(rounding, Places):
        return value or value.copy_abs()
    if not value:
        return Decimal(0)
    exponent = value.adjusted() - rounding + 1
    return context(rounding).quantize(value, context(1).scaleb(1, exponent))


def _agreed(low: Decimal, high: Decimal, rounding: Rounding) -> Decimal | None:
    """Return the rounding on which both ends of an interval agree, if they do."""
    below, above = _rounded(low, rounding), _rounded(high, rounding)
    return _spelled(below, rounding) if below == above else None
