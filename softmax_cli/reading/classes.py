"""Which class is meant: by its name, or by its number.

Where names are themselves whole numbers, a number is a name and nothing else, unless
--zero-based or --one-based says that numbers are positions.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from softmax_cli.errors import (
    MissingTarget,
    UnclearTarget,
    UnfitOption,
    UnknownClass,
    UnknownTarget,
    quoted,
)
from softmax_cli.reading.delimited import as_typed, comma_list
from softmax_cli.reading.numbers import is_missing
from softmax_cli.settings import Settings

# `1.0` is what pandas writes for a whole number in a column with a missing value.
_WHOLE = re.compile(r"([+-]?[0-9]+)(?:\.0*)?")
_LIKE_A_NUMBER = re.compile(r"[+-]?[0-9.,]+")
# No input has classes beyond this many digits, and int() has a limit of its own.
_MOST_DIGITS = 18
# So many names are listed, and compared with a mistyped one.
_NAMES_SHOWN = 12
_NAMES_COMPARED = 2000


def labels_for(classes: int, settings: Settings) -> tuple[str, ...] | None:
    """The names that --labels gives to so many classes.

    Raises:
        UnfitOption: it gives more names or fewer.
    """
    if settings.labels is None:
        return None
    labels = tuple(comma_list(settings.labels))
    if len(labels) != classes:
        reason = f"--labels: {len(labels)} names for {classes} classes"
        raise UnfitOption(reason=reason)
    return labels


def whole_number(text: str) -> int | None:
    """The whole number that a text spells, `1.0` included, or None."""
    whole = _WHOLE.fullmatch(text)
    return int(whole[1]) if whole and len(text) <= _MOST_DIGITS else None


def are_whole_numbers(names: Sequence[str] | None) -> bool:
    """Whether some of the names are whole numbers, so that a number is only a name."""
    return _has_whole_number(tuple(names)) if names else False


@lru_cache(maxsize=8)  # it is asked for every row
def _has_whole_number(names: tuple[str, ...]) -> bool:
    return any(map(_WHOLE.fullmatch, names))


def named_class(text: str, names: Sequence[str] | None) -> int | None:
    """The position of the class with this name, `1.0` being the name `1` too."""
    if not names:
        return None
    if text in names:
        return names.index(text)
    number = whole_number(text)
    if number is None:
        return None
    return next((i for i, name in enumerate(names) if whole_number(name) == number), None)


def class_index(text: str, count: int, names: Sequence[str] | None, settings: Settings) -> int:
    """The class, counted from 0, that a target cell names.

    Raises:
        MissingTarget, UnknownTarget: the cell names no class.
        UnclearTarget: it is a number, and neither --zero-based nor --one-based was given.
    """
    meant = _with_point(text, names, settings)
    is_number = _WHOLE.fullmatch(meant) is not None
    if is_number and settings.zero_based is None and not are_whole_numbers(names):
        raise UnclearTarget(text=text)
    index = meant_class(meant, count, names, settings)
    if index is not None:
        return index
    if is_missing(text):
        raise missing_target(text)
    raise UnknownTarget(text=text, remedy=_remedy(meant, count, names, settings))


def _with_point(text: str, names: Sequence[str] | None, settings: Settings) -> str:
    """A target cell with a decimal point if it is a number and not a name as it stands."""
    is_name = text in (names or ())
    return text if is_name or not _LIKE_A_NUMBER.fullmatch(text) else as_typed(text, settings)


def missing_target(text: str) -> MissingTarget:
    """The error of a target cell that is empty, or that holds a word for a missing value."""
    return MissingTarget(reason=f": {quoted(text)}" if text else "")


def chosen_class(
    option: str, text: str, count: int, names: Sequence[str] | None, settings: Settings
) -> int:
    """The class, counted from 0, that an option names.

    Raises:
        UnknownClass: it names none.
    """
    index = meant_class(text, count, names, settings)
    if index is None:
        remedy = _remedy(text, count, names, settings)
        raise UnknownClass(option=option, text=text, remedy=remedy)
    return index


def meant_class(
    text: str, count: int, names: Sequence[str] | None, settings: Settings
) -> int | None:
    """The class, counted from 0, that a name or a number means, None if it means none."""
    if _WHOLE.fullmatch(text) and _is_position(names, settings):
        number = whole_number(text)
        index = -1 if number is None else number - settings.first_class
        return index if 0 <= index < count else None
    return named_class(text, names)


def _is_position(names: Sequence[str] | None, settings: Settings) -> bool:
    """Whether a number counts classes, and is not the name of one."""
    return settings.zero_based is not None or not are_whole_numbers(names)


def _remedy(text: str, count: int, names: Sequence[str] | None, settings: Settings) -> str:
    if names and not (_WHOLE.fullmatch(text) and _is_position(names, settings)):
        return nearest(text, names) or f": there are {listed(names)}"
    first = settings.first_class
    return f": they are numbered {first} to {first + count - 1}"


def listed(names: Sequence[str]) -> str:
    """The first names, in quotes."""
    shown = ", ".join(quoted(name) for name in names[:_NAMES_SHOWN])
    return f"{shown}{', …' if len(names) > _NAMES_SHOWN else ''}"


def nearest(text: str, names: Sequence[str]) -> str:
    """A question that names the nearest name, or nothing if none is near."""
    import difflib  # only a mistyped name needs it

    known = {name.lower(): name for name in reversed(names[:_NAMES_COMPARED])}
    near = difflib.get_close_matches(text.lower(), known, n=1)
    return f": did you mean {quoted(known[near[0]])}?" if near else ""
