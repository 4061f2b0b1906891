"""Files that go on with the columns of the first."""

from collections.abc import Iterator, Sequence

from softmax_cli.errors import AnotherHeader, Place, SoftmaxError, counted, quoted
from softmax_cli.reading import files as sources
from softmax_cli.reading.beginning import blocks_behind, next_record, read_start
from softmax_cli.reading.layout import Layout, names_of
from softmax_cli.reading.rows import row_cells
from softmax_cli.settings import Settings
from softmax_cli.values import LINES_OF_A_FILE, Block


def further_blocks(
    paths: Sequence[str], layout: Layout, has_header_row: bool, settings: Settings
) -> Iterator[Block]:
    """The blocks of the files that follow, their lines counted so that each names its file.

    Raises:
        SoftmaxError: a file cannot be read, or is not a table of the same columns.
    """
    for number, path in enumerate(paths, 1):
        with sources.opened(path) as descriptor:
            source = sources.name_of(path)
            chunks = sources.chunks(descriptor, source, sources.block_bytes(settings))
            blocks = _same_table(chunks, source, layout, has_header_row, settings)
            for block in blocks:
                yield block._replace(line=block.line + number * LINES_OF_A_FILE)


def _same_table(
    chunks: Iterator[bytes], source: str, layout: Layout, has_header_row: bool, settings: Settings
) -> Iterator[Block]:
    """The rows of data of a further file."""
    start = read_start(chunks, source, settings)
    if start.layout.json != layout.json:
        kinds = ("delimited text", "JSON")
        reason = f"it holds {kinds[start.layout.json]}, and the first file {kinds[layout.json]}"
        raise AnotherHeader(Place(source), reason=reason)
    if not has_header_row:
        return start.blocks
    first, blocks = next_record(start.blocks, layout)
    assert first  # the text is not blank
    try:
        _check_same_header(row_cells(first.text, layout), layout)
    except SoftmaxError as error:
        raise error.at(Place(source, first.line)) from None
    return blocks_behind(first, blocks, layout)


def _check_same_header(row: Sequence[bytes], layout: Layout) -> None:
    """Compare a further file's header with that of the first file.

    Raises:
        AnotherHeader: they differ.
    """
    names = names_of(row, layout)
    header = [*(layout.header or ())]
    if len(names) == len(header) - 1:  # a header may be one cell short of its rows
        header = header[1:] if not header[0] else header[:-1] if not header[-1] else header
    if len(names) != len(header):
        columns = counted(len(names), "column")
        raise AnotherHeader(reason=f"it has {columns}, not {len(header):,}")
    for column, (name, wanted) in enumerate(zip(names, header, strict=True), 1):
        if name != wanted:
            reason = f"column {column} is {quoted(name)}, not {quoted(wanted)}"
            raise AnotherHeader(reason=reason)
