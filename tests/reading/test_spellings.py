"""Texts of numbers are read at once, whatever the numbers look like."""

import numpy as np
import pytest

from softmax_cli.reading.layout import Layout
from softmax_cli.reading.spellings import read_numbers
from softmax_cli.settings import Settings

EVAL = Settings("eval")
MASKING = Settings("eval", missing="mask")


DECIMAL_COMMA = Settings("eval", decimal_comma=True)
ROWS = Layout("x", b",", 2, (0, 1))


def numbers(text, settings=EVAL, layout=ROWS):
    return read_numbers(text.encode(), settings, layout)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,2", [1, 2]),
        ("+1,+.5,+5.", [1, 0.5, 5]),
        ("-.5,5.,-5.e2,.5e1", [-0.5, 5, -500, 5]),
        ("007,-007,00.5,-00,0", [7, -7, 0.5, 0, 0]),
        ('"1"," 2 ","-.5"', [1, 2, -0.5]),
        (" 1 ,\t2\t,3\r,4", [1, 2, 3, 4]),
        ("1e+5,1e007,2E-03", [1e5, 1e7, 2e-3]),
        ("−1,1e−5", [-1, 1e-5]),
        ("-inf,-Infinity,-INF,1", [-np.inf, -np.inf, -np.inf, 1]),
    ],
)
def test_numbers_are_read_as_the_grammar_spells_them(text, values):
    found = numbers(text)
    assert found.values.tolist() == values
    assert found.odd.size == 0


def test_a_comma_within_quotes_is_a_decimal_sign_where_that_was_asked_for():
    assert numbers('"1,5","-,5"', DECIMAL_COMMA).values.tolist() == [1.5, -0.5]
    assert numbers('"1,5",2').odd.tolist() == [0]


def test_missing_cells_are_masks_if_asked_for():
    found = numbers(",NA,  ,null,1,None,nan,", MASKING)
    assert np.isneginf(found.values).tolist() == [True] * 4 + [False] + [True] * 3
    assert numbers("1,NA,2").odd.tolist() == [1]
    assert numbers("1,,2").odd.tolist() == [1]
    assert numbers("1,2, ").odd.tolist() == [2]
    assert numbers("").odd.tolist() == numbers(" ").odd.tolist() == [0]
    assert numbers("1,,2", MASKING, Layout("x", b",", 1, (0,))).odd.tolist() == [1]


@pytest.mark.parametrize("cells", range(32_765, 32_775))
@pytest.mark.parametrize("last", ["", " ", " " * 70_000])
def test_an_empty_cell_is_found_wherever_a_long_text_is_cut(cells, last):
    assert numbers("1," * cells + last).odd.tolist() == [cells]
    assert numbers(last + ",1" * cells).odd.tolist() == [0]


@pytest.mark.parametrize(
    "cell",
    ["x", "1/3", "+-1", "1.5.", ".", "+", "1e", "1 2", "1e400", "-inf5", "1-inf", "n a", "inf"],
)
def test_what_holds_no_number_is_named(cell):
    for settings in (EVAL, MASKING):
        assert numbers(f"1,{cell},2", settings).odd.tolist() == [1]


def test_every_cell_with_letters_is_named_at_once():
    assert numbers("1,x,2,1/3,ln(2),3").odd.tolist() == [1, 3, 4]


def test_a_comma_in_quotes_beside_a_doubled_quote_parts_no_cells():
    assert numbers('1,"2,,""3",4').odd.tolist() == [1]


def test_a_number_that_stands_for_masks_is_still_a_number():
    assert numbers("-inf,-7e9").values.tolist() == [-np.inf, -7e9]
    assert numbers("-inf,-7e9,-3e7,1").odd.tolist() == [0, 2]


def test_many_leading_zeros_are_left_to_the_grammar():
    assert numbers("1," + "0" * 40 + "7").odd.tolist() == [1]


def test_a_long_text_is_read_in_pieces():
    cells = [f"{number}.25" for number in range(400_000)]
    found = numbers(",".join(cells))
    assert found.values.tolist() == list(map(float, cells))
