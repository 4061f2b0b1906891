"""What flows through the program: a Block of text, a Batch of vectors, an Answer.

These are named tuples: a dataclass takes 1 ms to create at each start, a named tuple 0.1 ms.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, overload

import numpy as np

if TYPE_CHECKING:
    from softmax_cli.mathematics.decimals import Number

# Arrays of any shape; numpy.typing, which has a name for them, adds 0.5 ms to each start.
Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.intp]]
Booleans = np.ndarray[Any, np.dtype[np.bool_]]
Bytes = np.ndarray[Any, np.dtype[np.uint8]]
# float64, or objects (Decimal) where more digits were asked for than a double has
Numbers = np.ndarray[Any, np.dtype[Any]]

Quantity = Literal["softmax", "log_softmax", "jacobian", "grad"]


# The lines of the k-th further file are counted from k times this number.
LINES_OF_A_FILE = 1 << 40


def shown_line(line: int) -> str:
    """Return a line as a reader counts it: `17`, and `2:17` in the second of several files."""
    file, line = divmod(line, LINES_OF_A_FILE)
    return f"{file + 1}:{line}" if file else str(line)


class Element(int):
    """The line of a row of a document, which also knows which of its rows it is.

    The vectors of a command line have no lines, and so stand on line 0.

    Attributes:
        vector: the number of the row, counted from 1.
    """

    vector: int

    @classmethod
    def of(cls, line: int, vector: int) -> "Element":
        """Return the line as an element."""
        element = cls(line)
        element.vector = vector
        return element


class Block(NamedTuple):
    """Whole rows of text.

    Attributes:
        text: lines, each ended by a newline; or rows of a JSON document.
        line: the number of the first line.
        vector: of a JSON document the number of the first row, counted from 1; else 0.
        rows_before: how many rows of the table are before it, where that is counted.
        returns: whether the rows are of a group that comes back after another.
        is_sortable: whether `sort` can tell the rows of the table and their cells, as far as
            they have been read; for a group that comes back.
        more: rows that belong to the last group of these, and stand in further files.
    """

    text: bytes
    line: int
    vector: int = 0
    rows_before: int = 0
    returns: bool = False
    is_sortable: bool = True
    more: "tuple[Block, ...]" = ()

    @property
    def parts(self) -> "tuple[Block, ...]":
        """The rows of each file as a block of its own."""
        return (self._replace(more=()), *self.more) if self.more else (self,)

    @property
    def size(self) -> int:
        """How many bytes of text there are."""
        return sum(len(part.text) for part in self.parts)

    def __hash__(self) -> int:
        """Hash where the block stands: hashing its text takes longer than finding its rows."""
        return hash((self.line, self.vector))


class Cells(Sequence[bytes]):
    """Pieces of a text, one a row, that are cut out when they are asked for."""

    def __init__(self, text: bytes, starts: Integers, stops: Integers) -> None:
        """Take the pieces from each start to its stop."""
        self.text = text
        self.starts = starts
        self.stops = stops

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> "Cells": ...
    def __getitem__(self, index: int | slice) -> "bytes | Cells":
        if isinstance(index, slice):
            return Cells(self.text, self.starts[index], self.stops[index])
        return self.text[self.starts[index] : self.stops[index]]

    def __iter__(self) -> Iterator[bytes]:
        text, bounds = self.text, zip(self.starts.tolist(), self.stops.tolist(), strict=True)
        return iter([text[start:stop] for start, stop in bounds])

    def some(self, rows: Integers) -> "Cells":
        """Return the pieces of some rows."""
        return Cells(self.text, self.starts[rows], self.stops[rows])


class Batch(NamedTuple):
    """Vectors of one length, and what stood beside them.

    Attributes:
        values: the logits, shape (vectors, classes); −inf is a masked entry.
        classes: the classes' names, if they have any.
        kept: for each run of adjacent kept columns its text as it was read, one piece per vector;
            of a JSON input, for each kept column its value as JSON, one text per vector.
        lines: the line each vector came from (0 where there are no lines).
        targets: each vector's target class, counted from 0, if a column gives it.
        weights: each vector's target distribution, if a column gives it, shape (vectors, classes).
        names: the names of each vector's classes, where vectors differ in them; `classes` are
            then those of the first.
        typed: the numbers as they were typed, where more digits than a double has were asked for.
        texts: the numbers' texts as they were typed, if they come from arguments.
        numbers: the number of each vector in its input, from 1, where the answer shows it.
        around: the rows' own text before, between and behind their runs of logits, where numbers
            put in the place of these make rows of the same shape.
    """

    values: Floats
    classes: tuple[str, ...] | None = None
    kept: tuple[Sequence[bytes], ...] = ()
    lines: Sequence[int] = ()
    targets: Integers | None = None
    typed: "Sequence[Sequence[Number]] | None" = None
    texts: Sequence[Sequence[str]] | None = None
    weights: Numbers | None = None
    names: "Sequence[tuple[str, ...] | None] | None" = None
    numbers: Sequence[int] = ()
    around: Cells | None = None

    @property
    def vectors(self) -> int:
        """How many vectors there are."""
        return len(self.values)

    def predictions(self, vectors: slice = slice(None)) -> Integers:
        """Return the most probable class of each vector, the first of ties."""
        if self.typed is None:
            return np.asarray(self.values[vectors].argmax(axis=1))
        return np.array([min(self.predicted(v)) for v in range(self.vectors)[vectors]], np.intp)

    def predicted(self, vector: int) -> list[int]:
        """Return the most probable classes of a vector: several where they tie.

        Doubles may tie where the numbers as typed do not.
        """
        if self.typed is None:
            x = self.values[vector]
            return np.flatnonzero(x == x.max()).tolist()
        from softmax_cli.mathematics.exact import largest

        return largest(self.typed[vector])

    def order(self) -> Integers:
        """Return the classes of each vector, the most probable first, ties in their order."""
        if self.typed is None:
            # a stable sort of the negatives leaves ties in the order of the classes
            return np.argsort(-self.values, axis=1, kind="stable")
        from softmax_cli.mathematics.exact import order

        return np.array([order(numbers) for numbers in self.typed], np.intp)

    def part(self, vectors: slice) -> "Batch":
        """Return some of the vectors."""
        every = range(len(self.values))
        if every[vectors] == every:
            return self
        return self._replace(
            values=self.values[vectors],
            kept=tuple(runs[vectors] for runs in self.kept),
            around=None,
            lines=self.lines[vectors],
            numbers=self.numbers[vectors],
            targets=None if self.targets is None else self.targets[vectors],
            typed=None if self.typed is None else self.typed[vectors],
            texts=None if self.texts is None else self.texts[vectors],
            weights=None if self.weights is None else self.weights[vectors],
            names=None if self.names is None else self.names[vectors],
        )

    def names_of(self, vector: int) -> tuple[str, ...] | None:
        """Return the names of a vector's classes, if they have any."""
        return self.classes if self.names is None else self.names[vector]

    def class_name(self, index: int, first: int) -> str:
        """Return the name of a class, or its number counted from `first`."""
        return self.classes[index] if self.classes else str(index + first)


