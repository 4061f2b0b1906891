"""The programs that turn a CSV of logits into a CSV of probabilities, and the tables they get.

Each function returns its program's command for a table, a source file and a target file. The
command's standard output is the target; a program that opens the target itself prints nothing.
All subtract the maximum first, since without it a logit of 710 gives inf; all write numbers that
read back to the same doubles; all leave the kept columns as they are.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Table:
    """A file of random logits, rounded to so many places or not.

    One that keeps columns has a header; one column is one vector.
    """

    name: str
    title: str
    rows: int
    logits: int
    kept: tuple[str, ...] = ()
    places: int | None = None

    @property
    def is_one_vector(self) -> bool:
        """Whether the softmax goes down the column, not along the row."""
        return self.logits == 1

    @property
    def is_wide(self) -> bool:
        """Whether an expression that names every column is out of the question."""
        return self.logits > 1_000

    @property
    def names(self) -> list[str]:
        """The logit columns' names."""
        return [f"logit_{number}" for number in range(1, self.logits + 1)]


def softmax_program() -> str:
    """The `softmax` that stands beside the running interpreter, else the one on the PATH."""
    beside = Path(sys.executable).with_name("softmax")
    return str(beside) if beside.exists() else "softmax"


def environment() -> dict[str, str]:
    """The environment of what is timed: bytecode is kept, as it is once a program is installed."""
    return {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def ours(table: Table, source: Path, _target: Path) -> list[str]:
    """This project, with as many workers as it likes."""
    keep = ["--keep", ",".join(table.kept)] if table.kept else []
    return [softmax_program(), "eval", "--csv", str(source), *keep]


def ours_on_one_core(table: Table, source: Path, target: Path) -> list[str]:
    """This project without workers."""
    return [*ours(table, source, target), "--jobs", "1"]


def python_script(script: str, table: Table, source: Path, target: Path) -> list[str]:
    """A script that knows `source`, `target` and how many columns are `kept`."""
    known = "import sys\nsource, target, kept = sys.argv[1], sys.argv[2], int(sys.argv[3])\n"
    return [sys.executable, "-c", known + script, str(source), str(target), str(len(table.kept))]


POLARS_ROWS = """
import polars as pl
table = pl.read_csv(source, has_header=kept > 0)
logits = pl.col(table.columns[kept:])
table = table.with_columns((logits - pl.max_horizontal(logits)).exp())
table = table.with_columns(logits / pl.sum_horizontal(logits))
table.write_csv(target, include_header=kept > 0)
"""
POLARS_LAZY = """
import polars as pl
table = pl.scan_csv(source, has_header=kept > 0)
names = table.collect_schema().names()[kept:]
logits = pl.col(names)
table = table.with_columns((logits - pl.max_horizontal(names)).exp())
table = table.with_columns(logits / pl.sum_horizontal(names))
table.sink_csv(target, include_header=kept > 0)
"""
POLARS_TOP = """
import polars as pl
table = pl.scan_csv(source, has_header=False)
names = table.collect_schema().names()
logits = pl.col(names)
table = table.with_columns((logits - pl.max_horizontal(names)).exp())
table = table.with_columns(logits / pl.sum_horizontal(names))
rows = table.with_row_index("vector", offset=1).unpivot(index="vector", variable_name="class")
best = rows.sort("vector", "value", descending=[False, True])
best = best.with_columns(rank=pl.int_range(pl.len()).over("vector") + 1).filter(pl.col("rank") < 4)
best.select("vector", "rank", "class", "value").sink_csv(target)
"""
POLARS_JSON = """
import polars as pl
table = pl.scan_ndjson(source)
names = table.collect_schema().names()
logits = pl.col(names)
table = table.with_columns((logits - pl.max_horizontal(names)).exp())
table.with_columns(logits / pl.sum_horizontal(names)).sink_ndjson(target)
"""
JQ = """
([.[]] | max) as $m | map_values(. - $m | exp) | ([.[]] | add) as $s | map_values(. / $s)
"""
POLARS_COLUMN = """
import polars as pl
powers = pl.read_csv(source, has_header=False).select((pl.all() - pl.all().max()).exp())
powers.select(pl.all() / pl.all().sum()).write_csv(target, include_header=False)
"""
# Expressions over 10,000 columns take Polars minutes; its user would go through NumPy.
POLARS_WIDE = """
import numpy as np, polars as pl
logits = pl.read_csv(source, has_header=False).to_numpy()
powers = np.exp(logits - logits.max(1, keepdims=True))
answer = pl.from_numpy(powers / powers.sum(1, keepdims=True))
answer.write_csv(target, include_header=False)
"""


def polars(table: Table, source: Path, target: Path) -> list[str]:
    """Polars: read_csv, expressions, write_csv."""
    rows = POLARS_WIDE if table.is_wide else POLARS_ROWS
    return python_script(POLARS_COLUMN if table.is_one_vector else rows, table, source, target)


def polars_lazy(table: Table, source: Path, target: Path) -> list[str] | None:
    """Polars: scan_csv, the same expressions, sink_csv; a column or a wide table as above."""
    if table.is_one_vector or table.is_wide:
        return None
    return python_script(POLARS_LAZY, table, source, target)


def polars_top(table: Table, source: Path, target: Path) -> list[str]:
    """Polars: the three most probable classes of each row."""
    return python_script(POLARS_TOP, table, source, target)


def polars_json(table: Table, source: Path, target: Path) -> list[str]:
    """Polars: scan_ndjson, the same expressions, sink_ndjson."""
    return python_script(POLARS_JSON, table, source, target)


def jq(_table: Table, source: Path, _target: Path) -> list[str]:
    """The filter for objects of logits, a line each."""
    return ["jq", "-c", JQ, str(source)]


DUCKDB_COLUMN = """
WITH x AS (SELECT logit_1 AS x FROM {read}),
     powers AS (SELECT exp(x - (SELECT max(x) FROM x)) AS p FROM x)
SELECT p / (SELECT sum(p) FROM powers) FROM powers"""
DUCKDB_ROWS = """
WITH shifted AS (SELECT *, greatest({names}) AS m FROM {read}),
     powers AS (SELECT {kept} {powers} FROM shifted),
     summed AS (SELECT *, {sum} AS s FROM powers)
SELECT {kept} {ratios} FROM summed"""
# Lines as lists; as 10,000 columns it is about ten times slower.
DUCKDB_WIDE = """
WITH x AS (SELECT ('[' || line || ']')::DOUBLE[] AS x FROM read_csv('{source}', header=false,
               names=['line'], delim='\t', quote='', max_line_size=100000000)),
     shifted AS (SELECT x, list_max(x) AS m FROM x),
     powers AS (SELECT list_transform(x, lambda v: exp(v - m)) AS p FROM shifted),
     summed AS (SELECT p, list_sum(p) AS s FROM powers)
SELECT array_to_string(list_transform(p, lambda v: v / s), ',') FROM summed"""


def duckdb(table: Table, source: Path, target: Path) -> list[str]:
    """DuckDB: one COPY of one query."""
    header = str(bool(table.kept)).lower()
    form = f"FORMAT csv, header {header}"
    if table.is_wide:
        query, form = DUCKDB_WIDE.format(source=source), form + ", delimiter '\t', quote ''"
    else:
        names = table.names
        query = (DUCKDB_COLUMN if table.is_one_vector else DUCKDB_ROWS).format(
            read=f"read_csv('{source}', header={header}, names={[*table.kept, *names]})",
            kept="".join(f"{name}, " for name in table.kept),
            names=", ".join(names),
            powers=", ".join(f"exp({name} - m) AS {name}" for name in names),
            sum=" + ".join(names),
            ratios=", ".join(f"{name} / s AS {name}" for name in names),
        )
    script = "import sys, duckdb\nduckdb.sql(sys.argv[1])"
    return [sys.executable, "-c", script, f"COPY ({query}) TO '{target}' ({form})"]


PANDAS = """
import pandas as pd
from scipy.special import softmax
table = pd.read_csv(source, header=0 if kept else None)
logits = table.columns[kept:]
table[logits] = softmax(table[logits].to_numpy(), axis=min(len(logits), 2) - 1)
table.to_csv(target, header=kept > 0, index=False)
"""


def pandas(table: Table, source: Path, target: Path) -> list[str]:
    """Pandas, and SciPy's softmax."""
    return python_script(PANDAS, table, source, target)


NUMPY = """
import numpy as np
with open(source) as file:
    header = next(file).strip() if kept else ""
    width = header.count(",") + 1
    keys = [line.rsplit(",", width - kept)[0] for line in file] if kept else []
columns = range(kept, width) if kept else None
logits = np.loadtxt(
    source, delimiter=",", quotechar='"', skiprows=min(kept, 1), usecols=columns, ndmin=2
)
axis = min(logits.shape[1], 2) - 1
powers = np.exp(logits - logits.max(axis, keepdims=True))
answer = powers / powers.sum(axis, keepdims=True)
form = ["%.17g"] * logits.shape[1]
if kept:
    answer, form = np.column_stack([np.array(keys, object), answer]), ["%s", *form]
np.savetxt(target, answer, form, delimiter=",", header=header, comments="")
"""


def numpy(table: Table, source: Path, target: Path) -> list[str]:
    """NumPy's loadtxt and savetxt."""
    return python_script(NUMPY, table, source, target)


MAWK_ROWS = """
BEGIN { FS = "," }
header && NR == 1 { print; next }
{
    first = NF - logits + 1
    for (i = 1; i < first; i++) printf "%s,", $i
    for (i = first; i <= NF; i++) { x[i] = $i + 0; if (i == first || x[i] > m) m = x[i] }
    sum = 0
    for (i = first; i <= NF; i++) sum += x[i] = exp(x[i] - m)
    for (i = first; i < NF; i++) printf "%.17g,", x[i] / sum
    printf "%.17g\\n", x[NF] / sum
}
"""
MAWK_COLUMN = """
{ x[NR] = $1 + 0; if (NR == 1 || x[NR] > m) m = x[NR] }
END {
    for (i = 1; i <= NR; i++) sum += x[i] = exp(x[i] - m)
    for (i = 1; i <= NR; i++) printf "%.17g\\n", x[i] / sum
}
"""


def mawk(table: Table, source: Path, _target: Path) -> list[str]:
    """The awk one-liner. It takes the last fields of a line, and so survives quoted commas."""
    script = MAWK_COLUMN if table.is_one_vector else MAWK_ROWS
    known = ["-v", f"header={len(table.kept)}", "-v", f"logits={table.logits}"]
    return ["mawk", *known, script, str(source)]


MILLER_COLUMN = """
@x[NR] = $1; @m = max(@m, $1);
end {
    for (k, v in @x) { @x[k] = exp(v - @m); @s += @x[k] }
    for (k, v in @x) { print v / @s }
}
"""
MILLER_LOOP = """
x = mapexcept($*, {kept}); m = ${first};
for (k, v in x) {{ if (v > m) {{ m = v }} }}
map p = {{}}; s = 0;
for (k, v in x) {{ p[k] = exp(v - m); s += p[k] }}
for (k, v in p) {{ $[k] = v / s }}
"""


def miller(table: Table, source: Path, _target: Path) -> list[str] | None:
    """Miller: `put`, with a loop over the fields; it takes seconds for a row of 10,000."""
    if table.is_wide:
        return None
    if table.is_one_vector:
        return ["mlr", "--csv", "-N", "put", "-q", MILLER_COLUMN, str(source)]
    kept = str(list(table.kept)).replace("'", '"')
    first = table.names[0] if table.kept else "1"
    header = [] if table.kept else ["-N"]
    script = MILLER_LOOP.format(kept=kept, first=first)
    return ["mlr", "--csv", *header, "put", script, str(source)]


def miller_spelled_out(table: Table, source: Path, _target: Path) -> list[str] | None:
    """Miller: `put`, with every field by name; none for 10,000 names or for one."""
    if table.is_one_vector or table.is_wide:
        return None
    names = [f"${name}" for name in (table.names if table.kept else range(1, table.logits + 1))]
    powers = "".join(f"{name} = exp({name} - m);" for name in names)
    ratios = "".join(f"{name} /= s;" for name in names)
    script = f"m = max({','.join(names)}); {powers} s = {'+'.join(names)}; {ratios}"
    header = [] if table.kept else ["-N"]
    return ["mlr", "--csv", *header, "put", script, str(source)]


Command = Callable[[Table, Path, Path], list[str] | None]


def distribution(name: str, shown: str) -> str | None:
    """A Python package with its version, if it is installed."""
    if importlib.util.find_spec(name) is None:
        return None
    return f"{shown} {importlib.metadata.version(name)}"


def tool(name: str, shown: str, *version: str) -> str | None:
    """A program on the PATH with its version, the first word of its first line with a digit."""
    if shutil.which(name) is None:
        return None
    run = subprocess.run([name, *version], capture_output=True, text=True, check=False)
    words = (run.stdout + run.stderr).splitlines()[0].split()
    return " ".join([shown, *[word for word in words if word[:1].isdigit()][:1]])


def installed_rivals() -> dict[str, Command]:
    """The rivals there are, by the names a table shows."""
    scipy = distribution("scipy", "SciPy")
    pandas_name = distribution("pandas", "pandas")
    polars_name = distribution("polars", "Polars")
    miller_name = tool("mlr", "Miller", "--version")
    candidates: list[tuple[str | None, Command]] = [
        (polars_name and f"{polars_name}, lazy", polars_lazy),
        (polars_name and f"{polars_name}, eager", polars),
        (distribution("duckdb", "DuckDB"), duckdb),
        (tool("mawk", "mawk", "-W", "version"), mawk),
        (distribution("numpy", "NumPy"), numpy),
        (pandas_name and scipy and f"{pandas_name}, {scipy}", pandas),
        (miller_name and f"{miller_name}, columns spelled out", miller_spelled_out),
        (miller_name and f"{miller_name}, a loop", miller),
    ]
    return {name: command for name, command in candidates if name}
