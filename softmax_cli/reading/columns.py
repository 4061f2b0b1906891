"""Which columns a LIST names: by name, by position, by range or by pattern.

Where a header's names are themselves whole numbers, a number is a name and nothing else,
in ranges too.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import chain

from softmax_cli.errors import UnknownColumn, UsageError, counted, quoted
from softmax_cli.reading.classes import are_whole_numbers, listed, nearest
from softmax_cli.reading.delimited import comma_list, raw_of

# Compiled at their first use, for most runs use none of them: each takes 0.1 ms.
_RANGE = r"([0-9]{1,18})-([0-9]{1,18})?"
_POSITION = r"[0-9]{1,18}"
_NEGATIVE = r"-[0-9]+"
_PATTERN = r"[*?\[]"


def choose(option: str, wanted: str, width: int, header: Sequence[str] | None) -> list[int]:
    """The positions, from 0, of the columns that a LIST names, in its order, each once.

    Args:
        option: the option that takes the LIST, for the message.
        wanted: names, positions from 1, ranges of either, and patterns, between commas.
        width: how many columns there are.
        header: their names, if they have any.

    Raises:
        UnknownColumn: an item that names no column.
    """
    columns = _Columns(width, header or ())
    if wanted in (header or ()):  # as it stands, with its blanks and commas
        return [*columns.named(option, wanted)]
    found = (columns.named(option, item) for item in comma_list(wanted))
    return list(dict.fromkeys(chain.from_iterable(found)))


def choose_one(option: str, wanted: str, width: int, header: Sequence[str] | None) -> int:
    """The position, from 0, of the one column that an option names.

    Raises:
        UnknownColumn: it names no column.
        UsageError: it names several.
    """
    found = _Columns(width, header or ()).named(option, wanted)
    if len(found) > 1:
        raise UsageError(reason=f"{option}: {quoted(wanted)} names several columns")
    return found[0]


def positions(wanted: str | None, width: int) -> list[int]:
    """The columns that a LIST names if all of its items are positions, or none."""
    columns = _Columns(width, ())
    found = [columns.numbered(item) for item in comma_list(wanted)] if wanted else []
    return list(chain.from_iterable(found)) if all(found) else []


def as_option(chosen: Sequence[int], header: Sequence[str] | None) -> str:
    """A LIST, quoted for a shell, that names these columns."""
    import shlex

    columns = _Columns(0, header or ())
    items = [columns.item(column) for column in chosen]
    return shlex.quote(",".join(items))


class _Columns:
    """The columns of a table, to be found by what a user calls them."""

    def __init__(self, width: int, header: Sequence[str]) -> None:
        self._width = width
        self._header = header

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        by_name: dict[str, list[int]] = {}
        for column, name in enumerate(self._header):
            if name:
                by_name.setdefault(name, []).append(column)
        return by_name

    def named(self, option: str, item: str) -> Sequence[int]:
        """The columns that an item names.

        Raises:
            UnknownColumn: it names none.
        """
        found = self._by_name.get(item) or self._between_names(item) or self._like(item)
        if not found and not are_whole_numbers(self._header):
            found = self.numbered(item)
        if not found:
            raise UnknownColumn(option=option, text=item, remedy=self._remedy(item))
        return found

    def item(self, column: int) -> str:
        """What names the column: its name, or its position if another column has the name."""
        name = self._header[column] if column < len(self._header) else ""
        if not name or self._by_name[name] != [column]:
            return str(column + 1)
        return raw_of(name, b",").decode()

    def numbered(self, item: str) -> Sequence[int]:
        """The columns at a position or in a range of positions, counted from 1."""
        bounds = re.fullmatch(_RANGE, item)
        if bounds:
            first, last = int(bounds[1]), int(bounds[2] or self._width)
        elif re.fullmatch(_POSITION, item):
            first = last = int(item)
        else:
            return ()
        return range(first - 1, last) if 1 <= first <= last <= self._width else ()

    def _between_names(self, item: str) -> Sequence[int]:
        """The columns from one name to another, or from a number that is a name to the end."""
        for dash in (place for place, character in enumerate(item) if character == "-"):
            first, last = self._by_name.get(item[:dash]), self._by_name.get(item[dash + 1 :])
            if item.endswith("-") and dash == len(item) - 1 and item[:dash].isdecimal():
                last = [len(self._header) - 1]
            if item[:dash] and first and last and first[0] <= last[-1]:
                return range(first[0], last[-1] + 1)
        return ()

    def _like(self, item: str) -> Sequence[int]:
        """The columns whose name a pattern matches."""
        if not re.search(_PATTERN, item):
            return ()
        import fnmatch

        matches = re.compile(fnmatch.translate(item)).match
        return [column for column, name in enumerate(self._header) if matches(name)]

    def _remedy(self, item: str) -> str:
        if re.fullmatch(_NEGATIVE, item):
            return ": columns are counted from 1"
        if not self._header:
            return f": the table has {counted(self._width, 'column')}, without names"
        if not item and "" in self._header:
            return f": the position of the column without a name is {self._header.index('') + 1}"
        names = [name for name in self._header if name]
        return nearest(item, names) or f": there are {listed(names)}"
