"""Pages from vectors: how many are shown, and what is said of those that are not."""

from decimal import Decimal
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import softmax

from softmax_cli.bad_numbers import NotANumber
from softmax_cli.display import page_items
from softmax_cli.errors import Empty, Place, UsageError
from softmax_cli.output import BadRow, Note, Status, Text
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import ReaderFormat, Settings
from softmax_cli.values import Batch

TWO = Layout("t.csv", b",", 2, (0, 1))
TABLE = Settings("eval", format="table", rows=3)
BAD = NotANumber(Place("t.csv", 2), text="x")
HALVES = "0.5000"


def batch(count, *, first=1):
    """So many vectors of two equal classes."""
    return Batch(np.zeros((count, 2)), lines=range(first, first + count))


def items(pieces, settings=TABLE):
    return list(page_items(iter(pieces), TWO, settings))


def text_of(found):
    (text,) = (item.data.decode() for item in found if isinstance(item, Text))
    return text


def shown(text):
    """How many vectors a table of more than one shows."""
    return sum(line.count(HALVES) == 3 for line in text.splitlines())


@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), st.integers(2, 9))
def test_as_many_vectors_are_shown_as_asked_for_and_the_rest_is_mentioned(sizes, rows):
    text = text_of(items(map(batch, sizes), TABLE._replace(rows=rows)))
    assert shown(text) == min(rows, sum(sizes))
    assert ("more vectors" in text) == (rows < sum(sizes))


def test_rows_0_shows_every_vector():
    text = text_of(items(map(batch, [9, 1, 90]), TABLE._replace(rows=0)))
    assert shown(text) == 100
    assert "more vectors" not in text


def test_nothing_is_read_beyond_the_first_piece_that_is_not_shown():
    pieces = iter([batch(2), batch(1), batch(1), batch(1)])
    assert shown(text_of(page_items(pieces, TWO, TABLE))) == 3
    assert len(list(pieces)) == 1


@pytest.mark.parametrize(("on_error", "count"), [("stop", 0), ("skip", 2)])
def test_a_bad_row_is_told_after_the_page_and_ends_it_unless_it_is_skipped(on_error, count):
    text, bad = items([batch(1), BAD, batch(1, first=3)], TABLE._replace(on_error=on_error))
    assert shown(text.data.decode()) == count
    assert bad == BadRow(BAD)


def test_a_page_of_nothing_is_not_written():
    assert items([]) == []
    assert items([BAD]) == [BadRow(BAD)]


def test_a_note_follows_the_page_it_is_about():
    masked = Batch(np.array([[-np.inf, 0.0]]), lines=[4])
    text, note = items([masked], Settings("grad", target="1", format="table"))
    assert isinstance(text, Text)
    assert note == Note("t.csv:4: the target is a masked class: the loss is infinite")


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ({"steps": "full"}, "--steps shows the working of one vector"),
        ({"check": "0.5 0.5"}, "--check takes one vector, and --check-file a table"),
    ],
)
def test_homework_is_about_one_vector(question, reason):
    settings = TABLE._replace(**question)
    for pieces in ([batch(2)], [batch(1), batch(1, first=2)]):
        with pytest.raises(UsageError, match=f"^{reason}, and there are more vectors$"):
            items(pieces, settings)
    with pytest.raises(Empty):
        items([], settings)


def test_a_working_follows_the_bad_rows_before_its_vector():
    bad, text = items([BAD, batch(1)], TABLE._replace(steps="full", on_error="skip"))
    assert bad == BadRow(BAD)
    assert "x₁ = 0" in text.data.decode()


def test_a_vector_without_an_answer_has_no_working():
    tiny = Batch(np.array([[0.0, -1e300]]), lines=[4], typed=[[Decimal(0), Decimal("-1e300")]])
    (bad,) = items([tiny], Settings("eval", steps="full", digits=5, format="table"))
    assert str(bad.error).startswith("t.csv:4: a result is too small")


def test_a_check_follows_the_bad_rows_that_are_skipped():
    settings = Settings("jacobian", verify=True, format="table", on_error="skip")
    bad, text, verdict = items([BAD, batch(1)], settings)
    assert bad == BadRow(BAD)
    assert isinstance(text, Text)
    assert verdict == Status(0)


def test_a_verification_ends_with_its_verdict():
    text, verdict = items([batch(2)], Settings("jacobian", verify=True, format="table"))
    assert isinstance(text, Text)
    assert verdict == Status(0)
    with pytest.raises(NotANumber):
        items([batch(1), BAD], Settings("jacobian", verify=True, format="table"))


@pytest.mark.parametrize("form", get_args(ReaderFormat))
def test_a_page_is_in_the_format_asked_for(form):
    marks = {"markdown": "| ", "latex": r"\begin", "svg": "<svg", "html": "<html"}
    text = text_of(items([batch(2)], TABLE._replace(format=form)))
    assert [name for name, mark in marks.items() if mark in text] == [
        name for name in marks if name == form
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["grad", "1e308", "0", "-1e308", "--target", "3", "--loss", "--check", "3"],
        ["grad", "1e308", "0", "-1e308", "--target", "3", "--loss", "--verify"],
        ["jacobian", "1e308", "0", "-1e308", "--verify", "--digits", "5"],
        ["eval", "1e308", "-1e308", "--check=1 0", "--digits", "3"],
    ],
)
def test_where_there_is_no_answer_to_compare_with_the_reason_is_told(arguments):
    ran = softmax(*arguments)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith(("Error: a loss is beyond", "Error: a result is too small"))
