"""Shared files: a block is found where it stands, and another file is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import AnotherFile
from softmax_cli.shared_file import located, read
from softmax_cli.values import LINES_OF_A_FILE, Block


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("shared") / "t.csv"


@given(st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=6), st.binary(max_size=9))
def test_blocks_behind_a_header_are_read_where_they_stand(file, texts, header):
    file.write_bytes(b"".join([header, *texts]))
    blocks = [Block(text, line, line + 3, line + 5) for line, text in enumerate(texts)]
    pairs = list(located(iter(blocks), [str(file)]))
    assert [block for block, _ in pairs] == blocks
    assert [read(part) for _, part in pairs] == blocks


def test_each_of_several_files_is_searched(tmp_path):
    paths = [str(tmp_path / name) for name in "ab"]
    blocks = [Block(b"1\n", 1), Block(b"2\n", LINES_OF_A_FILE + 1)]
    for path, block in zip(paths, blocks, strict=True):
        with open(path, "wb") as file:
            file.write(b"head\n" + block.text)
    parts = [part for _, part in located(iter(blocks), paths)]
    assert [part.file.path for part in parts] == paths
    assert [read(part) for part in parts] == blocks


def test_a_group_that_spans_files_has_no_place(tmp_path):
    paths = [str(tmp_path / name) for name in "ab"]
    further = Block(b"2\n", LINES_OF_A_FILE + 1)
    blocks = [Block(b"1\n", 1, more=(further,)), Block(b"3\n", LINES_OF_A_FILE + 2)]
    for path, text in zip(paths, (b"1\n", b"2\n3\n"), strict=True):
        with open(path, "wb") as file:
            file.write(text)
    places = [part for _, part in located(iter(blocks), paths)]
    assert [part and part.offset for part in places] == [None, 2]


def test_text_that_is_not_in_the_file_has_no_place(tmp_path):
    path = tmp_path / "t"
    path.write_bytes(b"1\n2")
    blocks = [Block(b"1\n", 1), Block(b"2\n", 2)]
    assert [part is None for _, part in located(iter(blocks), [str(path)])] == [False, True]


def test_a_directory_in_the_place_of_the_file_is_not_read(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"1,2\n")
    ((_, part),) = located(iter([Block(b"1,2\n", 1)]), [str(path)])
    path.unlink()
    path.mkdir()
    with pytest.raises(AnotherFile, match="does not see this file: Is a directory"):
        read(part)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (None, "No such file or directory"),
        (b"1,2\n3,4\n5,6\n", "it has 12 bytes there, not 8"),
        (b"9,2\n3,4\n", "it holds other text there"),
        (b"1,2\n3,9\n", "it holds other text there"),
    ],
)
def test_another_file_of_the_same_name_is_not_used(tmp_path, now, reason):
    path = tmp_path / "t.csv"
    path.write_bytes(b"1,2\n3,4\n")
    ((_, part),) = located(iter([Block(b"1,2\n3,4\n", 1)]), [str(path)])
    path.unlink()
    if now is not None:
        path.write_bytes(now)
    with pytest.raises(AnotherFile) as caught:
        read(part)
    message = str(caught.value)
    assert message.startswith(f"{path}: the worker on ")
    assert message.endswith(f" does not see this file: {reason}; leave out --shared-file")
