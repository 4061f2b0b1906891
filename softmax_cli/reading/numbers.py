"""The number grammar, the same for arguments, files, standard input and options.

    number = sign? ( digits ("." digits?)? | "." digits ) ( [eE] sign? digits )?
           | sign? ("inf" | "infinity")    any case
           | number "/" number             a fraction: 1/3
           | sign? "ln(" number ")"        an exact logarithm: ln(2)
    sign   = "+" | "-" | "−" (U+2212)

Blanks (space, tab) around a number are ignored.
"""

import math
import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from softmax_cli.bad_numbers import (
    LogarithmOfNonPositive,
    NotANumber,
    PartOfFraction,
    PlusInfinity,
    TooLarge,
    ZeroDenominator,
)
from softmax_cli.errors import SoftmaxError

if TYPE_CHECKING:
    from softmax_cli.mathematics.decimals import Number

BLANKS = " \t"
_DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_PLAIN = re.compile(_DECIMAL)
_INFINITY = r"(?i)([+-]?)inf(?:inity)?"
_PART_OF_FRACTION = rf"/(?:{_DECIMAL})?|{_DECIMAL}/"
_CLOSING = re.compile(r"\)[ \t]*")

# Words for a number that is missing.
_MISSING = {"na", "nan", "null", "none"}

# More nesting than anyone types, and less than the stack allows.
_DEEPEST = 64

# So many more than a double's 17 digits that rounding twice makes no difference in practice.
_DIGITS_FOR_A_DOUBLE = 40


def to_float(text: str) -> float:
    """Return the double nearest to the number that the text spells.

    Raises:
        SoftmaxError: the text is not a number, or not one that a double can hold.
    """
    bare = _bare(text)
    if _PLAIN.fullmatch(bare):
        value = float(bare)
        if math.isinf(value):
            raise TooLarge(text=text)
        return value
    if infinity := re.fullmatch(_INFINITY, bare):
        return -math.inf if infinity[1] == "-" else math.inf
    if "/" not in bare and "ln(" not in bare:
        raise NotANumber(text=text)
    return _evaluated(text)


def is_missing(text: str) -> bool:
    """Whether a cell is empty or holds a word for a missing value."""
    bare = text.strip(BLANKS)
    return not bare or bare.lower() in _MISSING


def is_number(text: str) -> bool:
    """Whether the grammar takes the text, whatever its value."""
    try:
        to_float(text)
    except NotANumber:
        return False
    except SoftmaxError:  # a number, though none that can be used
        return True
    return True


def needs_decimal_comma(text: str) -> bool:
    """Whether a text is a number if its comma is read as a point."""
    return "," in text and "." not in text and is_number(text.replace(",", "."))


def to_logit(text: str) -> float:
    """The value of a number that has a softmax: finite, or −inf for a masked class.

    Raises:
        SoftmaxError: the text is not a number, or it is +inf.
    """
    value = to_float(text)
    if value == math.inf:
        raise PlusInfinity(text=text)
    return value


@cache
def _plain_cell() -> re.Pattern[bytes]:
    return re.compile(rb"[ \t]*%s[ \t]*" % _DECIMAL.encode())


@cache
def _term_pattern() -> re.Pattern[str]:
    return re.compile(
        rf"[ \t]*(?:(?P<decimal>{_DECIMAL})|(?P<infinity>[+-]?)(?i:inf(?:inity)?)"
        r"|(?P<sign>[+-]?)ln\()[ \t]*"
    )


def plain_floats(cells: Sequence[bytes]) -> list[float] | None:
    """Return the doubles of raw cells, or None unless all are plain and finite decimals."""
    if not all(map(_plain_cell().fullmatch, cells)):
        return None
    values = list(map(float, cells))
    return values if all(map(math.isfinite, values)) else None


def to_exact(text: str) -> "Number":
    """Return the number as typed: `0.1` is one tenth, `1/3` a third, `ln(2)` the logarithm.

    Raises:
        SoftmaxError: the text is not a number.
    """
    from softmax_cli.mathematics.decimals import evaluate

    try:
        number = _parsed(_bare(text))
    except _Refused:
        is_part = re.fullmatch(_PART_OF_FRACTION, _bare(text))
        raise (PartOfFraction if is_part else NotANumber)(text=text) from None
    except OverflowError:
        raise TooLarge(text=text) from None
    try:
        evaluate(number, _DIGITS_FOR_A_DOUBLE)
    except ZeroDivisionError:
        raise ZeroDenominator(text=text) from None
    except ValueError:
        error = LogarithmOfNonPositive if "ln" in text.lower() else NotANumber
        raise error(text=text) from None
    except OverflowError:
        raise TooLarge(text=text) from None
    return number


class _Refused(Exception):
    """The text is not in the grammar; the caller, who knows all of it, reports it."""


def _bare(text: str) -> str:
    """Return the text without the blanks around it, and with ASCII minus signs."""
    return text.strip(BLANKS).replace("−", "-")


def _evaluated(text: str) -> float:
    """Return the double nearest to a fraction or a logarithm."""
    from softmax_cli.mathematics.decimals import evaluate

    precise = evaluate(to_exact(text), _DIGITS_FOR_A_DOUBLE)
    value = float(precise)
    if math.isinf(value) and "inf" not in text.lower():
        raise TooLarge(text=text)
    return value


def _parsed(bare: str) -> "Number":
    """Return the expression that the text spells."""
    number, end = _fraction(bare, 0, 0)
    if end < len(bare):
        raise _Refused
    return number


def _fraction(text: str, start: int, depth: int) -> "tuple[Number, int]":
    """Return the quotient that begins here, and where it ends; 1/2/3 is (1/2)/3."""
    # decimal takes longer to import than all else that a plain vector needs
    from softmax_cli.mathematics.decimals import Quotient

    number, end = _term(text, start, depth)
    while text.startswith("/", end):
        depth += 1
        denominator, end = _term(text, end + 1, depth)
        number = Quotient(number, denominator)
    return number, end


def _term(text: str, start: int, depth: int) -> "tuple[Number, int]":
    """Return the decimal, infinity or logarithm that begins here, and where its blanks end."""
    from decimal import Decimal

    from softmax_cli.mathematics.decimals import Logarithm

    term = _term_pattern().match(text, start)
    if term is None or depth > _DEEPEST:
        raise _Refused
    if term["decimal"]:
        return _decimal(term["decimal"]), term.end()
    if term["infinity"] is not None:
        return Decimal(f"{term['infinity']}Infinity"), term.end()
    argument, end = _fraction(text, term.end(), depth + 1)
    closing = _CLOSING.match(text, end)
    if closing is None:
        raise _Refused
    return Logarithm(argument, negative=term["sign"] == "-"), closing.end()


def _decimal(text: str) -> "Number":
    from decimal import Decimal

    try:
        return Decimal(text)
    except ArithmeticError:  # an exponent of more than eighteen digits
        mantissa, exponent = text.lower().split("e")
        if exponent.startswith("-") or not Decimal(mantissa):
            return Decimal(0)
        raise OverflowError from None
