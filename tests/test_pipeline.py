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


_ROWS = [",".join(f"{(number * step) % 1009 / 64}" for number in range(50_000)) for step in (3, 7)]


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=repr)
@pytest.mark.parametrize("is_last_ended", [True, False])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"append": True},
        {"top": 2},
        {"log": True, "format": "tsv"},
        {"format": "jsonl"},
        {"format": "table"},
        {"command": "grad", "target": "5", "loss": True},
        {"command": "jacobian", "output": "2"},
    ],
    ids=str,
)
def test_long_rows_are_answered_as_rows_that_another_reader_reads(
    capfdbinary, tmp_path, options, end, is_last_ended
):
    answers = []
    for quote in ("", '"'):
        file = tmp_path / f"{len(answers)}.csv"
        text = "".join(row.replace("0.0", f"{quote}0.0{quote}", 1) + end for row in _ROWS)
        file.write_text(text if is_last_ended else text.removesuffix(end), newline="")
        settings = EVAL._replace(csv=(str(file),), **options)
        assert run(settings._replace(quiet=True, jobs=1)) == 0
        answers.append(capfdbinary.readouterr().out.replace(b'"0.0"', b"0.0"))
    assert answers[0].replace(b"1.csv", b"0.csv") == answers[1].replace(b"1.csv", b"0.csv")


def test_a_long_first_row_that_counts_from_0_is_told_to_be_no_header(capfd, tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(",".join(map(str, range(60_000))) + "\n")
    assert run(EVAL._replace(csv=(str(file),))) == 0
    assert "0 to 59999 are read as data; --header reads them as names" in capfd.readouterr().err
