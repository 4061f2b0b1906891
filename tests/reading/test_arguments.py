import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from softmax_cli.bad_numbers import LooseWord, MissingNumber, NamesAFile, NoSuchFile, NotANumber
from softmax_cli.errors import (
    NotText,
    Place,
    RepeatedName,
    SoftmaxError,
    UnbalancedBracket,
    UnequalNames,
)
from softmax_cli.reading.arguments import Vector, batches, items, read, vectors
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
    st.sampled_from(["[{}]", "({})", "{{{}}}", "[ {} ]", "[[{}]]", "{};", "{}\n", ";{}"]),
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


@given(
    st.lists(rows, min_size=1, max_size=4),
    st.sampled_from([";", "; ", "\n", " ;\n", ";;", "],[", "] [", "]\n [", "), (", "]; ["]),
)
def test_a_semicolon_a_newline_and_a_closing_bracket_end_a_vector(several, end):
    text = end.join(",".join(row) for row in several)
    before = {"]": "[", ")": "("}.get(end[0], "")
    after = {"[": "]", "(": ")"}.get(end[-1], "")
    assert texts(before + text + after) == several


@given(st.lists(rows.filter(lambda row: len(row) > 1), min_size=1, max_size=4))
def test_arguments_that_each_hold_several_numbers_are_several_vectors(several):
    assert texts(*(" ".join(row) for row in several)) == several
    assert texts(*(",".join(row) for row in several)) == several


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("2 1", "3"), [["2", "1", "3"]]),
        (("1,2,", "3,4"), [["1", "2", "3", "4"]]),
        (("1,2", ",3,4"), [["1", "2", "3", "4"]]),
        (("1 2", ",", "3 4"), [["1", "2", "3", "4"]]),
        (("[1,2", "3,4]"), [["1", "2", "3", "4"]]),
        (("1 2", ";", "3 4"), [["1", "2"], ["3", "4"]]),
        (("1 2", "", "3 4"), [["1", "2"], ["3", "4"]]),
    ],
)
def test_arguments_go_on_where_a_single_number_a_comma_or_an_open_bracket_says_so(arguments, found):
    assert texts(*arguments) == found


def test_within_brackets_a_newline_where_python_breaks_long_rows_ends_no_vector():
    assert texts("[1. 2.\n 3. 4.]") == [["1.", "2.", "3.", "4."]]
    assert texts("[1,\n2]") == [["1", "2"]]
    assert texts("{\n  1,\r\n  2\n}") == [["1", "2"]]


def test_other_newlines_end_a_vector_within_brackets_too():
    assert texts("[1 2\n3 4]") == [["1", "2"], ["3", "4"]]
    assert texts("[1 2;\n 3 4]") == [["1", "2"], ["3", "4"]]
    assert texts("1 2\n  3 4") == [["1", "2"], ["3", "4"]]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("[1,2", "3"), "argument 1: the bracket '[' is never closed"),
        (("ln(2", "3"), "argument 1: the bracket '(' is never closed"),
        (("1", "2]"), "argument 2: the bracket ']' was never opened"),
        (("[1,2)",), "argument 1: the bracket ')' does not close '['"),
        (("{1,2]",), "argument 1: the bracket ']' does not close '{'"),
    ],
)
def test_a_bracket_without_its_partner_is_refused(arguments, sentence):
    with pytest.raises(UnbalancedBracket) as caught:
        vectors(arguments)
    assert str(caught.value) == sentence


def test_an_array_of_arrays_is_a_vector_a_row():
    assert texts("[[2,1,0.1],[0,0,5]]") == [["2", "1", "0.1"], ["0", "0", "5"]]
    assert texts("[[2 1 0.1]\n [0 0 5]]") == [["2", "1", "0.1"], ["0", "0", "5"]]


@pytest.mark.parametrize("text", [",1", "1,,2", "1, ,2", "[,1]", "1;,2", "1\n,2", ",", "1,2;,"])
def test_a_comma_has_a_number_before_it(text):
    with pytest.raises(MissingNumber, match="argument 1: a number is missing before the comma"):
        vectors([text])


@pytest.mark.parametrize("text", ["1,", "1,2,", "1,;2", "1,\n2", "[1,2],", "[1, []]", "[1,;2]"])
def test_a_comma_has_a_number_after_it(text):
    with pytest.raises(MissingNumber, match="argument 1: a number is missing after the comma"):
        vectors([text])


@pytest.mark.parametrize(
    "text", ["[1,2,]", "(1,2,)", "[\n  1,\n  2,\n]", "[1,2, ]", "[[1,2,],]", "tensor([1,2,],)"]
)
def test_a_comma_may_end_a_list_as_in_python(text):
    assert texts(text) == [["1", "2"]]


