"""The check of an answer: which entries are right, what went wrong, and what to try next."""

from collections.abc import Sequence
from typing import Literal

from softmax_cli.errors import UsageError, counted
from softmax_cli.homework.check_page import Result, page
from softmax_cli.homework.checked import Checked
from softmax_cli.homework.claims import (
    Claim,
    Claims,
    in_order,
    read_claims,
    with_digits_of_others,
)
from softmax_cli.homework.diagnosis import slips_of
from softmax_cli.homework.early_rounding import early_rounding_of
from softmax_cli.homework.questions import Question, judge, question
from softmax_cli.settings import Settings
from softmax_cli.values import Batch


def check(answer: str, batch: Batch, settings: Settings) -> Checked:
    """Check an answer to as many digits as were typed.

    Args:
        answer: the numbers, in the grammar of arguments.
        batch: the one vector it is about.
        settings: the options, which say what is asked.

    Raises:
        UsageError: the text is not an answer to the question: it holds something else than
            numbers, too many or too few of them, or names that are not classes.
    """
    asked, claims = matched(read_claims(answer), batch, settings)
    found = result(asked, claims)
    return Checked(page(found), 1 if found.verdict == "wrong" else 0)


def result(asked: Question, claims: Sequence[Claim]) -> Result:
    """Return what there is to say about the claims."""
    is_right = judge(asked, claims)
    if is_right.all():
        return Result(asked, claims, is_right, "right")
    slips = slips_of(asked, claims)
    early = early_rounding_of(asked, claims)
    verdict: Literal["near", "wrong"] = "near" if early and not slips else "wrong"
    return Result(asked, claims, is_right, verdict, slips, early)


def matched(claims: Claims, batch: Batch, settings: Settings) -> tuple[Question, list[Claim]]:
    """Return the question that the claims answer, and them in the order of its entries.

    Raises:
        UsageError: there are too many or too few, or names that are not classes.
    """
    classes = batch.values.shape[1]
    first = settings.first_class
    names = [batch.class_name(index, first) for index in range(classes)]
    ordered = claims if settings.loss else in_order(claims, names)
    widths = {len(row) for row in ordered.rows}
    if len(widths) > 1:
        lengths = " and ".join(str(width) for width in sorted(widths))
        raise UsageError(reason=f"--check: rows of {lengths} numbers are not a matrix")
    flat = with_digits_of_others([claim for row in ordered.rows for claim in row])
    is_matrix = settings.command == "jacobian" and not settings.diagonal and not settings.output
    of_diagonal = is_matrix and len(flat) == classes and classes > 1
    _check_count(len(flat), classes, is_matrix, settings)
    return question(batch, settings, of_diagonal=of_diagonal), flat


def _check_count(count: int, classes: int, is_matrix: bool, settings: Settings) -> None:
    expected = 1 if settings.loss else classes
    if count == expected or (is_matrix and count == classes**2):
        return
    numbers, of_classes = counted(count, "number"), counted(classes, "class", "classes")
    if settings.loss:
        reason = f"{numbers}, where the loss is one"
    elif is_matrix:
        reason = (
            f"{numbers}, where the Jacobian of {of_classes} has {classes**2}, "
            f"and its diagonal {classes}"
        )
    else:
        reason = f"{numbers} for {of_classes}"
    raise UsageError(reason=f"--check: {reason}")
