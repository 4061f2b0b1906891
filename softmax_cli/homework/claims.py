"""Claims: the numbers of someone's answer, and how much of each was typed."""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

import numpy as np

from softmax_cli.errors import Place, SoftmaxError, UsageError, quoted
from softmax_cli.mathematics.decimals import Number, evaluate
from softmax_cli.reading import arguments
from softmax_cli.reading.classes import repeated
from softmax_cli.reading.numbers import to_exact, to_float
from softmax_cli.values import Booleans, Floats, Integers

# How far beyond the last digit typed two values may differ and still be a tie.
_DIGITS_TO_SPARE = 20
# Digits by which a fraction and the true value are compared.
EXACT_DIGITS = 50
# Smaller numbers are written with an exponent, which says nothing of digits after the point.
_SMALLEST_WITH_A_POINT = 1e-6
_HALF_OF_ONE = 0.5


class Claim(NamedTuple):
    """A number of an answer.

    Attributes:
        text: as it was typed.
        number: its exact value.
        value: the double nearest to it.
        places: the power of ten of its last digit, −4 for 0.0900; None where the number
            is exact, as a fraction or a logarithm is.
    """

    text: str
    number: Number
    value: float
    places: int | None

    @property
    def half(self) -> float:
        """Half a unit of the last digit typed: how far the true value may be away."""
        return 0.0 if self.places is None else 0.5 * float(Decimal((0, (1,), self.places)))

    @property
    def digits(self) -> int:
        """Return how many significant digits decide whether this claim is right."""
        if self.places is None:
            return EXACT_DIGITS
        size = self.number.adjusted() if isinstance(self.number, Decimal) else 0
        return max(size, 0) - self.places + _DIGITS_TO_SPARE + 5

    @property
    def significant(self) -> int:
        """Return how many digits were typed, without the zeros before them."""
        if self.places is None or not isinstance(self.number, Decimal) or not self.number:
            return 0 if self.places is not None else EXACT_DIGITS
        return self.number.adjusted() - self.places + 1

    def holds(self, true: Decimal) -> bool:
        """Return whether the true value rounds to this number: a tie counts as either.

        Args:
            true: the value to at least `digits` significant digits.
        """
        if isinstance(self.number, Decimal) and self.number.is_infinite():
            return true == self.number
        if true.is_infinite():
            return False
        precision = max(self.digits, EXACT_DIGITS) + 10
        with localcontext() as context:
            context.prec = precision + max(0, true.adjusted())
            distance = abs(true - evaluate(self.number, context.prec))
            if self.places is None:
                return distance <= abs(true).scaleb(3 - EXACT_DIGITS)
            unit = Decimal((0, (1,), self.places))
            return distance <= unit / 2 + unit.scaleb(-_DIGITS_TO_SPARE)


def claim(text: str) -> Claim:
    """Return the claim that a text makes.

    Raises:
        SoftmaxError: the text is not a number.
    """
    value, number = to_float(text), to_exact(text)
    return claim_of(text, number, value)


def claim_of(text: str, number: Number, value: float) -> Claim:
    """Return the claim of a number that has been read."""
    exponent = number.as_tuple().exponent if isinstance(number, Decimal) else None
    return Claim(text, number, value, exponent if isinstance(exponent, int) else None)


def with_digits_of_others(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims of one answer, each whole number to as many digits as its model has.

    In `0.7 0.3 0` the 0 is short for 0.0, and in `1/2 1/2 0` it is exact. Whole numbers alone
    are left as they are.
    """
    values = np.array([claim.value for claim in claims])
    half = np.array([claim.half for claim in claims])
    is_short, model = short_for(values, half)
    places = claims[int(model)].places
    return [
        claim._replace(places=places) if short else claim
        for claim, short in zip(claims, is_short.tolist(), strict=True)
    ]


def short_for(values: Floats, half: Floats) -> tuple[Booleans, Integers]:
    """Return which numbers of an answer are whole beside others that are not, and their model.

    The model is the number with the fewest digits after its point, or else an exact one.

    Args:
        values: the numbers of an answer, or of several, shape (…, entries).
        half: half a unit of the last digit of each, the same shape.

    Returns:
        The whole numbers that have a model, shape (…, entries), and its position, shape (…).
    """
    has_exponent = (values != 0) & (np.abs(values) < _SMALLEST_WITH_A_POINT)
    may_be_model = (half < _HALF_OF_ONE) & np.isfinite(values) & ~has_exponent
    is_short = (half == _HALF_OF_ONE) & may_be_model.any(axis=-1, keepdims=True)
    return is_short, np.where(may_be_model, half, -1.0).argmax(axis=-1)


class Claims(NamedTuple):
    """An answer: rows of claims, and the names they were given, if any."""

    rows: tuple[tuple[Claim, ...], ...]
    names: tuple[str, ...] = ()


def read_claims(text: str, option: str = "--check") -> Claims:
    """Return the answer that a text holds, read as arguments are.

    Raises:
        UsageError: an entry is not a number, the text is no list of numbers, or there is none.
    """
    try:
        vectors = arguments.vectors((text,))
        rows = tuple(tuple(claim(entry.text) for entry in vector.entries) for vector in vectors)
    except SoftmaxError as error:
        error.place = Place(option)
        raise UsageError(reason=str(error)) from None
    if not rows:
        raise UsageError(reason=f"{option}: {quoted(text)} holds no numbers")
    return Claims(rows, tuple(vectors[0].names))


def in_order(claims: Claims, classes: Sequence[str], option: str = "--check") -> Claims:
    """Return the same answer with the entries of each row in the order of the classes.

    Raises:
        UsageError: a name is not that of one class, or a class is missing.
    """
    if not claims.names:
        return claims
    if (shared := repeated(classes)) is not None:
        reason = f"{quoted(shared)} is the name of several classes: give the numbers alone"
        raise UsageError(reason=f"{option}: {reason}")
    for name in claims.names:
        if name not in classes:
            known = ", ".join(quoted(known) for known in classes[:12])
            more = ", …" if len(classes) > 12 else ""
            raise UsageError(
                reason=f"{option}: {quoted(name)} is not a class: there are {known}{more}"
            )
    for name in classes:
        if name not in claims.names:
            raise UsageError(reason=f"{option}: the class {quoted(name)} has no number")
    order = [claims.names.index(name) for name in classes]
    return Claims(tuple(tuple(row[index] for index in order) for row in claims.rows))
