"""Whichever system call fails, nothing is lost without a word."""

import pytest
from faults.injection import RUNS
from faults.interposed import LARGE, Interposed, compiler_is_missing, every_fourth_call, one_call

pytestmark = pytest.mark.skipif(
    compiler_is_missing(), reason="there is no C compiler: apt-get install gcc"
)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return Interposed(tmp_path_factory.mktemp("library"))


@pytest.mark.parametrize("arguments", RUNS[::4], ids=" ".join)
def test_calls_that_are_interrupted_or_cut_short_lose_nothing(library, arguments):
    met, wrong = every_fourth_call(library, arguments)
    assert wrong == []
    assert met > 4


@pytest.mark.parametrize("arguments", RUNS[1:40:21], ids=" ".join)
def test_a_call_that_fails_is_one_message_behind_whole_rows(library, arguments):
    injected, wrong = one_call(library, arguments)
    assert wrong == []
    assert injected > 20


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_large_table_loses_nothing_either(library, jobs):
    arguments = ("eval", "-q", "--jobs", jobs)
    whole, _ = library.run(arguments, LARGE, "", little=False)
    ended, met = library.run(arguments, LARGE, "all", little=False)
    assert whole.out.count(b"\n") == LARGE.count(b"\n")
    assert ended == whole
    assert met > 10
