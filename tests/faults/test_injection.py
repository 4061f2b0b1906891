"""Whichever read or write fails, nothing is lost without a word."""

import pytest
from faults.injection import RUNS, failures


@pytest.mark.parametrize("arguments", RUNS, ids=" ".join)
def test_every_read_and_write_may_fail(arguments):
    injected, wrong = failures(arguments)
    assert wrong == []
    assert injected > 10
