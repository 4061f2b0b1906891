"""The formats for readers: each is one function from a page to text, and one entry here."""

from collections.abc import Callable

from softmax_cli.pages import Page
from softmax_cli.writing.latex import latex
from softmax_cli.writing.markup import markdown
from softmax_cli.writing.pictures import html, svg
from softmax_cli.writing.screen import screen
from softmax_cli.writing.terminal import Terminal

READER_FORMATS: dict[str, Callable[[Page, Terminal], str]] = {
    "table": screen,
    "markdown": lambda page, _: markdown(page),
    "latex": lambda page, _: latex(page),
    "svg": svg,
    "html": html,
}
