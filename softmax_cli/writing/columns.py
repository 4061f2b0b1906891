"""Columns of a table: numbers under one another, bars, and as many as a terminal has room for.

A number is cut nowhere: where there is no room for it, its whole column is left out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, takewhile
from math import exp, isinf
from typing import Any

from softmax_cli.values import Quantity
from softmax_cli.writing.terminal import Colors, Terminal, room_of

GAP = "  "
SHORTEST_BAR, LONGEST_BAR = 8, 32
EIGHTHS = ("", *"▏▎▍▌▋▊▉")


def number(value: Any, precision: int) -> str:
    """A number to so many digits after the point, never claiming 0 or ±1 for what is neither."""
    if isinstance(value, Decimal):
        return f"{value}".replace("E", "e").replace("-Infinity", "-inf")
    value = float(value)
    if value in (0, 1, -1) or isinf(value):
        return f"{value + 0.0:g}"
    if abs(value) >= 1e9:
        return f"{value:.{precision or 1}e}"
    rounded = f"{value:.{precision}f}"
    size = abs(float(rounded))
    if size in (0, 1) and not precision:
        return number(value, 1)
    if size == 0:
        return f"{value:.1e}"
    if size == 1:
        below = "0." + "9" * precision
        return (">" if value > 0 else "<-") + (below if abs(value) < 1 else rounded.lstrip("-"))
    return rounded


def typed(value: float, precision: int) -> str:
    """A number of the user's own as it was typed, unless rounding it is shorter."""
    every_digit = repr(float(value) + 0.0).removesuffix(".0")
    return min(every_digit, number(value, precision), key=len)


def aligned(numbers: Sequence[str]) -> list[str]:
    """The numbers with their points under one another."""
    points = [len(re.split("[.e]", text, maxsplit=1)[0]) for text in numbers]
    before = max(points, default=0)
    padded = [" " * (before - point) + text for point, text in zip(points, numbers, strict=True)]
    longest = max(map(len, padded), default=0)
    return [text.ljust(longest) if text.strip() else "" for text in padded]


def bar(share: float, width: int) -> str:
    """A bar of a share of the width, to an eighth of a character."""
    whole, eighths = divmod(round(share * width * 8), 8)
    return f"{'█' * whole}{EIGHTHS[eighths]}"


def centred_bar(share: float, width: int) -> str:
    """A bar from the middle, to the left where the share is negative.

    Blocks that grow leftwards come in halves only, so both sides do.
    """
    half = (width - 1) // 2
    whole, halves = divmod(round(abs(share) * half * 2), 2)
    if share < 0:
        return ("▐" * halves + "█" * whole).rjust(half) + "│" + " " * half
    return " " * half + "│" + ("█" * whole + "▌" * halves).ljust(half)


def shade(share: float, colors: Colors | None) -> str:
    """The style of a matrix' cell: blue above zero, red below, the fuller the larger.

    The palest is as dark as white letters need, whether the background is light or dark.
    """
    size = abs(share)
    if size < 0.03:
        return ""
    if colors == "standard":
        return f"{'bold ' if size > 0.5 else ''}{'blue' if share > 0 else 'red'}"
    pale, full = ((92, 112, 140), (0, 84, 200)) if share > 0 else ((140, 100, 104), (190, 24, 40))
    mixed = (round(p + (f - p) * size) for p, f in zip(pale, full, strict=True))
    return f"white on rgb({','.join(map(str, mixed))})"


@dataclass(frozen=True)
class Column:
    """A column of a table; a cell is never cut here."""

    head: str
    cells: Sequence[str]
    styles: Sequence[str] = ()
    right: bool = False

    @cached_property
    def width(self) -> int:
        """What the column takes of a line."""
        return max(map(room_of, (self.head, *self.cells)))

    def padded(self, text: str) -> str:
        """A cell's text, filled up with blanks."""
        blanks = " " * (self.width - room_of(text))
        return blanks + text if self.right else text + blanks


def span(columns: Iterable[Column]) -> int:
    """The width of columns, each with the gap behind it."""
    return sum(column.width + len(GAP) for column in columns)


