"""A problem writes T, classes and typed numbers only where a reader needs them."""

from decimal import localcontext
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from questioned import batch_of

from softmax_cli.formulas import Data, Formula, formula
from softmax_cli.homework.equations import chosen
from softmax_cli.homework.notation import notation, typed_formula
from softmax_cli.homework.problem import (
    Problem,
    capitalized,
    exp_of,
    factor,
    listed,
    ln_of,
    text,
    values,
)
from softmax_cli.homework.quantities import quantities
from softmax_cli.pages import Derivation, Sentence, Text
from softmax_cli.settings import Settings, Temperature


def problem(logits: str, temperature: str = "1", style: Any = "full", **typed: Any) -> Problem:
    settings = Settings("eval", temperature=Temperature(temperature, float(Fraction(temperature))))
    batch = batch_of(logits, settings)
    count = batch.values.shape[1]
    return Problem(
        quantities(batch, settings),
        notation(batch.values[0].tolist(), batch.classes, settings, style),
        style,
        chosen(count),
        typed_formula(temperature),
        **typed,
    )


def spelled(texts: tuple[Text, ...]) -> str:
    return "".join(part if isinstance(part, str) else part.text for part in texts)


X = formula("x")


def test_the_temperature_is_not_written_where_it_is_1() -> None:
    cold, hot = problem("2 1"), problem("2 1", "1/2")
    assert not cold.is_heated
    assert hot.is_heated
    assert [p.heated(X).text for p in (cold, hot)] == ["x", "x/T"]
    assert [p.over_temperature(X).text for p in (cold, hot)] == ["x", "x/(1/2)"]
    assert [exp_of(X, p).text for p in (cold, hot)] == ["exp(x)", "exp(x/T)"]


def test_an_exponent_stands_as_a_factor_with_and_without_a_temperature() -> None:
    assert problem("2 1").shift_of(X).text == "(x − m)"
    assert problem("2 1", "2").shift_of(X).text == "(x − m)/T"


def test_letters_and_weights_of_many_classes_have_a_gap() -> None:
    weights = tuple(map(str, range(10)))
    many = problem(" ".join(weights), weights=weights)
    assert many.size == 10
    assert many.classes == [0, 1, 9]
    assert [letter and letter.text for letter in many.letters("s")] == ["s₁", "s₂", None, "s₁₀"]
    assert [w and w.text for w in many.typed_weights()] == ["0", "1", None, "9"]


def test_only_an_infinite_logit_is_masked() -> None:
    with localcontext(problem("1 -inf -1e300").numbers.context):
        assert [problem("1 -inf -1e300").is_masked(i) for i in range(3)] == [False, True, False]


def test_a_class_without_a_name_is_called_class() -> None:
    assert spelled(problem("2 1").name(1)) == "class 2"
    assert spelled(problem("cat=2 dog=1").name(1)) == "dog"
    assert capitalized(("class ", "2")) == ("Class ", "2")
    assert capitalized((Data("dog"),)) == (Data("dog"),)


@given(st.lists(st.text("ab c=", min_size=1, max_size=5), min_size=1, max_size=6))
def test_what_stands_between_dollars_is_a_formula_and_nothing_is_lost(pieces: list[str]) -> None:
    found = text("$".join(pieces))
    assert spelled(found) == "".join(pieces)
    assert [isinstance(part, Formula) for part in found] == [i % 2 == 1 for i in range(len(pieces))]


def test_a_logarithm_has_brackets_around_more_than_a_letter_or_a_number() -> None:
    inside = ["S", "0.5", "1 + 0.5", "s/S"]
    assert [ln_of(part).text for part in inside] == ["ln S", "ln 0.5", "ln(1 + 0.5)", "ln(s/S)"]
    assert factor(Formula("a/b", r"\frac{a}{b}")) == ("(a/b)", r"\frac{a}{b}")


def test_long_values_stand_below_the_sentence_and_short_ones_in_it() -> None:
    two = problem("2 1")
    short = values(two, "x", [formula("2"), formula("1" * 12)], "Given")
    assert [spelled(part.parts) for part in short if isinstance(part, Sentence)] == [
        f"Given x₁ = 2, x₂ = {'1' * 12}."
    ]
    start, lines, end = values(two, "g", [formula("2"), formula("1" * 13)], "Given", ", that of")
    assert isinstance(start, Sentence)
    assert spelled(start.parts) == "Given:"
    assert isinstance(lines, Derivation)
    assert [(s.left and s.left.text, s.right.text) for s in lines.steps] == [
        ("g₁", "2"),
        ("g₂", "1" * 13),
    ]
    assert isinstance(end, Sentence)
    assert len(values(two, "x", [formula("2"), formula("1" * 13)], "Given")) == 2
    assert spelled(listed([X, None, X])) == "x, …, x"
