"""Questions: what an answer is compared with, in doubles and, where they do not decide, exactly."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

import numpy as np

from softmax_cli.commands import COMMANDS
from softmax_cli.homework.claims import Claim
from softmax_cli.settings import Settings
from softmax_cli.values import (
    Answer,
    Batch,
    Booleans,
    Floats,
    Matrices,
    Numbers,
    Of,
    OfWeights,
    Vectors,
)

Asked = Literal[
    "probabilities", "logarithms", "matrix", "diagonal", "row", "target", "upstream", "loss"
]

_EPSILON = 2.0**-52
# Below this, doubles lose digits.
_SMALL = 1e-290


class Question(NamedTuple):
    """One vector and what is asked about it.

    Attributes:
        batch: the vector, with its numbers as typed.
        settings: the options, without a rounding.
        asked: which quantity.
        of: what a gradient is of.
        right: the right answer in doubles, shape (n,), (n, n) for a matrix or (1,) for a loss.
    """

    batch: Batch
    settings: Settings
    asked: Asked
    of: Of | None
    right: Floats

    @property
    def x(self) -> Floats:
        """The logits, shape (n,)."""
        values: Floats = self.batch.values[0]
        return values

    @property
    def names(self) -> list[str]:
        """The names of the classes, or their numbers."""
        first = self.settings.first_class
        return [self.batch.class_name(index, first) for index in range(self.x.size)]

    def exact(self, entries: Sequence[int], digits: int) -> list[Decimal]:
        """Return some entries, by their positions in `right.ravel()`, to so many digits."""
        settings = self.settings._replace(digits=digits)
        answer = COMMANDS[settings.command](self.batch, settings)
        if isinstance(answer, Matrices):
            rows, columns = np.divmod(np.array(entries, dtype=np.intp), self.x.size)
            outputs = np.array(answer.outputs)[rows]
            cells = answer.rows(np.zeros_like(outputs), outputs)
            return [row[column] for row, column in zip(cells, columns, strict=True)]
        assert isinstance(answer, Vectors)
        values = answer.values[0] if self.asked != "loss" else answer.loss
        assert values is not None
        return [values[entry] for entry in entries]


def question(batch: Batch, settings: Settings, *, of_diagonal: bool = False) -> Question:
    """Return what the settings ask about a batch of one vector.

    Args:
        batch: the vector; numbers that were not kept as typed are taken as they are printed.
        settings: the options.
        of_diagonal: whether the answer to `jacobian` is its diagonal alone.

    Raises:
        SoftmaxError: the options name a class that is not there.
    """
    if of_diagonal:
        settings = settings._replace(diagonal=True)
    settings = settings._replace(digits=None, top=None, precision=None)
    batch = _as_typed(batch)
    answer = COMMANDS[settings.command](batch, settings)
    if isinstance(answer, Matrices):
        outputs = np.array(answer.outputs)
        rows = answer.rows(np.zeros_like(outputs), outputs)
        whole = settings.output is None
        return Question(
            batch, settings, "matrix" if whole else "row", None, rows if whole else rows[0]
        )
    assert isinstance(answer, Vectors)
    asked = asked_by(answer)
    right = answer.values[0] if answer.loss is None else answer.loss
    return Question(batch, settings, asked, answer.of, right)


def _as_typed(batch: Batch) -> Batch:
    if batch.typed is not None:
        return batch
    # the shortest text of a double is nearly always what was typed
    typed = [[Decimal(repr(value)) for value in row] for row in batch.values.tolist()]
    return batch._replace(typed=typed)


def asked_by(answer: Answer) -> Asked:
    """Return which quantity an answer is."""
    if not isinstance(answer, Vectors):
        is_row = isinstance(answer, Matrices) and len(answer.outputs) < answer.batch.values.shape[1]
        return "row" if is_row else "matrix"
    if answer.loss is not None:
        return "loss"
    if answer.of is not None:
        kind = answer.of.kind
        return kind if kind in ("target", "upstream") else "row"
    kinds: dict[str, Asked] = {
        "softmax": "probabilities",
        "log_softmax": "logarithms",
        "jacobian": "diagonal",
    }
    return kinds[answer.quantity]


def judge(asked: Question, claims: Sequence[Claim]) -> Booleans:
    """Return which claims are right, shape (entries,).

    Doubles decide wherever they are certain, the exact arithmetic where they are not.
    """
    right = asked.right.ravel()
    claimed = np.array([claim.value for claim in claims])
    half = np.array([claim.half for claim in claims])
    with np.errstate(all="ignore"):
        distance = np.abs(claimed - right)
        margin = _uncertainty(asked, claimed)
        is_right = distance <= half
        certain = np.abs(distance - half) > margin
    exact = np.array([claim.places is None for claim in claims])
    certain &= np.isfinite(margin) & ~exact
    doubtful = np.flatnonzero(~certain).tolist()
    if doubtful:
        digits = max(claims[entry].digits + _size(right[entry]) for entry in doubtful)
        for entry, true in zip(doubtful, asked.exact(doubtful, digits), strict=True):
            is_right[entry] = claims[entry].holds(true)
    return is_right


def _size(value: float) -> int:
    """Return how many digits a value has before its point."""
    return max(0, int(np.log10(abs(value))) + 1) if np.isfinite(value) and value else 0


def _uncertainty(asked: Question, claimed: Floats) -> Floats:
    """Return how far from the true values the doubles may be, more than generously.

    They are right for the doubles nearest to the numbers typed, so what a double cannot hold
    of a logit counts too.
    """
    x, T = asked.x, asked.settings.temperature.value
    right = asked.right.ravel()
    spread = float(np.abs(x[np.isfinite(x)]).max()) / T
    scale = np.abs(right) + np.abs(claimed)
    if asked.asked in ("logarithms", "loss"):
        scale = scale + 1.0
    elif isinstance(asked.of, OfWeights):
        scale = scale + (1.0 + _largest(asked.of.weights)) / T
    return (64 * _EPSILON * (1.0 + spread)) * scale + _SMALL


def _largest(weights: Numbers) -> float:
    return float(np.abs(weights).max())
