"""Answers → JSON: an object for each vector, in one array or one on each line.

Numbers are spelled as in delimited text; what JSON cannot spell, an infinity, is null.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise, repeat
from typing import Any, NamedTuple

import numpy as np
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
from softmax_cli.writing.delimited import NUMBERS_IN_A_TEXT, Writer, spelled_once, strips
from softmax_cli.writing.kept import kept_names

_INFINITY = re.compile(rb"-?inf(?:inity)?")

# The kept cells of a vector by name.
Keep = dict[str, Any]


class Member(NamedTuple):
    """A member of the objects of some vectors, as text.

    Attributes:
        lead: what stands before the text of each vector: the name and what opens the value.
        texts: the text of each vector, or one that all have.
        trail: what stands behind it: what closes the value.
    """

    lead: bytes
    texts: Sequence[bytes] | bytes
    trail: bytes = b""


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
    """The vectors of answers as JSON objects.

    What the objects of a block have in common is written once, and their numbers in one text
    that is then split: a fifth of the time that it takes to write each object by itself.
    """

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
        self, answer: Vectors | Ranking, keeps: Sequence[Keep], between: bytes
    ) -> Iterator[bytes]:
        """Yield the objects of vectors, of one that is long a part at a time."""
        vectors, classes = answer.batch.values.shape
        if vectors == 1 and classes > NUMBERS_IN_A_TEXT:
            yield from self._long(answer, keeps)
        else:
            yield _joined(self._members(answer, keeps), vectors, between)

    def _long(self, answer: Vectors | Ranking, keeps: Sequence[Keep]) -> Iterator[bytes]:
        """Yield the parts of the object of one long vector."""
        batch = answer.batch
        names = self._names(batch, 0)
        members: dict[str, Callable[[slice], bytes]] = {
            "classes": lambda some: orjson.dumps([*names[some]])[1:-1],
            "input": lambda some: _rows(batch.values[:, some])[0],
        }
        if isinstance(answer, Vectors):
            members[answer.quantity] = lambda some: self._rows(answer.values[:, some])[0]
        lead = b"{"
        for name, part in members.items():
            yield lead + _opened(name) + b"["
            yield from _in_parts(batch.values.shape[1], part)
            lead = b"],"
        (others,) = _each([*self._about(answer), *self._after(answer, keeps)], 1)
        yield lead + others + b"}"

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
            assert not isinstance(part, Matrices)  # which groups have none of
            some = vectors.tolist()
            members = self._members(part, [keeps[vector] for vector in some])
            for vector, text in zip(some, _each(members, len(some)), strict=True):
                objects[vector] = b"{" + text + b"}"
        return iter([between.join(objects)])

    def _members(self, answer: Vectors | Ranking, keeps: Sequence[Keep]) -> list[Member]:
        """Return the members of the objects of some vectors, in order."""
        inputs = answer.batch.values
        figures.check_memory(inputs.size + answer.values.size, len(inputs))
        numbers = list[Member]()
        if isinstance(answer, Vectors):
            lead = _opened(answer.quantity) + b"["
            numbers = [Member(lead, self._rows(answer.values), b"]")]
        after = self._after(answer, keeps)
        return [*self._before(answer.batch), *numbers, *self._about(answer), *after]

    def _before(self, batch: Batch) -> list[Member]:
        """Return what stands before the answer of each vector: its classes and the input."""
        classes: Sequence[bytes] | bytes = orjson.dumps([*self._names(batch, 0)])
        if batch.names is not None:
            vectors = range(batch.vectors)
            classes = [orjson.dumps([*self._names(batch, vector)]) for vector in vectors]
        return [
            Member(_opened("classes"), classes),
            Member(_opened("input") + b"[", _rows(batch.values), b"]"),
        ]

    def _after(self, answer: Answer, keeps: Sequence[Keep]) -> list[Member]:
        """Return what stands behind the answer of each vector: prediction and kept cells."""
        batch, members = answer.batch, list[Member]()
        if not isinstance(answer, Ranking):
            names = self._names_at(batch, batch.predictions().tolist())
            members.append(Member(_opened("prediction"), names))
        if any(keeps):
            members.append(Member(_opened("keep"), [*map(orjson.dumps, keeps)]))
        return members

    def _about(self, answer: Vectors | Ranking) -> list[Member]:
        """Return the ranks of each vector, or what its numbers are of, and the loss."""
        if isinstance(answer, Ranking):
            return [Member(_opened("top"), [*map(orjson.dumps, self._ranks(answer))])]
        members = list[Member]()
        if self._settings.diagonal:
            members.append(Member(_opened("of"), b'"diagonal"'))
        elif answer.of is not None:
            members.append(self._of(answer.of, answer.batch))
        if answer.loss is not None:
            members.append(Member(_opened("loss"), self._numbers(answer.loss)))
        return members

    def _of(self, of: Of, batch: Batch) -> Member:
        """Return what gradients are of, under the name of the option that asks for it."""
        lead = _opened("of") + b"{" + _opened(of.kind)
        if isinstance(of, OfWeights):
            weights = self._rows(np.atleast_2d(of.weights))
            return Member(lead + b"[", weights if of.weights.ndim > 1 else weights[0], b"]}")
        return Member(lead, self._names_at(batch, of.classes.tolist()), b"}")

    def _ranks(self, answer: Ranking) -> Iterator[list[dict[str, Any]]]:
        shared = self._names(answer.batch, 0)
        ranks = answer.values.shape[1]
        values = [*map(orjson.Fragment, self._numbers(answer.values.ravel()))]
        for vector, classes in enumerate(answer.classes.tolist()):
            names = shared if answer.batch.names is None else self._names(answer.batch, vector)
            some = values[vector * ranks : (vector + 1) * ranks]
            yield [
                {"rank": rank, "class": names[index], "probability": value}
                for rank, (index, value) in enumerate(zip(classes, some, strict=True), 1)
            ]

    def _matrices(self, answer: Matrices, keeps: Sequence[Keep], between: bytes) -> Iterator[bytes]:
        """Yield the objects of Jacobians, of one that is large a strip of rows at a time."""
        count, outputs = answer.batch.vectors, len(answer.outputs)
        befores = _each(self._before(answer.batch), count)
        afters = _each([*self._row_of(answer), *self._after(answer, keeps)], count)
        opening, closing = (b"[[", b"]]") if self._settings.output is None else (b"[", b"]")
        for first, part, rows in strips(answer):
            texts, pieces = self._rows(rows), list[bytes]()
            for start in range(0, len(texts), len(part)):
                vector = first + start // len(part)
                if part.start == 0:
                    pieces += [between if vector else b"", b"{", befores[vector], b","]
                    pieces += [_opened("jacobian"), opening]
                else:
                    pieces.append(b"],[")
                pieces.append(b"],[".join(texts[start : start + len(part)]))
                if part.stop == outputs:
                    pieces += [closing, b",", afters[vector], b"}"]
            yield b"".join(pieces)

    def _row_of(self, answer: Matrices) -> Iterator[Member]:
        """Yield which row of the Jacobian is given, if not all are."""
        if self._settings.output is not None:
            name = orjson.dumps(self._names(answer.batch, 0)[answer.outputs[0]])
            yield Member(_opened("of") + b"{" + _opened("output"), name, b"}")

    def _rows(self, values: Numbers) -> list[bytes]:
        """Return the rows of an array of shape (rows, columns) as JSON without brackets."""
        if values.dtype != object and self._settings.precision is None:
            return _rows(values)
        text = figures.lines(values, self._settings.precision)
        return (_INFINITY.sub(b"null", text) if b"inf" in text else text).split(b"\n")

    def _numbers(self, values: Numbers) -> list[bytes]:
        """Return the numbers of an array of shape (numbers,) as JSON."""
        return self._rows(values.reshape(-1, 1))

    def _names_at(self, batch: Batch, classes: Sequence[int]) -> list[bytes]:
        """Return the name of one class of each vector as JSON, or its number if it has none."""
        if batch.names is not None:
            return [orjson.dumps(self._names(batch, v)[k]) for v, k in enumerate(classes)]
        names = self._names(batch, 0)
        return spelled_once(classes, lambda index: orjson.dumps(names[index]))

    def _names(self, batch: Batch, vector: int) -> Sequence[str | int]:
        """Return the names of a vector's classes, or their numbers if they have none."""
        if names := batch.names_of(vector):
            return [*map(_text, names)]
        first = self._settings.first_class
        return range(first, first + batch.values.shape[1])

    def _keeps(self, batch: Batch) -> list[Keep]:
        """Return the kept cells of each vector by name."""
        columns = [column for run in batch.kept for column in self._kept_columns(run)]
        if not columns:
            return [{}] * batch.vectors
        rows = zip(*columns, strict=True)
        return [dict(zip(self._kept_names, row, strict=False)) for row in rows]

    def _lists(self, groups: Groups) -> list[Keep]:
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


