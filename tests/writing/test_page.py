import math
from decimal import Decimal

import numpy as np
import pytest
from shown import (
    ANIMALS,
    EVAL,
    GRAD,
    JACOBIAN,
    PAPER,
    batch,
    draw,
    gradient,
    jacobian,
    line_with,
    probabilities,
)

from softmax_cli.pages import Matrix
from softmax_cli.settings import Settings, Temperature
from softmax_cli.values import Of, OfClass, OfWeights, Vectors
from softmax_cli.writing.page import page_of
from softmax_cli.writing.terminal import Terminal


def test_the_title_says_which_temperature() -> None:
    answer = [probabilities([2, 1, 0.1])]
    half = Settings("eval", temperature=Temperature("1/2", 0.5))
    assert draw(answer, half, PAPER).startswith("softmax · 3 classes · T = 1/2\n")
    assert "T =" not in draw(answer, Settings("eval", temperature=Temperature("1.0", 1.0)), PAPER)


def test_classes_without_names_are_counted_from_where_the_user_counts() -> None:
    drawn = draw([probabilities([2, 1])], Settings("eval", zero_based=True), PAPER)
    assert [line[0] for line in drawn.splitlines()[2:4]] == ["0", "1"]


def test_inputs_stand_as_they_were_typed() -> None:
    drawn = draw([probabilities([1 / 3, 2], texts=[["1/3", "2.00"]])], EVAL, PAPER)
    assert [line.split()[1] for line in drawn.splitlines()[2:4]] == ["1/3", "2.00"]


def test_two_unmasked_classes_never_show_zero_or_one() -> None:
    for precision in (None, 0, 3, 20):
        drawn = draw([probabilities([800, 0])], Settings("eval", precision=precision), PAPER)
        cells = [line.split()[2] for line in drawn.splitlines()[2:4]]
        assert cells[0].startswith(">0.9")
        assert cells[1] == "<1e-308"


def test_one_unmasked_class_is_exactly_one() -> None:
    drawn = draw([probabilities([3, -math.inf])], EVAL, Terminal(25))
    assert [line.split()[2] for line in drawn.splitlines()[2:4]] == ["1", "0"]


@pytest.mark.parametrize(
    ("x", "lead"),
    [
        ([1.0, 0.0], "2.7 : 1"),
        ([10.0, 0.0], "22,026 : 1"),
        ([800.0, 0.0], "10^347 : 1"),
        ([1e-6, 0.0], "1.0000010 : 1"),
    ],
)
def test_the_lead_keeps_the_digits_that_tell_it_from_one(x: list[float], lead: str) -> None:
    assert f"1 leads 2 {lead} ·" in draw([probabilities(x)], EVAL, PAPER)


def test_kept_cells_stand_beside_one_vector_too() -> None:
    answers = [probabilities([2, 1], kept=((b"",),), lines=(2,))]
    drawn = draw(answers, EVAL, PAPER, kept=lambda _: [["17"]], kept_names=("id",))
    assert drawn.splitlines()[1] == "id 17"


def test_vectors_with_other_classes_have_a_table_of_their_own() -> None:
    answers = [probabilities([[2, 1]], ("a", "b")), probabilities([[0, 5]], ("c", "d"))]
    heads = [line for line in draw(answers, EVAL, PAPER).splitlines() if "prediction" in line]
    assert [head.split()[-2:] for head in heads] == [["a", "b"], ["c", "d"]]


def test_a_table_says_when_there_are_more_vectors() -> None:
    drawn = draw([probabilities([[2, 1], [0, 5]])], EVAL, PAPER, more=True)
    assert drawn.startswith("softmax · the first 2 vectors\n")
    assert drawn.endswith("… there are more vectors: --rows 0 shows all\n")


def test_the_title_counts_the_vectors_shown_unless_there_is_one() -> None:
    drawn = draw([probabilities([[2, 1]])], EVAL, PAPER, more=True)
    assert drawn.startswith("softmax · the first vector\n")


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw([], EVAL, PAPER) == ""


def test_a_decimal_is_shown_with_every_digit() -> None:
    digits = "0." + "6590011388859679" * 12
    values = np.array([[Decimal(digits), Decimal("1E-20")]], dtype=object)
    drawn = draw([Vectors(batch([0, 0]), "softmax", values)], EVAL, PAPER)
    assert digits in drawn
    assert "1e-20" in drawn


