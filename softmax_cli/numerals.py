"""The number grammar, the same on every road in.

    number = sign? ( digits ("." digits?)? | "." digits ) ( [eE] sign? digits )?
           | sign? ("inf" | "infinity")    any case
           | number "/" number             a fraction: 1/3
           | sign? "ln(" number ")"        an exact logarithm: ln(2)
    sign   = "+" | "-" | "−" (U+2212)

Blanks (space, tab) around a number are ignored.
"""

import math
import re
from typing import TYPE_CHECKING

from softmax_cli.errors import (
    LogarithmOfNonPositive,
    NotANumber,
    SoftmaxError,
    TooLarge,
    ZeroDenominator,
)

if TYPE_CHECKING:
    from softmax_cli.exact import Number

BLANKS = " \t"
_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_INFINITY = re.compile(r"([+-]?)inf(?:inity)?", re.IGNORECASE)
_LOGARITHM = re.compile(r"([+-]?)ln\((.*)\)", re.DOTALL)

# Beyond a double's 17 digits by enough that rounding twice makes no difference in practice.
_DIGITS_FOR_A_DOUBLE = 40


def to_float(text: str) -> float:
    """The double nearest to the number that the text spells.

    Raises:
        SoftmaxError: the text is not a number, or not one that a double can hold.
    """
    bare = _bare(text)
    if _PLAIN.fullmatch(bare):
        value = float(bare)
        if math.isinf(value):
            raise TooLarge(text=text)
        return value
    if infinity := _INFINITY.fullmatch(bare):
        return -math.inf if infinity[1] == "-" else math.inf
    return _evaluated(text)


def to_exact(text: str) -> "Number":
    """The number as it was typed: `0.1` is one tenth, `1/3` a third, `ln(2)` the logarithm.

    Raises:
        SoftmaxError: the text is not a number.
    """
    from softmax_cli import exact

    try:
        number = _parsed(_bare(text))
    except (_Refused, RecursionError):
        raise NotANumber(text=text) from None
    try:
        exact.evaluate(number, _DIGITS_FOR_A_DOUBLE)
    except SoftmaxError:
        raise
    except ZeroDivisionError:
        raise ZeroDenominator(text=text) from None
    except ValueError:
        error = LogarithmOfNonPositive if "ln" in text.lower() else NotANumber
        raise error(text=text) from None
    except OverflowError:
        raise TooLarge(text=text) from None
    return number


class _Refused(Exception):
    """The grammar has no such number; the caller knows the whole text."""


def _bare(text: str) -> str:
    """The text without its blanks, and with a minus that Python knows."""
    return text.strip(BLANKS).replace("−", "-")


def _evaluated(text: str) -> float:
    """The double nearest to a fraction or a logarithm."""
    from softmax_cli import exact

    precise = exact.evaluate(to_exact(text), _DIGITS_FOR_A_DOUBLE)
    value = float(precise)
    if math.isinf(value) and precise.is_finite():
        raise TooLarge(text=text)
    return value


def _parsed(bare: str) -> "Number":
    """The expression that the text spells; fractions bind from the left: 1/2/3 is 1/6."""
    # decimal takes longer to import than all else that a plain vector needs
    from softmax_cli.exact import Quotient

    first, *denominators = _split_fraction(bare)
    number = _term(first)
    for denominator in denominators:
        number = Quotient(number, _term(denominator))
    return number


def _term(text: str) -> "Number":
    """A number without a fraction bar of its own."""
    from decimal import Decimal

    from softmax_cli.exact import Logarithm

    bare = text.strip(BLANKS)
    if _PLAIN.fullmatch(bare):
        try:
            return Decimal(bare)
        except ArithmeticError:  # an exponent of more than eighteen digits
            raise _Refused from None
    if infinity := _INFINITY.fullmatch(bare):
        return Decimal(f"{infinity[1]}Infinity")
    if logarithm := _LOGARITHM.fullmatch(bare):
        return Logarithm(_parsed(logarithm[2].strip(BLANKS)), negative=logarithm[1] == "-")
    raise _Refused


def _split_fraction(text: str) -> list[str]:
    """The text cut at every fraction bar that stands in no bracket."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        if character == "/" and depth == 0:
            parts.append(text[start:position])
            start = position + 1
        depth += (character == "(") - (character == ")")
    return [*parts, text[start:]]
