"""The command that sorts a table, so that the rows of a group stand together."""

import json
import shlex

from softmax_cli.reading.columns import as_option
from softmax_cli.reading.delimited import BLANK, holds_quoted_edge
from softmax_cli.reading.json import starts_in_array
from softmax_cli.reading.layout import Layout
from softmax_cli.values import Block

# A block of objects has a brace among its first bytes.
_LEAD = 16
# Larger blocks are first counted in.
_LARGE = 1 << 16
_DELIMITERS = {b"\t": "\"$(printf '\\t')\"", BLANK: ""}


def are_lines(block: Block, layout: Layout) -> bool:
    """Return whether `sort` can tell the rows of a block and their cells.

    It cannot where quotes hold a newline or a delimiter.
    """
    text = block.text
    if layout.json or b'"' not in text:
        return True
    if len(text) >= _LARGE and layout.delimiter != BLANK:
        # faster; in so many rows those in quotes do not make up for each other
        delimiters = (layout.width - 1) * text.count(b"\n")
        if text.count(layout.delimiter) == delimiters:
            return True
    return not holds_quoted_edge(text, layout.edges)


def sorting(layout: Layout, block: Block, *, are_lines: bool = True) -> str:
    """What to do to a table whose groups do not stand together: the command, where one will do.

    The command sorts the rows by the columns of --by, stably, and keeps the header.

    Args:
        layout: the layout of the table.
        block: some of its rows.
        are_lines: whether `sort` can tell its rows and their cells, as far as they have been read.
    """
    if not are_lines or any(b"\n" in name for name in layout.raw_header):
        reason = "quotes hold a delimiter or a newline"
        return f"sort by {_names(layout)} first, with a tool that reads CSV, since {reason}"
    command = "" if layout.further else _json(layout, block) if layout.json else _delimited(layout)
    return f"sort first: {command}" if command else f"sort by {_names(layout)} first"


def _names(layout: Layout) -> str:
    return as_option(layout.by, layout.header)


def _delimited(layout: Layout) -> str:
    keys = " ".join(f"-k{column + 1},{column + 1}" for column in layout.by)
    delimiter = _DELIMITERS.get(layout.delimiter, shlex.quote(layout.delimiter.decode()))
    sort = f"LC_ALL=C sort -s {f'-t{delimiter}' if delimiter else '-b'} {keys}"
    name, lines = shlex.quote(layout.source), layout.header_line
    if before := _before_pipe(layout):
        return f"{before} | {f'(sed -u {lines}q; {sort})' if lines else sort} | softmax …"
    if not lines:
        return f"{sort} {name} | softmax …"
    return f"(head -n {lines} {name}; tail -n +{lines + 1} {name} | {sort}) | softmax …"


def _before_pipe(layout: Layout) -> str:
    """What writes the text to a pipe; nothing if it stands in a file as it is."""
    if layout.source == "stdin":
        return "… | gzip -dc" if layout.gzip else "…"
    return f"gzip -dc {shlex.quote(layout.source)}" if layout.gzip else ""


def _json(layout: Layout, block: Block) -> str:
    """A command of jq, for rows in an array or one after the other; none if one is the header."""
    is_array, are_objects = starts_in_array(block.text), b"{" in block.text[:_LEAD]
    if layout.header and not are_objects:
        return ""
    names = layout.header or ()
    keys = (json.dumps(names[column]) if names else str(column) for column in layout.by)
    program = shlex.quote(f"sort_by({', '.join(f'.[{key}]' for key in keys)})[]")
    command = f"jq {'-c' if is_array else '-sc'} {program}"
    if before := _before_pipe(layout):
        return f"{before} | {command} | softmax …"
    return f"{command} {shlex.quote(layout.source)} | softmax …"
