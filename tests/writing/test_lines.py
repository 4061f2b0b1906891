from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from softmax_cli.formulas import Data, formula
from softmax_cli.writing.lines import Span, folded, painted, spelled, trimmed
from softmax_cli.writing.terminal import Terminal

WORDS = st.lists(st.text(st.characters(codec="ascii", categories=["L"]), min_size=1), min_size=1)


@given(WORDS, st.integers(4, 40), st.integers(0, 6))
def test_folding_keeps_every_letter_and_the_width(
    words: list[str], width: int, indent: int
) -> None:
    lines = folded(" ".join(words), width, indent)
    assert max(map(cell_len, lines)) <= width
    assert "".join(lines).replace(" ", "") == "".join(words)


def test_blanks_with_a_background_are_kept_at_the_end_of_a_line() -> None:
    plain, tile = Span("a  "), Span("  ", Style(bgcolor="blue"))
    assert trimmed([plain]) == [Span("a")]
    assert trimmed([plain, tile, Span(" ")]) == [plain, tile]


def test_without_colours_no_style_is_painted() -> None:
    line = [Span("a", Style(bold=True)), Span(" ", Style(bgcolor="blue"))]
    assert painted([line], Terminal(80)) == "a\n"
    assert painted([line], Terminal(80, "256")) == "\x1b[1ma\x1b[0m\x1b[44m \x1b[0m\n"


def test_words_of_ours_and_names_are_spelled_each_in_its_way() -> None:
    ascii_only = Terminal(80, encoding="ascii")
    assert spelled(formula("∂σ"), ascii_only) == "dsigma"
    assert spelled(Data("σ"), ascii_only) == r"\u03c3"
    assert spelled(Data(""), ascii_only) == "''"
