"""The manual's pages and the shells' completion scripts, as they are installed."""

import os
import sys
from typing import TYPE_CHECKING

from softmax_cli import output
from softmax_cli.errors import DeviceFailed, Place

if TYPE_CHECKING:
    from pathlib import Path

SHELLS = ("bash", "zsh", "fish")
PAGES = {
    "softmax": "softmax.1",
    "eval": "softmax-eval.1",
    "jacobian": "softmax-jacobian.1",
    "grad": "softmax-grad.1",
    "conventions": "softmax-conventions.7",
    "cluster": "softmax-cluster.7",
}


def write_script(shell: str) -> None:
    """Write a shell's completion script to standard output.

    Raises:
        DeviceFailed: standard output takes no more.
    """
    output.write((_package() / "shells" / f"softmax.{shell}").read_bytes())


def show_page(name: str) -> None:
    """Show a page of the manual with the system's viewer, or write its source to a pipe.

    Raises:
        DeviceFailed: the page is not installed, or there is no viewer.
    """
    import shutil

    page = _page(PAGES[name])
    if not sys.stdout.isatty():
        output.write(page.read_bytes())
        return
    viewer = shutil.which("man") or shutil.which("mandoc")
    if viewer is None:
        raise DeviceFailed(Place(str(page)), reason="there is no 'man' here to show it")
    os.execv(viewer, [viewer, *(["-l"] if viewer.endswith("man") else []), str(page)])


def _package() -> "Path":
    from pathlib import Path

    return Path(__file__).parent


def _page(file: str) -> "Path":
    """Return where an installer put a page, or the one in a checkout."""
    from importlib.metadata import PackageNotFoundError, files

    page = _package().parent / "man" / file
    if page.is_file():
        return page
    try:
        # Where it is depends on the installer: an environment, a home, a given folder.
        pages = [one for one in files("softmax-calculator") or () if one.name == file]
    except PackageNotFoundError:
        pages = []
    for page in (type(page)(one.locate()) for one in pages):
        if page.is_file():
            return page
    raise DeviceFailed(Place(file), reason="this page of the manual is not installed")
