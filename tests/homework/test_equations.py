"""A chain of equations is broken between its links only, and loses none of them."""

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from softmax_cli.formulas import Formula, formula
from softmax_cli.homework.equations import (
    MOST_CLASSES,
    Chosen,
    Link,
    chosen,
    classes,
    derivation,
    each,
    equation,
    hidden,
    total,
)
from softmax_cli.homework.notation import Written
from softmax_cli.pages import Step

TEXTS = st.text("abc", min_size=1, max_size=30).map(formula)
LINKS = st.lists(st.builds(Link, TEXTS, st.sampled_from("=≈")), min_size=1, max_size=8)


def lines(steps: Iterable[Step]) -> list[str]:
    """Each line as it reads, without its reason."""
    return [f"{s.left.text if s.left else ''} {s.relation} {s.right.text}".strip() for s in steps]


@given(st.one_of(st.none(), TEXTS), LINKS)
def test_an_equation_keeps_every_link_in_its_order(left: Formula | None, links: list[Link]) -> None:
    expected = [left.text] if left else []
    for link in links:
        expected += [link.relation, link.right.text]
    assert " ".join(lines(equation(left, *links))).split() == expected


@given(TEXTS, LINKS)
def test_a_line_holds_as_many_links_as_have_room(left: Formula, links: list[Link]) -> None:
    steps = equation(left, *links)
    room = min(44, 52 - len(left.text))
    assert [step.left for step in steps] == [left] + [None] * (len(steps) - 1)
    assert all(len(step.right.text) <= room for step in steps if " " in step.right.text)
    for line, after in pairwise(steps):
        first = after.right.text.split(" ")[0]
        assert len(line.right.text) + len(first) + 3 > room


def test_a_written_number_brings_its_relation_and_the_reason_stands_at_the_last_line() -> None:
    long = Link(formula("a" * 40))
    number = Written(formula("0.6590"), "≈")
    steps = equation(formula("x"), long, number, why=("as T is 1",))
    assert lines(steps) == [f"x = {'a' * 40}", "≈ 0.6590"]
    assert [step.why for step in steps] == [(), ("as T is 1",)]


@given(st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=12), TEXTS)
def test_a_sum_keeps_every_term_and_fits_its_lines(
    terms: list[Formula | None], result: Formula
) -> None:
    steps = total(formula("S"), terms, Link(result))
    every = " ".join(lines(steps))
    sum_of = " + ".join("…" if term is None else term.text for term in terms)
    assert every.split() == f"S = {sum_of} = {result.text}".split()
    assert all(len(step.right.text) <= 44 for step in steps)


def test_a_result_stands_behind_its_sum_where_the_line_has_room_for_it() -> None:
    terms = [formula("a" * 18), formula("b" * 18)]
    fits = total(formula("S"), terms, Link(formula("12")))
    assert lines(fits) == [f"S = {'a' * 18} + {'b' * 18} = 12"]
    assert len(fits[0].right.text) == 44
    assert lines(total(formula("S"), terms, Link(formula("123"))))[1:] == ["= 123"]


@given(st.integers(1, 200), st.data())
def test_the_chosen_classes_hold_those_wanted_and_a_gap_where_some_are_left_out(
    count: int, data: st.DataObject
) -> None:
    wanted = data.draw(st.lists(st.integers(0, count - 1), max_size=3))
    shown = chosen(count, *wanted)
    some = classes(shown)
    assert {*wanted, 0, count - 1} <= set(some)
    assert some == sorted(set(some))
    assert hidden(shown) == (len(some) < count)
    assert hidden(shown) <= (count > MOST_CLASSES)
    assert _filled(shown, count) == list(range(count))


def _filled(shown: Chosen, count: int) -> list[int]:
    """All classes, with those that each ellipsis stands for."""
    filled: list[int] = []
    ends = [*shown[1:], count]
    for index, after in zip(shown, ends, strict=True):
        if index is not None:
            filled.append(index)
        else:
            assert after is not None
            left_out = range(filled[-1] + 1, after)
            assert left_out
            filled += left_out
    return filled


def test_more_classes_than_the_most_are_abbreviated() -> None:
    assert list(chosen(6)) == [0, 1, 2, 3, 4, 5]
    assert chosen(7) == [0, 1, None, 6]
    assert chosen(9, 4) == [0, 1, None, 4, None, 8]
    assert chosen(5, 2, most=4) == [0, 1, 2, None, 4]


def test_each_class_has_its_equations_and_a_gap_has_dots() -> None:
    found = each([0, None, 2], lambda i: equation(formula(f"s{i}"), Link(formula(str(i)))))
    assert lines(found.steps) == ["s0 = 0", "…", "s2 = 2"]
    first, second = equation(formula("a"), Link(formula("1"))), equation(None, Link(formula("2")))
    assert lines(derivation(first, second).steps) == ["a = 1", "= 2"]
