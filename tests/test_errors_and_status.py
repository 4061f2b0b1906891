"""Errors, end to end: one line on stderr, the right status, nothing half written."""

import pytest
from programs import SCRIPT, needs_full_device, on_terminal, python, shell, softmax

from softmax_cli.cli import program
from softmax_cli.command_line import SECTIONS, Option
from softmax_cli.options import FORMATS

GOOD = "1,2\n"
ANSWER = "0.2689414213699951,0.7310585786300049\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("eval", "1", "--axsi", "0"), "no such option '--axsi': 'softmax eval --help' lists them"),
        (("eval", "-x", "1"), "no such option '-x': 'softmax eval --help' lists them"),
        (("eval", "2", "1", "--tmep", "2"), "no such option '--tmep': did you mean --temperature?"),
        (("eval", "2", "--colums", "2"), "no such option '--colums': did you mean --columns?"),
        (("eval", "2", "-i"), "no such option '-i': 'softmax eval --help' lists them"),
        (("eval", "2", "-t", "3"), "no such option '-t': did you mean --temperature?"),
        (("evl", "1"), "no such command 'evl': did you mean 'softmax eval 1'?"),
        (("2", "1", "0.1"), "no such command '2': did you mean 'softmax eval 2 1 0.1'?"),
        (("-1", "2"), "no such command '-1': did you mean 'softmax eval -1 2'?"),
        (("[2, 1]",), "no such command '[2, 1]': did you mean \"softmax eval '[2, 1]'\"?"),
        (("--versoin",), "no such option '--versoin': did you mean --version?"),
        (("eval", "1", "-T", "0"), "--temperature: '0' is out of range: T is from 1e-150 to 1e150"),
        (
            ("eval", "1", "-T", "-1"),
            "--temperature: '-1' is out of range: T is from 1e-150 to 1e150",
        ),
        (
            ("eval", "1", "-T", "inf"),
            "--temperature: 'inf' is out of range: T is from 1e-150 to 1e150",
        ),
        (
            ("eval", "1", "-T", "1e151"),
            "--temperature: '1e151' is out of range: T is from 1e-150 to 1e150",
        ),
        (
            ("eval", "1", "-T", "1e-151"),
            "--temperature: '1e-151' is out of range: T is from 1e-150 to 1e150",
        ),
        (("eval", "1", "-T=2"), "'-T=2': did you mean '-T 2'?"),
        (("eval", "1", "-p=3"), "'-p=3': did you mean '-p 3'?"),
        (("eval", "1", "-T", "1/0"), "--temperature: '1/0' divides by zero"),
        (("eval", "1", "-p"), "-p needs a value: -p N"),
        (("eval", "1", "--keep"), "--keep needs a value: --keep LIST"),
        (("eval", "1", "--log=1"), "--log takes no value"),
        (("eval", "1", "--top", "0"), "--top: '0' is not a whole number of 1 or more"),
        (("eval", "1", "-p", "3.5"), "--precision: '3.5' is not a whole number from 0 to 400"),
        (("eval", "1", "-p", "1_0"), "--precision: '1_0' is not a whole number from 0 to 400"),
        (
            ("eval", "1", "--digits", "1001"),
            "--digits: '1001' is not a whole number from 1 to 1000",
        ),
        (("eval", "-j", "0"), "--jobs: '0' is not a whole number from 1 to 256"),
        (
            ("eval", "1", "-f", "tabel"),
            f"--format: 'tabel' is not one of {', '.join(FORMATS)}: did you mean table?",
        ),
        (("eval", "1", "-f", "xyz"), f"--format: 'xyz' is not one of {', '.join(FORMATS)}"),
        (
            ("eval", "--missing", "maks"),
            "--missing: 'maks' is not one of error, mask: did you mean mask?",
        ),
        (("eval", "1", "--target", "1"), "no such option '--target': it belongs to 'softmax grad'"),
        (
            ("jacobian", "2", "1", "--target", "1"),
            "no such option '--target': it belongs to 'softmax grad'",
        ),
        (
            ("eval", "1", "--output", "1"),
            "no such option '--output': it belongs to 'softmax jacobian' and 'softmax grad'",
        ),
        (("evl", "2", "1"), "no such command 'evl': did you mean 'softmax eval 2 1'?"),
        (
            ("-p", "3", "eval", "2", "1"),
            "'-p' belongs after the command: did you mean 'softmax eval -p 3 2 1'?",
        ),
        (
            ("--target", "1", "2", "1"),
            "'--target' belongs after the command: did you mean 'softmax grad --target 1 2 1'?",
        ),
        (
            ("--csv", "f.csv"),
            "'--csv' belongs after the command: did you mean 'softmax eval --csv f.csv'?",
        ),
        (("f.csv",), "no such command 'f.csv': did you mean 'softmax eval --csv f.csv'?"),
        (
            ("my f.csv", "-p", "3"),
            "no such command 'my f.csv': did you mean \"softmax eval --csv 'my f.csv' -p 3\"?",
        ),
        (("completion",), "SHELL is missing: give one of bash, zsh, fish"),
        (
            ("completion", "bsh"),
            "SHELL: 'bsh' is not one of bash, zsh, fish: did you mean bash?",
        ),
        (
            ("man", "eval", "x"),
            "'x' is one argument too many: the usage is softmax man [OPTIONS] [PAGE]",
        ),
        (("help",), "no such command 'help': did you mean 'softmax --help'?"),
        (("help", "eval"), "no such command 'help': did you mean 'softmax eval --help'?"),
        (("version",), "no such command 'version': did you mean 'softmax --version'?"),
        (("-V",), "no such option '-V': did you mean --version?"),
        (("eval", "-V"), "no such option '-V': did you mean 'softmax --version'?"),
        (("eval", "--csv", ""), "--csv: the name of the file is empty"),
        (("eval", "--csv", "a.csv", "--csv", ""), "--csv: the name of the file is empty"),
        (("eval", "1", "--check-file", ""), "--check-file: the name of the file is empty"),
        (("eval", "--csv", "a.csv", "-c", ""), "--columns: the list is empty"),
        (("eval", "--csv", "a.csv", "-k", " "), "--keep: the list is empty"),
        (("eval", "--csv", "a.csv", "--by", ""), "--by: the list is empty"),
        (("eval", "1", "--labels", ""), "--labels: the list is empty"),
        (("eval", "2", "1", "--check", "abc"), "--check: 'abc' is not a number"),
        (("eval", "2", "1", "--check", "[1"), "--check: the bracket '[' is never closed"),
        (
            ("eval", "--csv", "a.csv", "1"),
            "--csv and VALUES are two inputs: give one of them",
        ),
        (("grad", "2", "1", "--upstream", "1;0"), "--upstream: '1;0' is not a number"),
        (("grad", "2", "1", "--upstream", "1 x"), "--upstream: 'x' is not a number"),
        (("grad", "2", "1", "--upstream", "1,"), "--upstream: a number is missing after the comma"),
        (("grad", "2", "1", "--upstream", "1 0 1"), "--upstream: 3 numbers for 2 classes"),
        (("grad", "2", "1", "--upstream", "1"), "--upstream: 1 number for 2 classes"),
        (("eval", "1", "-T", "x"), "--temperature: 'x' is not a number"),
        (("eval", "1", "--labels", "a,b"), "--labels: 2 names for 1 class"),
        (
            ("eval", "1", "--columns", "1"),
            "--columns goes with a table: --csv FILE or standard input",
        ),
        (
            ("eval", "1", "--digits", "9", "-p", "3"),
            "--digits and --precision are two roundings: give one of them",
        ),
        (
            ("jacobian", "1", "--diagonal", "--output", "1"),
            "--diagonal and --output are two parts: give one of them",
        ),
    ],
    ids=str,
)
def test_a_wrong_command_line_is_status_2_and_says_what_was_meant(arguments, sentence):
    ran = softmax(*arguments)
    assert (ran.status, ran.out, ran.err) == (2, "", f"Error: {sentence}\n")


