"""The softmax function and its derivatives to any number of digits, for numbers as typed.

A number is what was typed: a decimal, a quotient, a logarithm. Every function returns the true
value rounded, half to even, to as many significant digits as asked, with exactly those digits in
its coefficient: one half to five digits is 0.50000.

How a rounding becomes certain. Each quantity is worked out with some digits to spare, together
with a bound of its error; when both ends of the interval round to the same digits, these are the
answer, otherwise the digits to spare are doubled. That ends unless the true value is itself zero
or halfway between two roundings, hence rational. When all exponentials are rational multiples of
one another (equal values, logarithms of rationals) the quantities are worked out in fractions
instead. Otherwise, by the theorem of Lindemann and Weierstrass, exponentials of rationals leave
no rational value but the zeros of an upstream gradient, which are found by comparing equal
classes. What is left are numbers such as ln(2)/ln(3), about which no theorem decides: a value that
is zero or halfway to 1,000 digits more than twice those asked for is taken to be so.

A value below 10^−999999999999999999 becomes 0. A masked class, −inf, has probability 0.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, TypeAlias


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

# Beyond these a number is not worked out as a ratio of integers: it would fill the memory.
_LARGEST_EXPONENT = 5000
_LARGEST_POWER = 20000
_MINUS_INFINITY = Decimal("-Infinity")
# e to the power of this is below the smallest Decimal.
_UNDERFLOW = -3 * 10**18


def evaluate(number: Number, precision: int) -> Decimal:
    """Return a number with a relative error below a unit in the last of `precision` digits.

    Args:
        number: a decimal (infinities allowed), a quotient or a logarithm.
        precision: significant digits, at least 1.

    Raises:
        ZeroDivisionError: a denominator is zero.
        ValueError: a logarithm of something not positive; inf/inf; a nan.
    """
    if isinstance(number, Decimal):
        if number.is_nan():
            raise ValueError("not a number")
        return _context(precision).plus(number)
    if isinstance(number, Logarithm):
        logarithm = _logarithm(number.argument, precision)
        return logarithm.copy_negate() if number.negative and logarithm else logarithm
    denominator = evaluate(number.denominator, precision + 3)
    if denominator == 0:
        raise ZeroDivisionError("division by zero")
    numerator = evaluate(number.numerator, precision + 3)
    if numerator.is_infinite() and denominator.is_infinite():
        raise ValueError("infinity divided by infinity is not a number")
    return _context(precision + 3).divide(numerator, denominator)


def largest(numbers: Sequence[Number]) -> int:
    """Return the index of the largest number, the first of ties."""
    return _Vector(numbers).a


def softmax(
    numbers: Sequence[Number], digits: int, temperature: Number = Decimal(1)
) -> list[Decimal]:
    """Return the probabilities.

    Args:
        numbers: the logits; -Infinity masks a class.
        digits: how many significant digits.
        temperature: finite, greater than 0.

    Raises:
        ValueError: there are no numbers, one is +Infinity or nan, or all are masked; a logarithm
            of something not positive; a temperature that is not finite and positive.
        ZeroDivisionError: a denominator is zero.
    """
    vector = _Vector(numbers, temperature)
    return _solve(vector, digits, lambda e, _: [_positive(σ) for σ in _shares(e)])


def log_softmax(
    numbers: Sequence[Number], digits: int, temperature: Number = Decimal(1)
) -> list[Decimal]:
    """Return the logarithms of the probabilities; -Infinity for a masked class."""
    vector = _Vector(numbers, temperature)
    return _certain(digits, lambda p: [_positive(v) for v in vector.logarithms(p)])


def jacobian(
    numbers: Sequence[Number], digits: int, temperature: Number = Decimal(1)
) -> list[list[Decimal]]:
    """Return the matrix of derivatives, row j the output and column k the input."""
    vector = _Vector(numbers, temperature)
    n = len(numbers)

    def formula(e: list[Any], extra: list[Any]) -> list[tuple[Any, Any]]:
        σ, κ = _shares(e), _complements(e, vector.a)
        return [
            _positive((σ[j] * κ[j] if j == k else -σ[j] * σ[k]) / extra[0])
            for j in range(n)
            for k in range(n)
        ]

    cells = _solve(vector, digits, formula, [temperature])
    return [cells[j * n : (j + 1) * n] for j in range(n)]


def jacobian_row(
    numbers: Sequence[Number], output: int, digits: int, temperature: Number = Decimal(1)
) -> list[Decimal]:
    """Return one row of the Jacobian: the gradient of the probability of one class."""
    vector = _Vector(numbers, temperature)
    j = range(len(numbers))[output]

    def formula(e: list[Any], extra: list[Any]) -> list[tuple[Any, Any]]:
        σ, κ = _shares(e), _complements(e, vector.a)
        row = [-σ[j] * other / extra[0] for other in σ]
        row[j] = σ[j] * κ[j] / extra[0]
        return [_positive(v) for v in row]

    return _solve(vector, digits, formula, [temperature])


def jacobian_diagonal(
    numbers: Sequence[Number], digits: int, temperature: Number = Decimal(1)
) -> list[Decimal]:
    """Return the diagonal of the Jacobian."""
    vector = _Vector(numbers, temperature)

    def formula(e: list[Any], extra: list[Any]) -> list[tuple[Any, Any]]:
        pairs = zip(_shares(e), _complements(e, vector.a), strict=True)
        return [_positive(σ * κ / extra[0]) for σ, κ in pairs]

    return _solve(vector, digits, formula, [temperature])


def gradient_target(
    numbers: Sequence[Number],
    target: int | Sequence[Number],
    digits: int,
    temperature: Number = Decimal(1),
) -> list[Decimal]:
    """Return the gradient (σ − y)/T of the cross-entropy against a class or a distribution."""
    vector = _Vector(numbers, temperature)
    y = _distribution(target, len(numbers))

    def formula(e: list[Any], extra: list[Any]) -> list[tuple[Any, Any]]:
        t, *p = extra
        σ, κ = _shares(e), _complements(e, vector.a)
        return [
            _positive(-κ[j] / t) if p[j] == 1 else ((σ[j] - p[j]) / t, (σ[j] + p[j]) / t)
            for j in range(len(e))
        ]

    return _solve(vector, digits, formula, [temperature, *y])


def gradient_upstream(
    numbers: Sequence[Number],
    upstream: Sequence[Number],
    digits: int,
    temperature: Number = Decimal(1),
) -> list[Decimal]:
    """Return Jᵀg for a finite g."""
    vector = _Vector(numbers, temperature)
    zeros = vector.zeros(upstream)

    def formula(e: list[Any], extra: list[Any]) -> list[tuple[Any, Any]]:
        t, *g = extra
        σ = _shares(e)
        mean = sum(s * v for s, v in zip(σ, g, strict=True))
        size = sum(s * abs(v) for s, v in zip(σ, g, strict=True))
        return [
            (s * 0, s * 0) if zero else (s * (v - mean) / t, s * (abs(v) + size) / t)
            for s, v, zero in zip(σ, g, zeros, strict=True)
        ]

    return _solve(vector, digits, formula, [temperature, *upstream])


def cross_entropy(
    numbers: Sequence[Number],
    target: int | Sequence[Number],
    digits: int,
    temperature: Number = Decimal(1),
) -> Decimal:
    """Return the loss −Σ yj log σj; Infinity where the target's class is masked."""
    vector = _Vector(numbers, temperature)
    y = _distribution(target, len(numbers))

    def loss(precision: int) -> list[tuple[Any, Any]]:
        weights = (evaluate(p, _spare(precision, len(y))) for p in y)
        pairs = zip(weights, vector.logarithms(precision), strict=True)
        return [_positive(sum(-p * log for p, log in pairs if p))]

    return _certain(digits, loss)[0]


