"""A terminal: how wide it is, what colours it has, what it can spell.

Texts are measured and coloured by rich, but no table is its own: `rich.table` wraps and
cuts numbers where a column does not fit, needs 13 s for 10,000 rows of four numbers where
joining the cells needs one, and takes twice as long to import.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TextIO

from rich.cells import cell_len as room_of
from rich.cells import chop_cells
from rich.color import ColorSystem
from rich.style import Style

from softmax_cli.errors import printable

__all__ = ["Colors", "Terminal", "room_of"]

Colors = Literal["standard", "256", "truecolor"]
SYSTEMS: dict[Colors, ColorSystem] = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
}

# What tables are drawn with, for an encoding that has only ASCII.
ASCII = str.maketrans(
    {"σ": "s", "∂": "d", "ᵀ": "'", "…": "...", "─": "-", "◀": "<", "│": "|", "█": "#"}
    | dict.fromkeys("▏▎▍▌", "")
    | dict.fromkeys("▋▊▉▐", "#")
)


@dataclass(frozen=True)
class Terminal:
    """What a table is drawn for."""

    width: int = 80
    colors: Colors | None = None
    encoding: str = "utf-8"

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str]) -> "Terminal":
        """The terminal behind a stream, or a page of its own where there is none."""
        return cls(
            _width(stream, environ.get("COLUMNS", "")),
            _colors(environ) if _has_color(stream, environ) else None,
            stream.encoding or "utf-8",
        )

    def own(self, text: str) -> str:
        """Signs that tables are drawn with, in the terminal's encoding."""
        return text if self.encoding.lower().startswith("utf") else text.translate(ASCII)

    def shown(self, text: str) -> str:
        """Text from the data: harmless, encodable, and no wider than a label may be."""
        encodable = printable(text).encode(self.encoding, "backslashreplace")
        return self.cut(encodable.decode(self.encoding), min(40, max(6, self.width // 3)))

    def cut(self, text: str, width: int) -> str:
        """The beginning of a text, with a sign where its end is missing."""
        if room_of(text) <= width:
            return text
        end = self.own("…")
        return chop_cells(text, width - len(end))[0] + end

    def painted(self, text: str, style: str) -> str:
        """The text in its colours, if there are any."""
        if not style or not self.colors:
            return text
        return _style(style, self.colors).render(text, color_system=SYSTEMS[self.colors])

    def sentence(self, text: str, style: str = "") -> list[str]:
        """A line about a table, folded between words where it is longer than the width."""
        lines = [""]
        for word in text.split(" "):
            for piece in chop_cells(word, self.width):
                longer = f"{lines[-1]} {piece}" if lines[-1] else piece
                if room_of(longer) <= self.width:
                    lines[-1] = longer
                else:
                    lines.append(piece)
        return [self.painted(line, style) for line in lines]


def _width(stream: TextIO, columns: str) -> int:
    if columns.isascii() and columns.isdigit() and 0 < len(columns.lstrip("0")) < 6:
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _has_color(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """As no-color.org, force-color.org and bixense.com/clicolors say, in this order."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    wanted = environ.get("CLICOLOR") != "0" and environ.get("TERM") not in ("dumb", "unknown")
    return wanted and stream.isatty()


def _colors(environ: Mapping[str, str]) -> Colors:
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "truecolor"
    return "256" if "256color" in environ.get("TERM", "") else "standard"


@lru_cache
def _style(style: str, colors: Colors) -> Style:  # noqa: ARG001 (a key)
    """A style for one kind of colours: it remembers the codes of the first it is used with."""
    return Style.parse(style).copy()
