"""A table of vectors, from a file or standard input, through a command.

A block's answer depends on nothing but the block and the first row, so the same function
serves one process and several, and the bytes are the same.
"""

import gc
from collections.abc import Iterable, Iterator
from itertools import chain

from softmax_cli import streams, workers
from softmax_cli.answering import Piece, announced, answer, items
from softmax_cli.formats import writer
from softmax_cli.output import Item, Output
from softmax_cli.reading import files as sources
from softmax_cli.reading import rows as reading
from softmax_cli.reading.first_row import Table, open_table
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block


def run(path: str, settings: Settings) -> int:
    """Answer the table of a file, or of standard input for `-`.

    Raises:
        SoftmaxError: a mistake that ends the run; what came before it has been written.
    """
    gc.enable()  # which is off at the start
    with sources.opened(path) as descriptor:
        return _answer(open_table(descriptor, sources.name_of(path), settings), settings)


def _answer(table: Table, settings: Settings) -> int:
    layout = table.layout
    if table.note and not settings.quiet:
        streams.say_note(table.note)
    if layout.is_column:
        column = _column(table.blocks, layout, settings)
        return answer(announced(column, layout, settings), layout, settings)
    if settings.format == "table":
        pieces = chain.from_iterable(
            reading.read(block, layout, settings) for block in table.blocks
        )
        return answer(pieces, layout, settings)

    def respond(block: Block) -> Iterator[Item]:
        return items(reading.read(block, layout, settings), output.writer, layout, settings)

    with Output(writer(layout, settings), settings.quiet) as output:
        workers.run(table.blocks, workers.cores(settings.jobs), respond, output)
    return int(output.skipped)


def _column(blocks: Iterable[Block], layout: Layout, settings: Settings) -> Iterator[Piece]:
    """The one vector that the values of a column are, behind the mistakes among them."""
    batches = []
    for block in blocks:
        for piece in reading.read(block, layout, settings):
            if isinstance(piece, Batch):
                batches.append(piece)
            else:
                yield piece
    if batches:
        yield reading.stand(batches, layout, settings)
