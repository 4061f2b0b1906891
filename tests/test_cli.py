import os
import shlex
import sys

import click
import pytest

from softmax_cli import cli
from softmax_cli.bad_numbers import NotANumber
from softmax_cli.errors import AlreadyReported, Place, UsageError

EXAMPLES = [
    (command, example)
    for command, chosen in cli.program.commands.items()
    for example, _ in chosen.examples
]


@pytest.fixture
def run(capfd, monkeypatch):
    """The program in this process: its status, and what it wrote."""

    def ran(*arguments):
        monkeypatch.setattr(sys, "argv", ["softmax", *arguments])
        with (
            os.fdopen(os.dup(1), "w") as out,
            os.fdopen(os.dup(2), "w") as err,
            monkeypatch.context() as streams,
        ):
            streams.setattr(sys, "stdout", out)
            streams.setattr(sys, "stderr", err)
            status = cli.main()
        return status, *capfd.readouterr()

    return ran


@pytest.mark.parametrize(("command", "example"), EXAMPLES, ids=str)
def test_every_example_is_a_command_line_of_its_command(command, example):
    line = example.removeprefix("source <(").removesuffix(")").removesuffix(" | source")
    program, name, *arguments = shlex.split(line)
    assert (program, name) == ("softmax", command)
    chosen = cli.program.commands[command]
    with click.Context(chosen, info_name=command) as ctx:
        chosen.parse_args(ctx, arguments)


@pytest.mark.parametrize("name", cli.program.commands)
def test_every_command_is_introduced_in_one_line_and_shown_by_examples(name):
    command = cli.program.commands[name]
    assert command.short_help
    assert len(command.short_help) < 60
    assert command.short_help.endswith(".")
    assert command.help
    assert command.examples


def test_a_good_run_ends_with_status_0(run):
    assert run("eval", "0", "0") == (0, "0.5,0.5\n", "")


def test_without_a_command_the_help_is_shown(run):
    assert run() == run("--help")
    status, out, err = run()
    assert (status, err) == (0, "")
    assert all(name in out for name in cli.program.commands)


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (NotANumber(Place("x.csv", 2), text="a"), 1, "Error: x.csv:2: 'a' is not a number\n"),
        (UsageError(reason="--loss needs a target"), 2, "Error: --loss needs a target\n"),
        (AlreadyReported(7), 7, ""),
        (click.UsageError("no"), 2, "Error: no\n"),
        (BrokenPipeError(), 141, ""),
        (MemoryError(), 1, "Error: there is not enough memory for this\n"),
        (KeyError("k"), 1, "Error: a bug in softmax, please report it: KeyError: 'k'\n"),
        (ValueError("a\nb"), 1, "Error: a bug in softmax, please report it: ValueError: a\\nb\n"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_every_exception_is_a_status_and_one_line_at_most(run, monkeypatch, error, status, message):
    def fail():
        raise error

    monkeypatch.setitem(cli.program.commands, "eval", click.Command("eval", callback=fail))
    assert run("eval") == (status, "", message)
