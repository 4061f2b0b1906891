"""Measure how far the digits of the core are from the true values, and what they cost.

    python tests/bench/accuracy.py             the accuracy report
    python tests/bench/accuracy.py --quick     the same of fewer vectors
    python tests/bench/accuracy.py --speed     the time of the core beside scipy and einsum

Every contestant gets the same vectors, drawn from the seed in bands of spread, the largest
distance between two logits. Errors are in units in the last place of the true value; entries
whose true value is no normal double are left out, and a 0, nan or infinity for anything else
counts as inf.

The true values come from arithmetic with 64-bit significands in which the rounding errors of the
exponents are carried along; a sample of every band is worked out again by mpmath with 300 bits,
and the report says by how much the two differ. Where NumPy's long double has no 64 bits, mpmath
works out everything, and fewer --vectors are advisable.
"""

import argparse
import importlib.metadata
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import scipy.special

from softmax_cli import cross_entropy, gradient, jacobian, log_softmax, softmax

try:
    import torch
except ImportError:
    torch = None

Array = np.ndarray[Any, Any]
Wide = np.longdouble
WIDE_ENOUGH = np.finfo(Wide).nmant >= 63

QUANTITIES = ("eval", "log", "jacobian", "gradient", "loss")
SPREADS = (1.0, 10.0, 100.0, 700.0, 1e4, 1e308)
# Classes, with the share of the vectors that have so many.
SIZES = {2: 0.35, 3: 0.30, 5: 0.20, 10: 0.12, 30: 0.03}
LARGE = {1000: 2, 100_000: 1}
SAMPLE = 20
SMALLEST = mpmath.mpf("1e-4000")


@dataclass(frozen=True)
class Problem:
    """Vectors of one size, a temperature and a target class for each vector."""

    x: Array
    temperature: float
    target: Array

    @property
    def matrices(self) -> bool:
        """Whether the Jacobians are small enough to compare."""
        return self.x.shape[1] <= 1000


def problems(spread: float, vectors: int, rng: np.random.Generator) -> Iterator[Problem]:
    """Draw the vectors of one band: plain ones, dominated, tied and masked ones."""
    counts = {n: max(8, round(vectors * share)) for n, share in SIZES.items()} | LARGE
    for n, count in counts.items():
        for part in np.array_split(np.arange(count), min(count, 8)):
            x = rng.uniform(-0.5, 0.5, (len(part), n))
            kind = rng.integers(0, 5, len(part))
            x[kind == 1, 0] = 0.5
            x[kind == 1, 1:] -= 0.25
            x[kind == 2] = np.round(x[kind == 2] * 4) / 4
            x = np.clip(x, -0.5, 0.5) * spread
            x[(kind == 3), 1:-1] = -np.inf
            temperature = 1.0
            if rng.random() < 0.5:
                temperature = 10 ** rng.uniform(-1.0, 1.0)
                if spread > 1e300:
                    temperature *= 1e149
            # A target that is masked has an infinite loss: the first class never is.
            target = np.where(kind == 3, 0, rng.integers(0, n, len(part)))
            yield Problem(x, float(temperature), target)


def ours(p: Problem) -> dict[str, Array]:
    t = p.temperature
    answers = {
        "eval": softmax(p.x, temperature=t),
        "log": log_softmax(p.x, temperature=t),
        "gradient": gradient(p.x, target=p.target, temperature=t),
        "loss": cross_entropy(p.x, p.target, temperature=t),
    }
    return answers | ({"jacobian": jacobian(p.x, temperature=t)} if p.matrices else {})


def derived(p: Problem, σ: Array, log: Array) -> dict[str, Array]:
    """Complete probabilities and logarithms by the formulas as they are usually written."""
    each = np.arange(len(σ))
    y = np.zeros(σ.shape)
    y[each, p.target] = 1.0
    answers = {
        "eval": σ,
        "log": log,
        "gradient": (σ - y) / p.temperature,
        "loss": -log[each, p.target],
    }
    if p.matrices:
        answers["jacobian"] = einsum_jacobian(σ) / p.temperature
    return answers


def einsum_jacobian(σ: Array) -> Array:
    diagonal = np.einsum("...i,ij->...ij", σ, np.eye(σ.shape[-1]))
    return diagonal - np.einsum("...i,...j->...ij", σ, σ)


def by_scipy(p: Problem) -> dict[str, Array]:
    x = p.x / p.temperature
    return derived(p, scipy.special.softmax(x, axis=-1), scipy.special.log_softmax(x, axis=-1))


