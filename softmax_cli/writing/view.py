"""One vector of an answer as its tables need it: its names, its cells, what stands out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np

from softmax_cli.arithmetic import arithmetic
from softmax_cli.formulas import Data
from softmax_cli.pages import Text
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, Batch, Booleans, Floats, Numbers, OfClass, OfWeights, Vectors
from softmax_cli.writing.rounded import as_typed, between, number, typed

DIGITS = 4


def precision_of(settings: Settings) -> int:
    """Return how many digits stand after the point."""
    return DIGITS if settings.precision is None else settings.precision


def class_text(batch: Batch, index: int, settings: Settings) -> Data | str:
    """Return a class as a reader is shown it: its name, or its number."""
    name = batch.class_name(index, settings.first_class)
    return Data(name) if batch.classes else name


A = TypeVar("A", bound=Answer, covariant=True)


@dataclass(frozen=True)
class View(Generic[A]):
    """One vector of an answer.

    Attributes:
        answer: the answer it belongs to.
        index: which of its vectors it is.
        label: the cells that tell it from the others.
        settings: what was asked for.
    """

    answer: A
    index: int
    label: tuple[Text, ...]
    settings: Settings

    @property
    def batch(self) -> Batch:
        """The batch of the vector alone."""
        return self.answer.batch.part(slice(self.index, self.index + 1))

    @property
    def logits(self) -> Floats:
        """The logits, shape (classes,)."""
        return np.asarray(self.answer.batch.values[self.index])

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return int(self.answer.batch.values.shape[1])

    @cached_property
    def masked(self) -> Booleans:
        """Which classes are masked, shape (classes,)."""
        return np.isneginf(self.logits)

    @property
    def is_certain(self) -> bool:
        """Whether all classes but one are masked, so that a probability can be 0 or 1."""
        return int(self.masked.sum()) >= self.classes - 1

    @cached_property
    def softmax(self) -> Numbers:
        """The probabilities, shape (classes,)."""
        answer = self.answer
        if isinstance(answer, Vectors) and answer.quantity == "softmax":
            return np.asarray(answer.values[self.index])
        return np.asarray(arithmetic(self.batch, self.settings).softmax()[0])

    @property
    def ranked(self) -> Numbers:
        """What ranks the classes, shape (classes,): logits, or σ where doubles blur them."""
        return self.logits if self.answer.batch.typed is None else self.softmax

    @cached_property
    def predicted(self) -> frozenset[int]:
        """The classes of largest probability: several where they tie."""
        values = self.ranked
        return frozenset(np.flatnonzero(values == values.max()).tolist())

    @property
    def chosen(self) -> int | None:
        """The class a gradient is about, if it is about one."""
        of = self.answer.of if isinstance(self.answer, Vectors) else None
        return int(of.classes[self.index]) if isinstance(of, OfClass) else None

    def name(self, index: int) -> Data | str:
        """Return a class as it is shown."""
        return class_text(self.answer.batch, index, self.settings)

    def typed(self, index: int) -> str:
        """Return a logit as the user typed it."""
        texts, value = self.answer.batch.texts, self.logits[index]
        if texts is None:
            return typed(value, self.precision)
        return as_typed(texts[self.index][index], value, self.precision)

    @property
    def precision(self) -> int:
        """Digits after the point."""
        return precision_of(self.settings)

    def probability(self, index: int) -> str:
        """Return σ of a class."""
        if self.masked[index] or self.is_certain:
            return number(self.softmax[index], self.precision)
        return between(self.softmax[index], self.precision)

    def cell(self, value: Any, index: int) -> str:
        """Return the text of a class's number in this answer; 0 and ±1 are exact."""
        answer = self.answer
        if self.masked[index] or self.is_certain or not isinstance(answer, Vectors):
            return number(value, self.precision)
        if isinstance(answer.of, OfWeights):
            return number(value, self.precision)
        if answer.quantity == "log_softmax":
            return between(value, self.precision, -1) if value == 0 else self._plain(value)
        sign = self._sign(index)
        if value == 0 and sign:
            return between(value, self.precision, sign)
        is_bounded = answer.quantity == "softmax" or self.settings.temperature.value == 1
        return between(value, self.precision) if is_bounded and sign else self._plain(value)

    def _plain(self, value: Any) -> str:
        return number(value, self.precision)

    def _sign(self, index: int) -> int:
        """Return the sign of a class's number, or 0 where it can be 0."""
        of = self.answer.of if isinstance(self.answer, Vectors) else None
        if not isinstance(of, OfClass):
            return 1
        chosen = int(of.classes[self.index])
        if self.masked[chosen]:
            return 0
        return 1 if (of.kind == "target") == (index != chosen) else -1

    def entry(self, value: Any, row: int, column: int) -> str:
        """Return the text of an entry of the Jacobian."""
        if value != 0 or self.is_certain or self.masked[row] or self.masked[column]:
            return number(value, self.precision)
        return between(value, self.precision, 1 if row == column else -1)

    def ordered(self, values: Sequence[Any]) -> list[int]:
        """Return the classes to show: all, or as many of the largest as rows are shown."""
        limit = self.settings.rows or self.classes
        if self.classes <= limit:
            return list(range(self.classes))
        sizes = np.abs(np.array(values, dtype=float))
        if isinstance(self.answer, Vectors) and self.answer.quantity == "log_softmax":
            sizes = self.logits
        return [int(k) for k in np.argsort(-sizes, kind="stable")[:limit]]
