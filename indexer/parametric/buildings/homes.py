"""The detached house: one block, or wings joined under roofs of many forms."""

from __future__ import annotations

import numpy as np

from indexer.parametric.buildings.houses import FAMILY, plain_house
from indexer.parametric.buildings.massing import any_house
from indexer.parametric.forms import chance
from indexer.parametric.kinds import Shape, kind


@kind("house", ("home", "building", "residential building"), FAMILY)
def house(rng: np.random.Generator) -> Shape:
    """A house of any make."""
    return plain_house(rng) if chance(rng, 0.35) else any_house(rng)
