"""Where the cells of a block stand."""

import pytest

from softmax_cli.reading.grid import Grid
from softmax_cli.reading.layout import Layout
from softmax_cli.values import Block


def grid(text, delimiter=b",", width=2, logits=(0, 1), line=1):
    return Grid.of(Block(text, line), Layout("x", delimiter, width, logits))


def test_rows_of_another_width_are_odd():
    assert grid(b"1,2\n3\n4,5,6\n\n7,8\n").odd_rows().tolist() == [1, 2, 3]
    assert grid(b" 1  2 \n3\n4 5 6\n\n7\t8\n", b" ").odd_rows().tolist() == [1, 2, 3]


def test_a_row_of_several_cells_is_odd_where_there_is_one_column():
    assert grid(b"1\n,4,x\n2\n", width=1, logits=(0,)).odd_rows().tolist() == [1]


def test_rows_that_keep_cells_are_odd_though_their_cells_add_up():
    assert grid(b"a,1\nb\nc,2,3\n", logits=(1,)).odd_rows().tolist() == [1, 2]
    assert not grid(b"a,1\nb,2\n", logits=(1,)).odd_rows().size


def test_rows_of_bytes_that_no_text_holds_are_odd():
    assert grid(b"1,2\r\n3\r,4\n5,\x006\n7,8\r\n").odd_rows().tolist() == [1, 2]


@pytest.mark.parametrize("text", [b'a"b,1\n', b'"a,1\n', b'"a" ,1\n', b'"a"b"c",1\n'])
def test_stray_quotes_are_noticed(text):
    assert not grid(text).is_well_quoted()


@pytest.mark.parametrize("text", [b'"a",1\n', b'"a,""b""\n",1\n', b'1,""\r\n', b'"""",1\n'])
def test_quotes_around_cells_are_well_quoted(text):
    assert grid(text).is_well_quoted()
    assert not grid(text).odd_rows().size


def test_quoted_cells_may_hold_what_ends_cells_and_rows():
    table = grid(b'"a,",1\n"b\n",2\nc,3\n', logits=(1,))
    assert not table.odd_rows().size
    assert [*table.slices(0, 0)] == [b'"a,"', b'"b\n"', b"c"]
    assert [*table.slices(1, 1)] == [b"1", b"2", b"3"]


def test_quoted_rows_of_another_width_are_odd_though_their_cells_add_up():
    assert grid(b'"a,",1\n"b"\nc,2,3\n', logits=(1,)).odd_rows().tolist() == [1, 2]


@pytest.mark.parametrize("digits", [1, 50])
def test_logits_of_long_rows_are_those_of_short_ones(digits):
    number = b"0." + b"5" * digits
    table = grid(b"a,%b,b,%b\r\nc,%b,d,2\r\n" % (3 * (number,)), width=4, logits=(1, 3))
    long = grid(b'"a",%b,%b\n' % (number, number), width=3, logits=(1, 2))
    assert table.logits(decimal_comma=False) == b",".join([number] * 3 + [b"2"])
    assert long.logits(decimal_comma=False) == b",".join([number] * 2)


def test_a_grid_without_its_odd_rows_knows_their_lines():
    whole = grid(b'1,2\n"\n",3\n4,5\n6\n7,8\n', line=10)
    assert list(whole.lines()) == [10, 11, 13, 14, 15]
    rest, odd = whole.without(whole.odd_rows())
    assert rest.text == b'1,2\n"\n",3\n4,5\n7,8\n'
    assert list(rest.lines()) == [10, 11, 13, 15]
    assert odd == [Block(b"6\n", 14)]


def test_the_lines_of_plain_rows_take_no_memory():
    assert grid(b"1,2\n3,4\n", line=5).lines() == range(5, 7)


def test_cells_are_cut_out_of_every_row():
    table = grid(b'a,1,"x,y",2\r\nb,3,,4\r\n', width=4, logits=(1, 3))
    assert [*table.slices(2, 2)] == [b'"x,y"', b""]
    assert table.logits(decimal_comma=False) == b"1,2,3,4"


@pytest.mark.parametrize(
    ("text", "newline", "around"),
    [
        (b"a,1,2,b\nc,3,4,\n", b"\n", [b"a,", b",b\nc,", b",\n"]),
        (b'1,"\n",2\r\n3,,4\r\n', b"\r\n", [b"", b',"\n",', b"\r\n", b",,", b"\r\n"]),
    ],
)
def test_the_text_around_the_logits_is_that_of_all_rows_on_end(text, newline, around):
    width = text.split(newline)[0].count(b",") + 1
    logits = (1, 2) if width == 4 else (0, 2)
    layout = Layout("x", b",", width, logits, newline=newline)
    assert [*Grid.of(Block(text, 1), layout).around()] == around


@pytest.mark.parametrize(
    ("text", "change"),
    [
        (b"1,2\n", {"logits": (0, 1)}),
        (b"a 1\n", {"delimiter": b" "}),
        (b"a,1\r\n", {}),
        (b"a,1\r\nb,2\n", {"newline": b"\r\n"}),
        (b"a,1\n", {"append": True}),
    ],
)
def test_rows_that_an_answer_gives_another_shape_have_no_text_around_it(text, change):
    layout = Layout("x", b",", 2, (1,))._replace(**change)
    assert Grid.of(Block(text, 1), layout).around() is None


def test_kept_cells_between_blanks_stand_one_blank_apart():
    table = grid(b' a  b 1\n"c d"\t e  2 \n', b" ", width=3, logits=(2,))
    assert table.kept(0, 1) == [b"a b", b'"c d" e']
    assert table.logits(decimal_comma=False) == b"1,2"


@pytest.mark.parametrize(
    ("text", "delimiter", "logits"),
    [
        (b"1;2\n3;4\n", b";", b"1,2,3,4"),
        (b" 1  2 \n3\t4\n", b" ", b" 1, 2,\n3,4"),
        (b"1;2,5\n3;4\n", b";", b"1,2_5,3,4"),
        (b'1,"2\n"\n3,4\n', b",", b'1,"2_",3,4'),
    ],
)
def test_commas_stand_between_logits_and_nowhere_else(text, delimiter, logits):
    assert grid(text, delimiter).logits(decimal_comma=False).replace(b", \n", b",\n") == logits


def test_a_decimal_comma_becomes_a_point_and_a_point_nothing():
    assert grid(b"1,5;2.5\n", b";").logits(decimal_comma=True) == b"1.5,2_5"
