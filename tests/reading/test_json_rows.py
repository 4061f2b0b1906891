import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.bad_numbers import EmptyVector
from softmax_cli.errors import BrokenJson, UsageError
from softmax_cli.reading import json_rows
from softmax_cli.reading.delimited import text_of
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings

numbers = st.one_of(
    st.integers(-99, 99), st.floats(allow_nan=False, allow_infinity=False), st.none()
)
arrays = st.lists(numbers, min_size=1, max_size=4)
keys = st.text(max_size=4).filter(lambda text: text.isprintable() or "\n" in text)
objects = st.dictionaries(keys, numbers, min_size=2, max_size=4)
scalars = st.one_of(st.text(max_size=5), st.booleans(), st.none(), st.integers(), st.floats(-9, 9))
anything = st.recursive(
    scalars, lambda s: st.lists(s, max_size=3) | st.dictionaries(keys, s, max_size=3)
)

JSON = Layout("x", json=True)
EVAL = Settings("eval")


def lay_out(row, **options):
    record = row if isinstance(row, bytes) else json.dumps(row).encode()
    return json_rows.lay_out(record, 1, JSON, Settings("eval", **options))


def cells(row, layout=JSON):
    record = row if isinstance(row, bytes) else json.dumps(row).encode()
    return [text_of(cell) for cell in json_rows.cells(record, layout)]


@given(arrays)
def test_the_cells_of_an_array_are_its_items_as_typed(row):
    assert cells(row) == ["" if item is None else json.dumps(item) for item in row]


@given(objects, st.randoms(use_true_random=False))
def test_the_cells_of_an_object_stand_in_the_order_of_the_first(row, shuffler: random.Random):
    layout, has_header = lay_out(row)
    assert (layout.header, has_header) == (tuple(row), False)
    members = list(row.items())
    shuffler.shuffle(members)
    assert cells(dict(members), layout) == cells(row, layout)


def test_members_are_compared_letter_for_letter():
    layout, _ = lay_out({" the": 1, "the": 2, "the ": 3})
    assert layout.classes == (" the", "the", "the ")
    chosen, _ = lay_out({" the": 1, "the": 2, "x": 3}, columns='" the",the')
    assert chosen.logits == (0, 1)
    alone, _ = lay_out({" the": 1, "the": 2, "x": 3}, keep=" the")
    assert alone.logits == (1, 2)
    labelled, _ = lay_out({" the": 1, "the": 2}, labels='" a",a')
    assert labelled.classes == (" a", "a")


def test_numbers_stay_as_typed():
    digits = "0.1000000000000000055511151231257827"
    layout, _ = lay_out({"a": 1, "b": 2})
    assert cells(f'{{"a": {digits}, "b": 1e400}}'.encode(), layout) == [digits, "1e400"]
    assert cells(f"[{digits}, 1/3, ln(2)]".encode()) == [digits, "1/3", "ln(2)"]
    assert cells(b'["1/3", 1e400, -Infinity]') == ["1/3", "1e400", "-Infinity"]


def test_what_numpy_and_python_print_is_read():
    assert cells(b"[ 1.  -2.5\n 3.e+00]") == ["1.", "-2.5", "3.e+00"]
    assert cells(b"[1., 2.]") == ["1.", "2."]
    layout, _ = lay_out(b"{'cat': 2.0, 'dog': 1}")
    assert layout.classes == ("cat", "dog")


def test_a_vector_is_not_empty():
    for record in (b"[]", b"{}"):
        with pytest.raises(EmptyVector):
            lay_out(record)
    for row in ({"l": []}, {"id": 1, "l": []}):
        with pytest.raises(EmptyVector):
            lay_out(row, columns="l")
    for ragged in (False, True):
        layout, _ = lay_out({"l": [1, 2]}, columns="l", ragged=ragged)
        with pytest.raises(EmptyVector):
            cells({"l": []}, layout)


def test_objects_have_the_members_of_the_first_each_once():
    layout, _ = lay_out({"a": 1, "b": 2})
    with pytest.raises(BrokenJson, match="names the member 'a' twice"):
        cells(b'{"a":1,"a":2}', layout)
    with pytest.raises(BrokenJson, match="'c' is not in the first object; --ragged"):
        cells({"a": 1, "b": 2, "c": 3}, layout)
    with pytest.raises(BrokenJson, match="'b' of the first object is missing; --ragged"):
        cells({"a": 1}, layout)
    with pytest.raises(BrokenJson, match="is an object, and the first row is an array"):
        cells({"a": 1}, lay_out([1, 2])[0])


