import json
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import BrokenJson, TooLong
from softmax_cli.reading import json as reading
from softmax_cli.reading.files import json_blocks
from softmax_cli.reading.json import behind_first, blocks, is_json, records
from softmax_cli.values import Block

numbers = st.one_of(
    st.integers(-99, 99), st.floats(allow_nan=False, allow_infinity=False), st.none()
)
strings = st.text('ab[]{},:"\\\n é', max_size=6)
arrays = st.lists(numbers, min_size=1, max_size=4)
values = st.one_of(
    numbers, strings, st.lists(strings, max_size=2), st.dictionaries(strings, numbers)
)
objects = st.dictionaries(strings, values, min_size=1, max_size=4)
rows = st.lists(st.one_of(arrays, objects), min_size=1, max_size=4)


def pieces(text, size):
    return (text[i : i + size] for i in range(0, len(text), size))


def all_records(text, size):
    return [record for block in json_blocks(pieces(text, size), "x") for record in records(block)]


def gather(text, size, found):
    for block in json_blocks(pieces(text, size), "x"):
        found.extend(records(block))


@given(rows, st.sampled_from([None, 0, 2]), st.integers(1, 40))
def test_an_array_of_rows_is_those_rows_however_it_is_cut(table, indent, size):
    found = all_records(json.dumps(table, indent=indent).encode(), size)
    assert [json.loads(record) for _, record in found] == table
    assert [line.vector for line, _ in found] == list(range(1, len(table) + 1))


@given(rows, st.sampled_from(["\n", "\r\n", " ", "\n\n", ""]), st.integers(1, 40))
def test_rows_one_after_the_other_are_those_rows(table, between, size):
    text = between.join(json.dumps(row) for row in table).encode()
    assert [json.loads(record) for _, record in all_records(text, size)] == table


@given(rows, st.sampled_from([0, 2]), st.integers(1, 40))
def test_objects_and_arrays_with_a_line_for_each_item_are_rows(table, indent, size):
    text = "\n".join(json.dumps(row, indent=indent) for row in table).encode()
    assert [json.loads(record) for _, record in all_records(text, size)] == table


@given(rows, st.integers(3, 30))
def test_a_row_stands_on_the_line_it_starts_on(table, size):
    text = json.dumps(table, indent=1).encode()
    for line, record in all_records(text, size):
        start = text.split(b"\n")[line - 1].strip()
        assert record.startswith(start)


@pytest.mark.parametrize(
    "text",
    [
        b"[[ 1.  -2.5]\n [ 3.   4. ]]\n",
        b"array([[ 1. , -2.5],\n       [ 3. ,  4. ]])\n",
        b"tensor([[1., -2.5],\n        [3., 4.]], device='cuda:0', grad_fn=<AddmmBackward0>)",
        b"np.array([[1.,-2.5],[3.,4.]])",
        b"torch.tensor([[1.,-2.5],\n[3.,4.]], dtype=torch.float64)\n",
    ],
)
def test_what_numpy_and_pytorch_print_is_rows(text):
    assert is_json(text)
    for size in (3, 7, 1000):
        found = [record for _, record in all_records(text, size)]
        numbers = [[float(x) for x in row[1:-1].replace(b",", b" ").split()] for row in found]
        assert numbers == [[1, -2.5], [3, 4]]


@pytest.mark.parametrize(
    ("start", "known"),
    [
        (b"[", True),
        (b"{", True),
        (b"tensor([", True),
        (b"np.array([", True),
        (b"tens", None),
        (b"array(\n", None),
        (b"array,b", False),
        (b"a(1)", False),
        (b"1,2", False),
    ],
)
def test_json_is_known_by_its_start(start, known):
    assert is_json(start) is known


@pytest.mark.parametrize("bad", ["{", "}", '"', '{"a":', "[[[", "]]]", "abc", '{"a":"'])
@given(size=st.integers(1, 60))
def test_a_bad_line_of_json_lines_is_a_row_of_its_own(bad, size):
    text = f'{{"a": 1}}\n{bad}\n{{"a": 2}}\n'.encode()
    found = [(line, record.decode()) for line, record in all_records(text, size)]
    assert found == [(1, '{"a": 1}'), (2, bad), (3, '{"a": 2}')]


