import pytest

from softmax_cli.reading.layout import Layout
from softmax_cli.reading.order import are_lines, sorting
from softmax_cli.values import Block

TABLE = Layout("my scores.csv", b",", 3, (2,), header=("q", "r", "s"), header_line=1, by=(0,))
ROWS = Block(b"q1,a,1\n", 2)
JSON = Layout("s.json", width=2, logits=(1,), header=("a query", "s"), by=(0,), json=True)


@pytest.mark.parametrize(
    ("layout", "command"),
    [
        (
            TABLE,
            (
                "(head -n 1 'my scores.csv'; tail -n +2 'my scores.csv' | "
                "LC_ALL=C sort -s -t, -k1,1) | softmax …"
            ),
        ),
        (
            TABLE._replace(source="stdin", header_line=3, by=(0, 1)),
            "… | (sed -u 3q; LC_ALL=C sort -s -t, -k1,1 -k2,2) | softmax …",
        ),
        (
            Layout("a.tsv", b"\t", 2, (1,), by=(0,)),
            "LC_ALL=C sort -s -t\"$(printf '\\t')\" -k1,1 a.tsv | softmax …",
        ),
        (Layout("a.txt", b" ", 2, (1,), by=(0,)), "LC_ALL=C sort -s -b -k1,1 a.txt | softmax …"),
        (Layout("a.txt", b";", 2, (1,), by=(0,)), "LC_ALL=C sort -s -t';' -k1,1 a.txt | softmax …"),
    ],
)
def test_a_table_is_sorted_below_its_header_by_the_columns_of_its_groups(layout, command):
    assert sorting(layout, ROWS) == f"sort first: {command}"


def test_json_is_sorted_by_members():
    lines, array = Block(b'{"a query": 1, "s": 2}\n', 1), Block(b'[{"a query": 1, "s": 2}', 1, 1)
    program = "'sort_by(.[\"a query\"])[]'"
    assert sorting(JSON, lines) == f"sort first: jq -sc {program} s.json | softmax …"
    assert sorting(JSON, array) == f"sort first: jq -c {program} s.json | softmax …"
    piped = JSON._replace(source="stdin", header=None)
    assert sorting(piped, Block(b"[1, 2]\n", 1)) == (
        "sort first: … | jq -sc 'sort_by(.[0])[]' | softmax …"
    )


def test_a_compressed_table_is_unpacked_before_it_is_sorted():
    packed = TABLE._replace(gzip=True)
    sort = "(sed -u 1q; LC_ALL=C sort -s -t, -k1,1) | softmax …"
    assert sorting(packed, ROWS) == f"sort first: gzip -dc 'my scores.csv' | {sort}"
    piped = packed._replace(source="stdin")
    assert sorting(piped, ROWS) == f"sort first: … | gzip -dc | {sort}"
    lines = Block(b'{"a query": 1, "s": 2}\n', 1)
    command = "gzip -dc s.json | jq -sc 'sort_by(.[\"a query\"])[]' | softmax …"
    assert sorting(JSON._replace(gzip=True), lines) == f"sort first: {command}"


@pytest.mark.parametrize(
    ("text", "are"),
    [
        (b"q1,a,1\n", True),
        (b'"q1","a",1\n"q2","",2\n', True),
        (b'"q ""1""",a,1\n', True),
        (b'"q,1",a,1\n', False),
        (b'q1,"a\nb",1\n', False),
        (b'q1,"a""\n",1\n', False),
        (b'q1,"a,b\n\nc",1\n', False),
        (b'q1,"a;b",1\n', True),
        (b'"q1","a",1\n' * 9_000, True),
        (b'"q1","a",1\n' * 9_000 + b'q1,"a,b",1\n', False),
        (b'"q1","a",1\n' * 9_000 + b'q1,"a\nb",1\n', False),
        (b'"q1","a",1\n' * 9_000 + b"q1\n", True),
    ],
)
def test_sort_cannot_read_what_quotes_hold(text, are):
    assert are_lines(Block(text, 2), TABLE) == are


def test_blanks_in_quotes_are_delimiters_too_where_blanks_are():
    layout = TABLE._replace(delimiter=b" ")
    assert are_lines(Block(b'"q1" a 1\n', 2), layout)
    assert not are_lines(Block(b'"q\t1" a 1\n', 2), layout)
    assert not are_lines(Block(b'"q1" "" 1\n' * 9_000 + b'"q 1" a 1\n', 2), layout)


def test_json_is_sorted_whatever_its_strings_hold():
    assert are_lines(Block(b'{"q":"a,b","s":1}\n', 1), JSON)


def test_a_table_that_sort_cannot_read_is_sorted_by_another_tool():
    words = (
        "sort by q first, with a tool that reads CSV, since quotes hold a delimiter or a newline"
    )
    assert sorting(TABLE, ROWS, are_lines=False) == words
    tall = TABLE._replace(raw_header=(b"q", b'"r\nx"', b"s"))
    assert sorting(tall, ROWS) == words


def test_where_no_command_will_do_the_columns_are_named():
    assert sorting(TABLE._replace(further=("b.csv",)), ROWS) == "sort by q first"
    assert sorting(JSON, Block(b'["q1", 1]\n', 2)) == "sort by 'a query' first"
