"""Blocks through one process or several; the output is the same whichever answers them.

Each worker is a copy of this process. It reads blocks from a pipe, answers them, and writes
the answers itself when its turn comes: the turn goes round a ring of pipes in the order of the
blocks, so no text travels back and no order has to be restored. The turn carries what the next
writer must know: whether the output has begun.
"""

import gc
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any, NoReturn

from softmax_cli import wire
from softmax_cli.delivery import END_WORKER, SECONDS_TO_FINISH, end_by_signal
from softmax_cli.errors import AlreadyReported, DeviceFailed, SoftmaxError
from softmax_cli.output import Item, Output, Text, write_error
from softmax_cli.values import Block

# Less text than this is answered before another process would have started.
_WORTH_WORKERS = 3 << 18
# The same where each row takes many times as long.
_WORTH_WORKERS_IF_SLOW = 1 << 14
# A worker that waits for its turn holds about so much text at most.
_AHEAD = 16 << 20
# One that a worker answers, and one that waits for it.
_BLOCKS_FOR_A_WORKER = 2
# Two for its turn, one for its blocks.
_DESCRIPTORS_FOR_A_WORKER = 3
_DESCRIPTORS_TO_SPARE = 32
_PIPE_BYTES = 1 << 19

# A report is a byte: these flags, and the status of an error above them.
_STARTED, _SKIPPED, _FAILED, _STATUS = 1, 2, 4, 3

_MILLISECONDS_BETWEEN_LOOKS = 200

Respond = Callable[[Block], Iterator[Item]]


def cores(jobs: int | None) -> int:
    """Return how many processes to use: as many as asked, or as there are cores for us."""
    if jobs is None:
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1
    return min(jobs, _most_workers())


