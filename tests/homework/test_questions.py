"""A question knows its right answer, and judges claims by it to the digits typed."""

from decimal import Decimal

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from questioned import batch_of, checked, settings_for

from softmax_cli.homework.claims import claim
from softmax_cli.homework.questions import judge, question

LOGITS = st.lists(st.decimals(-30, 30, places=2), min_size=1, max_size=6)

QUESTIONS = {
    "probabilities": ("eval", {}),
    "logarithms": ("eval", {"log": True}),
    "matrix": ("jacobian", {}),
    "diagonal": ("jacobian", {"diagonal": True}),
    "row": ("jacobian", {"output": "2"}),
    "target": ("grad", {"target": "2"}),
    "upstream": ("grad", {"upstream": "1,-2,0.5"}),
    "loss": ("grad", {"target": "2", "loss": True}),
}


def asked(command, values, **options):
    settings = settings_for(command, **options)
    return question(batch_of(values, settings), settings)


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


@pytest.mark.parametrize("name", QUESTIONS)
@given(x=st.lists(st.decimals(-9, 9, places=2), min_size=3, max_size=3))
def test_the_exact_entries_are_those_in_doubles(name, x):
    command, options = QUESTIONS[name]
    found = asked(command, " ".join(map(str, x)), temperature="2.5", **options)
    entries = list(range(found.right.size))[::-1]
    exact = [float(value) for value in found.exact(entries, 25)]
    assert found.asked == name
    np.testing.assert_allclose(exact, found.right.ravel()[entries], rtol=1e-10, atol=1e-14)


def test_the_options_about_digits_change_no_right_answer():
    plain = asked("eval", "2 1 0.1").right
    for options in ({"precision": 2}, {"digits": 3}, {"top": 1}):
        np.testing.assert_array_equal(asked("eval", "2 1 0.1", **options).right, plain)


def test_the_gradient_of_an_output_is_a_row_of_the_jacobian():
    gradient = asked("grad", "2 1 0.1", output="2")
    row = asked("jacobian", "2 1 0.1", output="2")
    assert (gradient.asked, row.asked) == ("row", "row")
    np.testing.assert_array_equal(gradient.right, row.right)


def test_the_diagonal_may_be_asked_for_in_place_of_the_matrix():
    settings = settings_for("jacobian")
    batch = batch_of("2 1 0.1", settings)
    diagonal = question(batch, settings, of_diagonal=True)
    assert diagonal.asked == "diagonal"
    np.testing.assert_allclose(diagonal.right, np.diag(question(batch, settings).right))


def test_numbers_that_were_not_kept_are_taken_as_they_are_printed():
    settings = settings_for("eval")
    batch = batch_of("0.1 0.2 0.3", settings)
    kept, printed = question(batch, settings), question(batch._replace(typed=None), settings)
    assert printed.exact([0, 1, 2], 40) == kept.exact([0, 1, 2], 40)


def test_classes_are_numbered_from_1_or_0_unless_they_have_names():
    assert asked("eval", "2 1").names == ["1", "2"]
    assert asked("eval", "2 1", zero_based=True).names == ["0", "1"]
    assert asked("eval", "cat=2 dog=1").names == ["cat", "dog"]


def test_infinite_claims_are_judged_too():
    logarithms = asked("eval", "0 -inf", log=True)
    assert judge(logarithms, [claim("0"), claim("-inf")]).tolist() == [True, True]
    assert judge(logarithms, [claim("-inf"), claim("-1e300")]).tolist() == [False, False]
