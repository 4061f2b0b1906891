"""Rows of JSON → the cells of a table, and what the first row says about the others.

A row is an array of cells, an object of named cells, or an object with the vector in one
member. Numbers stay as they were typed.
"""

from collections.abc import Sequence, Set
from itertools import chain
from typing import Any

from softmax_cli.bad_numbers import EmptyVector
from softmax_cli.errors import BrokenJson, UsageError, counted, quoted
from softmax_cli.reading import layout as tables
from softmax_cli.reading.classes import labels_for
from softmax_cli.reading.columns import choose, choose_one
from softmax_cli.reading.delimited import comma_list, raw_of
from softmax_cli.reading.json_values import Members, Typed, decoded, json_of, text_of
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.numbers import is_number
from softmax_cli.settings import Settings

# What JSON Lines of other programs, and our own, call the names of the classes.
_CLASSES = "classes"
_SHOWN_MEMBERS = 3
_RAGGED_ROWS = "; --ragged lets every row be a vector of its own"


def lay_out(record: bytes, line: int, layout: Layout, settings: Settings) -> tuple[Layout, bool]:
    """Return the layout that the first row settles, and whether that row is a header.

    Raises:
        SoftmaxError: the row is not JSON, or the options name columns that are not there.
    """
    row = decoded(record)
    if not row:
        raise EmptyVector
    if isinstance(row, list):
        return _array_layout(row, line, layout, settings)
    member = _vector_member(row, settings)
    if member is not None:
        if settings.by:
            reason = f"--by takes one logit a row, and the member {quoted(member)} is a vector"
            raise UsageError(reason=reason)
        return _member_layout(row, member, line, layout, settings), False
    if settings.ragged:
        tables.check_columns_exist(settings)
        logits = tuple(range(len(row)))
        settled = layout._replace(width=len(row), logits=logits, ragged=True)
        return settled._replace(append=settings.append), False
    cells = [raw_of(name, b",") for name in row]
    settled, _ = tables.lay_out(cells, line, layout, settings._replace(header=True))
    return settled, False


def _array_layout(
    row: list[Any], line: int, layout: Layout, settings: Settings
) -> tuple[Layout, bool]:
    if settings.header is None:
        is_text = [type(item) is str for item in row]
        header = bool(row) and all(is_text) and not all(is_number(item) for item in row)
        settings = settings._replace(header=header and not settings.ragged)
    return tables.lay_out(_cells(row), line, layout, settings)


def _member_layout(
    row: dict[str, Any], member: str, line: int, layout: Layout, settings: Settings
) -> Layout:
    """Return the layout of objects that hold their vector in one member.

    Raises:
        EmptyVector: the vector has no entries.
        UsageError: the options name members that are not there.
    """
    vector = row[member]
    if not vector:
        raise EmptyVector
    names = [name for name in row if name != member and not _names_classes(name, row, member)]
    place = list(row).index(member)
    before = sum(name in names for name in list(row)[:place])
    numbers = [str(index + settings.first_class) for index in range(len(vector))]
    header = [*names[:before], *numbers, *names[before:]]
    logits = tuple(range(before, before + len(vector)))
    target = _target_member(row, settings)
    classes = None if settings.ragged else _class_names(row, member, settings)
    labels = labels_for(len(vector), settings)
    return layout._replace(
        width=len(header),
        header=tuple(header),
        raw_header=tuple(raw_of(name, b",") for name in header),
        header_line=line,
        logits=logits,
        classes=labels or classes,
        row_classes=None if labels else _names_in_row(row, member),
        target=None if target is None else _place_of(target, names, before, len(vector)),
        ragged=settings.ragged,
        append=settings.append,
        member=member,
    )


def _place_of(target: str, names: list[str], before: int, classes: int) -> int:
    """Return the position of the member of targets among the kept members and the logits.

    Raises:
        UsageError: the member is not kept.
    """
    if target not in names:
        reason = f"--target-column: the member {quoted(target)} names the classes, not the target"
        raise UsageError(reason=reason)
    place = names.index(target)
    return place if place < before else place + classes