def _most_workers() -> int:
    """Return how many workers the limit on open descriptors allows."""
    try:
        import resource
    except ImportError:  # Windows, which cannot fork workers either
        return 1
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return sys.maxsize
    in_use = len(os.listdir("/dev/fd")) if os.path.isdir("/dev/fd") else 0
    return max(1, (limit - in_use - _DESCRIPTORS_TO_SPARE) // _DESCRIPTORS_FOR_A_WORKER)


def run(
    blocks: Iterator[Block],
    jobs: int,
    respond: Respond,
    output: Output,
    *,
    is_slow: bool = False,
) -> None:
    """Answer blocks in order: in this process, and in `jobs` others once that is worthwhile.

    Args:
        blocks: the input.
        jobs: how many processes may answer.
        respond: what comes out of a block.
        output: where that goes.
        is_slow: whether a row takes far longer than reading it does.

    Raises:
        SoftmaxError: an error that ends the run; what came before it has been written.
    """
    answered = 0
    worth = _WORTH_WORKERS_IF_SLOW if is_slow else _WORTH_WORKERS
    for block in blocks:
        if jobs > 1 and answered + block.size > worth and hasattr(os, "fork"):
            _Ring(jobs, respond, output).answer(chain([block], blocks))
            return
        for item in respond(block):
            output.take(item)
        answered += block.size


class _Ring:
    """The workers of one run, as the process that hands them blocks sees them."""

    def __init__(self, jobs: int, respond: Respond, output: Output) -> None:
        self._output = output
        self._due = 0
        self._is_checking = False
        self._is_ending = False
        self._feeds: list[int] = []
        self._workers: list[int] = []
        turns = [os.pipe() for _ in range(jobs)]
        gc.freeze()  # what a collection touches, a forked process has to copy
        self._reports, report = os.pipe()
        os.set_blocking(self._reports, False)
        for number in range(jobs):
            self._start(_Worker(respond, output, report, number, turns))
        os.close(report)
        os.write(turns[0][1], bytes([_STARTED * output.started]))
        for _, end in turns:
            os.close(end)
        # The other ends stay open: passing the turn to one who has finished is not an error.
        self._open = [self._reports, *(turn for turn, _ in turns)]

    def _start(self, worker: "_Worker") -> None:
        blocks, feed = os.pipe()
        others = (feed, self._reports, *self._feeds)
        process = os.fork() or worker.work(blocks, others)
        os.close(blocks)
        os.set_blocking(feed, False)
        _enlarge(feed)
        self._feeds.append(feed)
        self._workers.append(process)

    def answer(self, blocks: Iterable[Block]) -> None:
        """Hand out the blocks and wait for the answers, then end the workers."""
        former = self._set_handlers()
        try:
            error = self._hand_out(blocks)
            while self._due:
                self._await_report()
            if error:
                raise error
        finally:
            self._end()
            for number, handler in former.items():
                signal.signal(number, handler)

    def _set_handlers(self) -> dict[int, Any]:
        """Handle the signals that end a run; return the handlers there were."""
        handlers: dict[int, Any] = {
            signal.SIGINT: self._interrupted,
            signal.SIGTERM: self._interrupted,
            signal.SIGHUP: self._interrupted,
            signal.SIGPIPE: signal.SIG_IGN,
            # a worker may be killed while this process waits for input
            signal.SIGCHLD: lambda *_: self._check_workers(),
        }
        # a signal that was ignored when the program started stays ignored
        return {
            number: signal.signal(number, handler)
            for number, handler in handlers.items()
            if signal.getsignal(number) != signal.SIG_IGN or number == signal.SIGCHLD
        }

    def _hand_out(self, blocks: Iterable[Block]) -> SoftmaxError | None:
        """Hand each block to the next worker; return an error in the input, for later."""
        jobs = len(self._workers)
        numbered = enumerate(blocks)
        while True:
            try:
                number, block = next(numbered)
            except StopIteration:
                return None
            except (WorkerEnded, AlreadyReported):
                raise
            except SoftmaxError as error:
                return error
            while self._due >= _BLOCKS_FOR_A_WORKER * jobs:
                self._await_report()
            self._send(block, self._feeds[number % jobs])
            self._due += 1

    def _send(self, block: Block, feed: int) -> None:
        ready = select.poll()
        ready.register(self._reports, select.POLLIN)
        ready.register(feed, select.POLLOUT)
        for part in wire.sent(block):
            rest = memoryview(part)
            while rest:
                events = dict(ready.poll(_MILLISECONDS_BETWEEN_LOOKS))
                if self._reports in events:
                    self._await_report()
                elif feed not in events:
                    self._check_workers()
                else:
                    try:
                        rest = rest[os.write(feed, rest) :]
                    except BrokenPipeError:
                        self._check_workers()

    def _await_report(self) -> None:
        """Wait until another block has been answered.

        Raises:
            AlreadyReported: a worker has met an error that ends the run, and reported it.
            WorkerEnded: no worker is left to report, though answers are due.
        """
        ready = select.poll()
        ready.register(self._reports, select.POLLIN)
        due = self._due
        while self._due == due:
            if not ready.poll(_MILLISECONDS_BETWEEN_LOOKS):
                self._check_workers()
            elif not self._take_reports():  # every worker has ended, or is about to
                self._check_workers(waiting=True)
                raise WorkerEnded(reason="the worker processes ended too early; try --jobs 1")

    def _take_reports(self) -> bool:
        """Take the reports that are there; return whether there may be more.

        Raises:
            AlreadyReported: as `_await_report` does.
        """
        try:
            reports = os.read(self._reports, 1 << 10)
        except BlockingIOError:  # the handler of a signal has taken them
            return True
        for report in reports:
            self._due -= 1
            self._output.started = bool(report & _STARTED)
            self._output.skipped |= bool(report & _SKIPPED)
            self._output.failed |= bool(report & _FAILED)
            if status := report >> _STATUS:
                raise AlreadyReported(status)
        return bool(reports)

    def _check_workers(self, waiting: bool = False) -> None:
        """End the run if a worker was ended from outside, as that worker was ended.

        Those that wait for its turn end by themselves, and may be seen first. One that has met
        an error ends too, once it has reported it.
        """
        # the handler of SIGCHLD comes here too; another thread may take the signal, so that
        # blocking it in this one does not keep the handler out
        if self._is_checking or self._is_ending:
            return
        former = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        self._is_checking = True
        try:
            codes = [os.waitstatus_to_exitcode(status) for status in self._ended(waiting)]
        finally:
            self._is_checking = False
            signal.pthread_sigmask(signal.SIG_SETMASK, former)
        if -signal.SIGPIPE in codes:
            self._interrupted(signal.SIGPIPE)
        failed = [code for code in codes if code]
        if codes and not failed:
            self._take_reports()
        if failed:
            how = f"by signal {-failed[0]}" if failed[0] < 0 else f"with status {failed[0]}"
            raise WorkerEnded(reason=f"a worker process ended {how}; --jobs 1 needs no others")

    def _ended(self, waiting: bool) -> Iterator[int]:
        """Yield the wait statuses of the workers that have ended since the last look."""
        for worker in self._workers.copy():
            ended, status = os.waitpid(worker, 0 if waiting else os.WNOHANG)
            if ended:
                self._workers.remove(worker)
                yield status

    def _interrupted(self, number: int, _: Any = None) -> NoReturn:
        """End as a signal ends a process, the workers first."""
        self._output.failed = True  # what is cut short is not closed
        self._end()
        end_by_signal(number)

    def _end(self) -> None:
        """End the workers; one that writes may finish its row first.

        A signal may interrupt this and begin it again.
        """
        self._is_ending = True
        while self._feeds:  # a worker without blocks ends by itself
            os.close(self._feeds.pop())
        for worker in self._workers:
            os.kill(worker, END_WORKER)
        if self._workers:
            self._await_ends(2 * SECONDS_TO_FINISH)
        for worker in self._workers:
            os.kill(worker, signal.SIGKILL)
        for worker in self._workers:
            os.waitpid(worker, 0)
        self._workers.clear()
        while self._open:
            os.close(self._open.pop())

    def _await_ends(self, seconds: float) -> None:
        """Wait until every worker has closed its end of the reports, but not longer."""
        deadline = time.monotonic() + seconds
        ready = select.poll()
        ready.register(self._reports, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            if ready.poll(1000 * left) and not os.read(self._reports, 1 << 10):
                return


def _enlarge(pipe: int) -> None:
    """Let a pipe hold a whole block, where that can be: in pieces it takes a tenth more time."""
    import fcntl

    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):  # the user's pipes may not hold more in all
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


class WorkerEnded(DeviceFailed):
    """A worker process that ended before its work was done."""


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

    def work(self, blocks: int, others: Iterable[int]) -> NoReturn:
        """Answer blocks until there are no more, then end this process.

        Args:
            blocks: the pipe that the blocks come from.
            others: what else is open and belongs to the parent.
        """
        status = 70
        try:
            for other in chain(others, self._others):
                os.close(other)
            while block := wire.received(blocks):
                self._answer(block)
            status = 0
        finally:
            os._exit(status)  # nothing of what the parent would do at its end

    def _answer(self, block: Block) -> None:
        items = self._respond(block)
        ahead = _answered_ahead(items)
        turn = os.read(self._turn, 1)
        if not turn:  # the worker before this one is gone, and with it the run
            os._exit(0)
        self._output.started = bool(turn[0])
        try:
            for item in chain(ahead, items):
                self._output.take(item)
        except SoftmaxError as error:
            write_error(error)
            self._tell(error.status)
            os._exit(0)
        self._tell(0)
        os.write(self._next_turn, bytes([_STARTED * self._output.started]))

    def _tell(self, status: int) -> None:
        output = self._output
        flags = _STARTED * output.started | _SKIPPED * output.skipped | _FAILED * output.failed
        os.write(self._report, bytes([flags | status << _STATUS]))


def _answered_ahead(items: Iterator[Item]) -> list[Item]:
    """Return what can be answered before this worker's turn."""
    ahead, size = list[Item](), 0
    for item in items:
        ahead.append(item)
        size += len(item.data) if isinstance(item, Text) else 0
        if size > _AHEAD:
            break
    return ahead
