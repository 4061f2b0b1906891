"""The check of an answer: the verdict, the entries, the diagnosis, the next thing to try."""

import numpy as np
import pytest
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


@pytest.mark.parametrize(
    ("command", "values", "answer", "options"),
    [
        ("eval", "2 1 0.1", "0.7 0.2 0.1", {}),
        ("eval", "2 1 0.1", "[0.6590, 0.2424, 0.0986]", {}),
        ("eval", "0 0 0", "1/3 1/3 1/3", {}),
        ("eval", "ln(2) 0", "2/3 1/3", {}),
        ("eval", "40 0 0", "1.0000 4.2e-18 4.25e-18", {}),
        ("eval", "40 0 -inf", "1 4.248354255291589e-18 0", {}),
        ("eval", "9 5 1", "0.98 0.02 0", {}),
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


def test_the_wrong_entry_is_named_with_its_value():
    found = softmax("eval", "2", "1", "0.1", "--check", "0.66 0.25 0.1")
    assert found.status == 1
    assert found.out.startswith("✗ Wrong: 1 of 3 entries is not right: entry 2 is 0.24, not 0.25.")


@pytest.mark.parametrize(
    ("command", "answer", "options", "slip"),
    [
        ("jacobian", "0.2247 0 0; 0 0.1837 0; 0 0 0.0889", {}, "only the diagonal"),
        ("grad", "-0.341 0 0", {"target": "1"}, "only the target's entry"),
    ],
)
def test_a_slip_is_named_where_its_zeros_have_no_point(command, answer, options, slip):
    assert [found.name for found in checked(command, "2 1 0.1", answer, **options).slips] == [slip]


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
    found = check(" ".join(answer), batch_of(" ".join(map(str, x)), settings), settings)
    text = text_of(found.page)
    assert "entry 701 is" in text
    assert len(text.splitlines()) < 8
