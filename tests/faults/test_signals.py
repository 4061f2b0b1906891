"""A signal at any moment ends a run of two workers as it should, and leaves nothing behind."""

import os
from pathlib import Path

import pytest
from faults.signals import attempts


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork workers")
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="this system has no /proc")
def test_signals_at_random_moments_end_runs_of_two_workers_as_they_should():
    ends, wrong = attempts(16, seed=1)
    assert wrong == []
    assert len(ends) > 3
