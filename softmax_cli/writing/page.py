"""Answers → the Page that a reader is shown."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TypeGuard, TypeVar

import numpy as np

from softmax_cli.formulas import Data
from softmax_cli.pages import Matrix, Page, Part, Section, Sentence, Text
from softmax_cli.settings import Settings
from softmax_cli.values import (
    Answer,
    Batch,
    Floats,
    Matrices,
    Numbers,
    OfClass,
    Ranking,
    Vectors,
    shown_line,
)
from softmax_cli.writing.tables import is_counted, many_vectors, one_vector, ranking
from softmax_cli.writing.titles import derivative, title
from softmax_cli.writing.view import View

# A larger Jacobian is shown by the sums of its blocks: a matrix of this side at most.
_LARGEST_SIDE = 2048

A = TypeVar("A", bound=Answer)
Cells = Callable[[Batch], Sequence[Sequence[str]]]


def page_of(
    answers: Sequence[Answer],
    settings: Settings,
    more: bool = False,
    kept: Cells = lambda _: (),
    kept_names: Sequence[str] = (),
) -> Page:
    """Return the page that shows answers.

    Args:
        answers: the answers to show, all of one command.
        settings: what was asked for.
        more: whether there are more vectors than these.
        kept: the kept cells of each vector of a batch.
        kept_names: the names of the kept columns.
    """
    heads, views = _views(
        [_asked_row(answer, settings) for answer in answers], settings, kept, kept_names
    )
    if not views:
        return Page(())
    alone = len(views) == 1 and not more
    blocks: list[Part | Section] = [Sentence(title(views, alone, more), "strong")]
    for _, group in groupby(views, lambda view: view.answer.batch.classes):
        blocks += _sections(list(group), heads, alone)
    if more:
        text = "… there are more vectors: --rows 0 shows all"
        blocks.append(Sentence((text,), "dim"))
    return Page(tuple(blocks))


def _asked_row(answer: Answer, settings: Settings) -> Answer:
    """Return the one row of each Jacobian that was asked for: a number a class."""
    if not isinstance(answer, Matrices) or settings.output is None:
        return answer
    every = np.arange(len(answer.batch.values))
    output = np.full_like(every, answer.outputs[0])
    values = answer.rows(every, output)
    return Vectors(answer.batch, "jacobian", values, OfClass("output", output))


def _views(
    answers: Sequence[Answer], settings: Settings, kept: Cells, kept_names: Sequence[str]
) -> tuple[tuple[Text, ...], list[View[Answer]]]:
    """Return the vectors one by one: by their kept cells, or lines, or as they are counted."""
    views: list[View[Answer]] = []
    heads: tuple[Text, ...] = ("row",)
    for answer in answers:
        batch = answer.batch
        cells = kept(batch) if batch.kept and kept_names else ()
        for index in range(len(batch.values)):
            label: tuple[Text, ...] = (str(len(views) + 1),)
            if cells:
                label = tuple(map(Data, cells[index]))
                heads = tuple(map(Data, kept_names))
            elif len(batch.lines) and batch.lines[index]:
                heads, label = ("line",), (shown_line(batch.lines[index]),)
            views.append(View(answer, index, label, settings))
    return heads, views


def _sections(
    views: Sequence[View[Answer]], heads: tuple[Text, ...], alone: bool
) -> list[Part | Section]:
    """Return the tables of vectors with the same classes: one, or one a vector."""
    if _are(views, Ranking):
        return [*ranking(views, heads, alone)]
    if _are(views, Matrices):
        parts = [_matrix(view) for view in views]
    else:
        assert _are(views, Vectors)
        # Decimals have too many digits to stand side by side.
        if not alone and views[0].answer.values.dtype != object:
            return [*many_vectors(views, heads)]
        parts = [one_vector(view) for view in views]
    if alone:
        beside = [] if is_counted(heads) else [Sentence(_label(views[0], heads))]
        return [*beside, *parts[0]]
    labels = [_label(view, heads) for view in views]
    return [Section(label, tuple(blocks)) for label, blocks in zip(labels, parts, strict=True)]


def _are(views: Sequence[View[Answer]], kind: type[A]) -> TypeGuard[Sequence[View[A]]]:
    """Return whether the vectors are of this kind of answer: all are of one."""
    return isinstance(views[0].answer, kind)


def _label(view: View[Answer], heads: tuple[Text, ...]) -> tuple[Text, ...]:
    """Return what tells a vector from the others, on a line of its own."""
    parts: list[Text] = []
    for head, cell in zip(heads, view.label, strict=True):
        parts += [", " if parts else "", head, " ", cell]
    return tuple(parts)


def _matrix(view: View[Matrices]) -> list[Part]:
    """Return the Jacobian of a vector, or the sums of its blocks where it is large."""
    answer, batch = view.answer, view.answer.batch
    names = [view.name(k) for k in range(view.classes)]
    block = -(-view.classes // _LARGEST_SIDE)
    values = _summed(view, block) if block > 1 else _entries(answer, view)

    def cells(row: int) -> list[str]:
        return [view.entry(value, row, k) for k, value in enumerate(values[row])]

    matrix = Matrix(
        tuple(derivative("σ", name) for name in names),
        tuple(derivative("x", name) for name in names),
        cells,
        values.astype(float),
        pooled=block > 1,
        is_named=batch.classes is not None,
    )
    return [matrix]


def _entries(answer: Matrices, view: View[Matrices]) -> Numbers:
    outputs = np.array(answer.outputs)
    return np.asarray(answer.rows(np.full_like(outputs, view.index), outputs))


def _summed(view: View[Matrices], block: int) -> Floats:
    """Return the sums of square blocks of entries: the Jacobian of the blocks' probabilities.

    For blocks A and B, Σ ∂σj/∂xk over j in A and k in B is PA(δAB − PB)/T with the
    blocks' probabilities P, so no entry is formed.
    """
    starts = range(0, view.classes, block)
    shares = np.add.reduceat(view.softmax.astype(float), starts)
    sums = -np.outer(shares, shares)
    np.fill_diagonal(sums, shares * (1 - shares))
    return np.asarray(sums / view.settings.temperature.value)
