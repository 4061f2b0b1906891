"""The manual: what its pages say of the program is so, and viewers can show them."""

import re
import shutil
import subprocess
import sys

import pytest
from examples import examples, on_a_terminal, width_of
from known_options import ALL_OPTIONS, HELP, options_of
from programs import ROOT, SECONDS

from softmax_cli import commands
from softmax_cli.cli import program
from softmax_cli.documents import PAGES

MAN = ROOT / "man"
PROSE = sorted(MAN.glob("softmax*.md"))
EXAMPLES = [(path, *one) for path in PROSE for one in examples(path)]
COMMANDS = [name for name in PAGES if name in program.commands]

# Typed wrongly in an example, to show the message.
MISTYPED = {"--tmep"}


def need(tool):
    return pytest.mark.skipif(not shutil.which(tool), reason=f"{tool} is not installed")


def printed(*command):
    """What a tool has to say of a page, on either stream."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    return done.stdout + done.stderr


def options_named_in(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*[a-z]", text)) - MISTYPED


def documented(page):
    """The names of the options that a page describes, as its terms."""
    terms = re.findall(r"^\.TP\n(\\fB\\-.*)", (MAN / page).read_text(), re.MULTILINE)
    return {
        name.replace("\\-", "-") for term in terms for name in re.findall(r"\\fB(.*?)\\fP", term)
    }


def test_the_pages_are_what_their_sources_give(tmp_path):
    subprocess.run([sys.executable, MAN / "build.py", tmp_path], check=True, timeout=SECONDS)
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert built == {file: (MAN / file).read_bytes() for file in PAGES.values()}


@pytest.mark.parametrize("page", PAGES.values())
@need("mandoc")
def test_mandoc_has_no_warning_about_a_page(page):
    assert printed("mandoc", "-T", "lint", "-W", "warning", MAN / page) == ""


@pytest.mark.parametrize("page", PAGES.values())
@need("groff")
def test_groff_has_no_warning_about_a_page(page):
    assert printed("groff", "-man", "-Tutf8", "-ww", "-z", "-k", MAN / page) == ""


@pytest.mark.parametrize("page", PAGES.values())
@need("groff")
def test_a_page_fits_eighty_columns(page):
    shown = printed("groff", "-man", "-Tutf8", "-k", "-rLL=78n", "-P-cbou", MAN / page)
    assert "NAME\n" in shown
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("path", "command", "shown"),
    EXAMPLES,
    ids=[f"{path.stem}: {line}" for path, line, _ in EXAMPLES],
)
def test_an_example_shows_what_the_terminal_shows(path, command, shown):
    assert on_a_terminal(command, width_of(path)) == shown


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_describes_every_option_of_its_command_and_no_other(name):
    options = options_of(program.commands[name]) | HELP
    assert documented(PAGES[name]) == options


def test_every_command_that_computes_has_a_page():
    assert set(commands.COMMANDS) <= set(PAGES)


def test_the_page_of_the_program_describes_its_options_and_every_command():
    assert documented("softmax.1") >= options_of(program) | HELP
    for name in program.commands:
        assert f"\n\\fBsoftmax {name}\\fP\n" in (MAN / "softmax.1").read_text()


@pytest.mark.parametrize("path", sorted(MAN.glob("*.md")), ids=lambda path: path.stem)
def test_every_option_that_the_prose_names_exists(path):
    of_parallel = {"--pipepart", "--block"}
    assert options_named_in(path.read_text()) <= ALL_OPTIONS | of_parallel


@pytest.mark.parametrize("name", COMMANDS)
def test_the_prose_of_a_command_names_its_own_options(name):
    prose = (MAN / PAGES[name]).with_suffix(".md").read_text()
    assert options_named_in(prose) <= options_of(program.commands[name])


def test_a_page_refers_to_pages_that_exist():
    for path in PROSE:
        for name, section in re.findall(r"\*\*(softmax[\w-]*)\*\*\((\d)\)", path.read_text()):
            assert f"{name}.{section}" in PAGES.values()
