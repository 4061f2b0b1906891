import io
import os
import termios
from collections.abc import Iterator
from typing import TextIO

import pytest

from softmax_cli.writing.terminal import Terminal


@pytest.fixture
def screen() -> Iterator[TextIO]:
    """A pseudo-terminal 132 characters wide."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (40, 132))
    with open(theirs, "w") as stream:
        yield stream
    os.close(ours)


@pytest.mark.parametrize(
    ("environ", "on_a_terminal", "elsewhere"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": ""}, True, False),
        ({"CLICOLOR": "0"}, False, False),
        ({"CLICOLOR": "1"}, True, False),
        ({"CLICOLOR": "0", "CLICOLOR_FORCE": "1"}, True, True),
        ({"CLICOLOR_FORCE": "0"}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_colour_is_for_terminals_unless_the_environment_says_otherwise(
    screen: TextIO, environ: dict[str, str], on_a_terminal: bool, elsewhere: bool
) -> None:
    assert (Terminal.of(screen, environ).colors is not None) == on_a_terminal
    assert (Terminal.of(io.StringIO(), environ).colors is not None) == elsewhere


@pytest.mark.parametrize(
    ("environ", "colors"),
    [
        ({"TERM": "xterm"}, "standard"),
        ({"TERM": "tmux-256color"}, "256"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "truecolor"),
    ],
)
def test_the_colours_are_those_the_terminal_has(
    screen: TextIO, environ: dict[str, str], colors: str
) -> None:
    assert Terminal.of(screen, environ).colors == colors


@pytest.mark.parametrize(
    ("columns", "width"),
    [("132", 132), ("", 80), ("0", 80), ("wide", 80), ("-5", 80), ("٣٢", 80), ("9" * 5000, 80)],
)
def test_columns_is_the_width_if_it_is_one(columns: str, width: int) -> None:
    assert Terminal.of(io.StringIO(), {"COLUMNS": columns}).width == width


def test_the_width_is_the_terminals_own(screen: TextIO) -> None:
    assert Terminal.of(screen, {}).width == 132
    assert Terminal.of(screen, {"COLUMNS": "60"}).width == 60
