"""The vector whose working is shown: its numbers, how they are written, and the letters."""

from collections.abc import Sequence
from typing import NamedTuple

from softmax_cli.formulas import Formula, call, formula, fraction, sub
from softmax_cli.homework.equations import Chosen, Link, classes, derivation, equation
from softmax_cli.homework.notation import Notation, bracketed, typed_formula
from softmax_cli.homework.quantities import Quantities
from softmax_cli.pages import Part, Sentence, Text
from softmax_cli.settings import Style

# A longer number stands on a line of its own: LaTeX breaks no line within it.
_LONGEST_VALUE = 12

S, M, T = formula("S"), formula("m"), formula("T")


class Problem(NamedTuple):
    """A vector and how its working is shown.

    Attributes:
        numbers: the quantities of the softmax of the vector.
        notation: how numbers and classes are written.
        style: how much is shown.
        shown: the classes that are shown.
        temperature: T as it was typed.
        weights: a target distribution or an upstream gradient as it was typed, if there is one.
    """

    numbers: Quantities
    notation: Notation
    style: Style
    shown: Chosen
    temperature: Formula
    weights: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many classes there are."""
        return len(self.numbers.x)

    @property
    def classes(self) -> list[int]:
        """The classes that are shown."""
        return classes(self.shown)

    @property
    def is_heated(self) -> bool:
        """Whether T is not 1."""
        return self.numbers.temperature != 1

    @property
    def explains(self) -> bool:
        """Whether reasons are given."""
        return self.style != "short"

    def shift_of(self, letter: Formula) -> Formula:
        """The exponent of a logit as a factor or a term: (xⱼ − m), (xⱼ − m)/T."""
        return self.heated_factor(formula(letter, " − m"))

    def open(self, result: Formula | str, width: int = 10) -> Formula:
        """A formula to be found, which a worksheet leaves open."""
        return self.notation.open(result, width)

    def is_masked(self, index: int) -> bool:
        """Whether a class has no probability."""
        return self.numbers.x[index].is_infinite()

    def typed_weights(self) -> list[Formula | None]:
        """The weight of every class that is shown, as it was typed; nothing for an ellipsis."""
        return [None if i is None else typed_formula(self.weights[i]) for i in self.shown]

    def letters(self, symbol: str) -> list[Formula | None]:
        """A letter of every class that is shown; nothing for an ellipsis."""
        return [None if i is None else self.notation.letter(symbol, i) for i in self.shown]

    def heated(self, inside: Formula) -> Formula:
        """Something divided by T, unless that is 1."""
        return fraction(inside, T) if self.is_heated else inside

    def heated_factor(self, inside: Formula) -> Formula:
        """A sum divided by T, as a factor: (δⱼₖ − σₖ), (δⱼₖ − σₖ)/T."""
        return self.heated(inside) if self.is_heated else bracketed(inside)

    def over_temperature(self, product: Formula) -> Formula:
        """A number divided by the temperature, unless that is 1."""
        return fraction(product, self.temperature) if self.is_heated else product

    def name(self, index: int) -> tuple[Text, ...]:
        """A class as words name it: `class 1`, `cat`."""
        name = self.notation.names[index]
        return ("class ", name) if isinstance(name, str) else (name,)


def exp_of(letter: Formula, problem: Problem) -> Formula:
    """The exponential of a logit: exp(xᵢ), exp(xᵢ/T)."""
    return call("exp", problem.heated(letter))


def derivative(above: Formula, below: Formula) -> Formula:
    """A partial derivative: ∂σⱼ/∂xₖ."""
    return fraction(formula("∂", above), formula("∂", below))


def ln_of(inside: Formula | str) -> Formula:
    """A natural logarithm: ln σⱼ, ln(1 + 0.5)."""
    whole = formula(inside)
    if any(sign in whole.text for sign in " /("):
        return call("ln", whole)
    return Formula(f"ln {whole.text}", rf"\ln {whole.latex}")


def factor(quotient: Formula) -> Formula:
    """A fraction as a factor: in brackets where it stands on one line."""
    return Formula(f"({quotient.text})", quotient.latex)


def sentence(*parts: Text) -> Sentence:
    """A sentence whose words may hold formulas between dollar signs: `where $j = k$ and`."""
    return Sentence(text(*parts))


def text(*parts: Text) -> tuple[Text, ...]:
    """Words and formulas, those between dollar signs among the words too."""
    split: list[Text] = []
    for part in parts:
        if isinstance(part, str):
            pieces = part.split("$")
            split += [formula(p) if i % 2 else p for i, p in enumerate(pieces) if p]
        else:
            split.append(part)
    return tuple(split)


def listed(items: Sequence[Formula | None]) -> tuple[Text, ...]:
    """Formulas in a sentence, with commas between them and `…` for a missing one."""
    parts: list[Text] = []
    for item in items:
        parts += [", ", "…" if item is None else item]
    return tuple(parts[1:])


def sigma(index: str) -> Formula:
    """The letter σ of a class that is not yet known: σⱼ."""
    return sub("σ", index)


def one_minus(letter: Formula) -> Formula:
    """1 minus something, in brackets."""
    return bracketed(formula("1 − ", letter))


def values(
    problem: Problem, symbol: str, written: Sequence[Formula | None], before: str, after: str = "."
) -> list[Part]:
    """The values of a letter, one a class that is shown: in a sentence, or below it if long.

    Args:
        problem: the vector.
        symbol: the letter.
        written: the value of each class that is shown; nothing for an ellipsis.
        before: the words before the values.
        after: the words behind them.
    """
    letters = problem.letters(symbol)
    pairs = [(a, b) for a, b in zip(letters, written, strict=True) if a and b]
    if any(len(value.text) > _LONGEST_VALUE for _, value in pairs):
        lines = derivation(*(equation(letter, Link(value)) for letter, value in pairs))
        return [sentence(before, ":"), lines, *([sentence(after)] if after != "." else [])]
    equations = [
        formula(a, " = ", b) if a and b else None for a, b in zip(letters, written, strict=True)
    ]
    return [sentence(before, " ", *listed(equations), after)]


def capitalized(name: Sequence[Text]) -> tuple[Text, ...]:
    """The name of a class at the beginning of a sentence."""
    first, *rest = name
    return (first.capitalize() if isinstance(first, str) else first, *rest)
