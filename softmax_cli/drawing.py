"""Answers → tables for a terminal: what is drawn is text, and printing it is another step.

Cells are measured and coloured by rich, but joined into lines here: `rich.table` wraps
and cuts numbers where a column does not fit, needs 13 s for 10,000 rows where this needs
a third of one, and takes twice as long to import.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import groupby, islice
from math import exp, isinf
from typing import TYPE_CHECKING, Any, Generic, Literal, TextIO, TypeVar

import numpy as np
from rich.cells import cell_len, chop_cells
from rich.color import ColorSystem
from rich.style import Style

from softmax_cli.batch import Answer, Batch, Matrices, Of, Quantity, Ranking, Vectors
from softmax_cli.settings import Settings

if TYPE_CHECKING:
    from softmax_cli.batch import Numbers

A = TypeVar("A", bound=Answer, covariant=True)

GAP = "  "
SHORTEST_BAR, LONGEST_BAR = 8, 32
# The entries of a Jacobian that are formed at a time, however many rows are shown.
ENTRIES_AT_ONCE = 1 << 20

# What this page draws with, for an encoding that has only ASCII.
ASCII = str.maketrans(
    {"σ": "softmax", "∂": "d", "ᵀ": "'", "…": "...", "─": "-", "◀": "<", "│": "|", "█": "#"}
    | dict.fromkeys("▏▎▍▌", "")
    | dict.fromkeys("▋▊▉▐", "#")
)
EIGHTHS = ("", *"▏▎▍▌▋▊▉")
JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class Terminal:
    """What a table is drawn for."""

    width: int = 80
    colors: Literal["standard", "256", "truecolor"] | None = None
    encoding: str = "utf-8"

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str]) -> "Terminal":
        """The terminal behind a stream, or a page of its own where there is none."""
        return cls(
            _width(stream, environ.get("COLUMNS", "")),
            _colors(environ) if _has_color(stream, environ) else None,
            stream.encoding or "utf-8",
        )

    @property
    def label_width(self) -> int:
        """How much of a name is shown: the numbers need the room more."""
        return min(40, max(6, self.width // 3))

    def own(self, text: str) -> str:
        """The signs this page draws with, in the terminal's encoding."""
        return text if self.encoding.lower().startswith("utf") else text.translate(ASCII)

    def shown(self, text: str, width: int | None = None) -> str:
        """Text from the data: harmless, encodable, and no wider than a label may be."""
        visible = "".join(map(_visible, text)).encode(self.encoding, "backslashreplace")
        return self.cut(visible.decode(self.encoding), width or self.label_width)

    def cut(self, text: str, width: int) -> str:
        """The beginning of a text, with a sign where its end is missing."""
        if cell_len(text) <= width:
            return text
        end = self.own("…")
        return chop_cells(text, width - len(end))[0] + end

    def painted(self, text: str, style: str) -> str:
        """The text in its colours, if there are any."""
        if not style or not self.colors:
            return text
        system = {"standard": 1, "256": 2, "truecolor": 3}[self.colors]
        return Style.parse(style).render(text, color_system=ColorSystem(system))

    def sentence(self, text: str, style: str = "") -> list[str]:
        """A line about a table, folded between words where it is longer than the width."""
        lines = [""]
        for word in text.split(" "):
            for piece in chop_cells(word, self.width):
                longer = f"{lines[-1]} {piece}" if lines[-1] else piece
                if cell_len(longer) <= self.width:
                    lines[-1] = longer
                else:
                    lines.append(piece)
        return [self.painted(line, style) for line in lines]


