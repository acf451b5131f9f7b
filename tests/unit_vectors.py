"""Random unit vectors for tests of searches."""

from __future__ import annotations

import numpy as np


def unit(rng, rows, dim):
    """(rows, dim) float32 unit vectors in any direction."""
    vectors = rng.standard_normal((rows, dim), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def near(rng, center, rows, step):
    """Unit vectors about `step` away from a center, which is one too."""
    vectors = center + step * unit(rng, rows, len(center))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
