import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from softmax_cli import softmax
from softmax_cli.mathematics.few import FEW, few_probabilities

INF = math.inf

logits = st.one_of(
    st.floats(-1e308, 1e308, allow_subnormal=True),
    st.floats(-1400, 1400),
    st.floats(-40, 40),
    st.floats(-1e-300, 1e-300),
    st.integers(-5, 5).map(float),
    st.sampled_from([0.0, -0.0, 36.7, -708.4, -745.1, -1373.0, 5e-324, -INF, 1e308]),
)
vectors = st.lists(logits, min_size=1, max_size=FEW).filter(lambda x: max(x) > -INF)


def among_many(x: list[float]) -> np.ndarray:
    """Return σ of x as it comes out of an array too large to be taken number by number."""
    return softmax([x] * (FEW + 1))[0]


@settings(derandomize=True, deadline=None, max_examples=500)
@given(vectors)
@example([0.0, -1372.5])
@example([0.0, -1374.0, -3.0])
@example([1e308, -1e308])
@example([2.0, 1.0, 0.1])
def test_a_vector_alone_has_the_bits_that_it_has_in_a_table(x: list[float]) -> None:
    assert softmax(x).tobytes() == among_many(x).tobytes()


@pytest.mark.parametrize("spread", [1e-3, 1.0, 30.0, 700.0])
def test_a_few_vectors_have_the_bits_that_they_have_in_a_table(spread: float) -> None:
    rng = np.random.default_rng(4)
    for n in range(1, FEW + 1):
        x = rng.normal(0, spread, (FEW // n, n))
        assert softmax(x).tobytes() == softmax(np.tile(x, (FEW + 1, 1)))[: len(x)].tobytes()


def test_the_exponentials_of_a_vector_near_the_floor_are_left_to_arrays() -> None:
    assert few_probabilities([0.0, -1373.0]) is None
    assert few_probabilities([0.0, -1373.0, -INF]) is None
    assert few_probabilities([0.0, -1000.0, -INF]) == [1.0, 0.0, 0.0]
