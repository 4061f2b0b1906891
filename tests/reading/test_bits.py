import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.reading.bits import Marks, behind, between, packed, spanned, unpacked


@st.composite
def masks(draw):
    """Masks of up to five words, of which every bit, every other or few are set."""
    size = draw(st.integers(0, 300))
    octets = np.frombuffer(draw(st.binary(min_size=38, max_size=38)), dtype=np.uint8)
    mask = np.unpackbits(octets)[:size].astype(np.bool_)
    one_in = draw(st.sampled_from([1, 1, 2, 30]))
    return mask & (np.arange(size) % one_in == 0) if draw(st.booleans()) else ~mask


@given(masks())
def test_a_mask_is_packed_from_the_lowest_bit_on(mask):
    words = packed(mask)
    assert words.size == -(-mask.size // 64)
    assert (unpacked(words, mask.size) == mask).all()
    assert np.bitwise_count(words).sum() == mask.sum()


@given(masks())
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


@given(masks(), st.integers(1, 9), st.integers(1, 9))
def test_every_kth_mark_is_found_by_its_rank(mask, step, first):
    marks, places = Marks(packed(mask)), np.flatnonzero(mask)
    assert marks.count == places.size
    assert marks.every(step).tolist() == places[step - 1 :: step].tolist()
    assert marks.every(step, first).tolist() == places[first - 1 :: step].tolist()


@given(masks())
def test_bits_become_a_mask_again(mask):
    assert (unpacked(packed(mask), mask.size) == mask).all()


@given(masks(), st.booleans())
def test_the_byte_behind_a_marked_one_is_marked(mask, first):
    moved = unpacked(behind(packed(mask), first=first), mask.size)
    assert moved.tolist() == [first, *mask.tolist()][: mask.size]


@given(masks())
def test_marks_are_counted_up_to_any_place(mask):
    counts = Marks(packed(mask)).up_to(np.arange(mask.size))
    assert counts.tolist() == np.cumsum(mask).tolist()


def test_a_mark_at_the_end_of_a_word_is_behind_in_the_next():
    mask = np.ones(200, dtype=np.bool_)
    assert np.flatnonzero(~unpacked(behind(packed(mask)), 200)).tolist() == [0]
    for place in (62, 63, 64, 127):
        moved = unpacked(behind(packed(np.arange(200) == place)), 200)
        assert np.flatnonzero(moved).tolist() == [place + 1]


def test_every_mark_of_full_words_is_at_its_rank():
    marks = Marks(packed(np.ones(300, dtype=np.bool_)))
    assert marks.every(1).tolist() == list(range(300))
    assert marks.every(7, 70).tolist() == list(range(69, 300, 7))
    assert marks.up_to(np.array([0, 63, 64, 299])).tolist() == [1, 64, 65, 300]
    assert Marks(packed(np.zeros(0, dtype=np.bool_))).count == 0
