"""Where text comes from: standard input and files, in blocks of whole records.

A slow writer is answered as it writes, a fast one in large blocks; how the text was cut
into reads shows nowhere.
"""

import os
import re
import select
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from softmax_cli.errors import (
    BrokenGzip,
    BrokenJson,
    DeviceFailed,
    Empty,
    NotText,
    Place,
    TooLong,
    UnterminatedQuote,
)
from softmax_cli.reading import json as json_rows
from softmax_cli.values import Block

# Large enough that a block's fixed costs vanish, small enough to stay in the caches.
BLOCK_BYTES = 1 << 20
LONGEST_RECORD = 128 << 20

_NEWLINE = ord("\n")
_WHOLE_CELLS = re.compile(rb'[^"]*+(?:"[^"]*+"[^"]*+)*+')

_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


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


# ── bytes ────────────────────────────────────────────────────────────────────────────────


def chunks(descriptor: int, source: str) -> Iterator[bytes]:
    """What can be read now, again and again until the end, in chunks of a block at most.

    Raises:
        DeviceFailed: the device cannot be read.
    """
    while True:
        parts, size = list[bytes](), 0
        while size < BLOCK_BYTES:
            if parts and not _has_more(descriptor):
                break
            try:
                data = os.read(descriptor, BLOCK_BYTES - size)
            except BlockingIOError:
                select.select([descriptor], [], [])
                continue
            except OSError as error:
                raise _failed(source, error) from None
            if not data:
                if parts:
                    yield b"".join(parts)
                return
            parts.append(data)
            size += len(data)
        yield b"".join(parts)


def _has_more(descriptor: int) -> bool:
    """Whether a read would return at once."""
    try:
        return bool(select.select([descriptor], [], [], 0)[0])
    except (OSError, ValueError):  # Windows selects only sockets
        return False


def text_chunks(raw: Iterator[bytes], source: str) -> Iterator[bytes]:
    """The text that the bytes hold: gzip unpacked, a byte order mark taken off.

    Raises:
        BrokenGzip: a damaged gzip stream.
        NotText: UTF-16.
    """
    raw = _led_by(raw, len(_GZIP))
    first = next(raw, b"")
    raw = _chained(first, raw)
    if first.startswith(_GZIP):
        raw = _unpacked(raw, source)
    raw = _led_by(raw, len(_BOM))
    first = next(raw, b"")
    if first.startswith(_UTF_16):
        reason = "the input is UTF-16: convert it with iconv -f UTF-16 -t UTF-8"
        raise NotText(Place(source, 1), reason=reason)
    yield from _chained(first.removeprefix(_BOM), raw)


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _led_by(raw: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The same bytes, the first chunk of them at least so long if there are so many."""
    first = b""
    for chunk in raw:
        first += chunk
        if len(first) >= size:
            break
    return _chained(first, raw)


def _unpacked(raw: Iterator[bytes], source: str) -> Iterator[bytes]:
    """The text of one gzip member or several, never more than a block of it at a time."""
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


# ── blocks ───────────────────────────────────────────────────────────────────────────────


class QuotedCut:
    """Cuts a stream of rows behind the last newline that stands outside quotes."""

    def __init__(self) -> None:
        self._inside = False

    def __call__(self, text: bytes) -> int:
        """Where the last whole record of the next piece of the stream ends, 0 if none does."""
        inside = self._inside != bool(text.count(b'"') % 2)
        self._inside = inside
        end = len(text)
        while True:
            newline = text.rfind(b"\n", 0, end)
            if newline < 0:
                return 0
            if inside == bool(text.count(b'"', newline, end) % 2):
                return newline + 1
            # within quotes: go on before the quote that opens them
            inside, end = False, text.rfind(b'"', 0, newline)
            if end < 0:
                return 0


def row_blocks(texts: Iterator[bytes], source: str, line: int = 1) -> Iterator[Block]:
    """Blocks of whole records, a record being a line or what quotes make of several.

    Raises:
        TooLong: a record that would not fit in memory.
        UnterminatedQuote: quotes that are open at the end.
    """
    cut = QuotedCut()
    rest = list[bytes]()
    for text in texts:
        end = cut(text)
        if not end:
            rest.append(text)
            _check_length(rest, source, line)
            continue
        whole = b"".join([*rest, text[:end]])
        yield Block(whole, line)
        line += _newlines(whole)
        rest = [text[end:]] if end < len(text) else []
    last = b"".join(rest)
    if last.count(b'"') % 2:
        whole_cells = _WHOLE_CELLS.match(last)
        opened_at = line + last.count(b"\n", 0, whole_cells.end() if whole_cells else 0)
        raise UnterminatedQuote(Place(source, opened_at))
    if last:
        yield Block(last + b"\n", line)


def _newlines(text: bytes) -> int:
    # bytes.count is seven times slower where there are many
    return int(np.count_nonzero(np.frombuffer(text, dtype=np.uint8) == _NEWLINE))


def json_blocks(texts: Iterator[bytes], source: str, line: int = 1) -> Iterator[Block]:
    """Blocks of whole rows of JSON.

    Raises:
        BrokenJson: the text is no array of rows and no sequence of rows.
        TooLong: a row that would not fit in memory.
    """
    cut = json_rows.Cut()
    rest = list[bytes]()
    for text in texts:
        rest.append(text)
        _check_length(rest, source, line)
        if b"]" not in text and b"}" not in text:
            continue
        whole = b"".join(rest)
        with _placed(whole, source, line):
            end = cut(whole)
        if end:
            yield Block(whole[:end], line)
            line += whole.count(b"\n", 0, end)
        rest = [whole[end:]]
    last = b"".join(rest)
    with _placed(last, source, line):
        cut.finish(last)


@contextmanager
def _placed(text: bytes, source: str, line: int) -> Iterator[None]:
    """Give a mistake in the text the line on which it stands."""
    try:
        yield
    except BrokenJson as mistake:
        newlines = text.count(b"\n", 0, mistake.data.get("at", len(text)))
        raise mistake.at(Place(source, line + newlines)) from None


def _check_length(parts: list[bytes], source: str, line: int) -> None:
    if sum(map(len, parts)) > LONGEST_RECORD:
        raise TooLong(Place(source, line), megabytes=LONGEST_RECORD >> 20)


def blocks(texts: Iterator[bytes], source: str) -> tuple[bool, Iterator[Block]]:
    """Whether the text is JSON, which its first character says, and its blocks.

    Raises:
        Empty: there is no text.
    """
    line, blank = 1, b""
    for text in texts:
        blank += text
        start = blank.lstrip(b" \t\r\n")
        if start:
            is_json = start[:1] in b"[{"
            whole = _chained(blank, texts)
            return is_json, (json_blocks if is_json else row_blocks)(whole, source, line)
        # blanks behind the last newline may be empty cells of the first row
        line += blank.count(b"\n")
        blank = blank[blank.rfind(b"\n") + 1 :]
        _check_length([blank], source, line)
    raise Empty(Place(source))
