"""Numerical derivatives: central differences of the definition, in decimal arithmetic.

Nothing of the formulas for the derivatives enters: only exp(xj)/Σ exp(xi), in as many digits
as the smallest entry of the derivative needs.
"""

import math
from collections.abc import Callable, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from functools import cached_property

# Smaller numbers are not held by a double: no more digits are needed for them.
_SMALLEST_EXPONENT = 330


class Differences:
    """Central differences at one vector, whose inputs change by ±h.

    Attributes:
        digits: the significant digits of the arithmetic.
        step: h, in units of T.
        noise: what rounding leaves of a derivative that is 0.
    """

    def __init__(
        self,
        x: Callable[[int], Sequence[Decimal]],
        temperature: Callable[[int], Decimal],
        right_digits: int,
    ) -> None:
        """Prepare the exponentials.

        Args:
            x: the logits to so many digits.
            temperature: T to so many digits.
            right_digits: how many digits of the derivative are to be right.
        """
        half = right_digits // 2 + 8
        self.step = Decimal((0, (1,), -half))
        top, divisor = max(x(20)), temperature(20)
        self.digits = 2 * right_digits + 30 + _hidden([(v - top) / divisor for v in x(20)])
        self.noise = Decimal((0, (1,), half + 5 - self.digits))
        self._context = _context(self.digits)
        self._T = temperature(self.digits)
        long = x(self.digits + 20)
        top = max(long)
        wide = _context(self.digits + 20)
        z = [wide.divide(wide.subtract(value, top), self._T) for value in long]
        self._e = [self._context.exp(value) for value in z]
        self._sum = self._total(self._e)

    def _total(self, values: Sequence[Decimal]) -> Decimal:
        total = Decimal(0)
        for value in values:
            total = self._context.add(total, value)
        return total

    @cached_property
    def _moved(self) -> list[tuple[Decimal, Decimal, Decimal, Decimal]]:
        """For each input k: exp(zk + h), exp(zk − h), and the two sums with them."""
        up, down = self._context.exp(self.step), self._context.exp(-self.step)
        moved = []
        for e in self._e:
            higher, lower = self._context.multiply(e, up), self._context.multiply(e, down)
            rest = self._context.subtract(self._sum, e)
            moved.append(
                (higher, lower, self._context.add(rest, higher), self._context.add(rest, lower))
            )
        return moved

    def _difference(self, upper: Decimal, lower: Decimal) -> Decimal:
        """Return (f(x + h) − f(x − h))/2h with respect to x, which h·T moves."""
        distance = self._context.subtract(upper, lower)
        return self._context.divide(distance, self._context.multiply(2 * self.step, self._T))

    def of_output(self, j: int) -> list[Decimal]:
        """Return ∂σj/∂xk for every k."""
        row = []
        for k, (higher, lower, more, less) in enumerate(self._moved):
            above, below = (higher, lower) if k == j else (self._e[j], self._e[j])
            divide = self._context.divide
            row.append(self._difference(divide(above, more), divide(below, less)))
        return row

    def of_diagonal(self) -> list[Decimal]:
        """Return ∂σk/∂xk for every k."""
        divide = self._context.divide
        return [
            self._difference(divide(higher, more), divide(lower, less))
            for higher, lower, more, less in self._moved
        ]

    def of_weighted_sum(self, weights: Sequence[Decimal]) -> list[Decimal]:
        """Return the derivative of Σ gj·σj for every input."""
        context = self._context
        products = [context.multiply(g, e) for g, e in zip(weights, self._e, strict=True)]
        total = self._total(products)
        gradient = []
        for k, (higher, lower, more, less) in enumerate(self._moved):
            rest = context.subtract(total, products[k])
            above = context.fma(weights[k], higher, rest)
            below = context.fma(weights[k], lower, rest)
            gradient.append(
                self._difference(context.divide(above, more), context.divide(below, less))
            )
        return gradient

    def of_cross_entropy(self, target: Sequence[Decimal]) -> list[Decimal]:
        """Return the derivative of −Σ yj log σj = Σ yj (log s − zj) for every input."""
        context = self._context
        whole = self._total(target)
        gradient = []
        for k, (_, _, more, less) in enumerate(self._moved):
            pulled = context.multiply(target[k], self.step)
            above = context.subtract(context.multiply(whole, context.ln(more)), pulled)
            below = context.add(context.multiply(whole, context.ln(less)), pulled)
            gradient.append(self._difference(above, below))
        return gradient


def _hidden(z: Sequence[Decimal]) -> int:
    """Return behind how many digits the smallest probability begins, as far as it matters."""
    smallest = min(value for value in z if value.is_finite())
    return math.ceil(-max(smallest, Decimal(-2 * _SMALLEST_EXPONENT)) / 2) + 1


def _context(digits: int) -> Context:
    return Context(prec=digits, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])
