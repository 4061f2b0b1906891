import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.reading.files import chunks
from softmax_cli.reading.first_row import open_table
from softmax_cli.reading.rows import read
from softmax_cli.settings import Settings


@pytest.fixture
def files(tmp_path):
    """A function that writes texts to files and opens them as one table."""

    def opened(*texts, **options):
        paths = []
        for number, text in enumerate(texts):
            paths.append(tmp_path / f"{number}.csv")
            paths[-1].write_bytes(text)
        settings = Settings("eval", quiet=True, **options)
        with paths[0].open("rb") as first:
            found = open_table(
                chunks(first.fileno(), "0.csv"), "0.csv", settings, [*map(str, paths[1:])]
            )
            return [
                piece for block in found.blocks for piece in read(block, found.layout, settings)
            ], found.layout

    return opened


@pytest.mark.parametrize(
    "texts",
    [
        (b"a,b\n1,2\n", b"a,b\n3,4\n", b"a,b\n5,6"),
        (b"1,2", b"3,4\n5,6\n"),
        (b"a,b\n1,2\n", b'\n "a" ,b\r\n3,4\r\n5,6\r\n'.replace(b' "a" ', b'"a"')),
        (b"a,b\n1,2\n3,4\n", b"a,b\n", b"# more\na,b\n5,6\n"),
        (b"# a,b\n1,2\n3,4\n", b"# a,b\n5,6\n"),
        (b"# a,b\n1,2\n", b"a,b\n3,4\n", b"# by hand\n#a,b\n5,6\n"),
        (b"a,b\n1,2\n", b"# a,b\n3,4\n", b"# x,y\na,b\n5,6\n"),
        (b"1,2\n", b"# a,b\n3,4\n5,6\n"),
        (b'[" a","b"]\n[1,2]\n', b'[" a","b"]\n[3,4]\n', b'[[" a","b"],[5,6]]'),
        (b"[1,2]\n", b"[[3,4],[5,6]]"),
        (b'[" a","a"]\n[1,2]\n', b'[" a","a"]\n[3,4]\n[5,6]\n'),
        (b'{"a":1,"b":2}', b'[{"a":3,"b":4},{"a":5,"b":6}]'),
    ],
)
def test_files_of_the_same_columns_are_read_one_after_another(files, texts):
    pieces, _ = files(*texts)
    assert [row for piece in pieces for row in piece.values.tolist()] == [[1, 2], [3, 4], [5, 6]]


def test_an_error_in_a_further_file_names_it_and_its_line(files):
    pieces, layout = files(b"a,b\n1,2\n", b"a,b\n3,4\n\n5,x\n")
    assert str(pieces[-1]).endswith("/1.csv:4: column 'b': 'x' is not a number")
    assert [str(layout.place(line))[-7:] for line in pieces[1].lines] == ["1.csv:2"]


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ((b"a,b\n1,2\n", b"\na,c\n"), "1.csv:2: .* column 2 is 'c', not 'b'"),
        ((b"a,b\n1,2\n", b"a,b,c\n"), "1.csv:1: .* it has 3 columns, not 2"),
        ((b"a,b\n1,2\n", b"1,2\n"), "1.csv:1: .* column 1 is '1', not 'a'"),
        ((b"# a b\n1 2\n", b"\n# b a\n1 2\n"), "1.csv:2: .* column 1 is 'b', not 'a'"),
        ((b"# a b\n1 2\n", b"b a\n1 2\n"), "1.csv:1: .* column 1 is 'b', not 'a'"),
        ((b"# a b\n1 2\n", b"1 2\n"), "1.csv:1: .* column 1 is '1', not 'a'"),
        ((b"a b\n1 2\n", b"# b a\n1 2\n"), "1.csv:1: .* column 1 is 'b', not 'a'"),
        ((b'["a","b"]\n[1,2]\n', b'[" a","b"]\n'), "1.csv:1: .* column 1 is ' a', not 'a'"),
        ((b"a,b\n1,2\n", b"[1,2]"), "1.csv: .* it holds JSON, and the first file delimited text"),
        ((b"a,b\n1,2\n", b""), "1.csv: the input holds no numbers"),
        ((b"1,2\n", b'1,"2'), "1.csv:1: a quote opens here and is never closed"),
    ],
)
def test_a_further_file_of_other_columns_is_refused(files, texts, sentence):
    with pytest.raises(SoftmaxError, match=sentence):
        files(*texts)


def test_a_header_of_a_further_file_may_be_a_cell_short_as_that_of_the_first(files):
    pieces, layout = files(b'"a" "b"\n"1" 0.5 2\n', b'"a" "b"\n"2" 1 3\n')
    assert layout.header == ("", "a", "b")
    assert [row for piece in pieces for row in piece.values.tolist()] == [[0.5, 2], [1, 3]]


@pytest.mark.parametrize(
    ("texts", "rows"),
    [
        ((b"a,b\n1,2,\n", b"a,b\n3,4,\n"), [[1, 2], [3, 4]]),
        ((b"a,b,\n1,2,\n", b"a,b\n3,4,\n"), [[1, 2], [3, 4]]),
        ((b"a,b\n1,2,\n", b"a,b,\n3,4,\n"), [[1, 2], [3, 4]]),
    ],
)
def test_the_name_of_the_empty_column_that_ends_the_lines_may_be_left_out(files, texts, rows):
    pieces, _ = files(*texts)
    assert [row for piece in pieces for row in piece.values.tolist()] == rows


def test_no_other_column_of_a_further_file_may_be_left_out(files):
    for header in (b"a,b", b"b,c"):
        with pytest.raises(SoftmaxError, match=r"1\.csv:1: .* it has 2 columns, not 3"):
            files(b"a,b,c\n1,2,3\n", header + b"\n1,2\n")


@pytest.mark.parametrize("rows", [1, 2])
def test_files_may_follow_a_long_row(files, rows):
    row = b",".join([b"1.25"] * 9_000) + b"\n"
    pieces, layout = files(row * rows, row)
    last = pieces[-1]
    assert last.values.tolist() == [[1.25] * 9_000]
    assert str(layout.place(last.lines[-1])).endswith("/1.csv:1")


def test_the_delimiter_of_the_first_file_holds_for_all(files):
    pieces, _ = files(b"x,1,k,2\n", b'p;q,3,"t\n",4\nr;s,5,u,6\n', keep="1,3")
    assert [row for piece in pieces for row in piece.values.tolist()] == [[1, 2], [3, 4], [5, 6]]
    assert pieces[1].kept[1][0] == b'"t\n"'


def test_a_line_of_one_cell_settles_no_delimiter_for_further_ragged_lines(files):
    pieces, _ = files(b"5\n", b"1;2\n", b"3 4\n", ragged=True)
    assert [row for piece in pieces for row in piece.values.tolist()] == [[5], [1, 2], [3, 4]]
