"""Each slip is found by its own wrong answer, and by no other answer."""

import numpy as np
import pytest
from questioned import checked, names_of, numbers

from softmax_cli.homework.slips import SLIPS

UPSTREAM = [1.0, -2.0, 0.5, 3.0]
# The second of four classes, counted from 0.
K = 1


def σ(x, t=1.0, base=np.e):
    e = base ** (np.asarray(x) / t)
    return e / e.sum()


def jacobian(p, t=1.0):
    return (np.diag(p) - np.outer(p, p)) / t


def one_hot(k=K, n=4):
    return np.eye(n)[k]


ASKED = {
    "probabilities": ("eval", {}),
    "logarithms": ("eval", {"log": True}),
    "matrix": ("jacobian", {}),
    "diagonal": ("jacobian", {"diagonal": True}),
    "row": ("jacobian", {"output": "2"}),
    "output": ("grad", {"output": "2"}),
    "target": ("grad", {"target": "2"}),
    "upstream": ("grad", {"upstream": "1,-2,0.5,3"}),
    "loss": ("grad", {"target": "2", "loss": True}),
}

# What is computed from probabilities p, written down once more, independently of the program.
RIGHT = {
    "probabilities": lambda p, _: p,
    "logarithms": lambda p, _: np.log(p),
    "matrix": jacobian,
    "diagonal": lambda p, t: np.diag(jacobian(p, t)),
    "row": lambda p, t: jacobian(p, t)[K],
    "output": lambda p, t: jacobian(p, t)[K],
    "target": lambda p, t: (p - one_hot()) / t,
    "upstream": lambda p, t: jacobian(p, t).T @ UPSTREAM,
    "loss": lambda p, _: [-np.log(p[K])],
}
DERIVATIVES = ("matrix", "diagonal", "row", "output", "target", "upstream")


def in_place_of_σ(wrong):
    """A slip in σ leads to a wrong answer to every question."""
    return {asked: lambda x, t, f=f: f(wrong(x, t), t) for asked, f in RIGHT.items()}


