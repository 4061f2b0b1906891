"""Notes: remarks on an input that is valid but may not be what was meant."""

from collections.abc import Iterator

import numpy as np

from softmax_cli.errors import printable
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, Batch, InRows, OfClass, Vectors

# How far from 1 probabilities that were rounded to a few decimals may sum.
_SUM_TOLERANCE = 1e-3


def notes_on_first(
    batch: Batch, layout: Layout, settings: Settings, *, several: bool = False
) -> Iterator[str]:
    """Yield notes on the first vector of an input, which stands for the others.

    Args:
        batch: begins with the vector.
        layout: of the input.
        settings: the options.
        several: whether it is the first of several vectors of a command line.
    """
    first = batch.values[0]
    place = _place(batch.lines[0], layout)
    if first.size == 1:
        yield f"{place}one value only, whose softmax is always 1"
    elif _are_probabilities(batch):
        yield f"{place}the values are probabilities already: they sum to 1"
    if (
        settings.command == "grad"
        and settings.format == "delimited"
        and not _names_a_number(settings)
    ):
        gradient = "the gradient is that of the probability of"
        if several:
            yield f"{gradient} each vector's predicted class"
        else:
            (predicted,) = batch.predictions(slice(1)).tolist()
            name = printable(batch.class_name(predicted, settings.first_class))
            yield f"{place}{gradient} the predicted class, {name}"


def _place(line: int, layout: Layout) -> str:
    """Return what a note begins with."""
    place = layout.vector_place(line)
    return f"{place}: " if place else ""


def _are_probabilities(batch: Batch) -> bool:
    """Return whether the first vector is a distribution; 0s and a 1 alone may be logits."""
    first = batch.values[0]
    if not ((first >= 0) & (first < 1)).all():
        return False
    return bool(abs(first.sum() - 1) <= _SUM_TOLERANCE)


def _names_a_number(settings: Settings) -> bool:
    asked = (settings.target, settings.target_column, settings.upstream, settings.output)
    return any(option is not None for option in asked)


def notes_on_answer(answer: Answer | InRows, layout: Layout) -> Iterator[str]:
    """Yield a note on each vector whose target class is masked, in the order of the vectors."""
    parts = answer.parts if isinstance(answer, InRows) else [(None, answer)]
    found = list[tuple[int, int]]()
    for positions, part in parts:
        for vector in _with_masked_target(part):
            number = vector if positions is None else int(positions[vector])
            found.append((number, part.batch.lines[vector]))
    for _, line in sorted(found):
        yield f"{_place(line, layout)}the target is a masked class: the loss is infinite"


def _with_masked_target(answer: Answer) -> list[int]:
    """Return the vectors whose target class is masked."""
    of = answer.of if isinstance(answer, Vectors) else None
    if of is None or of.kind != "target":
        return []
    masked = np.isneginf(answer.batch.values)
    if isinstance(of, OfClass):
        counts = masked[np.arange(len(masked)), of.classes]
    else:
        wanted = of.weights != 0
        counts = np.count_nonzero(masked & wanted, axis=1)
    vectors: list[int] = np.flatnonzero(counts).tolist()
    return vectors
