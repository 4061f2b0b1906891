import gzip
from tempfile import TemporaryFile

import pytest

from softmax_cli.errors import Empty
from softmax_cli.reading.beginning import commented_header, next_record, read_start, rows_behind
from softmax_cli.settings import Settings

EVAL = Settings("eval")


def begun(text, **options):
    """What is known of a file with this text before its first row is read."""
    with TemporaryFile() as file:
        file.write(text)
        file.seek(0)
        start = read_start(file.fileno(), "t.csv", Settings("eval", **options))
        return start._replace(blocks=iter([*start.blocks]))


def behind_first(text):
    """The first row of a text with its line, and the lines and texts of the blocks behind it."""
    start = begun(text)
    first, blocks = next_record(start.blocks, start.layout)
    others = [(block.line, block.text) for block in rows_behind(first, blocks, start.layout)]
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
