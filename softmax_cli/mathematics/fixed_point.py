"""Exponentials of doubles as whole multiples of 2^−192: fewer digits than decimals, and faster."""

import math
from collections.abc import Sequence
from decimal import Context, Decimal
from functools import cache

# Exponentials are multiples of 2^−PLACES,
PLACES = 192
# and right to so many of them: 12 for the series and the tables, and what ln 2 was rounded by.
ERROR = 64
_ONE = 1 << PLACES
# Three tables take eight bits of the exponent each; seven terms of the series do for the others.
_BITS = 8
_TERMS = 7


def fixed_exponentials(x: Sequence[float], T: float) -> list[int]:
    """Return exp((x − m)/T)·2^PLACES; that of a largest logit is exact, and 0 for −inf."""
    top, unit = max(x).as_integer_ratio()
    numerator, denominator = T.as_integer_ratio()
    exponentials = []
    for v in x:
        if v == -math.inf:
            exponentials.append(0)
            continue
        p, q = v.as_integer_ratio()
        distance = (top * q - p * unit) * denominator << PLACES
        exponentials.append(_exp(distance // (unit * q * numerator)))
    return exponentials


def _exp(distance: int) -> int:
    """Return exp(−distance), both in units of 2^−PLACES."""
    ln2, tables = _tables()
    octaves, rest = divmod(distance, ln2)
    if octaves > PLACES:
        return 0
    shift = PLACES - _BITS * len(tables)
    remainder, places = rest & (1 << shift) - 1, rest >> shift
    e = _ONE
    for term in range(_TERMS, 0, -1):
        e = _ONE - (remainder * e >> PLACES) // term
    for table in tables:
        e = e * table[places & (1 << _BITS) - 1] >> PLACES
        places >>= _BITS
    return e >> octaves


@cache
def _tables() -> tuple[int, list[list[int]]]:
    """Return ln 2, and the exponentials of −i·2^−24, −i·2^−16 and −i·2^−8."""
    guard = PLACES + 64
    context = Context(prec=120)
    ln2 = int(context.multiply(context.ln(Decimal(2)), Decimal(_ONE)))
    step = context.exp(-(Decimal(2) ** (-3 * _BITS)))
    base, tables = int(context.multiply(step, Decimal(1 << guard))), []
    for _ in range(3):
        power, table = 1 << guard, []
        for _ in range(1 << _BITS):
            table.append(power >> guard - PLACES)
            power = power * base >> guard
        tables.append(table)
        base = power
    return ln2, tables