@pytest.mark.parametrize(
    "bad", ["{bad", '{"a":', '{"a": 1,', '{"a":"', "[1, 2", "{]", "{bad\n{bad"]
)
@given(size=st.integers(1, 60))
def test_a_bad_first_line_of_json_lines_is_a_row_of_its_own(bad, size):
    for end in ("\n", "", '\r\n\n{"a": [2]}\n{"a": '):
        text = f'{bad}\n{{"a": 1}}{end}'
        found = [record.decode() for _, record in all_records(text.encode(), size)]
        assert found == [line.strip() for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("value", ["[1, 2]", '{"b": 1}'])
@given(size=st.integers(1, 60))
def test_a_line_that_an_object_goes_on_with_is_no_row(value, size):
    for text in (f'{{"a":\n{value}\n}}', f'{{"a":\n{value}\n, "c":\n{value}\n}}\n{{"a": 1}}\n'):
        (_, first), *_ = all_records(text.encode(), size)
        assert json.loads(first)["a"] == json.loads(value)


@pytest.mark.parametrize(
    ("text", "whole", "place"),
    [
        (b"[[1,2],[3", 1, "x:1"),
        (b"[[1,2]", 1, "x:1"),
        (b"[\n", 0, "x:1"),
        (b"[[", 0, "x:1"),
        (b"[[1,2],", 1, "x:1"),
        (b'[{"a":1},\n{"a', 1, "x:2"),
        (b"[1,2]]", 1, "x:1"),
        (b"[1,2] ]", 1, "x:1"),
        (b"[[1,2]\n,[3,4],\n...\n,[5,6]]", 2, "x:3"),
        (b"[1,2],", 1, "x:1"),
        (b"[1,2],,[3]", 1, "x:1"),
        (b"[[1,2]]\n\n5", 1, "x:3"),
        (b"[[1,2], 5]", 1, "x:1"),
        (b"[[1,2]\n, 5, [3]]", 1, "x:2"),
        (b"[[1,2]} x", 1, "x:1"),
    ],
)
def test_a_broken_document_is_an_error_behind_its_whole_rows(text, whole, place):
    for size in (1, 2, 5, 1000):
        found = []
        with pytest.raises(BrokenJson, match=f"^{place}: ") as caught:
            gather(text, size, found)
        assert len(found) == whole
        assert "char" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'[{"a":1},{"a', "ends within a string: is the input cut short"),
        (b"[[1,2],[3", "ends within an array or an object: is the input cut short"),
        (b"[[1,2]]]", "a \\] or } closes nothing"),
        (b"[[1],,[2]]", "a comma with no row before it"),
        (b"[[1],[2]],", "a comma with no row behind it"),
        (b"[[1,2]]\nabc", "'abc' is neither an array of numbers nor an object"),
    ],
)
def test_what_breaks_a_document_is_named(text, reason):
    with pytest.raises(BrokenJson, match=reason):
        list(json_blocks(iter([text]), "x"))


@pytest.mark.parametrize("name", ["[]", "{}", "[1]", "],[", '"[1]', "a [x", "\\", '\\"]', "\\\\"])
def test_brackets_within_strings_do_not_count_wherever_the_text_is_cut(name):
    for table in ([{name: 1}, {name: 2}], [{name: [name]}, {name: {name: name}}]):
        text = json.dumps(table).encode()
        for size in range(1, len(text)):
            assert [json.loads(record) for _, record in all_records(text, size)] == table


def test_a_block_ends_behind_the_last_whole_row():
    (first, *_) = json_blocks(iter([b"[[1,2],\n[3,4],\n[5", b",6]]"]), "x")
    assert first == Block(b"[[1,2],\n[3,4]", 1, 1)
    (first, second) = json_blocks(iter([b"[1]\n[2]\n[3", b"]\n"]), "x")
    assert (first, second) == (Block(b"[1]\n[2]\n", 1), Block(b"[3]\n", 3))


def test_the_rows_before_a_long_text_are_there_before_it_ends():
    def endless():
        yield b"[[1,2],"
        while True:
            yield b"[3,4],"

    blocks = json_blocks(endless(), "x")
    assert next(blocks).text == b"[[1,2]"
    assert next(blocks) == Block(b"[[3,4]", 1, 2)


@pytest.mark.parametrize(
    "text", [b"[" * 100_000, b"]" * 100_000, b'{"a":' * 100_000, b'["' + b"a" * 999]
)
def test_a_row_that_never_ends_is_refused(text):
    for lead in (b"", b"[[1,2],"):
        with pytest.raises(BrokenJson):
            list(json_blocks(pieces(lead + text, 4096), "x"))


def test_a_row_may_be_long_and_is_looked_at_once():
    text = b'[{"a": "' + b"]" * 5_000_000 + b'"}]'
    (block,) = json_blocks(pieces(text, 1 << 16), "x")
    ((_, record),) = records(block)
    assert len(record) == len(text) - 2


def test_a_row_beyond_the_bound_is_refused():
    for text in (b"[[1,2],[" + b"1," * 600, b"[1]\n[" + b"1," * 600, b"[" + b"1," * 600):
        with pytest.raises(TooLong):
            list(blocks(pieces(text, 100), "x", 1, 1000))


def test_records_count_lines_from_that_of_their_block():
    assert [line for line, _ in records(Block(b"[1]\n\n[2]\r\n  [4]\n", 10))] == [10, 12, 13]
    found = [(int(line), line.vector) for line, _ in records(Block(b"[[1],\n\n[2,\n3],[4]", 7, 5))]
    assert found == [(7, 5), (9, 6), (10, 7)]


def test_a_block_without_its_first_row_keeps_its_lines():
    assert behind_first(Block(b"[[1],\n[2], [3]", 4, 1)) == Block(b"[[2], [3]", 5, 2)
    assert behind_first(Block(b"[1] [2]", 4, 1)) == Block(b"[2]", 4, 2)
    assert behind_first(Block(b"[[1]", 4, 1)).text == b""
    assert behind_first(Block(b"\n[1]\n[2]\n", 4)) == Block(b"[2]\n", 6)


def test_a_text_that_ends_in_a_string_behind_its_rows_is_refused_with_it():
    with pytest.raises(BrokenJson, match="neither an array of numbers nor an object"):
        all_records(b'[[1,2],[3,4]] x "a', 100)


def test_a_first_row_that_comes_in_many_pieces_is_looked_through_a_few_times():
    text = b'{"a": [\n' + b"1,\n" * 20_000 + b"1]}\n"
    pieces = (text[start : start + 3] for start in range(0, len(text), 3))
    with patch.object(reading, "_begins_badly", wraps=reading._begins_badly) as look:
        assert b"".join(block.text for block in blocks(pieces, "x", 1, 1 << 20)) == text.rstrip()
    assert look.call_count <= 20