def test_a_jacobian_has_its_rows_and_columns_named() -> None:
    assert draw([jacobian([2, 1, 0.1], ANIMALS)], JACOBIAN, PAPER) == (
        "Jacobian · ∂σ row / ∂x column · σ = 0.6590 0.2424 0.0986\n"
        "           ∂x cat   ∂x dog  ∂x bird\n"
        "∂σ cat     0.2247  -0.1598  -0.0650\n"
        "∂σ dog    -0.1598   0.1837  -0.0239\n"
        "∂σ bird   -0.0650  -0.0239   0.0889\n"
    )


def test_an_entry_too_small_for_a_double_keeps_its_sign() -> None:
    drawn = draw([jacobian([800, 0])], JACOBIAN, PAPER)
    assert line_with("∂σ₁ ", drawn).split()[1:] == ["<1e-308", ">-1e-308"]


def test_a_masked_class_has_a_row_of_zeros() -> None:
    drawn = draw([jacobian([1, 1, -math.inf], ANIMALS)], JACOBIAN, PAPER)
    assert line_with("∂σ bird", drawn).split()[2:] == ["0", "0", "0"]


def test_a_large_jacobian_is_the_sums_of_its_blocks() -> None:
    x = np.random.default_rng(0).normal(size=4096)
    (_, matrix) = page_of([jacobian(x)], JACOBIAN).blocks
    assert isinstance(matrix, Matrix)
    assert matrix.pooled
    outputs = np.arange(4)
    entries = jacobian(x).rows(np.zeros_like(outputs), outputs)
    first, second = entries[:2], entries[2:4]
    assert np.isclose(matrix.values[0, 1], first[:, 2:4].sum())
    assert np.isclose(matrix.values[1, 1], second[:, 2:4].sum())


def test_a_jacobian_too_large_for_memory_is_never_formed() -> None:
    assert "100,000" in draw([jacobian(np.zeros(100_000))], JACOBIAN, PAPER)


def test_jacobians_of_several_vectors_stand_under_one_another() -> None:
    drawn = draw([jacobian([[2, 1], [0, 5]])], JACOBIAN, PAPER)
    assert "\n\nrow 1\n" in drawn
    assert "\n\nrow 2\n" in drawn


def test_one_row_of_a_jacobian_has_a_class_a_row() -> None:
    asked = Settings("jacobian", output="dog")
    drawn = draw([jacobian([2, 1, 0.1], ANIMALS, output=1)], asked, PAPER)
    assert "row of the Jacobian" in drawn.splitlines()[0]
    assert line_with("cat", drawn).split()[:4] == ["cat", "2", "0.6590", "-0.1598"]
    assert "◀" not in drawn


@pytest.mark.parametrize(
    ("of", "title"),
    [
        (OfClass("target", np.array([1])), "∂L/∂x · cross-entropy against dog, L = 1.4076"),
        (OfWeights("target", np.array([0.5, 0.5, 0])), "against the distribution y, L = 1.9076"),
        (OfWeights("upstream", np.array([1.0, 2, 3])), "Jᵀg · the chain rule"),
        (OfClass("output", np.array([2])), "∂σ/∂x · of the probability of bird"),
        (OfClass("prediction", np.array([0])), "the probability of the predicted class, cat"),
    ],
)
def test_the_title_of_a_gradient_says_what_is_differentiated(of: Of, title: str) -> None:
    assert title in draw([gradient([0.25, -0.25, 0], of)], GRAD, PAPER)


def test_the_title_says_what_the_numbers_are() -> None:
    log = Vectors(batch([2, 1]), "log_softmax", np.array([[-0.3133, -1.3133]]))
    title, heads, *_ = draw([log], EVAL, PAPER).splitlines()
    assert title == "log-softmax · 2 classes"
    assert "log σ" in heads
    diagonal = Vectors(batch([0, 0]), "jacobian", np.array([[0.25, 0.25]]))
    title, heads, *_ = draw([diagonal], JACOBIAN, PAPER).splitlines()
    assert title == "diagonal of the Jacobian · ∂σⱼ/∂xⱼ · 2 classes"
    assert "∂σⱼ/∂xⱼ" in heads


def test_gradients_of_several_predictions_are_each_of_its_own() -> None:
    of = OfClass("prediction", np.array([1, 0]))
    drawn = draw([Vectors(batch([[0, 1], [1, 0]]), "grad", np.zeros((2, 2)), of)], GRAD, PAPER)
    assert "of the probability of each vector's predicted class · 2 vectors" in drawn