def test_many_members_take_time_in_proportion_to_their_number():
    row = {f"m{index}": 1 for index in range(50_000)}
    layout, _ = lay_out(row)
    assert len(cells(row, layout)) == 50_000
    with pytest.raises(BrokenJson, match="'new' is not"):
        cells(row | {"new": 1}, layout)
    twice = json.dumps(row).encode()[:-1] + b', "m49999": 2}'
    with pytest.raises(BrokenJson, match="'m49999' twice"):
        cells(twice, layout)


@pytest.mark.parametrize(
    ("row", "is_header"),
    [
        (["a", "b"], True),
        (["a", "1"], True),
        (["1", "2"], False),
        ([True, 1], False),
        (["a", 1], False),
        (["a", None], False),
        ([1, 2], False),
    ],
)
def test_a_first_array_is_a_header_only_if_all_its_cells_are_strings(row, is_header):
    assert lay_out(row)[1] is is_header


def test_the_vector_is_the_one_member_that_is_an_array_of_numbers():
    layout, _ = lay_out({"id": 7, "tags": ["a"], "logits": [2, 1, 0.1], "z": {"y": [1]}})
    assert layout.member == "logits"
    assert layout.header == ("id", "tags", "1", "2", "3", "z")
    assert (layout.logits, layout.kept, layout.classes) == ((2, 3, 4), (0, 1, 5), None)
    row = {"z": 0, "logits": [3, 4, None], "id": "x", "tags": []}
    assert cells(row, layout) == ["x", "[]", "3", "4", "", "0"]


def test_columns_name_the_member_of_the_vector():
    row = {"input": [2, 1], "softmax": [0.7, 0.3]}
    assert lay_out(row, columns="softmax")[0].member == "softmax"
    with pytest.raises(UsageError, match=r"\('input', 'softmax'\): name one with --columns"):
        lay_out(row)


def test_a_vector_of_one_number_is_a_vector():
    layout, _ = lay_out({"id": 1, "x": [5]})
    assert not layout.in_rows


def test_our_own_output_names_its_classes():
    row = {"classes": ["cat", "dog"], "input": [2, 1], "prediction": "cat"}
    layout, _ = lay_out(row, columns="input")
    assert layout.classes == ("cat", "dog")
    assert [layout.header[column] for column in layout.kept] == ["prediction"]
    assert cells(row, layout) == ["2", "1", "cat"]
    with pytest.raises(BrokenJson, match="other names"):
        cells(row | {"classes": ["cat", "cow"]}, layout)
    numbered, _ = lay_out({"classes": [1, 2], "input": [2, 1]})
    assert (numbered.member, numbered.classes, numbered.kept) == ("input", None, ())


def test_the_vector_has_to_be_an_array_in_every_row():
    layout, _ = lay_out({"id": 7, "logits": [2, 1]})
    with pytest.raises(BrokenJson, match="'logits' is not an array"):
        cells({"id": 7, "logits": 2}, layout)
    with pytest.raises(BrokenJson, match="'new' is not in the first object"):
        cells({"id": 7, "logits": [2, 1], "new": 0}, layout)
    with pytest.raises(BrokenJson, match="the row is an array"):
        cells([1, 2, 3], layout)


def test_ragged_objects_are_vectors_of_their_own():
    layout, _ = lay_out({"a": 1, "b": 2}, ragged=True)
    record = b'{"c": 1, "d": 2, "e": 3}'
    assert cells(record, layout) == ["1", "2", "3"]
    assert json_rows.class_names(record, layout, EVAL) == ("c", "d", "e")
    assert json_rows.class_names(b"[1]", layout, EVAL) is None


def test_ragged_vectors_in_the_member_that_columns_name():
    row = {"id": 7, "x": [2, 1], "y": [0], "classes": ["a", "b"]}
    layout, _ = lay_out(row, ragged=True, columns="x")
    assert (layout.member, layout.classes) == ("x", None)
    record = b'{"id": 8, "x": [3], "y": [0, 1], "classes": ["c"]}'
    assert cells(record, layout) == ["3"]
    assert json_rows.class_names(record, layout, EVAL) == ("c",)
    with pytest.raises(UsageError, match="--columns needs columns"):
        lay_out({"a": 1, "b": 2}, ragged=True, columns="a")


