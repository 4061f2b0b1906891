"""Standard output and standard error, as they are: full disks, closed pipes, slow readers."""

import os
import sys

from softmax_cli.errors import DeviceFailed, Place, printable


def check_output() -> None:
    """Refuse to answer into nothing.

    Raises:
        DeviceFailed: standard output is closed.
    """
    if sys.stdout is None:
        raise DeviceFailed(Place("standard output"), reason="it is closed")


def write(data: bytes) -> None:
    """Write all of the bytes to standard output.

    Raises:
        DeviceFailed: standard output's device takes no more.
    """
    place = Place("standard output")
    try:
        _write_all(sys.stdout.fileno(), data)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise DeviceFailed(place, reason=error.strerror) from None


def say_note(note: str) -> None:
    """Say what a user would want to know, though it is no mistake."""
    _say(f"Note: {note}")


def say_error(error: Exception | str) -> None:
    """Say what went wrong."""
    _say(f"Error: {error}")


def say_usage(usage: str) -> None:
    """Say how the program is called."""
    for line in usage.splitlines():
        _say(line)


def _say(line: str) -> None:
    """Write a line to standard error, if anybody listens."""
    if sys.stderr is None:
        return
    encoding = sys.stderr.encoding or "utf-8"
    try:
        _write_all(sys.stderr.fileno(), f"{printable(line)}\n".encode(encoding, "backslashreplace"))
    except OSError:
        return


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:  # whoever started us made the descriptor non-blocking
            import select

            select.select([], [descriptor], [])
