"""Lines of styled text: what a page is on a terminal before it is painted.

rich's own Segment would do, but importing it takes as long as everything else together.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import chop_cells
from rich.style import Style

from softmax_cli.formulas import Data, Formula
from softmax_cli.pages import Text
from softmax_cli.writing.palette import PLAIN, SYSTEMS
from softmax_cli.writing.terminal import Terminal, cell_len


class Span(NamedTuple):
    """Text of one style."""

    text: str
    style: Style = PLAIN


Line = Sequence[Span]


def width_of(line: Line) -> int:
    """How many columns a line takes."""
    return sum(cell_len(span.text) for span in line)


def spelled(text: Text, terminal: Terminal) -> str:
    """A text as the terminal can show it."""
    if isinstance(text, Data):
        return terminal.shown(text.text)
    return terminal.own(text.text if isinstance(text, Formula) else text)


def spelled_all(parts: Iterable[Text], terminal: Terminal) -> str:
    """Texts one after another."""
    return "".join(spelled(part, terminal) for part in parts)


def folded(text: str, width: int, indent: int = 0) -> list[str]:
    """A text folded between words; all lines but the first start with so many blanks."""
    words = text.lstrip(" ")
    lines = [" " * min(len(text) - len(words), width // 2)]
    indent = min(indent, width // 2)
    for word in words.split(" "):
        for piece in chop_cells(word, max(1, width - indent)) or [""]:
            longer = f"{lines[-1]} {piece}" if lines[-1].strip() else lines[-1] + piece
            if cell_len(longer) <= width or not lines[-1].strip():
                lines[-1] = longer
            else:
                lines.append(" " * indent + piece)
    return lines


def painted(lines: Iterable[Line], terminal: Terminal) -> str:
    """The text of lines, in colours if the terminal has any, without trailing blanks."""
    return "".join(_painted(trimmed(line), terminal) + "\n" for line in lines)


def trimmed(line: Line) -> list[Span]:
    """A line without the blanks at its end that nobody sees."""
    spans = list(line)
    while spans and not spans[-1].style.bgcolor:
        text = spans[-1].text.rstrip(" ")
        if text:
            spans[-1] = Span(text, spans[-1].style)
            break
        spans.pop()
    return spans


def _painted(line: Iterable[Span], terminal: Terminal) -> str:
    if not terminal.colors:
        return "".join(span.text for span in line).rstrip(" ")
    system = SYSTEMS[terminal.colors]
    return "".join(
        span.style.render(span.text, color_system=system) if span.style else span.text
        for span in line
    )