class Groups(NamedTuple):
    """Vectors whose classes stand in rows, one vector after the other.

    Attributes:
        rows: the rows, each a vector of one value, shape (rows, 1).
        starts: the first row of each vector, and the number of rows, shape (vectors + 1,).
        classes: the names of all vectors' classes, if they were asked for.
        names: the names of each vector's classes, where its rows give them.
    """

    rows: Batch
    starts: Integers
    classes: tuple[str, ...] | None = None
    names: "Sequence[tuple[str, ...] | None] | None" = None

    @property
    def vectors(self) -> int:
        """How many vectors there are."""
        return len(self.starts) - 1

    @property
    def sizes(self) -> Integers:
        """How many classes each vector has, shape (vectors,)."""
        return np.diff(self.starts)

    @property
    def lines(self) -> Sequence[int]:
        """The line of each vector's first row."""
        return [self.rows.lines[row] for row in self.starts[:-1].tolist()]

    def rows_of(self, vectors: Sequence[int] | Integers) -> slice | Integers:
        """Return an index of the rows of some vectors, of which each has as many rows."""
        starts = self.starts[vectors]
        size = int(self.starts[vectors[0] + 1] - starts[0])
        first, end = int(starts[0]), int(starts[-1]) + size
        # nothing is copied, and an index as long as a whole column takes as much memory
        if end - first == size * starts.size:
            return slice(first, end)
        return np.asarray((starts[:, np.newaxis] + np.arange(size)).ravel())

    def part(self, vectors: slice) -> "Groups":
        """Return some adjacent vectors."""
        first, stop, _ = vectors.indices(self.vectors)
        starts = self.starts[first : stop + 1]
        return self._replace(
            rows=self.rows.part(slice(int(starts[0]), int(starts[-1]))),
            starts=starts - starts[0],
            names=None if self.names is None else self.names[vectors],
        )


class OfClass(NamedTuple):
    """A gradient of something about one class of each vector.

    Attributes:
        kind: the cross-entropy against the class, the probability of the output, or the
            probability of the predicted class.
        classes: the class of each vector, shape (vectors,).
    """

    kind: Literal["target", "output", "prediction"]
    classes: Integers


class OfWeights(NamedTuple):
    """A gradient of something about all classes.

    Attributes:
        kind: the cross-entropy against a distribution, or the sum Σ gj σj.
        weights: the distribution or the upstream gradient, shape (classes,), or one for each
            vector, shape (vectors, classes).
    """

    kind: Literal["target", "upstream"]
    weights: Numbers

    def of_vector(self, vector: int) -> Numbers:
        """Return the weights of a vector's classes, shape (classes,)."""
        return self.weights if self.weights.ndim == 1 else np.asarray(self.weights[vector])


Of = OfClass | OfWeights


class Vectors(NamedTuple):
    """An answer with one number for each class of each vector.

    Attributes:
        values: shape (vectors, classes).
        loss: the cross-entropy of each vector, shape (vectors,), if asked for.
    """

    batch: Batch
    quantity: Quantity
    values: Numbers
    of: Of | None = None
    loss: Numbers | None = None


class Ranking(NamedTuple):
    """The most probable classes of each vector, best first: shapes (vectors, ranks)."""

    batch: Batch
    quantity: Quantity
    classes: Integers
    values: Numbers


class Matrices(NamedTuple):
    """Jacobians, whose rows are computed when they are asked for: they may not fit in memory.

    Attributes:
        outputs: the rows that were asked for: all classes, or one.
        rows: for vectors and outputs, each of shape (m,), those rows, shape (m, classes).
    """

    batch: Batch
    outputs: Sequence[int]
    rows: Callable[[Integers, Integers], Numbers]


Answer = Vectors | Ranking | Matrices


class InRows(NamedTuple):
    """The answers to vectors whose classes stand in rows.

    Attributes:
        groups: the vectors.
        parts: answers to vectors of one length, each with the positions of these vectors.
    """

    groups: Groups
    parts: Sequence[tuple[Integers, Answer]]
