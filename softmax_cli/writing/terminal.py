"""A terminal: how wide it is, what colours it has, what it can spell."""

import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TextIO

from rich.cells import cell_len, chop_cells

from softmax_cli.errors import printable
from softmax_cli.formulas import in_ascii

__all__ = ["Colors", "Terminal", "cell_len"]

Colors = Literal["standard", "256", "truecolor"]

_JOINER = "\u200d"
# What pages are drawn with, for an encoding that has only ASCII.
_DRAWN = (
    str.maketrans("─╌│◀◂▸█▐▓▒░✓✗", "-.|<<>##%+:vx")
    | dict.fromkeys(map(ord, "▏▎▍▌"), "")
    | dict.fromkeys(map(ord, "▋▊▉"), "#")
)


@dataclass(frozen=True)
class Terminal:
    """What a page is drawn for.

    Attributes:
        width: characters in a line.
        colors: which colours it has, if any.
        encoding: of what is written to it.
    """

    width: int = 80
    colors: Colors | None = None
    encoding: str = "utf-8"

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str]) -> "Terminal":
        """The terminal behind a stream, or 80 plain columns where there is none."""
        return cls(
            _width(stream, environ.get("COLUMNS", "")),
            _colors(environ) if _has_color(stream, environ) else None,
            stream.encoding or "utf-8",
        )

    @property
    def is_unicode(self) -> bool:
        """Whether it can spell every sign."""
        return self.encoding.lower().startswith("utf")

    def own(self, text: str) -> str:
        """Text of ours, in signs that the encoding has."""
        text = _harmless(text)
        return text if self.is_unicode else self._encodable(in_ascii(text.translate(_DRAWN)))

    def shown(self, text: str) -> str:
        """Text of the user's: harmless, encodable, and no wider than a name may be."""
        name = self._encodable(_harmless(text)) or "''"
        return self.cut(name, min(40, max(6, self.width // 3)))

    def cut(self, text: str, width: int) -> str:
        """The beginning of a text, with a sign where its end is missing."""
        if cell_len(text) <= width:
            return text
        end = self.own("…")
        return chop_cells(text, max(1, width - len(end)))[0] + end

    def _encodable(self, text: str) -> str:
        return text.encode(self.encoding, "backslashreplace").decode(self.encoding)


def _harmless(text: str) -> str:
    """The text with control characters escaped; emoji that are joined into one stay so."""
    if _JOINER not in text:
        return printable(text)
    pieces = re.split(f"(?<=(.)){_JOINER}(?=(.))", text)
    whole = printable(pieces[0])
    for before, after, piece in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        joined = _is_pictorial(before) and _is_pictorial(after)
        whole += (_JOINER if joined else printable(_JOINER)) + printable(piece)
    return whole


def _is_pictorial(character: str) -> bool:
    """Whether it is part of an emoji: a picture, a skin tone, or the sign that asks for one."""
    return unicodedata.category(character) in ("So", "Sk") or character == "\ufe0f"


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
