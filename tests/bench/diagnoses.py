"""How often a random wrong answer gets a diagnosis, though no slip was behind it.

A random wrong answer is a right one of which one entry or every entry is replaced by another
number of its kind: nobody's slip. What is named for it is named falsely.

    python tests/bench/diagnoses.py [--answers 100000]
"""

import argparse
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from softmax_cli.homework.check import result
from softmax_cli.homework.claims import Claim, claim
from softmax_cli.homework.questions import Question, question
from softmax_cli.settings import Settings, Temperature
from softmax_cli.values import Batch, Floats

DIGITS = (2, 3, 4)
ASKED: dict[str, Settings] = {
    "eval": Settings("eval"),
    "eval --log": Settings("eval", log=True),
    "jacobian": Settings("jacobian"),
    "jacobian, the diagonal": Settings("jacobian", diagonal=True),
    "grad --target": Settings("grad", target="1"),
    "grad --upstream": Settings("grad", upstream="1,-2,0.5"),
    "grad --target --loss": Settings("grad", target="1", loss=True),
    "eval -T 2": Settings("eval", temperature=Temperature("2", 2.0)),
    "grad --target -T 2": Settings("grad", target="1", temperature=Temperature("2", 2.0)),
}
# Vectors of which many wrong answers are made: a question costs more than a check.
ANSWERS_EACH = 20


def wrong_answers(right: Floats, digits: int, random: np.random.Generator) -> Iterator[list[Claim]]:
    """Wrong answers to one question, typed to so many digits after the point."""
    size = float(np.abs(right).max())
    for index in range(ANSWERS_EACH):
        answer = right.ravel().copy()
        if index % 2:
            entry = random.integers(answer.size)
            answer[entry] += random.choice([-1, 1]) * random.uniform(0.05, 1) * size
        else:
            signs = np.where(answer < 0, -1, 1)
            answer = signs * random.uniform(0, size, answer.size)
        yield [claim(f"{value:.{digits}f}") for value in answer]


def questions(settings: Settings, random: np.random.Generator) -> Iterator[Question]:
    """Questions about random vectors of three classes."""
    while True:
        values = random.normal(0, 1.5, (1, 3)).round(2)
        yield question(Batch(values, lines=[0]), settings)


def rates(settings: Settings, digits: int, answers: int, seed: int) -> tuple[int, Counter[str]]:
    """How many answers were wrong, and what was named for them."""
    random = np.random.default_rng(seed)
    wrong, named = 0, Counter[str]()
    for asked in questions(settings, random):
        for claims in wrong_answers(asked.right, digits, random):
            found = result(asked, claims)
            if found.verdict == "right":
                continue
            wrong += 1
            named["any"] += bool(found.slips or found.early)
            named.update(slip.name for slip in found.slips)
            named["rounded too early"] += found.verdict == "near"
            if wrong == answers:
                return wrong, named
    raise AssertionError


def main() -> None:
    """Print the rates for each question and number of digits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=100_000, help="wrong answers in all")
    answers: Any = parser.parse_args().answers
    each = max(1, answers // (len(ASKED) * len(DIGITS)))
    warnings.simplefilter("error")
    print(f"{each:,} random wrong answers a cell, three classes; diagnosed falsely:\n")
    print(f"{'':24}" + "".join(f"{digits:>6} digits" for digits in DIGITS))
    often: Counter[str] = Counter()
    total, diagnosed = Counter[int](), Counter[int]()
    for name, settings in ASKED.items():
        cells = []
        for digits in DIGITS:
            wrong, named = rates(settings, digits, each, digits)
            total[digits] += wrong
            diagnosed[digits] += named["any"]
            cells.append(f"{named.pop('any') / wrong:13.3%}")
            often.update(named)
        print(f"{name:24}" + "".join(cells), flush=True)
    print(f"{'all':24}" + "".join(f"{diagnosed[d] / total[d]:13.3%}" for d in DIGITS))
    print("\nmost often: " + ", ".join(f"{name} {count}" for name, count in often.most_common(6)))


if __name__ == "__main__":
    main()
