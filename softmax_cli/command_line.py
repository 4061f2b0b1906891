"""What the command line needs beyond click: numbers as values, help by topic, messages.

`-1`, `-.5`, `-inf` and `-1/3` are numbers wherever click looks for an option; every other
text that begins with a dash is an option or an error.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click
from click.parser import _OptionParser

from softmax_cli import __version__, output
from softmax_cli.errors import quoted

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# `-1_000` begins like a number and is meant as one: it is not a cluster of options.
_LIKE_A_NUMBER = r"(?i)-(?:\.?[0-9]|(?:inf|infinity|nan)(?![a-z])|ln\()"

# A longer command line is cut where a message repeats it.
_LONGEST_LINE = 100

SECTIONS = ("Answer", "Input", "Numbers", "Homework", "Output")

# As wide as any terminal: help is wrapped where the terminal ends, not at 80 columns.
_WIDEST = 10_000
_HELP_NAMES = ["-h", "--help"]
CONTEXT = {"help_option_names": _HELP_NAMES, "max_content_width": _WIDEST}


def is_like_a_number(argument: str) -> bool:
    """Whether an argument that begins with a dash begins like a negative number."""
    return bool(re.match(_LIKE_A_NUMBER, argument))


class Option(click.Option):
    """An option that knows its section of the help and whether only tables have it.

    Attributes:
        section: one of SECTIONS.
        of_tables: whether it means nothing for numbers given as arguments.
    """

    def __init__(
        self, names: Sequence[str], *, section: str, of_tables: bool, **attributes: Any
    ) -> None:
        super().__init__(list(names), **attributes)
        self.section = section
        self.of_tables = of_tables

    @property
    def long_name(self) -> str:
        """The name by which messages call the option."""
        return max(self.opts, key=len)

    def name_for(self, value: Any) -> str:
        """Return the name that was typed for a value: `--no-header` for False."""
        return self.secondary_opts[0] if value is False else self.long_name

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the names with the value, and the help."""
        record = super().get_help_record(ctx)
        if record is None or not may_stand_alone(self):
            return record
        names, explanation = record
        return names.replace(f" {self.metavar}", f"[={self.metavar}]"), explanation

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Return the ways in which an unfinished value may go on."""
        from softmax_cli.completion import COMPLETERS

        if completer := COMPLETERS.get(self.name or ""):
            return completer(ctx, self, incomplete)
        return super().shell_complete(ctx, incomplete)


def may_stand_alone(option: click.Option) -> bool:
    """Whether an option needs no value, and takes one only after `=`: `--steps=short`."""
    return option._flag_needs_value


class _Parser(_OptionParser):
    """Click's parser, to which a negative number is a value."""

    def _process_opts(self, arg: str, state: Any) -> None:
        if is_like_a_number(arg):
            state.largs.append(arg)
            return
        self._refuse_equals_sign(arg)
        super()._process_opts(arg, state)

    def _refuse_equals_sign(self, arg: str) -> None:
        """Refuse `-T=2`, of which click would take the value to be `=2`."""
        option = self._short_opt.get(arg[:2])
        if option is None or not option.takes_value or arg[2:3] != "=":
            return
        import shlex

        meant = shlex.join([arg[:2], arg[3:]])
        raise click.UsageError(f"{quoted(arg)}: did you mean {meant!r}?", self.ctx)

    def _match_long_opt(self, opt: str, explicit_value: str | None, state: Any) -> None:
        option = self._long_opt.get(opt)
        if option and explicit_value is not None and not option.takes_value:
            raise click.BadOptionUsage(opt, f"{opt} takes no value", self.ctx)
        if option and explicit_value is None and may_stand_alone(option.obj):
            # Only `--steps=short` gives it a value: the 2 of `--steps 2 1` is a number.
            following, state.rargs = state.rargs, []
            if following and following[0] in getattr(option.obj.type, "choices", ()):
                typed, meant = f"{opt} {following[0]}", f"{opt}={following[0]}"
                raise click.UsageError(f"{quoted(typed)}: did you mean {meant}?", self.ctx)
            super()._match_long_opt(opt, None, state)
            state.rargs = following
            return
        super()._match_long_opt(opt, explicit_value, state)

    def _get_value_from_state(self, option_name: str, option: Any, state: Any) -> Any:
        if not state.rargs and not may_stand_alone(option.obj):
            metavar = option.obj.metavar or "VALUE"
            reason = f"{option_name} needs a value: {option_name} {metavar}"
            raise click.BadOptionUsage(option_name, reason, self.ctx)
        return super()._get_value_from_state(option_name, option, state)


