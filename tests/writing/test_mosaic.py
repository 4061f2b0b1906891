from typing import Any

import numpy as np
import pytest
from rich.cells import cell_len

from softmax_cli.pages import Matrix
from softmax_cli.writing import palette
from softmax_cli.writing.lines import Line, width_of
from softmax_cli.writing.mosaic import matrix_lines
from softmax_cli.writing.terminal import Terminal


def matrix(values: Any, digits: int = 4) -> Matrix:
    values = np.array(values, dtype=float)
    names = tuple(f"n{k}" for k in range(len(values)))
    return Matrix(names, names, lambda row: [f"{v:.{digits}f}" for v in values[row]], values)


def uniform(size: int) -> Matrix:
    """The Jacobian of equal logits."""
    return matrix(np.eye(size) / size - np.full((size, size), 1 / size**2))


def half_lines(lines: list[Line]) -> list[Line]:
    return [line for line in lines if any(span.text == "▀" for span in line)]


def text(line: Line) -> str:
    return "".join(span.text for span in line)


def test_few_entries_are_tiles_without_gaps() -> None:
    lines = matrix_lines(matrix([[0.25, -0.25], [-0.25, 0.25]]), Terminal(80, "truecolor"))
    _, *tiles = lines[1]
    first, second = (span for span in tiles if span.style.bgcolor)
    assert first.style == palette.tile(1.0, "truecolor")
    assert second.style == palette.tile(-1.0, "truecolor")
    assert text(lines[1]).endswith(first.text + second.text)


@pytest.mark.parametrize("colors", ["256", "truecolor"])
def test_thirty_classes_are_a_picture_of_fifteen_lines(colors: Any) -> None:
    lines = half_lines(matrix_lines(uniform(30), Terminal(80, colors)))
    assert len(lines) == 15
    assert {sum(span.text == "▀" for span in line) for line in lines} == {30}


def test_the_upper_half_of_a_line_is_the_first_of_two_entries() -> None:
    values = -np.ones((30, 30))
    values[0, 0] = 1
    (first, *_) = half_lines(matrix_lines(matrix(values), Terminal(80, "truecolor")))
    corner = next(span for span in first if span.text == "▀")
    assert corner.style.color == palette.pixel(1.0, "truecolor")
    assert corner.style.bgcolor == palette.pixel(-1.0, "truecolor")


@pytest.mark.parametrize("size", [31, 100, 1000])
@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_a_picture_fits_and_leads_to_the_digits(size: int, width: int) -> None:
    lines = matrix_lines(uniform(size), Terminal(width, "truecolor"))
    assert max(map(width_of, lines)) <= width
    assert len(lines) < 50
    assert "-f csv writes the digits" in " ".join(map(text, lines))


def test_places_of_a_pooled_picture_are_sums() -> None:
    values = np.zeros((120, 120))
    values[0, 0] = values[1, 1] = 1.0
    values[119, 119] = -1.0
    lines = matrix_lines(matrix(values), Terminal(80, "truecolor"))
    assert "-2.0000" in " ".join(map(text, lines))
    assert "the sum of a block" in " ".join(map(text, lines))


@pytest.mark.parametrize("colors", [None, "standard"])
def test_without_colours_a_picture_is_made_of_signs(colors: Any) -> None:
    lines = [text(line) for line in matrix_lines(uniform(30), Terminal(80, colors))]
    picture = [line[-30:] for line in lines[1:16]]
    assert picture[0][:2] == "##"
    assert all(set(line) <= set("=-.+#") for line in picture)


@pytest.mark.parametrize("colors", [None, "standard"])
@pytest.mark.parametrize("width", [20, 40, 80])
def test_below_a_picture_of_signs_is_what_they_mean(colors: Any, width: int) -> None:
    lines = [text(line) for line in matrix_lines(uniform(40), Terminal(width, colors))]
    scale = (
        "-0.0244 === -0.0061 --- -6.1e-05 ... +6.1e-05 +++ +0.0061 ### +0.0244"
        if width > 40
        else " ### +"
    )
    assert scale in " ".join(lines)
    assert "each sign the larger of two" in " ".join(lines)
    assert max(map(len, lines)) <= width


def test_each_sign_is_that_of_its_part_of_the_scale() -> None:
    values = np.zeros((60, 60))
    values[::2, 0] = np.linspace(-1, 1, 30)
    lines = [text(line) for line in matrix_lines(matrix(values), Terminal(100))]
    assert "-1 === -0.25 --- -0.0025 ... +0.0025 +++ +0.25 ### +1" in lines
    for line, value in zip(lines[1:31], values[::2, 0], strict=True):
        sign = "#" if abs(value) >= 0.25 else "+"
        assert line[4] == (sign if value > 0 else {"#": "=", "+": "-"}[sign])


@pytest.mark.parametrize("colors", [None, "truecolor"])
def test_entries_that_are_all_zero_have_no_scale(colors: Any) -> None:
    lines = matrix_lines(matrix(np.zeros((30, 30))), Terminal(80, colors))
    assert not any("+" in text(line) for line in lines)


def test_an_odd_number_of_rows_ends_with_half_a_line() -> None:
    last = half_lines(matrix_lines(uniform(31), Terminal(80, "truecolor")))[-1]
    assert all(span.style.bgcolor is None for span in last)


def test_entries_with_many_digits_are_listed() -> None:
    lines = [text(line) for line in matrix_lines(matrix(np.eye(3), digits=40), Terminal(80))]
    assert len(lines) == 9
    assert max(map(cell_len, lines)) <= 80


def test_a_matrix_of_zeros_is_drawn() -> None:
    assert matrix_lines(matrix(np.zeros((2, 2))), Terminal(80, "truecolor"))


def test_a_terminal_too_narrow_for_a_scale_has_none() -> None:
    wide, narrow = (matrix_lines(uniform(30), Terminal(width, "truecolor")) for width in (80, 16))
    assert any("+" in text(line) for line in wide)
    assert not any("+" in text(line) for line in narrow)
