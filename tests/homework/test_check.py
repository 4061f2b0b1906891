"""The check of an answer: the verdict, the entries, the diagnosis, the next thing to try."""

import time
from decimal import Decimal

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import on_terminal, softmax
from questioned import batch_of, checked, settings_for, text_of
from typesetting import katex_complaints, latex_complaints, needs_katex, needs_latex

from softmax_cli.errors import UsageError
from softmax_cli.homework.check import check
from softmax_cli.homework.slips import SLIPS
from softmax_cli.homework.verify import verify
from softmax_cli.pages import Page
from softmax_cli.writing.latex import latex
from softmax_cli.writing.markup import markdown

__all__ = ["needs_katex", "needs_latex"]

LOGITS = st.lists(st.decimals(-30, 30, places=2), min_size=1, max_size=6)


def true_softmax(x):
    with mpmath.workdps(60):
        e = [mpmath.exp(mpmath.mpf(str(v))) for v in x]
        return [v / mpmath.fsum(e) for v in e]


def typed(value, digits):
    """A value rounded half to even to so many digits after the point."""
    with mpmath.workdps(60):
        return f"{round(Decimal(mpmath.nstr(value, 50)), digits):f}"


@given(LOGITS, st.integers(1, 20))
def test_the_true_values_to_any_number_of_digits_are_right(x, digits):
    answer = " ".join(typed(p, digits) for p in true_softmax(x))
    assert checked("eval", " ".join(map(str, x)), answer).verdict == "right"


@given(LOGITS, st.integers(1, 20), st.data())
def test_the_entry_that_is_two_units_off_is_the_one_that_is_wrong(x, digits, data):
    entries = [typed(p, digits) for p in true_softmax(x)]
    index = data.draw(st.integers(0, len(x) - 1))
    entries[index] = f"{Decimal(entries[index]) + Decimal(2).scaleb(-digits):f}"
    found = checked("eval", " ".join(map(str, x)), " ".join(entries))
    assert found.wrong == [index]
    assert found.verdict in ("wrong", "near")


@pytest.mark.parametrize(
    ("command", "values", "answer", "options"),
    [
        ("eval", "2 1 0.1", "0.7 0.2 0.1", {}),
        ("eval", "2 1 0.1", "[0.6590, 0.2424, 0.0986]", {}),
        ("eval", "0 0 0", "1/3 1/3 1/3", {}),
        ("eval", "ln(2) 0", "2/3 1/3", {}),
        ("eval", "40 0 0", "1.0000 4.2e-18 4.25e-18", {}),
        ("eval", "1 -inf", "1 0", {"log": False}),
        ("eval", "1 -inf", "0 -inf", {"log": True}),
        ("eval", "2 1 0.1", "-0.417 -1.417 -2.317", {"log": True}),
        ("jacobian", "0 0", "1/4 -1/4; -1/4 1/4", {}),
        ("jacobian", "0 0", "1/4 -1/4 -1/4 1/4", {}),
        ("jacobian", "2 1 0.1", "0.2247 0.1837 0.0889", {}),
        ("jacobian", "2 1 0.1", "0.2247 0.1837 0.0889", {"diagonal": True}),
        ("jacobian", "2 1 0.1", "-0.1598 0.1837 -0.0239", {"output": "2"}),
        ("grad", "2 1 0.1", "-0.341 0.242 0.099", {"target": "1"}),
        ("grad", "2 1 0.1", "0.42", {"target": "1", "loss": True}),
        ("grad", "50 0", "1.9e-22", {"target": "1", "loss": True}),
        ("grad", "2 1", "0.2311 -0.2311", {"target": "0.5,0.5"}),
    ],
)
def test_a_right_answer_is_right(command, values, answer, options):
    found = check(answer, batch_of(values, settings := settings_for(command, **options)), settings)
    assert found.status == 0
    assert text_of(found.page).startswith("✓ Right")


def test_trailing_zeros_claim_more():
    assert checked("eval", "2.31 0 0", "0.83 0.08 0.08").verdict == "right"
    assert checked("eval", "2.31 0 0", "0.8300 0.0800 0.0800").verdict == "wrong"


def test_a_fraction_that_is_not_the_value_is_wrong():
    assert checked("eval", "0.69 0", "2/3 1/3").wrong == [0, 1]


def test_a_decision_near_a_tie_is_exact():
    # σ(x) is 0.25 but for 2e-19, which no double can tell
    values = "ln(1/3) 1e-18"
    assert checked("eval", values, "0.2 0.8").verdict == "right"
    assert checked("eval", values, "0.3 0.8").wrong == [0]


def test_the_wrong_entry_is_named_with_its_value():
    found = softmax("eval", "2", "1", "0.1", "--check", "0.66 0.25 0.1")
    assert found.status == 1
    assert found.out.startswith("✗ Wrong: 1 of 3 entries is not right: entry 2 is 0.24, not 0.25.")


def test_a_wrong_entry_is_called_by_its_class():
    settings = settings_for("eval")
    found = check("0.66 0.25 0.1", batch_of("cat=2 dog=1 bird=0.1", settings), settings)
    assert "dog is 0.24, not 0.25" in text_of(found.page)


