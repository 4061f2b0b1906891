"""The machine formats, and who writes which."""

from softmax_cli.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.writing import Writer, delimited_writer


def writer(layout: Layout, settings: Settings) -> Writer:
    """The writer of the format asked for."""
    if settings.format in ("json", "jsonl"):
        from softmax_cli.json_writing import json_writer  # most runs write none

        return json_writer(layout, settings)
    return delimited_writer(layout, settings)
