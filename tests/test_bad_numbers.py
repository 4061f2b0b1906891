import pytest

from softmax_cli import bad_numbers
from softmax_cli.bad_numbers import HoldsArray, LooseWord, NeedsDecimalComma, NotANumber
from softmax_cli.errors import Place


@pytest.mark.parametrize("kind", [HoldsArray, LooseWord, NeedsDecimalComma])
def test_what_is_not_a_number_is_said_first_and_then_the_remedy(kind):
    shown = str(kind(Place("t.csv", 3), text="1,5", remedy="; write 1.5"))
    assert shown.startswith("t.csv:3: '1,5' is not a number")
    assert shown.endswith("; write 1.5")


def test_all_that_is_not_a_number_is_told_apart_from_numbers_without_a_softmax():
    kinds = [value for value in vars(bad_numbers).values() if isinstance(value, type)]
    refused = {kind.__name__ for kind in kinds if issubclass(kind, NotANumber)}
    assert {"PartOfFraction", "NeedsDecimalPoint"} < refused
    assert not refused & {"TooLarge", "PlusInfinity", "AllMasked", "EmptyVector"}
