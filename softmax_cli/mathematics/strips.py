"""How arrays of vectors are cut up for work, so that temporaries stay in the cache."""

from collections.abc import Iterator

import numpy as np

from softmax_cli.mathematics.pairs import Floats

# Numbers in a strip of work: with a third as many the calls cost a fifth more time, and with twice
# as many the temporaries no longer stay in the cache.
STRIP = 45000
# Shorter vectors are laid out class by class, so that a sum over classes adds long arrays.
_SHORT = 64


def strips(shape: tuple[int, ...]) -> Iterator[slice]:
    """Cut the rows of a (v, n) array into strips that fit the cache."""
    step = max(1, STRIP // shape[1])
    for i in range(0, shape[0], step):
        yield slice(i, min(i + step, shape[0]))


def columns(x: Floats) -> Floats:
    """Return a strip class by class, shape (n, rows), laid out along its longer axis."""
    by_class: Floats = x.T
    return by_class if len(by_class) >= _SHORT else np.ascontiguousarray(by_class)
