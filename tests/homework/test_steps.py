"""The working adds up, says its conventions, and can be typeset."""

import re
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from typesetting import katex_complaints, latex_complaints, needs_katex, needs_latex
from worked import answer_to, chains, flat, parts, section, shown, value, worked

from softmax_cli.formulas import Formula
from softmax_cli.homework.steps import working
from softmax_cli.pages import Derivation, Grid, Matrix, Page, Step
from softmax_cli.writing.latex import latex
from softmax_cli.writing.markup import markdown
from softmax_cli.writing.screen import screen
from softmax_cli.writing.terminal import Terminal

__all__ = ["needs_katex", "needs_latex"]


def disagreements(page: Page, places: int) -> list[str]:
    """The neighbours in a chain whose values differ by more than the digits shown allow."""
    found = []
    for left, links in chains(page):
        values = [(text, value(text, places)) for _, text in links]
        known = [(text, interval) for text, interval in values if interval is not None]
        for (first, a), (second, b) in pairwise(known):
            if a.b < b.a or b.b < a.a:
                found.append(f"{left}: {first} and {second}")
    return found


LOGITS = st.one_of(
    st.decimals(-30, 30, places=1),
    st.decimals(-3, 3, places=4),
    st.sampled_from([Decimal("-Infinity"), Decimal(0), Decimal(800), Decimal("1e-9")]),
)
VECTORS = st.lists(LOGITS, min_size=1, max_size=9).filter(
    lambda x: any(value.is_finite() for value in x)
)
TEMPERATURES = st.sampled_from(["1", "2", "0.5", "10"])
STYLES = st.sampled_from(["full", "short"])


def typed(x: list[Decimal]) -> str:
    return " ".join(str(value).replace("Infinity", "inf") for value in x)


KINDS_OF_WORKING = [
    "eval",
    "log",
    "jacobian",
    "diagonal",
    "row",
    "target",
    "distribution",
    "upstream",
    "output",
    "prediction",
]


@st.composite
def questions(draw: Any) -> tuple[str, str, dict[str, Any]]:
    """A command, a vector and what was asked of it."""
    x = draw(VECTORS)
    kind = draw(st.sampled_from(KINDS_OF_WORKING))
    of_class = str(draw(st.integers(1, len(x))))
    weights = draw(st.lists(st.integers(-4, 4), min_size=len(x), max_size=len(x)))
    if kind == "distribution" and not sum(map(abs, weights)):
        weights[0] = 1
    shares = [f"{abs(w)}/{sum(map(abs, weights))}" for w in weights] if any(weights) else []
    command, options = {
        "eval": ("eval", {}),
        "log": ("eval", {"log": True}),
        "jacobian": ("jacobian", {}),
        "diagonal": ("jacobian", {"diagonal": True}),
        "row": ("jacobian", {"output": of_class}),
        "target": ("grad", {"target": of_class, "loss": True}),
        "distribution": ("grad", {"target": ",".join(shares), "loss": True}),
        "upstream": ("grad", {"upstream": ",".join(map(str, weights))}),
        "output": ("grad", {"output": of_class}),
        "prediction": ("grad", {}),
    }[kind]
    if kind in ("distribution", "upstream") and len(x) == 1:
        command, options = "eval", {}
    return command, typed(x), options | {"temperature": draw(TEMPERATURES)}


@given(questions(), STYLES, st.sampled_from([None, 1, 2, 6, 9]))
def test_every_line_agrees_with_the_numbers_it_is_worked_from(
    question: tuple[str, str, dict[str, Any]], style: str, precision: int | None
) -> None:
    command, text, options = question
    page = worked(command, text, style, precision=precision, **options)
    assert not disagreements(page, 4 if precision is None else precision)


def test_a_wrong_number_in_a_line_is_found() -> None:
    page = worked("eval", "2 1 0.1")
    text = repr(page)
    assert "0.2424" in text
    wrong = Step(Formula("σ₂", ""), Formula("0.3679/1.5174 ≈ 0.2434", ""))
    assert disagreements(Page((Derivation((wrong,)),)), 4)


def results(page: Page, left: str) -> list[Any]:
    """The last links of the chains that begin so, as intervals; formulas have none."""
    values = [value(links[-1][1], 4) for name, links in chains(page) if re.fullmatch(left, name)]
    return [interval for interval in values if interval is not None]