def by_textbook(p: Problem) -> dict[str, Array]:
    e = np.exp(p.x / p.temperature)
    σ = e / e.sum(axis=-1, keepdims=True)
    return derived(p, σ, np.log(σ))


def by_torch(p: Problem) -> dict[str, Array]:
    x = torch.tensor(p.x, requires_grad=True)
    target = torch.tensor(p.target)
    loss = torch.nn.functional.cross_entropy(x / p.temperature, target, reduction="none")
    loss.sum().backward()
    answers = {
        "eval": torch.softmax(x / p.temperature, -1).detach().numpy(),
        "log": torch.log_softmax(x / p.temperature, -1).detach().numpy(),
        "gradient": x.grad.numpy(),
        "loss": loss.detach().numpy(),
    }
    if p.matrices:
        derivative = torch.func.jacrev(lambda v: torch.softmax(v / p.temperature, -1))
        answers["jacobian"] = torch.func.vmap(derivative)(x.detach()).numpy()
    return answers


CONTESTANTS: dict[str, Callable[[Problem], dict[str, Array]]] = {
    "softmax": ours,
    "scipy": by_scipy,
    **({"torch": by_torch} if torch else {}),
    "textbook": by_textbook,
}


def truth(p: Problem) -> dict[str, Array]:
    """Work out the answers with 64-bit significands."""
    z, δ = wide_exponents(p.x, p.temperature)
    a = np.argmax(p.x, axis=1)[:, None]
    e = np.exp(z) * (1 + δ)
    others = e.copy()
    np.put_along_axis(others, a, 0, axis=1)
    r = others.sum(axis=1, keepdims=True)
    σ, rest = e / (1 + r), r / (1 + r)
    κ = 1 - σ
    np.put_along_axis(κ, a, rest, axis=1)
    log = z + δ - np.log1p(r)
    return assembled(p, σ, κ, log, Wide(p.temperature))


def wide_exponents(x: Array, temperature: float) -> tuple[Array, Array]:
    """Return (x − m)/T, rounded to 64 bits, and what the rounding lost."""
    x, t = x.astype(Wide), Wide(temperature)
    m = x.max(axis=1, keepdims=True)
    d = x - m
    b = d - x
    lost = (x - (d - b)) - (m + b)
    z = d / t
    (z1, z2), (t1, t2) = wide_halves(z), wide_halves(t)
    p = z * t
    product_lost = ((z1 * t1 - p) + z1 * t2 + z2 * t1) + z2 * t2
    δ = ((d - p) - product_lost + lost) / t
    return z, np.where(np.isfinite(δ), δ, 0)


def wide_halves(v: Any) -> tuple[Any, Any]:
    c = v * Wide(2**32 + 1)
    head = c - (c - v)
    return head, v - head


def by_mpmath(p: Problem) -> dict[str, Array]:
    """Work out the answers with 300 bits, and round them to 64."""
    rows, t = [], mpmath.mpf(p.temperature)
    with mpmath.workprec(300):
        for row in p.x.tolist():
            x = [mpmath.mpf(v) for v in row]
            a = max(range(len(x)), key=x.__getitem__)
            z = [(v - x[a]) / t for v in x]
            e = [mpmath.exp(v) for v in z]
            r = mpmath.fsum(e[:a] + e[a + 1 :])
            σ = [v / (1 + r) for v in e]
            κ = [r / (1 + r) if j == a else 1 - v for j, v in enumerate(σ)]
            log = [v - mpmath.log1p(r) for v in z]
            rows.append([[wide(v) for v in values] for values in (σ, κ, log)])
    σ, κ, log = (np.array([row[i] for row in rows], Wide) for i in range(3))
    return assembled(p, σ, κ, log, Wide(p.temperature))


def wide(v: Any) -> Any:
    """Round an mpmath number to a long double, without passing through a double."""
    if not SMALLEST < abs(v) < 1 / SMALLEST:
        return Wide(float(v))
    return Wide(mpmath.nstr(v, 25, strip_zeros=False, min_fixed=1, max_fixed=0))


def assembled(p: Problem, σ: Array, κ: Array, log: Array, t: Any) -> dict[str, Array]:
    each = np.arange(len(σ))
    slope = σ.copy()
    slope[each, p.target] = -κ[each, p.target]
    answers = {"eval": σ, "log": log, "gradient": slope / t, "loss": -log[each, p.target]}
    if p.matrices:
        matrix = -σ[:, :, None] * σ[:, None, :] / t
        i = np.arange(σ.shape[1])
        matrix[:, i, i] = σ * κ / t
        answers["jacobian"] = matrix
    return answers


