"""The installed program, whose system calls fail: reads of its input and writes of its output.

A library that is loaded before the C library lets them fail, so nothing of the program is
replaced. `python tests/faults/interposed.py` injects every fault and prints how many there were.
"""

import argparse
import errno
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # where this is run as a command

import programs
from faults.injection import RUNS, TABLE, Fault, is_right
from in_process import Ended

SOURCE = Path(__file__).with_suffix(".c")
ERRORS = (errno.EIO, errno.ENOSPC, errno.EINTR, errno.EAGAIN, 0)
LARGE = b"1.5,-2.25,3\n" * 200_000


class Interposed:
    """The library that lets calls fail, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._library = folder / "faults.so"
        command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(self._library), str(SOURCE), "-ldl"]
        subprocess.run(command, check=True)

    def run(
        self, arguments: Sequence[str], data: bytes, faults: str, *, little: bool = True
    ) -> tuple[Ended, int]:
        """Run the program with faults; return how it ended and how many were met."""
        met, out = self._folder / "met", self._folder / "out"
        met.unlink(missing_ok=True)
        env = {"LD_PRELOAD": str(self._library), "FAULTS_MET": str(met)}
        env |= {"FAULTS": faults} if faults else {}
        env |= {"FAULTS_READ_LITTLE": "1"} if little else {}
        source = self._folder / "in"
        source.write_bytes(data)
        with (
            source.open("rb") as stdin,
            out.open("wb") as stdout,
            programs.start(*arguments, stdin=stdin, stdout=stdout, env=env) as process,
        ):
            _, err = process.communicate(timeout=programs.SECONDS)
        count = met.stat().st_size if met.exists() else 0
        return Ended(process.returncode, out.read_bytes(), err.decode()), count


def compiler_is_missing() -> bool:
    """Whether there is no C compiler, or no way to load a library before others."""
    return not shutil.which("cc") or sys.platform != "linux"


def every_fourth_call(library: Interposed, arguments: Sequence[str]) -> tuple[int, list[str]]:
    """Interrupt, put off and cut short most calls; return how many, and what was wrong."""
    whole, _ = library.run(arguments, TABLE, "")
    ended, met = library.run(arguments, TABLE, "all")
    return met, [] if ended == whole and not whole.status else [f"{arguments}: {ended}"]


def one_call(library: Interposed, arguments: Sequence[str]) -> tuple[int, list[str]]:
    """Let one call fail, each in turn and in every way; return how many, and what was wrong."""
    whole, _ = library.run(arguments, TABLE, "")
    injected, wrong = 0, []
    for fault in _faults():
        ended, met = library.run(arguments, TABLE, f"{fault.call}:{fault.number}:{fault.error}")
        injected += met
        if not (is_right(ended, whole, fault) if met else ended == whole):
            wrong.append(f"{arguments}, {fault}: {ended}")
    return injected, wrong


_READS = -(-len(TABLE) // 16)
_MOST_WRITES = 3


def _faults() -> Iterator[Fault]:
    for error in ERRORS:
        yield from (Fault("read", number, error) for number in range(1, _READS + 1))
        yield from (Fault("write", number, error) for number in range(1, _MOST_WRITES + 1))


class Report(NamedTuple):
    """What came of some runs."""

    runs: int
    injected: int
    wrong: list[str]


def inject(library: Interposed, step: int) -> Report:
    """Disturb every run, and inject every fault into one of so many."""
    results = [every_fourth_call(library, arguments) for arguments in RUNS]
    results += [one_call(library, arguments) for arguments in RUNS[::step]]
    wrong = [line for _, lines in results for line in lines]
    return Report(len(RUNS), sum(count for count, _ in results), wrong)


def _main() -> int:
    parser = argparse.ArgumentParser(description="Let system calls of the program fail.")
    parser.add_argument(
        "--step", type=int, default=1, help="inject every single fault into one run of so many"
    )
    step = parser.parse_args().step
    if compiler_is_missing():
        print("there is no C compiler (cc), or this is not Linux: nothing is injected")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        report = inject(Interposed(Path(folder)), step)
    print(*report.wrong, sep="\n", end="\n" * bool(report.wrong))
    print(f"{report.injected} faults injected into {report.runs} runs")
    return int(bool(report.wrong))


if __name__ == "__main__":
    sys.exit(_main())
