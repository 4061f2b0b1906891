import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import (
    MissingTarget,
    SharedClassName,
    SharedName,
    UnclearTarget,
    UnknownClass,
    UnknownTarget,
    UsageError,
)
from softmax_cli.reading.classes import (
    chosen_class,
    class_index,
    labels_for,
    listed,
    whole_number,
)
from softmax_cli.settings import Settings

GRAD = Settings("grad")
ONE, ZERO = Settings("grad", zero_based=False), Settings("grad", zero_based=True)
ANIMALS = ("cat", "dog", "bird")
DIGITS = ("1", "2", "3")


@given(st.integers(1, 50), st.data())
def test_numbers_count_from_1_or_from_0(count, data):
    index = data.draw(st.integers(0, count - 1))
    assert class_index(str(index + 1), count, None, ONE) == index
    assert class_index(str(index), count, None, ZERO) == index
    assert chosen_class("--output", str(index + 1), count, None, GRAD) == index
    assert chosen_class("--output", str(index), count, None, ZERO) == index


@given(st.permutations(["0", "1", "2", "7"]), st.data())
def test_where_names_are_whole_numbers_a_number_is_a_name(names, data):
    name = data.draw(st.sampled_from(names))
    for text in (name, name + ".0", name + "."):
        assert class_index(text, 4, names, GRAD) == names.index(name)
        assert chosen_class("--target", text, 4, names, GRAD) == names.index(name)


@pytest.mark.parametrize("text", ["0", "4", "3"])
def test_where_a_name_is_a_whole_number_no_number_is_a_position(text):
    for names in (("1", "2", "9"), ("cat", "dog", "2")):
        with pytest.raises(UnknownTarget, match=r"is not a class: "):
            class_index(text, 3, names, GRAD)
        with pytest.raises(UnknownClass, match=r"--output: .* is not a class: "):
            chosen_class("--output", text, 3, names, GRAD)


@given(st.permutations(["0", "1", "2"]), st.integers(0, 2))
def test_where_numbers_are_said_to_be_positions_no_number_is_a_name(names, index):
    for settings, first in ((ZERO, 0), (ONE, 1)):
        assert class_index(str(index + first), 3, names, settings) == index
        assert class_index(f"{index + first}.0", 3, names, settings) == index
        assert chosen_class("--target", str(index + first), 3, names, settings) == index


def test_a_name_that_is_not_a_number_is_a_name_whatever_numbers_are():
    for settings in (GRAD, ZERO, ONE):
        assert class_index("dog", 3, ANIMALS, settings) == 1
        assert chosen_class("--target", "dog", 3, ANIMALS, settings) == 1


def test_a_mistyped_name_is_told_the_nearest_one():
    for text in ("cta", "Cat", "caat"):
        with pytest.raises(
            UnknownClass, match=r"--target: .* is not a class: did you mean 'cat'\?"
        ):
            chosen_class("--target", text, 3, ANIMALS, GRAD)
        with pytest.raises(UnknownTarget, match=r"is not a class: did you mean 'cat'\?"):
            class_index(text, 3, ANIMALS, GRAD)
    with pytest.raises(UnknownClass, match=r"is not a class: there are 'cat', 'dog', 'bird'$"):
        chosen_class("--target", "zebra", 3, ANIMALS, GRAD)


@pytest.mark.parametrize("text", ["0", "4", "-1", "9" * 18, "9" * 5000])
def test_a_number_of_no_class_is_refused_with_those_there_are(text):
    with pytest.raises(UnknownTarget, match="is not a class: they are numbered 1 to 3"):
        class_index(text, 3, None, ONE)
    with pytest.raises(UnknownClass, match=r"--output: .* they are numbered 1 to 3"):
        chosen_class("--output", text, 3, None, GRAD)


def test_where_there_is_one_class_its_number_is_told():
    with pytest.raises(UnknownClass, match=r"'2' is not a class: the only class is 1$"):
        chosen_class("--target", "2", 1, None, GRAD)


@pytest.mark.parametrize("text", ["fish", "+-1", "--1", "1.5", "1 ", "²", "１", "", "-"])
def test_what_is_neither_name_nor_number_is_no_class(text):
    with pytest.raises((UnknownTarget, MissingTarget)):
        class_index(text, 3, ANIMALS, ONE)
    with pytest.raises(UnknownClass):
        chosen_class("--target", text, 3, ANIMALS, GRAD)


@pytest.mark.parametrize("text", ["0", "1", "+3", "2.0", "9" * 5000])
def test_a_numbered_target_asks_where_numbers_start(text):
    with pytest.raises(UnclearTarget, match="say --zero-based or --one-based") as caught:
        class_index(text, 3, ("a", "b", "c"), GRAD)
    assert caught.value.status == 2


