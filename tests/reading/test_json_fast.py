import json
import math

import numpy as np
import orjson  # noqa: F401  (short blocks are read at once only where it is loaded)
import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_process import run

from softmax_cli.errors import SoftmaxError
from softmax_cli.reading import files, json_fast, json_rows, rows
from softmax_cli.reading.json import records
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Block

texts = st.text('ab"\\[]{},\n é', max_size=4)
numbers = st.one_of(
    st.integers(-(2**70), 2**70),
    st.integers(-3, 3),
    st.floats(allow_nan=False, allow_infinity=False),
)
odd = st.one_of(numbers, st.none(), texts, st.booleans(), st.lists(numbers, max_size=2))
raw_numbers = st.sampled_from(["1e400", "-0", "-0.0", "1E5", "1e-400", "0.10", "9007199254740993"])


@st.composite
def documents(draw):
    """Text of rows that are mostly alike, and the settings to read them with."""
    values = draw(st.sampled_from([numbers, odd, st.one_of(st.none(), numbers)]))
    width = draw(st.integers(2, 4))
    names = draw(st.lists(texts, min_size=width, max_size=width, unique=True))
    vectors = st.lists(values, min_size=width, max_size=width)
    kind = draw(st.sampled_from(["array", "object", "member"]))
    table = []
    for vector in draw(st.lists(vectors, min_size=1, max_size=5)):
        if kind == "array":
            table.append(vector)
        elif kind == "object":
            table.append(dict(zip(names, vector, strict=True)))
        else:
            table.append({"k": draw(odd), "v": vector})
    dumped = [json.dumps(row) for row in table]
    text = draw(st.sampled_from(["\n".join(dumped), f"[{', '.join(dumped)}]"])) + "\n"
    if draw(st.booleans()):
        text = text.replace("1", draw(raw_numbers))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(["", "\n", ",", '"', "}", "]", "\\"])) + text[at:]
    options = {
        "columns": "v" if kind == "member" else None,
        "append": draw(st.booleans()),
        "missing": draw(st.sampled_from(["error", "mask"])),
    }
    return text.encode(), Settings("eval", **options)


def laid_out(text, settings):
    blocks = list(files.json_blocks(iter([text]), "x"))
    (line, record) = next(records(blocks[0]))
    layout, has_header = json_rows.lay_out(record, line, Layout("x", json=True), settings)
    return blocks, None if has_header else layout


@given(documents())
def test_what_is_read_at_once_is_what_is_read_row_by_row(document):
    text, settings = document
    try:
        blocks, layout = laid_out(text, settings)
    except SoftmaxError:
        return
    for block in blocks if layout else ():
        batch = json_fast.read(block, layout, settings)
        if batch is None:
            continue
        slow = [rows._read_row(line, record, layout, settings) for line, record in records(block)]
        assert batch.values.tolist() == [row.values for row in slow]
        assert not np.signbit(batch.values[batch.values == 0]).any()
        assert list(zip(*batch.kept, strict=True)) == [row.kept for row in slow if row.kept]
        assert list(batch.lines) == [row.line for row in slow]


classes = st.one_of(
    st.sampled_from(["a", "b", "é", " a", "0", "1", "2", 0, 1, 2, 1.0, -1, True, None]), odd
)


@st.composite
def targeted_documents(draw):
    """Text of objects with two logits and a target, and the settings to read them with."""
    values = draw(st.sampled_from([st.sampled_from(["a", "é"]), st.integers(0, 1), classes]))
    table = [{"a": 1.5, "y": draw(values), "é": 2} for _ in range(draw(st.integers(1, 6)))]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in table)
    zero_based = draw(st.sampled_from([None, True, False]))
    return text.encode(), Settings("grad", target_column="y", zero_based=zero_based)


