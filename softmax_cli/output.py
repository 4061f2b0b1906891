"""Where answers go: texts to standard output, sentences about them to standard error."""

from enum import Enum
from typing import Self

from softmax_cli import streams
from softmax_cli.errors import SoftmaxError
from softmax_cli.writing.delimited import Writer


class Mark(Enum):
    """What is to be written where it depends on what was written before."""

    BEGIN = "the text of an answer begins"


# A text, a note, a row that is left out, or the beginning of an answer.
Item = bytes | str | SoftmaxError | Mark


class Output:
    """One run's output.

    Attributes:
        writer: the format.
        quiet: whether notes are left out.
        started: whether an answer has been written, so that what stands between two is due.
        skipped: whether a row was left out.
    """

    def __init__(self, writer: Writer, quiet: bool) -> None:
        self.writer = writer
        self.quiet = quiet
        self.started = False
        self.skipped = False

    def take(self, item: Item) -> None:
        """Write or say an item.

        Raises:
            DeviceFailed: standard output takes no more.
        """
        if isinstance(item, bytes):
            streams.write(item)
        elif isinstance(item, Mark):
            streams.write(self.writer.between if self.started else self.writer.opening)
            self.started = True
        elif isinstance(item, SoftmaxError):
            self.skipped = True
            streams.say_error(item)
        elif not self.quiet:
            streams.say_note(item)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, mistake: type[BaseException] | None, *_: object) -> None:
        """Close what has been opened, after a mistake too; an empty answer is opened first."""
        if self.started or (mistake is None and self.writer.closing):
            streams.write(b"" if self.started else self.writer.opening)
            streams.write(self.writer.closing)
