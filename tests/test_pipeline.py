"""The pipeline: from an input to its output and its status."""

import pytest

from softmax_cli.pipeline import run
from softmax_cli.settings import Settings

EVAL = Settings("eval", precision=3)


@pytest.mark.parametrize(("rows", "shown"), [(1, 1), (2, 2), (3, 3), (0, 3)])
def test_a_table_shows_as_many_vectors_as_asked_and_says_when_there_are_more(
    capfdbinary, rows, shown
):
    settings = Settings("eval", ("1 2; 3 4; 5 9",), format="table", rows=rows)
    assert run(settings) == 0
    out = capfdbinary.readouterr().out.decode()
    assert out.count("0.2689") + out.count("0.0180") == shown
    assert ("more vectors" in out) == (shown < 3)


def test_the_status_is_1_when_a_row_was_left_out(capfd, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("0,0\n0,x\n1,1\n")
    assert run(EVAL._replace(csv=(str(file),), on_error="skip")) == 1
    out, err = capfd.readouterr()
    assert out == "0.500,0.500\n0.500,0.500\n"
    assert err == f"Error: {file}:2: column 2: 'x' is not a number\n"
