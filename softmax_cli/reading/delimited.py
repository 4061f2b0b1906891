"""Cells: how a record is cut into them, what a raw cell says, and how a cell is written.

Quotes are those of RFC 4180: around a whole cell, and doubled within it. A quote opens a
cell only where the cell begins; anywhere else it is an error of its own row.
"""

import re
from collections.abc import Sequence
from functools import cache

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
# What a cell may begin behind while the delimiter is not known.
ANY_EDGES = b"\t;,| "
_NAMED_DELIMITERS: dict[str, bytes] = {"tab": b"\t", "\\t": b"\t", "space": BLANK, "blank": BLANK}
_UNFIT_DELIMITER = rb"[0-9A-Za-z+\-.\"\r\n\x00/()\x80-\xff]"
# With a decimal comma, a comma beside a letter or a quote is a delimiter all the same.
_PARTING_COMMA = rb'["A-Za-z_\x80-\xff][ \t]*,|,[ \t]*["A-Za-z_\x80-\xff]'

# Possessive, so that a quote that never closes is given up in one pass.
_QUOTED = rb'"[^"]*+(?:""[^"]*+)*+'


def delimiter_of(record: bytes, settings: Settings) -> bytes:
    """The delimiter asked for, or the first of tab ; , | and blanks outside quotes.

    Raises:
        UsageError: the delimiter asked for is not one character that can separate numbers.
    """
    if settings.delimiter is not None:
        return chosen_delimiter(settings.delimiter)
    found = _seen_delimiter(record, decimal_comma=settings.decimal_comma)
    return found or (b";" if settings.decimal_comma else b",")


def has_delimiter(record: bytes, settings: Settings) -> bool:
    """Whether the record has more than one cell, if no delimiter was asked for."""
    return _seen_delimiter(record, decimal_comma=settings.decimal_comma) is not None


def _seen_delimiter(record: bytes, *, decimal_comma: bool) -> bytes | None:
    outside = record
    if b'"' in record:
        outside = record.strip(b" \r\n")
        # a quote that is left open on a line may only be an inch sign behind a blank
        edges = ANY_EDGES if open_quote(outside, ANY_EDGES) is None else ANY_EDGES.strip(BLANK)
        outside = _quoted_cell(edges).sub(b'"', outside)
    candidates = [b"\t", b";", b",", b"|"]
    if decimal_comma and not re.search(_PARTING_COMMA, outside):
        candidates.remove(b",")
    # a long record is not copied to be stripped
    found = next((candidate for candidate in candidates if candidate in outside), None)
    return found or (BLANK if BLANK in outside.strip(b" \r\n") else None)


def chosen_delimiter(text: str) -> bytes:
    """The delimiter that an option names.

    Raises:
        UsageError: it is not one character, or one that numbers are written with.
    """
    delimiter = _NAMED_DELIMITERS.get(text.lower()) or text.encode(errors="surrogateescape")
    if not is_delimiter(delimiter):
        reason = f"--delimiter: {quoted(text)} is not one character that can separate numbers"
        raise UsageError(reason=reason)
    return delimiter


def is_delimiter(text: bytes) -> bool:
    """Whether the text is one character that can separate numbers."""
    return len(text) == 1 and not re.match(_UNFIT_DELIMITER, text)


# Where quotes open and close.


def edges_of(delimiter: bytes) -> bytes:
    """The bytes behind which a cell begins, line ends aside."""
    return b" \t" if delimiter == BLANK else delimiter


@cache
def _quoted_cell(edges: bytes) -> re.Pattern[bytes]:
    """A quoted cell that is closed."""
    return re.compile(rb'(?<![^%s\n])%s"' % (re.escape(edges), _QUOTED))


@cache
def _quoted_edge(edges: bytes) -> re.Pattern[bytes]:
    """A quoted cell up to the first newline or edge in it."""
    # the quote comes before what must stand behind it, since a search for a byte is fast
    at = re.escape(edges)
    return re.compile(rb'"(?<![^%s\n]")[^"%s\n]*+(?:""[^"%s\n]*+)*+[%s\n]' % (at, at, at, at))


@cache
def _whole_cells(edges: bytes) -> re.Pattern[bytes]:
    """A text up to a quote that is left open."""
    return re.compile(rb'[^"]*+(?:%s[^"]*+)*+' % _mark(edges))


@cache
def _whole_lines(edges: bytes) -> re.Pattern[bytes]:
    """The lines of a text that end outside quotes."""
    return re.compile(rb'(?:[^"\n]*+(?:%s[^"\n]*+)*+\n)*+' % _mark(edges))


def _mark(edges: bytes) -> bytes:
    """A quoted cell that is closed, or a quote within a cell."""
    at = re.escape(edges)
    return rb'(?:(?<![^%s\n])%s"|(?<=[^%s\n])")' % (at, _QUOTED, at)


def _end(pattern: re.Pattern[bytes], text: bytes) -> int:
    match = pattern.match(text)
    assert match is not None  # the patterns match nothing too
    return match.end()


