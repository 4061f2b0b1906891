"""The benchmark itself: that it runs, and checks before it times."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parent / "bench"


def measure(script: str, *options: str) -> str:
    run = subprocess.run(
        [sys.executable, str(BENCH / script), *options], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.fixture
def throughput(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCH))
    return import_module("throughput")


def test_small_tables_are_answered_rightly_and_timed() -> None:
    names = ["plain", "full", "keyed", "wide", "column", "linearity", "jacobian", "top", "json"]
    only = [word for name in names for word in ("--only", name)]
    report = measure("throughput.py", "--alone", "--rows-scale", "2e-5", "--repeats", "1", *only)
    own = next(line for line in report.splitlines() if line.startswith("| `softmax` |"))
    assert own.count("1.00 ×") == 5
    assert "`--top 3`: " in report
    assert "Objects: " in report
    assert "rows of 10 take" in report
    assert "169 numbers" in report


@pytest.mark.parametrize(
    ("right", "wrong"),
    [(",0.5,", ",0.5000000001,"), ('"Ann, ""A"""', "Ann"), ("label,", "Label,"), ("1e-9\n", "")],
)
def test_a_wrong_answer_is_noticed(
    throughput: ModuleType, tmp_path: Path, right: str, wrong: str
) -> None:
    table = throughput.Table("keyed", "", 1, 2, ("id", "label"))
    text = 'id,label,logit_1,logit_2\n7,"Ann, ""A""",0.5,1e-9\n'
    answer = tmp_path / "answer.csv"
    answer.write_text(text)
    expected = throughput.read_table(table, answer)
    assert throughput.is_right(table, answer, expected)
    answer.write_text(text.replace(right, wrong))
    assert not throughput.is_right(table, answer, expected)


def test_starting_is_measured_beside_the_imports() -> None:
    assert "| `softmax eval 2 1 0.1` |" in measure("startup.py", "--repeats", "1")


def test_the_exact_arithmetic_is_checked_and_measured_beside_mpmath() -> None:
    report = measure("digits.py", "--repeats", "1", "--scale", "0.003")
    assert "| four places | 30 | 30 × 10 |" in report
    assert "| every bit of a double | 1000 | 1 × 3 |" in report


def test_the_worst_errors_are_searched_for_and_all_processors_agree() -> None:
    report = measure("worst.py", "--seconds", "1")
    rows = [line.split("|") for line in report.splitlines() if line.startswith("|")][2:]
    assert len(rows) == 12
    assert max(float(row[4]) for row in rows) <= 1
    assert report.endswith("all the same\n")


def test_false_diagnoses_are_rare_and_rarer_with_more_digits() -> None:
    report = measure("diagnoses.py", "--answers", "1350")
    line = next(line for line in report.splitlines() if line.startswith("all "))
    two, three, four = (float(cell.rstrip("%")) for cell in line.split()[1:])
    assert 5 > two >= three >= four
    assert four < 1


def test_growth_is_measured_for_every_kind_of_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    growth = import_module("growth")
    seen = {case.name: growth.seconds(case, 3) for case in growth.CASES[::4]}
    assert all(0 < spent < 60 for spent in seen.values())
    report = measure("growth.py", "--scale", "0.0001", "--only", "rows")
    assert "| rows | 40 | " in report
