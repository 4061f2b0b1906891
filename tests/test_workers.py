"""Workers: the same output whichever process answers, in order, and none left behind."""

import os
import signal
import sys
import time
from functools import partial

import pytest
from programs import SECONDS

from softmax_cli import workers
from softmax_cli.bad_numbers import NotANumber
from softmax_cli.errors import AlreadyReported, DeviceFailed, Place
from softmax_cli.output import BadRow, Output, Text
from softmax_cli.reading.files import BLOCK_BYTES
from softmax_cli.values import Block
from softmax_cli.writing.delimited import Writer

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork workers")

ARRAY = Writer(opening=b"[", between=b",", closing=b"]")
LONG = b"x" * (1 << 19)


def numbered(block, bad=(), killed=(), status=7):
    """Answer a block with its line number; some blocks are bad, some kill their worker."""
    if block.line in killed:
        os._exit(status)
    if block.line in bad:
        yield BadRow(NotANumber(Place("x", block.line), text="y"))
    yield Text(b"%d" % block.line)


@pytest.fixture
def streams(capfd, monkeypatch):
    with os.fdopen(os.dup(1), "w") as out, os.fdopen(os.dup(2), "w") as err:
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        yield capfd.readouterr


def run(jobs, count=12, stop=True, **respond):
    """Answer so many blocks by so many processes."""
    blocks = (Block(LONG, line) for line in range(count))
    with Output(ARRAY, stop=stop) as output:
        workers.run(blocks, jobs, partial(numbered, **respond), output)
    return output


@pytest.mark.parametrize("jobs", [1, 2, 3, 7, 20])
def test_answers_are_written_in_the_order_of_the_blocks(streams, jobs):
    assert run(jobs).started
    assert streams().out == "[0,1,2,3,4,5,6,7,8,9,10,11]"


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_rows_that_are_skipped_are_reported_in_order(streams, jobs):
    output = run(jobs, bad=(1, 8, 9), stop=False)
    out, err = streams()
    assert out == "[0,1,2,3,4,5,6,7,8,9,10,11]"
    assert err == "".join(f"Error: x:{line}: 'y' is not a number\n" for line in (1, 8, 9))
    assert output.skipped


@pytest.mark.parametrize("jobs", [2, 5])
def test_a_bad_row_ends_the_run_after_the_blocks_before_it(streams, jobs):
    with pytest.raises(AlreadyReported) as caught:
        run(jobs, bad=(7, 9))
    assert caught.value.status == 1
    assert streams() == ("[0,1,2,3,4,5,6]", "Error: x:7: 'y' is not a number\n")


def test_a_worker_that_ends_too_early_is_an_error_that_names_its_status(streams):
    with pytest.raises(DeviceFailed, match="a worker process ended with status 7; --jobs 1"):
        run(2, killed=(8,))
    assert streams().out.startswith("[0,1,2,3,4,5")


@pytest.mark.parametrize("jobs", [2, 3])
def test_an_error_in_a_worker_ends_a_run_that_waits_for_input(streams, jobs):
    def blocks():
        yield from (Block(LONG, line) for line in range(4))
        time.sleep(SECONDS)
        raise AssertionError("nothing has ended the wait")

    with pytest.raises(AlreadyReported), Output(ARRAY) as output:
        workers.run(blocks(), jobs, partial(numbered, bad=(3,)), output)
    assert streams() == ("[0,1,2]", "Error: x:3: 'y' is not a number\n")


def test_reports_that_a_signal_handler_has_taken_are_not_waited_for():
    ring = object.__new__(workers._Ring)
    ring._reports, end = os.pipe()
    os.set_blocking(ring._reports, False)
    assert ring._take_reports()
    os.close(end)
    assert not ring._take_reports()
    os.close(ring._reports)


@pytest.mark.parametrize("jobs", [2, 3])
@pytest.mark.usefixtures("streams")
def test_no_process_and_no_descriptor_is_left_behind(jobs):
    before = set(os.listdir("/dev/fd"))
    run(jobs)
    assert set(os.listdir("/dev/fd")) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_an_input_that_fails_is_reported_after_the_answers_before_it(streams):
    def blocks():
        yield from (Block(LONG, line) for line in range(6))
        raise DeviceFailed(Place("x"), reason="the disk is gone")

    with pytest.raises(DeviceFailed, match="the disk is gone"), Output(ARRAY) as output:
        workers.run(blocks(), 2, numbered, output)
    assert streams().out == "[0,1,2,3,4,5"  # whole rows, and not closed


