"""How far a cluster goes: MB/s by the number of workers, what the client can feed, a terabyte.

    python tests/bench/cluster.py                    1, 2 and 4 workers on this machine
    python tests/bench/cluster.py --megabytes 10     a smaller table

Whole runs of `softmax eval --csv` are timed, CSV to CSV at full precision, the text sent to the
workers (`--cluster`) or read by them (`--shared-file`). The model: N cores answer N times what one
does, until the client has no more to give; that is the rate at which it hands out blocks and
writes answers that cost the workers nothing, here measured by its processor time.
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
        table = _table(Path(folder), asked.megabytes)
        print(*_report(table, asked.workers), sep="\n", flush=True)


def _table(folder: Path, megabytes: float) -> Path:
    rows = np.random.default_rng(20).normal(0, 5, (1000, _COLUMNS)).tolist()
    text = "".join(",".join(map(repr, row)) + "\n" for row in rows)
    path = folder / "logits.csv"
    path.write_text(text * max(1, round(megabytes * _MEGABYTE / len(text))))
    return path


def _report(table: Path, workers: list[int]) -> Iterator[str]:
    size = table.stat().st_size / _MEGABYTE
    alone, _ = _timed(table, "--jobs", "1")
    core = size / alone
    yield f"{size:.0f} MB, {os.cpu_count()} cores; one process: {core:.0f} MB/s."
    yield ""
    yield "| workers | how | MB/s | the model's MB/s | the client could feed, MB/s |"
    yield "|--:|---|--:|--:|--:|"
    for count in workers:
        with tempfile.TemporaryDirectory() as folder, local_cluster(Path(folder), count) as cluster:
            for how in ((), ("--shared-file",)):
                _timed(table, "--cluster", cluster.address, *how)  # the workers import NumPy
                seconds, client = _timed(table, "--cluster", cluster.address, *how)
                feed = size / client
                model = min(core * min(count, os.cpu_count() or 1), feed)
                name = "read by the workers" if how else "sent"
                yield f"| {count} | {name} | {size / seconds:.0f} | {model:.0f} | {feed:.0f} |"
    yield ""
    hours = _TERABYTE / _MEGABYTE / core / 3600
    feeding = _TERABYTE / _MEGABYTE / feed / 3600
    yield f"A terabyte costs {hours:.1f} core hours, and the client works {feeding:.1f} hours."
    yield f"More than {feed / core:.0f} cores wait for the client."


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
