import gzip
import os
import zlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.errors import BrokenGzip, DeviceFailed, Empty, NotText, TooLong, UnterminatedQuote
from softmax_cli.reading import files as sources
from softmax_cli.reading.files import (
    chunks,
    is_gzip,
    json_blocks,
    name_of,
    opened,
    row_blocks,
    start,
    text_chunks,
)

tables = st.text('1,"\n\r \té', max_size=40).map(str.encode)


@st.composite
def cuts(draw, data):
    """The bytes in pieces, none of them empty."""
    places = draw(st.sets(st.integers(1, max(1, len(data) - 1)), max_size=8))
    ends = [0, *sorted(place for place in places if place < len(data)), len(data)]
    return [data[start:end] for start, end in pairwise(ends) if end > start]


def texts(pieces):
    return b"".join(text_chunks(iter(pieces), "x"))


def record_starts(text, edges=b","):
    """Where records start, and where a quote is left open, found byte by byte."""
    starts, state, opened_at = [0], "edge", None
    for place, byte in enumerate(text):
        if byte == ord('"') and state in ("edge", "closed"):
            opened_at = place if state == "edge" else opened_at
            state = "quoted"
        elif byte == ord('"') and state == "quoted":
            state = "closed"
        elif state != "quoted" and byte == ord("\n"):
            starts.append(place + 1)
            state = "edge"
        elif state != "quoted":
            state = "edge" if byte in edges else "cell"
    return starts, opened_at if state == "quoted" else None


def is_closed(text):
    return record_starts(text)[1] is None


@settings(max_examples=300)
@given(st.data(), tables.filter(is_closed))
def test_blocks_are_the_text_however_it_is_cut_and_split_no_record(data, text):
    found = list(row_blocks(iter(data.draw(cuts(text))), "x"))
    whole = b"".join(block.text for block in found)
    assert whole == (text if text.endswith(b"\n") or not text else text + b"\n")
    assert all(block.text.endswith(b"\n") for block in found)
    starts, at = set(record_starts(whole)[0]), 0
    for block in found:
        assert at in starts
        assert block.line == 1 + whole.count(b"\n", 0, at)
        at += len(block.text)


@settings(max_examples=200)
@given(st.data(), tables.filter(lambda text: not is_closed(text)))
def test_a_quote_that_never_closes_is_an_error_on_the_line_where_it_opens(data, text):
    with pytest.raises(UnterminatedQuote) as caught:
        list(row_blocks(iter(data.draw(cuts(text))), "x"))
    assert caught.value.place.line == 1 + text.count(b"\n", 0, record_starts(text)[1])


def test_a_quote_within_a_cell_joins_no_rows():
    text = b'1,a"b,3\n2,c,4\n3,a"b,5\n'
    first, second = row_blocks(iter([text[:9], text[9:]]), "x")
    assert (first.text, second.text, second.line) == (text[:8], text[8:], 2)


def test_the_rows_before_an_open_quote_are_handed_on():
    found = row_blocks(iter([b'1,2\n3,4\n5,"6\n7,8\n']), "x")
    assert next(found).text == b"1,2\n3,4\n"
    with pytest.raises(UnterminatedQuote, match=r"^x:3: "):
        next(found)


def test_a_whole_record_is_handed_on_before_the_next_arrives():
    def slowly():
        yield b"1,2\n3"
        arrived.append("more")
        yield b",4\n"

    arrived = []
    found = row_blocks(slowly(), "x")
    assert next(found).text == b"1,2\n"
    assert not arrived


def blocks(pieces, source):
    """Whether a text is JSON, and its blocks."""
    line, is_json, rest = start(iter(pieces), source)
    return is_json, (json_blocks if is_json else row_blocks)(rest, source, line)


@pytest.mark.parametrize("text", [b"1," * 50, b'"' + b"1\n" * 50, b"[" + b"1," * 50, b" " * 100])
def test_a_record_longer_than_memory_allows_is_refused(monkeypatch, text):
    monkeypatch.setattr(sources, "LONGEST_RECORD", 64)
    pieces = (text[i : i + 10] for i in range(0, len(text), 10))
    with pytest.raises(TooLong, match=r"^x:"):
        list(blocks(pieces, "x")[1])