# ---- the formulas, alike for fractions and for decimals of the current precision


def _shares(e: list[Any]) -> list[Any]:
    s = sum(e)
    return [v / s for v in e]


def _complements(e: list[Any], a: int) -> list[Any]:
    """Return 1 − σ; for the largest class the share of the others, which does not cancel."""
    rest = sum(e[:a] + e[a + 1 :])
    κ = [1 - σ for σ in _shares(e)]
    κ[a] = rest / (rest + e[a])
    return κ


def _positive(value: Any) -> tuple[Any, Any]:
    """Pair a value with itself as the size its error is relative to: nothing cancelled."""
    return value, abs(value)


# ---- the exponentials


class _Vector:
    """The logits of one vector and what is exactly known of them."""

    def __init__(self, numbers: Sequence[Number], temperature: Number = Decimal(1)) -> None:
        if not numbers:
            raise ValueError("there are no numbers")
        values = [evaluate(number, 100) for number in numbers]
        if any(value == -_MINUS_INFINITY for value in values):
            raise ValueError("+inf: exp(inf)/exp(inf) is undefined")
        if all(value == _MINUS_INFINITY for value in values):
            raise ValueError("every class is masked (-inf): there is nothing to normalise")
        t = evaluate(temperature, 9)
        if not (t > 0 and t.is_finite()):
            raise ValueError("the temperature must be finite and greater than 0")
        self.numbers, self.temperature = numbers, temperature
        self.a = max(range(len(values)), key=values.__getitem__)
        self.masked = [value == _MINUS_INFINITY for value in values]
        self.fractions = [_fraction(number) for number in numbers]

    def exponents(self, precision: int) -> list[Decimal]:
        """Return (x − m)/T, each within 10^−precision, or that share of it where exp is 0."""
        t, z = _fraction(self.temperature), []
        for j, (x, fraction) in enumerate(zip(self.numbers, self.fractions, strict=True)):
            top = self.fractions[self.a]
            if self.masked[j]:
                z.append(_MINUS_INFINITY)
            elif self.tied(j):
                z.append(Decimal(0))
            elif fraction is not None and top is not None and t is not None:
                z.append(_absolute((fraction - top) / t, precision))
            else:
                z.append(_exponent(x, self.numbers[self.a], self.temperature, precision))
        return z

    def tied(self, j: int) -> bool:
        """Say whether class j is known to be as large as the largest."""
        fraction = self.fractions[j]
        same = fraction is not None and fraction == self.fractions[self.a]
        return same or self.numbers[j] == self.numbers[self.a]

    def exponentials(self, precision: int) -> list[Decimal]:
        """Return exp((x − m)/T), each with a relative error below 10^−precision."""
        context = _context(precision + 3)
        known: dict[Decimal, Decimal] = {}
        z = self.exponents(precision + 2)
        for exponent in z:
            if exponent not in known:
                known[exponent] = context.exp(exponent) if exponent > _UNDERFLOW else Decimal(0)
        return [known[exponent] for exponent in z]

    def logarithms(self, precision: int) -> list[Decimal]:
        """Return log σ, each with a relative error below 10^−precision."""
        spare = _spare(precision, len(self.numbers))
        e = self.exponentials(spare)
        with localcontext(_context(spare)) as context:
            r = sum(e[: self.a] + e[self.a + 1 :], Decimal(0))
            if r.adjusted() > -spare:
                context.prec = spare + max(0, -r.adjusted()) + 3
                rest = (1 + r).ln()
            else:  # log1p(r) is r − r²/2 + …
                rest = r
            return [z - rest if z or rest else Decimal(0) for z in self.exponents(spare)]

    @cached_property
    def ratios(self) -> list[Fraction] | None:
        """exp((x − m)/T) as fractions, if all of them are rational and not too large."""
        ratios = [Fraction(0)] * len(self.numbers)
        t, m = _fraction(self.temperature), self.numbers[self.a]
        for j, x in enumerate(self.numbers):
            if not self.masked[j]:
                ratio = Fraction(1) if self.tied(j) else t and _ratio(x, m, t)
                if ratio is None:
                    return None
                ratios[j] = ratio
        return ratios

    def zeros(self, upstream: Sequence[Number]) -> list[bool]:
        """Say which entries of Jᵀg are zero: Σ σj (gk − gj) is, class by equal class."""
        g = [_fraction(v) for v in upstream]
        if all(v == upstream[0] for v in upstream):
            return [True] * len(g)
        known = [v for v in g if v is not None]
        if len(known) < len(g):
            return [False] * len(g)
        groups: dict[Any, list[Fraction]] = {}
        for j, v in enumerate(known):
            if not self.masked[j]:
                fraction = self.fractions[j]
                key = self.numbers[j] if fraction is None else fraction
                groups.setdefault(key, []).append(v)
        means = {sum(group, Fraction(0)) / len(group) for group in groups.values()}
        return [{v} == means for v in known]


