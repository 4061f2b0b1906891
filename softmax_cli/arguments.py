"""Vectors from the command line: all arguments together, read as one text.

Blanks and commas separate numbers; `;`, a newline or a closing bracket ends a vector;
brackets are otherwise ignored; `name=number` names a class.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from softmax_cli.errors import MissingNumber, NotText, Place, UnequalNames, quoted

# A word may hold brackets only as those of a logarithm, which may stand in others.
# Possessive, so that one that never closes is given up in one pass.
_WITHIN = r"[^()]*+"
for _ in range(8):
    _WITHIN = rf"[^()]*+(?:\({_WITHIN}\)[^()]*+)*+"
_TOKEN = re.compile(
    r"[ \t\r]+|(?P<comma>,)|(?P<end>[;\n\])}])|[\[({]"
    rf"|(?P<word>(?:(?:(?<![a-z])ln\({_WITHIN}\))|[^ \t\r\n,;\[\](){{}}])+)",
    re.IGNORECASE,
)


class Entry(NamedTuple):
    """A number as typed, and where."""

    text: str
    place: Place


@dataclass
class Vector:
    """The entries of one vector, and the names of its classes, none or one an entry."""

    entries: list[Entry] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


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


def _vectors(arguments: Sequence[str]) -> Iterator[Vector]:
    vector = Vector()
    comma: Place | None = None  # a comma that still waits for its number
    may_take_comma = False
    for index, argument in enumerate(arguments, 1):
        place = Place(f"argument {index}")
        if not _is_text(argument):
            raise NotText(place, reason=f"{quoted(argument)} is not UTF-8")
        for token in _TOKEN.finditer(argument):
            kind = token.lastgroup
            if kind == "word":
                _add(vector, token.group(), place)
                comma, may_take_comma = None, True
            elif kind == "comma":
                if not may_take_comma:
                    raise MissingNumber(place, reason="before the comma")
                comma, may_take_comma = place, False
            elif kind == "end":
                if comma:
                    raise MissingNumber(comma, reason="after the comma")
                if vector.entries:
                    yield vector
                    vector = Vector()
                # «],[» parts two vectors by a comma of its own
                may_take_comma = token.group() in "])}"
    if comma:
        raise MissingNumber(comma, reason="after the comma")
    if vector.entries:
        yield vector


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
