"""Marks on a long text, one bit for each byte: which bytes are quoted, where every k-th is.

A mask of a block's bytes is packed into 64-bit words, the first byte in the lowest bit of
the first word. What takes NumPy 7 ms a mask of bytes (a running parity) takes 0.7 so, and
every tenth of the marks is found in a third of the time that listing them all takes.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from softmax_cli.values import Booleans, Integers

Words = np.ndarray[Any, np.dtype[np.uint64]]

_WORD = np.dtype("<u8")
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


def packed(mask: Booleans) -> Words:
    """The mask as bits, with zeros up to a whole word."""
    octets = np.packbits(mask, bitorder="little")
    words = np.zeros(-(-octets.size // 8), dtype=_WORD)
    words.view(np.uint8)[: octets.size] = octets
    return words


def unpacked(words: Words, size: int) -> Booleans:
    """The bits as a mask of so many bytes."""
    return np.unpackbits(words.view(np.uint8), count=size, bitorder="little").view(np.bool_)


def spanned(starts: Integers, stops: Integers, size: int) -> Booleans:
    """The mask, of so many bytes, of spans that do not overlap; a stop is behind its span."""
    bounds = np.zeros(size + 1, dtype=np.bool_)
    bounds[starts] = True
    bounds[stops] ^= True  # where one span stops, another may start
    return unpacked(between(packed(bounds)), size)


def behind(words: Words, *, first: bool = False) -> Words:
    """The bits moved one place on: a mark of each byte that stands behind a marked one.

    Args:
        words: the marks.
        first: whether the first byte counts as standing behind a mark.
    """
    moved = words << np.uint64(1)
    moved[1:] |= words[:-1] >> np.uint64(63)
    moved[:1] |= np.uint64(first)
    return moved


def between(quotes: Words) -> Words:
    """The bits from each odd mark up to the next even one: the text within quotes."""
    ones = np.bitwise_count(quotes)
    is_odd_before = (np.cumsum(ones, dtype=np.uint8) - ones) & 1
    within = quotes.copy()
    for shift in (1, 2, 4, 8, 16, 32):
        within ^= within << np.uint64(shift)
    return within ^ np.where(is_odd_before, _ALL, np.uint64(0))


@dataclass(frozen=True)
class Marks:
    """Bits whose places can be asked for by rank."""

    words: Words

    @cached_property
    def _counts(self) -> Integers:
        return np.bitwise_count(self.words).astype(np.intp)

    @cached_property
    def _totals(self) -> Integers:
        return np.cumsum(self._counts)

    @property
    def count(self) -> int:
        """How many bits are set."""
        return int(self._totals[-1]) if self._totals.size else 0

    def up_to(self, places: Integers) -> Integers:
        """How many bits are set up to each of these places, itself included."""
        word, bit = places >> 6, (places & 63).astype(np.uint64)
        below = self.words[word] & (_ALL >> (np.uint64(63) - bit))
        return np.asarray((self._totals - self._counts)[word] + np.bitwise_count(below))

    def every(self, step: int, first: int | None = None) -> Integers:
        """Where the bits of rank `first`, `first + step`, … stand, ranks counted from 1."""
        ranks = np.arange(first or step, self.count + 1, step)
        word = np.searchsorted(self._totals, ranks)
        rank_in_word = ranks - (self._totals - self._counts)[word]
        return np.asarray(word * 64 + _position(self.words[word], rank_in_word))


def _position(bits: Words, rank: Integers) -> Integers:
    """Where the bit of that rank stands in each word: in which half, quarter, eighth."""
    left = rank.astype(np.uint8)
    position = np.zeros_like(left)
    for half in (32, 16, 8, 4, 2, 1):
        below = np.bitwise_count(bits & _WORD.type((1 << half) - 1))
        is_above = left > below
        left -= below * is_above
        shift = is_above * np.uint8(half)
        position += shift
        bits = bits >> shift
    return position.astype(np.intp)
