import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.reading.delimited import BLANK
from softmax_cli.reading.layout import (
    Layout,
    lay_out,
    of_numbers,
    with_header,
    without_header,
)
from softmax_cli.reading.numbers import is_number
from softmax_cli.settings import Settings
from softmax_cli.values import LINES_OF_A_FILE, Element

EVAL = Settings("eval")
START = Layout("t.csv")


def laid_out(first, settings=EVAL, line=1):
    """The layout that a first row gives, and whether the row is the header."""
    return lay_out(first.split(b","), line, START, settings)


def having(**options):
    return Settings("eval", **options)


@pytest.mark.parametrize(
    "row", [b"1,2", b" 1 , -inf", b"1/3,ln(2)", b"1e400,1", b"1/0,ln(0)", b"inf,1"]
)
def test_a_row_of_numbers_is_data(row):
    layout, has_header = laid_out(row)
    assert not has_header
    assert (layout.header, layout.classes, layout.raw_header) == (None, None, ())


@pytest.mark.parametrize("row", [b"1,", b",2", b"1,nan", b"NA,None", b",", b"1,null"])
def test_a_missing_cell_is_not_text_and_makes_no_header(row):
    assert not laid_out(row)[1]


@pytest.mark.parametrize("row", [b"a,b", b"1,b", b"1,2x", b"1_0,2", b"x", b"1,-"])
def test_a_row_with_text_among_the_logits_is_a_header(row):
    assert laid_out(row)[1]


@pytest.mark.parametrize(
    ("row", "options"),
    [
        (b"A,1,2", {"columns": "2-3"}),
        (b"A,1,2", {"columns": "3,2"}),
        (b"A,1,2", {"keep": "1"}),
        (b"A,1,2", {"target_column": "1"}),
        (b"A,1,B,2", {"keep": "1,3"}),
    ],
)
def test_a_header_is_judged_by_the_logit_columns(row, options):
    layout, has_header = laid_out(row, having(**options))
    assert not has_header
    assert layout.logits == tuple(i for i, cell in enumerate(row.split(b",")) if cell.isdigit())


@pytest.mark.parametrize("options", [{"columns": "a-b"}, {"columns": "2-"}, {"keep": "id"}])
def test_options_that_name_columns_by_name_need_the_header(options):
    layout, has_header = laid_out(b"id,a,b", having(**options))
    assert has_header
    assert layout.classes == ("a", "b")


def test_numbers_with_another_decimal_sign_are_not_a_header():
    assert not lay_out([b"1,5", b"2,5"], 1, START, EVAL)[1]
    assert not lay_out([b"1,5", b"2,5"], 1, START, having(decimal_comma=True))[1]
    assert not lay_out([b"1.5", b"2,5"], 1, START, having(decimal_comma=True))[1]


def test_a_delimiter_at_the_end_of_the_first_row_adds_no_logit():
    layout, has_header = laid_out(b"1,2,")
    assert (has_header, layout.logits, layout.blank, layout.width) == (False, (0, 1), 2, 3)
    masked, _ = laid_out(b"1,2,", having(missing="mask"))
    assert (masked.logits, masked.blank) == ((0, 1, 2), None)
    assert laid_out(b"a,b,")[0].classes == ("a", "b")


def test_the_options_overrule_what_the_first_row_looks_like():
    assert laid_out(b"1,2", having(header=True))[1]
    assert not laid_out(b"a,b", having(header=False))[1]
    assert not laid_out(b"a,b", having(ragged=True))[1]


def test_a_header_names_the_classes_and_stays_as_it_came():
    layout, _ = lay_out([b'"a b"', b" c "], 3, START, EVAL)
    assert layout.header == layout.classes == ("a b", "c")
    assert layout.raw_header == (b'"a b"', b" c ")
    assert layout.header_line == 3


