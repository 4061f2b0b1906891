"""The tables of numbers: one vector, several, and the most probable classes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from softmax_cli.formulas import formula
from softmax_cli.pages import Align, Bars, Column, Grid, Meaning, Part, Sentence, Text, Tiles
from softmax_cli.values import Floats, OfWeights, Ranking, Vectors
from softmax_cli.writing.rounded import number, percent, typed
from softmax_cli.writing.titles import SIGMA, closing, loss_text, symbol
from softmax_cli.writing.view import View

MARK = "◀"
RIGHT, WRONG = "✓", "✗"
# Bars of probabilities below this are scaled to the largest.
_SMALL = 0.25


def one_vector(view: View[Vectors]) -> list[Part]:
    """Return a vector's numbers, a class a row, and a line about them.

    Args:
        view: the vector.
    """
    answer = view.answer
    values = answer.values[view.index]
    shown = view.ordered(values)
    marked = _marked(view, answer)
    meanings = [_row_meaning(k in marked, answer) for k in shown]
    numbers = [view.cell(values[k], k) for k in shown]
    columns = [
        Column("class", tuple(view.name(k) for k in shown), meanings=tuple(meanings)),
        Column(formula("x"), tuple(map(view.typed, shown)), "point", tuple(meanings), spare=2),
        *_beside(view, answer, shown, meanings),
        Column(symbol(answer), tuple(numbers), "point", _noise(numbers, meanings)),
    ]
    marks = tuple(MARK if k in marked else "" for k in shown)
    bars = _bars(view, answer, [values[k] for k in shown], marks)
    lines: list[Part] = [Grid((*columns, bars), "-f csv")]
    if len(shown) < view.classes:
        largest = "largest" if len(shown) == 1 else f"{len(shown):,} largest"
        text = f"… the {largest} of {view.classes:,} classes: --rows 0 shows all"
        lines.append(Sentence((text,), "dim"))
    is_probability = answer.quantity in ("softmax", "log_softmax")
    return [*lines, *(closing(view) if is_probability else [])]


def _marked(view: View[Vectors], answer: Vectors) -> frozenset[int]:
    """Return the classes with a mark: the predicted ones, or a gradient's target."""
    if answer.quantity in ("softmax", "log_softmax"):
        return view.predicted
    is_target = answer.of is not None and answer.of.kind == "target"
    return frozenset([view.chosen]) if is_target and view.chosen is not None else frozenset()


def _row_meaning(is_marked: bool, answer: Vectors) -> Meaning:
    if not is_marked:
        return "plain"
    return "target" if answer.of else "prediction"


def _noise(numbers: Sequence[str], meanings: Sequence[Meaning]) -> tuple[Meaning, ...]:
    """Return the meanings of numbers: those too small for their digits are noise."""
    return tuple(
        "noise" if meaning == "plain" and ("e-" in text or text == "0") else meaning
        for text, meaning in zip(numbers, meanings, strict=True)
    )


def _beside(
    view: View[Vectors], answer: Vectors, shown: Sequence[int], meanings: Sequence[Meaning]
) -> Iterator[Column]:
    """Yield what a gradient is made of: its weights and the probabilities."""
    if answer.of is None:
        return
    if isinstance(answer.of, OfWeights):
        head = formula("g" if answer.of.kind == "upstream" else "y")
        weights = tuple(_weight(answer.of.of_vector(view.index)[k], view) for k in shown)
        yield Column(head, weights, "point", tuple(meanings), spare=3)
    cells = [view.probability(k) for k in shown]
    yield Column(SIGMA, tuple(cells), "point", _noise(cells, meanings), spare=1)


def _weight(value: Any, view: View[Vectors]) -> str:
    return typed(float(value), view.precision)


def _bars(
    view: View[Vectors], answer: Vectors, values: Sequence[Any], marks: tuple[str, ...]
) -> Bars:
    sizes = np.array(values, dtype=float)
    if answer.quantity == "log_softmax":
        return _log_bars(np.exp(sizes), marks)
    if answer.quantity == "softmax":
        return _share_bars(sizes, view.precision, marks)
    largest = float(np.abs(sizes).max())
    shares = _scaled(sizes, largest)
    if answer.of is None:
        axis = ("0", number(largest, view.precision))
        return Bars(shares, heads=("scaled to the largest",), axis=axis, marks=marks)
    return Bars(shares, True, _sides(answer), marks=marks)


def _log_bars(probabilities: Floats, marks: tuple[str, ...]) -> Bars:
    bars = _share_bars(probabilities, 4, marks)
    return bars._replace(heads=bars.heads or (SIGMA,))


def _share_bars(shares: Floats, precision: int, marks: tuple[str, ...]) -> Bars:
    largest = float(shares.max())
    if largest >= _SMALL:
        return Bars(tuple(shares.tolist()), axis=("0", "0.5", "1"), marks=marks)
    axis = ("0", number(largest, precision))
    return Bars(
        _scaled(shares, largest), heads=(SIGMA, "scaled to the largest"), axis=axis, marks=marks
    )


def _scaled(sizes: Floats, largest: float) -> tuple[float, ...]:
    """Return each size as a part of the largest, which may be near the largest double."""
    if not largest:
        return (0.0,) * len(sizes)
    return tuple((sizes / largest).tolist())


def _sides(answer: Vectors) -> tuple[str, str]:
    """Return what the two sides of a gradient's bars mean."""
    kind = answer.of.kind if answer.of else ""
    if kind == "target":
        return ("raise x ◂", "▸ lower x")
    if kind == "upstream":
        return ("negative ◂", "▸ positive")
    return ("σ falls ◂", "▸ σ rises")


