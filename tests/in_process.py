"""The program run in this process: its streams are files, and parts of it can be replaced."""

import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from softmax_cli import cli


class Ended(NamedTuple):
    """How a run ended."""

    status: int
    out: bytes
    err: str


def run(
    arguments: Sequence[str],
    data: bytes,
    around: Callable[[int, int], AbstractContextManager[object]] | None = None,
) -> Ended:
    """Run the program on standard input.

    Args:
        arguments: its command line.
        data: standard input.
        around: what is replaced during the run, given the descriptors of input and output.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("in", "out", "err")]
        files[0].write_bytes(data)
        with (
            files[0].open() as stdin,
            files[1].open("w") as out,
            files[2].open("w") as err,
            patch.object(sys, "argv", ["softmax", *arguments]),
            patch.object(sys, "stdin", stdin),
            redirect_stdout(out),
            redirect_stderr(err),
            around(stdin.fileno(), out.fileno()) if around else nullcontext(),
        ):
            status = cli.main()
        return Ended(status, files[1].read_bytes(), files[2].read_text())