class NumberCommand(click.Command):
    """A command to which a negative number is a value, with help by topic.

    Attributes:
        examples: command lines and what each of them does.
    """

    def __init__(
        self, *arguments: Any, examples: Sequence[tuple[str, str]] = (), **attributes: Any
    ) -> None:
        super().__init__(*arguments, **attributes)
        self.examples = examples

    def get_help_option(self, ctx: click.Context) -> click.Option:  # noqa: ARG002 - click passes it
        """Return the option that writes the help through our own output."""
        return _HELP

    def make_parser(self, ctx: click.Context) -> _OptionParser:
        """Return click's parser with our differences, its options added as click adds them."""
        parser = _Parser(ctx)
        for parameter in self.get_params(ctx):
            parameter.add_to_parser(parser, ctx)
        return parser

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options and the arguments.

        Raises:
            click.UsageError: there are more arguments than the command takes.
        """
        takes_any, ctx.allow_extra_args = ctx.allow_extra_args, True
        rest = super().parse_args(ctx, args)
        if rest and not takes_any and not ctx.resilient_parsing:
            usage = " ".join([ctx.command_path, *self.collect_usage_pieces(ctx)])
            reason = f"{quoted(rest[0])} is one argument too many: the usage is {usage}"
            raise click.UsageError(reason, ctx)
        return rest

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the description, then the examples."""
        super().format_help_text(ctx, formatter)
        _write_section(formatter, "Examples", self.examples)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options by section, in the order in which they are declared."""
        parameters = self.get_params(ctx)
        for section in SECTIONS:
            _write_section(formatter, section, _records(parameters, section, ctx))
        _write_section(formatter, "Other", _records(parameters, "", ctx))


def _show_help(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        output.write_text(ctx.get_help() + "\n")
        ctx.exit()


# Click's own takes 2 ms of a start to look for a translation of its help.
_HELP = click.Option(
    _HELP_NAMES,
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_help,
    help="Show this message and exit.",
)


def show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Write the version, as the callback of an option."""
    if wanted and not ctx.resilient_parsing:
        output.write_text(f"softmax {__version__}\n")
        ctx.exit()


def _records(
    parameters: Sequence[click.Parameter], section: str, ctx: click.Context
) -> list[tuple[str, str]]:
    """Return the names and the help of the options of a section."""
    options = (one for one in parameters if isinstance(one, click.Option))
    chosen = [one for one in options if getattr(one, "section", "") == section]
    return [record for one in chosen if (record := one.get_help_record(ctx))]


def _write_section(
    formatter: click.HelpFormatter, heading: str, rows: Sequence[tuple[str, str]]
) -> None:
    if rows:
        with formatter.section(heading):
            formatter.write_dl(rows, col_max=44 if heading == "Examples" else 28)


