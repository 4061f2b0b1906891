"""Answers → JSON: an object for each vector, in one array or one on each line.

Numbers are spelled as in delimited text; what JSON cannot spell, an infinity, is null.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import orjson

from softmax_cli.reading.delimited import split_columns, texts_of
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import (
    Answer,
    Batch,
    Groups,
    InRows,
    Matrices,
    Numbers,
    Of,
    OfWeights,
    Ranking,
    Vectors,
)
from softmax_cli.writing import numbers as figures
from softmax_cli.writing.delimited import NUMBERS_IN_A_TEXT, Writer, strips
from softmax_cli.writing.kept import kept_names

_INFINITY = re.compile(rb"-?inf(?:inity)?")

# The members of an object, or some of them, in order.
Members = dict[str, Any]


def json_writer(layout: Layout, settings: Settings) -> Writer:
    """Return the writer of `json`, one array, or of `jsonl`, an object on each line."""
    objects = _Objects(layout, settings)
    if settings.format == "jsonl":
        lines = objects.texts(between=b"\n")
        return Writer(write=lambda answer: _ended(lines(answer)))
    return Writer(
        opening=b"[\n", write=objects.texts(between=b",\n"), between=b",\n", closing=b"\n]\n"
    )


def _ended(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the pieces, the last with a newline: a line is whole before the next row comes."""
    last = next(pieces, b"")
    for piece in pieces:
        yield last
        last = piece
    yield last + b"\n"


