"""The quantities of the working have all the digits that are shown, and none cancel."""

from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from worked import answer_to

from softmax_cli.homework.quantities import Quantities, quantities

VECTORS = st.lists(st.decimals(-400, 400, places=3), min_size=1, max_size=6)
TEMPERATURES = st.sampled_from(["1", "2", "0.3"])


def quantities_of(text: str, **options: Any) -> Quantities:
    answer, settings = answer_to("eval", text, **options)
    return quantities(answer.batch, settings)


def close(found: Decimal, expected: Any, digits: int = 20) -> bool:
    """Whether a decimal is right to so many significant digits."""
    reference = mp.mpf(str(found))
    return bool(abs(reference - expected) <= abs(expected) * mp.mpf(10) ** -digits)


@given(VECTORS, TEMPERATURES)
def test_every_quantity_has_20_digits_however_near_0_or_1_it_is(
    x: list[Decimal], temperature: str
) -> None:
    found = quantities_of(" ".join(map(str, x)), temperature=temperature)
    with localcontext(found.context), mp.workdps(1200):
        terms = [mp.exp((mp.mpf(str(v)) - mp.mpf(str(max(x)))) / mp.mpf(temperature)) for v in x]
        total = mp.fsum(terms)
        for j, term in enumerate(terms):
            others = mp.fsum(terms[:j] + terms[j + 1 :])
            assert close(found.terms[j], term)
            assert close(found.term_complement(j), 1 - term)
            assert close(found.share(j), term / total)
            assert close(found.complement(j), others / total)
            assert close(found.slope(j, j), term * others / total**2 / mp.mpf(temperature))
            assert close(found.log_share(j), mp.log(term / total))
        assert close(found.log_total(), mp.log(total))


@pytest.mark.parametrize("small", ["1e-5", "1e-28", "1e-29", "1e-300"])
def test_what_a_term_near_1_lacks_keeps_its_digits(small: str) -> None:
    found = quantities_of(f"0 {small}")
    with localcontext(found.context), mp.workdps(400):
        assert close(found.term_complement(0), -mp.expm1(-mp.mpf(small)))
        assert found.term_complement(1) == 0


def test_what_no_decimal_holds_is_not_0() -> None:
    found = quantities_of("1e300 0 -inf")
    with localcontext(found.context):
        assert [bool(term) for term in found.terms] == [True, True, False]
        assert found.complement(0) > 0
        assert all(found.slope(j, k) for j in range(2) for k in range(2))
        assert found.log_share(0) < 0


@pytest.mark.parametrize(
    ("text", "is_blurred"), [("1e-300 0", True), ("1e-9 0", False), ("1 1 -inf", False)]
)
def test_rounding_is_told_where_a_sum_looks_exact(text: str, is_blurred: bool) -> None:
    assert quantities_of(text).is_blurred == is_blurred


@given(VECTORS.filter(lambda x: len(x) > 1), TEMPERATURES)
def test_the_slopes_are_symmetric_and_every_row_adds_up_to_0(
    x: list[Decimal], temperature: str
) -> None:
    found = quantities_of(" ".join(map(str, x)), temperature=temperature)
    classes = range(len(x))
    with localcontext(found.context):
        for j in classes:
            row = [found.slope(j, k) for k in classes]
            assert all(
                abs(a - found.slope(k, j)) <= abs(a) * Decimal("1e-20") for k, a in enumerate(row)
            )
            assert abs(sum(row)) <= max(map(abs, row)) * Decimal("1e-20")


def test_the_first_of_equal_logits_is_the_largest_and_its_term_is_1() -> None:
    found = quantities_of("1 3 3")
    assert (found.largest, found.maximum) == (1, 3)
    assert found.terms[1:] == (1, 1)
    assert found.total == 1 + found.rest


def test_a_masked_class_has_no_share_and_no_slope() -> None:
    found = quantities_of("2 -inf 1")
    with localcontext(found.context):
        assert found.x[1] == found.log_share(1) == Decimal("-Infinity")
        assert found.terms[1] == found.share(1) == found.slope(1, 1) == found.slope(0, 1) == 0
        assert found.complement(1) == 1


@pytest.mark.parametrize("options", [{"precision": 60}, {"digits": 60}])
def test_as_many_digits_are_kept_as_are_shown(options: dict[str, Any]) -> None:
    found = quantities_of("0.1 0", **options)
    with localcontext(found.context), mp.workdps(100):
        share = found.share(0)
        if "digits" in options:
            assert close(share, 1 / (1 + mp.exp(-mp.mpf("0.1"))), digits=80)
        else:
            assert len(share.as_tuple().digits) >= 80


def test_a_logit_is_the_number_typed_where_digits_were_asked_for() -> None:
    found = quantities_of("1/3 ln(2)", digits=40)
    with localcontext(found.context), mp.workdps(70):
        assert close(found.x[0], mp.mpf(1) / 3, digits=60)
        assert close(found.x[1], mp.log(2), digits=60)


def test_the_sum_of_one_class_is_1_and_its_logarithm_0() -> None:
    found = quantities_of("7")
    assert (found.total, found.log_total(), found.complement(0)) == (1, 0, 0)