def test_names_are_matched_in_any_order():
    assert checked("eval", "cat=2 dog=1", "dog=0.27 cat=0.73").verdict == "right"
    assert checked("eval", "2 1", "2=0.27 1=0.73").verdict == "right"


def test_rounding_too_early_is_nearly_right_and_says_so():
    found = softmax("eval", "2", "1", "0.1", "--check", "0.6586 0.2424 0.0989")
    assert found.status == 0
    assert found.out.startswith("≈ The right method, rounded too early: the exponentials were")


def test_the_answer_goes_to_a_pipe_as_to_a_terminal():
    arguments = ("eval", "2", "1", "0.1", "--check", "0.7 0.2 0.1")
    piped = softmax(*arguments).out
    shown = on_terminal(*arguments, env={"NO_COLOR": "1"}).out
    assert shown.splitlines()[0] == piped.splitlines()[0]
    assert piped.startswith("✓ Right: all 3 entries are right to the digits typed.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("2 1 0.1", "--target", "1", "--check", "0.341 -0.242 -0.099"),
            "Likely slip: y − σ for σ − y.",
        ),
        (
            ("1.2 2.3 3.1", "--target", "3", "--check", "0.63 0.63 -0.37"),
            "Every entry holds the target's probability",
        ),
        (
            ("2 1 0.1", "--target", "1", "--loss", "--check", "0.6016"),
            "Likely slip: another base.",
        ),
        (
            ("2 1 0.1", "--target", "1", "--loss", "--check", "0.60"),
            "Possible slip: another base.",
        ),
    ],
)
def test_the_slip_is_named_with_what_helps(arguments, sentence):
    found = softmax("grad", *arguments)
    assert found.status == 1
    assert sentence in " ".join(found.out.split())


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


@pytest.mark.usefixtures("needs_latex")
def test_every_verdict_and_every_slip_compiles_as_latex(tmp_path):
    settings = settings_for("jacobian")
    batch = batch_of("a_b=2 c%=1", settings)
    answers = ("0.1966 -0.1966; -0.1966 0.1966", "0.1966 0.1966; 0.1966 0.1966")
    pages = [check(answer, batch, settings).page for answer in answers]
    pages += [verify([batch], settings).page, Page(tuple(slip.sentence("• ") for slip in SLIPS))]
    assert not latex_complaints("\n".join(map(latex, pages)), tmp_path)


@pytest.mark.usefixtures("needs_katex")
def test_every_slip_is_markdown_that_katex_accepts():
    assert not katex_complaints(markdown(Page(tuple(slip.sentence("") for slip in SLIPS))))


def test_whole_numbers_are_told_that_they_show_little():
    settings = settings_for("eval")
    page = check("1 0 0", batch_of("2 1 0.1", settings), settings).page
    assert "type more digits" in text_of(page)
    exact = check("1 0", batch_of("2 -inf", settings), settings).page
    assert "type more digits" not in text_of(exact)


@pytest.mark.parametrize(
    ("command", "options", "answer", "message"),
    [
        ("eval", {}, "0.7 0.2", "--check: 2 numbers for 3 classes"),
        ("grad", {"target": "1", "loss": True}, "1 2", "--check: 2 numbers, where the loss is one"),
        (
            "jacobian",
            {},
            "1 2 3 4",
            "--check: 4 numbers, where the Jacobian of 3 classes has 9, and its diagonal 3",
        ),
        ("jacobian", {}, "1 2; 3", "--check: rows of 1 and 2 numbers are not a matrix"),
    ],
)
def test_a_wrong_count_of_numbers_is_an_error(command, options, answer, message):
    settings = settings_for(command, **options)
    with pytest.raises(UsageError) as caught:
        check(answer, batch_of("2 1 0.1", settings), settings)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "arguments",
    [
        ("eval", "2 1; 0 0", "--check", "0.7 0.3"),
        ("eval", "2 1", "--check", "0.7 0.3", "-f", "csv"),
        ("eval", "2 1", "--check", "0.7 0.3", "--top", "1"),
        ("eval", "2 1", "--check", "0.7 0.3", "--check-file", "answers.csv"),
        ("jacobian", "2 1", "--check", "0.7 0.3", "--verify"),
    ],
)
def test_options_that_do_not_go_with_a_check_are_usage_errors(arguments):
    found = softmax(*arguments)
    assert (found.status, found.out) == (2, "")
    assert found.err.startswith("Error: --")


def test_a_vector_from_standard_input_is_checked_too():
    assert softmax("eval", "--check", "0.73 0.27", stdin="2,1\n").status == 0
    assert softmax("eval", "--check", "0.73 0.26", stdin="2,1\n").status == 1
    assert softmax("eval", "--check", "0.73 0.27", stdin="2,1\n2,1\n").status == 2


def test_a_thousand_classes_show_what_is_wrong_and_nothing_else():
    x = np.random.default_rng(3).normal(0, 3, 1000).round(3)
    p = np.exp(x) / np.exp(x).sum()
    answer = [f"{v:.6f}" for v in p]
    answer[700] = "0.999999"
    settings = settings_for("eval")
    begun = time.process_time()
    found = check(" ".join(answer), batch_of(" ".join(map(str, x)), settings), settings)
    assert time.process_time() - begun < 30
    text = text_of(found.page)
    assert "entry 701 is" in text
    assert len(text.splitlines()) < 8
