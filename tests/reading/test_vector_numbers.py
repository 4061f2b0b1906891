import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import softmax

from softmax_cli.reading.layout import Layout
from softmax_cli.reading.rows import read, records
from softmax_cli.reading.vector_numbers import numbered, numbers_of
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block

LAYOUT = Layout("t.csv", b",", 2, (0, 1))
LINES = st.lists(st.sampled_from([b"1,2", b'"1",2', b"", b" ", b"x,1", b"3,4\r"]), max_size=8)


@given(st.lists(LINES, max_size=4))
def test_rows_are_counted_from_1_across_blocks_blank_lines_aside(texts):
    line, blocks = 1, []
    for lines in filter(None, texts):
        blocks.append(Block(b"".join(text + b"\n" for text in lines), line))
        line += len(lines)
    rows = [row for block in blocks for row, _ in records(block, LAYOUT)]
    for block in numbered(iter(blocks), LAYOUT, before=0):
        for piece in read(block, LAYOUT, Settings("eval")):
            if isinstance(piece, Batch):
                found = [rows[number - 1] for number in numbers_of(piece, block, LAYOUT)]
                assert found == [*piece.lines]


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_numbers_are_the_same_by_any_number_of_workers(jobs):
    text = "".join(f"{row % 7}.{0:020},{row % 5}\n" for row in range(60_000))
    ran = softmax("eval", "--top", "1", "-p", "1", "-j", jobs, stdin=text)
    header, *lines = ran.out.splitlines()
    assert header == "vector,rank,class,probability"
    assert [int(line.split(",")[0]) for line in lines] == [*range(1, 60_001)]


@pytest.mark.parametrize(
    "text", ["2,1\n0,3\n", "[[2,1],[0,3]]", "[2,1]\n[0,3]\n", "\n2,1\n\n0,3"], ids=repr
)
def test_the_lines_of_several_vectors_begin_with_their_number(text):
    ran = softmax("jacobian", "-p", "2", stdin=text)
    assert ran.out == "vector,1,2\n1,0.20,-0.20\n1,-0.20,0.20\n\n2,0.05,-0.05\n2,-0.05,0.05\n"


def test_a_number_belongs_to_its_row_though_rows_are_left_out():
    ran = softmax("eval", "--top", "1", "-p", "1", "--on-error", "skip", stdin="0,1\nx,1\n1,0\n")
    assert ran.out == "vector,rank,class,probability\n1,1,2,0.7\n3,1,1,0.7\n"


@pytest.mark.parametrize("jobs", ["1", "3"])
@pytest.mark.parametrize(
    "texts",
    [
        ["[[1,2],[3,5]]", "[[1,2],[3,5]]", "[[1,2],[3,5]]"],
        ["[1,2]\n[3,5]\n", "[[1,2],[3,5]]", "[1,2]\n[3,5]\n"],
        ['[["a","b"],[1,2],[3,5]]', '[["a","b"],[1,2],[3,5]]', '["a","b"]\n[1,2]\n[3,5]\n'],
        ["a,b\n1,2\n3,5\n", "a,b\n1,2\n3,5\n", "# a,b\n\n1,2\n3,5\n"],
    ],
    ids=["documents", "lines and a document", "headers", "tables"],
)
def test_numbers_go_on_in_further_files(tmp_path, texts, jobs):
    files = []
    for number, text in enumerate(texts):
        (tmp_path / str(number)).write_text(text)
        files += ["--csv", str(number)]
    ran = softmax("eval", "--top", "1", "-p", "1", "-j", jobs, *files, cwd=tmp_path)
    assert [line.split(",")[0] for line in ran.out.splitlines()[1:]] == [*"123456"]


def test_numbered_lines_read_back_with_their_vector_kept():
    first = softmax("jacobian", "2 1; 0 3", "-p", "2").out
    again = softmax("eval", "-k", "vector", stdin=first)
    assert again.status == 0
    assert [line[:2] for line in again.out.splitlines()[1:]] == ["1,", "1,", "2,", "2,"]


@pytest.mark.parametrize(
    "arguments", [("2", "1"), ("2 1; 0 3", "--output", "1"), ("2 1; 0 3", "--diagonal")]
)
def test_lines_that_are_each_a_vector_have_no_number(arguments):
    assert "vector" not in softmax("jacobian", *arguments).out
