"""Blocks on several cores: processes that answer ahead and write in turn.

Each worker is a copy of this process. It is handed blocks through a pipe, answers them,
and writes the answers itself when its turn comes: the turn goes round a ring of pipes in
the order of the blocks, so no text travels back and no order has to be restored. The turn
carries what the next writer must know: whether the output has begun.
"""

import gc
import os
import select
import signal
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, NoReturn

from softmax_cli import streams
from softmax_cli.errors import AlreadySaid, DeviceFailed, SoftmaxError
from softmax_cli.output import Item, Output
from softmax_cli.values import Block

# Less text than this is answered before another process would have started.
_REPAYS_WORKERS = 3 << 18
# A worker that waits for its turn holds about so much text at most.
_AHEAD = 16 << 20
# One that a worker answers, and one that waits for it.
_BLOCKS_FOR_A_WORKER = 2

_HEADER = struct.Struct("<QQ")
# A report is a byte: these, and the status of a mistake above them.
_STARTED, _SKIPPED, _STATUS = 1, 2, 2

_SECONDS_BETWEEN_LOOKS = 0.2

Respond = Callable[[Block], Iterator[Item]]


def cores(jobs: int | None) -> int:
    """How many processes to use: as many as asked, or as there are cores for us."""
    if jobs is not None:
        return jobs
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(blocks: Iterator[Block], jobs: int, respond: Respond, output: Output) -> None:
    """Answer blocks in order: in this process, and in `jobs` others once that repays.

    Raises:
        SoftmaxError: a mistake that ends the run; what came before it has been written.
    """
    answered = 0
    for block in blocks:
        if jobs > 1 and answered + len(block.text) > _REPAYS_WORKERS and hasattr(os, "fork"):
            _Ring(jobs, respond, output).answer(chain([block], blocks))
            return
        for item in respond(block):
            output.take(item)
        answered += len(block.text)


