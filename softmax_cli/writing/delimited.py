"""Answers → delimited text in the input's own shape.

Numbers keep every bit unless digits were asked for; there is no colour, no ellipsis and no
width.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from softmax_cli.reading.delimited import raw_of
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, Batch, InRows, Matrices, Numbers, Ranking, Vectors
from softmax_cli.writing import numbers as figures
from softmax_cli.writing.kept import raw_cells

# What few answers need is imported where it is needed: a vector from the command line waits for
# each module that is imported here.
if TYPE_CHECKING:
    from softmax_cli.writing.in_rows import Ranks

# Rows of a Jacobian are computed and written so many numbers at a time.
_NUMBERS_IN_A_STRIP = 1 << 16
# The text of so many numbers takes some megabytes; a block holds less, a whole column more.
NUMBERS_IN_A_TEXT = 1 << 17
# The texts of the cells of so many rows stay in the cache until they are joined.
_ROWS_IN_A_TEXT = 1 << 13

Value = TypeVar("Value", int, str)
Spelled = TypeVar("Spelled", str, bytes)


class Writer(NamedTuple):
    """A machine format for one table and one set of options.

    Attributes:
        opening: stands before the first answer.
        write: an answer → its text, a part at a time.
        between: stands between two answers.
        closing: stands after the last answer.
    """

    opening: bytes = b""
    write: Callable[[Answer | InRows], Iterator[bytes]] = lambda _: iter(())
    between: bytes = b""
    closing: bytes = b""


def delimited_writer(layout: Layout, settings: Settings) -> Writer:
    """Return the writer of delimited text."""
    delimited = Delimited(layout, settings)
    several_lines = settings.command == "jacobian" and not (settings.diagonal or settings.output)
    return Writer(
        opening=delimited.header(),
        write=delimited.write,
        between=delimited.newline if several_lines else b"",
    )


def is_numbered(layout: Layout, settings: Settings) -> bool:
    """Return whether the lines of several vectors have to say which vector they are about."""
    takes_lines = settings.top is not None or (
        settings.command == "jacobian" and not settings.diagonal and settings.output is None
    )
    is_delimited = settings.format in ("delimited", "csv", "tsv")
    return takes_lines and is_delimited and not layout.kept and not layout.in_rows


def strips(answer: Matrices) -> Iterator[tuple[int, range, Numbers]]:
    """Yield the rows of Jacobians in strips: (first vector, which of its outputs, rows).

    A strip is some rows of one vector, or all rows of several vectors.
    """
    vectors, classes = answer.batch.values.shape
    outputs = np.asarray(answer.outputs)
    rows_at_once = max(1, _NUMBERS_IN_A_STRIP // classes)
    if rows_at_once < outputs.size:
        for vector in range(vectors):
            for first in range(0, outputs.size, rows_at_once):
                part = range(first, min(first + rows_at_once, outputs.size))
                chosen = outputs[part.start : part.stop]
                yield vector, part, answer.rows(np.full(chosen.size, vector), chosen)
        return
    vectors_at_once = rows_at_once // outputs.size
    for first in range(0, vectors, vectors_at_once):
        some = np.arange(first, min(first + vectors_at_once, vectors))
        rows = answer.rows(some.repeat(outputs.size), np.tile(outputs, some.size))
        yield first, range(outputs.size), rows


class Delimited(NamedTuple):
    """Text in the input's own shape: its columns, its kept cells, its line ends."""

    layout: Layout
    settings: Settings

    @property
    def delimiter(self) -> bytes:
        """The delimiter: the input's own, unless the format has another."""
        return {"csv": b",", "tsv": b"\t"}.get(self.settings.format, self.layout.delimiter)

    @property
    def newline(self) -> bytes:
        """The line end, which is the input's own; a delimiter may belong to that of its rows."""
        are_rows = not (self.settings.top or self._is_matrix)
        is_delimited = are_rows and self.layout.blank is not None
        return self.delimiter * is_delimited + self.layout.newline

    def header(self) -> bytes:
        """Return the header line, if the table has one or its classes have names."""
        is_named = self.layout.classes if self._is_matrix else self._are_columns_named
        is_named = is_named or self.layout.numbered
        return self.delimiter.join(self._header_cells()) + self.newline if is_named else b""

    @property
    def _is_matrix(self) -> bool:
        return self.settings.command == "jacobian" and not self.settings.diagonal

    @property
    def _are_columns_named(self) -> bool:
        layout = self.layout
        has_header = layout.header and not layout.ragged
        return bool(has_header or (layout.classes and not layout.in_rows))

    def _header_cells(self) -> Iterator[bytes]:
        settings = self.settings
        if self.layout.numbered:
            yield b"vector"
        if settings.top:
            yield from map(self._kept_name, self.layout.kept)
            yield from (b"rank", b"class", b"probability")
        elif self._is_matrix:
            yield from map(self._kept_name, self.layout.kept)
            if self.layout.classes:
                yield b"output"
            yield from (raw_of(name, self.delimiter) for name in self._class_names)
        else:
            yield from self._row_header()

    def _row_header(self) -> Iterator[bytes]:
        """Yield the names of the input's columns, those of the answer in place of the logits."""
        layout = self.layout
        if layout.append:
            yield from map(self._kept_name, range(layout.filled))
            for name in self._logit_names:
                yield raw_of(f"{quantity(self.settings)}_{name}", self.delimiter)
        else:
            names = dict(zip(layout.logits, self._logit_names, strict=True))
            for column in range(layout.filled):
                yield self._named_column(column, names.get(column))
        if self.settings.loss:
            yield b"loss"

    @property
    def _class_names(self) -> Sequence[str]:
        """The names of the classes, or their numbers."""
        first = self.settings.first_class
        numbers = range(first, first + len(self.layout.logits))
        return self.layout.classes or [*map(str, numbers)]

    @property
    def _logit_names(self) -> Sequence[str]:
        layout = self.layout
        if layout.classes and not layout.in_rows:
            return layout.classes
        return [layout.header[column] for column in layout.logits] if layout.header else []

    def _kept_name(self, column: int) -> bytes:
        return self._named_column(column, None)

    def _named_column(self, column: int, name: str | None) -> bytes:
        """Return a column's name as it was read, unless its name or the delimiter changes."""
        layout = self.layout
        own = layout.header[column] if layout.header else ""
        if layout.raw_header and name in (None, own) and self.delimiter == layout.delimiter:
            return layout.raw_header[column]
        return raw_of(own if name is None else name, self.delimiter)

    def write(self, answer: Answer | InRows) -> Iterator[bytes]:
        """Yield the answer's lines."""
        if isinstance(answer, InRows):
            return self._in_rows(answer)
        if isinstance(answer, Matrices):
            return self._matrices(answer)
        if isinstance(answer, Ranking):
            return iter([self._ranking(answer)])
        return self._strips(answer)

    def _numbers(self, values: Numbers) -> bytes:
        """Return rows of numbers as lines, with this text's delimiter and decimal sign."""
        text = figures.lines(values, self.settings.precision)
        own_comma = self.settings.decimal_comma and self.settings.format == "delimited"
        if self.delimiter == b",":
            return _in_quotes(text) if own_comma else text
        signs = bytes.maketrans(b",.", self.delimiter + (b"," if own_comma else b"."))
        return text.translate(signs)

    def _in_rows(self, answer: InRows) -> Iterator[bytes]:
        """Yield the lines about vectors whose classes stand in rows: one a row, or a rank."""
        from softmax_cli.writing.in_rows import ranked, spread

        _, first = answer.parts[0]
        if isinstance(first, Matrices):  # a whole column is one vector
            batch = first.batch._replace(kept=answer.groups.rows.kept)
            return self._matrices(first._replace(batch=batch))
        if isinstance(first, Ranking):
            listed = ranked(answer, self.settings.first_class)
            return iter([self._listed(listed, answer.groups.rows, listed.rows)])
        return self._strips(spread(answer))

    def _strips(self, answer: Vectors) -> Iterator[bytes]:
        """Yield the lines of an answer, so many at a time that their text stays small."""
        vectors, classes = answer.values.shape
        rows = max(1, NUMBERS_IN_A_TEXT // max(1, classes))
        if (answer.batch.kept and not answer.batch.around) or answer.loss is not None:
            rows = min(rows, _ROWS_IN_A_TEXT)
        if vectors == 1 and classes > NUMBERS_IN_A_TEXT:
            yield from self._long_line(answer)
        elif rows >= vectors:
            yield self._vectors(answer)
        else:
            for first in range(0, vectors, rows):
                yield self._vectors(_part(answer, slice(first, first + rows)))

    def _long_line(self, answer: Vectors) -> Iterator[bytes]:
        """Yield the parts of one line."""
        lead = b""
        for text in self._parts_of_line(answer):
            yield lead + text
            lead = self.delimiter
        yield self.newline

    def _parts_of_line(self, answer: Vectors) -> Iterator[bytes]:
        """Yield the cells of one line, some at a time with delimiters between them."""
        kept, done = iter(answer.batch.kept), 0
        for is_logits, count in self._runs(answer.values.shape[1]):
            if not is_logits:
                yield from (self._recoded(next(kept))[0] for _ in range(count))
                continue
            for first in range(done, done + count, NUMBERS_IN_A_TEXT):
                stop = min(first + NUMBERS_IN_A_TEXT, done + count)
                yield self._numbers(answer.values[:, first:stop])
            done += count
        if answer.loss is not None:
            yield self._numbers(answer.loss.reshape(1, 1))

    def _vectors(self, answer: Vectors) -> bytes:
        batch, values, loss = answer.batch, answer.values, answer.loss
        if not batch.kept and loss is None:
            text = self._numbers(values)
            if self.newline != b"\n":
                text = text.replace(b"\n", self.newline)
            return text + self.newline
        if batch.around and loss is None and self.delimiter == self.layout.delimiter:
            from softmax_cli.writing.framed import framed

            return framed(batch.around, list(self._numbers_by_run(values)))
        columns = list(self._segments(batch, values))
        if loss is not None:
            columns.append(self._numbers(loss.reshape(-1, 1)).split(b"\n"))
        return self._rows(columns)

    def _segments(self, batch: Batch, values: Numbers) -> Iterator[Sequence[bytes]]:
        """Yield the table in runs of columns, each a list of texts, one per row."""
        kept, numbers = iter(batch.kept), self._numbers_by_run(values)
        for is_logits, count in self._runs(values.shape[1]):
            if is_logits:
                yield next(numbers).split(b"\n")
            else:
                yield from (self._recoded(next(kept)) for _ in range(count))

    def _numbers_by_run(self, values: Numbers) -> Iterator[bytes]:
        """Yield the numbers of each run of adjacent logit columns, a line a row."""
        done = 0
        for is_logits, count in self._runs(values.shape[1]):
            if is_logits:
                yield self._numbers(np.ascontiguousarray(values[:, done : done + count]))
                done += count

    def _runs(self, classes: int) -> Iterator[tuple[bool, int]]:
        """Yield the runs of columns: of numbers how many, of kept cells how many texts they are."""
        for is_logits, first, last in self.layout.for_vectors(classes).segments:
            if is_logits:
                yield True, classes if self.layout.append else last - first + 1
            else:
                yield False, last - first + 1 if self.layout.json else 1

    def _recoded(self, runs: Sequence[bytes]) -> Sequence[bytes]:
        """Return kept cells as they were read, unless another delimiter needs other quotes."""
        if self.delimiter == self.layout.delimiter and not self.layout.json:
            return runs
        return raw_cells(runs, self.layout, self.delimiter)

    def _rows(self, columns: Sequence[Sequence[bytes]]) -> bytes:
        """Join columns of texts to lines."""
        # twice as fast column by column as row by row
        stride = 2 * len(columns)
        parts = [self.delimiter] * (stride * len(columns[0]))
        for index, column in enumerate(columns):
            parts[2 * index :: stride] = column
        parts[stride - 1 :: stride] = [self.newline] * len(columns[0])
        return b"".join(parts)

    def _beside(self, batch: Batch, vectors: Numbers, rows: Numbers) -> list[Sequence[bytes]]:
        """Return what lines about these vectors begin with: their numbers, or the kept cells."""
        if self.layout.numbered:
            return [spelled_once([batch.numbers[v] for v in vectors.tolist()], b"%d".__mod__)]
        chosen = rows.tolist()
        columns = ([*run] for run in map(self._recoded, batch.kept))
        return [[run[row] for row in chosen] for run in columns]

    def _ranking(self, answer: Ranking) -> bytes:
        from softmax_cli.writing.in_rows import Ranks

        vectors, ranks = answer.classes.shape
        first = self.settings.first_class
        listed = Ranks(
            np.repeat(np.arange(vectors), ranks),
            [*range(1, ranks + 1)] * vectors,
            spelled_once(
                answer.classes.ravel().tolist(), lambda k: answer.batch.class_name(k, first)
            ),
            answer.values.reshape(-1, 1),
        )
        return self._listed(listed, answer.batch, listed.rows)

    def _listed(self, listed: "Ranks", batch: Batch, vectors: Numbers) -> bytes:
        """Return a line for each of some classes, beside the kept cells of its row."""
        return self._rows(
            [
                *self._beside(batch, vectors, listed.rows),
                spelled_once(listed.ranks, b"%d".__mod__),
                spelled_once(listed.names, lambda name: raw_of(name, self.delimiter)),
                self._numbers(listed.values).split(b"\n"),
            ]
        )

    def _named(self, batch: Batch) -> Callable[[int], bytes]:
        first = self.settings.first_class
        return lambda index: raw_of(batch.class_name(index, first), self.delimiter)

    def _matrices(self, answer: Matrices) -> Iterator[bytes]:
        """A line a row, and a blank line between two matrices."""
        size = len(answer.outputs)
        for first, part, rows in strips(answer):
            columns = self._matrix_columns(answer, first, part, rows)
            if size == 1:
                yield self._rows(columns)
                continue
            if first and part.start == 0:
                yield self.newline
            starts = range(0, len(rows), size)
            each = (self._rows([column[i : i + size] for column in columns]) for i in starts)
            yield self.newline.join(each)

    def _matrix_columns(
        self, answer: Matrices, first: int, part: range, rows: Numbers
    ) -> list[Sequence[bytes]]:
        batch = answer.batch
        vector = first + np.arange(len(rows)) // len(part)
        output = np.resize(np.asarray(answer.outputs)[part.start : part.stop], len(rows))
        columns = self._beside(batch, vector, output if self.layout.in_rows else vector)
        if self.layout.classes:
            columns.append(list(map(self._named(batch), output.tolist())))
        return [*columns, self._numbers(rows).split(b"\n")]


def _part(answer: Vectors, vectors: slice) -> Vectors:
    """Return the answer to some of the vectors."""
    return answer._replace(
        batch=answer.batch.part(vectors),
        values=answer.values[vectors],
        loss=None if answer.loss is None else answer.loss[vectors],
    )


def spelled_once(values: Sequence[Value], spell: Callable[[Value], Spelled]) -> list[Spelled]:
    """Return the text of each value; one that comes again is spelled once."""
    texts = {value: spell(value) for value in set(values)}
    return [texts[value] for value in values]


def _in_quotes(text: bytes) -> bytes:
    """Return numbers with decimal commas, each in quotes since a comma is the delimiter too."""
    quoted = text.replace(b",", b'";"').replace(b"\n", b'"\n"').replace(b".", b",")
    return b'"' + quoted.replace(b";", b",") + b'"'


def quantity(settings: Settings) -> str:
    """Return what the numbers of an answer are called."""
    if settings.command == "eval":
        return "log_softmax" if settings.log else "softmax"
    return settings.command
