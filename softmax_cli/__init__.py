"""The softmax function and its derivatives, exact, as a program and as a library.

The way through the house: sources → blocks of text → reading → Batch → commands
(core, or exact) → Answer → writing or drawing. A module imports only from modules
below it on this map:

    __main__      python -m softmax_cli
    cli           the program: eval, jacobian, grad; errors → message and status
    options       what the commands share on the command line; numbers are never options
    pipeline      from the input to the output, by the road the input takes
    tables        a table of vectors through a command, in order
    workers       blocks on as many cores as asked
    answering     vectors → answers on standard output, in text or in tables
    output        where answers go: texts, and sentences about them
    formats       the machine formats, and who writes which
    json_writing  Answer → JSON
    writing       Answer → delimited text in the input's own shape
    drawing       Answer → tables for a terminal
    columns       columns of a table: numbers, bars, and as many as there is room for
    terminal      a terminal: its width, its colours, its signs; the only one to import rich
    arguments     the command line → vectors
    figures       numbers → their text
    commands      Batch → Answer: softmax, Jacobian, gradient
    opening       the start of a table: what its first row says of all the others
    notes         what a user would want to know, though it is no mistake
    reading       blocks → Batch, row by row
    plain         blocks → Batch, where they hold nothing but plain numbers
    sources       where text comes from: standard input and files → blocks
    json_rows     JSON → rows and cells
    layout        which columns are logits and which are kept
    classes       which class is meant: by name, by number
    cells         records → cells: delimiters and quotes
    numerals      the number grammar: text → number
    bits          marks on a long text: what is within quotes, every k-th mark
    batch         what flows: Block, Batch, Answer
    settings      what was asked for on the command line
    streams       standard output and standard error
    core          the mathematics: NumPy only
    validation    what may come into the mathematics, and in which shape
    exponentials  exp and its sums with more digits than a double holds
    exact         the same mathematics to any number of digits: decimal only
    errors        Place, and what a user can get wrong
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from softmax_cli.core import cross_entropy, gradient, jacobian, log_softmax, softmax

__version__ = "0.1.0"
__all__ = ["cross_entropy", "gradient", "jacobian", "log_softmax", "softmax"]


def __getattr__(name: str) -> Any:
    """Import the mathematics at its first use: the command line starts without NumPy."""
    if name in __all__:
        from softmax_cli import core

        return getattr(core, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
