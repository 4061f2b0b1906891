"""A Page as a picture of the terminal: SVG, and HTML; light or dark as the viewer has it."""

from collections.abc import Iterator
from html import escape

from rich.style import Style

from softmax_cli.pages import Page
from softmax_cli.writing.lines import Line, Span, trimmed
from softmax_cli.writing.screen import page_lines
from softmax_cli.writing.terminal import Terminal, cell_len

_FONTS = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
_WIDTH, _HEIGHT, _MARGIN, _BASELINE = 9.0, 20.0, 16.0, 14.5
# Background, text and dim text on either theme; the contrast of each is at least 4.5 : 1.
LIGHT = ("#ffffff", "#1f2328", "#59636e")
DARK = ("#0d1117", "#e6edf3", "#9198a1")


def svg(page: Page, terminal: Terminal) -> str:
    """Return the page as an SVG picture as wide as the terminal.

    Args:
        page: what is shown.
        terminal: its width counts; colours are always drawn.
    """
    lines = _lines(page, terminal)
    width = 2 * _MARGIN + _WIDTH * max((_room(line) for line in lines), default=0)
    height = 2 * _MARGIN + _HEIGHT * len(lines)
    body = "\n".join(element for row, line in enumerate(lines) for element in _elements(line, row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img">\n'
        f"<style>\n{_svg_style()}</style>\n"
        f'<rect class="page" width="100%" height="100%" rx="8"/>\n{body}\n</svg>\n'
    )


def html(page: Page, terminal: Terminal) -> str:
    """Return the page as an HTML document with the text of the terminal.

    Args:
        page: what is shown.
        terminal: its width counts; colours are always drawn.
    """
    body = "\n".join("".join(map(_html_span, line)) for line in _lines(page, terminal))
    return (
        "<!DOCTYPE html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>softmax</title>\n'
        f"<style>\n{_html_style()}</style>\n</head>\n"
        f"<body>\n<pre>{body}\n</pre>\n</body>\n</html>\n"
    )


def _lines(page: Page, terminal: Terminal) -> list[list[Span]]:
    paper = Terminal(terminal.width, "truecolor")
    return [trimmed(line) for line in page_lines(page, paper)]


def _room(line: Line) -> int:
    return sum(cell_len(span.text) for span in line)


def _elements(line: Line, row: int) -> Iterator[str]:
    """Yield the backgrounds of a line, then its texts; each text fills its own columns."""
    top = _MARGIN + row * _HEIGHT
    texts = []
    column = 0
    for span in line:
        left, width = _MARGIN + column * _WIDTH, cell_len(span.text)
        column += width
        box = f'x="{left:g}" y="{top:g}" width="{width * _WIDTH:g}" height="{_HEIGHT:g}"'
        if span.style.bgcolor:
            yield f'<rect {box} fill="{_hex(span.style, back=True)}"/>'
        if span.text.strip():
            texts.append(_svg_text(span, left, top, width))
    yield from texts


def _svg_text(span: Span, left: float, top: float, width: int) -> str:
    """Return a text, or rectangles for the blocks of bars: fonts leave gaps between them."""
    if set(span.text) <= _BLOCKS.keys():
        return _blocks(span, left, top)
    text = span.text.rstrip(" ")
    blanks = len(text) - len(text.lstrip(" "))
    place = f'x="{left + blanks * _WIDTH:g}" y="{top + _BASELINE:g}"'
    length = (width - blanks - (len(span.text) - len(text))) * _WIDTH
    color = f' style="fill:{_hex(span.style)}"' if span.style.color else ""
    return (
        f'<text {place} textLength="{length:g}"{_class(span.style)}{color}>'
        f"{escape(text.lstrip(' '))}</text>"
    )


# Left, top, width and height of each block as parts of a character.
_BLOCKS = {
    "█": (0.0, 0.0, 1.0, 1.0),
    "▀": (0.0, 0.0, 1.0, 0.5),
    "▐": (0.5, 0.0, 0.5, 1.0),
} | {sign: (0.0, 0.0, eighth / 8, 1.0) for eighth, sign in enumerate("▏▎▍▌▋▊▉", 1)}


def _blocks(span: Span, left: float, top: float) -> str:
    """Return a run of blocks as one rectangle for each kind that stands side by side."""
    shapes = []
    color = _hex(span.style)
    is_half = span.text[0] == "▀"
    inset = 0.0 if is_half else 2.0
    full = len(span.text) - len(span.text.lstrip(span.text[0]))
    runs = [(0, full, span.text[0])] + [(i, 1, span.text[i]) for i in range(full, len(span.text))]
    for start, count, sign in runs:
        x, y, width, height = _BLOCKS[sign]
        place = f'x="{left + (start + x) * _WIDTH:g}" y="{top + y * _HEIGHT + inset:g}"'
        wide = (count if sign in "█▀" else width) * _WIDTH
        tall = height * _HEIGHT - 2 * inset
        shapes.append(f'<rect {place} width="{wide:g}" height="{tall:g}" fill="{color}"/>')
    return "".join(shapes)


def _html_span(span: Span) -> str:
    rules = []
    if span.style.color:
        rules.append(f"color:{_hex(span.style)}")
    if span.style.bgcolor:
        rules.append(f"background:{_hex(span.style, back=True)}")
    style = f' style="{";".join(rules)}"' if rules else ""
    kind = _class(span.style)
    text = escape(span.text)
    return f"<span{kind}{style}>{text}</span>" if kind or style else text


def _class(style: Style) -> str:
    names = " ".join(name for name, has in (("bold", style.bold), ("dim", style.dim)) if has)
    return f' class="{names}"' if names else ""


def _hex(style: Style, *, back: bool = False) -> str:
    color = style.bgcolor if back else style.color
    return color.get_truecolor().hex if color else ""


def _svg_style() -> str:
    def rules(theme: tuple[str, str, str]) -> str:
        page, text, dim = theme
        return f".page{{fill:{page}}} text{{fill:{text}}} .dim{{fill:{dim}}}"

    # An attribute has less weight than any rule, so a text's own fill must be a style's.
    return (
        f"text{{font:14.5px {_FONTS};white-space:pre}} .bold{{font-weight:700}}\n{rules(LIGHT)}\n"
        f"@media (prefers-color-scheme:dark){{{rules(DARK)}}}\n"
    )


def _html_style() -> str:
    def rules(theme: tuple[str, str, str]) -> str:
        page, text, dim = theme
        return f"body{{background:{page};color:{text}}} .dim{{color:{dim}}}"

    return (
        f":root{{color-scheme:light dark}} pre{{font:14.5px/1.35 {_FONTS}}} "
        f".bold{{font-weight:700}}\n{rules(LIGHT)}\n"
        f"@media (prefers-color-scheme:dark){{{rules(DARK)}}}\n"
    )
