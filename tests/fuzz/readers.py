"""The readers under coverage-guided fuzzing, and the laws that hold for any text.

`python tests/fuzz/readers.py --executions 1000000` fuzzes each reader in turn (the extra `fuzz`;
CPython on Linux); `--readers numbers json` chooses some of them. An input that breaks a law ends
its reader's run and is kept under tests/fuzz/findings/READER/, where test_findings.py runs it
from then on.
"""

import argparse
import gc
import math
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import orjson  # noqa: F401 - short blocks are read at once only where it is loaded

from softmax_cli.errors import SoftmaxError
from softmax_cli.reading import arguments, files, json_fast, json_rows
from softmax_cli.reading import numbers as grammar
from softmax_cli.reading import rows as row_by_row
from softmax_cli.reading.json import records
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Batch

FINDINGS = Path(__file__).parent / "findings"
EVAL = Settings("eval")
# Longer ones are the business of the tests of linear time.
_LONGEST = {"numbers": 64, "arguments": 128, "table": 128, "json": 192}

_DELIMITERS = b",;\t| "
_TABLE_SETTINGS = (
    Settings("grad", zero_based=True),
    Settings("grad", zero_based=True, missing="mask"),
    Settings("grad", zero_based=True, decimal_comma=True),
)
_JSON_SETTINGS = (EVAL, Settings("eval", missing="mask"), Settings("eval", append=True))


def numbers(data: bytes) -> None:
    """Both readings of a number take the same texts and mean the same number."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        value = grammar.to_float(text)
    except SoftmaxError:
        return
    assert grammar.is_number(text)
    assert not math.isnan(value)
    if text.strip(" \t").isascii() and "/" not in text and "ln" not in text.lower():
        assert value == float(text)
    if math.isfinite(value):
        grammar.to_exact(text)


def arguments_text(data: bytes) -> None:
    """Any arguments are vectors or an error of the user's."""
    texts = data.decode("utf-8", "surrogateescape").split("\0")
    try:
        for batch in arguments.batches(arguments.vectors(texts), EVAL):
            assert (batch.values < math.inf).all()
    except SoftmaxError as error:
        message = str(error)
        if not message.isprintable():
            raise AssertionError(message) from error


def table(data: bytes) -> None:
    """The fast reader reads a table as the row-by-row reader does, however it is cut."""
    if len(data) < _TABLE_LEAD:
        return
    layout, settings, text = _table(data)
    middle = data[4] % (len(text) + 1)
    once = _table_rows([text], layout, settings, at_once=False)
    assert _table_rows([text[:middle], text[middle:]], layout, settings, at_once=True) == once


_TABLE_LEAD = 5


def _table(data: bytes) -> tuple[Layout, Settings, bytes]:
    """The layout and the settings that the first bytes choose, and the rest: the table."""
    width = 1 + data[1] % 4
    logits = tuple(column for column in range(width) if data[2] >> column & 1) or (0,)
    kept = [column for column in range(width) if column not in logits]
    target = kept[0] if kept and data[2] & 16 else None
    blank = width - 1 if width - 1 in kept and width - 1 != target and data[2] & 64 else None
    layout = Layout(
        "x",
        _DELIMITERS[data[0] % 5 :][:1],
        width,
        logits,
        target=target,
        append=bool(data[2] & 32),
        blank=blank,
        in_rows=len(logits) == 1 and bool(data[2] & 128),
    )
    return layout, _TABLE_SETTINGS[data[3] % 3], data[_TABLE_LEAD:]


def _table_rows(
    texts: list[bytes], layout: Layout, settings: Settings, *, at_once: bool
) -> list[object]:
    """The rows of a table and the errors among them, read at once or row by row."""
    found: list[object] = []
    try:
        for block in files.row_blocks(iter(filter(None, texts)), "x", edges=layout.edges):
            if at_once:
                found += _rows(row_by_row.read(block, layout, settings))
            else:
                found += _rows(row_by_row.read_row_by_row([block], layout, settings))
    except SoftmaxError as error:
        found.append(str(error))
    return found


def json(data: bytes) -> None:
    """JSON is read the same however it is cut, at once and row by row."""
    settings, text = _JSON_SETTINGS[data[0] % 3 if data else 0], data[2:]
    middle = data[1] % (len(text) + 1) if text else 0
    whole = _json_rows([text], settings)
    assert _json_rows([text[:middle], text[middle:]], settings) == whole


def _json_rows(texts: list[bytes], settings: Settings) -> list[object]:
    found: list[object] = []
    layout = None
    try:
        for block in files.json_blocks(iter(filter(None, texts)), "x"):
            for line, record in records(block) if layout is None else ():
                row_by_row.check_text(record, Layout("x", json=True))
                layout, _ = json_rows.lay_out(record, line, Layout("x", json=True), settings)
                break
            if layout is None:
                continue
            slow = list(_rows(row_by_row.read_row_by_row([block], layout, settings)))
            at_once = json_fast.read(block, layout, settings)
            assert at_once is None or list(_rows([at_once])) == slow
            found += slow
    except SoftmaxError as error:
        found.append(str(error))
    return found


