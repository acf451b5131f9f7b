"""What the objects of a scene are found to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from retriever import loaders
from retriever.loaders.ply import read_ply


def taken_apart(path: Path) -> dict[str, tuple[int, tuple[float, ...]]]:
    """Name -> how many faces each object has, and its extent, in tenths."""
    found = {name: read_ply(data, Path(name)) for name, data in loaders.objects_of(path).items()}
    return {
        name.removesuffix(".ply"): (len(one.faces), tuple((np.round(one.extent, 1) + 0.0).tolist()))
        for name, one in found.items()
    }
