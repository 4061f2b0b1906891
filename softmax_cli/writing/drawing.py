"""Answers → tables for a terminal: what is drawn is text, and printing it is another step."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, Generic, TypeGuard, TypeVar

import numpy as np

from softmax_cli.settings import Settings
from softmax_cli.values import (
    Answer,
    Batch,
    Matrices,
    Of,
    OfClass,
    OfWeights,
    Ranking,
    Vectors,
    shown_line,
)
from softmax_cli.writing.columns import (
    Column,
    aligned,
    left_out,
    narrowed,
    number,
    shade,
    shares_of,
    table,
    typed,
    wide_table,
    with_bars,
)
from softmax_cli.writing.terminal import Terminal

if TYPE_CHECKING:
    from softmax_cli.values import Numbers

A = TypeVar("A", bound=Answer, covariant=True)
B = TypeVar("B", bound=Answer)

LONGEST_HEAD = 12
# The entries of a Jacobian that are formed at a time, however many rows are shown.
ENTRIES_AT_ONCE = 1 << 20


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
    if isinstance(of, OfClass):
        return int(of.classes[index]), of.kind
    (predicted,) = vector.answer.batch.predictions(slice(index, index + 1))
    return int(predicted), "prediction"


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
    if isinstance(answer.of, OfWeights) and values.dtype != object:
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
        *left_out([(missing, "column", "columns")], "-f json", terminal),
        *left_out([(hidden, "class", "classes")], "--rows 0", terminal),
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
    return lines + left_out([(len(columns) - len(shown), "column", "columns")], "-f csv", terminal)


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
    return lines + left_out(
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
    if temperature.value != 1:
        text += f", temperature {page.terminal.shown(temperature.typed)}"
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
    if isinstance(of, OfWeights):
        against = "the distribution y"
    loss = ""
    if page.alone and answer.loss is not None:
        loss = f", L = {number(answer.loss[index], page.precision)}"
    return f"gradient of the cross-entropy L against {against}{loss}"


def asked_row(answer: Answer, settings: Settings) -> Answer:
    """The one row of each Jacobian that was asked for: a number a class, as in a gradient."""
    if not isinstance(answer, Matrices) or settings.output is None:
        return answer
    every = np.arange(len(answer.batch.values))
    output = np.full_like(every, answer.outputs[0])
    values = answer.rows(every, output)
    return Vectors(answer.batch, "jacobian", values, OfClass("output", output))


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
                heads, label = ("line",), (shown_line(batch.lines[index]),)
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
