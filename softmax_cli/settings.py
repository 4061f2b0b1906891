"""What was asked for on the command line, in one value."""

from typing import Literal, NamedTuple, get_args

MachineFormat = Literal["csv", "tsv", "json", "jsonl", "delimited"]
ReaderFormat = Literal["table", "markdown", "latex", "svg", "html"]
Format = MachineFormat | ReaderFormat
Style = Literal["full", "short", "blank"]


class Temperature(NamedTuple):
    """What divides the values.

    Attributes:
        typed: as it was typed.
        value: the double nearest to it.
    """

    typed: str
    value: float


class Settings(NamedTuple):
    """Every option of every command; a command that lacks one has its default.

    Classes and columns stay as typed here: what they name is known once the input is.
    """

    command: Literal["eval", "jacobian", "grad"]
    values: tuple[str, ...] = ()
    temperature: Temperature = Temperature("1", 1.0)

    # what is computed
    log: bool = False
    top: int | None = None
    diagonal: bool = False
    output: str | None = None
    target: str | None = None
    target_column: str | None = None
    upstream: str | None = None
    loss: bool = False
    digits: int | None = None

    # what a reader is shown instead of the answer alone
    steps: Style | None = None
    check: str | None = None
    check_file: str | None = None
    verify: bool = False

    # how the input is read
    csv: tuple[str, ...] = ()
    delimiter: str | None = None
    decimal_comma: bool = False
    header: bool | None = None
    columns: str | None = None
    keep: str | None = None
    by: str | None = None
    labels: str | None = None
    zero_based: bool | None = None
    missing: Literal["error", "mask"] = "error"
    ragged: bool = False
    on_error: Literal["stop", "skip"] = "stop"
    jobs: int | None = None
    cluster: str | None = None
    shared_file: bool = False

    # how the answer is written
    format: Format = "delimited"
    precision: int | None = None
    append: bool = False
    rows: int = 50
    quiet: bool = False

    @property
    def first_class(self) -> int:
        """The number of the first class: 1 as in the article, or 0 if asked for."""
        return 0 if self.zero_based else 1

    @property
    def is_for_readers(self) -> bool:
        """Whether the answer is shown as a page rather than written for a program."""
        return self.format in get_args(ReaderFormat)

    @property
    def keeps_typed(self) -> bool:
        """Whether the numbers are needed as they were typed, not as doubles alone."""
        return self.digits is not None or self.check is not None
