"""Which class is meant: by its name first, then by its number."""

import re
from collections.abc import Sequence

from softmax_cli.errors import MissingTarget, UnclearTarget, UnknownClass, UnknownTarget, UsageError
from softmax_cli.reading.delimited import comma_list
from softmax_cli.settings import Settings

_WHOLE = re.compile(r"[+-]?[0-9]+")
# No input has classes beyond this many digits, and int() has a limit of its own.
_MOST_DIGITS = 18


def labels_for(classes: int, settings: Settings) -> tuple[str, ...] | None:
    """The names that --labels gives to so many classes.

    Raises:
        UsageError: it gives more names or fewer.
    """
    if settings.labels is None:
        return None
    labels = tuple(comma_list(settings.labels))
    if len(labels) != classes:
        reason = f"--labels: {len(labels)} names for {classes} classes"
        raise UsageError(reason=reason)
    return labels


def class_index(text: str, count: int, names: Sequence[str] | None, settings: Settings) -> int:
    """The class, counted from 0, that a target cell names: a name first, then a number.

    Raises:
        MissingTarget, UnknownTarget: the cell names no class.
        UnclearTarget: it is a number, and it was not said where numbers start.
    """
    if not text:
        raise MissingTarget
    if names and text in names:
        return names.index(text)
    if not _WHOLE.fullmatch(text):
        raise UnknownTarget(text=text, remedy="")
    if settings.zero_based is None:
        raise UnclearTarget(text=text)
    index = _numbered(text, count, settings)
    if index is None:
        raise UnknownTarget(text=text, remedy=_known(count, settings))
    return index


def chosen_class(
    option: str, text: str, count: int, names: Sequence[str] | None, settings: Settings
) -> int:
    """The class, counted from 0, that an option names.

    Raises:
        UnknownClass: it names none.
    """
    if names and text in names:
        return names.index(text)
    index = _numbered(text, count, settings)
    if index is None:
        raise UnknownClass(remedy=option, text=text, reason=_known(count, settings))
    return index


def _numbered(text: str, count: int, settings: Settings) -> int | None:
    """The class, counted from 0, that has this number."""
    if not _WHOLE.fullmatch(text) or len(text) > _MOST_DIGITS:
        return None
    index = int(text) - settings.first_class
    return index if 0 <= index < count else None


def _known(count: int, settings: Settings) -> str:
    first = settings.first_class
    return f": they are numbered {first} to {first + count - 1}"
