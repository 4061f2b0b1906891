"""Blocks through the workers of a Dask cluster; the output is that of one process.

A thread reads the blocks and submits them, a bounded number ahead. The main thread takes the
answers in the order of the blocks and writes them, so no answer waits for more input.
"""

import logging
import pickle
import platform
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, wait
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from softmax_cli import __version__, shared_file
from softmax_cli.answers import answer_block, block_items
from softmax_cli.delivery import end_by_signal
from softmax_cli.errors import ClusterFailed, Place, SoftmaxError
from softmax_cli.output import Item, Output
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.shared_file import Part
from softmax_cli.values import Block

if TYPE_CHECKING:
    from distributed import Client

_Result = TypeVar("_Result")

# The run ends if nothing answers at the address for so long, or a worker there does not.
SECONDS_TO_CONNECT = 5.0
# The run ends if there has been no worker for so long; one that is restarted is waited for.
SECONDS_WITHOUT_WORKERS = 30.0
_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_TO_CLOSE = 2.0

# One that a thread answers, one that waits for it, and one whose answer is on its way.
_BLOCKS_FOR_A_THREAD = 3
_FEWEST_BLOCKS = 8
# The answers that are due hold about so much text at most.
_TEXT_IN_FLIGHT = 512 << 20
# A larger answer does not travel in one piece: it is computed here, a part at a time.
_LARGEST_ANSWER = 256 << 20
# A number of a few digits becomes a probability of seventeen.
_GROWTH = 3

INSTALL = "pip install 'softmax-calculator[cluster]'"


class Versions(NamedTuple):
    """What has to be the same everywhere for the same bytes."""

    python: str
    softmax: str
    numpy: str
    orjson: str


@lru_cache
def versions() -> Versions:
    """Return the versions that this process has."""
    import numpy as np
    import orjson

    python = ".".join(platform.python_version_tuple()[:2])
    return Versions(python, __version__, np.__version__, orjson.__version__)


def answer(task: Block | Part, context: bytes, expected: tuple[str, ...]) -> list[Item]:
    """Answer a block, on a worker.

    Args:
        task: the block, or where it stands in a file.
        context: the layout and the settings, pickled once for all blocks.
        expected: the versions of the client.

    Raises:
        ClusterFailed: this worker has other versions.
        AnotherFile: this worker does not see the file.
    """
    _check(versions(), Versions(*expected), f"the worker on {platform.node()}")
    layout, settings = _unpickled(context)
    return answer_block(_block(task), layout, settings)


@lru_cache(maxsize=8)
def _unpickled(context: bytes) -> tuple[Layout, Settings]:
    unpickled: tuple[Layout, Settings] = pickle.loads(context)
    return unpickled


def _block(task: Block | Part) -> Block:
    return shared_file.read(task) if isinstance(task, Part) else task


def _check(found: Versions, expected: Versions, where: str) -> None:
    for name, theirs, ours in zip(Versions._fields, found, expected, strict=True):
        if theirs != ours:
            reason = f"it has {name} {theirs}, and here is {name} {ours}: install the same there"
            raise ClusterFailed(Place(where), reason=reason)


def run(blocks: Iterator[Block], layout: Layout, settings: Settings, output: Output) -> None:
    """Answer blocks in order by the workers of the cluster at `settings.cluster`.

    Raises:
        SoftmaxError: an error that ends the run; what came before it has been written.
    """
    with _quiet(), _connected(settings.cluster or "") as client:
        _check_workers(client, Place(f"--cluster {settings.cluster}"))
        due = _Due(client, layout, settings)
        due.submit_all(blocks)
        for items in due.answers():
            for item in items:
                _write(item, output)


def _write(item: Item, output: Output) -> None:
    try:
        output.take(item)
    except BrokenPipeError:  # end as if the signal had not been ignored
        end_by_signal(signal.SIGPIPE)


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave it to this program to report what happens, and live on when a socket is closed."""
    former = signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
        signal.signal(signal.SIGPIPE, former)


@contextmanager
def _connected(address: str) -> Iterator["Client"]:
    """Connect to a scheduler; at the end it forgets what was submitted.

    Raises:
        ClusterFailed: Dask is not installed, or no scheduler answers.
    """
    client = _connect(address)
    try:
        yield client
    finally:
        with suppress(Exception):
            client.close(timeout=_SECONDS_TO_CLOSE)


def _connect(address: str) -> "Client":
    place = Place(f"--cluster {address}")
    try:
        from distributed import Client
    except ImportError:
        raise ClusterFailed(place, reason=f"Dask is not installed: {INSTALL}") from None

    class Unclosed(Client):  # type: ignore[misc]
        def __del__(self) -> None:
            """Leave a client that never connected alone: closing it takes 16 seconds."""

    # some addresses make Client wait for longer than its timeout
    connect = partial(Unclosed, address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    with suppress(Exception):
        return _within(SECONDS_TO_CONNECT + 1, connect)
    reason = "no Dask scheduler answers there: start one with dask scheduler"
    raise ClusterFailed(place, reason=reason)


def _within(seconds: float, function: Callable[[], _Result]) -> _Result:
    """Return what the function returns, which runs in a thread.

    Raises:
        queue.Empty: it takes longer.
        Exception: what the function raises.
    """
    outcome: SimpleQueue[tuple[_Result | None, Exception | None]] = SimpleQueue()

    def run() -> None:
        try:
            outcome.put((function(), None))
        except Exception as error:
            outcome.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    result, error = outcome.get(timeout=seconds)
    if error:
        raise error
    return cast(_Result, result)


def _check_workers(client: "Client", place: Place) -> None:
    """Compare the versions of the workers there are before the first answer is written.

    Raises:
        ClusterFailed: a worker does not answer, has other versions, or lacks this program.
    """
    try:
        answers = _within(SECONDS_TO_CONNECT, partial(client.run, versions, on_error="return"))
    except Empty:
        reason = f"a worker does not answer within {SECONDS_TO_CONNECT:.0f} seconds: restart it"
        raise ClusterFailed(place, reason=reason) from None
    for address, found in answers.items():
        if isinstance(found, Exception):
            raise _failed(found, f"the worker {address}")
        _check(found, versions(), f"the worker {address}")


def _failed(error: BaseException, where: str) -> ClusterFailed:
    text = f"{type(error).__name__}: {error}"
    # Dask makes an error of unpickling the text of an Exception.
    if "ModuleNotFoundError" in text:
        remedy = f"pip install 'softmax-calculator[cluster]=={__version__}'"
        return ClusterFailed(Place(where), reason=f"it lacks this program or a module: {remedy}")
    return ClusterFailed(Place(where), reason=text)


class _Answer(NamedTuple):
    """The answer to a block that is due: what a worker will give, or nothing if it is for here."""

    block: Block
    size: int
    future: "Future[list[Item]] | None"


class _Limit:
    """Bounds the answers that are due, by their number and their text."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._count = 0
        self._size = 0
        self._changed = threading.Condition()

    def acquire(self, size: int) -> None:
        """Wait until one more answer fits; one alone always does."""
        with self._changed:
            self._changed.wait_for(lambda: not self._count or self._fits(size))
            self._count += 1
            self._size += size

    def _fits(self, size: int) -> bool:
        return self._count < self.most and self._size + size <= _TEXT_IN_FLIGHT

    def release(self, size: int) -> None:
        """Count an answer as written."""
        with self._changed:
            self._count -= 1
            self._size -= size
            self._changed.notify()


