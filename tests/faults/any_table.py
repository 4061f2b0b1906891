"""Tables of anything: what the program answers, compared with a short reference.

The reference is the csv module, float, Fraction and mpmath. `python tests/faults/any_table.py
--examples 20000` tries so many tables, others in every run; `--programs 200` has so many more
answered by the program as it is installed, through pipes.
"""

import argparse
import csv
import io
import json
import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))  # where this is run as a command

import in_process
import mpmath
import orjson  # noqa: F401 - short blocks are read at once only where it is loaded
import programs
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from in_process import Ended

from softmax_cli import workers
from softmax_cli.reading import fast, files

# What may separate cells, as --delimiter names it.
DELIMITERS = [*",,,;;|:#_~=!*\x1f", "tab", "space"]
_CHARACTERS = {"tab": "\t", "space": " "}
_NASTY = "ab,;\t| \n\r\"'=+-@#0.\\\x1b\x07\x7f\x85\xa0é−漢\u200b\u2028\u202e\ufeff😀"
_ULPS = {"softmax": 0.52, "log_softmax": 1.0}
_SMALLEST_NORMAL = sys.float_info.min

texts = st.text(
    st.sampled_from(_NASTY) | st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    max_size=6,
)
decimals = st.one_of(
    st.integers(-30, 30).map(str),
    st.floats(-40, 40).map(repr),
    st.floats(-1e307, 1e307).map(repr),
    st.sampled_from(["−1.5", "+.5", "007.", "1e-400", "-0", "2E+1"]),
)
exact = st.sampled_from(["1/3", "-7/9", "ln(2)", "-ln(10/3)", "1e2/7"])
masks = st.sampled_from(["-inf", "−Infinity"])
words = st.sampled_from(["", "x", "nan", "1_0", "１", "1e400", "inf", "0x1p3", "1/0", "ln(-1)"])


class Row(NamedTuple):
    """A row as text, and whether it can be answered."""

    text: bytes
    is_good: bool


class Table(NamedTuple):
    """A table, how the program is asked about it, and how its text arrives.

    Attributes:
        header: the header's line, if there is one.
        logits: the positions of the logits; the other columns are kept.
        newline: how lines end.
        cuts: where the text is cut into reads.
        question: what is computed: the options of shape, format and temperature.
        options: the other options.
        jobs: how many processes answer.
        is_fast: whether blocks may be read at once.
    """

    delimiter: str
    header: bytes | None
    rows: list[Row]
    width: int
    logits: list[int]
    newline: bytes
    cuts: list[int]
    question: "Question"
    options: list[str]
    jobs: int
    is_fast: bool

    @property
    def lines(self) -> list[bytes]:
        """The lines, in which quoted cells may hold newlines."""
        header = [] if self.header is None else [self.header]
        return [*header, *(row.text for row in self.rows)]

    @property
    def pieces(self) -> list[bytes]:
        """The text, cut into reads."""
        text = self.newline.join(self.lines) + self.newline
        ends = [*sorted({cut % len(text) for cut in self.cuts} - {0}), len(text)]
        return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    @property
    def character(self) -> str:
        """The delimiter itself."""
        return _CHARACTERS.get(self.delimiter, self.delimiter)

    @property
    def kept(self) -> list[int]:
        """The positions of the columns that are not logits."""
        return [column for column in range(self.width) if column not in self.logits]

    @property
    def arguments(self) -> list[str]:
        """The command line."""
        jobs = ["--jobs", str(self.jobs)]
        return ["eval", "-q", "--delimiter", self.delimiter, *jobs, *self.options, *self.question]


class Question(tuple[str, ...]):
    """Options that say what is computed and how it is written."""

    @property
    def quantity(self) -> str:
        """What the numbers are."""
        return "log_softmax" if "--log" in self else "softmax"

    @property
    def top(self) -> int:
        """How many classes are ranked, 0 if all are written."""
        return int(self[self.index("--top") + 1]) if "--top" in self else 0

    @property
    def temperature(self) -> str:
        """What the values are divided by."""
        return self[self.index("-T") + 1] if "-T" in self else "1"

    @property
    def format(self) -> str:
        """How the answer is written."""
        return self[self.index("-f") + 1]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    shape = draw(st.sampled_from(["", "", "--append", "--log", "--append --log", "--top 1"]))
    shape = draw(st.sampled_from(["--top 2", shape]))
    forms = ["auto", "csv", "tsv"]
    form = draw(st.sampled_from(forms if "--append" in shape else [*forms, "json", "jsonl"]))
    divided = draw(st.sampled_from(["", "", "-T 3", "-T 0.3"]))
    return Question([*shape.split(), "-f", form, *divided.split()])


