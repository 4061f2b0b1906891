"""Completion of the command line in a shell: what a word may go on as.

The scripts in `shells/` send the words of the line, a line each, the last one unfinished, and
read a line for each way it may go on: its type, its value and its help, with tabs between.
"""

import os
import shlex
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import click
from click.shell_completion import CompletionItem, ShellComplete, add_completion_class

from softmax_cli.errors import SoftmaxError
from softmax_cli.reading.delimited import cells, delimiter_of, text_of
from softmax_cli.settings import Settings

# A header is looked for within so many bytes.
_MOST_HEADER = 1 << 20
_LARGEST_JSON = 1 << 16


class _Words(ShellComplete):
    """The protocol of the scripts."""

    name = "words"
    source_template = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the whole words of the line, and the unfinished one."""
        *words, unfinished = map(_unquoted, os.environ["SOFTMAX_WORDS"].split("\n"))
        return words[1:], unfinished

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Return the ways in which the unfinished word may go on.

        After an option that takes a value only after `=`, the next word is not that value.
        """
        is_joined = incomplete.startswith("-") and "=" in incomplete
        if args and not is_joined and _may_stand_alone(args[-1], self.cli):
            args = args[:-1]
        return super().get_completions(args, incomplete)

    def format_completion(self, item: CompletionItem) -> str:
        """Return a line for the script."""
        return f"{item.type}\t{item.value}\t{item.help or ''}"


def _unquoted(word: str) -> str:
    """Return what a word of shell says; an open quote is closed."""
    for end in ("", '"', "'", "\\"):
        try:
            return "".join(shlex.split(word + end))
        except ValueError:
            continue
    return word


def _may_stand_alone(word: str, program: click.Command) -> bool:
    """Whether a word is an option that takes a value only after `=`."""
    commands = program.commands.values() if isinstance(program, click.Group) else [program]
    options = (one for command in commands for one in command.params)
    return any(word in one.opts and getattr(one, "_flag_needs_value", False) for one in options)


def register() -> None:
    """Make the protocol known to click."""
    add_completion_class(_Words)


def _files(_: click.Context, __: click.Parameter, unfinished: str) -> list[CompletionItem]:
    return [CompletionItem(unfinished, type="file")]


def _columns(ctx: click.Context, _: click.Parameter, unfinished: str) -> list[CompletionItem]:
    return _continued(_header(ctx), unfinished)


def _column(ctx: click.Context, _: click.Parameter, unfinished: str) -> list[CompletionItem]:
    return _beginning(_header(ctx), unfinished)


def _class(ctx: click.Context, _: click.Parameter, unfinished: str) -> list[CompletionItem]:
    return _beginning(_classes(ctx), unfinished)


# By the names of parameters.
COMPLETERS: dict[str, Callable[[click.Context, click.Parameter, str], list[CompletionItem]]] = {
    "csv": _files,
    "check_file": _files,
    "columns": _columns,
    "keep": _columns,
    "by": _columns,
    "target_column": _column,
    "target": _class,
    "output": _class,
}


def _beginning(names: Sequence[str], unfinished: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(unfinished)]


def _continued(names: Sequence[str], unfinished: str) -> list[CompletionItem]:
    """Return the ways in which the last name of a comma-separated list may go on."""
    before, comma, last = unfinished.rpartition(",")
    given = before.split(",")
    left = [name for name in names if name not in given]
    return [CompletionItem(before + comma + name) for name in left if name.startswith(last)]


def _classes(ctx: click.Context) -> Sequence[str]:
    """Return the names of the classes: labels, names among the arguments, or logit columns."""
    params = ctx.params
    if params.get("labels"):
        return str(params["labels"]).split(",")
    # an option whose value is unfinished leaves the arguments unread
    values: Sequence[str] = params.get("values") or ctx.args
    named = [name for name, equals, _ in (value.rpartition("=") for value in values) if equals]
    if named:
        return named
    other = {*str(params.get("keep") or "").split(","), params.get("target_column")}
    chosen = params.get("columns")
    return [
        name
        for name in _header(ctx)
        if name not in other and (not chosen or name in chosen.split(","))
    ]


def _header(ctx: click.Context) -> list[str]:
    """Return the names in the first row of the file that the line reads, if it has some."""
    given: Any = ctx.params.get("csv")
    path = given if isinstance(given, str) else next(iter(given or ()), "")
    try:
        with open(os.path.expanduser(path), "rb") as file:
            record = next(filter(bytes.strip, islice(file, 100)), b"")[:_MOST_HEADER]
        return _names(record.removeprefix(b"\xef\xbb\xbf").strip(b"\r\n"))
    except (OSError, ValueError, SoftmaxError):
        return []


def _names(record: bytes) -> list[str]:
    if record.startswith(b"{"):
        import json

        members = json.loads(record[:_LARGEST_JSON])
        return [name for name in members if name.isprintable()]
    texts = [
        text_of(cell).strip() for cell in cells(record, delimiter_of(record, Settings("eval")))
    ]
    return [text for text in texts if text and text.isprintable()]