def _rows(pieces: Iterable[Batch | SoftmaxError]) -> Iterator[object]:
    """Yield the rows of batches and the errors among them, one by one."""
    for piece in pieces:
        if not isinstance(piece, Batch):
            yield str(piece)
            continue
        values = np.asarray(piece.values) + 0.0  # a zero has no sign here
        for row, line in enumerate(piece.lines):
            yield (
                int(line),
                values[row].tobytes(),
                [runs[row] for runs in piece.kept],
                None if piece.targets is None else int(piece.targets[row]),
                None if piece.weights is None else float(piece.weights[row, 0]),
            )


READERS = {"numbers": numbers, "arguments": arguments_text, "table": table, "json": json}
# What counts as covered, for each reader: less of it is more executions a second.
_MODULES = {
    "numbers": ["numbers"],
    "arguments": ["arguments", "tokens", "prints", "numbers"],
    "table": ["fast", "grid", "spellings", "rows", "delimited", "cut", "merge"],
    "json": ["json", "json_rows", "json_fast"],
}
SEEDS = {
    "numbers": [b"-1.5e-3", b"1/3", b"ln(2/3)", "−inf".encode(), b" +.5 ", b"ln(ln(3))"],
    "arguments": [b"2 1 0.1", b"[[1,2],[3,4]]", b"cat=2\0dog=1", b'{"a": 1}', b"tensor([1.])"],
    "table": [
        b"\0\2\x07\0\x051,2,3\n4,5,6",
        b'\1\2\x06\0\x09"a;""b";2;3\r\nx;5;6',
        b"\0\1\3\1\0-inf,1e4\n,NA\nx,1",
        b"\1\1\3\2\x041,5;2\n+.5;007",
        b'\4\2\x36\0\x0c1 2  3\n0 " 4" 5\n',
    ],
    "json": [
        b"\0\1[1,2]\n[3,4]\n",
        b'\0\5[{"a":1,"b":2}]',
        b'\2\x09{"id":1,"v":[1,2]}\n{"id":"x","v":[3,4]}\n',
        b"\0\7[[1 2]\n [3 4]]",
        b"\1\x08[1,null]\n[1,x]\n[-Infinity,2]\n",
    ],
}


# Only what is imported under the instrumentation counts as covered.
_INSTRUMENTED = """
import sys, atheris
sys.path.insert(0, sys.argv[1])
with atheris.instrument_imports(include=sys.argv[4:]):
    import readers
readers.fuzz(sys.argv[2], int(sys.argv[3]))
"""
# The fuzzer takes some kilobytes an execution and never gives them back.
_MOST_IN_A_PROCESS = 100_000


def fuzz(reader: str, executions: int) -> None:
    """Fuzz a reader in this process, which ends with it."""
    import atheris

    corpus = FINDINGS.parent / ".corpus" / reader
    corpus.mkdir(parents=True, exist_ok=True)
    (FINDINGS / reader).mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[reader]):
        (corpus / f"seed{number}").write_bytes(seed)
    options = [
        f"-runs={executions}",
        f"-max_len={_LONGEST[reader]}",
        f"-artifact_prefix={FINDINGS / reader}/",
        "-print_final_stats=1",
        "-verbosity=0",
        "-reload=0",
    ]
    gc.freeze()
    atheris.Setup([sys.argv[0], *options, str(corpus)], READERS[reader])
    atheris.Fuzz()


def _fuzzed(reader: str, executions: int) -> tuple[int, int]:
    """Fuzz a reader in other processes; return the status and the number of executions."""
    modules = [f"softmax_cli.reading.{module}" for module in _MODULES[reader]]
    command = [sys.executable, "-c", _INSTRUMENTED, str(Path(__file__).parent), reader]
    done = 0
    while done < executions:
        some = str(min(executions - done, _MOST_IN_A_PROCESS))
        ran = subprocess.run(
            [*command, some, *modules], check=False, stderr=subprocess.PIPE, text=True
        )
        executed = re.search(r"number_of_executed_units: (\d+)", ran.stderr)
        done += int(executed[1]) if executed else 0
        if ran.returncode or not executed:
            print(ran.stderr)
            return ran.returncode or 1, done
    return 0, done


def _main() -> int:
    parser = argparse.ArgumentParser(description="Fuzz the readers.")
    parser.add_argument("--executions", type=int, default=100_000, help="for each reader")
    parser.add_argument("--readers", nargs="+", choices=READERS, default=list(READERS))
    chosen = parser.parse_args()
    broken, total = 0, 0
    for reader in chosen.readers:
        status, executions = _fuzzed(reader, chosen.executions)
        verdict = "a finding" if status else "no finding"
        print(f"{reader}: {executions} executions, {verdict}", flush=True)
        broken, total = broken | status, total + executions
    print(f"{total} executions")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(_main())
