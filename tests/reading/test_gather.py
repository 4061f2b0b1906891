import math
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest

from softmax_cli.bad_numbers import AllMasked, NotANumber
from softmax_cli.errors import NoDistribution, SoftmaxError
from softmax_cli.reading.gather import alike, apart, column, groups
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.rows import read
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block, Groups

EVAL = Settings("eval")
NAMED = Settings("eval", format="json")
# a key, a name, a logit
BY = Layout("t.csv", b",", 3, (2,), header=("q", "d", "s"), in_rows=True, by=(0,))
# a key, a logit, a target
TARGET = Layout("t.csv", b",", 3, (1,), header=("q", "s", "y"), in_rows=True, by=(0,), target=2)


def of_column(text, layout, settings=EVAL):
    (found,) = column(read(Block(text, 1), layout, settings), layout, settings)
    return found


def of_groups(text, layout=BY, settings=EVAL):
    return list(groups(Block(text, 1), layout, settings))


def values(found):
    """The vectors, one list each."""
    bounds = found.starts.tolist()
    numbers = found.rows.values.ravel().tolist()
    return [numbers[a:b] for a, b in pairwise(bounds)]


def test_the_values_of_a_column_are_one_vector():
    layout = Layout("t.csv", b",", 2, (1,), header=("k", "x"), in_rows=True)
    found = of_column(b"a,1\n\nb,-inf\nc,3\n", layout)
    assert values(found) == [[1, -math.inf, 3]]
    assert found.lines == [1]
    assert [list(run) for run in found.rows.kept] == [[b"a", b"b", b"c"]]


def test_a_column_of_masked_values_has_no_softmax():
    layout = Layout("t.csv", b",", 2, (1,), header=("k", "x"), in_rows=True)
    error = of_column(b"\na,-inf\n", layout)
    assert isinstance(error, AllMasked)
    assert str(error).startswith("t.csv:2: every entry is -inf")


def test_the_one_text_column_beside_a_column_names_its_classes():
    layout = Layout("t.csv", b",", 3, (1,), header=("k", "x", "n"), in_rows=True)

    def names(text, layout=layout):
        found = of_column(text, layout, NAMED)
        return found.names and found.names[0]

    assert names(b'Ann,1,7\n" Bob",2,8\n') == ("Ann", "Bob")
    assert names(b"Ann,1,7\nBob,2,8\n", layout._replace(append=True)) == ("Ann", "Bob")
    assert names(b"Ann,1,7\nAnn,2,8\n") is None
    assert names(b"Ann,1,x\nBob,2,y\n") is None
    assert names(b"1,1,7\n2,2,8\n") is None
    assert names(b"Ann,1,7\nNA,2,8\n") is None


def test_rows_with_equal_keys_are_one_vector():
    (found,) = of_groups(b"q1,a,1\nq1,b,2\nq2,a,-inf\nq2,b,0\nq3,c,5\n", settings=NAMED)
    assert values(found) == [[1, 2], [-math.inf, 0], [5]]
    assert found.lines == [1, 3, 5]
    assert found.names == [("a", "b"), ("a", "b"), ("c",)]


def test_the_key_names_no_class():
    (found,) = of_groups(b"q1,a,1\nq2,b,2\n", settings=NAMED)
    assert found.names == [("a",), ("b",)]
    (found,) = of_groups(b"q1,7,1\nq2,8,2\n", settings=NAMED)
    assert found.names == [None, None]


@pytest.mark.parametrize("text", [b"q1,a,1\nq1,b,x\nq2,a,3\n", b"q1,a,1\nq1,b\nq2,a,3\n"])
def test_an_error_stands_before_the_group_of_its_row(text):
    error, found = of_groups(b"q0,a,9\n" + text)[1:]
    assert error.place.line == 3
    assert values(found) == [[1], [3]]


def test_a_bad_first_row_of_a_group_comes_after_the_group_before():
    before, error, behind = of_groups(b"q1,a,1\nq2,b,x\nq2,a,3\n")
    assert values(before) == [[1]]
    assert isinstance(error, NotANumber)
    assert values(behind) == [[3]]


