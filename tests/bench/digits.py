"""How long the exact arithmetic takes, beside the same loop in mpmath.

    python tests/bench/digits.py
    python tests/bench/digits.py --repeats 5 --scale 0.1

mpmath computes in pure Python here, as a user would write the loop: subtract the largest, take
exponentials, divide by their sum, print. Both loops read the same text, and run in turn in one
process; the medians are printed with their ratio. Before it is timed, every answer is compared
with mpmath's at thirty digits more.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

os.environ["MPMATH_NOGMPY"] = "1"  # read when mpmath is imported

import mpmath

from softmax_cli.mathematics import decimals, exact, exponentials
from softmax_cli.reading.numbers import to_exact

Row = list[str]
Loop = Callable[[list[Row], int], list[list[str]]]


class Case(NamedTuple):
    """A table of logits and how many digits of its probabilities are asked for."""

    name: str
    digits: int
    rows: int
    classes: int
    spell: Callable[[float], str]


def four_places(value: float) -> str:
    """As typed by a person or written by a report."""
    return f"{value:.4f}"


def fraction(value: float) -> str:
    """As a fraction of whole numbers."""
    return f"{round(value * 1000)}/{random.randrange(1, 100)}"


CASES = [
    Case("four places", 30, 10_000, 10, four_places),
    Case("every bit of a double", 30, 10_000, 10, repr),
    Case("fractions", 30, 1_000, 10, fraction),
    Case("four places", 1000, 1, 1000, four_places),
    Case("every bit of a double", 1000, 1, 1000, repr),
    Case("four places", 1000, 1, 10_000, four_places),
    Case("four places", 1000, 1, 3, four_places),
]


def ours(rows: list[Row], digits: int) -> list[list[str]]:
    """Return the probabilities of each row as the program works them out."""
    return [
        [str(v) for v in exact.softmax([to_exact(cell) for cell in row], digits)] for row in rows
    ]


def by_mpmath(rows: list[Row], digits: int) -> list[list[str]]:
    """Return the probabilities of each row by a plain loop of mpmath's."""
    with mpmath.workdps(digits):
        return [[mpmath.nstr(v, digits) for v in _shares(row)] for row in rows]


def _shares(row: Row) -> list[mpmath.mpf]:
    values = [_number(cell) for cell in row]
    top = max(values)
    exponentials = [mpmath.exp(value - top) for value in values]
    total = mpmath.fsum(exponentials)
    return [value / total for value in exponentials]


def _number(cell: str) -> mpmath.mpf:
    numerator, _, denominator = cell.partition("/")
    return mpmath.mpf(numerator) / mpmath.mpf(denominator or 1)


def table(case: Case, scale: float) -> list[Row]:
    """Return a case's rows, as many as the scale leaves."""
    random.seed(1)
    rows = max(1, round(case.rows * scale))
    classes = case.classes if case.rows > 1 else max(2, round(case.classes * scale))
    return [[case.spell(random.gauss(0, 5)) for _ in range(classes)] for _ in range(rows)]


def check(rows: list[Row], digits: int) -> None:
    """Compare an answer with mpmath's.

    Raises:
        SystemExit: a digit is wrong.
    """
    with mpmath.workdps(digits + 30):
        for row, answer in zip(rows, ours(rows, digits), strict=True):
            for found, true in zip(answer, _shares(row), strict=True):
                half_unit = mpmath.mpf(10) ** (Decimal(found).adjusted() - digits + 1) / 2
                if abs(mpmath.mpf(found) - true) > half_unit * (1 + mpmath.mpf(10) ** -20):
                    sys.exit(f"wrong: {found} for {true} in {row}")


def seconds(loop: Loop, rows: list[Row], digits: int) -> float:
    """Return how much processor time a loop takes, with nothing kept from an earlier one."""
    for kept in (exact._logits, exponentials._powers, decimals._logarithm):
        kept.cache_clear()
    begin = time.process_time()
    loop(rows, digits)
    return time.process_time() - begin


def main() -> None:
    """Print a Markdown table of the medians and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=5, help="timed runs of each loop")
    parser.add_argument("--scale", type=float, default=1.0, help="of the number of rows or classes")
    arguments = parser.parse_args()
    print(f"Medians of {arguments.repeats} alternating runs; mpmath's numbers are Python's own.\n")
    print(
        "| logits | digits | rows × classes | seconds | mpmath | ratio |\n|---|--:|--:|--:|--:|--:|"
    )
    for case in CASES:
        rows = table(case, arguments.scale)
        check(rows[:100], case.digits)
        pairs = [
            (seconds(ours, rows, case.digits), seconds(by_mpmath, rows, case.digits))
            for _ in range(arguments.repeats)
        ]
        own, other = (statistics.median(times) for times in zip(*pairs, strict=True))
        print(
            f"| {case.name} | {case.digits} | {len(rows)} × {len(rows[0])} "
            f"| {own:.3f} | {other:.3f} | {own / other:.2f} |"
        )


if __name__ == "__main__":
    main()