class _Objects:
    """The vectors of answers as JSON objects."""

    def __init__(self, layout: Layout, settings: Settings) -> None:
        self._layout = layout
        self._settings = settings
        self._kept_names = kept_names(layout)

    def texts(self, between: bytes) -> Callable[[Answer | InRows], Iterator[bytes]]:
        """Return a function that yields the objects of an answer as text, joined."""

        def write(answer: Answer | InRows) -> Iterator[bytes]:
            if isinstance(answer, InRows):
                return self._in_rows(answer, between)
            keeps = self._keeps(answer.batch)
            if isinstance(answer, Matrices):
                return self._matrices(answer, keeps, between)
            return self._written(answer, keeps, between)

        return write

    def _written(
        self, answer: Vectors | Ranking, keeps: Sequence[Members], between: bytes
    ) -> Iterator[bytes]:
        """Yield the objects of vectors, of one that is long a part at a time."""
        vectors, classes = answer.batch.values.shape
        if vectors == 1 and classes > NUMBERS_IN_A_TEXT:
            yield from self._long(answer, keeps)
        else:
            yield between.join(self._objects(answer, keeps))

    def _long(self, answer: Vectors | Ranking, keeps: Sequence[Members]) -> Iterator[bytes]:
        """Yield the parts of the object of one long vector."""
        batch = answer.batch
        names = self._names(batch, 0)
        members: dict[str, Callable[[slice], Any]] = {
            "classes": lambda some: [*names[some]],
            "input": lambda some: batch.values[0, some].tolist(),
        }
        if isinstance(answer, Vectors):
            members[answer.quantity] = lambda some: self._rows(answer.values[:, some])[0]
        lead = b"{"
        for name, part in members.items():
            yield lead + orjson.dumps(name) + b":["
            yield from _in_parts(batch.values.shape[1], part)
            lead = b"],"
        (about,), (after,) = self._about(answer), self._after(answer, keeps)
        yield lead + orjson.dumps(about | after)[1:]

    def _in_rows(self, answer: InRows, between: bytes) -> Iterator[bytes]:
        """Yield the objects of vectors whose classes stand in rows, in their order."""
        keeps = self._lists(answer.groups)
        _, first = answer.parts[0]
        if isinstance(first, Matrices):  # a whole column is one vector
            return self._matrices(first, keeps, between)
        if answer.groups.vectors == 1:
            return self._written(first, keeps, between)
        objects = [b""] * answer.groups.vectors
        for vectors, part in answer.parts:
            if not isinstance(part, Matrices):
                some = vectors.tolist()
                texts = self._objects(part, [keeps[vector] for vector in some])
                for vector, text in zip(some, texts, strict=True):
                    objects[vector] = text
        return iter([between.join(objects)])

    def _objects(self, answer: Vectors | Ranking, keeps: Sequence[Members]) -> list[bytes]:
        inputs = answer.batch.values
        figures.check_room(inputs.size + answer.values.size, len(inputs))
        before, after = self._before(answer.batch), self._after(answer, keeps)
        objects = zip(before, self._numbers_of(answer), self._about(answer), after, strict=True)
        return [orjson.dumps(a | b | c | d) for a, b, c, d in objects]

    def _before(self, batch: Batch) -> Iterator[Members]:
        """Yield what stands before the answer of each vector: its classes and the input."""
        shared = orjson.Fragment(orjson.dumps([*self._names(batch, 0)]))
        for vector, row in enumerate(batch.values.tolist()):
            classes = shared if batch.names is None else [*self._names(batch, vector)]
            # JSON has no infinity: orjson spells a masked logit null
            yield {"classes": classes, "input": row}

    def _after(self, answer: Answer, keeps: Sequence[Members]) -> Iterator[Members]:
        """Yield what stands behind the answer of each vector: prediction and kept cells."""
        batch = answer.batch
        members: list[Members] = [{} for _ in batch.values]
        if not isinstance(answer, Ranking):
            shared = self._names(batch, 0)
            for vector, index in enumerate(batch.predictions().tolist()):
                names = shared if batch.names is None else self._names(batch, vector)
                members[vector]["prediction"] = names[index]
        for member, keep in zip(members, keeps, strict=True):
            if keep:
                member["keep"] = keep
        return iter(members)

    def _numbers_of(self, answer: Vectors | Ranking) -> Iterator[Members]:
        """Yield the numbers of each vector, one a class."""
        if isinstance(answer, Ranking):
            return iter([{}] * answer.batch.vectors)
        return ({answer.quantity: row} for row in self._rows(answer.values))

    def _about(self, answer: Vectors | Ranking) -> Iterator[Members]:
        """Yield the ranks of each vector, or what its numbers are of, and the loss."""
        if isinstance(answer, Ranking):
            yield from self._ranks(answer)
            return
        losses = None if answer.loss is None else self._numbers(answer.loss)
        for vector in range(answer.batch.vectors):
            members: Members = {}
            if self._settings.diagonal:
                members["of"] = "diagonal"
            elif answer.of is not None:
                members["of"] = self._of(answer.of, answer.batch, vector)
            if losses is not None:
                members["loss"] = losses[vector]
            yield members

    def _of(self, of: Of, batch: Batch, vector: int) -> Members:
        """Return what a gradient is of, under the name of the option that asks for it."""
        if isinstance(of, OfWeights):
            return {of.kind: self._rows(of.of_vector(vector).reshape(1, -1))[0]}
        return {of.kind: self._names(batch, vector)[int(of.classes[vector])]}

    def _ranks(self, answer: Ranking) -> Iterator[Members]:
        shared = self._names(answer.batch, 0)
        ranks = answer.values.shape[1]
        values = self._numbers(answer.values.ravel())
        for vector, classes in enumerate(answer.classes.tolist()):
            names = shared if answer.batch.names is None else self._names(answer.batch, vector)
            some = values[vector * ranks : (vector + 1) * ranks]
            yield {
                "top": [
                    {"rank": rank, "class": names[index], "probability": value}
                    for rank, (index, value) in enumerate(zip(classes, some, strict=True), 1)
                ]
            }

    def _matrices(
        self, answer: Matrices, keeps: Sequence[Members], between: bytes
    ) -> Iterator[bytes]:
        """Yield the objects of Jacobians, of one that is large a strip of rows at a time."""
        outputs = len(answer.outputs)
        befores, afters = self._before(answer.batch), self._after(answer, keeps)
        for first, part, rows in strips(answer):
            if len(part) < outputs:
                yield self._strip(first, part, rows, befores, afters, outputs, between)
                continue
            matrices = self._rows(rows)
            objects = [
                orjson.dumps(
                    next(befores)
                    | self._matrix(matrices[start : start + outputs], answer)
                    | next(afters)
                )
                for start in range(0, len(matrices), outputs)
            ]
            yield (between if first else b"") + between.join(objects)

    def _matrix(self, rows: Sequence[Any], answer: Matrices) -> Members:
        if self._settings.output is None:
            return {"jacobian": rows}
        of = {"output": self._names(answer.batch, 0)[answer.outputs[0]]}
        return {"jacobian": rows[0], "of": of}

    def _strip(
        self,
        vector: int,
        part: range,
        rows: Numbers,
        befores: Iterator[Members],
        afters: Iterator[Members],
        outputs: int,
        between: bytes,
    ) -> bytes:
        """Return some rows of one matrix, with what stands before the first or behind the last."""
        figures.check_room(rows.size)
        text = orjson.dumps(self._rows(rows))[1:-1]
        lead, trail = b",", b""
        if part.start == 0:
            before = orjson.dumps(next(befores))[:-1]
            lead = (between if vector else b"") + before + b',"jacobian":['
        if part.stop == outputs:
            trail = b"]," + orjson.dumps(next(afters))[1:]
        return lead + text + trail

    def _rows(self, values: Numbers) -> list[Any]:
        """Return the rows of an array of shape (rows, columns), each ready to be dumped."""
        if values.dtype != object and self._settings.precision is None:
            rows: list[Any] = values.tolist()
            return rows
        return [orjson.Fragment(b"[" + line + b"]") for line in self._lines(values)]

    def _numbers(self, values: Numbers) -> list[Any]:
        """Return the numbers of an array of shape (numbers,), each ready to be dumped."""
        if values.dtype != object and self._settings.precision is None:
            numbers: list[Any] = values.tolist()
            return numbers
        return [orjson.Fragment(line) for line in self._lines(values.reshape(-1, 1))]

    def _lines(self, values: Numbers) -> list[bytes]:
        text = figures.lines(values, self._settings.precision)
        return (_INFINITY.sub(b"null", text) if b"inf" in text else text).split(b"\n")

    def _names(self, batch: Batch, vector: int) -> Sequence[str | int]:
        """Return the names of a vector's classes, or their numbers if they have none."""
        if names := batch.names_of(vector):
            return [*map(_text, names)]
        first = self._settings.first_class
        return range(first, first + batch.values.shape[1])

    def _keeps(self, batch: Batch) -> list[Members]:
        """Return the kept cells of each vector by name."""
        columns = [column for run in batch.kept for column in self._kept_columns(run)]
        if not columns:
            return [{}] * batch.vectors
        rows = zip(*columns, strict=True)
        return [dict(zip(self._kept_names, row, strict=False)) for row in rows]

    def _lists(self, groups: Groups) -> list[Members]:
        """Return the kept cells of vectors in rows by name: lists, and the cells of --by once."""
        columns = [column for run in groups.rows.kept for column in self._kept_columns(run)]
        kept, by = self._layout.kept, self._layout.by
        named = [
            (name, column, number in by)
            for name, number, column in zip(
                self._kept_names, kept, map(list, columns), strict=False
            )
        ]
        bounds = groups.starts.tolist()
        return [
            {
                name: column[start] if is_key else column[start:stop]
                for name, column, is_key in named
            }
            for start, stop in pairwise(bounds)
        ]

    def _kept_columns(self, run: Sequence[bytes]) -> Iterator[Sequence[Any]]:
        """Yield the columns of a run: of a JSON input its values, of a table its texts."""
        if self._layout.json:
            return iter([[*map(orjson.Fragment, run)]])
        return map(texts_of, split_columns(run, self._layout.delimiter))


def _in_parts(size: int, part: Callable[[slice], Any]) -> Iterator[bytes]:
    """Yield an array of so many items as text without its brackets, some items at a time."""
    for first in range(0, size, NUMBERS_IN_A_TEXT):
        text = orjson.dumps(part(slice(first, first + NUMBERS_IN_A_TEXT)))[1:-1]
        yield b"," + text if first else text


def _text(name: str) -> str:
    """Return a name as JSON can hold it: bytes that are not UTF-8 become replacement characters."""
    if name.isascii():
        return name
    return name.encode(errors="surrogateescape").decode(errors="replace")
