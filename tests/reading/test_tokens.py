import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.bad_numbers import MissingNumber
from softmax_cli.errors import NotText, Place
from softmax_cli.reading.tokens import INDENTED, Token, tokens_of

PLACE = Place("argument 1")


def tokens(text):
    return [(token.text, token.name) for token in tokens_of(text, PLACE)]


def test_words_and_marks_are_tokens_and_blanks_are_not():
    assert tokens(" 2,\t[-1]; x\n") == [
        (text, None) for text in ["2", ",", "[", "-1", "]", ";", "x", "\n"]
    ]


def test_a_newline_before_an_indented_line_is_a_mark_of_its_own():
    assert tokens("1\n  2\n3\r\n\t4") == [
        (text, None) for text in ["1", INDENTED, "2", "\n", "3", INDENTED, "4"]
    ]


@given(st.text("12,; \n[](){}", max_size=20))
def test_a_token_is_a_mark_or_holds_none(text):
    for token in tokens_of(text, PLACE):
        assert token.is_mark or not set(token.text) & set("[](){},; \n")
        assert token.place == PLACE


def test_a_name_in_braces_belongs_to_its_number():
    assert tokens('{"a": 1, b: 2}') == [
        ("{", None),
        ("1", "a"),
        (",", None),
        ("2", "b"),
        ("}", None),
    ]


def test_a_number_with_a_name_is_not_a_mark():
    assert not Token("1", PLACE, "").is_mark


def test_a_name_without_its_number_is_refused_with_the_place():
    with pytest.raises(MissingNumber, match="argument 1: a number is missing after 'a:'"):
        tokens("{a: }")


def test_a_text_that_is_not_utf_8_is_refused():
    with pytest.raises(NotText, match="is not UTF-8"):
        tokens("\udcff")


def test_a_name_needs_a_brace_that_is_still_open():
    assert tokens("{a: 1} 2")[-1] == ("2", None)
    assert tokens("{a: 1} b: 2")[-2:] == [("b:", None), ("2", None)]
    assert tokens("{a: 1} {b: 2}")[-2:] == [("2", "b"), ("}", None)]


def test_escapes_in_a_name_are_those_of_json_in_double_quotes_and_of_python_in_single_ones():
    # a solidus may be escaped in JSON only, and a surrogate pair is one character there
    assert tokens(r'{"a\/b": 1}')[1] == ("1", "a/b")
    assert tokens(r'{"\ud83d\ude00": 1}')[1] == ("1", "😀")
    assert tokens(r"{'\x41': 1}")[1] == ("1", "A")


@pytest.mark.parametrize("code", [0xD800, 0xDBFF, 0xDC00, 0xDFFF])
def test_no_surrogate_is_text(code):
    with pytest.raises(NotText):
        tokens(f"1 {chr(code)}")


@pytest.mark.parametrize("code", [0xD7FF, 0xE000])
def test_what_is_beside_the_surrogates_is_text(code):
    assert tokens(f"1 {chr(code)}") == [("1", None), (chr(code), None)]
