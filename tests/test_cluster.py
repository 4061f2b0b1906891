"""A cluster: the same bytes as one process, and one line when it fails."""

import contextlib
import gzip
import hashlib
import os
import pickle
import random
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import Future
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from programs import SECONDS, has_a_line, python, shell, shown_progress, softmax, start

pytest.importorskip("distributed", reason="Dask is not installed: the extra cluster")

from clusters import local_cluster

from softmax_cli import cluster as clusters
from softmax_cli.errors import AnotherFile, ClusterFailed, DeviceFailed, Place, SoftmaxError
from softmax_cli.output import Output, Text
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Block
from softmax_cli.writing.delimited import Writer

ROWS = 100_000  # several of the blocks that a cluster is sent


def _numbers(seed, masked=0.0):
    rng = random.Random(seed)
    for _ in range(ROWS):
        yield ["-inf" if rng.random() < masked else repr(rng.gauss(0, 5)) for _ in range(5)]


def _lines(rows):
    return "".join(f"{line}\n" for line in rows)


TABLES = {
    "plain": (_lines(map(",".join, _numbers(1))), ()),
    "kept": (
        "id,note,a,b,c,d,e\n"
        + _lines(f'{i},"n ""{i}"", x",{",".join(row)}' for i, row in enumerate(_numbers(2))),
        ("--keep", "id,note"),
    ),
    "masked": (_lines(f"0,{','.join(row)}" for row in _numbers(3, masked=0.2)), ()),
    "jsonl": (
        _lines(f'{{"id": {i}, "x": [{",".join(row)}]}}' for i, row in enumerate(_numbers(4))),
        (),
    ),
    "groups": (
        "query,doc,score\n"
        + _lines(f"{i // 7},d{i},{row[0]}" for i, row in enumerate(_numbers(5))),
        ("--by", "query", "-c", "score"),
    ),
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with local_cluster(tmp_path_factory.mktemp("cluster"), workers=2) as running:
        yield running


@pytest.fixture
def small_cluster(tmp_path):
    with local_cluster(tmp_path, workers=1) as running:
        yield running


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    for name, (text, _) in TABLES.items():
        (folder / name).write_text(text)
    return folder


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def alone(tables, name):
    return softmax("eval", "--csv", str(tables / name), *TABLES[name][1], "--jobs", "1")


@pytest.mark.parametrize("shared", [(), ("--shared-file",)], ids=["sent", "shared"])
@pytest.mark.parametrize("name", TABLES)
def test_a_cluster_writes_the_bytes_of_one_process(cluster, tables, name, shared):
    options = (*TABLES[name][1], "--cluster", cluster.address, *shared)
    ran = softmax("eval", "--csv", str(tables / name), *options)
    one = alone(tables, name)
    assert (ran.status, ran.err) == (one.status, one.err) == (0, one.err)
    assert digest(ran.out) == digest(one.out)


@pytest.mark.parametrize("shared", [(), ("--shared-file",)], ids=["sent", "shared"])
def test_a_worker_that_is_killed_halfway_changes_nothing(cluster, tables, shared):
    name = "kept"
    options = (*TABLES[name][1], "--cluster", cluster.address, *shared)
    before = cluster.workers
    with start("eval", "--csv", str(tables / name), *options) as process:
        parts = [process.stdout.read(1 << 16)]
        os.kill(before[0], signal.SIGKILL)
        parts.append(process.stdout.read())
        err = process.stderr.read().decode()
        assert process.wait(SECONDS) == 0
    assert digest(b"".join(parts).decode()) == digest(alone(tables, name).out)
    assert err == alone(tables, name).err
    wait_until(lambda: len(cluster.workers) == 2 and before[0] not in cluster.workers)


def wait_until(is_so):
    """Wait for something that another process does."""
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("options", [("-f", "json"), ("-f", "jsonl"), ("--append",)], ids=str)
def test_separators_and_headers_are_written_once(cluster, options, tmp_path):
    files = ("--csv", "a.csv", "--csv", "b.csv")
    ran, one = (
        python(
            "import sys, pathlib\n"
            "pathlib.Path('a.csv').write_text('p,q\\n1,2\\n3,4\\n')\n"
            "pathlib.Path('b.csv').write_text('p,q\\n5,6')\n"
            "from softmax_cli.__main__ import main\nmain()",
            "eval",
            *files,
            *options,
            *how,
            cwd=tmp_path,
        )
        for how in (("--cluster", cluster.address, "--shared-file"), ("--jobs", "1"))
    )
    assert ran == one
    assert ran.status == 0


def test_an_answer_does_not_wait_for_more_input(cluster):
    with start("eval", "--cluster", cluster.address, "-p", "2") as process:
        for _ in range(2):
            process.stdin.write(b"0,0\n")
            process.stdin.flush()
            assert process.stdout.readline() == b"0.50,0.50\n"
        process.stdin.close()
        assert process.wait(SECONDS) == 0


def test_a_bad_row_ends_the_run_after_the_rows_before_it(cluster):
    ran = softmax("eval", "--cluster", cluster.address, "-p", "1", stdin="0,0\n0,x\n0,0\n")
    assert ran.out == "0.5,0.5\n"
    assert ran.err == "Error: stdin:2: column 2: 'x' is not a number\n"
    assert ran.status == 1


def test_bad_rows_that_are_skipped_are_reported_in_order(cluster):
    options = ("--cluster", cluster.address, "-p", "1", "--on-error", "skip")
    ran = softmax("eval", *options, stdin="0,0\n0,x\n0,0\ny,0\n")
    assert ran.out == "0.5,0.5\n0.5,0.5\n"
    assert [line.split(":")[2] for line in ran.err.splitlines()] == ["2", "4"]
    assert ran.status == 1


def test_a_reader_that_goes_away_ends_the_run_silently(cluster, tables):
    with start("eval", "--csv", str(tables / "plain"), "--cluster", cluster.address) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(SECONDS) == -signal.SIGPIPE
        assert process.stderr.read() == b""


def test_an_interrupt_cancels_what_is_queued(cluster):
    with start("eval", "--cluster", cluster.address, "--digits", "200") as process:
        for _ in range(8):
            process.stdin.write(b"1,2,3\n" * 200)
            process.stdin.flush()
            time.sleep(0.01)  # so that this is a block
        wait_until(lambda: cluster.tasks > 0)
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == -signal.SIGINT
        assert process.stderr.read() == b""
    wait_until(lambda: cluster.tasks == 0)


SOON = """
from softmax_cli import cluster
cluster.SECONDS_TO_CONNECT = 1.0
cluster.SECONDS_WITHOUT_WORKERS = 1.0
{}
from softmax_cli.__main__ import main
main()
"""


def started(address, code="", command="eval"):
    """The program, with less patience."""
    options = (command, "-p", "1", "--cluster", address)
    command = [sys.executable, "-c", SOON.format(code), *options]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)


