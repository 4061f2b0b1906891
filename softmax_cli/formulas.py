"""Formulas that can be shown in two ways: as text with real subscripts, and as LaTeX.

A formula is built from smaller ones; plain strings among its parts are numbers, letters
and operators, which know their own LaTeX.
"""

import re
from typing import NamedTuple

from softmax_cli.errors import printable

_SUBSCRIPTS = str.maketrans("0123456789aehijklmnoprstuvx+-", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₊₋")
_SUPERSCRIPTS = str.maketrans("0123456789+-nTx", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵀˣ")

_LATEX = {
    "σ": r"\sigma ",
    "∂": r"\partial ",
    "δ": r"\delta ",
    "Σ": r"\sum ",
    "∇": r"\nabla ",
    "·": r"\cdot ",
    "×": r"\times ",
    "−": "-",
    "≈": r"\approx ",
    "≠": r"\ne ",
    "≤": r"\le ",
    "≥": r"\ge ",
    "∞": r"\infty ",
    "→": r"\to ",
    "…": r"\dots ",
    "′": "'",
    "ᵀ": r"^{\top}",
    "%": r"\%",
}
# How the signs are spelled where there is only ASCII; no two that stand side by side are alike.
_ASCII = (
    {small: sign for table in (_SUBSCRIPTS, _SUPERSCRIPTS) for sign, small in table.items()}
    | dict(zip(map(ord, "·×−–≈′ᵀ•"), "*x--~''*", strict=True))
    | {ord("σ"): "sigma", ord("∂"): "d", ord("δ"): "delta", ord("Σ"): "sum", ord("ḡ"): "gbar"}
    | {ord("≠"): "!=", ord("≤"): "<=", ord("≥"): ">=", ord("→"): "->"}
    | {ord("…"): "...", ord("∞"): "inf"}
)
_INDEX = "[" + "".join(map(chr, _SUBSCRIPTS.values())) + "]+"
_INDICES = re.compile(f"{_INDEX}(?:≠{_INDEX})*")
_POWER = re.compile("[" + "".join(map(chr, _SUPERSCRIPTS.values())).replace("ᵀ", "") + "]+")
_SUM_OF = re.compile("Σ(?=[a-z])")
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
} | {character: f"\\{character}" for character in "&%$#_{}"}


class Data(NamedTuple):
    """Text of the user's own, such as the name of a class: shown escaped, whatever it holds."""

    text: str


class Formula(NamedTuple):
    """A formula.

    Attributes:
        text: the formula in Unicode, on one line: `σⱼ = exp(xⱼ)/S`.
        latex: the same for LaTeX's math mode.
    """

    text: str
    latex: str


def in_ascii(text: str) -> str:
    """Formulas and words with the signs of mathematics spelled: sigma_1 for σ₁, 10^-3 for 10⁻³."""
    for pattern, spelling in ((_SUM_OF, r"\g<0> "), (_INDICES, r"_\g<0>"), (_POWER, r"^\g<0>")):
        text = pattern.sub(spelling, text)
    return text.translate(_ASCII)


def latex_text(text: str) -> str:
    """Any text, escaped for LaTeX outside math mode."""
    return "".join(_SPECIAL.get(character, character) for character in printable(text))


def formula(*parts: Formula | Data | str) -> Formula:
    """Parts one after another, such as `formula(sub("σ", "j"), " = ", fraction("1", "S"))`."""
    whole = [_part(part) for part in parts]
    return Formula("".join(p.text for p in whole), "".join(p.latex for p in whole))


def words(text: str) -> Formula:
    """Ordinary words inside a formula."""
    return Formula(text, rf"\text{{{latex_text(text)}}}")


def sub(base: Formula | str, index: Data | str) -> Formula:
    """A letter with a subscript: `sub("x", "j")`, `sub("σ", Data("cat"))`."""
    name = index.text if isinstance(index, Data) else index
    small = name.translate(_SUBSCRIPTS)
    is_small = not isinstance(index, Data) or name.isdigit()
    can_be_small = is_small and not any(c in small for c in set(name) - {",", " "})
    text = small if can_be_small else f"_{printable(name)}"
    latex = name if is_small else rf"\text{{{latex_text(name)}}}"
    whole = _part(base)
    return Formula(whole.text + text, f"{whole.latex.rstrip()}_{{{latex}}}")


def power(base: Formula | str, exponent: str) -> Formula:
    """A power: `power("S", "2")`."""
    small = exponent.translate(_SUPERSCRIPTS)
    text = f"^{exponent}" if any(c in small for c in exponent) else small
    whole = _part(base)
    return Formula(_grouped(whole.text) + text, f"{{{whole.latex}}}^{{{exponent}}}")


def fraction(above: Formula | str, below: Formula | str) -> Formula:
    """A fraction: `a/b` on one line, with brackets where they are needed."""
    numerator, denominator = _part(above), _part(below)
    text = f"{_grouped(numerator.text)}/{_grouped(denominator.text, tight='')}"
    return Formula(text, rf"\frac{{{numerator.latex}}}{{{denominator.latex}}}")


def call(function: str, argument: Formula | str) -> Formula:
    """A function of something: `call("exp", sub("x", "1"))`; exp, log, ln and max are known."""
    inside = _part(argument)
    known = function in ("exp", "log", "ln", "max")
    name = f"\\{function}" if known else _part(function).latex
    tall = r"\frac" in inside.latex
    latex = rf"\left({inside.latex}\right)" if tall else f"({inside.latex})"
    return Formula(f"{function}({inside.text})", name.rstrip() + latex)


def blank(width: int = 6) -> Formula:
    """A place left open on a worksheet, about so many characters wide."""
    return Formula("_" * width, rf"\underline{{\hspace{{{width / 2:g}em}}}}")


def _part(part: Formula | Data | str) -> Formula:
    if isinstance(part, Formula):
        return part
    if isinstance(part, Data):
        return words(printable(part.text))
    return Formula(part, "".join(_LATEX.get(character, character) for character in part))


def _grouped(text: str, tight: str = "·/") -> str:
    """The text in brackets, if an operator stands outside the brackets it has."""
    depth, operators = 0, set(" +−/·") - set(tight)
    for character in text[1:]:
        depth += (character in "([") - (character in ")]")
        if depth == 0 and character in operators:
            return f"({text})"
    return text
