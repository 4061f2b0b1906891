"""Numbers → text: every bit of them, or the digits asked for.

Every bit means the shortest text that reads back to the same double. Small and large arrays
are written by different libraries in the same way.
"""

import re
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from softmax_cli.values import Numbers

# What the text of a number takes while it is written: its 25 characters, in a buffer that
# doubles when it is full, and once more where the parts are joined.
_BYTES_OF_A_NUMBER = 100
# What a small object of JSON and the buffer for its text take.
_BYTES_OF_AN_OBJECT = 1024
# Importing orjson takes as long as writing about so many numbers one by one.
_WORTH_ORJSON = 8192

_NEGATIVE_ZERO = re.compile(rb"-(?=0(?:\.0*)?(?![0-9.e]))")
_COMMA, _NEWLINE = b",\n"


def lines(values: Numbers, precision: int | None = None) -> bytes:
    """Return the rows of an array of shape (rows, columns) as lines, with commas.

    Args:
        values: float64, or Decimals, which are written with all their digits.
        precision: how many digits after the point to round to; by default every bit.
    """
    if values.dtype == object:
        return _joined(values, partial(_decimal, precision=precision))
    if precision is not None:
        return _rounded(values, precision)
    if values.size < _WORTH_ORJSON and "orjson" not in sys.modules:
        return _joined(values, shortest)
    return _dumped(values) if np.isfinite(values).all() else _joined(values, shortest)


def shortest(value: float) -> str:
    """Return the shortest text that reads back to the same double.

    The digits are those of `repr`, the exponents those of JSON writers: 0.00001 and 1e-6 for
    1e-05 and 1e-06.
    """
    text = repr(value)
    mantissa, e, exponent = text.partition("e-0")
    if not e:
        return text
    if exponent != "5":
        return f"{mantissa}e-{exponent}"
    sign, digits = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    return f"{sign}0.0000{digits.replace('.', '')}"


def _decimal(value: Any, precision: int | None) -> str:
    """Write a Decimal with all its digits; a double among Decimals is rounded."""
    if precision is not None:
        text = f"{value:.{precision}f}"
        return text.lstrip("-") if not float(text) else text
    text = str(value) if value else "0"
    return text.replace("E", "e").replace("Infinity", "inf")


def _joined(values: Numbers, spell: Callable[[Any], str]) -> bytes:
    rows = [",".join(map(spell, row)) for row in values.tolist()]
    return "\n".join(rows).encode()


def _rounded(values: Numbers, precision: int) -> bytes:
    rows, columns = values.shape
    row = ",".join([f"%.{precision}f"] * columns)
    text = ("\n".join([row] * rows) % tuple(values.ravel().tolist())).encode()
    return _NEGATIVE_ZERO.sub(b"", text) if b"-0" in text else text


def check_memory(numbers: int, objects: int = 0) -> None:
    """Check that there is memory for the text of so many numbers in so many objects.

    Where it lacks memory for its text, orjson ends the process with a segmentation fault.

    Raises:
        MemoryError: there is too little.
    """
    # given back at once, and never touched: bytes of zeros would be written to
    np.empty(numbers * _BYTES_OF_A_NUMBER + objects * _BYTES_OF_AN_OBJECT, dtype=np.uint8)


def _dumped(values: Numbers) -> bytes:
    """Write a large array by orjson: flat, then each row's last comma becomes a newline."""
    import orjson

    from softmax_cli.reading.bits import Marks, packed

    check_memory(values.size)
    flat = orjson.dumps(values.ravel(), option=orjson.OPT_SERIALIZE_NUMPY)
    text = np.frombuffer(bytearray(flat), dtype=np.uint8)[1:-1]
    if values.shape[1] > 1:
        text[Marks(packed(text == _COMMA)).every(values.shape[1])] = _NEWLINE
        return text.tobytes()
    return flat[1:-1].replace(b",", b"\n")
