"""What README shows is what happens."""

import doctest
import re
import subprocess

import pytest
from programs import ROOT, SCRIPT, SECONDS, environment

README = (ROOT / "README.md").read_text()


def fenced(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def examples():
    """Every command of the console examples with the output that README shows."""
    for block in fenced("console"):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = example.partition("\n")
            yield command, shown


def as_in_a_terminal(command):
    """The output of a line of shell, its errors between its answers as they came."""
    environ = environment()
    environ["PATH"] = f"{SCRIPT.rpartition('/')[0]}:{environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS,
    )
    return done.stdout.decode()


@pytest.mark.parametrize(
    ("command", "shown"), list(examples()), ids=[command for command, _ in examples()]
)
def test_an_example_prints_what_is_shown(command, shown):
    assert as_in_a_terminal(command) == shown


def test_the_library_does_what_is_shown():
    (text,) = fenced("python")
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
    for path in re.findall(r"(?<![\w/.])(?:tests|softmax_cli|\.ci)/[\w/.]*\w", README):
        assert (ROOT / path).exists(), path


def test_every_option_that_is_named_exists():
    helped = "".join(as_in_a_terminal(f"softmax {c} --help") for c in ("eval", "jacobian", "grad"))
    own = README.replace("ruff format --check", "")
    for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", own)) - {"--tmep", "--help"}:
        assert re.search(rf"{option}\b", helped), option


def test_the_change_log_ends_the_page_with_what_is_unreleased_on_top():
    *_, last = re.split(r"^## ", README, flags=re.MULTILINE)
    assert last.startswith("Changes\n\n### Unreleased\n")
