from typing import Any, get_args

import numpy as np
import pytest

from softmax_cli import pages
from softmax_cli.formulas import Data, Formula, formula
from softmax_cli.pages import (
    Bars,
    Column,
    Derivation,
    Grid,
    Matrix,
    Meaning,
    Page,
    Part,
    Section,
    Sentence,
    Step,
    Text,
    Tiles,
)
from softmax_cli.writing.palette import meant
from softmax_cli.writing.readers import READER_FORMATS
from softmax_cli.writing.terminal import Terminal

PAPER = Terminal(80)
# One block of each kind, all of which show the word "within".
BLOCKS: dict[Any, Part] = {
    Sentence: Sentence(("within",)),
    Derivation: Derivation((Step(formula("x"), formula("1"), why=("within",)),)),
    Grid: Grid((Column("x", ("within",)),)),
    Matrix: Matrix(("within",), ("b",), lambda _: ["1"], np.ones((1, 1)), is_named=True),
}
TEXTS: dict[Any, Text] = {
    str: "within",
    Data: Data("within"),
    Formula: Formula("within", "within"),
}


def drawn(form: str, *blocks: Part | Section) -> str:
    return READER_FORMATS[form](Page(blocks), PAPER)


def test_a_block_and_a_text_of_every_kind_is_tested() -> None:
    assert set(BLOCKS) == set(get_args(Part))
    assert set(TEXTS) == set(get_args(Text))


@pytest.mark.parametrize("form", READER_FORMATS)
@pytest.mark.parametrize("block", BLOCKS.values(), ids=lambda block: type(block).__name__)
def test_every_block_is_shown_in_every_format_alone_and_in_a_section(
    form: str, block: Part
) -> None:
    assert drawn(form, block).count("within") == 1
    inside = drawn(form, Section(("heading",), (block,)))
    assert inside.index("heading") < inside.index("within")


@pytest.mark.parametrize("form", READER_FORMATS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=lambda text: type(text).__name__)
def test_every_text_is_shown_in_every_format(form: str, text: Text) -> None:
    assert "within" in drawn(form, Sentence((text,)))
    assert "within" in drawn(form, Grid((Column("x", (text,)),)))


@pytest.mark.parametrize("form", READER_FORMATS)
@pytest.mark.parametrize("meaning", get_args(Meaning))
def test_every_meaning_is_shown_in_every_format(form: str, meaning: Meaning) -> None:
    assert "within" in drawn(form, Sentence(("within",), meaning))
    assert "within" in drawn(form, Grid((Column("x", ("within",), meanings=(meaning,)),)))


@pytest.mark.parametrize("colors", [None, "standard", "256", "truecolor"])
def test_a_verdict_looks_like_no_other_meaning(colors: Any) -> None:
    looks = {meaning: meant(meaning, colors) for meaning in get_args(Meaning)}
    for verdict in ("right", "wrong", "near"):
        assert [m for m, look in looks.items() if look == looks[verdict]] == [verdict]


@pytest.mark.parametrize("form", READER_FORMATS)
def test_an_empty_page_shows_no_block(form: str) -> None:
    assert "within" not in drawn(form)


@pytest.mark.parametrize(
    "value",
    [
        *BLOCKS.values(),
        Bars(()),
        Tiles((), lambda *_: [], np.ones((0, 0))),
        Section((), ()),
        Page(()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_page_is_made_of_cannot_be_changed(value: Any) -> None:
    assert type(value).__module__ == pages.__name__
    for name in value._fields:
        with pytest.raises(AttributeError):
            setattr(value, name, None)
