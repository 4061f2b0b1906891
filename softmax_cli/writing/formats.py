"""The machine formats: which module writes each, and what a terminal shows of it."""

import re
from collections.abc import Callable
from functools import lru_cache, partial

from softmax_cli.errors import printable
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.writing.delimited import Writer, delimited_writer


@lru_cache(maxsize=1)  # the header of a wide table takes longer than a block of it
def writer(layout: Layout, settings: Settings) -> Writer:
    """Return the writer of the machine format asked for."""
    if settings.format in ("json", "jsonl"):
        from softmax_cli.writing.json import json_writer  # most runs write none

        return json_writer(layout, settings)
    return delimited_writer(layout, settings)


def terminal_form(form: str, *, color: bool, encoding: str) -> Callable[[bytes], bytes]:
    """Return the function that turns a machine format's text into what a terminal shows.

    JSON is indented and coloured; in delimited text, characters that could steer the terminal
    are escaped.
    """
    if form in ("json", "jsonl"):
        from softmax_cli.writing.json_terminal import TerminalJson

        return TerminalJson(color=color, encoding=encoding, indented=form == "json")
    return partial(_escaped, encoding=encoding)


def _escaped(data: bytes, encoding: str) -> bytes:
    """Return delimited text with every unprintable character of a cell escaped."""
    if data.isascii() and not data.translate(None, _HARMLESS):
        return data
    text = data.decode(errors="backslashreplace")
    cells = re.split(r"(\t|\r?\n)", text)
    cells[::2] = map(printable, cells[::2])
    return "".join(cells).encode(encoding, errors="backslashreplace")


_HARMLESS = bytes(range(32, 127)) + b"\t\n"
