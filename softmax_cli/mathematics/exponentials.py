"""The exponentials exp((x − m)/T) of one vector, m its largest number, and exact sums of them.

How they are computed. Where the numbers are rational, the differences m − x are whole multiples n
of one unit, and so are those of every other row with as many digits after the point. exp(−n·unit)
is a product of a few powers out of a table, one power for each byte of n; the table is filled as
it is used and serves all classes and rows. A power of n carries at most 2n rounding errors of the
table's precision, which therefore has the digits of 2n to spare. For other numbers the unit is a
power of 1/2, and the remainder, less than that, goes through the Taylor series.

What is exactly known. An exponential is written c·e^k with c and k rational, where that is
possible: for rational numbers, and for logarithms whose powers come out rational.
"""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TypeAlias

from softmax_cli.mathematics.decimals import (
    LONGEST,
    MOST_DIGITS,
    SMALLEST,
    Number,
    Undecided,
    context,
    evaluate,
    exact_value,
    integer_ratio,
    multiple_of_logarithm,
)

# c and k of c·e^k.
Term: TypeAlias = tuple[Fraction, Fraction]

_MINUS_INFINITY = Decimal("-Infinity")
# An exponential below this stands for all smaller ones. Products of three of them are still
# decimals, and what consists of them alone lies below the smallest result that is given.
_TINY = Decimal((0, (1,), 2 * SMALLEST))
_LOWEST_EXPONENT = 461 * SMALLEST // 100  # its logarithm, rounded up in size
# Powers are worked out in fractions up to so many bits.
_LARGEST_POWER = 20000
_UNKNOWN_UNIT = 0
# Numbers that agree in so many digits, though nothing proves it, are taken to be equal.
_MOST_TO_COMPARE = 1600
# The remainders that go through a Taylor series: 2^−16, and 2^−64 for very many digits.
_BITS, _MORE_BITS, _VERY_MANY = 16, 64, 150
_LONGEST_STEP = Decimal(-1) / (1 << _BITS)