OF_TABLES = [
    (name, typed, option.metavar)
    for name, command in program.commands.items()
    for option in command.params
    if isinstance(option, Option) and option.of_tables
    for typed in (option.long_name, *option.secondary_opts)
]


@pytest.mark.parametrize(("command", "option", "metavar"), OF_TABLES)
def test_an_option_of_tables_is_refused_beside_values_even_with_its_default(
    command, option, metavar
):
    value = {"N": ["1"], "error|mask": ["error"], "stop|skip": ["stop"]}.get(metavar, ["x"])
    ran = softmax(command, "1", option, *(value if metavar else []))
    expected = f"Error: {option} goes with a table: --csv FILE or standard input\n"
    assert (ran.status, ran.out, ran.err) == (2, "", expected)


def test_a_file_given_as_an_argument_is_told_how_to_read_it(tmp_path):
    (tmp_path / "my file=1.csv").write_text("1,2\n")
    ran = softmax("eval", "my file=1.csv", cwd=tmp_path)
    hint = "is not a number; to read the file, use --csv 'my file=1.csv'"
    assert (ran.status, ran.err) == (1, f"Error: argument 1: 'my file=1.csv' {hint}\n")
    ran = softmax("eval", "nofile.csv", cwd=tmp_path)
    hint = "is not a number, and there is no such file"
    assert (ran.status, ran.err) == (1, f"Error: argument 1: 'nofile.csv' {hint}\n")


