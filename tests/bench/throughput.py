"""How fast `softmax eval --csv` is beside other tools that do the same job.

    python tests/bench/throughput.py                         everything, at full size
    python tests/bench/throughput.py --rows-scale 0.01 --repeats 1 --only plain

The job: read a CSV file, replace the logits of every row by their softmax, write a CSV file whose
numbers read back to the same doubles, and keep what is no logit. Whole processes are timed, one
of each program in turn, and the medians are printed as Markdown. Before that each program runs
once unmeasured but watched: its answer must agree with NumPy's, and its memory is sampled.
Rivals that are not installed are left out.
"""

import argparse
import csv
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rivals import (
    Command,
    Table,
    environment,
    installed_rivals,
    ours,
    ours_on_one_core,
    softmax_program,
)

TABLES = [
    Table("plain", "{rows:,} × 10", 500_000, 10),
    Table("keyed", "{rows:,} × 12, two columns kept", 200_000, 10, ("id", "label")),
    Table("wide", "{rows:,} × 10,000", 1_000, 10_000),
    Table("column", "one column of {rows:,}", 5_000_000, 1),
]

OURS = "`softmax`"
OURS_ON_ONE_CORE = "`softmax --jobs 1`"

Asked = argparse.Namespace
Programs = dict[str, Command]
Cells = tuple[list[list[str]], NDArray[np.float64]]

# exp amplifies the rounding of x − max, and a plain sum of millions of terms drifts.
TOLERANCE = 1e-12

JACOBIAN_BY_NUMPY = """
import sys
import numpy as np
x = np.loadtxt(sys.stdin, delimiter=",")
p = np.exp(x - x.max())
p /= p.sum()
np.savetxt(sys.stdout, np.diag(p) - np.outer(p, p), "%.17g", delimiter=",")
"""


@dataclass(frozen=True)
class Result:
    """What was measured of one program on one table."""

    seconds: float
    memory: int

    def cell(self, other: "Result | None") -> str:
        """The cell of the printed table; `other` is what the ratio is to."""
        ratio = f" · {self.seconds / other.seconds:.2f} ×" if other else ""
        return f"{self.seconds:.2f} s{ratio} · {self.memory / 2**20:,.0f} MiB"


class FailedError(Exception):
    """A program gave no answer, or a wrong one, or took too long."""


def say(text: str) -> None:
    """Tell whoever waits what is being done."""
    print(text, file=sys.stderr, flush=True)


# The data.


def table_lines(table: Table) -> Iterator[str]:
    """The lines of a table, made a few rows at a time."""
    random = np.random.default_rng(20)
    if table.kept:
        yield ",".join([*table.kept, *table.names])
    animals = ["cat", "cat, tabby", 'cat, ""Tom""', "dog", 'the ""good"" dog']
    for start in range(0, table.rows, 1_000):
        count = min(1_000, table.rows - start)
        logits = random.normal(0, 5, (count, table.logits)).tolist()
        for row, numbers in enumerate(logits, start):
            key = f'{row},"{animals[row % 5]} {row}",' if table.kept else ""
            yield key + ",".join(map(repr, numbers))


def make_table(table: Table, folder: Path) -> Path:
    """Write a table into a folder, unless it is already there."""
    path = folder / f"{table.name}-{table.rows}x{table.logits}.csv"
    if not path.exists():
        say(f"making {path.name}")
        with path.open("w", newline="", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in table_lines(table))
    return path


def read_table(table: Table, path: Path) -> Cells:
    """The kept cells, with the whole header, and the numbers of a table."""
    width = len(table.kept)
    kept: list[list[str]] = []
    numbers = array("d")
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        if table.kept:
            kept.append(next(reader))
        for row in reader:
            kept.append(row[:width])
            numbers.extend(map(float, row[width:]))
    return kept, np.frombuffer(numbers).reshape(-1, table.logits)


def expected(table: Table, source: Path) -> Cells:
    """What every program should answer, by NumPy."""
    kept, logits = read_table(table, source)
    axis = 0 if table.is_one_vector else 1
    powers = np.exp(logits - logits.max(axis, keepdims=True))
    return kept, powers / powers.sum(axis, keepdims=True)


# Running a program.


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
    commands: Sequence[list[str]], source: Path, target: Path, asked: Asked
) -> list[float]:
    """The median seconds of each command, run in turn."""
    seconds = [
        [time_once(command, source, target, asked) for command in commands]
        for _ in range(asked.repeats)
    ]
    return [statistics.median(column) for column in zip(*seconds, strict=True)]


# The measurements.


def agrees(answer: NDArray[np.float64], right: NDArray[np.float64]) -> bool:
    """Whether every number is right, but for the roundings of plain arithmetic."""
    return answer.shape == right.shape and np.allclose(answer, right, rtol=TOLERANCE, atol=0)


def is_right(table: Table, target: Path, right: Cells) -> bool:
    """Whether the target holds the kept cells and the right probabilities."""
    try:
        kept, answer = read_table(table, target)
    except ValueError:
        return False
    return kept == right[0] and agrees(answer, right[1])