class Logits:
    """The numbers of one vector, and what is exactly known of their exponentials.

    Attributes:
        a: the index of the largest number, the first of ties.
        masked: for each class, whether it is −inf.
    """

    def __init__(self, numbers: Sequence[Number], temperature: Number = Decimal(1)) -> None:
        if not numbers:
            raise ValueError("there are no numbers")
        t = evaluate(temperature, 9)
        if not (t > 0 and t.is_finite()):
            raise ValueError("the temperature must be finite and greater than 0")
        self.numbers, self.temperature = numbers, temperature
        self.masked = [_is_masked(number) for number in numbers]
        if all(self.masked):
            raise ValueError("every class is masked (-inf): there is nothing to normalise")
        self._multiples, self._unit = _multiples(numbers, self.masked)
        self._decimal = all(isinstance(number, Decimal) for number in numbers)
        self._sizes: Sequence[Decimal | int] = self._multiples or _told_apart(numbers)
        self.a = max(range(len(numbers)), key=self._sizes.__getitem__)
        self._known: dict[int, list[Decimal]] = {}

    @property
    def largest(self) -> list[int]:
        """The indices of the largest number, several where numbers are equal."""
        return [j for j, size in enumerate(self._sizes) if size == self._sizes[self.a]]

    @property
    def order(self) -> list[int]:
        """The indices from the largest number to the smallest, ties in their own order."""
        return sorted(range(len(self._sizes)), key=self._sizes.__getitem__, reverse=True)

    def exponents(self, precision: int) -> list[Decimal]:
        """Return (x − m)/T, each within 10^−precision, or that share of it where exp is tiny."""
        if not self._unit:
            return [self._exponent(j, precision) for j in range(len(self.numbers))]
        top = self._multiples[self.a]
        t = exact_value(self.temperature)
        values = []
        for multiple, masked in zip(self._multiples, self.masked, strict=True):
            if masked:
                values.append(_MINUS_INFINITY)
            elif t is None:
                values.append(self._exponent(len(values), precision))
            else:
                n = (multiple - top) * t.denominator
                values.append(divide(n, self._unit * t.numerator, precision))
        return values

    def exponentials(self, precision: int) -> list[Decimal]:
        """Return exp((x − m)/T), each with a relative error below 10^−precision; 0 if masked.

        One below 10^(2·SMALLEST) is returned as that.
        """
        if precision not in self._known:
            self._known[precision] = self._exponentials(precision)
        return list(self._known[precision])

    def _exponentials(self, precision: int) -> list[Decimal]:
        top = self._multiples[self.a] if self._unit else 0
        n = [top - multiple for multiple in self._multiples]
        bits = max(n, default=0).bit_length()
        # a table serves many classes of a vector, and rows of decimals, which share their unit
        shared = self._decimal or len(n) > 50 or precision > _VERY_MANY
        if self._unit and shared and bits <= 6 * precision + 60:
            digits = precision + _spare_digits(bits)
            power = _powers(self._unit, self.temperature, digits).power
            pairs = zip(n, self.masked, strict=True)
            return [Decimal(0) if masked else power(k) for k, masked in pairs]
        if not self._unit and self.terms is not None:
            return self._from_terms(self.terms, precision + 3)
        known: dict[Decimal, Decimal] = {_MINUS_INFINITY: Decimal(0)}
        exponents = self.exponents(precision + 2)
        for z in exponents:
            if z not in known:
                known[z] = exp(z, precision + 3)
        return [known[z] for z in exponents]

    @staticmethod
    def _from_terms(terms: Sequence[Term], precision: int) -> list[Decimal]:
        known = {
            k: exp(divide(k.numerator, k.denominator, precision), precision)
            for k in {k for _, k in terms}
        }
        with localcontext(context(precision)):
            return [Decimal(c.numerator) / Decimal(c.denominator) * known[k] for c, k in terms]

    def _exponent(self, j: int, precision: int) -> Decimal:
        """Return (x − m)/T within 10^−precision, or within that share of it where exp is tiny."""
        x, m = self.numbers[j], self.numbers[self.a]
        if self.masked[j]:
            return _MINUS_INFINITY
        if x == m:
            return Decimal(0)
        digits = precision + 10
        while digits < 2 * precision + MOST_DIGITS:
            with localcontext(context(digits)):
                p, q, t = (evaluate(number, digits) for number in (x, m, self.temperature))
                z = (p - q) / t
                error = (abs(p) + abs(q) + abs(p - q)) / t
                excess = precision + error.adjusted() + 3 - digits if error else 0
                if z < 2 * _LOWEST_EXPONENT:
                    excess -= z.adjusted()
            if excess <= 0:
                return z
            digits += excess
        raise Undecided("the numbers are too large to work out so many digits")

    @cached_property
    def terms(self) -> list[Term] | None:
        """Return c and k for exp((x − m)/T) = c·e^k, if all are known; c is 0 for a mask."""
        t, m = exact_value(self.temperature), self.numbers[self.a]
        if t is None:
            return None
        terms: list[Term] = []
        for x, masked in zip(self.numbers, self.masked, strict=True):
            term = (Fraction(0), Fraction(0)) if masked else _term(x, m, t)
            if term is None:
                return None
            terms.append(term)
        return terms


def _is_masked(number: Number) -> bool:
    if isinstance(number, Decimal) and number.is_finite():
        return False
    value = evaluate(number, 9)
    if value == -_MINUS_INFINITY:
        raise ValueError("+inf: exp(inf)/exp(inf) is undefined")
    return value == _MINUS_INFINITY


def _told_apart(numbers: Sequence[Number]) -> list[Decimal]:
    """Return the numbers to as many digits as tell them apart, equal ones alike."""
    digits = 100
    values, alike = _compared(numbers, digits)
    while digits < _MOST_TO_COMPARE and any(numbers[j] != numbers[k] for j, k in alike):
        digits *= 4
        values, alike = _compared(numbers, digits)
    for j, k in alike:
        values[k] = values[j]
    return values