def _exponent(x: Number, m: Number, temperature: Number, precision: int) -> Decimal:
    """Return (x − m)/T within 10^−precision, or within that share of it where exp is 0."""
    digits = precision + 10
    while digits < 2 * precision + 4 * _LARGEST_EXPONENT:
        with localcontext(_context(digits)):
            p, q, t = (evaluate(number, digits) for number in (x, m, temperature))
            z = (p - q) / t
            error = (abs(p) + abs(q) + abs(p - q)) / t
            excess = precision + error.adjusted() + 3 - digits if error else 0
            if z < 2 * _UNDERFLOW:
                excess -= z.adjusted()
        if excess <= 0:
            return z
        digits += excess
    raise ValueError("the numbers are too large to work out so many digits")


def _absolute(value: Fraction, precision: int) -> Decimal:
    """Return a fraction within 10^−precision, or within that share of it where exp is 0."""
    size = len(str(abs(int(value)))) if value > _UNDERFLOW else 0
    return _context(precision + size + 1).divide(
        Decimal(value.numerator), Decimal(value.denominator)
    )


@lru_cache(maxsize=1024)
def _logarithm(argument: Number, precision: int) -> Decimal:
    """Return ln(argument)."""
    digits = precision + 5
    while True:
        # A decimal is taken as it is; another argument close to 1 needs more digits.
        value = argument if isinstance(argument, Decimal) else evaluate(argument, digits)
        if not value > 0:
            raise ValueError("the logarithm of a number that is not positive")
        logarithm = _context(digits).ln(value)
        if value is argument or (logarithm and logarithm.adjusted() > precision + 3 - digits):
            return logarithm
        if _fraction(argument) == 1 or digits > 2 * precision + _LARGEST_EXPONENT:
            return Decimal(0)
        digits *= 2