def end_of(process):
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out.decode(), err.decode()


def test_an_answer_that_is_too_large_to_send_is_the_same(cluster):
    rows = "1,2,3\n" * 20
    with started(cluster.address, "cluster._LARGEST_ANSWER = 100", "jacobian") as process:
        process.stdin.write(rows.encode())
        status, out, _ = end_of(process)
    assert status == 0
    assert out == softmax("jacobian", "-p", "1", "--jobs", "1", stdin=rows).out


def test_no_worker_for_too_long_is_an_error(small_cluster):
    with started(small_cluster.address) as process:
        process.stdin.write(b"0,0\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"0.5,0.5\n"
        small_cluster.abandon()
        process.stdin.write(b"0,0\n")
        status, out, err = end_of(process)
    place = f"--cluster {small_cluster.address}"
    assert (status, out) == (1, "")
    assert err == f"Error: {place}: there has been no worker for 1 seconds\n"


def test_a_scheduler_that_goes_away_is_an_error(small_cluster):
    with started(small_cluster.address) as process:
        process.stdin.write(b"0,0\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"0.5,0.5\n"
        workers = small_cluster.workers
        small_cluster.kill()
        process.stdin.write(b"0,0\n")
        status, out, err = end_of(process)
    for worker in workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(f"Error: --cluster {small_cluster.address}: ")


def test_an_address_where_nothing_answers_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with started(address) as process:
            process.stdin.write(b"0,0\n")
            status, out, err = end_of(process)
    assert (status, out) == (1, "")
    assert err == (
        f"Error: --cluster {address}: no Dask scheduler answers there: "
        "start one with dask scheduler\n"
    )


def test_nothing_answers_for_less_than_ten_seconds():
    assert clusters.SECONDS_TO_CONNECT < 8


def test_other_versions_on_the_workers_are_an_error_before_the_first_answer(cluster):
    with started(cluster.address, "cluster.__version__ = '9.9'") as process:
        process.stdin.write(b"0,0\n")
        status, out, err = end_of(process)
    assert (status, out) == (1, "")
    assert err.startswith("Error: the worker tcp://")
    assert "has softmax 0.1.0, and here is softmax 9.9: install the same there" in err


def test_a_worker_without_this_program_is_told_how_to_install_it(tmp_path):
    without = "import sys; sys.modules['softmax_cli'] = None"
    preload = {"DASK_DISTRIBUTED__WORKER__PRELOAD": without}
    with local_cluster(tmp_path, 1, preload) as lacking, started(lacking.address) as process:
        process.stdin.write(b"0,0\n")
        status, out, err = end_of(process)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("Error: the worker tcp://")
    remedy = "pip install 'softmax-calculator[cluster]==0.1.0'"
    assert err.endswith(f": it lacks this program or a module: {remedy}\n")


def test_a_worker_that_does_not_answer_is_an_error(small_cluster):
    [worker] = small_cluster.workers
    os.kill(worker, signal.SIGSTOP)
    try:
        with started(small_cluster.address) as process:
            process.stdin.write(b"0,0\n")
            status, out, err = end_of(process)
    finally:
        os.kill(worker, signal.SIGCONT)
    assert (status, out) == (1, "")
    place = f"--cluster {small_cluster.address}"
    assert err == f"Error: {place}: a worker does not answer within 1 seconds: restart it\n"


def test_progress_is_shown_while_a_cluster_answers(cluster, tmp_path):
    with (tmp_path / "out").open("wb") as out:
        shown, rows = shown_progress(
            out,
            has_a_line,
            "--cluster",
            cluster.address,
        )
    assert b"rows/s" in shown
    assert shown.endswith(b"\r\x1b[K")
    assert (tmp_path / "out").read_bytes().count(b"\n") == rows


def test_a_worker_that_joins_later_with_other_versions_refuses_to_answer():
    context = pickle.dumps((Layout("t", b",", 2, (0, 1)), Settings("eval")))
    block, here = Block(b"0,0\n", 1), clusters.versions()
    assert clusters.answer(block, context, here)
    with pytest.raises(ClusterFailed, match="here is numpy 0"):
        clusters.answer(block, context, here._replace(numpy="0"))


def test_without_dask_the_error_says_how_to_install_it():
    with started("x:1", "import sys; sys.modules['distributed'] = None") as process:
        process.stdin.write(b"0,0\n")
        status, out, err = end_of(process)
    assert (status, out) == (1, "")
    assert err == (
        "Error: --cluster x:1: Dask is not installed: pip install 'softmax-calculator[cluster]'\n"
    )


def test_a_compressed_file_is_sent_to_the_workers_as_text(cluster, tables, tmp_path):
    packed = tmp_path / "plain.gz"
    packed.write_bytes(gzip.compress((tables / "plain").read_bytes(), 1))
    ran = softmax("eval", "--csv", str(packed), "--cluster", cluster.address, "--shared-file")
    assert digest(ran.out) == digest(alone(tables, "plain").out)


def promised(answer):
    """A future with this answer, an error, or cancelled."""
    future = Future()
    if answer is None:
        future.cancel()
        future.set_running_or_notify_cancel()
    elif isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result([Text(answer)])
    return future


def client_of(*answers, threads=1):
    """A client whose cluster gives these answers, in the order of the blocks."""
    executor = SimpleNamespace(submit=Mock(side_effect=map(promised, answers)))
    return SimpleNamespace(
        run=lambda *_, **__: {},
        nthreads=lambda **_: {"tcp://x:1": threads} if threads else {},
        get_executor=lambda **_: executor,
    )


@pytest.fixture
def answered(monkeypatch):
    """Runs the answers of a client to an end, on a standard output."""

    def run(blocks, client, stdout=1):
        monkeypatch.setattr(clusters, "_connected", lambda _: contextlib.nullcontext(client))
        with os.fdopen(os.dup(stdout), "w") as out:
            monkeypatch.setattr(sys, "stdout", out)
            layout, settings = Layout("t.csv", b",", 2, (0, 1)), Settings("eval", cluster="x:1")
            with Output(Writer()) as output:
                clusters.run(iter(blocks), layout, settings, output)

    return run


TWO = [Block(b"0,0\n", 1), Block(b"1,1\n", 7)]
PLACE = Place("/t.csv")


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (None, "--cluster x:1: the connection to the scheduler is lost"),
        (RuntimeError("no memory"), "t.csv:7: RuntimeError: no memory"),
        (
            AnotherFile(PLACE, reason="gone", text="host"),
            "/t.csv: the worker on 'host' does not see this file: gone; leave out --shared-file",
        ),
    ],
)
def test_an_answer_that_fails_ends_the_run_behind_those_before_it(
    answered, capfd, failure, message
):
    with pytest.raises(SoftmaxError) as caught:
        answered(TWO, client_of(b"first\n", failure))
    assert str(caught.value) == message
    assert capfd.readouterr().out == "first\n"


