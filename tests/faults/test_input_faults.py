"""Input is read whole, or one line says where and why it was not."""

import gzip
import json
import os
import random
import signal
from pathlib import Path

import pytest
from programs import SECONDS, shell, softmax, start

ROW = "0.2689414213699951,0.7310585786300049\n"
SMALL = gzip.compress(b"1,2\n3,4\n", mtime=0)
_CHOICE = random.Random(1)
LARGE = gzip.compress(
    b"".join(b"%d,%d\n" % (_CHOICE.randrange(10**9), row) for row in range(2000)), mtime=0
)
DAMAGED = "{file}: the gzip data is damaged:"

# The bytes of a file, how many of its rows are answered, and the message.
FILES = {
    "empty": (b"", 0, "{file}: the input holds no numbers"),
    "blank lines": (b"\n\n  \n", 0, "{file}: the input holds no numbers"),
    "header alone": (
        b"a,b\n",
        0,
        "{file}:1: 'a' is not a number, so the only row is a header: no numbers follow it",
    ),
    "UTF-16": (
        "a,b\n1,2\n".encode("utf-16-le").join([b"\xff\xfe", b""]),
        0,
        "{file}:1: the input is UTF-16: convert it with iconv -f UTF-16 -t UTF-8",
    ),
    "NUL": (
        b"1,2\n3,\0\n",
        1,
        "{file}:2: a NUL byte: this is not text (UTF-16? iconv -f UTF-16 -t UTF-8)",
    ),
    "invalid UTF-8": (b"1,2\n3,\xff\n", 1, "{file}:2: byte 0xff is not UTF-8"),
    "invalid UTF-8 kept": (b"id,x,y\n\xff,1,2\n", 0, "{file}:2: byte 0xff is not UTF-8"),
    "lone CR": (
        b"1,2\r3,4\r",
        0,
        ("{file}:1: a carriage return within the line: end lines with LF or CRLF (tr '\\r' '\\n')"),
    ),
    "open quote": (b'1,2\n"3,4\n5,6\n', 1, "{file}:2: a quote opens here and is never closed"),
    "quote within a cell": (
        b'k,x,y\na"b,1,2\n',
        0,
        (
            "{file}:2: column 'k': a quote stands inside the cell 'a\"b': "
            'quote the whole cell and write "" for it'
        ),
    ),
    "a cell of 10 MB": (
        b"1,2\n3," + b"x" * 10_000_000,
        1,
        "{file}:2: column 2: '" + "x" * 59 + "…' is not a number",
    ),
    "a number of 10 MB": (
        b"1,2\n3," + b"1" * 10_000_000,
        1,
        "{file}:2: column 2: '" + "1" * 59 + "…' is too large: a double ends at 1.8e308",
    ),
    "a huge exponent": (
        b"1,2\n1e999999999,2\n",
        1,
        "{file}:2: column 1: '1e999999999' is too large: a double ends at 1.8e308",
    ),
    "open JSON": (
        b"[[1,2],[3",
        1,
        "{file}:1: the JSON ends within an array or an object: is the input cut short?",
    ),
    "deep JSON": (
        b"[" * 10_000,
        0,
        "{file}:1: the JSON ends within an array or an object: is the input cut short?",
    ),
    "broken JSON Lines": (
        b'[1,2]\n{"a":\n',
        1,
        "{file}:2: the row is not valid JSON: it ends too early",
    ),
    "gzip of several members": (SMALL + SMALL, 4, None),
    "gzip and zeros": (SMALL + bytes(50), 2, None),
    "gzip and rubbish": (
        SMALL + b"rubbish",
        2,
        f"{DAMAGED} Error -3 while decompressing data: incorrect header check",
    ),
    "gzip with a wrong sum": (
        SMALL[:-8] + bytes(4) + SMALL[-4:],
        None,
        f"{DAMAGED} Error -3 while decompressing data: incorrect data check",
    ),
    "half a gzip": (LARGE[: len(LARGE) // 2], None, f"{DAMAGED} it ends too early"),
    "100,000 columns": (b",".join([b"1"] * 100_000) + b"\n", None, None),
}


@pytest.mark.parametrize("name", FILES)
def test_each_kind_of_file_has_one_behaviour(tmp_path, name):
    data, rows, message = FILES[name]
    file = tmp_path / "x"
    file.write_bytes(data)
    ran = softmax("eval", "-q", "--csv", str(file))
    expected = f"Error: {message.format(file=file)}\n" if message else ""
    assert (ran.status, ran.err) == (1 if message else 0, expected)
    if rows is not None:
        assert ran.out == ROW * rows
    assert not ran.out or ran.out.endswith("\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--csv missing.csv", "missing.csv: No such file or directory"),
        ("--csv .", ".: Is a directory"),
        ("--csv $'\\e[31m\\u202e.csv'", "\\x1b[31m\\u202e.csv: No such file or directory"),
        ("- <&-", "stdin: standard input is closed"),
        ("<&-", "stdin: standard input is closed"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, line, message):
    ran = shell(f"softmax eval {line}", cwd=tmp_path)
    assert (ran.status, ran.out, ran.err) == (1, "", f"Error: {message}\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_named(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("1,2\n")
    file.chmod(0)
    ran = softmax("eval", "--csv", str(file))
    assert (ran.status, ran.err) == (1, f"Error: {file}: Permission denied\n")


def test_a_fifo_and_the_device_of_standard_input_are_files(tmp_path):
    ran = shell(
        "mkfifo f; (echo 1,2; sleep .1; echo 1,2) > f & softmax eval --csv f; "
        "echo 1,2 | softmax eval --csv /dev/stdin",
        cwd=tmp_path,
    )
    assert (ran.status, ran.out, ran.err) == (0, ROW * 3, "")


def test_a_gzip_that_unpacks_to_a_thousand_times_its_size_is_read_in_bounded_memory(tmp_path):
    file = tmp_path / "bomb.gz"
    file.write_bytes(gzip.compress(b"1,2\n" * 25_000_000))
    assert file.stat().st_size < 200_000
    ran = shell(f"ulimit -v 600000; softmax eval -j 1 --csv {file} | tail -n 1")
    assert (ran.out, ran.err) == (ROW, "")


@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_an_answer_that_does_not_fit_in_memory_is_one_line_or_streams(form):
    # reads what comes first, and then goes away
    line = (
        "ulimit -v 800000; seq -s, 100000 | softmax jacobian -f "
        f"{form} --rows 5 | head -c 1000 > /dev/null; echo ${{PIPESTATUS[1]}}"
    )
    ran = shell(line)
    assert ran.out.strip() in ("0", "1", "141")
    assert ran.err.count("\n") <= 1
    assert "Traceback" not in ran.err
    assert "bug" not in ran.err


HOSTILE = "\x1b]8;;http://x\x07[bold]:warning:\u202e=1+1\x9b31m\u200b"


@pytest.mark.parametrize("form", ["table", "markdown", "latex", "html", "svg"])
def test_what_steers_a_terminal_never_reaches_a_reader(form):
    table = f'name,x,y\n"{HOSTILE}",1,2\n"<b>&\\$_{{}}|#",2,1\n'
    ran = softmax("eval", "-q", "-k", "name", "-f", form, stdin=table)
    assert (ran.status, ran.err) == (0, "")
    for steering in "\x1b\x07\u202e\x9b\u200b":
        assert steering not in ran.out
    if form in ("html", "svg"):
        assert "<b>&" not in ran.out
    if form in ("table", "html"):
        assert "[bold" in ran.out  # cut, as wide cells are, and not interpreted


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl"])
def test_a_pipe_receives_every_character_of_a_cell(form):
    ran = softmax("eval", "-k", "name", "-f", form, stdin=f'name,x,y\n"{HOSTILE}",1,2\n')
    assert ran.status == 0
    if form in ("json", "jsonl"):
        rows = json.loads(ran.out) if form == "json" else [json.loads(ran.out)]
        assert rows[0]["keep"] == {"name": HOSTILE}
    else:
        assert HOSTILE in ran.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("eval", HOSTILE),
        ("eval", f"{HOSTILE}=x"),
        ("eval", "1", "-T", HOSTILE),
        ("eval", "1", f"--{HOSTILE}"),
        ("eval", "1", "-f", HOSTILE),
        (HOSTILE,),
        ("grad", "2", "1", "--target", HOSTILE),
        ("eval", "--csv", HOSTILE),
        ("man", HOSTILE),
    ],
    ids=range(9),
)
def test_a_message_steers_no_terminal(arguments):
    ran = softmax(*arguments)
    assert ran.status in (1, 2)
    assert ran.err.count("\n") == 1
    assert ran.err[:-1].isprintable()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork workers")
def test_a_worker_that_is_killed_while_the_program_waits_for_input_is_noticed():
    with start("eval", "--jobs", "2", stdout=-3) as process:
        process.stdin.write(b"1.25,2.5,-3.125\n" * 200_000)
        process.stdin.flush()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not (workers := children.read_text().split()):
            pass
        os.kill(int(workers[0]), signal.SIGKILL)
        assert process.wait(SECONDS) == 1
        err = process.stderr.read().decode()
    assert err == "Error: a worker process ended by signal 9; --jobs 1 needs no others\n"


ROWS = b"1,2\n" * 500_000


def read_while_the_file_changes(file, change):
    """The status, output and message of a run that has begun to write when the file changes."""
    file.write_bytes(ROWS)
    with start("eval", "--jobs", "1", "--csv", str(file)) as process:
        out = os.read(process.stdout.fileno(), 1)  # the rest waits for room in the pipe
        with file.open("r+b") as opened:
            change(opened)
        rest, err = process.communicate(timeout=SECONDS)
    return process.returncode, (out + rest).decode(), err.decode()


def test_a_file_that_is_cut_short_while_it_is_read_is_an_error_behind_whole_rows(tmp_path):
    file = tmp_path / "x.csv"
    half = len(ROWS) // 2 + 1
    status, out, err = read_while_the_file_changes(file, lambda opened: opened.truncate(half))
    assert (status, err) == (1, f"Error: {file}: it was cut short while it was read\n")
    assert out == ROW * (half // len(b"1,2\n"))


def test_rows_that_are_added_or_rewritten_ahead_are_read_as_they_are_then(tmp_path):
    file = tmp_path / "x.csv"

    def change(opened):
        opened.seek(-len(b"1,2\n"), os.SEEK_END)
        opened.write(b"2,2\n0,0\n")

    status, out, err = read_while_the_file_changes(file, change)
    assert (status, err) == (0, "")
    assert out == ROW * (ROWS.count(b"\n") - 1) + "0.5,0.5\n" * 2


# Processor time: twice what a linear run takes on a slow machine, a tenth of a quadratic one.
_TIMES = """
import resource, subprocess, sys
def seconds(text, *arguments):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(["softmax", *arguments], input=text.encode(), capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
"""


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("'[' + ']' * 20_000_000", "'eval'"),
        ("','.join(['1'] * 100_000)", "'eval', '-k', '50001-', '-f', 'json'"),
        ("'1/' + '7' * 400_000 + ',1'", "'eval', '--digits', '5'"),
        ("'{' + ','.join(f'\"c{i}\":{i}' for i in range(20_000)) + '}'", "'eval'"),
        ("'ln(ln(2)/ln(2)),1'", "'eval', '--digits', '5'"),
    ],
)
def test_work_does_not_grow_faster_than_its_input(text, arguments):
    ran = shell(f"python3 - <<'END'\n{_TIMES}\nprint(seconds({text}, {arguments}))\nEND")
    assert float(ran.out) < 5


# To measure what lines are run takes memory, too, and a process that gets none may crash.
_UNMEASURED = "unset COVERAGE_PROCESS_START COVERAGE_PROCESS_CONFIG"


@pytest.mark.parametrize("options", ["jacobian -f csv", "jacobian -f json", "eval -f json --top 9"])
def test_too_little_memory_is_one_message_behind_whole_rows(options):
    numbers = "seq -s, 400" if "jacobian" in options else "yes 1.5,2,3 | head -n 20000"
    line = f"{numbers} | softmax {options} -q --jobs 1"
    whole = shell(line).out
    for kilobytes in (101_000, 112_000, 118_000, 123_000):
        ran = shell(f"set -o pipefail; {_UNMEASURED}; (ulimit -v {kilobytes}; {line})")
        assert ran.status in (0, 1)
        assert ran.err.count("\n") == ran.status
        assert whole.startswith(ran.out) if ran.status else ran.out == whole