WRONG = {
    "not normalised": in_place_of_σ(lambda x, t: np.exp(x / t)),
    "softmax applied twice": in_place_of_σ(lambda x, t: σ(σ(x, t))),
    "sigmoid of each entry": in_place_of_σ(lambda x, t: 1 / (1 + np.exp(-x / t))),
    "divided by the maximum": {
        "probabilities": lambda x, t: np.exp(x / t) / np.exp(x / t).max(),
    },
    "another base": {
        "probabilities": lambda x, t: σ(x, t, base=2),
        "matrix": lambda x, t: jacobian(σ(x, t, base=10), t),
        "logarithms": lambda x, t: np.log10(σ(x, t)),
        "loss": lambda x, t: [-np.log2(σ(x, t)[K])],
    },
    "logarithm for probability": {"probabilities": lambda x, t: np.log(σ(x, t))},
    "probability for logarithm": {
        "logarithms": lambda x, t: σ(x, t),
        "loss": lambda x, t: [σ(x, t)[K]],
    },
    "order changed": {
        "probabilities": lambda x, t: σ(x, t)[[2, 0, 3, 1]],
        "target": lambda x, t: ((σ(x, t) - one_hot()) / t)[::-1],
    },
    "sign off the diagonal": {
        "matrix": lambda x, t: (np.outer(p := σ(x, t), p) + np.diag(p - 2 * p * p)) / t,
        "row": lambda x, t: np.where(one_hot(), 1, -1) * jacobian(σ(x, t), t)[K],
        "output": lambda x, t: np.where(one_hot(), 1, -1) * jacobian(σ(x, t), t)[K],
    },
    "only the diagonal": {
        "matrix": lambda x, t: np.diag(np.diag(jacobian(σ(x, t), t))),
        "row": lambda x, t: one_hot() * jacobian(σ(x, t), t)[K],
        "upstream": lambda x, t: np.diag(jacobian(σ(x, t), t)) * UPSTREAM,
    },
    "rows of the Jacobian summed": {
        "diagonal": lambda *_: np.zeros(4),
        "row": lambda *_: np.zeros(4),
    },
    "y − σ for σ − y": {"target": lambda x, t: (one_hot() - σ(x, t)) / t},
    "the sign of the loss": {"loss": lambda x, t: [np.log(σ(x, t)[K])]},
    "only the target's entry": {"target": lambda x, t: one_hot() * (σ(x, t) - 1) / t},
    "the target's probability in every entry": {
        "target": lambda x, t: (σ(x, t)[K] - one_hot()) / t,
    },
    "x in the place of σ": {
        "probabilities": lambda x, _: x,
        "matrix": lambda x, t: jacobian(x, t),
        "target": lambda x, t: (x - one_hot()) / t,
    },
    "divided by the number of classes": {
        "target": lambda x, t: (σ(x, t) - one_hot()) / t / 4,
        "loss": lambda x, t: [-np.log(σ(x, t)[K]) / 4],
    },
    "squared loss": {
        "target": lambda x, t: (σ(x, t) - one_hot()) * σ(x, t) * (1 - σ(x, t)) / t,
        "loss": lambda x, t: [((σ(x, t) - one_hot()) ** 2).sum()],
    },
    "the class off by one": {
        "row": lambda x, t: jacobian(σ(x, t), t)[K + 1],
        "target": lambda x, t: (σ(x, t) - one_hot(K - 1)) / t,
        "loss": lambda x, t: [-np.log(σ(x, t)[K + 1])],
    },
    "1/T forgotten": {
        asked: lambda x, t, f=RIGHT[asked]: np.multiply(f(σ(x, t), t), t) for asked in DERIVATIVES
    },
    "1/T squared": {
        asked: lambda x, t, f=RIGHT[asked]: np.divide(f(σ(x, t), t), t) for asked in DERIVATIVES
    },
    "the temperature forgotten": {
        asked: lambda x, _, f=f: f(σ(x), 1.0) for asked, f in RIGHT.items()
    },
    "multiplied by the temperature": {
        asked: lambda x, t, f=f: f(σ(x * t), 1 / t) for asked, f in RIGHT.items()
    },
}
NEEDS_TEMPERATURE = {
    "1/T forgotten",
    "1/T squared",
    "the temperature forgotten",
    "multiplied by the temperature",
}


def vectors(seed, count=12):
    """Random vectors of four classes, as typed and as numbers."""
    for row in np.random.default_rng(seed).normal(0, 1.5, (count, 4)).round(2):
        yield " ".join(map(str, row)), row


def asked(question, values, answer, t):
    command, options = ASKED[question]
    return checked(command, values, answer, temperature=str(t), **options)


def test_every_slip_has_a_wrong_answer_here():
    assert WRONG.keys() == {slip.name for slip in SLIPS}


@pytest.mark.parametrize(
    ("name", "question", "t"),
    [
        (name, question, t)
        for name in WRONG
        for question in WRONG[name]
        for t in ((2.5,) if name in NEEDS_TEMPERATURE else (1.0, 2.5))
    ],
)
def test_a_slip_is_found_by_its_own_wrong_answer_and_no_other_slip_is(name, question, t):
    found_any = False
    for values, x in vectors(seed=len(name)):
        with np.errstate(invalid="ignore"):
            wrong = np.ravel(WRONG[name][question](x, t))
        if np.isfinite(wrong).all():  # a logarithm of something negative is nobody's answer
            found = asked(question, values, numbers(wrong), t)
            assert found.verdict == "wrong"
            assert names_of(found) == {name}
            found_any = True
    assert found_any


@pytest.mark.parametrize("digits", [2, 3, 4, 8, 16])
@pytest.mark.parametrize("question", ASKED)
@pytest.mark.parametrize("t", [1.0, 2.5])
def test_a_right_answer_has_no_diagnosis(question, t, digits):
    for values, x in vectors(seed=7):
        right = np.ravel(RIGHT[question](σ(x, t), t))
        found = asked(question, values, numbers(right, digits), t)
        assert found.verdict == "right" or (digits == 16 and found.verdict == "near")
        assert not found.slips
