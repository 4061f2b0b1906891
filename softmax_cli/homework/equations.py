"""Chains of equations, broken into lines that fit a narrow terminal and a printed page."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from softmax_cli.formulas import Formula, formula
from softmax_cli.homework.notation import Written
from softmax_cli.pages import Derivation, Step, Text

# A line of a derivation has about so many characters behind its first relation.
_WIDTH = 44
# A longer left side leaves less: both and the relation have about so many characters.
_WHOLE_WIDTH = 52
# Of more classes than this only some are shown, and an ellipsis stands for the others.
MOST_CLASSES = 6
_ALWAYS_FIRST = 2

_GAP = Step(Formula("…", r"\vdots"), Formula("", ""), " ")

# A class, or the classes that an ellipsis stands for.
Chosen = Sequence[int | None]


class Link(NamedTuple):
    """A link in a chain of equations: a relation and what stands behind it."""

    right: Formula
    relation: str = "="


def equation(left: Formula | None, *chain: Link | Written, why: Sequence[Text] = ()) -> list[Step]:
    """Return `left = a = b ≈ c` as the lines it takes; the reason stands at the last."""
    width = min(_WIDTH, _WHOLE_WIDTH - len(left.text)) if left else _WIDTH
    links = [Link(c.formula, c.relation) if isinstance(c, Written) else c for c in chain]
    steps: list[Step] = []
    for link in links:
        if steps and len(steps[-1].right.text) + len(link.right.text) + 3 <= width:
            longer = formula(steps[-1].right, f" {link.relation} ", link.right)
            steps[-1] = steps[-1]._replace(right=longer)
        else:
            steps.append(Step(None if steps else left, link.right, link.relation))
    steps[-1] = steps[-1]._replace(why=tuple(why))
    return steps


def total(
    left: Formula | None, terms: Sequence[Formula | None], *chain: Link | Written
) -> list[Step]:
    """Return `left = a + b + … + c = …`, where a missing term is an ellipsis."""
    steps: list[Step] = []
    for line in _lines_of_terms(terms):
        steps.append(Step(None if steps else left, line, " " if steps else "="))
    rest = equation(None, *chain) if chain else []
    if rest and len(steps[-1].right.text) + len(rest[0].right.text) + 3 <= _WIDTH:
        longer = formula(steps[-1].right, f" {rest[0].relation} ", rest[0].right)
        steps[-1] = steps[-1]._replace(right=longer)
        rest = rest[1:]
    return steps + rest


def derivation(*equations: Iterable[Step]) -> Derivation:
    """Return equations under one another."""
    return Derivation(tuple(step for steps in equations for step in steps))


def each(shown: Chosen, worked: Callable[[int], Iterable[Step]]) -> Derivation:
    """Return the equations of every class that is shown, with `…` where some are left out."""
    return derivation(*([_GAP] if index is None else worked(index) for index in shown))


def chosen(count: int, *wanted: int, most: int = MOST_CLASSES) -> Chosen:
    """Return the classes to show: all, or the first, the wanted ones and the last."""
    if count <= most:
        return range(count)
    shown = sorted({*range(_ALWAYS_FIRST), *wanted, count - 1})
    return list(_with_gaps(shown))


def hidden(shown: Chosen) -> bool:
    """Say whether an ellipsis stands for some classes."""
    return None in shown


def classes(shown: Chosen) -> list[int]:
    """Return the classes that are shown."""
    return [index for index in shown if index is not None]


def _with_gaps(shown: Sequence[int]) -> Iterator[int | None]:
    for before, index in pairwise([-1, *shown]):
        if index > before + 1:
            yield None
        yield index


def _lines_of_terms(terms: Sequence[Formula | None]) -> Iterator[Formula]:
    line = formula(_term(terms[0]))
    for term in terms[1:]:
        longer = formula(line, " + ", _term(term))
        if len(longer.text) <= _WIDTH:
            line = longer
        else:
            yield line
            line = formula("+ ", _term(term))
    yield line


def _term(term: Formula | None) -> Formula:
    return formula("…") if term is None else term
