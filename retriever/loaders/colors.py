"""Colours, brought to one RGB per face or point: 0..1, as stored, no colour space is converted."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

RGB = NDArray[np.float32]

GREY = 0.5
"""Of the parts without colour of a mesh that has colour elsewhere."""


def face_colors(mesh: Any, *, textures: bool) -> RGB | None:
    """(f, 3) of a mesh, or None; a texture is looked up at the middle of each face.

    Args:
        mesh: a trimesh.Trimesh with faces in range.
        textures: decode pictures; without, a textured part gets its material's colour or white.
    """
    visual = mesh.visual
    if visual.kind == "face":
        return _fitting(_rgb(visual.face_colors), len(mesh.faces))
    if visual.kind == "vertex":
        colors = _fitting(_rgb(visual.vertex_colors), len(mesh.vertices))
        return None if colors is None else mean_of_corners(colors, mesh.faces)
    if visual.kind == "texture":
        return _material_colors(mesh, visual, textures)
    return None


def point_colors(cloud: Any) -> RGB | None:
    """(v, 3) of a bare cloud, or None."""
    colors = getattr(cloud, "colors", None)
    return None if colors is None or not len(colors) else _fitting(_rgb(colors), len(cloud.vertices))


def _rgb(colors: Any) -> RGB:
    """(n, 3) in 0..1 of trimesh's RGBA bytes."""
    return (np.asarray(colors)[:, :3] / 255).astype(np.float32)


def mean_of_corners(colors: RGB, faces: NDArray[np.int64]) -> RGB:
    """(f, 3) of (v, 3) colours of the vertices; several times faster than a mean over all corners at once."""
    first, second, third = (colors[corner] for corner in faces.T)
    return ((first + second + third) / 3).astype(np.float32)


def is_white(mesh: Any) -> bool:
    """Whether a mesh without colours has a material of glTF, which is white where it does not say otherwise."""
    return mesh.visual.kind == "texture" and hasattr(mesh.visual.material, "baseColorTexture")


def joined(parts: Sequence[tuple[RGB | None, int]]) -> RGB | None:
    """(n, 3) colours of all parts, whose sizes stand beside them, grey where one has none; None where none has any."""
    if all(color is None for color, _ in parts):
        return None
    return np.concatenate([np.full((count, 3), GREY, np.float32) if color is None else color for color, count in parts])


def _fitting(colors: RGB, count: int) -> RGB | None:
    return colors if len(colors) == count else None


def _material_colors(mesh: Any, visual: Any, textures: bool) -> RGB | None:
    """The product of base colour, texture and vertex colours, of those that the file has."""
    layers, image = _layers(mesh, visual), _base(visual.material)[1]
    if image is not None and _has_uv(mesh, visual):
        layers.append(at_middles(image, visual.uv[mesh.faces], textures))
    return _product(layers)


def picture_of(mesh: Any) -> tuple[Any, NDArray[np.float64], RGB | None] | None:
    """The picture on a mesh as of PIL, the (f, 3, 2) coordinates of its corners, and the colours that tint it."""
    visual = mesh.visual
    if visual.kind != "texture" or not _has_uv(mesh, visual) or (image := _base(visual.material)[1]) is None:
        return None
    return image, visual.uv[mesh.faces], _product(_layers(mesh, visual))


def _layers(mesh: Any, visual: Any) -> list[RGB | None]:
    """Base colour and vertex colours, of those that the file has."""
    factor, _ = _base(visual.material)
    layers: list[RGB | None] = []
    if factor is not None:
        layers.append(np.broadcast_to(factor, (len(mesh.faces), 3)))
    if "color" in visual.vertex_attributes:
        colors = scaled(np.asarray(visual.vertex_attributes["color"]))
        if len(colors) == len(mesh.vertices):
            layers.append(mean_of_corners(colors, mesh.faces))
    return layers


def _product(layers: list[RGB | None]) -> RGB | None:
    known = [layer for layer in layers if layer is not None]
    return np.prod(known, axis=0).clip(0, 1).astype(np.float32) if known else None


def _has_uv(mesh: Any, visual: Any) -> bool:
    return visual.uv is not None and len(visual.uv) == len(mesh.vertices)


def _base(material: Any) -> tuple[NDArray[np.float32] | None, Any]:
    """The (3,) base colour and the picture of a material, each None where the file gives none."""
    if hasattr(material, "baseColorTexture"):
        factor, image = material.baseColorFactor, material.baseColorTexture
    else:  # as of an OBJ file that trimesh read
        factor, image = getattr(material, "diffuse", None), getattr(material, "image", None)
    rgb = None if factor is None else scaled(np.atleast_2d(np.asarray(factor)))[0]
    return rgb, image


def as_rgb(colors: NDArray[np.float64]) -> NDArray[np.float32] | None:
    """(n, 3) RGB in 0..1 of colours given in 0..1 or 0..255; None where they can be neither."""
    if not np.isfinite(colors).all() or colors.min() < 0 or colors.max() > 255:
        return None  # normals, mostly
    return (colors / 255 if colors.max() > 1 else colors).astype(np.float32)


def scaled(colors: np.ndarray) -> RGB:
    """(n, 3) in 0..1 of floats or of integers that span their type."""
    scale = np.iinfo(colors.dtype).max if colors.dtype.kind in "iu" else 1
    return np.nan_to_num(colors[:, :3].astype(np.float32) / scale).clip(0, 1)


def opened(data: bytes) -> Any:
    """A PIL picture, or None where it is none: without it the shape is as good, it only lacks colour."""
    from PIL import Image

    try:
        return Image.open(io.BytesIO(data))
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def at_middles(image: Any, uv: NDArray[np.float64], textures: bool = True) -> RGB | None:
    """Colours of a picture at the middles of faces; None where it is damaged.

    Args:
        image: a PIL picture.
        uv: (f, 3, 2) texture coordinates of their corners, origin lower left.
        textures: decode the picture; without, all of it counts as white.

    Returns:
        (f, 3).
    """
    if not textures:
        return np.ones((len(uv), 3), np.float32)
    try:
        pixels = np.asarray(image.convert("RGB"))
    except Exception:  # a damaged picture costs the colour, not the shape
        return None
    height, width = pixels.shape[:2]
    middle = np.nan_to_num(uv.mean(axis=1), posinf=0, neginf=0) % 1.0
    columns = np.minimum((middle[:, 0] * width).astype(np.int64), width - 1)
    rows = np.minimum(((1 - middle[:, 1]) * height).astype(np.int64), height - 1)
    return pixels[rows, columns].astype(np.float32) / 255
