from typing import Any, get_args

import click
import pytest

from softmax_cli.cli import program
from softmax_cli.settings import Format, MachineFormat, ReaderFormat, Settings

COMMANDS: Any = ("eval", "jacobian", "grad")


def options(command: str) -> dict[str, Any]:
    """The options of a command, by the names of their values."""
    params = program.commands[command].params
    return {p.name: p for p in params if isinstance(p, click.Option) and p.expose_value and p.name}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_has_a_place_in_the_settings(command: str) -> None:
    assert set(options(command)) <= set(Settings._fields)


def test_every_setting_is_an_option_of_some_command() -> None:
    known = set().union(*map(options, COMMANDS))
    assert set(Settings._fields) - known == {"command", "values"}


@pytest.mark.parametrize("command", COMMANDS)
def test_an_option_that_is_not_given_has_the_default_of_the_settings(command: Any) -> None:
    chosen = program.commands[command]
    with click.Context(chosen, info_name=command) as ctx:
        chosen.parse_args(ctx, [])
        # the format that is written without -f depends on where the answer goes
        given = {**ctx.params, "format": "delimited"}
    assert Settings(command, **given) == Settings(command)


@pytest.mark.parametrize(("zero_based", "first"), [(None, 1), (False, 1), (True, 0)])
def test_classes_are_counted_from_1_unless_zero_was_asked_for(
    zero_based: bool | None, first: int
) -> None:
    assert Settings("eval", zero_based=zero_based).first_class == first


def test_a_format_is_either_for_readers_or_for_machines() -> None:
    every = {f for formats in get_args(Format) for f in get_args(formats) or (formats,)}
    readers = {f for f in every if Settings("eval", format=f).is_for_readers}
    assert readers == set(get_args(ReaderFormat))
    assert every - readers == set(get_args(MachineFormat))


def test_numbers_are_kept_as_typed_for_more_digits_and_for_checks_alone() -> None:
    keeping = {"digits": 1, "check": ""}
    for name in Settings._fields[2:]:
        changed = Settings("eval")._replace(**{name: keeping.get(name, "1")})
        assert changed.keeps_typed == (name in keeping)
