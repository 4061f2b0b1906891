"""The matrix of a working fits a page, and says what it leaves out."""

from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from worked import answer_to, parts, section, shown, worked

from softmax_cli.pages import Matrix, Page
from softmax_cli.writing.latex import latex

VECTORS = st.lists(st.decimals(-40, 40, places=1), min_size=2, max_size=12)
DIGITS = st.one_of(
    st.integers(0, 20).map(lambda count: {"precision": count}),
    st.integers(1, 20).map(lambda count: {"digits": count}),
)


def matrix_of(page: Page) -> Matrix:
    (found,) = (part for part in parts(page) if isinstance(part, Matrix))
    return found


def cells_of(matrix: Matrix) -> list[list[str]]:
    return [list(matrix.cells(row)) for row in range(len(matrix.rows))]


def typed(x: list[Any]) -> str:
    return " ".join(map(str, x))


@given(VECTORS, DIGITS)
def test_a_matrix_fits_the_page_or_has_one_digit(x: list[Any], digits: dict[str, int]) -> None:
    page = worked("jacobian", typed(x), **digits)
    cells = cells_of(matrix_of(page))
    width = sum(
        max(len(text) + 3 * ("e" in text) for text in column) + 2
        for column in zip(*cells, strict=True)
    )
    least = min(1, *digits.values()) if "precision" in digits else 1
    words = shown(page)
    assert width <= 58 or f"rounded to {least} " in words


@given(VECTORS, DIGITS)
def test_a_matrix_is_square_and_symmetric_and_its_cells_are_the_slopes(
    x: list[Any], digits: dict[str, int]
) -> None:
    matrix = matrix_of(worked("jacobian", typed(x), **digits))
    cells = cells_of(matrix)
    assert matrix.values.shape == (len(matrix.rows), len(matrix.columns))
    assert cells == [list(column) for column in zip(*cells, strict=True)]
    for row, numbers in zip(cells, matrix.values, strict=True):
        for cell, number in zip(row, numbers, strict=True):
            if cell == "…":
                assert number == 0
            else:
                shown_as = Decimal(cell.replace("−", "-"))
                unit = Decimal(1).scaleb(int(shown_as.as_tuple().exponent))
                error = abs(shown_as - Decimal(number))
                assert shown_as * Decimal(number) >= 0
                assert error <= unit / 2 + abs(shown_as) * Decimal("1e-14")


def test_the_classes_shown_are_those_of_the_working_where_they_fit() -> None:
    matrix = matrix_of(worked("jacobian", typed(list(range(9)))))
    assert [text if isinstance(text, str) else text.text for text in matrix.rows] == [
        "∂σ₁",
        "∂σ₂",
        "…",
        "∂σ₉",
    ]
    assert not matrix.is_named
    assert matrix_of(worked("jacobian", "cat=2 dog=1")).is_named


def test_a_row_that_was_asked_for_is_the_only_one_and_its_column_is_shown() -> None:
    answer, _ = answer_to("jacobian", typed(list(range(30))), output="12")
    page = worked("jacobian", typed(list(range(30))), output="12")
    matrix = matrix_of(page)
    assert [text if isinstance(text, str) else text.text for text in matrix.rows] == ["∂σ₁₂"]
    columns = [text if isinstance(text, str) else text.text for text in matrix.columns]
    assert columns == ["∂x₁", "∂x₂", "…", "∂x₁₂", "…", "∂x₃₀"]
    row = answer.rows(np.array([0]), np.array([11]))[0]  # type: ignore[union-attr]
    np.testing.assert_allclose(matrix.values[0, [0, 1, 3, 5]], row[[0, 1, 11, 29]])


def test_a_worksheet_shades_no_entry() -> None:
    matrix = matrix_of(worked("jacobian", "2 1", "blank"))
    assert not matrix.values.any()
    assert {letter for row in cells_of(matrix) for cell in row for letter in cell} == {"_"}
    assert matrix_of(worked("jacobian", "2 1")).values.all()


def test_a_matrix_too_wide_for_a_page_has_fewer_digits_and_says_so() -> None:
    text = section(worked("jacobian", "1 1 1 1 2", precision=12), "The matrix")
    assert "To fit, the entries are rounded to 6 digits after the point." in text
    assert "To fit" not in shown(worked("jacobian", "1 1 1 1 2"))


def test_a_matrix_too_wide_with_few_digits_leaves_classes_out_and_says_so() -> None:
    text = section(worked("jacobian", "1 -9 30 4 7 -2", precision=9), "The matrix")
    assert "To fit, some classes are left out: softmax jacobian -f csv has all." in text


def test_a_matrix_of_a_worksheet_has_lines_to_write_on() -> None:
    text = latex(worked("jacobian", "2 1", "blank"))
    assert r"\underline{\hspace{3em}} & \underline{\hspace{3em}}" in text
    assert r"\_" not in text


def test_powers_of_ten_too_wide_for_a_page_are_shown_all_the_same() -> None:
    cells = cells_of(matrix_of(worked("jacobian", "0 -1e9 -2e9 -3e9", digits=1)))
    assert cells[0][3] == cells[3][0] == "−2e-1302883446"
