"""What checks and verifications find: a page for the reader, and a status."""

from typing import Literal, NamedTuple

from softmax_cli.pages import Page


class Checked(NamedTuple):
    """What a check or a verification found.

    Attributes:
        page: what the reader is shown.
        status: the status to end with: 1 where something is wrong.
    """

    page: Page
    status: Literal[0, 1]