def _target_member(row: dict[str, Any], settings: Settings) -> str | None:
    """Return the member that --target-column names.

    Raises:
        UsageError: it names none, or several.
    """
    if settings.target_column is None:
        return None
    names = tuple(row)
    return names[choose_one("--target-column", settings.target_column, len(names), names)]


def _kept_members(row: dict[str, Any], settings: Settings) -> set[str]:
    """Return the members that options name as something else than logits.

    Raises:
        UsageError: an option names a member that is not there.
    """
    names = tuple(row)
    found = {_target_member(row, settings)}
    for option, wanted in (("--keep", settings.keep), ("--by", settings.by)):
        if wanted:
            found.update(names[column] for column in choose(option, wanted, len(names), names))
    return {name for name in found if name is not None}


def _vector_member(row: dict[str, Any], settings: Settings) -> str | None:
    """Return the member that holds the vector, None if the members are the vector.

    Raises:
        UsageError: several members are arrays of numbers, and -c names none of them; or an
            option names a member that is not there.
    """
    kept = _kept_members(row, settings)
    arrays = [name for name, value in row.items() if _is_array(value) and name not in kept]
    if settings.columns is not None:
        if settings.columns in arrays:
            return settings.columns
        items = comma_list(settings.columns)
        chosen = items[0] if len(items) == 1 else None
        return chosen if chosen in arrays else None
    vectors = [name for name in arrays if _is_vector(row[name])]
    if len(vectors) > 1 and vectors != [_CLASSES]:
        vectors = [name for name in vectors if not _names_classes(name, row, None)]
    if len(vectors) > 1:
        shown = ", ".join(quoted(name) for name in vectors[:_SHOWN_MEMBERS])
        reason = f"several members are arrays of numbers ({shown}): name one with --columns"
        raise UsageError(reason=reason)
    return vectors[0] if vectors else None


def _is_array(value: Any) -> bool:
    return isinstance(value, list) and not isinstance(value, Members)


def _is_vector(value: Any) -> bool:
    """Whether a value is an array of numbers and nulls."""
    is_all = bool(value) and all(type(item) is Typed or item is None for item in value)
    return is_all and any(item is not None for item in value)


def _names_classes(name: str, row: dict[str, Any], member: str | None) -> bool:
    """Whether a member names the classes of the vector rather than being kept."""
    value = row[name]
    if name != _CLASSES or name == member or not _is_array(value):
        return False
    if member is not None and len(value) != len(row[member]):
        return False
    if all(type(item) is str for item in value):
        return True
    numbers = [str(item) for item in value]
    return any(numbers == [str(i + first) for i in range(len(numbers))] for first in (0, 1))


def _names_in_row(row: dict[str, Any], member: str) -> tuple[str, ...] | None:
    """Return the names, or the numbers, that a row gives to the classes of its vector."""
    names = row.get(_CLASSES)
    return tuple(map(str, names)) if names and _names_classes(_CLASSES, row, member) else None


def _class_names(row: dict[str, Any], member: str, settings: Settings) -> tuple[str, ...] | None:
    """Return the names of the classes, None if they are what numbers them without names too."""
    names = _names_in_row(row, member)
    first = settings.first_class
    numbers = range(first, first + len(names or ()))
    return None if names == tuple(map(str, numbers)) else names


def cells(record: bytes, layout: Layout) -> list[bytes]:
    """Return the raw cells of a row, in the order of the header.

    With --ragged they are those of the vector alone.

    Raises:
        BrokenJson: the row is not JSON, or differs from the first row in its members.
    """
    row = decoded(record)
    if isinstance(row, list):
        if layout.member is not None:
            raise BrokenJson(reason="the row is an array, and the first row is an object")
        return _cells(row)
    if layout.member is not None:
        return _member_cells(row, layout)
    if not layout.ragged:
        if layout.header is None:
            raise BrokenJson(reason="the row is an object, and the first row is an array")
        _check_members(row.keys(), layout.header, layout)
    return _cells(_in_order(row, layout))


