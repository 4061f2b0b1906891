"""Mistakes, end to end: one line on stderr, the right status, nothing half written."""

import pytest
from programs import needs_full_device, on_terminal, shell, softmax

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
        (("evl", "1"), "no such command 'evl': did you mean 'eval'?"),
        (("2", "1", "0.1"), "no such command '2': did you mean 'softmax eval 2 1 0.1'?"),
        (("-1", "2"), "no such command '-1': did you mean 'softmax eval -1 2'?"),
        (("[2, 1]",), "no such command '[2, 1]': did you mean 'softmax eval '[2, 1]''?"),
        (("--versoin",), "no such option '--versoin': did you mean --version?"),
        (("eval", "1", "-T", "0"), "--temperature: '0' is not positive and finite"),
        (("eval", "1", "-T", "-1"), "--temperature: '-1' is not positive and finite"),
        (("eval", "1", "-T", "inf"), "--temperature: 'inf' is not positive and finite"),
        (("eval", "1", "-T", "x"), "--temperature: 'x' is not a number"),
        (("eval", "1", "--labels", "a,b"), "--labels: 2 names for 1 classes"),
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


@pytest.mark.parametrize(
    "arguments",
    [
        ("eval", "1", "-p"),
        ("eval", "1", "-p", "x"),
        ("eval", "1", "--top", "0"),
        ("eval", "1", "--format", "xml"),
        ("eval", "1", "--jobs", "0"),
        ("eval", "1", "--digits", "1001"),
        ("jacobian", "1", "--loss"),
        ("eval", "1", "--target", "1"),
    ],
    ids=" ".join,
)
def test_a_wrong_value_is_status_2_in_one_line(arguments):
    ran = softmax(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("Error: ")
    assert ran.err.count("\n") == 1


def test_the_program_alone_prints_help():
    assert softmax() == softmax("--help")
    assert softmax().status == 0
    assert "softmax eval 2 1 0.1" in softmax("-h").out


@pytest.mark.parametrize("command", ["eval", "jacobian", "grad"])
def test_no_values_on_a_terminal_are_a_usage_error_and_no_silent_wait(command):
    shown = on_terminal(command)
    assert (shown.status, shown.out) == (2, "")
    assert shown.err.startswith(f"Usage: softmax {command}")
    assert "for example: softmax eval 2 1 0.1" in shown.err


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ("3,abc\n", "stdin:3: column 'b': 'abc' is not a number"),
        ("3,\n", "stdin:3: column 'b': the cell is empty; --missing mask reads it as -inf"),
        ("3,inf\n", "stdin:3: column 'b': 'inf' has no softmax: inf − inf is undefined"),
        ("1e999,3\n", "stdin:3: column 'a': '1e999' is too large: a double ends at 1.8e308"),
        ("3\n", "stdin:3: the row has 1, the first one 2"),
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
    ran = softmax("eval", "1", "\x1b[31mred")
    assert "\x1b" not in ran.err
    assert r"\x1b" in ran.err


def test_a_long_culprit_is_cut():
    ran = softmax("eval", "x" * 10_000)
    assert ran.status == 1
    assert len(ran.err) < 200


# ── devices ──────────────────────────────────────────────────────────────────────────────


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
