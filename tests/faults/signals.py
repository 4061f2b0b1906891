"""Two workers, and a signal at a random moment while they read, compute and write.

`python tests/faults/signals.py --runs 200` prints how the runs ended.
"""

import argparse
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import IO, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # where this is run as a command

import programs

# Each row ends with a quote, and has a newline within quotes before.
TABLE = b"".join(
    b'%d,%d.5,-%d,"a\n""%d"\n' % (row % 9, row % 7, row % 5, row) for row in range(150_000)
)
ARGUMENTS = ("eval", "-q", "-k", "4", "--jobs", "2")
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
KILLED = "Error: a worker process ended by signal 9; --jobs 1 needs no others\n"

_PIECE = 1 << 16
_SECONDS_TO_BE_GONE = 20
_SECONDS_TO_FORK = 2
_SIZE_READ = 1 << 14


class Signal(NamedTuple):
    """What happens to a run.

    Attributes:
        number: the signal; SIGKILL is for one of the workers.
        moment: so many seconds after the program has begun to read.
        pause: so many seconds pass between two looks at its output.
    """

    number: int
    moment: float
    pause: float


def random_signal(choice: random.Random) -> Signal:
    """A signal at some moment; some readers are slow."""
    return Signal(
        choice.choice([*ENDING, signal.SIGKILL]),
        choice.uniform(0, 0.8),
        choice.choice([0, 0, 0.001]),
    )


def attempt(sent: Signal, whole: bytes) -> tuple[int, str]:
    """Run the program and send the signal; return the status and what is wrong, if anything."""
    received: list[bytes] = []
    begun = threading.Event()
    with programs.start(*ARGUMENTS, bufsize=0, start_new_session=True) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        threads = [
            threading.Thread(target=_feed, args=(process.stdin, begun)),
            threading.Thread(target=_read, args=(process.stdout, received, sent.pause)),
        ]
        for thread in threads:
            thread.start()
        begun.wait(programs.SECONDS)
        time.sleep(sent.moment)
        is_met = _send(process.pid, sent.number)
        try:
            status = process.wait(programs.SECONDS)
        finally:
            process.kill()
            for thread in threads:
                thread.join()
        err = process.stderr.read().decode()
    wrong = _wrong(sent, status, b"".join(received), err, whole, is_met=is_met)
    return status, wrong or _left_behind(process.pid)


def _feed(pipe: IO[bytes], begun: threading.Event) -> None:
    try:
        for start in range(0, len(TABLE), _PIECE):
            if start > _PIECE:  # more than the pipe holds: it is being read
                begun.set()
            pipe.write(TABLE[start : start + _PIECE])
        pipe.close()
    except BrokenPipeError:
        pass
    finally:
        begun.set()


def _read(pipe: IO[bytes], received: list[bytes], pause: float) -> None:
    while text := os.read(pipe.fileno(), _SIZE_READ):
        received.append(text)
        time.sleep(pause)


def _send(pid: int, number: int) -> bool:
    """Send the signal, and return whether there was a process to send it to."""
    try:
        if number != signal.SIGKILL:
            os.kill(pid, number)
            return True
        children = Path(f"/proc/{pid}/task/{pid}/children")
        deadline = time.monotonic() + _SECONDS_TO_FORK
        while not (workers := children.read_text().split()):
            if time.monotonic() > deadline:
                return False
        os.kill(int(workers[-1]), number)
    except (ProcessLookupError, FileNotFoundError):
        return False
    return True


def _wrong(sent: Signal, status: int, out: bytes, err: str, whole: bytes, *, is_met: bool) -> str:
    """What is wrong with the end of a run, if anything is."""
    if (status, err) == (0, ""):
        return "" if out == whole else "status 0, and bytes are missing"
    if not is_met:
        return f"status {status} without a signal: {err}"
    if not whole.startswith(out):
        return "the output is not the start of the answer"
    if sent.number == signal.SIGKILL:  # whose row may be cut, so the message must be there
        return "" if (status, err) == (1, KILLED) else f"status {status}: {err}"
    if (status, err) != (-sent.number, ""):
        return f"status {status}: {err}"
    return "" if out[-2:] in (b"", b'"\n') else "the output ends within a row"


def _left_behind(session: int) -> str:
    """Which processes of a session are still there, if there are any."""
    deadline = time.monotonic() + _SECONDS_TO_BE_GONE
    while left := [pid for pid in os.listdir("/proc") if pid.isdigit() and _is_of(pid, session)]:
        if time.monotonic() > deadline:
            return f"processes are left: {left}"
        time.sleep(0.01)
    return ""


def _is_of(pid: str, session: int) -> bool:
    """Whether a process of the session is there; one that has ended only waits for its parent."""
    try:
        state, *_ = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return os.getsid(int(pid)) == session and state != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def attempts(runs: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Try so many signals; return how the runs ended, and what was wrong."""
    choice = random.Random(seed)
    whole = programs.softmax(*ARGUMENTS, stdin=TABLE).out.encode()
    ends, wrong = Counter[str](), []
    for _ in range(runs):
        sent = random_signal(choice)
        status, reason = attempt(sent, whole)
        ends[f"{signal.Signals(sent.number).name}: status {status}"] += 1
        wrong += [f"{sent}: {reason}"] if reason else []
    return ends, wrong


def _main() -> int:
    parser = argparse.ArgumentParser(description="Send signals at random moments.")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None, help="of the moments")
    chosen = parser.parse_args()
    seed = random.randrange(1 << 30) if chosen.seed is None else chosen.seed
    ends, wrong = attempts(chosen.runs, seed)
    for end, count in sorted(ends.items()):
        print(f"{end}: {count}")
    print(*wrong, f"{chosen.runs} runs, {len(wrong)} wrong (seed {seed})", sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(_main())
