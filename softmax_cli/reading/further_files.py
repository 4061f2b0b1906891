"""Files that go on with the columns of the first."""

from collections.abc import Iterator, Sequence

from softmax_cli.errors import AnotherHeader, Place, SoftmaxError, counted, quoted
from softmax_cli.reading import files as sources
from softmax_cli.reading.beginning import (
    Start,
    blocks_behind,
    commented_header,
    next_record,
    read_start,
)
from softmax_cli.reading.layout import Layout, names_of
from softmax_cli.reading.rows import row_cells
from softmax_cli.settings import Settings
from softmax_cli.values import LINES_OF_A_FILE, Block


def further_blocks(
    paths: Sequence[str], layout: Layout, has_header: bool, settings: Settings
) -> Iterator[Block]:
    """Yield the blocks of the files, their lines counted so that each names its file.

    Args:
        paths: of the files.
        layout: what the first file settled: its delimiter holds for all.
        has_header: whether the first file has a header, so that each of these has it too.
        settings: the options.

    Raises:
        SoftmaxError: a file cannot be read, or is not a table of the same columns.
    """
    if not layout.free:
        settings = settings._replace(delimiter=layout.delimiter.decode())
    for number, path in enumerate(paths, 1):
        with sources.opened(path) as descriptor:
            source = sources.name_of(path)
            chunks = sources.chunks(descriptor, source, sources.block_bytes(settings))
            start = read_start(chunks, source, settings)
            for block in _rows_of_data(start, layout, has_header, settings):
                yield block._replace(line=block.line + number * LINES_OF_A_FILE)


def _rows_of_data(
    start: Start, layout: Layout, has_header: bool, settings: Settings
) -> Iterator[Block]:
    """The blocks of a file behind its header, which is compared with that of the first file."""
    source = start.layout.source
    if start.layout.json != layout.json:
        kinds = ("delimited text", "JSON")
        reason = f"it holds {kinds[start.layout.json]}, and the first file {kinds[layout.json]}"
        raise AnotherHeader(Place(source), reason=reason)
    if not has_header:
        return start.blocks
    first, blocks = next_record(start.blocks, layout)
    assert first  # the text is not blank
    line = first.line
    try:
        row = row_cells(first.text, layout)
        _, commented = commented_header(start, row, settings)
        line = start.comment_line if commented else line
        _check_same_header(commented or row, layout)
    except SoftmaxError as error:
        raise error.at(Place(source, line)) from None
    return blocks if commented else blocks_behind(first, blocks, layout)


def _check_same_header(row: Sequence[bytes], layout: Layout) -> None:
    """Compare a further file's header with that of the first file.

    Raises:
        AnotherHeader: they differ.
    """
    names, header = names_of(row, layout), layout.header or ()
    if len(names) == len(header) - 1:  # a header may be one cell short of its rows
        header = header[1:] if not header[0] else header[:-1] if not header[-1] else header
    if len(names) != len(header):
        columns = counted(len(names), "column")
        raise AnotherHeader(reason=f"it has {columns}, not {len(header):,}")
    for column, (name, wanted) in enumerate(zip(names, header, strict=True), 1):
        if name != wanted:
            reason = f"column {column} is {quoted(name)}, not {quoted(wanted)}"
            raise AnotherHeader(reason=reason)