def compare(table: Table, programs: Programs, folder: Path, asked: Asked) -> dict[str, str]:
    """A table's column of the report: for each program, its cell."""
    source, target = make_table(table, folder), folder / "answer.csv"
    right = expected(table, source)
    commands: dict[str, list[str]] = {}
    memory: dict[str, int] = {}
    cells: dict[str, str] = {}
    for name, program in programs.items():
        command = program(table, source, target)
        if command is None:
            cells[name] = "—"
            continue
        say(f"{table.name}: checking {name}")
        try:
            memory[name] = run_watched(command, source, target, asked.limit)
        except FailedError as error:
            cells[name] = str(error)
            continue
        if is_right(table, target, right):
            commands[name] = command
        else:
            cells[name] = "wrong"
    say(f"{table.name}: timing")
    seconds = alternate(list(commands.values()), source, target, asked)
    results = {name: Result(s, memory[name]) for name, s in zip(commands, seconds, strict=True)}
    own = results.get(OURS)
    return cells | {name: result.cell(own) for name, result in results.items()}


def linearity(table: Table, folder: Path, asked: Asked) -> str:
    """How nearly this program's time is a line in the number of rows."""
    rows = [table.rows * factor for factor in (1, 2, 4)]
    sources = [make_table(replace(table, rows=count), folder) for count in rows]
    target = folder / "answer.csv"
    say("timing 1, 2 and 4 times the rows")
    runs = [
        [time_once(ours(table, source, target), source, target, asked) for source in sources]
        for _ in range(asked.repeats)
    ]
    seconds = np.median(np.array(runs), axis=0)
    slope, start = np.polyfit(rows, seconds, 1)
    miss = float(np.max(np.abs(start + slope * np.array(rows) - seconds) / seconds))
    return (
        f"{', '.join(f'{count:,}' for count in rows)} rows of {table.logits} take "
        f"{', '.join(f'{second:.2f}' for second in seconds)} s: {start:.2f} s and "
        f"{slope * 1e6:.2f} s a million rows, a line that misses by at most {miss:.0%}."
    )


def jacobian(classes: int, folder: Path, asked: Asked) -> str:
    """The Jacobian of many classes, written by this program and by NumPy's savetxt."""
    vector = Table("vector", "", 1, classes)
    source, target = make_table(vector, folder), folder / "answer.csv"
    _, (p,) = expected(vector, source)
    right = np.diag(p) - np.outer(p, p)
    matrix = replace(vector, rows=classes)
    commands = [[softmax_program(), "jacobian"], [sys.executable, "-c", JACOBIAN_BY_NUMPY]]
    memory = []
    for command in commands:
        say(f"jacobian: checking {Path(command[0]).name}")
        memory.append(run_watched(command, source, target, asked.limit))
        if not is_right(matrix, target, ([[]] * classes, right)):
            raise FailedError("a Jacobian is wrong")
    say("jacobian: timing")
    seconds = alternate(commands, source, target, asked)
    own, numpy = (Result(s, m) for s, m in zip(seconds, memory, strict=True))
    return (
        f"The Jacobian of {classes:,} classes, {classes**2:,} numbers: {own.cell(None)}; "
        f'`numpy.savetxt(…, "%.17g")`: {numpy.cell(own)}.'
    )


# The report.


def report(columns: dict[str, dict[str, str]], programs: Programs, asked: Asked) -> Iterator[str]:
    """The Markdown table: a program a row, a table a column."""
    seconds = "processor seconds" if asked.cpu else "seconds"
    yield (
        f"Medians of {asked.repeats} alternating runs of whole processes, CSV file to CSV file at "
        f"full precision, on {os.cpu_count()} cores: {seconds} · times those of {OURS} · memory of "
        f"all its processes."
    )
    yield ""
    yield f"| | {' | '.join(columns)} |"
    yield "|---|" + "--:|" * len(columns)
    for name in programs:
        yield f"| {name} | {' | '.join(cells[name] for cells in columns.values())} |"
    yield ""


def options() -> Asked:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    names = [*(table.name for table in TABLES), "linearity", "jacobian"]
    parser.add_argument("--only", choices=names, action="append", help="measure this; repeatable")
    parser.add_argument("--alone", action="store_true", help="leave the other programs out")
    parser.add_argument("--rows-scale", type=float, default=1.0, help="a part of the rows: 0.01")
    parser.add_argument("--cpu", action="store_true", help="processor seconds, for a busy machine")
    parser.add_argument("--repeats", type=int, default=5, help="timed runs of each program")
    parser.add_argument("--limit", type=float, default=120, help="seconds a program may take")
    parser.add_argument("--keep-data", type=Path, metavar="DIR", help="make the data here and stay")
    asked = parser.parse_args()
    asked.only = asked.only or names
    return asked


def main() -> int:
    """Measure what was asked for and print it; the status is 1 if an answer was wrong."""
    asked = options()
    programs = {OURS: ours, OURS_ON_ONE_CORE: ours_on_one_core}
    if not asked.alone:
        programs |= installed_rivals()
    tables = [replace(t, rows=max(4, round(t.rows * asked.rows_scale))) for t in TABLES]
    columns: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep_data or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for table in tables:
            if table.name in asked.only:
                title = table.title.format(rows=table.rows)
                columns[title] = compare(table, programs, folder, asked)
        if columns:
            print(*report(columns, programs, asked), sep="\n", flush=True)
        if "linearity" in asked.only:
            print(linearity(tables[0], folder, asked), end="\n\n", flush=True)
        if "jacobian" in asked.only:
            classes = max(4, round(3_000 * asked.rows_scale**0.5))
            print(jacobian(classes, folder, asked), flush=True)
    cells = [cell for column in columns.values() for cell in column.values()]
    return int("wrong" in cells or "failed" in cells)


if __name__ == "__main__":
    sys.exit(main())
