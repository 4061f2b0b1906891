"""What is imported when: a line of help waits for no array and no colour."""

import compileall
from pathlib import Path

import pytest
from programs import DIGITS, MODULE, python, softmax

import softmax_cli

# Runs the program in this process and says at its end which of the heavy ones it imported.
_HEAVY = """
import sys
from softmax_cli.cli import main
sys.argv[0] = "softmax"
main()
names = ("numpy", "rich", "orjson", "dask", "distributed")
print("imported", *[name for name in names if name in sys.modules], file=sys.stderr)
"""


def imported(*arguments):
    ran = python(_HEAVY, *arguments)
    return set(ran.err.splitlines()[-1].split()[1:])


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--help",),
        ("--version",),
        ("eval", "--help"),
        ("grad", "-h"),
        ("eval", "--tmep", "2"),
        ("evl",),
        ("2", "1"),
        ("grad", "1", "--target", "1", "--output", "2"),
        ("eval", "1", "--columns", "2"),
    ],
    ids=str,
)
def test_help_version_and_usage_errors_import_neither_numpy_nor_rich(arguments):
    assert not imported(*arguments) & {"numpy", "rich", "orjson"}


@pytest.mark.parametrize("arguments", [("--help",), ("eval", "--help"), ("eval", "--csv", DIGITS)])
def test_without_a_cluster_nothing_of_dask_is_imported(arguments):
    assert not imported(*map(str, arguments)) & {"dask", "distributed"}


def test_importing_the_program_imports_neither_numpy_nor_rich():
    ran = python("import softmax_cli.cli, sys; print({'numpy', 'rich'} & set(sys.modules))")
    assert ran.out == "set()\n"


@pytest.mark.parametrize("command", ["eval", "jacobian", "grad"])
def test_an_answer_for_a_pipe_imports_no_rich(command):
    assert imported(command, "2", "1", "-q") == {"numpy"}


def test_an_answer_to_arguments_needs_none_of_the_readers_of_tables():
    code = """
import sys
sys.argv = ["softmax", "eval", "2", "1"]
from softmax_cli.cli import main
main()
print(sorted(sys.modules), file=sys.stderr)
"""
    loaded = python(code).err
    for module in ("rows", "fast", "files", "json_rows", "gather"):
        assert f"'softmax_cli.reading.{module}'" not in loaded


def test_an_answer_to_arguments_imports_nothing_that_takes_long_and_is_not_needed():
    # as an installation does: the compiler loads unicodedata for names that are not ASCII
    compileall.compile_dir(Path(softmax_cli.__file__).parent, quiet=1)
    code = """
import click, numpy, sys
before = {*sys.modules}
sys.argv = ["softmax", "eval", "2", "1"]
from softmax_cli.cli import main
main()
print(*{*sys.modules} - before, file=sys.stderr)
"""
    # unicodedata is loaded for the names of a named tuple that are not ASCII
    slow = {"numpy.typing", "dataclasses", "unicodedata"}
    slow |= {"softmax_cli.reading.bits", "softmax_cli.formulas"}
    assert not slow & set(python(code).err.split())


def test_a_table_is_drawn_by_rich():
    assert "rich" in imported("eval", "2", "1", "-f", "table")


def test_the_package_alone_imports_no_numpy_before_its_first_use():
    code = """
import softmax_cli, sys
before = "numpy" in sys.modules
softmax_cli.softmax
print(before, "numpy" in sys.modules, "softmax" in dir(softmax_cli))
"""
    assert python(code).out == "False True True\n"


def test_the_module_is_the_same_program_as_the_script():
    code = f"import os; os.execv({MODULE[0]!r}, {[*MODULE, 'eval', '2', '1']!r})"
    assert python(code).out == softmax("eval", "2", "1").out
