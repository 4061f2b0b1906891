"""The command that sorts a table, so that the rows of a group stand together."""

import json
import shlex

from softmax_cli.reading.columns import as_option
from softmax_cli.reading.delimited import BLANK
from softmax_cli.reading.json import starts_in_array
from softmax_cli.reading.layout import Layout
from softmax_cli.values import Block

# A block of objects has a brace among its first bytes.
_LEAD = 16
_DELIMITERS = {b"\t": "\"$(printf '\\t')\"", BLANK: ""}


def sorting(layout: Layout, block: Block) -> str:
    """What to do to a table whose groups do not stand together: the command, where one will do.

    The command sorts the rows by the columns of --by, stably, and keeps the header.

    Args:
        layout: the layout of the table.
        block: some of its rows.
    """
    command = "" if layout.further else _json(layout, block) if layout.json else _delimited(layout)
    return f"sort first: {command}" if command else f"sort by {_names(layout)} first"


def _names(layout: Layout) -> str:
    return as_option(layout.by, layout.header)


def _delimited(layout: Layout) -> str:
    keys = " ".join(f"-k{column + 1},{column + 1}" for column in layout.by)
    delimiter = _DELIMITERS.get(layout.delimiter, shlex.quote(layout.delimiter.decode()))
    sort = f"LC_ALL=C sort -s {f'-t{delimiter}' if delimiter else '-b'} {keys}"
    name, lines = shlex.quote(layout.source), layout.header_line
    if layout.source == "stdin":
        return f"… | {f'(sed -u {lines}q; {sort})' if lines else sort} | softmax …"
    if not lines:
        return f"{sort} {name} | softmax …"
    return f"(head -n {lines} {name}; tail -n +{lines + 1} {name} | {sort}) | softmax …"


def _json(layout: Layout, block: Block) -> str:
    """A command of jq, for rows in an array or one after the other; none if one is the header."""
    is_array, are_objects = starts_in_array(block.text), b"{" in block.text[:_LEAD]
    if layout.header and not are_objects:
        return ""
    names = layout.header or ()
    keys = (json.dumps(names[column]) if names else str(column) for column in layout.by)
    program = shlex.quote(f"sort_by({', '.join(f'.[{key}]' for key in keys)})[]")
    command = f"jq {'-c' if is_array else '-sc'} {program}"
    if layout.source == "stdin":
        return f"… | {command} | softmax …"
    return f"{command} {shlex.quote(layout.source)} | softmax …"
