"""Answers → tables for a terminal: what is drawn is text, and printing it is another step.

Cells are measured and coloured by rich, but joined into lines here: `rich.table` wraps
and cuts numbers where a column does not fit, needs 13 s for 10,000 rows of four numbers
where this needs one, and takes twice as long to import.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import accumulate, groupby, islice, takewhile
from math import exp, isinf
from typing import TYPE_CHECKING, Any, Generic, Literal, TextIO, TypeGuard, TypeVar

import numpy as np
from rich.cells import cell_len, chop_cells
from rich.color import ColorSystem
from rich.style import Style

from softmax_cli.batch import Answer, Batch, Matrices, Of, Quantity, Ranking, Vectors
from softmax_cli.errors import printable
from softmax_cli.settings import Settings

if TYPE_CHECKING:
    from softmax_cli.batch import Numbers

A = TypeVar("A", bound=Answer, covariant=True)
B = TypeVar("B", bound=Answer)

Colors = Literal["standard", "256", "truecolor"]
SYSTEMS: dict[Colors, ColorSystem] = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
}

GAP = "  "
SHORTEST_BAR, LONGEST_BAR = 8, 32
LONGEST_HEAD = 12
# The entries of a Jacobian that are formed at a time, however many rows are shown.
ENTRIES_AT_ONCE = 1 << 20

# What this page draws with, for an encoding that has only ASCII.
ASCII = str.maketrans(
    {"σ": "s", "∂": "d", "ᵀ": "'", "…": "...", "─": "-", "◀": "<", "│": "|", "█": "#"}
    | dict.fromkeys("▏▎▍▌", "")
    | dict.fromkeys("▋▊▉▐", "#")
)
EIGHTHS = ("", *"▏▎▍▌▋▊▉")


@dataclass(frozen=True)
class Terminal:
    """What a table is drawn for."""

    width: int = 80
    colors: Colors | None = None
    encoding: str = "utf-8"

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str]) -> "Terminal":
        """The terminal behind a stream, or a page of its own where there is none."""
        return cls(
            _width(stream, environ.get("COLUMNS", "")),
            _colors(environ) if _has_color(stream, environ) else None,
            stream.encoding or "utf-8",
        )

    def own(self, text: str) -> str:
        """The signs this page draws with, in the terminal's encoding."""
        return text if self.encoding.lower().startswith("utf") else text.translate(ASCII)

    def shown(self, text: str) -> str:
        """Text from the data: harmless, encodable, and no wider than a label may be."""
        encodable = printable(text).encode(self.encoding, "backslashreplace")
        return self.cut(encodable.decode(self.encoding), min(40, max(6, self.width // 3)))

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
        return _style(style, self.colors).render(text, color_system=SYSTEMS[self.colors])

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


def _colors(environ: Mapping[str, str]) -> Colors:
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "truecolor"
    return "256" if "256color" in environ.get("TERM", "") else "standard"


@lru_cache
def _style(style: str, colors: Colors) -> Style:  # noqa: ARG001 (a key)
    """A style for one kind of colours: it remembers the codes of the first it is used with."""
    return Style.parse(style).copy()


# --- numbers


def number(value: Any, precision: int) -> str:
    """A number to so many digits after the point, never claiming 0 or ±1 for what is neither."""
    if isinstance(value, Decimal):
        return f"{value}".replace("E", "e").replace("-Infinity", "-inf")
    value = float(value)
    if value in (0, 1, -1) or isinf(value):
        return f"{value + 0.0:g}"
    if abs(value) >= 1e9:
        return f"{value:.{precision or 1}e}"
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


def typed(value: float, precision: int) -> str:
    """A number of the user's own as it was typed, unless rounding it is shorter."""
    every_digit = repr(float(value) + 0.0).removesuffix(".0")
    return min(every_digit, number(value, precision), key=len)


def aligned(numbers: Sequence[str]) -> list[str]:
    """The numbers with their points under one another."""
    points = [len(re.split("[.e]", text, maxsplit=1)[0]) for text in numbers]
    before = max(points, default=0)
    padded = [" " * (before - point) + text for point, text in zip(points, numbers, strict=True)]
    longest = max(map(len, padded), default=0)
    return [text.ljust(longest) if text.strip() else "" for text in padded]


def bar(share: float, width: int) -> str:
    """A bar of a share of the width, to an eighth of a character."""
    whole, eighths = divmod(round(share * width * 8), 8)
    return f"{'█' * whole}{EIGHTHS[eighths]}"


def centred_bar(share: float, width: int) -> str:
    """A bar from the middle, to the left where the share is negative.

    Blocks that grow leftwards come in halves only, so both sides do.
    """
    half = (width - 1) // 2
    whole, halves = divmod(round(abs(share) * half * 2), 2)
    if share < 0:
        return ("▐" * halves + "█" * whole).rjust(half) + "│" + " " * half
    return " " * half + "│" + ("█" * whole + "▌" * halves).ljust(half)


def shade(share: float, colors: Colors | None) -> str:
    """The style of a matrix' cell: blue above zero, red below, the fuller the larger.

    The palest is as dark as white letters need, whether the background is light or dark.
    """
    size = abs(share)
    if size < 0.03:
        return ""
    if colors == "standard":
        return f"{'bold ' if size > 0.5 else ''}{'blue' if share > 0 else 'red'}"
    pale, full = ((92, 112, 140), (0, 84, 200)) if share > 0 else ((140, 100, 104), (190, 24, 40))
    mixed = (round(p + (f - p) * size) for p, f in zip(pale, full, strict=True))
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
        """What the column takes of a line."""
        return max(map(cell_len, (self.head, *self.cells)))

    def padded(self, text: str) -> str:
        """A cell's text, filled up with blanks."""
        blanks = " " * (self.width - cell_len(text))
        return blanks + text if self.right else text + blanks


def span(columns: Iterable[Column]) -> int:
    """The width of columns, each with the gap behind it."""
    return sum(column.width + len(GAP) for column in columns)


def fitting(columns: Iterable[Column], room: int) -> int:
    """How many of the columns fit, from the left."""
    return sum(1 for _ in takewhile(room.__ge__, accumulate(span([c]) for c in columns)))


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
    body: Iterable[Column],
    tail: Sequence[Column],
    classes: int,
    terminal: Terminal,
) -> list[str]:
    """A table with a column a class, cut at whole columns, and what it does not show.

    `body` is made only as far as it is shown.
    """
    leading = lead[: max(1, fitting(lead, terminal.width // 2))]
    room = terminal.width + len(GAP) - span(leading)
    made: list[Column] = []
    left = room
    for column in body:
        made.append(column)
        left -= span([column])
        if left < 0:
            break
    dots = Column(terminal.own("…"), [terminal.own("…")] * len(lead[0].cells))
    shown, end = len(made), [*tail]
    if shown < classes or span([*made, *tail]) > room:
        end = [dots, *tail]
        shown = fitting(made, room - span(end))
        if not shown:
            end = [dots] if span([made[0], dots]) <= room else []
            shown = max(1, fitting(made, room - span(end)))
    lines = table([*leading, *made[:shown], *end], terminal)
    beside = [*lead[len(leading) :], *(column for column in tail if column not in end)]
    missing = [(classes - shown, "class", "classes"), (len(beside), "column", "columns")]
    return lines + notes(missing, "-f json" if beside else "-f csv", terminal)


def narrowed(
    columns: Sequence[Column], least: Sequence[Column], terminal: Terminal
) -> list[Column]:
    """The columns without the least of them, as far as the width demands."""
    shown = list(columns)
    for column in least:
        if span(shown) <= terminal.width + len(GAP):
            break
        shown = [other for other in shown if other is not column]
    return shown


def notes(missing: Iterable[tuple[int, str, str]], remedy: str, terminal: Terminal) -> list[str]:
    """A line about what a table leaves out, if it does."""
    counts = [f"{n:,} more {one if n == 1 else more}" for n, one, more in missing if n]
    if not counts:
        return []
    text = terminal.own("… ") + " and ".join(counts) + f": {remedy} shows all"
    return terminal.sentence(text, "dim")


def shares_of(values: Iterable[Any], quantity: Quantity) -> list[float]:
    """How long each value's bar is: its probability, or its part of the largest."""
    sizes = [float(value) for value in values]
    if quantity == "softmax":
        return sizes
    if quantity == "log_softmax":
        return [exp(size) for size in sizes]
    largest = max(map(abs, sizes), default=0) or 1
    return [size / largest for size in sizes]


def with_bars(
    columns: list[Column],
    shares: Sequence[float],
    marks: Sequence[str],
    signed: bool,
    terminal: Terminal,
) -> list[Column]:
    """The columns, and a bar and a mark a row, as far as there is room for them."""
    room = terminal.width - span(columns)
    mark = max(map(cell_len, marks))
    if room < mark + len(" ") + SHORTEST_BAR:
        marks, mark = [text[:1] for text in marks], min(mark, 1)
    if room < max(mark, 1):
        return columns
    width = min(LONGEST_BAR, room - mark - len(" "))
    bar_of = centred_bar if signed else bar
    drawn = [bar_of(share, width) + " " if width >= SHORTEST_BAR else "" for share in shares]
    cells = [terminal.own(picture + text) for picture, text in zip(drawn, marks, strict=True)]
    styles = [
        "bold green" if text else "red" if share < 0 else "cyan"
        for text, share in zip(marks, shares, strict=True)
    ]
    return [*columns, Column("", [cell.rstrip() for cell in cells], styles)]


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


def are(vectors: Sequence[One[Answer]], kind: type[B]) -> TypeGuard[Sequence[One[B]]]:
    """Whether the vectors are of this kind of answer: all are of one."""
    return isinstance(vectors[0].answer, kind)


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

    def head(self, batch: Batch, index: int) -> str:
        """A class as the head of a column, where a long name would leave room for fewer."""
        return self.terminal.cut(self.name(batch, index), LONGEST_HEAD)

    def numbers(self, head: str, values: Iterable[Any], styles: Sequence[str] = ()) -> Column:
        """A column of numbers, where None is a blank."""
        texts = ["" if v is None else number(v, self.precision) for v in values]
        return Column(head, aligned(texts), styles, right=True)

    def labels(self, vectors: Sequence[One[Answer]]) -> list[Column]:
        """The columns that tell vectors from one another."""
        right = self.heads in (("row",), ("line",))
        cells = zip(*(vector.label for vector in vectors), strict=True)
        return [Column(h, c, right=right) for h, c in zip(self.heads, cells, strict=True)]


def marked(vector: One[Vectors]) -> tuple[int, str]:
    """The class that stands out in a vector, and as what."""
    of, index = vector.answer.of, vector.index
    if of and of.classes is not None:
        return int(of.classes[index]), of.kind
    return int(vector.answer.prediction[index]), "prediction"


def sign_of(answer: Vectors | Ranking) -> str:
    """What an answer's numbers are."""
    if answer.quantity in ("softmax", "log_softmax"):
        return "σ" if answer.quantity == "softmax" else "log σ"
    of = answer.of if isinstance(answer, Vectors) else None
    if of is None:
        return "∂σj/∂xj"
    return {"target": "∂L/∂x", "upstream": "Jᵀg"}.get(of.kind, "∂σ/∂x")


def one_vector(vector: One[Vectors], page: Page) -> list[str]:
    """One vector of numbers, a class a row: the first classes, and the one that stands out."""
    answer, index, terminal = vector.answer, vector.index, page.terminal
    chosen, word = marked(vector)
    limit = page.settings.rows or vector.classes
    shown = [*range(min(limit, vector.classes)), *([chosen] if chosen >= limit else [])]
    styles = ["bold" if k == chosen else "" for k in shown]
    values = answer.values[index][shown]
    logits = [typed(x, page.precision) for x in answer.batch.values[index][shown]]
    columns = [
        Column("class", [page.name(answer.batch, k) for k in shown], styles),
        Column("x", aligned(logits), styles, right=True),
    ]
    if answer.of and answer.of.weights is not None and values.dtype != object:
        head = "g" if answer.of.kind == "upstream" else "y"
        weights = [typed(weight, page.precision) for weight in answer.of.weights[shown]]
        columns.append(Column(head, aligned(weights), styles, right=True))
    columns.append(page.numbers(terminal.own(sign_of(answer)), values, styles))
    least = columns[1:-1]
    columns = narrowed(columns, least, terminal)
    missing = len(least) + 2 - len(columns)
    marks = [f"◀ {word}" if k == chosen else "" for k in shown]
    shares = shares_of(values, answer.quantity)
    signed = answer.quantity == "grad" or min(shares) < 0
    lines = table(with_bars(columns, shares, marks, signed, terminal), terminal)
    if shown[-1] > len(shown):
        lines.insert(-1, terminal.own("…"))
    hidden = vector.classes - len(shown)
    return [
        *lines,
        *notes([(missing, "column", "columns")], "-f json", terminal),
        *notes([(hidden, "class", "classes")], "--rows 0", terminal),
    ]


def many_vectors(vectors: Sequence[One[Vectors]], page: Page) -> list[str]:
    """Vectors of numbers, a vector a row; where lengths differ, blanks fill the short ones."""
    rows = [v.answer.values[v.index] for v in vectors]
    chosen = [marked(v)[0] for v in vectors]
    longest = max(vectors, key=lambda vector: vector.classes)

    def column(k: int) -> Column:
        cells = [row[k] if k < len(row) else None for row in rows]
        styles = ["bold green" if k == c else "" for c in chosen]
        return page.numbers(page.head(longest.answer.batch, k), cells, styles)

    tail = []
    word = marked(vectors[0])[1]
    if word == "prediction" or len(set(chosen)) > 1:
        names = [page.name(v.answer.batch, c) for v, c in zip(vectors, chosen, strict=True)]
        tail.append(Column(word, names))
    losses = [v.answer.loss[v.index] for v in vectors if v.answer.loss is not None]
    if losses:
        tail.append(page.numbers("loss", losses))
    body = map(column, range(longest.classes))
    return wide_table(page.labels(vectors), body, tail, longest.classes, page.terminal)


def ranking(vectors: Sequence[One[Ranking]], page: Page) -> list[str]:
    """The most probable classes, best first, a class a row."""
    answer, terminal = vectors[0].answer, page.terminal
    ranks = [(v, rank) for v in vectors for rank in range(len(v.answer.classes[v.index]))]
    names = [page.name(v.answer.batch, int(v.answer.classes[v.index, r])) for v, r in ranks]
    values = [v.answer.values[v.index, rank] for v, rank in ranks]
    styles = ["" if rank else "bold" for _, rank in ranks]
    # Its label stands at a vector's first rank only, so that vectors are seen as groups.
    rows = [replace(v, label=("",) * len(v.label)) if rank else v for v, rank in ranks]
    labels = [] if page.alone else page.labels(rows)
    order = Column("rank", [str(rank + 1) for _, rank in ranks], styles, right=True)
    number_column = page.numbers(terminal.own(sign_of(answer)), values, styles)
    columns = [*labels, order, Column("class", names, styles), number_column]
    shown = narrowed(columns, [*labels[:0:-1], order, *labels[:1]], terminal)
    shares = shares_of(values, answer.quantity)
    lines = table(with_bars(shown, shares, [""] * len(shares), False, terminal), terminal)
    return lines + notes([(len(columns) - len(shown), "column", "columns")], "-f csv", terminal)


def matrix(vector: One[Matrices], page: Page) -> list[str]:
    """A Jacobian: its first rows and columns, formed no further than they are shown."""
    answer, terminal, batch = vector.answer, page.terminal, vector.answer.batch
    outputs = [*islice(answer.outputs, page.settings.rows or None)]
    # No column takes less than a digit and a gap.
    values = entries(answer, vector.index, outputs, terminal.width // 3 + 1)
    largest = float(abs(values).max()) or 1.0

    def column(k: int) -> Column:
        styles = [shade(float(value) / largest, terminal.colors) for value in values[:, k]]
        return page.numbers(differential("∂x", page.head(batch, k)), values[:, k], styles)

    def differential(sign: str, name: str) -> str:
        return terminal.own(sign) + (name if name.isdigit() else f" {name}")

    lead = Column("", [differential("∂σ", page.name(batch, j)) for j in outputs])
    body = map(column, range(values.shape[1]))
    lines = wide_table([lead], body, [], vector.classes, terminal)
    return lines + notes(
        [(len(answer.outputs) - len(outputs), "row", "rows")], "--rows 0", terminal
    )


def entries(answer: Matrices, index: int, outputs: Sequence[int], columns: int) -> "Numbers":
    """The first columns of a Jacobian's rows, a few whole rows in memory at a time."""
    step = max(1, ENTRIES_AT_ONCE // answer.batch.values.shape[1])
    parts = []
    for start in range(0, len(outputs), step):
        some = np.array(outputs[start : start + step])
        parts.append(answer.rows(np.full_like(some, index), some)[:, :columns].copy())
    return np.concatenate(parts)


# --- the whole


def title(vectors: Sequence[One[Answer]], page: Page, more: bool) -> str:
    """What the tables show."""
    first = vectors[0].answer
    if isinstance(first, Matrices):
        text = "Jacobian of the softmax: ∂σj/∂xk in row j, column k"
    elif are(vectors, Vectors) and vectors[0].answer.of:
        text = gradient_title(vectors, vectors[0].answer.of, page)
    elif first.quantity == "jacobian":
        text = "diagonal of the Jacobian of the softmax: ∂σj/∂xj"
    else:
        what = first.quantity.replace("_", "-")
        count = vectors[0].classes if page.alone else len(vectors)
        noun = ("logit" if page.alone else "vector") + "s" * (count != 1)
        text = f"{what} of {'the first ' * more}{count:,} {noun}"
    temperature = page.settings.temperature
    if changes_something(temperature):
        text += f", temperature {page.terminal.shown(temperature)}"
    return page.terminal.own(text)


def gradient_title(vectors: Sequence[One[Vectors]], of: Of, page: Page) -> str:
    """What is differentiated."""
    answer, index = vectors[0].answer, vectors[0].index
    if of.kind == "upstream":
        return "gradient by the chain rule: Jᵀg for the upstream gradient g"
    names = {page.name(v.answer.batch, marked(v)[0]) for v in vectors}
    name = names.pop() if len(names) == 1 else ""
    if of.kind == "prediction":
        which = f"the predicted class, {name}" if page.alone else "each vector's predicted class"
        return f"gradient of the probability of {which}"
    if of.kind == "output":
        row = f"row {name} of the Jacobian: the " if answer.quantity == "jacobian" else ""
        return f"{row}gradient of the probability of class {name}"
    against = f"class {name}" if name else "each vector's target"
    if of.weights is not None:
        against = "the distribution y"
    loss = ""
    if page.alone and answer.loss is not None:
        loss = f", L = {number(answer.loss[index], page.precision)}"
    return f"gradient of the cross-entropy L against {against}{loss}"


def changes_something(temperature: str) -> bool:
    """Whether a temperature, as it was typed, is another than 1."""
    try:
        return float(temperature) != 1
    except ValueError:
        return True


def asked_row(answer: Answer, settings: Settings) -> Answer:
    """The one row of each Jacobian that was asked for: a number a class, as in a gradient."""
    if not isinstance(answer, Matrices) or settings.output is None:
        return answer
    every = np.arange(len(answer.batch.values))
    output = np.full_like(every, answer.outputs[0])
    values = answer.rows(every, output)
    return Vectors(answer.batch, "jacobian", values, answer.prediction, Of("output", output))


def told_apart(
    answers: Sequence[Answer],
    kept: Callable[[Batch], Sequence[Sequence[str]]],
    kept_names: Sequence[str],
    terminal: Terminal,
) -> tuple[tuple[str, ...], list[One[Answer]]]:
    """The vectors one by one: by their kept cells, or lines, or as they are counted."""
    vectors: list[One[Answer]] = []
    heads: tuple[str, ...] = ("row",)
    for answer in answers:
        batch = answer.batch
        cells = kept(batch) if batch.kept else ()
        for index in range(len(batch.values)):
            label: tuple[str, ...] = (str(len(vectors) + 1),)
            if cells:
                label = tuple(map(terminal.shown, cells[index]))
                heads = tuple(map(terminal.shown, kept_names)) or ("",) * len(label)
            elif len(batch.lines) and batch.lines[index]:
                heads, label = ("line",), (str(batch.lines[index]),)
            vectors.append(One(answer, index, label))
    return heads, vectors


def tables(vectors: Sequence[One[Answer]], page: Page) -> list[str]:
    """Vectors with the same classes: in one table, or one under another."""
    if are(vectors, Ranking):
        return ranking(vectors, page)
    if are(vectors, Matrices):
        drawn = [matrix(vector, page) for vector in vectors]
    elif are(vectors, Vectors):
        # Decimals have too many digits to stand side by side.
        if not page.alone and vectors[0].answer.values.dtype != object:
            return many_vectors(vectors, page)
        drawn = [one_vector(vector, page) for vector in vectors]
    if page.alone:
        return drawn[0]
    lines = []
    for vector, table_lines in zip(vectors, drawn, strict=True):
        told = ", ".join(map(" ".join, zip(page.heads, vector.label, strict=True)))
        lines += [*page.terminal.sentence(told.strip(), "bold"), *table_lines, ""]
    return lines[:-1]


def draw(
    answers: Sequence[Answer],
    settings: Settings,
    terminal: Terminal,
    *,
    more: bool = False,
    kept: Callable[[Batch], Sequence[Sequence[str]]] = lambda _: (),
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
    answers = [asked_row(answer, settings) for answer in answers]
    heads, vectors = told_apart(answers, kept, kept_names, terminal)
    if not vectors:
        return ""
    page = Page(terminal, settings, heads, alone=len(vectors) == 1 and not more)
    lines = terminal.sentence(title(vectors, page, more), "bold")
    for _, group in groupby(vectors, lambda vector: vector.answer.batch.classes):
        lines += ["", *tables(list(group), page)]
    if more:
        lines += terminal.sentence(
            terminal.own("… ") + "there are more vectors: --rows 0 shows all", "dim"
        )
    return "\n".join(lines) + "\n"
