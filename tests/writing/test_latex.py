import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from shown import ANIMALS, EVAL, GRAD, JACOBIAN, gradient, jacobian, probabilities

from softmax_cli.formulas import formula, fraction, sub
from softmax_cli.pages import Column, Derivation, Grid, Page, Step
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, OfClass
from softmax_cli.writing.latex import latex
from softmax_cli.writing.page import page_of

SPECIAL = ("a&b", "50%_#", r"{\x}~^")
TARGET = OfClass("target", np.array([1]))
EXAMPLES: list[tuple[Answer, Settings]] = [
    (probabilities([2, 1, 0.1], ANIMALS), EVAL),
    (probabilities([800, 0, -np.inf], SPECIAL), EVAL),
    (probabilities([[2, 1], [0, 5]]), EVAL),
    (jacobian([2, 1, 0.1]), JACOBIAN),
    (jacobian([2, 1, 0.1], SPECIAL), JACOBIAN),
    (jacobian([[2, 1], [0, 5]]), JACOBIAN),
    (gradient([0.5, -1, 1e-9], TARGET), GRAD),
]


def written(answer: Answer, settings: Settings) -> str:
    return latex(page_of([answer], settings))


def test_one_vector_is_an_array() -> None:
    text = written(probabilities([2, 1, 0.1], ANIMALS), EVAL)
    assert r"\begin{array}{lrrl}" in text
    assert r"\text{dog} & 1 & 0.2424 &  \\" in text


def test_a_jacobian_without_names_is_a_bmatrix() -> None:
    assert written(jacobian([2, 1, 0.1]), JACOBIAN).splitlines()[2:] == [
        r"\[",
        r"J = \begin{bmatrix}",
        r"0.2247 & -0.1598 & -0.0650 \\",
        r"-0.1598 & 0.1837 & -0.0239 \\",
        "-0.0650 & -0.0239 & 0.0889",
        r"\end{bmatrix}",
        r"\]",
    ]


def test_a_jacobian_with_names_has_them_beside_it() -> None:
    text = written(jacobian([2, 1, 0.1], ANIMALS), JACOBIAN)
    assert r"J & \partial x_{\text{cat}} & \partial x_{\text{dog}}" in text
    assert r"\partial \sigma_{\text{dog}} & -0.1598 & 0.1837 & -0.0239" in text


def test_powers_of_ten_are_written_as_such() -> None:
    text = written(gradient([0.5, -1, 1e-9], TARGET), GRAD)
    assert r"1.0 \cdot 10^{-9}" in text
    assert "e-" not in text.replace("cross-entropy", "")


def test_a_mask_is_minus_infinity() -> None:
    assert r"-\infty" in written(probabilities([2, -np.inf, 1]), EVAL)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ln(1/3)", r"\ln(1/3)"),
        ("-Infinity", r"-\infty"),
        ("<1e-308", r"<1 \cdot 10^{-308}"),
        ("1E+05", r"1 \cdot 10^{5}"),
        ("−0.3", "-0.3"),
        ("+1 tied", r"\text{+1 tied}"),
        ("sum to 0", r"\text{sum to 0}"),
        ("inference", r"\text{inference}"),
    ],
)
def test_a_cell_is_a_number_or_words(text: str, shown: str) -> None:
    grid = Grid((Column("", (text,)),))
    assert shown in latex(Page((grid,))).splitlines()


@pytest.mark.parametrize(("answer", "settings"), EXAMPLES)
def test_braces_and_environments_are_balanced(answer: Answer, settings: Settings) -> None:
    text = re.sub(r"\\[{}]", "", written(answer, settings))
    assert text.count("{") == text.count("}")
    assert re.findall(r"\\begin{(\w+)}", text) == re.findall(r"\\end{(\w+)}", text)
    assert not re.search(r"(?<!\\)[#%]", text)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX is installed")
def test_what_is_written_compiles(tmp_path: Path) -> None:
    steps = (Step(sub("σ", "1"), fraction("1", "S"), why=("by 1",)), Step(None, formula("½"), "≈"))
    derivation = latex(Page((Derivation(steps[:1]),)))
    body = derivation + "\n\n".join(written(*example) for example in EXAMPLES)
    document = tmp_path / "page.tex"
    document.write_text(
        "\\documentclass{article}\\usepackage{amsmath,amssymb}\n"
        f"\\begin{{document}}\n{body}\n\\end{{document}}\n"
    )
    command = ("pdflatex", "-interaction=nonstopmode", "-halt-on-error", document.name)
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-2000:]
    assert "Overfull" not in ran.stdout
