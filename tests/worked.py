"""The working of an answer, and its chains of equations, for the tests of homework."""

import re
from collections.abc import Iterator
from typing import Any

from mpmath import iv

from softmax_cli.commands import COMMANDS
from softmax_cli.errors import printable
from softmax_cli.homework.steps import working
from softmax_cli.pages import Derivation, Page, Part, Section, Step, Text
from softmax_cli.reading.arguments import batches, vectors
from softmax_cli.settings import Settings, Temperature
from softmax_cli.values import Answer
from softmax_cli.writing.screen import screen
from softmax_cli.writing.terminal import Terminal

EXPONENTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
NUMBER = re.compile(r"(?<![\w.])(\d+\.?\d*)(?:·10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)|e(-?\d+))?")


def answer_to(command: str, text: str, **options: Any) -> tuple[Answer, Settings]:
    temperature = options.pop("temperature", "1")
    settings = Settings(
        command,  # type: ignore[arg-type]
        temperature=Temperature(temperature, float(temperature)),
        **options,
    )
    (batch,) = batches(vectors([text]), settings)
    return COMMANDS[command](batch, settings), settings


def worked(command: str, text: str, steps: str = "full", **options: Any) -> Page:
    return working(*answer_to(command, text, steps=steps, **options))


def shown(page: Page, width: int = 2000) -> str:
    return screen(page, Terminal(width))


def parts(page: Page) -> Iterator[Part]:
    for block in page.blocks:
        yield from block.blocks if isinstance(block, Section) else (block,)


def section(page: Page, heading: str) -> str:
    """The text of the one section whose heading holds these words."""
    (found,) = (
        block
        for block in page.blocks
        if isinstance(block, Section) and heading in spelled(block.heading)
    )
    return flat(shown(Page((found,))))


def flat(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def spelled(texts: tuple[Text, ...]) -> str:
    return "".join(text if isinstance(text, str) else printable(text.text) for text in texts)


def chains(page: Page) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """What stands before the first relation of each chain of equations, then every link."""
    for part in parts(page):
        if isinstance(part, Derivation):
            for steps in _equations(part.steps):
                yield steps[0].left.text if steps[0].left else "", _links(steps)


def _equations(steps: tuple[Step, ...]) -> Iterator[list[Step]]:
    equation: list[Step] = []
    for step in steps:
        if step.left and equation:
            yield equation
            equation = []
        equation.append(step)
    yield equation


def _links(steps: list[Step]) -> list[tuple[str, str]]:
    line = " ".join(f"{step.relation} {step.right.text}" for step in steps)
    pieces = re.split(r"(?:^|(?<= ))([=≈]) ", line)[1:]
    return [
        (relation, " ".join(text.split()))
        for relation, text in zip(pieces[::2], pieces[1::2], strict=True)
    ]


def value(text: str, places: int) -> Any:
    """The interval in which the value of a printed expression lies, if it has no letters."""
    bare = re.sub(r"ln ([\d.]+(?:·10[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)?)", r"ln(\1)", text)
    if re.search(r"[^\d.·⁰¹²³⁴⁵⁶⁷⁸⁹⁻+−/() ]", bare.replace("exp(", "(").replace("ln(", "(")):
        return None
    expression = NUMBER.sub(lambda m: f"number({m[1]!r}, {(m[2] or m[3])!r})", bare)
    expression = expression.replace("−", "-").replace("·", "*")

    def number(digits: str, exponent: str | None) -> Any:
        after = len(digits.partition(".")[2])
        power = int(exponent.translate(EXPONENTS)) if exponent else 0
        middle = iv.mpf(digits)
        if exponent or (after == places and after):
            middle += iv.mpf([-0.5, 0.5]) * iv.mpf(10) ** -after
        return middle * iv.mpf(10) ** power

    return eval(expression, {"number": number, "exp": iv.exp, "ln": iv.log})


def headings(page: Page) -> list[str]:
    """The headings of a page without their numbers."""
    sections = [block for block in page.blocks if isinstance(block, Section) and block.heading]
    return [re.sub(r"^\d+\. ", "", spelled(each.heading)) for each in sections]


def last_links(page: Page, left: str) -> list[str]:
    """The last links of the chains whose left sides match a pattern."""
    return [links[-1][1] for name, links in chains(page) if re.fullmatch(left, name)]
