"""Bytes to a descriptor: all of them or an error, and whole rows where a signal ends the run."""

import os
import select
import signal
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

# How long a signal waits for the reader to take the rest of a row.
SECONDS_TO_FINISH = 0.5
# Ends a worker process, even where the signals that end a run are ignored.
END_WORKER = getattr(signal, "SIGUSR1", signal.SIGTERM)

_ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1")
_MILLISECONDS_BETWEEN_LOOKS = 50


def end_by_signal(number: int) -> NoReturn:
    """End this process as a signal ends it, or with the status that stands for the signal.

    The first process of a container is one that no signal ends by default.
    """
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    sys.exit(128 + number)


def deliver(descriptor: int, data: bytes) -> None:
    """Write all of the bytes to a descriptor.

    A signal that ends the run takes effect when the row being written is finished, or when
    the reader of a pipe has not taken the rest of it for a short time.

    Raises:
        OSError: the device takes no more, or a signal that was handled left bytes unwritten.
    """
    if not hasattr(signal, "pthread_sigmask") or os.isatty(descriptor):
        write_all(descriptor, data)
        return
    # an ignored signal that is blocked would count as pending
    ending = {
        number
        for name in _ENDING
        if signal.getsignal(number := getattr(signal, name)) != signal.SIG_IGN
    }
    former = signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    try:
        if _is_pipe(descriptor):
            missing = len(data) - _write_to_pipe(descriptor, data, ending - former)
        else:
            write_all(descriptor, data)
            missing = 0
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)
    if missing:
        raise InterruptedError(0, "a signal interrupted the output")


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of the bytes, also to a descriptor that does not block.

    Raises:
        OSError: the device takes no more.
    """
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:  # whoever started us made the descriptor non-blocking
            await_room(descriptor)


def await_room(descriptor: int, milliseconds: int | None = None) -> bool:
    """Wait until a descriptor can be written to; return whether it can."""
    ready = select.poll()
    ready.register(descriptor, select.POLLOUT)
    return bool(ready.poll(milliseconds))


def _is_pipe(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _write_to_pipe(descriptor: int, data: bytes, ending: set[int]) -> int:
    """Write without blocking while the signals are blocked; return how much was written."""
    written, end = 0, len(data)
    deadline = None
    with _non_blocking(descriptor) as (pipe, most):
        while written < end:
            if deadline is None and not ending.isdisjoint(signal.sigpending()):
                deadline = time.monotonic() + SECONDS_TO_FINISH
                end = end_of_row(data, written)
            elif await_room(pipe, _MILLISECONDS_BETWEEN_LOOKS):
                try:
                    written += os.write(pipe, memoryview(data)[written : min(end, written + most)])
                except BlockingIOError:
                    continue
            elif deadline is not None and time.monotonic() > deadline:
                break
    return written


@contextmanager
def _non_blocking(descriptor: int) -> Iterator[tuple[int, int]]:
    """Yield a descriptor of the same pipe, and how much to write to it without blocking.

    Making the descriptor itself non-blocking would change it for the processes that share it.
    """
    try:
        pipe = os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # a socket, or a system without /proc
        yield descriptor, select.PIPE_BUF
        return
    try:
        yield pipe, 1 << 20
    finally:
        os.close(pipe)


def end_of_row(data: bytes, written: int) -> int:
    """Return where the row that has been begun ends: behind a newline outside quotes.

    Args:
        data: whole rows.
        written: how much of the data has been written.
    """
    quotes = data.count(b'"', 0, written)
    if quotes % 2 == 0 and (not written or data[written - 1 : written] == b"\n"):
        return written
    begin = written
    while end := data.find(b"\n", begin) + 1:
        quotes += data.count(b'"', begin, end)
        if quotes % 2 == 0:
            return end
        begin = end
    return len(data)