def test_labels_name_the_classes_instead():
    assert laid_out(b"a,b", having(labels="cat,dog"))[0].classes == ("cat", "dog")
    assert laid_out(b"1,2", having(labels="cat,dog"))[0].classes == ("cat", "dog")
    with pytest.raises(UsageError, match="--labels: 3 names for 2 classes"):
        laid_out(b"1,2", having(labels="a,b,c"))


@pytest.mark.parametrize("text", ["1", "-inf", "+inf", "1e400", "1/0", "ln(0)", " 2 "])
def test_what_the_grammar_takes_is_a_number_though_it_may_be_of_no_use(text):
    assert is_number(text)


@given(st.integers(1, 8), st.data())
def test_what_is_kept_and_what_is_a_logit_make_up_the_row(width, data):
    kept = data.draw(st.sets(st.integers(1, width), max_size=width - 1))
    row = b",".join([b"1"] * width)
    layout, _ = laid_out(row, having(keep=",".join(map(str, kept)) or None))
    assert {column + 1 for column in layout.kept} == kept
    assert sorted(layout.kept + layout.logits) == list(range(width))
    runs = [range(first, last + 1) for _, first, last in layout.runs]
    assert [column for run in runs for column in run] == list(range(width))
    assert all(
        (column in layout.logits) == is_logits
        for is_logits, first, last in layout.runs
        for column in range(first, last + 1)
    )
    assert all(one[0] != other[0] for one, other in zip(layout.runs, layout.runs[1:], strict=False))


@given(st.integers(1, 6), st.data())
def test_naming_the_logits_or_what_is_kept_is_the_same(width, data):
    logits = data.draw(st.sets(st.integers(1, width), min_size=1))
    kept = set(range(1, width + 1)) - logits
    row = b",".join([b"1"] * width)
    by_logits = laid_out(row, having(columns=",".join(map(str, logits))))
    assert by_logits == laid_out(row, having(keep=",".join(map(str, kept)) or None))


def test_a_column_without_a_name_is_kept_unless_it_is_named():
    assert laid_out(b",a,b")[0].logits == (1, 2)
    assert laid_out(b'"",a,b')[0].logits == (1, 2)
    assert laid_out(b",a,b", having(columns="1-3"))[0].logits == (0, 1, 2)


def test_no_column_is_both_kept_and_a_logit():
    with pytest.raises(UsageError, match="column 'b' is a logit by --columns and kept otherwise"):
        laid_out(b"a,b", having(columns="a,b", keep="b"))


def test_some_column_is_a_logit():
    with pytest.raises(UsageError, match="no column is left for the logits"):
        laid_out(b"a,b", having(keep="1-2"))


def test_with_append_the_whole_row_is_kept_before_the_answer():
    layout, _ = laid_out(b"k,a,b", having(keep="k", append=True))
    assert layout.segments == ((False, 0, 2), (True, 1, 2))


def test_the_target_column_is_kept():
    layout, _ = laid_out(b"a,b,y", Settings("grad", target_column="y"))
    assert (layout.target, layout.logits, layout.kept) == (2, (0, 1), (2,))
    assert laid_out(b"1,2,3", Settings("grad", target_column="3"))[0].target == 2


@pytest.mark.parametrize(
    ("name", "sentence"), [("z", "is not a column"), ("*", "names several columns")]
)
def test_the_target_column_is_one_that_is_there(name, sentence):
    with pytest.raises(UsageError, match=f"--target-column: .* ?{sentence}"):
        laid_out(b"a,b,y", Settings("grad", target_column=name))


def test_one_column_of_logits_is_one_vector():
    assert laid_out(b"1")[0].in_rows
    assert laid_out(b"k,a", having(keep="k"))[0].in_rows
    assert not laid_out(b"1,2")[0].in_rows
    assert not laid_out(b"1", having(ragged=True))[0].in_rows


def test_labels_name_the_logits_in_the_order_of_columns():
    settings = having(columns="c,a", labels="x,y")
    assert laid_out(b"a,b,c", settings)[0].classes == ("y", "x")
    assert laid_out(b"a,b,c", having(columns="3,1-2", labels="x,y,z"))[0].classes == ("y", "z", "x")