def open_quote(text: bytes, edges: bytes) -> int | None:
    """Where the quote stands that opens a cell and is not closed by the end of the text."""
    if b'"' not in text:
        return None
    end = _end(_whole_cells(edges), text)
    return end if end < len(text) else None


def end_of_lines(text: bytes, edges: bytes) -> int:
    """Where the last line of the text ends that ends outside quotes, 0 if none does."""
    return _end(_whole_lines(edges), text)


def holds_quoted_edge(text: bytes, edges: bytes) -> bool:
    """Whether a quoted cell holds a newline or a byte behind which a cell could begin."""
    return bool(_quoted_edge(edges).search(text))


def outside_quotes(record: bytes, edges: bytes) -> bytes:
    """The record without its quoted cells."""
    return _quoted_cell(edges).sub(b"", record)


# Cells.


@cache
def _cell_behind(delimiter: bytes) -> re.Pattern[bytes]:
    at = re.escape(delimiter)
    return re.compile(rb'%s((?:%s"?)?[^%s]*+)' % (at, _QUOTED, at))


@cache
def _cell_among_blanks() -> re.Pattern[bytes]:
    return re.compile(rb'%s"?[^ \t]*+|[^ \t]++' % _QUOTED)


def cells(record: bytes, delimiter: bytes) -> list[bytes]:
    """The raw cells of a record: quotes stay on them."""
    if delimiter == BLANK:
        return _cell_among_blanks().findall(record)
    if b'"' not in record:
        return record.split(delimiter)
    return _cell_behind(delimiter).findall(delimiter + record)


def split_columns(records: Sequence[bytes], delimiter: bytes) -> list[Sequence[bytes]]:
    """The raw cells of each column of records of one width."""
    text = b"\n".join(records)
    if b'"' in text or delimiter == BLANK:
        return [*zip(*(cells(record, delimiter) for record in records), strict=True)]
    width = records[0].count(delimiter) + 1
    every = text.replace(b"\n", delimiter).split(delimiter)
    return [every[column::width] for column in range(width)]


def texts_of(column: Sequence[bytes]) -> list[str]:
    """What raw cells say, without their quotes.

    Raises:
        StrayQuote, UnterminatedQuote, NotText: one is not a cell of text.
    """
    text = b"\n".join(column)
    if b'"' in text or not text.isascii():
        return [text_of(cell) for cell in column]
    return text.decode().split("\n")


def text_of(cell: bytes) -> str:
    """What a raw cell says, without its quotes.

    Raises:
        StrayQuote: a quote within a cell that is not quoted.
        UnterminatedQuote: a quoted cell that is not closed.
        NotText: the cell is not UTF-8.
    """
    try:
        text = cell.decode()
    except UnicodeDecodeError:
        shown = cell.decode(errors="backslashreplace")
        raise NotText(reason=f"{quoted(shown)} is not UTF-8") from None
    if '"' not in text:
        return text
    if text[0] != '"':
        raise StrayQuote(text=text)
    inner, closing, rest = _closed(text)
    if not closing:
        raise UnterminatedQuote
    if rest:
        raise StrayQuote(text=text)
    return inner.replace('""', '"')


def _closed(text: str) -> tuple[str, str, str]:
    """What a quoted cell holds, the quote that closes it, and what follows that."""
    end = 1
    while True:
        end = text.find('"', end)
        if end < 0:
            return text[1:], "", ""
        if not text.startswith('"', end + 1):
            return text[1:end], '"', text[end + 1 :]
        end += 2


def raw_of(text: str, delimiter: bytes) -> bytes:
    """The raw cell that says this text, quoted only where it must be."""
    separators = " \t" if delimiter == BLANK else delimiter.decode()
    is_lost = not text and delimiter == BLANK
    if is_lost or any(character in text for character in f'"\r\n{separators}'):
        text = '"' + text.replace('"', '""') + '"'
    return text.encode()


def comma_list(text: str) -> list[str]:
    """The items of a comma-separated list, where an item in double quotes may hold commas.

    Raises:
        UsageError: a quote that is never closed, or bytes that are not text.
    """
    try:
        return [text_of(cell.strip()) for cell in _list_cells(text)]
    except UnicodeEncodeError:
        raise UsageError(reason=f"{quoted(text)} is not UTF-8") from None
    except SoftmaxError:
        raise UsageError(reason=f"{quoted(text)}: the quotes do not match") from None


def _list_cells(text: str) -> list[bytes]:
    """The raw items of a list; blanks may stand between a comma and a quote."""
    parts = re.sub(rb'("[^"]*")|,[ \t]+(?=")', lambda m: m[1] or b",", text.encode().strip())
    return cells(parts, b",")


def as_typed(text: str, settings: Settings) -> str:
    """The cell's text with a decimal point, whatever sign the input uses for it."""
    if not settings.decimal_comma:
        return text
    # a point would be a thousands separator, which the grammar refuses
    return text.replace(".", "_").replace(",", ".")
