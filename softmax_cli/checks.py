"""What a command line amounts to: its settings, if its options go together."""

import sys
from typing import Any, TextIO, get_args

import click
from click.core import ParameterSource

from softmax_cli.command_line import NumberCommand, Option
from softmax_cli.errors import UsageError
from softmax_cli.settings import ReaderFormat, Settings

_UNLIKE_RAGGED = {
    "header": "--header",
    "keep": "--keep",
    "by": "--by",
    "target_column": "--target-column",
}
_OF_GRADIENTS = {
    "target": "--target",
    "target_column": "--target-column",
    "upstream": "--upstream",
    "output": "--output",
}
_HOMEWORK = {
    "steps": "--steps",
    "check": "--check",
    "check_file": "--check-file",
    "verify": "--verify",
}
_UNLIKE_HOMEWORK = {"top": "--top", "append": "--append", "ragged": "--ragged"}


class NothingToRead(click.UsageError):
    """There are no values, and standard input is a terminal that waits for none."""

    def __init__(self, ctx: click.Context) -> None:
        assert isinstance(ctx.command, NumberCommand)
        (example, _), *_ = ctx.command.examples
        reason = "give VALUES, --csv FILE, or a pipe on standard input"
        super().__init__(f"{reason}; for example: {example}", ctx)
        self.usage = ctx.get_usage()


def settings_of(ctx: click.Context, values: tuple[str, ...], options: dict[str, Any]) -> Settings:
    """Return the settings that a command line amounts to.

    Raises:
        UsageError: options that do not go together.
        NothingToRead: no values, and a terminal as standard input.
    """
    command: Any = ctx.info_name
    settings = Settings(command=command, values=values, **options)
    settings = settings._replace(format=_format(options["format"], settings))
    if values:
        _check_values(ctx, settings)
    elif not settings.csv and _is_terminal(sys.stdin):
        raise NothingToRead(ctx)
    _check_cluster(settings)
    _check_ragged(settings)
    _check_answer(settings)
    _check_homework(settings)
    return settings


def _format(chosen: Any, settings: Settings) -> Any:
    if chosen != "auto":
        return chosen
    is_page = _is_terminal(sys.stdout) or any(_is_set(settings, name) for name in _HOMEWORK)
    return "table" if is_page else "delimited"


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _check_values(ctx: click.Context, settings: Settings) -> None:
    """Refuse a second input beside VALUES, and the options of tables."""
    if settings.csv:
        raise UsageError(reason="--csv and VALUES are two inputs: give one of them")
    if settings.values == ("-",):
        return
    for option in ctx.command.params:
        if isinstance(option, Option) and option.of_tables and _is_given(ctx, option):
            name = option.name_for(ctx.params[option.name or ""])
            reason = f"{name} goes with a table: --csv FILE or standard input"
            raise UsageError(reason=reason)


def _is_given(ctx: click.Context, option: Option) -> bool:
    return ctx.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE


def _check_cluster(settings: Settings) -> None:
    if settings.cluster == "":
        raise UsageError(reason="--cluster needs the ADDRESS of a scheduler, such as host:8786")
    if settings.shared_file and settings.cluster is None:
        raise UsageError(reason="--shared-file goes with --cluster ADDRESS")
    if settings.shared_file and (not settings.csv or "-" in settings.csv):
        raise UsageError(reason="--shared-file needs a file that the workers can open: --csv FILE")
    if settings.cluster is not None and settings.jobs is not None:
        raise UsageError(reason="--jobs and --cluster are two ways to compute: give one of them")


def _check_ragged(settings: Settings) -> None:
    if not settings.ragged:
        return
    if settings.header:
        raise UsageError(reason="--ragged reads lines without a header: leave out --header")
    for name, flag in _UNLIKE_RAGGED.items():
        if getattr(settings, name) not in (None, False):
            reason = f"{flag} needs columns, and lines of any length have none: leave out --ragged"
            raise UsageError(reason=reason)


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
        raise UsageError(reason="--top ranks probabilities and --log asks for logarithms: give one")
    if settings.append and settings.top is not None:
        raise UsageError(reason="--append and --top ask for different columns: give one of them")
    if settings.append and settings.format in ("json", "jsonl"):
        raise UsageError(reason="--append is for delimited text: JSON holds the input anyway")


def _check_homework(settings: Settings) -> None:
    """Refuse what does not go with a working, a check or a verification."""
    given = [flag for name, flag in _HOMEWORK.items() if _is_set(settings, name)]
    if not given:
        return
    if len(given) > 1:
        raise UsageError(reason=f"{given[0]} and {given[1]} are two questions: give one of them")
    for name, flag in _UNLIKE_HOMEWORK.items():
        if _is_set(settings, name):
            raise UsageError(reason=f"{flag} does not go with {given[0]}: leave it out")
    if not settings.is_for_readers:
        formats = ", ".join(get_args(ReaderFormat))
        raise UsageError(reason=f"{given[0]} writes text for a reader: -f takes {formats}")
    if settings.by and settings.check_file is not None:
        reason = "--check-file compares tables row by row, and --by makes vectors of rows"
        raise UsageError(reason=reason)
    reads_input = not settings.values or settings.values == ("-",)
    if settings.check_file == "-" and reads_input and settings.csv in ((), ("-",)):
        raise UsageError(reason="--check-file - and the table are one standard input: name a file")


def _is_set(settings: Settings, name: str) -> bool:
    return getattr(settings, name) not in (None, False)
