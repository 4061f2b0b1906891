"""The mutation score: which small changes of the code the tests notice.

`python tests/mutation/score.py` (the extra `mutation`; not on Windows) has mutmut change each
function of MODULES in every way it knows, and runs the tests of the module against each mutant:

    score.py                            all of it, several hours of one processor
    score.py reading/numbers            one module, a few minutes
    score.py --endings 3 7 -- reading/numbers
                                        a fifth of it: the mutants whose number ends so

It prints each mutant that no test notices, a line for each module, and the score: the share
that is noticed of those that can be. Its status is 1 if a score is below 95 %. The mutants that
compute the same are listed in equivalents.toml, each with its reason, and so are the keyword
arguments that change no result; an entry that no longer matches a survivor is printed, too.
mutmut's own files stay in build/mutation/MODULE, where `mutmut browse` shows them.

mutmut changes no decorated function, no pattern of a regular expression and nothing outside
functions.
"""

import argparse
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
WORK = ROOT / "build" / "mutation"
EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
LEAST = 0.95

# Each module, and the files of tests beside its own that state what is true of it.
MODULES: dict[str, tuple[str, ...]] = {
    "reading/numbers": ("reading/test_arguments.py",),
    "reading/bits": (),
    "reading/tokens": ("reading/test_arguments.py",),
    "reading/columns": (),
    "reading/classes": (),
    "reading/layout": (),
    "reading/first_row": ("reading/test_further_files.py",),
    "reading/further_files": (),
    "reading/beginning": ("reading/test_first_row.py",),
    "command_line": (),
    "arithmetic": (),
    "mathematics/cancellation": (),
    "mathematics/decimals": (),
    "mathematics/exact": ("mathematics/test_ties.py",),
    "mathematics/exact_rows": (),
    "mathematics/exponentials": (),
    "mathematics/few": (),
    "mathematics/fixed_point": (),
    "mathematics/logarithms": (),
    "mathematics/pair_exponentials": (),
    "mathematics/pairs": ("mathematics/test_pair_exponentials.py",),
    "mathematics/rounding": ("mathematics/test_ties.py",),
    "mathematics/segments": (),
    "mathematics/softmax": ("mathematics/test_large_arrays.py",),
    "mathematics/strips": (),
    "mathematics/sums": (),
    "mathematics/tiles": (),
    "mathematics/validation": (),
}

# What mutmut's exit codes of a worker mean; any other is a way in which the tests failed.
_UNNOTICED = (0, 5, 33)
_NOT_RUN = (None, 2, 34)


class Change(NamedTuple):
    """What a mutant does to its module: these lines become those."""

    module: str
    before: str
    after: str


class Score(NamedTuple):
    """What became of the mutants of a module."""

    module: str
    mutants: int
    survivors: list[Change]
    equivalents: list[Change]

    @property
    def noticed(self) -> int:
        """How many mutants the tests notice."""
        return self.mutants - len(self.survivors) - len(self.equivalents)

    @property
    def share(self) -> float:
        """The share noticed of the mutants that can be."""
        possible = self.mutants - len(self.equivalents)
        return self.noticed / possible if possible else 1.0

    def __str__(self) -> str:
        return (
            f"{self.module:30} {self.mutants:5} mutants {self.noticed:5} noticed"
            f" {len(self.equivalents):3} equivalent {100 * self.share:6.1f} %"
        )