def test_another_length_than_the_first_vector_is_refused_with_the_option_for_it():
    layout, _ = lay_out({"id": 7, "x": [2, 1]})
    with pytest.raises(BrokenJson, match="has 3 entries, and the first has 2; --ragged lets"):
        cells({"id": 7, "x": [2, 1, 0]}, layout)


@given(st.dictionaries(keys.filter(lambda key: key != "x"), anything, max_size=3))
def test_kept_values_pass_through_with_their_type(others):
    row = others | {"x": [1, 2]}
    layout, _ = lay_out(row, columns="x")
    kept = json_rows.kept(json.dumps(row, indent=1).encode(), layout)
    assert [json.loads(text) for text in kept] == [
        value for name, value in others.items() if name in layout.header
    ]
    assert all(b"\n" not in text for text in kept)


def test_kept_numbers_keep_every_digit():
    layout, _ = lay_out({"id": 1, "x": [1, 2]})
    for text in (b"123456789012345678901234567890", b"1.50", b"0.1000000000000000000001"):
        assert json_rows.kept(b'{"id": %s, "x": [1, 2]}' % text, layout) == (text,)


def test_the_target_may_stand_before_the_vector_and_behind_it():
    for row, place in (({"y": 1, "logits": [1, 2]}, 0), ({"logits": [1, 2], "y": 1}, 2)):
        layout, _ = lay_out(row, columns="logits", target_column="y")
        assert layout.target == place
    with pytest.raises(UsageError, match="'z' is not a column"):
        lay_out({"logits": [1, 2], "y": 1}, columns="logits", target_column="z")


def test_classes_that_are_not_as_many_as_the_logits_are_kept():
    layout, _ = lay_out({"classes": ["a", "b", "c"], "logits": [1, 2]}, columns="logits")
    assert (layout.header, layout.classes) == (("classes", "1", "2"), None)


def test_a_kept_zero_has_no_sign():
    layout, _ = lay_out(b'{"k":[-0],"logits":[1,2]}', columns="logits")
    assert json_rows.values(b'{"k":[-0],"logits":[1,2]}', layout, (0,)) == (b"[0]",)


def test_members_that_options_name_otherwise_do_not_hold_the_vector():
    row = {"id": 7, "x": [2, 1], "y": [0, 1, 2]}
    assert lay_out(row, keep="y")[0].member == lay_out(row, keep="id,y")[0].member == "x"
    assert lay_out(row, target_column="x")[0].member == "y"
    with pytest.raises(UsageError, match="--keep: 'nope' is not a column"):
        lay_out(row, columns="x", keep="nope")
    with pytest.raises(UsageError, match="column 'x' is a logit by --columns and kept otherwise"):
        lay_out(row, columns="x", keep="x")
    with pytest.raises(UsageError, match="'classes' names the classes, not the target"):
        lay_out({"classes": ["a", "b"], "x": [2, 1]}, target_column="classes")


def test_a_target_whose_name_is_a_number_is_no_entry_of_the_vector():
    for row, place in (({"1": "b", "x": [1, 2]}, 0), ({"x": [1, 2], "1": "b"}, 2)):
        assert lay_out(row, columns="x", target_column="1")[0].target == place


def test_labels_win_over_the_names_that_rows_give():
    rows = [{"classes": [name, "dog"], "input": [2, 1]} for name in ("cat", "cow")]
    layout, _ = lay_out(rows[0], labels="p,q")
    assert layout.classes == ("p", "q")
    assert [cells(row, layout) for row in rows] == [["2", "1"]] * 2


@pytest.mark.parametrize(
    ("numbers", "zero_based", "classes"),
    [
        ([1, 2], None, None),
        ([0, 1], True, None),
        ([0, 1], None, ("0", "1")),
        ([0, 1], False, ("0", "1")),
        ([1, 2], True, ("1", "2")),
    ],
)
def test_numbers_of_classes_are_names_unless_they_count_as_asked(numbers, zero_based, classes):
    row = {"classes": numbers, "input": [2, 1]}
    layout, _ = lay_out(row, zero_based=zero_based)
    assert (layout.classes, layout.kept) == (classes, ())
    with pytest.raises(BrokenJson, match="other names"):
        cells({"classes": [1 - numbers[0], 2 - numbers[0]], "input": [2, 1]}, layout)
    ragged, _ = lay_out(row, ragged=True)
    settings = Settings("eval", zero_based=zero_based)
    assert json_rows.class_names(json.dumps(row).encode(), ragged, settings) == classes
