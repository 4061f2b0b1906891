"""The softmax function and its derivatives to any number of digits, for numbers as typed.

Every function returns the true value rounded once, half to even: to so many significant digits,
or to so many `Places` after the point.

A masked class, −inf, has probability 0. Other results than zero below 10^−(10^17) raise `TooSmall`
where significant digits are asked for.
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

from softmax_cli.mathematics.decimals import (
    MOST_DIGITS,
    Number,
    Undecided,
    context,
    evaluate,
    exact_value,
)
from softmax_cli.mathematics.exponentials import Logits
from softmax_cli.mathematics.rounding import (
    Exact,
    Problem,
    Rounding,
    Sized,
    accurate,
    round_entries,
)
from softmax_cli.mathematics.sums import ExpSum, add, multiply, ratio, scale, sign


def largest(numbers: Sequence[Number]) -> list[int]:
    """Return the index of the largest number, and of those that equal it."""
    return _logits(tuple(numbers), Decimal(1)).largest


def order(numbers: Sequence[Number]) -> list[int]:
    """Return the indices of the numbers from the largest to the smallest, ties in their order."""
    return _logits(tuple(numbers), Decimal(1)).order


def softmax(
    numbers: Sequence[Number], digits: Rounding, temperature: Number = Decimal(1)
) -> list[Decimal]:
    """Return the probabilities.

    Args:
        numbers: the logits; -Infinity masks a class.
        digits: how many significant digits, or to how many `Places`.
        temperature: finite, greater than 0.

    Raises:
        ValueError: there are no numbers, one is +Infinity or nan, or all are masked; a logarithm
            of something not positive; a temperature that is not finite and positive.
        ZeroDivisionError: a denominator is zero.
        OverflowError: a quotient is too large for a Decimal.
        OutOfReach: a result's digits cannot be given: it is `TooSmall`, too large for its places,
            or `Undecided`.
    """
    logits = _logits(tuple(numbers), temperature)

    def approximate(precision: int) -> list[Sized]:
        e = logits.exponentials(precision)
        s = sum(e)
        return [accurate(v / s) for v in e]

    def exactly(j: int) -> Exact | None:
        e = _exact_exponentials(logits)
        return _ratio(e[j], add(*e)) if e else None

    return round_entries(Problem(approximate, exactly, (*numbers, temperature)), digits)


def log_softmax(
    numbers: Sequence[Number], digits: Rounding, temperature: Number = Decimal(1)
) -> list[Decimal]:
    """Return the logarithms of the probabilities; -Infinity for a masked class."""
    logits = _logits(tuple(numbers), temperature)

    def approximate(precision: int) -> list[Sized]:
        return [accurate(v) for v in _logarithms(logits, precision)]

    def exactly(j: int) -> Exact | None:
        known = logits.terms
        if known is None or known[j][0] != 1:
            return None
        shift = known[j][1]
        return Exact(
            lambda precision: _logarithms(logits, precision)[j],
            lambda tie: -_compare_normalizer(logits, shift - tie),
        )

    return round_entries(Problem(approximate, exactly, (*numbers, temperature)), digits)


def jacobian(
    numbers: Sequence[Number], digits: Rounding, temperature: Number = Decimal(1)
) -> list[list[Decimal]]:
    """Return the matrix of derivatives, row j the output and column k the input."""
    return [jacobian_row(numbers, j, digits, temperature) for j in range(len(numbers))]


def jacobian_row(
    numbers: Sequence[Number], output: int, digits: Rounding, temperature: Number = Decimal(1)
) -> list[Decimal]:
    """Return one row of the Jacobian: the gradient of the probability of one class."""
    logits = _logits(tuple(numbers), temperature)
    j = range(len(numbers))[output]

    def approximate(precision: int) -> list[Sized]:
        σ, κ = _shares(logits, precision)
        factor = σ[j] / evaluate(temperature, precision)
        row = [-factor * other for other in σ]
        row[j] = factor * κ[j]
        return [accurate(v) for v in row]

    def exactly(k: int) -> Exact | None:
        return _exact_derivative(logits, j, k)

    return round_entries(Problem(approximate, exactly, (*numbers, temperature)), digits)


def jacobian_diagonal(
    numbers: Sequence[Number], digits: Rounding, temperature: Number = Decimal(1)
) -> list[Decimal]:
    """Return the diagonal of the Jacobian."""
    logits = _logits(tuple(numbers), temperature)

    def approximate(precision: int) -> list[Sized]:
        t = evaluate(temperature, precision)
        return [accurate(σ * κ / t) for σ, κ in zip(*_shares(logits, precision), strict=True)]

    def exactly(j: int) -> Exact | None:
        return _exact_derivative(logits, j, j)

    return round_entries(Problem(approximate, exactly, (*numbers, temperature)), digits)


def gradient_target(
    numbers: Sequence[Number],
    target: int | Sequence[Number],
    digits: Rounding,
    temperature: Number = Decimal(1),
) -> list[Decimal]:
    """Return the gradient of the cross-entropy: (σ·Σy − y)/T for a class or a distribution y.

    A distribution need not sum to exactly 1.
    """
    logits = _logits(tuple(numbers), temperature)
    y = _distribution(target, len(numbers))
    alone = _only_weight(y)

    def approximate(precision: int) -> list[Sized]:
        σ, κ = _shares(logits, precision)
        t = evaluate(temperature, precision)
        p = [evaluate(v, precision) for v in y]
        total = sum(p, Decimal(0))
        entries = [
            ((s * total - v) / t, (s * total + abs(v)) / t) for s, v in zip(σ, p, strict=True)
        ]
        if alone is not None:
            entries[alone] = accurate(-κ[alone] * total / t)
        return entries

    def exactly(j: int) -> Exact | None:
        e, t, p = _exact_exponentials(logits), exact_value(temperature), _exact_values(y)
        if e is None or t is None or p is None:
            return None
        s = add(*e)
        return _ratio(add(scale(e[j], sum(p, Fraction(0))), scale(s, -p[j])), scale(s, t))

    return round_entries(Problem(approximate, exactly, (*numbers, temperature, *y)), digits)


def gradient_upstream(
    numbers: Sequence[Number],
    upstream: Sequence[Number],
    digits: Rounding,
    temperature: Number = Decimal(1),
) -> list[Decimal]:
    """Return Jᵀg for a finite g."""
    logits = _logits(tuple(numbers), temperature)
    values = _exact_values(upstream)

    def approximate(precision: int) -> list[Sized]:
        σ, _ = _shares(logits, precision)
        t = evaluate(temperature, precision)
        g = _less(upstream, values, logits.a, precision)
        mean = sum((s * v for s, (v, _) in zip(σ, g, strict=True)), Decimal(0))
        size = sum((s * w for s, (_, w) in zip(σ, g, strict=True)), Decimal(0))
        return [(s * (v - mean) / t, s * (w + size) / t) for s, (v, w) in zip(σ, g, strict=True)]

    def exactly(j: int) -> Exact | None:
        e, t = _exact_exponentials(logits), exact_value(temperature)
        if e is None or t is None or values is None:
            return None
        s = add(*e)
        weighed = add(*(scale(one, values[j] - v) for one, v in zip(e, values, strict=True)))
        return _ratio(multiply(e[j], weighed), scale(multiply(s, s), t))

    return round_entries(Problem(approximate, exactly, (*numbers, temperature, *upstream)), digits)


def cross_entropy(
    numbers: Sequence[Number],
    target: int | Sequence[Number],
    digits: Rounding,
    temperature: Number = Decimal(1),
) -> Decimal:
    """Return the loss −Σ yj log σj; Infinity where the target's class is masked."""
    logits = _logits(tuple(numbers), temperature)
    y = _distribution(target, len(numbers))

    def value(precision: int) -> Decimal:
        weights = (evaluate(p, precision) for p in y)
        pairs = zip(weights, _logarithms(logits, precision), strict=True)
        return sum((-p * log for p, log in pairs if p), Decimal(0))

    def exactly(_: int) -> Exact | None:
        known, p = logits.terms, _exact_values(y)
        if known is None or p is None:
            return None
        if any(v and c != 1 for v, (c, _) in zip(p, known, strict=True)):
            return None
        total = sum(p, Fraction(0))
        shift = sum((v * k for v, (_, k) in zip(p, known, strict=True)), Fraction(0))
        return Exact(value, lambda tie: _compare_normalizer(logits, (tie + shift) / total))

    problem = Problem(
        lambda precision: [accurate(value(precision))], exactly, (*numbers, temperature, *y)
    )
    return round_entries(problem, digits)[0]


