"""The commands: Batch → Answer. They neither read nor print."""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from softmax_cli.errors import SoftmaxError, UsageError, quoted
from softmax_cli.mathematics import softmax as core
from softmax_cli.reading.classes import chosen_class
from softmax_cli.reading.numbers import to_exact, to_float
from softmax_cli.settings import Settings
from softmax_cli.values import (
    Answer,
    Batch,
    Matrices,
    Numbers,
    Of,
    OfClass,
    OfWeights,
    Ranking,
    Vectors,
)

if TYPE_CHECKING:
    from softmax_cli.mathematics.exact import Number

# How far from 1 the sum of a target that was typed in rounded decimals may lie.
_SUM_TOLERANCE = 1e-9


def evaluate(batch: Batch, settings: Settings) -> Answer:
    """The probabilities, their logarithms, or the most probable classes."""
    T = to_float(settings.temperature)
    values: Numbers
    if settings.digits:
        from softmax_cli.mathematics import exact

        function = exact.log_softmax if settings.log else exact.softmax
        values = _exact_rows(function, batch, settings)
    elif settings.log:
        values = core.log_softmax_of(batch.values, T)
    else:
        values = core.shares(batch.values, T).softmax
    if settings.top:
        # doubles may tie where the numbers as typed do not
        return _ranking(batch, values if settings.digits else batch.values, values, settings.top)
    return Vectors(batch, "log_softmax" if settings.log else "softmax", values)


def _ranking(batch: Batch, by: Numbers, values: Numbers, top: int) -> Ranking:
    # a stable sort of the negatives leaves ties in the order of the classes
    best = np.argsort(-by, axis=1, kind="stable")[:, :top]
    return Ranking(batch, "softmax", best, np.take_along_axis(values, best, axis=1))


def jacobian(batch: Batch, settings: Settings) -> Answer:
    """The Jacobian, its diagonal, or one of its rows."""
    classes = batch.values.shape[1]
    if settings.diagonal:
        return Vectors(batch, "jacobian", _diagonal(batch, settings))
    outputs: Sequence[int] = range(classes)
    if settings.output is not None:
        outputs = (chosen_class("--output", settings.output, classes, batch.classes, settings),)
    rows = _exact_matrix_rows(batch, settings) if settings.digits else _matrix_rows(batch, settings)
    return Matrices(batch, outputs, rows)


def _diagonal(batch: Batch, settings: Settings) -> Numbers:
    if settings.digits:
        from softmax_cli.mathematics import exact

        return _exact_rows(exact.jacobian_diagonal, batch, settings)
    return core.jacobian_diagonal(core.shares(batch.values, to_float(settings.temperature)))


def _matrix_rows(batch: Batch, settings: Settings) -> Callable[[Any, Any], Numbers]:
    shares = core.shares(batch.values, to_float(settings.temperature))
    return lambda vector, output: core.jacobian_rows(shares, vector, output)


def _exact_matrix_rows(batch: Batch, settings: Settings) -> Callable[[Any, Any], Numbers]:
    from softmax_cli.mathematics import exact

    temperature = to_exact(settings.temperature)

    @lru_cache(maxsize=1)
    def row(vector: int, output: int) -> Sequence[Any]:
        typed = _typed(batch)[vector]
        return exact.jacobian_row(typed, output, settings.digits or 0, temperature)

    def rows(vectors: Any, outputs: Any) -> Numbers:
        pairs = zip(vectors.tolist(), outputs.tolist(), strict=True)
        return np.array([row(vector, output) for vector, output in pairs], dtype=object)

    return rows


def gradient(batch: Batch, settings: Settings) -> Answer:
    """The gradient of one number for each vector, and its loss if asked for."""
    of = _of(batch, settings)
    compute = _exact_gradient if settings.digits else _gradient
    values, loss = compute(batch, of, settings)
    return Vectors(batch, "grad", values, of, loss)


def _of(batch: Batch, settings: Settings) -> Of:
    """What is differentiated, by the options and, row by row, by the column of targets."""
    vectors, classes = batch.values.shape

    def chosen(option: str, text: str) -> Any:
        return np.full(vectors, chosen_class(option, text, classes, batch.classes, settings))

    if batch.targets is not None:
        return OfClass("target", batch.targets)
    if settings.target is not None:
        if _is_distribution(settings.target, batch):
            return OfWeights("target", _target_weights(settings.target, classes, settings))
        return OfClass("target", chosen("--target", settings.target))
    if settings.upstream is not None:
        return OfWeights("upstream", _weights("--upstream", settings.upstream, classes, settings))
    if settings.output is not None:
        return OfClass("output", chosen("--output", settings.output))
    return OfClass("prediction", batch.predictions())


