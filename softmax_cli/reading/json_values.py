"""Rows of JSON as values, their numbers as they were typed, and values as text."""

import json
import re
from collections import Counter
from typing import Any

from softmax_cli.errors import BrokenJson, quoted
from softmax_cli.reading.brackets import depth

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
# Deeper than anyone nests, and far less deep than the stack allows.
_DEEPEST = 100


class Typed(str):
    """A number as it was typed."""


class Members(list[tuple[str, Any]]):
    """The members of an object, in order."""


def decoded(record: bytes) -> list[Any] | dict[str, Any]:
    """Return a row: an array, or an object by name; its numbers as they were typed.

    Raises:
        BrokenJson: the row is not JSON, or names a member twice.
    """
    try:
        value = _loaded(record)
    except BrokenJson:
        value = _printed(record)
        if value is None:
            raise
    if not isinstance(value, Members):
        if isinstance(value, list):
            return value
        raise BrokenJson(reason="a row is an array or an object")
    found = dict(value)
    if len(found) != len(value):
        names = [name for name, _ in value]
        twice = next(name for name, count in Counter(names).items() if count > 1)
        raise BrokenJson(reason=f"an object names the member {quoted(twice)} twice")
    return found


def _loaded(record: bytes) -> Any:
    _check_depth(record)
    try:
        value = json.loads(
            record.decode(),
            object_pairs_hook=Members,
            parse_float=Typed,
            parse_int=Typed,
            parse_constant=Typed,
        )
        if b"\\u" in record:
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        shown = quoted(error.doc[error.pos : error.pos + 20])
        where = f"unexpected {shown}" if error.pos < len(error.doc) else "it ends too early"
        raise BrokenJson(reason=f"the row is not valid JSON: {where}") from None
    except UnicodeEncodeError:
        reason = "the row is not valid JSON: half of a surrogate pair stands alone"
        raise BrokenJson(reason=reason) from None
    except UnicodeDecodeError:
        raise BrokenJson(reason="the row is not UTF-8") from None
    return value


def _check_depth(record: bytes) -> None:
    """Refuse a row that nests arrays and objects too deeply.

    Raises:
        BrokenJson: it does.
    """
    if record.count(b"[") + record.count(b"{") > _DEEPEST and depth(record) > _DEEPEST:
        reason = f"the row nests arrays and objects more than {_DEEPEST} deep"
        raise BrokenJson(reason=reason)


def _printed(record: bytes) -> Any:
    """Return what Python or NumPy printed, or None if that is not what the row is.

    NumPy has blanks between the items of an array, or no digits behind a point; Python has
    single quotes around names.
    """
    if record.startswith(b"{") and b"'" in record and b'"' not in record:
        try:
            return _loaded(record.replace(b"'", b'"'))
        except BrokenJson:
            return None
    body = record[1:-1]
    if not (record.startswith(b"[") and record.endswith(b"]")):
        return None
    if re.search(rb'["\[\]{}]', body):
        return None
    items = body.split(b",") if b"," in body else body.split()
    try:
        return [_item(item.decode().strip(" \t\r\n")) for item in items]
    except UnicodeDecodeError:
        return None


def _item(text: str) -> Any:
    words: dict[str, Any] = {"true": True, "false": False, "null": None}
    return words[text] if text in words else Typed(text)


def text_of(value: Any) -> str:
    """Return what a value says in a cell of text: nothing for null, JSON for a nested one."""
    if value is None:
        return ""
    return str(value) if isinstance(value, str) else json_of(value).decode()


def json_of(value: Any) -> bytes:
    """Return a value as JSON on one line, its numbers as they were typed."""
    import orjson

    if isinstance(value, Typed):
        if value == "-0":
            return b"0"
        return value.encode() if _NUMBER.fullmatch(value) else orjson.dumps(str(value))
    if isinstance(value, Members):
        items = [orjson.dumps(name) + b":" + json_of(item) for name, item in value]
        return b"{" + b",".join(items) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(json_of, value)) + b"]"
    return orjson.dumps(value)


def kept_text(value: bytes) -> str:
    """Return what a kept value says in a cell of text."""
    return text_of(_loaded(value))