def test_labels_that_would_appear_nowhere_are_refused():
    for options in ({}, {"format": "csv"}, {"format": "tsv"}):
        with pytest.raises(UsageError, match=r"--labels names the rows of one column"):
            laid_out(b"1", having(labels="a,b", **options))
    for options in ({"format": "json"}, {"format": "table"}, {"top": 1}):
        assert laid_out(b"1", having(labels="a,b", **options))[0].classes == ("a", "b")
    with pytest.raises(UsageError, match=r"--labels .* with --ragged there are none"):
        laid_out(b"1,2", having(labels="a,b", ragged=True))


def test_a_line_of_a_further_file_is_a_place_in_it():
    layout = Layout("a.csv", further=("b.csv", "c.csv"))
    assert str(layout.place(7)) == "a.csv:7"
    assert str(layout.place(LINES_OF_A_FILE + 7)) == "b.csv:7"
    assert str(layout.place(2 * LINES_OF_A_FILE + 1)) == "c.csv:1"


def test_a_column_of_targets_stands_beside_one_column_of_logits_too():
    layout, _ = lay_out([b"x", b"t"], 1, Layout("x"), Settings("grad", target_column="t"))
    assert (layout.logits, layout.target, layout.in_rows) == ((0,), 1, True)


def test_the_columns_of_groups_are_kept_and_leave_one_column_of_logits():
    layout, _ = laid_out(b"q,r,s", having(by="r,q"))
    assert (layout.by, layout.logits, layout.kept) == ((0, 1), (2,), (0, 1))
    layout, has_header = laid_out(b"q1,7", having(by="1"))
    assert (layout.by, has_header) == ((0,), False)


def test_layouts_that_differ_in_their_logits_alone_have_runs_of_their_own():
    layout = Layout("x", width=3, logits=(0, 1))
    other = layout._replace(logits=(2,))
    assert layout.runs == ((True, 0, 1), (False, 2, 2))
    assert other.runs == ((False, 0, 1), (True, 2, 2))
    assert hash(layout) == hash(layout._replace())


def test_groups_with_several_columns_of_logits_are_refused():
    with pytest.raises(UsageError, match=r"--by: .* one column, and not a,b,c, …: name it with"):
        laid_out(b"q,a,b,c,d", having(by="q"))
    with pytest.raises(UsageError, match="column 'q' is a logit by --columns and kept otherwise"):
        laid_out(b"q,a", having(by="q", columns="q"))
    with pytest.raises(UsageError, match="--by: 'p' is not a column"):
        laid_out(b"q,a", having(by="p"))


def test_a_cell_is_a_place_with_a_column_and_an_element_one_with_a_vector():
    layout, _ = laid_out(b"a,,c")
    assert [str(layout.place(2, column)) for column in range(4)] == [
        "t.csv:2: column 'a'",
        "t.csv:2: column 2",
        "t.csv:2: column 'c'",
        "t.csv:2: column 4",
    ]
    ragged, _ = laid_out(b"1,2", having(ragged=True))
    assert str(ragged.place(2, 1)) == "t.csv:2: column 2"
    assert str(START.place(Element.of(3, 7))) == "t.csv:3: vector 7"


def test_a_vector_of_the_command_line_is_told_by_its_number_if_there_are_several():
    assert str(START.vector_place(3)) == "t.csv:3"
    assert str(START.vector_place(Element.of(0, 2))) == "t.csv: vector 2"
    assert START.vector_place(0) is None


