import string

import pytest

from softmax_cli.formulas import (
    Data,
    Formula,
    blank,
    call,
    formula,
    fraction,
    in_ascii,
    latex_text,
    power,
    sub,
    words,
)


@pytest.mark.parametrize(
    ("built", "text", "latex"),
    [
        (sub("x", "1"), "x₁", "x_{1}"),
        (sub("σ", "j"), "σⱼ", r"\sigma_{j}"),
        (sub("x", "b"), "x_b", "x_{b}"),
        (sub("x", Data("cat")), "x_cat", r"x_{\text{cat}}"),
        (sub("x", Data("12")), "x₁₂", "x_{12}"),
        (power("S", "2"), "S²", "{S}^{2}"),
        (power("a + b", "2"), "(a + b)²", "{a + b}^{2}"),
        (fraction("a", "b"), "a/b", r"\frac{a}{b}"),
        (fraction("a + b", "c·d"), "(a + b)/(c·d)", r"\frac{a + b}{c\cdot d}"),
        (call("exp", sub("x", "i")), "exp(xᵢ)", r"\exp(x_{i})"),
        (call("σ", "x"), "σ(x)", r"\sigma(x)"),
        (call("exp", fraction("x", "T")), "exp(x/T)", r"\exp\left(\frac{x}{T}\right)"),
        (words("if j = k"), "if j = k", r"\text{if j = k}"),
        (formula("∂L/∂", Data("x_1")), "∂L/∂x_1", r"\partial L/\partial \text{x\_1}"),
        (blank(4), "____", r"\underline{\hspace{2em}}"),
        (formula(sub("σ", "j"), " ≈ −0.5"), "σⱼ ≈ −0.5", r"\sigma_{j} \approx  -0.5"),
    ],
)
def test_a_formula_is_text_and_latex(built: Formula, text: str, latex: str) -> None:
    assert built == Formula(text, latex)


def test_a_function_of_something_needs_no_brackets_in_a_fraction() -> None:
    assert fraction(call("exp", "x − m"), "S").text == "exp(x − m)/S"


def test_every_character_that_latex_takes_for_its_own_is_escaped() -> None:
    escaped = latex_text(r"50% of_a & b #1 {x} $ ~ ^ \n")
    assert escaped == (
        r"50\% of\_a \& b \#1 \{x\} \$ \textasciitilde{} \textasciicircum{} \textbackslash{}n"
    )


def test_a_name_that_steers_a_terminal_is_escaped_in_a_formula() -> None:
    built = sub("x", Data("\x1b[31m"))
    assert built.text == r"x_\x1b[31m"
    assert built.latex == r"x_{\text{\textbackslash{}x1b[31m}}"


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("σⱼ = sⱼ/S", "sigma_j = s_j/S"),
        ("S = Σᵢ sᵢ", "S = sum_i s_i"),
        ("Σexp(xᵢ)", "sum exp(x_i)"),
        ("Σⱼ≠ₖ gⱼ·σⱼ·σₖ", "sum_j!=k g_j*sigma_j*sigma_k"),
        ("∂σ₁₂/∂x₁₂ = δⱼₖ − σₖ", "dsigma_12/dx_12 = delta_jk - sigma_k"),
        ("≈ 1 − 2.000·10⁻³⁰⁰", "~ 1 - 2.000*10^-300"),
        ("exp(x) = eˣ, S², Jᵀ", "exp(x) = e^x, S^2, J'"),
        ("j ≤ k ≥ i ≠ j → ∞ …", "j <= k >= i != j -> inf ..."),
    ],
)
def test_signs_are_spelled_in_ascii(text: str, spelled: str) -> None:
    assert in_ascii(text) == spelled


def test_no_two_letters_are_spelled_alike() -> None:
    letters = "σδΣḡsdSDgT"
    assert len({in_ascii(letter) for letter in letters}) == len(letters)


def test_what_is_ascii_is_spelled_as_it_is() -> None:
    assert in_ascii(string.printable) == string.printable