@st.composite
def tables(draw: st.DrawFn) -> Table:
    delimiter = draw(st.sampled_from(DELIMITERS))
    character = _CHARACTERS.get(delimiter, delimiter)
    logits = sorted(draw(st.sets(st.integers(0, 4), min_size=2, max_size=4)))
    width = max(logits) + 1 + draw(st.integers(0, 1))
    shape = (character, width, logits)
    has_header = draw(st.booleans())
    rows = [draw(_good_rows(*shape, is_first=not has_header))]
    some = st.one_of(*[_good_rows(*shape)] * 3, _bad_rows(*shape))
    rows += draw(st.lists(some, max_size=8))
    kept = [column for column in range(width) if column not in logits]
    chosen = st.sampled_from([("-c", logits), ("-k", kept)])
    option, columns = draw(chosen) if kept else ("", [])
    listed = [option, ",".join(str(column + 1) for column in columns)] if option else []
    skips = draw(st.booleans())
    return Table(
        delimiter,
        draw(_headers(*shape)) if has_header else None,
        rows,
        width,
        logits,
        draw(st.sampled_from([b"\n", b"\n", b"\r\n"])),
        draw(st.lists(st.integers(0, 10_000), max_size=4)),
        draw(questions()),
        [
            "--header" if has_header else "--no-header",
            *listed,
            *["--on-error", "skip"] * skips,
        ],
        draw(st.sampled_from([1, 1, 2, 3])),
        draw(st.booleans()),
    )


def _cell(text: str, delimiter: str, *, quoted: bool = False) -> bytes:
    """A cell that says the text, in quotes where it must be."""
    special = '"\r\n' + (" \t" if delimiter == " " else delimiter)
    is_lost = not text and delimiter == " "
    if quoted or is_lost or any(character in text for character in special):
        text = '"' + text.replace('"', '""') + '"'
    return text.encode()


@st.composite
def _headers(draw: st.DrawFn, delimiter: str, width: int, logits: list[int]) -> bytes:
    """A header: short names for the logits, anything else for what is kept."""
    # where names are whole numbers, numbers are no positions
    names = texts.filter(lambda text: not any(map(str.isdecimal, text)))
    cells = [f"c{column}" if column in logits else draw(names) for column in range(width)]
    # in quotes, so that nothing in it is taken for a comment or for JSON
    return delimiter.encode().join(_cell(cell, delimiter, quoted=True) for cell in cells)


@st.composite
def _good_rows(
    draw: st.DrawFn, delimiter: str, width: int, logits: list[int], *, is_first: bool = False
) -> Row:
    numbers = st.one_of(decimals, decimals, exact, masks)
    cells = [draw(numbers if column in logits else texts) for column in range(width)]
    unmasked = draw(st.sampled_from(logits))
    cells[unmasked] = draw(decimals)
    if is_first and width - 1 not in logits:  # an empty cell would be a delimiter that ends a line
        cells[-1] += "x"
    raw = [_cell(cell, delimiter, quoted=is_first or draw(st.booleans())) for cell in cells]
    if delimiter not in " \t":
        raw = [
            draw(st.sampled_from([b"%s", b" %s", b"%s\t "])) % cell
            if column in logits and not cell.startswith(b'"')
            else cell
            for column, cell in enumerate(raw)
        ]
    return Row(delimiter.encode().join(raw), is_good=True)


@st.composite
def _bad_rows(draw: st.DrawFn, delimiter: str, width: int, logits: list[int]) -> Row:
    """A row that has no answer: it is broken in one place, or all its classes are masked."""
    cells = [draw(decimals if column in logits else texts) for column in range(width)]
    raw = [_cell(cell, delimiter) for cell in cells]
    column = draw(st.integers(0, width - 1))
    what = draw(st.sampled_from(["word", "masks", "more", "less", "quote", "bytes"]))
    if what == "word":
        raw[logits[0]] = _cell(draw(words), delimiter)
    elif what == "masks":
        for logit in logits:
            raw[logit] = b"-inf"
    elif what == "more":
        raw.insert(column, b"5")
    elif what == "less":
        raw = [b"1"] * (width - 1)
    elif what == "quote":
        raw[column] = draw(st.sampled_from([b'a"b', b'"a"b', b'1"', b'"a"""b']))
    else:
        raw[column] = draw(st.sampled_from([b"\0", b"a\0", b"\xff", b"\xed\xa0\x80", b"a\rb"]))
    return Row(delimiter.encode().join(raw), is_good=False)


