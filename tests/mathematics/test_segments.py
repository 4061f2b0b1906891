import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.mathematics import segments
from softmax_cli.mathematics.segments import segment_probabilities
from softmax_cli.mathematics.softmax import probabilities
from softmax_cli.mathematics.strips import STRIP

logits = st.floats(-750, 750) | st.just(-math.inf) | st.sampled_from([0.0, 1.0, 1e300, -1e300])
vectors = st.lists(logits, min_size=1, max_size=40).filter(lambda v: max(v) > -math.inf)
temperatures = st.sampled_from([1.0, 0.3, 7.0, 1e-150, 1e150])


def together(some, temperature=1.0):
    starts = np.cumsum([0, *map(len, some)])
    σ = segment_probabilities(np.concatenate(some), starts, temperature)
    return [σ[a:b] for a, b in pairwise(starts)]


def alone(vector, temperature=1.0):
    return probabilities(np.asarray(vector)[np.newaxis], temperature)[0]


@given(st.lists(vectors, min_size=1, max_size=20), temperatures)
def test_vectors_in_one_array_have_the_bits_that_each_has_alone(some, temperature):
    for vector, found in zip(some, together(some, temperature), strict=True):
        assert found.tobytes() == alone(vector, temperature).tobytes()


def test_long_and_short_vectors_may_stand_together():
    sizes = [1, 3, 700, 2048, 2049, 1, 20_000, 5, *range(1, 300), 20_000]
    some = [np.random.default_rng(size).normal(0, 9, size) for size in sizes]
    for vector, found in zip(some, together(some), strict=True):
        assert found.tobytes() == alone(vector).tobytes()


@pytest.mark.parametrize("sizes", [[3000], [2000, 2000], [1, 2000, 2000, 3000]])
def test_a_few_vectors_have_the_bits_that_each_has_alone(sizes: list[int]) -> None:
    some = [np.random.default_rng(size).normal(0, 9, size) for size in sizes]
    for vector, found in zip(some, together(some, 0.7), strict=True):
        assert found.tobytes() == alone(vector, 0.7).tobytes()


@pytest.mark.parametrize(
    ("sizes", "runs"),
    [
        ([5], [(0, 1)]),
        ([1, 1, 1], [(0, 3)]),
        ([2048, 2048], [(0, 2)]),
        ([2049, 1], [(0, 1), (1, 2)]),
        ([1, 2049], [(0, 1), (1, 2)]),
        ([1, 3000, 1, 1, 3000, 3000], [(0, 1), (1, 2), (2, 4), (4, 5), (5, 6)]),
        ([STRIP // 50] * 50, [(0, 50)]),
        ([STRIP // 50] * 50 + [1], [(0, 50), (50, 51)]),
        ([STRIP // 50] * 120, [(0, 50), (50, 100), (100, 120)]),
    ],
)
def test_long_vectors_are_runs_of_their_own_and_others_fill_strips(
    sizes: list[int], runs: list[tuple[int, int]]
) -> None:
    assert [*segments._runs(np.cumsum([0, *sizes]))] == runs
