"""A Page as LaTeX, ready to paste: arrays and matrices in math mode."""

import re
from collections.abc import Iterator, Sequence

from softmax_cli.formulas import Data, Formula, blank, latex_text, words
from softmax_cli.pages import (
    Align,
    Column,
    Derivation,
    Matrix,
    Meaning,
    Page,
    Part,
    Sentence,
    Text,
)
from softmax_cli.writing.markup import aligned_steps, grid_cells, paragraphs

_STRONG: frozenset[Meaning] = frozenset(("strong", "prediction", "target"))
_ALIGNMENTS: dict[Align, str] = {"left": "l", "right": "r", "point": "r"}
# A number of ours, or as typed: <1e-308, -inf, 1/3, ln(2).
_NUMBER = re.compile(r"(?:[\d.]+(?:e[+-]?\d+)?|inf(?:inity)?|ln\(|[-+/(),<>])+", re.IGNORECASE)
_EXPONENT = re.compile(r"(?<=[\d.])e\+?(-?)0*(\d+)", re.IGNORECASE)
_INFINITY = re.compile(r"\+?inf(?:inity)?", re.IGNORECASE)
# Signs of ours that the fonts of a plain document lack.
_SIGNS = {
    "◀": r"\blacktriangleleft",
    "✓": r"\checkmark",
    "✗": r"\times",
    "·": r"$\cdot$",
    "…": r"\dots{}",
    "σ": r"$\sigma$",
    "≈": r"$\approx$",
    "−": "$-$",
}
# Those that stand in math mode alone.
_MATH_SIGNS = "◀✗"


def latex(page: Page) -> str:
    """Return the page in LaTeX, for a document with the packages amsmath and amssymb.

    Args:
        page: what is shown.
    """
    return paragraphs(page, lambda heading: rf"\textbf{{{_words(heading)}}}", _part)


def _part(part: Part) -> str:
    if isinstance(part, Sentence):
        text = _words(part.parts)
        return rf"\textbf{{{text}}}" if part.meaning in _STRONG else text
    if isinstance(part, Derivation):
        return _displayed(aligned_steps(part))
    if isinstance(part, Matrix):
        return _displayed(_matrix(part))
    return _displayed(_array(list(grid_cells(part))))


def _displayed(lines: Iterator[str]) -> str:
    return "\n".join([r"\[", *lines, r"\]"])


def _words(parts: Sequence[Text]) -> str:
    return "".join(map(_outside, parts))


def _outside(text: Text) -> str:
    """Return a text for outside math mode."""
    if isinstance(text, Formula):
        return f"${text.latex.strip()}$"
    if isinstance(text, Data):
        return latex_text(text.text)
    return "".join(map(_character, text))


def _character(character: str) -> str:
    """Return a character of ours for outside math mode."""
    sign = _SIGNS.get(character, latex_text(character))
    return f"${sign}$" if character in _MATH_SIGNS else sign


def _inside(text: Text) -> str:
    """Return a text for math mode: numbers as they are, everything else as words."""
    if isinstance(text, Formula):
        return text.latex.strip()
    if isinstance(text, Data):
        return words(text.text).latex if text.text else ""
    if text and not text.strip("_"):  # left open on a worksheet
        return blank(len(text)).latex
    if text in _SIGNS:
        return _SIGNS[text]
    number = text.replace("−", "-")
    if not _NUMBER.fullmatch(number):
        return words(text).latex if text else ""
    number = _INFINITY.sub(r"\\infty", number).replace("ln(", r"\ln(")
    return _EXPONENT.sub(r" \\cdot 10^{\1\2}", number)


def _array(columns: Sequence[Column]) -> Iterator[str]:
    """Yield a table as an array, with a rule below the heads."""
    yield rf"\begin{{array}}{{{''.join(_ALIGNMENTS[column.align] for column in columns)}}}"
    yield " & ".join(_inside(column.head) for column in columns) + r" \\ \hline"
    rows = list(zip(*(list(_cells(column)) for column in columns), strict=True))
    yield from _ended(" & ".join(row) for row in rows)
    yield r"\end{array}"


def _cells(column: Column) -> Iterator[str]:
    for row, cell in enumerate(column.cells):
        is_strong = bool(column.meanings) and column.meanings[row] in _STRONG
        text = _inside(cell)
        yield rf"\mathbf{{{text}}}" if is_strong and text and not text.startswith("\\") else text


def _matrix(matrix: Matrix) -> Iterator[str]:
    """Yield a matrix: in brackets, or with its names beside it where classes have names."""
    rows = [[_inside(cell) for cell in matrix.cells(row)] for row in range(len(matrix.values))]
    if not matrix.is_named:
        yield r"J = \begin{bmatrix}"
        yield from _ended(" & ".join(row) for row in rows)
        yield r"\end{bmatrix}"
        return
    yield rf"\begin{{array}}{{r|{'r' * len(matrix.columns)}}}"
    heads = " & ".join(map(_inside, matrix.columns))
    yield rf"J & {heads} \\ \hline"
    named = zip(matrix.rows, rows, strict=False)
    yield from _ended(f"{_inside(name)} & {' & '.join(row)}" for name, row in named)
    yield r"\end{array}"


def _ended(lines: Iterator[str]) -> Iterator[str]:
    r"""Yield lines, each but the last ended by `\\`."""
    *before, last = lines
    yield from (line + r" \\" for line in before)
    yield last
