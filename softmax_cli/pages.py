"""A Page: what a reader is shown, before anyone knows how wide it will be.

A page is made of blocks. A terminal, Markdown, LaTeX and HTML each show the same page in
their own way: a block says what things mean, never how they look.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from softmax_cli.formulas import Data, Formula
from softmax_cli.values import Floats

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
        spare: columns with larger numbers are left out first where not all fit, those
            with the same number together; those with 0 always stay.
    """

    head: Text
    cells: tuple[Text, ...]
    align: Align = "left"
    meanings: tuple[Meaning, ...] = ()
    spare: int = 0


class Bars(NamedTuple):
    """A column of bars, as wide as the page allows, on a track with an axis.

    Attributes:
        shares: the length of each bar, from 0 to 1; from −1 to 1 where they are signed.
        signed: whether bars start at a line in the centre; colour then shows the sign.
        heads: what the bars show; for signed bars, what each side means.
        axis: texts below the bars, spread evenly from the left end to the right one.
        marks: what stands behind each bar, or nothing.
        meanings: of the marks.
    """

    shares: tuple[float, ...]
    signed: bool = False
    heads: tuple[Text, ...] = ()
    axis: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    meanings: tuple[Meaning, ...] = ()


class Tiles(NamedTuple):
    """Many columns of numbers, each number shaded by its size.

    Attributes:
        heads: one a column.
        cells: gives the texts of a column, one a row, from its index and whether they are
            to be short: few columns are shown of many, so that few are formed.
        shares: how far each number is shaded, −1 to 1, shape (rows, columns); a NaN is bare.
        short: what short texts are, such as "percent"; nothing where there are none.
    """

    heads: tuple[Text, ...]
    cells: Callable[[int, bool], Sequence[str]]
    shares: Floats
    short: str = ""


# What shows every column of a grid for which there is no machine format.
WIDER = "a wider terminal"


class Grid(NamedTuple):
    """A table: columns, and how to see those that do not fit.

    Attributes:
        columns: from left to right.
        all_columns: what shows every column: an option such as `-f csv`, or a wider terminal.
    """

    columns: tuple[Column | Bars | Tiles, ...]
    all_columns: str = "-f csv"


class Matrix(NamedTuple):
    """A matrix with the names of its rows and columns: tiles with digits, or a picture.

    Attributes:
        rows: the names of the rows.
        columns: the names of the columns.
        cells: gives the texts of a row's entries from its index.
        values: shape (rows, columns), for the shades.
        pooled: whether each value is the sum of a block of entries, too many to hold.
        is_named: whether the names are more than numbers.
        all_entries: the option that shows every entry.
    """

    rows: tuple[Text, ...]
    columns: tuple[Text, ...]
    cells: Callable[[int], Sequence[str]]
    values: Floats
    pooled: bool = False
    is_named: bool = False
    all_entries: str = "-f csv"


Part = Sentence | Derivation | Grid | Matrix


class Section(NamedTuple):
    """Blocks under one heading, with an empty line before it."""

    heading: tuple[Text, ...]
    blocks: tuple[Part, ...]


class Page(NamedTuple):
    """What a reader is shown, from top to bottom."""

    blocks: tuple[Part | Section, ...]
