"""The working of the Jacobian: the quotient rule, its two cases, and every entry."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from softmax_cli.formulas import Formula, formula, fraction, power, sub
from softmax_cli.homework.entries import matrix
from softmax_cli.homework.equations import Link, chosen, classes, derivation, each, equation
from softmax_cli.homework.notation import bracketed, relation_before
from softmax_cli.homework.problem import (
    Problem,
    S,
    T,
    derivative,
    factor,
    ln_of,
    one_minus,
    sentence,
    sigma,
    text,
)
from softmax_cli.homework.steps_softmax import (
    NATURAL,
    probabilities,
    share_written,
    shifted,
)
from softmax_cli.pages import Derivation, Part, Section, Sentence, Step
from softmax_cli.values import Answer, Matrices

# So many classes have all their entries worked out, n² of them; of more a few are.
_MOST_ENTRIES = 4

_SJ, _SK = sub("s", "j"), sub("s", "k")
_J, _K = sigma("j"), sigma("k")
_XJ, _XK = sub("x", "j"), sub("x", "k")
_LOG_SLOPE = Formula("∂ln σⱼ/∂xₖ", r"\frac{\partial \ln\sigma_{j}}{\partial x_{k}}")


class _Wanted(NamedTuple):
    """Which entries were asked for: rows, all or one, and whether the diagonal alone."""

    rows: Sequence[int]
    is_diagonal: bool


def jacobian_working(problem: Problem, answer: Answer) -> list[Section]:
    """The sections of the working of a Jacobian, its diagonal or one of its rows."""
    rows = answer.outputs if isinstance(answer, Matrices) else range(problem.size)
    wanted = _Wanted(rows, not isinstance(answer, Matrices))
    sections = probabilities(problem, for_derivative=True)
    if problem.size == 1:
        return [*sections, _constant(problem)]
    if problem.explains:
        sections.append(_why_a_matrix())
        sections.append(_quotient_rule(problem))
        sections.append(_same(problem))
        if not wanted.is_diagonal:
            sections.append(_other(problem))
    sections.append(_entries(problem, wanted))
    if not wanted.is_diagonal:
        sections.append(_matrix(problem, wanted))
    if problem.explains:
        sections.append(another_way(problem))
    return sections


def same_rule(problem: Problem) -> Formula:
    """σⱼ(1 − σⱼ), divided by T."""
    return problem.heated(formula(_J, one_minus(_J)))


def other_rule(problem: Problem) -> Formula:
    """−σⱼ·σₖ, divided by T."""
    return formula("−", problem.heated(formula(_J, "·", _K)))


def slope_rules(problem: Problem) -> Derivation:
    """The two cases of the softmax's derivative."""
    slope = derivative(_J, _XK)
    return derivation(
        equation(slope, Link(same_rule(problem)), why=text("if $j = k$")),
        equation(slope, Link(other_rule(problem)), why=text("if $j ≠ k$")),
    )


def chain_rule(problem: Problem, above: Formula, steps: Sequence[Step]) -> Section:
    """The chain rule for a number L that depends on every output.

    Args:
        problem: the vector.
        above: the derivative of L along an output.
        steps: what that derivative is.
    """
    rule = formula(sub("Σ", "j"), " ", above, "·", derivative(_J, _XK))
    return Section(
        ("The chain rule",),
        (
            sentence("$L$ depends on ", _XK, " through every output ", _J, ":"),
            derivation(equation(derivative(formula("L"), _XK), Link(rule)), steps),
            Sentence(("The softmax itself has the derivatives",)),
            slope_rules(problem),
        ),
    )


def log_slope(problem: Problem) -> list[Step]:
    """∂ln σⱼ/∂xₖ = δⱼₖ − σₖ."""
    log = formula(problem.heated(_XJ), " − ", ln_of(S))
    delta = problem.heated(formula(sub("δ", "jk"), " − ", _K))
    whole = fraction(formula("∂", bracketed(log)), formula("∂", _XK))
    return equation(_LOG_SLOPE, Link(whole), Link(problem.open(delta)))


