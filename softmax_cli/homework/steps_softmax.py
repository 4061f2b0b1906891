"""The working of the softmax: the exponentials, their sum, the ratios, the logarithms."""

from collections.abc import Callable
from functools import partial

from softmax_cli.formulas import Formula, call, formula, fraction, sub
from softmax_cli.homework.equations import Link, derivation, each, equation, hidden, total
from softmax_cli.homework.notation import Written, relation_before
from softmax_cli.homework.problem import M, Problem, S, exp_of, ln_of, sentence, sigma
from softmax_cli.pages import WIDER, Column, Grid, Part, Section, Sentence, Step, Text
from softmax_cli.values import Answer, Ranking

# With more digits than these the logits, which are given above, do not fit into a row.
_MOST_DIGITS_BESIDE = 12
_MAXIMUM = Formula("maxᵢ xᵢ", r"\max_{i} x_{i}")
NATURAL = "the natural logarithm, to base e, not 2 or 10"


def softmax_working(problem: Problem, answer: Answer) -> list[Section]:
    """The sections of the working of probabilities or their logarithms."""
    is_log = not isinstance(answer, Ranking) and getattr(answer, "quantity", "") == "log_softmax"
    if problem.size == 1:
        return [definition(problem), _one_class(problem), *([logarithms(problem)] * is_log)]
    sections = probabilities(problem, with_ratios=not is_log)
    if is_log:
        return [*sections, logarithms(problem)]
    if isinstance(answer, Ranking):
        sections.append(_ranking(problem, answer))
    if problem.size == 2 and not any(map(problem.is_masked, problem.classes)):
        sections.append(_sigmoid(problem))
    return sections


def probabilities(
    problem: Problem, *, with_ratios: bool = True, for_derivative: bool = False
) -> list[Section]:
    """The sections from the definition to the ratios."""
    if problem.style == "short":
        return [_table(problem, with_ratios=with_ratios)]
    if problem.size == 1:
        return [definition(problem), _one_class(problem)]
    sections = [
        definition(problem),
        _shift(problem, for_derivative=for_derivative),
        _exponentials(problem),
        _sum(problem),
    ]
    return [*sections, _ratios(problem)] if with_ratios else sections


def definition(problem: Problem) -> Section:
    """What the softmax is."""
    j, i = sub("s", "j"), sub("s", "i")
    terms = formula(sub("Σ", "i"), " ", i)
    base = formula(call("exp", "x"), " = ", Formula("eˣ", "e^{x}"))
    blocks: list[Part] = [
        derivation(
            equation(sigma("j"), Link(fraction(j, S))),
            equation(i, Link(exp_of(sub("x", "i"), problem))),
            equation(S, Link(terms)),
        ),
        sentence(base, ", and its base is $e ≈ 2.718$, not 2 or 10."),
    ]
    if problem.is_heated:
        divided = formula("T = ", problem.temperature)
        blocks.append(sentence("The temperature ", divided, " divides every value."))
    return Section(("The softmax",), tuple(blocks))


def _shift(problem: Problem, *, for_derivative: bool) -> Section:
    x, i = sub("x", "j"), sub("x", "i")
    factor = call("exp", problem.heated(formula("−m")))
    every = formula(sub("Σ", "i"), " ", exp_of(i, problem))
    extended = fraction(formula(factor, "·", exp_of(x, problem)), formula(factor, "·", every))
    below = formula(sub("Σ", "i"), " ", shifted(i, problem))
    chain = [fraction(exp_of(x, problem), every), extended, fraction(shifted(x, problem), below)]
    blocks: list[Part] = [
        derivation(_maximum(problem)),
        derivation(equation(sigma("j"), *map(Link, chain))),
        sentence(
            "Above and below are multiplied by the same number, ",
            factor,
            ", so no ratio changes. The largest exponential becomes ",
            formula(call("exp", "0"), " = 1"),
            ": none can overflow. From here on ",
            formula(sub("s", "i"), " = ", shifted(i, problem)),
            ".",
        ),
    ]
    if for_derivative:
        blocks.append(
            sentence(
                "The ratio is the same for every $m$, so the derivative of $m$ itself does not ",
                "enter: below, $m$ is a constant.",
            )
        )
    return Section(("The largest value is taken away first",), tuple(blocks))


def _maximum(problem: Problem) -> list[Step]:
    largest = problem.numbers.largest
    notation = problem.notation
    if notation.is_blank:
        return equation(M, Link(_MAXIMUM), notation.result(problem.numbers.maximum))
    return equation(M, Link(_MAXIMUM), Link(notation.letter("x", largest)), notation.given(largest))


def shifted(letter: Formula, problem: Problem) -> Formula:
    """exp(xᵢ − m), exp((xᵢ − m)/T)."""
    return call("exp", problem.heated(formula(letter, " − m")))


