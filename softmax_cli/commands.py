"""The commands: Batch → Answer. They neither read nor print."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from softmax_cli.arithmetic import arithmetic, softmax_in_rows
from softmax_cli.errors import (
    NoAnswers,
    Place,
    SoftmaxError,
    UnfitOption,
    UsageError,
    counted,
    quoted,
)
from softmax_cli.reading import arguments
from softmax_cli.reading.classes import chosen_class
from softmax_cli.reading.numbers import is_number, to_exact, to_float
from softmax_cli.settings import Settings
from softmax_cli.values import (
    Answer,
    Batch,
    Groups,
    InRows,
    Integers,
    Matrices,
    Numbers,
    Of,
    OfClass,
    OfWeights,
    Ranking,
    Vectors,
)

# How far from 1 the sum of a target that was typed in rounded decimals may lie.
_SUM_TOLERANCE = 1e-9
# No derivative is too small for its digits where the logits over T span less.
_SAFE_SPAN = 1e16


def evaluate(batch: Batch, settings: Settings) -> Answer:
    """Return the probabilities, their logarithms, or the most probable classes."""
    computed = arithmetic(batch, settings)
    if settings.log:
        return Vectors(batch, "log_softmax", computed.log_softmax())
    if settings.top:
        return _ranking(batch, computed.softmax(), settings)
    return Vectors(batch, "softmax", computed.softmax())


def _ranking(batch: Batch, values: Numbers, settings: Settings) -> Ranking:
    best = batch.order()[:, : settings.top]
    return Ranking(batch, "softmax", best, np.take_along_axis(values, best, axis=1))


def jacobian(batch: Batch, settings: Settings) -> Answer:
    """Return the Jacobian, its diagonal, or one of its rows."""
    computed = arithmetic(batch, settings)
    if settings.diagonal:
        return Vectors(batch, "jacobian", computed.jacobian_diagonal())
    outputs: Sequence[int] = range(batch.values.shape[1])
    if settings.output is not None:
        outputs = (_chosen("--output", settings.output, batch, settings),)
    if settings.digits:
        _require_digits(batch, outputs, computed.jacobian_rows, settings)
    return Matrices(batch, outputs, computed.jacobian_rows)


def _require_digits(
    batch: Batch,
    outputs: Sequence[int],
    rows: Callable[[Integers, Integers], Numbers],
    settings: Settings,
) -> None:
    """Compute the smallest entries of each matrix, before a part of it is written.

    Raises:
        NoAnswers: some are too small to give their digits.
    """
    x, reasons = batch.values, dict[int, str | SoftmaxError]()
    finite = np.where(np.isneginf(x), np.inf, x)
    with np.errstate(over="ignore"):
        spans = (x.max(axis=1) - finite.min(axis=1)) / settings.temperature.value
    # the least probable class has the smallest derivatives
    least = np.full(len(x), outputs[0]) if len(outputs) == 1 else finite.argmin(axis=1)
    for vector in np.flatnonzero(spans > _SAFE_SPAN):
        try:
            rows(np.array([vector]), least[[vector]])
        except NoAnswers as error:
            reasons |= error.reasons
    if reasons:
        raise NoAnswers(reasons)


def gradient(batch: Batch, settings: Settings) -> Answer:
    """Return the gradient of one number for each vector, and its loss if asked for."""
    computed = arithmetic(batch, settings)
    of = _of(batch, settings)
    is_in_json = _is_json(settings) and of.kind == "target"
    loss = computed.loss(of) if settings.loss or is_in_json else None
    return Vectors(batch, "grad", computed.gradient(of), of, loss)


def _is_json(settings: Settings) -> bool:
    return settings.format in ("json", "jsonl")


def _of(batch: Batch, settings: Settings) -> Of:
    """Return what is differentiated, by the options or by the column of targets."""
    if batch.targets is not None:
        return OfClass("target", batch.targets)
    if batch.weights is not None:
        return OfWeights("target", batch.weights[0] if batch.vectors == 1 else batch.weights)
    if settings.target is not None:
        if _is_distribution(settings.target, batch):
            return OfWeights("target", _distribution(settings.target, batch, settings))
        return _of_class("target", "--target", settings.target, batch, settings)
    if settings.upstream is not None:
        return OfWeights("upstream", _weights("--upstream", settings.upstream, batch, settings))
    if settings.output is not None:
        return _of_class("output", "--output", settings.output, batch, settings)
    return OfClass("prediction", batch.predictions())


def _of_class(kind: Any, option: str, text: str, batch: Batch, settings: Settings) -> OfClass:
    index = _chosen(option, text, batch, settings)
    return OfClass(kind, np.full(len(batch.values), index))


def _chosen(option: str, text: str, batch: Batch, settings: Settings) -> int:
    return chosen_class(option, text, batch.values.shape[1], batch.classes, settings)


def _is_distribution(text: str, batch: Batch) -> bool:
    """Whether a target is a list of numbers, not the name or number of a class."""
    if text in (batch.classes or ()):
        return False
    words = text.split()
    return "," in text or (len(words) > 1 and all(word == "/" or is_number(word) for word in words))


def _distribution(text: str, batch: Batch, settings: Settings) -> Numbers:
    """Return a target distribution.

    Raises:
        UsageError: it is negative somewhere, or does not sum to 1.
    """
    doubles = _doubles("--target", text, batch)
    for item, value in zip(_items("--target", text), doubles, strict=True):
        if value < 0:
            raise UsageError(reason=f"--target: {quoted(item)} is negative")
    total = math.fsum(doubles)
    if abs(total - 1) > _SUM_TOLERANCE:
        reason = f"--target: a distribution sums to 1, and this one to {total:.10g}"
        raise UsageError(reason=reason)
    return _weights("--target", text, batch, settings)


def _weights(option: str, text: str, batch: Batch, settings: Settings) -> Numbers:
    """Return the numbers of a list: doubles, or as typed where digits are asked for."""
    doubles = _doubles(option, text, batch)
    if settings.digits:
        return np.array([to_exact(item) for item in _items(option, text)], dtype=object)
    return np.array(doubles)


def _doubles(option: str, text: str, batch: Batch) -> list[float]:
    """Return the numbers of a list that has one for each class.

    Raises:
        UsageError: one is not a finite number.
        UnfitOption: there are more or fewer.
    """
    doubles = [_double(option, item) for item in _items(option, text)]
    classes = batch.values.shape[1]
    if len(doubles) != classes:
        numbers = f"{counted(len(doubles), 'number')} for {counted(classes, 'class', 'classes')}"
        raise UnfitOption(reason=f"{option}: {numbers}")
    return doubles


def _items(option: str, text: str) -> list[str]:
    try:
        return arguments.items(text, Place(option))
    except SoftmaxError as error:
        raise UsageError(reason=str(error)) from None


def _double(option: str, item: str) -> float:
    try:
        value = to_float(item)
    except SoftmaxError as error:
        raise UsageError(reason=f"{option}: {error}") from None
    if math.isinf(value):
        raise UsageError(reason=f"{option}: {quoted(item)} is not finite")
    return value


COMMANDS: dict[str, Callable[[Batch, Settings], Answer]] = {
    "eval": evaluate,
    "jacobian": jacobian,
    "grad": gradient,
}


def answer(vectors: Batch | Groups, settings: Settings) -> Answer | InRows:
    """Return the answer of the command asked for.

    Raises:
        NoAnswers: some vectors have none.
        UsageError: an option that does not fit the vectors.
    """
    command = COMMANDS[settings.command]
    if isinstance(vectors, Batch):
        try:
            return command(vectors, settings)
        except UnfitOption as error:
            if not settings.ragged:  # the vectors are alike: the option fits none
                raise
            raise NoAnswers(dict.fromkeys(range(vectors.vectors), str(error))) from None
    if settings.command == "eval" and not (settings.log or settings.top or _is_json(settings)):
        values = softmax_in_rows(vectors, settings)
        if values is not None:
            return Vectors(vectors.rows, "softmax", values)
    from softmax_cli.reading.gather import alike  # only groups need the readers of tables

    parts, reasons = list[tuple[Integers, Answer]](), dict[int, str | SoftmaxError]()
    for positions, batch in alike(vectors, settings):
        try:
            parts.append((positions, command(batch, settings)))
        except NoAnswers as error:
            reasons |= {int(positions[vector]): why for vector, why in error.reasons.items()}
        except UnfitOption as error:
            reason = str(error) if settings.by else error
            reasons |= dict.fromkeys(positions.tolist(), reason)
        except SoftmaxError as error:
            reasons |= dict.fromkeys(positions.tolist(), error)
    if reasons:
        raise NoAnswers(reasons)
    return InRows(vectors, parts)


def has_digits(vectors: Batch | Groups, settings: Settings) -> bool:
    """Return whether --digits gives an answer that doubles cannot hold."""
    if isinstance(vectors, Groups):
        exact: Batch | Groups = vectors._replace(rows=_in_decimals(vectors.rows))
    else:
        exact = _in_decimals(vectors)
    try:
        answer(exact, settings._replace(digits=1, precision=None))
    except NoAnswers:
        return False
    return True


def _in_decimals(batch: Batch) -> Batch:
    from decimal import Decimal  # most answers are doubles

    weights = batch.weights
    if weights is not None:
        decimals = [*map(Decimal, weights.ravel().tolist())]
        weights = np.array(decimals, dtype=object).reshape(weights.shape)
    typed = [[*map(Decimal, row)] for row in batch.values.tolist()]
    return batch._replace(typed=typed, weights=weights)
