"""The softmax function and its derivatives, exact, as a program and as a library.

The way through the house: sources → blocks of text → reading → Batch → commands
(core, or exact) → Answer → writing or drawing. A module imports only from modules
below it on this map:

    __main__     python -m softmax_cli
    cli          the program: eval, jacobian, grad; errors → message and status
    options      what the commands share on the command line; numbers are never options
    pipeline     blocks through a command, in order, on as many cores as asked
    sources      where text comes from: standard input and files → blocks
    reading      text → Batch: rows, cells, numbers, targets
    layout       delimiter, header, which columns are logits and which are kept
    numerals     the number grammar: text → number
    drawing      Answer → tables for a terminal
    writing      Answer → delimited text and JSON
    commands     Batch → Answer: softmax, Jacobian, gradient
    batch        what flows: Block, Batch, Answer
    core         the mathematics: NumPy only
    exact        the same mathematics to any number of digits: decimal only
    errors       Place, and what a user can get wrong
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from softmax_cli.core import cross_entropy, gradient, jacobian, log_softmax, softmax

__all__ = ["cross_entropy", "gradient", "jacobian", "log_softmax", "softmax"]


def __getattr__(name: str) -> Any:
    """Import the mathematics at its first use: the command line starts without NumPy."""
    if name in __all__:
        from softmax_cli import core

        return getattr(core, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