# ---- what is exactly known


def _fraction(number: Number) -> Fraction | None:
    """Return a number as a fraction, if it is rational and not too large for one."""
    if isinstance(number, Decimal):
        exponent = number.as_tuple().exponent
        small = isinstance(exponent, int) and abs(exponent) <= _LARGEST_EXPONENT
        return Fraction(number) if small else None
    if isinstance(number, Logarithm):
        return Fraction(0) if _fraction(number.argument) == 1 else None
    numerator, denominator = _fraction(number.numerator), _fraction(number.denominator)
    if numerator is None or not denominator:
        return None
    return numerator / denominator


def _multiple(number: Number) -> tuple[Fraction, Fraction] | None:
    """Return c and p if the number is c·ln(p) with both rational."""
    if isinstance(number, Logarithm):
        argument = _fraction(number.argument)
        return (Fraction(-1 if number.negative else 1), argument) if argument else None
    if isinstance(number, Quotient):
        multiple, denominator = _multiple(number.numerator), _fraction(number.denominator)
        return (multiple[0] / denominator, multiple[1]) if multiple and denominator else None
    return None if number else (Fraction(1), Fraction(1))


def _ratio(x: Number, m: Number, t: Fraction) -> Fraction | None:
    """Return exp((x − m)/T) if it is a fraction: p^(c/T)/q^(d/T) for x = c·ln(p), m = d·ln(q)."""
    first, second = _multiple(x), _multiple(m)
    if not first or not second:
        return None
    powers = [(p, c / t) for c, p in (first, (-second[0], second[1]))]
    root = math.lcm(*(power.denominator for _, power in powers))
    product = Fraction(1)
    for base, power in powers:
        size = max(base.numerator.bit_length(), base.denominator.bit_length())
        if abs(power * root) * size > _LARGEST_POWER:
            return None
        product *= base ** int(power * root)
    numerator, denominator = _root(product.numerator, root), _root(product.denominator, root)
    return Fraction(numerator, denominator) if numerator and denominator else None


