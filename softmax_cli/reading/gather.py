"""Rows with one logit each → the vectors whose classes they are.

A vector is the rows of a group, or all rows. A row that could not be read is left out of its
vector.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from softmax_cli.bad_numbers import AllMasked
from softmax_cli.errors import NoAnswer, NoDistribution, SoftmaxError, UnfitOption, UsageError
from softmax_cli.reading import keys, rows
from softmax_cli.reading.classes import labels_for, meant_class
from softmax_cli.reading.delimited import split_columns, texts_of
from softmax_cli.reading.json_values import kept_text
from softmax_cli.reading.layout import Layout, is_text
from softmax_cli.reading.texts import Texts
from softmax_cli.settings import Settings
from softmax_cli.values import LINES_OF_A_FILE, Batch, Block, Groups, Integers, Numbers

# How far from 1 the sum of targets that were written in rounded decimals may lie.
_SUM_TOLERANCE = 1e-9
# More than a double has, for that sum and to tell a weight from 0 and 1.
_DIGITS_OF_A_WEIGHT = 25
# A cell that is neither a number nor a word for a missing value, by its first letters.
_CLEARLY_TEXT = re.compile(rb"(?!inf|ln|na|nu|no)[A-Za-z]", re.IGNORECASE)

# A view of some values would keep all of them.
_NO_VALUES = np.empty((0, 1))


def column(
    pieces: Iterable[Batch | SoftmaxError], layout: Layout, settings: Settings
) -> Iterator[Groups | SoftmaxError]:
    """Yield the one vector that all rows are, after the errors among them."""
    batches, values, kept = list[Batch](), bytearray(), list[Texts]()
    for piece in pieces:
        if isinstance(piece, Batch):
            # what grows in place is in memory once
            values += piece.values.data
            kept = kept or [Texts() for _ in piece.kept]
            for texts, run in zip(kept, piece.kept, strict=True):
                texts.extend(run)
            batches.append(piece._replace(values=_NO_VALUES, kept=(), around=None))
        else:
            yield piece
    if batches:
        numbers = np.frombuffer(values).reshape(-1, 1)
        whole = _joined(batches)._replace(values=numbers, kept=tuple(kept))
        yield from _checked(whole, np.array([0, whole.vectors]), layout, settings)


def groups(block: Block, layout: Layout, settings: Settings) -> Iterator[Groups | SoftmaxError]:
    """Yield the vectors that the groups of a block are, and the errors among them, in order.

    An error stands before the group of its row and behind the group before that.
    """
    if block.returns:
        yield keys.returned(block, layout)
        return
    firsts = keys.firsts(block, layout)
    batches, errors = list[Batch](), list[tuple[int, SoftmaxError]]()
    for part in block.parts:
        for piece in rows.read(part, layout, settings):
            if isinstance(piece, Batch):
                batches.append(piece)
            else:
                errors.append((_group_of(piece, firsts, part), piece))
    if not batches:
        yield from (error for _, error in errors)
        return
    whole = _joined(batches)
    group = np.searchsorted(firsts, _ordinals(whole.lines, block), side="right")
    done = 0
    for bad, error in errors:
        end = int(np.searchsorted(group, bad))
        yield from _grouped(whole, group, slice(done, end), layout, settings)
        yield error
        done = max(done, end)
    yield from _grouped(whole, group, slice(done, None), layout, settings)


def _ordinals(lines: Sequence[int], block: Block) -> Integers:
    if isinstance(lines, range):
        return np.arange(lines.start, lines.stop)
    are_elements = any(part.vector for part in block.parts)
    return np.array([keys.ordinal(line) for line in lines[:]] if are_elements else lines)


def _group_of(error: SoftmaxError, firsts: Integers, block: Block) -> int:
    """The number of the group that a row of a file with an error belongs to."""
    assert error.place  # the readers say where each error is
    file = block.line - block.line % LINES_OF_A_FILE
    number = error.place.vector or error.place.line or 0
    return int(np.searchsorted(firsts, file + number, side="right"))


def _grouped(
    whole: Batch, group: Integers, some: slice, layout: Layout, settings: Settings
) -> Iterator[Groups | SoftmaxError]:
    """Yield the vectors of some rows, given the group of each row."""
    group = group[some]
    if not group.size:
        return
    changes = np.flatnonzero(group[1:] != group[:-1]) + 1
    starts = np.concatenate(([0], changes, [group.size]))
    yield from _checked(whole.part(some), starts, layout, settings)


def _joined(batches: Sequence[Batch]) -> Batch:
    """One batch of rows that were read as several."""
    if len(batches) == 1:
        return batches[0]
    kept = zip(*(batch.kept for batch in batches), strict=True)
    first = batches[0]
    return first._replace(
        values=np.concatenate([batch.values for batch in batches]),
        kept=tuple([text for run in pieces for text in run] for pieces in kept),
        lines=_lines(batches),
        around=None,
        typed=None
        if first.typed is None
        else [numbers for batch in batches for numbers in batch.typed or ()],
        weights=None
        if first.weights is None
        else np.concatenate([batch.weights for batch in batches if batch.weights is not None]),
    )


def _lines(batches: Sequence[Batch]) -> Sequence[int]:
    """The lines of all rows: a range where none is left out, which takes no memory."""
    each = [batch.lines for batch in batches]
    whole = range(each[0][0], each[-1][-1] + 1)
    if all(isinstance(lines, range) for lines in each) and len(whole) == sum(map(len, each)):
        return whole
    return [line for lines in each for line in lines]


def _checked(
    whole: Batch, starts: Integers, layout: Layout, settings: Settings
) -> Iterator[Groups | SoftmaxError]:
    """Yield the vectors, and the errors of those that have no softmax or no target."""
    every = Groups(whole, starts)
    bad = _bad(every, layout, settings)
    done = 0
    for vector in sorted(bad):
        yield from _named(every.part(slice(done, vector)), layout, settings)
        is_placed = not isinstance(bad[vector], UsageError)
        yield bad[vector].at(layout.place(every.lines[vector])) if is_placed else bad[vector]
        done = vector + 1
    yield from _named(every.part(slice(done, None)) if done else every, layout, settings)


def _bad(every: Groups, layout: Layout, settings: Settings) -> dict[int, SoftmaxError]:
    """The errors of vectors, by their positions."""
    first, bad = every.starts[:-1], dict[int, SoftmaxError]()
    if settings.labels is not None:
        for vector, size in enumerate(every.sizes.tolist()):
            try:
                labels_for(size, settings)
            except UnfitOption as error:
                bad[vector] = NoAnswer(reason=str(error)) if layout.by else error
    if every.rows.weights is not None:
        sums = np.add.reduceat(_worked_out(every.rows.weights).ravel().astype(np.float64), first)
        for vector in np.flatnonzero(~(abs(sums - 1) <= _SUM_TOLERANCE)).tolist():
            bad[vector] = NoDistribution(reason=f"sum to {sums[vector]:.10g}")
    largest = np.maximum.reduceat(every.rows.values.ravel(), first)
    return bad | {vector: AllMasked() for vector in np.flatnonzero(largest == -math.inf).tolist()}


def _worked_out(weights: Numbers) -> Numbers:
    """Weights that can be added and compared: doubles, or decimals for quotients as typed."""
    if weights.dtype != object:
        return weights
    from softmax_cli.mathematics.decimals import evaluate

    decimals = [evaluate(weight, _DIGITS_OF_A_WEIGHT) for weight in weights.ravel().tolist()]
    return np.array(decimals, dtype=object).reshape(weights.shape)


def _named(every: Groups, layout: Layout, settings: Settings) -> Iterator[Groups]:
    """Yield the vectors with the names of their classes, where names are of use."""
    if not every.vectors:
        return
    if settings.labels is not None:
        yield every._replace(classes=labels_for(int(every.sizes[0]), settings))
    elif _are_names_used(settings):
        yield every._replace(names=_names(every, layout, settings))
    else:
        yield every


def _are_names_used(settings: Settings) -> bool:
    is_text = settings.format in ("delimited", "csv", "tsv")
    chosen = (settings.top, settings.target, settings.output)
    return not is_text or settings.command == "jacobian" or any(c is not None for c in chosen)


def _names(
    every: Groups, layout: Layout, settings: Settings
) -> Sequence[tuple[str, ...] | None] | None:
    """The names of each vector's classes: the cells of its one column of text without repeats."""
    columns = [_as_names(column, layout, settings) for column in _candidates(every.rows, layout)]
    if not columns:
        return None
    names = list[tuple[str, ...] | None]()
    for start, stop in pairwise(every.starts.tolist()):
        found = [texts[start:stop] for texts in columns]
        fit = [texts for texts in found if None not in texts and len({*texts}) == len(texts)]
        names.append(tuple(fit[0]) if len(fit) == 1 else None)
    return names


