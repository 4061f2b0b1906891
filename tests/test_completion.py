"""Completion: what a word may go on as, and in a real bash, zsh and fish."""

import os
import shutil
import sys

import pytest
from programs import DIGITS, ROOT, SCRIPT, environment, python, softmax

SHELLS = ROOT / "softmax_cli" / "shells"


def completed(*words, cwd=ROOT):
    """The types and values that complete the last of some words."""
    env = {"SOFTMAX_WORDS": "\n".join(["softmax", *words]), "_SOFTMAX_COMPLETE": "words_complete"}
    ran = softmax(env=env, cwd=cwd)
    assert ran.err == ""
    return [line.split("\t")[:2] for line in ran.out.splitlines() if line]


def values(*words, **options):
    assert all(kind == "plain" for kind, _ in completed(*words, **options))
    return [value for _, value in completed(*words, **options)]


def test_commands_and_options_are_completed():
    assert {"eval", "jacobian", "grad"} <= set(values(""))
    assert "--temperature" in values("eval", "--te")
    assert "--target" not in values("eval", "--t")


def test_formats_are_completed():
    assert values("eval", "--format", "json") == ["json", "jsonl"]


def test_a_value_that_may_be_left_out_is_completed_after_an_equals_sign_only():
    assert values("eval", "--steps=") == ["full", "short", "blank"]
    assert values("eval", "--steps=b") == ["blank"]
    assert values("eval", "--steps", "") == values("eval", "--steps", "b") == []


def test_a_file_is_the_shells_to_complete():
    assert completed("eval", "--csv", "tests/da") == [["file", "tests/da"]]


@pytest.mark.parametrize("option", ["--columns", "--keep"])
def test_column_names_come_from_the_file_on_the_line_and_lists_go_on(option):
    words = ("eval", "--csv", str(DIGITS), option)
    assert values(*words, "f") == ["four", "five"]
    assert values(*words, "four,f") == ["four,five"]


def test_a_target_is_completed_by_the_names_of_the_classes():
    csv = ("grad", "--csv", str(DIGITS), "--keep", "label")
    assert values(*csv, "--target", "l") == []
    assert values(*csv, "--target", "t") == ["two", "three"]
    assert values(*csv, "--target-column", "l") == ["label"]
    assert values("grad", "cat=2", "dog=1", "--target", "d") == ["dog"]
    assert values("jacobian", "--labels", "cat,dog", "1", "2", "--output", "") == ["cat", "dog"]


@pytest.mark.parametrize(
    ("name", "content", "names"),
    [
        ("semicolon.csv", b'a;"b c";\n1;2;3\n', ["a", "b c"]),
        ("mark.csv", b"\xef\xbb\xbfa,b\r\n1,2\r\n", ["a", "b"]),
        ("rows.jsonl", b'{"cat": 1, "dog": 2}\n', ["cat", "dog"]),
        ("empty.csv", b"", []),
        ("binary.csv", b"\xff\x00\x01", []),
        ("broken.jsonl", b"{cat", []),
        ("hostile.csv", b"a,\x1b[31m\n", ["a"]),
    ],
)
def test_headers_of_all_kinds_are_read(tmp_path, name, content, names):
    (tmp_path / name).write_bytes(content)
    assert values("eval", "--csv", name, "--columns", "", cwd=tmp_path) == names


def test_a_file_that_is_not_there_completes_to_nothing():
    assert values("eval", "--csv", "nothing.csv", "--columns", "") == []


def test_quotes_around_a_word_are_undone():
    assert values("eval", "--csv", f"'{DIGITS}'", "--columns", '"fo') == ["four"]


def test_a_word_that_no_quote_closes_is_taken_as_it_stands():
    assert values("eval", "cat=2", "--target", '"\\') == []


def test_completion_imports_neither_numpy_nor_rich():
    code = f"""
import os, sys, atexit
os.environ.update(
    SOFTMAX_WORDS="softmax\\neval\\n--csv\\n{DIGITS}\\n-c\\nf", _SOFTMAX_COMPLETE="words_complete"
)
atexit.register(lambda: print(sorted({{"numpy", "rich"}} & set(sys.modules)), file=sys.stderr))
sys.argv = ["softmax"]
from softmax_cli.cli import main
main()
"""
    assert python(code).err == "[]\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_written_for_each_shell(shell):
    assert softmax("completion", shell).out == (SHELLS / f"softmax.{shell}").read_text()


# How each shell is started without its user's settings, and reads the script.
_STARTS = {
    "bash": (["--norc", "-i"], "PS1='$ '; source <(softmax completion bash)"),
    "zsh": (
        ["-f", "-i"],
        "PS1='$ '; autoload -U compinit; compinit -u -D; source <(softmax completion zsh)",
    ),
    "fish": (["--no-config", "-i"], "softmax completion fish | source"),
}


@pytest.fixture(params=list(_STARTS))
def terminal(request, tmp_path):
    """A shell on a terminal that has read its completion script."""
    pexpect = pytest.importorskip("pexpect")
    path = shutil.which(request.param)
    if path is None:
        pytest.skip(f"there is no {request.param} here")
    arguments, prepare = _STARTS[request.param]
    env = environment(
        {"PATH": f"{os.path.dirname(SCRIPT)}:{os.environ['PATH']}", "HOME": str(tmp_path),
         "TERM": "xterm", "XDG_CONFIG_HOME": str(tmp_path), "fish_greeting": ""}
    )  # fmt: skip
    shell = pexpect.spawn(
        path, arguments, env=env, cwd=str(ROOT), dimensions=(40, 160), timeout=30, encoding="utf-8"
    )
    shell.sendline(f"{prepare}; echo READ''Y")
    shell.expect("READY")
    yield shell
    shell.close(force=True)


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no terminals of this kind")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("softmax jac\t", "jacobian"),
        ("softmax eval --tempe\t", "--temperature"),
        ("softmax eval --csv tests/data/dig\t", "tests/data/digits_logits.csv"),
        ("softmax eval --csv tests/data/digits_logits.csv --columns sev\t", "seven"),
        ("softmax grad cat=2 dog=1 --target do\t", "dog"),
        ("softmax grad only=1 --target \t", "only"),
        ("softmax eval --format=jsonl\t", "--format=jsonl"),
    ],
)
def test_a_word_is_completed_in_a_real_shell(terminal, typed, expected):
    # the completed line becomes the arguments of a command that shows them
    terminal.send(f"{typed}\x01printf '<%s>' \r")
    terminal.expect_exact(f"<{expected}>")
