"""Inputs that once broke a law of the readers break none; the seeds of the fuzzer neither."""

import pytest
from fuzz.readers import FINDINGS, READERS, SEEDS

KEPT = [
    *((reader, seed) for reader, seeds in SEEDS.items() for seed in seeds),
    *((file.parent.name, file.read_bytes()) for file in sorted(FINDINGS.glob("*/*"))),
]


@pytest.mark.parametrize(("reader", "data"), KEPT, ids=str)
def test_a_finding_breaks_no_law(reader, data):
    READERS[reader](data)