@pytest.mark.parametrize("temperature", ["1", "2", "0.25"])
@pytest.mark.parametrize(
    ("command", "options", "left"),
    [
        ("eval", {}, "σ[₁-₉]"),
        ("eval", {"log": True}, "ln σ[₁-₉]"),
        ("jacobian", {"diagonal": True}, "∂σ(.)/∂x[₁-₉]"),
        ("grad", {"target": "2"}, "∂L/∂x[₁-₉]"),
        ("grad", {"target": "0.5,0.25,0.25,0"}, "∂L/∂x[₁-₉]"),
        ("grad", {"upstream": "1,-2,0.5,7"}, "∂L/∂x[₁-₉]"),
        ("grad", {"output": "3"}, "∂σ₃/∂x[₁-₉]"),
        ("grad", {}, "∂σ₁/∂x[₁-₉]"),
    ],
)
def test_the_last_lines_are_the_answer(
    command: str, options: dict[str, Any], left: str, temperature: str
) -> None:
    text = "2 1 0.1 -4"
    answer, settings = answer_to(command, text, temperature=temperature, steps="full", **options)
    found = results(working(answer, settings), left)
    (expected,) = answer.values.tolist()  # type: ignore[union-attr]
    assert len(found) == len(expected)
    assert all(float(v) in interval for v, interval in zip(expected, found, strict=True))


def test_the_working_holds_the_digits_that_doubles_would_lose() -> None:
    text = shown(worked("jacobian", "40 0 0"))
    assert "8.497·10⁻¹⁸" in text
    assert "1 − 8.497·10⁻¹⁸" in text
    with mp.workdps(60):
        loss = mp.log(1 + 2 * mp.exp(-40))
        expected = mp.nstr(loss * mp.mpf(10) ** 18, 10)
    assert f"≈ {expected[:10]}" in shown(
        worked("grad", "40 0 0", target="1", loss=True, precision=10)
    )


@pytest.mark.parametrize(
    ("command", "options", "heading", "sentence"),
    [
        ("eval", {}, "The softmax", "its base is e ≈ 2.718, not 2 or 10"),
        ("eval", {}, "taken away", "so no ratio changes"),
        ("eval", {"log": True}, "The logarithms", "the natural logarithm"),
        ("jacobian", {}, "taken away", "the derivative of m itself does not enter"),
        ("jacobian", {}, "A matrix of derivatives", "takes a vector to a vector"),
        ("jacobian", {}, "A matrix of derivatives", "Rows are outputs and columns are inputs"),
        ("jacobian", {}, "The quotient rule", "only the term with i = k holds xₖ"),
        ("jacobian", {}, "The matrix", "Each row adds up to 0"),
        ("jacobian", {}, "Another way", "ln is the natural logarithm"),
        ("grad", {"target": "1"}, "The cross-entropy", "the natural logarithm"),
        ("grad", {"target": "1"}, "The cross-entropy", "a sum over the classes, not their mean"),
        ("grad", {"target": "1"}, "It collapses", "It is σ − y and not y − σ"),
        ("grad", {"target": ".2,.3,.5"}, "It collapses", "It is σ − y and not y − σ"),
        ("grad", {"target": "1"}, "Another way", "∂L/∂xₖ = −Σⱼ yⱼ·(δⱼₖ − σₖ) = σₖ − yₖ"),
        ("grad", {"upstream": "1,2,3"}, "It collapses", "with outputs as the rows of J"),
        ("grad", {"upstream": "1,2,3"}, "It collapses", "a sum over the outputs, not a mean"),
        ("grad", {}, "What is differentiated", "class 1: the prediction"),
        ("grad", {"output": "2"}, "What is differentiated", "the probability of class 2, σ₂"),
    ],
)
def test_a_convention_is_stated_where_it_enters(
    command: str, options: dict[str, Any], heading: str, sentence: str
) -> None:
    text = section(worked(command, "2 1 0.1", **options), heading)
    assert sentence in text


def test_two_classes_are_the_sigmoid_of_the_difference() -> None:
    text = section(worked("eval", "1 3", temperature="2"), "Two classes")
    assert "the sigmoid of the difference" in text
    assert "σ₁ = 1/(1 + exp(−(x₁ − x₂)/T)) = 1/(1 + exp(1)) ≈ 0.2689" in text
    assert "the sigmoid of the difference" in section(worked("jacobian", "1 3"), "The matrix")


@pytest.mark.parametrize("command", ["eval", "jacobian", "grad"])
def test_one_class_is_always_1(command: str) -> None:
    text = shown(worked(command, "7"))
    assert "σ₁ = s₁/S = s₁/s₁ = 1" in text
    assert "its share is always 1" in text


