"""Vectors from the command line: all arguments together, read as one text.

Blanks and commas separate numbers. `;`, a closing bracket or a newline ends a vector, but
within brackets a newline after a comma or before an indented line does not: NumPy and Python
break long rows there. Brackets are otherwise ignored, if they are balanced. `name=number`
names a class, and so does `name: number` in braces. Arguments that each hold several numbers
are vectors of their own.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest
from typing import NamedTuple

import numpy as np

from softmax_cli.bad_numbers import (
    AllMasked,
    LooseWord,
    MissingNumber,
    NamesAFile,
    NoSuchFile,
    NotANumber,
    PartOfFraction,
)
from softmax_cli.errors import (
    Place,
    RepeatedName,
    SoftmaxError,
    UnbalancedBracket,
    UnequalNames,
    quoted,
)
from softmax_cli.reading.classes import labels_for
from softmax_cli.reading.file_names import looks_like_a_file, names_a_file
from softmax_cli.reading.numbers import is_number, to_exact, to_logit
from softmax_cli.reading.tokens import INDENTED, Token, tokens_of
from softmax_cli.settings import Settings
from softmax_cli.values import Batch

_CLOSING_OF = {"[": "]", "(": ")", "{": "}"}


class Entry(NamedTuple):
    """A number as typed, and where."""

    text: str
    place: Place


class Vector:
    """The entries of one vector, and the names of its classes, none or one an entry."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.names: list[str] = []
        self._known: set[str] = set()

    def add_name(self, name: str) -> bool:
        """Add a class's name, and return whether it is new."""
        is_new = name not in self._known
        self._known.add(name)
        self.names.append(name)
        return is_new


def read(arguments: Sequence[str], settings: Settings) -> list[Batch]:
    """Return the vectors that the arguments hold, each a batch of its own.

    Raises:
        SoftmaxError: the arguments hold no vectors, or one has no softmax; an argument that
            names a file is told how files are read.
    """
    try:
        return list(batches(vectors(arguments), settings))
    except SoftmaxError as error:
        raise _with_file_hint(error, arguments) from None


def vectors(arguments: Sequence[str]) -> list[Vector]:
    """Return the vectors that the arguments hold, as typed.

    Raises:
        LooseWord, NotANumber: a word where a class should be named.
        MissingNumber: a comma with no number before or after it, or a name with none.
        NotText: an argument is not UTF-8.
        RepeatedName: a vector names a class twice.
        UnbalancedBracket: a bracket without its partner.
        UnequalNames: classes named in one place and not, or otherwise, in another.
    """
    tokens = [
        list(tokens_of(argument, _place(index))) for index, argument in enumerate(arguments, 1)
    ]
    found = list(_Reader().read(tokens))
    for vector in found:
        _check_names(vector, found[0])
    return found


def items(text: str, place: Place) -> list[str]:
    """Return the numbers of a list, as typed: separated as in arguments, without names.

    Raises:
        SoftmaxError: the list is not one vector of numbers.
    """
    found = list(_Reader().read([list(tokens_of(text, place))]))
    if len(found) > 1 or any(vector.names for vector in found):
        raise NotANumber(place, text=text)
    return [entry.text for vector in found for entry in vector.entries]


