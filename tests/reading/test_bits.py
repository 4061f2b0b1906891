import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.reading.bits import Marks, between, packed

masks = st.lists(st.booleans(), max_size=300).map(lambda bits: np.array(bits, dtype=np.bool_))


def unpacked(words, size):
    return np.unpackbits(words.view(np.uint8), bitorder="little")[:size].astype(np.bool_)


@given(masks)
def test_a_mask_is_packed_from_the_lowest_bit_on(mask):
    words = packed(mask)
    assert words.size == -(-mask.size // 64)
    assert (unpacked(words, mask.size) == mask).all()
    assert np.bitwise_count(words).sum() == mask.sum()


@given(masks)
def test_the_bits_between_marks_are_those_after_an_odd_number_of_them(mask):
    inside = unpacked(between(packed(mask)), mask.size)
    assert (inside == (np.cumsum(mask) % 2 == 1)).all()


@given(masks, st.integers(1, 9), st.integers(1, 9))
def test_every_kth_mark_is_found_by_its_rank(mask, step, first):
    marks, places = Marks(packed(mask)), np.flatnonzero(mask)
    assert marks.count == places.size
    assert marks.every(step).tolist() == places[step - 1 :: step].tolist()
    assert marks.every(step, first).tolist() == places[first - 1 :: step].tolist()
