"""How a table is laid out: its delimiter, its header, which columns are logits.

All of it is decided by the first row and the options, so that a block can be read
without knowing the blocks before it.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np

from softmax_cli.errors import Place, UsageError, quoted
from softmax_cli.reading.classes import label_names, labels_for
from softmax_cli.reading.columns import as_option, choose, choose_one, positions
from softmax_cli.reading.delimited import (
    ANY_EDGES,
    BLANK,
    as_typed,
    edges_of,
    text_of,
)
from softmax_cli.reading.numbers import is_missing, is_number, needs_decimal_comma
from softmax_cli.settings import Settings
from softmax_cli.values import LINES_OF_A_FILE, Element

# So many columns are named in a message.
_COLUMNS_SHOWN = 3

# Positions of columns. A tuple of a million of them takes 36 MB, a range nothing.
Columns = tuple[int, ...] | range
_MANY_COLUMNS = 4096


class Layout(NamedTuple):
    """What the cells of every row of one table are.

    Attributes:
        source: what the user calls the input.
        further: what the user calls the files that are read after it.
        delimiter: between two cells; one blank stands for any run of blanks.
        width: the number of cells of a row.
        header: the names of all columns, if there is a header.
        raw_header: the same cells as they came, quotes on.
        logits: the positions of the logit columns, from 0; a range if they are many and adjacent.
        classes: the names of the classes, if they have names.
        target: the position of the column of targets.
        newline: how lines end.
        ragged: rows may have any number of cells.
        free: each row has a delimiter of its own, since the first has none.
        in_rows: the logits are one column: the classes of a vector stand in rows.
        by: the positions of the columns whose cells tell one such vector from the next; with
            none, the whole column is one.
        append: the whole row is kept, and the answer follows it.
        json: rows are JSON arrays or objects.
        blank: the position of a last column that is empty in every row, since a delimiter ends
            each line; none if an option says what the column is.
        numbered: the lines of an answer begin with the number of its vector.
        member: the member that holds the vector, if the rows are objects with one.
        row_classes: the names or numbers that such rows give to the classes, unless --labels
            does.
        gzip: the text is compressed.
    """

    source: str
    delimiter: bytes = b","
    width: int = 0
    logits: Columns = ()
    header: tuple[str, ...] | None = None
    raw_header: tuple[bytes, ...] = ()
    header_line: int = 0
    classes: tuple[str, ...] | None = None
    target: int | None = None
    newline: bytes = b"\n"
    ragged: bool = False
    free: bool = False
    in_rows: bool = False
    by: tuple[int, ...] = ()
    append: bool = False
    json: bool = False
    further: tuple[str, ...] = ()
    blank: int | None = None
    member: str | None = None
    row_classes: tuple[str, ...] | None = None
    numbered: bool = False
    gzip: bool = False

    @property
    def edges(self) -> bytes:
        """The bytes behind which a cell begins, line ends aside."""
        return ANY_EDGES if self.free else edges_of(self.delimiter)

    @property
    def filled(self) -> int:
        """The number of cells of a row, without a blank last one."""
        return self.width if self.blank is None else self.blank

    @property
    def kept(self) -> tuple[int, ...]:
        """The positions of the columns that are not logits."""
        runs = [(first, last) for is_logits, first, last in self.runs if not is_logits]
        return tuple(chain(*(range(first, min(last + 1, self.filled)) for first, last in runs)))

    @property
    def runs(self) -> tuple[tuple[bool, int, int], ...]:
        """The row in runs of adjacent columns of one kind: (logits?, first, last)."""
        return _runs(self)

    def __hash__(self) -> int:
        """Hash little: what is cached for a layout is asked for with every block."""
        return hash((self.source, self.delimiter, self.width))

    @property
    def segments(self) -> tuple[tuple[bool, int, int], ...]:
        """The row as it is written, in runs: with `append` all of it, then the answer."""
        if self.append:
            return ((False, 0, self.filled - 1), (True, self.logits[0], self.logits[-1]))
        if self.blank is None:
            return self.runs
        end = self.blank - 1
        return tuple((kind, a, min(b, end)) for kind, a, b in self.runs if a <= end)

    def for_vectors(self, classes: int) -> "Layout":
        """Return the layout of the rows whose vectors have so many classes.

        Where rows may have any number of cells, positions are those of the first row.
        """
        if not self.ragged:
            return self
        first, more = self.logits[0], classes - len(self.logits)
        return self._replace(width=self.width + more, logits=range(first, first + classes))

    def place(self, line: int, column: int | None = None) -> Place:
        """Where a row or one of its cells stands."""
        vector = getattr(line, "vector", None)
        file, line = divmod(line, LINES_OF_A_FILE)
        source = self.further[file - 1] if file else self.source
        return Place(source, line, None if column is None else self._column_name(column), vector)

    def vector_place(self, line: int) -> Place | None:
        """Where a vector stands, or None if it is the only one of the command line."""
        return self.place(line) if line or isinstance(line, Element) else None

    def _column_name(self, column: int) -> str:
        if self.ragged:
            return str(column + 1)
        if self.header and column < len(self.header) and self.header[column]:
            return quoted(self.header[column])
        return str(column + 1)


@lru_cache
def _runs(layout: Layout) -> tuple[tuple[bool, int, int], ...]:
    """The columns in runs, in time that grows with the number of runs."""
    logits = layout.logits
    if isinstance(logits, range):
        bounds = [0, logits.start, logits.stop, layout.width]
    else:
        chosen = np.array(logits, dtype=np.intp)
        breaks = np.flatnonzero(np.diff(chosen) != 1)
        starts = chosen[np.concatenate(([0], breaks + 1))]
        stops = chosen[np.concatenate((breaks, [chosen.size - 1]))] + 1
        bounds = [0, *np.column_stack((starts, stops)).ravel().tolist(), layout.width]
    # every other run is one of logits, and the first and last may be empty
    return tuple(
        (index % 2 == 1, first, stop - 1)
        for index, (first, stop) in enumerate(pairwise(bounds))
        if first < stop
    )


def _in_order(logits: Sequence[int]) -> Columns:
    """The positions in the order of the table."""
    positions = sorted(logits)
    adjacent = range(positions[0], positions[-1] + 1)
    is_many = len(positions) > _MANY_COLUMNS
    return adjacent if is_many and len(adjacent) == len(positions) else tuple(positions)


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
    has_header = is_header(first, settings)
    if has_header:
        return with_header(first, line, layout, settings), True
    return without_header(first, layout, settings), False


def check_columns_exist(settings: Settings) -> None:
    """Refuse --columns for rows of any length; in JSON objects it may name a member instead.

    Raises:
        UsageError: --ragged and --columns are given.
    """
    if settings.ragged and settings.columns is not None:
        reason = "--columns needs columns, and lines of any length have none: leave out --ragged"
        raise UsageError(reason=reason)


def is_header(first: Sequence[bytes], settings: Settings) -> bool:
    """Whether the first row holds text in a logit column, or an option makes it a header."""
    if settings.header is not None or settings.ragged:
        return bool(settings.header)
    texts = _texts(first)
    return any(is_text(texts[column], settings) for column in _known_logits(texts, settings))


def _texts(row: Sequence[bytes]) -> list[str]:
    return [text_of(cell).strip() for cell in row]


def is_text(text: str, settings: Settings) -> bool:
    """Whether a cell holds text: neither a number, nor empty, nor a word for a missing value."""
    if is_missing(text) or is_number(as_typed(text, settings)):
        return False
    # a number with another decimal sign than the one asked for is a wrong number, not a name
    return not (is_number(text) if settings.decimal_comma else needs_decimal_comma(text))


def _known_logits(texts: Sequence[str], settings: Settings) -> Sequence[int]:
    """The logit columns, as far as the options say without a header which they are."""
    width = len(texts)
    chosen = positions(settings.columns, width)
    if chosen:
        return sorted(chosen)
    others = (settings.keep, settings.target_column, settings.by)
    kept = set(chain.from_iterable(positions(other, width) for other in others))
    return [column for column in range(width) if column not in kept]


def with_header(header: Sequence[bytes], line: int, layout: Layout, settings: Settings) -> Layout:
    """The layout of a table whose columns have these names.

    Args:
        header: the raw cells of the header, one for each column.
        line: the line it stands on.
        layout: what is known before.
        settings: the options.

    Raises:
        SoftmaxError: the options name columns or classes that are not there.
    """
    names = names_of(header, layout)
    layout = layout._replace(header=names, raw_header=tuple(header), header_line=line)
    return _settled(len(names), layout, settings)


def names_of(header: Sequence[bytes], layout: Layout) -> tuple[str, ...]:
    """The names that the raw cells of a header say; members of JSON letter for letter.

    Raises:
        SoftmaxError: one is not a cell of text.
    """
    return tuple(map(text_of, header) if layout.json else _texts(header))


def without_header(first: Sequence[bytes], layout: Layout, settings: Settings) -> Layout:
    """The layout of a table whose columns have no names.

    Args:
        first: the raw cells of the first row.
        layout: what is known before.
        settings: the options.

    Raises:
        SoftmaxError: the options name columns or classes that are not there.
    """
    if _has_blank_column(first, layout, settings):
        layout = layout._replace(blank=len(first) - 1)
    return _settled(len(first), layout, settings)


def of_numbers(width: int, layout: Layout, settings: Settings) -> Layout:
    """The layout of a table whose first row holds so many numbers and nothing else.

    Args:
        width: the number of its cells.
        layout: what is known before.
        settings: the options.

    Raises:
        SoftmaxError: the options name columns or classes that are not there.
    """
    return _settled(width, layout, settings)


def _has_blank_column(first: Sequence[bytes], layout: Layout, settings: Settings) -> bool:
    """Whether the first row ends with a delimiter that no cell follows."""
    if layout.json or layout.delimiter == BLANK:
        return False
    # with --missing mask an empty cell is a masked class
    return len(first) > 1 and not first[-1].strip() and settings.missing == "error"


def _settled(width: int, layout: Layout, settings: Settings) -> Layout:
    check_columns_exist(settings)
    header = layout.header
    target = _target_column(width, header, settings)
    by = choose("--by", settings.by, width, header) if settings.by else []
    kept = {*by} if target is None else {*by, target}
    kept.update(choose("--keep", settings.keep, width, header) if settings.keep else ())
    if settings.columns or layout.blank in kept:  # the options say what the last column is
        layout = layout._replace(blank=None)
    logits = _logit_columns(width, layout, kept, settings)
    if by and len(logits) > 1:
        raise _several_logits(logits, header)
    layout = layout._replace(
        width=width,
        logits=logits if isinstance(logits, range) else _in_order(logits),
        target=target,
        ragged=settings.ragged,
        in_rows=len(logits) == 1 and not settings.ragged,
        by=tuple(sorted(by)),
        append=settings.append,
    )
    if header and len(logits) > 1:
        layout = layout._replace(classes=tuple(header[column] for column in layout.logits))
    return _labelled(layout, logits, settings)


def _target_column(width: int, header: Sequence[str] | None, settings: Settings) -> int | None:
    if settings.target_column is None:
        return None
    return choose_one("--target-column", settings.target_column, width, header)


def _several_logits(logits: Sequence[int], header: Sequence[str] | None) -> UsageError:
    shown = as_option(logits[:_COLUMNS_SHOWN], header) + ", …" * (len(logits) > _COLUMNS_SHOWN)
    reason = f"--by: the logits of groups are one column, and not {shown}: name it with --columns"
    return UsageError(reason=reason)


def _logit_columns(width: int, layout: Layout, kept: set[int], settings: Settings) -> Sequence[int]:
    """The logit columns in the order of --columns, or all but those kept and the nameless."""
    header = layout.header
    if settings.columns:
        logits: Sequence[int] = choose("--columns", settings.columns, width, header)
        if both := kept.intersection(logits):
            name = quoted(header[min(both)]) if header else str(min(both) + 1)
            reason = f"column {name} is a logit by --columns and kept otherwise"
            raise UsageError(reason=reason)
    else:
        # pandas and R write the index as a column without a name
        nameless = {column for column, name in enumerate(header or ()) if not name}
        left_out = kept | nameless | (set() if layout.blank is None else {layout.blank})
        logits = (
            [column for column in range(width) if column not in left_out]
            if left_out or width <= _MANY_COLUMNS
            else range(width)
        )
    if not logits:
        raise UsageError(reason="no column is left for the logits: name them with --columns")
    return logits


def _labelled(layout: Layout, logits: Sequence[int], settings: Settings) -> Layout:
    """The layout with the classes named as --labels says, in the order of --columns."""
    if settings.labels is None:
        return layout
    if layout.ragged:
        raise UsageError(reason="--labels names the columns, and with --ragged there are none")
    if layout.in_rows:  # how many classes it has is known at its end
        _check_labels_are_used(settings)
        return layout._replace(classes=label_names(settings.labels))
    labels = labels_for(len(logits), settings)
    assert labels is not None
    by_column = dict(zip(logits, labels, strict=True))
    return layout._replace(classes=tuple(by_column[column] for column in layout.logits))


def _check_labels_are_used(settings: Settings) -> None:
    """Refuse --labels where the text of one column would show them nowhere."""
    is_text = settings.format in ("delimited", "csv", "tsv")
    chosen = settings.target is not None or settings.output is not None
    shows_names = settings.top or (settings.command == "jacobian" and not settings.diagonal)
    if is_text and not chosen and not shows_names:
        reason = "--labels names the rows of one column, which has no place for them: add -f json"
        raise UsageError(reason=reason)
