import inspect
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli import bad_numbers, errors
from softmax_cli.bad_numbers import NotANumber
from softmax_cli.errors import Place, SoftmaxError, UsageError, counted, printable, quoted

ERRORS = [
    value
    for value in {**vars(errors), **vars(bad_numbers)}.values()
    if inspect.isclass(value) and issubclass(value, SoftmaxError) and value.sentence
]


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("stdin"), "stdin"),
        (Place("a.csv", 17), "a.csv:17"),
        (Place("a.csv", 17, "'b'"), "a.csv:17: column 'b'"),
        (Place("argument 2"), "argument 2"),
        (Place("a\x1b[2J.csv", 1), r"a\x1b[2J.csv:1"),
    ],
)
def test_a_place_is_as_much_as_is_known_of_it(place, text):
    assert str(place) == text


@given(st.text())
def test_nothing_printed_steers_a_terminal(text):
    assert printable(text).isprintable()
    assert quoted(text).isprintable()


@given(st.text(max_size=200))
def test_a_culprit_is_shown_in_quotes_and_not_at_length(text):
    shown = quoted(text)
    assert shown[0] == shown[-1] == "'"
    assert len(text) > 60 or shown == f"'{printable(text)}'"
    assert len(quoted("x" * len(text))) <= 62


def test_what_is_printable_stays():
    assert printable("σ−é [b] {c} 😀") == "σ−é [b] {c} 😀"
    assert printable("a\nb\x00\u202e\x9b") == r"a\nb\x00\u202e\x9b"


def test_an_error_shows_its_place_culprit_and_remedy():
    error = NotANumber(Place("a.csv", 17, "'b'"), text="abc")
    assert str(error) == "a.csv:17: column 'b': 'abc' is not a number"
    assert str(NotANumber(text="abc")) == "'abc' is not a number"


def test_the_first_place_known_is_the_closest():
    error = NotANumber(text="x").at(Place("a.csv", 1, "2")).at(Place("a.csv", 1))
    assert error.place == Place("a.csv", 1, "2")


@given(st.text(max_size=30))
def test_text_from_data_is_never_a_template(text):
    shown = str(NotANumber(Place("x"), text=text))
    assert shown == f"x: {quoted(text)} is not a number"


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_nothing_in_a_sentence_steers_a_terminal(kind):
    fields = [field for _, field, _, _ in string.Formatter().parse(kind.sentence) if field]
    shown = str(kind(Place("x\x1b", 1), **dict.fromkeys(fields, "a\x9b\u202e\n")))
    assert shown.isprintable()


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_every_sentence_is_one_line_of_its_data(kind):
    fields = [field for _, field, _, _ in string.Formatter().parse(kind.sentence) if field]
    shown = str(kind(Place("x", 1), **dict.fromkeys(fields, "given")))
    assert shown.startswith("x:1")
    assert shown.isprintable()
    assert kind.status in (1, 2)
    if issubclass(kind, UsageError):
        assert kind.status == 2


@pytest.mark.parametrize(
    ("count", "nouns", "text"),
    [
        (1, ["row"], "1 row"),
        (2, ["row"], "2 rows"),
        (0, ["class", "classes"], "0 classes"),
        (1, ["class", "classes"], "1 class"),
        (1000, ["class", "classes"], "1,000 classes"),
    ],
)
def test_a_count_has_its_noun_in_the_singular_or_the_plural(count, nouns, text):
    assert counted(count, *nouns) == text
