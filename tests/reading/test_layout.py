import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.errors import HoldsText, UnknownColumn, UsageError
from softmax_cli.reading.layout import Layout, check_first_row, choose, is_number, lay_out
from softmax_cli.settings import Settings

EVAL = Settings("eval")
START = Layout("t.csv")


def laid_out(first, settings=EVAL, line=1):
    """The layout that a first row gives, and whether the row is the header."""
    return lay_out(first.split(b","), line, START, settings)


def having(**options):
    return Settings("eval", **options)


# ── the header ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "row", [b"1,2", b" 1 , -inf", b"1/3,ln(2)", b"1e400,1", b"1/0,ln(0)", b"inf,1"]
)
def test_a_row_of_numbers_is_data(row):
    layout, has_header = laid_out(row)
    assert not has_header
    assert (layout.header, layout.classes, layout.raw_header) == (None, None, ())


@pytest.mark.parametrize("row", [b"a,b", b"1,b", b",2", b"1,nan", b'"a,b",1', b"1_0,2"[0:5]])
def test_a_row_with_a_cell_that_is_no_number_is_a_header(row):
    assert lay_out(row.split(b",") if b'"' not in row else [b'"a,b"', b"1"], 1, START, EVAL)[1]


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


# ── which columns ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wanted", "columns"),
    [
        ("a", {0}),
        ("2", {1}),
        ("2-3", {1, 2}),
        ("3-", {2, 3, 4}),
        ("-2", {0, 1}),
        ("logit_*", {1, 2}),
        ("logit_?,a", {0, 1, 2}),
        ("5", {3}),
        (' "x,y" , 1', {0, 4}),
        ("1,1-2,a", {0, 1}),
        ("*", {0, 1, 2, 3, 4}),
    ],
)
def test_columns_are_named_by_name_position_range_and_glob(wanted, columns):
    assert choose("--columns", wanted, 5, ["a", "logit_1", "logit_2", "5", "x,y"]) == columns


def test_a_name_that_looks_like_a_range_or_a_glob_is_a_name():
    assert choose("--keep", "1-2", 3, ["a", "1-2", "*"]) == {1}
    assert choose("--keep", "*", 3, ["a", "1-2", "*"]) == {2}


@pytest.mark.parametrize(
    "wanted", ["x", "0", "6", "3-2", "0-1", "4-9", "-", "", "a,,b", "9" * 5000, "1-" + "9" * 99]
)
def test_a_column_that_is_not_there_is_refused_with_those_that_are(wanted):
    with pytest.raises(UnknownColumn, match=r"--columns: .* is not a column: there are 'a', 'b'"):
        choose("--columns", wanted, 5, list("abcde"))


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


# ── the column of targets ────────────────────────────────────────────────────────────────


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


# ── one column, and text among the logits ────────────────────────────────────────────────


def test_one_column_of_logits_is_one_vector():
    assert laid_out(b"1")[0].is_column
    assert laid_out(b"k,a", having(keep="k"))[0].is_column
    assert not laid_out(b"1,2")[0].is_column
    assert not laid_out(b"1", having(ragged=True))[0].is_column


def test_text_among_the_logits_asks_what_to_keep():
    layout, _ = laid_out(b"name,a,b")
    with pytest.raises(HoldsText) as caught:
        check_first_row([b"Ann", b"1", b"2"], 2, layout, EVAL)
    assert str(caught.value) == (
        "t.csv:1: column 'name' holds text ('Ann'): name the logits with --columns, "
        "or what to keep with --keep"
    )


@pytest.mark.parametrize(
    "cell", [b"", b"NA", b"nan", b"null", b"1_0", b"-", b"inf", b"ln(2)", b" 1 "]
)
def test_a_hole_and_a_misspelt_number_are_no_column_of_text(cell):
    layout, _ = laid_out(b"a,b")
    check_first_row([cell, b"1"], 2, layout, EVAL)


def test_text_is_quoted_as_it_was_typed():
    layout, _ = laid_out(b"a,b")
    with pytest.raises(HoldsText, match=r"\('St. Ives'\)"):
        check_first_row([b"St. Ives", b"1"], 2, layout, having(decimal_comma=True))


def test_a_column_of_targets_needs_more_than_one_column_of_logits():
    settings = Settings("grad", target_column="t")
    with pytest.raises(UsageError, match="one column of logits is one vector"):
        lay_out([b"x", b"t"], 1, Layout("x"), settings)
