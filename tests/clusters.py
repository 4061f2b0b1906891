"""A Dask cluster on this machine, in a process of its own that is asked line by line."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from programs import environment

_SERVER = """
import json, sys, time
import psutil
from distributed import LocalCluster

def answer(asked):
    if asked == "address":
        return cluster.scheduler_address
    if asked == "tasks":
        return len(cluster.scheduler.tasks)
    if asked == "abandon":
        cluster.scale(0)
        while cluster.scheduler.workers:
            time.sleep(0.05)
    workers = [nanny.pid for nanny in cluster.workers.values() if nanny.pid]
    if asked == "seconds":
        return time.process_time(), sum(sum(psutil.Process(it).cpu_times()[:2]) for it in workers)
    return workers

if __name__ == "__main__":
    with LocalCluster(
        n_workers=int(sys.argv[1]), threads_per_worker=1, dashboard_address=None
    ) as cluster:
        for line in sys.stdin:
            print(json.dumps(answer(line.strip())), flush=True)
"""


class Cluster:
    """A scheduler and its worker processes, which it restarts when they end."""

    def __init__(self, server: "subprocess.Popen[str]") -> None:
        self._server = server
        self.address = str(self._ask("address"))

    def _ask(self, what: str) -> Any:
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(f"{what}\n")
        self._server.stdin.flush()
        return json.loads(self._server.stdout.readline())

    @property
    def tasks(self) -> int:
        """How many tasks the scheduler knows."""
        return int(self._ask("tasks"))

    @property
    def workers(self) -> list[int]:
        """The process ids of the workers."""
        return list(self._ask("workers"))

    @property
    def processor_seconds(self) -> tuple[float, float]:
        """How long the processors have worked for the scheduler, and for the workers."""
        scheduler, workers = self._ask("seconds")
        return scheduler, workers

    def abandon(self) -> None:
        """End all workers and start no other."""
        self._ask("abandon")

    def kill(self) -> None:
        """Kill the scheduler."""
        self._server.kill()
        self._server.wait()


@contextmanager
def local_cluster(
    folder: Path, workers: int, changes: Mapping[str, str] | None = None
) -> Iterator[Cluster]:
    """Run a cluster of so many worker processes of one thread each, in a changed environment."""
    script = folder / "server.py"
    script.write_text(_SERVER)
    with subprocess.Popen(
        [sys.executable, str(script), str(workers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=folder,
        env=environment(changes),
    ) as server:
        try:
            yield Cluster(server)
        finally:
            if server.poll() is None:
                assert server.stdin
                server.stdin.close()
                server.wait(60)