def _is_distribution(text: str, batch: Batch) -> bool:
    return "," in text and text not in (batch.classes or ())


def _weights(option: str, text: str, classes: int, settings: Settings) -> Numbers:
    """The numbers of a list that has one for each class.

    Raises:
        UsageError: one is not a finite number, or there are more or fewer.
    """
    items = text.strip().strip("[]()").split(",")
    if len(items) != classes:
        reason = f"{option}: {len(items)} numbers for {classes} classes"
        raise UsageError(reason=reason)
    weights = [_weight(option, item) for item in items]
    if settings.digits:
        return np.array([to_exact(item) for item in items], dtype=object)
    return np.array(weights)


def _weight(option: str, item: str) -> float:
    try:
        value = to_float(item)
    except SoftmaxError as mistake:
        raise UsageError(reason=f"{option}: {mistake}") from None
    if math.isinf(value):
        raise UsageError(reason=f"{option}: {quoted(item)} is not finite")
    return value


def _target_weights(text: str, classes: int, settings: Settings) -> Numbers:
    """A target distribution.

    Raises:
        UsageError: it is negative somewhere, or does not sum to 1.
    """
    items = text.strip().strip("[]()").split(",")
    weights = _weights("--target", text, classes, settings)
    doubles = [_weight("--target", item) for item in items]
    for item, value in zip(items, doubles, strict=True):
        if value < 0:
            raise UsageError(reason=f"--target: {quoted(item)} is negative")
    total = math.fsum(doubles)
    if abs(total - 1) > _SUM_TOLERANCE:
        reason = f"--target: a distribution sums to 1, and this one to {total:.10g}"
        raise UsageError(reason=reason)
    return weights


def _gradient(batch: Batch, of: Of, settings: Settings) -> tuple[Numbers, Numbers | None]:
    x, T = batch.values, to_float(settings.temperature)
    shares = core.shares(x, T)
    if isinstance(of, OfWeights):
        weights = np.broadcast_to(of.weights, x.shape)
        if of.kind == "upstream":
            return core.upstream_gradient(shares, weights), None
        return core.target_gradient(shares, weights), _loss(x, weights, T, settings)
    if of.kind == "target":
        return core.target_gradient(shares, of.classes), _loss(x, of.classes, T, settings)
    return core.jacobian_rows(shares, np.arange(len(x)), of.classes), None


def _loss(x: Numbers, target: Numbers, T: float, settings: Settings) -> Numbers | None:
    return core.loss(x, target, T) if settings.loss else None


def _exact_gradient(batch: Batch, of: Of, settings: Settings) -> tuple[Numbers, Numbers | None]:
    from softmax_cli.mathematics import exact

    digits, T = settings.digits or 0, to_exact(settings.temperature)
    function: Callable[..., Any] = {
        "upstream": exact.gradient_upstream,
        "target": exact.gradient_target,
    }.get(of.kind, exact.jacobian_row)
    values, losses = [], []
    for index, typed in enumerate(_typed(batch)):
        # the class of the vector as a plain number, or the weights of its classes
        wanted: Any = of.weights.tolist() if isinstance(of, OfWeights) else int(of.classes[index])
        values.append(function(typed, wanted, digits, T))
        if settings.loss:
            losses.append(exact.cross_entropy(typed, wanted, digits, T))
    loss = np.array(losses, dtype=object) if settings.loss else None
    return np.array(values, dtype=object), loss


def _typed(batch: Batch) -> "Sequence[Sequence[Number]]":
    assert batch.typed is not None
    return batch.typed


def _exact_rows(function: Callable[..., Any], batch: Batch, settings: Settings) -> Numbers:
    T = to_exact(settings.temperature)
    rows = [function(typed, settings.digits, T) for typed in _typed(batch)]
    return np.array(rows, dtype=object)


COMMANDS: dict[str, Callable[[Batch, Settings], Answer]] = {
    "eval": evaluate,
    "jacobian": jacobian,
    "grad": gradient,
}
