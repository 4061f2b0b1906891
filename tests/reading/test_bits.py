import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.reading.bits import Marks, behind, between, packed, spanned, unpacked

masks = st.lists(st.booleans(), max_size=300).map(lambda bits: np.array(bits, dtype=np.bool_))


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


@given(st.lists(st.integers(1, 9), min_size=2, max_size=40))
def test_spans_cover_all_from_their_starts_to_before_their_stops(sizes):
    bounds = np.cumsum([0, *sizes])
    starts, stops = bounds[:-1:3], bounds[1::3]
    spans = list(zip(starts, stops, strict=True))
    inside = [any(a <= place < b for a, b in spans) for place in range(bounds[-1])]
    assert spanned(starts, stops, bounds[-1]).tolist() == inside


@given(st.lists(st.integers(1, 9), min_size=1, max_size=40))
def test_spans_may_touch(sizes):
    bounds = np.cumsum([1, *sizes])
    assert spanned(bounds[:-1], bounds[1:], bounds[-1]).tolist() == [False] + [True] * sum(sizes)


@given(masks, st.integers(1, 9), st.integers(1, 9))
def test_every_kth_mark_is_found_by_its_rank(mask, step, first):
    marks, places = Marks(packed(mask)), np.flatnonzero(mask)
    assert marks.count == places.size
    assert marks.every(step).tolist() == places[step - 1 :: step].tolist()
    assert marks.every(step, first).tolist() == places[first - 1 :: step].tolist()


@given(masks)
def test_bits_become_a_mask_again(mask):
    assert (unpacked(packed(mask), mask.size) == mask).all()


@given(masks, st.booleans())
def test_the_byte_behind_a_marked_one_is_marked(mask, first):
    moved = unpacked(behind(packed(mask), first=first), mask.size)
    assert moved.tolist() == [first, *mask.tolist()][: mask.size]


@given(masks)
def test_marks_are_counted_up_to_any_place(mask):
    counts = Marks(packed(mask)).up_to(np.arange(mask.size))
    assert counts.tolist() == np.cumsum(mask).tolist()
