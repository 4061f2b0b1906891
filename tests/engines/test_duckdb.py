"""A DuckDB function over Arrow: it takes and gives a list of numbers for each row.

import duckdb, numpy as np, pyarrow as pa
from softmax_cli import softmax

def of_rows(logits):
    rows = logits.combine_chunks()
    values = rows.flatten().to_numpy()
    answer = softmax(values.reshape(len(rows), -1)).ravel()
    return pa.ListArray.from_arrays(rows.offsets, pa.array(answer))

duckdb.create_function("softmax", of_rows, ["DOUBLE[]"], "DOUBLE[]", type="arrow")
duckdb.sql("SELECT id, softmax([cat, dog, bird]) FROM 'logits.csv'")
"""

import numpy as np
import pytest

from softmax_cli import softmax

duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed: the extra engines")
pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: the extra engines")


def of_rows(logits):
    rows = logits.combine_chunks()
    values = rows.flatten().to_numpy()
    answer = softmax(values.reshape(len(rows), -1)).ravel()
    return pa.ListArray.from_arrays(rows.offsets, pa.array(answer))


def test_a_duckdb_function_is_the_softmax_of_each_row():
    logits = np.random.default_rng(3).normal(0, 5, (5000, 3))
    table = pa.table({name: logits[:, i] for i, name in enumerate(["cat", "dog", "bird"])})
    with duckdb.connect() as connection:
        connection.create_function("softmax", of_rows, ["DOUBLE[]"], "DOUBLE[]", type="arrow")
        connection.register("logits", table)
        rows = connection.execute("SELECT softmax([cat, dog, bird]) FROM logits").fetchall()
    assert np.array_equal(np.array([row for (row,) in rows]), softmax(logits))