def errors(answer: Array, true: Array) -> Array:
    """Return the errors in units in the last place, of entries that are normal doubles."""
    size = np.abs(true)
    normal = (size >= np.finfo(float).tiny) & (size <= np.finfo(float).max)
    true, answer = true[normal], answer[normal]
    unit = np.spacing(np.abs(true).astype(float)).astype(Wide)
    distance = (np.abs(answer.astype(Wide) - true) / unit).astype(float)
    return np.where(np.isfinite(answer) & (answer != 0), distance, np.inf)


def head(p: Problem, count: int) -> Problem:
    return Problem(p.x[:count], p.temperature, p.target[:count])


def report(vectors: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    counted = 0
    rows: dict[str, list[str]] = {quantity: [] for quantity in QUANTITIES}
    disagreement = 0.0
    for spread in SPREADS:
        found: dict[tuple[str, str], list[Array]] = {}
        sampled = 0
        for p in problems(spread, -(-vectors // len(SPREADS)), rng):
            counted += len(p.x)
            true = truth(p) if WIDE_ENOUGH else by_mpmath(p)
            if WIDE_ENOUGH and sampled < SAMPLE and p.x.shape[1] <= 30:
                few = head(p, 1)
                sampled += 1
                for quantity, value in by_mpmath(few).items():
                    disagreement = max(
                        disagreement, *errors(truth(few)[quantity], value).tolist(), 0.0
                    )
            for name, contestant in CONTESTANTS.items():
                for quantity, answer in contestant(p).items():
                    found.setdefault((quantity, name), []).append(errors(answer, true[quantity]))
        for quantity in QUANTITIES:
            cells = [cell(np.concatenate(found[quantity, name])) for name in CONTESTANTS]
            rows[quantity].append(f"| {quantity} | {spread:g} | " + " | ".join(cells) + " |")
    print(versions())
    print(f"{counted:,} vectors of 2 to 100,000 classes, seed {seed}; worst / median error in ulp")
    if WIDE_ENOUGH:
        print(f"true values: against mpmath, a sample differs by at most {disagreement:.4f} ulp")
    print()
    print("| | spread | " + " | ".join(CONTESTANTS) + " |")
    print("|---|--:|" + "--:|" * len(CONTESTANTS))
    for quantity in QUANTITIES:
        print("\n".join(rows[quantity]))


def cell(values: Array) -> str:
    return f"{figure(values.max())} / {figure(float(np.median(values)))}"


def figure(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:.3g}"


def versions() -> str:
    names = ["softmax-calculator", "numpy", "scipy", "mpmath", *(["torch"] if torch else [])]
    found = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    return f"Python {platform.python_version()}, {found}; {platform.machine()}"


def speed(seed: int) -> None:
    """Print the processor time of the library beside that of its rivals."""
    print(versions())
    print("processor time, medians of alternating runs")
    rng = np.random.default_rng(seed)
    for shape in ((3,), (10,), (100_000, 10), (1_000_000, 10), (1000, 1000)):
        x = rng.normal(0.0, 1.0, shape)
        compare(
            f"softmax {shape}",
            "scipy",
            lambda x=x: softmax(x),
            lambda x=x: scipy.special.softmax(x, axis=-1),
            max(1, 2000 // x.size),
        )
    for shape in ((50_000, 10), (100, 100)):
        x = rng.normal(0.0, 5.0, shape)
        compare(
            f"jacobian {shape}",
            "einsum",
            lambda x=x: jacobian(x),
            lambda x=x: einsum_jacobian(scipy.special.softmax(x, axis=-1)),
            1,
        )


def compare(
    what: str, rival: str, mine: Callable[[], Any], other: Callable[[], Any], calls: int
) -> None:
    """Print how long a call of either takes, in microseconds."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(11):
        for run, record in zip((mine, other), times, strict=True):
            start = time.process_time()
            for _ in range(calls):
                run()
            record.append((time.process_time() - start) / calls)
    first, second = (statistics.median(record) * 1e6 for record in times)
    print(f"{what}: {first:,.1f} µs, {rival} {second:,.1f} µs, ratio {first / second:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Accuracy and speed of the core.")
    parser.add_argument("--vectors", type=int, default=102_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="2,000 vectors")
    parser.add_argument("--speed", action="store_true", help="processor time instead of accuracy")
    options = parser.parse_args()
    with np.errstate(all="ignore"):
        if options.speed:
            speed(options.seed)
        else:
            report(2000 if options.quick else options.vectors, options.seed)


if __name__ == "__main__":
    main()