def _exponentials(problem: Problem) -> Section:
    steps = each(problem.shown, partial(_exponential, problem))
    blocks: list[Part] = [steps]
    if any(map(problem.is_masked, problem.classes)):
        blocks.append(
            sentence("A masked class, $x = −∞$, has the exponential 0: no share of the sum.")
        )
    return Section(("The exponentials",), tuple(blocks))


def _exponential(problem: Problem, index: int) -> list[Step]:
    """s₂ = exp(1 − 2) = exp(−1) ≈ 0.3679."""
    numbers, notation = problem.numbers, problem.notation
    letter, term = notation.letter("s", index), numbers.terms[index]
    if problem.is_masked(index):
        return equation(letter, Link(call("exp", "−∞")), notation.result(term))
    m = M if notation.is_blank else notation.given(numbers.largest).factor
    difference = formula(notation.given(index).formula, " − ", m)
    typed = call("exp", problem.over_temperature(difference))
    if notation.is_blank:
        return equation(letter, Link(typed), notation.result(term))
    exponent = notation.number(numbers.exponents[index])
    return equation(
        letter,
        Link(typed),
        Link(call("exp", exponent.formula), exponent.relation),
        notation.result(term, numbers.term_complement(index)),
    )


def total_written(problem: Problem) -> Written:
    """The sum S, which may be so near 1 that its digits hide what is added to it."""
    numbers = problem.numbers
    return problem.notation.number(numbers.total, -numbers.rest)


def share_written(problem: Problem, index: int) -> Written:
    """The probability of a class."""
    return problem.notation.number(problem.numbers.share(index), problem.numbers.complement(index))


def share_result(problem: Problem, index: int) -> Written:
    """The probability of a class, left open on a worksheet."""
    numbers = problem.numbers
    return problem.notation.result(numbers.share(index), numbers.complement(index))


def _sum(problem: Problem) -> Section:
    numbers, notation = problem.numbers, problem.notation
    steps = total(S, problem.letters("s"))
    result = notation.result(numbers.total, -numbers.rest)
    if notation.is_blank:
        steps += equation(None, result)
    else:
        terms = [
            None if i is None else notation.number(numbers.terms[i]).formula for i in problem.shown
        ]
        steps += total(None, terms, result)
    blocks: list[Part] = [derivation(steps)]
    if hidden(problem.shown) and not notation.is_blank:
        blocks.append(Sentence((f"The sum is over all {problem.size:,} classes.",)))
    if not hidden(problem.shown) and not notation.is_blank:
        blocks += _unshifted(problem)
    return Section(("Their sum",), tuple(blocks))


def _unshifted(problem: Problem) -> list[Part]:
    """The exponentials as they are without the shift, which may be those on paper."""
    numbers, notation = problem.numbers, problem.notation
    factor = (numbers.maximum / numbers.temperature).exp()
    if numbers.maximum == 0 or not 1e-3 < factor < 1e6:
        return []
    terms = [notation.number(term * factor).formula for term in numbers.terms]
    left = formula(sub("Σ", "i"), " ", exp_of(sub("x", "i"), problem))
    whole = total(left, terms, notation.number(numbers.total * factor))
    return [
        sentence("Without the shift the sum is another, and the ratios are the same:"),
        derivation(whole),
    ]


def _ratios(problem: Problem) -> Section:
    notation = problem.notation
    lines = each(problem.shown, partial(_ratio, problem))
    if notation.is_blank:
        check = Sentence(("They add up to ", notation.open("1", 6), "."))
        best = Sentence(
            ("The largest belongs to class ", notation.open("1", 6), ": the prediction.")
        )
        return Section(("The ratios",), (lines, check, best))
    return Section(("The ratios",), (lines, prediction(problem)))


def _ratio(problem: Problem, index: int) -> list[Step]:
    """σ₁ = s₁/S = 1/1.5175 ≈ 0.6590."""
    numbers, notation = problem.numbers, problem.notation
    letters = Link(fraction(notation.letter("s", index), S))
    chain: list[Link | Written] = [letters]
    if not notation.is_blank:
        above, below = notation.number(numbers.terms[index]), total_written(problem)
        ratio = fraction(above.formula, below.formula)
        chain.append(Link(ratio, relation_before(above, below)))
    chain.append(share_result(problem, index))
    return equation(notation.letter("σ", index), *chain)


def prediction(problem: Problem) -> Sentence:
    """Which class is the most probable."""
    numbers = problem.numbers
    m = numbers.maximum
    tied = [index for index, value in enumerate(numbers.x) if value == m]
    letters = problem.notation.letter("σ", numbers.largest)
    start = ("They add up to 1. ",)
    if len(tied) == problem.size:
        return Sentence((*start, f"All are equal: each is 1/{problem.size:,}."))
    if len(tied) > 1:
        text = f"{len(tied):,} classes share the largest; the first of them, "
        return Sentence((*start, text, *problem.name(numbers.largest), ", is the prediction."))
    name = problem.name(numbers.largest)
    return Sentence((*start, "The largest is ", letters, ": the prediction is ", *name, "."))


