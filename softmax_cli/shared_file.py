"""A file that every worker sees: its blocks are handed out by where they stand in it."""

import os
import socket
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from softmax_cli.errors import AnotherFile, DeviceFailed, Place, counted
from softmax_cli.reading import files
from softmax_cli.values import LINES_OF_A_FILE, Block

_FIRST_BYTES = 64
# Between two blocks stand a header, blank lines or brackets; a longer gap means other text.
_LONGEST_GAP = 1 << 20


class Identity(NamedTuple):
    """What tells a file from another of the same name.

    Attributes:
        path: its absolute path.
        size: in bytes.
        first: its first bytes.
    """

    path: str
    size: int
    first: bytes


class Part(NamedTuple):
    """A block, by where it stands in a file.

    Attributes:
        file: the file.
        offset: where the text starts, in bytes.
        size: of the text, in bytes.
        checksum: the CRC-32 of the text.
        line: as in a block.
        vector: as in a block.
        rows_before: as in a block.
        returns: as in a block.
        is_sortable: as in a block.
    """

    file: Identity
    offset: int
    size: int
    checksum: int
    line: int
    vector: int
    rows_before: int
    returns: bool
    is_sortable: bool


def located(blocks: Iterator[Block], paths: Sequence[str]) -> Iterator[tuple[Block, Part | None]]:
    """Yield the blocks, each with where it stands, or None if the file does not hold its text.

    The text of a gzip file, for one, is not in it; nor is all of a group that spans files.

    Args:
        blocks: the blocks of all files, in order.
        paths: of the files.

    Raises:
        DeviceFailed: a file cannot be read.
    """
    number, finder = -1, None
    with ExitStack() as stack:
        for block in blocks:
            if number != block.line // LINES_OF_A_FILE:
                number = block.line // LINES_OF_A_FILE
                stack.close()
                finder = stack.enter_context(_opened(paths[number]))
            yield block, finder.part(block) if finder and not block.more else None


@contextmanager
def _opened(path: str) -> Iterator["_Finder"]:
    with files.opened(path) as descriptor:
        yield _Finder(os.path.abspath(path), descriptor)


def _identity(path: str, descriptor: int) -> Identity:
    first = os.pread(descriptor, _FIRST_BYTES, 0)
    return Identity(path, os.fstat(descriptor).st_size, first)


class _Finder:
    """Finds blocks in a file, each behind the one before."""

    def __init__(self, path: str, descriptor: int) -> None:
        self._descriptor = descriptor
        self._file = _identity(path, descriptor)
        self._end = 0
        self._is_searched = True

    def part(self, block: Block) -> Part | None:
        """Return where a block stands; after one that is not in the file, None."""
        text = block.text
        if not self._is_searched or not text:
            return None
        offset = self._end
        if os.pread(self._descriptor, len(text), offset) != text:
            found = os.pread(self._descriptor, len(text) + _LONGEST_GAP, offset).find(text)
            if found < 0:
                self._is_searched = False
                return None
            offset += found
        self._end = offset + len(text)
        checksum = zlib.crc32(text)
        place = (block.line, block.vector, block.rows_before, block.returns, block.is_sortable)
        return Part(self._file, offset, len(text), checksum, *place)


def read(part: Part) -> Block:
    """Return the block that stands there.

    Raises:
        AnotherFile: there is no such file here, or it is another one.
    """
    path = part.file.path
    try:
        with files.opened(path) as descriptor:
            here = _identity(path, descriptor)
            text = os.pread(descriptor, part.size, part.offset)
    except DeviceFailed as error:
        raise _another(path, error.data["reason"]) from None
    except OSError as error:
        raise _another(path, str(error.strerror)) from None
    if here.size != part.file.size:
        size = counted(here.size, "byte")
        raise _another(path, f"it has {size} there, not {part.file.size:,}")
    if here.first != part.file.first or zlib.crc32(text) != part.checksum:
        raise _another(path, "it holds other text there")
    place = (part.line, part.vector, part.rows_before, part.returns, part.is_sortable)
    return Block(text, *place)


def _another(path: str, reason: str) -> AnotherFile:
    return AnotherFile(Place(path), reason=reason, text=socket.gethostname())
