"""The verification of a derivative: a numerical one beside it, and what must hold of it.

The numerical derivative uses none of the formulas it verifies: it is made of central differences
of exp(xj)/Σ exp(xi), where so many digits are carried that neither the step nor a rounding shows.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, localcontext
from typing import Any, NamedTuple

import numpy as np

from softmax_cli.commands import COMMANDS
from softmax_cli.errors import UsageError
from softmax_cli.formulas import Data, Formula, call, formula, fraction, sub, words
from softmax_cli.homework.check_page import page_of
from softmax_cli.homework.checked import Checked
from softmax_cli.homework.numerical import Differences
from softmax_cli.mathematics.decimals import evaluate
from softmax_cli.pages import WIDER, Column, Grid, Meaning, Sentence, Text
from softmax_cli.reading.numbers import to_exact
from softmax_cli.settings import Settings
from softmax_cli.values import Answer, Batch, Matrices, OfClass, OfWeights, Vectors

# The digits of a double, and one to spare.
_DOUBLE_DIGITS = 17
# How far a derivative in doubles may be from the numerical one, relative to the entry.
_DOUBLE_TOLERANCE = 4e-15
# A sum adds up as many roundings as there are entries.
_SUM_TOLERANCE = 64
# Enough to add up doubles of any size, or of 1,000 digits, exactly.
_DIGITS_OF_SUMS = 3000
# How far above what rounding leaves of a 0 an entry must be to count as one.
_ABOVE_NOISE = 1e20
# Entries below this have fewer digits in a double.
_SMALLEST = 1e-290

_DEFINITION = fraction(call("exp", sub("x", "j")), formula("Σ", call("exp", sub("x", "i"))))
_SYMMETRY = "symmetry"
_CHECKS: dict[str, Text] = {_SYMMETRY: formula("J = Jᵀ")}


class Worst(NamedTuple):
    """The largest deviation that one of the checks found.

    Attributes:
        check: what was compared.
        difference: the absolute deviation, and the value at which it is.
        value: the entry, or the size of what was summed.
        relative: the deviation relative to the value.
        where: the name of the entry or row.
    """

    check: str
    difference: float = 0.0
    value: float = 0.0
    relative: float = -1.0
    where: tuple[Text, ...] = ()


def verify(batches: Iterable[Batch], settings: Settings) -> Checked:
    """Verify the derivatives of vectors by numerical ones and by what must hold of them.

    Args:
        batches: the vectors.
        settings: the options; the command is `jacobian` or `grad`.

    Raises:
        UsageError: the command computes no derivative.
    """
    if settings.command == "eval":
        raise UsageError(reason="--verify verifies a derivative: softmax jacobian or softmax grad")
    return verified((COMMANDS[settings.command](batch, settings) for batch in batches), settings)


def verified(answers: Iterable[Answer], settings: Settings) -> Checked:
    """Return what the verification of answers finds."""
    worst: dict[str, Worst] = {}
    vectors, digits = 0, 0
    for answer in answers:
        for index in range(len(answer.batch.values)):
            differences = _differences(answer.batch, index, settings)
            digits = max(digits, differences.digits)
            for found in _deviations(answer, index, vectors + index, differences, settings):
                _keep_worst(worst, found)
        vectors += len(answer.batch.values)
    return _checked(list(worst.values()), vectors, digits, settings)


def _keep_worst(worst: dict[str, Worst], found: Worst) -> None:
    if found.check not in worst or found.relative > worst[found.check].relative:
        worst[found.check] = found


def _differences(batch: Batch, index: int, settings: Settings) -> Differences:
    """Return the numerical derivatives of one vector: as typed if digits are asked for."""
    if settings.digits:
        assert batch.typed is not None
        typed, T = batch.typed[index], to_exact(settings.temperature.typed)
        return Differences(
            lambda digits: [evaluate(number, digits) for number in typed],
            lambda digits: evaluate(T, digits),
            max(settings.digits, _DOUBLE_DIGITS),
        )
    x = [Decimal(value) for value in batch.values[index].tolist()]
    temperature = Decimal(settings.temperature.value)
    return Differences(lambda _: x, lambda _: temperature, _DOUBLE_DIGITS)


def _deviations(
    answer: Answer, index: int, number: int, differences: Differences, settings: Settings
) -> Iterator[Worst]:
    """Yield how far one vector's answer is from its numerical derivative and its invariants."""
    names = _Names(answer.batch, number, settings)
    if isinstance(answer, Matrices):
        yield from _of_matrix(answer, index, differences, names)
        return
    assert isinstance(answer, Vectors)
    if answer.of is None:
        numerical = differences.of_diagonal()
        yield _compared(answer.values[index], numerical, [names.entry(k, k) for k in names.all])
    else:
        yield from _of_gradient(answer, index, differences, names)


