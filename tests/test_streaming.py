"""Streams, end to end: rows are answered as they come, on any number of cores, to the end."""

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from programs import SCRIPT, SECONDS, Ran, needs_full_device, python, shell, softmax, start

ANSWER = b"0.2689414213699951,0.7310585786300049\n"

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork workers")
proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")


def line_of(stream):
    """The next line of a pipe, once it is there."""
    assert select.select([stream], [], [], SECONDS)[0], "nothing came"
    return stream.readline()


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_each_row_is_answered_before_the_next_is_written(jobs):
    with start("eval", "--jobs", jobs, bufsize=0) as process:
        for row, answer in ((b"1,2\n", ANSWER), (b"0,0\n", b"0.5,0.5\n"), (b"1,2\n", ANSWER)):
            process.stdin.write(row)
            assert line_of(process.stdout) == answer
        process.stdin.close()
        assert process.stdout.read() == b""
    assert process.returncode == 0


def test_the_header_and_json_rows_are_answered_as_they_come_too():
    with start("eval", "-f", "jsonl", bufsize=0) as process:
        for row in (b'{"a": 1, "b": 2}\n', b'{"a": 0, "b": 0}\n'):
            process.stdin.write(row)
            assert line_of(process.stdout).startswith(b'{"classes":["a","b"]')
        process.stdin.close()
    assert process.returncode == 0


def test_cuts_in_the_input_show_nowhere():
    text = b"id,a,b\n" + b"".join(b'"x, %d",%d,-%d.5\n' % (i, i % 7, i % 5) for i in range(3000))
    whole = softmax("eval", "--keep", "id", stdin=text)
    with start("eval", "--keep", "id", stdout=subprocess.PIPE) as process:
        for first in range(0, len(text), 8191):
            process.stdin.write(text[first : first + 8191])
            process.stdin.flush()
        out, _ = process.communicate(timeout=SECONDS)
    assert (process.returncode, out.decode()) == (0, whole.out)


@pytest.mark.parametrize("options", ["", "--jobs 1", "--jobs 3", "-f jsonl", "--keep 1"])
def test_an_endless_input_ends_with_its_reader_silently(options):
    ran = shell(f"yes 1,2,3 | softmax eval {options} | head -n 3")
    assert (ran.status, ran.err) == (0, "")
    assert len(ran.out.splitlines()) == 3


@forks
def test_a_reader_that_goes_away_while_workers_write_is_silent_and_leaves_no_worker():
    with start("eval", "--jobs", "3") as process:
        feeder = threading.Thread(target=feed, args=(process, 64))
        feeder.start()
        for _ in range(300_000):  # by then the workers write
            assert process.stdout.readline()
        process.stdout.close()
        feeder.join(SECONDS)
        assert process.stderr.read() == b""  # which ends when the last of them is gone
        assert process.wait(SECONDS) in (-signal.SIGPIPE, 141, 0)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A table of several MiB, with a kept column and a few rows for the general reader."""
    file = tmp_path_factory.mktemp("large") / "large.csv"
    with file.open("w") as out:
        out.write("id,a,b,c,d\n")
        for row in range(150_000):
            out.write(f"r{row},{row % 97 / 8},{row % 89 - 44},{-(row % 13)},{row % 7}.25\n")
            if row in (40_000, 140_000):
                out.write(f'"q, {row}",1/3,−1,-inf,ln(2)\n')
    return file


def run_to_file(file, *arguments):
    """The program's answer to a large table, by a file: (status, bytes, stderr)."""
    out = file.with_suffix(f".{abs(hash(arguments))}")
    with out.open("wb") as stdout:
        ran = softmax_to(stdout, "--csv", str(file), *arguments)
    text = out.read_bytes()
    out.unlink()
    return ran.status, text, ran.err


def softmax_to(stdout, *arguments):
    with start("eval", *arguments, stdin=subprocess.DEVNULL, stdout=stdout) as process:
        _, err = process.communicate(timeout=SECONDS)
    return Ran(process.returncode, "", err.decode())


@forks
@pytest.mark.parametrize(
    ("options", "numbers"),
    [("", "1235"), ("-f json", "13"), ("--append -p 3", "15")],
)
def test_any_number_of_workers_writes_the_same_bytes(large, options, numbers):
    first, *others = (
        run_to_file(large, "--keep", "id", *options.split(), "--jobs", jobs) for jobs in numbers
    )
    assert (first[0], first[2]) == (0, "")
    for other in others:
        assert other == first


@forks
def test_any_number_of_workers_skips_and_reports_the_same_rows(large):
    bad = large.with_name("bad_rows.csv")
    with bad.open("w") as out:
        for number, line in enumerate(large.read_text().splitlines(keepends=True)):
            out.write("oops,1,x,2,3\n" if number and number % 30_000 == 0 else line)
    options = ("--keep", "id", "--on-error", "skip")
    alone = run_to_file(bad, *options, "--jobs", "1")
    assert alone[0] == 1
    assert alone[2].count("'x' is not a number\n") == alone[2].count("\n") == 5
    for jobs in "235":
        assert run_to_file(bad, *options, "--jobs", jobs) == alone, f"--jobs {jobs}"