def test_an_input_that_fails_ends_the_run_behind_the_answers_before_it(answered, capfd):
    def blocks():
        yield TWO[0]
        raise DeviceFailed(PLACE, reason="the disk is gone")

    with pytest.raises(DeviceFailed, match="the disk is gone"):
        answered(blocks(), client_of(b"first\n"))
    assert capfd.readouterr().out == "first\n"


def test_answers_are_taken_from_a_cluster_whose_workers_have_just_gone(answered, capfd):
    answered(TWO, client_of(b"first\n", b"second\n", threads=0))
    assert capfd.readouterr().out == "first\nsecond\n"


def test_a_reader_that_went_away_ends_the_run_as_the_signal_would(answered, monkeypatch):
    def end_by_signal(number):
        sys.exit(128 + number)

    monkeypatch.setattr(clusters, "end_by_signal", end_by_signal)
    reader, writer = os.pipe()
    os.close(reader)
    with pytest.raises(SystemExit) as caught:
        answered(TWO, client_of(b"first\n", b"second\n"), stdout=writer)
    os.close(writer)
    assert caught.value.code == 128 + signal.SIGPIPE


def test_a_file_that_only_this_process_sees_is_an_error_of_the_worker(cluster, tables):
    line = f"exec 9< {tables / 'plain'}; softmax eval --csv /proc/self/fd/9 --shared-file"
    ran = shell(f"{line} --cluster {cluster.address}")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("Error: /proc/self/fd/9: the worker on ")
    assert ran.err.endswith("leave out --shared-file\n")


def test_what_a_thread_raises_is_raised_where_it_is_awaited():
    with pytest.raises(ZeroDivisionError):
        clusters._within(SECONDS, lambda: 1 // 0)


def test_a_scheduler_that_does_not_answer_has_no_threads():
    class Silent:
        def nthreads(self, **_):
            raise OSError

    due = object.__new__(clusters._Due)
    due._client = Silent()
    assert due._threads() == 0