def test_so_many_workers_as_the_limit_on_descriptors_allows():
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    try:
        assert 1 <= workers.cores(200) < 10
        assert workers.cores(1) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_by_default_there_are_as_many_processes_as_cores_for_this_one():
    assert workers.cores(None) == len(os.sched_getaffinity(0))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pipes have one size there")
def test_the_pipe_to_a_worker_holds_a_whole_block():
    reading, feed = os.pipe()
    try:
        workers._enlarge(feed)
        os.set_blocking(feed, False)
        assert os.write(feed, bytes(BLOCK_BYTES + 32)) == BLOCK_BYTES + 32
    finally:
        os.close(reading)
        os.close(feed)


def test_a_pipe_that_may_not_grow_stays_as_it_is():
    reading, feed = os.pipe()
    os.close(reading)
    os.close(feed)
    workers._enlarge(feed)  # as an unprivileged user beyond the limit: an OSError


def test_slow_rows_go_to_other_processes_sooner(streams):
    def who(_):
        yield Text(b"%d" % os.getpid())

    for is_slow in (False, True):
        with Output(ARRAY) as output:
            blocks = (Block(b"x" * (1 << 13), line) for line in range(4))
            workers.run(blocks, 2, who, output, is_slow=is_slow)
        answered = set(streams().out.strip("[]").split(","))
        assert (answered == {str(os.getpid())}) != is_slow


@pytest.mark.usefixtures("streams")
def test_a_signal_handler_that_comes_in_between_two_looks_at_workers_does_no_harm(monkeypatch):
    """Another thread may take the signal, though the main thread has blocked it."""
    waitpid = os.waitpid

    def interrupted(process, options):
        handler = signal.getsignal(signal.SIGCHLD)
        if callable(handler):
            handler(signal.SIGCHLD, None)
        return waitpid(process, options)

    monkeypatch.setattr(os, "waitpid", interrupted)
    with pytest.raises(DeviceFailed, match="a worker process ended with status 7"):
        run(3, killed=(5, 6, 7))
    with pytest.raises(ChildProcessError):
        waitpid(-1, os.WNOHANG)


def test_a_system_that_does_not_say_which_cores_are_for_us_has_all_of_them(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    assert workers.cores(None) == os.cpu_count()


def test_as_many_workers_as_are_asked_for_where_descriptors_have_no_limit(monkeypatch):
    resource = pytest.importorskip("resource")
    infinity = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda _: infinity)
    assert workers.cores(1_000_000) == 1_000_000