def _candidates(whole: Batch, layout: Layout) -> list[Sequence[bytes]]:
    """The cells of the columns that may name classes."""
    others = {*layout.by, layout.target}
    if layout.json:
        columns: list[Sequence[bytes]] = [*whole.kept]
    else:
        columns = [column for run in whole.kept for column in split_columns(run, layout.delimiter)]
    if layout.append:  # the whole row is kept
        columns = [columns[column] for column in layout.kept]
    pairs = zip(layout.kept, columns, strict=True)
    return [cells for number, cells in pairs if number not in others]


def _as_names(column: Sequence[bytes], layout: Layout, settings: Settings) -> Sequence[Any]:
    """The texts of a column's cells, None for those that name no class: numbers and the like."""
    if layout.json:
        return [kept_text(cell) if cell.startswith(b'"') else None for cell in column]
    texts = [text.strip() for text in texts_of(column)]
    clear = map(_CLEARLY_TEXT.match, column)
    return [
        text if is_clear or is_text(text, settings) else None
        for text, is_clear in zip(texts, clear, strict=True)
    ]


def alike(every: Groups, settings: Settings) -> list[tuple[Integers, Batch]]:
    """The vectors in batches of one length each, with their positions.

    Where an option names a class, or a column gives targets, vectors of a batch are alike in
    which class is meant, or in whether one row is marked, too. The batches are in the order of
    their first vectors.
    """
    kinds: list[Any] = [*zip(every.sizes.tolist(), *_kinds(every, settings), strict=True)]
    positions = dict[Any, list[int]]()
    for vector, kind in enumerate(kinds):
        positions.setdefault(kind, []).append(vector)
    return [(np.array(some), _batch(every, some)) for some in positions.values()]


