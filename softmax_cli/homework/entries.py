"""The entries of a Jacobian as a matrix that fits a page, with fewer digits where it must be."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from softmax_cli.formulas import Formula, formula
from softmax_cli.homework.equations import Chosen, chosen, hidden
from softmax_cli.homework.notation import Notation
from softmax_cli.homework.problem import Problem, sentence
from softmax_cli.pages import Matrix, Part

# A line of a printed page holds about so many characters of a matrix.
_WIDTH = 58
# What the space between columns and a power of ten take beyond the characters.
_GAP, _POWER = 2, 3
# Fewer digits than these are shown only of a matrix with columns left out already.
_FEW_DIGITS = 3
_MOST_WIDE_CLASSES = 4


class _Cells(NamedTuple):
    """The texts of a matrix's cells, the classes they belong to, and their digits."""

    rows: Chosen
    columns: Chosen
    texts: Sequence[Sequence[str]]
    notation: Notation

    @property
    def width(self) -> int:
        columns = zip(*self.texts, strict=True)
        return sum(max(len(t) + _POWER * ("e" in t) for t in column) + _GAP for column in columns)


def matrix(problem: Problem, wanted: Sequence[int]) -> list[Part]:
    """Return the matrix, and a sentence where it shows less than was asked for.

    Args:
        problem: the vector.
        wanted: the rows that were asked for: all, or one.
    """
    cells = next((cells for cells in _ways(problem, wanted) if cells.width <= _WIDTH), None)
    if cells is None:
        *_, cells = _ways(problem, wanted)
    values = [
        [0.0 if j is None or k is None else problem.numbers.slope(j, k) for k in cells.columns]
        for j in cells.rows
    ]
    names = problem.notation.names
    shown: list[Part] = [
        Matrix(
            rows=_heads(problem, "σ", cells.rows),
            columns=_heads(problem, "x", cells.columns),
            cells=lambda row: cells.texts[row],
            values=np.array(values, dtype=float) * (not problem.notation.is_blank),
            is_named=bool(names) and not isinstance(names[0], str),
        )
    ]
    if hidden(cells.columns) and not hidden(problem.shown):
        shown.append(
            sentence("To fit, some classes are left out: softmax jacobian -f csv has all.")
        )
    if cells.notation.digits != problem.notation.digits:
        shown.append(sentence(f"To fit, the entries are rounded to {cells.notation.digits}."))
    return shown


def _ways(problem: Problem, wanted: Sequence[int]) -> Iterator[_Cells]:
    """Yield ways to show the matrix, the fullest first."""
    some = chosen(problem.size, problem.numbers.largest, *_one(wanted), most=_MOST_WIDE_CLASSES)
    for columns, least in ((problem.shown, _FEW_DIGITS), (some, 1)):
        rows: Chosen = wanted if len(wanted) == 1 else columns
        for notation in problem.notation.shorter(least):
            texts = [
                [
                    "…" if j is None or k is None else notation.cell(problem.numbers.slope(j, k))
                    for k in columns
                ]
                for j in rows
            ]
            yield _Cells(rows, columns, texts, notation)


def _one(wanted: Sequence[int]) -> Sequence[int]:
    return wanted if len(wanted) == 1 else ()


def _heads(problem: Problem, symbol: str, shown: Chosen) -> tuple[str | Formula, ...]:
    letter = problem.notation.letter
    return tuple("…" if i is None else formula("∂", letter(symbol, i)) for i in shown)
