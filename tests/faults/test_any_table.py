"""Whatever a table holds and however it arrives, every row is answered right or reported."""

import os
from contextlib import suppress

import pytest
from faults.any_table import (
    answer,
    answer_through_pipes,
    check,
    check_cut,
    noise,
    noisy_options,
    tables,
)
from hypothesis import given, settings
from hypothesis import strategies as st

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork workers")
cuts = st.lists(st.integers(0, 999), max_size=4)


@forks
@settings(max_examples=300)
@given(tables())
def test_every_row_of_a_table_is_answered_right_or_reported(table):
    check(table, answer(table))


@settings(max_examples=15)
@given(tables())
def test_the_installed_program_answers_through_pipes_as_well(table):
    check(table, answer_through_pipes(table))


@forks
@settings(max_examples=300)
@given(noise(), noisy_options, cuts, st.sampled_from([1, 1, 1, 2]), st.booleans())
def test_cuts_show_nowhere_whatever_the_input_is(data, options, cuts, jobs, is_fast):
    check_cut(data, options, cuts, jobs, is_fast=is_fast)


def test_the_check_notices_a_row_that_is_lost_or_wrong():
    lost = wrong = 0

    @settings(max_examples=50)
    @given(tables().filter(lambda table: table.question[-2:] == ("-f", "auto")))
    def attempt(table):
        nonlocal lost, wrong
        ended = answer(table)
        if ended.out.count(b"\n") < 2 + (table.header is not None):
            return
        with suppress(AssertionError, ValueError):
            check(table, ended._replace(out=ended.out[: ended.out[:-1].rindex(b"\n") + 1]))
            lost += 1
        with suppress(AssertionError, ValueError):
            check(table, ended._replace(out=ended.out.replace(b"0.", b"0.9")))
            wrong += 0 if b"0." not in ended.out else 1

    attempt()
    assert (lost, wrong) == (0, 0)
