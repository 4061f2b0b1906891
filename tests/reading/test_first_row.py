from contextlib import contextmanager
from tempfile import TemporaryFile

import pytest

from softmax_cli.bad_numbers import EmptyVector
from softmax_cli.errors import DeviceFailed, Empty, HoldsText, OnlyAHeader, SoftmaxError
from softmax_cli.reading import files as sources
from softmax_cli.reading import first_row
from softmax_cli.reading.first_row import open_table
from softmax_cli.reading.rows import read
from softmax_cli.settings import Settings

QUIET = Settings("eval", quiet=True)


@contextmanager
def table(text, **options):
    """The table that a file with this text holds."""
    with TemporaryFile() as file:
        file.write(text)
        file.seek(0)
        yield open_table(
            sources.chunks(file.fileno(), "t.csv"),
            "t.csv",
            Settings("eval", **{"quiet": True, **options}),
        )


def values(text, **options):
    """The header of a table, and its vectors."""
    settings = Settings("eval", quiet=True, **options)
    with table(text, **options) as opened:
        pieces = [
            piece for block in opened.blocks for piece in read(block, opened.layout, settings)
        ]
        assert not any(isinstance(piece, SoftmaxError) for piece in pieces)
        return opened.layout.header, [row for piece in pieces for row in piece.values.tolist()]


def error(text, **options):
    with pytest.raises(SoftmaxError) as caught:
        values(text, **options)
    return caught.value


