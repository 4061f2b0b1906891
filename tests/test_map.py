"""The map in the package's docstring is true: it shows every module, and imports go down."""

import ast
import re
import sys
from pathlib import Path

import pytest

import softmax_cli

PACKAGE = Path(softmax_cli.__file__).parent
MODULES = {file.stem: ast.parse(file.read_text()) for file in PACKAGE.glob("*.py")}
ON_THE_MAP = re.findall(r"^    (\w+) {2,}\S", softmax_cli.__doc__ or "", re.MULTILINE)


def imports(module):
    """Every import statement of a module, those within functions too, as (line, name)."""
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: name the package in full"
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def modules_imported(module):
    """The modules of this package that a module imports, with the line of each."""
    for line, name in imports(module):
        package, _, rest = name.partition(".")
        if package == "softmax_cli" and (inner := rest.partition(".")[0]) in MODULES:
            yield line, inner


def packages_imported(module):
    return {name.partition(".")[0] for _, name in imports(module)} - {"softmax_cli"}


def test_the_map_shows_every_module_once_and_no_other():
    assert sorted(ON_THE_MAP) == sorted(set(MODULES) - {"__init__"})


@pytest.mark.parametrize("module", ON_THE_MAP)
def test_a_module_imports_only_from_modules_below_it(module):
    below = ON_THE_MAP[ON_THE_MAP.index(module) + 1 :]
    upwards = [
        f"line {line}: {name}" for line, name in modules_imported(module) if name not in below
    ]
    assert not upwards


def test_the_package_itself_imports_only_the_mathematics():
    assert {name for _, name in modules_imported("__init__")} == {"core"}


@pytest.mark.parametrize("module", ON_THE_MAP)
def test_one_module_imports_rich_and_only_the_command_line_imports_click(module):
    packages = packages_imported(module)
    assert "rich" not in packages or module == "terminal"
    assert "click" not in packages or module in ("cli", "options")


def test_the_mathematics_knows_numpy_and_nothing_of_text():
    rooms = {"core", "exponentials", "validation"}
    for room in rooms:
        assert packages_imported(room) - sys.stdlib_module_names == {"numpy"}
        assert {module for _, module in modules_imported(room)} <= rooms


def test_the_exact_mathematics_needs_the_standard_library_alone():
    assert packages_imported("exact") <= sys.stdlib_module_names
    assert set(modules_imported("exact")) == set()


@pytest.mark.parametrize("module", ON_THE_MAP)
def test_only_what_the_package_depends_on_is_imported(module):
    allowed = {"click", "numpy", "rich", "orjson"}
    assert packages_imported(module) - sys.stdlib_module_names <= allowed
