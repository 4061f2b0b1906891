import math
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.mathematics.segments import segment_probabilities
from softmax_cli.mathematics.softmax import probabilities

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
