"""The page of a check of a table says how many rows differ, which is worst, and why."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from questioned import batch_of, settings_for, text_of

from softmax_cli.homework.check_file_page import Comparison, WorstRow, page
from softmax_cli.homework.claims import claim
from softmax_cli.homework.questions import question
from softmax_cli.homework.slips import SLIPS

EVAL = settings_for("eval")
EARLY = "the exponentials exp(x) were rounded to 2 digits after the point"


def worst_row(answer="0.66 0.2 0.1", is_right=(True, False, True), line=43):
    """The row 0.66 0.24 0.10 with another answer to it."""
    return WorstRow(
        asked=question(batch_of("2 1 0.1", EVAL), EVAL),
        claims=[claim(text) for text in answer.split()],
        is_right=np.array(is_right),
        number=1042,
        line=line,
        size=0.04,
    )


def comparison(rows=1797, wrong=0, near=0, slips=(), **found):
    """What was found where as many rows are wrong."""
    worst = worst_row() if wrong else None
    plain = {"worst": worst, "early": None, "is_shorter": False, "is_longer": False}
    return Comparison("answers.csv", EVAL, rows, wrong, near, slips=slips, **{**plain, **found})


def lines_of(**found):
    return text_of(page(comparison(**found))).splitlines()


@given(
    rows=st.integers(1, 3000),
    wrong=st.sampled_from([0, 1, 2, 1000]),
    near=st.integers(0, 2),
    early=st.sampled_from([None, EARLY]),
    is_shorter=st.booleans(),
    is_longer=st.booleans(),
)
def test_the_page_begins_with_a_cross_exactly_where_something_is_wrong(wrong, early, **found):
    early = early if wrong else None
    whole = comparison(wrong=wrong, early=early, **found)
    first = lines_of(wrong=wrong, early=early, **found)[0]
    assert first.startswith("✗ Wrong: ") == whole.is_wrong
    assert first.startswith(("✓", "≈", "✗"))
    assert early is None or early in first


@pytest.mark.parametrize(
    ("found", "first"),
    [
        ({}, "✓ Right: all 1,797 rows are right to the digits typed."),
        ({"rows": 1}, "✓ Right: the only row is right to the digits typed."),
        ({"near": 1234}, "≈ Right to single precision: 1,234 of 1,797 rows."),
        ({"near": 1}, "≈ Right to single precision: 1 of 1,797 rows."),
        ({"wrong": 1}, "✗ Wrong: 1 of 1,797 rows differs."),
        ({"wrong": 1, "rows": 1}, "✗ Wrong: 1 of 1 row differs."),
        ({"wrong": 1234}, "✗ Wrong: 1,234 of 1,797 rows differ."),
        ({"wrong": 2, "early": EARLY}, f"≈ The right method, rounded too early: {EARLY}."),
        (
            {"wrong": 2, "early": EARLY, "is_shorter": True},
            f"✗ Wrong: the lengths differ, and the right method was rounded too early: {EARLY}.",
        ),
        ({"is_longer": True}, "✗ Wrong: 1,797 rows compared are right, but the lengths differ."),
        ({"rows": 1, "is_shorter": True}, "✗ Wrong: 1 row compared is right, but the lengths "),
        ({"rows": 0, "is_shorter": True}, "✗ Wrong: the lengths differ, and no row was compared."),
    ],
)
def test_the_verdict_counts_the_rows(found, first):
    assert lines_of(**found)[0].startswith(first)


def test_a_table_of_another_length_says_where_it_ends():
    shorter = "answers.csv ends after 1,797 rows, before the table does."
    longer = "answers.csv goes on after 1 row, where the table ends."
    assert lines_of(is_shorter=True)[1] == shorter
    assert lines_of(rows=1, is_longer=True)[1] == longer
    (_, within) = lines_of(rows=1, is_shorter=True, lines_left=2)
    assert within.startswith("answers.csv ends after 2 rows of a Jacobian, which has one for each")


def test_the_worst_row_is_shown_with_its_place_and_its_right_values():
    lines = lines_of(wrong=2)
    assert lines[1:5] == [
        "The worst is row 1,042 (answers.csv:43):",
        "1 2 0.66 ✓ 0.66",
        "2 1 0.2 ✗ 0.2",
        "3 0.1 0.1 ✓ 0.1",
    ]
    assert "The worst is row 1,042 (answers.csv):" in lines_of(wrong=2, worst=worst_row(line=0))
    assert "2 1 0.2 ≈ 0.2" in lines_of(wrong=2, early=EARLY)


def test_a_right_value_has_no_digits_that_a_double_does_not_have():
    digits = "0.24243297070471390000"
    lines = lines_of(wrong=2, worst=worst_row(f"0.66 {digits} 0.1"))
    (shown,) = (line for line in lines if digits in line)
    assert shown.split()[-1] == repr(float(worst_row().asked.right[1]))


@pytest.mark.parametrize(
    ("found", "sentences"),
    [
        ({"wrong": 1, "slips": SLIPS[:1]}, ["Likely slip, which explains the row: not normal"]),
        ({"wrong": 2, "slips": SLIPS[:1]}, ["Likely slip, which explains every row that differs"]),
        (
            {"wrong": 2, "slips": SLIPS[:2]},
            ["2 slips explain every row that differs:", "• not normalised.", "• softmax applied"],
        ),
        ({"wrong": 2, "early": EARLY}, ["Keep every digit until the last line"]),
        ({"wrong": 2}, []),
    ],
)
def test_the_reason_and_the_next_step_follow_the_worst_row(found, sentences):
    *reasons, last = lines_of(**found)[5:]
    assert len(reasons) == len(sentences)
    assert all(map(str.startswith, reasons, sentences))
    assert last.startswith("Next: --check with the values of one row")


def test_right_answers_need_no_more_than_the_verdict():
    assert len(lines_of()) == len(lines_of(near=3)) == 1
