"""Colours and pictures on the faces of one prim."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.loaders import skins
from retriever.loaders.colors import GREY, RGB, at_middles
from retriever.loaders.usd.materials import Look, Materials
from retriever.loaders.usd.meshes import Local
from retriever.loaders.usd.stage import library
from retriever.types import Skin

_UV = ("st", "UVMap", "map1", "uv")
"""Names of texture coordinates where neither the material nor their type tells them."""


def point_colors(prim: Any, local: Local, time: Any) -> RGB | None:
    """(v, 3) of points without faces."""
    values = _primvar(prim, "displayColor", time)
    if values is None or len(values) not in (1, len(local.points)):
        return None
    return np.broadcast_to(_rgb(values), (len(local.points), 3))


def of(prim: Any, local: Local, materials: Materials, textures: bool, skin: bool) -> tuple[RGB | None, Skin | None]:
    """(f, 3) colours of a mesh, and its pictures where a `skin` is wanted; each None where there are none.

    Args:
        prim: a Gprim.
        local: its geometry.
        materials: of its stage.
        textures: decode pictures; without, what has one is white.
        skin: whether whole pictures are wanted.
    """
    count, colors = len(local.faces), _face_colors(prim, "displayColor", local, materials.time)
    corners, pictures = np.zeros((count, 3, 2)), []
    for material, faces in _bound(prim, local, materials.time):
        look = materials.look(material)
        uv = _uv(prim, look, local, materials.time)
        found = _look_colors(prim, look, local, uv, textures, materials.time)
        if found is not None:
            colors = np.full((count, 3), GREY, np.float32) if colors is None else colors
            colors[faces] = found[faces]
        if skin and uv is not None and look.picture is not None:
            corners[faces] = uv[faces]
            pictures.append((look.pixels, faces))
    return colors, skins.put_together(corners, pictures)


def _look_colors(
    prim: Any, look: Look, local: Local, uv: NDArray[np.float64] | None, textures: bool, time: Any
) -> RGB | None:
    if look.picture is not None and uv is not None:
        return at_middles(look.picture, uv, textures)
    if look.primvar:
        return _face_colors(prim, look.primvar, local, time)
    return None if look.color is None else np.broadcast_to(look.color, (len(local.faces), 3))


def _bound(prim: Any, local: Local, time: Any) -> list[tuple[Any, NDArray[np.int64]]]:
    """The materials of a prim, each with the numbers of its triangles: of all of them, then of those of its subsets."""
    shade = library().UsdShade
    binding = shade.MaterialBindingAPI(prim)
    found = [(binding.ComputeBoundMaterial()[0], np.arange(len(local.faces)))]
    for subset in binding.GetMaterialBindSubsets():
        polygons = np.asarray(subset.GetIndicesAttr().Get(time) or (), np.int64)
        material = shade.MaterialBindingAPI(subset.GetPrim()).ComputeBoundMaterial()[0]
        found.append((material, np.flatnonzero(np.isin(local.polygon, polygons))))
    return found


def _uv(prim: Any, look: Look, local: Local, time: Any) -> NDArray[np.float64] | None:
    """(f, 3, 2) texture coordinates of what a picture is on."""
    if look.picture is None:
        return None
    names = [look.uv] if look.uv else []
    primvars = library().UsdGeom.PrimvarsAPI(prim).GetPrimvarsWithValues()
    names += [str(each.GetPrimvarName()) for each in primvars if "texCoord2" in str(each.GetTypeName())]
    for name in dict.fromkeys([*names, *_UV]):
        values = _primvar(prim, name, time, columns=2)
        found = None if values is None else _at_corners(values, local)
        if found is not None:
            return found
    return None


def _face_colors(prim: Any, name: str, local: Local, time: Any) -> RGB | None:
    """(f, 3) of a primvar that is a colour."""
    values = _primvar(prim, name, time)
    if values is None:
        return None
    count = len(local.faces)
    if len(values) == 1:
        return np.repeat(_rgb(values), count, axis=0)
    primvar = library().UsdGeom.PrimvarsAPI(prim).FindPrimvarWithInheritance(name)
    if primvar.GetInterpolation() == library().UsdGeom.Tokens.uniform:
        return _rgb(values)[local.polygon] if count and local.polygon.max() < len(values) else None
    at_corners = _at_corners(values, local)
    return None if at_corners is None else _rgb(at_corners.mean(axis=1))


def _at_corners(values: NDArray[np.float64], local: Local) -> NDArray[np.float64] | None:
    """(f, 3, k) of values at the vertices or at the polygons' corners; None of others."""
    if len(values) == len(local.points):
        return values[local.faces]
    return values[local.corners] if local.corners.size and local.corners.max() < len(values) else None


def _primvar(prim: Any, name: str, time: Any, columns: int = 3) -> NDArray[np.float64] | None:
    """(n, columns) of a primvar, one of its own or one constant from above, its indices resolved."""
    primvar = library().UsdGeom.PrimvarsAPI(prim).FindPrimvarWithInheritance(name)
    values = primvar.ComputeFlattened(time) if primvar else None
    try:
        found = np.array(() if values is None else values, np.float64)
    except (TypeError, ValueError):
        return None
    if found.ndim == 1 and found.shape == (columns,):
        found = found[None]
    return found[:, :columns] if found.ndim == 2 and len(found) and found.shape[1] >= columns else None


def _rgb(values: NDArray[np.float64]) -> RGB:
    return np.nan_to_num(values).clip(0, 1).astype(np.float32)
