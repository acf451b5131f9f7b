"""Bodies in motion: a wrapper that bends, twists and fattens what a maker makes, so that no two swim alike."""

from __future__ import annotations

from dataclasses import replace
from functools import wraps

import numpy as np

from indexer.parametric.kinds import Maker, Shape
from indexer.parametric.surface import Points


def swimming(make: Maker) -> Maker:
    """The maker's shapes, whose length lies along z, bent sideways as in swimming and made stout or slim."""

    @wraps(make)
    def bent(rng: np.random.Generator) -> Shape:
        made = make(rng)
        low, high = made.solid.vertices[:, 2].min(), made.solid.vertices[:, 2].max()
        length = float(high - low)
        side, wave = rng.normal() * 0.12 * length, rng.normal() * 0.05 * length
        pitch = rng.normal() * 0.06 * length
        stout, tall = rng.uniform(0.75, 1.35), rng.uniform(0.8, 1.25)

        def move(points: Points) -> Points:
            x, y, z = points.T
            t = (z - low) / length
            aside = side * (1 - t) ** 2 + wave * np.sin(2 * np.pi * t)
            return np.stack([x * stout + aside, y * tall + pitch * (1 - t) ** 2, z], axis=1)

        return replace(made, solid=made.solid.warp(move))

    return bent
