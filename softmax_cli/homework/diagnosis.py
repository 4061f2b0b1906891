"""The diagnosis: which slips explain an answer."""

from collections.abc import Sequence

import numpy as np

from softmax_cli.homework.claims import Claim
from softmax_cli.homework.questions import Question
from softmax_cli.homework.slips import SLIPS, Slip
from softmax_cli.homework.work import Work
from softmax_cli.values import Booleans, Floats

# What the rounding of doubles, here and in what computed the answer, may add to a value.
_DOUBLE, _SINGLE = 1e-12, 2e-6


def slips_of(question: Question, claims: Sequence[Claim]) -> list[Slip]:
    """Return the slips that explain every claim to the digits typed, where the right one does not.

    Digits beyond those that a program has do not count as wrong here.
    """
    claimed = np.array([claim.value for claim in claims]).reshape(question.right.shape)
    half = np.array([claim.half for claim in claims]).reshape(question.right.shape)
    work = Work(question, claimed)
    with np.errstate(all="ignore"):
        if explains(question.right, claimed, half):
            return []
        return [
            slip
            for slip in SLIPS
            if any(explains(answer, claimed, half) for answer in slip.wrong(work))
        ]


def explains(answer: Floats, claimed: Floats, half: Floats) -> bool:
    """Return whether an answer of doubles rounds to every number claimed.

    Args:
        answer: what a formula gives; explains nothing where an entry is not a number.
        claimed: the numbers typed.
        half: half a unit of the last digit of each.
    """
    return bool(_close(answer, claimed, half).all())


def _close(answer: Floats, claimed: Floats, half: Floats) -> Booleans:
    size = np.abs(answer)
    # digits beyond those of single precision may come from a program that computes in it
    slack = np.where(half < _SINGLE / 16 * size, _SINGLE, _DOUBLE) * size
    close: Booleans = np.isfinite(answer) & (np.abs(claimed - answer) <= half + slack)
    same: Booleans = claimed == answer
    return np.logical_or(close, same)
