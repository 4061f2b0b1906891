"""The softmax over the columns of a table where it was asked over its rows."""

import numpy as np

from softmax_cli.homework.slips import Slip
from softmax_cli.values import Floats

WRONG_AXIS = Slip(
    "wrong axis",
    lambda _: (),
    "The columns sum to 1, not the rows: normalise each row over its classes, in NumPy and "
    "PyTorch along the last axis.",
)

_SLACK = 1e-9


class ColumnSums:
    """The sums of the exponentials down each column, and which of them the answers allow.

    An answer exp(xij)/Si to so many digits allows an interval of log Si; the columns explain all
    answers if the true log Si lies in every interval. So one pass over the rows is enough.
    """

    def __init__(self, classes: int, *, of_logarithms: bool) -> None:
        """Begin with no row.

        Args:
            classes: the number of columns.
            of_logarithms: whether the answers are logarithms of probabilities.
        """
        self._of_logarithms = of_logarithms
        self._top = np.full(classes, -np.inf)
        self._sum = np.zeros(classes)
        self._lower = np.full(classes, -np.inf)
        self._upper = np.full(classes, np.inf)

    def add(self, z: Floats, claimed: Floats, half: Floats) -> None:
        """Add rows: x/T, the answers, and half a unit of the last digit of each."""
        with np.errstate(all="ignore"):
            top = np.maximum(self._top, z.max(axis=0))
            shift = np.where(np.isfinite(top), top, 0.0)
            self._sum = self._sum * np.exp(self._top - shift) + np.exp(z - shift).sum(axis=0)
            self._top = top
            low, high = claimed - half, claimed + half
            if not self._of_logarithms:
                low, high = np.log(np.maximum(low, 0.0)), np.log(high)
            is_masked = np.isneginf(z)
            lower = np.where(is_masked, -np.inf, z - high)
            upper = np.where(is_masked, np.inf, z - low)
            self._lower = np.maximum(self._lower, lower.max(axis=0))
            self._upper = np.minimum(self._upper, upper.min(axis=0))

    def explain(self) -> bool:
        """Return whether every answer is that of its column."""
        with np.errstate(all="ignore"):
            true = self._top + np.log(self._sum)
            slack = _SLACK * (1.0 + np.abs(true))
            inside = (self._lower - slack <= true) & (true <= self._upper + slack)
        return bool(inside.all())
