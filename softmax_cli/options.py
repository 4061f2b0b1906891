"""The options that the commands share, and the values they take."""

import re
from collections.abc import Sequence
from typing import Any, get_args

import click

from softmax_cli.command_line import Option, suggestion
from softmax_cli.errors import SoftmaxError, quoted
from softmax_cli.settings import Style, Temperature

_WHOLE = r"[+-]?[0-9]{1,18}"

# Beyond this range the quotient of a logit and T leaves the range of doubles.
_SMALLEST_TEMPERATURE, _LARGEST_TEMPERATURE = 1e-150, 1e150

FORMATS = ("auto", "table", "csv", "tsv", "json", "jsonl", "markdown", "latex", "svg", "html")


class OneOf(click.Choice[str]):
    """One of several words; the error for a mistyped one names the nearest."""

    def get_invalid_choice_message(
        self,
        value: Any,
        ctx: click.Context | None,  # noqa: ARG002 - click passes it
    ) -> str:
        """Return the culprit, the words there are, and the one that was meant."""
        words = ", ".join(self.choices)
        meant = suggestion(str(value), list(self.choices))
        remedy = f": did you mean {meant}?" if meant else ""
        return f"{quoted(str(value))} is not one of {words}{remedy}"


class WholeNumber(click.ParamType[int]):
    """A whole number within bounds."""

    name = "whole number"

    def __init__(self, least: int, most: int | None = None) -> None:
        self.least = least
        self.most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number.

        Raises:
            click.BadParameter: it is not a whole number, or out of bounds.
        """
        if isinstance(value, int):
            return value
        number = int(value) if re.fullmatch(_WHOLE, value) else None
        if number is None or number < self.least or (self.most and number > self.most):
            self.fail(f"{quoted(value)} is not a whole number {self._bounds}", param, ctx)
        return number

    @property
    def _bounds(self) -> str:
        if self.most is None:
            return f"of {self.least} or more"
        return f"from {self.least} to {self.most}"


def option(
    *names: str, section: str = "Answer", of_tables: bool = False, **attributes: Any
) -> Option:
    """Return an option by its names: one value can serve several commands."""
    return Option(names, section=section, of_tables=of_tables, **attributes)


def _temperature(ctx: click.Context, parameter: click.Parameter, value: str) -> Temperature:
    from softmax_cli.reading.numbers import to_float

    try:
        number = to_float(value)
    except SoftmaxError as error:
        raise click.BadParameter(str(error), ctx, parameter) from None
    if not _SMALLEST_TEMPERATURE <= number <= _LARGEST_TEMPERATURE:
        reason = f"{quoted(value)} is out of range: T is from 1e-150 to 1e150"
        raise click.BadParameter(reason, ctx, parameter)
    return Temperature(value, number)


def _file(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value == "":
        raise click.BadParameter("the name of the file is empty", ctx, parameter)
    return value


def _files(ctx: click.Context, parameter: click.Parameter, value: Sequence[str]) -> tuple[str, ...]:
    for name in value:
        _file(ctx, parameter, name)
    return tuple(value)


def _list(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():
        raise click.BadParameter("the list is empty", ctx, parameter)
    return value


_ANSWER: list[click.Parameter] = [
    option(
        "-T",
        "--temperature",
        default="1",
        metavar="T",
        callback=_temperature,
        help="Divide the values by T; derivatives carry 1/T.",
    ),
]

_INPUT: list[click.Parameter] = [
    option(
        "--csv",
        section="Input",
        multiple=True,
        metavar="FILE",
        callback=_files,
        help="Read a table (CSV, TSV, JSON), each row a vector; - is standard input.",
    ),
    option(
        "-k",
        "--keep",
        section="Input",
        of_tables=True,
        metavar="LIST",
        callback=_list,
        help="Pass these columns through: they are not logits.",
    ),
    option(
        "-c",
        "--columns",
        section="Input",
        of_tables=True,
        metavar="LIST",
        callback=_list,
        help="Read the logits from these columns: names, positions, 2-4, logit_*.",
    ),
    option(
        "--labels",
        section="Input",
        metavar="LIST",
        callback=_list,
        help="Name the classes: cat,dog,bird.",
    ),
    option(
        "--zero-based/--one-based",
        section="Input",
        default=None,
        help="Count classes from 0, or from 1 as otherwise.",
    ),
    option(
        "--header/--no-header",
        section="Input",
        of_tables=True,
        default=None,
        help="Take the first row as a header, or as data; otherwise its cells decide.",
    ),
    option(
        "--missing",
        section="Input",
        of_tables=True,
        type=OneOf(["error", "mask"]),
        default="error",
        metavar="error|mask",
        help="Treat an empty cell as an error (the default), or mask it: -inf.",
    ),
    option(
        "--on-error",
        section="Input",
        of_tables=True,
        type=OneOf(["stop", "skip"]),
        default="stop",
        metavar="stop|skip",
        help="At a bad row stop (the default), or skip it with a message.",
    ),
    option(
        "--delimiter",
        section="Input",
        of_tables=True,
        metavar="CHAR",
        help="Split cells at CHAR; otherwise the first line decides.",
    ),
    option(
        "--decimal-comma",
        section="Input",
        of_tables=True,
        is_flag=True,
        help="Read 1,5 as 1.5.",
    ),
    option(
        "--ragged",
        section="Input",
        of_tables=True,
        is_flag=True,
        help="Let every line be a vector of its own length.",
    ),
    option(
        "-j",
        "--jobs",
        section="Input",
        of_tables=True,
        type=WholeNumber(1, 256),
        metavar="N",
        help="Use N processes for a large table; otherwise one for each core.",
    ),
    option(
        "--cluster",
        section="Input",
        of_tables=True,
        metavar="ADDRESS",
        help="Let the workers of the Dask scheduler at ADDRESS answer the table.",
    ),
    option(
        "--shared-file",
        section="Input",
        of_tables=True,
        is_flag=True,
        help="Let the workers of --cluster read the file themselves, at the same path.",
    ),
]

_NUMBERS: list[click.Parameter] = [
    option(
        "-p",
        "--precision",
        section="Numbers",
        type=WholeNumber(0, 400),
        metavar="N",
        help="Round to N digits after the point; otherwise every bit is shown.",
    ),
    option(
        "--digits",
        section="Numbers",
        type=WholeNumber(1, 1000),
        metavar="N",
        help="Print N correct significant digits for the numbers as typed.",
    ),
]

_HOMEWORK: list[click.Parameter] = [
    option(
        "--steps",
        section="Homework",
        is_flag=False,
        flag_value="full",
        type=OneOf(get_args(Style)),
        metavar="short|full|blank",
        help="Show the working of one vector; blank: a worksheet, its results left open.",
    ),
    option(
        "--check",
        section="Homework",
        metavar="ANSWER",
        help="Check an answer to the digits typed, and say what went wrong.",
    ),
    option(
        "--check-file",
        section="Homework",
        metavar="FILE",
        callback=_file,
        help="Check a table of answers, row by row.",
    ),
]

_OUTPUT: list[click.Parameter] = [
    option(
        "-f",
        "--format",
        section="Output",
        type=OneOf(FORMATS),
        default="auto",
        metavar="FORMAT",
        help=f"Write {', '.join(FORMATS[1:-1])} or {FORMATS[-1]}; auto (the default) is a table "
        "on a terminal, and otherwise text like the input's.",
    ),
    option(
        "--rows",
        section="Output",
        type=WholeNumber(0),
        default=50,
        metavar="N",
        help="Show at most N vectors in a table (50 by default; 0 for all).",
    ),
    option("-q", "--quiet", section="Output", is_flag=True, help="Print no notes."),
]

VERIFY = option(
    "--verify",
    section="Homework",
    is_flag=True,
    help="Compare the derivative with a numerical one.",
)

SHARED: list[click.Parameter] = [
    click.Argument(["values"], nargs=-1),
    *_ANSWER,
    *_INPUT,
    *_NUMBERS,
    *_HOMEWORK,
    *_OUTPUT,
]

BY = option(
    "--by",
    section="Input",
    of_tables=True,
    metavar="LIST",
    callback=_list,
    help="Take rows with equal cells in these columns as one vector; they stand together.",
)

APPEND = option(
    "--append",
    section="Output",
    is_flag=True,
    help="Keep the logits and add the answer's columns.",
)
