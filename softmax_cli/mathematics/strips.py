"""How arrays of vectors are cut up for work, so that temporaries stay in the cache."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from softmax_cli.mathematics.pairs import Floats

# Numbers in a strip of work: with half as many, rows of a thousand classes take a tenth more time,
# as the calls of a strip count more than where its temporaries are.
STRIP = 90000
# Vectors up to this length are worked out whole: their exponentials are fetched from memory in
# half the time that working them out again takes, which turns at 200,000 numbers.
LONG = 150_000
# Shorter vectors are laid out class by class, so that a sum over classes adds long arrays.
_SHORT = 64
# Arrays of a strip that are in use at one time.
_ARRAYS = 5
# Where each row goes with one number of its own, NumPy fills its buffer with copies of that number,
# unless the row is longer than the buffer: then the operation takes half the time.
_BUFFER = 192


class Memory:
    """The memory of the arrays of one strip, used again for each strip and by the next call.

    A page that is new to the process costs 2 µs, half as much as all arithmetic on its 512 numbers.
    """

    def __init__(self) -> None:
        numbers = np.empty(_ARRAYS * STRIP + 8)
        address = numbers.__array_interface__["data"][0]
        first = -address % 64 // 8  # where a line of the cache begins: 8 % less time
        self._arrays = numbers[first : first + _ARRAYS * STRIP].reshape(_ARRAYS, STRIP)

    def arrays(self, x: Floats) -> Floats:
        """Return five arrays of the shape and layout of x, in place of the last five."""
        numbers = self._arrays if x.size <= STRIP else np.empty((_ARRAYS, x.size))
        used = numbers[:, : x.size]
        if x.strides[0] < x.strides[1]:
            return used.reshape(_ARRAYS, *x.shape[::-1]).transpose(0, 2, 1)
        return used.reshape(_ARRAYS, *x.shape)


_spare: list[Memory] = []


@contextmanager
def memory_for_strips(x: Floats) -> Iterator[Memory]:
    """Lend memory for the strips of x; meanwhile NumPy ignores errors and buffers little."""
    try:
        memory = _spare.pop()
    except IndexError:  # this is the first call, or another thread has it
        memory = Memory()
    with np.errstate(all="ignore"):
        if x.size > _BUFFER:
            np.setbufsize(_BUFFER)  # until errstate restores what was before
        yield memory
    _spare[:] = [memory]


def strips(shape: tuple[int, ...]) -> Iterator[slice]:
    """Cut the rows of a (v, n) array into strips that fit the cache."""
    step = max(1, STRIP // shape[1])
    for i in range(0, shape[0], step):
        yield slice(i, min(i + step, shape[0]))


def pieces(n: int) -> Iterator[slice]:
    """Cut the classes of a vector, if it is long, into pieces that fit the cache."""
    step = STRIP if n > LONG else max(1, n)
    for j in range(0, n, step):
        yield slice(j, min(j + step, n))


def columns(x: Floats) -> Floats:
    """Return a strip class by class, shape (n, rows), laid out along its longer axis."""
    by_class: Floats = x.T
    return by_class if len(by_class) >= _SHORT else np.ascontiguousarray(by_class)
