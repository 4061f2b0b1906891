"""The working of an answer, with the user's own numbers."""

from decimal import localcontext

from softmax_cli.errors import Place
from softmax_cli.homework.equations import chosen, hidden
from softmax_cli.homework.notation import notation, typed_formula
from softmax_cli.homework.problem import Problem, values
from softmax_cli.homework.quantities import quantities
from softmax_cli.homework.steps_gradient import gradient_working
from softmax_cli.homework.steps_jacobian import jacobian_working
from softmax_cli.homework.steps_softmax import softmax_working
from softmax_cli.mathematics.decimals import Logarithm, Number, Quotient
from softmax_cli.pages import Page, Part, Section, Sentence, Text
from softmax_cli.reading.arguments import items
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, Matrices, OfClass, OfWeights, Vectors


def working(answer: Answer, settings: Settings) -> Page:
    """Return the working of the answer to the first vector of its batch.

    Args:
        answer: what a command computed.
        settings: what was asked for. The style `full` gives the reasons, `short` the numbers
            alone, and `blank` is a worksheet with its results left open; the digits shown are
            those of `-p` or `--digits`.
    """
    problem = _problem(answer, settings)
    with localcontext(problem.numbers.context):
        return _page(problem, answer, settings)


def _page(problem: Problem, answer: Answer, settings: Settings) -> Page:
    if isinstance(answer, Matrices) or answer.quantity == "jacobian":
        sections = jacobian_working(problem, answer)
    elif isinstance(answer, Vectors) and answer.of is not None:
        sections = gradient_working(problem, answer, answer.of)
    else:
        sections = softmax_working(problem, answer)
    numbered = [
        Section((f"{number}. ", *section.heading), section.blocks)
        for number, section in enumerate(sections, 1)
    ]
    closing = Section((), tuple(_closing(problem, settings)))
    return Page((*_given(problem), *numbered, closing))


def _problem(answer: Answer, settings: Settings) -> Problem:
    batch, style = answer.batch, settings.steps or "full"
    numbers = quantities(batch, settings)
    texts = batch.texts[0] if batch.texts else None
    wanted = {numbers.largest}
    if isinstance(answer, Matrices) and len(answer.outputs) == 1:
        wanted.add(answer.outputs[0])
    if isinstance(answer, Vectors) and isinstance(answer.of, OfClass):
        wanted.add(int(answer.of.classes[0]))
    return Problem(
        numbers,
        notation(batch.values[0].tolist(), batch.classes, settings, style, texts)._replace(
            is_blurred=numbers.is_blurred
        ),
        style,
        chosen(len(numbers.x), *wanted),
        typed_formula(settings.temperature.typed),
        _weights(answer, settings),
    )


def _weights(answer: Answer, settings: Settings) -> tuple[str, ...]:
    """The weights that were typed, if what is differentiated has any."""
    if not isinstance(answer, Vectors) or not isinstance(answer.of, OfWeights):
        return ()
    option, text = "--target", settings.target
    if text is None:
        option, text = "--upstream", settings.upstream
    if text is None:  # a column of the table gives them
        return tuple(map(_as_typed, answer.of.weights.tolist()))
    return tuple(items(text, Place(option)))


def _as_typed(number: float | Number) -> str:
    """A double, or a number of a table with the digits it was typed with: 1/3, ln(2)."""
    if isinstance(number, Quotient):
        return f"{_as_typed(number.numerator)}/{_as_typed(number.denominator)}"
    if isinstance(number, Logarithm):
        return f"{'-' if number.negative else ''}ln({_as_typed(number.argument)})"
    return str(number)


def _given(problem: Problem) -> list[Part]:
    """The vector, and which class each number stands for."""
    notation = problem.notation
    typed = [None if i is None else notation.given(i).formula for i in problem.shown]
    lines = values(problem, "x", typed, "Given")
    if notation.subscripts != notation.names:
        names: list[Text] = []
        for index in problem.classes:
            names += ["; " if names else "Class ", notation.subscripts[index], " is "]
            names.append(notation.names[index])
        lines.append(Sentence((*names, ".")))
    return lines


def _closing(problem: Problem, settings: Settings) -> list[Sentence]:
    """What is not shown, and how the numbers are rounded."""
    notation = problem.notation
    option = "-p" if notation.significant is None else "--digits"
    lines = []
    if hidden(problem.shown):
        text = f"{len(problem.classes)} of {problem.size:,} classes are shown, and … stands for "
        text += f"the others; softmax {settings.command} -f csv prints all."
        lines.append(Sentence((text,), "dim"))
    if notation.is_blank:
        lines.append(Sentence((f"Give each result to {notation.digits}.",), "dim"))
    else:
        text = f"Numbers are shown to {notation.digits} ({option} sets them) and kept in full: "
        text += "worked from the digits shown, the last one may differ."
        lines.append(Sentence((text,), "dim"))
    return lines
