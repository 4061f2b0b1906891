import numpy as np

from softmax_cli.values import Batch, Groups, InRows, Ranking, Vectors
from softmax_cli.writing.in_rows import ranked, spread

# Vectors of 2, 1 and 2 classes.
ROWS = Batch(np.array([[1.0], [2.0], [3.0], [5.0], [4.0]]), lines=range(1, 6))
GROUPS = Groups(ROWS, np.array([0, 2, 3, 5]), names=[("a", "b"), None, None])
PAIRS, ONE = np.array([0, 2]), np.array([1])


def vectors(values, loss=None):
    values = np.array(values)
    return Vectors(Batch(values), "softmax", values, loss=None if loss is None else np.array(loss))


def test_answers_of_several_lengths_stand_in_the_order_of_the_rows():
    parts = [(PAIRS, vectors([[0.1, 0.2], [0.4, 0.5]])), (ONE, vectors([[0.3]]))]
    answer = spread(InRows(GROUPS, parts))
    assert answer.values.tolist() == [[0.1], [0.2], [0.3], [0.4], [0.5]]
    assert answer.batch is ROWS
    assert answer.loss is None


def test_the_loss_of_a_vector_stands_in_each_of_its_rows():
    parts = [(PAIRS, vectors([[0.0, 0.0]] * 2, [7.0, 9.0])), (ONE, vectors([[0.0]], [8.0]))]
    loss = spread(InRows(GROUPS, parts)).loss
    assert loss is not None
    assert loss.tolist() == [7, 7, 8, 9, 9]


def test_ranks_stand_in_the_order_of_the_vectors_beside_the_rows_of_their_classes():
    pairs = Ranking(Batch(np.zeros((2, 2))), "softmax", np.array([[1, 0], [0, 1]]), np.eye(2))
    one = Ranking(Batch(np.zeros((1, 1))), "softmax", np.array([[0]]), np.array([[0.5]]))
    found = ranked(InRows(GROUPS, [(PAIRS, pairs), (ONE, one)]), first_class=1)
    assert found.rows.tolist() == [1, 0, 2, 3, 4]
    assert found.ranks == [1, 2, 1, 1, 2]
    assert found.names == ["b", "a", "1", "1", "2"]
    assert found.values.ravel().tolist() == [1, 0, 0.5, 0, 1]


def test_the_answer_to_a_whole_column_is_not_copied():
    part = vectors([[0.1, 0.2, 0.3]], [7.0])
    rows = Batch(np.array([[1.0], [2.0], [3.0]]))
    found = spread(InRows(Groups(rows, np.array([0, 3])), [(np.array([0]), part)]))
    assert found.values.tolist() == [[0.1], [0.2], [0.3]]
    assert np.shares_memory(found.values, part.values)
    assert found.loss is not None
    assert found.loss.tolist() == [7, 7, 7]
