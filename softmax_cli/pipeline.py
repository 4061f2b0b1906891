"""From the input to the output: open → blocks → answers → output."""

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from softmax_cli.answers import Piece, answer_items, block_items
from softmax_cli.errors import Empty, SoftmaxError, UsageError
from softmax_cli.output import Item, Note, Output
from softmax_cli.reading.layout import Layout
from softmax_cli.reading.notes import notes_on_first
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block, Element
from softmax_cli.writing.delimited import Writer, is_numbered
from softmax_cli.writing.formats import writer

if TYPE_CHECKING:
    from softmax_cli.reading.first_row import Table


def run(settings: Settings) -> int:
    """Answer the input and return the status: 1 if rows were left out.

    Raises:
        SoftmaxError: an error that ends the run; the rows before it have been written.
    """
    if settings.values and settings.values != ("-",):
        return _run_arguments(settings)
    gc.enable()  # which is off at the start
    return _run_table(settings)


def _run_arguments(settings: Settings) -> int:
    from softmax_cli.reading import arguments

    batches = arguments.read(settings.values, settings)
    if not batches:
        raise Empty
    is_several = len(batches) > 1
    if is_several:
        batches = [batch._replace(lines=(Element.of(0, i),)) for i, batch in enumerate(batches, 1)]
    first = batches[0]
    classes = first.values.shape[1]
    layout = Layout(
        source="arguments",
        width=classes,
        logits=tuple(range(classes)),
        header=first.classes if settings.append else None,
        classes=first.classes,
        append=settings.append,
        ragged=any(batch.values.shape[1] != classes for batch in batches),
    )
    if is_several and is_numbered(layout, settings):
        layout = layout._replace(numbered=True)
        batches = [batch._replace(numbers=(i,)) for i, batch in enumerate(batches, 1)]
    _check_sizes(layout, settings)
    notes = notes_on_first(first, layout, settings, several=is_several)
    return _write([*map(Note, notes)], batches, layout, settings)


def _check_sizes(layout: Layout, settings: Settings) -> None:
    """Refuse matrices of different sizes where a header is to name their columns.

    Raises:
        UsageError: vectors of different lengths have Jacobians in delimited text.
    """
    if layout.numbered and layout.ragged and settings.command == "jacobian":
        reason = "Jacobians of vectors of different lengths are not one table: add -f json"
        raise UsageError(reason=reason)


def _run_table(settings: Settings) -> int:
    from softmax_cli.reading import files
    from softmax_cli.reading.first_row import open_table

    path, *further = settings.csv or ("-",)
    with files.opened(path) as descriptor:
        source = files.name_of(path)
        chunks = files.chunks(descriptor, source, files.block_bytes(settings))
        table = open_table(chunks, source, settings, further)
        layout = table.layout._replace(numbered=is_numbered(table.layout, settings))
        _check_sizes(layout, settings)
        if settings.is_for_readers or (layout.in_rows and not layout.by):
            return _write(_notes(table, settings), _pieces(table, settings), layout, settings)
        with _output(layout, settings) as output:
            for note in _notes(table, settings):
                output.take(note)
            for item in answer_items(_taken(table, layout), layout, settings):
                output.take(item)
            _hand_out(_blocks(table, layout, descriptor, settings), layout, settings, output)
        return output.status


def _blocks(table: "Table", layout: Layout, descriptor: int, settings: Settings) -> Iterator[Block]:
    """Return the blocks of a table as they are handed out."""
    from softmax_cli import progress
    from softmax_cli.reading import keys
    from softmax_cli.reading.vector_numbers import numbered

    blocks = table.blocks
    if layout.numbered:
        blocks = numbered(blocks, layout, before=int(table.is_first_taken))
    if progress.is_wanted(settings.quiet):
        blocks = progress.shown(blocks, descriptor)
    if layout.by:
        blocks = keys.whole_groups(blocks, layout)
    return blocks


def _hand_out(blocks: Iterator[Block], layout: Layout, settings: Settings, output: Output) -> None:
    """Have blocks answered by this process, by several, or by a cluster."""
    if settings.cluster is not None:
        from softmax_cli import cluster

        cluster.run(blocks, layout, settings, output)
        return
    from softmax_cli import workers

    respond = partial(block_items, layout=layout, settings=settings)
    # what a terminal shows of JSON depends on what it showed before
    jobs = 1 if sys.stdout.isatty() else workers.cores(settings.jobs)
    workers.run(blocks, jobs, respond, output, is_slow=settings.digits is not None)


def _pieces(table: "Table", settings: Settings) -> Iterator[Piece]:
    """Yield all vectors of a table: those of its rows or groups, or one if it is a column."""
    from softmax_cli.reading import gather, keys, rows

    layout, blocks = table.layout, table.blocks
    if layout.by:
        blocks = keys.whole_groups(blocks, layout)
        return chain.from_iterable(gather.groups(block, layout, settings) for block in blocks)
    read = chain.from_iterable(rows.read(block, layout, settings) for block in blocks)
    read = chain(_taken(table, layout), read)
    return gather.column(read, layout, settings) if layout.in_rows else read


def _taken(table: "Table", layout: Layout) -> list[Batch | SoftmaxError]:
    """Return the first vector, or the error of its row, if it has been read for good."""
    if table.first is None or not table.is_first_taken:
        return []
    if layout.numbered and isinstance(table.first, Batch):
        return [table.first._replace(numbers=(1,))]
    return [table.first]


def _notes(table: "Table", settings: Settings) -> list[Item]:
    notes = [*table.notes]
    if isinstance(table.first, Batch) and not table.layout.in_rows:
        notes += notes_on_first(table.first, table.layout, settings)
    return [*map(Note, notes)]


def _write(
    notes: Iterable[Item], pieces: Iterable[Piece], layout: Layout, settings: Settings
) -> int:
    """Write the answers to vectors in this process."""
    if settings.is_for_readers:
        from softmax_cli.display import page_items  # rich is imported only to draw

        items = page_items(pieces, layout, settings)
    else:
        items = answer_items(pieces, layout, settings)
    with _output(layout, settings) as output:
        for item in chain(notes, items):
            output.take(item)
    return output.status


def _output(layout: Layout, settings: Settings) -> Output:
    is_for_readers = settings.is_for_readers
    return Output(
        Writer() if is_for_readers else writer(layout, settings),
        quiet=settings.quiet,
        stop=settings.on_error == "stop",
        shown=_for_terminal(settings) if sys.stdout.isatty() and not is_for_readers else None,
    )


def _for_terminal(settings: Settings) -> Callable[[bytes], bytes]:
    """Return how text of a machine format is shown on a terminal."""
    from softmax_cli.writing.formats import terminal_form
    from softmax_cli.writing.terminal import Terminal

    terminal = Terminal.of(sys.stdout, os.environ)
    return terminal_form(settings.format, color=bool(terminal.colors), encoding=terminal.encoding)
