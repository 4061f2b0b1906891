import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import GroupTooLong
from softmax_cli.reading import files, keys
from softmax_cli.reading.json import records as json_records
from softmax_cli.reading.keys import firsts, returned, runs, whole_groups
from softmax_cli.reading.layout import Layout
from softmax_cli.values import LINES_OF_A_FILE, Block

BY = Layout("t.csv", b",", 2, (1,), in_rows=True, by=(0,))
JSON = Layout("t", width=2, logits=(1,), header=("q", "s"), in_rows=True, by=(0,), json=True)

cells = st.sampled_from(
    [b"", b"a", b"b", b'"a"', b'"a,b"', b"abcdefgh", b"abcdefghi", b"\xff", b" a"]
)
tables = st.lists(st.tuples(cells, st.just(b"1")), min_size=1, max_size=30)


def blocks_of(text, sizes):
    """The text in blocks of whole lines, so many lines each."""
    lines = text.splitlines(keepends=True)
    line = 1
    for size in sizes:
        if part := lines[:size]:
            yield Block(b"".join(part), line)
        lines, line = lines[size:], line + size
    if lines:
        yield Block(b"".join(lines), line)


def test_a_run_begins_where_the_key_changes():
    text = b"q1,1\nq1,2\nq2,3\nq2,4\nq1,5\n"
    assert list(runs(Block(text, 7), BY)) == [(7, (b"q1",)), (9, (b"q2",)), (11, (b"q1",))]


def test_a_quoted_key_is_the_key_without_quotes():
    assert list(runs(Block(b'q1,1\n"q1",2\n', 1), BY)) == [(1, (b"q1",))]


def test_a_row_without_a_key_belongs_to_the_run_before():
    assert list(runs(Block(b"q1,1\nx\nq1,2\n", 1), BY)) == [(1, (b"q1",))]
    assert list(runs(Block(b'q1,1\n"q,1\n', 1), BY)) == [(1, (b"q1",))]


@pytest.mark.parametrize("row", [b"[]", b"[1]", b'{"q":1,"s":2}'])
def test_a_row_of_json_of_another_shape_has_no_key(row):
    arrays = JSON._replace(header=None)
    assert list(runs(Block(b"[1,2]\n" + row + b"\n[1,3]\n", 1), arrays)) == [(1, (b"1",))]


@given(tables)
def test_arrays_and_rows_find_the_same_runs(rows):
    text = b"".join(b",".join(row) + b"\n" for row in rows)
    long = b"first,1\n" * 600 + text
    # a row of another width leaves the block to the search row by row
    block, other = Block(long, 1), Block(long + b"x\n", 1)
    assert list(runs(block, BY)) == list(runs(other, BY))
    assert firsts(block, BY).tolist() == [line for line, _ in runs(block, BY)]
    assert firsts(other, BY).tolist() == [line for line, _ in runs(other, BY)]


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=20), st.lists(st.integers(1, 7), max_size=12)
)
def test_blocks_are_cut_between_groups_and_keep_every_row_on_its_line(sizes, cuts):
    rows = [b"%d,%d" % (group, row) for group, size in enumerate(sizes) for row in range(size)]
    text = b"\n".join(rows) + b"\n"
    cut = list(whole_groups(blocks_of(text, cuts), BY))
    assert b"".join(block.text for block in cut) == text
    for block in cut:
        assert text.splitlines()[block.line - 1] == block.text.splitlines()[0]
        assert rows[block.line - 1].endswith(b",0")


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=12),
    st.integers(1, 50),
    st.sampled_from([None, 1]),
    st.booleans(),
)
def test_rows_of_a_document_keep_their_lines_and_numbers(sizes, step, indent, is_array):
    rows = [{"q": group, "s": row} for group, size in enumerate(sizes) for row in range(size)]
    if is_array:
        text = json.dumps(rows, indent=indent).encode()
    else:
        text = "\n".join(json.dumps(row, indent=1) for row in rows).encode()
    pieces = [text[i : i + step] for i in range(0, len(text), step)]
    whole = [
        (int(line), line.vector, json.loads(record))
        for block in files.json_blocks(iter([text]), "t")
        for line, record in json_records(block)
    ]
    cut = [
        (int(line), line.vector, json.loads(record))
        for block in whole_groups(files.json_blocks(iter(pieces), "t"), JSON)
        for line, record in json_records(block)
    ]
    assert [row for _, _, row in whole] == rows
    assert cut == whole


