"""How the working writes numbers and classes."""

import re
from collections.abc import Iterator, Sequence
from decimal import Context, Decimal
from typing import NamedTuple

from softmax_cli.formulas import Data, Formula, blank, formula, power, sub
from softmax_cli.mathematics.decimals import SMALLEST
from softmax_cli.settings import Settings, Style

PLACES = 4
# A longer name as a subscript would hide the letter it stands at.
_LONGEST_NAME = 8
# From here on a number is written with a power of ten.
_LARGE = Decimal("1e7")
# So is one of significant digits whose first stands lower than 10 to this power.
_SMALLEST = -5
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SIGN = re.compile(r"(?<![eE])-")
# What tables show of numbers that no double holds.
_NOTHING = Formula("<1e-308", "<{10}^{-308}")
_MINUS_NOTHING = Formula(">−1e-308", ">-{10}^{-308}")
_EXPONENT = re.compile(r"([0-9.])[eE]\+?(-?)0*([0-9]+)")


class Written(NamedTuple):
    """A number as it is written.

    Attributes:
        formula: the number, or a place left open for it.
        relation: `=` before a number written in full, `≈` before a rounded one.
        is_sum: whether it needs brackets in a product: −0.3, 1 − 2·10⁻⁹.
        bound: what a table shows of a number that is written as 0 or 1 and is neither: <1e-308.
    """

    formula: Formula
    relation: str = "="
    is_sum: bool = False
    bound: Formula | None = None

    @property
    def factor(self) -> Formula:
        """The number with the brackets it needs in a product or behind a minus."""
        return bracketed(self.formula) if self.is_sum else self.formula

    @property
    def cell(self) -> Formula:
        """The number as a table shows it, without a relation."""
        return self.bound or self.formula

    @property
    def equation(self) -> Formula:
        """The number behind its relation: ` ≈ 0.6590`."""
        return formula(f" {self.relation} ", self.formula)


class Notation(NamedTuple):
    """How the working of one vector writes numbers and classes.

    Attributes:
        subscripts: what stands for a class at a letter: its name or its number.
        names: the classes as a reader names them.
        typed: the logits as they were typed.
        places: digits after the point.
        significant: significant digits, asked for instead of digits after the point.
        is_blank: whether results are left open.
        is_blurred: whether a number that looks exact may have been rounded.
    """

    subscripts: tuple[Data | str, ...]
    names: tuple[Data | str, ...]
    typed: tuple[str, ...]
    places: int = PLACES
    significant: int | None = None
    is_blank: bool = False
    is_blurred: bool = False

    @property
    def digits(self) -> str:
        """How many digits are shown, in words."""
        if self.significant is not None:
            return _counted(self.significant, "significant digit")
        return _counted(self.places, "digit") + " after the point"

    def shorter(self, least: int) -> "Iterator[Notation]":
        """Yield the notation itself, then with fewer and fewer digits."""
        if self.significant is not None:
            for count in range(self.significant, min(self.significant, least) - 1, -1):
                yield self._replace(significant=count)
        else:
            for count in range(self.places, min(self.places, least) - 1, -1):
                yield self._replace(places=count)

    def letter(self, symbol: str, index: int) -> Formula:
        """A letter of one class: σ₁."""
        return sub(symbol, self.subscripts[index])

    def given(self, index: int) -> Written:
        """A logit as it was typed."""
        text = self.typed[index]
        return Written(typed_formula(text), is_sum=text.startswith(("-", "−")) or "/" in text)

    def result(self, value: Decimal, complement: Decimal | None = None) -> Written:
        """A number to be found, which a worksheet leaves open.

        Args:
            value: the number.
            complement: 1 − value, of a number that may be so near 1 that its digits hide it;
                value − 1 with the other sign for a sum.
        """
        return Written(blank()) if self.is_blank else self.number(value, complement)

    def number(self, value: Decimal, complement: Decimal | None = None) -> Written:
        """A number, as `result` without leaving it open."""
        if complement and self._is_hidden(value):
            tail = self._plain(abs(complement))
            if tail.bound:
                nines = formula(">1" if complement < 0 else f">0.{'9' * max(1, self._room(value))}")
                return Written(formula("1"), "≈", bound=nines)
            sign = " − " if complement > 0 else " + "
            return Written(formula("1", sign, tail.formula), tail.relation, is_sum=True)
        return self._plain(value)

    def difference(self, first: Decimal, second: Decimal, value: Decimal) -> Formula:
        """A difference as a factor: (1 − 0.8), or its value where the digits would hide it.

        Args:
            first: what is taken from.
            second: what is taken away.
            value: the difference, with the digits that first − second may have lost.
        """
        unit = Decimal(1).scaleb(-self._room(max(abs(first), abs(second))))
        if value and abs(value) < 10 * unit:
            return self.number(value).factor
        return bracketed(formula(self.number(first).formula, " − ", self.number(second).factor))

    def cell(self, value: Decimal) -> str:
        """A number to be found, for a matrix: as plain text, 8.497e-18."""
        written = self.result(value)
        if written.bound:
            return written.bound.text
        text = written.formula.text
        return text.replace("·10", "e").translate(_PLAIN)

    def open(self, result: Formula | str, width: int = 10) -> Formula:
        """A formula to be found, which a worksheet leaves open."""
        return blank(width) if self.is_blank else formula(result)

    def _is_hidden(self, value: Decimal) -> bool:
        """Whether a number other than 1 would be written as 1."""
        if value.adjusted() not in (-1, 0):
            return False
        return Decimal(_fixed(value, self._room(value))) == 1

    def _plain(self, value: Decimal) -> Written:
        negative = value < 0
        size = abs(value)
        sign = "−" if negative else ""
        if size.is_infinite():
            return Written(formula(sign, "∞"), is_sum=negative)
        if not size:
            return Written(formula("0"))
        if size.adjusted() < SMALLEST:
            return Written(formula("0"), "≈", bound=_MINUS_NOTHING if negative else _NOTHING)
        short = None if self._is_tiny(size) else _trimmed(size, self._room(size))
        if short is not None:
            relation = "≈" if self.is_blurred and size != 1 else "="
            return Written(formula(sign, short), relation, is_sum=negative)
        return Written(formula(sign, self._rounded(size)), "≈", is_sum=negative)

    def _is_tiny(self, size: Decimal) -> bool:
        """Whether significant digits would stand behind too many zeros."""
        return self.significant is not None and size.adjusted() < _SMALLEST

    def _room(self, size: Decimal) -> int:
        """How many digits after the point a number may have."""
        if self.significant is None:
            return self.places
        return max(0, self.significant - 1 - size.adjusted())

    def _rounded(self, size: Decimal) -> Formula:
        """A positive number, rounded; one that would lose its digits, with a power of ten."""
        if self.significant is not None:
            count = self.significant
            scientific = self._is_tiny(size) or size.adjusted() >= max(7, count)
        else:
            count = max(1, self.places)
            least = Decimal(1).scaleb(1 - self.places) if self.places > 2 else 0
            scientific = size < least or size >= _LARGE or not _fixed(size, self.places).strip("0.")
        if not scientific:
            return formula(_fixed(size, self._room(size)))
        mantissa, _, exponent = f"{size:.{count - 1}e}".partition("e")
        return formula(mantissa, "·", power("10", str(int(exponent))))


