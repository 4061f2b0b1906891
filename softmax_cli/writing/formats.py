"""The machine formats, and which module writes each."""

from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.writing.delimited import Writer, delimited_writer


def writer(layout: Layout, settings: Settings) -> Writer:
    """Return the writer of the machine format asked for."""
    if settings.format in ("json", "jsonl"):
        from softmax_cli.writing.json import json_writer  # most runs write none

        return json_writer(layout, settings)
    return delimited_writer(layout, settings)
