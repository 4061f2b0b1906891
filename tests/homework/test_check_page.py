"""The page of a check says what is right, what is not, and what to do next."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from questioned import batch_of, checked, settings_for, text_of

from softmax_cli.homework.check import check
from softmax_cli.homework.check_page import page, rounded, true_texts
from softmax_cli.homework.claims import claim
from softmax_cli.writing.screen import screen
from softmax_cli.writing.terminal import Terminal


def lines_of(command, values, answer, **options):
    """The lines of the page that a check shows."""
    return text_of(page(checked(command, values, answer, **options))).splitlines()


@given(
    st.decimals(-1000, 1000, places=9),
    st.sampled_from(["0.5", "0.500", "5e-3", "7", "7e1", "1/3", "0.5000000000000"]),
)
def test_the_right_value_is_spelt_as_a_right_claim(true, text):
    spelt = claim(rounded(true, claim(text)))
    assert spelt.holds(true)
    assert bool(spelt.number) == bool(true)


@pytest.mark.parametrize(
    ("true", "text", "spelt"),
    [
        ("0.24243297", "0.25", "0.24"),
        ("0.24243297", "2.5e-1", "2.4e-1"),
        ("0.24243297", "1/4", "0.242433"),
        ("0.00012345", "0.00", "0.00012"),
        ("0.000000012345", "0.00", "1.2e-8"),
        ("-Infinity", "-1.5", "-inf"),
        ("0", "0.25", "0.00"),
    ],
)
def test_a_right_value_has_the_digits_and_the_notation_of_the_claim(true, text, spelt):
    assert rounded(Decimal(true), claim(text)) == spelt


@given(st.lists(st.sampled_from(["0.66", "0.24", "0.10", "0.5"]), min_size=3, max_size=3))
def test_every_entry_of_a_few_is_shown_with_the_right_value(answer):
    found = checked("eval", "2 1 0.1", " ".join(answer))
    assert found.shown == [0, 1, 2]
    assert true_texts(found).keys() == {0, 1, 2}
    assert found.wrong == [
        entry
        for entry, (text, right) in enumerate(zip(answer, ("0.66", "0.24", "0.10"), strict=True))
        if text != right
    ]


def test_a_wrong_entry_is_called_by_its_class():
    settings = settings_for("eval")
    found = check("0.66 0.25 0.1", batch_of("cat=2 dog=1 bird=0.1", settings), settings)
    assert "dog is 0.24, not 0.25" in text_of(found.page)


@pytest.mark.parametrize(
    ("command", "options", "answer", "hint"),
    [
        ("eval", {}, "0.61 0.25 0.12", "sum to 0.98, and should sum to 1"),
        ("grad", {"target": "1"}, "-0.35 0.26 0.11", "sum to 0.02, and should sum to 0"),
        ("eval", {}, "0.6590 0.2424 0.0987", "look at the arithmetic of this one"),
    ],
)
def test_an_unexplained_answer_gets_a_hint_from_its_own_numbers(command, options, answer, hint):
    settings = settings_for(command, **options)
    assert hint in text_of(check(answer, batch_of("2 1 0.1", settings), settings).page)


def test_whole_numbers_are_told_that_they_show_little():
    settings = settings_for("eval")
    page = check("1 0 0", batch_of("2 1 0.1", settings), settings).page
    assert "type more digits" in text_of(page)
    exact = check("1 0", batch_of("2 -inf", settings), settings).page
    assert "type more digits" not in text_of(exact)


@pytest.mark.parametrize(
    ("command", "values", "answer", "options", "verdict"),
    [
        ("eval", "0", "0.5", {}, "✗ Wrong: the only entry is 1.0, not 0.5."),
        ("eval", "2 1 0.1", "0.9 0.9 0.9", {}, "✗ Wrong: none of the 3 entries is right."),
        ("eval", "2 1 0.1", "0.66 0.9 0.9", {}, "✗ Wrong: 2 of 3 entries are not right."),
        ("grad", "2 1", "0.5", {"target": "1", "loss": True}, "✗ Wrong: the loss is 0.3, not 0.5."),
        ("eval", "0", "1.0", {}, "✓ Right: the only entry is right to the digits typed."),
        (
            "jacobian",
            "0 0",
            "0.25 -0.25 -0.25 0.75",
            {},
            "✗ Wrong: 1 of 4 entries is not right: ∂σ₂/∂x₂ is 0.25, not 0.75.",
        ),
    ],
)
def test_the_verdict_counts_the_wrong_entries(command, values, answer, options, verdict):
    assert lines_of(command, values, answer, **options)[0] == verdict


@pytest.mark.parametrize(
    ("answer", "rows", "line"),
    [
        ("0.25 0.31 0.25 0.19", 3, "The other 2 entries are right."),
        ("0.21 0.31 0.25 0.23", 3, "The other entry is right."),
        ("0.21 0.31 0.25 0.23", 2, "… 1 more entry is not right: --rows 0 shows all."),
        ("0.21 0.31 0.24 0.23", 2, "… 2 more entries are not right: --rows 0 shows all."),
    ],
)
def test_more_entries_than_rows_are_shown_by_the_wrong_ones_alone(answer, rows, line):
    lines = lines_of("eval", "0 0 0 0", answer, rows=rows)
    assert line in lines
    grid = [shown for shown in lines[1:] if " ✗ " in shown or " ✓ " in shown]
    assert len(grid) <= rows
    assert not any(" ✓ " in shown for shown in grid)


def test_a_sum_that_is_almost_1_is_shown_to_the_digits_that_differ():
    lines = lines_of("eval", "2 1 0.1", "0.65900114 0.24243297 0.09856689")
    assert "The entries sum to 1.000001, and should sum to 1." in lines


@pytest.mark.parametrize(("classes", "rows"), [(8, 8), (9, 0)])
def test_only_a_small_matrix_is_shown_whole(classes, rows):
    answer = "; ".join(" ".join("0.5" for _ in range(classes)) for _ in range(classes))
    lines = lines_of("jacobian", "0 " * classes, answer, rows=1)
    assert sum(line.count("0.5 ✗") == classes for line in lines) == rows


@pytest.mark.parametrize(
    ("command", "answer", "words"),
    [
        ("eval", "0.5 0.5", "softmax jacobian with the same values"),
        ("jacobian", "0.25 -0.25 -0.25 0.25", "--verify compares"),
        ("eval", "0.9 0.1", "--steps in place of --check"),
    ],
)
def test_the_last_line_says_what_to_do_next(command, answer, words):
    last = lines_of(command, "0 0", answer)[-1]
    assert last.startswith("Next: ")
    assert words in last


def test_a_slip_that_early_rounding_could_have_made_too_says_so():
    text = text_of(page(checked("eval", "0 0 -3", "0.50 0.50 0.00")))
    assert "Likely slip: another base" in text
    assert (
        "The right method gives these numbers too, if the exponentials exp(x) were rounded to "
        "1 digit after the point." in text
    )


def test_a_slip_that_explains_few_digits_is_only_possible():
    text = text_of(page(checked("eval", "4 0 0", "0.0 1.0 0.0")))
    assert "Possible slip: order changed" in text
    assert "So few digits may agree by chance" in text


@pytest.mark.parametrize(
    ("command", "options", "answer"),
    [
        ("eval", {"log": True}, "-0.5 -0.7 -3"),
        ("jacobian", {"diagonal": True}, "0.3 0.1 0.2"),
        ("grad", {"target": "1", "loss": True}, "0.3"),
    ],
)
def test_numbers_without_a_sum_to_check_get_no_hint(command, options, answer):
    text = text_of(page(checked(command, "2 1 0.1", answer, **options)))
    assert "should sum" not in text
    assert "Next: " in text


@pytest.mark.parametrize("width", [20, 30, 40, 80])
@pytest.mark.parametrize(
    ("command", "values", "answer"),
    [
        ("jacobian", "1 2 3 4 5 6 7", ";".join(["0.1234 " * 7] * 7)),
        ("jacobian", "cat=1 dog=2 bird=3 fish=4 cow=5 ox=6", ";".join(["-0.1234 " * 6] * 6)),
        ("jacobian", "1 2 3", ";".join([f"{1 / 3:.20f} " * 3] * 3)),
        ("eval", "1 2 3", f"{1 / 3:.30f} " * 3),
        ("grad", "catalogue=1 birdsofparadise=3.5555555", "33333333333333 .33333333333333"),
    ],
)
def test_a_table_of_a_check_is_cut_at_whole_columns(width, command, values, answer):
    shown = page(checked(command, values, answer))
    lines = screen(shown, Terminal(width)).splitlines()
    assert max(map(len, lines)) <= width
    whole = screen(shown, Terminal(1000)).split()
    tables = [line for line in lines if "✗" in line or "✓" in line]
    assert all(word in whole for line in tables for word in line.split() if "…" not in word)
    if len(tables) > 1 and width < 40:
        assert re.search(r"… \d+ more columns?: a wider terminal shows all", " ".join(lines))


def test_a_mark_stays_with_its_entry():
    shown = page(checked("jacobian", "1 2 3", ";".join(["0.1234 " * 3] * 3)))
    for width in range(10, 50):
        head, first = screen(shown, Terminal(width)).split("∂σ₁")[:2]
        assert head.count("/∂x") == first.split("∂σ₂")[0].count("✗")