@pytest.mark.parametrize("command", ["eval", "jacobian", "grad"])
def test_many_classes_are_abbreviated_and_it_says_so(command: str) -> None:
    text = shown(worked(command, " ".join(map(str, range(100)))))
    assert "S = s₁ + s₂ + … + s₁₀₀" in text
    assert "3 of 100 classes are shown, and … stands for the others" in text
    assert f"softmax {command} -f csv" in text
    assert "s₅ =" not in text
    assert re.search(r"^ +…$", text, re.MULTILINE)


def test_six_classes_are_shown_in_full() -> None:
    assert "…" not in shown(worked("eval", "1 2 3 4 5 6"))


def test_classes_have_their_names_where_these_are_short() -> None:
    text = shown(worked("grad", "cat=2 dog=1", target="dog"))
    assert "∂L/∂x_dog = σ_dog − y_dog = 0.2689 − 1 ≈ −0.7311" in text
    assert "The target is dog" in text


def test_long_names_are_numbered_and_explained() -> None:
    text = shown(worked("eval", "iris-versicolor=2 setosa=1"))
    assert "Class 1 is iris-versicolor; 2 is setosa." in text
    assert "σ₁ = s₁/S" in text
    assert "the prediction is iris-versicolor" in text


def test_classes_count_from_0_where_that_was_asked_for() -> None:
    text = shown(worked("grad", "2 1", zero_based=True, target="0"))
    assert "Given x₀ = 2, x₁ = 1." in text
    assert "The target is class 0" in text


def test_the_digits_shown_are_those_asked_for() -> None:
    assert "0.659001" in shown(worked("eval", "2 1 0.1", precision=6))
    assert "6 digits after the point" in shown(worked("eval", "2 1 0.1", precision=6))
    answer, settings = answer_to("eval", "2 1 0.1", digits=20, steps="full")
    text = shown(working(answer, settings))
    assert all(str(value) in text for value in answer.values[0])  # type: ignore[union-attr]
    assert "20 significant digits" in text


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("eval", {}),
        ("eval", {"log": True}),
        ("eval", {"top": 2}),
        ("jacobian", {}),
        ("grad", {"target": "1", "loss": True}),
        ("grad", {"target": ".2,.3,.5", "loss": True}),
        ("grad", {"upstream": "4,5,6"}),
        ("grad", {"output": "2"}),
    ],
)
def test_a_worksheet_leaves_its_results_open(command: str, options: dict[str, Any]) -> None:
    text = shown(worked(command, "2 1 0.1", "blank", **options))
    solved = shown(worked(command, "2 1 0.1", **options))
    computed = set(re.findall(r"≈ (−?\d+\.\d{4})", solved))
    assert computed
    assert not [number for number in computed if number in text]
    assert text.count("____") > 5
    assert "Give each result to 4 digits after the point." in text
    assert "x₃ = 0.1" in text


def test_a_worksheet_of_a_derivation_leaves_its_algebra_open() -> None:
    text = shown(worked("jacobian", "2 1 0.1", "blank"))
    assert "h′ = ____" in text
    assert "σⱼ(1 − σⱼ)" not in text
    assert "σ − y" not in shown(worked("grad", "2 1 0.1", "blank", target="1"))


def test_weights_of_a_table_are_written_as_they_were_typed() -> None:
    answer, settings = answer_to("grad", "1 2 0", target="1/3,2/3,ln(1)", digits=5)
    text = shown(working(answer, settings._replace(target=None, target_column="y")))
    assert "The target is the distribution y₁ = 1/3, y₂ = 2/3, y₃ = ln(1)." in text


# Typesetting

KINDS: list[tuple[str, str, dict[str, Any]]] = [
    ("eval", "2 1 0.1", {}),
    ("eval", "40 0 1/3", {"log": True, "temperature": "1e-2"}),
    ("eval", "3 1", {"top": 1}),
    ("eval", "5", {}),
    ("eval", " ".join(map(str, range(30))), {"precision": 9}),
    ("jacobian", "cat=2 dog=1 b_1%=-inf", {"temperature": "0.5"}),
    ("jacobian", "2 1 0.1 -3 7 9 12", {}),
    ("jacobian", "abcdefgh=2 ijklmnop=1 qrstuvwx=1e-9 yzabcdef=4", {}),
    ("jacobian", "1 2", {"output": "1", "precision": 12}),
    ("grad", "2 1 0.1", {"target": "1", "loss": True, "temperature": "2"}),
    ("grad", "2 -inf", {"target": "2", "loss": True}),
    ("grad", "abcdefgh=2 ijklmnop=1 x$y=0", {"target": ".2,.3,.5", "loss": True, "precision": 8}),
    ("grad", "-1e308 ln(3) 1e5 3 4 5 6 7", {"upstream": "1,-2,3,4,5,6,7,8"}),
    ("jacobian", "1 -9 30 4 7 -2", {"precision": 9}),
    ("eval", "0.4 800 1e-9 -0.0835", {"precision": 20, "temperature": "2"}),
    ("jacobian", "1 -900 30 4 7 -2 55", {"digits": 9}),
    ("grad", "1 2 3", {"digits": 12}),
    ("grad", "0.12345678901234567 -1.2345678901234567 3", {"target": "2", "loss": True}),
    ("jacobian", "0.12345678901234567 -1.2345678901234567", {"temperature": "0.123456789"}),
    ("grad", "1 2 3", {"output": "2"}),
]


