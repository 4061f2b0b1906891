"""Slips: the wrong formulas people use, each with the sentence that helps.

To add a slip, add one entry to SLIPS.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from softmax_cli.homework.claims import Claim
from softmax_cli.homework.questions import Asked, Question
from softmax_cli.homework.work import Work
from softmax_cli.values import Booleans, Floats

_LN_2, _LN_10 = np.log(2.0), np.log(10.0)

# What the rounding of doubles, here and in what computed the answer, may add to a value.
_DOUBLE, _SINGLE = 1e-13, 2e-6

Wrong = Callable[[Work], Iterable[Floats]]


class Slip(NamedTuple):
    """A slip that people make.

    Attributes:
        name: what it is called.
        wrong: the answers that it leads to, none where it cannot be made.
        help: the sentence that helps.
    """

    name: str
    wrong: Wrong
    help: str


_DERIVATIVES: tuple[Asked, ...] = ("matrix", "diagonal", "row", "target", "upstream")


def _asking(*asked: Asked) -> Callable[[Wrong], Wrong]:
    """Restrict a wrong formula to some questions."""

    def restrict(wrong: Wrong) -> Wrong:
        return lambda work: wrong(work) if work.asked in asked else ()

    return restrict


def _in_place_of_σ(*wrong: Callable[[Work], Floats]) -> Wrong:
    """Put something else in the place of σ in the right formula."""
    return lambda work: [work.answer(formula(work)) for formula in wrong]


def _twice(work: Work) -> Iterable[Floats]:
    yield work.answer(work.softmax(work.σ))
    if work.T != 1:
        yield work.answer(work.softmax(work.σ, work.T))


@_asking("probabilities", "logarithms")
def _over_the_maximum(work: Work) -> Iterable[Floats]:
    yield work.answer(np.exp(work.z - work.z.max()))
    yield work.answer(work.x / work.x.max())


def _other_base(work: Work) -> Iterable[Floats]:
    for log_base in (_LN_2, _LN_10):
        yield work.answer(work.softmax(work.z * log_base))
        if work.asked in ("logarithms", "loss"):
            yield work.right / log_base


def _logarithm(work: Work) -> Iterable[Floats]:
    if work.asked == "probabilities":
        yield np.log(work.σ)


def _no_logarithm(work: Work) -> Iterable[Floats]:
    if work.asked == "logarithms":
        yield work.σ
    if work.asked == "loss" and work.k is not None:
        yield work.σ[[work.k]]


def _other_order(work: Work) -> Iterable[Floats]:
    if work.right.size > 1:
        answer = np.empty(work.right.size)
        answer[np.argsort(work.claimed, axis=None)] = np.sort(work.right, axis=None)
        yield answer.reshape(work.right.shape)


@_asking("matrix", "row")
def _sign_off_the_diagonal(work: Work) -> Iterable[Floats]:
    yield np.abs(work.right)


def _only_the_diagonal(work: Work) -> Iterable[Floats]:
    if work.asked == "matrix":
        yield np.diag(np.diag(work.right))
    if work.asked == "row":
        yield work.right * work.one_hot(work.k)
    if work.asked == "upstream":
        yield work.σ * (1 - work.σ) * work.y / work.T


@_asking("diagonal", "row")
def _rows_summed(work: Work) -> Iterable[Floats]:
    yield np.zeros(work.n)


@_asking("target")
def _reversed(work: Work) -> Iterable[Floats]:
    yield -work.right


@_asking("loss")
def _sign_of_the_loss(work: Work) -> Iterable[Floats]:
    yield -work.right


@_asking("target")
def _only_the_target(work: Work) -> Iterable[Floats]:
    if work.k is not None:
        yield work.right * work.one_hot(work.k)


@_asking("target")
def _target_everywhere(work: Work) -> Iterable[Floats]:
    if work.k is not None:
        yield (work.σ[work.k] - work.y) / work.T


@_asking("probabilities", "loss", *_DERIVATIVES)
def _inputs(work: Work) -> Iterable[Floats]:
    yield work.answer(work.x)
    if work.T != 1:
        yield work.answer(work.z)
    if work.asked == "probabilities":
        yield work.x / np.sum(work.x)


@_asking("target", "loss")
def _mean(work: Work) -> Iterable[Floats]:
    yield work.right / work.n


def _squared_loss(work: Work) -> Iterable[Floats]:
    σ, error = work.σ, work.σ - work.y
    if work.asked == "target":
        yield error * σ * (1 - σ) / work.T
        yield σ * (error - np.sum(σ * error)) / work.T
    if work.asked == "loss":
        yield np.array([np.sum(error**2)])
        yield np.array([np.sum(error**2) / 2])


@_asking("row", "target", "loss")
def _off_by_one(work: Work) -> Iterable[Floats]:
    return [work.answer(work.σ, k=k) for k in work.neighbours()]


@_asking(*_DERIVATIVES)
def _slope_forgotten(work: Work) -> Iterable[Floats]:
    if work.T != 1:
        yield work.right * work.T


@_asking(*_DERIVATIVES)
def _slope_squared(work: Work) -> Iterable[Floats]:
    if work.T != 1:
        yield work.right / work.T


def _temperature_forgotten(work: Work) -> Iterable[Floats]:
    if work.T != 1:
        yield work.answer(work.softmax(work.x), slope=1.0)


def _temperature_upside_down(work: Work) -> Iterable[Floats]:
    if work.T != 1:
        yield work.answer(work.softmax(work.x * work.T), slope=work.T)


SLIPS: tuple[Slip, ...] = (
    Slip(
        "not normalised",
        _in_place_of_σ(lambda work: np.exp(work.z)),
        "exp(x) alone is not yet a probability: divide each by the sum of them all.",
    ),
    Slip(
        "softmax applied twice",
        _twice,
        "The softmax of the softmax is flatter than the answer: apply it once, to x itself.",
    ),
    Slip(
        "sigmoid of each entry",
        _in_place_of_σ(lambda work: 1 / (1 + np.exp(-work.z))),
        "1/(1 + exp(−x)) looks at one class at a time; the softmax divides by the sum over all.",
    ),
    Slip(
        "divided by the maximum",
        _over_the_maximum,
        "The largest entry may be taken away from x before exp, but what one divides by is the "
        "sum of all exponentials, not the largest.",
    ),
    Slip(
        "another base",
        _other_base,
        "The softmax and the cross-entropy are made with e = 2.718…, not with 2 or 10: "
        "use exp and ln.",
    ),
    Slip(
        "logarithm for probability",
        _logarithm,
        "These are the logarithms ln σ, which --log asks for; the probability is their exp.",
    ),
    Slip(
        "probability for logarithm",
        _no_logarithm,
        "This is the probability itself; what is asked for is made from its natural logarithm.",
    ),
    Slip(
        "order changed",
        _other_order,
        "The numbers are right and stand in the wrong places: keep them in the order of x.",
    ),
    Slip(
        "sign off the diagonal",
        _sign_off_the_diagonal,
        "For j ≠ k the derivative is −σj·σk: when one class gains, every other one loses.",
    ),
    Slip(
        "only the diagonal",
        _only_the_diagonal,
        "Every output depends on every input, because they share the sum: for j ≠ k the "
        "derivative is −σj·σk, not 0.",
    ),
    Slip(
        "rows of the Jacobian summed",
        _rows_summed,
        "Each row of the Jacobian sums to 0, since adding the same to every x changes nothing: "
        "keep the entries apart.",
    ),
    Slip(
        "y − σ for σ − y",
        _reversed,
        "Every sign is turned around: the gradient of the cross-entropy is σ − y, and y − σ is "
        "the direction of a step downhill.",
    ),
    Slip(
        "the sign of the loss",
        _sign_of_the_loss,
        "A probability is below 1, so its logarithm is negative: the loss is −ln σ.",
    ),
    Slip(
        "only the target's entry",
        _only_the_target,
        "The other classes have a gradient too: y is 0 there, so it is σ itself.",
    ),
    Slip(
        "the target's probability in every entry",
        _target_everywhere,
        "Every entry holds the target's probability: entry j of σ − y takes the probability of "
        "its own class j.",
    ),
    Slip(
        "x in the place of σ",
        _inputs,
        "The formula holds for the probabilities: put x through the softmax first.",
    ),
    Slip(
        "divided by the number of classes",
        _mean,
        "The cross-entropy is a sum over the classes; a mean is taken over the vectors of a "
        "batch, if at all.",
    ),
    Slip(
        "squared loss",
        _squared_loss,
        "A factor σ(1 − σ) or a square belongs to the squared error; the cross-entropy is −ln σ, "
        "and its gradient is σ − y alone.",
    ),
    Slip(
        "the class off by one",
        _off_by_one,
        "This is the answer for a neighbouring class: classes are counted from 1 here, and from "
        "0 with --zero-based.",
    ),
    Slip(
        "1/T forgotten",
        _slope_forgotten,
        "σ depends on x/T, so the chain rule brings one more factor 1/T.",
    ),
    Slip(
        "1/T squared",
        _slope_squared,
        "The chain rule brings the factor 1/T once.",
    ),
    Slip(
        "the temperature forgotten",
        _temperature_forgotten,
        "This is the answer for T = 1: divide x by T before exp.",
    ),
    Slip(
        "multiplied by the temperature",
        _temperature_upside_down,
        "A temperature divides: it is exp(x/T), not exp(x·T).",
    ),
)


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
