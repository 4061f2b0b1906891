import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from softmax_cli.errors import MissingNumber, NotText, SoftmaxError, UnequalNames
from softmax_cli.reading.arguments import batches, vectors
from softmax_cli.settings import Settings

EVAL = Settings("eval")

numbers = st.sampled_from(
    ["2", "-1", "-.5", "1e-3", "-inf", "-1/3", "ln(2)", "1/ln( 3 )", "−1", "x"]
)
separators = st.sampled_from([" ", ",", ", ", " ,", " , ", "  ", "\t", "\r", ",\t"])
rows = st.lists(numbers, min_size=1, max_size=5)


def texts(*arguments):
    """The numbers of each vector, as typed."""
    return [[entry.text for entry in vector.entries] for vector in vectors(arguments)]


# ── one vector ───────────────────────────────────────────────────────────────────────────


@given(rows, st.data())
def test_blanks_and_commas_separate_numbers(row, data):
    text = row[0] + "".join(data.draw(separators) + number for number in row[1:])
    assert texts(text) == [row]


@given(rows, st.data())
def test_the_arguments_together_are_one_text(row, data):
    text = row[0] + "".join(data.draw(separators) + number for number in row[1:])
    pieces = [text]
    if "( " not in text:
        pieces = text.replace(",", " , ").split()
    assert texts(*pieces) == [row]


@given(
    rows,
    st.sampled_from(["[{}]", "({})", "{{{}}}", "[ {} ]", "[[{}]]", "{};", "{}\n", ";{}", "[{}"]),
)
def test_brackets_around_a_vector_change_nothing(row, around):
    assert texts(around.format(",".join(row))) == [row]


def test_an_entry_knows_its_argument():
    (vector,) = vectors(["1,2", "3"])
    assert [str(entry.place) for entry in vector.entries] == [
        "argument 1",
        "argument 1",
        "argument 2",
    ]


@pytest.mark.parametrize("arguments", [(), ("",), ("[]",), (" ", "\n"), (";",), ("[[] []]",)])
def test_no_number_is_no_vector(arguments):
    assert texts(*arguments) == []


# ── several vectors ──────────────────────────────────────────────────────────────────────


@given(
    st.lists(rows, min_size=1, max_size=4),
    st.sampled_from([";", "; ", "\n", " ;\n", "],[", "] [", "]\n [", "), (", ";;"]),
)
def test_a_semicolon_a_newline_and_a_closing_bracket_end_a_vector(several, end):
    assert texts(end.join(",".join(row) for row in several)) == several


def test_an_array_of_arrays_is_a_vector_a_row():
    assert texts("[[2,1,0.1],[0,0,5]]") == [["2", "1", "0.1"], ["0", "0", "5"]]
    assert texts("[[2 1 0.1]\n [0 0 5]]") == [["2", "1", "0.1"], ["0", "0", "5"]]


# ── commas ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", [",1", "1,,2", "1, ,2", "[,1]", "1;,2", "1\n,2", ",", "1,2;,"])
def test_a_comma_has_a_number_before_it(text):
    with pytest.raises(MissingNumber, match="argument 1: a number is missing before the comma"):
        vectors([text])


@pytest.mark.parametrize("text", ["1,", "1,2,", "[1,2,]", "1,;2", "1,\n2", "[1,2],"])
def test_a_comma_has_a_number_after_it(text):
    with pytest.raises(MissingNumber, match="argument 1: a number is missing after the comma"):
        vectors([text])


def test_a_comma_may_stand_in_the_next_argument():
    assert texts("1", ",2", ",", "3") == [["1", "2", "3"]]
    with pytest.raises(MissingNumber, match="argument 2: a number is missing before the comma"):
        vectors(["1,", ",2"])


# ── names ────────────────────────────────────────────────────────────────────────────────


@given(
    st.lists(
        st.tuples(st.sampled_from(["cat", "a=b", "été", "-x", "1", "kiln"]), numbers), min_size=1
    )
)
def test_a_name_and_an_equals_sign_name_a_class(classes):
    (vector,) = vectors([f"{name}={number}" for name, number in classes])
    assert vector.names == [name for name, _ in classes]
    assert [entry.text for entry in vector.entries] == [number for _, number in classes]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a=1 2", "'2' does not fit: name every class of the vector or none"),
        ("1 a=2", "'a=2' does not fit: name every class of the vector or none"),
        ("=1", "'=1' does not fit: a class's name stands before its ="),
        ("a=1 b=2; b=1 a=2", "'1' does not fit: every vector must name the same classes"),
        ("a=1; 2", "'2' does not fit: every vector must name the same classes"),
    ],
)
def test_classes_are_named_everywhere_alike(text, reason):
    with pytest.raises(UnequalNames, match=reason):
        vectors([text])


# ── words ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "word", ["ln(ln(ln(100)))", "-ln(1/3)/2", "1/ln(2)/ln( ln(9) )", "a=ln(2)"]
)
def test_the_brackets_of_a_logarithm_are_its_own(word):
    assert texts(word) == [[word.removeprefix("a=")]]
    assert texts(f"[{word}, {word}]") == [[word.removeprefix("a=")] * 2]


def test_a_logarithm_that_never_closes_is_not_swallowed():
    assert texts("ln(2 3") == [["ln", "2", "3"]]


@given(st.text("12,; \n[](){}=ln/.-x", max_size=20))
@example("ln(" * 10_000 + ")" * 5_000)
@example("ln((1)" * 10_000)
@example("ln(" + "(1)" * 20_000)
@example("ln(" + "1" * 100_000)
def test_no_number_is_lost_or_made_up(text):
    try:
        found = vectors([text])
    except SoftmaxError:
        return
    left = "".join(
        (f"{name}={entry.text}")
        for vector in found
        for name, entry in zip(
            vector.names or [""] * len(vector.entries), vector.entries, strict=True
        )
    )
    separators = ",; \n[](){}="
    assert "".join(c for c in left if c not in separators) == "".join(
        c for c in text if c not in separators
    )


def test_an_argument_that_is_not_text_is_refused():
    with pytest.raises(NotText, match=r"argument 2: '\\udcff=1' is not UTF-8"):
        vectors(["a=1", "\udcff=1"])


# ── their values ─────────────────────────────────────────────────────────────────────────


def test_the_vectors_of_a_command_line_are_batches_of_their_own():
    first, second = batches(vectors(["a=1 b=-inf; a=1/2 b=3"]), EVAL)
    assert (first.values.tolist(), first.classes) == ([[1, -math.inf]], ("a", "b"))
    assert second.values.tolist() == [[0.5, 3]]


def test_labels_name_the_classes_instead():
    (batch,) = batches(vectors(["a=1 b=2"]), Settings("eval", labels="cat,dog"))
    assert batch.classes == ("cat", "dog")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1 x", "argument 1: 'x' is not a number"),
        ("inf 1", "argument 1: 'inf' has no softmax"),
        ("-inf -inf", "argument 1: every entry is -inf"),
    ],
)
def test_a_bad_argument_is_refused_with_its_place(text, sentence):
    with pytest.raises(SoftmaxError) as caught:
        list(batches(vectors([text]), EVAL))
    assert str(caught.value).startswith(sentence)
