import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import (
    MissingTarget,
    UnclearTarget,
    UnknownClass,
    UnknownTarget,
    UsageError,
)
from softmax_cli.reading.classes import chosen_class, class_index, labels_for
from softmax_cli.settings import Settings

GRAD = Settings("grad")
ONE, ZERO = Settings("grad", zero_based=False), Settings("grad", zero_based=True)
ANIMALS = ("cat", "dog", "2")


@given(st.integers(1, 50), st.data())
def test_numbers_count_from_1_or_from_0(count, data):
    index = data.draw(st.integers(0, count - 1))
    assert class_index(str(index + 1), count, None, ONE) == index
    assert class_index(str(index), count, None, ZERO) == index
    assert chosen_class("--output", str(index + 1), count, None, GRAD) == index
    assert chosen_class("--output", str(index), count, None, ZERO) == index


def test_a_name_comes_before_a_number():
    assert class_index("2", 3, ANIMALS, GRAD) == 2
    assert chosen_class("--target", "2", 3, ANIMALS, GRAD) == 2
    assert chosen_class("--target", "1", 3, ANIMALS, GRAD) == 0


@pytest.mark.parametrize("text", ["0", "4", "-1", "9" * 18, "9" * 5000])
def test_a_number_of_no_class_is_refused_with_those_there_are(text):
    with pytest.raises(UnknownTarget, match="is not a class: they are numbered 1 to 3"):
        class_index(text, 3, None, ONE)
    with pytest.raises(UnknownClass, match=r"--output: .* they are numbered 1 to 3"):
        chosen_class("--output", text, 3, None, GRAD)


@pytest.mark.parametrize("text", ["bird", "+-1", "--1", "1.0", "1 ", "²", "１", "", "-"])
def test_what_is_neither_name_nor_number_is_no_class(text):
    with pytest.raises((UnknownTarget, MissingTarget)):
        class_index(text, 3, ANIMALS, ONE)
    with pytest.raises(UnknownClass):
        chosen_class("--target", text, 3, ANIMALS, GRAD)


@pytest.mark.parametrize("text", ["0", "1", "+3", "9" * 5000])
def test_a_numbered_target_asks_where_numbers_start(text):
    with pytest.raises(UnclearTarget, match="say --zero-based or --one-based") as caught:
        class_index(text, 3, ("a", "b", "c"), GRAD)
    assert caught.value.status == 2


def test_an_empty_target_is_missing():
    with pytest.raises(MissingTarget):
        class_index("", 3, None, ONE)


def test_labels_name_every_class():
    settings = Settings("eval", labels='cat, "dog, big",bird')
    assert labels_for(3, settings) == ("cat", "dog, big", "bird")
    assert labels_for(3, GRAD) is None
    with pytest.raises(UsageError, match="--labels: 3 names for 2 classes"):
        labels_for(2, settings)
