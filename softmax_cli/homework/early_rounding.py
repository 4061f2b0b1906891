"""The right method with intermediate values that were rounded too early."""

from collections.abc import Iterator, Sequence

import numpy as np

from softmax_cli.errors import counted
from softmax_cli.homework.claims import Claim
from softmax_cli.homework.diagnosis import explains
from softmax_cli.homework.questions import Question
from softmax_cli.homework.work import Work
from softmax_cli.values import Floats

# The largest exponential anyone writes down with digits after its point.
_LARGEST_WRITTEN = 30.0

# A computation in single precision is right to about this share of its largest number.
_SINGLE, _DOUBLE = 2.0**-24, 2.0**-53


def early_rounding_of(question: Question, claims: Sequence[Claim]) -> str | None:
    """Return what was rounded too early, as a clause, if that explains every claim."""
    claimed = np.array([claim.value for claim in claims]).reshape(question.right.shape)
    half = np.array([claim.half for claim in claims]).reshape(question.right.shape)
    with np.errstate(all="ignore"):
        for reason, answer in rounded_early(Work(question, claimed)):
            if explains(answer, claimed, half):
                return reason
        return _precision(question, claimed, half)


def rounded_early(work: Work) -> Iterator[tuple[str, Floats]]:
    """Yield the answers that early rounding leads to, from many digits to few."""
    shifted: Floats = np.exp(work.z - work.z.max())
    plain: Floats = np.exp(work.z)
    for digits in (4, 3, 2, 1):
        places = f"{counted(digits, 'digit')} after the point"
        if work.z.max() <= _LARGEST_WRITTEN:
            e: Floats = np.round(plain, digits)
            yield f"the exponentials exp(x) were rounded to {places}", _answer(work, e)
        e = np.round(shifted, digits)
        yield f"the exponentials exp(x − max) were rounded to {places}", _answer(work, e)
        if digits > 1:
            e = _significant(plain, digits)
            reason = f"the exponentials were rounded to {digits} significant digits"
            yield reason, _answer(work, e)
        if work.asked != "probabilities" and digits > 1:
            p = np.round(work.σ, digits)
            yield f"the probabilities were rounded to {places}", work.answer(p)


def _answer(work: Work, e: Floats) -> Floats:
    return work.answer(e / np.sum(e))


def _significant(values: Floats, digits: int) -> Floats:
    """Return values rounded to significant digits."""
    return np.array([float(f"{value:.{digits - 1}e}") for value in values])


def _precision(question: Question, claimed: Floats, half: Floats) -> str | None:
    """Return the precision of the program that computed the answer, if that explains it.

    It explains only digits beyond those that the precision has.
    """
    right = question.right
    if not np.isfinite(right).all():
        return None
    z = question.x / question.settings.temperature.value
    spread = 4.0 + float(np.abs(z[np.isfinite(z)]).max())
    scale = np.abs(right) if question.asked == "probabilities" else np.abs(right).max()
    for name, unit in (("double", _DOUBLE), ("single", _SINGLE)):
        error = 4 * unit * spread * scale
        close = np.abs(claimed - right) <= half + np.where(half <= error / 8, error, 0.0)
        if bool(close.all()):
            return f"the computation was carried out in {name} precision"
    return None
