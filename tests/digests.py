"""Hashes of results: a test that pins one notices any change of a bit, wanted or not.

What is hashed is computed from whole numbers by correctly rounded operations, so that it is the
same on every processor.
"""

import hashlib

import numpy as np


def digest(*results: object) -> str:
    """Return the beginning of the hash of all bits of arrays, and of the text of anything else."""
    parts = [
        np.array(each).tobytes() if isinstance(each, np.ndarray) else repr(each).encode()
        for each in results
    ]
    return hashlib.sha256(b";".join(parts)).hexdigest()[:12]
