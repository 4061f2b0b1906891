import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import UnknownColumn, UsageError
from softmax_cli.reading.columns import as_option, choose, choose_one, positions

NAMES = ["a", "logit_1", "logit_2", "c-d", "x,y"]


def chosen(wanted, header=NAMES, width=5):
    return choose("--columns", wanted, width, header)


@pytest.mark.parametrize(
    ("wanted", "columns"),
    [
        ("a", [0]),
        ("2", [1]),
        ("2-3", [1, 2]),
        ("3-", [2, 3, 4]),
        ("logit_*", [1, 2]),
        ("logit_?,a", [1, 2, 0]),
        ("c-d", [3]),
        (' "x,y" , 1', [4, 0]),
        ("3,1-2,a", [2, 0, 1]),
        ("*", [0, 1, 2, 3, 4]),
        ("a-logit_2", [0, 1, 2]),
        ("logit_1-c-d", [1, 2, 3]),
    ],
)
def test_columns_are_named_by_name_position_range_and_pattern_in_this_order(wanted, columns):
    assert chosen(wanted) == columns


def test_a_name_that_looks_like_a_range_or_a_pattern_is_a_name():
    assert chosen("a-b", ["a", "a-b", "b"], 3) == [1]
    assert chosen("*", ["a", "1-2", "*"], 3) == [2]


@pytest.mark.parametrize(
    ("wanted", "columns"), [("3", [0]), ("1", [1]), ("1-2", [1, 2]), ("1-", [1, 2, 3]), ("y", [3])]
)
def test_where_a_name_is_a_whole_number_a_number_is_only_a_name(wanted, columns):
    assert chosen(wanted, ["3", "1", "2", "y"], 4) == columns


@pytest.mark.parametrize("wanted", ["4", "1-4", "3-9", "2-1", "4-", "1-y-"])
def test_where_a_name_is_a_whole_number_no_number_is_a_position(wanted):
    with pytest.raises(UnknownColumn):
        chosen(wanted, ["3", "1", "2", "y"], 4)


@pytest.mark.parametrize(
    "wanted",
    ["x", "0", "6", "3-2", "0-1", "4-9", "-", "", "a,,b", "9" * 5000, "1-" + "9" * 99, "b-a"],
)
def test_a_column_that_is_not_there_is_refused_with_those_that_are(wanted):
    with pytest.raises(UnknownColumn, match=r"--columns: .* is not a column: there are 'a', 'b'"):
        chosen(wanted, list("abcde"))


@pytest.mark.parametrize("wanted", ["-2", "-1", "1,-2"])
@pytest.mark.parametrize("header", [None, NAMES])
def test_a_negative_position_is_an_error_and_not_a_range(wanted, header):
    with pytest.raises(UnknownColumn, match=r"'-[12]' is not a column: columns are counted from 1"):
        chosen(wanted, header)


def test_a_mistyped_column_is_told_the_nearest_one():
    with pytest.raises(UnknownColumn, match=r"'lgoit_1' is not a column: did you mean 'logit_1'"):
        chosen("lgoit_1")


def test_a_column_without_a_name_is_named_by_its_position_alone():
    assert chosen("1", ["", "a", "b"], 3) == [0]
    with pytest.raises(UnknownColumn):
        chosen("a-", ["", "a", "b"], 3)
    shown = "'' is not a column: the position of the column without a name is 2"
    with pytest.raises(UnknownColumn, match=shown):
        chosen("a,", ["a", "", "b"], 3)
    with pytest.raises(UnknownColumn, match="'' is not a column: there are 'a', 'b'"):
        chosen("a,", ["a", "b"], 2)
    with pytest.raises(UnknownColumn, match="'zz' is not a column: there are 'a', 'b'"):
        chosen("zz", ["", "a", "b"], 3)


def test_a_pattern_takes_no_longer_than_the_names_are_long():
    # with backtracking, a pattern of six stars would take days
    assert chosen("*a*a*a*a*a*b", ["a" * 20_000, "aaaaab"], 2) == [1]


def test_a_long_list_of_names_is_read_in_one_pass():
    names = [f"c{i}" for i in range(50_000)]
    assert chosen(",".join(reversed(names)), names, 50_000) == list(range(49_999, -1, -1))


def test_one_column_is_one_column():
    assert choose_one("--target-column", "x,y", 5, NAMES) == 4
    with pytest.raises(UsageError, match="--target-column: 'logit_\\*' names several columns"):
        choose_one("--target-column", "logit_*", 5, NAMES)
    with pytest.raises(UnknownColumn, match="--target-column: '-1' is not a column"):
        choose_one("--target-column", "-1", 5, NAMES)


def test_only_a_list_of_positions_names_columns_without_a_header():
    assert positions("2-3,1", 3) == [1, 2, 0]
    assert (
        positions("2,a", 3) == positions("4", 3) == positions(None, 3) == positions("-2", 3) == []
    )


@given(st.lists(st.text("ab ,\"'2", min_size=1).map(str.strip), min_size=1, max_size=5), st.data())
def test_the_list_that_names_columns_names_them(header, data):
    columns = data.draw(st.lists(st.integers(0, len(header) - 1), min_size=1, unique=True))
    if all(name and header.count(name) == 1 for name in header):
        (wanted,) = shlex.split(as_option(columns, header))
        assert chosen(wanted, header, len(header)) == columns


@pytest.mark.parametrize(
    ("header", "column", "item"),
    [
        (["a", "b"], 1, "b"),
        (["a", "a"], 1, "2"),
        (["a", ""], 1, "2"),
        ([], 0, "1"),
        (None, 2, "3"),
        (["a", "b"], 2, "3"),
        (["x,y"], 0, '"x,y"'),
    ],
)
def test_a_column_is_called_by_its_name_or_else_by_its_position(header, column, item):
    assert shlex.split(as_option([column], header)) == [item]


def test_one_column_may_be_named_by_its_position_or_an_open_range_of_one():
    assert choose_one("--target-column", "2", 3, None) == 1
    assert choose_one("--target-column", "3-", 3, None) == 2


def test_a_range_of_names_may_be_of_one_column():
    assert chosen("a-a", ["b", "a", "c"], 3) == [1]
