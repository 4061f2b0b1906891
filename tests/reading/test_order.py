import pytest

from softmax_cli.reading.layout import Layout
from softmax_cli.reading.order import sorting
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


def test_where_no_command_will_do_the_columns_are_named():
    assert sorting(TABLE._replace(further=("b.csv",)), ROWS) == "sort by q first"
    assert sorting(JSON, Block(b'["q1", 1]\n', 2)) == "sort by 'a query' first"
