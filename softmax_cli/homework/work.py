"""What formulas, right and wrong, are made of: the quantities of one question."""

from collections.abc import Callable
from functools import cached_property

import numpy as np

from softmax_cli.homework.questions import Asked, Question
from softmax_cli.reading.classes import chosen_class
from softmax_cli.values import Floats, OfClass, OfWeights


class Work:
    """A question and the quantities that formulas for it, right and wrong, are made of."""

    def __init__(self, question: Question, claimed: Floats) -> None:
        """Prepare a question for the wrong formulas.

        Args:
            question: what is asked.
            claimed: the numbers of the answer, of the shape of `question.right`.
        """
        self.asked = question.asked
        self.right = question.right
        self.claimed = claimed
        self.x = question.x
        self.T = question.settings.temperature.value
        self.z = self.x / self.T
        self.n = self.x.size
        self.of = question.of
        self.output = question.settings.output
        self.k = self._class(question)

    def _class(self, question: Question) -> int | None:
        """The target or the output, counted from 0, where it is one class."""
        if isinstance(self.of, OfClass):
            return int(self.of.classes[0])
        if self.asked == "row":
            names = question.batch.classes
            return chosen_class("--output", self.output or "", self.n, names, question.settings)
        return None

    @cached_property
    def σ(self) -> Floats:
        """The probabilities."""
        return self.softmax(self.x, self.T)

    @cached_property
    def y(self) -> Floats:
        """The target distribution or the upstream gradient."""
        if isinstance(self.of, OfWeights):
            return np.asarray(self.of.weights, dtype=np.float64)
        return self.one_hot(self.k)

    def one_hot(self, k: int | None) -> Floats:
        """Return 1 for class k and 0 for the others."""
        return np.array([float(j == k) for j in range(self.n)])

    def softmax(self, x: Floats, T: float = 1.0) -> Floats:
        """Return the softmax of other values, as well as digits typed by hand need it."""
        e: Floats = np.exp((x - np.max(x)) / T)
        return e / np.sum(e)

    def neighbours(self) -> list[int]:
        """Return the classes next to the target or the output."""
        if self.k is None:
            return []
        return [k for k in (self.k - 1, self.k + 1) if 0 <= k < self.n]

    def answer(self, p: Floats, slope: float | None = None, k: int | None = None) -> Floats:
        """Return the right formula with p for σ.

        Args:
            p: what stands for σ, shape (n,).
            slope: what stands for 1/T.
            k: what stands for the target or the output.
        """
        s = 1.0 / self.T if slope is None else slope
        k = self.k if k is None else k
        y = self.y if k is None else self.one_hot(k)
        formulas: dict[Asked, Callable[[], Floats]] = {
            "probabilities": lambda: p,
            "logarithms": lambda: np.log(p),
            "matrix": lambda: s * (np.diag(p) - np.outer(p, p)),
            "diagonal": lambda: s * p * (1 - p),
            "row": lambda: s * p[k] * (self.one_hot(k) - p),
            "target": lambda: s * (p - y),
            "upstream": lambda: s * p * (y - np.sum(p * y)),
            "loss": lambda: np.array([-np.sum(np.log(p[y > 0]) * y[y > 0])]),
        }
        return formulas[self.asked]()
