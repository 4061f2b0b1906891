"""The quantities of the working, by decimal arithmetic from the numbers of the answer.

Doubles would do for four digits, but `-p` and `--digits` may ask for hundreds.
"""

from collections.abc import Sequence
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import NamedTuple

from softmax_cli.mathematics import decimals
from softmax_cli.reading.numbers import to_exact
from softmax_cli.settings import Settings
from softmax_cli.values import Batch

# Digits beyond those shown, so that a rounding in between is never seen.
_SPARE = 25
# What stands for an exponential that no decimal holds, so that it is not taken for 0; products of
# three such numbers are still held. All are too small for their digits: below 10^SMALLEST.
_VANISHING = Decimal((0, (1,), 5 * decimals.SMALLEST // 2))


class Quantities(NamedTuple):
    """What the softmax of one vector is made of, each a tuple with one number a class.

    Attributes:
        x: the logits; −Infinity is a masked class.
        temperature: T.
        largest: the class of the largest logit, the first of ties, counted from 0.
        exponents: (x − m)/T, where m is the largest logit.
        terms: s = exp((x − m)/T).
        rest: the sum of all terms but that of the largest class; the sum S is 1 + rest.
        context: for arithmetic with these numbers, the methods' own too; it must be the
            current one.
    """

    x: tuple[Decimal, ...]
    temperature: Decimal
    largest: int
    exponents: tuple[Decimal, ...]
    terms: tuple[Decimal, ...]
    rest: Decimal
    context: Context

    @property
    def maximum(self) -> Decimal:
        """Return m."""
        return self.x[self.largest]

    @property
    def total(self) -> Decimal:
        """Return S."""
        return 1 + self.rest

    @property
    def is_blurred(self) -> bool:
        """Return whether an exponential so near 1 was rounded that a sum may look exact."""
        least = _SPARE // 5 - self.context.prec
        return any(value and value.adjusted() < least for value in self.exponents)

    def term_complement(self, index: int) -> Decimal:
        """Return 1 − s of a class, which keeps its digits where s is almost 1."""
        exponent = self.exponents[index]
        if exponent.adjusted() < -self.context.prec:  # 1 − exp(x) is −x − x²/2 − …
            return -exponent
        with localcontext(self.context) as context:
            context.prec -= min(0, exponent.adjusted())
            complement = 1 - context.exp(exponent)
        return +complement

    def share(self, index: int) -> Decimal:
        """Return σ of a class."""
        return self.terms[index] / self.total

    def complement(self, index: int) -> Decimal:
        """Return 1 − σ of a class, which does not cancel where σ is almost 1."""
        if index == self.largest:
            return self.rest / self.total
        return 1 - self.share(index)

    def slope(self, output: int, index: int) -> Decimal:
        """Return ∂σ/∂x of an output with respect to an input: an entry of the Jacobian."""
        other = self.complement(output) if output == index else -self.share(index)
        return self.share(output) * other / self.temperature

    def log_total(self) -> Decimal:
        """Return ln S, which keeps its digits where S is almost 1."""
        if not self.rest:
            return Decimal(0)
        digits = self.context.prec
        if self.rest.adjusted() < -digits:  # ln(1 + r) is r − r²/2 + …
            return self.rest
        with localcontext(self.context) as context:
            context.prec = digits - min(0, self.rest.adjusted())
            logarithm = (1 + self.rest).ln()
        return +logarithm

    def log_share(self, index: int) -> Decimal:
        """Return ln σ of a class; −Infinity for a masked one."""
        return self.exponents[index] - self.log_total()


def quantities(batch: Batch, settings: Settings) -> Quantities:
    """Return the quantities of the first vector of a batch."""
    digits = (settings.digits or settings.precision or 0) + _SPARE
    context = Context(digits, ROUND_HALF_EVEN, MIN_EMIN, MAX_EMAX, traps=[])
    x = _numbers(batch.typed[0] if batch.typed else batch.values[0].tolist(), context)
    temperature = decimals.evaluate(to_exact(settings.temperature.typed), digits)
    largest = int(batch.predictions()[0])
    m = x[largest]
    with localcontext(context):
        exponents = tuple((value - m) / temperature if value != m else Decimal(0) for value in x)
        terms = tuple(_exponential(exponent, context) for exponent in exponents)
        rest = sum(terms[:largest] + terms[largest + 1 :], Decimal(0))
    return Quantities(x, temperature, largest, exponents, terms, rest, context)


def _exponential(exponent: Decimal, context: Context) -> Decimal:
    """Return exp(exponent), which is 0 only for a masked class."""
    return Decimal(0) if exponent.is_infinite() else max(context.exp(exponent), _VANISHING)


def _numbers(values: Sequence[decimals.Number | float], context: Context) -> tuple[Decimal, ...]:
    return tuple(
        Decimal(repr(value)) if isinstance(value, float) else decimals.evaluate(value, context.prec)
        for value in values
    )