def test_a_masked_group_costs_itself():
    before, error, behind = of_groups(b"q1,a,1\nq2,b,-inf\nq3,a,3\n")
    assert (values(before), values(behind)) == ([[1]], [[3]])
    assert str(error).startswith("t.csv:2: every entry is -inf")


def test_labels_name_the_classes_of_every_group():
    settings = EVAL._replace(labels="x,y")
    found, error = of_groups(b"q1,a,1\nq1,b,2\nq2,a,1\n", settings=settings)
    assert found.classes == ("x", "y")
    assert str(error) == "t.csv:3: --labels: 2 names for 1 class"


def test_targets_of_a_group_sum_to_1():
    grad = Settings("grad", target_column="y")
    found, error = of_groups(b"q,1,.25\nq,2,.75\nr,1,1\nr,2,1\n", TARGET, grad)
    assert found.rows.weights.tolist() == [[0.25], [0.75]]
    assert isinstance(error, NoDistribution)
    assert str(error).startswith("t.csv:3: the targets sum to 2: mark one row")


@pytest.mark.parametrize("cell", [b"-1", b"inf", b"x", b"", b"NA"])
def test_a_target_that_is_not_a_share_is_refused_with_its_place(cell):
    found = of_groups(b"q,1,1\nr,2," + cell + b"\n", TARGET, Settings("grad", target_column="y"))
    assert isinstance(found[-1], SoftmaxError)
    assert str(found[-1]).startswith("t.csv:2: column 'y': ")


