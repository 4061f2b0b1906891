"""--steps as typed on a command line."""

import pytest
from programs import softmax


@pytest.mark.parametrize("command", ["eval", "jacobian", "grad"])
def test_the_number_behind_the_option_is_a_number(command: str) -> None:
    ran = softmax(command, "--steps", "2", "1", "0.1")
    assert ran.status == 0
    assert ran.out.startswith("Given x₁ = 2, x₂ = 1, x₃ = 0.1.\n")


def test_the_working_goes_down_a_pipe_as_text_for_a_reader() -> None:
    assert (
        softmax("eval", "2", "1", "--steps").out
        == softmax("eval", "2", "1", "--steps=full", "-f", "table").out
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("1 2; 3 4", "--steps"), "one vector"),
        (("1", "2", "--steps=long"), "'long' is not one of full, short, blank"),
    ],
)
def test_what_has_no_working_is_a_usage_error(arguments: tuple[str, ...], message: str) -> None:
    ran = softmax("eval", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1


def test_a_column_of_a_table_is_a_vector_with_a_working() -> None:
    ran = softmax("eval", "--steps", stdin="2\n1\n0.1\n")
    assert "σ₁ = s₁/S = 1/1.5174 ≈ 0.6590" in ran.out