@pytest.mark.parametrize(
    ("arguments", "place", "part"),
    [
        (("1", "/", "2"), "argument 2", "/"),
        (("1", "/2"), "argument 2", "/2"),
        (("1 / 3, 2",), "argument 1", "/"),
        (("[1/ 3, 2]",), "argument 1", "1/"),
    ],
)
def test_a_fraction_with_blanks_is_told_how_it_is_written(arguments, place, part):
    ran = softmax("eval", *arguments)
    sentence = f"'{part}' is not a number: write a fraction without blanks, as in 1/2"
    assert (ran.status, ran.err) == (1, f"Error: {place}: {sentence}\n")


def test_a_file_without_an_ending_is_known_by_its_existence(tmp_path):
    (tmp_path / "logits").write_text("1,2\n")
    ran = softmax("logits", cwd=tmp_path)
    assert ran.err.endswith("did you mean 'softmax eval --csv logits'?\n")


def test_the_program_alone_prints_help():
    assert softmax() == softmax("--help")
    assert softmax().status == 0
    assert "softmax eval 2 1 0.1" in softmax("-h").out


@pytest.mark.parametrize("command", [(), *((name,) for name in program.commands)], ids=str)
def test_help_shows_three_examples_before_the_options(command):
    help_text = softmax(*command, "--help").out
    begin, end = help_text.index("Examples:\n"), help_text.index("-h, --help")
    examples = help_text[begin:].partition("\n\n")[0].splitlines()[1:]
    assert len(examples) == 3
    assert all("softmax " in line for line in examples)
    assert begin < end


@pytest.mark.parametrize("command", ["eval", "jacobian", "grad"])
def test_help_groups_the_options_and_shows_no_ranges_of_click(command):
    help_text = softmax(command, "--help").out
    headings = [line for line in help_text.splitlines() if line.endswith(":") and line[0] != " "]
    assert headings == ["Examples:", *(f"{section}:" for section in SECTIONS), "Other:"]
    assert "x>=" not in help_text
    assert "<=x" not in help_text


@pytest.mark.parametrize("width", [60, 80, 160])
def test_help_is_as_wide_as_the_terminal(width):
    lines = softmax("eval", "--help", env={"COLUMNS": str(width)}).out.splitlines()
    longest = max(map(len, lines))
    assert longest <= width
    assert longest > min(width - 20, 110)


@pytest.mark.parametrize(
    ("command", "example"),
    [
        ("eval", "softmax eval 2 1 0.1"),
        ("jacobian", "softmax jacobian 2 1 0.1"),
        ("grad", "softmax grad 2 1 0.1 --target 1"),
    ],
)
def test_no_values_on_a_terminal_are_a_usage_error_and_no_silent_wait(command, example):
    shown = on_terminal(command)
    assert (shown.status, shown.out) == (2, "")
    assert shown.err.startswith(f"Usage: softmax {command}")
    assert shown.err.rstrip().endswith(f"for example: {example}")


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ("3,abc\n", "stdin:3: column 'b': 'abc' is not a number"),
        ("3,\n", "stdin:3: column 'b': the cell is empty; --missing mask reads it as -inf"),
        ("3,inf\n", "stdin:3: column 'b': 'inf' has no softmax: inf − inf is undefined"),
        ("1e999,3\n", "stdin:3: column 'a': '1e999' is too large: a double ends at 1.8e308"),
        (
            "3\n",
            (
                "stdin:3: the row has 1 cell, and the first row has 2; "
                "an empty cell needs its delimiter too"
            ),
        ),
    ],
)
def test_rows_before_a_bad_one_are_written_whole_and_none_after(bad, sentence):
    ran = softmax("eval", stdin=f"a,b\n{GOOD}{bad}{GOOD}")
    assert (ran.status, ran.out) == (1, f"a,b\n{ANSWER}")
    assert ran.err == f"Error: {sentence}\n"


