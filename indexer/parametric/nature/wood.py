"""The broadleaf tree: of smooth clumps, or of hundreds of leaves."""

from __future__ import annotations

import numpy as np

from indexer.parametric.forms import chance
from indexer.parametric.kinds import Shape, kind
from indexer.parametric.nature.leafage import leafy_tree
from indexer.parametric.nature.trees import FAMILY, plain_tree


@kind("tree", ("broadleaf tree", "plant"), FAMILY)
def tree(rng: np.random.Generator) -> Shape:
    """A tree of any make."""
    return plain_tree(rng) if chance(rng, 0.35) else leafy_tree(rng)
