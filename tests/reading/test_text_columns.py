import pytest

from softmax_cli.errors import HoldsText
from softmax_cli.reading.layout import Layout, lay_out
from softmax_cli.reading.text_columns import check_first_row
from softmax_cli.settings import Settings

EVAL = Settings("eval")


def laid_out(first, settings=EVAL):
    """The layout that a first row gives, and whether the row is the header."""
    return lay_out(first.split(b","), 1, Layout("t.csv"), settings)


def having(**options):
    return Settings("eval", **options)


@pytest.mark.parametrize(
    ("header", "row", "options", "remedy"),
    [
        (b"name,a,b", b"Ann,1,2", {}, "add --keep name"),
        (b"name,a,last name", b"Ann,1,Lee", {}, "add --keep 'name,last name'"),
        (b"name,a,name", b"Ann,1,Lee", {}, "add --keep 1,3"),
        (b"name,a,b", b"Ann,1,x", {"keep": "b"}, "use --keep b,name"),
        (b"name,a,b", b"Ann,1,x", {"columns": "1,2"}, "leave it out of --columns"),
        (b"1,2,3", b"Ann,1,x", {"header": False}, "add --keep 1,3"),
    ],
)
def test_text_among_the_logits_is_told_what_to_keep(header, row, options, remedy):
    settings = having(**options)
    layout, _ = laid_out(header, settings)
    with pytest.raises(HoldsText) as caught:
        check_first_row(row.split(b","), 2, layout, settings)
    column = "'name'" if layout.header else "1"
    assert str(caught.value) == f"t.csv:2: column {column} holds text ('Ann'): {remedy}"


def test_a_table_of_nothing_but_text_is_not_told_to_keep_it_all():
    layout, _ = laid_out(b"a,b")
    check_first_row([b"x", b"y"], 2, layout, EVAL)


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


def test_the_first_row_is_checked_if_it_is_as_wide_as_the_header():
    layout, _ = laid_out(b"a,b")
    with pytest.raises(HoldsText, match="x1"):
        check_first_row([b"x1", b"1"], 2, layout, EVAL)
    check_first_row([b"x1"], 2, layout, EVAL)
    check_first_row([b"x1", b"1", b"2"], 2, layout, EVAL)
