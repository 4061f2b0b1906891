import os

import pytest

from softmax_cli.reading.file_names import looks_like_a_file, names_a_file


@pytest.mark.parametrize(
    "word", ["a.csv", "my file.txt", "./x", "../x", "/dev/fd/63", "~/x", "x.npy"]
)
def test_a_word_with_an_ending_or_a_path_looks_like_a_file(word):
    assert looks_like_a_file(word)


@pytest.mark.parametrize("word", ["", "2", "1.5", "1/3", ".5", "1.", "cat", "[1,2]", "a/b"])
def test_other_words_do_not(word):
    assert not looks_like_a_file(word)


def test_files_and_pipes_can_be_read_and_directories_cannot(tmp_path):
    (tmp_path / "x").write_text("")
    os.mkfifo(tmp_path / "pipe")
    assert names_a_file(str(tmp_path / "x"))
    assert names_a_file(str(tmp_path / "pipe"))
    assert not names_a_file(str(tmp_path))
    assert not names_a_file(str(tmp_path / "none"))
    assert not names_a_file("")
    assert not names_a_file("x\0")
