from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.reading import cut as module
from softmax_cli.reading.cut import RecordCut

texts = st.text('1,"\n ', max_size=40).map(str.encode)


def last_newline_outside_quotes(text, edges):
    """Where the last line ends, by a machine of four states."""
    end, state = 0, "edge"
    for place, byte in enumerate(text, 1):
        if byte == ord('"') and state in ("edge", "closed"):
            state = "quoted"
        elif byte == ord('"') and state == "quoted":
            state = "closed"
        elif state != "quoted":
            state = "edge" if byte in edges or byte == ord("\n") else "cell"
            end = place if byte == ord("\n") else end
    return end


@pytest.mark.parametrize("smallest", [0, 4096], ids=["array", "expression"])
@settings(max_examples=300)
@given(texts, st.sets(st.integers(1, 39)), st.sampled_from([b",", b", ", b" "]))
def test_records_end_where_a_newline_stands_outside_quotes_however_they_are_cut(
    smallest, text, places, edges
):
    cut, end = RecordCut(edges), 0
    places = [0, *sorted(place for place in places if place < len(text)), len(text)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SMALLEST_ARRAY", smallest)
        for start, stop in pairwise(places):
            end = start + found if (found := cut(text[start:stop])) else end
    assert end == last_newline_outside_quotes(text, edges)


@pytest.mark.parametrize("row", [b'"a ""b""",1\n', b'"a\n",1\n', b'a"b,1\n', b'"",1\n'])
def test_large_texts_are_cut_as_small_ones(row):
    text = row * 2000
    assert RecordCut(b",")(text + b'"a\n') == len(text)
    assert RecordCut(b",")(text + b"x") == len(text)
