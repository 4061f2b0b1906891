"""What README shows is what happens."""

import doctest
import re
import shutil

import pytest
from examples import examples, on_a_terminal, width_of
from known_options import ALL_OPTIONS
from programs import ROOT, softmax

PATH = ROOT / "README.md"
README = PATH.read_text()
EXAMPLES = examples(PATH)


def fenced(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("command", "shown"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_an_example_shows_what_a_terminal_shows(command, shown):
    for tool in ("awk", "jq"):
        if re.search(rf"\b{tool}\b", command) and not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    assert on_a_terminal(command, width_of(PATH)) == shown


def test_the_picture_is_what_its_command_draws():
    ((command, picture),) = re.findall(r"^!\[softmax (.*?):.*\]\((.*)\)$", README, re.MULTILINE)
    drawn = softmax(*command.split(), "-f", "svg").out
    assert drawn == (ROOT / picture).read_text()


def test_the_library_does_what_is_shown():
    text = "".join(fenced("python"))
    example = doctest.DocTestParser().get_doctest(text, {}, "README.md", "README.md", 0)
    assert doctest.DocTestRunner().run(example) == doctest.TestResults(0, len(example.examples))


def test_the_two_commands_each_make_their_own_environment():
    computes, tests, *_ = fenced("sh")
    for command in (computes, tests):
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -q ")
        assert command.count("\n") == 1
    assert computes.endswith(".venv/bin/softmax eval 2 1 0.1\n")
    assert ".venv/bin/pytest" in tests


def test_every_path_that_is_named_exists():
    for path in re.findall(r"(?<![\w/.])(?:tests|softmax_cli|man|\.ci)/[\w/.]*\w", README):
        assert (ROOT / path).exists(), path


def test_every_option_that_is_named_exists():
    own = README.replace("ruff format --check", "")
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", own))
    assert named - {"--tmep"} <= ALL_OPTIONS


def test_the_change_log_ends_the_page_with_what_is_unreleased_on_top():
    *_, last = re.split(r"^## ", README, flags=re.MULTILINE)
    assert last.startswith("Changes\n\n### Unreleased\n")
