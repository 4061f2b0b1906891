"""What the commands share on the command line: their options, and numbers that are none.

`-1`, `-.5`, `-inf` and `-1/3` are numbers wherever click looks for an option, while every
other text that begins with a dash is an option or a mistake.
"""

import re
import sys
from typing import TYPE_CHECKING, Any, TextIO

import click
from click.parser import _OptionParser

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.settings import Settings, Temperature

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# What begins like a number is one, or is meant to be: `-1_000` is no cluster of options.
_LIKE_A_NUMBER = re.compile(r"-(?:\.?[0-9]|(?:inf|infinity|nan)(?![a-z])|ln\()", re.IGNORECASE)


def is_like_a_number(argument: str) -> bool:
    """Whether an argument that begins with a dash begins like a negative number."""
    return bool(_LIKE_A_NUMBER.match(argument))


class _NumberParser(_OptionParser):
    """Click's own parser, but for arguments that begin like negative numbers."""

    def _process_opts(self, arg: str, state: Any) -> None:
        if is_like_a_number(arg):
            state.largs.append(arg)
        else:
            super()._process_opts(arg, state)


class NumberCommand(click.Command):
    """A command to which a negative number is a number."""

    def make_parser(self, ctx: click.Context) -> _OptionParser:
        """Click's parser with our one difference, its options added as click adds them."""
        parser = _NumberParser(ctx)
        for parameter in self.get_params(ctx):
            parameter.add_to_parser(parser, ctx)
        return parser


class NumberGroup(NumberCommand, click.Group):
    """A group to which a negative number is a number, and whose commands are such."""

    command_class = NumberCommand


def suggestion(mistyped: str, known: list[str]) -> str | None:
    """The known word that was probably meant: near as a whole or, abbreviated, as a start."""
    import difflib  # only a mistake needs it

    bare = mistyped.lstrip("-")
    if len(bare) == 1:  # which is like every word that has it somewhere
        known = [word for word in known if word.lstrip("-").startswith(bare)]

    def likeness(word: str) -> float:
        whole = word.lstrip("-")
        starts = (whole, whole[: len(bare)], whole[: len(bare) + 1])
        return max(difflib.SequenceMatcher(None, bare, start).ratio() for start in starts)

    best = max(known, key=likeness, default=None)
    return best if best and likeness(best) >= 0.6 else None


# ── values of options ────────────────────────────────────────────────────────────────────


def _temperature(_: click.Context, __: click.Parameter, value: str) -> Temperature:
    import math

    from softmax_cli.reading.numbers import to_float

    try:
        number = to_float(value)
    except SoftmaxError as mistake:
        raise UsageError(reason=f"--temperature: {mistake}") from None
    if not 0 < number < math.inf:
        from softmax_cli.errors import quoted

        raise UsageError(reason=f"--temperature: {quoted(value)} is not positive and finite")
    return Temperature(value, number)


