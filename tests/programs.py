"""The program as its users meet it: a process with real pipes, files and terminals."""

import errno
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import sysconfig
import termios
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
DIGITS = ROOT / "tests" / "data" / "digits_logits.csv"
SCRIPT = str(Path(sysconfig.get_path("scripts")) / "softmax")
MODULE = (sys.executable, "-m", "softmax_cli")

needs_full_device = pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="this system has no /dev/full"
)

# No run takes a tenth of this; a hang is to end as a failure.
SECONDS = 120

_ABOUT_TERMINALS = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLORTERM",
    "COLUMNS",
    "LINES",
    "PYTHONUTF8",
    "PYTHONIOENCODING",
)


@dataclass(frozen=True)
class Ran:
    """How a process ended, and what it said."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[list[float]]:
        """The numbers of comma-separated output without a header."""
        return [[float(cell) for cell in line.split(",")] for line in self.out.split()]

    @property
    def row(self) -> list[float]:
        """The numbers of the only row."""
        (row,) = self.rows
        return row


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a plain terminal in UTF-8, with some changes."""
    kept = {name: text for name, text in os.environ.items() if name not in _ABOUT_TERMINALS}
    return {**kept, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(changes or {})}


def start(*arguments: str, **options: Any) -> "subprocess.Popen[bytes]":
    """The program, running, with pipes for all that is not said otherwise."""
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    env = environment(options.pop("env", None))
    return subprocess.Popen([SCRIPT, *arguments], env=env, **{**streams, **options})


def softmax(
    *arguments: str,
    stdin: str | bytes = b"",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Ran:
    """The program on these arguments and this input, run to its end."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    return _ran(arguments, data, tuple((env or {}).items()), cwd)


@cache  # the same question is asked once: a process takes half a second on a slow machine
def _ran(
    arguments: tuple[str, ...], data: bytes, env: tuple[tuple[str, str], ...], cwd: Path | None
) -> Ran:
    with start(*arguments, env=dict(env), cwd=cwd) as process:
        out, err = process.communicate(data, timeout=SECONDS)
    return Ran(process.returncode, out.decode(), err.decode())


def shell(line: str, **options: Any) -> Ran:
    """A line of shell in which `softmax` is the program."""
    path = os.pathsep.join([os.path.dirname(SCRIPT), os.environ["PATH"]])
    env = environment({"PATH": path, **options.pop("env", {})})
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, timeout=SECONDS, env=env, **options
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def on_terminal(
    *arguments: str,
    stdin: str | None = None,
    width: int = 80,
    env: Mapping[str, str] | None = None,
) -> Ran:
    """The program on a terminal of this width; its input too is the terminal unless given."""
    ours, theirs = open_terminal(width)
    source = theirs if stdin is None else subprocess.PIPE
    with start(*arguments, stdin=source, stdout=theirs, env=env) as process:
        os.close(theirs)
        if process.stdin and stdin is not None:
            process.stdin.write(stdin.encode())
            process.stdin.close()
        shown = read_terminal(ours)
        assert process.stderr
        err = process.stderr.read()
    os.close(ours)
    return Ran(process.returncode, shown.decode().replace("\r\n", "\n"), err.decode())


def open_terminal(width: int) -> tuple[int, int]:
    """Both ends of a terminal: ours, and the one for a program."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    return ours, theirs


def read_terminal(terminal: int) -> bytes:
    """Everything that is written to a terminal, until the last process closes it."""
    parts = []
    while True:
        try:
            part = os.read(terminal, 1 << 16)
        except OSError as error:  # Linux says so when the last process has closed it
            if error.errno != errno.EIO:
                raise
            part = b""
        if not part:
            return b"".join(parts)
        parts.append(part)


def python(code: str, *arguments: str, **options: Any) -> Ran:
    """A piece of Python in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        env=environment(options.pop("env", None)),
        **options,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def table(rows: Sequence[Sequence[object]]) -> str:
    """Rows as comma-separated text."""
    return "".join(",".join(map(str, row)) + "\n" for row in rows)


def has_a_line(shown: bytes, rows: int) -> bool:
    """Return whether a line of progress is shown, or would not be after so many rows."""
    return b"rows/s" in shown or rows > 300


def shown_progress(
    stdout: Any, stop: Callable[[bytes, int], bool], *options: str
) -> tuple[bytes, int]:
    """Return what a terminal shows of standard error while rows come slowly, and their number.

    Args:
        stdout: where the answers go; None for the same terminal.
        stop: whether what is shown, after so many rows, is enough.
        options: of the command eval.
    """
    ours, theirs = pty.openpty()
    with start("eval", *options, stdout=stdout or theirs, stderr=theirs) as process:
        assert process.stdin
        os.close(theirs)
        shown, rows = b"", 0
        while not stop(shown, rows):
            process.stdin.write(b"1,2\n")
            process.stdin.flush()
            rows += 1
            if select.select([ours], [], [], 0.3)[0]:
                shown += os.read(ours, 4096)
        process.stdin.close()
        with suppress(OSError):  # the terminal is gone with the process
            while part := os.read(ours, 4096):
                shown += part
        assert process.wait(SECONDS) == 0
    os.close(ours)
    return shown, rows