@given(targeted_documents())
def test_the_targets_that_are_read_at_once_are_those_read_row_by_row(document):
    text, settings = document
    (block,), layout = laid_out(text, settings)
    batch = json_fast.read(block, layout, settings)
    if batch is not None:
        slow = [rows._read_row(line, record, layout, settings) for line, record in records(block)]
        assert batch.targets.tolist() == [row.target for row in slow]
        assert list(zip(*batch.kept, strict=True)) == [row.kept for row in slow]


def test_targets_are_compared_letter_for_letter():
    row = b'{" a":1,"a":2,"t":"%s"}\n'
    assert read(row % b" a" + row % b"a", target_column="t").targets.tolist() == [0, 1]
    assert read(row % b"a" + row % b"a ", target_column="t") is None


def read(text, vector=0, **options):
    settings = Settings("eval", **options)
    block = Block(text, 1, vector)
    (line, record) = next(records(block))
    layout, _ = json_rows.lay_out(record, line, Layout("x", json=True), settings)
    return json_fast.read(block, layout, settings)


@pytest.mark.parametrize(
    ("text", "vector"),
    [
        (b"[1,2]\n[3,4]\n", 0),
        (b'{"a":1,"b":2}\r\n{"b":4,"a":3}\r\n', 0),
        (b'{"id":"\\"x","v":[1,2]}\n{"v":[3,4],"id":"y"}\n', 0),
        (b"[[1,2],\n [3,4]", 1),
        (b'[{"a":1,"b":2}, {"a":3,"b":4}', 1),
        (b'{\n"a":1,\n"b":2\n}\n{\n"a":3,"b":4}', 1),
    ],
)
def test_plain_rows_are_read_at_once(text, vector):
    batch = read(text, vector)
    assert batch.values.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    "text",
    [
        b"[1,2]\n[3\n4]\n",
        b"[1,2]\n[3\n,4]\n",
        b"[1,2]\n[3,true]\n",
        b"[1,2]\n[3,null]\n",
        b"[1,2]\n[3,1e400]\n",
        b"[1,2]\n[3]\n",
        b"[1,2]\n[3,4],[5,6]\n",
        b'{"a":1,"b":2}\n{"a":3,"b":4,"a":5}\n',
        b'{"a":1,"b":2}\n{"a":3,"c":4}\n',
        b'{"a":1,"b":2}\n[3,4]\n',
        b'{"id":"\\u0022\\u0022","v":[1,2]}\n{"id":"x","id":"y","v":[1,2]}\n',
        b'{"id":1.50,"v":[1,2]}\n{"v":[1,2],"id":1}\n',
        b'{"id":{"x":1},"v":[1,2]}\n',
        b'{"id":1,"v":[1,2]}\n{"id":1,"v":[1,2,3]}\n',
    ],
)
def test_what_may_be_an_error_or_lose_digits_is_left_to_the_row_by_row_reader(text):
    assert read(text) is None


def test_target_classes_are_read_too():
    text = b'{"y":"b","a":1,"b":2}\n{"y":"a","a":3,"b":4}\n'
    assert read(text, target_column="y").targets.tolist() == [1, 0]
    assert read(text.replace(b'"y":"a"', b'"y":"c"'), target_column="y") is None


def test_the_lines_of_a_document_are_those_of_its_rows():
    lines = read(b"[[1,2],\n\n[3,4], [5,6]", vector=4).lines
    assert (len(lines), list(lines), list(lines[1:])) == (3, [1, 3, 3], [3, 3])
    assert [line.vector for line in lines] == [4, 5, 6]


def test_with_append_every_cell_is_kept_wherever_the_vector_stands():
    text = b'{"id":1,"v":[1,2],"w":"x"}\n{"id":2,"v":[3,4],"w":"y"}\n'
    kept = read(text, append=True).kept
    assert kept == ([b"1", b"2"], [b"1", b"3"], [b"2", b"4"], [b'"x"', b'"y"'])


