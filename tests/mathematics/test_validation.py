import itertools
import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from softmax_cli import cross_entropy, gradient, jacobian, log_softmax, softmax
from softmax_cli.mathematics.validation import (
    BeyondDoublesError,
    along,
    as_classes,
    as_logits,
    as_reals,
    as_target,
    as_temperature,
    as_upstream,
    as_vectors,
    require_doubles,
)

INF = math.inf
OBJECTS = "{0} must not hold Python objects: numpy.asarray({0}, dtype=float) converts numbers"
shapes = st.lists(st.integers(0, 4), min_size=1, max_size=3).map(lambda lead: (*lead, 3))


@given(st.integers(1, 4).flatmap(lambda n: st.tuples(st.just(n), st.permutations(range(n)))))
def test_a_function_that_changes_nothing_changes_nothing_along_any_axes(
    order: tuple[int, list[int]],
) -> None:
    dimensions, axes = order
    x = np.arange(math.factorial(dimensions + 1), dtype=float).reshape(range(2, dimensions + 2))
    for count in range(1, dimensions + 1):
        assert np.array_equal(along(tuple(axes[:count]), x, np.copy), x)


@given(shapes)
def test_leading_axes_become_one(shape: tuple[int, ...]) -> None:
    x = np.arange(float(math.prod(shape))).reshape(shape)
    assert as_vectors(x).shape == (math.prod(shape[:-1]), 3)
    assert as_vectors(x).ravel().tolist() == x.ravel().tolist()


@given(st.lists(st.lists(st.booleans(), min_size=2, max_size=2), min_size=1, max_size=6))
def test_the_vectors_beyond_doubles_are_those_with_an_entry_that_is(beyond: list[Any]) -> None:
    vectors = [v for v, entries in enumerate(beyond) if any(entries)]
    if not vectors:
        require_doubles(np.array(beyond), "a loss")
        return
    with pytest.raises(BeyondDoublesError, match=r"^a loss is beyond 1\.8e308") as caught:
        require_doubles(np.array(beyond), "a loss")
    assert caught.value.vectors == vectors


def test_targets_and_upstreams_are_broadcast_to_the_vectors() -> None:
    x = np.zeros((2, 4, 3))
    assert as_classes(1, x, "target").tolist() == [1] * 8
    assert as_classes([[0], [2]], x, "target").tolist() == [0] * 4 + [2] * 4
    assert np.array_equal(as_upstream([1, 0, -1], x), np.tile([1.0, 0.0, -1.0], (8, 1)))
    assert as_target(np.full((2, 4, 3), 1 / 3), x).shape == (8, 3)


def test_the_ends_of_the_range_of_temperatures_are_in_it() -> None:
    for end, beyond in ((1e-150, 0.0), (1e150, INF)):
        assert as_temperature(end) == end
        with pytest.raises(ValueError, match="from 1e-150 to 1e150"):
            as_temperature(math.nextafter(end, beyond))


def test_only_a_vector_that_is_masked_whole_is_refused() -> None:
    x = [[1.0, -INF], [-INF, 2.0]]
    assert as_logits(x).tolist() == x
    assert as_logits(np.ma.masked_array([1.0, 2.0], [0, 1])).tolist() == [1.0, -INF]
    with pytest.raises(ValueError, match="every class of a vector is masked"):
        as_logits([*x, [-INF, -INF]])


MASKED = "every class of a vector is masked (-inf): there is nothing to normalise"


@pytest.mark.parametrize(
    ("x", "reason"),
    [
        ([1.0, math.nan], "x holds nan"),
        ([1.0, INF], "x holds +inf: exp(inf)/exp(inf) is undefined"),
        ([-INF, -INF], MASKED),
        ([-INF], MASKED),
        ([[1.0, 2.0], [-INF, -INF]], MASKED),
        ([], "x has no classes: its last axis is empty"),
        (np.zeros((3, 0)), "x has no classes: its last axis is empty"),
        (1.0, "x has no last axis: one number is not a vector of logits"),
        (["a", "b"], "x must hold real numbers, not <U1"),
        ([1j, 2.0], "x must hold real numbers, not complex128"),
        ([None, 2.0], OBJECTS.format("x")),
        ([Fraction(1, 3), 1], OBJECTS.format("x")),
        ([Decimal("0.1"), 1], OBJECTS.format("x")),
        ([2**70, 0], OBJECTS.format("x")),
        (np.ma.masked_array(["a"], [1]), "x must hold real numbers, not <U1"),
        (np.ma.masked_array([1.0], [1]), MASKED),
        (np.ma.masked_array([math.nan, 1.0], [0, 0]), "x holds nan"),
    ],
)
def test_a_vector_without_a_softmax_is_refused_with_the_reason(x: Any, reason: str) -> None:
    for function in (softmax, log_softmax, jacobian, gradient):
        with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
            function(x)