def notation(
    values: Sequence[float],
    classes: Sequence[str] | None,
    settings: Settings,
    style: Style,
    typed: Sequence[str] | None = None,
) -> Notation:
    """Return how the working of a vector writes numbers and classes.

    Args:
        values: the logits.
        classes: the classes' names, if they have any.
        settings: the digits that were asked for, and whether classes count from 0.
        style: `blank` leaves results open.
        typed: the logits as they were typed, if that is known.
    """
    count = len(values)
    numbers = tuple(str(index + settings.first_class) for index in range(count))
    names = tuple(map(Data, classes)) if classes else numbers
    short = classes and max(map(len, classes)) <= _LONGEST_NAME
    return Notation(
        subscripts=names if short else numbers,
        names=names,
        typed=tuple(typed) if typed else tuple(map(_shortest, values)),
        places=PLACES if settings.precision is None else settings.precision,
        significant=settings.digits,
        is_blank=style == "blank",
    )


def relation_before(*numbers: Written) -> str:
    """The relation before an expression of numbers: ≈ if 0 or 1 is written for what is neither."""
    return "≈" if any(number.bound for number in numbers) else "="


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def typed_formula(text: str) -> Formula:
    """A number as it was typed, as a formula: 1/3, ln(2), −∞."""
    text = _SIGN.sub("−", text.strip().removeprefix("+"))
    if text.lower() in ("−inf", "−infinity"):
        return formula("−∞")
    latex = formula(text).latex.replace("ln(", r"\ln(")
    return Formula(text, _EXPONENT.sub(r"\1\\cdot 10^{\2\3}", latex))


def bracketed(inside: Formula) -> Formula:
    """A formula in brackets."""
    return formula("(", inside, ")")


def _shortest(value: float) -> str:
    text = repr(value)
    return text.removesuffix(".0")


def _trimmed(size: Decimal, places: int) -> str | None:
    """A positive number in full, if it has so few digits after the point."""
    if size >= _LARGE or size.adjusted() < -places:
        return None
    short = size.normalize(Context(len(size.as_tuple().digits)))
    exponent = short.as_tuple().exponent
    return f"{short:f}" if isinstance(exponent, int) and -exponent <= places else None


def _fixed(size: Decimal, places: int) -> str:
    return f"{size:.{places}f}"
