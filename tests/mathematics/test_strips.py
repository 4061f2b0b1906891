import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.mathematics.strips import (
    LONG,
    STRIP,
    Memory,
    columns,
    memory_for_strips,
    pieces,
    strips,
)

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


@given(st.integers(1, 3 * LONG))
def test_the_pieces_of_a_vector_are_all_its_classes_in_order(n: int) -> None:
    begin = 0
    for piece in pieces(n):
        assert piece.start == begin < piece.stop
        begin = piece.stop
    assert begin == n


@pytest.mark.parametrize("n", [1, LONG, LONG + 1, 3 * LONG])
def test_only_long_vectors_are_cut_into_pieces(n: int) -> None:
    longest = max(piece.stop - piece.start for piece in pieces(n))
    assert longest == (STRIP if n > LONG else n)


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


@pytest.mark.parametrize("shape", [(7, 5), (1, 5), (5, 1), (1, 1), (3, STRIP)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_memory_has_the_shape_and_the_layout_of_a_strip(shape: tuple[int, int], order: str) -> None:
    x = np.zeros(shape, order=order)
    arrays = Memory().arrays(x)
    for one in arrays:
        assert one.shape == x.shape
        assert one.flags.c_contiguous == x.flags.c_contiguous
        assert one.flags.f_contiguous == x.flags.f_contiguous
        one[...] = 1.0
    assert not any(np.shares_memory(arrays[0], other) for other in arrays[1:])


def test_memory_is_used_again_for_each_strip_that_fits() -> None:
    memory = Memory()
    first = memory.arrays(np.zeros((2, 9)))
    for shape in ((30, 40), (1, STRIP)):
        assert np.shares_memory(memory.arrays(np.zeros(shape)), first)
    assert not np.shares_memory(memory.arrays(np.zeros((1, STRIP + 1))), first)


def test_memory_begins_with_a_line_of_the_cache() -> None:
    several = [Memory() for _ in range(5)]
    for memory in several:
        first = memory.arrays(np.zeros((1, 1)))[0]
        assert first.__array_interface__["data"][0] % 64 == 0


def test_each_borrower_has_memory_of_its_own_and_the_next_has_it_again() -> None:
    x = np.zeros((3, 4))
    with memory_for_strips(x) as one, memory_for_strips(x) as other:
        assert one is not other
    with memory_for_strips(x) as again:
        assert again is one


def test_numpy_is_set_as_before_once_memory_is_returned() -> None:
    x = np.zeros((3, 1000))
    before = np.getbufsize(), np.geterr()
    with memory_for_strips(x):
        assert np.getbufsize() < before[0]
        assert set(np.geterr().values()) == {"ignore"}
    assert (np.getbufsize(), np.geterr()) == before
    with pytest.raises(KeyboardInterrupt), memory_for_strips(x):
        raise KeyboardInterrupt
    assert (np.getbufsize(), np.geterr()) == before
