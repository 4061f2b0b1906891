import gc
import os
import signal
import sys

import pytest
from programs import python

from softmax_cli import __main__ as program

SIGNALS = (signal.SIGINT, signal.SIGPIPE)


@pytest.fixture
def run(monkeypatch):
    """The program in this process, whose state is restored afterwards: returns the status."""
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    monkeypatch.setitem(os.environ, "OPENBLAS_NUM_THREADS", "1")

    def ran(*arguments):
        monkeypatch.setattr(sys, "argv", ["softmax", *arguments])
        with pytest.raises(SystemExit) as ended:
            program.main()
        return ended.value.code

    yield ran
    for number, handler in handlers.items():
        signal.signal(number, handler)
    gc.unfreeze()
    gc.enable()


@pytest.mark.parametrize(("arguments", "status"), [(("--version",), 0), (("evl",), 2)])
def test_the_program_ends_with_the_status_of_its_command(run, arguments, status):
    assert run(*arguments) == status


def test_an_interrupt_ends_the_program_silently_unless_it_was_ignored(run):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run("--version")
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    signal.signal(signal.SIGINT, signal.default_int_handler)
    run("--version")
    assert [signal.getsignal(number) for number in SIGNALS] == [signal.SIG_DFL] * 2


def test_an_interrupt_while_the_command_line_is_imported_prints_nothing():
    code = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path, target=None):
        if name == "click":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupt())
from softmax_cli.__main__ import main
main()
"""
    ran = python(code, "eval", "2", "1")
    assert (ran.status, ran.out, ran.err) == (-signal.SIGINT, "", "")
