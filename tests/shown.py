"""Answers with plain numbers, and what a terminal shows of them."""

from typing import Any

import numpy as np

from softmax_cli.settings import Settings
from softmax_cli.values import Answer, Batch, Matrices, Of, Ranking, Vectors
from softmax_cli.writing.page import page_of
from softmax_cli.writing.screen import screen
from softmax_cli.writing.terminal import Terminal

ANIMALS = ("cat", "dog", "bird")
EVAL, JACOBIAN, GRAD = Settings("eval"), Settings("jacobian"), Settings("grad")
PAPER = Terminal(80)


def draw(answers: list[Answer], settings: Settings, terminal: Terminal, **beside: Any) -> str:
    return screen(page_of(answers, settings, **beside), terminal)


def softmax(x: Any) -> Any:
    with np.errstate(over="ignore"):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def batch(x: Any, classes: tuple[str, ...] | None = None, **beside: Any) -> Batch:
    return Batch(np.atleast_2d(np.array(x, dtype=float)), classes, **beside)


def probabilities(x: Any, classes: tuple[str, ...] | None = None, **beside: Any) -> Vectors:
    of_these = batch(x, classes, **beside)
    return Vectors(of_these, "softmax", softmax(of_these.values))


def gradient(values: Any, of: Of, loss: Any = None) -> Vectors:
    values = np.atleast_2d(np.array(values, dtype=float))
    given_batch = batch(np.arange(float(values.size)).reshape(values.shape), ANIMALS)
    return Vectors(given_batch, "grad", values, of, loss)


def jacobian(x: Any, classes: tuple[str, ...] | None = None, output: int | None = None) -> Matrices:
    of_these = batch(x, classes)
    p = softmax(of_these.values)

    def rows(vectors: Any, outputs: Any) -> Any:
        unit = outputs[:, None] == np.arange(p.shape[1])
        return p[vectors] * (unit - p[vectors, outputs][:, None])

    outputs = range(p.shape[1]) if output is None else (output,)
    return Matrices(of_these, outputs, rows)


def best(x: Any, top: int, **beside: Any) -> Ranking:
    of_these = batch(x, ANIMALS, **beside)
    p = softmax(of_these.values)
    order = np.argsort(-p, axis=1)[:, :top]
    return Ranking(of_these, "softmax", order, np.take_along_axis(p, order, axis=1))


def line_with(text: str, drawn: str) -> str:
    return next(line for line in drawn.splitlines() if text in line)