def test_long_texts_of_short_records_are_read(monkeypatch):
    monkeypatch.setattr(sources, "LONGEST_RECORD", 64)
    _, found = blocks((b"1,2\n" for _ in range(100)), "x")
    assert b"".join(block.text for block in found) == b"1,2\n" * 100


@given(st.data(), st.text(" \t\r\n", max_size=6), st.sampled_from(["1\t2\n", "[1]\n"]))
def test_blank_beginnings_are_lines_and_cells_however_they_are_cut(data, blank, row):
    text = (blank + row).encode()
    is_json, found = blocks(data.draw(cuts(text)), "x")
    assert is_json == row.startswith("[")
    found = list(found)
    whole = b"".join(block.text for block in found).rstrip(b"\n")
    # blank lines may be left out; blanks before the first row in its line may not
    assert whole.endswith(text.rstrip(b"\n").rpartition(b"\n")[2])
    before = whole[: whole.index(row[:1].encode())]
    assert found[0].line + before.count(b"\n") == 1 + blank.count("\n")


@pytest.mark.parametrize("pieces", [[], [b""], [b"\n"], [b" \t\r\n", b"\n"]])
def test_no_text_is_an_error(pieces):
    with pytest.raises(Empty, match=r"^x: the input holds no numbers"):
        start(iter(pieces), "x")


@given(st.data(), tables)
def test_a_byte_order_mark_is_taken_off_once(data, text):
    marked = b"\xef\xbb\xbf" + text
    assert texts(data.draw(cuts(marked))) == text
    assert texts([b"\xef\xbb\xbf" + marked]) == marked


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_with_the_remedy(encoding):
    data = ("\ufeff" + "1,2\n").encode(encoding)
    for pieces in ([data], [data[:1], data[1:]], [gzip.compress(data)]):
        with pytest.raises(NotText, match=r"^x:1: the input is UTF-16: convert it with iconv"):
            texts(pieces)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\xfd7zXZ\x00\x00\x04", "an xz file, not text: unpack it with xz -dc"),
        (b"\x28\xb5\x2f\xfd\x04", "a Zstandard file, not text: unpack it with zstd -dc"),
        (b"BZh91AY&SY\x00\x9a", "a bzip2 file, not text: unpack it with bzip2 -dc"),
        (b"PK\x03\x04\x14\x00", "a zip archive"),
        (b"\x93NUMPY\x01\x00v\x00", "a NumPy array, not text: write it as text with numpy.savetxt"),
        (b"PAR1\x15\x04\x15\x00", "a Parquet file, not text: export it as CSV"),
    ],
    ids=repr,
)
def test_another_kind_of_file_is_called_what_it_is(data, kind):
    for pieces in ([data], [data[:1], data[1:]], [gzip.compress(data)]):
        with pytest.raises(NotText, match=f"^x: this is {kind}".replace("(", r"\(")):
            texts(pieces)


def test_a_header_may_begin_like_another_kind_of_file():
    assert texts([b"PAR1,BZh\n1,2\n"]) == b"PAR1,BZh\n1,2\n"
    assert texts([b"BZhang,Yu\n1,2\n"]) == b"BZhang,Yu\n1,2\n"


