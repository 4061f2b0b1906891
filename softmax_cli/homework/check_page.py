"""The page of a check: the verdict, the entries, the diagnosis, the next thing to try."""

from collections.abc import Iterator, Sequence
from decimal import Context, Decimal
from typing import Literal, NamedTuple

import numpy as np

from softmax_cli.formulas import Data, formula, sub
from softmax_cli.homework.claims import EXACT_DIGITS, Claim
from softmax_cli.homework.questions import Question
from softmax_cli.homework.slips import Slip
from softmax_cli.pages import WIDER, Column, Grid, Meaning, Page, Part, Section, Sentence, Text
from softmax_cli.values import Booleans

Verdict = Literal["right", "near", "wrong"]

_MARKS: dict[Verdict, str] = {"right": "✓", "near": "≈", "wrong": "✗"}
# A matrix of more classes is shown by its wrong entries alone.
_WIDEST_MATRIX = 8
# So few digits in all agree with one slip or another in one random answer of ten.
_FEW_DIGITS = 3
# Numbers with more zeros than this behind the point are easier to read with an exponent.
_MOST_ZEROS = 5


class Result(NamedTuple):
    """What a check found.

    Attributes:
        asked: the question.
        claims: the entries of the answer, in the order of `asked.right.ravel()`.
        is_right: which of them are right.
        verdict: of the whole answer.
        slips: the wrong formulas that explain all entries.
        early: what was rounded too early, if that explains all entries.
    """

    asked: Question
    claims: Sequence[Claim]
    is_right: Booleans
    verdict: Verdict
    slips: Sequence[Slip] = ()
    early: str | None = None

    @property
    def wrong(self) -> list[int]:
        """The positions of the entries that are not right."""
        return np.flatnonzero(~self.is_right).tolist()

    @property
    def shown(self) -> list[int]:
        """The positions of the entries that are shown: all of a few, else those not right."""
        most = self.asked.settings.rows or len(self.claims)
        if self.asked.asked == "matrix" or len(self.claims) > most:
            return self.wrong[:most]
        return list(range(len(self.claims)))


def page(result: Result) -> Page:
    """Return the page that shows a result."""
    true = true_texts(result)
    return page_of(
        [_verdict(result, true)],
        *entry_groups(result, true),
        [*_diagnosis(result), _next(result)],
    )


def page_of(*groups: Sequence[Part]) -> Page:
    """Return a page of groups of blocks, with an empty line between them."""
    return Page(tuple(Section((), tuple(group)) for group in groups if group))


def entry_groups(result: Result, true: dict[int, str]) -> Iterator[list[Part]]:
    """Yield the entries with their marks, and the right values of those that are shown."""
    if result.asked.asked == "matrix" and len(result.asked.names) <= _WIDEST_MATRIX:
        yield [_matrix(result)]
    yield [*([_entries(result, true)] if result.shown else []), *_left_out(result)]


def _verdict(result: Result, true: dict[int, str]) -> Sentence:
    count, wrong = len(result.claims), result.wrong
    what = "The loss" if result.asked.asked == "loss" else "The only entry"
    if result.verdict == "right":
        subject = f"all {count} entries are" if count > 1 else f"{what.lower()} is"
        return Sentence((f"✓ Right: {subject} right to the digits typed.",), "right")
    if result.verdict == "near":
        text = f"≈ The right method, rounded too early: {result.early}."
        return Sentence((text,), "near")
    if count == 1:
        text = f"✗ Wrong: {what.lower()} is {true[0]}, not {result.claims[0].text}."
        return Sentence((text,), "wrong")
    number = f"{len(wrong)} of {count} entries {'is' if len(wrong) == 1 else 'are'}"
    if len(wrong) > 1:
        number = f"none of the {count} entries is" if len(wrong) == count else f"{number} not"
        return Sentence((f"✗ Wrong: {number} right.",), "wrong")
    entry = wrong[0]
    name = _label(result.asked, entry)
    lead = "entry " if isinstance(name, Data) and not result.asked.batch.classes else ""
    ending = f" is {true[entry]}, not {result.claims[entry].text}."
    return Sentence((f"✗ Wrong: {number} not right: {lead}", name, ending), "wrong")


