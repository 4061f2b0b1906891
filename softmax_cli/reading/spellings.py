"""The numbers of a long text, read at once: whatever they look like, they become JSON.

A text of digits, signs, points and exponents with commas between them is a JSON array
without its brackets. What JSON spells otherwise is first edited, for the whole text at once:
quotes become blanks, masks a number that the text does not hold, a plus sign a blank.
Whatever is left is refused by the JSON parser, which is the proof that all else was right.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from softmax_cli.reading.bits import behind, between, packed, unpacked
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Booleans, Bytes, Floats, Integers

_NEWLINE, _QUOTE, _COMMA, _POINT, _PLUS, _MINUS, _ZERO, _BLANK, _E = b'\n",.+-0 e'
# What JSON takes for no part of a number, so that it refuses a cell that holds it.
REFUSED = ord("_")
_JSON_BLANKS = b" \t\r\n"
_MINUS_SIGN = "−".encode()

_MASKS = (b"-infinity", b"-inf")
_MISSING = (b"nan", b"null", b"none", b"na")
_MASK_LETTERS, _MISSING_LETTERS = b"iI", b"nN"
# Stand for a mask in turn: the first that is the value of no number of the text. The blank
# keeps what follows a mask from going on with it.
_SENTINELS = ((b"-7e9 ", -7e9), (b"-3e7 ", -3e7))
# What is parsed at once: few enough numbers for the caches to hold as Python's.
_LONGEST_PIECE = 1 << 16
# More leading zeros than this are left to the row-by-row reader.
_MOST_ZEROS = 16

_LETTERS_OF_NO_NUMBER = np.ones(256, dtype=np.bool_)
_LETTERS_OF_NO_NUMBER[[*b'0123456789+-.eE," \t\r\n']] = False


class Numbers(NamedTuple):
    """The numbers of a text, or where it holds something else.

    Attributes:
        values: the numbers, in order; empty if there are odd cells.
        odd: which cells hold no number that is read here, in ascending order; there may be
            more of them behind the last.
    """

    values: Floats
    odd: Integers


def read_numbers(text: bytes, settings: Settings, layout: Layout) -> Numbers:
    """Read the cells of a text, which stand between commas, as numbers.

    Args:
        text: the cells; quotes are still on them.
        settings: the options: what a missing cell is, and what a comma within quotes.
        layout: the table that the cells come from.
    """
    inner_point = settings.decimal_comma and layout.delimiter == b","
    gaps = layout.width > 1  # an empty cell alone on its line is a blank line
    if not text.isascii():
        text = text.replace(_MINUS_SIGN, b"-")
    if b'"' in text:
        text, doubled = _unquoted(text, _POINT if inner_point else REFUSED)
        if doubled.size:
            return _odd(text, doubled)
    masks_missing = settings.missing == "mask"
    if masks_missing and gaps:
        text = _without_blanks(text)
    if _may_hold_words(text, masks_missing):
        return _with_masks(text, masks_missing, gaps)
    return _parsed(text)


def _may_hold_words(text: bytes, masks_missing: bool) -> bool:
    letters = _MASK_LETTERS + _MISSING_LETTERS if masks_missing else _MASK_LETTERS
    return any(letter in text for letter in letters) or (masks_missing and _has_gaps(text))


def _has_gaps(text: bytes) -> bool:
    return b",," in text or text[:1] in (b",", b"") or text[-1:] == b","


def _unquoted(text: bytes, inner: int) -> tuple[bytes, Integers]:
    """The text with blanks for its quotes, and where a quote within quotes is doubled.

    A comma within quotes becomes `inner`.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    quotes = packed(data == _QUOTE)
    within = between(quotes)
    doubled = behind(quotes & ~within) & quotes & within
    odd = np.flatnonzero(unpacked(doubled, data.size)) if doubled.any() else np.arange(0)
    edited = data.copy()
    if (commas := packed(data == _COMMA) & within).any():
        np.copyto(edited, inner, where=unpacked(commas, data.size))
    np.copyto(edited, _BLANK, where=data == _QUOTE)
    return edited.tobytes(), odd


def _without_blanks(text: bytes) -> bytes:
    """The text without its blanks, unless some stand within a cell."""
    if not any(blank in text for blank in _JSON_BLANKS):
        return text
    bare = text.translate(None, _JSON_BLANKS)
    return bare if _runs(text) == _runs(bare) else text


def _runs(text: bytes) -> int:
    """How many runs of what is neither a blank nor a comma the text holds."""
    data = np.frombuffer(b"," + text, dtype=np.uint8)
    is_token = (data > _BLANK) & (data != _COMMA)
    return int(np.count_nonzero(is_token[1:] & ~is_token[:-1]))


def _with_masks(text: bytes, masks_missing: bool, gaps: bool) -> Numbers:
    """The numbers of a text in which words may stand for a mask."""
    if any(letter in text for letter in b"INFA"):
        text = text.lower()
    words = _MASKS + _MISSING if masks_missing else _MASKS
    is_mask = np.zeros(0, dtype=np.bool_)
    for sentinel, value in _SENTINELS:
        edited, count = _replaced(text, words, sentinel)
        if masks_missing and gaps:
            edited, more = _filled(edited, sentinel)
            count += more
        found = _parsed(edited)
        is_mask = found.values == value
        if found.odd.size or np.count_nonzero(is_mask) == count:
            found.values[is_mask] = -np.inf
            return found
    return Numbers(np.empty(0), np.flatnonzero(is_mask))