@pytest.mark.parametrize("steps", ["full", "short", "blank"])
@pytest.mark.usefixtures("needs_latex")
def test_the_working_compiles_without_an_error_or_an_overfull_line(
    steps: str, tmp_path: Any
) -> None:
    pages = [worked(command, text, steps, **options) for command, text, options in KINDS]
    assert latex_complaints("\n\\newpage\n".join(map(latex, pages)), tmp_path) == []


@pytest.mark.parametrize("steps", ["full", "short", "blank"])
@pytest.mark.usefixtures("needs_katex")
def test_the_formulas_pass_the_strict_mode_of_katex(steps: str) -> None:
    for command, text, options in KINDS:
        assert katex_complaints(markdown(worked(command, text, steps, **options))) == []


@pytest.mark.parametrize("steps", ["full", "short"])
@pytest.mark.parametrize(
    ("command", "text", "options"),
    [
        ("eval", "1e300 0", {}),
        ("eval", "1e300 0", {"log": True}),
        ("eval", "2 1", {"temperature": "1e-150"}),
        ("eval", "1e300 0 1", {"top": 2}),
        ("eval", "0.1 0.2 0.3", {"precision": 0}),
        ("eval", "1e-300 0", {}),
        ("jacobian", "1e300 0", {}),
        ("jacobian", "1e300 5 5", {"output": "2"}),
        ("grad", "1e300 0", {"target": "1"}),
        ("grad", "1e300 0", {"target": "2"}),
        ("grad", "1e300 0", {"output": "2"}),
        ("grad", "1e300 0", {"upstream": "1,3"}),
    ],
)
def test_no_result_is_said_to_be_0_or_1(
    command: str, text: str, options: dict[str, Any], steps: str
) -> None:
    page = worked(command, text, steps, **options)
    for part in parts(page):
        if isinstance(part, Derivation):
            lines = shown(Page((part,)))
            assert not re.search(
                r"= −?[01]$", re.sub(r"exp\(0\) = 1$", "", lines, flags=re.M), re.M
            )
        elif isinstance(part, Grid):
            cells = [cell for column in part.columns[2:] for cell in column.cells]
            assert [c.text for c in cells].count("0") == 0
            assert [c.text for c in cells].count("1") <= 1  # of the largest s
        elif isinstance(part, Matrix):
            assert not {"0", "1"} & {c for row in range(len(part.values)) for c in part.cells(row)}


def test_what_rounding_hides_has_no_equals_sign() -> None:
    text = shown(worked("eval", "1e-300 0"))
    assert "≈ 0.5" in text
    assert "≈ 1 − 1.000·10⁻³⁰⁰" in flat(text)
    assert not re.search(r"= (0\.5|2)$", text, re.M)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("steps", ["full", "short", "blank"])
@pytest.mark.parametrize(("command", "text", "options"), KINDS)
def test_a_working_can_be_read_where_its_signs_are_missing(
    command: str, text: str, options: dict[str, Any], steps: str, encoding: str
) -> None:
    lines = screen(worked(command, text, steps, **options), Terminal(80, encoding=encoding))
    assert lines.isascii()
    assert "\\u" not in lines
    assert "s_1 = s_1" not in lines
    assert max(map(len, lines.splitlines())) <= 80


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("steps", ["full", "short", "blank"])
@pytest.mark.parametrize(("command", "text", "options"), KINDS)
def test_no_line_is_wider_than_the_terminal(
    command: str, text: str, options: dict[str, Any], steps: str, width: int
) -> None:
    lines = shown(worked(command, text, steps, **options), width).splitlines()
    assert max(map(len, lines)) <= width
