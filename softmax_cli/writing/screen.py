"""A Page as the text that shows it on a terminal."""

from collections.abc import Iterator

from softmax_cli.pages import Derivation, Matrix, Page, Part, Section, Sentence, Step
from softmax_cli.writing import palette
from softmax_cli.writing.grids import grid_lines
from softmax_cli.writing.lines import Line, Span, folded, painted, spelled, spelled_all
from softmax_cli.writing.mosaic import matrix_lines
from softmax_cli.writing.terminal import Terminal, cell_len


def screen(page: Page, terminal: Terminal) -> str:
    """The text of a page: lines that fit the width, in the terminal's colours.

    Args:
        page: what is shown.
        terminal: what it is shown on.
    """
    return painted(page_lines(page, terminal), terminal)


def page_lines(page: Page, terminal: Terminal) -> list[Line]:
    """The lines of a page."""
    lines: list[Line] = []
    for block in page.blocks:
        if isinstance(block, Section):
            lines += _section(block, terminal, is_first=not lines)
        else:
            lines += _part(block, terminal)
    return lines


def _section(section: Section, terminal: Terminal, *, is_first: bool) -> Iterator[Line]:
    if not is_first:
        yield []
    if section.heading:
        yield from _sentence(Sentence(section.heading, "strong"), terminal)
    for part in section.blocks:
        yield from _part(part, terminal)


def _part(part: Part, terminal: Terminal) -> list[Line]:
    if isinstance(part, Sentence):
        return _sentence(part, terminal)
    if isinstance(part, Derivation):
        return _derivation(part, terminal)
    if isinstance(part, Matrix):
        return matrix_lines(part, terminal)
    return grid_lines(part, terminal)


def _sentence(sentence: Sentence, terminal: Terminal) -> list[Line]:
    style = palette.meant(sentence.meaning, terminal.colors)
    text = spelled_all(sentence.parts, terminal)
    return [[Span(line, style)] for line in folded(text, terminal.width)]


def _derivation(derivation: Derivation, terminal: Terminal) -> list[Line]:
    """Steps with their relations under one another, and the reasons where they fit."""
    lefts = [spelled(step.left or "", terminal) for step in derivation.steps]
    widest = max(map(cell_len, lefts), default=0)
    indent = min(widest, terminal.width // 3)
    lines: list[Line] = []
    for left, step in zip(lefts, derivation.steps, strict=True):
        lines += _step(left, step, indent, terminal)
    return lines


def _step(left: str, step: Step, indent: int, terminal: Terminal) -> Iterator[Line]:
    margin = 2
    relation = terminal.own(step.relation)
    start = " " * (margin + max(0, indent - cell_len(left))) + left
    text = f"{start} {relation} {spelled(step.right, terminal)}"
    lines = folded(text, terminal.width, margin + indent + len(relation) + 2)
    why = spelled_all(step.why, terminal)
    for line in lines[:-1]:
        yield [Span(line)]
    if why and cell_len(lines[-1]) + 3 + cell_len(why) <= terminal.width:
        yield [Span(lines[-1]), Span("   " + why, palette.DIM)]
        return
    yield [Span(lines[-1])]
    for line in folded(" " * (margin + indent + 3) + why, terminal.width, margin + indent + 3):
        if line.strip():
            yield [Span(line, palette.DIM)]
