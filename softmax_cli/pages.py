"""A Page: what a reader is shown, before anyone knows how wide it will be.

A page is made of blocks. A terminal, Markdown, LaTeX and HTML each show the same page in
their own way: a block says what things mean, never how they look.
"""

from typing import Literal, NamedTuple

from softmax_cli.formulas import Data, Formula
from softmax_cli.values import Floats, Numbers

# Words of ours, text of the user's own, or a formula; words and data may stand side by side.
Text = str | Data | Formula

# What a cell or a sentence is, from which each way of showing it takes its looks.
Meaning = Literal[
    "plain",
    "strong",
    "dim",
    "noise",
    "prediction",
    "target",
    "right",
    "wrong",
    "near",
]
Align = Literal["left", "right", "point"]


class Sentence(NamedTuple):
    """Words, data and formulas on one line, folded where it is too long.

    Attributes:
        parts: written one after another: `("The sum is ", formula("S = ", "11.21"), ".")`.
        meaning: of the whole sentence.
    """

    parts: tuple[Text, ...]
    meaning: Meaning = "plain"


class Step(NamedTuple):
    """A line of a derivation.

    Attributes:
        left: what stands before the relation; nothing repeats the line above.
        right: what stands behind it.
        relation: `=`, `≈` or another sign.
        why: the reason, in words, if it needs one.
    """

    left: Formula | None
    right: Formula
    relation: str = "="
    why: tuple[Text, ...] = ()


class Derivation(NamedTuple):
    """Lines of algebra, their relations under one another."""

    steps: tuple[Step, ...]


class Column(NamedTuple):
    """A column of a grid; its cells are shown whole or not at all.

    Attributes:
        head: its name.
        cells: one a row.
        align: `point` puts the points of numbers under one another.
        meanings: of each cell, or nothing where all are plain.
        spare: columns with larger numbers are left out first where there is no room;
            those with 0 stay as long as anything does.
    """

    head: Text
    cells: tuple[Text, ...]
    align: Align = "left"
    meanings: tuple[Meaning, ...] = ()
    spare: int = 0


class Bars(NamedTuple):
    """A column of bars, as wide as there is room, on a track with an axis.

    Attributes:
        shares: the length of each bar, from 0 to 1; from −1 to 1 where they are signed.
        signed: whether bars start at a line in the centre; colour then shows the sign.
        axis: texts below the bars, spread evenly; for signed bars, the two sides' heads.
        marks: what stands behind each bar, or nothing.
        meanings: of each bar and its mark.
    """

    shares: tuple[float, ...]
    signed: bool = False
    axis: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    meanings: tuple[Meaning, ...] = ()


class Tiles(NamedTuple):
    """Many columns of numbers, each number shaded by its size.

    Attributes:
        heads: one a column.
        values: shape (rows, columns); a NaN is a blank.
        shares: how far each value is shaded, −1 to 1, the same shape.
        digits: digits after the point, or "percent".
    """

    heads: tuple[Text, ...]
    values: Numbers
    shares: Floats
    digits: int | Literal["percent"] = "percent"


class Grid(NamedTuple):
    """A table: columns, and how to see what has no room.

    Attributes:
        columns: from left to right.
        gaps: before which rows something is left out.
        groups: before which rows a new group begins.
        all_columns: the option that shows every column, such as `-f csv`.
    """

    columns: tuple[Column | Bars | Tiles, ...]
    gaps: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    all_columns: str = "-f csv"


class Matrix(NamedTuple):
    """A matrix with the names of its rows and columns: tiles with digits, or a picture.

    Attributes:
        rows: the names of the rows.
        columns: the names of the columns.
        values: shape (rows, columns).
        digits: digits after the point.
        pooled: classes a row and column of `values` stand for, where there are too many
            to show: each value is then the sum of its block.
        symbol: what the matrix is, such as the formula J.
        all_entries: the option that shows every entry.
    """

    rows: tuple[Text, ...]
    columns: tuple[Text, ...]
    values: Numbers
    digits: int = 4
    pooled: int = 1
    symbol: Formula | None = None
    all_entries: str = "-f csv"


Part = Sentence | Derivation | Grid | Matrix


class Section(NamedTuple):
    """Blocks under one heading, with an empty line before it."""

    heading: tuple[Text, ...]
    blocks: tuple[Part, ...]


class Page(NamedTuple):
    """What a reader is shown, from top to bottom."""

    blocks: tuple[Part | Section, ...]
