"""The columns of a grid as strips of equal width: a head, a cell a row, and a foot."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rich.style import Style

from softmax_cli.pages import Align, Bars, Column, Tiles
from softmax_cli.writing import palette
from softmax_cli.writing.lines import Line, Span, spelled, width_of
from softmax_cli.writing.terminal import Terminal, cell_len

SHORTEST_BAR = 8
LONGEST_HEAD = 12
_EIGHTHS = ("", *"▏▎▍▌▋▊▉")
_POINT = re.compile(r"[.e]")


class Strip(NamedTuple):
    """A column as it stands on the terminal, no line wider than the strip.

    Attributes:
        gap: blank columns before it.
    """

    width: int
    head: Line
    cells: Sequence[Line]
    foot: Line = ()
    gap: int = 2


def aligned(numbers: Sequence[str]) -> list[str]:
    """The numbers with their points under one another."""
    points = [len(_POINT.split(text, maxsplit=1)[0]) for text in numbers]
    before = max(points, default=0)
    padded = [" " * (before - point) + text for point, text in zip(points, numbers, strict=True)]
    longest = max(map(len, padded), default=0)
    return [text.ljust(longest) if text.strip() else "" for text in padded]


def column_strip(column: Column, terminal: Terminal) -> Strip:
    """A column of texts."""
    head = spelled(column.head, terminal)
    texts = [spelled(cell, terminal) for cell in column.cells]
    if column.align == "point":
        texts = aligned(texts)
    width = max(map(cell_len, (head, *texts)))
    styles = [palette.meant(meaning, terminal.colors) for meaning in column.meanings]
    cells = [
        [Span(_filled(text, width, column.align), styles[row] if styles else palette.PLAIN)]
        for row, text in enumerate(texts)
    ]
    return Strip(width, [Span(_filled(head, width, column.align), palette.DIM)], cells)


def tile_strips(tiles: Tiles, fit: int, short: bool, terminal: Terminal) -> list[Strip]:
    """As many columns of tiles as fit, from the left, each as wide as its texts."""
    strips: list[Strip] = []
    for index in range(len(tiles.heads)):
        strip = _tile_strip(tiles, index, short, terminal)
        fit -= strip.width
        if fit < 0:
            break
        strips.append(strip._replace(gap=0) if strips else strip)
    return strips


def _tile_strip(tiles: Tiles, index: int, short: bool, terminal: Terminal) -> Strip:
    head = terminal.cut(spelled(tiles.heads[index], terminal), 5 if short else LONGEST_HEAD)
    texts = [terminal.own(text) for text in tiles.cells(index, short)]
    if not short:
        texts = aligned(texts)
    width = max(map(cell_len, (head, *texts))) + 2
    cells = [
        [Span(_filled(text + " ", width, "right"), palette.tile(float(share), terminal.colors))]
        for text, share in zip(texts, tiles.shares[:, index], strict=True)
    ]
    return Strip(width, [Span(_filled(head + " ", width, "right"), palette.DIM)], cells)


def dots_strip(rows: int, terminal: Terminal) -> Strip:
    """A column that stands for those left out."""
    dots = [Span(terminal.own("…"), palette.DIM)]
    return Strip(len(dots[0].text), dots, [dots] * rows, gap=1)


def bar_strip(bars: Bars, width: int, terminal: Terminal) -> Strip:
    """Bars with their axis and their marks, in so many columns; the marks alone if need be."""
    marks = [spelled(mark, terminal) for mark in bars.marks] or [""] * len(bars.shares)
    beside = max(map(cell_len, marks), default=0)
    beside += bool(beside)
    track = width - beside
    if track < SHORTEST_BAR:
        track = 0
    drawn = _signed if bars.signed else _bar
    cells: list[Line] = []
    for row, (share, mark) in enumerate(zip(bars.shares, marks, strict=True)):
        style = (
            palette.meant(bars.meanings[row], terminal.colors) if bars.meanings else palette.BOLD
        )
        line = drawn(share, track, terminal) if track else []
        cells.append([*line, Span(f" {mark}" if track else mark, style)] if mark else line)
    head, foot = _scale(bars, track, terminal) if track else ([], [])
    return Strip(track + beside, head, cells, foot)


def least_bar(bars: Bars, terminal: Terminal) -> int:
    """The columns that the marks of bars need."""
    return max((cell_len(spelled(mark, terminal)) for mark in bars.marks), default=0)


def _bar(share: float, width: int, terminal: Terminal) -> Line:
    """A bar of a share of the width, to an eighth of a character, on its track."""
    whole, eighths = divmod(round(min(1.0, max(0.0, share)) * width * 8), 8)
    if not terminal.is_unicode:
        whole, eighths = round(min(1.0, max(0.0, share)) * width), 0
    text = terminal.own("█" * whole + _EIGHTHS[eighths])
    spans = _graded(text, width, terminal)
    return [*spans, Span(terminal.own("╌") * (width - len(text)), palette.DIM)]


def _graded(text: str, width: int, terminal: Terminal) -> list[Span]:
    """The bar in the colours of its positions, a run of one colour at a time."""
    spans: list[Span] = []
    for position, character in enumerate(text):
        style = palette.bar(position, width, terminal.colors)
        if spans and spans[-1].style == style:
            spans[-1] = Span(spans[-1].text + character, spans[-1].style)
        else:
            spans.append(Span(character, style))
    return spans


def _signed(share: float, width: int, terminal: Terminal) -> Line:
    """A bar from the centre, to the left where the share is negative.

    Blocks that grow leftwards come in halves only, so both sides do.
    """
    half = (width - 1) // 2
    size = min(1.0, abs(share)) if share == share else 0.0
    whole, halves = divmod(round(size * half * 2), 2)
    style = palette.signed_bar(share > 0, terminal.colors)
    line = Span(terminal.own("│"), palette.DIM)
    rest = " " * (half - whole - halves)
    if share < 0:
        text = terminal.own("▐" * halves + "█" * whole)
        return [Span(rest), Span(text, style), line, Span(" " * (width - half - 1))]
    text = terminal.own("█" * whole + "▌" * halves)
    rest = " " * (width - half - 1 - len(text))
    return [Span(" " * half), line, Span(text, style), Span(rest)]


def _scale(bars: Bars, width: int, terminal: Terminal) -> tuple[Line, Line]:
    """The head and the axis of bars."""
    heads = [spelled(head, terminal) for head in bars.heads]
    if bars.signed and len(heads) == 2:
        half = (width - 1) // 2
        left, right = heads if max(map(cell_len, heads)) <= half else ("", "")
        text = " " * (half - cell_len(left)) + left + " " + right
    else:
        text = terminal.cut(" ".join(heads), width)
    axis = _axis(bars.axis, width, terminal)
    return [Span(text, palette.DIM)], [Span(axis, palette.DIM)] if axis else []


def _axis(texts: Sequence[str], width: int, terminal: Terminal) -> str:
    """The texts of an axis: the first at its left end, the last at its right one."""
    labels = [terminal.own(text) for text in texts]
    if not labels or sum(len(text) + 1 for text in labels) > width:
        labels = labels[:: max(1, len(labels) - 1)]
    line = ""
    for position, label in enumerate(labels):
        share = position / max(1, len(labels) - 1)
        place = round(share * (width - len(label)))
        line = line.ljust(place) + label
    return line if len(line) <= width else ""


def _filled(text: str, width: int, align: Align) -> str:
    blanks = " " * (width - cell_len(text))
    return text + blanks if align == "left" else blanks + text


def filled_to(line: Line, width: int, style: Style = palette.PLAIN) -> Line:
    """The line, filled up with blanks."""
    missing = width - width_of(line)
    return [*line, Span(" " * missing, style)] if missing > 0 else line
