"""The map in the package's docstring is true: it shows every module, and imports go down."""

import ast
import re
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import softmax_cli

PACKAGE = Path(softmax_cli.__file__).parent
TESTS = Path(__file__).parent
MODULES = {
    ".".join(file.relative_to(PACKAGE).with_suffix("").parts): ast.parse(file.read_text())
    for file in PACKAGE.rglob("*.py")
}
LINES = re.findall(
    r"^    (\w+)(/?) {2,}\S.*((?:\n {8}\S.*)*)", softmax_cli.__doc__ or "", re.MULTILINE
)
ON_THE_MAP = [name for name, _, _ in LINES]
INSIDE = {name: members.split() for name, slash, members in LINES if slash}


def box(module):
    """The entry of the map that a module belongs to."""
    return module.partition(".")[0]


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
        while package == "softmax_cli" and rest and rest not in MODULES:
            rest = rest.rpartition(".")[0]
        if package == "softmax_cli" and rest:
            yield line, rest


def packages_imported(module):
    return {name.partition(".")[0] for _, name in imports(module)} - {"softmax_cli"}


def upward_imports(module):
    """The imports of a module that go against the order of the map."""
    below = ON_THE_MAP[ON_THE_MAP.index(box(module)) :]
    return [
        f"{module}:{line}: {name}"
        for line, name in modules_imported(module)
        if box(name) not in below or (box(name) == name == box(module))
    ]


ALL = sorted(name for name in MODULES if not name.endswith("__init__"))


def test_the_map_shows_every_module_once_and_no_other():
    shown = [name for name in ON_THE_MAP if name not in INSIDE]
    shown += [f"{package}.{member}" for package, members in INSIDE.items() for member in members]
    assert sorted(shown) == ALL


def test_the_map_fits_on_one_screen():
    assert len((softmax_cli.__doc__ or "").splitlines()) <= 50


@pytest.mark.parametrize("module", ALL)
def test_a_module_imports_only_from_what_is_below_it_on_the_map(module):
    assert not upward_imports(module)


def test_an_import_against_the_order_is_found(monkeypatch):
    code = ast.parse("def late():\n    from softmax_cli.commands import COMMANDS\n")
    monkeypatch.setitem(MODULES, "values", code)
    assert upward_imports("values") == ["values:2: commands"]


@pytest.mark.parametrize("package", INSIDE)
def test_inside_a_package_imports_go_in_no_circle(package):
    inner = [module for module in ALL if box(module) == package]
    graph = {
        module: {name for _, name in modules_imported(module) if box(name) == package}
        for module in inner
    }
    assert set(TopologicalSorter(graph).static_order()) >= set(inner)


def test_the_package_itself_imports_only_the_mathematics():
    assert {box(name) for _, name in modules_imported("__init__")} == {"mathematics"}


DRAWING = {
    f"writing.{name}" for name in ("terminal", "palette", "lines", "strips", "mosaic", "pictures")
}


@pytest.mark.parametrize("module", ALL)
def test_only_drawing_imports_rich_and_only_the_command_line_imports_click(module):
    packages = packages_imported(module)
    assert "rich" not in packages or module in DRAWING
    command_line = ("cli", "checks", "options", "command_line", "completion")
    assert "click" not in packages or module in command_line


@pytest.mark.parametrize("module", [name for name in ALL if box(name) == "mathematics"])
def test_the_mathematics_knows_numpy_and_nothing_of_text(module):
    assert packages_imported(module) - sys.stdlib_module_names <= {"numpy"}
    assert {box(name) for _, name in modules_imported(module)} <= {"mathematics"}


@pytest.mark.parametrize("module", ["exact", "rounding", "sums", "exponentials", "decimals"])
def test_the_exact_mathematics_needs_the_standard_library_alone(module):
    assert packages_imported(f"mathematics.{module}") <= sys.stdlib_module_names


def test_every_module_has_its_test_file():
    tested = {
        ".".join([*file.relative_to(TESTS).parts[:-1], file.stem.removeprefix("test_")])
        for file in TESTS.rglob("test_*.py")
    }
    assert set(ALL) - {"__main__"} - tested == set()


def test_no_module_is_of_400_lines_or_more():
    lengths = {file.name: len(file.read_text().splitlines()) for file in PACKAGE.rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length >= 400} == {}


@pytest.mark.parametrize("module", ALL)
def test_only_what_the_package_depends_on_is_imported(module):
    allowed = {"click", "numpy", "rich", "orjson"}
    if module == "cluster":
        allowed.add("distributed")  # an extra
    assert packages_imported(module) - sys.stdlib_module_names <= allowed