@lru_cache(maxsize=1)
def _logits(numbers: tuple[Number, ...], temperature: Number) -> Logits:
    """Return the logits of a vector: those of the last one serve all rows of its Jacobian."""
    return Logits(numbers, temperature)


def _shares(logits: Logits, precision: int) -> tuple[list[Decimal], list[Decimal]]:
    """Return σ and 1 − σ, which for the largest class is the share of the others."""
    e = logits.exponentials(precision)
    rest = sum(e[: logits.a] + e[logits.a + 1 :], Decimal(0))
    s = rest + e[logits.a]
    σ = [v / s for v in e]
    κ = [1 - v for v in σ]
    κ[logits.a] = rest / s
    return σ, κ


def _logarithms(logits: Logits, precision: int) -> list[Decimal]:
    """Return log σ."""
    normalizer = _normalizer(logits, precision)
    with localcontext(context(precision)):
        return [
            z - normalizer if z or normalizer else Decimal(0) for z in logits.exponents(precision)
        ]


def _normalizer(logits: Logits, precision: int) -> Decimal:
    """Return the logarithm of Σ exp((x − m)/T) with a small relative error."""
    e = logits.exponentials(precision)
    with localcontext(context(precision)) as current:
        r = sum(e[: logits.a] + e[logits.a + 1 :], Decimal(0))
        if r.adjusted() <= -precision:  # log1p(r) is r − r²/2 + …
            return r
        current.prec = precision + max(0, -r.adjusted()) + 3
        return (1 + r).ln()


