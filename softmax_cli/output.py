"""Standard output and standard error: the only module that writes to them.

What comes out of an input arrives here as values: text, notes, and rows that could not be
answered. Full disks, closed pipes and slow readers are met here too.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Self

from softmax_cli.delivery import deliver, write_all
from softmax_cli.errors import DeviceFailed, Place, SoftmaxError, printable

if TYPE_CHECKING:
    from softmax_cli.writing.delimited import Writer


class Text(NamedTuple):
    """Output text.

    Attributes:
        data: the bytes.
        begins: whether an answer begins here, so that a separator may be due before it;
            otherwise the text continues the one before.
    """

    data: bytes
    begins: bool = True


class Note(NamedTuple):
    """A remark on the input, which is valid but may not be what was meant.

    Attributes:
        sentence: what it says.
        is_on_first: whether it is about the first vector, and left out behind the first answer.
    """

    sentence: str
    is_on_first: bool = False


class BadRow(NamedTuple):
    """A row, or a whole input, that could not be answered."""

    error: SoftmaxError


class Status(NamedTuple):
    """A verdict on the input: the status to end with.

    Attributes:
        status: 0, or 1 where something is wrong.
    """

    status: int


Item = Text | Note | BadRow | Status


class Output:
    """The output of one run.

    Attributes:
        started: whether an answer has been written, so that a separator is due before the next.
        skipped: whether a row was left out.
        failed: whether standard output has refused text; nothing is written after that.
    """

    def __init__(
        self,
        writer: "Writer",
        *,
        quiet: bool = False,
        stop: bool = True,
        shown: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """Begin an output in the writer's format.

        Args:
            writer: what stands before, between and after the answers.
            quiet: whether notes are left out.
            stop: whether a bad row ends the run; otherwise it is reported and left out.
            shown: what turns the text into what a terminal shows, if it is shown on one.
        """
        self._writer = writer
        self._quiet = quiet
        self._stop = stop
        self._shown = shown
        self._verdict = 0
        self.started = False
        self.skipped = False
        self.failed = False

    @property
    def status(self) -> int:
        """The status to end with: 1 if a row was left out or the verdict is against the input."""
        return max(self._verdict, int(self.skipped))

    def take(self, item: Item) -> None:
        """Write an item to where it belongs.

        Raises:
            DeviceFailed: standard output takes no more.
            SoftmaxError: the error of a bad row that ends the run.
        """
        if isinstance(item, Text):
            self._write(item)
        elif isinstance(item, Status):
            self._verdict = max(self._verdict, item.status)
        elif isinstance(item, Note):
            if not self._quiet and not (item.is_on_first and self.started):
                write_note(item.sentence)
        elif self._stop or item.error.status != 1:  # a wrong command line is wrong for all rows
            raise item.error
        else:
            self.skipped = True
            write_error(item.error)

    def _write(self, text: Text) -> None:
        lead = b""
        if text.begins:
            lead = self._writer.between if self.started else self._writer.opening
            self.started = True
        self._put(lead + text.data if lead else text.data)

    def _put(self, data: bytes) -> None:
        try:
            write(self._shown(data) if self._shown else data)
        except (SoftmaxError, OSError):
            self.failed = True
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close what has been opened, after a bad row too.

        It stays open where a device, a worker or memory failed, perhaps within a row: closed, it
        would look whole.
        """
        is_by_data = kind and issubclass(kind, SoftmaxError) and not issubclass(kind, DeviceFailed)
        if self.failed or (kind and not is_by_data):
            return
        if self.started or (kind is None and self._writer.closing):
            self._put((b"" if self.started else self._writer.opening) + self._writer.closing)


def check_output() -> None:
    """Check that there is a standard output to write an answer to.

    Raises:
        DeviceFailed: standard output is closed.
    """
    if sys.stdout is None:
        raise DeviceFailed(Place("standard output"), reason="it is closed")


def write(data: bytes) -> None:
    """Write all of the bytes to standard output.

    Raises:
        DeviceFailed: standard output's device takes no more.
    """
    try:
        deliver(sys.stdout.fileno(), data)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise DeviceFailed(Place("standard output"), reason=error.strerror) from None


def write_text(text: str) -> None:
    """Write text of ours to standard output in its own encoding.

    Raises:
        DeviceFailed: standard output is closed, or its device takes no more.
    """
    check_output()
    encoding = sys.stdout.encoding or "utf-8"
    if not encoding.lower().startswith("utf"):
        from softmax_cli.formulas import in_ascii

        text = in_ascii(text)
    write(text.encode(encoding, "backslashreplace"))


def write_note(note: str) -> None:
    """Write a note to standard error."""
    _write_line(f"Note: {note}")


def write_error(error: Exception | str) -> None:
    """Write an error message to standard error."""
    _write_line(f"Error: {error}")


def write_usage(usage: str) -> None:
    """Write how the program is called to standard error."""
    for line in usage.splitlines():
        _write_line(line)


# Back to the start of the line, and erase what stands there.
_ERASE = "\r\x1b[K"
# Whether a progress line may stand on the terminal, which a message has to erase.
_progress_lines = False


def write_progress(line: str) -> None:
    """Show a progress line in place of the one before."""
    global _progress_lines
    _progress_lines = True
    _write_error_text(_ERASE + printable(line))


def clear_progress() -> None:
    """Erase the progress line, if there is one."""
    global _progress_lines
    if _progress_lines:
        _write_error_text(_ERASE)
        _progress_lines = False


def _write_line(line: str) -> None:
    """Write a line to standard error, over a progress line."""
    _write_error_text(f"{_ERASE * _progress_lines}{printable(line)}\n")


def _write_error_text(text: str) -> None:
    """Write text to standard error, if it is open."""
    if sys.stderr is None:
        return
    encoding = sys.stderr.encoding or "utf-8"
    try:
        write_all(sys.stderr.fileno(), text.encode(encoding, "backslashreplace"))
    except OSError:
        return