@forks
@pytest.mark.parametrize("jobs", ["1", "2", "5"])
def test_rows_before_an_error_in_the_middle_are_out_whole_and_none_after(large, jobs):
    bad = large.with_name(f"one_bad_row_{jobs}.csv")
    lines = large.read_text().splitlines(keepends=True)
    bad.write_text("".join([*lines[:110_000], "oops,1,2,x,3\n", *lines[110_000:]]))
    status, text, err = run_to_file(bad, "--keep", "id", "--jobs", jobs)
    assert (status, err) == (1, f"Error: {bad}:110001: column 'c': 'x' is not a number\n")
    _, whole, _ = run_to_file(large, "--keep", "id", "--jobs", "1")
    assert text == b"".join(whole.splitlines(keepends=True)[:110_000])


@forks
@needs_full_device
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_a_disk_that_fills_is_one_message_and_status_1(large, jobs):
    with open("/dev/full", "wb") as full:
        ran = softmax_to(full, "--csv", str(large), "--keep", "id", "--jobs", jobs)
    assert (ran.status, ran.err) == (1, "Error: standard output: No space left on device\n")


def feed(process, megabytes):
    """Give the program plain rows, as long as it takes them."""
    with contextlib.suppress(BrokenPipeError):
        for _ in range(megabytes):
            process.stdin.write(b"1.25,2.5,-3.125\n" * 65536)
        process.stdin.flush()


def workers_of(process):
    """The processes that the program has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if stat.read_text().rpartition(")")[2].split()[1] == str(process.pid):
                found.append(int(stat.parent.name))
    return found


def is_alive(number):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def all_end(workers):
    """Whether the workers end, which takes them a moment once they are told."""
    deadline = time.monotonic() + SECONDS
    while any(map(is_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(is_alive, workers))


@contextlib.contextmanager
def working(jobs="3"):
    """The program with its workers at work, waiting for more input."""
    with start("eval", "--jobs", jobs, stdout=subprocess.DEVNULL) as process:
        feed(process, megabytes=6)
        deadline = time.monotonic() + SECONDS
        while not (workers := workers_of(process)):
            assert time.monotonic() < deadline, "no worker was started"
            time.sleep(0.05)
        try:
            yield process, workers
        finally:
            process.kill()


@forks
@proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_program_silently_and_its_workers_with_it(number):
    with working() as (process, workers):
        process.send_signal(number)
        assert process.wait(SECONDS) == -number
        assert process.stderr.read() == b""
        assert not any(map(is_alive, workers))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_without_workers_silently_too(number):
    with start("eval", bufsize=0) as process:
        process.stdin.write(b"1,2\n")
        assert line_of(process.stdout) == ANSWER
        process.send_signal(number)
        assert process.wait(SECONDS) == -number
        assert process.stderr.read() == b""


@forks
@proc
def test_workers_end_even_when_the_program_is_killed():
    with working() as (process, workers):
        process.kill()
        process.wait(SECONDS)
        assert all_end(workers)


@forks
@proc
def test_a_worker_that_is_killed_ends_the_run_with_a_message():
    with working() as (process, workers):
        os.kill(workers[0], signal.SIGKILL)
        feed(process, megabytes=32)
        err = process.stderr.read().decode()
        assert process.wait(SECONDS) == 1
        assert err == "Error: a worker process ended by signal 9; --jobs 1 needs no others\n"
        assert not any(map(is_alive, workers))


_MEASURED = """
import resource, subprocess, sys
program, line, *arguments = sys.argv[1:]
with subprocess.Popen(["bash", "-c", line], stdout=subprocess.PIPE) as feeder:
    subprocess.run([program, *arguments], stdin=feeder.stdout, stdout=-3, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_rows():
    few, many = (
        int(python(_MEASURED, SCRIPT, f"yes 1.5,2,-3 | head -n {rows}", "eval", "--jobs", "1").out)
        for rows in (9, 2_000_000)
    )
    assert many - few < 64 << 10, "KiB"


def test_a_line_that_never_ends_is_refused_before_it_fills_the_memory():
    ran = shell("yes 1,2,3 | tr '\\n' ',' | softmax eval")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "Error: stdin:1: the line is longer than 128 MiB\n"


@pytest.mark.parametrize("line", ["seq", "seq -s,"])
@pytest.mark.parametrize("options", [[], ["--log"], ["-f", "tsv"]], ids=repr)
def test_one_long_vector_takes_the_memory_of_its_text_and_a_few_arrays(line, options):
    few, many = (
        int(python(_MEASURED, SCRIPT, f"{line} {count}", "eval", *options).out)
        for count in (9, 1_000_000)
    )
    # 8 MB an array, 7 MB of text
    assert many - few < 48 << 10, "KiB"
