"""Where something is, and every error that a user can meet.

An error keeps its data and builds one sentence: the place, the culprit in quotes, the remedy.
How it becomes a message and a status is decided in one place, elsewhere.
"""

from typing import Any, ClassVar, NamedTuple, Self


class Place(NamedTuple):
    """Where the user would look: an argument, or a source with a line and a column."""

    source: str
    line: int | None = None
    column: str | None = None
    vector: int | None = None

    def __str__(self) -> str:
        """Return `logits.csv:17: column 'b'`, as much of it as is known."""
        line = f":{self.line}" if self.line else ""
        line += f": vector {self.vector}" if self.vector else ""
        column = f": column {self.column}" if self.column else ""
        return f"{printable(self.source)}{line}{column}"


def printable(text: str) -> str:
    r"""Return the text with every character that could steer a terminal escaped (`\x1b`)."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def quoted(text: str, longest: int = 60) -> str:
    """Return the text in quotes, escaped, and cut if it is very long."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return f"'{printable(cut)}'"


def counted(count: int, one: str, more: str = "") -> str:
    """Return a count and its noun: `1 class`, `2 classes`; the plural of `one` may be in `s`."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


_OWN_WORDS = ("option", "reason", "remedy")


class SoftmaxError(Exception):
    """An error in the command line, the data, a file or a device.

    A subclass's `sentence` names its data in braces. Text among them is shown in quotes, unless
    it is called `option`, `reason` or `remedy`: those are words of the program.
    """

    status: int = 1
    sentence: ClassVar[str] = ""
    # stands for {remedy} where the data has none
    remedy: ClassVar[str] = ""

    def __init__(self, place: Place | None = None, **data: Any) -> None:
        super().__init__()
        self.place = place
        self.data = data

    def at(self, place: Place) -> Self:
        """Return the same error with its place, if it has none yet."""
        self.place = self.place or place
        return self

    def without_options(self) -> Self:
        """Return the same error without a remedy that is an option."""
        if "--" in self.data.get("remedy", self.remedy):
            self.data["remedy"] = ""
        return self

    def __str__(self) -> str:
        """Return place, culprit and remedy as one line."""
        shown = {
            name: value if name in _OWN_WORDS else quoted(value)
            for name, value in self.data.items()
            if isinstance(value, str)
        }
        sentence = self.sentence.format(**{"remedy": self.remedy, **self.data, **shown})
        # a reason or a remedy may hold a name of the user's
        return printable(f"{self.place}: {sentence}" if self.place else sentence)


class MissingCell(SoftmaxError):
    """An empty cell, a word such as NA, or a JSON null, among the logits."""

    sentence = "{reason}{remedy}"
    remedy = "; --missing mask reads it as -inf"


class MissingTarget(SoftmaxError):
    """An empty cell, or a word such as NA, in the column of targets."""

    sentence = "the target is missing{reason}"


class HoldsText(SoftmaxError):
    """A column of text among the logits."""

    sentence = "holds text ({text}): {remedy}"

    def __str__(self) -> str:
        """Return the sentence without a colon behind the column, which is its subject."""
        return super().__str__().replace(": holds text", " holds text", 1)


class WrongWidth(SoftmaxError):
    """A row with another number of cells than the first."""

    sentence = "{reason}{remedy}"


class ExtraCell(SoftmaxError):
    """A value behind a delimiter that ends the first row."""

    sentence = "{text} follows the delimiter that ends the first row: is a number missing there?"


class RepeatedName(SoftmaxError):
    """A vector on the command line that names a class twice."""

    sentence = "the class {text} is named twice: give each class a name of its own"


class UnbalancedBracket(SoftmaxError):
    """A bracket on the command line without its partner."""

    sentence = "the bracket {text} {reason}"


class UnequalTables(SoftmaxError):
    """A table of answers whose rows have another number of numbers than there are classes."""

    sentence = "the answers stand {found} in a row, and the number of classes is {expected}"


class UnclearAnswers(SoftmaxError):
    """A file of answers that does not say which of its columns or members they are."""

    sentence = "it is not clear which numbers are the answers: {remedy}"


class UnequalNames(SoftmaxError):
    """Vectors on the command line that name their classes differently."""

    sentence = "{text} does not fit: {reason}"


class NoAnswer(SoftmaxError):
    """A vector whose answer cannot be given."""

    sentence = "{reason}"


class BeyondDoubles(NoAnswer):
    """A vector with an answer that is finite and that no double can hold."""

    sentence = "{reason}{remedy}"


class NoAnswers(Exception):
    """Vectors of a batch whose answers cannot be given.

    Attributes:
        reasons: why, by the positions of the vectors in the batch.
    """

    def __init__(self, reasons: "dict[int, str | SoftmaxError]") -> None:
        super().__init__(reasons)
        self.reasons = reasons

    @property
    def first(self) -> SoftmaxError:
        """The error of the first of these vectors."""
        reason = self.reasons[min(self.reasons)]
        return NoAnswer(reason=reason) if isinstance(reason, str) else reason


class AnotherHeader(SoftmaxError):
    """A further file whose first row is not the header of the first file."""

    sentence = "the header is not that of the first file: {reason}"


class Empty(SoftmaxError):
    """An input with no vector in it."""

    sentence = "the input holds no numbers"


class OnlyAHeader(SoftmaxError):
    """A table whose only row was taken as its header."""

    sentence = "{text} is not a number, so the only row is a header: no numbers follow it"


class StrayQuote(SoftmaxError):
    """A quote within a cell that is not quoted."""

    sentence = 'a quote stands inside the cell {text}: quote the whole cell and write "" for it'


class UnterminatedQuote(SoftmaxError):
    """A quoted cell that never ends."""

    sentence = "a quote opens here and is never closed"


class TooLong(SoftmaxError):
    """A line, or a quoted cell, that would not fit in memory."""

    sentence = "the line is longer than {megabytes} MiB"


class NotText(SoftmaxError):
    """Bytes that are not the text of a table."""

    sentence = "{reason}"


class BrokenGzip(SoftmaxError):
    """A gzip stream that is damaged or cut short."""

    sentence = "the gzip data is damaged: {reason}"


class BrokenJson(SoftmaxError):
    """Input that begins like JSON but is not JSON."""

    sentence = "{reason}{remedy}"


class AlreadyReported(SoftmaxError):
    """An error that has been reported; only its status is left."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


