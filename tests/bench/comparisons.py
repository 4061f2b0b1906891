"""What the benchmark compares beside whole tables: spellings, formats, cores, growth."""

import argparse
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from rivals import (
    Command,
    Table,
    distribution,
    jq,
    polars_json,
    polars_top,
    softmax_program,
    tool,
)
from timing import FailedError, alternate, ratio, run_watched, say

Asked = argparse.Namespace
Spell = Callable[[float, int], str]

_ROWS, _COLUMNS = 200_000, 10
_NUMBERS_OF_GROWTH = 2_000_000
_NUMBERS_OF_A_VECTOR = 3_000_000


def _shorn(number: float) -> str:
    """A number without the zero before its point."""
    return repr(number).replace("0.", ".", 1) if abs(number) < 1 else repr(number)


# What a cell looks like, given its number and its place; the options that read it; what a
# cell of the table that it is compared with looks like, where that holds other numbers.
SPELLINGS: dict[str, tuple[Spell, str, tuple[str, ...]]] = {
    "a mask a thousand rows": (lambda x, i: "-inf" if i % 10_000 == 9 else repr(x), ",", ()),
    "a third of the cells `-inf`": (lambda x, i: "-inf" if i % 3 else repr(x), ",", ()),
    "`-Infinity`": (lambda x, i: "-Infinity" if i % 3 else repr(x), ",", ()),
    "empty and `NA`, masked": (
        lambda x, i: ("", "NA", repr(x))[i % 3],
        ",",
        ("--missing", "mask"),
    ),
    "in quotes": (lambda x, _: f'"{x!r}"', ",", ()),
    "a plus sign": (lambda x, _: f"{x:+}", ",", ()),
    "`-.5`": (lambda x, _: _shorn(x), ",", ()),
    "leading zeros": (lambda x, _: f"{x:09.4f}", ",", ()),
    "blanks around": (lambda x, _: f" {x!r} ", ",", ()),
    "blanks between": (lambda x, _: f"{x:9.4f}", " ", ()),
    "decimal commas": (lambda x, _: repr(x).replace(".", ","), ";", ("--decimal-comma",)),
    "decimal commas in quotes": (
        lambda x, _: f'"{x!r}"'.replace(".", ","),
        ",",
        ("--decimal-comma",),
    ),
    "1/3 a thousand rows": (lambda x, i: "1/3" if i % 10_000 == 9 else repr(x), ",", ()),
    "all at once": (
        lambda x, i: (f'"{x:+}"', "-inf", f" {x:09.4f} ", _shorn(x), repr(x))[i % 5],
        ",",
        (),
    ),
}


def _numbers(asked: Asked) -> list[list[float]]:
    rows = max(4, round(_ROWS * asked.rows_scale))
    drawn: list[list[float]] = np.random.default_rng(20).normal(0, 2, (rows, _COLUMNS)).tolist()
    return [[round(number, 4) for number in row] for row in drawn]


def _write(path: Path, lines: Iterator[str]) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    return path


def _eval(source: Path, *options: str) -> list[str]:
    return [softmax_program(), "eval", "--csv", str(source), *options]


def spellings(folder: Path, asked: Asked) -> Iterator[str]:
    """What this program needs for numbers spelled otherwise, beside the plain table of them."""
    rows, target = _numbers(asked), folder / "answer.csv"
    plain = _write(folder / "plain.csv", (",".join(map(repr, row)) for row in rows))
    yield "| spelled otherwise | times the plain table |"
    yield "|---|--:|"
    for name, (spell, delimiter, options) in SPELLINGS.items():
        say(f"spellings: {name}")
        cells = (
            delimiter.join(spell(x, 10 * i + j) for j, x in enumerate(row))
            for i, row in enumerate(rows)
        )
        source = _write(folder / "spelled.csv", cells)
        commands = [_eval(source, "--no-header", *options), _eval(plain)]
        run_watched(commands[0], source, target, asked.limit)
        spelled, other = alternate(commands, [source, plain], target, asked)
        yield f"| {name} | {ratio(spelled, other):.2f} |"


def _beside(
    title: str, own: list[str], rivals: dict[str | None, Command], source: Path, asked: Asked
) -> Iterator[str]:
    """This program's time as a ratio to those of others at the same job."""
    table = Table("table", "", 0, _COLUMNS)
    target = source.with_name("answer.csv")
    there = {
        name: program(table, source, target)
        for name, program in rivals.items()
        if name and not asked.alone
    }
    commands = [own, *[command for command in there.values() if command]]
    memory = [run_watched(command, source, target, asked.limit) for command in commands]
    runs = alternate(commands, [source] * len(commands), target, asked)
    ratios = [
        f"{ratio(runs[0], other):.2f} × {name}" for name, other in zip(there, runs[1:], strict=True)
    ]
    parts = [f"{sorted(runs[0])[len(runs[0]) // 2]:.2f} s", *ratios, f"{memory[0] >> 20} MiB"]
    yield f"{title}: {', '.join(parts)}."