def _kinds(every: Groups, settings: Settings) -> Iterator[Sequence[Any]]:
    """Yield what vectors of one batch have in common besides their length."""
    named = settings.output if settings.target is None else settings.target
    if named is not None and every.names is not None:
        yield [
            names if meant is None else meant
            for names, meant in zip(every.names, _meant(named, every, settings), strict=True)
        ]
    if every.rows.weights is not None:
        weights = _worked_out(every.rows.weights)
        parts = np.add.reduceat((weights != 0).ravel().astype(np.intp), every.starts[:-1])
        ones = np.add.reduceat((weights == 1).ravel().astype(np.intp), every.starts[:-1])
        yield ((parts == 1) & (ones == 1)).tolist()


def _meant(name: str, every: Groups, settings: Settings) -> Iterator[int | None]:
    """Yield the class of each vector that a name means."""
    for size, names in zip(every.sizes.tolist(), every.names or (), strict=True):
        yield meant_class(name, size, names, settings)


def _batch(every: Groups, vectors: Sequence[int]) -> Batch:
    """Some vectors of one length and kind as a batch."""
    rows, starts = every.rows, every.starts[vectors]
    size = int(every.starts[vectors[0] + 1] - starts[0])
    index = every.rows_of(vectors)
    classes, names = every.classes, None
    if every.names is not None:
        names = [every.names[vector] for vector in vectors]
        classes = names[0]
    weights = None if rows.weights is None else rows.weights[index].reshape(-1, size)
    targets = None
    if weights is not None:
        first = _worked_out(weights[:1])[0]
        if np.count_nonzero(first) == 1 and first.max() == 1:
            targets, weights = (_worked_out(weights) != 0).argmax(axis=1), None
    typed = None
    if rows.typed is not None:
        typed = [[row[0] for row in rows.typed[start : start + size]] for start in starts.tolist()]
    return Batch(
        values=rows.values[index].reshape(-1, size),
        classes=classes,
        lines=[rows.lines[row] for row in starts.tolist()],
        targets=targets,
        weights=weights,
        names=names,
        typed=typed,
    )


def apart(every: Groups, layout: Layout) -> Iterator[Batch]:
    """Yield each vector as a batch of its own, beside the kept cells of its first row."""
    for vector, start in enumerate(every.starts[:-1].tolist()):
        batch = _batch(every, [vector])
        yield batch._replace(
            classes=batch.names_of(0),
            names=None,
            kept=tuple(run[start : start + 1] for run in every.rows.kept) if layout.by else (),
        )
