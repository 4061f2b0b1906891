"""The diagnosis names the slips whose answer rounds to every number claimed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from questioned import batch_of, checked, names_of, settings_for

from softmax_cli.homework.check import matched
from softmax_cli.homework.claims import read_claims
from softmax_cli.homework.diagnosis import explains, slips_of

ANSWERS = arrays(float, st.integers(1, 5), elements=st.floats(-100, 100))


@given(answer=ANSWERS, digits=st.integers(0, 5))
def test_an_answer_explains_itself_rounded(answer, digits):
    half = np.full_like(answer, 0.5 * 10.0**-digits)
    assert explains(answer, answer.round(digits), half)


@given(answer=ANSWERS, digits=st.integers(0, 3), data=st.data())
def test_an_answer_explains_nothing_with_one_number_off(answer, digits, data):
    half = np.full_like(answer, 0.5 * 10.0**-digits)
    claimed = answer.round(digits)
    claimed[data.draw(st.integers(0, answer.size - 1))] += 2.1 * 10.0**-digits
    assert not explains(answer, claimed, half)


def test_digits_beyond_single_precision_may_differ_and_no_others():
    answer, half = np.array([0.1]), np.array([0.5e-12])
    assert explains(answer, np.array([float(np.float32(0.1))]), half)
    assert not explains(answer, np.array([0.100001]), half)
    assert not explains(answer, np.array([0.1000001]), np.array([0.5e-7]))
    assert not explains(answer, np.array([0.1001]), np.array([0.4e-4]))


def test_only_the_same_infinity_is_explained():
    half = np.zeros(1)
    minus_infinity, number = np.array([-np.inf]), np.array([1.0])
    with np.errstate(invalid="ignore"):
        assert explains(minus_infinity, minus_infinity, half)
        assert not explains(minus_infinity, -minus_infinity, half)
        assert not explains(minus_infinity, number, half)
        assert not explains(np.array([np.nan]), np.array([np.nan]), half)


@pytest.mark.parametrize("answer", ["0.5 0.5", "0.50000000000000000000 0.5", "1/2 1/2"])
def test_a_right_answer_has_no_slip(answer):
    # the sigmoid of two zeros is right too, and yet no slip
    settings = settings_for("eval")
    assert slips_of(*matched(read_claims(answer), batch_of("0 0", settings), settings)) == []


@pytest.mark.parametrize(
    ("values", "options", "answer", "names"),
    [
        # two classes: turning the signs around is exchanging the classes
        (
            "1 0",
            {"target": "1"},
            "0.26894 -0.26894",
            {"y − σ for σ − y", "order changed"},
        ),
        # the largest logit is 0, so the exponentials are those of x − max
        ("-1 0 -3", {}, "0.36788 1.0000 0.049787", {"not normalised", "divided by the maximum"}),
    ],
)
def test_slips_that_coincide_are_all_named(values, options, answer, names):
    command = "grad" if options else "eval"
    assert names_of(checked(command, values, answer, **options)) == names


def test_a_slip_that_explains_all_entries_but_one_is_not_named():
    assert not checked("grad", "2 1 0.1", "0.341 -0.242 -0.098", target="1").slips


def test_a_slip_is_held_to_the_digits_typed():
    assert names_of(checked("eval", "2 1 0.1", "7.39 2.72 1.11")) == {"not normalised"}
    assert not checked("eval", "2 1 0.1", "7.39 2.72 1.112").slips


def test_a_masked_class_hides_no_slip():
    found = checked("grad", "2 1 -inf 0.1", "0.341 -0.242 0.000 -0.099", target="1")
    assert names_of(found) == {"y − σ for σ − y"}


def test_an_infinite_wrong_answer_explains_nothing():
    # with the probability rounded to 0.0 the loss would be infinite
    found = checked("grad", "5 0", "4.0", target="2", loss=True)
    assert found.early is None
