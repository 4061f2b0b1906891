"""The gradient of a cross-entropy is σ − y, and its loss −Σ y ln σ."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked import answer_to, chains, headings, last_links, section, shown, value, worked

from softmax_cli.homework.steps import working

VECTORS = st.lists(st.decimals(-9, 9, places=2), min_size=2, max_size=6)
SLOPES = "∂L/∂x[₁-₉]"


def typed(x: list[Any], separator: str = " ") -> str:
    return separator.join(map(str, x))


@given(VECTORS, st.data(), st.sampled_from(["1", "2"]))
def test_a_class_and_the_distribution_that_is_1_there_have_the_same_gradient(
    x: list[Any], data: st.DataObject, temperature: str
) -> None:
    target = data.draw(st.integers(1, len(x)))
    one_hot = typed([int(k == target) for k in range(1, len(x) + 1)], ",")
    options = {"temperature": temperature, "precision": 9}
    of_class = worked("grad", typed(x), target=str(target), **options)
    of_distribution = worked("grad", typed(x), target=one_hot, **options)
    assert section(of_class, "The gradient") == section(of_distribution, "The gradient")
    assert len(last_links(of_class, SLOPES)) >= len(x)


@given(VECTORS, st.data())
def test_the_entries_that_are_written_add_up_to_0(x: list[Any], data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(0, 5), min_size=len(x), max_size=len(x)).filter(any))
    shares = ",".join(f"{weight}/{sum(weights)}" for weight in weights)
    page = worked("grad", typed(x), "short", target=shares)
    slopes = [value(text, 4) for text in last_links(page, SLOPES)]
    assert len(slopes) == len(x)
    assert 0 in sum(slopes)


@pytest.mark.parametrize("temperature", ["1", "4"])
@pytest.mark.parametrize("target", ["3", "0.25,0,0.75"])
def test_the_last_loss_is_minus_the_logarithm_weighted_by_the_target(
    target: str, temperature: str
) -> None:
    z = np.array([2, 1, 0.1]) / float(temperature)
    log = z - np.log(np.exp(z).sum())
    y = np.array([0, 0, 1] if target == "3" else [0.25, 0, 0.75])
    page = worked("grad", "2 1 0.1", "short", target=target, loss=True, temperature=temperature)
    assert float(-y @ log) in value(last_links(page, "L")[-1], 4)


def test_the_loss_has_no_number_unless_it_was_asked_for() -> None:
    plain = worked("grad", "2 1 0.1", target="2")
    assert last_links(plain, "L") == ["−ln σ₂"]
    assert "ln S" not in section(plain, "The cross-entropy")


@pytest.mark.parametrize("target", ["1", "0.5,0.5,0"])
def test_the_gradient_collapses_only_where_reasons_are_given(target: str) -> None:
    reasons = ["The cross-entropy", "The chain rule", "It collapses to σ − y", "The gradient"]
    full = headings(worked("grad", "2 1 0.1", target=target))
    assert full[-5:] == [*reasons, "Another way"]
    short = headings(worked("grad", "2 1 0.1", "short", target=target))
    assert short == ["The softmax", "The cross-entropy", "The gradient"]


def test_a_target_that_is_almost_certain_keeps_its_digits() -> None:
    page = worked("grad", "100 0", target="1", loss=True)
    assert last_links(page, "L")[-1] == "3.720·10⁻⁴⁴"
    assert last_links(page, "∂L/∂x₁")[-1] == "−3.720·10⁻⁴⁴"


def test_a_masked_class_without_weight_leaves_the_loss_finite() -> None:
    page = worked("grad", "2 -inf 1", target="0.5,0,0.5", loss=True)
    text = shown(page)
    assert "∞. The gradient" not in text
    assert float(np.log1p(np.exp(-1)) + 0.5) in value(last_links(page, "L")[-1], 4)
    assert "A masked class has the probability 0: σ − y is −y there." in text


def test_one_class_has_a_loss_of_0_and_a_gradient_of_0() -> None:
    page = worked("grad", "7", target="1", loss=True)
    assert last_links(page, "L")[-1] == last_links(page, "∂L/∂x₁")[-1] == "0"
    assert headings(page)[-2:] == ["The cross-entropy", "The gradient"]


def test_the_loss_is_the_answers_loss() -> None:
    answer, settings = answer_to("grad", "2 1 0.1", target="2", loss=True, steps="full")
    page = working(answer, settings)
    (loss,) = (
        links[-1]
        for name, links in chains(page)
        if name == "L" and len(links) == 3 and value(links[-1][1], 4) is not None
    )
    assert float(answer.loss[0]) in value(loss[1], 4)  # type: ignore[union-attr,index]


def test_a_masked_target_has_an_infinite_loss() -> None:
    text = shown(worked("grad", "cat=2 dog=-inf", target="dog", loss=True))
    assert "L = −ln 0 = ∞" in text
    assert "dog is masked: its probability is 0, and the loss is infinite" in text
    assert "σ_dog − y_dog = 0 − 1 = −1" in text


def test_weights_are_written_as_they_were_typed() -> None:
    text = shown(worked("grad", "1 2", target="1/3,2/3"))
    assert "The target is the distribution y₁ = 1/3, y₂ = 2/3." in text
    assert "σ₁ − y₁ = 0.2689 − 0.3333 ≈ −0.0644" in text