def _width(stream: TextIO, columns: str) -> int:
    if columns.isascii() and columns.isdigit() and 0 < len(columns.lstrip("0")) < 6:
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def _has_color(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """As no-color.org, force-color.org and bixense.com/clicolors say, in this order."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    wanted = environ.get("CLICOLOR") != "0" and environ.get("TERM") not in ("dumb", "unknown")
    return wanted and stream.isatty()


def _colors(environ: Mapping[str, str]) -> Literal["standard", "256", "truecolor"]:
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "truecolor"
    return "256" if "256color" in environ.get("TERM", "") else "standard"


def _visible(character: str) -> str:
    """A control character, a direction mark or half a surrogate pair as its escape."""
    harmless = character.isprintable() or character in JOINERS
    if harmless or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode()


# --- numbers


def number(value: Any, precision: int) -> str:
    """A number to so many digits after the point, never claiming 0 or ±1 for what is neither."""
    if isinstance(value, Decimal):
        return str(value).replace("E", "e").replace("-Infinity", "-inf")
    value = float(value)
    if value in (0, 1, -1) or isinf(value):
        return f"{value + 0.0:g}"
    if abs(value) >= 1e9:
        return f"{value:.{precision}e}"
    rounded = f"{value:.{precision}f}"
    size = abs(float(rounded))
    if size in (0, 1) and not precision:
        return number(value, 1)
    if size == 0:
        return f"{value:.1e}"
    if size == 1:
        below = "0." + "9" * precision
        return (">" if value > 0 else "<-") + (below if abs(value) < 1 else rounded.lstrip("-"))
    return rounded


def logit(value: float, precision: int) -> str:
    """A logit as it was typed, unless rounding it is shorter."""
    typed = repr(float(value) + 0.0).removesuffix(".0")
    return min(typed, number(value, precision), key=len)


def aligned(numbers: Sequence[str]) -> list[str]:
    """The numbers with their points under one another."""
    points = [len(re.match("[^.e]*", text)[0]) for text in numbers]  # type: ignore[index]
    before = max(points, default=0)
    padded = [" " * (before - point) + text for point, text in zip(points, numbers, strict=True)]
    longest = max(map(len, padded), default=0)
    return [text.ljust(longest) if text.strip() else "" for text in padded]


def bar(share: float, width: int) -> str:
    """A bar of a share of the width, to an eighth of a character."""
    whole, eighths = divmod(round(share * width * 8), 8)
    return "█" * whole + EIGHTHS[eighths]


def centred_bar(share: float, width: int) -> str:
    """A bar from the middle, to the left where the share is negative.

    Blocks that grow leftwards come in halves only, so both sides do.
    """
    half = (width - 1) // 2
    whole, halves = divmod(round(abs(share) * half * 2), 2)
    if share < 0:
        return ("▐" * halves + "█" * whole).rjust(half) + "│" + " " * half
    return " " * half + "│" + ("█" * whole + "▌" * halves).ljust(half)


def shade(share: float, colors: str | None) -> str:
    """The style of a matrix' cell: blue above zero, red below, the fuller the larger.

    From grey to full, not from the background, which may be light or dark.
    """
    size = abs(share)
    if size < 0.01:
        return ""
    if colors == "standard":
        return f"{'bold ' if size > 0.5 else ''}{'blue' if share > 0 else 'red'}"
    full = (0, 84, 200) if share > 0 else (190, 24, 40)
    mixed = (round(104 + (level - 104) * size) for level in full)
    return f"white on rgb({','.join(map(str, mixed))})"


# --- columns


@dataclass(frozen=True)
class Column:
    """A column of a table; a cell is never cut here."""

    head: str
    cells: Sequence[str]
    styles: Sequence[str] = ()
    right: bool = False

    @cached_property
    def width(self) -> int:
        """The cells of a terminal that the column takes."""
        return max(map(cell_len, (self.head, *self.cells)))

    def padded(self, text: str) -> str:
        """A cell's text, filled up with blanks."""
        blanks = " " * (self.width - cell_len(text))
        return blanks + text if self.right else text + blanks


def span(columns: Iterable[Column]) -> int:
    """The width of columns, each with the gap behind it."""
    return sum(column.width + len(GAP) for column in columns)


def fitting(columns: Sequence[Column], room: int) -> int:
    """How many of the columns fit, from the left."""
    count = 0
    while count < len(columns) and span(columns[: count + 1]) <= room:
        count += 1
    return count


def table(columns: Sequence[Column], terminal: Terminal) -> list[str]:
    """The lines of a table: the heads, a rule, a line a row."""
    heads = GAP.join(terminal.painted(c.padded(c.head), "bold") for c in columns)
    rule = terminal.own("─") * (span(columns) - len(GAP))
    lines = [heads, terminal.painted(rule, "dim")]
    for row in range(len(columns[0].cells)):
        cells = (
            terminal.painted(c.padded(c.cells[row]), c.styles[row] if c.styles else "")
            for c in columns
        )
        lines.append(GAP.join(cells))
    return [line.rstrip() for line in lines]


def wide_table(
    lead: Sequence[Column],
    body: Sequence[Column],
    tail: Sequence[Column],
    classes: int,
    terminal: Terminal,
) -> list[str]:
    """A table with a column a class, cut at whole columns, and what it does not show."""
    room = terminal.width + len(GAP)
    leading = lead[: max(1, fitting(lead, room // 2))]
    room -= span(leading)
    shown = fitting(body, room - span(tail))
    dots: list[Column] = []
    if shown < classes:
        dots = [Column(terminal.own("…"), [terminal.own("…")] * len(body[0].cells))]
        shown = fitting(body, room - span(tail) - span(dots))
        if not shown:
            tail = ()
            shown = max(1, fitting(body, room - span(dots)))
        if span(body[:shown]) + span(dots) > room:
            dots = []
    lines = table([*leading, *body[:shown], *dots, *tail], terminal)
    missing = [
        (classes - shown, "class", "classes"),
        (len(lead) - len(leading), "column", "columns"),
    ]
    counts = [f"{n:,} more {one if n == 1 else more}" for n, one, more in missing if n]
    if counts:
        lines += note(" and ".join(counts) + ": -f csv shows all", terminal)
    return lines


def note(text: str, terminal: Terminal) -> list[str]:
    """A line about what a table leaves out."""
    return terminal.sentence(terminal.own("… ") + text, "dim")


# --- tables


@dataclass(frozen=True)
class One(Generic[A]):
    """One vector of an answer, and the cells that tell it from the others."""

    answer: A
    index: int
    label: tuple[str, ...]

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return int(self.answer.batch.values.shape[1])


@dataclass(frozen=True)
class Page:
    """What all tables of one drawing share."""

    terminal: Terminal
    settings: Settings
    heads: tuple[str, ...]
    alone: bool

    @property
    def precision(self) -> int:
        """Digits after the point."""
        return 4 if self.settings.precision is None else self.settings.precision

    def name(self, batch: Batch, index: int) -> str:
        """A class as it is shown."""
        return self.terminal.shown(batch.class_name(index, self.settings.first_class))

    def numbers(self, head: str, values: Iterable[Any], styles: Sequence[str] = ()) -> Column:
        """A column of numbers, where None is a blank."""
        texts = ["" if v is None else number(v, self.precision) for v in values]
        return Column(self.terminal.own(head), aligned(texts), styles, right=True)

    def labels(self, vectors: Sequence[One[Answer]]) -> list[Column]:
        """The columns that tell vectors from one another."""
        right = self.heads in (("row",), ("line",))
        cells = zip(*(vector.label for vector in vectors), strict=True)
        return [Column(h, c, right=right) for h, c in zip(self.heads, cells, strict=True)]

    def count(self, size: int, chosen: int | None = None) -> list[int]:
        """The classes shown below one another: the first ones, and one that stands out."""
        limit = self.settings.rows or size
        far = [chosen] if chosen is not None and limit <= chosen < size else []
        return [*range(min(limit, size)), *far]


def marked(answer: Vectors, index: int) -> tuple[int, str]:
    """The class that stands out in a vector, and as what."""
    if answer.of and answer.of.classes is not None and answer.of.kind != "upstream":
        return int(answer.of.classes[index]), answer.of.kind
    return int(answer.prediction[index]), "prediction"


def value_head(answer: Vectors | Ranking) -> str:
    """What an answer's numbers are, in signs."""
    if answer.quantity in ("softmax", "log_softmax"):
        return "σ" if answer.quantity == "softmax" else "log σ"
    of = answer.of if isinstance(answer, Vectors) else None
    if of is None:
        return "∂σj/∂xj"
    return {"target": "∂L/∂x", "upstream": "Jᵀg"}.get(of.kind, "∂σ/∂x")


def shares_of(values: Iterable[Any], quantity: Quantity) -> list[float]:
    """How long each value's bar is: its probability, or its part of the largest."""
    if quantity in ("softmax", "log_softmax"):
        return [exp(value) if quantity == "log_softmax" else float(value) for value in values]
    sizes = [float(value) for value in values]
    largest = max(map(abs, sizes), default=0) or 1
    return [size / largest for size in sizes]


def bars(
    shares: Sequence[float], marks: Sequence[str], signed: bool, room: int, terminal: Terminal
) -> list[Column]:
    """A column with a bar and a mark a row, as far as there is room for them."""
    mark = max(map(cell_len, marks))
    if room < mark + len(" ") + SHORTEST_BAR:
        marks, mark = [text[:1] for text in marks], min(mark, 1)
    if room < mark:
        return []
    width = min(LONGEST_BAR, room - mark - len(" "))
    draw_one = centred_bar if signed else bar
    drawn = [draw_one(share, width) if width >= SHORTEST_BAR else "" for share in shares]
    cells = [
        terminal.own(f"{picture} {text}".rstrip() if picture else text)
        for picture, text in zip(drawn, marks, strict=True)
    ]
    styles = [
        "bold green" if text else "red" if share < 0 else "cyan"
        for text, share in zip(marks, shares, strict=True)
    ]
    return [Column("", cells, styles)] if any(cells) else []


def one_vector(vector: One[Vectors], page: Page) -> list[str]:
    """One vector of numbers, a class a row."""
    answer, index, terminal = vector.answer, vector.index, page.terminal
    chosen, word = marked(answer, index)
    shown = page.count(vector.classes, chosen)
    values = answer.values[index][shown]
    styles = ["bold" if k == chosen else "" for k in shown]
    logits = aligned([logit(x, page.precision) for x in answer.batch.values[index][shown]])
    columns = [
        Column("class", [page.name(answer.batch, k) for k in shown], styles),
        Column("x", logits, styles, right=True),
    ]
    if answer.of and answer.of.weights is not None:
        head = "g" if answer.of.kind == "upstream" else "y"
        columns.append(page.numbers(head, answer.of.weights[shown], styles))
    columns.append(page.numbers(value_head(answer), values, styles))
    room = terminal.width + len(GAP)
    while len(columns) > 2 and span(columns) > room:
        del columns[1]
    marks = [f"◀ {word}" if k == chosen else "" for k in shown]
    signed = answer.quantity in ("jacobian", "grad")
    shares = shares_of(values, answer.quantity)
    columns += bars(shares, marks, signed, room - len(GAP) - span(columns), terminal)
    lines = table(columns, terminal)
    if hidden := vector.classes - len(shown):
        if shown[-1] != len(shown) - 1:
            lines.insert(-1, terminal.own("…"))
        lines += note(f"{hidden:,} more classes: --rows 0 shows all", terminal)
    return lines


def many_vectors(vectors: Sequence[One[Vectors]], page: Page) -> list[str]:
    """Vectors of numbers, a vector a row."""
    answers = [vector.answer for vector in vectors]
    rows = [v.answer.values[v.index] for v in vectors]
    chosen = [marked(v.answer, v.index) for v in vectors]
    classes = max(map(len, rows))
    longest = answers[[*map(len, rows)].index(classes)].batch
    body = []
    for k in range(min(classes, page.terminal.width)):
        cells = [row[k] if k < len(row) else None for row in rows]
        styles = ["bold green" if k == c else "" for c, _ in chosen]
        body.append(page.numbers(page.name(longest, k), cells, styles))
    tail = []
    word = chosen[0][1]
    if word == "prediction" or len({c for c, _ in chosen}) > 1:
        names = [page.name(v.answer.batch, c) for v, (c, _) in zip(vectors, chosen, strict=True)]
        tail.append(Column(word, names))
    if answers[0].loss is not None:
        tail.append(page.numbers("loss", [v.answer.loss[v.index] for v in vectors]))
    return wide_table(page.labels(vectors), body, tail, classes, page.terminal)


def ranking(vectors: Sequence[One[Ranking]], page: Page) -> list[str]:
    """The most probable classes, best first, a class a row."""
    labels, ranks, names, values = [], [], [], []
    for v in vectors:
        for rank, k in enumerate(v.answer.classes[v.index]):
            labels.append(v.label if rank == 0 else ("",) * len(v.label))
            ranks.append(str(rank + 1))
            names.append(page.name(v.answer.batch, int(k)))
            values.append(v.answer.values[v.index, rank])
    styles = ["bold" if rank == "1" else "" for rank in ranks]
    answer = vectors[0].answer
    columns = [
        Column("rank", ranks, styles, right=True),
        Column("class", names, styles),
        page.numbers(value_head(answer), values, styles),
    ]
    lead = [] if page.alone else page.labels([replace(vectors[0], label=label) for label in labels])
    room = page.terminal.width + len(GAP)
    leading = lead[: fitting(lead, room - span(columns))]
    while len(columns) > 2 and span(columns) > room:
        del columns[0]
    columns = [*leading, *columns]
    shares = shares_of(values, answer.quantity)
    columns += bars(
        shares, [""] * len(shares), False, page.terminal.width - span(columns), page.terminal
    )
    lines = table(columns, page.terminal)
    if hidden := len(lead) - len(leading):
        lines += note(f"{hidden} more column{'s' * (hidden > 1)}: -f csv shows all", page.terminal)
    return lines


def matrix(vector: One[Matrices], page: Page) -> list[str]:
    """A Jacobian, or some rows of it."""
    answer, terminal, batch = vector.answer, page.terminal, vector.answer.batch
    limit = page.settings.rows or len(answer.outputs)
    outputs = list(islice(answer.outputs, limit))
    values = entries(answer, vector.index, outputs, terminal.width)
    largest = float(abs(values).max()) or 1.0
    body = []
    for k, column in enumerate(values.T):
        styles = [shade(float(value) / largest, terminal.colors) for value in column]
        body.append(page.numbers(f"∂x{spaced(page.name(batch, k))}", column, styles))
    names = [terminal.own(f"∂σ{spaced(page.name(batch, j))}") for j in outputs]
    lines = wide_table([Column("", names)], body, [], vector.classes, terminal)
    if hidden := len(answer.outputs) - len(outputs):
        lines += note(f"{hidden:,} more rows: --rows 0 shows all", terminal)
    return lines


def entries(answer: Matrices, index: int, outputs: Sequence[int], columns: int) -> "Numbers":
    """The first columns of a Jacobian's rows, formed a few rows at a time."""
    step = max(1, ENTRIES_AT_ONCE // answer.batch.values.shape[1])
    parts = []
    for start in range(0, len(outputs), step):
        some = np.array(outputs[start : start + step])
        parts.append(answer.rows(np.full_like(some, index), some)[:, :columns])
    return np.concatenate(parts)


def spaced(name: str) -> str:
    """A class behind a sign: 1 as in the article's σ1, and cat apart."""
    return name if name.isdigit() else f" {name}"


# --- the whole


def title(vectors: Sequence[One[Answer]], page: Page) -> str:
    """What the tables show."""
    answer, settings = vectors[0].answer, page.settings
    if isinstance(answer, Matrices):
        text = "Jacobian of the softmax: ∂σj/∂xk in row j, column k"
    elif answer.quantity in ("softmax", "log_softmax"):
        what = "softmax" if answer.quantity == "softmax" else "log-softmax"
        count = vectors[0].classes if page.alone else len(vectors)
        noun = "logit" if page.alone else "vector"
        text = f"{what} of {count:,} {noun}{'s' * (count != 1)}"
    elif answer.quantity == "jacobian" and not answer.of:
        text = "diagonal of the Jacobian of the softmax: ∂σj/∂xj"
    else:
        text = gradient_title(vectors, page)
    if not is_one(settings.temperature):
        text += f", temperature {page.terminal.shown(settings.temperature)}"
    return text


def gradient_title(vectors: Sequence[One[Answer]], page: Page) -> str:
    """What is differentiated."""
    answer = vectors[0].answer
    of = answer.of
    if of.kind == "upstream":
        return "gradient by the chain rule: Jᵀg for the upstream gradient g"
    names = {}
    if of.weights is None:
        names = {page.name(v.answer.batch, marked(v.answer, v.index)[0]) for v in vectors}
    name = names.pop() if len(names) == 1 else None
    if of.kind == "target":
        against = (
            "the distribution y"
            if of.weights is not None
            else f"class {name}"
            if name
            else "each vector's target"
        )
        text = f"gradient of the cross-entropy L against {against}"
        if page.alone and answer.loss is not None:
            text += f", L = {number(answer.loss[vectors[0].index], page.precision)}"
        return text
    if of.kind == "output":
        what = f"row {name} of the Jacobian: " if answer.quantity == "jacobian" else ""
        return f"{what}gradient of the probability of class {name}"
    predicted = (
        f"the predicted class, {name}" if name and page.alone else "each vector's predicted class"
    )
    return f"gradient of the probability of {predicted}"


def is_one(temperature: str) -> bool:
    """Whether a temperature as typed changes nothing."""
    try:
        return float(temperature) == 1
    except ValueError:
        return False


def row_of_matrix(answer: Answer) -> Answer:
    """One row of each Jacobian is one number a class, as in a gradient."""
    if not isinstance(answer, Matrices) or len(answer.outputs) != 1:
        return answer
    every = np.arange(len(answer.batch.values))
    output = np.full_like(every, answer.outputs[0])
    of = Of("output", classes=output)
    values = answer.rows(every, output)
    return Vectors(answer.batch, "jacobian", values, answer.prediction, of)


def told_apart(
    answers: Sequence[Answer],
    kept: Callable[[Batch], Sequence[Sequence[str]]],
    kept_names: Sequence[str],
    terminal: Terminal,
) -> tuple[tuple[str, ...], list[One[Answer]]]:
    """The vectors one by one: by their kept cells, or lines, or as they are counted."""
    vectors: list[One[Answer]] = []
    head: tuple[str, ...] = ("row",)
    for answer in answers:
        batch = answer.batch
        cells = kept(batch) if batch.kept else ()
        for index in range(len(batch.values)):
            if cells:
                label = tuple(map(terminal.shown, cells[index]))
                head = tuple(map(terminal.shown, kept_names)) or ("",) * len(label)
            elif len(batch.lines) and batch.lines[index]:
                head, label = ("line",), (str(batch.lines[index]),)
            else:
                label = (str(len(vectors) + 1),)
            vectors.append(One(answer, index, label))
    return head, vectors


def draw(
    answers: Sequence[Answer],
    settings: Settings,
    terminal: Terminal,
    *,
    more: bool = False,
    kept: Callable[[Batch], Sequence[Sequence[str]]] = lambda _: [],
    kept_names: Sequence[str] = (),
) -> str:
    """Tables of answers, as the text that shows them on a terminal.

    Args:
        answers: the vectors to show, all of one command.
        settings: what was asked for.
        terminal: what the tables are drawn for.
        more: whether there are more vectors than these.
        kept: the kept cells of each vector of a batch.
        kept_names: the names of the kept columns.
    """
    heads, vectors = told_apart([row_of_matrix(a) for a in answers], kept, kept_names, terminal)
    if not vectors:
        return ""
    page = Page(terminal, settings, heads, alone=len(vectors) == 1 and not more)
    lines = [*terminal.sentence(terminal.own(title(vectors, page)), "bold"), ""]
    for _, group in groupby(vectors, lambda vector: vector.answer.batch.classes):
        lines += [*tables(list(group), page), ""]
    if more:
        count = f"{len(vectors):,} vectors" if len(vectors) > 1 else "vector"
        lines += [*note(f"the first {count}; there are more: --rows 0 shows all", terminal), ""]
    return "\n".join(lines[:-1]) + "\n"


def tables(vectors: Sequence[One[Answer]], page: Page) -> list[str]:
    """Vectors with the same classes: in one table, or one under another."""
    answer = vectors[0].answer
    if isinstance(answer, Ranking):
        return ranking(vectors, page)
    # A Decimal has too many digits for two to stand side by side.
    side_by_side = isinstance(answer, Vectors) and answer.values.dtype != object
    if side_by_side and not page.alone:
        return many_vectors(vectors, page)
    draw_one = matrix if isinstance(answer, Matrices) else one_vector
    if page.alone:
        return draw_one(vectors[0], page)
    lines = []
    for vector in vectors:
        told = ", ".join(map(" ".join, zip(page.heads, vector.label, strict=True)))
        lines += [*page.terminal.sentence(told, "bold"), *draw_one(vector, page), ""]
    return lines[:-1]