def _label(asked: Question, entry: int) -> Text:
    """Return what an entry is called."""
    if asked.asked == "loss":
        return "loss"
    if asked.asked != "matrix":
        return Data(asked.names[entry])
    j, k = (asked.names[index] for index in divmod(entry, len(asked.names)))
    output, value = (_index(asked, name) for name in (j, k))
    return formula("∂", sub("σ", output), "/∂", sub("x", value))


def _index(asked: Question, name: str) -> Data | str:
    return Data(name) if asked.batch.classes else name


def _mark(result: Result, entry: int) -> Verdict:
    if result.is_right[entry]:
        return "right"
    return "near" if result.verdict == "near" else "wrong"


def _matrix(result: Result) -> Grid:
    """Return the matrix as it was typed, each entry with its mark."""
    asked, n = result.asked, len(result.asked.names)
    marks: list[Verdict] = [_mark(result, entry) for entry in range(n * n)]
    heads = tuple(formula("∂", sub("σ", _index(asked, name))) for name in asked.names)
    columns = [Column("", heads)]
    for k, name in enumerate(asked.names):
        meanings: tuple[Meaning, ...] = tuple(marks[k::n])
        texts = tuple(claim.text for claim in result.claims[k::n])
        signs = tuple(_MARKS[mark] for mark in marks[k::n])
        head = formula("/∂", sub("x", _index(asked, name)))
        columns.append(Column(head, texts, "point", meanings, spare=k + 1))
        columns.append(Column("", signs, "left", meanings, spare=k + 1))
    return Grid(tuple(columns), WIDER)


def _entries(result: Result, true: dict[int, str]) -> Grid:
    """Return the entries that are shown, each with its mark and the right value."""
    asked, shown = result.asked, result.shown
    marks = [_mark(result, entry) for entry in shown]
    meanings: tuple[Meaning, ...] = tuple(marks)
    columns = [
        Column("entry" if asked.asked in ("matrix", "loss") else "class", _labels(result)),
        Column("yours", tuple(result.claims[entry].text for entry in shown), "point", meanings, 2),
        Column("", tuple(_MARKS[mark] for mark in marks), "left", meanings),
        Column("right", tuple(true[entry] for entry in shown), "point", spare=1),
    ]
    if asked.asked not in ("matrix", "loss"):
        inputs = Column("x", tuple(_input(asked, entry) for entry in shown), "point", spare=3)
        columns.insert(1, inputs)
    return Grid(tuple(columns), WIDER)


def _input(asked: Question, entry: int) -> str:
    """Return a logit as it was typed, or nearly so."""
    texts = asked.batch.texts
    return texts[0][entry] if texts else f"{asked.x[entry]:.6g}"


def _labels(result: Result) -> tuple[Text, ...]:
    return tuple(_label(result.asked, entry) for entry in result.shown)


def _left_out(result: Result) -> Iterator[Part]:
    """Yield how many entries are not shown, and how to see them."""
    wrong, shown = len(result.wrong), len(result.shown)
    right = len(result.claims) - wrong
    if wrong > shown:
        more = wrong - shown
        number = "1 more entry is" if more == 1 else f"{more} more entries are"
        text = f"… {number} not right: --rows 0 shows all."
        yield Sentence((text,), "dim")
    elif shown < len(result.claims) and right and wrong:
        number = "The other entry is" if right == 1 else f"The other {right} entries are"
        yield Sentence((f"{number} right.",), "dim")