def _compare_normalizer(logits: Logits, other: Fraction) -> int:
    """Return the sign of log Σ exp((x − m)/T), which is never negative, minus a fraction."""
    precision = 10
    while precision <= MOST_DIGITS:
        normalizer = _normalizer(logits, precision + 10)
        with localcontext(context(precision + 10)):
            difference = normalizer - Decimal(other.numerator) / Decimal(other.denominator)
            if abs(difference) > (normalizer + abs(difference)).scaleb(-precision):
                return 1 if difference > 0 else -1
        precision *= 2
    raise Undecided("a logarithm lies too close to a tie to round it")


def _less(
    numbers: Sequence[Number], values: list[Fraction] | None, a: int, precision: int
) -> list[Sized]:
    """Return each number less the one at index a, so that those equal to it are exactly 0."""
    if values is not None:
        return [
            accurate(Decimal(d.numerator) / Decimal(d.denominator))
            for d in (v - values[a] for v in values)
        ]
    top = evaluate(numbers[a], precision)
    pairs = [(number == numbers[a], evaluate(number, precision)) for number in numbers]
    zero = (Decimal(0), Decimal(0))
    return [zero if same else (v - top, abs(v) + abs(top)) for same, v in pairs]


def _distribution(target: int | Sequence[Number], n: int) -> list[Number]:
    if isinstance(target, int):
        target = range(n)[target]
        return [Decimal(int(j == target)) for j in range(n)]
    return list(target)


def _only_weight(y: Sequence[Number]) -> int | None:
    """Return the index of the only weight that is not 0, if there is only one."""
    nonzero = [j for j, v in enumerate(y) if evaluate(v, 5)]
    return nonzero[0] if len(nonzero) == 1 else None


def _exact_exponentials(logits: Logits) -> list[ExpSum] | None:
    terms = logits.terms
    return None if terms is None else [{k: c} if c else {} for c, k in terms]


def _exact_values(numbers: Sequence[Number]) -> list[Fraction] | None:
    values = []
    for number in numbers:
        value = exact_value(number)
        if value is None:
            return None
        values.append(value)
    return values


def _exact_derivative(logits: Logits, j: int, k: int) -> Exact | None:
    e, t = _exact_exponentials(logits), exact_value(logits.temperature)
    if e is None or t is None:
        return None
    s = add(*e)
    other = add(s, scale(e[j], Fraction(-1))) if j == k else scale(e[k], Fraction(-1))
    return _ratio(multiply(e[j], other), scale(multiply(s, s), t))


def _ratio(numerator: ExpSum, denominator: ExpSum) -> Exact:
    """Return N/D as an exactly known entry; D is positive."""
    return Exact(
        lambda precision: ratio(numerator, denominator, precision),
        lambda tie: sign(add(numerator, scale(denominator, -tie))),
    )
