"""LaTeX and KaTeX as judges of formulas, where they are installed."""

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

_PREAMBLE = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb}
\begin{document}
"""
_KATEX = """
const katex = require("katex");
const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));
const errors = [];
for (const [formula, isDisplayed] of formulas) {
  try {
    katex.renderToString(formula, {strict: "error", displayMode: isDisplayed});
  } catch (error) {
    errors.push(formula + ": " + error.message);
  }
}
console.log(JSON.stringify(errors));
"""


@cache
def _node() -> dict[str, str] | None:
    """The environment in which Node finds KaTeX, if there are both."""
    if not shutil.which("node") or not shutil.which("npm"):
        return None
    import os

    root = subprocess.run(["npm", "root", "-g"], capture_output=True, text=True, check=False)
    paths = filter(None, (os.environ.get("NODE_PATH"), root.stdout.strip()))
    environment = os.environ | {"NODE_PATH": os.pathsep.join(paths)}
    found = subprocess.run(
        ["node", "-e", 'require("katex")'], env=environment, capture_output=True, check=False
    )
    return environment if found.returncode == 0 else None


@pytest.fixture
def needs_latex() -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed: apt-get install texlive-latex-base")


@pytest.fixture
def needs_katex() -> None:
    if _node() is None:
        pytest.skip("KaTeX is not installed: npm install -g katex")


def latex_complaints(body: str, directory: Path) -> list[str]:
    """The errors, overfull lines and missing characters of a document."""
    (directory / "page.tex").write_text(_PREAMBLE + body + "\n\\end{document}\n")
    command = ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "page.tex"]
    subprocess.run(command, cwd=directory, capture_output=True, check=False)
    log = (directory / "page.log").read_text(errors="replace")
    return re.findall(r"^!.*|^Overfull.*|^Missing character.*", log, re.MULTILINE)


def katex_complaints(markdown: str) -> list[str]:
    """The formulas of a Markdown text that KaTeX in its strict mode refuses, and why."""
    fences = re.findall(r"```math\n(.*?)```", markdown, re.DOTALL)
    outside = re.sub(r"```math\n.*?```", "", markdown, flags=re.DOTALL)
    inline = re.findall(r"(?<!\\)\$(.+?)(?<!\\)\$", outside)
    formulas = [(text, True) for text in fences] + [(text, False) for text in inline]
    assert formulas, "the text holds no formulas"
    done = subprocess.run(
        ["node", "-e", _KATEX],
        env=_node(),
        input=json.dumps(formulas),
        capture_output=True,
        text=True,
        check=True,
    )
    errors: list[str] = json.loads(done.stdout)
    return errors
