import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.writing.json_terminal import TerminalJson

scalars = st.none() | st.booleans() | st.integers() | st.floats(-9, 9) | st.text(max_size=5)
values = st.recursive(
    scalars, lambda s: st.lists(s, max_size=3) | st.dictionaries(st.text(max_size=3), s, max_size=3)
)


def shown(value, **options):
    return TerminalJson(**{"color": False, **options})(json.dumps(value).encode())


@given(values, st.booleans(), st.booleans(), st.sampled_from(["utf-8", "ascii", "latin-1"]))
def test_what_is_shown_is_the_same_value(value, color, indented, encoding):
    text = shown(value, color=color, indented=indented, encoding=encoding).decode(encoding)
    assert json.loads(re.sub(r"\x1b\[[0-9]*m", "", text)) == value


@given(st.text(min_size=1, max_size=5))
def test_no_character_of_the_data_steers_the_terminal(name):
    text = TerminalJson(color=False)(json.dumps({name: name}, ensure_ascii=False).encode())
    assert text.decode().replace("\n", "").isprintable()


def test_bidirectional_controls_are_escaped():
    text = TerminalJson(color=False)(json.dumps(["a\u202eb é"], ensure_ascii=False).encode())
    assert text.decode() == '["a\\u202eb é"]\n'


def test_values_are_indented_and_flat_arrays_stay_on_one_line():
    value = [{"classes": ["a", "b"], "jacobian": [[1, 2], [3, None]], "of": {"output": "a"}}]
    assert shown(value).decode() == (
        '[\n  {\n    "classes": ["a", "b"],\n    "jacobian": [\n      [1, 2],\n      [3, null]\n'
        '    ],\n    "of": {\n      "output": "a"\n    }\n  }\n]\n'
    )


def test_lines_stay_lines():
    show = TerminalJson(color=False, indented=False)
    text = show(b'{"a":[1,2]}\n{"a":') + show(b"[3]}\n")
    assert text == b'{"a": [1, 2]}\n{"a": [3]}\n'


def test_color_marks_names_strings_and_null():
    text = shown({"a": "b", "c": None, "d": 1}, color=True).decode()
    assert '\x1b[34m"a"\x1b[0m: \x1b[32m"b"\x1b[0m' in text
    assert "\x1b[2mnull\x1b[0m" in text
    assert '\x1b[34m"d"\x1b[0m: 1' in text


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pieces_between_values_join_to_the_whole(size):
    pieces = [b"[\n", b'{"a":[1,2],"b":[', b"[1],", b"[2]", b'],"c":{}}', b",\n", b"5", b"\n]\n"]
    show = TerminalJson(color=False)
    joined = [b"".join(pieces[i : i + size]) for i in range(0, len(pieces), size)]
    assert b"".join(map(show, joined)) == TerminalJson(color=False)(b"".join(pieces))


def test_what_the_terminal_has_no_sign_for_is_escaped():
    text = TerminalJson(color=False, encoding="latin-1")('["é", "σ"]'.encode())
    assert text == b'["\xe9", "\\u03c3"]\n'