@given(st.data(), st.lists(st.binary(max_size=30), min_size=1, max_size=3), st.integers(0, 9))
def test_gzip_of_any_members_is_unpacked_however_it_is_cut(data, members, zeros):
    packed = b"".join(gzip.compress(member, mtime=0) for member in members) + b"\0" * zeros
    text = b"".join(members)
    if text[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        assert texts(data.draw(cuts(packed))) == text.removeprefix(b"\xef\xbb\xbf")


@given(
    st.data(),
    st.binary(max_size=30).filter(lambda text: text[:2] not in (b"\xff\xfe", b"\xfe\xff")),
)
def test_gzip_that_is_cut_short_is_an_error(data, text):
    packed = gzip.compress(text, mtime=0)
    end = data.draw(st.integers(2, len(packed) - 1))
    with pytest.raises(BrokenGzip, match=r"^x: the gzip data is damaged: it ends too early"):
        texts(data.draw(cuts(packed[:end])))


def test_damaged_gzip_is_an_error():
    packed = bytearray(gzip.compress(b"1,2\n" * 100))
    packed[-6] ^= 1
    with pytest.raises(BrokenGzip, match="incorrect data check"):
        texts([bytes(packed)])
    with pytest.raises(BrokenGzip):
        texts([gzip.compress(b"1,2\n") + b"not gzip"])


def test_a_gzip_bomb_is_unpacked_a_block_at_a_time(monkeypatch):
    monkeypatch.setattr(sources, "LONGEST_RECORD", 4 << 20)
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b"1" * (1 << 20)) for _ in range(20)) + packer.flush()
    assert len(bomb) < 1 << 16
    sizes = [len(text) for text in text_chunks(iter([bomb]), "x")]
    assert sum(sizes) == 20 << 20
    assert max(sizes) <= sources.BLOCK_BYTES + 3
    with pytest.raises(TooLong, match="the line is longer than 4 MiB"):
        list(row_blocks(text_chunks(iter([bomb]), "x"), "x"))


def test_a_file_is_read_in_chunks_of_a_block_at_most(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(os.urandom(3 * sources.BLOCK_BYTES + 7))
    with opened(str(path)) as descriptor:
        found = list(chunks(descriptor, "x"))
    assert b"".join(found) == path.read_bytes()
    assert max(map(len, found)) <= sources.BLOCK_BYTES


def test_what_a_pipe_holds_is_handed_on_while_its_writer_waits():
    reader, writer = os.pipe()
    found = chunks(reader, "x")
    for text in (b"1\n", b"2\n3\n"):
        os.write(writer, text)
        assert next(found) == text
    os.close(writer)
    assert list(found) == []
    os.close(reader)


def test_a_reader_that_may_not_block_waits_all_the_same():
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    found = chunks(reader, "x")
    os.write(writer, b"1\n")
    assert next(found) == b"1\n"
    os.close(writer)
    assert list(found) == []
    os.close(reader)


@pytest.mark.parametrize("path", ["", "no/such/file", "a\0b"])
def test_a_file_that_cannot_be_opened_is_an_error_with_its_name(path):
    with pytest.raises(DeviceFailed), opened(path):
        pass


def test_a_directory_cannot_be_read(tmp_path):
    with opened(str(tmp_path)) as descriptor, pytest.raises(DeviceFailed, match="directory"):
        list(chunks(descriptor, "x"))


def test_standard_input_has_a_name():
    assert name_of("-") == "stdin"
    assert name_of("a.csv") == "a.csv"


def test_a_file_that_is_cut_short_while_it_is_read_is_an_error(tmp_path):
    with (tmp_path / "x").open("w+b") as file:
        file.write(b"1,2\n" * 100)
        file.seek(0)
        parts = chunks(file.fileno(), "x", most=8)
        assert next(parts) == b"1,2\n1,2\n"
        os.truncate(file.name, 18)
        assert [next(parts), next(parts)] == [b"1,2\n1,2\n", b"1,"]
        with pytest.raises(DeviceFailed, match="x: it was cut short while it was read"):
            next(parts)


def test_a_text_that_ends_before_it_is_seen_to_be_a_paste_is_one_row():
    line, is_json, texts = start(iter([b"\n\n te", b"ns"]), "x")
    assert (line, is_json, b"".join(texts)) == (3, False, b" tens")


@pytest.mark.parametrize(
    ("pieces", "is_packed"),
    [([b"\x1f\x8b\x08"], True), ([b"\x1f", b"\x8b\x08"], True), ([b"\x1f"], False), ([], False)],
)
def test_gzip_is_told_by_its_first_bytes_which_stay(pieces, is_packed):
    found, raw = is_gzip(iter(pieces))
    assert (found, b"".join(raw)) == (is_packed, b"".join(pieces))
