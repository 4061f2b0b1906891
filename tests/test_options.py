import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.cli import program
from softmax_cli.options import FORMATS, SHARED, OneOf, WholeNumber


def converted(kind, text):
    return kind.convert(text, None, None)


@given(st.integers(0, 400))
def test_a_whole_number_within_its_bounds_is_itself(number):
    assert converted(WholeNumber(0, 400), str(number)) == number
    assert converted(WholeNumber(0, 400), f"+{number}") == number


@given(st.integers().filter(lambda number: not 1 <= number <= 256))
def test_a_whole_number_out_of_its_bounds_is_refused_with_them(number):
    with pytest.raises(click.BadParameter) as caught:
        converted(WholeNumber(1, 256), str(number))
    assert caught.value.message == f"'{number}' is not a whole number from 1 to 256"


@pytest.mark.parametrize("text", ["", "1_0", " 1", "1.0", "1e2", "0x1", "３", "x", "1" * 5000])
def test_other_text_is_not_a_whole_number(text):
    with pytest.raises(click.BadParameter, match="is not a whole number of 1 or more"):
        converted(WholeNumber(1), text)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_word_of_the_list_is_taken(format_):
    assert converted(OneOf(FORMATS), format_) == format_


@pytest.mark.parametrize(
    ("typed", "meant"), [("tabel", "table"), ("cvs", "csv"), ("jsno", "json"), ("TABLE", None)]
)
def test_a_mistyped_word_is_told_the_nearest(typed, meant):
    with pytest.raises(click.BadParameter) as caught:
        converted(OneOf(FORMATS), typed)
    remedy = f": did you mean {meant}?" if meant else ""
    assert caught.value.message == f"'{typed}' is not one of {', '.join(FORMATS)}{remedy}"


def parameters(arguments):
    command = program.commands["eval"]
    with click.Context(command, info_name="eval") as ctx:
        command.parse_args(ctx, arguments)
        return ctx.params


@pytest.mark.parametrize("text", ["1", "2.5", "1/3", "ln(2)", "1e-150", "1e150"])
def test_a_temperature_is_any_number_of_its_range(text):
    temperature = parameters(["-T", text])["temperature"]
    assert temperature.typed == text
    assert 1e-150 <= temperature.value <= 1e150


@pytest.mark.parametrize("text", ["0", "-1", "-inf", "inf", "9e-151", "1.1e150", "ln(1/2)"])
def test_a_temperature_out_of_its_range_is_refused_with_the_range(text):
    with pytest.raises(click.BadParameter, match="T is from 1e-150 to 1e150"):
        parameters(["-T", text])


def test_files_are_read_in_the_order_in_which_they_are_named():
    assert parameters([])["csv"] == ()
    assert parameters(["--csv", "b", "--csv", "a"])["csv"] == ("b", "a")


@pytest.mark.parametrize(
    "option", [one for one in SHARED if isinstance(one, click.Option)], ids=lambda one: one.name
)
def test_help_is_one_sentence(option):
    assert option.help
    assert option.help[0].isupper()
    assert option.help.endswith(".")
    assert ". " not in option.help
