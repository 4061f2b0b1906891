"""The command line as a law: a number is never an option, and no mistake is ever data."""

import contextlib
import io
import string

import click
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from softmax_cli import cli
from softmax_cli.command_line import is_like_a_number, sentence
from softmax_cli.errors import SoftmaxError
from softmax_cli.reading.numbers import to_float

COMMANDS = {name: cli.program.commands[name] for name in ("eval", "jacobian", "grad")}
OPTIONS = [
    (name, option)
    for name, command in COMMANDS.items()
    for option in command.params
    if isinstance(option, click.Option)
]
NAMES = sorted({name for _, option in OPTIONS for name in (*option.opts, *option.secondary_opts)})
LONG = [name for name in NAMES if name.startswith("--")]


def parsed(command, arguments):
    """What click makes of a command line, before anything is run."""
    with click.Context(COMMANDS[command], info_name=command) as ctx:
        COMMANDS[command].parse_args(ctx, list(arguments))
        return ctx.params


def defaults(command):
    return {name: value for name, value in parsed(command, []).items() if name != "values"}


BODIES = (
    *("0", "1", "12", "3.", "3.25", ".5", "007", "1e5", "1E5", "1e-3", "1.5e+10", ".5E0", "1e999"),
    *("inf", "Inf", "INF", "infinity", "Infinity", "INFINITY"),
    *("1/3", ".5/1e3", "1/-3", "1/+3", "1/inf"),
    *("ln(2)", "LN(2)", "Ln(1/3)", "ln(-2)", "ln(ln(9))", "ln(2)/3"),
)
NUMBERS = tuple(sign + body for sign in ("-", "−", "+", "") for body in BODIES)
NEGATIVE = tuple(number for number in NUMBERS if number.startswith("-"))


def value_of(option):
    """A value that the option takes, or None where it is a flag."""
    if option.is_flag:
        return None
    if isinstance(option.type, click.Choice):
        return option.type.choices[0]
    return "3"


def ways_to_give(option):
    """The option under each of its names, with a value if it takes one."""
    value = value_of(option)
    for name in (*option.opts, *option.secondary_opts):
        yield [name] if value is None else [name, value]


@pytest.mark.parametrize("command", COMMANDS)
def test_numbers_alone_are_values_and_set_no_option(command):
    params = parsed(command, NUMBERS)
    assert params.pop("values") == NUMBERS
    assert params == defaults(command)


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=str)
def test_numbers_before_and_after_an_option_stay_numbers(command, option):
    for chosen in ways_to_give(option):
        params = parsed(command, [*NUMBERS, *chosen, *NUMBERS])
        assert params == {**parsed(command, chosen), "values": (*NUMBERS, *NUMBERS)}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_value_of_an_option_may_be_a_negative_number(command):
    """It reaches the option, which takes it or refuses it, and is no value of the vector."""
    for _, option in (each for each in OPTIONS if each[0] == command):
        for number in NEGATIVE if value_of(option) == "3" else ():
            with contextlib.suppress(click.BadParameter, SoftmaxError):
                params = parsed(command, [option.opts[0], number, "7"])
                assert params["values"] == ("7",)
                value = params[option.name]
                assert getattr(value, "typed", value) in (number, (number,), 0)


@settings(deadline=None)
@given(st.text("-+.0123456789einfatyl(2)/_", max_size=8).map("-".__add__))
def test_what_begins_with_a_dash_and_is_a_number_is_a_value(text):
    """However it is spelt; what is none is a usage error, or is refused as no number later."""
    try:
        values = parsed("eval", [text])["values"]
    except click.UsageError:
        with pytest.raises(SoftmaxError):
            to_float(text)
    else:
        assert values == (() if text == "--" else (text,)) or text in NAMES


VALUES = ([], ["1"], ["-1", "-inf"], ["-.5", "cat=1"])


def ends_as_usage_error(command, arguments):
    """Run the whole program in this process; its status, if it said nothing on stdout."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.raises((click.UsageError, SoftmaxError)) as caught:
        cli.program([command, *arguments], standalone_mode=False)
    mistake = caught.value
    assert out.getvalue() == ""
    assert isinstance(mistake, click.UsageError)
    assert mistake.exit_code == 2
    return mistake


@st.composite
def mistyped(draw):
    """A long option with a letter dropped, doubled, swapped with the next or replaced."""
    name = draw(st.sampled_from(LONG))
    at = draw(st.integers(2, len(name) - 1))
    letter = draw(st.sampled_from(string.ascii_lowercase))
    wrong = draw(
        st.sampled_from(
            [
                name[:at] + name[at + 1 :],
                name[:at] + name[at] + name[at:],
                name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :],
                name[:at] + letter + name[at + 1 :],
            ]
        )
    )
    known = {*LONG, "--help"}
    # a whole beginning of an option is click's own abbreviation, and no mistake to it
    assume(wrong not in known and len(wrong) > 2)
    return wrong


@settings(deadline=None)
@given(st.sampled_from(sorted(COMMANDS)), mistyped(), st.sampled_from(VALUES))
def test_a_mistyped_option_is_a_usage_error_wherever_it_stands(command, wrong, values):
    for arguments in ([wrong, *values], [*values, wrong], [*values, wrong, "2"]):
        mistake = ends_as_usage_error(command, arguments)
        assert isinstance(mistake, click.NoSuchOption)
        assert mistake.option_name == wrong


@settings(deadline=None)
@given(
    st.sampled_from(sorted(COMMANDS)),
    st.sampled_from([c for c in string.ascii_letters if f"-{c}" not in (*NAMES, "-h")]),
    st.text(string.ascii_letters, max_size=3),
    st.sampled_from(VALUES),
)
def test_an_unknown_letter_is_a_usage_error_even_before_known_ones(command, letter, more, values):
    wrong = f"-{letter}{more}"
    assume(not is_like_a_number(wrong))
    ends_as_usage_error(command, [*values, wrong, *values])


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("--tmep", "--temperature"),
        ("--temprature", "--temperature"),
        ("--colums", "--columns"),
        ("--percision", "--precision"),
        ("--lables", "--labels"),
        ("--delimeter", "--delimiter"),
        ("--keeep", "--keep"),
        ("--formt", "--format"),
    ],
)
def test_a_mistyped_option_is_told_which_was_meant(wrong, meant):
    mistake = ends_as_usage_error("eval", ["1", wrong, "2"])
    assert f"did you mean {meant}?" in sentence(mistake)


def test_after_two_dashes_everything_is_a_value():
    assert parsed("eval", ["--", "-x", "--log"])["values"] == ("-x", "--log")


def test_a_number_is_no_command():
    for number in ("2", "-1", "-inf", ".5", "[1,2]", "cat=1"):
        with pytest.raises(click.UsageError, match="softmax eval"):
            cli.program([number, "1"], standalone_mode=False)


def test_every_option_says_what_it_does():
    for _, option in OPTIONS:
        assert option.help
        assert option.help.endswith(".") or option.name == "help"