def main() -> int:
    """Run the mutants asked for and print the score."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", choices=[*MODULES, []], metavar="MODULE")
    parser.add_argument("--endings", nargs="+", metavar="DIGITS", help="of a mutant's number")
    parser.add_argument("--again", action="store_true", help="run the survivors of the last time")
    arguments = parser.parse_args()
    scores = []
    for module in arguments.modules or MODULES:
        _lay_out(module)
        names = _survivors(module) if arguments.again else _patterns(arguments.endings)
        if names or not arguments.again:
            _mutate(module, names)
        scores.append(_score(module))
        _report(scores[-1])
    return int(any(score.share < LEAST for score in scores))


def _patterns(endings: Sequence[str] | None) -> list[str]:
    return [f"*{ending}" for ending in endings or ()]


def _lay_out(module: str) -> None:
    """Make a directory in which mutmut finds the project, and changes only this module."""
    folder = _folder(module)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("softmax_cli", "tests", "man", "README.md"):
        if not (folder / name).exists():
            (folder / name).symlink_to(ROOT / name)
    pytest = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]
    own = Path(module).with_name(f"test_{Path(module).name}.py")
    mutmut = {
        "source_paths": ["softmax_cli"],
        "only_mutate": [f"softmax_cli/{module}.py"],
        "also_copy": ["man", "README.md"],
        "pytest_add_cli_args_test_selection": [f"tests/{test}" for test in (own, *MODULES[module])],
        # what one run of the tests has cached would hide a mutant from the next
        "process_isolation": "forkserver",
        "timeout_multiplier": 5.0,
        "timeout_constant": 2.0,
        "use_git_change_detection": False,
    }
    tables = (("pytest.ini_options", pytest["ini_options"]), ("mutmut", mutmut))
    # JSON's strings, numbers and lists are TOML's too
    lines = [
        line
        for name, table in tables
        for line in (f"[tool.{name}]", *(f"{key} = {json.dumps(table[key])}" for key in table))
    ]
    (folder / "pyproject.toml").write_text("\n".join(lines) + "\n")


def _folder(module: str) -> Path:
    return WORK / module.replace("/", "-")


def _mutate(module: str, names: Sequence[str]) -> None:
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names]
    with (_folder(module) / "log").open("w") as log:
        done = subprocess.run(command, cwd=_folder(module), stdout=log, stderr=log, check=False)
    if done.returncode:
        sys.exit(f"{module}: mutmut failed, see {log.name}")


def _codes(module: str) -> dict[str, int | None]:
    """The exit code of the tests of each mutant that was run."""
    meta = _folder(module) / "mutants" / "softmax_cli" / f"{module}.py.meta"
    codes = json.loads(meta.read_text())["exit_code_by_key"]
    return {name: code for name, code in codes.items() if code not in _NOT_RUN}


def _survivors(module: str) -> list[str]:
    return [name for name, code in _codes(module).items() if code in _UNNOTICED]


def _score(module: str) -> Score:
    listed = tomllib.loads(EQUIVALENTS.read_text())
    keywords = [entry["keyword"] for entry in listed["same_result"]]
    known = {
        Change(*(entry[key].strip() for key in Change._fields))
        for entry in listed["equivalent"]
        if entry["module"] == module
    }
    changes = [_change(module, name) for name in _survivors(module)]
    equivalents = [
        change for change in changes if change in known or _differs_only_in(keywords, change)
    ]
    for change in known.difference(equivalents):
        print(f"{module}: no survivor is like this equivalent:\n{_shown(change)}")
    survivors = [change for change in changes if change not in equivalents]
    return Score(module, len(_codes(module)), survivors, equivalents)


def _change(module: str, name: str) -> Change:
    """What a mutant changes."""
    command = [sys.executable, "-m", "mutmut", "show", name]
    shown = subprocess.run(
        command, cwd=_folder(module), capture_output=True, text=True, check=True
    ).stdout
    lines = [line for line in shown.splitlines() if not line.startswith(("---", "+++", "#"))]
    before, after = (
        "\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
    )
    return Change(module, before, after)


def _differs_only_in(keywords: Sequence[str], change: Change) -> bool:
    """Whether a mutant differs only in the values of these arguments."""
    argument = rf",? *\b(?:{'|'.join(keywords)})=(?:[^,()]|\([^()]*\))*"
    before, after = (re.sub(argument, "", text).replace(", )", ")") for text in change[1:])
    return before == after


def _shown(change: Change) -> str:
    before, after = (text.replace("\n", "\n    ") for text in change[1:])
    return f"  - {before}\n  + {after}"


def _report(score: Score) -> None:
    for change in score.survivors:
        print(_shown(change))
    print(score, flush=True)


if __name__ == "__main__":
    sys.exit(main())