@pytest.mark.parametrize("start", [b"", b"\n", b" \n\t\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_the_first_row_that_is_not_blank_settles_the_table(start, newline):
    text = start + newline.join([b"a;b", b"", b"1;2", b"3;4"])
    with table(text) as opened:
        assert opened.layout.header == ("a", "b")
        assert opened.layout.delimiter == b";"
        assert opened.layout.newline == newline
        assert opened.layout.header_line == 1 + start.count(b"\n")
        assert opened.notes == ()
    assert values(text) == (("a", "b"), [[1, 2], [3, 4]])


@pytest.mark.parametrize("text", [b"[[1,2],\r\n[3,4]]\r\n", b'{"a":1,\r\n"b":2}\r\n{"a":3,"b":4}'])
def test_the_newlines_of_a_document_of_json_are_not_those_of_lines(text):
    with table(text) as opened:
        assert opened.layout.newline == b"\n"


def test_the_line_of_every_row_is_known_behind_a_header_of_several_lines():
    with table(b'\n"a\nb",c\n\n1,2\n') as opened:
        (block,) = opened.blocks
        (batch,) = read(block, opened.layout, QUIET)
        assert list(batch.lines) == [5]


def test_lines_end_as_the_first_does():
    with table(b"1,2\r\n1,2\n") as opened:
        assert opened.layout.newline == b"\r\n"


@pytest.mark.parametrize(
    ("text", "line", "vector"),
    [
        (b"\n1,2\n3,4\n", 2, None),
        (b"a,b\n\n1,2\n", 3, None),
        (b"[1,2]\n[3,4]\n", 1, None),
        (b"[\n[1,2],[3,4]]", 2, 1),
        (b'[["a","b"],\n[1,2]]', 2, 2),
    ],
)
def test_the_first_vector_is_known_with_its_place(text, line, vector):
    with table(text) as opened:
        first = opened.first
        assert first.values.tolist() == [[1, 2]]
        assert opened.layout.place(first.lines[0]) == ("t.csv", line, None, vector)
        assert not opened.is_first_taken


def test_there_is_no_first_vector_where_its_row_holds_an_error():
    with table(b"a,b\n1,\n3,4\n") as opened:
        assert opened.first is None


def test_a_first_row_of_numbers_is_data():
    assert values(b"1,2\n3,4\n") == (None, [[1, 2], [3, 4]])
    assert values(b"1,2") == (None, [[1, 2]])


@pytest.mark.parametrize("text", [b"", b"\n", b" \t\n\r\n", b"\xef\xbb\xbf"])
def test_an_input_without_a_row_is_empty(text):
    assert isinstance(error(text), Empty)


@pytest.mark.parametrize("text", [b"[]", b"{}", b"[[]]", b"[]\n[1,2]\n"])
def test_a_first_vector_without_entries_is_empty(text):
    assert isinstance(error(text), EmptyVector)


def test_a_table_that_is_only_a_header_says_why_it_was_taken_for_one():
    found = error(b"1,2x\n")
    assert isinstance(found, OnlyAHeader)
    assert str(found).startswith("t.csv:1: '2x' is not a number, so the only row is a header")
    for text in (b"1,2\n", b"a,b\n"):
        found = error(text, header=True)
        assert isinstance(found, Empty)
        assert str(found) == "t.csv: the input holds no numbers"


def test_a_header_may_come_again_as_data():
    assert values(b"1,2\n1,2\n3,4\n", header=True) == (("1", "2"), [[1, 2], [3, 4]])


def test_a_last_column_that_is_kept_is_none_that_ends_the_lines():
    with table(b"a,b,id\n1,2,7\n", keep="id") as opened:
        assert opened.layout.blank is None
    with table(b"a,b\n1,2,\n") as opened:
        assert opened.layout.blank == 2


@pytest.mark.parametrize(
    ("text", "options", "logits"),
    [
        (b"1,2,\n3,4,x\n", {"keep": "3"}, (0, 1)),
        (b"1,2,\n3,4,x\n", {"keep": "2-"}, (0,)),
        (b"1,2,\n3,4,x\n", {"columns": "1,2"}, (0, 1)),
        (b"1,2,\n3,4,x\n", {"by": "1,3"}, (1,)),
        (b"1,2,\n3,4,1\n", {"target_column": "3"}, (0, 1)),
        (b"a,b\n1,2,\n3,4,x\n", {"columns": "a,b"}, (0, 1)),
        (b"a,b\n1,2,\n3,4,x\n", {"keep": "3"}, (0, 1)),
    ],
)
def test_a_last_column_that_an_option_names_is_one_though_its_first_cell_is_empty(
    text, options, logits
):
    with table(text, **options) as opened:
        assert (opened.layout.blank, opened.layout.logits) == (None, logits)


def test_an_option_that_names_other_columns_makes_no_column_of_the_end_of_the_lines():
    with table(b"7,1,2,\n8,3,4,\n", keep="1") as opened:
        assert (opened.layout.blank, opened.layout.logits) == (3, (1, 2))


def test_text_among_the_logits_is_refused_at_once():
    assert isinstance(error(b"k,a\nAnn,1\n"), HoldsText)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"a,b\n\n1,x\n2,3\n", "t.csv:3: column 'b'"),
        (b'[1,"x"]\n[2,3]\n', "t.csv:1: column 2"),
        (b'[[1,"x"],\n[2,3]]', "t.csv:1: vector 1: column 2"),
        (b'{"a":1,"b":"x"}\n{"a":2,"b":3}\n', "t.csv:1: column 'b'"),
    ],
)
def test_text_among_the_logits_leaves_the_first_row_out_where_bad_rows_are_left_out(text, place):
    with table(text, on_error="skip") as opened:
        assert isinstance(opened.first, HoldsText)
        assert str(opened.first).startswith(f"{place} holds text ('x'): add --keep ")
        assert opened.is_first_taken
        (block,) = opened.blocks
        (batch,) = read(block, opened.layout, QUIET)
        assert batch.values.tolist() == [[2, 3]]


def test_another_error_in_the_first_row_is_left_to_the_reader_of_rows():
    with table(b'a,b\n1,"2"3\n4,5\n') as opened:
        pieces = [piece for block in opened.blocks for piece in read(block, opened.layout, QUIET)]
    assert str(pieces[0]).startswith("t.csv:2: column 'b': a quote stands inside the cell")
    assert pieces[1].values.tolist() == [[4, 5]]


@pytest.mark.parametrize(
    "text", [b"a,b\x00\n1,2\n", b"a,\xff\n1,2\n", b"a,b\rc\n1,2\n", b'a,"b"c\n1,2\n']
)
def test_a_first_row_that_is_no_text_is_refused_with_its_line(text):
    assert str(error(text)).startswith("t.csv:1: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"PK\x03\x04\0", "t.csv: this is a zip archive"),
        (b"# by me\n", "t.csv: the input holds no numbers"),
        (b'a;b\n1;2\n3;"4\n', "t.csv:3: a quote opens here and is never closed"),
        (b"\n\n[[1,2],\n3]", "t.csv:3: a comma with no row behind it"),
        (b'\n[{"a": 1, "a": 2}]', "t.csv:2: vector 1: an object names the member 'a' twice"),
    ],
)
def test_an_error_at_the_start_tells_its_place(text, message):
    assert str(error(text)).startswith(message)


