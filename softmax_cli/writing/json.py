"""Answers → JSON: an object for each vector, in one array or a line each.

Numbers are those of the delimited text; what JSON cannot spell, an infinity, is null.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, Batch, Matrices, Numbers, Of, OfWeights, Ranking, Vectors
from softmax_cli.writing import numbers as figures
from softmax_cli.writing.delimited import Writer, kept_names, kept_texts, strips

_INFINITY = re.compile(rb"-?inf(?:inity)?")


def json_writer(layout: Layout, settings: Settings) -> Writer:
    """The writer of `json`, one array, or of `jsonl`, a line an object."""
    objects = _Objects(layout, settings)
    if settings.format == "jsonl":
        return Writer(opening=b"", write=objects.lines, closing=b"")
    return Writer(opening=b"[\n", write=objects.items, between=b",\n", closing=b"\n]\n")


class _Objects:
    """The vectors of answers as JSON objects."""

    def __init__(self, layout: Layout, settings: Settings) -> None:
        self._layout = layout
        self._settings = settings
        self._kept_names = kept_names(layout)

    def lines(self, answer: Answer) -> Iterator[bytes]:
        """A line for each vector."""
        for index, vector in enumerate(self._texts(answer)):
            if index:
                yield b"\n"
            yield from vector
        yield b"\n"

    def items(self, answer: Answer) -> Iterator[bytes]:
        """The items of an array, with commas between them."""
        for index, vector in enumerate(self._texts(answer)):
            if index:
                yield b",\n"
            yield from vector

    def _texts(self, answer: Answer) -> Iterator[Iterator[bytes]]:
        inputs = _arrays(figures.lines(answer.batch.values))
        classes = self._classes(answer.batch)
        predictions = answer.batch.predictions().tolist()
        if isinstance(answer, Vectors):
            bodies = self._vectors(answer)
        elif isinstance(answer, Ranking):
            bodies = self._rankings(answer)
        else:
            bodies = self._matrices(answer)
        each = zip(bodies, inputs, predictions, strict=True)
        for vector, (body, entered, predicted) in enumerate(each):
            lead = b'"classes":' + classes + b',"input":' + entered
            trail = b"" if isinstance(answer, Ranking) else self._prediction(answer, predicted)
            if answer.batch.kept:
                trail += b',"keep":' + self._keep(answer.batch, vector)
            yield chain((b"{", lead, b","), body, (trail, b"}"))

    def _prediction(self, answer: Answer, index: int) -> bytes:
        return b',"prediction":' + self._class(answer.batch, index)

    def _vectors(self, answer: Vectors) -> Iterator[Iterator[bytes]]:
        rows = _arrays(self._numbers(answer.values))
        losses = None
        if answer.loss is not None:
            losses = _finite(self._numbers(answer.loss.reshape(-1, 1))).split(b"\n")
        for vector, row in enumerate(rows):
            parts = [_key(answer.quantity) + row]
            if losses is not None:
                parts.append(b',"loss":' + losses[vector])
            if self._settings.diagonal:
                parts.append(b',"of":"diagonal"')
            elif answer.of is not None:
                parts.append(b',"of":' + self._of(answer.of, answer.batch, vector))
            yield iter(parts)

    def _of(self, of: Of, batch: Batch, vector: int) -> bytes:
        """What a gradient is the gradient of, under the name of the option that says so."""
        if isinstance(of, OfWeights):
            what = _arrays(self._numbers(of.weights.reshape(1, -1)))[0]
        else:
            what = self._class(batch, int(of.classes[vector]))
        return b'{"' + of.kind.encode() + b'":' + what + b"}"

    def _rankings(self, answer: Ranking) -> Iterator[Iterator[bytes]]:
        values = self._numbers(answer.values.reshape(-1, 1)).split(b"\n")
        ranks = answer.classes.shape[1]
        for vector, classes in enumerate(answer.classes.tolist()):
            texts = values[vector * ranks : (vector + 1) * ranks]
            items = [
                b'{"rank":%d,"class":%s,"probability":%s}'
                % (rank, self._class(answer.batch, index), text)
                for rank, (index, text) in enumerate(zip(classes, texts, strict=True), 1)
            ]
            yield iter([b'"top":[' + b",".join(items) + b"]"])

    def _matrices(self, answer: Matrices) -> Iterator[Iterator[bytes]]:
        size = len(answer.outputs)
        pending: list[bytes] = []
        for _, part, rows in strips(answer):
            arrays = _arrays(self._numbers(rows))
            if len(part) < size:
                pending.append(b",".join(arrays))
                if part.stop < size:
                    continue
                matrices, pending = [b"[" + b",".join(pending) + b"]"], []
            else:
                groups = (arrays[i : i + size] for i in range(0, len(arrays), size))
                matrices = [b"[" + b",".join(group) + b"]" for group in groups]
            for matrix in matrices:
                yield iter([self._matrix(matrix, answer)])

    def _matrix(self, matrix: bytes, answer: Matrices) -> bytes:
        if self._settings.output is None:
            return b'"jacobian":' + matrix
        of = self._class(answer.batch, answer.outputs[0])
        return b'"jacobian":' + matrix[1:-1] + b',"of":{"output":' + of + b"}"

    def _numbers(self, values: Numbers) -> bytes:
        return figures.lines(values, self._settings.precision)

    def _classes(self, batch: Batch) -> bytes:
        count = batch.values.shape[1]
        return b"[" + b",".join(self._class(batch, index) for index in range(count)) + b"]"

    def _class(self, batch: Batch, index: int) -> bytes:
        if batch.classes:
            return _string(batch.classes[index])
        return str(index + self._settings.first_class).encode()

    def _keep(self, batch: Batch, vector: int) -> bytes:
        """The kept cells by the names of their columns; a column's vector keeps lists."""
        if self._layout.is_column:
            rows = [self._kept_cells(batch, row) for row in range(batch.values.size)]
            cells: Sequence[object] = list(zip(*rows, strict=True))
        else:
            cells = self._kept_cells(batch, vector)
        return _string(dict(zip(self._kept_names, cells, strict=False)))

    def _kept_cells(self, batch: Batch, row: int) -> list[str]:
        return [text for run in batch.kept for text in kept_texts(run[row], self._layout)]


def _key(name: str) -> bytes:
    return b'"' + name.encode() + b'":'


def _string(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _arrays(lines: bytes) -> list[bytes]:
    """Lines of numbers as JSON arrays."""
    return [b"[" + line + b"]" for line in _finite(lines).split(b"\n")]


def _finite(text: bytes) -> bytes:
    return _INFINITY.sub(b"null", text) if b"inf" in text else text
