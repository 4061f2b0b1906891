import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.mathematics.strips import STRIP, columns, strips

shapes = st.tuples(st.integers(0, 3 * STRIP), st.integers(1, 2 * STRIP))


@given(shapes)
def test_the_strips_are_all_rows_in_order_and_none_is_empty(shape: tuple[int, int]) -> None:
    begin = 0
    for strip in strips(shape):
        assert strip.start == begin < strip.stop
        begin = strip.stop
    assert begin == shape[0]


@given(shapes)
def test_a_strip_fits_the_cache_unless_it_is_one_row(shape: tuple[int, int]) -> None:
    for strip in strips(shape):
        rows = strip.stop - strip.start
        assert rows == 1 or rows * shape[1] <= STRIP


@given(shapes)
def test_all_strips_but_the_last_are_as_long_as_fits(shape: tuple[int, int]) -> None:
    for strip in list(strips(shape))[:-1]:
        assert (strip.stop - strip.start + 1) * shape[1] > STRIP


@pytest.mark.parametrize("n", [1, 63, 64, 200])
def test_a_strip_class_by_class_is_its_transpose(n: int) -> None:
    x = np.random.default_rng(0).normal(size=(9, n))
    assert np.array_equal(columns(x), x.transpose())


@pytest.mark.parametrize(("n", "is_copied"), [(2, True), (63, True), (64, False), (200, False)])
def test_only_short_vectors_are_laid_out_anew(n: int, is_copied: bool) -> None:
    x = np.zeros((9, n))
    by_class = columns(x)
    assert by_class.flags.c_contiguous == is_copied
    assert np.shares_memory(by_class, x) != is_copied
