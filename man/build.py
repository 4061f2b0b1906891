"""Build the pages of the manual: the options from the commands, the rest from the prose here.

    python man/build.py [DIRECTORY]

writes every page into DIRECTORY, which is man/ itself if none is given. The same sources give
the same bytes.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import roff

from softmax_cli import __version__
from softmax_cli.cli import program
from softmax_cli.command_line import SECTIONS
from softmax_cli.documents import PAGES

HERE = Path(__file__).parent

# When the manual last changed: a page's date may not depend on the day it is built.
DATE = "2026-11-25"

_INCLUDED = re.compile(r"^\{(\w+)\}$", re.MULTILINE)


def main() -> None:
    """Write every page."""
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for name, file in PAGES.items():
        (directory / file).write_text(build(name, file), encoding="utf-8")


def build(name: str, file: str) -> str:
    """Return the source of a page.

    Args:
        name: a command, `softmax` or `conventions`.
        file: the page's file name, such as `softmax-eval.1`.
    """
    title, _, section = file.rpartition(".")
    prose = _read(title)
    command = program.commands.get(name, program)
    shared = _sections(_read("shared"))
    body = _INCLUDED.sub(lambda match: shared.get(match[1]) or match[0], prose)
    source = roff.page(title, int(section), DATE, f"softmax {__version__}", body)
    source = _replaced(source, r"\{OPTIONS\}", _options(command))
    return _replaced(source, r"\{COMMANDS\}", _commands())


def _read(title: str) -> str:
    return (HERE / f"{title}.md").read_text(encoding="utf-8")


def _sections(text: str) -> dict[str, str]:
    """Return what stands under each heading `# name`."""
    parts = re.split(r"^# (.+)\n", text, flags=re.MULTILINE)
    return {name: body.strip("\n") for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def _replaced(source: str, mark: str, lines: Iterator[str]) -> str:
    """Return a page in which lines stand for a paragraph that holds only a mark."""
    text = "".join(f"{line}\n" for line in lines)
    return re.sub(rf"^(\.PP\n)?{mark}\n", lambda _: text, source, flags=re.MULTILINE)


def _commands() -> Iterator[str]:
    for name, command in program.commands.items():
        yield from [".TP", roff.bold(f"softmax {name}"), roff.prose(command.short_help or "")]


def _options(command: click.Command) -> Iterator[str]:
    """Yield the options of a command, under a heading for each section of its help."""
    notes = _sections(_read("options"))
    parent = click.Context(program, **program.context_settings)
    context = click.Context(command, parent=parent)
    options = [one for one in command.get_params(context) if isinstance(one, click.Option)]
    groups = {
        section: [one for one in options if getattr(one, "section", "Other") == section]
        for section in (*SECTIONS, "Other")
    }
    for section, group in groups.items():
        if group and len(options) > len(group):
            yield f".SS {section}"
        for option in group:
            note = notes.get(option.opts[-1], "")
            yield from [".TP", _name(option), roff.prose(f"{option.help} {note}")]


def _name(option: click.Option) -> str:
    """Return an option's names and its value: `-T, --temperature T`."""
    names = ", ".join(roff.bold(name) for name in [*option.opts, *option.secondary_opts])
    if option.is_flag:
        return names
    value = roff.italic(option.metavar or "VALUE")
    may_stand_alone = isinstance(option.flag_value, str)
    return f"{names}[={value}]" if may_stand_alone else f"{names} {value}"


if __name__ == "__main__":
    main()
