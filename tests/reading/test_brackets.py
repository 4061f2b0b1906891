import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.reading.brackets import Scanner, depth

strings = st.text('[]{}\\"a', max_size=5)
values = st.recursive(
    strings, lambda s: st.lists(s, max_size=3) | st.dictionaries(strings, s, max_size=3)
)


def deepest(value):
    inner = value.values() if isinstance(value, dict) else value
    return 0 if isinstance(value, str) else 1 + max(map(deepest, inner), default=0)


@given(values)
def test_the_depth_of_a_value_counts_no_bracket_of_a_string(value):
    assert depth(json.dumps(value).encode()) == deepest(value)


@given(st.lists(values.filter(lambda value: not isinstance(value, str)), min_size=1), st.data())
def test_rows_are_found_wherever_the_text_is_cut(rows, data):
    texts = [b"{%s}" % json.dumps({"a": row}).encode()[1:-1] for row in rows]
    whole = b"\n".join(texts)
    at = data.draw(st.integers(0, len(whole)))
    scan, starts, ends = Scanner(), list[int](), list[int]()
    for first, piece in ((0, whole[:at]), (at, whole[at:])):
        found = scan(piece)
        starts += (found.starts + first).tolist()
        ends += (found.ends + first).tolist()
    assert [whole[start:end] for start, end in zip(starts, ends, strict=True)] == texts


@pytest.mark.parametrize(("text", "at"), [(b"[1]]", 3), (b'{"]": 1}}', 8), (b"[1]", None)])
def test_a_bracket_that_closes_nothing_is_found(text, at):
    assert Scanner()(text).surplus == at
