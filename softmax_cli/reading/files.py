"""Standard input and files, read in blocks of whole records.

What a slow writer has written is read at once, a fast one's text in large blocks. The
records do not depend on how the text was cut into reads.
"""

import os
import select
import stat
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from softmax_cli.errors import (
    BrokenGzip,
    DeviceFailed,
    Empty,
    NotText,
    Place,
    TooLong,
    UnterminatedQuote,
)
from softmax_cli.reading import json as json_text
from softmax_cli.reading.cut import RecordCut
from softmax_cli.reading.delimited import open_quote
from softmax_cli.settings import Settings
from softmax_cli.values import Block

# Large enough that a block's fixed costs vanish, small enough to stay in the caches.
BLOCK_BYTES = 1 << 18
# The same where each row takes many times as long, so that every process has some.
SMALL_BLOCK_BYTES = 1 << 15
# The same for a cluster, where handing out a block takes about as long as answering 256 KiB.
SENT_BLOCK_BYTES = 1 << 21
LONGEST_RECORD = 128 << 20

_NEWLINE = ord("\n")

_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# How other kinds of file begin, what they are called, and how to read one.
_NOT_TABLES = (
    (b"\xfd7zXZ\0", "an xz file", "unpack it with xz -dc"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file", "unpack it with zstd -dc"),
    (b"BZh", "a bzip2 file", "unpack it with bzip2 -dc"),
    (b"PK\x03\x04", "a zip archive (or .npz, .xlsx, .pt)", "unpack or export it as CSV"),
    (b"\x93NUMPY", "a NumPy array", "write it as text with numpy.savetxt"),
    (b"PAR1", "a Parquet file", "export it as CSV"),
    (b"\x89HDF", "an HDF5 file", "export it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook", "export it as CSV"),
)
_STARTS = (_BOM, *_UTF_16, *(start for start, _, _ in _NOT_TABLES))


def name_of(path: str) -> str:
    """What the user calls the input."""
    return "stdin" if path == "-" else path


@contextmanager
def opened(path: str) -> Iterator[int]:
    """The descriptor of a file, or of standard input for `-`.

    Raises:
        DeviceFailed: the file cannot be opened, or standard input is closed.
    """
    if path == "-":
        if sys.stdin is None:
            raise DeviceFailed(Place("stdin"), reason="standard input is closed")
        yield sys.stdin.fileno()
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise _failed(path, error) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _failed(source: str, error: Exception) -> DeviceFailed:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return DeviceFailed(Place(source), reason=reason)


def block_bytes(settings: Settings) -> int:
    """How many bytes are read at a time, at most."""
    if settings.digits is not None:
        return SMALL_BLOCK_BYTES
    is_sent = settings.cluster is not None and settings.command != "jacobian"
    return SENT_BLOCK_BYTES if is_sent else BLOCK_BYTES


def chunks(descriptor: int, source: str, most: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Yield what can be read without waiting, in chunks of at most so many bytes, to the end.

    Raises:
        DeviceFailed: the device cannot be read, or a file was cut short meanwhile.
    """
    end = size_of_file(descriptor)
    while True:
        parts, size = list[bytes](), 0
        while size < most:
            if parts and not _has_more(descriptor):
                break
            try:
                data = os.read(descriptor, most - size)
            except BlockingIOError:
                _is_ready(descriptor, None)
                continue
            except OSError as error:
                raise _failed(source, error) from None
            if not data:
                if parts:
                    yield b"".join(parts)
                if size_of_file(descriptor) < end:
                    raise DeviceFailed(Place(source), reason="it was cut short while it was read")
                return
            parts.append(data)
            size += len(data)
        yield b"".join(parts)


def size_of_file(descriptor: int) -> int:
    """The size of a regular file at present, 0 for anything else."""
    status = os.fstat(descriptor)
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _has_more(descriptor: int) -> bool:
    """Whether a read would return at once."""
    # Windows has no poll, and its select takes only sockets
    return hasattr(select, "poll") and _is_ready(descriptor, 0)


def _is_ready(descriptor: int, milliseconds: int | None) -> bool:
    """Wait until a descriptor can be read; return whether it can."""
    ready = select.poll()
    ready.register(descriptor, select.POLLIN)
    return bool(ready.poll(milliseconds))


def text_chunks(raw: Iterator[bytes], source: str) -> Iterator[bytes]:
    """Yield the text that the bytes hold, without gzip and without a byte order mark.

    Raises:
        BrokenGzip: a damaged gzip stream.
        NotText: UTF-16, or a kind of file that is not text.
    """
    is_packed, raw = is_gzip(raw)
    if is_packed:
        raw = _unpacked(raw, source)
    raw = _led_by(raw, _STARTS)
    first = next(raw, b"")
    _check_start(first, source)
    yield from _chained(first.removeprefix(_BOM), raw)


def is_gzip(raw: Iterator[bytes]) -> tuple[bool, Iterator[bytes]]:
    """Return whether the bytes are those of a gzip file, and the same bytes."""
    raw = _led_by(raw, (_GZIP,))
    first = next(raw, b"")
    return first.startswith(_GZIP), _chained(first, raw)


def _check_start(first: bytes, source: str) -> None:
    if first.startswith(_UTF_16):
        reason = "the input is UTF-16: convert it with iconv -f UTF-16 -t UTF-8"
        raise NotText(Place(source, 1), reason=reason)
    for start, kind, remedy in _NOT_TABLES:
        # text may begin with the letters of a name, but not go on with control characters
        is_text = start.isalnum() and first[len(start) : 16].isascii() and b"\0" not in first[:16]
        if first.startswith(start) and not is_text:
            raise NotText(Place(source), reason=f"this is {kind}, not text: {remedy}")


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _led_by(raw: Iterator[bytes], starts: Sequence[bytes]) -> Iterator[bytes]:
    """Yield the same bytes, the first chunk long enough to tell how it starts."""
    first = b""
    for chunk in raw:
        first += chunk
        if not any(start.startswith(first) for start in starts):
            break
    return _chained(first, raw)


def _unpacked(raw: Iterator[bytes], source: str) -> Iterator[bytes]:
    """Yield the text of one or several gzip members, at most a block at a time."""
    unpacker = zlib.decompressobj(wbits=31)
    for chunk in raw:
        data = chunk
        while data:
            try:
                text = unpacker.decompress(data, BLOCK_BYTES)
            except zlib.error as error:
                raise BrokenGzip(Place(source), reason=str(error)) from None
            if text:
                yield text
            data = unpacker.unconsumed_tail
            if unpacker.eof:
                data = unpacker.unused_data.lstrip(b"\0")
                if data:
                    unpacker = zlib.decompressobj(wbits=31)
    if not unpacker.eof:
        raise BrokenGzip(Place(source), reason="it ends too early")


def row_blocks(
    texts: Iterator[bytes], source: str, line: int = 1, edges: bytes = b","
) -> Iterator[Block]:
    """Yield blocks of whole records, a record being a line or several that quotes join.

    Args:
        texts: the text, in pieces.
        source: what the user calls the input.
        line: the line that the text starts at.
        edges: the bytes behind which a cell begins, so that a quote may open it.

    Raises:
        TooLong: a record that would not fit in memory.
        UnterminatedQuote: a quote that is open at the end.
    """
    cut = RecordCut(edges)
    rest = list[bytes]()
    for text in texts:
        end = cut(text)
        if not end:
            rest.append(text)
            check_length(sum(map(len, rest)), source, line)
            continue
        whole = [Block(b"".join([*rest, text[:end]]), line)]
        line += _newlines(whole[0].text)
        rest = [text[end:]] if end < len(text) else []
        del text  # whoever takes the block may be done with the text of a long line first
        yield whole.pop()
    last = b"".join(rest)
    opened_at = open_quote(last, edges)
    if opened_at is not None:
        raise UnterminatedQuote(Place(source, line + last.count(b"\n", 0, opened_at)))
    if last:
        yield Block(last + b"\n", line)


def _newlines(text: bytes) -> int:
    # bytes.count is seven times slower where there are many
    data = np.frombuffer(text, dtype=np.uint8)
    parts = (data[i : i + BLOCK_BYTES] for i in range(0, data.size, BLOCK_BYTES))
    return sum(int(np.count_nonzero(part == _NEWLINE)) for part in parts)


def json_blocks(texts: Iterator[bytes], source: str, line: int = 1) -> Iterator[Block]:
    """Yield blocks of whole rows of JSON.

    Raises:
        BrokenJson: the text is neither an array of rows nor a sequence of rows.
        TooLong: a row that would not fit in memory.
    """
    return json_text.blocks(texts, source, line, LONGEST_RECORD)


def check_length(size: int, source: str, line: int) -> None:
    """Refuse a record that would not fit in memory.

    Raises:
        TooLong: the record is longer than any may be.
    """
    if size > LONGEST_RECORD:
        raise TooLong(Place(source, line), megabytes=LONGEST_RECORD >> 20)


def start(texts: Iterator[bytes], source: str) -> tuple[int, bool, Iterator[bytes]]:
    """Skip the blank lines at the start of a text.

    Returns:
        The line of the first character that is not blank, whether the text is JSON, and the
        text from the beginning of that line on.

    Raises:
        Empty: the text is blank.
        TooLong: a line of blanks that would not fit in memory.
    """
    line, blank = 1, b""
    for text in texts:
        blank += text
        begun = blank.lstrip(b" \t\r\n")
        is_json = json_text.is_json(begun) if begun else None
        if begun and is_json is None:  # the start of a paste from Python, or of a name
            continue
        if begun:
            before = blank[: -len(begun)]
            # blanks behind the last newline may be empty cells of the first row
            skipped = before.rfind(b"\n") + 1
            line += before.count(b"\n")
            return line, bool(is_json), _chained(blank[skipped:], texts)
        line += blank.count(b"\n")
        blank = blank[blank.rfind(b"\n") + 1 :]
        check_length(len(blank), source, line)
    if blank.strip(b" \t\r\n"):
        return (
            line + blank[: -len(blank.lstrip())].count(b"\n"),
            False,
            iter([blank.lstrip(b"\r\n")]),
        )
    raise Empty(Place(source))
