import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.reading.texts import Texts

chunks = st.lists(st.lists(st.binary(max_size=3) | st.sampled_from([b"\n", b"a\n", b""])))


def texts_of(chunks: list[list[bytes]]) -> Texts:
    texts = Texts()
    for chunk in chunks:
        texts.extend(chunk)
    return texts


@given(chunks)
def test_the_texts_are_those_of_all_chunks_in_order(chunks: list[list[bytes]]) -> None:
    expected = [text for chunk in chunks for text in chunk]
    texts = texts_of(chunks)
    assert len(texts) == len(expected)
    assert list(texts) == expected
    assert [texts[place] for place in range(len(texts))] == expected


@given(chunks, st.slices(20))
def test_a_part_is_that_of_a_list(chunks: list[list[bytes]], part: slice) -> None:
    texts = texts_of(chunks)
    assert texts[part] == list(texts)[part]


def test_texts_take_little_more_memory_than_their_bytes() -> None:
    tracemalloc.start()
    try:
        texts = texts_of(
            [
                [b"%d" % row for row in range(start, start + 1000)]
                for start in range(100_000, 200_000, 1000)
            ]
        )
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(map(len, texts)) < size < 1.5 * sum(map(len, texts))
