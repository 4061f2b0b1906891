"""The page of a check of a table: how many rows differ, the worst of them, and why."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from softmax_cli.errors import Place, counted, printable
from softmax_cli.homework.check_page import Result, Verdict, entry_groups, page_of, rounded
from softmax_cli.homework.claims import Claim
from softmax_cli.homework.questions import Question
from softmax_cli.homework.slips import Slip
from softmax_cli.pages import Page, Part, Sentence
from softmax_cli.settings import Settings
from softmax_cli.values import Booleans


class WorstRow(NamedTuple):
    """The row that is farthest from the right answer.

    Attributes:
        asked: the question that it answers.
        claims: its entries.
        is_right: which of them are right.
        number: which vector it is, counted from 1.
        line: where it starts in the table of answers, 0 where there are no lines.
        size: how far its worst entry is off, beyond the digits typed.
    """

    asked: Question
    claims: Sequence[Claim]
    is_right: Booleans
    number: int
    line: int
    size: float


class Comparison(NamedTuple):
    """What the check of a table found.

    Attributes:
        name: what the user calls the table of answers.
        settings: the options.
        rows: the vectors compared.
        wrong: how many of them differ.
        near: how many are right to single precision only.
        worst: the row that is farthest off, if any differs.
        slips: the wrong formulas that explain every row that differs.
        early: what was rounded too early, if that explains every row that differs.
        is_shorter: the answers end before the table does.
        is_longer: the answers go on behind the table.
        lines_left: how many rows of one more Jacobian the answers end with.
    """

    name: str
    settings: Settings
    rows: int
    wrong: int
    near: int
    worst: WorstRow | None
    slips: Sequence[Slip]
    early: str | None
    is_shorter: bool
    is_longer: bool
    lines_left: int = 0

    @property
    def is_wrong(self) -> bool:
        """Whether anything is wrong: an early rounding is not."""
        return self.is_shorter or self.is_longer or bool(self.wrong and not self.early)


def page(found: Comparison) -> Page:
    """Return the page that shows a comparison."""
    return page_of(
        [_verdict(found), *_lengths(found)],
        *_worst(found),
        [*_why(found), *_next(found)],
    )


def _verdict(found: Comparison) -> Sentence:
    rows = "the only row" if found.rows == 1 else f"all {found.rows:,} rows"
    if found.wrong and found.early:
        return _early(found)
    if found.wrong:
        differ = "differs" if found.wrong == 1 else "differ"
        text = f"✗ Wrong: {found.wrong:,} of {counted(found.rows, 'row')} {differ}."
        return Sentence((text,), "wrong")
    if not found.rows:
        return Sentence(("✗ Wrong: the lengths differ, and no row was compared.",), "wrong")
    if found.is_wrong:
        count = f"{counted(found.rows, 'row')} compared {'is' if found.rows == 1 else 'are'}"
        return Sentence((f"✗ Wrong: {count} right, but the lengths differ.",), "wrong")
    if found.near:
        text = f"≈ Right to single precision: {found.near:,} of {counted(found.rows, 'row')}."
        return Sentence((text,), "near")
    verb = "is" if found.rows == 1 else "are"
    return Sentence((f"✓ Right: {rows} {verb} right to the digits typed.",), "right")


def _early(found: Comparison) -> Sentence:
    if found.is_wrong:
        text = "✗ Wrong: the lengths differ, and the right method was rounded too early"
        return Sentence((f"{text}: {found.early}.",), "wrong")
    return Sentence((f"≈ The right method, rounded too early: {found.early}.",), "near")


def _lengths(found: Comparison) -> Iterator[Part]:
    if found.lines_left:
        text = (
            f" ends after {counted(found.lines_left, 'row')} of a Jacobian, which has one for each"
            " class; --diagonal compares the diagonals, a row each."
        )
        yield Sentence((f"{printable(found.name)}{text}",))
    elif found.is_shorter:
        text = f" ends after {counted(found.rows, 'row')}, before the table does."
        yield Sentence((f"{printable(found.name)}{text}",))
    if found.is_longer:
        text = f" goes on after {counted(found.rows, 'row')}, where the table ends."
        yield Sentence((f"{printable(found.name)}{text}",))


def _worst(found: Comparison) -> Iterator[list[Part]]:
    worst = found.worst
    if worst is None:
        return
    place = Place(found.name, worst.line or None)
    lead = Sentence((f"The worst is row {worst.number:,} ({place}):",))
    verdict: Verdict = "near" if found.early else "wrong"
    result = Result(worst.asked, worst.claims, worst.is_right, verdict)
    right = worst.asked.right.ravel().tolist()
    true = {entry: _text(right[entry], worst.claims[entry]) for entry in result.shown}
    first, *others = entry_groups(result, true)
    yield [lead, *first]
    yield from others


def _text(right: float, claim: Claim) -> str:
    """Return a right value to the digits typed, or all digits that a double has."""
    true = Decimal(repr(right))
    exponent = true.as_tuple().exponent
    if claim.places is not None and isinstance(exponent, int) and exponent >= claim.places:
        return repr(right)
    return rounded(true, claim)


def _why(found: Comparison) -> Iterator[Part]:
    if not found.wrong:
        return
    if found.early:
        yield Sentence(("Keep every digit until the last line, and round only there.",))
    elif len(found.slips) == 1:
        slip = found.slips[0]
        rows = "the row" if found.wrong == 1 else "every row that differs"
        yield slip.sentence(f"Likely slip, which explains {rows}: ")
    elif found.slips:
        yield Sentence((f"{len(found.slips)} slips explain every row that differs:",))
        for slip in found.slips:
            yield slip.sentence("• ")


def _next(found: Comparison) -> Iterator[Part]:
    if found.wrong:
        text = "Next: --check with the values of one row looks at that row alone."
        yield Sentence((text,), "dim")
