"""The wrong formulas behind slips: each gives the answers that a slip leads to.

A formula that does not apply to a question gives no answer.
"""

from collections.abc import Callable, Iterable

import numpy as np

from softmax_cli.homework.questions import Asked
from softmax_cli.homework.work import Work
from softmax_cli.values import Floats

_LN_2, _LN_10 = np.log(2.0), np.log(10.0)

Wrong = Callable[[Work], Iterable[Floats]]

_DERIVATIVES: tuple[Asked, ...] = ("matrix", "diagonal", "row", "target", "upstream")


def asking(*asked: Asked) -> Callable[[Wrong], Wrong]:
    """Restrict a wrong formula to some questions."""

    def restrict(wrong: Wrong) -> Wrong:
        return lambda work: wrong(work) if work.asked in asked else ()

    return restrict


def in_place_of_σ(*wrong: Callable[[Work], Floats]) -> Wrong:
    """Put something else in the place of σ in the right formula."""
    return lambda work: [work.answer(formula(work)) for formula in wrong]


def twice(work: Work) -> Iterable[Floats]:
    """Yield the softmax of the softmax."""
    yield work.answer(work.softmax(work.σ))
    if work.T != 1:
        yield work.answer(work.softmax(work.σ, work.T))


@asking("probabilities", "logarithms")
def over_the_maximum(work: Work) -> Iterable[Floats]:
    """Yield exp(x − max), and x/max."""
    yield work.answer(np.exp(work.z - work.z.max()))
    yield work.answer(work.x / work.x.max())


def other_base(work: Work) -> Iterable[Floats]:
    """Yield answers with 2 or 10 for e, in the exponentials or in the logarithm."""
    for log_base in (_LN_2, _LN_10):
        yield work.answer(work.softmax(work.z * log_base))
        if work.asked in ("logarithms", "loss"):
            yield work.right / log_base


def logarithm(work: Work) -> Iterable[Floats]:
    """Yield ln σ where σ was asked."""
    if work.asked == "probabilities":
        yield np.log(work.σ)


def no_logarithm(work: Work) -> Iterable[Floats]:
    """Yield σ where its logarithm was asked."""
    if work.asked == "logarithms":
        yield work.σ
    if work.asked == "loss" and work.k is not None:
        yield work.σ[[work.k]]


def other_order(work: Work) -> Iterable[Floats]:
    """Yield the right numbers in the order of those claimed."""
    if work.right.size > 1:
        answer = np.empty(work.right.size)
        answer[np.argsort(work.claimed, axis=None)] = np.sort(work.right, axis=None)
        yield answer.reshape(work.right.shape)


@asking("matrix", "row")
def sign_off_the_diagonal(work: Work) -> Iterable[Floats]:
    """Yield the entries with no minus sign."""
    yield np.abs(work.right)


def only_the_diagonal(work: Work) -> Iterable[Floats]:
    """Yield the entries with nothing off the diagonal."""
    if work.asked == "matrix":
        yield np.diag(np.diag(work.right))
    if work.asked == "row":
        yield work.right * work.one_hot(work.k)
    if work.asked == "upstream":
        yield work.σ * (1 - work.σ) * work.y / work.T


@asking("diagonal", "row")
def rows_summed(work: Work) -> Iterable[Floats]:
    """Yield the sums of the Jacobian's rows, which are 0."""
    yield np.zeros(work.n)


@asking("target")
def turned_around(work: Work) -> Iterable[Floats]:
    """Yield y − σ."""
    yield -work.right


@asking("loss")
def sign_of_the_loss(work: Work) -> Iterable[Floats]:
    """Yield the logarithm of the target's probability, with its sign."""
    yield -work.right


@asking("target")
def only_the_target(work: Work) -> Iterable[Floats]:
    """Yield 0 but for the target."""
    if work.k is not None:
        yield work.right * work.one_hot(work.k)


@asking("target")
def target_everywhere(work: Work) -> Iterable[Floats]:
    """Yield the target's probability, less y, in every entry."""
    if work.k is not None:
        yield (work.σ[work.k] - work.y) / work.T


@asking("probabilities", "loss", *_DERIVATIVES)
def inputs(work: Work) -> Iterable[Floats]:
    """Yield the answer with x for σ, and x over its sum."""
    yield work.answer(work.x)
    if work.T != 1:
        yield work.answer(work.z)
    if work.asked == "probabilities":
        yield work.x / np.sum(work.x)


@asking("target", "loss")
def mean(work: Work) -> Iterable[Floats]:
    """Yield the answer divided by the number of classes."""
    yield work.right / work.n


def squared_loss(work: Work) -> Iterable[Floats]:
    """Yield the squared error, or its gradient with and without the sum over classes."""
    σ, error = work.σ, work.σ - work.y
    if work.asked == "target":
        yield error * σ * (1 - σ) / work.T
        yield σ * (error - np.sum(σ * error)) / work.T
    if work.asked == "loss":
        yield np.array([np.sum(error**2)])
        yield np.array([np.sum(error**2) / 2])


@asking("row", "target", "loss")
def off_by_one(work: Work) -> Iterable[Floats]:
    """Yield the answers for the classes beside the one asked for."""
    return [work.answer(work.σ, k=k) for k in work.neighbours()]


@asking(*_DERIVATIVES)
def slope_forgotten(work: Work) -> Iterable[Floats]:
    """Yield a derivative without the factor 1/T."""
    if work.T != 1:
        yield work.right * work.T


@asking(*_DERIVATIVES)
def slope_squared(work: Work) -> Iterable[Floats]:
    """Yield a derivative with the factor 1/T twice."""
    if work.T != 1:
        yield work.right / work.T


def temperature_forgotten(work: Work) -> Iterable[Floats]:
    """Yield the answer for T = 1."""
    if work.T != 1:
        yield work.answer(work.softmax(work.x), slope=1.0)


def temperature_upside_down(work: Work) -> Iterable[Floats]:
    """Yield the answer for x·T."""
    if work.T != 1:
        yield work.answer(work.softmax(work.x * work.T), slope=work.T)
