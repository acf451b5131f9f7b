"""Materials of a USD stage: the diffuse colour or picture of each, whatever kind of shader says it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.loaders import skins
from retriever.loaders.colors import opened
from retriever.loaders.parts import MissingPartError, Parts
from retriever.loaders.usd.stage import file_of, library, place_of

_COLORS = ("diffuseColor", "base_color", "baseColor", "diffuse_color_constant", "diffuse_texture", "diffuse_tint")
"""Inputs that give the colour: of UsdPreviewSurface, of MaterialX's surfaces, and of NVIDIA's."""
_DEEPEST = 16
"""Shaders in a row between a picture and the surface."""


@dataclass(frozen=True, eq=False)
class Look:
    """What a material says.

    Attributes:
        color: (3,) in 0..1.
        picture: of PIL, or None.
        uv: the primvar with its texture coordinates; "" where the material does not say.
        primvar: one that is the colour.
    """

    color: NDArray[np.float32] | None = None
    picture: Any = None
    uv: str = ""
    primvar: str = ""

    @cached_property
    def pixels(self) -> NDArray[np.uint8] | None:
        """(h, w, 3) the picture as it is kept on meshes, one for all of them."""
        return None if self.picture is None else skins.pixels_of(self.picture)

    @property
    def says_something(self) -> bool:
        """Whether any of it is there."""
        return self.color is not None or self.picture is not None or bool(self.primvar)


NOTHING = Look()


@dataclass
class Materials:
    """Those of a stage, each read once.

    Args:
        parts: finds pictures.
        time: a `pxr.Usd.TimeCode`.
    """

    parts: Parts
    time: Any
    known: dict[Any, Look] = field(default_factory=dict)

    def look(self, material: Any) -> Look:
        """Of a `pxr.UsdShade.Material`, which may be none."""
        if not material:
            return NOTHING
        if material.GetPath() not in self.known:
            self.known[material.GetPath()] = self._look(material)
        return self.known[material.GetPath()]

    def _look(self, material: Any) -> Look:
        for context in ("", "mtlx", "mdl"):
            surface = material.ComputeSurfaceSource(context)[0]
            for given in map(surface.GetInput, _COLORS) if surface else ():
                found = self._said(given) if given else NOTHING
                if found.says_something:
                    return found
        return NOTHING

    def _said(self, given: Any) -> Look:
        """What an input is, or what it is connected to."""
        textures, uv, color = [], "", None
        for depth, name, attribute in _sources(given):
            value = attribute.Get(self.time)
            if isinstance(value, library().Sdf.AssetPath):
                textures.append(attribute)
            elif name in ("varname", "geomprop") and isinstance(value, str):
                uv = uv or value
            elif depth == 0:
                color = _rgb(value)
        if not textures:
            return Look(color, primvar=uv)
        return Look(color, next((found for found in map(self._picture, textures) if found is not None), None), uv)

    def _picture(self, attribute: Any) -> Any:
        """That of an asset as of PIL, or None."""
        try:
            return opened(self._bytes(attribute))
        except (MissingPartError, OSError, ValueError):
            return None

    def _bytes(self, attribute: Any) -> bytes:
        """Those of an asset in a package, or of a file."""
        ar, asset = library().Ar, attribute.Get(self.time)
        layers = [spec.layer for spec in attribute.GetPropertyStack(self.time)]
        name = asset.authoredPath.replace("<UDIM>", "1001")
        place = place_of(layers[0], name) if layers and name else name
        if ar.IsPackageRelativePath(place):
            if file_of(place) != str(self.parts.folder / self.parts.file_name) and not self.parts.has(file_of(place)):
                raise MissingPartError(name)
            packed = ar.GetResolver().OpenAsset(ar.ResolvedPath(place))
            return bytes(packed.GetBuffer()) if packed else b""
        return self.parts.get(os.path.relpath(place, self.parts.folder) if Path(place).is_absolute() else name)


def _sources(given: Any) -> Iterator[tuple[int, str, Any]]:
    """What gives an input its value, from the surface outwards: (shaders between, name of the input, attribute)."""
    shade, seen, row = library().UsdShade, set(), [given]
    for depth in range(_DEEPEST):
        further = []
        for each in row:
            for attribute in each.GetValueProducingAttributes():
                yield depth, each.GetBaseName(), attribute
                prim = attribute.GetPrim()
                if shade.Output.IsOutput(attribute) and prim.GetPath() not in seen:
                    seen.add(prim.GetPath())
                    further += shade.ConnectableAPI(prim).GetInputs()
        row = further


def _rgb(value: Any) -> NDArray[np.float32] | None:
    try:
        color = np.array(value, np.float32)
    except (TypeError, ValueError):
        return None
    return color.clip(0, 1) if color.shape == (3,) and np.isfinite(color).all() else None
