import signal

import pytest
from programs import python, softmax

# Sends the program an interrupt when it begins to import click.
INTERRUPTED = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path, target=None):
        if name == "click":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
{}
from softmax_cli.__main__ import main
main()
"""


@pytest.mark.parametrize(("arguments", "status"), [(("--version",), 0), (("evl",), 2)])
def test_the_program_ends_with_the_status_of_its_command(arguments, status):
    assert softmax(*arguments).status == status


def test_an_interrupt_while_the_command_line_is_imported_prints_nothing():
    ran = python(INTERRUPTED.format(""), "eval", "2", "1")
    assert (ran.status, ran.out, ran.err) == (-signal.SIGINT, "", "")


def test_an_interrupt_that_was_ignored_at_the_start_stays_ignored():
    ignored = "signal.signal(signal.SIGINT, signal.SIG_IGN)"
    assert python(INTERRUPTED.format(ignored), "eval", "0", "0").out == "0.5,0.5\n"


def test_a_system_without_a_signal_for_pipes_has_the_same_answers():
    code = """
import signal
del signal.SIGPIPE, signal.pthread_sigmask
from softmax_cli.__main__ import main
main()
"""
    assert python(code, "eval", "0", "0").out == "0.5,0.5\n"