class _Ring:
    """The workers of one run, as the process that hands them blocks sees them."""

    def __init__(self, jobs: int, respond: Respond, output: Output) -> None:
        self._output = output
        self._due = 0
        self._feeds: list[int] = []
        self._workers: list[int] = []
        turns = [os.pipe() for _ in range(jobs)]
        gc.freeze()  # what a collection touches, a forked process has to copy
        self._reports, report = os.pipe()
        for number in range(jobs):
            self._start(_Worker(respond, output, report, number, turns))
        os.close(report)
        os.write(turns[0][1], bytes([_STARTED * output.started]))
        for _, end in turns:
            os.close(end)
        # The other ends stay open: passing the turn to one who has finished is no error.
        self._turns = [turn for turn, _ in turns]

    def _start(self, worker: "_Worker") -> None:
        blocks, feed = os.pipe()
        process = os.fork()
        if process == 0:
            for other in (feed, self._reports, *self._feeds):
                os.close(other)
            worker.work(blocks)
        os.close(blocks)
        os.set_blocking(feed, False)
        self._feeds.append(feed)
        self._workers.append(process)

    def answer(self, blocks: Iterable[Block]) -> None:
        """Hand out the blocks, wait for the answers, and see the workers off."""
        former: dict[int, Any] = {
            each: signal.signal(each, self._interrupted)
            for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        former[signal.SIGPIPE] = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        try:
            mistake = self._hand_out(blocks)
            while self._due:
                self._await_report()
            if mistake:
                raise mistake
        finally:
            self._end()
            for each, handler in former.items():
                signal.signal(each, handler)

    def _hand_out(self, blocks: Iterable[Block]) -> SoftmaxError | None:
        """Hand each block to the next worker; a mistake in the input waits for the answers."""
        jobs = len(self._workers)
        numbered = enumerate(blocks)
        while True:
            try:
                number, block = next(numbered)
            except StopIteration:
                return None
            except SoftmaxError as mistake:
                return mistake
            while self._due >= _BLOCKS_FOR_A_WORKER * jobs:
                self._await_report()
            self._send(block, self._feeds[number % jobs])
            self._due += 1

    def _send(self, block: Block, feed: int) -> None:
        for part in (_HEADER.pack(len(block.text), block.line), block.text):
            rest = memoryview(part)
            while rest:
                readable, writable, _ = select.select(
                    [self._reports], [feed], [], _SECONDS_BETWEEN_LOOKS
                )
                if readable:
                    self._await_report()
                elif not writable:
                    self._look_after_workers()
                else:
                    try:
                        rest = rest[os.write(feed, rest) :]
                    except BrokenPipeError:
                        self._look_after_workers()

    def _await_report(self) -> None:
        """Take the next report of an answered block.

        Raises:
            AlreadySaid: a worker has met a mistake that ends the run, and said it.
        """
        while not select.select([self._reports], [], [], _SECONDS_BETWEEN_LOOKS)[0]:
            self._look_after_workers()
        report = os.read(self._reports, 1)
        if not report:  # every worker has ended, or is about to
            self._look_after_workers(waiting=True)
            raise DeviceFailed(reason="the worker processes ended too early; try --jobs 1")
        self._due -= 1
        self._output.started = bool(report[0] & _STARTED)
        self._output.skipped |= bool(report[0] & _SKIPPED)
        if status := report[0] >> _STATUS:
            raise AlreadySaid(status)

    def _look_after_workers(self, waiting: bool = False) -> None:
        """Go the way of a worker that was ended from outside.

        Those that wait for its turn end of themselves, and may be seen first.
        """
        codes = [os.waitstatus_to_exitcode(status) for status in self._ended(waiting)]
        if -signal.SIGPIPE in codes:
            self._interrupted(signal.SIGPIPE)
        failed = [code for code in codes if code]
        if failed or (codes and not self._workers):
            code = failed[0] if failed else 0
            how = f"by signal {-code}" if code < 0 else f"with status {code}"
            raise DeviceFailed(reason=f"a worker process ended {how}; --jobs 1 needs no others")

    def _ended(self, waiting: bool) -> Iterator[int]:
        """The wait statuses of the workers that have ended since the last look."""
        while self._workers:
            worker, status = os.waitpid(-1, 0 if waiting else os.WNOHANG)
            if not worker:
                return
            self._workers.remove(worker)
            yield status

    def _interrupted(self, number: int, _: Any = None) -> NoReturn:
        """End as a signal ends a process, the workers first."""
        self._end()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        sys.exit(128 + number)

    def _end(self) -> None:
        for worker in self._workers:
            os.kill(worker, signal.SIGKILL)
        for worker in self._workers:
            os.waitpid(worker, 0)
        self._workers.clear()
        for end in (*self._feeds, self._reports, *self._turns):
            os.close(end)
        self._feeds.clear()


class _Worker:
    """One worker, as it sees itself."""

    def __init__(
        self,
        respond: Respond,
        output: Output,
        report: int,
        number: int,
        turns: list[tuple[int, int]],
    ) -> None:
        self._respond = respond
        self._output = output
        self._report = report
        self._turn = turns[number][0]
        self._next_turn = turns[(number + 1) % len(turns)][1]
        self._others = {end for turn in turns for end in turn} - {self._turn, self._next_turn}

    def work(self, blocks: int) -> NoReturn:
        """Answer blocks until there are no more, then end this process."""
        status = 70
        try:
            for other in self._others:
                os.close(other)
            while header := _read_exactly(blocks, _HEADER.size):
                size, line = _HEADER.unpack(header)
                self._answer(Block(_read_exactly(blocks, size), line))
            status = 0
        finally:
            os._exit(status)  # none of what the parent would do at its end

    def _answer(self, block: Block) -> None:
        items = self._respond(block)
        ahead, mistake = _answered_ahead(items)
        turn = os.read(self._turn, 1)
        if not turn:  # the one before us is gone, and with it the run
            os._exit(0)
        self._output.started = bool(turn[0])
        try:
            for item in chain(ahead, items):
                self._output.take(item)
            if mistake:
                raise mistake
        except SoftmaxError as error:
            streams.say_error(error)
            self._tell(error.status)
            os._exit(0)
        self._tell(0)
        os.write(self._next_turn, bytes([_STARTED * self._output.started]))

    def _tell(self, status: int) -> None:
        flags = _STARTED * self._output.started | _SKIPPED * self._output.skipped
        os.write(self._report, bytes([flags | status << _STATUS]))


def _answered_ahead(items: Iterator[Item]) -> tuple[list[Item], SoftmaxError | None]:
    """What can be answered before it is our turn, and the mistake that ended it."""
    ahead, size = list[Item](), 0
    try:
        for item in items:
            ahead.append(item)
            size += len(item) if isinstance(item, bytes) else 0
            if size > _AHEAD:
                break
    except SoftmaxError as mistake:
        return ahead, mistake
    return ahead, None


def _read_exactly(descriptor: int, size: int) -> bytes:
    """So many bytes, or none at the end."""
    parts = []
    while size:
        part = os.read(descriptor, size)
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
