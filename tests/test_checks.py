import click
import pytest

from softmax_cli.checks import settings_of
from softmax_cli.cli import program
from softmax_cli.errors import UsageError


def settings(command, *arguments):
    chosen = program.commands[command]
    with click.Context(chosen, info_name=command) as ctx:
        chosen.parse_args(ctx, list(arguments))
        values = ctx.params.pop("values")
        return settings_of(ctx, values, ctx.params)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["eval", "1", "--csv", "x"], "--csv and VALUES are two inputs: give one of them"),
        (["eval", "-", "--csv", "x"], "--csv and VALUES are two inputs: give one of them"),
        (
            ["eval", "--csv", "x", "--ragged", "--header"],
            "--ragged reads lines without a header: leave out --header",
        ),
        (
            ["eval", "--csv", "x", "--ragged", "--keep", "a"],
            "--keep needs columns, and lines of any length have none: leave out --ragged",
        ),
        (
            ["grad", "1", "--target", "1", "--upstream", "1"],
            "--target and --upstream are two gradients: give one of them",
        ),
        (["grad", "1", "--loss"], "--loss needs a target: --target or --target-column"),
        (
            ["grad", "1", "--loss", "--output", "1"],
            "--loss needs a target: --target or --target-column",
        ),
        (
            ["jacobian", "1", "--diagonal", "--output", "1"],
            "--diagonal and --output are two parts: give one of them",
        ),
        (
            ["eval", "1", "--digits", "9", "-p", "3"],
            "--digits and --precision are two roundings: give one of them",
        ),
        (
            ["eval", "1", "--top", "1", "--log"],
            "--top ranks probabilities and --log asks for logarithms: give one",
        ),
        (
            ["eval", "1", "--top", "1", "--append"],
            "--append and --top ask for different columns: give one of them",
        ),
        (
            ["eval", "-", "--cluster", ""],
            "--cluster needs the ADDRESS of a scheduler, such as host:8786",
        ),
        (["eval", "-", "--shared-file"], "--shared-file goes with --cluster ADDRESS"),
        (
            ["eval", "-", "--shared-file", "--cluster", "x:1"],
            "--shared-file needs a file that the workers can open: --csv FILE",
        ),
        (
            ["eval", "-", "--jobs", "2", "--cluster", "x:1"],
            "--jobs and --cluster are two ways to compute: give one of them",
        ),
        (
            ["eval", "1", "--append", "-f", "jsonl"],
            "--append is for delimited text: JSON holds the input anyway",
        ),
        (
            ["eval", "--csv", "x", "--by", "a", "--check-file", "y", "-f", "table"],
            "--check-file compares tables row by row, and --by makes vectors of rows",
        ),
        (
            ["eval", "--check-file", "-", "-f", "table"],
            "--check-file - and the table are one standard input: name a file",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_options_that_do_not_go_together_are_refused(arguments, sentence):
    with pytest.raises(UsageError) as caught:
        settings(*arguments)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("source", [["-"], ["--csv", "x"], ["--csv", "-"]])
def test_a_table_takes_the_options_of_tables(source):
    chosen = settings("eval", *source, "--keep", "a", "-j", "2", "--missing", "mask")
    assert (chosen.keep, chosen.jobs, chosen.missing) == ("a", 2, "mask")


def test_the_settings_are_what_was_given():
    chosen = settings("grad", "2", "-1", "--target", "1", "--loss", "-p", "3", "-f", "tsv")
    assert chosen.command == "grad"
    assert chosen.values == ("2", "-1")
    assert (chosen.target, chosen.loss, chosen.precision, chosen.format) == ("1", True, 3, "tsv")
