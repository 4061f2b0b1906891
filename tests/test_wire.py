import os

import pytest

from softmax_cli.values import LINES_OF_A_FILE, Block
from softmax_cli.wire import received, sent


def through_a_pipe(data):
    """The blocks that are received from a pipe with these bytes in it."""
    here, there = os.pipe()
    with os.fdopen(here, "rb") as inlet, os.fdopen(there, "wb") as outlet:
        outlet.write(data)
        outlet.close()
        blocks = []
        while block := received(inlet.fileno()):
            blocks.append(block)
        return blocks


FURTHER = Block(b"[2]", LINES_OF_A_FILE + 1, 1)


@pytest.mark.parametrize(
    "blocks",
    [
        [],
        [Block(b"1\n", 1)],
        [Block(b"1\n", 1, rows_before=7), Block(b"", 2), Block(b"[1]", 3, 4)],
        [Block(b"1\n", 1, more=(FURTHER, FURTHER._replace(text=b""))), Block(b"3\n", 9)],
    ],
)
def test_blocks_come_out_of_a_pipe_as_they_went_in(blocks):
    assert through_a_pipe(b"".join(data for block in blocks for data in sent(block))) == blocks


def test_a_long_text_is_sent_as_it_is():
    text = b"1" * 100_000
    assert any(data is text for data in sent(Block(text, 1)))