def _in_order(row: list[Any] | dict[str, Any], layout: Layout) -> list[Any]:
    """Return all values of a row in the order of the first row's."""
    if isinstance(row, list):
        return row
    if layout.member is not None:
        before, behind = _other_names(layout)
        vector = row[layout.member]
        return [*(row[name] for name in before), *vector, *(row[name] for name in behind)]
    return [*row.values()] if layout.ragged else [row[name] for name in layout.header or ()]


def _member_cells(row: dict[str, Any], layout: Layout) -> list[bytes]:
    vector: Any = row.get(layout.member or "")
    if not _is_array(vector):
        raise BrokenJson(reason=f"the member {quoted(layout.member or '')} is not an array")
    if not vector:
        raise EmptyVector
    others = {name for name in row if not _names_classes(name, row, layout.member)}
    names = _names_in_row(row, layout.member or "")
    _check_members(others - {layout.member}, [*chain(*_other_names(layout))], layout)
    if layout.ragged:
        return _cells(vector)
    if len(vector) != len(layout.logits):
        entries = counted(len(vector), "entry", "entries")
        reason = f"the vector has {entries}, and the first has {len(layout.logits):,}"
        raise BrokenJson(reason=reason, remedy=_RAGGED_ROWS)
    if None not in (names, layout.row_classes) and names != layout.row_classes:
        reason = "the classes have other names than those of the first row"
        raise BrokenJson(reason=reason, remedy=_RAGGED_ROWS)
    return _cells(_in_order(row, layout))


def _other_names(layout: Layout) -> tuple[Sequence[str], Sequence[str]]:
    """Return the members before the vector's and behind it."""
    header = layout.header or ()
    return header[: layout.logits[0]], header[layout.logits[-1] + 1 :]


def _check_members(names: Set[str], header: Sequence[str], layout: Layout) -> None:
    """Refuse an object whose members are not those of the first.

    Raises:
        BrokenJson: one is missing, or one is new.
    """
    known = set(header)
    if names == known:
        return
    remedy = "" if layout.member else "; --ragged lets every object be a vector of its own"
    new = min(names - known, default=None)
    if new is not None:
        reason = f"the member {quoted(new)} is not in the first object"
        raise BrokenJson(reason=reason, remedy=remedy)
    missing = next(name for name in header if name not in names)
    reason = f"the member {quoted(missing)} of the first object is missing"
    raise BrokenJson(reason=reason, remedy=remedy)


def class_names(record: bytes, layout: Layout, settings: Settings) -> tuple[str, ...] | None:
    """Return the names that a row gives to the classes of its own vector."""
    row = decoded(record)
    if isinstance(row, list):
        return None
    if layout.member is None:
        return tuple(row)
    return _class_names(row, layout.member, settings)


def kept(record: bytes, layout: Layout) -> tuple[bytes, ...]:
    """Return the values of the kept columns as JSON."""
    if layout.append:
        return tuple(map(json_of, _in_order(decoded(record), layout)))
    return values(record, layout, layout.kept)


def values(record: bytes, layout: Layout, columns: Sequence[int]) -> tuple[bytes, ...]:
    """Return the values of columns that are not logits as JSON.

    Raises:
        BrokenJson: the row is not JSON.
    """
    if not columns:
        return ()
    row = decoded(record)
    if isinstance(row, list):
        return tuple(json_of(row[column]) for column in columns)
    header = layout.header or ()
    return tuple(json_of(row.get(header[column])) for column in columns)


def _cells(row: Sequence[Any]) -> list[bytes]:
    return [raw_of(text_of(item), b",") for item in row]