def _root(number: int, degree: int) -> int | None:
    """Return the whole root of a positive integer, if it has one."""
    root = 1 << -(-number.bit_length() // degree)
    while (closer := ((degree - 1) * root + number // root ** (degree - 1)) // degree) < root:
        root = closer  # Newton's step, from above
    return root if root**degree == number else None


def _distribution(target: int | Sequence[Number], n: int) -> list[Number]:
    if isinstance(target, int):
        target = range(n)[target]
        return [Decimal(int(j == target)) for j in range(n)]
    return list(target)


# ---- rounding


Formula: TypeAlias = Callable[[list[Any], list[Any]], list[tuple[Any, Any]]]


def _solve(
    vector: _Vector, digits: int, formula: Formula, extra: Sequence[Number] = ()
) -> list[Decimal]:
    """Round what the formula makes of the exponentials and the extra numbers: exactly if it can.

    The formula pairs each value with the size of what was added up for it.
    """
    fractions = [_fraction(number) for number in extra]
    if vector.ratios is not None and None not in fractions:
        return [_round_fraction(v, digits) for v, _ in formula(vector.ratios, fractions)]

    def approximate(precision: int) -> list[tuple[Decimal, Decimal]]:
        spare = _spare(precision, len(vector.numbers))
        e = vector.exponentials(spare)
        with localcontext(_context(spare)):
            return formula(e, [evaluate(number, spare) for number in extra])

    return _certain(digits, approximate)


def _spare(precision: int, n: int) -> int:
    """Return the digits to work with: n roundings, and some, stay below 10^−precision."""
    return precision + len(str(n)) + 4


def _certain(
    digits: int, approximate: Callable[[int], Iterable[tuple[Decimal, Decimal]]]
) -> list[Decimal]:
    """Raise the precision until every rounding is certain.

    approximate(precision) gives values with sizes: each error is below size·10^−precision.
    """
    precision = digits + 10
    while True:
        last = precision > 2 * digits + 1000
        with localcontext(_context(precision + 20)):
            answers = [
                _agreed(v, size, precision, digits, last) for v, size in approximate(precision)
            ]
        certain = [answer for answer in answers if answer is not None]
        if len(certain) == len(answers):
            return certain
        precision *= 2


def _agreed(
    value: Decimal, size: Decimal, precision: int, digits: int, last: bool
) -> Decimal | None:
    """Return the rounding on which both ends of the interval agree."""
    if not value.is_finite():
        return value
    context = _context(precision + 5)
    error = context.scaleb(size, -precision)
    low, high = (_round(f(value, error), digits) for f in (context.subtract, context.add))
    if low == high:
        return low
    if last:
        nearest = _context(precision - digits).plus(value)
        return _round(Decimal(0) if abs(value) <= error else nearest, digits)
    return None


def _round_fraction(value: Fraction, digits: int) -> Decimal:
    return _round(
        _context(digits).divide(Decimal(value.numerator), Decimal(value.denominator)), digits
    )


def _round(value: Decimal, digits: int) -> Decimal:
    """Round to significant digits, all of them kept; zero has none."""
    context = _context(digits)
    value = context.plus(value)
    if not value:
        return Decimal(0)
    last = Decimal((0, (1,), value.adjusted() - digits + 1))
    return context.quantize(value, last)


def _context(precision: int) -> Context:
    """Return a context of this precision and the widest range, which raises nothing."""
    return Context(prec=precision, rounding=ROUND_HALF_EVEN, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])
