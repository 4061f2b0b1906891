"""The softmax function and its derivatives, exact, as a program and as a library.

The way through: reading (text → blocks → Batch) → commands (Batch → Answer) → writing
(Answer → text). A module or package imports only from those below it on this map:

    __main__      python -m softmax_cli
    cli           the commands; errors → message and status
    checks        what a command line amounts to, if its options go together
    options       the options that the commands share, and the values they take
    command_line  what click lacks: numbers as values, help by topic, messages
    completion    how a word of the command line may go on, for shells
    documents     the manual's pages and the completion scripts, as installed
    pipeline      open → blocks → answers → output
    display       vectors → the page a reader is shown
    cluster       blocks through the workers of a Dask cluster
    answers       blocks and batches → what comes out of them
    shared_file   blocks by where they stand in a file that every worker sees
    workers       blocks through one process or several
    wire          blocks through a pipe
    progress      how far a long input has been read
    output        the only module that writes to standard output and standard error
    delivery      bytes to a descriptor: all of them, in whole rows
    writing/      Answer → text
        readers page tables titles view screen mosaic grids strips lines palette terminal
        pictures latex markup formats json json_terminal delimited in_rows
        framed kept numbers rounded
    homework/     Batch, Answer → Page: a working, a check, a verification
        steps steps_gradient steps_cross_entropy steps_jacobian steps_softmax problem
        entries equations notation quantities check_file verify check check_file_page
        check_page answer_file answer_matrices answer_table wrong_axis early_rounding diagnosis
        slips wrong_formulas work questions claims numerical checked
    commands      Batch → Answer: softmax, Jacobian, gradient
    arithmetic    one interface to the two mathematics
    reading/      text → blocks → Batch
        arguments tokens prints file_names first_row further_files beginning preamble remarks
        notes vector_numbers gather texts keys order rows merge fast grid long_row spellings
        files cut json_fast json_rows json_values json brackets text_columns layout columns
        classes delimited numbers bits
    pages         what a reader is shown: sentences, derivations, grids, matrices
    formulas      mathematics as text and as LaTeX
    values        what flows: Block, Batch, Answer
    settings      what was asked for on the command line
    mathematics/  arrays → arrays
        segments softmax logarithms cancellation exact_rows tiles few pair_exponentials strips
        validation pairs exact rounding sums exponentials decimals fixed_point
    bad_numbers   what can be wrong with a number, or with the entries of a vector
    errors        Place, and what else a user can get wrong
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from softmax_cli.mathematics.softmax import (
        cross_entropy,
        gradient,
        jacobian,
        log_softmax,
        softmax,
    )

__version__ = "0.1.0"
__all__ = ["cross_entropy", "gradient", "jacobian", "log_softmax", "softmax"]


def __getattr__(name: str) -> Any:
    """Import the mathematics at its first use: the command line starts without NumPy."""
    if name in __all__:
        from softmax_cli.mathematics import softmax as module

        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
