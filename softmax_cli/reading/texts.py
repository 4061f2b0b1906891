"""The texts of many rows in little memory."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import overload

# Some texts with newlines between them, or as they are if there is a newline in one.
_Chunk = bytes | tuple[bytes, ...]


class Texts(Sequence[bytes]):
    """Texts that are made when they are asked for, those of a chunk at a time.

    A bytes object and its place in a list take 41 bytes beside its text. Texts are asked for in
    order, and in parts of the whole, so that most of them need not be there.
    """

    def __init__(self) -> None:
        self._chunks = list[_Chunk]()
        self._starts = [0]
        self._unpacked = lru_cache(maxsize=1)(self._texts_of)

    def extend(self, texts: Sequence[bytes]) -> None:
        """Add a chunk of texts behind those that are there."""
        if texts:
            self._chunks.append(_packed(texts))
            self._starts.append(len(self) + len(texts))

    def _texts_of(self, chunk: int) -> Sequence[bytes]:
        packed = self._chunks[chunk]
        return packed.split(b"\n") if isinstance(packed, bytes) else packed

    def __len__(self) -> int:
        return self._starts[-1]

    def __iter__(self) -> Iterator[bytes]:
        for chunk in range(len(self._chunks)):
            yield from self._texts_of(chunk)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> list[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | list[bytes]:
        if isinstance(index, slice):
            return self._slice(range(len(self))[index])
        place = range(len(self))[index]
        chunk = bisect_right(self._starts, place) - 1
        return self._unpacked(chunk)[place - self._starts[chunk]]

    def _slice(self, places: range) -> list[bytes]:
        if not places or places.step != 1:
            return [self[place] for place in places]
        texts = list[bytes]()
        first = bisect_right(self._starts, places.start) - 1
        for chunk in range(first, bisect_right(self._starts, places.stop - 1)):
            start = self._starts[chunk]
            some = slice(max(0, places.start - start), places.stop - start)
            texts += self._unpacked(chunk)[some]
        return texts


def _packed(texts: Sequence[bytes]) -> _Chunk:
    joined = b"\n".join(texts)
    return joined if joined.count(b"\n") == len(texts) - 1 else tuple(texts)
