"""Columns of text among the logits, which the first row of data shows."""

from collections.abc import Sequence

from softmax_cli.errors import HoldsText
from softmax_cli.reading.columns import as_option
from softmax_cli.reading.delimited import text_of
from softmax_cli.reading.layout import Layout, is_text
from softmax_cli.settings import Settings


def check_first_row(row: Sequence[bytes], line: int, layout: Layout, settings: Settings) -> None:
    """Refuse a column of text among the logits before it is read as numbers.

    Raises:
        HoldsText: a cell of the first row of data that is text; it names what to keep.
    """
    # the entries of a vector in a member are not columns that could be kept
    if layout.ragged or layout.member is not None or len(row) != layout.width:
        return
    words = [column for column in layout.logits if _is_word(text_of(row[column]), settings)]
    if words and len(words) < len(layout.logits):
        text = text_of(row[words[0]]).strip()
        raise HoldsText(
            layout.place(line, words[0]), text=text, remedy=_keep(words, settings, layout)
        )


def _is_word(cell: str, settings: Settings) -> bool:
    text = cell.strip()
    return text[:1].isalpha() and is_text(text, settings)


def _keep(words: Sequence[int], settings: Settings, layout: Layout) -> str:
    """The options that keep these columns."""
    if settings.columns:
        return "leave it out of --columns"
    kept = as_option(words, layout.header)
    return f"use --keep {settings.keep},{kept}" if settings.keep else f"add --keep {kept}"
