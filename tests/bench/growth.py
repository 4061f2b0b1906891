"""How processor time grows with the size of the input: below 3 times for twice the size.

`python tests/bench/growth.py` prints a table; `--scale 0.1` measures inputs a tenth as large.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import IO, NamedTuple

PROGRAM = [sys.executable, "-m", "softmax_cli"]
_MOST = 3.0
# Less than this, besides the start of the program, is too little to be measured.
_LEAST = 0.03
_REPEATS = 2


class Case(NamedTuple):
    """Something that may be large.

    Attributes:
        name: what it is.
        size: how large it is at first.
        text: standard input of a size.
        options: the command line of a size, None for `eval`.
    """

    name: str
    size: int
    text: Callable[[int], str]
    options: Callable[[int], list[str]] = lambda _: ["eval"]


def _names(count: int) -> str:
    return ",".join(f"c{column}" for column in range(count))


def _ones(count: int) -> str:
    return ",".join(["1"] * count)


def _table(count: int) -> str:
    """A header and a row of so many columns."""
    return f"{_names(count)}\n{_ones(count)}\n"


def _pairs(count: int) -> str:
    return ",".join(f'"c{column}":{column}' for column in range(count))


def _first(count: int) -> str:
    """A target that is the first of so many classes."""
    return "1" + ",0" * (count - 1)


def _named(count: int) -> list[str]:
    return [f"c{column}=1" for column in range(count)]


def _nothing(_: int) -> str:
    return ""


def _digits(digits: int) -> Callable[[int], list[str]]:
    return lambda _: ["eval", "--digits", str(digits)]


CASES = [
    Case("rows", 400_000, lambda n: "1.5,-2.25,3\n" * n),
    Case("rows that are read one by one", 20_000, lambda n: "1/3,2,3\n" * n),
    Case(
        "bad rows, skipped",
        20_000,
        lambda n: "1,2\n" + "1,x\n" * n,
        lambda _: ["eval", "--on-error", "skip"],
    ),
    Case("blank lines", 2_000_000, lambda n: "\n" * n + "1,2\n" + "\n" * n),
    Case("columns", 200_000, lambda n: _ones(n) + "\n"),
    Case("columns with names", 50_000, _table),
    Case("one column", 400_000, lambda n: "1.5\n-2\n" * n),
    Case(
        "groups",
        100_000,
        lambda n: "".join(f"g{row // 3},{row % 7}\n" for row in range(n)),
        lambda _: ["eval", "--by", "1", "-c", "2"],
    ),
    Case("a quoted cell of newlines", 100_000, lambda n: 'k,a,b\n"' + "\n" * n + '",1,2\n'),
    Case("a quoted cell of quotes", 1_000_000, lambda n: 'k,a,b\n"' + '""' * n + '",1,2\n'),
    Case("an open quote", 1_000_000, lambda n: 'k,a,b\n"' + "x\n" * n),
    Case("stray quotes", 200_000, lambda n: 'k,a,b\nx,"1",2\n' + 'a"b,1,2\n' * n),
    Case("a number of many digits", 4_000_000, lambda n: "1" + "0" * n + "e-9,1\n"),
    Case("JSON Lines", 100_000, lambda n: '{"a":1.5,"b":-2}\n' * n),
    Case("a document of JSON", 100_000, lambda n: "[" + ",\n".join(["[1,2]"] * n) + "]"),
    Case("members of an object", 20_000, lambda n: "{" + _pairs(n) + "}"),
    Case("brackets of JSON", 5_000_000, lambda n: "[" * n),
    Case("closing brackets of JSON", 5_000_000, lambda n: "[" + "]" * n),
    Case("a string of JSON", 2_000_000, lambda n: '{"k":"' + '\\"' * n + '","v":[1,2]}\n'),
    Case("-c with many names", 20_000, _table, lambda n: ["eval", "-c", _names(max(1, n // 8))]),
    Case("-k with many names", 20_000, _table, lambda n: ["eval", "-k", _names(max(1, n // 8))]),
    Case("-c with a pattern", 50_000, _table, lambda _: ["eval", "-c", "c*1*2*3*4*"]),
    Case("--labels", 4_000, lambda n: _ones(n) + "\n", lambda n: ["eval", "--labels", _names(n)]),
    Case("--target", 8_000, _nothing, lambda n: ["grad", _ones(n), "--target", _first(n)]),
    Case("--upstream", 8_000, _nothing, lambda n: ["grad", _ones(n), "--upstream", _ones(n)]),
    Case("-T of many digits", 50_000, _nothing, lambda n: ["eval", "1", "2", "-T", "1." + "1" * n]),
    Case("values", 15_000, _nothing, lambda n: ["eval", *["1.5"] * n]),
    Case("values in one argument", 15_000, _nothing, lambda n: ["eval", "1 2;" * n]),
    Case("named values", 8_000, _nothing, lambda n: ["eval", *_named(n)]),
    Case("members in an argument", 4_000, _nothing, lambda n: ["eval", "{" + _pairs(n) + "}"]),
    Case("brackets in an argument", 25_000, _nothing, lambda n: ["eval", "(" * n + "1" + ")" * n]),
    Case("logarithms in logarithms", 10_000, _nothing, lambda n: ["eval", "ln(" * n + ")" * n]),
    Case("quotes in an argument", 15_000, _nothing, lambda n: ["eval", "{" + "a\"'\\" * n]),
    Case("fractions of fractions", 25_000, _nothing, lambda n: ["eval", "1/" * n + "1"]),
    Case("many digits, --digits 5", 200_000, lambda n: f"0.{'1' * n},1\n", _digits(5)),
    Case("--digits 1000, classes", 2_000, lambda n: _ones(n) + "\n", _digits(1000)),
    Case("--digits", 250, lambda _: "1.5,2\n" * 40, lambda n: ["eval", "--digits", str(n)]),
]


def seconds(case: Case, size: int) -> float:
    """The processor time of the program at a size, the least of a few runs."""
    with tempfile.TemporaryFile() as text:
        text.write(case.text(size).encode())
        return min(_once(case.options(size), text) for _ in range(_REPEATS))


def _once(options: list[str], text: IO[bytes]) -> float:
    text.seek(0)
    command = [*PROGRAM, *options, "-q"]
    with subprocess.Popen(
        command, stdin=text, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr
        err = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1) or b"bug" in err or b"Traceback" in err:
        raise SystemExit(f"{' '.join(command)[:200]}: status {status}: {err.decode()[:500]}")
    return usage.ru_utime + usage.ru_stime


def _main() -> int:
    parser = argparse.ArgumentParser(description="Measure how processor time grows.")
    parser.add_argument("--scale", type=float, default=1.0, help="of the sizes")
    parser.add_argument("--only", action="append", help="a case, by its name; repeatable")
    chosen = parser.parse_args()
    start = seconds(Case("", 0, _nothing, lambda _: ["eval", "1", "2"]), 0)
    print("| what is large | size | seconds | twice the size | ratio |\n|---|---|---|---|---|")
    too_fast = []
    for case in CASES:
        if chosen.only and case.name not in chosen.only:
            continue
        size = max(1, round(case.size * chosen.scale))
        once, twice = (seconds(case, count) - start for count in (size, 2 * size))
        ratio = twice / max(once, _LEAST)
        print(f"| {case.name} | {size:,} | {once:.2f} | {twice:.2f} | {ratio:.2f} |", flush=True)
        if ratio >= _MOST:
            too_fast.append(case.name)
    print("each below 3" if not too_fast else f"not below 3: {', '.join(too_fast)}")
    return int(bool(too_fast))


if __name__ == "__main__":
    sys.exit(_main())