class NumberGroup(NumberCommand, click.Group):
    """A group of such commands, which knows what was meant when none is named."""

    command_class = NumberCommand

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        """Return the commands in the order in which they are declared."""
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, then the options."""
        self.format_commands(ctx, formatter)
        NumberCommand.format_options(self, ctx, formatter)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options before the command.

        Raises:
            click.UsageError: an option of a command stands before the command, or no
                command is named.
        """
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if meant := self._with_command_first(error.option_name, given):
                reason = f"{quoted(error.option_name)} belongs after the command"
                raise click.UsageError(f"{reason}: {_did_you_mean(meant)}", ctx) from None
            raise

    def _with_command_first(self, option: str, given: list[str]) -> list[str] | None:
        """Return the command line with the command in front, if one has such an option."""
        owners = owners_of(option, self)
        named = [word for word in given if word in self.commands]
        if not owners:
            return None
        rest = list(given)
        if named:
            rest.remove(named[0])
        return ["softmax", named[0] if named else owners[0], *rest]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first argument names.

        Raises:
            click.UsageError: it names none; the message says which command was meant.
        """
        if self.get_command(ctx, args[0]):
            return super().resolve_command(ctx, args)
        meant = self._meant(args)
        remedy = _did_you_mean(meant) if meant else f"there are {', '.join(self.commands)}"
        raise click.UsageError(f"no such command {quoted(args[0])}: {remedy}", ctx)

    def _meant(self, args: list[str]) -> list[str] | None:
        """Return the command line that was probably meant."""
        from softmax_cli.reading.file_names import looks_like_a_file, names_a_file

        first, *rest = args
        if first == "help":
            return ["softmax", *(word for word in rest[:1] if word in self.commands), "--help"]
        if first == "version":
            return ["softmax", "--version"]
        if names_a_file(first) or (looks_like_a_file(first) and "=" not in first):
            return ["softmax", "eval", "--csv", *args]
        if first[:1] in "0123456789.+-−[({" or "=" in first:
            return ["softmax", "eval", *args]
        command = suggestion(first, list(self.commands))
        return ["softmax", command, *rest] if command else None


def _did_you_mean(words: Sequence[str]) -> str:
    import shlex

    line = shlex.join(words)
    if len(line) > _LONGEST_LINE:
        line = f"{line[: _LONGEST_LINE - 1]}…"
    return f'did you mean "{line}"?' if "'" in line else f"did you mean '{line}'?"


def owners_of(option: str, group: click.Group) -> list[str]:
    """Return the commands of a group that have an option of this name."""
    return [
        name
        for name, command in group.commands.items()
        if any(option in (*one.opts, *one.secondary_opts) for one in command.params)
    ]


def suggestion(mistyped: str, known: list[str]) -> str | None:
    """Return the known word that was probably meant.

    A word is near as a whole or, where the mistyped one is an abbreviation, in its beginning.
    """
    import difflib  # only an error needs it

    bare = mistyped.lstrip("-")
    if len(bare) == 1:  # every word that contains the letter would be near
        known = [word for word in known if word.lstrip("-").startswith(bare)]

    def likeness(word: str) -> float:
        whole = word.lstrip("-")
        beginnings = (whole, whole[: len(bare)], whole[: len(bare) + 1])
        return max(difflib.SequenceMatcher(None, bare, one).ratio() for one in beginnings)

    best = max(known, key=likeness, default=None)
    return best if best and likeness(best) >= 0.6 else None


def sentence(error: click.ClickException) -> str:
    """Return what click has to say, as one line with a remedy."""
    if isinstance(error, click.NoSuchOption):
        return f"no such option {quoted(error.option_name)}: {_remedy(error)}"
    if isinstance(error, click.MissingParameter) and error.param:
        choices = ", ".join(getattr(error.param.type, "choices", ()))
        return f"{error.param.metavar} is missing: give one of {choices}"
    if isinstance(error, click.BadParameter) and isinstance(error.param, Option):
        return f"{error.param.long_name}: {error.message}"
    if isinstance(error, click.BadParameter) and error.param:
        return f"{(error.param.name or '').upper()}: {error.message}"
    message = error.format_message().rstrip(".")
    return message[:1].lower() + message[1:]


def _remedy(error: click.NoSuchOption) -> str:
    """Return what to do about an unknown option."""
    ctx = error.ctx
    assert ctx  # the parser of a command found the option
    group = ctx.parent.command if ctx.parent else None
    if isinstance(group, click.Group) and (owners := owners_of(error.option_name, group)):
        commands = " and ".join(f"'softmax {owner}'" for owner in owners)
        return f"it belongs to {commands}"
    meant = _meant_option(error.option_name, ctx.command)
    return f"did you mean {meant}?" if meant else f"'{ctx.command_path} --help' lists them"


def _meant_option(name: str, command: click.Command) -> str | None:
    """Return the long option that was meant: by its letter in the other case, or by likeness."""
    if name in ("-V", "-v"):
        return "--version" if isinstance(command, click.Group) else "'softmax --version'"
    for option in _options(command):
        if name.swapcase() in option.opts and len(name) == 2:
            return max(option.opts, key=len)
    names = [
        each for option in _options(command) for each in (*option.opts, *option.secondary_opts)
    ]
    return suggestion(name, [each for each in names if each.startswith("--")] + ["--help"])


def _options(command: click.Command) -> Iterator[click.Option]:
    return (one for one in command.params if isinstance(one, click.Option))