def _opened(name: str) -> bytes:
    return b'"%s":' % name.encode()


def _rows(values: Numbers) -> list[bytes]:
    """Return the rows of doubles of shape (rows, columns) as JSON without brackets."""
    # JSON has no infinity: orjson spells a masked logit null
    doubles = np.ascontiguousarray(values, dtype=np.float64)
    return orjson.dumps(doubles, option=orjson.OPT_SERIALIZE_NUMPY)[2:-2].split(b"],[")


def _in_parts(size: int, part: Callable[[slice], bytes]) -> Iterator[bytes]:
    """Yield an array of so many items as text without its brackets, some items at a time."""
    for first in range(0, size, NUMBERS_IN_A_TEXT):
        text = part(slice(first, first + NUMBERS_IN_A_TEXT))
        yield b"," + text if first else text


def _joined(members: Sequence[Member], count: int, between: bytes) -> bytes:
    """Return so many objects of these members as one text."""
    fixed, varying = _columns(members)
    fixed[0] = b"{" + fixed[0]
    stride = 2 * len(varying)
    parts = [b""] * (stride * count)
    # column by column takes half the time that row by row does
    for index, texts in enumerate(varying):
        parts[2 * index :: stride] = texts
        parts[2 * index + 1 :: stride] = [fixed[index + 1]] * count
    parts[stride - 1 :: stride] = [fixed[-1] + b"}" + between + fixed[0]] * count
    parts[-1] = fixed[-1] + b"}"
    return fixed[0] + b"".join(parts)


def _each(members: Sequence[Member], count: int) -> list[bytes]:
    """Return the members of so many objects, without braces."""
    fixed, varying = _columns(members)
    columns: list[Iterable[bytes]] = [repeat(fixed[0], count)]
    for texts, behind in zip(varying, fixed[1:], strict=True):
        columns += [texts, repeat(behind, count)]
    return [*map(b"".join, zip(*columns, strict=True))]


def _columns(members: Sequence[Member]) -> tuple[list[bytes], list[Sequence[bytes]]]:
    """Return the texts that differ by vector, and the fixed texts before, between and behind."""
    fixed, varying = [b""], list[Sequence[bytes]]()
    for number, (lead, texts, trail) in enumerate(members):
        fixed[-1] += b"," * bool(number) + lead
        if isinstance(texts, bytes):
            fixed[-1] += texts + trail
        else:
            varying.append(texts)
            fixed.append(trail)
    return fixed, varying


def _text(name: str) -> str:
    """Return a name as JSON can hold it: bytes that are not UTF-8 become replacement characters."""
    if name.isascii():
        return name
    return name.encode(errors="surrogateescape").decode(errors="replace")
