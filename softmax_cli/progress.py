"""A line on standard error that says how far a long input has been read."""

import os
import sys
import time
from collections.abc import Callable, Iterator

from softmax_cli import output
from softmax_cli.errors import counted
from softmax_cli.reading.files import size_of_file
from softmax_cli.values import Block

# A run that ends sooner shows nothing.
_SECONDS_BEFORE_THE_FIRST = 1.0
_SECONDS_BETWEEN = 0.2


def is_wanted(quiet: bool) -> bool:
    """Return whether somebody watches standard error who does not see the answers come."""
    return not quiet and _is_terminal(sys.stderr) and not _is_terminal(sys.stdout)


def _is_terminal(stream: object) -> bool:
    return bool(stream is not None and hasattr(stream, "isatty") and stream.isatty())


def shown(
    blocks: Iterator[Block], descriptor: int, clock: Callable[[], float] = time.monotonic
) -> Iterator[Block]:
    """Yield the same blocks, and show how much of the input they are."""
    size = size_of_file(descriptor)
    start = clock()
    due = start + _SECONDS_BEFORE_THE_FIRST
    try:
        for block in blocks:
            now = clock()
            if now >= due:
                share = os.lseek(descriptor, 0, os.SEEK_CUR) / size if size else None
                output.write_progress(line(block.line - 1, now - start, share))
                due = now + _SECONDS_BETWEEN
            yield block
    finally:
        output.clear_progress()


def line(rows: int, seconds: float, share: float | None) -> str:
    """Return what is shown after so many rows and seconds.

    Args:
        rows: rows read.
        seconds: since the start.
        share: of the input that has been read, if its size is known.
    """
    rate = f"{counted(rows, 'row')}, {rows / seconds:,.0f} rows/s"
    if not share:
        return rate
    left = seconds / share - seconds
    return f"{share:4.0%}  {rate}, {_duration(left)} left"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