def test_a_device_that_cannot_be_read_is_told(tmp_path):
    with (tmp_path / "t").open("wb") as file, pytest.raises(DeviceFailed, match=r"^t\.csv: "):
        open_table(sources.chunks(file.fileno(), "t.csv"), "t.csv", QUIET)


@pytest.mark.parametrize(
    "text",
    [
        b'[{"a":1,"b":2},{"b":4,"a":3}]',
        b'{"a":1,"b":2}\n{"a":3,"b":4}\n',
        b'[["a","b"],[1,2],[3,4]]',
        b'["a","b"]\n[1,2]\n[3,4]',
        b'\n [\r\n {"a":1,\r\n"b":2},\r\n{"a":3,"b":4}\r\n]',
    ],
)
def test_the_names_of_json_are_the_header(text):
    assert values(text) == (("a", "b"), [[1, 2], [3, 4]])


def test_the_line_of_a_header_is_known():
    for text in (b'\n[["a","b"],\n[1,2]]', b"# by me\n# a,b\n\n1,2\n"):
        with table(text) as opened:
            assert opened.layout.header_line == 2


@pytest.mark.parametrize("text", [b"[[1,2],[3,4]]", b"[1,2]\n[3,4]", b"[[1. 2.]\n [3. 4.]]"])
def test_arrays_of_numbers_have_no_header(text):
    assert values(text) == (None, [[1, 2], [3, 4]])


def test_an_array_of_numbers_is_a_header_if_it_is_said():
    assert values(b"[[1,2],[3,4]]", header=True) == (("1", "2"), [[3, 4]])


def test_an_object_may_be_named_in_any_characters():
    header, _ = values('{"a\\"b": 1, "c,d": 2, "é😀": 3}'.encode())
    assert header == ('a"b', "c,d", "é😀")


def lines_of(text, **options):
    """The layout, and the line of each row."""
    with table(text, **options) as opened:
        pieces = [piece for block in opened.blocks for piece in read(block, opened.layout, QUIET)]
        return opened.layout, [line for piece in pieces for line in piece.lines]


def test_the_header_of_r_is_one_cell_short_and_the_names_of_its_rows_are_kept():
    layout, lines = lines_of(b'"a" "b"\n"1" 0.5 2\n"2" 1 3\n')
    assert (layout.header, layout.logits, layout.classes) == (("", "a", "b"), (1, 2), ("a", "b"))
    assert (layout.raw_header[0], lines) == (b'""', [2, 3])
    layout, _ = lines_of(b"a,b\nAnn,0.5,2\nBob,1,3\n")
    assert (layout.header, layout.kept) == (("", "a", "b"), (0,))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (b"a,b\n1,2,\n3,4,\n", ()),
        (b"a,b,\n1,2,\n3,4,\n", (2,)),  # a column without a name
        (b"1,2,\n3,4,\n", ()),
    ],
)
def test_a_delimiter_may_end_every_line(text, kept):
    layout, _ = lines_of(text)
    assert (layout.logits, layout.kept) == ((0, 1), kept)
    assert values(text)[1] == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    "first", [b"sep=;\n", b"sep=;\r\n", b'"sep=;"\n', b"\n sep=;\n"[0:1] + b"sep=;\n"]
)
def test_the_separator_that_excel_names_is_the_delimiter(first):
    layout, lines = lines_of(first + b"a,x;b\n1;2\n")
    assert (layout.delimiter, layout.header) == (b";", ("a,x", "b"))
    assert lines == [first.count(b"\n") + 2]


def test_a_value_behind_the_delimiter_that_ends_the_first_line_is_not_dropped():
    for text in (b"a,b\n1,2,\n3,4,5\n", b"1,2,\n3,4,5\n"):
        with table(text) as opened:
            pieces = [p for block in opened.blocks for p in read(block, opened.layout, QUIET)]
        assert "'5' follows the delimiter that ends the first row" in str(pieces[-1])


def test_what_only_looks_like_a_separator_line_is_a_header():
    assert values(b"sep=x\n1\n2\n") == (("sep=x",), [[1], [2]])