def test_a_comma_may_end_an_argument_or_a_dictionary_as_in_python():
    (vector,) = vectors(["{'a': 1, 'b': 2,}"])
    assert vector.names == ["a", "b"]
    assert texts("[[1,2],[3,4],]") == [["1", "2"], ["3", "4"]]


def test_a_comma_may_stand_in_the_next_argument():
    assert texts("1", ",2", ",", "3") == [["1", "2", "3"]]
    with pytest.raises(MissingNumber, match="argument 2: a number is missing before the comma"):
        vectors(["1,", ",2"])


@given(
    st.lists(
        st.tuples(st.sampled_from(["cat", "a=b", "été", "-x", "1", "kiln"]), numbers),
        min_size=1,
        unique_by=lambda pair: pair[0],
    )
)
def test_a_name_and_an_equals_sign_name_a_class(classes):
    (vector,) = vectors([f"{name}={number}" for name, number in classes])
    assert vector.names == [name for name, _ in classes]
    assert [entry.text for entry in vector.entries] == [number for _, number in classes]


@pytest.mark.parametrize("arguments", [("cat=2", "cat=1"), ("cat=2 cat=1",), ("{cat: 2, cat: 1}",)])
def test_a_class_is_named_once(arguments):
    with pytest.raises(RepeatedName, match="the class 'cat' is named twice"):
        vectors(arguments)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('{"cat": 2, "dog": 1}', ["cat", "dog"]),
        ("{'cat': 2.0, 'dog': 1.0}", ["cat", "dog"]),
        ('{"cat":2,"dog":1}', ["cat", "dog"]),
        ("{cat: 2, dog: 1}", ["cat", "dog"]),
        ("{0: 2.0, 1: 1.0}", ["0", "1"]),
        ('{\n  "a b, c": 2,\n  " ]:x": 1\n}', ["a b, c", " ]:x"]),
        (r"""{"\u00e9t\u00e9": 2, 'it\'s': 1}""", ["été", "it's"]),
        (r'{"broken \u12": 2, "b": 1}', [r"broken \u12", "b"]),
        ("{'': 2, 'b': 1}", ["", "b"]),
        ("{'a=b': np.float64(2.0), 'tensor(1)': tensor(1.)}", ["a=b", "tensor(1)"]),
    ],
)
def test_an_object_or_a_dict_names_its_classes(text, names):
    (vector,) = vectors([text])
    assert vector.names == names
    assert [float(entry.text) for entry in vector.entries] == [2, 1]


def test_a_list_of_objects_is_a_vector_each():
    first, second = vectors(['[{"a": 1, "b": 2}, {"a": 3, "b": 4}]'])
    assert first.names == second.names == ["a", "b"]
    assert [entry.text for entry in second.entries] == ["3", "4"]


@pytest.mark.parametrize("text", ["{'a': }", "{'a': [1, 2]}", "{'a':, 'b': 1}", "{'a':"])
def test_a_name_in_braces_has_a_number_after_it(text):
    with pytest.raises(MissingNumber, match="argument 1: a number is missing after ''a':"):
        vectors([text])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["x="], "argument 1: a number is missing right after 'x='"),
        (["x= 1"], "argument 1: a number is missing right after 'x='"),
        (["a=1 b=2; a=1"], "argument 1: a number is missing for 'b': every vector must name"),
    ],
)
def test_a_name_has_a_number_after_it(arguments, reason):
    with pytest.raises(MissingNumber) as caught:
        vectors(arguments)
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize(
    ("arguments", "word", "meant"),
    [
        (["New York=2", "LA=1"], "New", '{"New York": 2, …}'),
        (["New", "York=2"], "New", '{"New York": 2, …}'),
        (["Rio de Janeiro=1/3"], "Rio", '{"Rio de Janeiro": 1/3, …}'),
        (["LA=1", "New York=2"], "New", '{"New …": …, …}'),
    ],
)
def test_a_name_with_blanks_is_told_how_it_is_written(arguments, word, meant):
    with pytest.raises(LooseWord) as caught:
        vectors(arguments)
    expected = f"'{word}' is not a number; a name with blanks stands in braces: '{meant}'"
    assert str(caught.value).endswith(expected)


def test_a_word_that_is_not_a_number_is_told_before_names_that_differ():
    with pytest.raises(NotANumber, match="argument 1: 'a' is not a number"):
        vectors(["a;b=2", "c=1"])
    with pytest.raises(NotANumber, match="argument 2: '2x' is not a number"):
        vectors(["a=1", "2x"])