def test_bad_rows_are_skipped_and_reported_when_asked():
    ran = softmax("eval", "--on-error", "skip", stdin=f"x,y\n{GOOD}3,abc\n{GOOD},1\n4\n{GOOD}")
    assert (ran.status, ran.out) == (1, "x,y\n" + ANSWER * 3)
    assert [line[:15] for line in ran.err.splitlines()] == [
        "Error: stdin:3:",
        "Error: stdin:5:",
        "Error: stdin:6:",
    ]


def test_what_steers_a_terminal_is_escaped_in_messages():
    ran = softmax("eval", "1", "\x1bred")
    assert "\x1b" not in ran.err
    assert r"\x1b" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [("eval", "x" * 10_000), ("x" * 10_000,), ("1" * 10_000,), ("-p", "3", *["12"] * 1000)],
    ids=[1, 2, 3, 4],
)
def test_a_long_culprit_is_cut(arguments):
    ran = softmax(*arguments)
    assert ran.status in (1, 2)
    assert ran.err.count("\n") == 1
    assert len(ran.err) < 300


@needs_full_device
@pytest.mark.parametrize("arguments", ["2 1", "-f table 2 1", "-f json 2 1"])
def test_a_full_disk_is_status_1_with_a_message(arguments):
    ran = shell(f"softmax eval {arguments} > /dev/full")
    assert (ran.status, ran.err) == (1, "Error: standard output: No space left on device\n")


@needs_full_device
@pytest.mark.parametrize("line", ["softmax", "softmax --help", "softmax --version"])
def test_help_that_nobody_can_read_is_status_1_with_a_message(line):
    ran = shell(f"{line} > /dev/full")
    assert (ran.status, ran.err) == (1, "Error: standard output: No space left on device\n")


@pytest.mark.parametrize("arguments", ["2 1", "-f table 2 1"])
def test_a_closed_standard_output_is_status_1_with_a_message(arguments):
    ran = shell(f"softmax eval {arguments} >&-")
    assert (ran.status, ran.err) == (1, "Error: standard output: it is closed\n")


def test_a_closed_standard_input_is_status_1_with_a_message():
    ran = shell("softmax eval <&-")
    assert (ran.status, ran.err) == (1, "Error: stdin: standard input is closed\n")
    assert shell("softmax eval 2 1 <&-").status == 0


def test_a_closed_standard_error_changes_no_status():
    assert shell("softmax eval x 2>&-").status == 1
    assert shell("softmax eval --wrong 2>&-").status == 2
    assert shell("softmax eval 1 2>&-").out == "1.0\n"


@needs_full_device
def test_a_full_standard_error_changes_no_status():
    assert shell("softmax eval x 2>/dev/full").status == 1


@pytest.mark.parametrize("ignored", [True, False])
def test_an_interrupt_that_was_ignored_at_the_start_stays_ignored(ignored):
    code = """
import os, signal, subprocess, sys
ignore = (lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if sys.argv[2] == "1" else None
process = subprocess.Popen(
    [sys.argv[1], "eval"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=ignore
)
process.stdin.write(b"0,0\\n")
process.stdin.flush()
first = process.stdout.readline()  # the program is past its start
process.send_signal(signal.SIGINT)
out, _ = process.communicate(b"2,2\\n")
print(process.returncode, (first + out).decode().split())
"""
    ran = python(code, SCRIPT, str(int(ignored)))
    assert ran.out == ("0 ['0.5,0.5', '0.5,0.5']\n" if ignored else "-2 ['0.5,0.5']\n")
