"""Answers: what comes out of a block depends on the block, the layout and the settings."""

import pickle

from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.answers import answer_block
from softmax_cli.bad_numbers import NotANumber
from softmax_cli.errors import UnknownClass
from softmax_cli.output import BadRow, Note, Text
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Block

TWO = Layout("t.csv", b",", 2, (0, 1))
EVAL = Settings("eval", precision=3)
HALVES = Text(b"0.500,0.500\n")


def test_the_answer_to_a_block_is_text():
    assert answer_block(Block(b"0,0\n1,1\n", 1), TWO, EVAL) == [Text(b"0.500,0.500\n0.500,0.500\n")]


def test_a_bad_row_ends_the_answer_after_the_rows_before_it():
    first, bad = answer_block(Block(b"0,0\n0,x\n0,0\n", 1), TWO, EVAL)
    assert first == HALVES
    assert isinstance(bad, BadRow)
    assert str(bad.error) == "t.csv:2: column 2: 'x' is not a number"


def test_a_bad_row_that_is_skipped_stands_between_its_neighbours():
    items = answer_block(Block(b"0,0\n0,x\n0,0\n", 1), TWO, EVAL._replace(on_error="skip"))
    assert [type(item) for item in items] == [Text, BadRow, Text]


def test_an_option_that_fits_no_row_is_a_value_too():
    (item,) = answer_block(Block(b"0,0\n", 1), TWO, Settings("grad", target="bird"))
    assert isinstance(item, BadRow)
    assert isinstance(item.error, UnknownClass)


def test_a_note_comes_before_the_answer_it_is_about():
    items = answer_block(Block(b"-inf,0\n", 1), TWO, Settings("grad", target="1"))
    assert items[0] == Note("t.csv:1: the target is a masked class: the loss is infinite")


@given(
    st.sampled_from(["eval", "jacobian", "grad"]),
    st.sampled_from(["delimited", "json", "jsonl"]),
    st.lists(st.sampled_from([b"1,2", b"0,x", b"-inf,0", b"", b"-inf,-inf"]), max_size=4),
)
def test_arguments_and_result_survive_pickling(command, form, lines):
    arguments = (Block(b"\n".join([*lines, b""]), 3), TWO, Settings(command, format=form))
    again = pickle.loads(pickle.dumps(arguments))
    items = answer_block(*arguments)
    shown = [str(item) for item in items]
    assert [str(item) for item in answer_block(*again)] == shown
    assert [str(item) for item in pickle.loads(pickle.dumps(items))] == shown


def test_an_error_keeps_its_place_and_its_words_through_a_pickle():
    (bad,) = answer_block(Block(b"0,x\n", 7), TWO, EVAL)
    error = pickle.loads(pickle.dumps(bad.error))
    assert isinstance(error, NotANumber)
    assert str(error) == "t.csv:7: column 2: 'x' is not a number"


def test_the_last_vector_may_be_the_one_that_has_no_answer():
    block = Block(b"0,0\n0,-1e300\n", 1)
    first, bad = answer_block(block, TWO, Settings("eval", digits=3, on_error="skip"))
    assert first == HALVES
    assert str(bad.error).startswith("t.csv:2: a result is too small")