class DeviceFailed(SoftmaxError):
    """A file or a stream that could not be read or written."""

    sentence = "{reason}"


class BadWeight(SoftmaxError):
    """A cell of a column of targets that is neither 0, nor 1, nor a part of a distribution."""

    sentence = "the target {text} {reason}"


class NoDistribution(SoftmaxError):
    """The targets of a vector whose classes stand in rows do not sum to 1."""

    sentence = "the targets {reason}: mark one row with 1, or let them sum to 1"


class GroupReturns(SoftmaxError):
    """A group whose rows do not stand together."""

    sentence = "the group {text} comes back after another group: {remedy}"


class GroupTooLong(SoftmaxError):
    """A group that would not fit in memory."""

    sentence = "the rows of the group take more than {megabytes} MiB"


class ClusterFailed(SoftmaxError):
    """A cluster that cannot be reached, or that is not fit to answer."""

    sentence = "{reason}"


class AnotherFile(SoftmaxError):
    """A file that a worker is to read and does not see as this program does."""

    sentence = "the worker on {text} does not see this file: {reason}; leave out --shared-file"


class UnknownTarget(SoftmaxError):
    """A target cell that names no class."""

    sentence = "{text} is not a class{remedy}"


class SharedName(SoftmaxError):
    """A target cell with a name that several classes have."""

    sentence = "{text} is the name of several classes: tell them apart with --labels"


class UnclearTarget(SoftmaxError):
    """Whole numbers as targets, which may count from 0 or from 1."""

    status = 2
    sentence = "the target {text} is a number: say --zero-based or --one-based"


class UsageError(SoftmaxError):
    """A command line that cannot be carried out."""

    status = 2
    sentence = "{reason}"


class UnfitOption(UsageError):
    """An option that does not fit the classes of a vector, though it may fit those of another."""


class UnknownClass(UnfitOption):
    """An option that names a class that does not exist."""

    sentence = "{option}: {text} is not a class{remedy}"


class SharedClassName(UsageError):
    """An option that picks a class by a name that several classes have."""

    sentence = "{option}: {text} is the name of several classes: {remedy}"


class UnknownColumn(UsageError):
    """An option that names a column that does not exist."""

    sentence = "{option}: {text} is not a column{remedy}"