# The program.


def answer(table: Table) -> Ended:
    """Have a table answered in this process."""
    return in_process.run(
        table.arguments, b"", lambda *_: _reading(table.pieces, is_fast=table.is_fast)
    )


@contextmanager
def _reading(pieces: Sequence[bytes], *, is_fast: bool) -> Iterator[None]:
    """Have the input arrive in these pieces, and workers start at once."""
    with ExitStack() as replaced:
        replaced.enter_context(patch.object(files, "chunks", lambda *_: iter(pieces)))
        replaced.enter_context(patch.object(workers, "_WORTH_WORKERS", 0))
        if not is_fast:
            replaced.enter_context(patch.object(fast, "read", lambda *_: None))
        yield


def answer_through_pipes(table: Table) -> Ended:
    """Have a table answered by the program as it is installed."""
    with programs.start(*table.arguments, bufsize=0) as process:
        assert process.stdin
        assert process.stdout
        for piece in table.pieces:
            process.stdin.write(piece)
        out, err = process.communicate(timeout=programs.SECONDS)
    return Ended(process.returncode, out, err.decode())


# The reference.


def check(table: Table, ended: Ended) -> None:
    """Compare the answer with the reference: every row is answered or reported."""
    good, reported = _due(table)
    told = [re.match(r"Error: stdin:(\d+): ", line) for line in ended.err.splitlines()]
    assert [match and int(match[1]) for match in told] == reported, ended.err
    assert ended.status == (1 if reported else 0)
    written = _read_back(ended.out.decode(), table)
    inputs = [_cells(table.rows[row].text.decode(), table.character) for row in good]
    assert len(written) == len(inputs)
    for cells, (kept, numbers) in zip(inputs, written, strict=True):
        assert kept == [cells[column] for column in table.kept]
        _check_numbers([cells[column] for column in table.logits], numbers, table.question)


def _due(table: Table) -> tuple[list[int], list[int]]:
    """The rows that are to be answered, and the lines that are to be reported."""
    line = 1 if table.header is None else 2 + table.header.count(b"\n")
    good, reported = [], []
    for number, row in enumerate(table.rows):
        if row.is_good:
            good.append(number)
        else:
            reported.append(line)
            if "skip" not in table.options:
                break
        line += 1 + row.text.count(b"\n")
    return good, reported


def _cells(line: str, delimiter: str) -> list[str]:
    (cells,) = _records(line, delimiter)
    return cells


