import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import BrokenJson
from softmax_cli.reading.delimited import text_of
from softmax_cli.reading.files import json_blocks
from softmax_cli.reading.json import Cut, cells, names, records
from softmax_cli.values import Block

numbers = st.one_of(
    st.integers(-99, 99), st.floats(allow_nan=False, allow_infinity=False), st.none()
)
arrays = st.lists(numbers, min_size=1, max_size=4)
keys = st.text(max_size=4).filter(lambda text: text.isprintable() or "\n" in text)
objects = st.dictionaries(keys, numbers, min_size=1, max_size=4)
rows = st.lists(st.one_of(arrays, objects), min_size=1, max_size=4)


def texts(record, header=None):
    return [text_of(cell) for cell in cells(record, header)]


def all_records(text, chunk):
    chunks = (text[i : i + chunk] for i in range(0, len(text), chunk))
    return [record for block in json_blocks(chunks, "x") for record in records(block)]


# ── rows ─────────────────────────────────────────────────────────────────────────────────


@given(rows, st.sampled_from([None, 0, 2]), st.integers(1, 40))
def test_an_array_of_rows_is_those_rows_however_it_is_cut(table, indent, chunk):
    found = all_records(json.dumps(table, indent=indent).encode(), chunk)
    assert [json.loads(record) for _, record in found] == table


@given(rows, st.sampled_from(["\n", "\r\n", " ", "\n\n", ""]), st.integers(1, 40))
def test_rows_one_after_the_other_are_those_rows(table, between, chunk):
    text = between.join(json.dumps(row) for row in table).encode()
    assert [json.loads(record) for _, record in all_records(text, chunk)] == table


@given(rows, st.integers(3, 30))
def test_a_row_stands_on_the_line_it_starts_on(table, chunk):
    text = json.dumps(table, indent=1).encode()
    for line, record in all_records(text, chunk):
        start = text.split(b"\n")[line - 1].strip()
        assert record.startswith(start)


def test_the_print_of_numpy_is_rows():
    text = b"[[ 1.  -2.5]\n [ 3.   4. ]]\n"
    assert [texts(record) for _, record in all_records(text, 5)] == [["1.", "-2.5"], ["3.", "4."]]


# ── cells ────────────────────────────────────────────────────────────────────────────────


@given(arrays)
def test_the_cells_of_an_array_are_its_items_as_typed(row):
    typed = ["" if item is None else json.dumps(item) for item in row]
    assert texts(json.dumps(row).encode()) == typed


@given(objects, st.randoms(use_true_random=False))
def test_the_cells_of_an_object_stand_in_the_order_of_the_first(row, shuffler: random.Random):
    header = [text_of(name) for name in names(json.dumps(row).encode())]
    assert header == list(row)
    members = list(row.items())
    shuffler.shuffle(members)
    assert texts(json.dumps(dict(members)).encode(), header) == texts(
        json.dumps(row).encode(), header
    )


def test_a_member_that_is_not_there_and_a_null_are_missing_cells():
    assert texts(b'{"b": null}', ["a", "b"]) == ["", ""]
    assert texts(b"[1, null]") == ["1", ""]


def test_numbers_stay_as_typed():
    digits = "0.1000000000000000055511151231257827"
    assert texts(f'{{"a": {digits}}}'.encode(), ["a"]) == [digits]
    assert texts(f"[{digits}, 1/3, ln(2)]".encode()) == [digits, "1/3", "ln(2)"]
    assert texts(b'["1/3", 1e400]') == ["1/3", "1e400"]


def test_an_array_has_no_names():
    assert names(b"[1]") is None


@pytest.mark.parametrize(
    "record", [b'{"a" 1}', b'{"a":1,}', b"{1:2}", b'["a" 1]', b'{"a":1/3}', b'["\t"]']
)
def test_what_is_not_json_is_refused(record):
    with pytest.raises(BrokenJson, match="not JSON"):
        cells(record, ["a"])


def test_a_member_is_named_once_and_in_the_first_object():
    with pytest.raises(BrokenJson, match="names a member twice"):
        cells(b'{"a":1,"a":2}', ["a"])
    with pytest.raises(BrokenJson, match="the member 'b' is not in the first object"):
        cells(b'{"a":1,"b":2}', ["a"])


def test_half_a_surrogate_pair_is_no_text():
    with pytest.raises(BrokenJson, match="surrogate"):
        names(b'{"\\ud800": 1}')
    assert names(b'{"\\ud83d\\ude00": 1}') == ["😀".encode()]


# ── around rows ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [b"[[1,2],[3", b"[[1,2]", b"[", b"[[", b"{", b'{"a":1', b"[1,2", b"[[1,2],", b'["a'],
)
def test_json_that_is_cut_short_is_refused(text):
    with pytest.raises(BrokenJson):
        list(json_blocks(iter([text]), "x"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"[[[1,2]]]", "x:1"),
        (b'{"a":[1,2]}', "x:1"),
        (b"[1,2]\nabc", "x:2"),
        (b"[1,2]]", "x:1"),
        (b"[[1,2]\n,[3,4],\n...\n,[5,6]]", "x:3"),
        (b"[1,2],", "x:1"),
        (b"[[1,2]]\n\n5", "x:3"),
    ],
)
def test_what_is_neither_row_nor_array_of_rows_is_refused_with_its_line(text, place):
    with pytest.raises(BrokenJson, match=f"^{place}: "):
        list(json_blocks(iter([text]), "x"))


def test_brackets_within_strings_are_no_brackets():
    text = b'[{"a]": 1, "{b": 2, "\\"}": 3}]'
    ((line, record),) = all_records(text, 3)
    assert (line, json.loads(record)) == (1, {"a]": 1, "{b": 2, '"}': 3})


@pytest.mark.parametrize("name", ["[]", "{}", "[1]", "],[", '"[1]', "a [x"])
def test_a_string_that_is_cut_is_no_row(name):
    text = json.dumps([{name: 1}, {name: 2}]).encode()
    for chunk in range(1, len(text)):
        assert [json.loads(record)[name] for _, record in all_records(text, chunk)] == [1, 2]


def test_a_cut_stands_behind_the_last_whole_row():
    assert Cut()(b"[[1,2],\n[3,4],\n[5") == len(b"[[1,2],\n[3,4]")
    assert Cut()(b"[[1,2") == 0


@pytest.mark.parametrize(
    "text", [b"[" * 100_000, b"{" * 100_000, b'["' + b"a" * 1_000_000, b"[1," * 30_000]
)
def test_what_never_ends_is_given_up_in_one_pass(text):
    with pytest.raises(BrokenJson):
        list(json_blocks(iter([text + b"]"]), "x"))


def test_records_count_lines_from_that_of_their_block():
    block = Block(b"[1]\n\n[2,\n3] [4]\n[5]\n", 10)
    assert [line for line, _ in records(block)] == [10, 12, 13, 14]
