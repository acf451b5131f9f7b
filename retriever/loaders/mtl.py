"""Materials of OBJ files: the diffuse colour or picture of each."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.loaders.colors import RGB, at_middles
from retriever.loaders.parts import MissingPartError, Parts
from retriever.loaders.text import decoded


@dataclass
class Material:
    """One "newmtl": its (r, g, b) in 0..1, and where its picture can be found."""

    parts: Parts
    color: tuple[float, float, float] | None = None
    picture: str | None = None


def read(libraries: list[str], path: Path) -> dict[str, Material]:
    """The materials of the "mtllib" files beside the mesh `path`; those that are not there are left out."""
    parts, found = Parts(path), {}
    for name in libraries:
        try:
            text = decoded(parts.get(name))
        except MissingPartError:
            continue
        material = Material(parts)
        for line in text.splitlines():
            key, _, rest = line.strip().partition(" ")
            match key.lower():
                case "newmtl":
                    material = found[rest.strip()] = Material(parts)
                case "kd":
                    material.color = _color(rest)
                case "map_kd":
                    material.picture = rest.strip()
    return found


def colors(material: Material, uv: NDArray[np.float64] | None, textures: bool) -> RGB | NDArray[np.float32] | None:
    """(f, 3), or (3,) for all faces; None where the material says nothing.

    A picture goes before the colour, as many exporters write black beside a picture and viewers let the picture win.

    Args:
        material: one of `read`.
        uv: (f, 3, 2) of its faces.
        textures: decode the picture; without, it counts as white.
    """
    image = None if material.picture is None or uv is None else picture(material.parts, material.picture)
    if image is not None and uv is not None:
        found = at_middles(image, uv) if textures else np.ones(3, np.float32)
        if found is not None:
            return found
    return None if material.color is None else np.array(material.color, np.float32)


def picture(parts: Parts, name: str) -> Any:
    """A PIL picture, or None: without it the shape is as good, it only lacks colour."""
    from PIL import Image

    for candidate in (name, name.split()[-1]):  # options may stand before the name
        try:
            return Image.open(io.BytesIO(parts.get(candidate)))
        except (MissingPartError, OSError, ValueError, Image.DecompressionBombError):
            continue
    return None


def _color(text: str) -> tuple[float, float, float] | None:
    try:
        values = np.array(text.split()[:3], np.float64)
    except ValueError:
        return None
    if len(values) != 3 or not np.isfinite(values).all():
        return None
    red, green, blue = values.clip(0, 1).tolist()
    return red, green, blue