class _Option(click.Option):
    """An option whose value the shell can complete."""

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Return the ways in which an unfinished value may go on."""
        from softmax_cli.completion import COMPLETERS

        if completer := COMPLETERS.get(self.name or ""):
            return completer(ctx, self, incomplete)
        return super().shell_complete(ctx, incomplete)


def option(*names: str, **attributes: Any) -> click.Option:
    """An option by its names: one value can serve several commands."""
    return _Option(names, **attributes)


SHARED: list[click.Parameter] = [
    click.Argument(["values"], nargs=-1),
    option(
        "-T",
        "--temperature",
        default="1",
        metavar="T",
        callback=_temperature,
        help="Divide the values by T > 0; derivatives then carry 1/T.",
    ),
    option("--csv", metavar="FILE", help="Read a table, each row a vector; - is standard input."),
    option("--delimiter", metavar="CHAR", help="Between cells; else taken from the first line."),
    option("--decimal-comma", is_flag=True, help="Read 1,5 as 1.5."),
    option(
        "--header/--no-header",
        default=None,
        help="The first row is a header, or is not; else its cells decide.",
    ),
    option("-c", "--columns", metavar="LIST", help="The logits: names, numbers, 2-4, logit_*."),
    option("-k", "--keep", metavar="LIST", help="The columns that are no logits."),
    option("--labels", metavar="LIST", help="Names for the classes: cat,dog,bird."),
    option(
        "--zero-based/--one-based",
        default=None,
        help="Count classes from 0, or from 1 (the default).",
    ),
    option(
        "--missing",
        type=click.Choice(["error", "mask"]),
        default="error",
        show_default=True,
        help="What an empty cell is: a mistake, or -inf.",
    ),
    option("--ragged", is_flag=True, help="Let every line be a vector of its own length."),
    option(
        "--on-error",
        type=click.Choice(["stop", "skip"]),
        default="stop",
        show_default=True,
        help="At a bad row, stop, or report it and go on.",
    ),
    option(
        "-j",
        "--jobs",
        type=click.IntRange(1, 256),
        metavar="N",
        help="Processes for a large table; else one a core.",
    ),
    option(
        "-f",
        "--format",
        type=click.Choice(["auto", "table", "csv", "tsv", "json", "jsonl"]),
        default="auto",
        show_default=True,
        help="auto: a table on a terminal, else the input's own delimited text.",
    ),
    option(
        "-p",
        "--precision",
        type=click.IntRange(0, 400),
        metavar="N",
        help="Round to N digits after the point; else every bit is shown.",
    ),
    option(
        "--digits",
        type=click.IntRange(1, 1000),
        metavar="N",
        help="N correct significant digits, for the numbers as they are typed.",
    ),
    option(
        "--rows",
        type=click.IntRange(0),
        default=50,
        show_default=True,
        metavar="N",
        help="Vectors in a table; 0: all.",
    ),
    option("-q", "--quiet", is_flag=True, help="No notes."),
]

APPEND = option("--append", is_flag=True, help="Keep the logits; add the answer's columns.")


# ── options that exclude each other, or need each other ──────────────────────────────────

_OF_TABLES = {
    "delimiter": "--delimiter",
    "decimal_comma": "--decimal-comma",
    "header": "--header",
    "columns": "--columns",
    "keep": "--keep",
    "target_column": "--target-column",
    "ragged": "--ragged",
}
_UNLIKE_RAGGED = ("header", "columns", "keep", "target_column")
_OF_GRADIENTS = {
    "target": "--target",
    "target_column": "--target-column",
    "upstream": "--upstream",
    "output": "--output",
}


def settings_of(ctx: click.Context, values: tuple[str, ...], options: dict[str, Any]) -> Settings:
    """The settings that a command line amounts to.

    Raises:
        UsageError: options that do not go together.
        click.UsageError: nothing to read.
    """
    command: Any = ctx.info_name
    options["format"] = _format(options["format"])
    settings = Settings(command=command, values=values, **options)
    _check_input(ctx, settings)
    _check_answer(settings)
    return settings


def _format(chosen: str) -> str:
    if chosen != "auto":
        return chosen
    return "table" if _is_terminal(sys.stdout) else "delimited"


def _check_input(ctx: click.Context, settings: Settings) -> None:
    if settings.csv is not None and settings.values:
        raise UsageError(reason="--csv and VALUES are two inputs: give one of them")
    from_arguments = bool(settings.values) and settings.values != ("-",)
    for name, flag in _OF_TABLES.items():
        given = getattr(settings, name) not in (None, False)
        if given and from_arguments:
            raise UsageError(reason=f"{flag} goes with a table: --csv FILE or standard input")
        if given and settings.ragged and name in _UNLIKE_RAGGED:
            raise UsageError(reason=f"{flag} needs columns, and with --ragged there are none")
    if settings.ragged and settings.header is not None and settings.header:
        raise UsageError(reason="--ragged reads lines without a header")
    if not settings.values and settings.csv is None and _is_terminal(sys.stdin):
        raise NothingToRead(ctx)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


class NothingToRead(click.UsageError):
    """No values, and standard input is a terminal on which nobody was asked to type."""

    def __init__(self, ctx: click.Context) -> None:
        super().__init__("give VALUES, --csv FILE, or a pipe on standard input", ctx)
        self.usage = ctx.get_usage()


def _check_answer(settings: Settings) -> None:
    given = [flag for name, flag in _OF_GRADIENTS.items() if getattr(settings, name) is not None]
    if len(given) > 1:
        raise UsageError(reason=f"{given[0]} and {given[1]} are two gradients: give one of them")
    if settings.loss and settings.target is None and settings.target_column is None:
        raise UsageError(reason="--loss needs a target: --target or --target-column")
    if settings.diagonal and settings.output is not None:
        raise UsageError(reason="--diagonal and --output are two parts: give one of them")
    if settings.digits is not None and settings.precision is not None:
        raise UsageError(reason="--digits and --precision are two roundings: give one of them")
    if settings.top is not None and settings.log:
        raise UsageError(reason="--top ranks probabilities, and --log asks for others")
    if settings.append and settings.top is not None:
        raise UsageError(reason="--append adds a column a class, and --top has other columns")
    if settings.append and settings.format in ("json", "jsonl"):
        raise UsageError(reason="--append goes with delimited text: JSON has the input anyway")
