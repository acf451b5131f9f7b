"""Materials of OBJ and FBX files: the diffuse colour or picture of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.loaders import skins
from retriever.loaders.colors import GREY, RGB, at_middles, opened
from retriever.loaders.parts import MissingPartError, Parts
from retriever.loaders.text import decoded
from retriever.types import Skin


@dataclass
class Material:
    """One "newmtl", or what stands for it in another format.

    Attributes:
        parts: the files that its picture may be among.
        color: (r, g, b) in 0..1.
        picture: the name of its picture.
        pixels: (h, w, 3) uint8, the picture itself where it was looked up before.
    """

    parts: Parts
    color: tuple[float, float, float] | None = None
    picture: str | None = None
    pixels: NDArray[np.uint8] | None = None

    def image(self) -> Any:
        """Its picture as of PIL, or None: without it the shape is as good, it only lacks colour."""
        from PIL import Image

        if self.pixels is not None:
            return Image.fromarray(self.pixels)
        return picture(self.parts, self.picture) if self.picture else None

    def whole(self) -> NDArray[np.uint8] | None:
        """(h, w, 3) of its picture, shrunk to what is kept, or None."""
        if self.pixels is not None:
            return self.pixels
        image = self.image()
        return None if image is None else skins.pixels_of(image)


User = tuple[Material, NDArray[np.bool_]]
"""A material, and (f,) by which faces it is used."""


def read(libraries: list[str], path: Path) -> dict[str, Material]:
    """The materials of the "mtllib" files beside the mesh `path`; those that are not there are left out."""
    parts, found = Parts(path), {}
    for content in chain.from_iterable(_contents(parts, names) for names in libraries):
        material = Material(parts)
        for line in decoded(content).replace("\t", " ").splitlines():
            key, _, rest = line.strip().partition(" ")
            match key.lower():
                case "newmtl":
                    material = found[rest.strip()] = Material(parts)
                case "kd":
                    material.color = _color(rest)
                case "map_kd":
                    material.picture = rest.strip()
    return found


def _contents(parts: Parts, names: str) -> list[bytes]:
    """Of the file that a line names; where none is called by all of it, of those that its words name.

    The last comes first, as the first of them that has a material counts.
    """
    words = names.split()[::-1]
    for candidates in ([names], words if len(words) > 1 else []):
        if found := [content for name in candidates if (content := _content(parts, name)) is not None]:
            return found
    return []


def _content(parts: Parts, name: str) -> bytes | None:
    try:
        return parts.get(name)
    except MissingPartError:
        return None


def face_colors(
    users: Iterable[User], count: int, uv: NDArray[np.float64] | None, textures: bool, default: RGB | None = None
) -> RGB | None:
    """(f, 3) of a mesh, grey where a face's material is not known; None where none is.

    A picture goes before the colour, as many exporters write black beside a picture and viewers let the picture win.

    Args:
        users: of its materials.
        count: of its faces.
        uv: (f, 3, 2) of its faces.
        textures: decode the pictures; without, they count as white.
        default: (f, 3) that go before the colours of materials, but not before their pictures; NaN where a face has
            none.
    """
    colors, known = np.full((count, 3), GREY, np.float32), default is not None
    plain = np.ones(count, np.bool_)
    if default is not None:
        colors, plain = np.nan_to_num(default, nan=GREY), np.isnan(default[:, 0])
    for material, chosen in users:
        image = None if uv is None else material.image()
        found = None if uv is None or image is None else at_middles(image, uv[chosen], textures)
        if found is not None:
            colors[chosen], known = found, True
        elif material.color is not None:
            colors[chosen & plain], known = material.color, True
    return colors if known else None


def skin(users: Iterable[User], uv: NDArray[np.float64]) -> Skin | None:
    """The pictures of materials on the faces that use them, as `face_colors` takes these; None where there are none."""
    return skins.put_together(uv, ((material.whole(), chosen) for material, chosen in users))


def picture(parts: Parts, name: str) -> Any:
    """A PIL picture by its name, or None."""
    for candidate in (name, name.split()[-1]):  # options may stand before the name
        try:
            found = opened(parts.get(candidate))
        except (MissingPartError, OSError):
            continue
        if found is not None:
            return found
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
