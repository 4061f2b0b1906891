"""A Page as Markdown, ready to paste: pipe tables, and formulas between dollar signs."""

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence

from softmax_cli.errors import printable
from softmax_cli.formulas import Data, Formula, words
from softmax_cli.pages import (
    Align,
    Column,
    Derivation,
    Grid,
    Matrix,
    Meaning,
    Page,
    Part,
    Section,
    Sentence,
    Step,
    Text,
    Tiles,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#$&!])")
_STRONG: frozenset[Meaning] = frozenset(("strong", "prediction", "target"))
_RULES: dict[Align, str] = {"left": ":--", "right": "--:", "point": "--:"}
# A longer reason stands below its step, on lines no longer than these.
_SHORT_REASON, _LONGEST_LINE = 24, 56
_RELATIONS = {"=": "=", "≈": r"\approx", "≠": r"\ne", "→": r"\to"}


def markdown(page: Page) -> str:
    """Return the page in Markdown; tables are GitHub's, formulas are KaTeX's.

    Args:
        page: what is shown.
    """
    return paragraphs(page, lambda heading: f"**{_words(heading)}**", _part)


def paragraphs(
    page: Page, heading: Callable[[tuple[Text, ...]], str], part: Callable[[Part], str]
) -> str:
    """Return the page's headings and parts with empty lines between them.

    Args:
        page: what is shown.
        heading: what makes text of a section's heading.
        part: what makes text of a part.
    """
    blocks: list[str] = []
    for block in page.blocks:
        if isinstance(block, Section):
            if block.heading:
                blocks.append(heading(block.heading))
            blocks += map(part, block.blocks)
        else:
            blocks.append(part(block))
    return "\n\n".join(blocks) + "\n" if blocks else ""


def escaped(text: str) -> str:
    """Return any text so that Markdown shows it as it is, in a table too."""
    return _SPECIAL.sub(r"\\\1", printable(text))


def _part(part: Part) -> str:
    if isinstance(part, Sentence):
        words = _words(part.parts)
        return f"**{words}**" if part.meaning in _STRONG else words
    if isinstance(part, Derivation):
        return _derivation(part)
    columns = _matrix_columns(part) if isinstance(part, Matrix) else list(grid_cells(part))
    return "\n".join(_table(columns))


def _words(parts: Sequence[Text]) -> str:
    return "".join(map(_text, parts))


def _text(text: Text) -> str:
    """Return a text; a formula stands between dollar signs."""
    if isinstance(text, Formula):
        return f"${text.latex.strip()}$"
    return escaped(text.text if isinstance(text, Data) else text)


def _derivation(derivation: Derivation) -> str:
    """Return a math fence, in which GitHub leaves every backslash alone."""
    return "\n".join(["```math", *aligned_steps(derivation), "```"])


def aligned_steps(derivation: Derivation) -> Iterator[str]:
    r"""Yield the lines of an `aligned` environment: a step a line, long reasons below theirs."""
    lines = [line for step in derivation.steps for line in _step(step)]
    yield r"\begin{aligned}"
    yield from (line + r" \\" for line in lines[:-1])
    yield lines[-1]
    yield r"\end{aligned}"


def _step(step: Step) -> Iterator[str]:
    left = step.left.latex.strip() if step.left else ""
    relation = _RELATIONS.get(step.relation, step.relation)
    line = f"{left} &{relation} {step.right.latex.strip()}"
    plain = "".join(part if isinstance(part, str) else part.text for part in step.why)
    if len(plain) <= _SHORT_REASON:
        why = "".join(map(_reason, step.why))
        yield f"{line} && {why}" if why else line
        return
    yield line
    if any(isinstance(part, Formula) for part in step.why):
        yield rf" &\quad {''.join(map(_reason, step.why))}"
        return
    for piece in textwrap.wrap(plain, _LONGEST_LINE):
        yield rf" &\quad {words(piece).latex}"


def _reason(text: Text) -> str:
    if isinstance(text, Formula):
        return text.latex
    return words(text.text if isinstance(text, Data) else text).latex


def grid_cells(grid: Grid) -> Iterator[Column]:
    """Yield the columns of a grid as texts: tiles are numbers, of bars only the marks stay."""
    for column in grid.columns:
        if isinstance(column, Column):
            yield column
        elif isinstance(column, Tiles):
            for index, head in enumerate(column.heads):
                yield Column(head, tuple(column.cells(index, False)), "point")
        elif any(column.marks):
            yield Column("", column.marks)


def _matrix_columns(matrix: Matrix) -> list[Column]:
    rows = [matrix.cells(row) for row in range(len(matrix.values))]
    columns = [
        Column(head, tuple(cells), "point")
        for head, cells in zip(matrix.columns, zip(*rows, strict=True), strict=False)
    ]
    return [Column("", matrix.rows[: len(rows)]), *columns]


def _table(columns: Sequence[Column]) -> Iterator[str]:
    """Yield the lines of a pipe table, its pipes under one another."""
    rules = [_RULES[column.align] for column in columns]
    texts = [[_text(column.head), *_cells(column)] for column in columns]
    widths = [max(3, *map(len, cells)) for cells in texts]
    lines = zip(*texts, strict=True)
    yield _row(next(lines), widths, columns)
    yield "|" + "|".join(_rule(rule, w) for rule, w in zip(rules, widths, strict=True)) + "|"
    for line in lines:
        yield _row(line, widths, columns)


def _cells(column: Column) -> Iterator[str]:
    for row, cell in enumerate(column.cells):
        is_strong = bool(column.meanings) and column.meanings[row] in _STRONG
        text = _text(cell)
        yield f"**{text}**" if is_strong and text else text


def _rule(rule: str, width: int) -> str:
    return f" {rule.replace('--', '-' * (width - 1))} "


def _row(cells: Sequence[str], widths: Sequence[int], columns: Sequence[Column]) -> str:
    padded = [
        cell.ljust(width) if column.align == "left" else cell.rjust(width)
        for cell, width, column in zip(cells, widths, columns, strict=True)
    ]
    return "| " + " | ".join(padded) + " |"
