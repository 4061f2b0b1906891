"""A derivative passes if it is that of the definition, and fails if it is another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import softmax
from questioned import settings_for, text_of

from softmax_cli.commands import gradient, jacobian
from softmax_cli.errors import UsageError
from softmax_cli.homework.verify import verified, verify
from softmax_cli.reading import arguments
from softmax_cli.values import Batch, Matrices
from softmax_cli.writing.screen import screen
from softmax_cli.writing.terminal import Terminal

ENTRY = st.one_of(st.floats(-50, 50), st.sampled_from([-np.inf, 0.0, 700.0, -700.0, 1e-9]))
VECTOR = st.lists(ENTRY, min_size=1, max_size=5).filter(lambda x: max(x) > -np.inf)
QUESTIONS = [
    ("jacobian", {}),
    ("jacobian", {"diagonal": True}),
    ("jacobian", {"output": "1"}),
    ("grad", {"target": "1"}),
    ("grad", {"output": "1"}),
    ("grad", {}),
]


def batch(*vectors):
    return Batch(np.array(vectors, dtype=float), lines=[0] * len(vectors))


@pytest.mark.parametrize(("command", "options"), QUESTIONS)
@given(x=VECTOR, temperature=st.sampled_from(["1", "0.37", "20"]))
def test_every_derivative_passes(command, options, x, temperature):
    settings = settings_for(command, temperature=temperature, **options)
    assert verify([batch(x)], settings).status == 0


@given(
    x=st.lists(st.floats(-30, 30), min_size=3, max_size=3),
    weights=st.lists(st.floats(0.1, 9), min_size=3, max_size=3),
)
def test_gradients_against_weights_pass(x, weights):
    total = sum(weights)
    target = ",".join(str(w / total) for w in weights)
    assert verify([batch(x)], settings_for("grad", target=target)).status == 0
    upstream = ",".join(map(str, weights))
    assert verify([batch(x)], settings_for("grad", upstream=upstream)).status == 0


@pytest.mark.parametrize("entry", [(0, 0), (2, 1), (1, 2)])
@pytest.mark.parametrize("factor", [1 + 1e-13, -1, 0])
def test_one_wrong_entry_of_a_jacobian_fails_and_is_named(entry, factor):
    settings = settings_for("jacobian")
    answer = jacobian(batch([2, 1, 0.1]), settings)
    assert isinstance(answer, Matrices)
    j, k = entry

    def rows(vectors, outputs):
        right = answer.rows(vectors, outputs).copy()
        right[outputs == j, k] *= factor
        return right

    found = verified([answer._replace(rows=rows)], settings)
    assert found.status == 1
    subscripts = "₁₂₃"
    text = text_of(found.page)
    assert text.startswith("✗ FAIL")
    assert f"∂σ{subscripts[j]}/∂x{subscripts[k]}" in text


def test_a_gradient_of_the_wrong_sign_fails():
    settings = settings_for("grad", target="2")
    answer = gradient(batch([2, 1, 0.1]), settings)
    assert verified([answer._replace(values=-answer.values)], settings).status == 1


def test_an_asymmetric_jacobian_fails_by_its_symmetry():
    settings = settings_for("jacobian")
    answer = jacobian(batch([2, 1, 0.1]), settings)

    def rows(vectors, outputs):
        return answer.rows(vectors, outputs) * (1 + outputs[:, np.newaxis])

    lines = text_of(verified([answer._replace(rows=rows)], settings).page).splitlines()
    assert next(line for line in lines if line.startswith("J = Jᵀ")).split()[3] == "✗"


def test_a_dominant_class_passes_with_a_difference_small_against_its_derivative():
    found = softmax("jacobian", "40", "0", "0", "--verify")
    assert found.status == 0
    line = next(line for line in found.out.splitlines() if line.startswith("derivative"))
    difference, relative = (float(cell) for cell in line.split()[2:4])
    assert difference < 1e-15 * 8.5e-18
    assert relative < 1e-15


def test_more_digits_are_verified_to_these_digits():
    settings = settings_for("jacobian", digits=40)
    batches = list(arguments.batches(arguments.vectors(("2 1/3 ln(2)",)), settings))
    found = verify(batches, settings)
    assert found.status == 0
    answer = jacobian(batches[0], settings_for("jacobian"))
    assert verified([answer], settings).status == 1  # doubles are right to 17 digits, not to 40


def test_several_vectors_are_verified_and_the_worst_is_named():
    found = verify([batch([2, 1], [0, 5]), batch([1, 1])], settings_for("jacobian"))
    assert found.status == 0
    assert "3 vectors" in text_of(found.page)
    assert "vector " in text_of(found.page).splitlines()[1]


def test_a_masked_target_is_no_failure():
    assert verify([batch([1, 2, -np.inf])], settings_for("grad", target="3")).status == 0


def test_probabilities_have_nothing_to_verify():
    with pytest.raises(UsageError):
        verify([batch([1, 2])], settings_for("eval"))
    assert softmax("eval", "1", "2", "--verify").status == 2


@pytest.mark.parametrize("width", [24, 30, 40, 80])
def test_the_table_is_cut_at_whole_columns(width):
    settings = settings_for("grad", target="1")
    lines = screen(verify([batch([2, 1, 0.1])], settings).page, Terminal(width)).splitlines()
    assert max(map(len, lines)) <= width
    cut = "more columns: a wider terminal shows all" in " ".join(lines)
    assert cut == (width < 80)
