"""Which options the commands have."""

import click

from softmax_cli.cli import program

HELP = {"-h", "--help"}


def options_of(command: click.Command) -> set[str]:
    """Every name of every option of a command, but for those of its help."""
    options = [one for one in command.params if isinstance(one, click.Option)]
    return {name for one in options for name in (*one.opts, *one.secondary_opts)}


ALL_OPTIONS = HELP.union(options_of(program), *map(options_of, program.commands.values()))
