"""Cells: how a record is cut into them, what a raw one says, and how one is written.

Quotes are those of RFC 4180: around a whole cell, and doubled within it.
"""

import re

from softmax_cli.errors import (
    NotText,
    SoftmaxError,
    StrayQuote,
    UnterminatedQuote,
    UsageError,
    quoted,
)
from softmax_cli.settings import Settings

# A delimiter of one blank stands for any run of blanks.
BLANK = b" "
_NAMED_DELIMITERS: dict[str, bytes] = {"tab": b"\t", "\\t": b"\t", "space": BLANK, "blank": BLANK}
_UNFIT_DELIMITER = re.compile(rb"[0-9A-Za-z+\-.\"\r\n\x00/()\x80-\xff]")


def delimiter_of(record: bytes, settings: Settings) -> bytes:
    """The delimiter asked for, or the first of tab ; , | and blanks outside quotes.

    Raises:
        UsageError: the delimiter asked for is not one character that can part numbers.
    """
    if settings.delimiter is not None:
        return _chosen_delimiter(settings.delimiter)
    outside = b"".join(record.strip(b" ").split(b'"')[::2])
    candidates = [b"\t", b";", b",", b"|", BLANK]
    if settings.decimal_comma:
        candidates.remove(b",")
    for candidate in candidates:
        if candidate in outside:
            return candidate
    return b";" if settings.decimal_comma else b","


def _chosen_delimiter(text: str) -> bytes:
    delimiter = _NAMED_DELIMITERS.get(text.lower()) or text.encode(errors="surrogateescape")
    if len(delimiter) != 1 or _UNFIT_DELIMITER.match(delimiter):
        reason = f"--delimiter: {quoted(text)} is not one character that can part numbers"
        raise UsageError(reason=reason)
    return delimiter


def cells(record: bytes, delimiter: bytes) -> list[bytes]:
    """The raw cells of a record: quotes stay on them."""
    if b'"' not in record:
        return _split(record, delimiter)
    # No record holds a NUL, so it can stand for the delimiters outside quotes.
    parts = record.split(b'"')
    parts[::2] = [
        b"\0".join(_split(part, delimiter)) if delimiter != BLANK else _marked_blanks(part)
        for part in parts[::2]
    ]
    marked = b'"'.join(parts)
    return (marked.strip(b"\0") if delimiter == BLANK else marked).split(b"\0")


def _split(record: bytes, delimiter: bytes) -> list[bytes]:
    if delimiter == BLANK:
        return [cell for cell in record.replace(b"\t", b" ").split(b" ") if cell]
    return record.split(delimiter)


def _marked_blanks(part: bytes) -> bytes:
    return re.sub(rb"[ \t]+", b"\0", part)


def text_of(cell: bytes) -> str:
    """What a raw cell says, its quotes undone.

    Raises:
        StrayQuote: a quote within a cell that is not quoted.
        NotText: the cell is not UTF-8.
    """
    try:
        text = cell.decode()
    except UnicodeDecodeError:
        shown = cell.decode(errors="backslashreplace")
        raise NotText(reason=f"{quoted(shown)} is not UTF-8") from None
    if '"' not in text:
        return text
    inner = text[1:-1].replace('""', "")
    if text.count('"') % 2:
        raise UnterminatedQuote
    if len(text) < 2 or text[0] != '"' or text[-1] != '"' or '"' in inner:
        raise StrayQuote(text=text)
    return text[1:-1].replace('""', '"')


def raw_of(text: str, delimiter: bytes) -> bytes:
    """The raw cell that says this text, quoted only where it must be."""
    parts = " \t" if delimiter == BLANK else delimiter.decode()
    is_lost = not text and delimiter == BLANK
    if is_lost or any(character in text for character in f'"\r\n{parts}'):
        text = '"' + text.replace('"', '""') + '"'
    return text.encode()


def comma_list(text: str) -> list[str]:
    """The items of a comma-separated list, where an item in double quotes may hold commas.

    Raises:
        UsageError: a quote that is never closed, or bytes that are no text.
    """
    try:
        return [text_of(cell.strip()).strip() for cell in cells(text.encode(), b",")]
    except UnicodeEncodeError:
        raise UsageError(reason=f"{quoted(text)} is not UTF-8") from None
    except SoftmaxError:
        raise UsageError(reason=f"{quoted(text)}: the quotes do not match") from None


def as_typed(text: str, settings: Settings) -> str:
    """The cell's text with a decimal point, whatever sign the input uses for it."""
    if not settings.decimal_comma:
        return text
    # a point would be a thousands separator, which the grammar refuses
    return text.replace(".", "_").replace(",", ".")
