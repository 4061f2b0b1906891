"""The right method with rounded intermediate values is told from a wrong one."""

import numpy as np
import pytest
from questioned import checked, numbers

VECTORS = np.random.default_rng(5).normal(0, 1.5, (10, 4)).round(2)


def typed(x):
    return " ".join(map(str, x))


def normalised(e):
    return e / e.sum()


@pytest.mark.parametrize("digits", [1, 2, 3, 4])
@pytest.mark.parametrize("shift", [False, True])
def test_exponentials_rounded_to_few_digits_are_nearly_right(digits, shift):
    for x in VECTORS:
        e = np.exp(x - x.max() * shift).round(digits)
        found = checked("eval", typed(x), numbers(normalised(e)))
        assert found.verdict == "near"
        assert found.early is not None
        assert found.early.startswith("the exponentials")


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_probabilities_rounded_before_a_derivative_are_nearly_right(digits):
    for x in VECTORS:
        p = normalised(np.exp(x)).round(digits)
        found = checked("jacobian", typed(x), numbers((np.diag(p) - np.outer(p, p)).ravel()))
        assert found.verdict == "near"
        assert f"probabilities were rounded to {digits} digits" in str(found.early)


@pytest.mark.parametrize(("kind", "name"), [(np.float32, "single"), (np.float64, "double")])
def test_the_digits_of_a_program_are_nearly_right(kind, name):
    verdicts = set()
    for x in VECTORS:
        p = normalised(np.exp(x.astype(kind)))
        found = checked("eval", typed(x), numbers(p.tolist(), 17 if name == "double" else 9))
        verdicts.add(found.verdict)
        assert found.verdict == "right" or found.early == (
            f"the computation was carried out in {name} precision"
        )
    assert "near" in verdicts


def test_a_wrong_method_is_not_nearly_right():
    for x in VECTORS:
        wrong = normalised(2.0**x)
        assert checked("eval", typed(x), numbers(wrong)).verdict == "wrong"


def test_a_slip_is_wrong_though_early_rounding_gives_the_same_numbers():
    # each exponential but the first rounds to 0.0, and 1 0 0 is also their order changed
    found = checked("eval", "4 0 0", "0.0 1.0 0.0")
    assert found.verdict == "wrong"


def test_exponentials_too_large_to_write_are_rounded_behind_the_shift_only():
    found = checked("eval", "40 38", numbers(normalised(np.exp([0.0, -2.0]).round(1))))
    assert found.early == "the exponentials exp(x − max) were rounded to 1 digit after the point"


def test_an_infinite_logarithm_is_no_matter_of_precision():
    found = checked("eval", "0 -inf", "0.3 -inf", log=True)
    assert (found.verdict, found.early) == ("wrong", None)
