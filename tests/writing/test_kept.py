import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.reading.delimited import raw_of
from softmax_cli.reading.layout import Layout, lay_out
from softmax_cli.reading.rows import read, row_cells
from softmax_cli.settings import Settings
from softmax_cli.values import Block
from softmax_cli.writing.kept import (
    kept_cells,
    kept_names,
    kept_texts,
    label_names,
    labels,
    raw_cells,
)

names = st.lists(st.sampled_from(["", "k", "id", "1", "2", "column 1", "é"]), min_size=1)


def table(text, **options):
    """The only batch of a table with a header, and its layout."""
    settings = Settings("eval", **options)
    first, _, rest = text.partition(b"\n")
    layout, _ = lay_out(row_cells(first, Layout("t")), 1, Layout("t"), settings)
    (batch,) = read(Block(rest, 2), layout, settings)
    return batch, layout


@given(names)
def test_every_kept_column_has_a_name_of_its_own(header):
    width = len(header)
    layout = Layout("t", width=width + 1, logits=(width,), header=(*header, "x"))
    found = kept_names(layout)
    assert len(found) == len(set(found)) == width
    assert all(found)


@given(names)
def test_the_first_column_of_a_name_keeps_it(header):
    width = len(header)
    layout = Layout("t", width=width + 1, logits=(width,), header=(*header, "x"))
    found = kept_names(layout)
    for name in set(header) - {""}:
        assert found[header.index(name)] == name


def test_without_a_header_columns_are_called_by_number():
    assert kept_names(Layout("t", width=4, logits=(1, 2))) == ["1", "4"]


@pytest.mark.parametrize("append", [False, True])
def test_cells_come_without_quotes_in_the_order_of_their_columns(append):
    text = b'k,a,b,note\n"x, ""y""",1,2, z\n,3,4,"p\nq"\n'
    batch, layout = table(text, columns="a,b", append=append)
    assert kept_names(layout) == ["k", "note"]
    assert kept_cells(batch, layout) == [['x, "y"', " z"], ["", "p\nq"]]
    assert (labels(batch, layout), label_names(layout)) == (
        kept_cells(batch, layout),
        kept_names(layout),
    )


def test_a_vector_in_rows_is_told_by_the_columns_of_by_alone():
    batch, layout = table(b"name,score,day\nAnn,1,mon\nBob,2,mon\n", columns="score", by="day")
    assert kept_cells(batch, layout) == [["Ann", "mon"], ["Bob", "mon"]]
    assert labels(batch, layout) == [["mon"], ["mon"]]
    assert label_names(layout) == ["day"]


def test_kept_json_is_shown_as_text():
    layout = Layout("t", json=True)
    assert kept_texts(b'"a\\u00e9"', layout) == ["aé"]
    assert kept_texts(b"[1, 2]", layout) == ["[1,2]"]


def test_names_of_kept_columns_take_time_in_proportion_to_their_number():
    layout = Layout("x", width=100_002, logits=(100_000, 100_001), header=("",) * 100_002)
    assert kept_names(layout)[99_999] == "100000"


def in_quotes(text):
    return b'"%s"' % text.replace('"', '""').encode()


@pytest.mark.parametrize(
    ("runs", "found"),
    [
        ([b'1,"a, b"', b'2,"c"', b'3,""'], [b"1\ta, b", b"2\tc", b"3\t"]),
        ([b'"a, ""b""",x', b'"",y'], [b'"a, ""b"""\tx', b"\ty"]),
        ([b'"a\tb","""",""""""'], [b'"a\tb"\t""""\t""""""']),
        ([b'"a\nb, c",d'], [b'"a\nb, c"\td']),
        ([b"a\tb,c"], [b'"a\tb"\tc']),
    ],
)
def test_quotes_stay_where_another_delimiter_needs_them(runs, found):
    assert [*raw_cells(runs, Layout("t", b","), b"\t")] == found


@given(
    st.lists(st.lists(st.text('ab ",;\t|é\r\n', max_size=3), min_size=2, max_size=2), min_size=1),
    st.sampled_from([b",", b";", b"\t", b" "]),
    st.sampled_from([b",", b";", b"\t", b" "]),
    st.booleans(),
)
def test_a_run_of_text_is_written_as_each_of_its_cells(rows, before, delimiter, all_in_quotes):
    layout = Layout("t", before)
    spell = in_quotes if all_in_quotes else lambda text: raw_of(text, before)
    runs = [before.join(map(spell, row)) for row in rows]
    expected = [
        delimiter.join(raw_of(text, delimiter) for text in kept_texts(run, layout)) for run in runs
    ]
    assert [*raw_cells(runs, layout, delimiter)] == expected


strings = st.text('ab"\\\\,;\t \n\r|é', max_size=4).map(
    lambda text: json.dumps(text, ensure_ascii=False)
)
numbers = st.sampled_from(["0", "-0", "-0.0", "1", "-12", "1.50", "1E5", "2e-7", "0.1", "-1e+400"])
others = st.sampled_from(["null", "true", "[1,2]", '{"a": "b"}', '"x"', "3"])


@given(
    st.one_of(*(st.lists(kind, min_size=1, max_size=5) for kind in (strings, numbers, others))),
    st.sampled_from([b",", b";", b"\t", b"|", b" "]),
)
def test_a_column_of_json_is_written_as_each_of_its_values(column, delimiter):
    layout, values = Layout("t", json=True), [value.encode() for value in column]
    found = raw_cells(values, layout, delimiter)
    assert [*found] == [raw_of(*kept_texts(value, layout), delimiter) for value in values]
