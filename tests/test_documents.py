"""Documents: the completion scripts and the manual's pages, as they are installed."""

import importlib.metadata
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from programs import ROOT, on_terminal, python, softmax

from softmax_cli import documents
from softmax_cli.documents import PAGES, SHELLS
from softmax_cli.errors import DeviceFailed


@pytest.mark.parametrize("shell", SHELLS)
def test_a_completion_script_is_installed_where_the_shell_looks_for_it(shell):
    project = (ROOT / "pyproject.toml").read_text()
    assert f'"softmax_cli/shells/softmax.{shell}" = "share/' in project


def test_another_shell_is_refused():
    ran = softmax("completion", "tcsh")
    assert ran.status == 2
    assert "'tcsh'" in ran.err


@pytest.mark.parametrize("page", PAGES.values())
def test_a_page_exists_and_is_installed_where_man_looks_for_it(page):
    assert (ROOT / "man" / page).is_file()
    section = page[-1]
    assert (
        f'"man/{page}" = "share/man/man{section}/{page}"' in (ROOT / "pyproject.toml").read_text()
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_pipe_is_given_the_source_of_a_page(name):
    assert softmax("man", name).out == (ROOT / "man" / PAGES[name]).read_text()


INSTALLED = "import sys; sys.argv[1:] = ['man']; from softmax_cli.__main__ import main; main()"


@pytest.fixture
def installed(tmp_path):
    """A directory in which the package is installed, with a list of files yet to be written."""
    (tmp_path / "softmax_cli").symlink_to(ROOT / "softmax_cli")
    metadata = tmp_path / "softmax_calculator-0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Name: softmax-calculator\nVersion: 0\n")
    return tmp_path


def test_a_page_is_found_where_the_installer_put_it(installed):
    (installed / "elsewhere").mkdir()
    (installed / "elsewhere" / "softmax.1").write_text("the page")
    (installed / "softmax_calculator-0.dist-info" / "RECORD").write_text("elsewhere/softmax.1,,\n")
    assert python(INSTALLED, cwd=installed).out == "the page"


def test_a_page_that_is_not_installed_is_an_error_with_its_name(installed):
    ran = python(INSTALLED, cwd=installed)
    assert ran.status == 1
    assert ran.err == "Error: softmax.1: this page of the manual is not installed\n"


def viewer(folder: Path, name: str) -> dict[str, str]:
    """An environment whose only program is a viewer of pages, which prints its arguments."""
    path = folder / name
    path.write_text('#!/bin/sh\necho "$@"\n')
    path.chmod(0o755)
    return {"PATH": str(folder)}


@pytest.mark.parametrize(("name", "option"), [("man", "-l "), ("mandoc", "")])
def test_a_terminal_is_shown_a_page_by_the_viewer_there_is(tmp_path, name, option):
    shown = on_terminal("man", "grad", env=viewer(tmp_path, name))
    assert (shown.status, shown.out) == (0, f"{option}{ROOT / 'man' / 'softmax-grad.1'}\n")


def test_a_terminal_without_a_viewer_is_an_error_that_names_the_page(tmp_path):
    shown = on_terminal("man", env={"PATH": str(tmp_path)})
    page = ROOT / "man" / "softmax.1"
    assert shown.status == 1
    assert shown.err == f"Error: {page}: there is no 'man' here to show it\n"


def test_a_package_that_is_not_installed_has_no_pages(monkeypatch, tmp_path):
    def files(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "files", files)
    monkeypatch.setattr(documents, "_package", lambda: tmp_path)
    with pytest.raises(DeviceFailed, match=r"softmax\.1: this page of the manual is not installed"):
        documents.show_page("softmax")


def test_a_page_that_was_removed_is_an_error_with_its_name(installed):
    (installed / "softmax_calculator-0.dist-info" / "RECORD").write_text("elsewhere/softmax.1,,\n")
    ran = python(INSTALLED, cwd=installed)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "Error: softmax.1: this page of the manual is not installed\n"
