"""Output is delivered whole, or the program says that it was not, whatever takes it."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from programs import SECONDS, needs_full_device, on_terminal, shell, softmax, start

from softmax_cli.options import FORMATS

COMMANDS = ["eval 2 1", "jacobian 2 1", "grad 2 1 --target 1"]
PAGES = ["", "--help", "--version", "eval --help", "man --help", "completion bash"]
RUNS = [f"{command} -f {form}" for command in COMMANDS for form in FORMATS] + PAGES

FULL = (1, "", "Error: standard output: No space left on device\n")
CLOSED = (1, "", "Error: standard output: it is closed\n")
SILENT = (0, "", "")


def told(lines, **options):
    """How each line of shell ends and what it says; several run at a time."""
    with ThreadPoolExecutor(2) as pool:
        runs = pool.map(lambda line: shell(line, **options), lines)
        return {line: (ran.status, ran.out, ran.err) for line, ran in zip(lines, runs, strict=True)}


def all_end(lines, expected, **options):
    assert told(lines, **options) == dict.fromkeys(lines, expected)


@needs_full_device
def test_a_full_disk_is_one_message_for_every_command_and_format():
    all_end([f"softmax {run} > /dev/full" for run in RUNS], FULL)


def test_a_closed_standard_output_is_one_message_for_every_command_and_format():
    all_end([f"softmax {run} >&-" for run in RUNS], CLOSED)


def test_a_reader_that_is_gone_is_no_message_for_any_command_and_format():
    all_end([f"softmax {run} | true" for run in RUNS[::2]], SILENT)


def test_a_reader_that_is_gone_is_no_message_where_sigpipe_is_ignored():
    all_end([f"trap '' PIPE; softmax {run} | true" for run in RUNS[1::2]], SILENT)


def test_a_reader_that_is_gone_is_no_message_where_sigpipe_is_blocked():
    reader, writer = os.pipe()
    os.close(reader)
    with start(
        "eval",
        "2",
        "1",
        stdout=writer,
        preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGPIPE]),
    ) as process:
        os.close(writer)
        _, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (-signal.SIGPIPE, b"")


@pytest.mark.parametrize("page", ["eval --help", "completion bash"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_page_that_is_cut_by_a_limit_is_status_1(tmp_path, page, unbuffered):
    line = f"ulimit -f 1; exec softmax {page} > big.txt"
    ran = shell(line, cwd=tmp_path, env={"PYTHONUNBUFFERED": unbuffered})
    assert (ran.status, ran.err) == (1, "Error: standard output: File too large\n")


@pytest.mark.parametrize("page", ["eval --help", "completion bash", "eval 1 2"])
def test_a_pipe_that_does_not_block_receives_every_byte(page):
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with start(*page.split(), stdout=writer) as process, os.fdopen(reader, "rb") as pipe:
        os.close(writer)
        assert pipe.read() == softmax(*page.split()).out.encode()
    assert process.returncode == 0


@needs_full_device
def test_standard_error_changes_neither_the_status_nor_the_answer():
    for error in ("2>&-", "2>/dev/full"):
        for jobs in ("1", "2"):
            good = f"seq 300000 | sed 's/$/,1/' | softmax eval -q -j {jobs} {error} | md5sum"
            bad = f"printf '1,2\\n1,x\\n' | softmax eval -j {jobs} {error}"
            assert shell(good).out == shell(good.replace(error, "")).out
            assert (shell(bad).status, shell(bad).err) == (1, "")


ENCODINGS = [
    {"LC_ALL": "C"},
    {"LC_ALL": "POSIX", "PYTHONUTF8": "0"},
    {"LC_ALL": "de_DE.UTF-8"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "cp1252"},
]


@pytest.mark.parametrize("env", ENCODINGS, ids=str)
def test_a_locale_changes_no_number_and_ends_no_run(env):
    for arguments in (("eval", "2.5", "-1/3"), ("jacobian", "2", "1", "-f", "json")):
        assert softmax(*arguments, env=env) == softmax(*arguments)
    for arguments in (("--help",), ("eval", "--help"), ("grad", "2", "1", "-f", "table")):
        with start(*arguments, env=env) as process:
            _, err = process.communicate(timeout=SECONDS)
        assert (process.returncode, err) == (0, b"")


def test_more_inherited_descriptors_than_select_can_hold_change_nothing():
    code = """