def _replaced(text: bytes, words: tuple[bytes, ...], sentinel: bytes) -> tuple[bytes, int]:
    """The text with the sentinel for each of the words, and how many there were."""
    count = 0
    for word in words:
        edited = text.replace(word, sentinel)
        count += (len(edited) - len(text)) // (len(sentinel) - len(word))
        text = edited
    return text, count


def _filled(text: bytes, sentinel: bytes) -> tuple[bytes, int]:
    """The text with the sentinel in each empty cell, and how many there were."""
    filled = b"," + text + b","
    for _ in range(2):  # a comma may end one empty cell and begin the next
        filled = filled.replace(b",,", b"," + sentinel + b",")
    filled = filled[1:-1]
    return filled, (len(filled) - len(text)) // len(sentinel)


def _parsed(text: bytes) -> Numbers:
    """The numbers of a text in which only signs, points and zeros may be spelled otherwise."""
    if (values := _loaded(text)) is not None:
        return Numbers(values, np.arange(0))
    text = _respelled(text)
    if (values := _loaded(text)) is not None:
        return Numbers(values, np.arange(0))
    data = np.frombuffer(text, dtype=np.uint8)
    odd = np.flatnonzero(_LETTERS_OF_NO_NUMBER[data])
    return _odd(text, odd if odd.size else np.array([_refused_at(text)]))


def _odd(text: bytes, places: Integers) -> Numbers:
    """The cells that these places of the text belong to."""
    commas = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == _COMMA)
    return Numbers(np.empty(0), np.unique(np.searchsorted(commas, places)))


def _loaded(text: bytes) -> Floats | None:
    """The numbers of a text that is JSON but for its brackets, or None if it is not."""
    import orjson

    # the JSON parser would take strings and words, and struct two of the words for numbers
    if any(other in text for other in (b'"', b"t", b"f", b"n")):
        return None
    doubles = []
    try:
        for piece in _pieces(text):
            if not piece.strip():  # a cell without a number would be an empty list
                return None
            numbers = orjson.loads(b"[" + piece + b"]")
            doubles.append(struct.pack(f"{len(numbers)}d", *numbers))
    except (ValueError, struct.error):
        return None
    # JSON reads -0 as an integer; adding 0 makes every zero positive, as row by row
    return np.frombuffer(doubles[0] if len(doubles) == 1 else b"".join(doubles)) + 0.0


def _pieces(text: bytes) -> Iterator[bytes]:
    """The text in pieces of whole cells: a list of numbers takes four times their text."""
    start = 0
    while len(text) - start > _LONGEST_PIECE:
        end = text.find(b",", start + _LONGEST_PIECE)
        if end < 0:
            break
        yield text[start:end]
        start = end + 1
    yield text[start:] if start else text


def _refused_at(text: bytes) -> int:
    """Where the JSON parser gives up."""
    import orjson

    try:
        orjson.loads(b"[" + text + b"]")
    except orjson.JSONDecodeError as error:
        place = max(error.pos - 1, 0)
        is_last = text[place:].strip(_JSON_BLANKS) == b","
        return len(text) if is_last else place
    return 0


def _respelled(text: bytes) -> bytes:
    """The text with signs, points and leading zeros as JSON spells them."""
    data = np.frombuffer(b"," + text + b",", dtype=np.uint8).copy()
    _drop_plus_signs(data)
    _drop_leading_zeros(data)
    return _with_digits_beside_points(data)[1:-1].tobytes()


def _drop_plus_signs(data: Bytes) -> None:
    """Put a blank for each plus sign before a digit or a point, exponents aside."""
    plus = data == _PLUS
    if plus.any():
        is_next = _earlier(_is_digit(data) | (data == _POINT))
        np.copyto(data, _BLANK, where=plus & is_next & ~_later((data | 32) == _E))


def _drop_leading_zeros(data: Bytes) -> None:
    """Put blanks for zeros before a digit where a number begins; its sign moves to it."""
    for _ in range(_MOST_ZEROS):
        zero = (data == _ZERO) & _earlier(_is_digit(data))
        if not zero.any():
            return
        edge = (data == _COMMA) | (data <= _BLANK)
        first = zero & _later(edge)
        signed = zero & _later((data == _MINUS) & _later(edge))
        if not first.any() and not signed.any():
            return
        np.copyto(data, _BLANK, where=first | _earlier(signed))
        np.copyto(data, _MINUS, where=signed)


def _with_digits_beside_points(data: Bytes) -> Bytes:
    """Put a zero where a point has a digit on one side only."""
    digit = _is_digit(data)
    point = data == _POINT
    before, after = _later(digit), _earlier(digit)
    lacking = np.flatnonzero(point & (before ^ after))
    if not lacking.size:
        return data
    edited: Bytes = np.insert(data, lacking + before[lacking], _ZERO)
    return edited


def _is_digit(data: Bytes) -> Booleans:
    is_digit: Booleans = (data - np.uint8(_ZERO)) < 10
    return is_digit


def _later(mask: Booleans) -> Booleans:
    """The mask moved one place towards the end."""
    moved = np.zeros_like(mask)
    moved[1:] = mask[:-1]
    return moved


def _earlier(mask: Booleans) -> Booleans:
    """The mask moved one place towards the start."""
    moved = np.zeros_like(mask)
    moved[:-1] = mask[1:]
    return moved
