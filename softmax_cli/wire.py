"""Blocks through a pipe."""

import os
import struct
from collections.abc import Iterator

from softmax_cli.values import Block

# How many parts follow, the size of the text, and what else a block says of it.
_HEADER = struct.Struct("<QQQQQ??")


def sent(block: Block) -> Iterator[bytes]:
    """Yield what is written to the pipe; a long text is not copied."""
    for follow, part in zip(range(len(block.more), -1, -1), block.parts, strict=True):
        _, *place, _ = part
        yield _HEADER.pack(follow, len(part.text), *place)
        yield part.text


def received(descriptor: int) -> Block | None:
    """Return the next block, or none at the end."""
    parts, follow = list[Block](), 1
    while follow:
        header = _read_exactly(descriptor, _HEADER.size)
        if not header:
            return None
        follow, size, *place = _HEADER.unpack(header)
        parts.append(Block(_read_exactly(descriptor, size), *place))
    return parts[0]._replace(more=tuple(parts[1:]))


def _read_exactly(descriptor: int, size: int) -> bytes:
    """Read so many bytes, or none at the end."""
    parts = []
    while size:
        part = os.read(descriptor, size)
        if not part:
            return b""
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