@pytest.mark.parametrize("odd", [b"null", b"true", b"1.0", b"[1]"])
def test_a_target_of_another_type_leaves_its_block_to_the_reader_of_rows(odd):
    text = b'{"a":1.5,"b":2,"y":1}\n' * 3 + b'{"a":1.5,"b":2,"y":%b}\n'
    for target, is_plain in ((b"0", True), (b'"0"', True), (odd, False)):
        found = read(text % target, target_column="y", zero_based=True)
        assert (found is not None) == is_plain


def test_a_target_that_is_no_class_is_an_error_among_rows_that_are_plain():
    rows = b'{"a":1.5,"b":2,"y":1}\n' * 400
    arguments = ["grad", "--target-column", "y", "--zero-based", "-p", "2"]
    ran = run(arguments, rows + b'{"a":1.5,"b":2,"y":null}\n' + rows)
    assert (ran.status, ran.out) == (1, b"a,b,y\n" + b"0.38,-0.38,1\n" * 400)
    assert ran.err.startswith("Error: stdin:401: column 'y': ")


def test_groups_with_targets_are_left_to_the_reader_of_rows():
    layout = Layout(
        "t",
        width=3,
        logits=(1,),
        header=("q", "s", "y"),
        target=2,
        json=True,
        in_rows=True,
        by=(0,),
    )
    block = Block(b'{"q":1,"s":2,"y":1}\n' * 3, 1)
    assert json_fast.read(block, layout, Settings("grad", by="q", target_column="y")) is None


def test_kept_fractions_of_arrays_are_those_typed():
    batch = read(b"[1.50,1,2]\n[-0.0,1,2]\n", columns="2,3", keep="1")
    assert [*batch.kept] == [[b"1.50", b"-0.0"]]
    assert read(b"[1.50,1,2]\n[[2],1,2]\n", columns="2,3", keep="1") is None


def test_a_null_is_masked_if_it_is_asked_for_and_a_vector_of_nulls_is_an_error():
    text = b"[1,null,2]\n[null,3,4]\n"
    assert read(text) is None
    assert read(text, missing="mask").values.tolist() == [[1, -math.inf, 2], [-math.inf, 3, 4]]
    assert read(text + b"[null,null,null]\n", missing="mask") is None
    assert read(text + b"[true,1,2]\n", missing="mask") is None


@pytest.mark.parametrize("append", [False, True])
def test_kept_fractions_are_those_typed_wherever_they_stand(append):
    kept = {"x": '"a, \\"b"', "y": "-1.50", "z": "0.10"}
    for before in range(4):
        members = [f'"{name}": {value}' for name, value in kept.items()]
        members.insert(before, '"v": [1.0, 2.500]')
        batch = read(f"{{{', '.join(members)}}}\n".encode() * 3, columns="v", append=append)
        cells = [*kept.values()]
        cells[before:before] = ["1.0", "2.500"] * append
        assert list(zip(*batch.kept, strict=True)) == [tuple(map(str.encode, cells))] * 3


def test_the_columns_of_rows_are_their_json_or_left_to_the_reader_of_rows():
    layout = Layout("t", b",", 2, (1,), ("q", "s"), json=True)
    lines = b'{"q":1,"s":2}\n{"q":"a","s":3}\n'
    assert [*json_fast.columns(Block(lines, 7), layout, (0,))] == [(7, (b"1",)), (8, (b'"a"',))]
    document = Block(b'[{"q":1,"s":2},\n{"q":2,"s":3}', 1, 1)
    assert [key for _, key in json_fast.columns(document, layout, (0,))] == [(b"1",), (b"2",)]
    odd = Block(lines.replace(b"1", b"1.50"), 7)
    assert [*json_fast.columns(odd, layout, (0,))] == [(7, (b"1.50",)), (8, (b'"a"',))]
    assert json_fast.columns(Block(lines.replace(b"1", b"[1]"), 7), layout, (0,)) is None
    assert json_fast.columns(Block(lines + b"[1]\n", 7), layout, (0,)) is None
