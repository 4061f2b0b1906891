"""The numbers and marks of a text on the command line."""

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from softmax_cli.bad_numbers import MissingNumber
from softmax_cli.errors import NotText, Place, quoted

# A newline that an indented line follows is a mark of its own.
INDENTED = "\n "
_MARKS = frozenset([*"[](){},;\n", INDENTED])
_INDENTED = re.compile(r"\n[ \t]+")
_BLANKS = re.compile(r"[ \t\r]+")
_WORD = re.compile(r"[^ \t\r\n,;\[\](){}]+")
# The bound keeps a text of many quotes from being searched to its end for each of them.
_KEY = re.compile(
    r"""(?:"((?:\\.|[^"\\]){0,1000})"|'((?:\\.|[^'\\]){0,1000})'|([^ \t\r\n,;:\[\](){}"']+))"""
    r"[ \t\r\n]*:[ \t\r\n]*"
)


class Token(NamedTuple):
    """A mark, or a number with the name of its class if it has one."""

    text: str
    place: Place
    name: str | None = None

    @property
    def is_mark(self) -> bool:
        """Whether the token is a bracket or a separator."""
        return self.name is None and self.text in _MARKS


def tokens_of(text: str, place: Place) -> Iterator[Token]:
    """Yield the tokens of an argument, or of the value of an option.

    Raises:
        NotText: it is not UTF-8.
        MissingNumber: a name in braces with no number after it.
    """
    text = _decoded(text)
    if not _is_text(text):
        raise NotText(place, reason=f"{quoted(text)} is not UTF-8")
    if "(" in text:
        from softmax_cli.reading.prints import unwrapped  # most arguments are not prints

        text = unwrapped(text)
    yield from _tokens(text, place)


def _tokens(text: str, place: Place) -> Iterator[Token]:
    closing = _closing_brackets(text) if "(" in text else {}
    position, depth = 0, 0
    while position < len(text):
        if blanks := _BLANKS.match(text, position):
            position = blanks.end()
            continue
        if indent := _INDENTED.match(text, position):
            yield Token(INDENTED, place)
            position = indent.end()
            continue
        name = None
        key = _KEY.match(text, position) if depth else None
        if key:
            name, position = _key_text(key), key.end()
        end = _word_end(text, position, closing)
        if key and end is None:
            raise MissingNumber(place, reason=f"after {quoted(key[0].strip())}")
        token = text[position : end or position + 1]
        depth += (token == "{") - (token == "}")
        yield Token(token, place, name)
        position += len(token)


def _key_text(key: re.Match[str]) -> str:
    """Return the name that a key of a JSON object or a Python dict stands for."""
    name = key[1] or key[2] or key[3] or ""
    if "\\" not in name:
        return name
    import ast
    import json

    try:
        return str(json.loads(f'"{name}"') if key[1] else ast.literal_eval(f"'{name}'"))
    except (ValueError, SyntaxError):
        return name


def _word_end(text: str, start: int, closing: dict[int, int]) -> int | None:
    """Return where the word at `start` ends; the brackets of a logarithm are part of it."""
    word = _WORD.match(text, start)
    end = word.end() if word else None
    while end in closing and text[end - 2 : end].lower() == "ln":
        word = _WORD.match(text, closing[end] + 1)
        end = word.end() if word else closing[end] + 1
    return end


def _closing_brackets(text: str) -> dict[int, int]:
    """Return which round bracket closes which."""
    closing: dict[int, int] = {}
    opened = []
    for position, character in enumerate(text):
        if character == "(":
            opened.append(position)
        elif character == ")" and opened:
            closing[opened.pop()] = position
    return closing


def _decoded(argument: str) -> str:
    """Return an argument of UTF-8 that a locale of ASCII has left undecoded."""
    if argument.isascii():
        return argument
    try:
        return os.fsencode(argument).decode()
    except UnicodeError:
        return argument


def _is_text(argument: str) -> bool:
    """Whether the argument's bytes are UTF-8: Python hides others in surrogates."""
    return argument.isascii() or not any("\ud800" <= c <= "\udfff" for c in argument)
