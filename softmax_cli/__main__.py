"""The program, as the installed script and as python -m softmax_cli."""

import gc
import os
import signal


def main() -> None:
    """Run the program on the command line, and end with its status."""
    _let_signals_end_the_program()
    # What is imported stays to the end: to look for garbage among it takes 5 ms of a start.
    gc.disable()
    # No linear algebra is done here, and the threads for it cost time at the start.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from softmax_cli import cli

    # All output has been delivered; to take the modules apart would add 10 ms of 100.
    os._exit(cli.main())


def _let_signals_end_the_program() -> None:
    """End silently, as other tools do, when a reader goes away or at an interrupt."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPIPE])
    # Under nohup, or a shell's trap '', an interrupt is ignored and stays so.
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    main()
