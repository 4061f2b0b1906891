"""Search for the worst error of every answer, and show that all processors agree on the bits.

    python tests/bench/worst.py            the table, in about five minutes
    python tests/bench/worst.py --quick    fewer vectors

Temperatures go from 1e-100 to 1e100; targets are random, smooth, one-hot and the rounded answer
itself; upstream gradients have mixed magnitudes or are a constant plus noise. The worst vector of
every kind is then changed, number by number, as long as that makes its error larger. The true
values come from mpmath with 2,000 bits.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import time
from typing import Any, NamedTuple

import mpmath
import numpy as np
from mpmath import mpf
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

from softmax_cli import cross_entropy, gradient, jacobian, log_softmax, softmax

Array = np.ndarray[Any, Any]
BITS = 2000
NOTHING = mpf(2) ** -1300  # below this only the rounding of 2,000 bits is left


class Problem(NamedTuple):
    """One vector, a temperature and what is asked of it: a target, weights or nothing."""

    x: Array
    temperature: float
    of: Any


def true(p: Problem, kind: str) -> list[mpf]:
    """Work out the answer of one kind with 2,000 bits."""
    x, t = [mpf(float(v)) for v in p.x], mpf(p.temperature)
    a = int(np.argmax(p.x))
    z = [(v - x[a]) / t for v in x]
    e = [mpmath.exp(v) for v in z]
    rest = mpmath.fsum(v for j, v in enumerate(e) if j != a)
    σ = [v / (1 + rest) for v in e]
    κ = [rest / (1 + rest) if j == a else 1 - v for j, v in enumerate(σ)]
    log = [v - mpmath.log1p(rest) for v in z]
    if kind == "eval":
        return σ
    if kind == "log":
        return log
    if kind == "jacobian":
        n = range(len(x))
        return [(σ[j] * κ[j] if j == k else -σ[j] * σ[k]) / t for j in n for k in n]
    if kind == "class":
        return [(-κ[j] if j == p.of else s) / t for j, s in enumerate(σ)]
    if kind == "class loss":
        return [-log[p.of]]
    weights = [mpf(float(v)) for v in p.of]
    if kind.endswith("loss"):
        return [-mpmath.fsum(w * v for w, v in zip(weights, log, strict=True))]
    if kind.startswith("upstream"):
        mean = mpmath.fsum(s * w for s, w in zip(σ, weights, strict=True))
        return [s * (w - mean) / t for s, w in zip(σ, weights, strict=True)]
    total = mpmath.fsum(weights)
    return [(s * total - w) / t for s, w in zip(σ, weights, strict=True)]


def ours(p: Problem, kind: str) -> Array:
    """Return what is shipped."""
    t = p.temperature
    if kind == "eval":
        return softmax(p.x, temperature=t)
    if kind == "log":
        return log_softmax(p.x, temperature=t)
    if kind == "jacobian":
        return jacobian(p.x, temperature=t).ravel()
    if kind.endswith("loss"):
        return cross_entropy(p.x, p.of, temperature=t).reshape(1)
    if kind.startswith("upstream"):
        return gradient(p.x, upstream=p.of, temperature=t)
    return gradient(p.x, target=p.of, temperature=t)


def errors(p: Problem, kind: str) -> list[float]:
    """Return the errors in units in the last place, of entries that are normal doubles."""
    found = []
    with mpmath.workprec(BITS):
        for answer, value in zip(ours(p, kind), true(p, kind), strict=True):
            if abs(value) >= np.finfo(float).tiny:
                unit = mpf(2) ** (mpmath.mag(value) - 53)
                found.append(float(abs(mpf(float(answer)) - value) / unit))
            elif abs(value) < NOTHING:
                found.append(0.0 if answer == 0.0 else float("inf"))
    return found


def drawn(kind: str, rng: np.random.Generator) -> Problem:
    """Draw a vector, a temperature and a question."""
    n = int(rng.choice([2, 3, 5, 10]))
    t = float(rng.choice([1.0, 10 ** rng.uniform(-1, 1), 10 ** rng.uniform(-100, 100)]))
    x = rng.uniform(-0.5, 0.5, n) * float(rng.choice([1e-3, 1.0, 10.0, 100.0, 700.0])) * t
    of: Any = int(rng.integers(n))
    if kind == "upstream, mixed":
        of = rng.normal(0, 1, n) * 10.0 ** rng.integers(-20, 20, n)
    elif kind == "upstream, constant plus noise":
        of = rng.normal(0, 1) + 1e-12 * rng.normal(0, 1, n)
    elif "random" in kind:
        of = rng.dirichlet(np.ones(n))
    elif "smooth" in kind:
        of = softmax(x * (1 + 1e-6 * rng.normal(0, 1, n)), temperature=t)
    elif "one-hot" in kind:
        of = np.eye(n)[of]
    elif "y = σ" in kind:
        of = softmax(x, temperature=t)
    return Problem(x, t, of)


KINDS = (
    *("eval", "log", "jacobian", "class", "class loss"),
    *("target, random", "target, smooth", "target, one-hot", "target, y = σ", "random loss"),
    *("upstream, mixed", "upstream, constant plus noise"),
)


def climbed(p: Problem, kind: str, worst: float, steps: int, rng: np.random.Generator) -> float:
    """Change the logits a little, as long as that makes the worst error larger."""
    for _ in range(steps):
        x = p.x * (1 + 2.0**-40 * rng.normal(0, 1, len(p.x)))
        other = p._replace(x=x)
        error = max(errors(other, kind), default=0.0)
        if error > worst:
            p, worst = other, error
    return worst


def report(seconds: float, seed: int) -> None:
    """Print the worst and the median error of each kind, as rows of Markdown."""
    rng = np.random.default_rng(seed)
    print("| answer | vectors | worst, ulp | after climbing | median |")
    print("|---|--:|--:|--:|--:|")
    for kind in KINDS:
        end = time.monotonic() + 0.75 * seconds / len(KINDS)
        found: list[float] = []
        worst, hardest, count = -1.0, None, 0
        while time.monotonic() < end:
            p, count = drawn(kind, rng), count + 1
            some = errors(p, kind)
            found += some
            if max(some, default=0.0) > worst:
                worst, hardest = max(some, default=0.0), p
        assert hardest is not None
        top = climbed(hardest, kind, worst, max(5, count // 4), rng)
        print(f"| {kind} | {count:,} | {worst:.3f} | {top:.3f} | {np.median(found):.3f} |")


def print_hashes() -> None:
    """Print the hash of 5,000 × 10 answers of each kind."""
    rng = np.random.default_rng(7)
    x = rng.normal(0, 1, (5000, 10)) * rng.choice([0.01, 1.0, 30.0, 1000.0], (5000, 1))
    y, g, k = softmax(rng.normal(0, 2, x.shape)), rng.normal(0, 1, x.shape), np.arange(5000) % 10
    for name, values in {
        "eval": softmax(x, temperature=0.7),
        "log": log_softmax(x, temperature=0.7),
        "jacobian": jacobian(x, temperature=0.7),
        "class": gradient(x, target=k),
        "target": gradient(x, target=y),
        "upstream": gradient(x, upstream=g),
        "class loss": cross_entropy(x, k),
        "target loss": cross_entropy(x, y),
    }.items():
        print(name, hashlib.sha256(values.tobytes()).hexdigest()[:16], sep=": ")


def compare_processors() -> None:
    """Print the hashes, and whether they are the same with features of the processor off."""
    there = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
    seen = []
    for disabled in ("", " ".join(there[len(there) // 2 :]), " ".join(there)):
        run = subprocess.run(
            [sys.executable, __file__, "--hashes"],
            env=os.environ | {"NPY_DISABLE_CPU_FEATURES": disabled},
            capture_output=True,
            text=True,
            check=True,
        )
        seen.append(run.stdout)
        print(f"\nwithout {disabled or 'nothing'}:\n{run.stdout}", end="")
    print("\nall the same" if len(set(seen)) == 1 else "\nTHEY DIFFER")


def main() -> None:
    parser = argparse.ArgumentParser(description="The worst error of every answer.")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seconds", type=float, default=240.0, help="how long to search")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hashes", action="store_true", help="only print the hashes")
    options = parser.parse_args()
    if options.hashes:
        print_hashes()
        return
    report(12.0 if options.quick else options.seconds, options.seed)
    compare_processors()


if __name__ == "__main__":
    main()