@pytest.mark.parametrize(
    ("text", "shown"), [("", ""), ("NA", ": 'NA'"), ("nan", ": 'nan'"), ("None", ": 'None'")]
)
def test_a_target_without_a_value_is_missing(text, shown):
    for names in (None, ("a", "b", "c")):
        with pytest.raises(MissingTarget) as caught:
            class_index(text, 3, names, ONE)
        assert str(caught.value) == f"the target is missing{shown}"


def test_a_class_may_be_named_as_a_missing_value_is():
    assert class_index("NA", 3, ("a", "NA", "c"), GRAD) == 1


def test_a_target_has_the_decimal_sign_of_the_table():
    commas = ONE._replace(decimal_comma=True)
    for names in (None, ("a", "b", "c")):
        assert class_index("2,0", 3, names, commas) == 1
        assert class_index("2", 3, names, commas) == 1
        for text in ("2.0", "2.000", "2,5"):
            with pytest.raises(UnknownTarget, match=f"'{text}' is not a class"):
                class_index(text, 3, names, commas)
    with pytest.raises(UnknownTarget, match="'2,0' is not a class"):
        class_index("2,0", 3, None, ONE)
    with pytest.raises(UnclearTarget, match="the target '2,0' is a number"):
        class_index("2,0", 3, None, commas._replace(zero_based=None))
    assert class_index("b.c", 2, ("b_c", "b.c"), commas) == 1
    with pytest.raises(UnknownTarget):
        class_index("b.c", 1, ("b_c",), commas)


def test_labels_name_every_class():
    settings = Settings("eval", labels='cat, "dog, big",bird')
    assert labels_for(3, settings) == ("cat", "dog, big", "bird")
    assert labels_for(3, GRAD) is None
    with pytest.raises(UsageError, match="--labels: 3 names for 2 classes"):
        labels_for(2, settings)


def test_an_unknown_class_is_repeated_and_those_there_are_follow():
    known = "they are numbered 1 to 3"
    with pytest.raises(UnknownClass, match=f"--output: '9' is not a class: {known}"):
        chosen_class("--output", "9", 3, None, GRAD)
    with pytest.raises(UnknownTarget, match=f"'9' is not a class: {known}"):
        class_index("9", 3, None, ONE)
    with pytest.raises(UnknownTarget, match="'x' is not a class: they are numbered 0 to 2"):
        class_index("x", 3, None, ZERO)
    with pytest.raises(UnknownClass, match="'9' is not a class: they are numbered 1 to 3"):
        chosen_class("--output", "9", 3, ANIMALS, GRAD)
    with pytest.raises(UnknownClass, match="'9' is not a class: there are '1', '2', '3'"):
        chosen_class("--output", "9", 3, DIGITS, GRAD)
    with pytest.raises(UnclearTarget, match="'2'"):
        class_index("2", 3, None, GRAD)


@given(st.integers(1, 30))
def test_a_long_list_of_names_is_cut_and_says_so(count):
    names = [str(i) for i in range(count)]
    shown = ", ".join(f"'{name}'" for name in names[:12])
    assert listed(names) == (shown if count <= 12 else f"{shown}, …")


def test_a_whole_number_has_up_to_eighteen_characters():
    assert whole_number("9" * 18) == int("9" * 18)
    assert whole_number("9" * 19) is None
    with pytest.raises(UnknownTarget):
        class_index("9" * 19, 3, None, ZERO)


def test_a_name_that_several_classes_have_picks_none_of_them():
    """Names may repeat as long as nothing refers to them: the number still picks a class."""
    names = ("cat", "dog", "cat")
    with pytest.raises(SharedName, match=r"'cat' is the name of several classes: .* --labels$"):
        class_index("cat", 3, names, ONE)
    with pytest.raises(SharedClassName, match=r"^--target: 'cat' .*: give the number of one$"):
        chosen_class("--target", "cat", 3, names, GRAD)
    assert chosen_class("--target", "dog", 3, names, GRAD) == 1
    assert chosen_class("--target", "3", 3, names, GRAD) == 2


def test_a_shared_name_that_is_a_whole_number_needs_numbers_to_be_positions():
    for names in (("1", "2", "1"), ("1.0", "2", "1.")):
        with pytest.raises(SharedClassName, match=r"give the number of one and --one-based$"):
            chosen_class("--output", "1", 3, names, GRAD)
        assert chosen_class("--output", "3", 3, names, ONE) == 2


def test_labels_give_no_two_classes_the_same_name():
    with pytest.raises(UsageError, match=r"^--labels: the class 'a' is named twice"):
        labels_for(3, Settings("eval", labels="a,b,a"))
