"""Scenes of boxes with names, as GLB."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import trimesh


def write_scene(path: Path, **sizes: tuple[float, float, float]) -> Path:
    """Boxes side by side, each a node of its own; its folder is made if missing."""
    scene = trimesh.Scene()
    for place, (name, size) in enumerate(sizes.items()):
        at = trimesh.transformations.translation_matrix((8 * place, 0, 0))
        scene.add_geometry(trimesh.creation.box(size), node_name=name, geom_name=f"mesh of {name}", transform=at)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(np.frombuffer(scene.export(file_type="glb"), np.uint8).tobytes())
    return path