class _Due:
    """The answers that are due, in the order of the blocks."""

    def __init__(self, client: "Client", layout: Layout, settings: Settings) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)
        self._layout = layout
        self._settings = settings
        self._context = pickle.dumps((layout, settings))
        self._queue: SimpleQueue[_Answer | Exception | None] = SimpleQueue()
        self._limit = _Limit(_FEWEST_BLOCKS)
        self._seen = time.monotonic()
        self._looked = 0.0

    def submit_all(self, blocks: Iterator[Block]) -> None:
        """Start a thread that reads the blocks and submits them."""
        threading.Thread(target=self._submit_all, args=[blocks], daemon=True).start()

    def _submit_all(self, blocks: Iterator[Block]) -> None:
        try:
            for block, task in self._tasks(blocks):
                size = self._expected_size(block)
                self._limit.acquire(size)
                future = None if size > _LARGEST_ANSWER else self._submit(task)
                kept = block if future is None else block._replace(text=b"", more=())
                self._queue.put(_Answer(kept, size, future))
        except Exception as error:
            self._queue.put(error)
        else:
            self._queue.put(None)

    def _tasks(self, blocks: Iterator[Block]) -> Iterator[tuple[Block, Block | Part]]:
        if not self._settings.shared_file:
            return ((block, block) for block in blocks)
        located = shared_file.located(blocks, self._settings.csv)
        return ((block, part or block) for block, part in located)

    def _submit(self, task: Block | Part) -> "Future[list[Item]]":
        future: Future[list[Item]]
        future = self._executor.submit(answer, task, self._context, tuple(versions()))
        return future

    def _expected_size(self, block: Block) -> int:
        """Return about how long the answer will be."""
        settings = self._settings
        if settings.command != "jacobian" or settings.diagonal or settings.output is not None:
            return _GROWTH * block.size
        longest = max(map(len, block.text.split(b"\n")))
        return _GROWTH * len(block.text) * (len(self._layout.logits) or longest // 2)

    def answers(self) -> Iterator[Iterator[Item]]:
        """Yield what comes out of each block.

        Raises:
            SoftmaxError: the blocks could not be read, or the cluster failed.
        """
        while due := self._queue.get():
            if isinstance(due, Exception):
                raise due
            if due.future is None:
                yield block_items(due.block, self._layout, self._settings)
            else:
                yield iter(self._result(due.future, due.block.line))
            self._limit.release(due.size)

    def _result(self, future: "Future[list[Item]]", line: int) -> list[Item]:
        self._look()
        while not wait([future], timeout=_SECONDS_BETWEEN_LOOKS).done:
            self._look()
        self._seen = time.monotonic()
        try:
            return future.result()
        except SoftmaxError:
            raise
        except CancelledError:
            reason = "the connection to the scheduler is lost"
            raise ClusterFailed(self._place, reason=reason) from None
        except Exception as error:
            raise _failed(error, str(self._layout.place(line))) from None

    @property
    def _place(self) -> Place:
        return Place(f"--cluster {self._settings.cluster}")

    def _look(self) -> None:
        """Look, now and then, how many threads there are.

        Raises:
            ClusterFailed: there has been none for too long.
        """
        now = time.monotonic()
        if now < self._looked + _SECONDS_BETWEEN_LOOKS:
            return
        self._looked = now
        threads = self._threads()
        if threads:
            self._seen = now
            self._limit.most = max(_FEWEST_BLOCKS, _BLOCKS_FOR_A_THREAD * threads)
        elif now > self._seen + SECONDS_WITHOUT_WORKERS:
            reason = f"there has been no worker for {SECONDS_WITHOUT_WORKERS:.0f} seconds"
            raise ClusterFailed(self._place, reason=reason)

    def _threads(self) -> int:
        """Return how many threads the workers have, 0 if the scheduler does not answer."""
        try:
            workers: dict[str, Any]
            workers = self._client.nthreads(callback_timeout=_SECONDS_BETWEEN_LOOKS)
        except Exception:
            return 0
        return sum(workers.values())
