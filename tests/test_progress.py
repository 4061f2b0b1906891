"""Progress: a line on a terminal's standard error, and never anywhere else."""

import itertools
import subprocess
import time

import pytest
from programs import has_a_line, shown_progress, start

from softmax_cli import output, progress
from softmax_cli.values import Block


@pytest.mark.parametrize(
    ("rows", "seconds", "share", "line"),
    [
        (1_500_000, 3.0, 0.25, " 25%  1,500,000 rows, 500,000 rows/s, 9 s left"),
        (10, 2.0, None, "10 rows, 5 rows/s"),
        (100, 10.0, 0.01, "  1%  100 rows, 10 rows/s, 16 min 30 s left"),
        (100, 100.0, 0.01, "  1%  100 rows, 1 rows/s, 2 h 45 min left"),
        (100, 2.0, 1.0, "100%  100 rows, 50 rows/s, 0 s left"),
    ],
)
def test_the_line_tells_the_share_the_rate_and_the_time_left(rows, seconds, share, line):
    assert progress.line(rows, seconds, share) == line


def watched(monkeypatch, tmp_path, ticks):
    """The lines shown while five blocks are read from a file, a tick of the clock each."""
    lines = []
    monkeypatch.setattr(output, "write_progress", lines.append)
    file = tmp_path / "x"
    file.write_bytes(b"1\n" * 50)
    with file.open("rb", buffering=0) as source:
        clock = itertools.count(step=ticks)
        blocks = (Block(source.read(20), 1 + 10 * number) for number in range(5))
        assert len(list(progress.shown(blocks, source.fileno(), lambda: next(clock)))) == 5
    return lines


def test_nothing_is_shown_within_the_first_second(monkeypatch, tmp_path):
    assert watched(monkeypatch, tmp_path, 0.1) == []


def test_the_share_is_that_of_the_bytes_read(monkeypatch, tmp_path):
    lines = watched(monkeypatch, tmp_path, 1.0)
    assert [line[:4] for line in lines] == [" 20%", " 40%", " 60%", " 80%", "100%"]


def test_a_slow_input_shows_progress_that_is_gone_at_the_end(tmp_path):
    with (tmp_path / "out").open("wb") as out:
        shown, rows = shown_progress(out, has_a_line, "--jobs", "1")
    assert b"rows/s" in shown
    assert shown.endswith(b"\r\x1b[K")
    assert (tmp_path / "out").read_bytes().count(b"\n") == rows


def test_no_progress_is_shown_beside_answers_on_a_terminal():
    shown, _ = shown_progress(None, lambda _, rows: rows > 8, "--jobs", "1")
    assert b"rows/s" not in shown


def test_no_progress_is_written_to_a_pipe():
    with start("eval", stdout=subprocess.DEVNULL) as process:
        for row in (b"1,2\n", b"1,2\n"):
            process.stdin.write(row)
            process.stdin.flush()
            time.sleep(1.1)
        process.stdin.close()
        assert process.stderr.read() == b""