def another_way(problem: Problem) -> Section:
    """The same derivatives by way of the logarithm, in two lines."""
    delta = problem.heated_factor(formula(sub("δ", "jk"), " − ", _K))
    lines = derivation(
        log_slope(problem),
        equation(
            derivative(_J, _XK),
            Link(formula(_J, "·", _LOG_SLOPE)),
            Link(problem.open(formula(_J, delta))),
        ),
    )
    where = sentence(sub("δ", "jk"), f" is 1 where $j = k$ and 0 elsewhere; ln is {NATURAL}.")
    return Section(("Another way",), (lines, where))


def masked_note(problem: Problem, consequence: str) -> list[Part]:
    """What a masked class has, if one is shown."""
    if not any(map(problem.is_masked, problem.classes)):
        return []
    return [sentence(f"A masked class has the probability 0: {consequence}")]


def _constant(problem: Problem) -> Section:
    notation = problem.notation
    slope = derivative(notation.letter("σ", 0), notation.letter("x", 0))
    steps = equation(slope, notation.result(Decimal(0)))
    text = "The probability is 1 whatever the value, and a constant has the derivative 0."
    return Section(("The derivative",), (Sentence((text,)), derivation(steps)))


def _why_a_matrix() -> Section:
    why = sentence(
        "The softmax takes a vector to a vector, and each output has a slope along each input: ",
        "its derivative is a matrix, the Jacobian.",
    )
    rows = sentence(
        "Rows are outputs and columns are inputs: row $j$, column $k$ holds ",
        derivative(_J, _XK),
        ". Some courses have it the other way round; this matrix is symmetric, so it is the same.",
    )
    return Section(("A matrix of derivatives",), (why, rows))


def _quotient_rule(problem: Problem) -> Section:
    g, h, dg, dh = map(formula, ("g", "h", "g′", "h′"))
    rule = fraction(formula(dg, "·h − g·", dh), power("h", "2"))
    every = formula(sub("Σ", "i"), " ", sub("s", "i"))
    blocks: list[Part] = [
        derivation(
            equation(_J, Link(fraction(g, h))),
            equation(g, Link(_SJ), Link(shifted(_XJ, problem))),
            equation(h, Link(S), Link(every)),
            equation(derivative(_J, _XK), Link(rule)),
        ),
        sentence("The exponential function is its own derivative. With respect to ", _XK, ":"),
        derivation(
            equation(dh, *_open_chain(problem, problem.heated(shifted(_XK, problem)), _SK)),
            equation(
                dg,
                *_open_chain(problem, problem.heated(shifted(_XJ, problem)), _SJ),
                why=text("if $j = k$"),
            ),
            equation(dg, Link(problem.open("0")), why=text("if $j ≠ k$")),
        ),
        sentence(
            "Of the sum $h$ only the term with $i = k$ holds ",
            _XK,
            ", so $h′$ is the derivative of that one exponential; $g$ holds it only if $j = k$.",
        ),
    ]
    if problem.is_heated:
        inner = ("The inner derivative, of ", fraction("x", T), ", is ", fraction("1", T), ".")
        blocks.append(sentence(*inner))
    return Section(("The quotient rule",), tuple(blocks))


def _open_chain(problem: Problem, long: Formula, letter: Formula) -> list[Link]:
    """exp(xₖ − m) = sₖ, or a place left open."""
    if problem.notation.is_blank:
        return [Link(problem.open(letter))]
    return [Link(long), Link(problem.heated(letter))]


def _same(problem: Problem) -> Section:
    scale = _scale(problem)
    first = formula(scale, fraction(formula(_SJ, "·S − ", _SJ, "·", _SJ), power("S", "2")))
    shares = formula(factor(fraction(_SJ, S)), "·", factor(fraction(formula("S − ", _SJ), S)))
    links = _case(problem, first, formula(scale, shares), same_rule(problem))
    steps = equation(derivative(_J, _XJ), *links)
    return Section(text("The case $j = k$"), (derivation(steps),))


