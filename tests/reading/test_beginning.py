import pytest

from softmax_cli.reading.beginning import blocks_behind, newline_of, next_record, read_start
from softmax_cli.settings import Settings


def start_of(text):
    return read_start(iter([text]), "t", Settings("eval"))


def records(start):
    """The text of each record of a start, and the line it stands on."""
    found, blocks = list[tuple[int, bytes]](), start.blocks
    while True:
        first, blocks = next_record(blocks, start.layout)
        if first is None:
            return found
        found.append((first.line, first.text))
        blocks = blocks_behind(first, blocks, start.layout)


@pytest.mark.parametrize(
    ("text", "is_json", "expected"),
    [
        (b"\na,b\n\n1,2\n", False, [(2, b"a,b"), (4, b"1,2")]),
        (b"[1,2]\n\n[3,4]\n", True, [(1, b"[1,2]"), (3, b"[3,4]")]),
        (b"[[1,2],\n[3,4]]", True, [(1, b"[1,2]"), (2, b"[3,4]")]),
    ],
)
def test_records_come_one_after_another(text, is_json, expected):
    start = start_of(text)
    assert start.layout.json is is_json
    assert records(start) == expected


def test_a_comment_before_the_first_row_is_remembered():
    start = start_of(b"# a,b\n1,2\n")
    assert (start.comment.strip(), start.comment_line) == (b"# a,b", 1)


@pytest.mark.parametrize(
    ("text", "newline"),
    [
        (b"1,2\r\n", b"\r\n"),
        (b"1,2\n", b"\n"),
        (b"[1]\r\n[2]\r\n", b"\r\n"),
        (b"[[1],\r\n[2]]", b"\n"),
    ],
)
def test_lines_end_as_the_first_one_does(text, newline):
    start = start_of(text)
    first, _ = next_record(start.blocks, start.layout)
    assert newline_of(first) == newline