def batches(found: Iterable[Vector], settings: Settings) -> Iterator[Batch]:
    """Yield the vectors of a command line, each a batch of its own.

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
            typed=[[to_exact(text) for text in texts]] if settings.keeps_typed else None,
            texts=[texts],
        )


def _value(entry: Entry) -> float:
    try:
        return to_logit(entry.text)
    except SoftmaxError as error:
        raise error.at(entry.place) from None


def _with_file_hint(error: SoftmaxError, arguments: Sequence[str]) -> SoftmaxError:
    """Return the same error, unless its argument names a file or looks as if it did."""
    places = {_place(index): argument for index, argument in enumerate(arguments, 1)}
    argument = places.get(error.place) if error.place else None
    if argument is None:
        return error
    if names_a_file(argument):
        import shlex

        return NamesAFile(error.place, text=argument, remedy=shlex.quote(argument))
    is_other_text = isinstance(error, NotANumber) and not isinstance(error, PartOfFraction)
    if is_other_text and looks_like_a_file(argument):
        return NoSuchFile(error.place, text=argument)
    return error


def _place(index: int) -> Place:
    return Place(f"argument {index}")


class _Reader:
    """What is known between two tokens: the vector so far, and what is still open."""

    def __init__(self) -> None:
        self._vector = Vector()
        self._open: list[Token] = []
        self._comma: Token | None = None  # one that still waits for its number
        self._comma_in: Token | None = None  # the bracket it stands in
        self._may_take_comma = False

    def read(self, arguments: Sequence[Sequence[Token]]) -> Iterator[Vector]:
        """Yield the vectors of the arguments, of which the tokens are given."""
        are_vectors = _hold_several_each(arguments)
        for tokens in arguments:
            goes_on = self._open or self._comma or (tokens and tokens[0].text == ",")
            if are_vectors and not goes_on:
                yield from self._end()
            for token in tokens:
                yield from self._take(token)
        if self._open:
            reason = "is never closed"
            raise UnbalancedBracket(self._open[-1].place, text=self._open[-1].text, reason=reason)
        yield from self._end()

    def _take(self, token: Token) -> Iterator[Vector]:
        if not token.is_mark:
            _add(self._vector, token)
            self._comma, self._may_take_comma = None, True
        elif token.text == ",":
            if not self._may_take_comma:
                raise MissingNumber(token.place, reason="before the comma")
            self._comma, self._may_take_comma = token, False
            self._comma_in = self._open[-1] if self._open else None
        elif token.text in _CLOSING_OF:
            self._open.append(token)
        elif token.text in _CLOSING_OF.values():
            self._close(token)
            yield from self._end()
            self._may_take_comma = True  # the comma of `],[` separates two vectors
        elif not self._goes_on(token):
            yield from self._end()

    def _goes_on(self, token: Token) -> bool:
        """Whether a newline is where Python breaks a long row, which goes on."""
        is_break = token.text == INDENTED or (token.text == "\n" and self._comma is not None)
        return is_break and bool(self._open)

    def _close(self, token: Token) -> None:
        opening = self._open.pop() if self._open else None
        if opening is None:
            raise UnbalancedBracket(token.place, text=token.text, reason="was never opened")
        if _CLOSING_OF[opening.text] != token.text:
            reason = f"does not close {quoted(opening.text)}"
            raise UnbalancedBracket(token.place, text=token.text, reason=reason)
        if self._comma_in is opening:  # Python and NumPy let a comma end a list
            self._comma = None

    def _end(self) -> Iterator[Vector]:
        if self._comma:
            raise MissingNumber(self._comma.place, reason="after the comma")
        self._may_take_comma = False
        if self._vector.entries:
            yield self._vector
            self._vector = Vector()


def _hold_several_each(arguments: Sequence[Sequence[Token]]) -> bool:
    """Whether every argument that holds numbers holds more than one."""
    counts = [sum(not token.is_mark for token in tokens) for tokens in arguments]
    return all(count != 1 for count in counts)


def _add(vector: Vector, token: Token) -> None:
    """Add `number`, `name=number` or a named number to the vector."""
    name, text = token.name, token.text
    if name is None:
        before, equals, text = token.text.rpartition("=")
        if equals and not before:
            reason = "a class's name stands right before its ="
            raise UnequalNames(token.place, text=token.text, reason=reason)
        if equals and not text:
            raise MissingNumber(token.place, reason=f"right after {quoted(token.text)}")
        name = before if equals else None
    if vector.entries and bool(vector.names) != (name is not None):
        raise _partly_named(vector, token, name, text)
    if name is not None and not vector.add_name(name):
        raise RepeatedName(token.place, text=name)
    vector.entries.append(Entry(text, token.place))


def _partly_named(vector: Vector, token: Token, name: str | None, text: str) -> SoftmaxError:
    """Return what is wrong with a vector that names some of its classes.

    Args:
        vector: the entries so far, all of which have names, or none.
        token: the next entry, with which it is otherwise.
        name: the name that the next entry has, if it has one.
        text: its number.
    """
    nameless = [Entry(text, token.place)] if name is None else vector.entries
    words = [entry for entry in nameless if not is_number(entry.text)]
    if not words:
        reason = "name every class of the vector or none"
        return UnequalNames(token.place, text=token.text, reason=reason)
    word, place = words[0]
    if not word[0].isalpha():
        return NotANumber(place, text=word)
    import json  # only this error needs it

    names, number = [entry.text for entry in words], text
    if name is None:
        name, number = "…", "…"
    meant = f"'{{{json.dumps(' '.join([*names, name]), ensure_ascii=False)}: {number}, …}}'"
    return LooseWord(place, text=word, remedy=meant)


def _check_names(vector: Vector, first: Vector) -> None:
    """Refuse a vector whose classes are not named as those of the first one are."""
    if vector.names == first.names:
        return
    for entry in chain(*(each.entries for each in (first, vector) if not each.names)):
        _value(entry)  # what is not a number is perhaps a name without its number
    rule = "every vector must name the same classes in the same order"
    pairs = enumerate(zip_longest(vector.names, first.names))
    differs, wanted = next((index, wanted) for index, (name, wanted) in pairs if name != wanted)
    if 0 < len(vector.names) == differs:
        place = vector.entries[-1].place
        raise MissingNumber(place, reason=f"for {quoted(wanted or '')}: {rule}")
    entry = vector.entries[differs]
    text = vector.names[differs] if vector.names else entry.text
    raise UnequalNames(entry.place, text=text, reason=rule)
