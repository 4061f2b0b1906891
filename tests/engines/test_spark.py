"""A Spark DataFrame: mapInArrow, a batch of rows at a time.

import numpy as np, pyarrow as pa
from softmax_cli import softmax

def of_rows(batches):
    for batch in batches:
        logits = np.column_stack(batch.columns)
        arrays = [pa.array(column) for column in softmax(logits).T]
        yield pa.RecordBatch.from_arrays(arrays, batch.schema.names)

probabilities = frame.mapInArrow(of_rows, schema=frame.schema)
"""

import os
import shutil
import subprocess
import sys

import pytest
from programs import environment

pytest.importorskip("pyspark", reason="PySpark is not installed: the extra engines")
pytest.importorskip("pyarrow", reason="pyarrow is not installed: the extra engines")
pytestmark = pytest.mark.skipif(not shutil.which("java"), reason="Spark needs Java")

# in a process of its own: Spark starts a JVM, and warns about what it finds
SCRIPT = """
import numpy as np
import pyarrow as pa
from pyspark.sql import SparkSession
from softmax_cli import softmax

def of_rows(batches):
    for batch in batches:
        logits = np.column_stack(batch.columns)
        arrays = [pa.array(column) for column in softmax(logits).T]
        yield pa.RecordBatch.from_arrays(arrays, batch.schema.names)

logits = np.random.default_rng(4).normal(0, 5, (100, 3))
spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .getOrCreate()
)
frame = spark.createDataFrame(logits.tolist(), ["cat", "dog", "bird"]).coalesce(1)
rows = frame.mapInArrow(of_rows, schema=frame.schema).collect()
print(np.array_equal(np.array(rows), softmax(logits)))
spark.stop()
"""


def test_a_spark_frame_holds_the_softmax_of_its_rows(tmp_path):
    env = {**environment(), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_DIRS": str(tmp_path)}
    env.pop("SPARK_HOME", None)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        env=env,
        cwd=os.fspath(tmp_path),
        timeout=180,
        check=False,
    )
    assert done.stdout.splitlines()[-1:] == ["True"], done.stderr[-2000:]
