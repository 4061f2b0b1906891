"""Whole processes, timed in turn: what the benchmarks of this folder share."""

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rivals import environment

Asked = argparse.Namespace


@dataclass(frozen=True)
class Result:
    """What was measured of one program on one table."""

    runs: Sequence[float]
    memory: int

    def cell(self, other: "Result | None") -> str:
        """The cell of the printed table; `other` is what the ratio is to."""
        times = f" · {ratio(self.runs, other.runs):.2f} ×" if other else ""
        return f"{statistics.median(self.runs):.2f} s{times} · {self.memory / 2**20:,.0f} MiB"


class FailedError(Exception):
    """A program gave no answer, or a wrong one, or took too long."""


def say(text: str) -> None:
    """Tell whoever waits what is being done."""
    print(text, file=sys.stderr, flush=True)


def high_water_marks(pid: int) -> dict[int, int]:
    """The most memory, in bytes, that a process and each of its descendants has held so far."""
    marks = {}
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                marks[pid] = int(line.split()[1]) * 1024
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                marks |= high_water_marks(int(child))
    except OSError:  # it has just ended, or there is no /proc
        pass
    return marks


def run_watched(command: list[str], source: Path, target: Path, limit: float) -> int:
    """Run a program; return the memory of its processes together, as an upper bound.

    A child's ru_maxrss will not do: it starts at what this process held when it forked.
    """
    marks: dict[int, int] = {}
    begin = time.monotonic()
    with (
        source.open("rb") as stdin,
        target.open("wb") as stdout,
        subprocess.Popen(
            command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, env=environment()
        ) as process,
    ):
        while process.poll() is None:
            marks |= high_water_marks(process.pid)
            if time.monotonic() - begin > limit:
                process.kill()
                raise FailedError(f"> {limit:.0f} s")
            time.sleep(0.01)
        if process.returncode != 0:
            assert process.stderr is not None
            say("".join(process.stderr.read().decode().splitlines(keepends=True)[-1:]))
            raise FailedError("failed")
    return sum(marks.values())


def processor_seconds() -> float:
    """The seconds that processors have worked for the programs that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def time_once(command: list[str], source: Path, target: Path, asked: Asked) -> float:
    """The seconds from starting a program to its end, or those its processors worked."""
    clock = processor_seconds if asked.cpu else time.perf_counter
    quiet, variables = subprocess.DEVNULL, environment()
    with source.open("rb") as stdin, target.open("wb") as stdout:
        begin = clock()
        subprocess.run(command, stdin=stdin, stdout=stdout, stderr=quiet, env=variables, check=True)
        return clock() - begin


def alternate(
    commands: Sequence[list[str]], sources: Sequence[Path], target: Path, asked: Asked
) -> list[tuple[float, ...]]:
    """The seconds of each command with its source, run in turn so that pairs are alike."""
    rounds = [
        [
            time_once(command, source, target, asked)
            for command, source in zip(commands, sources, strict=True)
        ]
        for _ in range(asked.repeats)
    ]
    return list(zip(*rounds, strict=True))


def ratio(runs: Sequence[float], others: Sequence[float]) -> float:
    """The median of the ratios of pairs of runs."""
    return statistics.median(a / b for a, b in zip(runs, others, strict=True))