@pytest.mark.parametrize(
    ("text", "header"),
    [
        (b"# made today, by me\n#\na,b\n1,2\n", ("a", "b")),
        (b"# a,b\n1,2\n", ("a", "b")),
        (b"# a b\n1.0 2.0\n", ("a", "b")),
        (b"# by me\n# a,b\n\n1,2\n", ("a", "b")),
        (b"#a\tb\n1\t2\n", ("a", "b")),
        (b"#\ta\tb\n7\t1\t2\n", ("", "a", "b")),
        (b'# "a,b",c\n1,2\n', ("a,b", "c")),
        (b"#X,Y\n1,2\n", ("X", "Y")),
        (b"# X,Y\n1,2\n", ("X", "Y")),
        (b"# Y,X\n1,2\n", ("Y", "X")),
        (b"# made, today, by me\n1,2\n", None),
        (b"# 1,2\n3,4\n", None),
        (b"#\n1,2\n", None),
    ],
)
def test_comments_come_before_the_header_or_hold_it(text, header):
    assert values(text)[0] == header
    assert lines_of(text)[1] == [text.count(b"\n")]


def test_comments_come_before_ragged_lines_too():
    assert values(b"# a,b\n\n1,2\n3\n", ragged=True) == (None, [[1, 2], [3]])


def test_a_comment_is_a_header_unless_the_table_is_said_to_have_none():
    text = b"# a,b\n1,2\n"
    assert values(text, header=True) == (("a", "b"), [[1, 2]])
    assert values(text, header=False) == (None, [[1, 2]])


def test_a_header_behind_a_mark_stays_as_it_came():
    assert lines_of(b"#id,a,b\n7,1,2\n", keep="id")[0].raw_header == (b"#id", b"a", b"b")
    assert lines_of(b"# a,b\n1,2\n")[0].raw_header == (b"# a", b"b")
    assert lines_of(b"#a,b\f\n1,2\n")[0].raw_header == (b"#a", b"b\f")
    header = lines_of(b"#id,a,b,word\n7,1,2,x\n", keep="id,word")[0].header
    assert header == ("id", "a", "b", "word")


def test_an_input_of_comments_alone_is_empty():
    assert isinstance(error(b"# a\n# b\n"), Empty)


def test_a_first_line_of_one_cell_settles_no_delimiter_of_ragged_lines():
    for text in (b"5\n1 2\n", b"5\n1;2\n", b"5\n1\t2\n"):
        assert values(text, ragged=True) == (None, [[5], [1, 2]])
    assert values(b"5\n1,5 2\n", ragged=True, decimal_comma=True) == (None, [[5], [1.5, 2]])


def test_a_long_row_of_numbers_is_data_and_its_columns_are_a_range():
    row = ",".join(f"{number % 9}.5" for number in range(9_000))
    with table(f"{row}\n".encode()) as opened:
        assert (opened.layout.width, opened.layout.header) == (9_000, None)
        assert opened.layout.logits == range(9_000)
        assert opened.layout.runs == ((True, 0, 8_999),)
        assert opened.layout.kept == ()


def test_a_long_row_of_numbers_is_not_cut_into_cells(monkeypatch):
    monkeypatch.setattr(first_row, "row_cells", None)
    row = b",".join([b"1.25"] * 9_000) + b"\n"
    assert values(row + row) == (None, [[1.25] * 9_000] * 2)


@pytest.mark.parametrize("rows", [1, 2])
def test_a_header_before_a_long_row_is_one(rows):
    row = b",".join([b"1.25"] * 9_000) + b"\n"
    names = [f"c{column}" for column in range(9_000)]
    commented = f"# {','.join(names)}\n".encode()
    assert values(commented + row * rows) == ((*names,), [[1.25] * 9_000] * rows)
    header = row.replace(b"25", b"75")
    assert values(header + row * rows, header=True)[1] == [[1.25] * 9_000] * rows


@pytest.mark.parametrize("place", [0, 4_500, 8_999])
def test_a_long_row_with_one_word_is_a_header(place):
    cells = [str(number) + ".25" for number in range(9_000)]
    cells[place] = "cat"
    with pytest.raises(OnlyAHeader):
        values(",".join(cells).encode() + b"\n")


def test_some_columns_of_a_long_row_may_be_kept():
    row = ",".join(f"{number % 9}.5" for number in range(9_000))
    with table(f"{row}\n".encode(), keep="2,5-9000") as opened:
        assert opened.layout.logits == (0, 2, 3)
        assert opened.layout.runs == (
            (True, 0, 0),
            (False, 1, 1),
            (True, 2, 3),
            (False, 4, 8_999),
        )


