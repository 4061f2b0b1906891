"""Which class is meant: by its name first, then by its number."""

from collections.abc import Sequence

from softmax_cli.cells import comma_list
from softmax_cli.errors import MissingTarget, UnclearTarget, UnknownClass, UnknownTarget, UsageError
from softmax_cli.settings import Settings


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
    if not (text.isascii() and text.lstrip("+-").isdigit()):
        raise UnknownTarget(text=text, remedy="")
    if settings.zero_based is None:
        raise UnclearTarget(text=text)
    index = int(text) - settings.first_class
    if not 0 <= index < count:
        first = settings.first_class
        raise UnknownTarget(text=text, remedy=f": they are numbered {first} to {first + count - 1}")
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
    first = settings.first_class
    if text.isascii() and text.lstrip("+-").isdigit() and 0 <= int(text) - first < count:
        return int(text) - first
    known = f": they are numbered {first} to {first + count - 1}"
    raise UnknownClass(remedy=option, text=text, reason=known)
