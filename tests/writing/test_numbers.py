import math
from decimal import ROUND_HALF_EVEN, Context, Decimal

import numpy as np
import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from softmax_cli.writing.numbers import check_memory, lines, shortest

doubles = st.floats(allow_nan=False, allow_infinity=False)
near_powers = (
    st.integers(-330, 310)
    .flatmap(
        lambda power: st.sampled_from([1.0, 9.999999999999999, 1.5, 1.2345678901234567]).map(
            lambda mantissa: float(f"{mantissa}e{power}")
        )
    )
    .filter(math.isfinite)
)
spelt_in_two_ways = [
    0.0,
    -0.0,
    1e-4,
    1e-5,
    1.5e-5,
    9.999e-5,
    1e-6,
    1e-7,
    5e-324,
    2.2250738585072014e-308,
]
spelt_in_two_ways += [1e15, 1e16, 1e17, 123456789012345680.0, 1e21, 1e22, 1.7976931348623157e308]


def exactly(value, precision):
    """The double's own value rounded, half to even, to so many digits after the point."""
    wide = Context(prec=2000)
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-precision), ROUND_HALF_EVEN, wide)
    return f"{rounded if rounded else abs(rounded):f}"


@settings(max_examples=250)
@given(st.one_of(doubles, near_powers))
def test_the_shortest_text_reads_back_to_the_same_double(value):
    text = shortest(value)
    assert math.copysign(1, float(text)) == math.copysign(1, value)
    assert float(text) == value
    assert len(text) <= len(repr(value)) + 4


@settings(max_examples=250)
@given(st.one_of(doubles, near_powers))
def test_numbers_are_spelt_as_json_writers_spell_them(value):
    assert shortest(value).encode() == orjson.dumps(value)


@pytest.mark.parametrize("value", spelt_in_two_ways)
def test_the_ends_of_plain_notation_are_those_of_json_writers(value):
    for signed in (value, -value):
        assert shortest(signed).encode() == orjson.dumps(signed)
        assert lines(np.array([[signed]])) == orjson.dumps(signed)


@given(st.lists(doubles, min_size=1, max_size=24), st.sampled_from([1, 2, 3]))
@example(spelt_in_two_ways[:15], 3)
def test_large_and_small_arrays_are_spelt_alike(values, columns):
    array = np.array(values[: len(values) // columns * columns]).reshape(-1, columns)
    if array.size:
        expected = "\n".join(",".join(map(shortest, row)) for row in array.tolist()).encode()
        assert lines(array) == expected
        assert lines(np.repeat(array, 3000, axis=0)[::3000]) == expected
    large = np.tile(array, (9000, 1))
    if array.size:
        assert lines(large) == b"\n".join([expected] * 9000)


@pytest.mark.parametrize("value", [-math.inf, math.inf])
def test_an_infinity_among_numbers_is_inf(value):
    array = np.array([[0.5, value], [1e-5, 1e22]])
    spelt_infinity = "inf" if value > 0 else "-inf"
    assert lines(array).decode() == f"0.5,{spelt_infinity}\n0.00001,1e+22"


@settings(max_examples=150)
@given(
    st.one_of(doubles, st.floats(-10, 10), st.integers(-4000, 4000).map(lambda n: n / 16)),
    st.integers(0, 30),
)
@example(0.5, 0)
@example(1.5, 0)
@example(2.675, 2)
@example(-0.0, 3)
@example(-0.0004, 3)
@example(-0.00051, 3)
@example(-5e-324, 0)
@example(5e-324, 1074)
def test_precision_rounds_the_doubles_own_value_half_to_even(value, precision):
    assert lines(np.array([[value]]), precision).decode() == exactly(value, precision)


@given(st.lists(st.floats(-1e-3, 1e-3), min_size=4, max_size=8), st.integers(0, 5))
def test_rows_rounded_together_are_rounded_alike_and_never_minus_zero(values, precision):
    array = np.array(values[: len(values) // 2 * 2]).reshape(-1, 2)
    expected = "\n".join(",".join(exactly(v, precision) for v in row) for row in array.tolist())
    assert lines(array, precision).decode() == expected


def test_an_infinity_is_not_rounded():
    assert lines(np.array([[-math.inf, -10.0, -0.001]]), 2) == b"-inf,-10.00,0.00"


def test_decimals_keep_all_their_digits():
    array = np.array([[Decimal("0.10000"), Decimal("1E-7")], [Decimal("-0"), Decimal(12)]])
    assert lines(array) == b"0.10000,1e-7\n0,12"


def test_room_for_more_text_than_there_is_memory_is_refused():
    check_memory(1000, 1000)
    with pytest.raises(MemoryError):
        check_memory(1 << 55)
