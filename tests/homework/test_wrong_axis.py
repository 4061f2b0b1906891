"""Answers normalised down the columns are recognised in one pass over the rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from softmax_cli.homework.wrong_axis import ColumnSums

TABLES = arrays(float, st.tuples(st.integers(2, 8), st.integers(1, 4)), elements=st.floats(-40, 40))


def explained(z, claimed, half, of_logarithms=False, step=3):
    """Whether the columns explain the answers, which come a few rows at a time."""
    sums = ColumnSums(z.shape[1], of_logarithms=of_logarithms)
    for start in range(0, len(z), step):
        rows = slice(start, start + step)
        sums.add(z[rows], claimed[rows], np.full_like(claimed[rows], half))
    return sums.explain()


def columns(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


@pytest.mark.parametrize("digits", [2, 6, 15])
@given(z=TABLES)
def test_answers_normalised_over_the_columns_are_explained(digits, z):
    assert explained(z, columns(z).round(digits), 0.5 * 10.0**-digits)


@given(z=TABLES)
def test_logarithms_normalised_over_the_columns_are_explained(z):
    claimed = z - z.max(axis=0) - np.log(np.exp(z - z.max(axis=0)).sum(axis=0))
    assert explained(z, claimed.round(6), 0.5e-6, of_logarithms=True)


@given(z=TABLES, data=st.data())
def test_one_answer_that_is_off_is_not_explained(z, data):
    claimed = columns(z).round(4)
    row, column = (data.draw(st.integers(0, size - 1)) for size in z.shape)
    claimed[row, column] += 0.0011
    assert not explained(z, claimed, 0.00005)


def test_right_answers_are_not_explained():
    z = np.random.default_rng(1).normal(0, 2, (20, 5))
    e = np.exp(z)
    assert not explained(z, e / e.sum(axis=1, keepdims=True), 1e-9)


def test_masked_entries_are_0_in_their_column():
    z = np.array([[1.0, -np.inf], [2.0, 3.0], [0.0, 1.0]])
    claimed = np.exp(z) / np.exp(z).sum(axis=0)
    assert explained(z, claimed, 1e-6)