def fitting(columns: Iterable[Column], room: int) -> int:
    """How many of the columns fit, from the left."""
    return sum(1 for _ in takewhile(room.__ge__, accumulate(span([c]) for c in columns)))


def table(columns: Sequence[Column], terminal: Terminal) -> list[str]:
    """The lines of a table: the heads, a rule, a line a row."""
    heads = GAP.join(terminal.painted(c.padded(c.head), "bold") for c in columns)
    rule = terminal.own("─") * (span(columns) - len(GAP))
    lines = [heads, terminal.painted(rule, "dim")]
    for row in range(len(columns[0].cells)):
        cells = (
            terminal.painted(c.padded(c.cells[row]), c.styles[row] if c.styles else "")
            for c in columns
        )
        lines.append(GAP.join(cells))
    return [line.rstrip() for line in lines]


def wide_table(
    lead: Sequence[Column],
    body: Iterable[Column],
    tail: Sequence[Column],
    classes: int,
    terminal: Terminal,
) -> list[str]:
    """A table with a column a class, cut at whole columns, and what it does not show.

    `body` is made only as far as it is shown.
    """
    leading = lead[: max(1, fitting(lead, terminal.width // 2))]
    room = terminal.width + len(GAP) - span(leading)
    made: list[Column] = []
    left = room
    for column in body:
        made.append(column)
        left -= span([column])
        if left < 0:
            break
    dots = Column(terminal.own("…"), [terminal.own("…")] * len(lead[0].cells))
    shown, end = len(made), [*tail]
    if shown < classes or span([*made, *tail]) > room:
        end = [dots, *tail]
        shown = fitting(made, room - span(end))
        if not shown:
            end = [dots] if span([made[0], dots]) <= room else []
            shown = max(1, fitting(made, room - span(end)))
    lines = table([*leading, *made[:shown], *end], terminal)
    beside = [*lead[len(leading) :], *(column for column in tail if column not in end)]
    missing = [(classes - shown, "class", "classes"), (len(beside), "column", "columns")]
    return lines + left_out(missing, "-f json" if beside else "-f csv", terminal)


def narrowed(
    columns: Sequence[Column], least: Sequence[Column], terminal: Terminal
) -> list[Column]:
    """The columns without the least of them, as far as the width demands."""
    shown = list(columns)
    for column in least:
        if span(shown) <= terminal.width + len(GAP):
            break
        shown = [other for other in shown if other is not column]
    return shown


def left_out(missing: Iterable[tuple[int, str, str]], remedy: str, terminal: Terminal) -> list[str]:
    """A line about what a table leaves out, if it does."""
    counts = [f"{n:,} more {one if n == 1 else more}" for n, one, more in missing if n]
    if not counts:
        return []
    text = terminal.own("… ") + " and ".join(counts) + f": {remedy} shows all"
    return terminal.sentence(text, "dim")


def shares_of(values: Iterable[Any], quantity: Quantity) -> list[float]:
    """How long each value's bar is: its probability, or its part of the largest."""
    sizes = [float(value) for value in values]
    if quantity == "softmax":
        return sizes
    if quantity == "log_softmax":
        return [exp(size) for size in sizes]
    largest = max(map(abs, sizes), default=0) or 1
    return [size / largest for size in sizes]


def with_bars(
    columns: list[Column],
    shares: Sequence[float],
    marks: Sequence[str],
    signed: bool,
    terminal: Terminal,
) -> list[Column]:
    """The columns, and a bar and a mark a row, as far as there is room for them."""
    room = terminal.width - span(columns)
    mark = max(map(room_of, marks))
    if room < mark + len(" ") + SHORTEST_BAR:
        marks, mark = [text[:1] for text in marks], min(mark, 1)
    if room < max(mark, 1):
        return columns
    width = min(LONGEST_BAR, room - mark - len(" "))
    bar_of = centred_bar if signed else bar
    drawn = [bar_of(share, width) + " " if width >= SHORTEST_BAR else "" for share in shares]
    cells = [terminal.own(picture + text) for picture, text in zip(drawn, marks, strict=True)]
    styles = [
        "bold green" if text else "red" if share < 0 else "cyan"
        for text, share in zip(marks, shares, strict=True)
    ]
    return [*columns, Column("", [cell.rstrip() for cell in cells], styles)]