@pytest.mark.parametrize(
    ("row", "options", "message"),
    [
        (b"a,b", {"keep": "x"}, "--keep: 'x' is not a column: there are 'a', 'b'"),
        (b"a,b", {"columns": "x"}, "--columns: 'x' is not a column: there are 'a', 'b'"),
        (
            b"1,2",
            {"columns": "2", "keep": "2"},
            "column 2 is a logit by --columns and kept otherwise",
        ),
        (b"1,2", {"keep": "1,2"}, "no column is left for the logits: name them with --columns"),
        (
            b"1,2",
            {"labels": "a,b", "ragged": True},
            "--labels names the columns, and with --ragged there are none",
        ),
        (
            b"1,2",
            {"columns": "1", "ragged": True},
            "--columns needs columns, and lines of any length have none: leave out --ragged",
        ),
        (
            b"1",
            {"labels": "a,b"},
            "--labels names the rows of one column, which has no place for them: add -f json",
        ),
    ],
)
def test_options_that_do_not_fit_the_columns_are_refused_in_these_words(row, options, message):
    with pytest.raises(SoftmaxError, match=f"^{re.escape(message)}$"):
        laid_out(row, having(**options))


@pytest.mark.parametrize(
    "settings",
    [
        having(labels="a,b", target="1"),
        having(labels="a,b", output="1"),
        Settings("jacobian", labels="a,b"),
    ],
)
def test_labels_serve_one_column_where_a_class_is_chosen_or_named(settings):
    assert laid_out(b"1", settings)[0].classes == ("a", "b")
    with pytest.raises(UsageError, match="--labels"):
        laid_out(b"1", Settings("jacobian", labels="a,b", diagonal=True))


def test_many_adjacent_logits_are_a_range():
    row = b",".join([b"1"] * 5000)
    assert laid_out(row)[0].logits == range(5000)
    assert laid_out(row, having(keep="1"))[0].logits == range(1, 5000)
    assert laid_out(row, having(columns="3-4990"))[0].logits == range(2, 4990)
    apart = laid_out(row, having(keep="2"))[0].logits
    assert apart == (0, *range(2, 5000))
    assert of_numbers(5000, START, EVAL) == laid_out(row)[0]


@pytest.mark.parametrize("options", [{}, {"keep": "1"}, {"columns": "3,2"}, {"labels": "a,b,c"}])
def test_a_row_known_to_hold_numbers_is_laid_out_without_its_cells(options):
    settings = having(**options)
    assert of_numbers(3, START, settings) == without_header([b"1"] * 3, START, settings)


def test_only_the_last_of_several_cells_of_a_delimited_row_is_an_empty_column():
    def blank(*cells, layout=START, **options):
        return without_header(cells, layout, having(**options)).blank

    assert blank(b"1", b"") == 1
    assert blank(b"1", b" ", b"\t") == 2
    assert blank(b"") is None
    assert blank(b"", b"1") is None
    assert blank(b"1", b"2", b"", ragged=True) == 2
    assert blank(b"1", b"2", b"", layout=START._replace(json=True)) is None
    assert blank(b"1", b"2", b"", layout=START._replace(delimiter=BLANK)) is None


def test_members_of_json_are_names_letter_for_letter():
    header = [b" a ", b"b"]
    assert with_header(header, 1, START._replace(json=True), EVAL).header == (" a ", "b")
    assert with_header(header, 1, START, EVAL).header == ("a", "b")


def test_one_column_of_logits_has_no_names_of_classes():
    assert laid_out(b"x")[0].classes is None


@pytest.mark.parametrize(("width", "shown"), [(3, "2,3"), (4, "2,3,4"), (5, "2,3,4, …")])
def test_up_to_three_of_several_columns_of_logits_are_named(width, shown):
    row = b",".join([b"1"] * width)
    reason = f"the logits of groups are one column, and not {shown}: name it with --columns"
    with pytest.raises(UsageError, match=f"^--by: {re.escape(reason)}$"):
        laid_out(row, having(by="1"))


def test_the_layout_of_a_vector_of_another_length_has_its_positions():
    ragged = Layout("t", width=4, logits=(1, 2), ragged=True)
    longer, shorter = ragged.for_vectors(4), ragged.for_vectors(1)
    assert (longer.width, longer.logits, longer.kept) == (6, range(1, 5), (0, 5))
    assert (shorter.width, shorter.logits, shorter.kept) == (3, range(1, 2), (0, 2))
    alike = ragged._replace(ragged=False)
    assert alike.for_vectors(4) is alike
