"""Which class is meant: by its name, or by its number.

Where names are themselves whole numbers, a number is a name and nothing else, unless
--zero-based or --one-based says that numbers are positions.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from softmax_cli.errors import (
    MissingTarget,
    RepeatedName,
    SharedClassName,
    SharedName,
    UnclearTarget,
    UnfitOption,
    UnknownClass,
    UnknownTarget,
    UsageError,
    counted,
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
        UsageError: it gives one twice.
        UnfitOption: it gives more names or fewer.
    """
    if settings.labels is None:
        return None
    labels = label_names(settings.labels)
    if len(labels) != classes:
        names = f"{counted(len(labels), 'name')} for {counted(classes, 'class', 'classes')}"
        raise UnfitOption(reason=f"--labels: {names}")
    return labels


@lru_cache(maxsize=1)  # it is asked for every vector
def label_names(labels: str) -> tuple[str, ...]:
    """The names that a value of --labels lists.

    Raises:
        UsageError: it gives two classes the same name.
    """
    names = tuple(comma_list(labels))
    twice = repeated(names)
    if twice is not None:
        raise UsageError(reason=f"--labels: {RepeatedName(text=twice)}")
    return names


def repeated(names: Sequence[str]) -> str | None:
    """The first name that another one repeats, or None."""
    if len({*names}) == len(names):
        return None
    return next(name for name, count in Counter(names).items() if count > 1)


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
    """The position of the class with this name, `1.0` being the name `1` too.

    Raises:
        SharedName: several classes have this name.
    """
    if not names:
        return None
    spellings = [text] if text in names else _spellings(text, names)
    if not spellings:
        return None
    if len(spellings) > 1 or names.count(spellings[0]) > 1:
        raise SharedName(text=text)
    return names.index(spellings[0])


def _spellings(text: str, names: Sequence[str]) -> list[str]:
    """The names that are the same whole number."""
    number = whole_number(text)
    return [] if number is None else [name for name in names if whole_number(name) == number]


def class_index(text: str, count: int, names: Sequence[str] | None, settings: Settings) -> int:
    """The class, counted from 0, that a target cell names.

    Raises:
        MissingTarget, UnknownTarget: the cell names no class.
        SharedName: the cell names several.
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
        SharedClassName: it names several.
    """
    try:
        index = meant_class(text, count, names, settings)
    except SharedName:
        also = "" if _is_position(names, settings) else " and --one-based"
        remedy = f"give the number of one{also}"
        raise SharedClassName(option=option, text=text, remedy=remedy) from None
    if index is None:
        remedy = _remedy(text, count, names, settings)
        raise UnknownClass(option=option, text=text, remedy=remedy)
    return index


def meant_class(
    text: str, count: int, names: Sequence[str] | None, settings: Settings
) -> int | None:
    """The class, counted from 0, that a name or a number means, None if it means none.

    Raises:
        SharedName: it is the name of several classes.
    """
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
    if count == 1:
        return f": the only class is {first}"
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
