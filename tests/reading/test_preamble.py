import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import Empty, TooLong, UsageError
from softmax_cli.reading import files
from softmax_cli.reading.preamble import read_preamble
from softmax_cli.settings import Settings


def preamble(*texts, line=1, **options):
    return read_preamble(iter(texts), line, "t.csv", Settings("eval", **options))


@given(
    st.data(),
    st.sampled_from([b"", b"sep=;\n", b'"sep=;"\r\n']),
    st.lists(st.sampled_from([b"# a;b\n", b"#\n", b"#x\r\n"]), max_size=3),
    st.sampled_from([b"", b"\n", b" \r\n\n"]),
)
def test_the_first_row_is_found_however_the_text_is_cut(data, separator, comments, blank):
    before = separator + b"".join(comments) + (blank if separator or comments else b"")
    text = before + b'a;"b\nc"\n1;2\n'
    ends = data.draw(st.sets(st.integers(1, len(text) - 1), max_size=5).map(sorted))
    pieces = [text[i:j] for i, j in zip([0, *ends], [*ends, len(text)], strict=True)]
    found = preamble(*pieces, line=3)
    assert b"".join(found.texts) == text[len(before) :]
    assert (found.delimiter, found.free) == (b";", False)
    assert found.line == 3 + before.count(b"\n")
    assert found.comment == (comments[-1] if comments else b"")
    if comments:
        assert found.comment_line == 2 + (separator + b"".join(comments)).count(b"\n")


def test_the_delimiter_asked_for_comes_before_the_one_that_is_named():
    assert preamble(b"sep=;\n1,2\n", delimiter="|").delimiter == b"|"
    assert preamble(b"sep=|\n1,2\n").delimiter == b"|"
    assert preamble(b"sep=1\n2,3\n").delimiter == b","
    with pytest.raises(UsageError, match="--delimiter"):
        preamble(b"1,2\n", delimiter="ab")


def test_a_mark_that_is_the_delimiter_begins_no_comment():
    assert b"".join(preamble(b"#1#2\n", delimiter="#").texts) == b"#1#2\n"


def test_only_ragged_lines_whose_first_has_one_cell_have_delimiters_of_their_own():
    assert preamble(b"5\n1 2\n", ragged=True).free
    assert not preamble(b"5\n1 2\n").free
    assert not preamble(b"5 6\n1\n", ragged=True).free
    assert not preamble(b"5\n1 2\n", ragged=True, delimiter=";").free


def test_the_first_row_is_known_before_the_next_arrives():
    def slowly():
        yield b"# a\n1,"
        yield b"2\n"
        raise AssertionError("it waited for more")

    assert read_preamble(slowly(), 1, "t.csv", Settings("eval")).delimiter == b","


def test_comments_alone_are_empty():
    with pytest.raises(Empty, match=r"^t\.csv: "):
        preamble(b"# a\n", b"# b")


def test_a_line_longer_than_memory_allows_is_refused(monkeypatch):
    monkeypatch.setattr(files, "LONGEST_RECORD", 64)
    with pytest.raises(TooLong, match=r"^t\.csv:1: "):
        preamble(*[b"1," * 10] * 10)


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_long_first_line_is_read_to_its_end_which_it_has(end):
    pieces = [b"1,", b"2," * 70_000, b"3," * 70_000, b"4" + end]
    found = preamble(*pieces)
    assert b"".join(found.texts) == b"".join(pieces).removesuffix(b"\n") + b"\n"
    assert found.delimiter == b","


@pytest.mark.parametrize("text", [b'"a;b\n1;2', b'"a', b"#x"])
def test_a_text_that_ends_early_ends_the_reading(text):
    try:
        preamble(text)
    except Empty:
        assert text == b"#x"