class _Names:
    """What the entries of one vector's derivative are called."""

    def __init__(self, batch: Batch, number: int, settings: Settings) -> None:
        self.all = range(batch.values.shape[1])
        self._vector = f"vector {number + 1}, "
        self._one = settings.values and settings.values != ("-",) and len(batch.values) == 1
        names = [batch.class_name(k, settings.first_class) for k in self.all]
        self._names: list[Data | str] = [Data(n) if batch.classes else n for n in names]

    def _named(self, name: Formula) -> tuple[Text, ...]:
        return (name,) if self._one else (self._vector, name)

    def entry(self, j: int, k: int) -> tuple[Text, ...]:
        """Return `∂σj/∂xk`."""
        output, value = self._names[j], self._names[k]
        return self._named(formula("∂", sub("σ", output), "/∂", sub("x", value)))

    def row(self, j: int) -> tuple[Text, ...]:
        """Return `row j`."""
        return self._named(formula("∂", sub("σ", self._names[j])))

    def gradient(self, k: int) -> tuple[Text, ...]:
        """Return `∂/∂xk`."""
        return self._named(formula("∂/∂", sub("x", self._names[k])))

    def whole(self) -> tuple[Text, ...]:
        """Return what the whole vector is called."""
        return () if self._one else (self._vector.removesuffix(", "),)


def _of_matrix(
    answer: Matrices, index: int, differences: Differences, names: _Names
) -> Iterator[Worst]:
    rows = []
    for j in answer.outputs:
        row = answer.rows(np.array([index]), np.array([j]))[0]
        yield _compared(row, differences.of_output(j), [names.entry(j, k) for k in names.all])
        yield _summed("rows sum to 0", row, names.row(j))
        rows.append(row)
    if len(rows) == len(names.all):
        yield _symmetric(np.array(rows), names)


def _of_gradient(
    answer: Vectors, index: int, differences: Differences, names: _Names
) -> Iterator[Worst]:
    of, gradient = answer.of, answer.values[index]
    masked = np.isneginf(answer.batch.values[index])
    if isinstance(of, OfWeights):
        weights = [_decimal(weight, differences.digits) for weight in of.weights.tolist()]
    else:
        assert isinstance(of, OfClass)
        weights = [Decimal(int(k == of.classes[index])) for k in names.all]
    is_loss = of.kind == "target"
    compute = differences.of_cross_entropy if is_loss else differences.of_weighted_sum
    numerical = compute(weights)
    # a masked class has no derivative of its own, and its entry of σ − y is a convention
    kept = [k for k in names.all if not (is_loss and masked[k])]
    floor = _floor(gradient, weights, differences, of.kind)
    yield _compared(
        gradient[kept], [numerical[k] for k in kept], [names.gradient(k) for k in kept], floor
    )
    yield _summed("gradient sums to 0", gradient, names.whole(), floor)


def _floor(gradient: Any, weights: Sequence[Decimal], differences: Differences, kind: str) -> float:
    """Return the size below which an entry counts as 0: what differences leave of one."""
    floor = max(_SMALLEST, float(differences.noise) * _ABOVE_NOISE)
    if len(set(weights)) > 2:  # where weights cancel, digits are lost
        floor = max(floor, max(abs(float(value)) for value in gradient) / _ABOVE_NOISE)
    if kind == "target":  # rounded weights sum to nearly 1, and no gradient is more certain
        floor = max(floor, abs(float(1 - sum(weights))) / _DOUBLE_TOLERANCE)
    return floor