import os, resource, subprocess, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
for _ in range(1500):
    os.set_inheritable(os.open("/dev/null", os.O_RDONLY), True)
sys.exit(subprocess.run(["softmax", "eval", "--jobs", "2"], close_fds=False).returncode)
"""
    ran = shell(f"yes 1,2 | head -n 400000 | python3 -c '{code}' | sort | uniq -c")
    assert (ran.out.split(), ran.err) == (["400000", "0.2689414213699951,0.7310585786300049"], "")


# What a signal finds the program at: writing to a pipe that is read slowly.
ROWS = b"".join(
    b'%d,%d.5,-%d,"a\n""%d"\n' % (row % 9, row % 7, row % 5, row) for row in range(60_000)
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """A table with newlines within cells, and its whole answer."""
    file = tmp_path_factory.mktemp("rows") / "rows.csv"
    file.write_bytes(ROWS)
    return str(file), softmax("eval", "-k", "4", "-q", "--csv", str(file)).out.encode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("pause", [0, 0.07])
def test_a_signal_while_a_pipe_takes_the_output_ends_it_on_a_whole_row(rows, number, jobs, pause):
    file, whole = rows
    with start("eval", "-k", "4", "-q", "--jobs", jobs, "--csv", file) as process:
        out = b""
        while len(out) < 1 << 17:
            out += os.read(process.stdout.fileno(), 4099)
        time.sleep(pause)
        process.send_signal(number)
        out += process.stdout.read()
        assert process.wait(SECONDS) == -number
        assert process.stderr.read() == b""
    assert out.endswith(b'"\n')
    assert whole.startswith(out)
    assert len(out) < len(whole)


def test_a_signal_ends_a_run_whose_reader_takes_nothing():
    with start("eval", "--jobs", "1") as process:
        # as much as a pipe holds; the answer is more
        process.stdin.write(b"1.25,2.5,-3.125\n" * 4_000)
        process.stdin.close()
        process.stdin = None
        time.sleep(1)
        process.terminate()
        assert process.wait(SECONDS) == -signal.SIGTERM


def ignore_what_ends_a_run():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_signals_that_were_ignored_at_the_start_stay_ignored(tmp_path, jobs):
    out = tmp_path / "out.csv"
    with (
        out.open("wb") as stdout,
        start("eval", "--jobs", jobs, stdout=stdout, preexec_fn=ignore_what_ends_a_run) as process,
    ):
        process.stdin.write(b"1,2\n" * 400_000)
        process.stdin.flush()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process.send_signal(number)
        _, err = process.communicate(b"1,2\n" * 400_000, timeout=SECONDS)
    assert (process.returncode, err) == (0, b"")
    assert out.read_bytes().count(b"\n") == 800_000


def test_a_terminal_that_goes_away_is_one_message_at_most():
    shown = on_terminal("eval", "2", "1", "-f", "json")
    assert shown.status == 0
    code = """
import os, pty, subprocess, sys
ours, theirs = pty.openpty()
process = subprocess.Popen(["softmax", "eval", "--jobs", "2", "-f", "json"],
    stdin=subprocess.PIPE, stdout=theirs, stderr=subprocess.PIPE)
os.close(theirs)
process.stdin.write(b"1,2\\n")
process.stdin.flush()
os.read(ours, 100)
os.close(ours)
_, err = process.communicate(b"3,4\\n" * 100000)
print(process.returncode, err.decode(), end="")
"""
    ran = shell(f"python3 -c '{code}'")
    assert ran.out == "1 Error: standard output: Input/output error\n"
