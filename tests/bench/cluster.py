"""How far a cluster goes: MB/s by the number of workers, what the client can feed, a terabyte.

    python tests/bench/cluster.py                    1, 2 and 4 workers on this machine
    python tests/bench/cluster.py --megabytes 10     a smaller table

Whole runs of `softmax eval --csv` are timed, CSV to CSV at full precision, the text sent to the
workers (`--cluster`) or read by them (`--shared-file`). Rates are slopes between a small table and
a large one. The model: N cores answer N times what one does, until the client's processor time, in
which it reads the table, hands out blocks and writes answers, is all used.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from clusters import local_cluster
from programs import SCRIPT, environment

_COLUMNS = 10
_MEGABYTE = 1e6
_TERABYTE = 1e12


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--megabytes", type=float, default=50, help="the size of the table")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sizes = (asked.megabytes / 5, asked.megabytes)
        tables = [_table(Path(folder), megabytes) for megabytes in sizes]
        print(*_report(tables, asked.workers), sep="\n", flush=True)


def _table(folder: Path, megabytes: float) -> Path:
    rows = np.random.default_rng(20).normal(0, 5, (1000, _COLUMNS)).tolist()
    text = "".join(",".join(map(repr, row)) + "\n" for row in rows)
    path = folder / f"{megabytes:g}.csv"
    path.write_text(text * max(1, round(megabytes * _MEGABYTE / len(text))))
    return path


def _report(tables: list[Path], workers: list[int]) -> Iterator[str]:
    cores = os.cpu_count() or 1
    alone = _rates(tables, "--jobs", "1")
    yield f"One process answers {alone.wall:.0f} MB/s, and {alone.processor:.0f} MB a core second."
    yield ""
    yield "| workers | how | MB/s | the model's MB/s | the client could feed, MB/s |"
    yield "|--:|---|--:|--:|--:|"
    for how, name in (((), "sent"), (("--shared-file",), "read by the workers")):
        for count in workers:
            with tempfile.TemporaryDirectory() as folder, local_cluster(Path(folder), count) as it:
                options = ("--cluster", it.address, *how)
                _timed(tables[0], *options)  # the workers import NumPy
                rates = _rates(tables, *options)
            feed = rates.processor
            # the client works on the same cores here
            model = min(count * alone.processor, cores / (1 / alone.processor + 1 / feed))
            yield f"| {count} | {name} | {rates.wall:.0f} | {model:.0f} | {feed:.0f} |"
        yield (
            f"| a terabyte | {name} | {_hours(alone.processor):.1f} core hours | "
            f"saturates at {feed / alone.processor:.1f} cores | {_hours(feed):.1f} hours |"
        )


def _hours(megabytes_a_second: float) -> float:
    return _TERABYTE / _MEGABYTE / megabytes_a_second / 3600


class _Rates(NamedTuple):
    """Megabytes a second, and megabytes a second of this process's processor time."""

    wall: float
    processor: float


def _rates(tables: list[Path], *options: str) -> _Rates:
    """Return the rates between a small table and a large one, so that starting costs nothing."""
    small, large = (_timed(table, *options) for table in tables)
    size = (tables[1].stat().st_size - tables[0].stat().st_size) / _MEGABYTE
    return _Rates(size / max(large[0] - small[0], 1e-3), size / max(large[1] - small[1], 1e-3))


def _timed(table: Path, *options: str) -> tuple[float, float]:
    """Return the seconds of a run, and those that the processors worked for its process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    command = [SCRIPT, "eval", "--csv", str(table), *options]
    subprocess.run(command, stdout=subprocess.DEVNULL, env=environment(), check=True)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, used


if __name__ == "__main__":
    main()
