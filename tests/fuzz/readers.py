"""The readers under coverage-guided fuzzing, and the laws that hold for any text.

`python tests/fuzz/readers.py` fuzzes each reader in turn (the extra `fuzz`; CPython on Linux);
`--seconds 60 --readers numbers json` bounds it. An input that breaks a law is kept under
tests/fuzz/findings/READER/, where test_findings.py runs it from then on.
"""

import argparse
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orjson  # noqa: F401 - short blocks are read at once only where it is loaded

from softmax_cli.errors import SoftmaxError
from softmax_cli.reading import arguments, delimited, fast, files, json_fast, json_rows
from softmax_cli.reading import numbers as grammar
from softmax_cli.reading import rows as row_by_row
from softmax_cli.reading.json import records
from softmax_cli.reading.layout import Layout
from softmax_cli.settings import Settings
from softmax_cli.values import Batch, Block

FINDINGS = Path(__file__).parent / "findings"
EVAL = Settings("eval")
# Longer ones are the business of the tests of linear time.
_LONGEST = 4096
_DELIMITERS = b",;\t|"


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
        list(arguments.batches(arguments.vectors(texts), EVAL))
    except SoftmaxError as error:
        message = str(error)
        if not message.isprintable():
            raise AssertionError(message) from error


def table(data: bytes) -> None:
    """The fast reader reads a table as the row-by-row reader does."""
    delimiter = _DELIMITERS[data[0] % 4 :][:1] if data else b","
    width = 1 + (data[1] % 4 if len(data) > 1 else 0)
    logits = tuple(column for column in range(width) if not data[2:3] or data[2] >> column & 1)
    layout = Layout("x", delimiter, width, logits or (0,))
    text = data[3:]
    if delimited.open_quote(text, layout.edges) is not None:
        return
    at_once = fast.read(Block(text + b"\n", 1), layout, EVAL)
    if at_once is not None and not at_once.odd:
        slow = row_by_row.read(Block(text + b"\n\n", 1), layout, EVAL)
        assert list(_rows([at_once.batch])) == list(_rows(slow))


def json(data: bytes) -> None:
    """JSON is read the same however it is cut, at once and row by row."""
    whole = _json_rows(iter([data]))
    middle = len(data) // 2
    assert _json_rows(iter([part for part in (data[:middle], data[middle:]) if part])) == whole


def _json_rows(texts: Iterator[bytes]) -> list[object]:
    found: list[object] = []
    layout = None
    try:
        for block in files.json_blocks(texts, "x"):
            for line, record in records(block) if layout is None else ():
                layout, _ = json_rows.lay_out(record, line, Layout("x", json=True), EVAL)
                break
            if layout is None:
                continue
            slow = list(_rows(row_by_row.read(block, layout, EVAL)))
            at_once = json_fast.read(block, layout, EVAL)
            assert at_once is None or list(_rows([at_once])) == slow
            found += slow
    except SoftmaxError as error:
        found.append(str(error))
    return found


def _rows(pieces: object) -> Iterator[object]:
    """Yield the rows of batches and the errors among them, one by one."""
    for piece in pieces:  # type: ignore[attr-defined]
        if not isinstance(piece, Batch):
            yield str(piece)
            continue
        for row, line in enumerate(piece.lines):
            values = np.asarray(piece.values[row]) + 0.0  # a zero has no sign here
            yield int(line), values.tobytes(), [runs[row] for runs in piece.kept]


READERS = {"numbers": numbers, "arguments": arguments_text, "table": table, "json": json}
SEEDS = {
    "numbers": [b"-1.5e-3", b"1/3", b"ln(2/3)", "−inf".encode(), b" +.5 ", b"ln(ln(3))"],
    "arguments": [b"2 1 0.1", b"[[1,2],[3,4]]", b"cat=2\0dog=1", b'{"a": 1}', b"tensor([1.])"],
    "table": [b"\0\2\x071,2,3\n4,5,6", b'\1\2\x06"a;""b";2;3\r\nx;5;6', b"\0\1\3-inf,1e4"],
    "json": [b"[1,2]\n[3,4]\n", b'[{"a":1,"b":2}]', b'{"id":1,"v":[1,2]}\n', b"[[1 2]\n [3 4]]"],
}


# Only what is imported under the instrumentation counts as covered.
_INSTRUMENTED = """
import sys, atheris
with atheris.instrument_imports(include=["softmax_cli"]):
    sys.path.insert(0, sys.argv[1])
    import readers
readers.fuzz(sys.argv[2], int(sys.argv[3]))
"""


def fuzz(reader: str, seconds: int) -> None:
    """Fuzz a reader in this process, which ends with it."""
    import atheris

    corpus = FINDINGS.parent / ".corpus" / reader
    corpus.mkdir(parents=True, exist_ok=True)
    (FINDINGS / reader).mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[reader]):
        (corpus / f"seed{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={_LONGEST}",
        f"-artifact_prefix={FINDINGS / reader}/",
        "-print_final_stats=1",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], READERS[reader])
    atheris.Fuzz()


def _main() -> int:
    parser = argparse.ArgumentParser(description="Fuzz the readers.")
    parser.add_argument("--seconds", type=int, default=60, help="for each reader")
    parser.add_argument("--readers", nargs="+", choices=READERS, default=list(READERS))
    chosen = parser.parse_args()
    status = 0
    for reader in chosen.readers:
        print(f"{reader}:", flush=True)
        command = [sys.executable, "-c", _INSTRUMENTED, str(Path(__file__).parent)]
        status |= subprocess.run([*command, reader, str(chosen.seconds)], check=False).returncode
    return int(bool(status))


if __name__ == "__main__":
    sys.exit(_main())