@pytest.mark.parametrize(
    "temperature", [0.0, -1.0, INF, math.nan, 9e-151, 1.1e150, "2", True, None, [1.0], 1j]
)
def test_a_temperature_that_is_not_a_number_in_its_range_is_refused(temperature: Any) -> None:
    for function in (softmax, log_softmax, jacobian, gradient):
        with pytest.raises((TypeError, ValueError), match="temperature"):
            function([1.0, 2.0], temperature=temperature)


@pytest.mark.parametrize("temperature", [2, np.float32(2), np.int8(2), Fraction(2)])
def test_a_temperature_is_a_number_of_any_kind(temperature: Any) -> None:
    assert np.array_equal(
        softmax([1.0, 2.0], temperature=temperature), softmax([1.0, 2.0], temperature=2.0)
    )


FLOATS = "floats are distributions, one for each vector, and class indices are integers"
NEGATIVE = "target is not a distribution: it holds"


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ({"target": 0, "output": 0}, "give one of target, upstream and output, not several"),
        ({"target": 3}, "target holds a class index outside 0..2"),
        ({"output": -1}, "output holds a class index outside 0..2"),
        ({"output": 1.0}, "output must hold class indices, whole numbers, not float64"),
        ({"target": "a"}, "target must hold class indices, whole numbers, not <U1"),
        ({"target": [0, 1, 0]}, "target of shape (3,) does not fit ()"),
        ({"target": [0.5, 0.6, 0.0]}, "target is not a distribution: it does not sum to 1"),
        ({"target": [0.5, 0.5, 1.1e-6]}, "target is not a distribution: it does not sum to 1"),
        ({"target": [1.7e308] * 3}, "target is not a distribution: it does not sum to 1"),
        ({"target": [1.5, -0.5, 0.0]}, f"{NEGATIVE} a negative number or nan"),
        ({"target": [1.0, math.nan, 0.0]}, f"{NEGATIVE} a negative number or nan"),
        (
            {"target": [0.5, 0.5]},
            f"target of shape (2,) does not fit (3,): {FLOATS}",
        ),
        (
            {"target": np.ma.masked_array([0.5, 0.5, 0.0], [0, 1, 0])},
            "target must not have masked entries: only x may",
        ),
        ({"upstream": [1.0, INF, 0.0]}, "upstream must be finite"),
        ({"upstream": [1.0, 2.0]}, "upstream of shape (2,) does not fit (3,)"),
        ({"upstream": 1.0}, "upstream of shape () does not fit (3,)"),
        ({"upstream": [[1.0, 2.0, 3.0]] * 2}, "upstream of shape (2, 3) does not fit (3,)"),
        ({"target": [Fraction(1, 2), Fraction(1, 2), 0]}, OBJECTS.format("target")),
        ({"upstream": ["a", "b", "c"]}, "upstream must hold real numbers, not <U1"),
    ],
)
def test_a_question_that_does_not_fit_is_refused_with_the_reason(
    question: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        gradient([1.0, 2.0, 0.1], **question)


def test_numbers_that_numpy_holds_as_objects_are_converted_as_the_error_says() -> None:
    for x in ([Fraction(1, 2), 0], [Decimal("0.5"), 0], [2**70, 0]):
        found = softmax(np.asarray(x, dtype=float))
        assert found.tolist() == softmax([float(x[0]), 0.0]).tolist()


def test_a_distribution_may_miss_1_by_a_millionth() -> None:
    x = as_logits([0.0, 0.0])
    for y in ([0.5, 0.5 + 2.0**-20], [0.25, 0.75 - 2.0**-20]):
        assert as_target(y, x).tolist() == [y]


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int64, np.uint64])
def test_class_indices_of_any_kind_are_64_bits_wide(kind: Any) -> None:
    for k in (kind(1), np.array([[0], [2]], kind), np.ma.masked_array([kind(1)], [0])):
        found = as_classes(k, np.zeros((2, 1, 3)), "target")
        assert found.shape == (2,)
        assert found.dtype == np.int64


