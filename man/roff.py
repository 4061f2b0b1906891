"""Turn the little Markdown in which the manual is written into the source of a man page."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

_IN_TEXT = {"\\": r"\e", "^": r"\(ha", "~": r"\(ti", "`": r"\(ga"}
_LITERAL = {**_IN_TEXT, "-": r"\-", "'": r"\(aq", '"': r"\(dq"}

_INLINE = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<bold>[^*]+)\*\*|\*(?P<italic>[^*]+)\*")
_OPTION = re.compile(r"(?<![\w-])--?[A-Za-z][A-Za-z-]*[A-Za-z]|(?<![\w-])-[A-Za-z](?![\w-])")

# A full stop ends a sentence where a capital, code or emphasis follows.
_SENTENCE_END = re.compile(r"(?<=[.?!]) +(?=[A-Z*`])")


def page(title: str, section: int, date: str, source: str, body: str) -> str:
    """Return the source of a page whose body is written in Markdown.

    Args:
        title: the page's name.
        section: the section of the manual it stands in.
        date: when the manual last changed, as YYYY-MM-DD.
        source: the program and its version.
        body: headings (`##`, `###`), paragraphs, lists (`- `), terms with their definitions
            (`: `), and examples between fences.
    """
    head = [
        r".\" -*- coding: utf-8 -*-",
        r".\" Built by man/build.py from the prose beside it.",
        ".nr HY 0",
        f'.TH {literal(title.upper())} {section} {date} "{source}" "Softmax Manual"',
        ".ad l",
    ]
    source = "\n".join([*head, *_body(body.splitlines())]) + "\n"
    return re.sub(r"^(\.S[HS] .*\n)\.PP\n", r"\1", source, flags=re.MULTILINE)


def literal(text: str) -> str:
    """Return text in which every character stands for itself: what is typed or printed."""
    return "".join(_LITERAL.get(c, c) for c in text)


def bold(text: str) -> str:
    """Return literal text in bold."""
    return rf"\fB{literal(text)}\fP"


def italic(text: str) -> str:
    """Return literal text in italics: a value to be replaced."""
    return rf"\fI{literal(text)}\fP"


def prose(text: str) -> str:
    """Return running text, a sentence a line, with its emphasis, code and options marked."""
    lines = _SENTENCE_END.split(" ".join(text.split()))
    return "\n".join(_protected(_inline(line)) for line in lines)


def _inline(text: str) -> str:
    parts = []
    end = 0
    for match in _INLINE.finditer(text):
        parts.append(_plain(text[end : match.start()]))
        parts.append(_emphasis(match))
        end = match.end()
    return "".join([*parts, _plain(text[end:])])


def _emphasis(match: re.Match[str]) -> str:
    if match["italic"]:
        return italic(match["italic"])
    return bold(match["code"] or match["bold"])


def _plain(text: str) -> str:
    """Return text outside emphasis; a hyphen between letters may be a hyphen."""
    marked = _OPTION.sub(lambda match: f"**{match[0]}**", text)
    if marked != text:
        return _inline(marked)
    escaped = "".join(_IN_TEXT.get(c, c) for c in text)
    return re.sub(r"(?<!\w)-|-(?!\w)", r"\\-", escaped)


def _protected(line: str) -> str:
    """Return a line that roff does not take for a request."""
    return rf"\&{line}" if line.startswith((".", "'")) else line


def _body(lines: Sequence[str]) -> Iterator[str]:
    """Yield the source of each block."""
    for block in _blocks(lines):
        first = block[0]
        if first.startswith("```"):
            yield from _example(block[1:])
        elif first.startswith("### "):
            yield f".SS {prose(first[4:])}"
        elif first.startswith("## "):
            yield f".SH {prose(first[3:])}"
        elif first.startswith("- "):
            yield from _items(block)
        elif len(block) > 1 and block[1].startswith(": "):
            yield from [".TP", prose(first), prose(" ".join([block[1][2:], *block[2:]]))]
        else:
            yield from [".PP", prose(" ".join(block))]


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield groups of lines that belong together: an example, or lines without a gap."""
    rest = iter(lines)
    for line in rest:
        if line.startswith("```"):
            yield [line, *takewhile(lambda one: one != "```", rest)]
        elif line.startswith("#"):
            yield [line]
        elif line:
            yield [line, *takewhile(bool, rest)]


def _example(lines: Sequence[str]) -> Iterator[str]:
    yield from [".PP", ".RS 4", ".EX"]
    yield from (_protected(literal(line)) for line in lines)
    yield from [".EE", ".RE"]


def _items(block: Sequence[str]) -> Iterator[str]:
    items: list[str] = []
    for line in block:
        if line.startswith("- "):
            items.append(line[2:])
        else:
            items[-1] += f" {line.strip()}"
    for item in items:
        yield from [r".IP \(bu 2", prose(item)]
