"""What stands above and below the tables: what is shown, and what one would ask next."""

from collections.abc import Sequence
from decimal import Decimal
from math import exp, expm1, floor, log10

import numpy as np

from softmax_cli.arithmetic import arithmetic
from softmax_cli.errors import counted
from softmax_cli.formulas import Data, Formula, formula, sub
from softmax_cli.mathematics.decimals import context, evaluate
from softmax_cli.pages import Sentence, Text
from softmax_cli.reading.numbers import to_exact
from softmax_cli.values import Answer, Floats, Matrices, Of, OfWeights, Ranking, Vectors
from softmax_cli.writing.rounded import number, positive
from softmax_cli.writing.view import View

# More probabilities than these do not go into a title.
_MOST_SHARES = 6
# So many digits tell logits near 1e308 apart where 1e-150, the least temperature, divides them.
_LOGIT_DIGITS = 500
# A lead is worked out to so many digits, of which two are shown, or a whole number.
_LEAD_DIGITS = 30
_LN_10 = context(_LEAD_DIGITS).ln(Decimal(10))
# exp(lead) is shown as a power of ten from 10⁹ on, and the power as a whole number below 10⁹.
_LARGE_POWER, _LONG_POWER = 9, 10**9
# So small a lead is exp(lead) − 1 to all digits that are shown.
_SMALL_LEAD = 1e-7

SIGMA = formula("σ")
_GRADIENTS: dict[str, Formula] = {
    "target": Formula("∂L/∂x", r"\partial L/\partial x"),
    "upstream": Formula("Jᵀg", r"J^{\top}g"),
}
_OF_PROBABILITY = Formula("∂σ/∂x", r"\partial\sigma/\partial x")


def symbol(answer: Vectors | Ranking) -> Formula:
    """Return the sign of an answer's numbers."""
    if answer.quantity == "softmax":
        return SIGMA
    if answer.quantity == "log_softmax":
        return Formula("log σ", r"\log\sigma")
    of = answer.of if isinstance(answer, Vectors) else None
    if of is None:
        return Formula("∂σⱼ/∂xⱼ", r"\partial\sigma_{j}/\partial x_{j}")
    return _GRADIENTS.get(of.kind, _OF_PROBABILITY)


def title(views: Sequence[View[Answer]], alone: bool, more: bool) -> tuple[Text, ...]:
    """Return what the tables show.

    Args:
        views: the vectors.
        alone: whether there is one only.
        more: whether there are more than these.
    """
    first = views[0]
    parts = _subject(views, alone)
    if not alone:
        vectors = counted(len(views), "vector")
        parts = (*parts, f" · {_the_first(len(views)) if more else vectors}")
    elif not isinstance(first.answer, Matrices) and first.answer.quantity != "grad":
        parts = (*parts, f" · {counted(first.classes, 'class', 'classes')}")
    temperature = first.settings.temperature
    if temperature.value != 1:
        parts = (*parts, f" · T = {temperature.typed}")
    return parts


def _the_first(count: int) -> str:
    return "the first vector" if count == 1 else f"the first {counted(count, 'vector')}"


def _subject(views: Sequence[View[Answer]], alone: bool) -> tuple[Text, ...]:
    first = views[0].answer
    if isinstance(first, Matrices):
        return _jacobian(views[0], alone)
    if isinstance(first, Vectors) and first.of:
        return _gradient(views, first, first.of, alone)
    if first.quantity == "jacobian":
        return ("diagonal of the Jacobian · ", symbol(first))
    if isinstance(first, Ranking):
        return ("softmax · the most probable classes",)
    return (first.quantity.replace("_", "-"),)


def _jacobian(view: View[Answer], alone: bool) -> tuple[Text, ...]:
    row, column = Formula("∂σ", r"\partial\sigma"), Formula("∂x", r"\partial x")
    head = ("Jacobian · ", row, " row / ", column, " column")
    if not alone or view.classes > _MOST_SHARES or view.softmax.dtype == object:
        return head
    shares = " ".join(view.probability(k) for k in range(view.classes))
    return (*head, " · ", SIGMA, f" = {shares}")


