import gzip

import pytest

from softmax_cli.errors import Empty
from softmax_cli.reading.beginning import (
    blocks_behind,
    commented_header,
    newline_of,
    next_record,
    read_start,
)
from softmax_cli.settings import Settings


def begun(text, **options):
    """What is known of a text before its first row is read."""
    return read_start(iter([text]), "t.csv", Settings("eval", **options))


def behind_first(text):
    """The first row of a text with its line, and the lines and texts of the blocks behind it."""
    start = begun(text)
    first, blocks = next_record(start.blocks, start.layout)
    others = [(block.line, block.text) for block in blocks_behind(first, blocks, start.layout)]
    return first.line, first.text, others


@pytest.mark.parametrize(
    ("text", "json", "delimiter"),
    [
        (b"1;2\n", False, b";"),
        (b"\n# a|b\n1|2\n", False, b"|"),
        (b"sep=;\na,b;c\n", False, b";"),
        (b" [1, 2]\n", True, b","),
    ],
)
def test_the_kind_and_the_delimiter_are_known(text, json, delimiter):
    layout = begun(text).layout
    assert (layout.source, layout.json, layout.delimiter) == ("t.csv", json, delimiter)


@pytest.mark.parametrize("text", [b"1,2\n", b"[1,2]"])
def test_a_compressed_text_is_known_to_be_one(text):
    assert not begun(text).layout.gzip
    assert begun(gzip.compress(text)).layout.gzip


def test_a_text_without_a_row_is_empty():
    with pytest.raises(Empty):
        begun(b"# a\n\n")


def test_the_blocks_go_on_behind_the_first_row():
    assert behind_first(b"\na,b\n\n1,2\n") == (2, b"a,b", [(3, b"\n1,2\n")])
    assert behind_first(b'"a\nb"\n1\n') == (1, b'"a\nb"', [(3, b"1\n")])
    assert behind_first(b"a,b\n") == (1, b"a,b", [])
    assert behind_first(b'["a"]\n[1]\n') == (1, b'["a"]', [(2, b"[1]\n")])
    assert behind_first(b'[["a"],\n[1]]') == (1, b'["a"]', [(2, b"[[1]")])


@pytest.mark.parametrize(
    ("text", "row", "options", "found"),
    [
        (b"# a b\n1 2\n", [b"1", b"2"], {}, (b"# ", [b"a", b"b"])),
        (b"#a b\n1 2\n", [b"1", b"2"], {}, (b"#", [b"a", b"b"])),
        (b"# a b c\n1 2\n", [b"1", b"2"], {}, (b"", [])),
        (b"# 3 4\n1 2\n", [b"1", b"2"], {}, (b"", [])),
        (b"# a b\nc d\n", [b"c", b"d"], {}, (b"", [])),
        (b"1 2\n", [b"1", b"2"], {}, (b"", [])),
        (b"# a b\n1 2\n", [b"1", b"2"], {"header": False}, (b"", [])),
        (b"# a b\n1 2\n", [b"1", b"2"], {"ragged": True}, (b"", [])),
    ],
)
def test_a_comment_like_the_first_row_is_its_header(text, row, options, found):
    settings = Settings("eval", **options)
    assert commented_header(begun(text, **options), row, settings) == found


def test_the_line_of_the_comment_is_known():
    start = begun(b"# x\n\n# a b\n\n1 2\n")
    assert (start.comment, start.comment_line) == (b"# a b\n", 3)


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
    start = begun(text)
    assert start.layout.json is is_json
    assert records(start) == expected


def test_a_comment_before_the_first_row_is_remembered():
    start = begun(b"# a,b\n1,2\n")
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
    start = begun(text)
    first, _ = next_record(start.blocks, start.layout)
    assert newline_of(first) == newline
