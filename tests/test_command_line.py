"""A number is never an option, and a mistyped option is never data."""

import contextlib
import io
import string

import click
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from softmax_cli import cli
from softmax_cli.command_line import SECTIONS, is_like_a_number, owners_of, sentence, suggestion
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
        if takes_an_optional_value(option):
            yield from ([name], [f"{name}={value}"])
        else:
            yield [name] if value is None else [name, value]


def takes_an_optional_value(option):
    """Whether the option has a value only where it is written with an equals sign."""
    return not option.is_flag and isinstance(option.flag_value, str)


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
    """The option takes it or refuses it; it does not become a value of the vector."""
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
    """Anything else is a usage error, or is refused later because it is not a number."""
    try:
        values = parsed("eval", [text])["values"]
    except click.UsageError:
        with pytest.raises(SoftmaxError):
            to_float(text)
    else:
        assert values == (() if text == "--" else (text,)) or text in NAMES


VALUES = ([], ["1"], ["-1", "-inf"], ["-.5", "cat=1"])


def ends_as_usage_error(command, arguments):
    """Run the program in this process; return its usage error if it wrote nothing."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.raises((click.UsageError, SoftmaxError)) as caught:
        cli.program([command, *arguments], standalone_mode=False)
    error = caught.value
    assert out.getvalue() == ""
    assert isinstance(error, click.UsageError)
    assert error.exit_code == 2
    return error


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
    assume(wrong not in known and len(wrong) > 2)
    return wrong


@settings(deadline=None)
@given(st.sampled_from(sorted(COMMANDS)), mistyped(), st.sampled_from(VALUES))
def test_a_mistyped_option_is_a_usage_error_wherever_it_stands(command, wrong, values):
    for arguments in ([wrong, *values], [*values, wrong], [*values, wrong, "2"]):
        error = ends_as_usage_error(command, arguments)
        assert isinstance(error, click.NoSuchOption)
        assert error.option_name == wrong


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
    error = ends_as_usage_error("eval", ["1", wrong, "2"])
    assert f"did you mean {meant}?" in sentence(error)


def test_after_two_dashes_everything_is_a_value():
    assert parsed("eval", ["--", "-x", "--log"])["values"] == ("-x", "--log")


def test_a_number_is_not_a_command():
    for number in ("2", "-1", "-inf", ".5", "[1,2]", "cat=1"):
        with pytest.raises(click.UsageError, match="softmax eval"):
            cli.program([number, "1"], standalone_mode=False)


def test_every_option_says_what_it_does():
    for _, option in OPTIONS:
        assert option.help
        assert option.help.endswith(".") or option.name == "help"


GROUP_LINES = [
    [*chosen, *rest]
    for _, option in OPTIONS
    for chosen in ways_to_give(option)
    for rest in (["eval", "2", "1"], ["2", "1"], [])
]


@pytest.mark.parametrize("arguments", GROUP_LINES, ids=" ".join)
def test_an_option_before_the_command_is_told_its_place(arguments):
    name = arguments[0].partition("=")[0]
    owners = owners_of(name, cli.program)
    command = "eval" if "eval" in arguments else owners[0]
    rest = [word for word in arguments if word != "eval"]
    with pytest.raises(click.UsageError) as caught:
        cli.program(arguments, standalone_mode=False)
    assert sentence(caught.value) == (
        f"'{name}' belongs after the command: did you mean 'softmax {command} {' '.join(rest)}'?"
    )


@pytest.mark.parametrize("option", [option for _, option in OPTIONS], ids=str)
def test_an_option_of_another_command_is_told_its_owners(option):
    for other in COMMANDS:
        name = option.opts[-1]
        if other not in owners_of(name, cli.program):
            error = ends_as_usage_error(other, ["2", name])
            assert f"it belongs to 'softmax {owners_of(name, cli.program)[0]}'" in sentence(error)


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=str)
def test_a_short_option_takes_its_value_without_an_equals_sign(command, option):
    for name in option.opts:
        if len(name) == 2 and not option.is_flag:
            error = ends_as_usage_error(command, ["1", f"{name}=3"])
            assert sentence(error) == f"'{name}=3': did you mean '{name} 3'?"


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=str)
def test_an_option_at_the_end_is_told_what_it_needs(command, option):
    for name in () if option.is_flag or takes_an_optional_value(option) else option.opts:
        error = ends_as_usage_error(command, ["1", name])
        assert sentence(error) == f"{name} needs a value: {name} {option.metavar}"


@pytest.mark.parametrize("option", [option for _, option in OPTIONS], ids=str)
def test_every_option_stands_in_a_section_of_the_help(option):
    assert option.section in SECTIONS
    assert option.is_flag or option.metavar


@given(st.text(min_size=1), st.lists(st.text(min_size=1), max_size=5))
def test_a_suggestion_is_one_of_the_known_words(mistyped, known):
    assert suggestion(mistyped, known) in {*known, None}


@given(st.sampled_from(LONG))
def test_a_known_word_is_its_own_suggestion(name):
    assert suggestion(name, LONG) == name


@pytest.mark.parametrize(
    ("word", "meant"),
    [("--temp", "--temperature"), ("-t", "--target"), ("--zzz", None), ("wxyz", None)],
)
def test_an_abbreviation_is_near_and_an_unlike_word_is_not(word, meant):
    assert suggestion(word, ["--target", "--temperature", "--log"]) == meant
