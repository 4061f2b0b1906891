"""Questions and answers for the tests of checks, without a process."""

from collections.abc import Iterable, Sequence
from typing import Any

from softmax_cli.formulas import Data, Formula
from softmax_cli.homework.check import matched, result
from softmax_cli.homework.check_page import Result
from softmax_cli.homework.claims import read_claims
from softmax_cli.pages import Column, Grid, Page, Part, Section, Sentence, Text
from softmax_cli.reading import arguments
from softmax_cli.settings import Settings, Temperature
from softmax_cli.values import Batch


def settings_for(command: Any, *, temperature: str = "1", **options: Any) -> Settings:
    """The settings of a command."""
    return Settings(command, temperature=Temperature(temperature, float(temperature)), **options)


def batch_of(values: str, settings: Settings) -> Batch:
    """The one vector of a text, its numbers as typed."""
    vectors = arguments.vectors((values,))
    (batch,) = arguments.batches(vectors, settings._replace(digits=1))
    return batch


def checked(command: Any, values: str, answer: str, **options: Any) -> Result:
    """What the check of an answer finds."""
    settings = settings_for(command, **options)
    return result(*matched(read_claims(answer), batch_of(values, settings), settings))


def names_of(found: Result) -> set[str]:
    """The names of the slips that were found."""
    return {slip.name for slip in found.slips}


def numbers(values: Iterable[float], digits: int = 6) -> str:
    """Numbers to so many significant digits."""
    return " ".join(f"{value:.{digits - 1}e}" for value in values)


def text_of(page: Page) -> str:
    """All words and cells of a page, a line each."""
    return "\n".join(_lines(page.blocks))


def _lines(blocks: Sequence[Part | Section]) -> Iterable[str]:
    for block in blocks:
        if isinstance(block, Section):
            yield from _lines(block.blocks)
        elif isinstance(block, Sentence):
            yield "".join(map(_text, block.parts))
        elif isinstance(block, Grid):
            columns = [column for column in block.columns if isinstance(column, Column)]
            for cells in zip(*(column.cells for column in columns), strict=True):
                yield " ".join(map(_text, cells))


def _text(text: Text) -> str:
    return text.text if isinstance(text, Data | Formula) else text