def _gradient(
    views: Sequence[View[Answer]], answer: Vectors, of: Of, alone: bool
) -> tuple[Text, ...]:
    head = symbol(answer)
    if of.kind == "upstream":
        return (head, " · the chain rule, for the upstream gradient g")
    if isinstance(of, OfWeights):
        return (head, " · cross-entropy against the distribution y", *_loss(views[0], alone))
    chosen = {view.chosen: view for view in views}
    name = next(iter(chosen.values())).name(views[0].chosen or 0) if len(chosen) == 1 else None
    if of.kind == "target":
        against = ("each vector's target",) if name is None else (name,)
        return (head, " · cross-entropy against ", *against, *_loss(views[0], alone))
    if of.kind == "output":
        row = "row of the Jacobian, " if answer.quantity == "jacobian" else ""
        return (head, f" · {row}of the probability of ", name or "")
    if alone and name is not None:
        return (head, " · of the probability of the predicted class, ", name)
    return (head, " · of the probability of each vector's predicted class")


def loss_text(view: View[Answer]) -> str:
    """Return the cross-entropy of a vector."""
    answer = view.answer
    assert isinstance(answer, Vectors)
    assert answer.of is not None
    loss = answer.loss
    if loss is None:
        value = arithmetic(view.batch, view.settings).loss(_alone(view, answer.of))[0]
    else:
        value = loss[view.index]
    return number(value, view.precision) if view.is_certain else positive(value, view.precision)


def _alone(view: View[Answer], of: Of) -> Of:
    if isinstance(of, OfWeights):
        return of
    return of._replace(classes=of.classes[view.index : view.index + 1])


def _loss(view: View[Answer], alone: bool) -> tuple[Text, ...]:
    if not alone:
        return ()
    loss = loss_text(view)
    return (f", L {loss}" if loss.startswith("<") else f", L = {loss}",)


def closing(view: View[Answer]) -> list[Sentence]:
    """Return the line about a vector's lead and its entropy; nothing for a certain one."""
    if view.is_certain:
        return []
    with np.errstate(over="ignore"):
        z = (view.logits - view.logits.max()) / view.settings.temperature.value
    parts = (*_lead(view), f"entropy {positive(_entropy(z), 2)} nat")
    return [Sentence(parts, "dim")]


def _lead(view: View[Answer]) -> tuple[Text, ...]:
    best = sorted(view.predicted)
    if len(best) > 3:
        return (f"{len(best):,} classes tie · ",)
    if len(best) > 1:
        joined: list[Text] = [view.name(best[0])]
        for k in best[1:]:
            joined += [" and ", view.name(k)]
        return (*joined, " tie · ")
    first, second = view.batch.order()[0, :2].tolist()
    ratio = _ratio(_difference(view, first, second))
    return (view.name(first), " leads ", view.name(second), f" {ratio} · ")


def _difference(view: View[Answer], first: int, second: int) -> Decimal:
    """Return by how much one class's x/T is above another's: doubles may not hold it."""
    typed, temperature = view.answer.batch.typed, view.settings.temperature
    if typed is None:
        x = [Decimal(float(view.logits[k])) for k in (first, second)]
        divisor = Decimal(temperature.value)
    else:
        digits = _LOGIT_DIGITS + (view.settings.digits or 0)
        x = [evaluate(typed[view.index][k], digits) for k in (first, second)]
        divisor = evaluate(to_exact(temperature.typed), digits)
    rounding = context(_LEAD_DIGITS)
    return rounding.divide(rounding.subtract(*x), divisor)


def _ratio(lead: Decimal) -> str:
    """Return exp(lead) to 1, with the digits that tell it from 1."""
    power = lead / _LN_10
    if power >= _LONG_POWER:
        return f"10^({power:.1e}) : 1"
    if power >= _LARGE_POWER:
        return f"10^{power:.0f} : 1"
    if lead < _SMALL_LEAD:
        return f"(1 + {lead:.1e}) : 1"
    ratio, over = exp(lead), expm1(lead)
    if ratio >= 1000:
        return f"{ratio:,.0f} : 1"
    digits = 1 if over >= 0.1 else 1 - floor(log10(over))
    return f"{ratio:.{digits}f} : 1"


def _entropy(z: Floats) -> float:
    """Return −Σ σ log σ for z = (x − max x)/T: both of its terms are positive."""
    masked = np.isneginf(z)
    e = np.exp(z)
    rest = e.sum() - 1.0 if e.sum() > 2 else np.sort(e)[:-1].sum()
    products = np.where(masked, 0.0, e) * np.where(masked, 0.0, z)
    return float(np.log1p(rest) - products.sum() / (1.0 + rest))


def derivative(sign: str, name: Data | str) -> Formula:
    """Return `∂σ₁`, or `∂σ cat` for a class with a name."""
    letter = formula("∂", sub(sign, name))
    shown = f"∂{sign} {name.text or repr('')}" if isinstance(name, Data) else letter.text
    return Formula(shown, letter.latex)