def test_a_group_that_goes_on_in_further_files_is_a_block_of_several_parts():
    second, third = LINES_OF_A_FILE + 2, 2 * LINES_OF_A_FILE + 2
    blocks = [
        Block(b"a,1\nb,2\n", 2),
        Block(b"b,3\n", second),
        Block(b"b,4\n", third),
        Block(b"b,5\nc,6\n", third + 1),
    ]
    whole = list(whole_groups(blocks, BY))
    assert [[(part.text, part.line) for part in block.parts] for block in whole] == [
        [(b"a,1\n", 2)],
        [(b"b,2\n", 3), (b"b,3\n", second), (b"b,4\nb,5\n", third)],
        [(b"c,6\n", third + 2)],
    ]
    assert firsts(whole[1], BY).tolist() == [3]


def test_the_first_rows_of_a_document_in_a_further_file_come_behind():
    document = Block(b'[{"q":"a","s":1},{"q":"b","s":1},{"q":"c","s":1}', LINES_OF_A_FILE + 1, 1)
    block = Block(b'{"q":"a","s":1}\n', 9, more=(document,))
    assert firsts(block, JSON).tolist() == [9, LINES_OF_A_FILE + 2, LINES_OF_A_FILE + 3]


@given(st.lists(st.integers(1, 3), max_size=5))
def test_a_group_that_returns_is_found_whatever_the_blocks_are(cuts):
    text = b"a,1\nb,2\nb,3\na,4\nc,5\n"
    blocks = list(whole_groups(blocks_of(text, cuts), BY))
    (block,) = [block for block in blocks if block.returns]
    assert (block.text, block.line) == (b"a,4\n", 4)
    assert str(returned(block, BY)).startswith("t.csv:4: the group 'a' comes back after another")
    assert b"".join(block.text for block in blocks) == text


@given(st.lists(st.integers(0, 4), min_size=1, max_size=30), st.lists(st.integers(1, 9)))
def test_only_the_rows_of_a_group_that_returns_are_marked(names, cuts):
    text = b"".join(b"%d,1\n" % name for name in names)
    lines = {}
    for block in whole_groups(blocks_of(text, cuts), BY):
        for line in range(block.line, block.line + block.text.count(b"\n")):
            lines[line] = block.returns
    assert list(lines) == list(range(1, len(names) + 1))
    for row, name in enumerate(names):
        run = row
        while run and names[run - 1] == name:
            run -= 1
        assert lines[row + 1] == (name in names[:run])


def test_a_group_that_would_not_fit_in_memory_is_refused(monkeypatch):
    monkeypatch.setattr(keys, "LONGEST_RECORD", 20)
    with pytest.raises(GroupTooLong, match=r"^t\.csv:1: "):
        list(whole_groups(blocks_of(b"q,1\n" * 10, [3, 3]), BY))


def test_long_keys_that_differ_only_at_their_end_differ():
    rows = [b"%b%d,1\n" % (b"x" * 300, i // 40) for i in range(120)]
    assert [line for line, _ in runs(Block(b"".join(rows), 1), BY)] == [1, 41, 81]


def test_the_keys_of_many_json_rows_are_those_of_each():
    rows = b"".join(b'{"q":%d,"s":%d}\n' % (i // 100, i) for i in range(400))
    found = [(line, key) for line, key in runs(Block(rows, 5), JSON)]
    assert found == [(5 + 100 * i, (b"%d" % i,)) for i in range(4)]
    odd = rows.replace(b'"q":3', b'"q":3e400')  # a number that a double cannot hold
    assert [key for _, (key,) in runs(Block(odd, 5), JSON)] == [b"0", b"1", b"2", b"3e400"]
