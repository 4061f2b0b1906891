"""Slips: the wrong formulas people use, each with the sentence that helps.

To add a slip, add one entry to SLIPS.
"""

from typing import NamedTuple

import numpy as np

from softmax_cli.formulas import Formula, call, formula, fraction, sub
from softmax_cli.homework import wrong_formulas
from softmax_cli.pages import Sentence, Text


class Slip(NamedTuple):
    """A slip that people make.

    Attributes:
        name: what it is called.
        wrong: the answers that it leads to, none where it cannot be made.
        help: the sentence that helps.
    """

    name: str
    wrong: wrong_formulas.Wrong
    help: str | tuple[Text, ...]

    def sentence(self, lead: str) -> Sentence:
        """Return the sentence that names the slip and helps, after a lead."""
        parts = (self.help,) if isinstance(self.help, str) else self.help
        return Sentence((f"{lead}{self.name}. ", *parts))


_σ, _EXP_X = formula("σ"), call("exp", "x")
_OFF_DIAGONAL = formula("−", sub("σ", "j"), "·", sub("σ", "k"))
_J_IS_NOT_K = formula("j ≠ k")
_LN_σ = Formula("ln σ", r"\ln\sigma")
_σ_MINUS_Y, _Y_MINUS_σ = formula("σ − y"), formula("y − σ")
_LOSS, _SLOPE = formula("−", _LN_σ), fraction("1", "T")

SLIPS: tuple[Slip, ...] = (
    Slip(
        "not normalised",
        wrong_formulas.in_place_of_σ(lambda work: np.exp(work.z)),
        (_EXP_X, " alone is not yet a probability: divide each by the sum of them all."),
    ),
    Slip(
        "softmax applied twice",
        wrong_formulas.twice,
        "The softmax of the softmax is flatter than the answer: apply it once, to x itself.",
    ),
    Slip(
        "sigmoid of each entry",
        wrong_formulas.in_place_of_σ(lambda work: 1 / (1 + np.exp(-work.z))),
        (
            "The sigmoid looks at one class at a time; the softmax divides ",
            _EXP_X,
            " by the sum over all classes.",
        ),
    ),
    Slip(
        "divided by the maximum",
        wrong_formulas.over_the_maximum,
        "The largest entry may be taken away from x before exp, but what one divides by is "
        "the sum of all exponentials, not the largest.",
    ),
    Slip(
        "another base",
        wrong_formulas.other_base,
        "The softmax and the cross-entropy are made with e = 2.718…, not with 2 or 10: "
        "use exp and ln.",
    ),
    Slip(
        "logarithm for probability",
        wrong_formulas.logarithm,
        (
            "These are the logarithms ",
            _LN_σ,
            ", which --log asks for; the probabilities are their exponentials.",
        ),
    ),
    Slip(
        "probability for logarithm",
        wrong_formulas.no_logarithm,
        "This is the probability itself; what is asked for is made from its natural logarithm.",
    ),
    Slip(
        "order changed",
        wrong_formulas.other_order,
        "The numbers are right and stand in the wrong places: keep them in the order of x.",
    ),
    Slip(
        "sign off the diagonal",
        wrong_formulas.sign_off_the_diagonal,
        (
            "For ",
            _J_IS_NOT_K,
            " the derivative is ",
            _OFF_DIAGONAL,
            ": when one class gains, every other one loses.",
        ),
    ),
    Slip(
        "only the diagonal",
        wrong_formulas.only_the_diagonal,
        (
            "Every output depends on every input, because they share the sum: for ",
            _J_IS_NOT_K,
            " the derivative is ",
            _OFF_DIAGONAL,
            ", not 0.",
        ),
    ),
    Slip(
        "rows of the Jacobian summed",
        wrong_formulas.rows_summed,
        "Each row of the Jacobian sums to 0, since adding the same to every x changes "
        "nothing: keep the entries apart.",
    ),
    Slip(
        "y − σ for σ − y",
        wrong_formulas.turned_around,
        (
            "Every sign is turned around: the gradient of the cross-entropy is ",
            _σ_MINUS_Y,
            ", and ",
            _Y_MINUS_σ,
            " is the direction of a step downhill.",
        ),
    ),
    Slip(
        "the sign of the loss",
        wrong_formulas.sign_of_the_loss,
        ("A probability is below 1, so its logarithm is negative: the loss is ", _LOSS, "."),
    ),
    Slip(
        "only the target's entry",
        wrong_formulas.only_the_target,
        ("The other classes have a gradient too: y is 0 there, so it is ", _σ, " itself."),
    ),
    Slip(
        "the target's probability in every entry",
        wrong_formulas.target_everywhere,
        (
            "Every entry holds the target's probability: entry j of ",
            _σ_MINUS_Y,
            " takes the probability of its own class j.",
        ),
    ),
    Slip(
        "x in the place of σ",
        wrong_formulas.inputs,
        "The formula holds for the probabilities: put x through the softmax first.",
    ),
    Slip(
        "divided by the number of classes",
        wrong_formulas.mean,
        "The cross-entropy is a sum over the classes; a mean is taken over the vectors of a "
        "batch, if at all.",
    ),
    Slip(
        "squared loss",
        wrong_formulas.squared_loss,
        (
            "A factor ",
            formula("σ(1 − σ)"),
            " or a square belongs to the squared error; the cross-entropy is ",
            _LOSS,
            ", and its gradient is ",
            _σ_MINUS_Y,
            " alone.",
        ),
    ),
    Slip(
        "the class off by one",
        wrong_formulas.off_by_one,
        "This is the answer for a neighbouring class: classes are counted from 1 here, and "
        "from 0 with --zero-based.",
    ),
    Slip(
        "1/T forgotten",
        wrong_formulas.slope_forgotten,
        ("The probabilities depend on x/T, so the chain rule brings a factor ", _SLOPE, "."),
    ),
    Slip(
        "1/T squared",
        wrong_formulas.slope_squared,
        ("The chain rule brings the factor ", _SLOPE, " once, not twice."),
    ),
    Slip(
        "the temperature forgotten",
        wrong_formulas.temperature_forgotten,
        "This is the answer for T = 1: divide x by T before exp.",
    ),
    Slip(
        "multiplied by the temperature",
        wrong_formulas.temperature_upside_down,
        "A temperature divides x; here it has been multiplied by T.",
    ),
)
