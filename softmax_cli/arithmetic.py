"""One interface to the two mathematics: doubles, and any number of digits."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from softmax_cli.mathematics import softmax as core
from softmax_cli.reading.numbers import to_exact
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Floats, Integers, Numbers, Of, OfWeights

if TYPE_CHECKING:
    from softmax_cli.mathematics.decimals import Number


class Arithmetic(Protocol):
    """The softmax of some vectors and its derivatives; shapes are (vectors, classes)."""

    def softmax(self) -> Numbers:
        """Return the probabilities."""

    def log_softmax(self) -> Numbers:
        """Return the logarithms of the probabilities."""

    def jacobian_diagonal(self) -> Numbers:
        """Return σj(1 − σj)/T."""

    def jacobian_rows(self, vectors: Integers, outputs: Integers) -> Numbers:
        """Return for each pair that row of that vector's Jacobian, shape (pairs, classes)."""

    def gradient(self, of: Of) -> Numbers:
        """Return the gradient of one number for each vector."""

    def loss(self, of: Of) -> Numbers:
        """Return the cross-entropy of each vector against a target, shape (vectors,)."""


def arithmetic(batch: Batch, settings: Settings) -> Arithmetic:
    """Return the arithmetic that the settings ask for."""
    if settings.digits:
        assert batch.typed is not None
        return _Decimals(batch.typed, settings.digits, to_exact(settings.temperature.typed))
    return _Doubles(batch.values, settings.temperature.value)


class _Doubles:
    """Doubles."""

    def __init__(self, x: Floats, temperature: float) -> None:
        self._x = x
        self._temperature = temperature
        self._shares: core.Shares | None = None

    @property
    def shares(self) -> core.Shares:
        """The probabilities, with what their derivatives need."""
        if self._shares is None:
            self._shares = core.shares(self._x, self._temperature)
        return self._shares

    def softmax(self) -> Numbers:
        return self.shares.softmax

    def log_softmax(self) -> Numbers:
        return core.log_softmax_of(self._x, self._temperature)

    def jacobian_diagonal(self) -> Numbers:
        return core.jacobian_diagonal(self.shares)

    def jacobian_rows(self, vectors: Integers, outputs: Integers) -> Numbers:
        return core.jacobian_rows(self.shares, vectors, outputs)

    def gradient(self, of: Of) -> Numbers:
        if of.kind == "upstream":
            return core.upstream_gradient(self.shares, self._target(of))
        if of.kind == "target":
            return core.target_gradient(self.shares, self._target(of))
        return self.jacobian_rows(np.arange(len(self._x)), self._target(of))

    def loss(self, of: Of) -> Numbers:
        return core.loss(self._x, self._target(of), self._temperature)

    def _target(self, of: Of) -> Numbers:
        if isinstance(of, OfWeights):
            return np.broadcast_to(of.weights, self._x.shape)
        return of.classes


class _Decimals:
    """As many correct digits as asked for, of the numbers as typed."""

    def __init__(
        self, typed: "Sequence[Sequence[Number]]", digits: int, temperature: "Number"
    ) -> None:
        from softmax_cli.mathematics import exact

        self._exact = exact
        self._typed = typed
        self._digits = digits
        self._temperature = temperature
        # the rows of a Jacobian come in strips, which may ask for one twice
        self._row = lru_cache(maxsize=1)(self._jacobian_row)

    def softmax(self) -> Numbers:
        return self._each(self._exact.softmax)

    def log_softmax(self) -> Numbers:
        return self._each(self._exact.log_softmax)

    def jacobian_diagonal(self) -> Numbers:
        return self._each(self._exact.jacobian_diagonal)

    def jacobian_rows(self, vectors: Integers, outputs: Integers) -> Numbers:
        pairs = zip(vectors.tolist(), outputs.tolist(), strict=True)
        return np.array([self._row(vector, output) for vector, output in pairs], dtype=object)

    def gradient(self, of: Of) -> Numbers:
        functions: dict[str, Callable[..., Any]] = {
            "upstream": self._exact.gradient_upstream,
            "target": self._exact.gradient_target,
        }
        return self._each(functions.get(of.kind, self._exact.jacobian_row), self._targets(of))

    def loss(self, of: Of) -> Numbers:
        return self._each(self._exact.cross_entropy, self._targets(of))

    def _jacobian_row(self, vector: int, output: int) -> Any:
        return self._exact.jacobian_row(
            self._typed[vector], output, self._digits, self._temperature
        )

    def _each(self, function: Callable[..., Any], targets: Sequence[Any] | None = None) -> Numbers:
        """Return what the function makes of each vector and its target, if there is one."""
        others: Sequence[Any] = [()] * len(self._typed)
        if targets is not None:
            others = [(target,) for target in targets]
        answers = [
            function(numbers, *other, self._digits, self._temperature)
            for numbers, other in zip(self._typed, others, strict=True)
        ]
        return np.array(answers, dtype=object)

    def _targets(self, of: Of) -> Sequence[Any]:
        """Return the class of each vector as a plain number, or the weights of its classes."""
        if isinstance(of, OfWeights):
            return [of.weights.tolist()] * len(self._typed)
        classes: list[int] = of.classes.tolist()
        return classes