def _decimal(weight: Any, digits: int) -> Decimal:
    return Decimal(weight) if isinstance(weight, float) else evaluate(weight, digits)


def _compared(
    ours: Any,
    numerical: Sequence[Decimal],
    names: Sequence[tuple[Text, ...]],
    floor: float = _SMALLEST,
) -> Worst:
    """Return where an answer is farthest from the numerical derivative, relative to the entry."""
    worst = Worst("derivative")
    for value, true, name in zip(ours.tolist(), numerical, names, strict=True):
        difference = float(abs(Decimal(value) - true))
        relative = difference / max(abs(float(true)), floor)
        if relative > worst.relative:
            worst = worst._replace(
                difference=difference, value=float(value), relative=relative, where=name
            )
    return worst


def _summed(check: str, entries: Any, name: tuple[Text, ...], floor: float = _SMALLEST) -> Worst:
    """Return how far entries are from a sum of 0, relative to the largest of them."""
    numbers = [Decimal(value) for value in entries.tolist()]
    with localcontext() as context:
        context.prec = _DIGITS_OF_SUMS
        difference = float(abs(sum(numbers, Decimal(0))))
    value = float(max(map(abs, numbers)))
    return Worst(check, difference, value, difference / max(value, floor), name)


def _symmetric(matrix: Any, names: _Names) -> Worst:
    distance = np.abs(matrix - matrix.T).astype(np.float64)
    j, k = np.unravel_index(int(distance.argmax()), distance.shape)
    difference, value = float(distance[j, k]), float(matrix[j, k])
    relative = difference / max(abs(value), _SMALLEST)
    return Worst(_SYMMETRY, difference, value, relative, names.entry(int(j), int(k)))


def _checked(found: Sequence[Worst], vectors: int, digits: int, settings: Settings) -> Checked:
    """Return the page: PASS or FAIL, how it was verified, and the largest deviations."""
    tolerance = 10.0 ** (1 - settings.digits) if settings.digits else _DOUBLE_TOLERANCE
    # sums add up as many roundings as there are entries
    passes = [
        worst.relative <= tolerance * (1 if "sum" not in worst.check else 64) for worst in found
    ]
    is_right = all(passes)
    what = "the derivative is" if vectors == 1 else f"the derivatives of {vectors} vectors are"
    text = f"✓ PASS: {what} right." if is_right else f"✗ FAIL: {what} not right."
    how = (
        "The numerical derivative is made of central differences of the definition, ",
        _DEFINITION,
        f", in {digits}-digit arithmetic, where neither the step nor a rounding shows; ",
        "it uses none of the formulas that it verifies.",
    )
    page = page_of(
        [Sentence((text,), "right" if is_right else "wrong")],
        [_table(found, passes)],
        [Sentence(how, "dim")],
    )
    return Checked(page, 0 if is_right else 1)


def _table(found: Sequence[Worst], passes: Sequence[bool]) -> Grid:
    meanings: tuple[Meaning, ...] = tuple("right" if passed else "wrong" for passed in passes)
    return Grid(
        (
            Column("check", tuple(_CHECKS.get(worst.check, worst.check) for worst in found)),
            Column("", tuple("✓" if passed else "✗" for passed in passes), "left", meanings),
            Column(
                "difference", tuple(_size(worst.difference) for worst in found), "right", spare=1
            ),
            Column("relative", tuple(_size(worst.relative) for worst in found), "right", spare=2),
            Column("entry", tuple(_size(worst.value) for worst in found), "right", spare=3),
            Column("where", tuple(_place(worst.where) for worst in found), spare=4),
        ),
        all_columns=WIDER,
    )


def _size(value: float) -> str:
    return f"{value:.2g}" if value else "0"


def _place(where: tuple[Text, ...]) -> Text:
    """Return one text for a place: a formula, or words and a formula."""
    if len(where) == 1:
        return where[0]
    return formula(*(words(p) if isinstance(p, str) else p for p in where)) if where else ""
