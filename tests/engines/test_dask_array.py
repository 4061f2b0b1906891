"""A Dask array: map_blocks, with all classes of a vector in one block.

import dask.array as da
from softmax_cli import softmax

probabilities = logits.rechunk({-1: -1}).map_blocks(softmax, dtype="float64")
"""

import numpy as np
import pytest

from softmax_cli import softmax

da = pytest.importorskip("dask.array", reason="dask[array] is not installed: the extra engines")


def test_a_dask_array_holds_the_softmax_of_its_rows():
    logits = np.random.default_rng(1).normal(0, 5, (40, 6))
    array = da.from_array(logits, chunks=(7, 2))
    probabilities = array.rechunk({-1: -1}).map_blocks(softmax, dtype="float64")
    assert np.array_equal(probabilities.compute(scheduler="threads"), softmax(logits))
