"""The working of a gradient: the chain rule, whatever is differentiated."""

from collections.abc import Sequence
from decimal import Decimal, getcontext
from functools import partial

from softmax_cli.formulas import Formula, formula, sub
from softmax_cli.homework.equations import Link, derivation, each, equation, total
from softmax_cli.homework.notation import bracketed, relation_before
from softmax_cli.homework.problem import Problem, derivative, one_minus, sentence, sigma, values
from softmax_cli.homework.steps_cross_entropy import cross_entropy
from softmax_cli.homework.steps_jacobian import (
    another_way,
    chain_rule,
    entry,
    masked_note,
    slope_rules,
)
from softmax_cli.homework.steps_softmax import probabilities, share_written
from softmax_cli.mathematics import decimals
from softmax_cli.pages import Section, Sentence, Step
from softmax_cli.values import OfClass, OfWeights, Vectors

_L = formula("L")
_J, _K = sigma("j"), sigma("k")
_XK = sub("x", "k")
_GJ, _GK = sub("g", "j"), sub("g", "k")
_OTHERS = Formula("Σⱼ≠ₖ", r"\sum_{j\ne k}")
_MEAN = Formula("ḡ", r"\bar{g}")


def gradient_working(problem: Problem, answer: Vectors, of: OfClass | OfWeights) -> list[Section]:
    """The sections of the working of a gradient of any kind."""
    sections = probabilities(problem, for_derivative=True)
    if isinstance(of, OfWeights):
        weights = [_decimal(weight) for weight in of.weights.tolist()]
        if of.kind == "upstream":
            return [*sections, *_upstream(problem, weights)]
        return [*sections, *cross_entropy(problem, weights, None, answer.loss is not None)]
    index = int(of.classes[0])
    if of.kind == "target":
        weights = [Decimal(int(i == index)) for i in range(problem.size)]
        return [*sections, *cross_entropy(problem, weights, index, answer.loss is not None)]
    return [*sections, *_probability(problem, of, index)]


def _decimal(weight: float | decimals.Number) -> Decimal:
    """Return a weight, a double or a number as it was typed, as a decimal."""
    if isinstance(weight, float):
        return Decimal(repr(weight))
    return decimals.evaluate(weight, getcontext().prec)


def _probability(problem: Problem, of: OfClass, index: int) -> list[Section]:
    """The gradient of one probability: a row of the Jacobian."""
    letter = problem.notation.letter("σ", index)
    name = problem.name(index)
    if of.kind == "prediction":
        parts = ("The class of largest probability is ", *name, ": the prediction. ")
        parts = (*parts, "No other number was asked for, so it is ", letter)
    else:
        parts = ("It is the probability of ", *name, ", ", letter)
    sections = [Section(("What is differentiated",), (Sentence((*parts, ".")),))]
    if problem.explains and problem.size > 1:
        text = "The gradient of one output is its row of the Jacobian. The quotient rule gives:"
        rules = (Sentence((text,)), slope_rules(problem))
        sections.append(Section(("The derivative of one output",), rules))
    lines = each(problem.shown, partial(entry, problem, index))
    note = masked_note(problem, "its derivative is 0.")
    sections.append(Section(("The gradient",), (lines, *note)))
    if problem.explains and problem.size > 1:
        sections.append(another_way(problem))
    return sections


def _upstream(problem: Problem, weights: Sequence[Decimal]) -> list[Section]:
    """The gradient of Σ gⱼσⱼ: the chain rule with a gradient from above."""
    typed = problem.typed_weights()
    given = values(problem, "g", typed, "The gradient from above is", ", that of")
    what = derivation(equation(_L, Link(formula(sub("Σ", "j"), " ", _GJ, "·", _J))))
    sections = [Section(("What is differentiated",), (*given, what))]
    if problem.explains and problem.size > 1:
        above = equation(derivative(_L, _J), Link(_GJ))
        sections += [chain_rule(problem, derivative(_L, _J), above), _collapse(problem)]
    mean = _mean(problem, weights)
    sections.append(Section(("The weighted mean",), (derivation(_mean_steps(problem, weights)),)))
    lines = each(problem.shown, partial(_product, problem, weights, mean))
    note = masked_note(problem, "its derivative is 0.")
    sections.append(Section(("The gradient",), (lines, *note)))
    if problem.explains and problem.size > 1:
        sections.append(another_way(problem))
    return sections


def _collapse(problem: Problem) -> Section:
    first = formula(_GK, "·", _K, one_minus(_K), " − ", _OTHERS, " ", _GJ, "·", _J, "·", _K)
    every = formula(sub("Σ", "j"), " ", _GJ, "·", _J)
    difference = formula(_GK, " − ", _MEAN)
    final = problem.heated(formula(_K, bracketed(difference)))
    slope = derivative(_L, _XK)
    lines = derivation(
        equation(slope, Link(problem.heated(first))),
        equation(None, Link(problem.open(final))),
        equation(_MEAN, Link(every)),
    )
    transposed = Formula("Jᵀg", r"J^{\top}g")
    note = sentence(
        "This is ",
        transposed,
        ", with outputs as the rows of $J$: each entry is a sum over the outputs, not a mean. ",
        "$J$ itself is not needed.",
    )
    return Section(("It collapses",), (lines, note))


def _mean(problem: Problem, weights: Sequence[Decimal]) -> Decimal:
    """Return Σ σⱼ(gⱼ − g[a]): the mean less the largest class's g, so that nothing cancels."""
    numbers = problem.numbers
    top = weights[numbers.largest]
    terms = (numbers.share(j) * (g - top) for j, g in enumerate(weights))
    return sum(terms, Decimal(0))


def _mean_steps(problem: Problem, weights: Sequence[Decimal]) -> list[Step]:
    notation, numbers = problem.notation, problem.numbers
    mean = _mean(problem, weights) + weights[numbers.largest]
    if notation.is_blank:
        return equation(_MEAN, notation.result(mean))
    terms = [
        None
        if j is None
        else formula(notation.number(weights[j]).factor, "·", share_written(problem, j).factor)
        for j in problem.shown
    ]
    written = notation.number(mean)
    # A mean so near the largest class's g that the digits kept do not part them is rounded.
    hidden = mean == weights[numbers.largest] and _mean(problem, weights)
    return total(_MEAN, terms, written._replace(relation="≈") if hidden else written)


def _product(problem: Problem, weights: Sequence[Decimal], mean: Decimal, index: int) -> list[Step]:
    """∂L/∂x₁ = σ₁(g₁ − ḡ) = 0.6590·(1 − 0.8) ≈ 0.1318."""
    notation, numbers = problem.notation, problem.numbers
    slope = derivative(_L, notation.letter("x", index))
    difference = weights[index] - weights[numbers.largest] - mean
    value = numbers.share(index) * difference / numbers.temperature
    whole_mean = mean + weights[numbers.largest]
    result = notation.result(value)
    if notation.is_blank:
        return equation(slope, result)
    letters = formula(notation.letter("g", index), " − ", _MEAN)
    numeric = notation.difference(weights[index], whole_mean, difference)
    share = share_written(problem, index)
    product = problem.over_temperature(formula(share.factor, "·", numeric))
    return equation(
        slope,
        Link(problem.heated(formula(notation.letter("σ", index), bracketed(letters)))),
        Link(product, relation_before(share)),
        result,
    )