def labelled(labels: Iterable[tuple[Text, ...]], heads: Sequence[Text]) -> list[Column]:
    """Return the columns that tell vectors from one another; the last are spared first.

    Args:
        labels: the cells of each row.
        heads: the names of the columns.
    """
    align: Align = "right" if is_counted(heads) else "left"
    return [
        Column(head, cells, align, spare=10 + index)
        for index, (head, cells) in enumerate(zip(heads, zip(*labels, strict=True), strict=True))
    ]


def is_counted(heads: Sequence[Text]) -> bool:
    """Return whether vectors are told apart by their number alone."""
    return isinstance(heads[0], str)


def many_vectors(views: Sequence[View[Vectors]], heads: Sequence[Text]) -> list[Part]:
    """Return a table of vectors, a vector a row; blanks fill those with fewer classes."""
    answer = views[0].answer
    longest = max(views, key=lambda view: view.classes)
    columns: list[Column | Bars | Tiles] = [*labelled([view.label for view in views], heads)]
    if answer.quantity in ("softmax", "log_softmax"):
        columns += _predictions(views)
        columns += _verdicts(views)
    else:
        columns += _targets(views)
    names = tuple(longest.name(k) for k in range(longest.classes))
    return [Grid((*columns, _tiles(views, names)), "-f csv")]


def _predictions(views: Sequence[View[Vectors]]) -> list[Column]:
    names = tuple(view.name(min(view.predicted)) for view in views)
    meanings = tuple[Meaning, ...]("prediction" for _ in views)
    columns = [Column("prediction", names, meanings=meanings)]
    ties = [len(view.predicted) - 1 for view in views]
    if any(ties):
        cells = tuple(f"+{count} tied" if count else "" for count in ties)
        columns.append(Column("", cells, spare=1))
    best = [_cell(view, min(view.predicted)) for view in views]
    answer = views[0].answer
    return [*columns, Column(symbol(answer), tuple(best), "point", meanings)]


def _values(view: View[Vectors]) -> Any:
    return view.answer.values[view.index]


def _verdicts(views: Sequence[View[Vectors]]) -> Iterator[Column]:
    """Yield whether each prediction is right, where a kept column names the class."""
    classes = set(views[0].answer.batch.classes or ())
    for cells in zip(*(view.label for view in views), strict=True):
        names = [None if isinstance(cell, str) else cell[0] for cell in cells]
        if not classes or not classes.issuperset(names):
            continue
        right = [
            any(view.name(k) == cell for k in view.predicted)
            for view, cell in zip(views, cells, strict=True)
        ]
        meanings: tuple[Meaning, ...] = tuple("right" if r else "wrong" for r in right)
        marks = tuple(f" {RIGHT if r else WRONG} " for r in right)
        yield Column("", marks, meanings=meanings, spare=2)
        return


def _targets(views: Sequence[View[Vectors]]) -> Iterator[Column]:
    """Yield the class that each gradient is about, where they differ, and the losses."""
    answer = views[0].answer
    chosen = [view.chosen for view in views]
    if answer.of and len(set(chosen)) > 1:
        names = tuple(view.name(k or 0) for view, k in zip(views, chosen, strict=True))
        head = {"target": "target", "output": "output"}.get(answer.of.kind, "prediction")
        yield Column(head, names)
    if answer.loss is not None:
        yield Column("loss", tuple(map(loss_text, views)), "point")


def _tiles(views: Sequence[View[Vectors]], names: tuple[Text, ...]) -> Tiles:
    answer = views[0].answer
    values = np.full((len(views), len(names)), np.nan)
    for row, view in enumerate(views):
        values[row, : view.classes] = _values(view)

    def cells(index: int, short: bool) -> list[str]:
        text = _percent if short else _cell
        return [text(view, index) if index < view.classes else "" for view in views]

    if answer.quantity == "softmax":
        return Tiles(names, cells, values, short="σ in percent")
    if answer.quantity == "log_softmax":
        return Tiles(names, cells, np.exp(values))
    largest = float(np.nanmax(np.abs(values))) or 1.0
    return Tiles(names, cells, values / largest)


def _cell(view: View[Vectors], index: int) -> str:
    return view.cell(_values(view)[index], index)


def _percent(view: View[Vectors], index: int) -> str:
    certain = view.is_certain or bool(view.masked[index])
    return percent(float(_values(view)[index]), certain)


def ranking(views: Sequence[View[Ranking]], heads: Sequence[Text], alone: bool) -> list[Part]:
    """Return the most probable classes, best first, a class a row."""
    ranks = [(v, rank) for v in views for rank in range(v.answer.classes.shape[1])]
    order = [int(v.answer.classes[v.index, rank]) for v, rank in ranks]
    meanings: tuple[Meaning, ...] = tuple("plain" if rank else "prediction" for _, rank in ranks)
    # A label stands at a vector's first rank only, so that vectors are seen as groups.
    labels = [v.label if rank == 0 else ("",) * len(v.label) for v, rank in ranks]
    numbers = [v.probability(k) for (v, _), k in zip(ranks, order, strict=True)]
    shares = np.array([float(v.softmax[k]) for (v, _), k in zip(ranks, order, strict=True)])
    columns = [
        *([] if alone and is_counted(heads) else labelled(labels, heads)),
        Column("rank", tuple(str(rank + 1) for _, rank in ranks), "right", meanings, spare=1),
        Column(
            "class",
            tuple(v.name(k) for (v, _), k in zip(ranks, order, strict=True)),
            meanings=meanings,
        ),
        Column(SIGMA, tuple(numbers), "point", _noise(numbers, meanings)),
    ]
    return [Grid((*columns, _share_bars(shares, views[0].precision, ())), "-f csv")]
