"""The program: its commands, and how a mistake becomes a message and a status."""

import gc
import os
import signal
import sys
from typing import Any

import click

from softmax_cli import __version__, documents, options, output
from softmax_cli.errors import AlreadyReported, DeviceFailed, Place, SoftmaxError, quoted
from softmax_cli.options import APPEND, SHARED, NumberGroup, option, settings_of, suggestion

EXAMPLE = "for example: softmax eval 2 1 0.1"


class Program(NumberGroup):
    """The group of commands, which knows what was meant when none is named."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names.

        Raises:
            click.UsageError: it names none; numbers are told the command they want.
        """
        name = args[0]
        if self.get_command(ctx, name):
            return super().resolve_command(ctx, args)
        meant = suggestion(name, self.list_commands(ctx))
        if _begins_a_vector(name):
            import shlex

            hint = f"did you mean 'softmax eval {shlex.join(args)}'?"
        elif meant:
            hint = f"did you mean {meant!r}?"
        else:
            hint = f"there are {', '.join(self.list_commands(ctx))}"
        raise click.UsageError(f"no such command {quoted(name)}: {hint}", ctx)


def _begins_a_vector(argument: str) -> bool:
    return argument[:1] in "0123456789.+-−[({" or "=" in argument


@click.group(
    cls=Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Every digit printed is right. VALUES may be fractions (1/3), logarithms (ln(2)) "
    "or -inf, a masked class; '2 1; 0 3' are two vectors and cat=2 dog=1 names the classes.",
)
@click.version_option(__version__, prog_name="softmax", message="%(prog)s %(version)s")
@click.pass_context
def program(ctx: click.Context) -> None:
    """Compute the softmax function and its derivatives.

    \b
      softmax eval 2 1 0.1               the probabilities
      softmax jacobian 2 1 0.1           the matrix of their derivatives
      softmax grad 2 1 0.1 --target 1    the gradient of the cross-entropy
      softmax eval --csv logits.csv      a row of probabilities a row
    """  # noqa: D301 - to click, the character \b keeps the lines below it apart
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@program.command(
    "eval",
    short_help="The probabilities σ(x), or their logarithms.",
    params=[
        option("--log", is_flag=True, help="The logarithms of the probabilities."),
        option("--top", type=click.IntRange(1), metavar="K", help="The K best classes."),
        APPEND,
        *SHARED,
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
    params=[
        option("--diagonal", is_flag=True, help="Only σj(1 − σj), a number a class."),
        option("--output", metavar="K", help="Only the row of output K, a class."),
        *SHARED,
    ],
)
@click.pass_context
def jacobian(ctx: click.Context, /, values: tuple[str, ...], **chosen: Any) -> int:
    """Compute the Jacobian of the softmax at VALUES: row j the output, column k the input."""
    return _run(ctx, values, chosen)


@program.command(
    short_help="The gradient of one number with respect to x.",
    params=[
        option(
            "--target",
            metavar="K|P1,P2,…",
            help="Of the cross-entropy against a class or a distribution.",
        ),
        option(
            "--target-column",
            metavar="NAME",
            help="Of the cross-entropy against the class in a column.",
        ),
        option("--upstream", metavar="G1,G2,…", help="Of Σ Gj σj: the chain rule, Jᵀg."),
        option("--output", metavar="K", help="Of the probability of class K."),
        option("--loss", is_flag=True, help="Add the cross-entropy as a last column."),
        APPEND,
        *SHARED,
    ],
)
@click.pass_context
def grad(ctx: click.Context, /, values: tuple[str, ...], **chosen: Any) -> int:
    """Compute the gradient, with respect to VALUES, of one number.

    Without --target, --target-column, --upstream or --output it is the probability of the
    predicted class.
    """
    return _run(ctx, values, chosen)


@program.command(short_help="A page of the manual.")
@click.argument("page", type=click.Choice(list(documents.PAGES)), default="softmax")
def man(page: str) -> None:
    """Show a page of the manual: of the program, of a command, or of the conventions."""
    documents.show_page(page)


@program.command(short_help="The completion script for a shell.")
@click.argument("shell", type=click.Choice(documents.SHELLS))
def completion(shell: str) -> None:
    """Write the completion script for SHELL to standard output.

    \b
      source <(softmax completion bash)
      source <(softmax completion zsh)
      softmax completion fish | source
    """  # noqa: D301 - to click, the character \b keeps the lines below it apart
    documents.write_script(shell)


def _run(ctx: click.Context, values: tuple[str, ...], chosen: dict[str, Any]) -> int:
    settings = settings_of(ctx, values, chosen)
    # What is made at the start stays, so looking for garbage among it is lost time.
    gc.disable()
    # No linear algebra is done here, and the threads for it cost time at the start.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from softmax_cli import pipeline  # NumPy is imported only to compute

    return pipeline.run(settings)


# ── errors → message and status ──────────────────────────────────────────────────────────


def main() -> None:
    """Run the program on the command line, and end with its status."""
    # A reader that goes away, or an interrupt, ends us silently, as other tools.
    for name in ("SIGPIPE", "SIGINT"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    if "_SOFTMAX_COMPLETE" in os.environ:
        from softmax_cli.completion import register

        register()
    sys.exit(_status())


def _status() -> int:
    try:
        output.check_output()
        status: int = program(prog_name="softmax", standalone_mode=False)
    except SoftmaxError as mistake:
        if not isinstance(mistake, AlreadyReported):
            output.write_error(mistake)
        return mistake.status
    except options.NothingToRead as mistake:
        output.write_usage(mistake.usage)
        output.write_error(f"{mistake.message}; {EXAMPLE}")
        return mistake.exit_code
    except click.ClickException as mistake:
        output.write_error(_sentence(mistake))
        return mistake.exit_code
    except OSError as error:  # click prints help and the version by itself
        sys.stdout = None  # what is left is not tried again at the end
        output.write_error(DeviceFailed(Place("standard output"), reason=error.strerror))
        return 1
    except MemoryError:
        output.write_error("there is not enough memory for this")
        return 1
    except Exception as error:  # ours, and still no reason for a traceback
        output.write_error(f"a bug in softmax, please report it: {type(error).__name__}: {error}")
        return 1
    return status or 0


def _sentence(mistake: click.ClickException) -> str:
    """What click has to say, with a remedy."""
    ctx = getattr(mistake, "ctx", None)
    path = ctx.command_path if ctx else "softmax"
    if not isinstance(mistake, click.NoSuchOption):
        return mistake.format_message().rstrip(".")
    names = [parameter.opts for parameter in ctx.command.params] if ctx else []
    other_case = mistake.option_name.swapcase()
    meant = next((long for *short, long in names if other_case in short), None) or suggestion(
        mistake.option_name, [long for *_, long in names if long.startswith("--")] + ["--help"]
    )
    remedy = f"did you mean {meant}?" if meant else f"'{path} --help' lists them"
    return f"no such option {quoted(mistake.option_name)}: {remedy}"
