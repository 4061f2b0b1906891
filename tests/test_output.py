"""Output: items reach standard output and standard error as what they are."""

import errno
import os
import subprocess
import sys

import pytest
from programs import needs_full_device, python

from softmax_cli.bad_numbers import NotANumber
from softmax_cli.errors import DeviceFailed, Place, UsageError
from softmax_cli.output import BadRow, Item, Note, Output, Text, check_output, write, write_error
from softmax_cli.writing.delimited import Writer

ARRAY = Writer(opening=b"[", between=b",", closing=b"]")
BAD = BadRow(NotANumber(Place("x.csv", 2), text="oops"))


@pytest.fixture
def streams(capfd, monkeypatch):
    """Standard output and standard error as files of the system, to read afterwards."""
    with os.fdopen(os.dup(1), "w") as out, os.fdopen(os.dup(2), "w") as err:
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        yield capfd.readouterr


def taken(items: list[Item], **options: bool) -> Output:
    with Output(ARRAY, **options) as output:
        for item in items:
            output.take(item)
    return output


def test_separators_stand_where_answers_begin_and_nowhere_else(streams):
    taken([Text(b"1"), Text(b"2"), Text(b"2", begins=False), Text(b"3")])
    assert streams() == ("[1,22,3]", "")


def test_an_empty_answer_is_still_opened_and_closed(streams):
    assert not taken([]).started
    assert streams() == ("[]", "")


def test_notes_and_errors_are_one_line_each_on_standard_error(streams):
    output = taken([Note("one\ttwo"), Text(b"1"), BAD], stop=False)
    assert streams() == ("[1]", "Note: one\\ttwo\nError: x.csv:2: 'oops' is not a number\n")
    assert output.skipped


def test_quiet_leaves_out_notes_and_keeps_errors(streams):
    taken([Note("a remark"), BAD], quiet=True, stop=False)
    assert streams().err == "Error: x.csv:2: 'oops' is not a number\n"


def test_a_note_on_the_first_vector_is_left_out_behind_an_answer(streams):
    first = Note("a remark", is_on_first=True)
    taken([BAD, first, Text(b"1"), first, Note("another"), Text(b"2")], stop=False)
    assert streams().err == (
        "Error: x.csv:2: 'oops' is not a number\nNote: a remark\nNote: another\n"
    )


def test_a_bad_row_ends_the_run_after_what_came_before_it_and_the_output_is_closed(streams):
    with pytest.raises(NotANumber):
        taken([Text(b"1"), BAD, Text(b"2")])
    assert streams() == ("[1]", "")


@pytest.mark.parametrize(
    "error", [MemoryError(), DeviceFailed(Place("x.csv"), reason="it is gone"), RecursionError()]
)
def test_an_output_that_was_cut_short_is_not_closed(streams, error):
    def cut_short():
        with Output(ARRAY) as output:
            output.take(Text(b"1"))
            raise error

    with pytest.raises(type(error)):
        cut_short()
    assert streams() == ("[1", "")


def test_nothing_is_opened_by_an_error_before_the_first_answer(streams):
    with pytest.raises(NotANumber):
        taken([BAD])
    assert streams() == ("", "")


def test_a_wrong_command_line_ends_the_run_even_where_bad_rows_are_skipped():
    with pytest.raises(UsageError):
        taken([BadRow(UsageError(reason="--labels: 2 names for 3 classes"))], stop=False)


@needs_full_device
def test_nothing_is_written_after_a_write_that_failed(monkeypatch):
    output = Output(ARRAY)
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(DeviceFailed) as caught, output:
            output.take(Text(b"1"))
    assert output.failed
    assert str(caught.value) == f"standard output: {os.strerror(errno.ENOSPC)}"


def test_a_descriptor_that_does_not_block_receives_every_byte(monkeypatch):
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    size = 1 << 20
    count = "import sys; print(len(sys.stdin.buffer.read()))"
    with subprocess.Popen(
        [sys.executable, "-c", count], stdin=reader, stdout=subprocess.PIPE
    ) as process:
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            monkeypatch.setattr(sys, "stdout", pipe)
            write(b"x" * size)
        assert process.communicate()[0] == b"%d\n" % size


def test_a_closed_standard_output_is_an_error_before_any_work(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(DeviceFailed, match="standard output: it is closed"):
        check_output()


def test_a_message_for_a_closed_standard_error_is_dropped(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    write_error("nobody reads this")


def test_importing_the_output_imports_no_numpy():
    code = "import softmax_cli.output, sys; print('numpy' in sys.modules)"
    assert python(code).out == "False\n"
