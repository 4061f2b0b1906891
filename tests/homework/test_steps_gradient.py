"""A gradient is a row of the Jacobian, or the rows weighted by a gradient from above."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked import chains, flat, headings, last_links, section, shown, value, worked

VECTORS = st.lists(st.decimals(-9, 9, places=2), min_size=2, max_size=6)
SLOPES = "∂(L|σ[₁-₉])/∂x[₁-₉]"


def typed(x: list[Any], separator: str = " ") -> str:
    return separator.join(map(str, x))


@given(VECTORS, st.data(), st.sampled_from(["1", "2"]))
def test_an_upstream_gradient_of_1_at_one_output_gives_the_gradient_of_that_output(
    x: list[Any], data: st.DataObject, temperature: str
) -> None:
    output = data.draw(st.integers(1, len(x)))
    one_hot = typed([int(k == output) for k in range(1, len(x) + 1)], ",")
    options = {"temperature": temperature, "precision": 9}
    upstream = worked("grad", typed(x), "short", upstream=one_hot, **options)
    row = worked("grad", typed(x), "short", output=str(output), **options)
    assert last_links(upstream, SLOPES) == last_links(row, SLOPES)
    assert len(last_links(row, SLOPES)) == len(x)


@given(VECTORS, st.integers(-9, 9), st.sampled_from(["1", "2"]))
def test_an_upstream_gradient_that_is_the_same_everywhere_gives_0(
    x: list[Any], g: int, temperature: str
) -> None:
    same = typed([g] * len(x), ",")
    page = worked("grad", typed(x), "short", upstream=same, temperature=temperature)
    assert last_links(page, SLOPES) == ["0"] * len(x)
    assert last_links(page, "ḡ") == [str(g).replace("-", "−")]


@given(VECTORS, st.data())
def test_the_entries_that_are_written_add_up_to_0(x: list[Any], data: st.DataObject) -> None:
    g = data.draw(st.lists(st.integers(-9, 9), min_size=len(x), max_size=len(x)))
    page = worked("grad", typed(x), "short", upstream=typed(g, ","))
    slopes = [value(text, 4) for text in last_links(page, SLOPES)]
    assert len(slopes) == len(x)
    assert 0 in sum(slopes)


@pytest.mark.parametrize(
    ("options", "reasons"),
    [
        ({}, ["What is differentiated", "The derivative of one output", "The gradient"]),
        ({"output": "2"}, ["What is differentiated", "The derivative of one output"]),
        (
            {"upstream": "1,2,3"},
            ["What is differentiated", "The chain rule", "It collapses", "The weighted mean"],
        ),
        ({"target": "2"}, ["The cross-entropy", "The chain rule", "It collapses to σ − y"]),
    ],
)
def test_the_sections_are_those_of_what_is_differentiated(
    options: dict[str, Any], reasons: list[str]
) -> None:
    found = headings(worked("grad", "2 1 0.1", **options))
    start = found.index(reasons[0])
    assert found[start : start + len(reasons)] == reasons
    assert found[-2:] == ["The gradient", "Another way"]
    assert "The ratios" in found[:start]


def test_the_prediction_is_differentiated_where_nothing_was_asked_for() -> None:
    page = worked("grad", "1 3 2")
    assert "so it is σ₂." in section(page, "What is differentiated")
    assert [name for name, _ in chains(page) if name.startswith("∂σ₂")] == [
        "∂σ₂/∂x₁",
        "∂σ₂/∂x₂",
        "∂σ₂/∂x₃",
    ]


def test_a_mean_that_its_digits_do_not_tell_from_g_is_written_as_rounded() -> None:
    near = worked("grad", "0 0 0 800", upstream="0,0,0,1")
    (mean,) = [links[-1] for left, links in chains(near) if left == "ḡ" and len(links) > 1]
    assert mean == ("≈", "1")
    (mean,) = [
        links[-1]
        for left, links in chains(worked("grad", "0 0", upstream="1,1"))
        if left == "ḡ" and len(links) > 1
    ]
    assert mean == ("=", "1")


def test_a_masked_class_has_the_derivative_0() -> None:
    page = worked("grad", "2 -inf 1", upstream="1,5,2")
    assert last_links(page, "∂L/∂x₂") == ["0"]
    assert "its derivative is 0" in section(page, "The gradient")


def test_a_difference_that_its_digits_would_hide_is_written_as_its_value() -> None:
    text = shown(worked("grad", "0 0 0 800", upstream="0,0,0,1"))
    assert "= (1 − 1.100·10⁻³⁴⁷)·1.100·10⁻³⁴⁷ ≈ 1.100·10⁻³⁴⁷" in flat(text)
