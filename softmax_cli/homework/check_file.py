"""The check of a table of answers, row by row."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from softmax_cli.commands import COMMANDS
from softmax_cli.errors import Place, UnequalTables, UsageError
from softmax_cli.homework.answer_file import opened
from softmax_cli.homework.answer_table import AnswerRows, AnswerTable
from softmax_cli.homework.check_file_page import Comparison, WorstRow, page
from softmax_cli.homework.checked import Checked
from softmax_cli.homework.claims import Claim, short_for, with_digits_of_others
from softmax_cli.homework.diagnosis import explains
from softmax_cli.homework.early_rounding import rounded_early
from softmax_cli.homework.questions import Question, asked_by
from softmax_cli.homework.slips import SLIPS, Slip
from softmax_cli.homework.work import Work
from softmax_cli.homework.wrong_axis import WRONG_AXIS, ColumnSums
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import (
    Answer,
    Batch,
    Booleans,
    Floats,
    Integers,
    Matrices,
    OfClass,
    OfWeights,
    Vectors,
)

_DOUBLE, _SINGLE = 2.0**-53, 2.0**-24
# Numbers compared at a time.
_NUMBERS = 1 << 18


def check_file(path: str, batches: Iterable[Batch], layout: Layout, settings: Settings) -> Checked:
    """Check a table of answers to as many digits as were typed, row by row.

    Args:
        path: the file of the answers, or `-` for standard input.
        batches: the vectors that they are about.
        layout: how the table of these vectors is laid out.
        settings: the options, which say what is asked.

    Raises:
        SoftmaxError: the file cannot be read, or a row of it is not one of numbers.
    """
    if settings.loss:
        raise UsageError(reason="--check-file compares the gradients: leave out --loss")
    batches = iter(batches)
    first = next(batches, None)
    classes = 0 if first is None else first.values.shape[1]
    with opened(path, classes, layout, settings) as answers:
        tally = _Tally(classes, settings)
        for batch in _parts(first, batches):
            if not tally.compare(batch, answers):
                break
        else:
            tally.is_longer = not answers.is_at_end()
        comparison = tally.comparison(answers.name)
    return Checked(page(comparison), 1 if comparison.is_wrong else 0)


def _parts(first: Batch | None, batches: Iterator[Batch]) -> Iterator[Batch]:
    """Yield the vectors in parts whose answers are held in memory."""
    while first is not None:
        step = max(1, _NUMBERS // first.values.shape[1] ** 2)
        for start in range(0, len(first.values), step):
            yield first.part(slice(start, start + step))
        first = next(batches, None)


class _Rows(NamedTuple):
    """Vectors with the answers to them, shapes (vectors, entries).

    Attributes:
        answer: the right answer, as a command gives it.
        right: its numbers.
        claimed: the numbers of the answers.
        half: half a unit of the last digit of each.
        found: the rows they were read from.
        lines_each: how many of these a vector has: those of a Jacobian.
    """

    answer: Answer
    right: Floats
    claimed: Floats
    half: Floats
    found: AnswerRows
    lines_each: int

    def claims(self, row: int) -> list[Claim]:
        """Return the claims about one vector."""
        lines = range(row * self.lines_each, (row + 1) * self.lines_each)
        return with_digits_of_others([claim for line in lines for claim in self.found.claims(line)])


class _Tally:
    """What is known of the rows compared so far."""

    def __init__(self, classes: int, settings: Settings) -> None:
        self.settings = settings._replace(digits=None, top=None, precision=None)
        self.is_shorter = self.is_longer = False
        self._lines_left = 0
        self._rows = self._wrong = self._near = 0
        self._worst: WorstRow | None = None
        self._slips: list[Slip] = list(SLIPS)
        self._early: list[str] | None = None
        self._columns = None
        if settings.command == "eval":
            self._columns = ColumnSums(classes, of_logarithms=settings.log)

    def compare(self, batch: Batch, answers: AnswerTable) -> bool:
        """Compare the next rows; return whether the answers had as many."""
        answer = COMMANDS[self.settings.command](batch, self.settings)
        right = _right(answer)
        classes = batch.values.shape[1]
        lines_each = right.shape[1] // classes
        found = answers.take(len(right) * lines_each)
        lines = 0 if found is None else len(found.values)
        count, self._lines_left = divmod(lines, lines_each)
        if found is not None and count:
            width = found.values.shape[1]
            if width != classes:
                place = Place(answers.name, found.lines[0] or None)
                raise UnequalTables(place, found=width, expected=classes)
            shape, cut = (count, right.shape[1]), slice(count * lines_each)
            claimed = found.values[cut].reshape(shape)
            half = _with_halves_of_others(claimed, found.half[cut].reshape(shape))
            self._take(_Rows(answer, right[:count], claimed, half, found, lines_each))
        self.is_shorter = count < len(right)
        return not self.is_shorter

    def _take(self, rows: _Rows) -> None:
        z = rows.answer.batch.values[: len(rows.right)] / self.settings.temperature.value
        if self._columns is not None:
            self._columns.add(z, rows.claimed, rows.half)
        agreement, near = _agreement(rows, z)
        right = agreement.all(axis=1)
        wrong = np.flatnonzero(~right & ~near)
        self._near += int(np.count_nonzero(near & ~right))
        self._wrong += len(wrong)
        if len(wrong):
            self._find_worst(rows, agreement, wrong)
        for row in wrong.tolist():
            if self._slips or self._early is None or self._early:
                self._diagnose(rows, row)
        self._rows += len(rows.right)

    def _find_worst(self, rows: _Rows, agreement: Booleans, wrong: Integers) -> None:
        claimed, right = rows.claimed[wrong], rows.right[wrong]
        with np.errstate(all="ignore"):
            excess = np.where(claimed == right, 0.0, np.abs(claimed - right) - rows.half[wrong])
        sizes = excess.max(axis=1)
        worst = int(sizes.argmax())
        if self._worst is not None and self._worst.size >= sizes[worst]:
            return
        row = int(wrong[worst])
        self._worst = WorstRow(
            asked=_question(rows.answer, row, rows.right[row], self.settings),
            claims=rows.claims(row),
            is_right=agreement[row],
            number=self._rows + row + 1,
            line=rows.found.lines[row * rows.lines_each],
            size=float(sizes[worst]),
        )

    def _diagnose(self, rows: _Rows, row: int) -> None:
        """Drop the slips and the early roundings that do not explain a row."""
        asked = _question(rows.answer, row, rows.right[row], self.settings)
        shape = asked.right.shape
        claimed, half = rows.claimed[row].reshape(shape), rows.half[row].reshape(shape)
        work = Work(asked, claimed)
        with np.errstate(all="ignore"):
            self._slips = [
                slip
                for slip in self._slips
                if any(explains(answer, claimed, half) for answer in slip.wrong(work))
            ]
            if self._early is None or self._early:
                reasons = [
                    reason
                    for reason, answer in rounded_early(work)
                    if explains(answer, claimed, half)
                ]
                known = reasons if self._early is None else self._early
                self._early = [reason for reason in known if reason in reasons]

    def comparison(self, name: str) -> Comparison:
        """Return what was found in all rows."""
        slips = list(self._slips) if self._wrong else []
        if self._wrong and self._columns is not None and self._columns.explain():
            slips.append(WRONG_AXIS)
        return Comparison(
            name=name,
            settings=self.settings,
            rows=self._rows,
            wrong=self._wrong,
            near=self._near,
            worst=self._worst,
            slips=slips,
            early=self._early[0] if self._early and not slips else None,
            is_shorter=self.is_shorter,
            is_longer=self.is_longer,
            lines_left=self._lines_left,
        )


def _with_halves_of_others(claimed: Floats, half: Floats) -> Floats:
    """Return half a unit of the last digit of each number, as its whole answer was typed."""
    is_short, model = short_for(claimed, half)
    return np.where(is_short, np.take_along_axis(half, model[:, np.newaxis], axis=1), half)


def _right(answer: Answer) -> Floats:
    """Return the right answers, shape (vectors, entries)."""
    if isinstance(answer, Matrices):
        vectors, outputs = len(answer.batch.values), np.array(answer.outputs)
        every = np.repeat(np.arange(vectors), len(outputs))
        rows = answer.rows(every, np.tile(outputs, vectors))
        return np.asarray(rows, dtype=np.float64).reshape(vectors, -1)
    assert isinstance(answer, Vectors)
    return np.asarray(answer.values, dtype=np.float64)


def _question(answer: Answer, row: int, right: Floats, settings: Settings) -> Question:
    """Return the question that one vector is."""
    batch = answer.batch.part(slice(row, row + 1))
    of = answer.of if isinstance(answer, Vectors) else None
    if isinstance(of, OfClass):
        of = of._replace(classes=of.classes[row : row + 1])
    asked = asked_by(answer)
    n = batch.values.shape[1]
    return Question(batch, settings, asked, of, right.reshape(n, n) if asked == "matrix" else right)


def _agreement(rows: _Rows, z: Floats) -> tuple[Booleans, Booleans]:
    """Return which entries are right to the digits typed, and which vectors to single precision.

    Digits beyond those of a double do not count: whoever computes in doubles has none of them.
    """
    answer = rows.answer
    with np.errstate(all="ignore"):
        distance = np.abs(rows.claimed - rows.right)
        spread = 4.0 + np.where(np.isfinite(z), np.abs(z), 0.0).max(axis=1)[:, np.newaxis]
        size = np.abs(rows.right)
        if isinstance(answer, Vectors) and answer.quantity == "log_softmax":
            size = size + 1.0
        elif isinstance(answer, Vectors) and isinstance(answer.of, OfWeights):
            size = size + np.abs(rows.right).max(axis=1)[:, np.newaxis]
        same = rows.claimed == rows.right
        double = same | (distance <= rows.half + 4 * _DOUBLE * spread * size)
        error = 4 * _SINGLE * spread * np.abs(rows.right).max(axis=1)[:, np.newaxis]
        single = double | ((rows.half <= error / 8) & (distance <= rows.half + error))
    return double, single.all(axis=1)
