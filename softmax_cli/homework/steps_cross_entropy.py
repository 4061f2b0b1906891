"""The working of a cross-entropy's gradient, down to σ − y."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from softmax_cli.formulas import Formula, formula, fraction, sub
from softmax_cli.homework.equations import Link, derivation, each, equation, total
from softmax_cli.homework.notation import Written, bracketed, relation_before
from softmax_cli.homework.problem import (
    Problem,
    capitalized,
    derivative,
    factor,
    ln_of,
    one_minus,
    sentence,
    sigma,
    text,
    values,
)
from softmax_cli.homework.steps_jacobian import chain_rule, log_slope, masked_note
from softmax_cli.homework.steps_softmax import NATURAL, log_total, share_written
from softmax_cli.pages import Part, Section, Step

_L = formula("L")
_J, _K = sigma("j"), sigma("k")
_XK = sub("x", "k")
_YJ, _YK = sub("y", "j"), sub("y", "k")
_OTHERS = Formula("Σⱼ≠ₖ", r"\sum_{j\ne k}")


def cross_entropy(
    problem: Problem, weights: Sequence[Decimal], target: int | None, with_loss: bool
) -> list[Section]:
    """The sections from the loss to its gradient.

    Args:
        problem: the vector.
        weights: the target distribution y.
        target: the class where y is 1, if a class is the target.
        with_loss: whether the value of the loss was asked for.
    """
    sections = [_loss(problem, weights, target, with_loss)]
    if problem.size == 1:
        return [*sections, _differences(problem, weights)]
    if problem.explains:
        above = equation(derivative(_L, _J), Link(problem.open(formula("−", fraction(_YJ, _J)))))
        sections.append(chain_rule(problem, derivative(_L, _J), above))
        sections.append(_collapse(problem, target))
    sections.append(_differences(problem, weights))
    if problem.explains:
        sections.append(_from_the_logarithm(problem))
    return sections


def _loss(
    problem: Problem, weights: Sequence[Decimal], target: int | None, with_loss: bool
) -> Section:
    """What is differentiated, and its value if it was asked for."""
    notation = problem.notation
    general = formula("−", sub("Σ", "i"), " ", sub("y", "i"), "·", ln_of(sigma("i")))
    chain = [Link(general)]
    if target is not None:
        chain.append(Link(formula("−", ln_of(notation.letter("σ", target)))))
        end = ": $y$ is 1 there and 0 elsewhere."
        blocks: list[Part] = [sentence("The target is ", *problem.name(target), end)]
    else:
        shares = problem.typed_weights()
        blocks = values(problem, "y", shares, "The target is the distribution")
    blocks.append(derivation(equation(_L, *chain)))
    if with_loss:
        blocks += _loss_value(problem, weights, target)
    if problem.explains:
        blocks.append(
            sentence(
                f"Here ln is {NATURAL}. $L$ is a sum over the classes, not their mean: nothing is ",
                f"divided by $n = {problem.size}$.",
            )
        )
    return Section(("The cross-entropy",), tuple(blocks))


def _loss_value(problem: Problem, weights: Sequence[Decimal], target: int | None) -> list[Part]:
    """The loss with its number, by way of ln S: it keeps its digits where σ is almost 1."""
    notation, numbers = problem.notation, problem.numbers
    masked = [i for i, y in enumerate(weights) if y and problem.is_masked(i)]
    if masked:
        infinite = notation.result(Decimal("Infinity"))
        lines = equation(_L, Link(formula("−", ln_of("0"))), infinite)
        parts = (
            " is masked: its probability is 0, and the loss is infinite. The gradient below is ",
            "what $σ − y$ tends to as its value falls to $−∞$.",
        )
        return [derivation(lines), sentence(*capitalized(problem.name(masked[0])), *parts)]
    result = notation.result(_loss_of(problem, weights))
    if target is None:
        return _mean_loss(problem, weights, result)
    chain: list[Link | Written] = [
        Link(formula(ln_of("S"), " − ", problem.shift_of(notation.letter("x", target))))
    ]
    if not notation.is_blank:
        minus = notation.number(numbers.exponents[target]).factor
        chain.append(Link(formula(notation.number(numbers.log_total()).formula, " − ", minus)))
    return [derivation(log_total(problem)), derivation(equation(_L, *chain, result))]


def _mean_loss(problem: Problem, weights: Sequence[Decimal], result: Written) -> list[Part]:
    """The loss against a distribution: the logarithms, weighted and summed."""
    notation, numbers = problem.notation, problem.numbers
    weighted = [i for i in problem.shown if i is None or weights[i]]
    lines = [
        equation(ln_of(notation.letter("σ", i)), notation.result(numbers.log_share(i)))
        for i in weighted
        if i is not None
    ]
    if notation.is_blank:
        return [derivation(*lines), derivation(equation(_L, result))]
    terms = [None if i is None else _weighted_log(problem, weights[i], i) for i in weighted]
    return [derivation(*lines), derivation(total(_L, terms, result))]


def _weighted_log(problem: Problem, weight: Decimal, index: int) -> Formula:
    """−yᵢ·ln σᵢ, which is positive: 0.2·0.4170."""
    notation = problem.notation
    size = notation.number(-problem.numbers.log_share(index)).formula
    return formula(notation.number(weight).formula, "·", size)


def _loss_of(problem: Problem, weights: Sequence[Decimal]) -> Decimal:
    numbers = problem.numbers
    terms = (-y * numbers.log_share(i) for i, y in enumerate(weights) if y)
    return sum(terms, Decimal(0))


def _collapse(problem: Problem, target: int | None) -> Section:
    """Put the chain rule together: it becomes σ − y."""
    slope = derivative(_L, _XK)
    steps = _all(problem) if target is None else _target_alone(problem, target)
    blocks: list[Part] = [derivation(steps)]
    if target is not None:
        blocks.append(
            sentence("In both cases this is, with $y = 1$ for the target and 0 elsewhere,")
        )
        final = Link(problem.open(problem.heated(formula(_K, " − ", _YK))))
        blocks.append(derivation(equation(slope, final)))
    if problem.notation.is_blank:
        sign = "Mind the sign: the gradient points to where the loss grows."
        return Section(("It collapses",), (*blocks, sentence(sign)))
    sign = "It is $σ − y$ and not $y − σ$: the gradient points to where the loss grows, and "
    blocks.append(sentence(sign, "gradient descent takes its step against it."))
    return Section(text("It collapses to $σ − y$"), tuple(blocks))


def _target_alone(problem: Problem, target: int) -> list[Step]:
    """The chain rule where y is 1 for one class: only its term is left."""
    notation = problem.notation
    letter, x = notation.letter("σ", target), notation.letter("x", target)
    ratio = formula("−", factor(fraction("1", letter)), "·")
    same = problem.heated(formula(letter, one_minus(letter)))
    other = bracketed(formula("−", problem.heated(formula(letter, "·", _K))))
    at_target = problem.open(problem.heated(formula(letter, " − 1")))
    elsewhere = problem.open(problem.heated(_K))
    return [
        *equation(derivative(_L, x), Link(formula(ratio, same)), Link(at_target)),
        *equation(
            derivative(_L, _XK),
            Link(formula(ratio, other)),
            Link(elsewhere),
            why=("for the other classes",),
        ),
    ]


def _all(problem: Problem) -> list[Step]:
    """The chain rule for a distribution y, whose sum is 1."""
    every = formula(sub("Σ", "j"), " ", _YJ)
    first = formula("−", factor(fraction(_YK, _K)), "·", _K, one_minus(_K), " + ")
    others = formula(_OTHERS, " ", factor(fraction(_YJ, _J)), "·", _J, "·", _K)
    slope = derivative(_L, _XK)
    return [
        *equation(slope, Link(problem.heated(formula(first, others)))),
        *equation(None, Link(problem.heated(formula(_K, "·", every, " − ", _YK)))),
        *equation(
            None,
            Link(problem.open(problem.heated(formula(_K, " − ", _YK)))),
            why=text("as the sum of $y$ is 1"),
        ),
    ]


def _differences(problem: Problem, weights: Sequence[Decimal]) -> Section:
    lines = each(problem.shown, partial(_difference, problem, weights))
    return Section(("The gradient",), (lines, *masked_note(problem, "$σ − y$ is $−y$ there.")))


def _difference(problem: Problem, weights: Sequence[Decimal], index: int) -> list[Step]:
    """∂L/∂x₁ = σ₁ − y₁ = 0.6590 − 1 ≈ −0.3410."""
    notation, numbers = problem.notation, problem.numbers
    slope = derivative(_L, notation.letter("x", index))
    y = weights[index]
    value = (1 - y) - numbers.complement(index) if y >= 0.5 else numbers.share(index) - y
    result = notation.result(value / numbers.temperature)
    if notation.is_blank:
        return equation(slope, result)
    letters = formula(notation.letter("σ", index), " − ", notation.letter("y", index))
    share = share_written(problem, index)
    if share.bound:
        result = result._replace(relation="≈")
    numeric = problem.over_temperature(formula(share.factor, " − ", notation.number(y).formula))
    return equation(
        slope, Link(problem.heated(letters)), Link(numeric, relation_before(share)), result
    )


def _from_the_logarithm(problem: Problem) -> Section:
    delta = formula(sub("δ", "jk"), " − ", _K)
    rule = formula("−", sub("Σ", "j"), " ", _YJ, "·", problem.heated_factor(delta))
    lines = derivation(
        log_slope(problem),
        equation(
            derivative(_L, _XK),
            Link(rule),
            Link(problem.open(problem.heated(formula(_K, " − ", _YK)))),
        ),
    )
    return Section(
        ("Another way",), (lines, sentence(sub("δ", "jk"), " is 1 where $j = k$ and 0 elsewhere."))
    )
