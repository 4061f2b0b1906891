"""How fast `softmax eval --csv` is beside other tools that do the same job.

    python tests/bench/throughput.py                         everything, at full size
    python tests/bench/throughput.py --quick                 small tables, three runs each
    python tests/bench/throughput.py --rows-scale 0.01 --repeats 1 --only plain

The job: read a CSV file, replace the logits of every row by their softmax, write a CSV file whose
numbers read back to the same doubles, and keep what is no logit. Whole processes are timed, one
of each program in turn, and the medians are printed as Markdown, those of ratios pair by pair.
Before that each program runs once unmeasured but watched: its answer must agree with NumPy's, and
its memory is sampled. Rivals that are not installed are left out.
"""

import argparse
import csv
import os
import sys
import tempfile
from array import array
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from comparisons import SECTIONS
from numpy.typing import NDArray
from rivals import (
    Command,
    Table,
    installed_rivals,
    ours,
    ours_on_one_core,
    softmax_program,
)
from timing import Asked, FailedError, Result, alternate, run_watched, say, time_once

TABLES = [
    Table("plain", "{rows:,} × 10, six places", 500_000, 10, places=6),
    Table("full", "{rows:,} × 10, every digit", 500_000, 10),
    Table("keyed", "{rows:,} × 12, two columns kept", 200_000, 10, ("id", "label")),
    Table("wide", "{rows:,} × 10,000", 1_000, 10_000),
    Table("column", "one column of {rows:,}", 5_000_000, 1),
]

OURS = "`softmax`"
OURS_ON_ONE_CORE = "`softmax --jobs 1`"

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


def table_lines(table: Table) -> Iterator[str]:
    """The lines of a table, made a few rows at a time."""
    random = np.random.default_rng(20)
    if table.kept:
        yield ",".join([*table.kept, *table.names])
    animals = ["cat", "cat, tabby", 'cat, ""Tom""', "dog", 'the ""good"" dog']
    for start in range(0, table.rows, 1_000):
        count = min(1_000, table.rows - start)
        drawn = random.normal(0, 5, (count, table.logits))
        logits = (drawn if table.places is None else drawn.round(table.places)).tolist()
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
    seconds = alternate(list(commands.values()), [source] * len(commands), target, asked)
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
    # from a table, each line would begin with the number of its vector
    numbers = source.read_text(encoding="utf-8").strip().split(",")
    own_command = [softmax_program(), "jacobian", *numbers]
    commands = [own_command, [sys.executable, "-c", JACOBIAN_BY_NUMPY]]
    memory = []
    for command in commands:
        say(f"jacobian: checking {Path(command[0]).name}")
        memory.append(run_watched(command, source, target, asked.limit))
        if not is_right(matrix, target, ([[]] * classes, right)):
            raise FailedError("a Jacobian is wrong")
    say("jacobian: timing")
    seconds = alternate(commands, [source] * 2, target, asked)
    own, numpy = (Result(s, m) for s, m in zip(seconds, memory, strict=True))
    return (
        f"The Jacobian of {classes:,} classes, {classes**2:,} numbers: {own.cell(None)}; "
        f'`numpy.savetxt(…, "%.17g")`: {numpy.cell(own)}.'
    )


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
    names = [*(table.name for table in TABLES), *SECTIONS, "linearity", "jacobian"]
    parser.add_argument("--only", choices=names, action="append", help="measure this; repeatable")
    parser.add_argument("--alone", action="store_true", help="leave the other programs out")
    parser.add_argument("--rows-scale", type=float, default=1.0, help="a part of the rows: 0.01")
    parser.add_argument("--cpu", action="store_true", help="processor seconds, for a busy machine")
    parser.add_argument("--repeats", type=int, default=5, help="timed runs of each program")
    parser.add_argument("--limit", type=float, default=120, help="seconds a program may take")
    parser.add_argument("--keep-data", type=Path, metavar="DIR", help="make the data here and stay")
    parser.add_argument("--quick", action="store_true", help="small tables, three runs each")
    asked = parser.parse_args()
    if asked.quick:
        asked.rows_scale, asked.repeats = min(asked.rows_scale, 0.05), min(asked.repeats, 3)
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
        for name, section in SECTIONS.items():
            if name in asked.only:
                print(*section(folder, asked), "", sep="\n", flush=True)
        if "linearity" in asked.only:
            print(linearity(tables[0], folder, asked), end="\n\n", flush=True)
        if "jacobian" in asked.only:
            classes = max(4, round(3_000 * asked.rows_scale**0.5))
            print(jacobian(classes, folder, asked), flush=True)
    cells = [cell for column in columns.values() for cell in column.values()]
    return int("wrong" in cells or "failed" in cells)


if __name__ == "__main__":
    sys.exit(main())