@pytest.mark.parametrize("kind", [bool, np.int8, np.uint64, np.float16, np.float32, np.longdouble])
def test_real_numbers_of_any_kind_become_doubles(kind: Any) -> None:
    found = as_reals(np.array([1, 0], kind), "x")
    assert found.dtype == np.float64
    assert found.tolist() == [1.0, 0.0]
    same = np.zeros(2)
    assert as_reals(same, "x") is same
    assert as_reals(np.ma.masked_array([1.5], [0]), "x").tolist() == [1.5]


@pytest.mark.skipif(np.finfo(np.longdouble).maxexp == 1024, reason="a long double is a double here")
def test_a_number_beyond_doubles_is_infinite_without_a_warning() -> None:
    beyond = np.longdouble(10) ** 400
    with pytest.raises(ValueError, match=r"^x holds \+inf"):  # a warning would be an error
        as_logits([beyond, np.longdouble(1)])


def test_the_mask_of_a_masked_array_masks_classes() -> None:
    x = np.ma.masked_array([[1, 2, 3], [4, 5, 6]], [[0, 0, 1], [0, 0, 0]])
    plain = np.array([[1.0, 2.0, -INF], [4.0, 5.0, 6.0]])
    for function in (softmax, log_softmax, jacobian, gradient):
        assert np.array_equal(function(x), function(plain))
        assert type(function(x)) is np.ndarray
    assert np.array_equal(softmax(x, axis=0), softmax(plain, axis=0))


def test_a_masked_question_is_refused() -> None:
    x, masked = [1.0, 2.0], np.ma.masked_array([0.5, 0.5], [0, 1])
    for question in ({"target": masked}, {"upstream": masked}):
        with pytest.raises(ValueError, match="masked entries"):
            gradient(x, **question)
    with pytest.raises(ValueError, match="masked entries"):
        gradient([x, x], output=np.ma.masked_array([0, 1], [0, 1]))


@pytest.mark.parametrize("axis", [0, 1, -2, (0, 1), (2, 0), (1, -1), None])
def test_classes_lie_along_the_axes_that_scipy_would_take(axis: Any) -> None:
    x = np.random.default_rng(5).normal(0, 3, (3, 4, 5))
    assert softmax(x, axis) == pytest.approx(scipy.special.softmax(x, axis), rel=1e-13)
    assert log_softmax(x, axis) == pytest.approx(scipy.special.log_softmax(x, axis), rel=1e-13)


@pytest.mark.parametrize("axis", [3, (0, 0), -4])
def test_an_axis_that_is_not_there_or_is_there_twice_is_refused(axis: Any) -> None:
    with pytest.raises(ValueError, match="axis"):
        softmax(np.zeros((2, 3, 4)), axis)


@pytest.mark.parametrize(
    ("x", "target"), [([[1.0, 2.0], [3.0, 4.0]], [0.0, 1.0]), ([1.0, 2.0, 3.0], 1.0)]
)
def test_floats_are_distributions_of_the_shape_of_x(x: Any, target: Any) -> None:
    for function in (cross_entropy, lambda x, y: gradient(x, target=y)):
        with pytest.raises(ValueError, match="class indices are integers"):
            function(x, target)


@pytest.mark.parametrize("masked", list(itertools.product([False, True], repeat=4)))
def test_only_a_vector_with_every_class_masked_has_no_softmax(masked: tuple[bool, ...]) -> None:
    x = np.where(np.reshape(masked, (2, 2)), -INF, 1.0)
    if all(masked[:2]) or all(masked[2:]):
        with pytest.raises(ValueError, match="every class of a vector is masked"):
            as_logits(x)
    else:
        assert as_logits(x) is x