def _other(problem: Problem) -> Section:
    scale = _scale(problem)
    first = formula(scale, fraction(formula("0·S − ", _SJ, "·", _SK), power("S", "2")))
    shares = formula(factor(fraction(_SJ, S)), "·", factor(fraction(_SK, S)))
    links = _case(problem, first, formula("−", scale, shares), other_rule(problem))
    steps = equation(derivative(_J, _XK), *links)
    return Section(text("The case $j ≠ k$"), (derivation(steps),))


def _scale(problem: Problem) -> Formula:
    """The factor 1/T, if there is one."""
    return formula(factor(fraction("1", T)), "·") if problem.is_heated else formula()


def _case(problem: Problem, first: Formula, shares: Formula, rule: Formula) -> list[Link]:
    return [Link(problem.open(first, 16)), Link(problem.open(shares, 16)), Link(problem.open(rule))]


def _entries(problem: Problem, wanted: _Wanted) -> Section:
    one_row = len(wanted.rows) == 1
    shown = problem.shown
    if not one_row and not wanted.is_diagonal:
        shown = chosen(problem.size, problem.numbers.largest, most=_MOST_ENTRIES)
    some = classes(shown)
    blocks: list[Part] = []
    if one_row:
        row = wanted.rows[0]
        blocks.append(each(shown, partial(entry, problem, row)))
    else:
        blocks.append(each(shown, lambda j: entry(problem, j, j)))
        if not wanted.is_diagonal:
            pairs = [(j, k) for j in some for k in some if j < k]
            blocks.append(derivation(*(entry(problem, j, k, is_pair=True) for j, k in pairs)))
    blocks += masked_note(problem, "its row and its column of the Jacobian are 0.")
    return Section(("The entries",), tuple(blocks))


def entry(problem: Problem, j: int, k: int, *, is_pair: bool = False) -> list[Step]:
    """∂σ₁/∂x₂ = −σ₁·σ₂ = −0.6590·0.2424 ≈ −0.1598; a pair is the mirrored entry too."""
    notation = problem.notation
    first, second = notation.letter("σ", j), notation.letter("σ", k)
    slope = derivative(first, notation.letter("x", k))
    mirrored = [Link(derivative(second, notation.letter("x", j)))] if is_pair else []
    result = notation.result(problem.numbers.slope(j, k))
    letters = (
        problem.heated(formula(first, one_minus(first)))
        if j == k
        else formula("−", problem.heated(formula(first, "·", second)))
    )
    if notation.is_blank:
        return equation(slope, *mirrored, result)
    return equation(slope, *mirrored, Link(letters), _with_numbers(problem, j, k), result)


def _with_numbers(problem: Problem, j: int, k: int) -> Link:
    """= 0.6590·0.3410, = −0.6590·0.2424/2."""
    numbers, notation = problem.numbers, problem.notation
    first = share_written(problem, j)
    if j == k:
        second = notation.number(numbers.complement(j), numbers.share(j))
    else:
        second = share_written(problem, k)
    product = problem.over_temperature(formula(first.factor, "·", second.factor))
    return Link(product if j == k else formula("−", product), relation_before(first, second))


def _matrix(problem: Problem, wanted: _Wanted) -> Section:
    blocks = matrix(problem, wanted.rows)
    if problem.explains:
        zero = "Each row adds up to 0, for the probabilities always add up to 1: what one gains, "
        blocks.append(sentence(zero, "the others lose."))
    if problem.size == 2 and len(wanted.rows) == 2 and problem.explains:
        blocks.append(_sigmoid_slope(problem))
    heading = "The matrix" if len(wanted.rows) > 1 else "The row"
    return Section((heading,), tuple(blocks))


def _sigmoid_slope(problem: Problem) -> Sentence:
    first, second = (problem.notation.letter("σ", index) for index in range(2))
    return Sentence(
        (
            "With two classes the softmax is the sigmoid of the difference, whose derivative ",
            formula(first, one_minus(first), " = ", first, "·", second),
            " is every entry but for the sign",
            *((" and the factor ", fraction("1", T)) if problem.is_heated else ()),
            ".",
        )
    )
