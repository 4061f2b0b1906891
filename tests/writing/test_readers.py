from typing import get_args

import pytest
from programs import softmax

from softmax_cli.options import FORMATS
from softmax_cli.settings import ReaderFormat
from softmax_cli.writing.readers import READER_FORMATS


def test_every_format_for_readers_can_be_asked_for() -> None:
    assert set(READER_FORMATS) == set(get_args(ReaderFormat))
    assert set(READER_FORMATS) < set(FORMATS)


@pytest.mark.parametrize("name", READER_FORMATS)
@pytest.mark.parametrize(
    "command", [("eval",), ("jacobian",), ("grad", "--target", "2"), ("eval", "--top", "2")]
)
def test_every_command_can_be_shown_in_every_format(name: str, command: tuple[str, ...]) -> None:
    ran = softmax(*command, "2", "1", "0.1", "-f", name)
    assert ran.status == 0
    assert not ran.err
    assert ("0.6590" if command[0] == "eval" else "0.") in ran.out


TABLE = "id,a,b\nx,1,2\ny,2,1\n"


def test_appending_to_kept_columns_shows_the_kept_cells() -> None:
    ran = softmax("eval", "-k", "id", "--append", "-f", "table", stdin=TABLE)
    assert (ran.status, ran.err) == (0, "")
    assert [line.split()[:2] for line in ran.out.splitlines()[1:]] == [
        ["id", "prediction"],
        ["x", "b"],
        ["y", "a"],
    ]


def test_a_table_of_one_row_shows_its_kept_cells() -> None:
    ran = softmax("eval", "-k", "id", "-f", "table", stdin="id,a,b\n17,1,2\n")
    assert ran.out.splitlines()[1] == "id 17"
