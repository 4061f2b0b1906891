"""Answers to vectors whose classes stand in rows, laid out as those rows."""

from typing import NamedTuple

import numpy as np

from softmax_cli.values import Groups, InRows, Integers, Numbers, Ranking, Vectors


class Ranks(NamedTuple):
    """Classes in the order in which they are listed.

    Attributes:
        rows: the row that each class stands beside, shape (lines,).
        ranks: its rank, from 1.
        names: its name or number.
        values: its probability, shape (lines, 1).
    """

    rows: Integers
    ranks: list[int]
    names: list[str]
    values: Numbers


def spread(answer: InRows) -> Vectors:
    """Return the answer as rows of one number each, in the order of the input's rows."""
    groups = answer.groups
    parts = [(some, part) for some, part in answer.parts if isinstance(part, Vectors)]
    _, first = parts[0]
    values, loss = first.values, first.loss
    if groups.vectors > 1:
        values = _empty([part.values for _, part in parts], groups.rows.vectors)
        for vectors, part in parts:
            values[groups.rows_of(vectors)] = part.values.ravel()
        loss = _losses(parts, groups.vectors)
    return first._replace(
        batch=groups.rows,
        values=values.reshape(-1, 1),
        loss=None if loss is None else loss.repeat(groups.sizes),
    )


def _losses(parts: list[tuple[Integers, Vectors]], vectors: int) -> Numbers | None:
    """Return the loss of each vector, shape (vectors,), if they were asked for."""
    losses = [(some, part.loss) for some, part in parts if part.loss is not None]
    if not losses:
        return None
    loss = _empty([values for _, values in losses], vectors)
    for some, values in losses:
        loss[some] = values
    return loss


def _empty(parts: list[Numbers], size: int) -> Numbers:
    """Return an array that can hold the numbers of all parts, shape (size,)."""
    is_object = any(part.dtype == object for part in parts)
    return np.empty(size, dtype=object if is_object else np.float64)


def ranked(answer: InRows, first_class: int) -> Ranks:
    """Return the most probable classes of each vector in the order of the vectors.

    Args:
        answer: rankings.
        first_class: the number of the first class, for those without names.
    """
    groups, rankings = answer.groups, [*_rankings(answer)]
    vector = np.concatenate([np.repeat(some, part.classes.shape[1]) for some, part in rankings])
    rank = np.concatenate([np.indices(part.classes.shape)[1].ravel() for _, part in rankings])
    classes = np.concatenate([part.classes.ravel() for _, part in rankings])
    values = np.concatenate([part.values.ravel() for _, part in rankings])
    order = np.argsort(vector, kind="stable")
    vector, rank, classes, values = vector[order], rank[order], classes[order], values[order]
    names = [
        _name(groups, v, k, first_class)
        for v, k in zip(vector.tolist(), classes.tolist(), strict=True)
    ]
    rows = groups.starts[vector] + classes
    return Ranks(rows, (rank + 1).tolist(), names, values.reshape(-1, 1))


def _rankings(answer: InRows) -> list[tuple[Integers, Ranking]]:
    return [(some, part) for some, part in answer.parts if isinstance(part, Ranking)]


def _name(groups: Groups, vector: int, index: int, first: int) -> str:
    names = groups.classes if groups.names is None else groups.names[vector]
    return names[index] if names else str(index + first)