def _diagnosis(result: Result) -> Iterator[Part]:
    """Yield what is likely to have gone wrong."""
    if result.verdict == "right":
        yield from _coarse(result)
    elif result.verdict == "near":
        text = "Keep every digit until the last line, and round only there."
        yield Sentence((text,))
    elif result.slips:
        if len(result.slips) > 1:
            yield Sentence((f"{len(result.slips)} slips explain every entry:",))
        few = sum(claim.significant for claim in result.claims) <= _FEW_DIGITS
        lead = "Possible slip: " if few else "Likely slip: "
        for slip in result.slips:
            yield slip.sentence(lead if len(result.slips) == 1 else "• ")
        if few:
            yield Sentence(("So few digits may agree by chance: more of them would tell.",))
        if result.early:
            text = f"The right method gives these numbers too, if {result.early}."
            yield Sentence((text,))
    else:
        yield from _hint(result)


def _coarse(result: Result) -> Iterator[Part]:
    """Yield a warning where an answer has too few digits to show much."""
    if any(
        claim.places is not None and claim.places >= 0 and claim.value != right
        for claim, right in zip(result.claims, result.asked.right.ravel(), strict=True)
    ):
        text = "A number without a digit after its point says little: type more digits."
        yield Sentence((text,))


def _hint(result: Result) -> Iterator[Part]:
    """Yield what the answer's own numbers show, where no slip explains them."""
    asked, claims = result.asked, result.claims
    if asked.asked in ("logarithms", "loss", "diagonal"):
        return
    n = len(asked.names)
    rows = [claims[start : start + n] for start in range(0, len(claims), n)]
    expected = "1" if asked.asked == "probabilities" else "0"
    for row, name in zip(rows, asked.names, strict=False):
        total = sum(claim.value for claim in row)
        if abs(total - float(expected)) > sum(claim.half for claim in row) + 1e-9:
            what = f"Row {name} sums" if len(rows) > 1 else "The entries sum"
            text = f" to {_unlike(total, float(expected))}, and should sum to {expected}."
            yield Sentence((what, text))
            return
    if len(result.wrong) == 1 and len(claims) > 2:
        text = "All other entries are right, so the method is: look at the arithmetic of this one."
        yield Sentence((text,))


def _unlike(value: float, other: float) -> str:
    """Return a value to so many digits that it differs from another."""
    texts = (f"{value:.{digits}g}" for digits in (6, 10, 17))
    return next((text for text in texts if float(text) != other), repr(value))


def _next(result: Result) -> Sentence:
    if result.verdict != "right":
        text = "Next: --steps in place of --check shows the working with these numbers."
    elif result.asked.settings.command == "eval":
        text = "Next: softmax jacobian with the same values gives the derivatives."
    else:
        text = "Next: --verify compares the derivative with a numerical one."
    return Sentence((text,), "dim")


def true_texts(result: Result) -> dict[int, str]:
    """Return the right values of the entries shown, rounded as the claims are."""
    shown = result.shown
    if not shown:
        return {}
    right = result.asked.right.ravel()
    digits = max(result.claims[entry].digits for entry in shown)
    sizes = [abs(right[entry]) for entry in shown if np.isfinite(right[entry])]
    digits += max(0, int(np.log10(max(sizes, default=1.0) + 1.0)))
    true = result.asked.exact(shown, digits)
    return {
        entry: rounded(value, result.claims[entry])
        for entry, value in zip(shown, true, strict=True)
    }


def rounded(true: Decimal, claim: Claim) -> str:
    """Return the true value to as many digits as were typed, or as it takes to differ."""
    if not true.is_finite():
        return str(true).replace("Infinity", "inf")
    context = Context(prec=max(claim.digits, EXACT_DIGITS) + abs(true.adjusted()) % 1000 + 10)
    if claim.places is None:
        return _spelt(Context(prec=6).plus(true), claim)
    rounded = true.quantize(Decimal((0, (1,), claim.places)), context=context)
    if not rounded and true:
        rounded = Context(prec=2).plus(true)
    return _spelt(rounded, claim)


def _spelt(value: Decimal, claim: Claim) -> str:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    if not value:
        return f"{abs(value):f}" if exponent <= 0 else "0"
    is_short = exponent == claim.places or value.adjusted() >= -_MOST_ZEROS
    is_plain = is_short and exponent <= 0 and "e" not in claim.text.lower()
    return f"{value:f}" if is_plain else f"{value:e}"
