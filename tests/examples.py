"""The examples in README and the manual: what is typed, and what a terminal shows.

    python tests/examples.py FILE...

writes what is shown now into the files: read the difference before it is committed.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from programs import ROOT, SCRIPT, environment, open_terminal, read_terminal

_FENCED = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# The manual's text is indented by 7 and its examples by 4 more.
WIDTHS = {"README.md": 80, "man": 68}


def examples(path: Path) -> list[tuple[str, str]]:
    """The commands of a file with what it shows of each."""
    return [one for block in _FENCED.findall(path.read_text()) for one in _examples(block)]


def _examples(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a block; a line that begins with `> ` goes on with one."""
    for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        first, *rest = example.splitlines(keepends=True)
        count = next((n for n, line in enumerate(rest) if line[:2] != "> "), len(rest))
        command = first + "".join(line[2:] for line in rest[:count])
        yield command.rstrip("\n"), "".join(rest[count:])


def on_a_terminal(command: str, width: int) -> str:
    """What a terminal of this width, without colours, shows of a line of shell."""
    ours, theirs = open_terminal(width)
    path = os.pathsep.join([os.path.dirname(SCRIPT), os.environ["PATH"]])
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    env = environment({"PATH": path, "NO_COLOR": "1"})
    with subprocess.Popen(["bash", "-c", command], cwd=ROOT, env=env, **streams):
        os.close(theirs)
        shown = read_terminal(ours)
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def width_of(path: Path) -> int:
    """How wide the terminal of a file's examples is."""
    return WIDTHS.get(path.name) or WIDTHS[path.parent.name]


def _rewrite(path: Path) -> None:
    def shown_now(block: re.Match[str]) -> str:
        lines = []
        for command, _ in _examples(block[1]):
            typed = command.replace("\n", "\n> ")
            lines.append(f"$ {typed}\n{on_a_terminal(command, width_of(path))}")
        return f"```console\n{''.join(lines)}```"

    path.write_text(_FENCED.sub(shown_now, path.read_text()))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        _rewrite(Path(name).resolve())
