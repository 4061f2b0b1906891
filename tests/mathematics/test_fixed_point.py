import math

import mpmath
import pytest
from digests import digest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mpf

from softmax_cli.mathematics import fixed_point
from softmax_cli.mathematics.fixed_point import ERROR, PLACES, fixed_exponentials

logits = st.floats(-800, 800) | st.floats(-1e-9, 1e-9) | st.sampled_from([0.0, 5e-324, -math.inf])
vectors = st.lists(logits, min_size=1, max_size=5).filter(lambda x: max(x) > -math.inf)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(vectors, st.sampled_from([1.0, 0.1, 7.0, 1e-150, 1e150]))
def test_an_exponential_is_right_to_so_many_places(x: list[float], temperature: float) -> None:
    with mpmath.workprec(2500):
        for v, found in zip(x, fixed_exponentials(x, temperature), strict=True):
            true = mpmath.exp((mpf(v) - mpf(max(x))) / mpf(temperature)) * mpf(2) ** PLACES
            assert abs(found - true) <= ERROR / 4


@pytest.mark.parametrize("x", [[0.0], [700.0, 700.0, -5.0], [-1e300, -math.inf]])
def test_the_exponential_of_a_largest_logit_is_exact(x: list[float]) -> None:
    for v, found in zip(x, fixed_exponentials(x, 0.3), strict=True):
        assert (found == 1 << PLACES) == (v == max(x))


def test_a_masked_class_and_one_far_below_have_the_exponential_0() -> None:
    assert fixed_exponentials([0.0, -math.inf, -140.0, -1e300], 1.0) == [1 << PLACES, 0, 0, 0]


def test_a_whole_number_of_octaves_is_exact() -> None:
    ln2, _ = fixed_point._tables()
    octaves = [*range(PLACES + 3)]
    assert [fixed_point._exp(ln2 * n) for n in octaves] == [(1 << PLACES) >> n for n in octaves]


def test_every_bit_of_an_exponential_stays_what_it_is() -> None:
    x = [-(n**3) / 2**14 for n in range(125)]
    found = [fixed_exponentials(x, temperature) for temperature in (0.75, 1.0, 3.0)]
    assert digest(*found) == "7533b524c82c"
