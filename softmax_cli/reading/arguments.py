"""Vectors from the command line: all arguments together, read as one text.

Blanks and commas separate numbers; `;`, a newline or a closing bracket ends a vector;
brackets are otherwise ignored; `name=number` names a class.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from softmax_cli.errors import (
    AllMasked,
    MissingNumber,
    NotText,
    Place,
    SoftmaxError,
    UnequalNames,
    quoted,
)
from softmax_cli.reading.classes import labels_for
from softmax_cli.reading.numbers import to_exact, to_logit
from softmax_cli.settings import Settings
from softmax_cli.values import Batch

_OPENING, _CLOSING = "[({", "])}"
_ENDS = (";", "\n", *_CLOSING)
_BLANKS = re.compile(r"[ \t\r]+")
_WORD = re.compile(r"[^ \t\r\n,;\[\](){}]+")


class Entry(NamedTuple):
    """A number as typed, and where."""

    text: str
    place: Place


class Vector:
    """The entries of one vector, and the names of its classes, none or one an entry."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.names: list[str] = []


def vectors(arguments: Sequence[str]) -> list[Vector]:
    """The vectors that the arguments spell.

    Raises:
        MissingNumber: a comma with no number before or after it.
        NotText: an argument is not UTF-8.
        UnequalNames: classes named in one place and not, or otherwise, in another.
    """
    found = list(_vectors(arguments))
    for vector in found:
        _check_names(vector, found[0])
    return found


def batches(found: Iterable[Vector], settings: Settings) -> Iterator[Batch]:
    """The vectors of a command line, each a batch of its own.

    Raises:
        SoftmaxError: an entry is not a number, or a vector has no softmax.
    """
    for vector in found:
        values = [_value(entry) for entry in vector.entries]
        if all(value == -math.inf for value in values):
            raise AllMasked(vector.entries[0].place)
        texts = [entry.text for entry in vector.entries]
        yield Batch(
            values=np.array([values]) + 0.0,
            classes=labels_for(len(values), settings) or tuple(vector.names) or None,
            kept=([",".join(texts).encode()],) if settings.append else (),
            lines=(0,),
            typed=[[to_exact(text) for text in texts]] if settings.digits else None,
        )


def _value(entry: Entry) -> float:
    try:
        return to_logit(entry.text)
    except SoftmaxError as mistake:
        raise mistake.at(entry.place) from None


def _vectors(arguments: Sequence[str]) -> Iterator[Vector]:
    vector = Vector()
    comma: Place | None = None  # a comma that still waits for its number
    may_take_comma = False
    for index, argument in enumerate(arguments, 1):
        place = Place(f"argument {index}")
        if not _is_text(argument):
            raise NotText(place, reason=f"{quoted(argument)} is not UTF-8")
        for token in _tokens(argument):
            if token == ",":
                if not may_take_comma:
                    raise MissingNumber(place, reason="before the comma")
                comma, may_take_comma = place, False
            elif token in _ENDS:
                if comma:
                    raise MissingNumber(comma, reason="after the comma")
                if vector.entries:
                    yield vector
                    vector = Vector()
                # «],[» parts two vectors by a comma of its own
                may_take_comma = token in _CLOSING
            elif token not in _OPENING:
                _add(vector, token, place)
                comma, may_take_comma = None, True
    if comma:
        raise MissingNumber(comma, reason="after the comma")
    if vector.entries:
        yield vector


def _tokens(argument: str) -> Iterator[str]:
    """The words of an argument, and the marks between them."""
    closing = _closing_brackets(argument) if "(" in argument else {}
    position = 0
    while position < len(argument):
        if blanks := _BLANKS.match(argument, position):
            position = blanks.end()
            continue
        end = _word_end(argument, position, closing) or position + 1
        yield argument[position:end]
        position = end


def _word_end(argument: str, start: int, closing: dict[int, int]) -> int | None:
    """Where the word at `start` ends; the brackets of a logarithm are part of it."""
    word = _WORD.match(argument, start)
    end = word.end() if word else None
    while end in closing and argument[:end].lower().endswith("ln"):
        word = _WORD.match(argument, closing[end] + 1)
        end = word.end() if word else closing[end] + 1
    return end


def _closing_brackets(argument: str) -> dict[int, int]:
    """Which round bracket closes which."""
    closing: dict[int, int] = {}
    opened = []
    for position, character in enumerate(argument):
        if character == "(":
            opened.append(position)
        elif character == ")" and opened:
            closing[opened.pop()] = position
    return closing


def _is_text(argument: str) -> bool:
    """Whether the argument's bytes are UTF-8: what is not, Python hides in surrogates."""
    return argument.isascii() or not any("\ud800" <= c <= "\udfff" for c in argument)


def _add(vector: Vector, word: str, place: Place) -> None:
    """Take `number` or `name=number` into the vector."""
    name, equals, text = word.rpartition("=")
    if equals and not name:
        raise UnequalNames(place, text=word, reason="a class's name stands before its =")
    if vector.entries and bool(vector.names) != bool(name):
        raise UnequalNames(place, text=word, reason="name every class of the vector or none")
    vector.entries.append(Entry(text, place))
    if name:
        vector.names.append(name)


def _check_names(vector: Vector, first: Vector) -> None:
    if vector.names != first.names:
        reason = "every vector must name the same classes in the same order"
        entry = vector.entries[0]
        raise UnequalNames(entry.place, text=entry.text, reason=reason)
