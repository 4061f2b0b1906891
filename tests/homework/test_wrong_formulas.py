"""A wrong formula gives the answers that a slip leads to, and none where it does not apply."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from questioned import batch_of, settings_for

from softmax_cli.homework import wrong_formulas
from softmax_cli.homework.questions import question
from softmax_cli.homework.slips import SLIPS
from softmax_cli.homework.work import Work

QUESTIONS = {
    "probabilities": ("eval", {}),
    "logarithms": ("eval", {"log": True}),
    "matrix": ("jacobian", {}),
    "diagonal": ("jacobian", {"diagonal": True}),
    "row": ("jacobian", {"output": "2"}),
    "target": ("grad", {"target": "2"}),
    "distribution": ("grad", {"target": "0.5,0.25,0.25"}),
    "upstream": ("grad", {"upstream": "1,-2,0.5"}),
    "loss": ("grad", {"target": "2", "loss": True}),
    "loss of a distribution": ("grad", {"target": "0.5,0,0.5", "loss": True}),
}
DERIVATIVES = ("matrix", "diagonal", "row", "target", "distribution", "upstream")
LOGITS = st.lists(st.decimals(-9, 9, places=2), min_size=3, max_size=3).map(
    lambda x: " ".join(map(str, x))
)


def work_on(name, values="2 1 0.1", temperature="1", claimed=None):
    command, options = QUESTIONS[name]
    settings = settings_for(command, temperature=temperature, **options)
    asked = question(batch_of(values, settings), settings)
    return Work(asked, asked.right if claimed is None else np.array(claimed))


def answers(wrong, *arguments, **options):
    return [np.asarray(answer) for answer in wrong(work_on(*arguments, **options))]


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("temperature", ["1", "2.5"])
@given(values=LOGITS)
def test_a_wrong_answer_has_the_shape_of_the_right_one(name, temperature, values):
    work = work_on(name, values, temperature)
    with np.errstate(all="ignore"):
        for slip in SLIPS:
            assert {answer.shape for answer in slip.wrong(work)} <= {work.right.shape}, slip.name


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize(
    "wrong",
    [
        wrong_formulas.slope_forgotten,
        wrong_formulas.slope_squared,
        wrong_formulas.temperature_forgotten,
        wrong_formulas.temperature_upside_down,
    ],
)
def test_there_is_nothing_to_get_wrong_about_a_temperature_of_1(name, wrong):
    of_slope = wrong in (wrong_formulas.slope_forgotten, wrong_formulas.slope_squared)
    assert answers(wrong, name) == []
    assert len(answers(wrong, name, temperature="2.5")) == (not of_slope or name in DERIVATIVES)


@pytest.mark.parametrize("name", QUESTIONS)
@given(values=LOGITS)
def test_the_forgotten_temperature_gives_the_right_answer_for_1(name, values):
    (wrong,) = answers(wrong_formulas.temperature_forgotten, name, values, "2.5")
    np.testing.assert_allclose(wrong, work_on(name, values).right, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("name", QUESTIONS)
@given(values=LOGITS)
def test_an_inverted_temperature_gives_the_right_answer_for_its_reciprocal(name, values):
    (wrong,) = answers(wrong_formulas.temperature_upside_down, name, values, "2.5")
    right = work_on(name, values, "0.4").right
    np.testing.assert_allclose(wrong, right, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("name", DERIVATIVES)
def test_the_slope_is_missing_or_there_twice(name):
    right = work_on(name, temperature="2.5").right
    (missing,) = answers(wrong_formulas.slope_forgotten, name, temperature="2.5")
    (twice,) = answers(wrong_formulas.slope_squared, name, temperature="2.5")
    np.testing.assert_allclose(missing, right * 2.5)
    np.testing.assert_allclose(twice, right / 2.5)


@given(values=LOGITS)
def test_the_gradients_of_the_squared_loss_are_those_of_its_slopes(values):
    work = work_on("target", values, "2.5")
    without_sum, gradient = wrong_formulas.squared_loss(work)
    slopes = work_on("matrix", values, "2.5").right
    error = work.σ - [0, 1, 0]
    np.testing.assert_allclose(gradient, slopes.T @ error, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(without_sum, np.diag(slopes) * error, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("name", ["matrix", "target"])
@given(claimed=st.permutations(range(3)))
def test_another_order_is_the_order_of_the_numbers_claimed(name, claimed):
    right = work_on(name).right
    claimed = right.reshape(-1, 3)[:, claimed].reshape(right.shape)
    (wrong,) = answers(wrong_formulas.other_order, name, claimed=claimed)
    np.testing.assert_allclose(wrong, claimed)
    assert answers(wrong_formulas.other_order, "loss") == []


def test_a_restricted_formula_gives_nothing_for_other_questions():
    wrong = wrong_formulas.asking("matrix", "loss")(lambda work: [work.right])
    assert {name for name in QUESTIONS if answers(wrong, name)} == {
        "matrix",
        "loss",
        "loss of a distribution",
    }


@pytest.mark.parametrize(
    ("wrong", "name", "expected"),
    [
        ("twice", "probabilities", [[0.4484, 0.2956, 0.2560]]),
        (
            "over_the_maximum",
            "probabilities",
            [[1, 0.3679, 0.1496], [1, 0.5, 0.05]],
        ),
        ("other_base", "loss", [[1.2630], [2.0443], [2.4093], [0.6154]]),
        ("logarithm", "probabilities", [[-0.4170, -1.4170, -2.3170]]),
        ("no_logarithm", "loss", [[0.2424]]),
        ("no_logarithm", "loss of a distribution", []),
        ("sign_off_the_diagonal", "row", [[0.1598, 0.1837, 0.0239]]),
        ("only_the_diagonal", "row", [[0, 0.1837, 0]]),
        ("only_the_diagonal", "upstream", [[0.2247, -0.3673, 0.0444]]),
        ("rows_summed", "diagonal", [[0, 0, 0]]),
        ("turned_around", "target", [[-0.6590, 0.7576, -0.0986]]),
        ("only_the_target", "target", [[0, -0.7576, 0]]),
        ("target_everywhere", "target", [[0.2424, -0.7576, 0.2424]]),
        ("only_the_target", "distribution", []),
        ("inputs", "target", [[2, 0, 0.1]]),
        ("mean", "target", [[0.2197, -0.2525, 0.0329]]),
        ("off_by_one", "target", [[-0.3410, 0.2424, 0.0986], [0.6590, 0.2424, -0.9014]]),
        ("off_by_one", "distribution", []),
        ("squared_loss", "loss", [[1.0179], [0.5090]]),
        ("squared_loss", "probabilities", []),
    ],
)
def test_a_wrong_formula_gives_these_numbers(wrong, name, expected):
    found = answers(getattr(wrong_formulas, wrong), name)
    assert len(found) == len(expected)
    for answer, numbers in zip(found, expected, strict=True):
        np.testing.assert_allclose(answer, numbers, atol=6e-5)