def test_a_row_as_long_as_a_block_is_read_at_once():
    row = ",".join(f"{number % 9}.5" for number in range(90_000))
    with table(f"{row}\r\n{row}\n".encode()) as opened:
        assert opened.is_first_taken
        assert (opened.layout.width, opened.layout.logits) == (90_000, range(90_000))
        assert opened.layout.newline == b"\r\n"
        assert opened.first is not None
        assert opened.first.values[0, :3].tolist() == [0.5, 1.5, 2.5]
        assert [(block.text, block.line) for block in opened.blocks] == [(f"{row}\n".encode(), 2)]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_newline_of_a_long_row_is_known(newline):
    row = ",".join(["1.25"] * 9_000) + newline
    with table(row.encode()) as opened:
        assert opened.is_first_taken
        assert opened.layout.newline == newline.encode()
        assert opened.notes == ()


def test_a_long_row_that_counts_is_remarked_upon():
    with table(",".join(map(str, range(9_000))).encode(), quiet=False) as opened:
        (note,) = opened.notes
        assert note.startswith("t.csv:1: 0 to 8999 are read as data; --header reads them as names")
    with table(b",".join([b"0.5"] * 8_999 + [b"8999"]), quiet=False) as opened:
        assert opened.notes == ()
        assert opened.is_first_taken


@pytest.mark.parametrize("options", [{"keep": "2"}, {"header": True}, {"digits": 20}], ids=str)
def test_a_row_as_long_as_a_block_is_left_in_it_where_it_is_more_than_logits(options):
    row = ",".join(f"{number % 9}.5" for number in range(90_000))
    with table(f"{row}\n{row}\n".encode(), **options) as opened:
        assert not opened.is_first_taken
        assert next(opened.blocks).text.startswith(b"0.5,1.5,")


@pytest.mark.parametrize(
    ("command", "most"), [("eval", sources.SENT_BLOCK_BYTES), ("jacobian", sources.BLOCK_BYTES)]
)
def test_a_cluster_is_sent_large_blocks_of_rows_whose_answers_are_about_as_long(command, most):
    with TemporaryFile() as file:
        file.write(b"1,2,3\n" * (sources.SENT_BLOCK_BYTES // 6 + 1))
        file.seek(0)
        settings = Settings(command=command, cluster="tcp://host:8786")
        chunks = sources.chunks(file.fileno(), "stdin", sources.block_bytes(settings))
        block = next(iter(open_table(chunks, "stdin", settings).blocks))
    assert most - 6 <= len(block.text) <= most


@pytest.mark.parametrize("comment", [b"# some words", b"#c,d", b"#1,2"])
def test_a_comment_before_a_header_is_none(comment):
    assert values(comment + b"\nx,y\n3,4\n") == (("x", "y"), [[3, 4]])


def test_a_comment_of_another_number_of_cells_is_no_header():
    assert values(b"# some words\n3,4\n") == (None, [[3, 4]])


def test_a_long_row_between_blanks_is_read_as_other_rows_are():
    row = b" ".join([b"1.25"] * 9000) + b"\n"
    assert values(row + row) == (None, [[1.25] * 9000] * 2)


TWO_BAD_ITEMS = [(b"[]\n", 1, 1), (b'{"a": 1, "a": 2}\n', 2, 2)]


@pytest.mark.parametrize(
    ("text", "bad", "rows"),
    [
        (b"{bad\n[1,2\n[3,4]\n", [(b"{bad\n", 1, 0), (b"[1,2\n", 2, 0)], b"[3,4]\n"),
        (
            b'[[],\n{"a": 1, "a": 2}, [0, 0]]',
            [(b"[]\n", 1, 1), (b'{"a": 1, "a": 2}\n', 2, 2)],
            None,
        ),
    ],
)
def test_bad_rows_of_json_before_the_first_good_one_are_rows_where_they_are_skipped(
    text, bad, rows
):
    with table(text, on_error="skip") as opened:
        blocks = list(opened.blocks)
        assert opened.layout.logits == (0, 1)
    found = [(block.text, int(block.line), block.vector) for block in blocks[: len(bad)]]
    assert found == bad
    assert rows is None or b"".join(block.text for block in blocks[len(bad) :]) == rows
    assert isinstance(error(text), SoftmaxError)


@pytest.mark.parametrize("text", [b'{"a": 1, "a": 2}\n[]\n', b'"a"b,c\n1,2\n'])
def test_where_no_row_settles_the_table_the_first_error_is_given(text):
    skipped = error(text, on_error="skip")
    assert str(skipped) == str(error(text))
    assert skipped.place.line == 1
