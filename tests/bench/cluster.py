"""How far a cluster goes: MB/s by the number of workers, what the client can feed, a terabyte.

    python tests/bench/cluster.py                    1, 2 and 4 workers on this machine
    python tests/bench/cluster.py --megabytes 10     a smaller table

Whole runs of `softmax eval --csv` are timed, CSV to CSV at full precision, the text sent to the
workers (`--cluster`) or read by them (`--shared-file`). Rates are slopes between a small table and
a large one. The model: every megabyte costs the client, the scheduler and a worker some processor
time. N workers on cores of their own answer N times what one does, until the client or the
scheduler works all the time; on one machine all of them share its cores.
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

from clusters import Cluster, local_cluster
from programs import SCRIPT, environment

_COLUMNS = 10
_MEGABYTE = 1e6
_TERABYTE = 1e12
# Dask's workers return all freed memory to the system at once unless told otherwise, as the
# manual does, and then ask for it again in each block.
_ALLOCATOR = {"MALLOC_TRIM_THRESHOLD_": "134217728", "MALLOC_MMAP_THRESHOLD_": "33554432"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--megabytes", type=float, default=300, help="the size of the table")
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
    alone = _alone(tables)
    yield f"One process answers {alone:.0f} MB/s."
    yield ""
    yield "MB/s, the model's MB/s, and MB a core second of a worker, the scheduler and the client:"
    yield ""
    yield "| workers | how | MB/s | model | worker | scheduler | client |"
    yield "|--:|---|--:|--:|--:|--:|--:|"
    for how, name in (((), "sent"), (("--shared-file",), "read by the workers")):
        for count in workers:
            with tempfile.TemporaryDirectory() as folder:
                rates = _rates(tables, Path(folder), count, how)
            yield (
                f"| {count} | {name} | {rates.wall:.0f} | {rates.model(count):.0f} | "
                f"{rates.worker:.0f} | {rates.scheduler:.0f} | {rates.client:.0f} |"
            )
        yield ""
        yield (
            f"A terabyte {name}: {_hours(rates.worker):.1f} core hours of workers; "
            f"{rates.feed / rates.worker:.1f} of them take all that is fed, "
            f"for {_hours(rates.feed):.1f} hours."
        )


def _hours(megabytes_a_second: float) -> float:
    return _TERABYTE / _MEGABYTE / megabytes_a_second / 3600


class _Rates(NamedTuple):
    """Megabytes a second, and megabytes a second of processor time of each kind of process."""

    wall: float
    client: float
    scheduler: float
    worker: float

    @property
    def feed(self) -> float:
        """What any number of workers are fed."""
        return min(self.client, self.scheduler)

    def model(self, workers: int) -> float:
        """Return how many megabytes a second the model expects on this machine."""
        shared = (os.cpu_count() or 1) / sum(1 / rate for rate in self[1:])
        return min(workers * self.worker, self.feed, shared)


def _alone(tables: list[Path]) -> float:
    small, large = (_seconds_of_run(table, "--jobs", "1")[0] for table in tables)
    return _megabytes(tables) / (large - small)


def _rates(tables: list[Path], folder: Path, workers: int, how: tuple[str, ...]) -> _Rates:
    """Return the rates between a small table and a large one, so that starting costs nothing."""
    with local_cluster(folder, workers, _ALLOCATOR) as cluster:
        options = ("--cluster", cluster.address, *how)
        _seconds_of_run(tables[0], *options)  # the workers import NumPy
        small, large = (_seconds_on(cluster, table, *options) for table in tables)
    size = _megabytes(tables)
    return _Rates(*(size / max(b - a, 1e-3) for a, b in zip(small, large, strict=True)))


def _megabytes(tables: list[Path]) -> float:
    small, large = (table.stat().st_size for table in tables)
    return (large - small) / _MEGABYTE


def _seconds_on(cluster: Cluster, table: Path, *options: str) -> tuple[float, ...]:
    """Return the seconds of a run, and the processor's of the client, scheduler and workers."""
    before = cluster.processor_seconds
    wall, client = _seconds_of_run(table, *options)
    used = (b - a for a, b in zip(before, cluster.processor_seconds, strict=True))
    return wall, client, *used


def _seconds_of_run(table: Path, *options: str) -> tuple[float, float]:
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
