"""The Jacobians of a text of JSON are read as rows, whatever holds them."""

import json

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.homework.answer_matrices import rows

MATRICES = [[[0.25, -0.25], [-0.25, 0.25]], [[0.5, 0], [0, 1]]]


def read(text, classes=2):
    """The rows of a text, or None."""
    found = rows(iter([text.encode()]), "j.json", classes)
    return found and [*found]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(MATRICES),
        json.dumps([{"classes": [1, 2], "jacobian": matrix} for matrix in MATRICES]),
        "\n".join(json.dumps({"J": matrix, "x": [2, 1]}) for matrix in MATRICES),
        "\n".join(json.dumps({"H": [[1]], "jacobian": matrix}) for matrix in MATRICES),
    ],
)
def test_matrices_are_found(text):
    found = read(text)
    assert [answers.values.tolist() for answers in found] == MATRICES
    assert found[1].half.tolist() == [[0.05, 0.5], [0.5, 0.5]]
    assert [claim.text for claim in found[0].claims(1)] == ["-0.25", "0.25"]


@pytest.mark.parametrize(
    "text",
    [
        "0.25,-0.25\n",
        "[0.25, -0.25]",
        "[[0.25, -0.25], [-0.25, 0.25]]\n[[1, 2]]",
        '{"a": 1, "b": 2}',
    ],
)
def test_anything_else_is_left_to_the_reader_of_tables(text):
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[[[1, 2, 3], [1, 2, 3]]]",
            "vector 1: the answers stand 3 in a row, and the number of classes is 2",
        ),
        ("[[[1, 2]]]", "vector 1: the matrix has 1 row, and there are 2 classes"),
        ("[[[1, 2], [3, null]]]", "vector 1: 'null' is not a number"),
        ("[[[1, 2], [3, 4]], [1, 2]]", "vector 2: the row has no matrix, and the first row has"),
        ('{"jacobian": [[1, 2], [3, 4]]}\n{"jacobian": [[', "j.json:2: the row is not valid"),
    ],
)
def test_an_error_names_its_place(text, message):
    with pytest.raises(SoftmaxError, match=r"^j\.json:") as caught:
        read(text)
    assert message in str(caught.value)