def top(folder: Path, asked: Asked) -> Iterator[str]:
    """The three most probable classes of each row, beside Polars."""
    source = _write(folder / "top.csv", (",".join(map(repr, row)) for row in _numbers(asked)))
    own = _eval(source, "--top", "3")
    rivals: dict[str | None, Command] = {distribution("polars", "Polars"): polars_top}
    yield from _beside("`--top 3`", own, rivals, source, asked)


def json(folder: Path, asked: Asked) -> Iterator[str]:
    """Objects of ten numbers, a line each, beside Polars and jq."""
    lines = (
        "{" + ", ".join(f'"c{j}": {x!r}' for j, x in enumerate(row)) + "}"
        for row in _numbers(asked)[::2]
    )
    source = _write(folder / "objects.jsonl", lines)
    own = [*_eval(source), "-f", "jsonl"]
    rivals: dict[str | None, Command] = {
        distribution("polars", "Polars"): polars_json,
        tool("jq", "jq", "--version"): jq,
    }
    yield from _beside("Objects", own, rivals, source, asked)


def vectors(folder: Path, asked: Asked) -> Iterator[str]:
    """One vector of three million numbers, beside a table of the same numbers in rows of ten."""
    count = max(_COLUMNS, round(_NUMBERS_OF_A_VECTOR * asked.rows_scale) // _COLUMNS * _COLUMNS)
    numbers = [*map(repr, np.random.default_rng(3).normal(0, 3, count).tolist())]
    rows = (",".join(numbers[first : first + _COLUMNS]) for first in range(0, count, _COLUMNS))
    plain, target = _write(folder / "rows.csv", rows), folder / "answer.csv"
    shapes = {
        "in a column": _write(folder / "column.csv", iter(numbers)),
        "in a line": _write(folder / "line.csv", iter([",".join(numbers)])),
    }
    yield f"| {count:,} numbers | `eval` | `--log` | `--append` | `-f jsonl` |"
    yield "|---|--:|--:|--:|--:|"
    for shape, source in shapes.items():
        cells = []
        for options in ([], ["--log"], ["--append"], ["-f", "jsonl"]):
            say(f"vectors: {shape} {' '.join(options)}")
            commands = [_eval(source, *options), _eval(plain, *options)]
            memory = run_watched(commands[0], source, target, asked.limit)
            one, many = alternate(commands, [source, plain], target, asked)
            cells.append(f"{ratio(one, many):.2f} × the rows, {memory >> 20} MiB")
        yield f"| {shape} | {' | '.join(cells)} |"


def one_core(folder: Path, asked: Asked) -> Iterator[str]:
    """Two workers where there is one core, beside none."""
    if shutil.which("taskset") is None:
        yield "`--jobs 2` on one core: not measured, since there is no taskset."
        return
    source = _write(folder / "core.csv", (",".join(map(repr, row)) for row in _numbers(asked)))
    first = str(min(os.sched_getaffinity(0)))
    commands = [["taskset", "-c", first, *_eval(source, "--jobs", jobs)] for jobs in ("2", "1")]
    two, one = alternate(commands, [source] * 2, folder / "answer.csv", asked)
    yield f"`--jobs 2` on one core: {ratio(two, one):.2f} × `--jobs 1`."


def growth(folder: Path, asked: Asked) -> Iterator[str]:
    """Processor time a number, from ten thousand rows to millions, from three columns to many."""
    shapes: list[tuple[int | None, int]] = [
        (rows, 10) for rows in (10_000, 100_000, 1_000_000, 5_000_000)
    ]
    shapes += [(None, columns) for columns in (3, 100, 1_000, 10_000, 100_000, 1_000_000)]
    small, target = argparse.Namespace(**{**vars(asked), "cpu": True}), folder / "answer.csv"
    nothing = _write(folder / "one.csv", iter(["1,2"]))
    starts = alternate([_eval(nothing)], [nothing], target, small)[0]
    start, doubt = min(starts), max(starts) - min(starts)
    yield "| rows × columns | ns a number, the start aside |"
    yield "|---|--:|"
    for rows, columns in shapes:
        numbers = (rows * columns if rows else _NUMBERS_OF_GROWTH) * asked.rows_scale
        count = max(2, round(numbers / columns))
        say(f"growth: {count:,} × {columns:,}")
        line = ",".join(map(repr, np.random.default_rng(1).normal(0, 5, columns).round(4).tolist()))
        source = _write(folder / "growth.csv", (line for _ in range(count)))
        try:
            run_watched(_eval(source), source, target, asked.limit)
        except FailedError as error:
            yield f"| {count:,} × {columns:,} | {error} |"
            continue
        seconds = min(alternate([_eval(source)], [source], target, small)[0]) - start
        cost = f"{seconds / (count * columns) * 1e9:.0f}"
        yield f"| {count:,} × {columns:,} | {cost if seconds > doubt else 'too fast to tell'} |"


SECTIONS = {
    "spellings": spellings,
    "top": top,
    "json": json,
    "vectors": vectors,
    "one-core": one_core,
    "growth": growth,
}