def test_targets_are_read_alike_by_both_readers():
    grad = Settings("grad", target_column="y")
    rows = b"".join(b"q%d,%d,%d\n" % (i // 2, i, i % 2) for i in range(6000))
    (fast,) = of_groups(rows, TARGET, grad)
    (slow,) = of_groups(rows + b"q7000,+1,1\n", TARGET, grad)
    assert fast.rows.weights.tolist() == slow.rows.weights[:-1].tolist()
    assert fast.starts.tolist() == slow.starts[:-1].tolist()


def test_vectors_of_one_length_are_one_batch():
    (found,) = of_groups(b"q1,a,1\nq2,b,2\nq2,c,3\nq3,c,4\n")
    batches = alike(found, EVAL)
    assert [positions.tolist() for positions, _ in batches] == [[0, 2], [1]]
    assert [batch.values.tolist() for _, batch in batches] == [[[1], [4]], [[2, 3]]]
    assert [list(batch.lines) for _, batch in batches] == [[1, 4], [2]]


def test_vectors_in_which_the_same_class_is_meant_are_one_batch():
    text = b"q,a,1\nq,b,2\nr,c,3\nr,a,4\ns,a,5\ns,c,6\n"
    (found,) = of_groups(text, settings=Settings("grad", target="1"))
    ((positions, batch),) = alike(found, Settings("grad", target="1"))
    assert positions.tolist() == [0, 1, 2]
    assert batch.names == [("a", "b"), ("c", "a"), ("a", "c")]
    together = [some.tolist() for some, _ in alike(found, Settings("grad", target="a"))]
    assert together == [[0, 2], [1]]
    # each of these has an error that names its own classes
    together = [some.tolist() for some, _ in alike(found, Settings("grad", target="b"))]
    assert together == [[0], [1], [2]]


def test_marked_rows_and_distributions_are_batches_of_their_own():
    grad = Settings("grad", target_column="y")
    (found,) = of_groups(b"q,1,0\nq,2,1\nr,1,.5\nr,2,.5\ns,1,1\ns,2,0\n", TARGET, grad)
    marked, shared = (batch for _, batch in alike(found, grad))
    assert marked.targets.tolist() == [1, 0]
    assert marked.weights is None
    assert shared.weights.tolist() == [[0.5, 0.5]]


def test_numbers_are_kept_as_typed_where_digits_are_asked_for():
    grad = Settings("grad", target_column="y", digits=20)
    (found,) = of_groups(b"q,0.1,0.1\nq,0.2,0.9\n", TARGET, grad)
    ((_, batch),) = alike(found, grad)
    assert batch.typed == [[Decimal("0.1"), Decimal("0.2")]]
    assert batch.weights.tolist() == [[Decimal("0.1"), Decimal("0.9")]]


def test_vectors_apart_stand_beside_the_kept_cells_of_their_first_rows():
    (found,) = of_groups(b"q1,a,1\nq1,b,2\nq2,c,3\n", settings=NAMED)
    first, second = apart(found, BY)
    assert first.values.tolist() == [[1, 2]]
    assert first.classes == ("a", "b")
    assert [[*run] for run in first.kept] == [[b"q1,a"]]
    assert second.values.tolist() == [[3]]


def test_part_of_the_vectors_is_as_if_the_others_were_not_there():
    rows = Batch(np.arange(6.0).reshape(-1, 1), lines=range(1, 7))
    every = Groups(rows, np.array([0, 1, 3, 6]), names=[("a",), None, None])
    some = every.part(slice(1, 3))
    assert values(some) == [[1, 2], [3, 4, 5]]
    assert (some.lines, some.names, some.vectors) == ([2, 4], [None, None], 2)


def test_the_lines_of_a_column_take_no_memory():
    layout = Layout("t.csv", b",", 1, (0,), in_rows=True)
    rows = b"".join(b"%d\n" % number for number in range(10_000))
    blocks = [Block(rows, 3), Block(rows, 10_003)]
    pieces = [piece for block in blocks for piece in read(block, layout, EVAL)]
    (found,) = column(pieces, layout, EVAL)
    assert found.rows.lines == range(3, 20_003)


@pytest.mark.parametrize("weights", [("1/3", "2/3"), ("0/5", "2/2"), ("ln(2)/ln(4)", "0.5")])
def test_weights_as_typed_are_judged_by_their_values(weights):
    grad = Settings("grad", target_column="y", digits=20)
    text = "".join(f"a,1,{weight}\n" for weight in weights).encode()
    (found,) = of_groups(text, TARGET, grad)
    ((_, batch),) = alike(found, grad)
    is_class = weights[0] == "0/5"
    assert (batch.weights is None) == is_class
    assert (batch.targets is not None and batch.targets.tolist() == [1]) == is_class


def test_a_column_of_many_batches_is_one_vector_beside_all_its_texts():
    layout = Layout("t.csv", b",", 2, (1,), header=("k", "x"), in_rows=True)
    blocks = [Block(b"a,1\nb,2\n", 1), Block(b'"c\nd",3\n', 3), Block(b"e,x\nf,4\n", 5)]
    pieces = [piece for block in blocks for piece in read(block, layout, EVAL)]
    error, found = column(pieces, layout, EVAL)
    assert isinstance(error, NotANumber)
    assert values(found) == [[1, 2, 3, 4]]
    assert list(found.rows.kept[0]) == [b"a", b"b", b'"c\nd"', b"f"]
    assert list(found.rows.lines) == [1, 2, 3, 6]


def test_vectors_that_stand_apart_are_put_together_as_adjacent_ones_are():
    found = Groups(Batch(np.arange(9.0).reshape(-1, 1), lines=range(9)), np.array([0, 2, 5, 7, 9]))
    apart, one = alike(found, EVAL)
    assert apart[1].values.tolist() == [[0, 1], [5, 6], [7, 8]]
    assert one[1].values.tolist() == [[2, 3, 4]]
    adjacent = found.part(slice(2, None))
    assert alike(adjacent, EVAL)[0][1].values.tolist() == [[5, 6], [7, 8]]


def test_a_column_or_a_block_of_groups_without_a_number_is_its_errors():
    text = b"1e999\n2e999\n"
    layout = Layout("t.csv", b",", 1, (0,), in_rows=True)
    found = [*column(read(Block(text, 1), layout, EVAL), layout, EVAL)]
    assert [error.place.line for error in found] == [1, 2]
    found = of_groups(b"a,d,1e999\nb,d,2e999\n")
    assert [error.place.line for error in found] == [1, 2]


def test_the_names_of_classes_in_json_are_its_strings():
    rows = b'{"q":1,"d":"a","s":2}\n{"q":1,"d":"b","s":3}\n{"q":2,"d":4,"s":3}\n'
    (found,) = of_groups(rows, BY._replace(json=True), NAMED)
    assert [batch.classes for _, batch in alike(found, NAMED)] == [("a", "b"), None]
