"""Rows that were read apart, put together in the order of their lines."""

from collections.abc import Iterable, Iterator

import numpy as np

from softmax_cli.errors import SoftmaxError
from softmax_cli.values import LINES_OF_A_FILE, Batch


def merged(batch: Batch, others: Iterable[Batch | SoftmaxError]) -> Iterator[Batch | SoftmaxError]:
    """Yield a batch with other rows at their places, cut where the errors among them stand.

    Args:
        batch: vectors in the order of their lines.
        others: more vectors of the same table and errors, in the order of their lines.
    """
    rest: Batch | None = batch
    between: list[Batch] = []
    for other in others:
        if isinstance(other, Batch):
            between.append(other)
            continue
        before, rest = _cut(rest, other.place.line if other.place and other.place.line else 0)
        yield from _together(before, between)
        between = []
        yield other
    yield from _together(rest, between)


def _cut(batch: Batch | None, line: int) -> tuple[Batch | None, Batch | None]:
    """The vectors before a line of their file, and those behind it."""
    if batch is None:
        return None, None
    in_file = np.asarray(batch.lines) % LINES_OF_A_FILE
    place = int(np.searchsorted(in_file, line))
    before = batch.part(slice(place)) if place else None
    return before, batch.part(slice(place, None)) if place < len(batch.values) else None


def _together(batch: Batch | None, others: list[Batch]) -> Iterator[Batch]:
    """One batch of all of these vectors, in the order of their lines."""
    batches = [batch, *others] if batch else others
    if len(batches) < 2:
        yield from batches
        return
    lines = np.concatenate([each.lines for each in batches])
    order = np.argsort(lines, kind="stable")
    places = order.tolist()
    runs = zip(*(each.kept for each in batches), strict=True)
    kept = [[text for part in parts for text in part] for parts in runs]
    weights = [each.weights for each in batches if each.weights is not None]
    targets = [each.targets for each in batches if each.targets is not None]
    yield batches[0]._replace(
        values=np.concatenate([each.values for each in batches])[order],
        kept=tuple([[texts[place] for place in places] for texts in kept]),
        lines=lines[order].tolist(),
        around=None,
        targets=np.concatenate(targets)[order] if targets else None,
        weights=np.concatenate(weights)[order] if weights else None,
    )
