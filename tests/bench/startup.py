"""How long `softmax` takes to start, beside the imports that it cannot do without.

    python tests/bench/startup.py
    python tests/bench/startup.py --repeats 101

Each command writes to a pipe, as in `softmax eval 2 1 0.1 | cat`; one of each runs in turn, and
the medians are printed, with the least, which a busy machine disturbs less. The interpreter is
the one that runs this script, and `softmax` the one that stands beside it. The aim: `eval` within
1.15 times `import click, numpy`.
"""

import argparse
import statistics
import subprocess
import sys
import time

from rivals import environment, softmax_program

BASE = "python -c 'import click, numpy'"


def commands() -> dict[str, list[str]]:
    """What is timed, by the name it is shown under."""
    softmax, python = softmax_program(), sys.executable
    return {
        BASE: [python, "-c", "import click, numpy"],
        "softmax eval 2 1 0.1": [softmax, "eval", "2", "1", "0.1"],
        "softmax jacobian 2 1 0.1": [softmax, "jacobian", "2", "1", "0.1"],
        "softmax --version": [softmax, "--version"],
        "softmax --help": [softmax, "--help"],
        "python -c 'import click'": [python, "-c", "import click"],
        "python -c pass": [python, "-c", "pass"],
    }


def time_once(command: list[str]) -> float:
    """The seconds until the command has ended and its pipe is empty."""
    begin = time.perf_counter()
    subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment(), check=True
    )
    return time.perf_counter() - begin


def main() -> None:
    """Print a Markdown table of the medians and their ratios to the imports alone."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=31, help="timed runs of each command")
    repeats = parser.parse_args().repeats
    for command in commands().values():  # once unmeasured, for the disk's and the bytecode's sake
        time_once(command)
    rounds = [[time_once(command) for command in commands().values()] for _ in range(repeats)]
    columns = list(zip(*rounds, strict=True))
    medians = [statistics.median(times) for times in columns]
    print(f"Medians of {repeats} alternating runs, standard output a pipe.\n")
    print("| command | median ms | ratio | least ms | ratio |\n|---|--:|--:|--:|--:|")
    for name, median, times in zip(commands(), medians, columns, strict=True):
        least, least_of_base = min(times), min(columns[0])
        print(
            f"| `{name}` | {median * 1e3:.0f} | {median / medians[0]:.2f} "
            f"| {least * 1e3:.0f} | {least / least_of_base:.2f} |"
        )


if __name__ == "__main__":
    main()
