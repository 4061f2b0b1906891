import fcntl
import os
import signal
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import Ran, python

from softmax_cli.delivery import await_room, deliver, end_of_row, write_all

cells = st.text('a"\n,', max_size=5).map(lambda cell: '"' + cell.replace('"', '""') + '"')
tables = st.lists(st.lists(st.just("1") | cells, min_size=1, max_size=3), max_size=5).map(
    lambda rows: [(",".join(row) + "\n").encode() for row in rows]
)
DATA = b'1,2,"a\n""b"""\n' * 40_000


def read_all(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def pipe() -> tuple[int, int]:
    return os.pipe()


def stream() -> tuple[int, int]:
    ours, theirs = socket.socketpair()
    return ours.detach(), theirs.detach()


@given(tables, st.data())
def test_a_row_that_has_been_begun_ends_where_its_text_does(
    rows: list[bytes], data: st.DataObject
) -> None:
    text = b"".join(rows)
    ends = [len(b"".join(rows[:count])) for count in range(len(rows) + 1)]
    written = data.draw(st.integers(0, len(text)))
    assert end_of_row(text, written) == min(end for end in ends if end >= written)


@pytest.mark.parametrize("send", [deliver, write_all])
@pytest.mark.parametrize("connect", [pipe, stream])
@pytest.mark.parametrize("blocks", [True, False])
def test_every_byte_arrives_and_the_descriptor_stays_as_it_was(
    send: Callable[[int, bytes], None], connect: Callable[[], tuple[int, int]], blocks: bool
) -> None:
    reader, writer = connect()
    os.set_blocking(writer, blocks)
    before = fcntl.fcntl(writer, fcntl.F_GETFL)
    with ThreadPoolExecutor(1) as pool:
        received = pool.submit(read_all, reader)
        try:
            send(writer, DATA)
            after = fcntl.fcntl(writer, fcntl.F_GETFL)
        finally:
            os.close(writer)  # the reader waits for this
    assert received.result() == DATA
    assert after == before


def test_signals_are_held_back_only_while_bytes_are_written(tmp_path: Path) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    with (tmp_path / "x").open("wb") as file:
        deliver(file.fileno(), b"1\n")
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before
    with pytest.raises(OSError, match="Bad file descriptor"), open(os.devnull, "rb") as file:
        deliver(file.fileno(), b"1\n")
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before


def test_a_signal_that_is_handled_ends_the_output_on_a_whole_row() -> None:
    handled: list[int] = []
    former = signal.signal(signal.SIGUSR1, lambda number, _: handled.append(number))
    reader, writer = os.pipe()
    main = threading.get_ident()

    def read_with_a_signal() -> bytes:
        first = os.read(reader, 1)  # most of the data waits for room in the pipe
        signal.pthread_kill(main, signal.SIGUSR1)
        return first + read_all(reader)

    try:
        with ThreadPoolExecutor(1) as pool:
            received = pool.submit(read_with_a_signal)
            try:
                with pytest.raises(InterruptedError):
                    deliver(writer, DATA)
            finally:
                os.close(writer)  # the reader waits for this
        out = received.result()
    finally:
        signal.signal(signal.SIGUSR1, former)
    assert handled == [signal.SIGUSR1]
    assert DATA.startswith(out)
    assert out.endswith(b'"""\n')
    assert len(out) < len(DATA)


def test_a_full_pipe_has_no_room_until_it_is_read() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    assert await_room(writer, 0)
    assert os.write(writer, DATA) < len(DATA)
    assert not await_room(writer, 0)
    os.read(reader, 1 << 20)
    assert await_room(writer, 0)
    os.close(reader)
    os.close(writer)


def test_a_reader_that_is_gone_is_an_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    for send in (deliver, write_all):
        with pytest.raises(BrokenPipeError):
            send(writer, b"1\n")
    os.close(writer)


def test_room_that_another_process_took_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    write, refused = os.write, [BlockingIOError()]  # there was room a moment ago

    def write_or_refuse(descriptor: int, data: bytes) -> int:
        if refused:
            raise refused.pop()
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", write_or_refuse)
    reader, writer = os.pipe()
    deliver(writer, b"1,2\n")
    os.close(writer)
    assert (read_all(reader), refused) == (b"1,2\n", [])


def test_a_reader_that_takes_nothing_holds_a_signal_back_for_a_moment_only() -> None:
    handled: list[int] = []
    former = signal.signal(signal.SIGUSR1, lambda number, _: handled.append(number))
    reader, writer = os.pipe()
    main = threading.get_ident()

    def send_a_signal() -> bytes:
        first = os.read(reader, 1)  # now the pipe is being filled
        signal.pthread_kill(main, signal.SIGUSR1)
        return first

    try:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(send_a_signal)
            with pytest.raises(InterruptedError):
                deliver(writer, b"1" * (1 << 20) + b"\n")
    finally:
        signal.signal(signal.SIGUSR1, former)
        os.close(writer)
        os.close(reader)
    assert handled == [signal.SIGUSR1]


def test_text_without_a_newline_at_its_end_is_one_row() -> None:
    assert end_of_row(b'{"a": 1}', 3) == len(b'{"a": 1}')


ENDED = """
import signal, sys
from softmax_cli.delivery import end_by_signal
number = int(sys.argv[1])
if sys.argv[2] == "blocked":
    signal.pthread_sigmask(signal.SIG_BLOCK, [number])
end_by_signal(number)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGPIPE])
def test_a_process_ends_by_a_signal_or_with_the_status_that_stands_for_it(number: int) -> None:
    assert python(ENDED, str(int(number)), "") == Ran(-number, "", "")
    assert python(ENDED, str(int(number)), "blocked") == Ran(128 + number, "", "")
