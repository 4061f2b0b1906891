"""Kept columns: the text of their cells, and their names."""

import re
from collections.abc import Sequence
from functools import lru_cache

from softmax_cli.reading.delimited import BLANK, cells, raw_of, text_of
from softmax_cli.reading.layout import Layout
from softmax_cli.values import Batch


def kept_cells(batch: Batch, layout: Layout) -> list[list[str]]:
    """Return the text of the kept cells of each vector."""
    rows = [
        [text for run in runs for text in kept_texts(run, layout)]
        for runs in zip(*batch.kept, strict=True)
    ]
    if layout.append:  # the whole row is kept
        kept = layout.for_vectors(batch.values.shape[1]).kept
        return [[row[column] for column in kept] for row in rows]
    return rows


def labels(batch: Batch, layout: Layout) -> list[list[str]]:
    """Return the text of the cells that tell each vector from the others in a table."""
    if not layout.in_rows:
        return kept_cells(batch, layout)
    chosen = [layout.kept.index(column) for column in layout.by]
    return [[row[index] for index in chosen] for row in kept_cells(batch, layout)]


def label_names(layout: Layout) -> list[str]:
    """Return the names of the columns of these cells."""
    names = kept_names(layout)
    if not layout.in_rows:
        return names
    return [names[layout.kept.index(column)] for column in layout.by]


def kept_texts(run: bytes, layout: Layout) -> list[str]:
    """Return the text of the cells of a run of kept columns."""
    if layout.json:
        from softmax_cli.reading.json_values import kept_text

        return [kept_text(run)]
    return [text_of(cell) for cell in cells(run, layout.delimiter)]


def raw_cells(runs: Sequence[bytes], layout: Layout, delimiter: bytes) -> Sequence[bytes]:
    """Return runs of kept cells with a delimiter between them, quoted where it needs that."""
    plain = _plain_json if layout.json else _plain_text
    if (known := plain(runs, layout, delimiter)) is not None:
        return known
    return [
        delimiter.join(raw_of(text, delimiter) for text in kept_texts(run, layout)) for run in runs
    ]


def _plain_text(runs: Sequence[bytes], layout: Layout, delimiter: bytes) -> Sequence[bytes] | None:
    """Return runs with another delimiter, unless a cell that has no quotes would need some."""
    text = b"\n".join(runs)
    if b"\r" in text or not text.isascii() or BLANK in (delimiter, layout.delimiter):
        return None
    parts = text.split(b'"')  # what stands outside quotes and what stands within, in turn
    outside, within = b'"'.join(parts[::2]), b"".join(parts[1::2])
    if delimiter in outside or b"\n" in within:
        return None
    parts[::2] = outside.replace(layout.delimiter, delimiter).split(b'"')
    text = b'"'.join(parts)
    if len(parts) > 1:
        text = _quoted_cell(delimiter).sub(rb"\1\2", text)
    return text.split(b"\n")


@lru_cache(maxsize=1)
def _quoted_cell(delimiter: bytes) -> re.Pattern[bytes]:
    """Return a pattern of a quoted cell: its text if it needs no quotes, or else all of it."""
    needless = rb'"([^"%s]*+)"(?!")' % re.escape(delimiter)
    return re.compile(rb'%s|("[^"]*+(?:""[^"]*+)*+")' % needless)


def _plain_json(values: Sequence[bytes], _: Layout, delimiter: bytes) -> Sequence[bytes] | None:
    """Return values of JSON as cells if all are numbers, or all strings that need no quotes.

    That takes a thirtieth of the time of decoding each.
    """
    text = b"\n".join(values)
    numbers, strings = _plain(delimiter)
    if numbers.fullmatch(text):
        return values
    return text.replace(b'"', b"").split(b"\n") if strings.fullmatch(text) else None


@lru_cache(maxsize=1)
def _plain(delimiter: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Return patterns of lines of numbers as they are kept, and of strings without quotes."""
    number = rb"(?!-0(?:\n|\Z))-?(?:0|[1-9]\d*+)(?:\.\d++)?(?:[eE][+-]?\d++)?"
    separators = b" \t" if delimiter == BLANK else re.escape(delimiter)
    string = rb'"[^"\\\r\n%s]++"' % separators
    lines = rb"(?:%s\n)*+%s"
    return re.compile(lines % (number, number)), re.compile(lines % (string, string))


def kept_names(layout: Layout) -> list[str]:
    """Return the names of the kept columns, each once.

    A column without a name of its own, or with one that a column before it has, is called
    by its number.
    """
    header = layout.header or ("",) * layout.width
    taken, seen, names = set(header), set[str](), []
    for column in layout.kept:
        name = header[column]
        if not name or name in seen:
            name = str(column + 1)
            while name in taken:
                name = f"column {name}"
            taken.add(name)
        seen.add(name)
        names.append(name)
    return names
