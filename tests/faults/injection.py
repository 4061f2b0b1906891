"""Runs of the program in this process in which one read or write fails, for every one of them.

`python tests/faults/injection.py` injects every fault and prints how many there were.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))  # where this is run as a command

import in_process
from in_process import Ended

from softmax_cli.options import FORMATS

TABLE = b"id,a,b,c\nr1,2,1,0.1\nr2,0,0,1/3\nr3,-inf,1e3,ln(2)\n"
COMMANDS = (("eval",), ("eval", "--top", "2"), ("jacobian",), ("grad", "--target", "1"))
RUNS = [(*command, "-k", "id", "-q", "-f", form) for command in COMMANDS for form in FORMATS]

_BYTES_IN_A_READ = 9


class Fault(NamedTuple):
    """What happens to which call: an error number, or 0 for a short count."""

    call: str
    number: int
    error: int


class Met(NamedTuple):
    """How a run ended, and whether there were as many calls as the fault waits for."""

    ended: Ended
    met: bool


def run(arguments: tuple[str, ...], data: bytes, fault: Fault | None = None) -> Met:
    """Run the program on standard input in this process, with a fault."""
    counts = {"read": 0, "write": 0}
    ended = in_process.run(arguments, data, partial(_failing, fault=fault, counts=counts))
    return Met(ended, fault is not None and counts[fault.call] >= fault.number)


@contextmanager
def _failing(
    stdin: int, stdout: int, fault: Fault | None, counts: dict[str, int]
) -> Iterator[None]:
    """Let one read of the input or one write of the output fail, and count both."""
    read, write = os.read, os.write

    def is_due(call: str) -> bool:
        counts[call] += 1
        due = fault is not None and fault[:2] == (call, counts[call])
        if fault and due and fault.error:
            raise OSError(fault.error, os.strerror(fault.error))
        return due

    def faulty_read(descriptor: int, size: int) -> bytes:
        if descriptor == stdin:
            size = 1 if is_due("read") else min(size, _BYTES_IN_A_READ)
        return read(descriptor, size)

    def faulty_write(descriptor: int, data: bytes) -> int:
        if descriptor == stdout and is_due("write"):
            data = data[: max(len(data) // 2, 1)]
        return write(descriptor, data)

    with patch.object(os, "read", faulty_read), patch.object(os, "write", faulty_write):
        yield


def failures(arguments: tuple[str, ...]) -> tuple[int, list[str]]:
    """Inject every fault into a run; return how many, and what was wrong with which."""
    whole = run(arguments, TABLE).ended
    wrong = [] if (whole.status, whole.err) == (0, "") else [f"{arguments}: {whole}"]
    injected = 0
    for call in ("read", "write"):
        for error in (errno.EIO, errno.ENOSPC, errno.EAGAIN, 0):
            number = 1
            while (ran := run(arguments, TABLE, fault := Fault(call, number, error))).met:
                injected += 1
                number += 1
                if not is_right(ran.ended, whole, fault):
                    wrong.append(f"{arguments}, {fault}: {ran.ended}")
    return injected, wrong


def is_right(ended: Ended, whole: Ended, fault: Fault) -> bool:
    """Whether everything was delivered, or whole rows and one line that says why."""
    if fault.error in (errno.EINTR, errno.EAGAIN, 0):
        return ended == whole
    source = "stdin" if fault.call == "read" else "standard output"
    message = f"Error: {source}: {os.strerror(fault.error)}\n"
    is_whole = whole.out.startswith(ended.out) and ended.out[-1:] in (b"", b"\n", b"}")
    return ended.status == 1 and ended.err == message and is_whole


if __name__ == "__main__":
    results = [failures(arguments) for arguments in RUNS]
    for _, wrong in results:
        print(*wrong, sep="\n", end="\n" * bool(wrong))
    print(f"{sum(count for count, _ in results)} faults injected into {len(RUNS)} runs")
    sys.exit(any(wrong for _, wrong in results))
