"""A Polars expression: map_batches over a column of arrays of one length.

import polars as pl
from softmax_cli import softmax

def of_rows(logits: pl.Series) -> pl.Series:
    return pl.Series(softmax(logits.to_numpy()), dtype=logits.dtype)

frame.with_columns(
    pl.concat_arr("cat", "dog", "bird").map_batches(of_rows, return_dtype=kind).alias("softmax")
)
"""

import numpy as np
import pytest

from softmax_cli import softmax

pl = pytest.importorskip("polars", reason="Polars is not installed: the extra engines")


def of_rows(logits):
    return pl.Series(softmax(logits.to_numpy()), dtype=logits.dtype)


def test_a_polars_expression_is_the_softmax_of_each_row():
    logits = np.random.default_rng(2).normal(0, 5, (40, 3))
    frame = pl.DataFrame(logits, schema=["cat", "dog", "bird"]).lazy()
    kind = pl.Array(pl.Float64, 3)
    row = pl.concat_arr("cat", "dog", "bird")
    answer = frame.select(row.map_batches(of_rows, return_dtype=kind).alias("softmax")).collect()
    assert np.array_equal(answer["softmax"].to_numpy(), softmax(logits))