def test_a_system_without_limits_cannot_fork_workers(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    assert workers.cores(8) == 1


@pytest.fixture
def unnoticed(monkeypatch):
    """No signal tells that a worker has ended, and nobody looks."""
    monkeypatch.setattr(workers, "_MILLISECONDS_BETWEEN_LOOKS", 60_000)
    monkeypatch.setattr(workers._Ring, "_set_handlers", lambda _: {})


@pytest.fixture
def patient(monkeypatch):
    """Workers are not ended by a signal, and have the time to end by themselves."""
    monkeypatch.setattr(workers, "SECONDS_TO_FINISH", 30)
    former = signal.signal(workers.END_WORKER, signal.SIG_IGN)
    yield
    signal.signal(workers.END_WORKER, former)


def none_is_left():
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    return True


@pytest.mark.usefixtures("streams")
def test_a_worker_that_ends_while_the_program_waits_for_input_is_noticed_at_once():
    def blocks():
        yield from (Block(LONG, line) for line in range(6))
        time.sleep(SECONDS)

    respond = partial(numbered, killed=(5,))
    with pytest.raises(DeviceFailed, match="status 7"), Output(ARRAY) as output:
        workers.run(blocks(), 2, respond, output)
    assert none_is_left()


@pytest.mark.usefixtures("streams", "unnoticed")
@pytest.mark.parametrize(
    ("status", "message"),
    [(7, "a worker process ended with status 7"), (0, "the worker processes ended too early")],
)
def test_workers_that_all_end_are_noticed_when_their_reports_do(status, message):
    with pytest.raises(DeviceFailed, match=message):
        run(2, count=10, killed=(8, 9), status=status)
    assert none_is_left()


@pytest.mark.usefixtures("streams", "unnoticed")
def test_a_worker_that_has_ended_is_noticed_when_it_is_sent_a_block():
    def respond(block):
        if block.line == 4:
            time.sleep(SECONDS)
        return numbered(block, killed=(3,))

    blocks = (Block(LONG, line) for line in range(12))
    with pytest.raises(DeviceFailed, match="status 7"), Output(ARRAY) as output:
        workers.run(blocks, 2, respond, output)
    assert none_is_left()


def test_slow_workers_are_waited_for(streams, monkeypatch):
    monkeypatch.setattr(workers, "_MILLISECONDS_BETWEEN_LOOKS", 1)

    def respond(block):
        time.sleep(0.05)
        return numbered(block)

    with Output(ARRAY) as output:
        workers.run((Block(LONG, line) for line in range(8)), 2, respond, output)
    assert streams().out == "[0,1,2,3,4,5,6,7]"


@pytest.mark.usefixtures("patient")
def test_workers_end_by_themselves_where_the_signal_for_it_is_ignored(streams):
    assert run(2).started
    assert streams().out == "[0,1,2,3,4,5,6,7,8,9,10,11]"
    with pytest.raises(AlreadyReported):
        run(2, bad=(7, 9))
    assert streams() == ("[0,1,2,3,4,5,6]", "Error: x:7: 'y' is not a number\n")
    assert none_is_left()


@pytest.mark.usefixtures("patient")
def test_an_answer_longer_than_a_worker_keeps_is_written_as_it_comes(streams, monkeypatch):
    monkeypatch.setattr(workers, "_AHEAD", 5)

    def respond(block):
        yield Text(b"%d" % block.line)
        for _ in range(9):
            yield Text(b"...", begins=False)

    with Output(ARRAY) as output:
        workers.run((Block(LONG, line) for line in range(6)), 2, respond, output)
    assert streams().out == "[" + ",".join(f"{line}{'...' * 9}" for line in range(6)) + "]"


@pytest.mark.usefixtures("streams")
def test_a_worker_that_is_stopped_does_not_keep_the_program_from_ending():
    def respond(block):
        if block.line == 8:
            os.kill(os.getpid(), signal.SIGSTOP)
        return numbered(block, bad=(7,))

    blocks = (Block(LONG, line) for line in range(12))
    with pytest.raises(AlreadyReported), Output(ARRAY) as output:
        workers.run(blocks, 2, respond, output)
    assert none_is_left()


def test_a_worker_that_was_ended_because_the_reader_is_gone_ends_the_program_so(
    streams, monkeypatch
):
    def respond(block):
        if block.line > 6:
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGPIPE)
        return numbered(block)

    def end_by_signal(number):
        sys.exit(128 + number)

    monkeypatch.setattr(workers, "end_by_signal", end_by_signal)
    blocks = (Block(LONG, line) for line in range(20))
    with pytest.raises(SystemExit) as caught, Output(ARRAY) as output:
        workers.run(blocks, 2, respond, output)
    assert caught.value.code == 128 + signal.SIGPIPE
    out, err = streams()
    assert "[0,1,2,3,4,5,6".startswith(out)
    assert err == ""
    assert none_is_left()


def test_the_ends_of_workers_are_awaited_past_their_reports():
    ring = object.__new__(workers._Ring)
    ring._reports, report = os.pipe()
    os.write(report, b"\0")
    os.close(report)
    ring._await_ends(SECONDS)
    assert os.read(ring._reports, 1) == b""  # the report has been taken
    os.close(ring._reports)


def test_the_ends_of_workers_are_not_awaited_for_longer_than_is_said():
    ring = object.__new__(workers._Ring)
    ring._reports, report = os.pipe()
    try:
        ring._await_ends(0.0)  # a worker still has its end open
    finally:
        os.close(ring._reports)
        os.close(report)
