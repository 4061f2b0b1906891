"""Answers → JSON: an object for each vector, in one array or one on each line.

Numbers are spelled as in delimited text; what JSON cannot spell, an infinity, is null.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson

from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, Batch, Matrices, Numbers, Of, OfWeights, Ranking, Vectors
from softmax_cli.writing import numbers as figures
from softmax_cli.writing.delimited import Writer, kept_names, kept_texts, strips

_INFINITY = re.compile(rb"-?inf(?:inity)?")

# The members of an object, or some of them, in order.
Members = dict[str, Any]


def json_writer(layout: Layout, settings: Settings) -> Writer:
    """Return the writer of `json`, one array, or of `jsonl`, an object on each line."""
    objects = _Objects(layout, settings)
    if settings.format == "jsonl":
        return Writer(write=objects.texts(between=b"\n"), between=b"\n", closing=b"\n")
    return Writer(
        opening=b"[\n", write=objects.texts(between=b",\n"), between=b",\n", closing=b"\n]\n"
    )


class _Objects:
    """The vectors of answers as JSON objects."""

    def __init__(self, layout: Layout, settings: Settings) -> None:
        self._layout = layout
        self._settings = settings
        self._kept_names = kept_names(layout)

    def texts(self, between: bytes) -> Callable[[Answer], Iterator[bytes]]:
        """Return a function that yields the objects of an answer as text, joined."""

        def write(answer: Answer) -> Iterator[bytes]:
            if isinstance(answer, Matrices):
                return self._matrices(answer, between)
            bodies = self._ranks(answer) if isinstance(answer, Ranking) else self._vectors(answer)
            objects = zip(self._before(answer.batch), bodies, self._after(answer), strict=True)
            return iter([between.join(orjson.dumps(a | b | c) for a, b, c in objects)])

        return write

    def _before(self, batch: Batch) -> Iterator[Members]:
        """Yield what stands before the answer of each vector: its classes and the input."""
        classes = orjson.Fragment(orjson.dumps([*self._names(batch)]))
        # JSON has no infinity: orjson spells a masked logit null
        return ({"classes": classes, "input": row} for row in batch.values.tolist())

    def _after(self, answer: Answer) -> Iterator[Members]:
        """Yield what stands behind the answer of each vector: prediction and kept cells."""
        batch = answer.batch
        members: list[Members] = [{} for _ in batch.values]
        if not isinstance(answer, Ranking):
            names = self._names(batch)
            for member, index in zip(members, batch.predictions().tolist(), strict=True):
                member["prediction"] = names[index]
        if batch.kept:
            for member, keep in zip(members, self._keeps(batch), strict=True):
                member["keep"] = keep
        return iter(members)

    def _vectors(self, answer: Vectors) -> Iterator[Members]:
        """Yield the numbers of each vector, what they are of, and the loss."""
        losses = None if answer.loss is None else self._numbers(answer.loss)
        for vector, row in enumerate(self._rows(answer.values)):
            members: Members = {answer.quantity: row}
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
            return {of.kind: self._rows(of.weights.reshape(1, -1))[0]}
        return {of.kind: self._name(batch, int(of.classes[vector]))}

    def _ranks(self, answer: Ranking) -> Iterator[Members]:
        names = self._names(answer.batch)
        ranks = answer.values.shape[1]
        values = self._numbers(answer.values.ravel())
        for vector, classes in enumerate(answer.classes.tolist()):
            some = values[vector * ranks : (vector + 1) * ranks]
            yield {
                "top": [
                    {"rank": rank, "class": names[index], "probability": value}
                    for rank, (index, value) in enumerate(zip(classes, some, strict=True), 1)
                ]
            }

    def _matrices(self, answer: Matrices, between: bytes) -> Iterator[bytes]:
        """Yield the objects of Jacobians, of one that is large a strip of rows at a time."""
        outputs = len(answer.outputs)
        befores, afters = self._before(answer.batch), self._after(answer)
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
        of = {"output": self._name(answer.batch, answer.outputs[0])}
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
        text = b",".join(orjson.dumps(row) for row in self._rows(rows))
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

    def _names(self, batch: Batch) -> Sequence[str | int]:
        """Return the names of the classes, or their numbers if they have none."""
        if batch.classes:
            return [*map(_text, batch.classes)]
        first = self._settings.first_class
        return range(first, first + batch.values.shape[1])

    def _name(self, batch: Batch, index: int) -> str | int:
        return _text(batch.classes[index]) if batch.classes else index + self._settings.first_class

    def _keeps(self, batch: Batch) -> list[Members]:
        """Return the kept cells of each vector by name; those of a column are lists."""
        columns = [column for run in batch.kept for column in self._kept_columns(run)]
        if self._layout.is_column:
            return [dict(zip(self._kept_names, columns, strict=False))]
        rows = zip(*columns, strict=True)
        return [dict(zip(self._kept_names, row, strict=False)) for row in rows]

    def _kept_columns(self, run: Sequence[bytes]) -> Iterator[Sequence[Any]]:
        """Yield the columns of a run: of a JSON input its values, of a table its texts."""
        if self._layout.json:
            return iter([[*map(orjson.Fragment, run)]])
        return zip(*(kept_texts(piece, self._layout) for piece in run), strict=True)


def _text(name: str) -> str:
    """Return a name as JSON can hold it: bytes that are not UTF-8 become replacement characters."""
    if name.isascii():
        return name
    return name.encode(errors="surrogateescape").decode(errors="replace")