def _compared(
    numbers: Sequence[Number], digits: int
) -> tuple[list[Decimal], list[tuple[int, int]]]:
    """Return the numbers to so many digits, decimals whole, and which may be equal.

    Those are pairs of indices of neighbours in size, from the smallest numbers to the largest.
    """
    is_whole = [isinstance(number, Decimal) for number in numbers]
    values = [n if isinstance(n, Decimal) else evaluate(n, digits) for n in numbers]
    neighbours = pairwise(sorted(range(len(values)), key=values.__getitem__))
    with localcontext(context(digits)):
        return values, [
            (j, k)
            for j, k in neighbours
            if not (is_whole[j] and is_whole[k]) and _agree(values[j], values[k], digits)
        ]


def _agree(p: Decimal, q: Decimal, digits: int) -> bool:
    """Return whether p ≤ q, each within a unit in the last of so many digits, may be equal."""
    return p.is_finite() and q - p <= max(abs(p), abs(q)).scaleb(2 - digits)


def _multiples(numbers: Sequence[Number], masked: Sequence[bool]) -> tuple[list[int], int]:
    """Return whole numbers n and d with x = n/d, or d 0 if unknown; a mask's n is the least."""
    ratios = []
    for number, is_masked in zip(numbers, masked, strict=True):
        ratio = (0, 1) if is_masked else _integer_ratio(number)
        if ratio is None:
            return [], _UNKNOWN_UNIT
        ratios.append(ratio)
    common = 1
    for denominator in {denominator for _, denominator in ratios}:
        common = math.lcm(common, denominator)
        if common.bit_length() > 4 * LONGEST:
            return [], _UNKNOWN_UNIT
    multiples = [n * (common // d) for n, d in ratios]
    if any(masked):
        pairs = list(zip(multiples, masked, strict=True))
        lowest = min(n for n, is_masked in pairs if not is_masked) - 1
        multiples = [lowest if is_masked else n for n, is_masked in pairs]
    return multiples, common


def _integer_ratio(number: Number) -> tuple[int, int] | None:
    if isinstance(number, Decimal):
        return integer_ratio(number)
    fraction = exact_value(number)
    return None if fraction is None else fraction.as_integer_ratio()


def divide(numerator: int, denominator: int, precision: int) -> Decimal:
    """Return a ratio within 10^−precision, or within that share of it where exp is tiny."""
    whole = -numerator // denominator
    size = len(str(whole)) if whole < -_LOWEST_EXPONENT else 0
    return context(precision + size + 1).divide(Decimal(numerator), Decimal(denominator))


def exp(z: Decimal, precision: int) -> Decimal:
    """Return e^z with a relative error below 10^−precision, or _TINY if it is below that."""
    if z < _LOWEST_EXPONENT:
        return _TINY
    bits = _BITS if precision < _VERY_MANY else _MORE_BITS
    wide = context(precision + 2 * bits + 20)
    n = int(wide.multiply(z.copy_abs(), 1 << bits))
    rest = wide.subtract(z.copy_abs(), wide.divide(n, 1 << bits))
    digits = precision + _spare_digits(n.bit_length())
    power = _powers(1 << bits, Decimal(1), digits).power(n)
    small = context(precision + 5)
    if z > 0:
        return small.divide(_series(rest, bits, precision + 5), power)
    return small.multiply(_series(rest.copy_negate(), bits, precision + 5), power)


def _series(r: Decimal, bits: int, precision: int) -> Decimal:
    """Return e^r for |r| ≤ 2^−bits by the Taylor series 1 + r(1 + r/2(1 + r/3(…)))."""
    total, one = Decimal(1), Decimal(1)
    with localcontext(context(precision)):
        for k in range(_series_length(bits, precision), 0, -1):
            total = one + total * r / k
    return total


@lru_cache(maxsize=64)
def _series_length(bits: int, precision: int) -> int:
    """Return how many terms of a series count: |r|^k/k! falls below 10^−precision."""
    k, size = 1, float(precision)
    while size > 0:
        size -= bits * math.log10(2) + math.log10(k)
        k += 1
    return k


def _spare_digits(bits: int) -> int:
    """Return the digits to spare for powers of so many bits, in steps: then rows share a table."""
    return (bits // 24 + 1) * 8 + 3


class _Powers:
    """exp(−n/(unit·T)) for whole numbers n, from a table that is filled as it is used.

    A level of the table holds the powers of one byte of n: level i, entry b is exp to b·256^i.
    """

    def __init__(self, unit: int, temperature: Number, precision: int) -> None:
        self._context = context(precision)
        wide = context(precision + 5)
        self._step = wide.divide(-1, wide.multiply(unit, evaluate(temperature, precision + 5)))
        self._levels = [self._level(self._base(precision + 5))]

    def _base(self, precision: int) -> Decimal:
        if self._step < _LONGEST_STEP:
            return exp(self._step, precision)
        bits = int(-3.32 * (self._step.adjusted() + 1))  # |step| ≤ 2^−bits
        return _series(self._step, bits, precision)

    @staticmethod
    def _level(base: Decimal) -> list[Decimal | None]:
        return [Decimal(1), base, *[None] * 254]

    def power(self, n: int) -> Decimal:
        """Return exp(−n/(unit·T)), with at most 2n times a rounding error; _TINY if below it."""
        multiply = self._context.multiply
        if context(20).multiply(n, self._step) < _LOWEST_EXPONENT:
            return _TINY
        product = None
        for i, byte in enumerate(n.to_bytes((n.bit_length() + 7) // 8, "little")):
            if byte:
                factor = self._entry(i, byte)
                product = factor if product is None else multiply(product, factor)
        return Decimal(1) if product is None else product

    def _entry(self, i: int, b: int) -> Decimal:
        while len(self._levels) <= i:
            half = self._entry(len(self._levels) - 1, 128)
            self._levels.append(self._level(self._context.multiply(half, half)))
        entry = self._levels[i][b]
        if entry is None:
            rest = b // 2
            entry = self._context.multiply(self._entry(i, rest), self._entry(i, b - rest))
            self._levels[i][b] = entry
        return entry


@lru_cache(maxsize=16)
def _powers(unit: int, temperature: Number, precision: int) -> _Powers:
    return _Powers(unit, temperature, precision)


def _term(x: Number, m: Number, t: Fraction) -> Term | None:
    """Return c and k with exp((x − m)/T) = c·e^k, if both are known to be rational."""
    if x == m:
        return Fraction(1), Fraction(0)
    first, second = _linear(x), _linear(m)
    if first is None or second is None:
        return None
    powers = [(first[2], first[1] / t), (second[2], -second[1] / t)]
    factor = _product_of_powers(powers)
    return None if factor is None else (factor, (first[0] - second[0]) / t)


def _linear(number: Number) -> tuple[Fraction, Fraction, Fraction] | None:
    """Return f, c and p if the number is f + c·ln(p) with all of them rational."""
    value = exact_value(number)
    if value is not None:
        return value, Fraction(0), Fraction(1)
    multiple = multiple_of_logarithm(number)
    return multiple and (Fraction(0), *multiple)


def _product_of_powers(powers: Iterable[tuple[Fraction, Fraction]]) -> Fraction | None:
    """Return Π p^c if it is known to be rational: the root of a product of whole powers."""
    powers = [(p, c) for p, c in powers if c and p != 1]
    degree = math.lcm(*(c.denominator for _, c in powers))
    product = Fraction(1)
    for p, c in powers:
        size = max(p.numerator.bit_length(), p.denominator.bit_length())
        if abs(c * degree) * size > _LARGEST_POWER:
            return None
        product *= p ** int(c * degree)
    numerator, denominator = _root(product.numerator, degree), _root(product.denominator, degree)
    return Fraction(numerator, denominator) if numerator and denominator else None


def _root(number: int, degree: int) -> int | None:
    """Return the whole root of a positive integer, if it has one."""
    if number == 1 or degree == 1:
        return number
    if degree >= number.bit_length():  # the root is less than 2
        return None
    root = 1 << -(-number.bit_length() // degree)
    while (closer := ((degree - 1) * root + number // root ** (degree - 1)) // degree) < root:
        root = closer  # Newton's step, from above
    return root if root**degree == number else None
