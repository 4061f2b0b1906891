"""A number is never an option, and a mistyped option is never data."""

import contextlib
import io
import string

import click
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from softmax_cli import __version__, cli
from softmax_cli.command_line import (
    CONTEXT,
    SECTIONS,
    NumberCommand,
    NumberGroup,
    Option,
    is_like_a_number,
    owners_of,
    sentence,
    show_version,
    suggestion,
)
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


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["help"], "no such command 'help': did you mean 'softmax --help'?"),
        (["help", "grad"], "no such command 'help': did you mean 'softmax grad --help'?"),
        (["help", "me", "grad"], "no such command 'help': did you mean 'softmax --help'?"),
        (["version"], "no such command 'version': did you mean 'softmax --version'?"),
        (["2", "1"], "no such command '2': did you mean 'softmax eval 2 1'?"),
        (["9"], "no such command '9': did you mean 'softmax eval 9'?"),
        (["(1", "2)"], """no such command '(1': did you mean "softmax eval '(1' '2)'"?"""),
        (["{1,2}"], """no such command '{1,2}': did you mean "softmax eval '{1,2}'"?"""),
        (["−1"], """no such command '−1': did you mean "softmax eval '−1'"?"""),
        (["cat=1"], "no such command 'cat=1': did you mean 'softmax eval cat=1'?"),
        (["cat.csv=1"], "no such command 'cat.csv=1': did you mean 'softmax eval cat.csv=1'?"),
        (["+1"], "no such command '+1': did you mean 'softmax eval +1'?"),
        (["no.csv"], "no such command 'no.csv': did you mean 'softmax eval --csv no.csv'?"),
        (["evl", "1"], "no such command 'evl': did you mean 'softmax eval 1'?"),
        (["jaccobian"], "no such command 'jaccobian': did you mean 'softmax jacobian'?"),
        (["zzzz"], "no such command 'zzzz': there are eval, jacobian, grad, man, completion"),
        (["-V"], "no such option '-V': did you mean --version?"),
        (["-v"], "no such option '-v': did you mean --version?"),
        (["-z"], "no such option '-z': 'softmax --help' lists them"),
        (["--hepl"], "no such option '--hepl': did you mean --help?"),
        (["--tpo", "3"], "no such option '--tpo': 'softmax --help' lists them"),
        (["--top", "3"], "'--top' belongs after the command: did you mean 'softmax eval --top 3'?"),
        (["eval", "-V"], "no such option '-V': did you mean 'softmax --version'?"),
        (["eval", "-v"], "no such option '-v': did you mean 'softmax --version'?"),
        (["eval", "-t", "1"], "no such option '-t': did you mean --temperature?"),
        (["eval", "-Q", "1"], "no such option '-Q': did you mean --quiet?"),
        (["eval", "-Z"], "no such option '-Z': 'softmax eval --help' lists them"),
        (["eval", "--t"], "no such option '--t': did you mean --top?"),
        (["eval", "--hepl"], "no such option '--hepl': did you mean --help?"),
        (["eval", "--target", "1"], "no such option '--target': it belongs to 'softmax grad'"),
        (
            ["eval", "--verify"],
            "no such option '--verify': it belongs to 'softmax jacobian' and 'softmax grad'",
        ),
        (["eval", "--log=3"], "--log takes no value"),
        (["eval", "--top"], "--top needs a value: --top K"),
        (["eval", "-T=2"], "'-T=2': did you mean '-T 2'?"),
        (["eval", "--digits", "x"], "--digits: 'x' is not a whole number from 1 to 1000"),
        (["completion"], "SHELL is missing: give one of bash, zsh, fish"),
        (["completion", "qqq"], "SHELL: 'qqq' is not one of bash, zsh, fish"),
        (["eval", "2", "--steps", "blank"], "'--steps blank': did you mean --steps=blank?"),
        (
            ["man", "eval", "grad"],
            "'grad' is one argument too many: the usage is softmax man [OPTIONS] [PAGE]",
        ),
        (
            ["completion", "bash", "zsh"],
            "'zsh' is one argument too many: the usage is softmax completion [OPTIONS] SHELL",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_command_line_is_told_what_was_meant(line, said):
    """The error knows the command that refused it: its context is what click reports from."""
    with pytest.raises(click.UsageError) as caught:
        cli.program(line, prog_name="softmax", standalone_mode=False)
    assert sentence(caught.value) == said
    path = " ".join(["softmax", *(word for word in line[:1] if word in cli.program.commands)])
    assert caught.value.ctx.command_path == path
    if isinstance(caught.value, (click.BadOptionUsage, click.NoSuchOption)):
        assert any(word.startswith(caught.value.option_name) for word in line)


@pytest.mark.parametrize("numbers", [44, 45])
def test_a_command_line_over_a_hundred_characters_is_cut_in_a_message(numbers):
    line = " ".join(["softmax", "eval", *["1"] * numbers])
    shown_line = line if len(line) == 100 else f"{line[:99]}…"
    with pytest.raises(click.UsageError) as caught:
        cli.program(["1"] * numbers, standalone_mode=False)
    assert sentence(caught.value) == f"no such command '1': did you mean '{shown_line}'?"


def test_an_error_of_click_other_than_usage_keeps_its_words():
    assert sentence(click.ClickException("Nothing Else.")) == "nothing Else"
    assert sentence(click.ClickException("AN X")) == "aN X"


def test_an_option_knows_its_section_and_completes_its_value():
    option = Option(["-p", "--pages"], section="Input", of_tables=True, metavar="N", default="7")
    assert (option.section, option.of_tables, option.long_name) == ("Input", True, "--pages")
    assert (option.name, option.opts, option.default) == ("pages", ["-p", "--pages"], "7")
    chosen = Option(["--format"], section="", of_tables=False, type=click.Choice(["a1", "a2", "b"]))
    with click.Context(click.Command("c")) as ctx:
        assert [item.value for item in chosen.shell_complete(ctx, "a")] == ["a1", "a2"]
        assert chosen.shell_complete(ctx, "c") == []
        named = Option(["--csv"], section="", of_tables=True)
        assert [(item.value, item.type) for item in named.shell_complete(ctx, "x")] == [
            ("x", "file")
        ]


@pytest.fixture
def counting():
    """A program of one command with an option in a section and one in none."""
    program = NumberGroup(
        "counting",
        context_settings=CONTEXT,
        help="Count things.",
        examples=(("counting up 1 2", "two numbers"),),
        params=[click.Option(["--version"], is_flag=True, callback=show_version, help="Say it.")],
    )
    up = NumberCommand(
        "up",
        help="Count upwards.",
        short_help="Upwards.",
        epilog="That is all.",
        examples=(("counting up --by-steps-of 1000 --until 3", "a long line of examples"),),
        params=[
            click.Argument(["values"], nargs=-1),
            Option(["--by-steps-of"], section="Numbers", of_tables=False, metavar="N", help="Go."),
            Option(["--until-the-end-x"], section="Answer", of_tables=False, help="Stop."),
            Option(["--hidden"], section="Answer", of_tables=False, hidden=True),
            click.Option(["--plain"], is_flag=True, help="Of click."),
        ],
    )
    program.add_command(up)
    program.add_command(NumberCommand("down", help="Count downwards.", short_help="Downwards."))
    return program


def shown(program, arguments, capfd):
    """What the program writes for these arguments."""
    program(arguments, prog_name="counting", standalone_mode=False)
    return capfd.readouterr().out


def test_the_help_of_a_group_shows_examples_commands_and_options(counting, capfd):
    expected = """\
Usage: counting [OPTIONS] COMMAND [ARGS]...

  Count things.

Examples:
  counting up 1 2  two numbers

Commands:
  up    Upwards.
  down  Downwards.

Other:
  --version   Say it.
  -h, --help  Show this message and exit.
"""
    assert shown(counting, ["--help"], capfd) == expected


def test_the_help_of_a_command_shows_its_options_by_section(counting, capfd):
    """Examples stand beside their descriptions, and so do options as long as any of ours."""
    expected = """\
Usage: counting up [OPTIONS] [VALUES]...

  Count upwards.

Examples:
  counting up --by-steps-of 1000 --until 3  a long line of examples

Answer:
  --until-the-end-x TEXT  Stop.

Numbers:
  --by-steps-of N  Go.

Other:
  --plain     Of click.
  -h, --help  Show this message and exit.

  That is all.
"""
    assert shown(counting, ["up", "-h"], capfd) == expected


def test_a_name_too_long_for_its_column_has_its_description_below(capfd):
    def help_of(name, example):
        command = NumberCommand(
            "c",
            context_settings=CONTEXT,
            examples=((example, "an example"),),
            params=[Option([name], section="Input", of_tables=False, is_flag=True, help="H.")],
        )
        return shown(command, ["-h"], capfd)

    assert f"  --{'n' * 26}  H.\n" in help_of("--" + "n" * 26, "e")
    assert f"  --{'n' * 27}\n{' ' * 32}H.\n" in help_of("--" + "n" * 27, "e")
    assert f"  {'e' * 44}  an example\n" in help_of("--n", "e" * 44)
    assert f"  {'e' * 45}\n{' ' * 48}an example\n" in help_of("--n", "e" * 45)


def test_the_version_is_the_name_and_the_number(counting, capfd):
    assert shown(counting, ["--version"], capfd) == f"softmax {__version__}\n"


def test_what_is_parsed_for_completion_writes_nothing(counting, capfd):
    for arguments in (["--version"], ["--help"]):
        counting.make_context("counting", arguments, resilient_parsing=True)
    assert capfd.readouterr().out == ""


def test_help_shows_that_a_value_that_may_be_left_out_stands_after_an_equals_sign():
    command = cli.program.commands["eval"]
    help_text = command.get_help(click.Context(command))
    assert "--steps[=short|full|blank]  Show the working" in help_text


def test_one_argument_too_many_does_not_keep_the_help_from_being_shown(capfd):
    cli.program(["man", "eval", "x", "--help"], prog_name="softmax", standalone_mode=False)
    assert capfd.readouterr().out.startswith("Usage: softmax man [OPTIONS] [PAGE]")


def test_an_option_is_called_by_the_name_that_stands_for_its_value():
    switch = Option(["-h", "--header/--no-header"], section="Input", of_tables=True)
    assert [switch.name_for(value) for value in (True, False)] == ["--header", "--no-header"]
    number = Option(["-p", "--pages"], section="Input", of_tables=True)
    assert [number.name_for(value) for value in (0, 1, "x")] == ["--pages"] * 3