def _records(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


Numbers = dict[int, float]


def _read_back(out: str, table: Table) -> list[tuple[list[str], Numbers]]:
    """Each answer's kept cells, and its numbers by class, as they were written."""
    question = table.question
    if question.format in ("json", "jsonl"):
        rows = (
            json.loads(out) if question.format == "json" else map(json.loads, out.split("\n")[:-1])
        )
        return [_of_object(row, table) for row in rows]
    delimiter = {"csv": ",", "tsv": "\t"}.get(question.format, table.character)
    records = _records(out, delimiter)
    if table.header is not None or (question.top and not table.kept):
        header, *records = records
        _check_header(header, table)
    if question.top:
        return _ranked(records, table)
    places = _places(table)
    assert all(len(record) == len(places) for record in records)
    return [_of_record(record, places, table) for record in records]


def _places(table: Table) -> list[tuple[bool, int]]:
    """What each column of an answer is: whether a number of the answer, and of which column."""
    if "--append" in table.question:
        whole = [(False, column) for column in range(table.width)]
        return whole + [(True, column) for column in table.logits]
    return [(column in table.logits, column) for column in range(table.width)]


def _check_header(header: list[str], table: Table) -> None:
    if table.header is None:
        assert header == ["vector", "rank", "class", "probability"]
        return
    # where the delimiter changes, names are written without the blanks around them
    header = [name.strip() for name in header]
    names = [name.strip() for name in _cells(table.header.decode(), table.character)]
    if table.question.top:
        lead = [names[column] for column in table.kept] or ["vector"]
        assert header == [*lead, "rank", "class", "probability"]
        return
    added = [f"{table.question.quantity}_{names[column]}" for column in table.logits]
    assert header == names + added * ("--append" in table.question)


def _of_record(
    record: list[str], places: list[tuple[bool, int]], table: Table
) -> tuple[list[str], Numbers]:
    pairs = list(zip(places, record, strict=True))
    kept = [cell for (is_answer, column), cell in pairs if column in table.kept and not is_answer]
    numbers = [cell for (is_answer, _), cell in pairs if is_answer]
    return kept, dict(enumerate(map(float, numbers)))


def _ranked(records: list[list[str]], table: Table) -> list[tuple[list[str], Numbers]]:
    """The answers of --top, which stand in several lines each."""
    many = min(table.question.top, len(table.logits))
    found = []
    for first in range(0, len(records), many):
        lines = records[first : first + many]
        assert [line[-3] for line in lines] == [str(rank) for rank in range(1, many + 1)]
        (lead,) = {tuple(line[:-3]) for line in lines}
        numbers = {_class(line[-2], table): float(line[-1]) for line in lines}
        found.append((list(lead) if table.kept else [], numbers))
    return found


def _class(name: str, table: Table) -> int:
    if table.header is None:
        return int(name) - 1
    return table.logits.index(int(name.removeprefix("c")))


def _of_object(row: dict[str, Any], table: Table) -> tuple[list[str], Numbers]:
    kept = list(row.get("keep", {}).values())
    if table.question.top:
        return kept, {_class(str(e["class"]), table): e["probability"] for e in row["top"]}
    masked = -math.inf if table.question.quantity == "log_softmax" else 0.0
    numbers = row[table.question.quantity]
    return kept, {k: masked if p is None else p for k, p in enumerate(numbers)}


def _check_numbers(typed: list[str], numbers: Numbers, question: Question) -> None:
    """Compare numbers with those of arithmetic in many digits."""
    values = [_value(text) for text in typed]
    with mpmath.workdps(60):
        temperature = mpmath.mpf(float(question.temperature))
        scaled = [mpmath.mpf(value) / temperature for value in values]
        largest = max(scaled)
        first = scaled.index(largest)
        others = mpmath.fsum(mpmath.exp(x - largest) for k, x in enumerate(scaled) if k != first)
        wanted = [mpmath.exp(x - largest) / (1 + others) for x in scaled]
        if question.quantity == "log_softmax":
            wanted = [x - largest - mpmath.log1p(others) for x in scaled]
        for k, number in numbers.items():
            assert _is_near(number, wanted[k], _ULPS[question.quantity]), (typed, numbers)
    if question.top:
        best = sorted(range(len(values)), key=lambda k: (-values[k], k))
        assert list(numbers) == best[: question.top]
    else:
        assert list(numbers) == list(range(len(values)))


def _value(text: str) -> float:
    """The double nearest to a number as it was typed."""
    bare = text.strip(" \t").replace("−", "-")
    if logarithm := re.fullmatch(r"(-?)ln\((.*)\)", bare):
        with mpmath.workdps(60):
            argument = Fraction(*map(Fraction, logarithm[2].split("/")))
            value = mpmath.log(mpmath.mpf(argument.numerator) / argument.denominator)
            return float(-value if logarithm[1] else value)
    if "/" in bare:
        return float(Fraction(*map(Fraction, bare.split("/"))))
    return float(bare)


def _is_near(number: float, wanted: Any, ulps: float) -> bool:
    if mpmath.isinf(wanted):
        return number == -math.inf
    if wanted and abs(wanted) < _SMALLEST_NORMAL:
        return abs(number - wanted) <= 1.01 * math.ulp(0.0)
    return abs(number - wanted) <= ulps * math.ulp(float(wanted))


# Any bytes.

_LINES = [
    [b"1,2,3", b"-inf,1/3,4", b'"5",6,7', b"1e5,-0,.5"],
    [b"id;a;b", b'"x;""y";1;2', b'"line\nbreak";3;4', b"z;ln(2);-1"],
    [b"1 2", b" 3\t4 ", b"-5  6"],
    [b'{"a":1,"b":2}', b'{"a":3,"b":null}', b'{"b":1.5,"a":-0}'],
    [b'{"id":"x","v":[1,2]}', b'{"id":"\\"y","v":[3,4]}', b'{"id":{"z":[]},"v":[5,6]}'],
    [b"[1,2]", b"[3, 4]", b"[-Infinity,5]"],
    [b"[[1,2],", b"[3,4],", b" [5,6]", b"]"],
    [b"[[1. 2.]", b" [3. 4.]]"],
    [b"array([[1., 2.],", b"       [3., 4.]])"],
]
_TOKENS = [
    *(
        b"1",
        b"-inf",
        b"1/3",
        b"null",
        b"a",
        b"\0",
        b"\xff",
        b"\xc3\xa9",
        b"\xef\xbb\xbf",
        b"\x1f\x8b",
    ),
    *(b",", b";", b"\t", b" ", b"\n", b"\r\n", b"\r", b'"', b'""', b"#", b"sep=;\n", b"\\"),
    *(b"[", b"]", b"{", b"}", b'"a":', b"array(", b")", b"[[1,2],\n[3,4]]", b'{"a":1}\n'),
    b"\x1f\x8b",
]


@st.composite
def noise(draw: st.DrawFn) -> bytes:
    """A table, a document of JSON, or one of them with some pieces of others in it."""
    kind = draw(st.sampled_from(_LINES))
    lines = [kind[0], *draw(st.lists(st.sampled_from(kind[1:]), max_size=5)), kind[-1]]
    text = draw(st.sampled_from([b"\n", b"\n", b"\r\n", b"\n\n"])).join(lines)
    for token in draw(st.lists(st.sampled_from(_TOKENS), max_size=3)):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + token + text[place + draw(st.integers(0, 2)) :]
    return text + draw(st.sampled_from([b"", b"\n"]))


noisy_options = st.sampled_from(
    [
        [],
        ["--on-error", "skip"],
        ["-k", "1"],
        ["--ragged"],
        ["--missing", "mask"],
        ["--append"],
        ["--top", "1", "-f", "json"],
        ["--by", "1", "-c", "2"],
        ["--digits", "5"],
        ["-f", "table"],
        ["--header", "-f", "markdown"],
    ]
)


def check_cut(data: bytes, options: list[str], cuts: list[int], jobs: int, *, is_fast: bool) -> int:
    """Compare how cut input ends with how it ends whole; return the status."""
    ends = [*sorted({cut % len(data) for cut in cuts} - {0}), len(data)] if data else []
    pieces = [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    arguments = ["eval", "-q", "--jobs", str(jobs), *options]

    def ended(parts: list[bytes]) -> Ended:
        return in_process.run(arguments, b"", lambda *_: _reading(parts, is_fast=is_fast))

    whole = ended([data] if data else [])
    assert ended(pieces) == whole
    lines = whole.err.splitlines()
    assert all(re.match("Error: (?!a bug)|Usage: ", line) for line in lines), lines
    assert bool(lines) == (whole.status != 0)
    return whole.status


def _main() -> int:
    parser = argparse.ArgumentParser(description="Have tables of anything answered.")
    parser.add_argument("--examples", type=int, default=2000, help="in this process")
    parser.add_argument("--programs", type=int, default=0, help="by the program, through pipes")
    chosen = parser.parse_args()
    _try_many(answer, chosen.examples)
    _try_many(answer_through_pipes, chosen.programs)
    _try_many_cuts(chosen.examples)
    return 0


def _try_many(answered: Callable[[Table], Ended], examples: int) -> None:
    counts = {"rows": 0, "tables": 0}

    @settings(max_examples=max(examples, 1), database=None, deadline=None, phases=_PHASES)
    @given(tables())
    def attempt(table: Table) -> None:
        check(table, answered(table))
        counts["tables"] += 1
        counts["rows"] += len(table.rows)

    if examples:
        attempt()
    print(f"{answered.__name__}: {counts['tables']} tables, {counts['rows']} rows")


def _try_many_cuts(examples: int) -> None:
    counts = {0: 0, 1: 0, 2: 0}

    @settings(max_examples=max(examples, 1), database=None, deadline=None, phases=_PHASES)
    @given(noise(), noisy_options, st.lists(st.integers(0, 999), max_size=4), st.booleans())
    def attempt(data: bytes, options: list[str], cuts: list[int], is_fast: bool) -> None:
        counts[check_cut(data, options, cuts, 1, is_fast=is_fast)] += 1

    if examples:
        attempt()
    print(f"any bytes, cut anywhere: {sum(counts.values())} inputs, {counts[0]} without an error")


_PHASES = (Phase.explicit, Phase.generate, Phase.shrink)

if __name__ == "__main__":
    sys.exit(_main())
