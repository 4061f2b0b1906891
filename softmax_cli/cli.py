"""The program: its commands, and how an error becomes a message and a status."""

import os
from typing import Any

import click

from softmax_cli import documents, output
from softmax_cli.checks import NothingToRead, settings_of
from softmax_cli.command_line import CONTEXT, NumberGroup, sentence, show_version
from softmax_cli.errors import AlreadyReported, SoftmaxError
from softmax_cli.options import APPEND, BY, SHARED, VERIFY, OneOf, WholeNumber, option


@click.group(
    cls=NumberGroup,
    invoke_without_command=True,
    context_settings=CONTEXT,
    examples=(
        ("softmax eval 2 1 0.1", "the probabilities"),
        ("softmax grad 2 1 0.1 --target 1", "the gradient of the cross-entropy"),
        ("softmax eval --csv logits.csv", "a row of probabilities for each row"),
    ),
    epilog="Every digit printed is right. VALUES may be fractions (1/3), logarithms (ln(2)) "
    "or -inf, a masked class; '2 1; 0 3' are two vectors and cat=2 dog=1 names the classes.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=show_version,
    help="Print the version.",
)
@click.pass_context
def program(ctx: click.Context) -> None:
    """Compute the softmax function and its derivatives."""
    if ctx.invoked_subcommand is None:
        output.write_text(ctx.get_help() + "\n")


@program.command(
    "eval",
    short_help="The probabilities σ(x), or their logarithms.",
    examples=(
        ("softmax eval 2 1 0.1", "a vector"),
        ("softmax eval cat=2 dog=1 bird=0.1 --top 2", "named classes, the best two"),
        ("softmax eval --csv logits.csv --keep id", "a table; its column id is kept"),
    ),
    params=[
        option("--top", type=WholeNumber(1), metavar="K", help="List the K most probable classes."),
        option("--log", is_flag=True, help="Print the logarithms of the probabilities."),
        *SHARED,
        BY,
        APPEND,
    ],
)
@click.pass_context
def evaluate(ctx: click.Context, /, values: tuple[str, ...], **chosen: Any) -> int:
    """Compute the probabilities σ(x) of VALUES.

    VALUES are numbers; without any, standard input is read as a table of rows.
    """
    return _run(ctx, values, chosen)


@program.command(
    short_help="The matrix of derivatives ∂σj/∂xk.",
    examples=(
        ("softmax jacobian 2 1 0.1", "the whole matrix"),
        ("softmax jacobian 2 1 0.1 --output 1", "one row of it"),
        ("softmax jacobian 2 1 0.1 -T 2 -p 3", "at temperature 2, with three digits"),
    ),
    params=[
        option("--output", metavar="K", help="Print only the row of output K, a class."),
        option("--diagonal", is_flag=True, help="Print only σj(1 − σj), a number for each class."),
        *SHARED,
        VERIFY,
    ],
)
@click.pass_context
def jacobian(ctx: click.Context, /, values: tuple[str, ...], **chosen: Any) -> int:
    """Compute the Jacobian of the softmax at VALUES.

    Row j is the output and column k the input: ∂σj/∂xk.
    """
    return _run(ctx, values, chosen)


@program.command(
    short_help="The gradient of one number with respect to x.",
    examples=(
        ("softmax grad 2 1 0.1 --target 1", "of the cross-entropy: σ − y"),
        ("softmax grad 2 1 0.1 --upstream 1,0,-1", "the chain rule: Jᵀg"),
        ("softmax grad --csv x.csv --target-column y", "a target in each row"),
    ),
    params=[
        option(
            "--target",
            metavar="K|P1,P2,…",
            help="Differentiate the cross-entropy against a class or a distribution.",
        ),
        option(
            "--target-column",
            of_tables=True,
            metavar="NAME",
            help="Differentiate the cross-entropy against the class in a column; where classes "
            "stand in rows, 1 marks the target's row, or the column is a distribution.",
        ),
        option(
            "--upstream",
            metavar="G1,G2,…",
            help="Differentiate Σ Gj σj: the chain rule, Jᵀg.",
        ),
        option("--output", metavar="K", help="Differentiate the probability of class K."),
        option("--loss", is_flag=True, help="Add the cross-entropy as a last column."),
        *SHARED,
        BY,
        VERIFY,
        APPEND,
    ],
)
@click.pass_context
def grad(ctx: click.Context, /, values: tuple[str, ...], **chosen: Any) -> int:
    """Compute the gradient, with respect to VALUES, of one number.

    Without --target, --target-column, --upstream or --output it is the probability of the
    predicted class.
    """
    return _run(ctx, values, chosen)


@program.command(
    short_help="A page of the manual.",
    examples=(
        ("softmax man", "the program"),
        ("softmax man grad", "a command"),
        ("softmax man conventions", "rows and columns, signs, masks"),
    ),
)
@click.argument("page", type=OneOf(documents.PAGES), default="softmax", metavar="[PAGE]")
def man(page: str) -> None:
    """Show a page of the manual: of the program, of a command, or of the conventions."""
    documents.show_page(page)


@program.command(
    short_help="The completion script for a shell.",
    examples=(
        ("source <(softmax completion bash)", "in ~/.bashrc"),
        ("source <(softmax completion zsh)", "in ~/.zshrc"),
        ("softmax completion fish | source", "in ~/.config/fish/config.fish"),
    ),
)
@click.argument("shell", type=OneOf(documents.SHELLS), metavar="SHELL")
def completion(shell: str) -> None:
    """Write the completion script for SHELL to standard output."""
    documents.write_script(shell)


def _run(ctx: click.Context, values: tuple[str, ...], chosen: dict[str, Any]) -> int:
    settings = settings_of(ctx, values, chosen)
    from softmax_cli import pipeline  # NumPy is imported only to compute

    return pipeline.run(settings)


def main() -> int:
    """Run the program on the command line and return its status."""
    if "_SOFTMAX_COMPLETE" in os.environ:
        from softmax_cli.completion import register

        register()
    try:
        output.check_output()
        status: int = program(prog_name="softmax", standalone_mode=False)
    except SoftmaxError as error:
        if not isinstance(error, AlreadyReported):
            output.write_error(error)
        return error.status
    except NothingToRead as error:
        output.write_usage(error.usage)
        output.write_error(error.message)
        return error.exit_code
    except click.ClickException as error:
        output.write_error(sentence(error))
        return error.exit_code
    except BrokenPipeError:  # where SIGPIPE does not end the program
        return 141
    except MemoryError:
        output.write_error("there is not enough memory for this")
        return 1
    except Exception as error:  # a defect of the program is reported without a traceback too
        output.write_error(f"a bug in softmax, please report it: {type(error).__name__}: {error}")
        return 1
    return status or 0
