"""Notes on how the header and the columns were read."""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice

from softmax_cli.errors import Place, SoftmaxError, quoted
from softmax_cli.reading.columns import as_option
from softmax_cli.reading.delimited import as_typed, text_of
from softmax_cli.reading.layout import Layout, is_text
from softmax_cli.reading.numbers import to_float
from softmax_cli.reading.rows import records, row_cells
from softmax_cli.settings import Settings
from softmax_cli.values import Block

# Names of columns that number or mark the rows.
_NO_LOGITS = {"id", "index", "label", "target", "class", "y", "row", "idx"}
# Fewer rows may count 1, 2 by accident.
_SHORTEST_COUNT = 3
# So much of the first block is looked at.
_ROWS, _CELLS = 100, 10_000


def remarks(block: Block, layout: Layout, settings: Settings) -> Iterator[str]:
    """Yield notes on the header and the columns.

    Args:
        block: the first block of data.
        layout: the settled layout.
        settings: the options.
    """
    if settings.quiet or settings.ragged:
        return
    sample = list(_sample(block, layout))
    if settings.header is None:
        yield from _on_header(layout, settings)
        if sample and not layout.header and not layout.json:
            yield from _on_counting_row(*sample[0], layout)
    if layout.in_rows and not layout.by and settings.command != "jacobian":
        yield from _on_runs([row for _, row in sample], layout)
    if settings.columns is None and len(layout.logits) > 1:
        rows = [row for _, row in sample]
        for column in layout.logits:
            if _is_no_logit(column, rows, layout, settings):
                name = layout.place(1, column).column
                keep = as_option([column], layout.header)
                yield (
                    f"{layout.source}: column {name} is read as a logit, though it looks like "
                    f"none; --keep {keep} leaves it out"
                )


def _sample(block: Block, layout: Layout) -> Iterator[tuple[int, list[bytes]]]:
    """The first rows of a block that have as many cells as the first row."""
    for line, record in islice(records(block, layout), max(1, min(_ROWS, _CELLS // layout.width))):
        try:
            row = row_cells(record, layout)
        except SoftmaxError:
            continue
        if len(row) == layout.width:
            yield line, row


def _on_header(layout: Layout, settings: Settings) -> Iterator[str]:
    """A header whose logits mix text with other cells may be a row of data."""
    names = [layout.header[column] for column in layout.logits] if layout.header else []
    texts = [name for name in names if is_text(name, settings)]
    if texts and len(texts) < len(names) and not layout.json:
        place = Place(layout.source, layout.header_line)
        reason = f"{quoted(texts[0])} is not a number"
        yield f"{place}: taken as the header, since {reason}; --no-header reads it as data"


def _on_counting_row(line: int, row: Sequence[bytes], layout: Layout) -> Iterator[str]:
    """A first row 0, 1, 2, … may be the header that pandas writes for nameless columns."""
    numbers = [row[column].strip() for column in layout.logits]
    if numbers and not numbers[0]:  # the index has no name
        del numbers[0]
    if len(numbers) > 1 and numbers == [b"%d" % number for number in range(len(numbers))]:
        yield (
            f"{layout.place(line)}: {numbers[0].decode()} to {numbers[-1].decode()} are read as "
            "data; --header reads them as names"
        )


def _on_runs(rows: Sequence[Sequence[bytes]], layout: Layout) -> Iterator[str]:
    """A kept column whose cells repeat in runs beside one column of logits may tell groups."""
    for column in layout.kept:
        if column != layout.target and _repeat_in_runs([row[column] for row in rows]):
            name, keep = layout.place(1, column).column, as_option([column], layout.header)
            yield (
                f"{layout.source}: the whole column is one vector, though the cells of column "
                f"{name} repeat in runs; --by {keep} takes each run as a vector"
            )
            return


def _repeat_in_runs(cells: Sequence[bytes]) -> bool:
    """Whether equal cells stand together, in several runs of which one is longer than a cell."""
    runs = [cell for cell, _ in groupby(cells)]
    return 1 < len(runs) == len(set(runs)) < len(cells)


def _is_no_logit(
    column: int, rows: Sequence[Sequence[bytes]], layout: Layout, settings: Settings
) -> bool:
    """Whether a column's name and numbers, or its numbers alone, are those of an index."""
    name = layout.header[column].lower() if layout.header else ""
    if name not in _NO_LOGITS and (len(rows) < _SHORTEST_COUNT or not _is_one(rows[0][column])):
        return False
    numbers = []
    for row in rows:
        try:
            number = to_float(as_typed(text_of(row[column]), settings))
        except SoftmaxError:
            return False
        if not number.is_integer():
            return False
        numbers.append(number)
    counts = [*map(float, range(1, len(numbers) + 1))]
    return bool(numbers) and (name in _NO_LOGITS or numbers == counts)


def _is_one(cell: bytes) -> bool:
    return cell.strip(b' \t"') in (b"1", b"1.0")