def test_a_colon_outside_of_braces_is_part_of_a_word():
    assert texts("a:1 2") == [["a:1", "2"]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a=1 2", "'2' does not fit: name every class of the vector or none"),
        ("1 a=2", "'a=2' does not fit: name every class of the vector or none"),
        ("1 2 b=1", "'b=1' does not fit: name every class of the vector or none"),
        ("=1", "'=1' does not fit: a class's name stands right before its ="),
        ("x =1", "'=1' does not fit: a class's name stands right before its ="),
        ("a=1 b=2; b=1 a=2", "'b' does not fit: every vector must name the same classes"),
        ("a=1 b=2; a=1 c=2", "'c' does not fit: every vector must name the same classes"),
        ("a=1; a=1 b=2", "'b' does not fit: every vector must name the same classes"),
        ("a=1; 2", "'2' does not fit: every vector must name the same classes"),
        ("2; a=1", "'a' does not fit: every vector must name the same classes"),
    ],
)
def test_classes_are_named_everywhere_alike(text, reason):
    with pytest.raises(UnequalNames, match=reason):
        vectors([text])


@pytest.mark.parametrize(
    "word", ["ln(ln(ln(100)))", "-ln(1/3)/2", "1/ln(2)/ln( ln(9) )", "a=ln(2)"]
)
def test_the_brackets_of_a_logarithm_are_its_own(word):
    number = word.removeprefix("a=")
    assert texts(word) == [[number]]
    assert texts(f"[{word}, {number.join(['b=', '']) if number != word else word}]") == [
        [number] * 2
    ]


@given(st.text("12,; \n[](){}=ln/.-x", max_size=20))
@example("ln(" * 10_000 + ")" * 5_000)
@example("ln((1)" * 10_000)
@example("ln(" + "(1)" * 20_000)
@example("ln(" + "1" * 100_000)
@example("{" + "'\\," * 40_000)
@example("tensor(" * 20_000)
@example("tensor(" + "a." * 50_000)
@example("tensor(" + ",dtype=(" * 20_000)
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[1, 0, -1]", ["1", "0", "-1"]),
        ("1 0 -1", ["1", "0", "-1"]),
        ("1/ln( 3 ), ln(2)", ["1/ln( 3 )", "ln(2)"]),
        ("tensor([1., 0.])", ["1.", "0."]),
        ("", []),
    ],
)
def test_the_value_of_an_option_lists_numbers_as_arguments_do(text, found):
    assert items(text, Place("--upstream")) == found


@pytest.mark.parametrize("text", ["1;2", "[[1],[2]]", "a=1"])
def test_the_value_of_an_option_is_one_vector_without_names(text):
    with pytest.raises(NotANumber) as caught:
        items(text, Place("--upstream"))
    assert str(caught.value) == f"--upstream: '{text}' is not a number"


@pytest.mark.parametrize(
    "name", ["x.csv", "my file.csv", "a=b.csv", "a,,b", "[x", "=", "x", "a=1 2", "inf"]
)
def test_an_argument_that_names_a_file_is_told_how_to_read_it(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("1,2\n")
    with pytest.raises(NamesAFile) as caught:
        read(["1", name], EVAL)
    assert str(caught.value).startswith(f"argument 2: '{name}' is not a number; to read the file")
    assert "--csv" in str(caught.value)


def test_an_argument_that_is_a_number_is_one_even_where_a_file_has_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "2").write_text("")
    (batch,) = read(["2", "1"], EVAL)
    assert batch.values.tolist() == [[2, 1]]


@pytest.mark.parametrize("name", ["nofile.csv", "./x", "/no/such", "~/x.txt", "a b.json"])
def test_an_argument_that_looks_like_a_file_is_told_that_there_is_none(name):
    with pytest.raises(NoSuchFile) as caught:
        read([name], EVAL)
    expected = f"argument 1: '{name}' is not a number, and there is no such file"
    assert str(caught.value) == expected


@pytest.mark.parametrize("text", ["abc", "1_000", "1.5.2", "1/x", "0x1", "."])
def test_other_words_are_not_taken_for_files(text):
    with pytest.raises(NotANumber) as caught:
        read([text], EVAL)
    assert "file" not in str(caught.value)


class Name(str):
    """A name that counts how often it is compared."""

    compared = 0
    __hash__ = str.__hash__

    def __eq__(self, other):
        Name.compared += 1
        return str.__eq__(self, other)


def test_a_name_is_not_compared_with_every_other():
    vector = Vector()
    assert all(vector.add_name(Name(f"c{number}")) for number in range(1000))
    assert not vector.add_name(Name("c500"))
    assert Name.compared < 100