def _table(problem: Problem, *, with_ratios: bool) -> Section:
    """The numbers alone, a row a class."""
    numbers, notation = problem.numbers, problem.notation

    def cells(written: Callable[[int], Text]) -> tuple[Text, ...]:
        return tuple("…" if index is None else written(index) for index in problem.shown)

    terms = cells(lambda i: notation.number(numbers.terms[i], numbers.term_complement(i)).cell)
    columns = [Column("class", cells(lambda index: notation.names[index]))]
    if (notation.significant or notation.places) <= _MOST_DIGITS_BESIDE:
        typed = cells(lambda index: notation.given(index).formula)
        columns.append(Column(formula("x"), typed, "right", spare=2))
    columns.append(Column(formula("s = ", shifted(formula("x"), problem)), terms, "right", spare=1))
    if with_ratios:
        shares = cells(lambda index: share_written(problem, index).cell)
        columns.append(Column(formula("σ = s/S"), shares, "right"))
    lines = derivation(
        equation(M, Link(_MAXIMUM), notation.given(numbers.largest)),
        equation(S, Link(formula(sub("Σ", "i"), " ", sub("s", "i"))), total_written(problem)),
    )
    return Section(("The softmax",), (Grid(tuple(columns), WIDER), lines))


def _one_class(problem: Problem) -> Section:
    s, letter = problem.notation.letter("s", 0), problem.notation.letter("σ", 0)
    result = problem.notation.result(problem.numbers.share(0))
    steps = equation(letter, Link(fraction(s, S)), Link(fraction(s, s)), result)
    text = "With one class the sum has one term, and its share is always 1, whatever the value."
    return Section(("One class",), (derivation(steps), Sentence((text,))))


def _sigmoid(problem: Problem) -> Section:
    """Two classes: the sigmoid of the difference."""
    notation, numbers = problem.notation, problem.numbers
    first, second = notation.letter("x", 0), notation.letter("x", 1)
    difference = formula(first, " − ", second)
    typed = call("exp", formula("−", problem.heated_factor(difference)))
    with_numbers = notation.number(numbers.exponents[1] - numbers.exponents[0])
    below = formula("1 + ", call("exp", with_numbers.formula))
    chain: list[Link | Written] = [Link(fraction("1", formula("1 + ", typed)))]
    if not notation.is_blank:
        chain.append(Link(fraction("1", below), with_numbers.relation))
    steps = equation(notation.letter("σ", 0), *chain, share_result(problem, 0))
    text = "With two classes the softmax is the sigmoid of the difference of the values."
    return Section(("Two classes",), (Sentence((text,)), derivation(steps)))


def logarithms(problem: Problem) -> Section:
    """The logarithms of the probabilities, as differences."""
    j = sub("x", "j")
    log_s = ln_of(S)
    rule = equation(
        ln_of(sigma("j")),
        Link(ln_of(fraction(sub("s", "j"), S))),
        Link(formula(problem.shift_of(j), " − ", log_s)),
    )
    blocks: list[Part] = [
        derivation(rule),
        derivation(log_total(problem)),
        each(problem.shown, partial(_logarithm, problem)),
    ]
    if problem.explains:
        blocks.append(Sentence(("Here ln is " + NATURAL + ".",)))
        text = "The difference keeps its digits where a probability is almost 0 or almost 1."
        blocks.append(Sentence((text,)))
    return Section(("The logarithms",), tuple(blocks))


def log_total(problem: Problem) -> list[Step]:
    """Ln S with its number."""
    notation = problem.notation
    result = notation.result(problem.numbers.log_total())
    if notation.is_blank:
        return equation(ln_of(S), result)
    written = total_written(problem)
    return equation(ln_of(S), Link(ln_of(written.formula), relation_before(written)), result)


def _logarithm(problem: Problem, index: int) -> list[Step]:
    notation, numbers = problem.notation, problem.numbers
    letter = ln_of(notation.letter("σ", index))
    result = notation.result(numbers.log_share(index))
    if problem.is_masked(index):
        return equation(letter, Link(ln_of("0")), result)
    if notation.is_blank:
        return equation(letter, result)
    first = notation.number(numbers.exponents[index])
    second = notation.number(numbers.log_total())
    return equation(letter, Link(formula(first.formula, " − ", second.factor)), result)


def _ranking(problem: Problem, answer: Ranking) -> Section:
    best = [int(index) for index in answer.classes[0]]
    cells = tuple(share_result(problem, index).cell for index in best)
    names = tuple(
        problem.open("1", 6) if problem.notation.is_blank else problem.notation.names[index]
        for index in best
    )
    grid = Grid(
        (
            Column("rank", tuple(str(rank + 1) for rank in range(len(best))), "right"),
            Column("class", names),
            Column(formula("σ"), cells, "right"),
        )
    )
    return Section((f"The {len(best):,} largest",), (grid,))
