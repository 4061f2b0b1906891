"""One interface to the two mathematics: doubles, and any number of digits."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from softmax_cli.errors import BeyondDoubles, NoAnswers, SoftmaxError
from softmax_cli.mathematics import softmax as core
from softmax_cli.mathematics.validation import BeyondDoublesError
from softmax_cli.reading.numbers import to_exact
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Booleans, Floats, Groups, Integers, Numbers, Of, OfWeights

if TYPE_CHECKING:
    from softmax_cli.mathematics.decimals import Number
    from softmax_cli.mathematics.rounding import Rounding


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
    doubles = _Doubles(batch.values, settings.temperature.value)
    if settings.precision is None:
        return doubles
    return _Rounded(doubles, settings.precision)


def softmax_in_rows(groups: Groups, settings: Settings) -> Floats | None:
    """Return the probabilities of vectors of many lengths at once, shape (rows, 1).

    None if some have to be worked out to more digits than a double has.
    """
    if settings.digits:
        return None
    x = groups.rows.values.ravel()
    from softmax_cli.mathematics.segments import segment_probabilities

    values = segment_probabilities(x, groups.starts, settings.temperature.value)
    if settings.precision is not None and _may_round_wrongly(values, settings.precision).any():
        return None
    return values.reshape(-1, 1)


class _Doubles:
    """Doubles."""

    def __init__(self, x: Floats, temperature: float) -> None:
        self.x = x
        self.temperature = temperature
        self._shares: core.Shares | None = None

    @property
    def shares(self) -> core.Shares:
        """The probabilities, with what their derivatives need."""
        if self._shares is None:
            self._shares = core.shares(self.x, self.temperature)
        return self._shares

    def softmax(self) -> Numbers:
        return core.probabilities(self.x, self.temperature)

    def log_softmax(self) -> Numbers:
        from softmax_cli.mathematics.logarithms import log_probabilities

        return _held(lambda: log_probabilities(self.x, self.temperature))

    def jacobian_diagonal(self) -> Numbers:
        return core.jacobian_diagonal(self.shares)

    def jacobian_rows(self, vectors: Integers, outputs: Integers) -> Numbers:
        return core.jacobian_rows(self.shares, vectors, outputs)

    def gradient(self, of: Of) -> Numbers:
        if of.kind == "upstream":
            weights = self._target(of)
            from softmax_cli.mathematics.cancellation import upstream_gradient

            return _held(lambda: upstream_gradient(self.x, weights, self.temperature))
        if of.kind == "target":
            return core.target_gradient(self.x, self._target(of), self.temperature)
        return self.jacobian_rows(np.arange(len(self.x)), self._target(of))

    def loss(self, of: Of) -> Numbers:
        from softmax_cli.mathematics.logarithms import loss

        return _held(lambda: loss(self.x, self._target(of), self.temperature))

    def _target(self, of: Of) -> Numbers:
        if isinstance(of, OfWeights):
            return np.broadcast_to(of.weights, self.x.shape)
        return of.classes


def _held(compute: Callable[[], Numbers]) -> Numbers:
    """Return what is computed.

    Raises:
        NoAnswers: no double can hold some of the answers.
    """
    try:
        return compute()
    except BeyondDoublesError as error:
        reason = str(error)
        raise NoAnswers(
            {vector: BeyondDoubles(reason=reason, remedy="") for vector in error.vectors}
        ) from None


class _Rounded:
    """Doubles for rounding to so many digits after the point.

    Where a double is too near the middle between two roundings to tell on which side of it the
    true value lies, the true value is rounded instead.
    """

    def __init__(self, doubles: _Doubles, places: int) -> None:
        self._doubles = doubles
        self._places = places

    def softmax(self) -> Numbers:
        return self._settled(self._doubles.softmax(), lambda rows: self._exact(rows).softmax())

    def log_softmax(self) -> Numbers:
        values = self._doubles.log_softmax()
        return self._settled(values, lambda rows: self._exact(rows).log_softmax())

    def jacobian_diagonal(self) -> Numbers:
        values = self._doubles.jacobian_diagonal()
        return self._settled(values, lambda rows: self._exact(rows).jacobian_diagonal())

    def jacobian_rows(self, vectors: Integers, outputs: Integers) -> Numbers:
        def exact(rows: Integers) -> Numbers:
            return self._exact(vectors[rows]).jacobian_rows(np.arange(rows.size), outputs[rows])

        return self._settled(self._doubles.jacobian_rows(vectors, outputs), exact)

    def gradient(self, of: Of) -> Numbers:
        values = self._doubles.gradient(of)
        return self._settled(values, lambda rows: self._exact(rows).gradient(_part(of, rows)))

    def loss(self, of: Of) -> Numbers:
        values = self._doubles.loss(of)
        return self._settled(values, lambda rows: self._exact(rows).loss(_part(of, rows)))

    def _exact(self, rows: Integers) -> "_Decimals":
        """Return the exact arithmetic of some vectors."""
        from decimal import Decimal

        from softmax_cli.mathematics.rounding import Places

        numbers = [[*map(Decimal, row)] for row in self._doubles.x[rows].tolist()]
        return _Decimals(numbers, Places(self._places), Decimal(self._doubles.temperature))

    def _settled(self, values: Numbers, exact: Callable[[Integers], Numbers]) -> Numbers:
        """Return the values, or true values where rounding a double is not certain."""
        uncertain = _may_round_wrongly(values, self._places)
        rows = np.flatnonzero(uncertain.reshape(len(values), -1).any(axis=1))
        if not rows.size:
            return values
        rounded = exact(rows)
        # a double prints as the decimal it is nearest to, up to fifteen digits
        limit = 10 ** (_DIGITS_OF_A_DOUBLE - self._places)
        if self._places < _DIGITS_OF_A_DOUBLE and (abs(rounded) < limit).all():
            rounded = rounded.astype(np.float64)
        settled = values.astype(rounded.dtype)
        settled[rows] = np.where(uncertain[rows], rounded, settled[rows])
        return settled


_DIGITS_OF_A_DOUBLE = 15
# How far a double is from the true value, at most, relative to it; and as much again.
_UNCERTAINTY = 2.0**-50


def _may_round_wrongly(values: Numbers, places: int) -> Booleans:
    """Return where rounding a double may differ from rounding the true value."""
    with np.errstate(all="ignore"):
        scaled = np.abs(values) * 10.0**places if places < 308 else np.abs(values) * np.inf
        from_tie = np.abs(scaled - np.floor(scaled) - 0.5)
        uncertain: Booleans = ~(from_tie > scaled * _UNCERTAINTY) & np.isfinite(values)
    return uncertain


def _part(of: Of, rows: Integers) -> Of:
    """Return what is differentiated for some vectors, in decimals."""
    from decimal import Decimal

    if isinstance(of, OfWeights):
        chosen = of.weights if of.weights.ndim == 1 else of.weights[rows]
        weights = np.array([*map(Decimal, chosen.ravel().tolist())], dtype=object)
        return of._replace(weights=weights.reshape(chosen.shape))
    return of._replace(classes=of.classes[rows])


class _Decimals:
    """As many correct digits as asked for, of the numbers as typed."""

    def __init__(
        self, typed: "Sequence[Sequence[Number]]", digits: "Rounding", temperature: "Number"
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
        try:
            return self._answer(self._exact.jacobian_row, vector, output)
        except ArithmeticError as error:
            raise NoAnswers({vector: str(error)}) from None

    def _each(self, function: Callable[..., Any], targets: Sequence[Any] | None = None) -> Numbers:
        """Return what the function makes of each vector and its target, if there is one.

        Raises:
            NoAnswers: the digits of some cannot be given.
        """
        others: Sequence[Any] = [()] * len(self._typed)
        if targets is not None:
            others = [(target,) for target in targets]
        answers, reasons = list[Any](), dict[int, str | SoftmaxError]()
        for vector, other in enumerate(others):
            try:
                answers.append(self._answer(function, vector, *other))
            except ArithmeticError as error:
                reasons[vector] = str(error)
        if reasons:
            raise NoAnswers(reasons)
        return np.array(answers, dtype=object)

    def _answer(self, function: Callable[..., Any], vector: int, *target: Any) -> Any:
        return function(self._typed[vector], *target, self._digits, self._temperature)

    def _targets(self, of: Of) -> Sequence[Any]:
        """Return the class of each vector as a plain number, or the weights of its classes."""
        if isinstance(of, OfWeights):
            return [of.of_vector(vector).tolist() for vector in range(len(self._typed))]
        classes: list[int] = of.classes.tolist()
        return classes
