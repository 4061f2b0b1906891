"""How a table is laid out: its delimiter, its header, which columns are logits.

All of it is decided by the first row and the options, so that a block can be read
without knowing the blocks before it.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, groupby
from typing import NamedTuple

from softmax_cli.errors import (
    HoldsText,
    NotANumber,
    Place,
    SoftmaxError,
    UnknownColumn,
    UsageError,
    quoted,
)
from softmax_cli.reading.classes import labels_for
from softmax_cli.reading.delimited import ANY_EDGES, as_typed, comma_list, edges_of, text_of
from softmax_cli.reading.numbers import to_float
from softmax_cli.settings import Settings

# Words for a number that is not there: a hole in a column, and no column of text.
_NO_VALUE = {"na", "nan", "null", "none"}
_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")
_POSITION = re.compile(r"[0-9]{1,18}")


class Layout(NamedTuple):
    """What the cells of every row of one table are.

    Attributes:
        source: what the user calls the input.
        delimiter: between two cells; one blank stands for any run of blanks.
        width: the number of cells of a row.
        header: the names of all columns, if there is a header.
        raw_header: the same cells as they came, quotes on.
        logits: the positions of the logit columns, from 0.
        classes: the names of the classes, if they have names.
        target: the position of the column of targets.
        newline: how lines end.
        ragged: rows may have any number of cells.
        free: each row has a delimiter of its own, since the first has none.
        is_column: the logits are one column, which is then one vector.
        append: the whole row is kept, and the answer follows it.
        json: rows are JSON arrays or objects.
    """

    source: str
    delimiter: bytes = b","
    width: int = 0
    logits: tuple[int, ...] = ()
    header: tuple[str, ...] | None = None
    raw_header: tuple[bytes, ...] = ()
    header_line: int = 0
    classes: tuple[str, ...] | None = None
    target: int | None = None
    newline: bytes = b"\n"
    ragged: bool = False
    free: bool = False
    is_column: bool = False
    append: bool = False
    json: bool = False

    @property
    def edges(self) -> bytes:
        """The bytes behind which a cell begins, line ends aside."""
        return ANY_EDGES if self.free else edges_of(self.delimiter)

    @property
    def kept(self) -> tuple[int, ...]:
        """The positions of the columns that are not logits."""
        runs = [range(first, last + 1) for is_logits, first, last in self.runs if not is_logits]
        return tuple(chain.from_iterable(runs))

    @property
    def runs(self) -> tuple[tuple[bool, int, int], ...]:
        """The row in runs of adjacent columns of one kind: (logits?, first, last)."""
        return _runs(self.width, self.logits)

    @property
    def segments(self) -> tuple[tuple[bool, int, int], ...]:
        """The row as it is written, in runs: with `append` all of it, then the answer."""
        if self.append:
            return ((False, 0, self.width - 1), (True, self.logits[0], self.logits[-1]))
        return self.runs

    def place(self, line: int, column: int | None = None) -> Place:
        """Where a row or one of its cells stands."""
        return Place(self.source, line, None if column is None else self._column_name(column))

    def _column_name(self, column: int) -> str:
        if self.header and column < len(self.header) and self.header[column]:
            return quoted(self.header[column])
        return str(column + 1)


@lru_cache
def _runs(width: int, logits: tuple[int, ...]) -> tuple[tuple[bool, int, int], ...]:
    chosen = set(logits)
    runs = [list(run) for _, run in groupby(range(width), chosen.__contains__)]
    return tuple((run[0] in chosen, run[0], run[-1]) for run in runs)


def is_number(text: str) -> bool:
    """Whether the grammar takes the text, whatever its value."""
    try:
        to_float(text)
    except NotANumber:
        return False
    except SoftmaxError:  # a number, though none that can be used
        return True
    return True


def choose(option: str, wanted: str, width: int, header: Sequence[str] | None) -> set[int]:
    """The positions of the columns that a LIST names: names, numbers, ranges, globs.

    Raises:
        UnknownColumn: an item that names no column.
    """
    chosen: set[int] = set()
    for item in comma_list(wanted):
        columns = _named(item, header or ()) or _numbered(item, width)
        if not columns:
            known = _known(header, width)
            raise UnknownColumn(remedy=option, text=item, reason=known)
        chosen |= columns
    return chosen


def _known(header: Sequence[str] | None, width: int) -> str:
    if not header:
        return f": there are {width}, and they have no names"
    names = ", ".join(quoted(name) for name in header[:12])
    return f": there are {names}{', …' if len(header) > 12 else ''}"


def _named(item: str, header: Sequence[str]) -> set[int]:
    import fnmatch

    exact = {column for column, name in enumerate(header) if name == item}
    return exact or {
        column for column, name in enumerate(header) if fnmatch.fnmatchcase(name, item)
    }


def _numbered(item: str, width: int) -> set[int]:
    bounds = _RANGE.fullmatch(item)
    if bounds and (bounds[1] or bounds[2]):
        first, last = int(bounds[1] or 1), int(bounds[2] or width)
    elif _POSITION.fullmatch(item):
        first = last = int(item)
    else:
        return set()
    return set(range(first - 1, last)) if 1 <= first <= last <= width else set()


def lay_out(
    first: Sequence[bytes], line: int, layout: Layout, settings: Settings
) -> tuple[Layout, bool]:
    """The layout that a table's first row settles, and whether that row is its header.

    Args:
        first: the raw cells of the first row.
        line: the line it stands on.
        layout: what is known before: the source, the delimiter, the newline.
        settings: the options.

    Raises:
        SoftmaxError: the options name columns or classes that are not there.
    """
    texts = [text_of(cell).strip() for cell in first]
    has_header = _is_header(texts, layout, settings)
    header = tuple(texts) if has_header else None
    target = _target_column(texts, header, settings)
    logits = _logit_columns(texts, header, target, settings)
    if target is not None and len(logits) == 1:
        reason = "--target-column has a target a row, and one column of logits is one vector"
        raise UsageError(reason=reason)
    names = tuple(header[column] for column in logits) if header else None
    settled = layout._replace(
        width=len(first),
        header=header,
        raw_header=tuple(first) if has_header else (),
        header_line=line if has_header else 0,
        logits=logits,
        classes=names if len(logits) > 1 else None,
        target=target,
        ragged=settings.ragged,
        is_column=len(logits) == 1 and not settings.ragged,
        append=settings.append,
    )
    return _labelled(settled, settings), has_header


def _is_header(texts: Sequence[str], layout: Layout, settings: Settings) -> bool:
    if settings.header is not None or settings.ragged:
        return bool(settings.header)
    # in JSON a hole is a null, which names no column
    names = [text for text in texts if text] if layout.json else texts
    return not all(is_number(as_typed(text, settings)) for text in names)


def _target_column(
    texts: Sequence[str], header: Sequence[str] | None, settings: Settings
) -> int | None:
    if settings.target_column is None:
        return None
    named = _named(settings.target_column, header or ())
    columns = named or _numbered(settings.target_column, len(texts))
    if not columns:
        known = _known(header, len(texts))
        raise UnknownColumn(remedy="--target-column", text=settings.target_column, reason=known)
    if len(columns) > 1:
        reason = f"--target-column: {quoted(settings.target_column)} names several columns"
        raise UsageError(reason=reason)
    return columns.pop()


def _logit_columns(
    texts: Sequence[str], header: Sequence[str] | None, target: int | None, settings: Settings
) -> tuple[int, ...]:
    """The logit columns: those named, or all but those kept, the target and the nameless."""
    width = len(texts)
    kept = choose("--keep", settings.keep, width, header) if settings.keep else set()
    kept |= set() if target is None else {target}
    if settings.columns:
        logits = choose("--columns", settings.columns, width, header)
        if both := logits & kept:
            name = quoted(header[min(both)]) if header else str(min(both) + 1)
            reason = f"column {name} is a logit by --columns and kept otherwise"
            raise UsageError(reason=reason)
    else:
        # pandas and R write the index as a column without a name
        nameless = {column for column, name in enumerate(header or ()) if not name}
        logits = set(range(width)) - kept - nameless
    if not logits:
        raise UsageError(reason="no column is left for the logits: name them with --columns")
    return tuple(sorted(logits))


def _labelled(layout: Layout, settings: Settings) -> Layout:
    """The layout with the classes named as --labels says."""
    if settings.labels is None or layout.ragged:
        return layout
    if layout.is_column:  # how many classes it has is known at its end
        return layout._replace(classes=tuple(comma_list(settings.labels)))
    return layout._replace(classes=labels_for(len(layout.logits), settings))


def check_first_row(row: Sequence[bytes], line: int, layout: Layout, settings: Settings) -> None:
    """Refuse a column of text among the logits, with a remedy, before it is read as numbers.

    Raises:
        HoldsText: a cell of the first row of data that is text.
    """
    if layout.ragged or len(row) != layout.width:
        return
    for column in layout.logits:
        text = text_of(row[column]).strip()
        is_word = text[:1].isalpha() and text.lower() not in _NO_VALUE
        if is_word and not is_number(as_typed(text, settings)):
            place = layout.place(layout.header_line or line, column)
            raise HoldsText(place, text=text)
