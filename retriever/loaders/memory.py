"""Things in memory that stand for files: arrays, pictures of Pillow, meshes and clouds of trimesh and Open3D.

They are told apart by what they have, so that none of these libraries is imported where nobody else has done so.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.colors import as_rgb
from retriever.loaders.mesh import Instance, flat, instances
from retriever.loaders.numeric import NO_FACES
from retriever.types import Geometry

KINDS = ("image", "audio", "shape", "vector")
"""Kinds of query terms that may be given in memory; the modalities but text, and vectors of a space."""

_AXES = {"image": 3, "audio": 1, "shape": 2, "vector": 1}
"""Axes of one array of a kind; an array of one axis more holds several of them."""


def is_path(value: object) -> bool:
    """Whether a value names a file."""
    return isinstance(value, str | os.PathLike)


def knows(kind: str, value: object) -> bool:
    """Whether a value is a thing in memory that may stand for a file of a kind of `KINDS`; its numbers are not seen."""
    if kind not in KINDS or is_path(value):
        return False
    if kind == "image" and is_picture(value):
        return True
    if kind == "audio" and is_sound(value):
        return True
    if kind == "shape" and (isinstance(value, Geometry) or _source(value)):
        return True
    return _is_array(value)


def listed(kind: str, given: Any) -> list[Any]:
    """Paths and things in memory of a kind, of which one may have been given bare; others pass as they are.

    Raises:
        FileProblem: an array of another library that makes none of NumPy's.
    """
    if is_path(given) or isinstance(given, Mapping):
        return [given]
    if kind == "vector" and _is_numbers(given):
        return [np.asarray(given)]
    if isinstance(given, np.ndarray) or _is_array(given):
        array = as_array(given)
        if array.dtype.kind in "OSUT":  # paths, of a table's column say
            return list(array.ravel())
        if kind == "vector" and not array.size:
            return list(array) if array.ndim else [array]
        return [array] if array.ndim <= _AXES[kind] else list(array)
    if (kind == "audio" and is_sound(given)) or knows(kind, given):
        return [given]
    if not isinstance(given, Iterable):
        return [given]
    return [np.asarray(one) if kind == "vector" and _is_numbers(one) else one for one in given]


def name_of(kind: str, value: Any) -> str:
    """What stands for a thing in memory where a file would be named: its kind and its size."""
    if is_picture(value):
        return f"<image {value.size[0]}x{value.size[1]}>"
    if kind == "audio" and is_sound(value):
        samples, rate = value
        return f"<audio {len(samples) / float(rate):.2f} s>" if len(np.shape(samples)) and rate else "<audio>"
    if kind == "shape" and not _is_array(value):
        return f"<shape {type(value).__name__}>"
    try:
        shape = as_array(value).shape
    except FileProblem:  # said where it is read
        return f"<{kind} {type(value).__name__}>"
    if kind == "image" and len(shape) == 3:
        return f"<image {shape[1]}x{shape[0]}>"
    if not shape:
        return f"<{kind}>"
    unit = {"audio": " samples", "shape": " points"}.get(kind, "")
    count = shape[-1] if kind == "vector" else shape[0]
    return f"<{kind} {count:,}{unit}>"


def is_picture(value: object) -> bool:
    """Whether it is a picture of Pillow."""
    return all(hasattr(value, name) for name in ("mode", "size", "convert", "getexif"))


def is_sound(value: object) -> bool:
    """Whether it is samples with their rate."""
    return isinstance(value, tuple) and len(value) == 2 and _is_array(value[0]) and _is_number(value[1])


def as_array(value: Any) -> NDArray[Any]:
    """An array, or what gives one, as NumPy has it.

    Raises:
        FileProblem: "malformed" for what does not, such as a tensor on a GPU.
    """
    try:
        return np.asarray(value)
    except Exception as error:  # torch raises what it likes
        raise FileProblem("malformed", f"makes no NumPy array ({error}); give one.") from error


def geometry_of(value: Any, *, textures: bool = True) -> tuple[Geometry, str]:
    """The geometry of a mesh, cloud or scene in memory, in its own axes, and a digest of it, 64 hex digits.

    Args:
        value: a `Geometry`; a Trimesh, PointCloud or Scene of trimesh; a TriangleMesh or PointCloud of Open3D, of
            either of its two kinds.
        textures: whether pictures on a mesh are looked at.

    Raises:
        FileProblem: "malformed" for anything else, or arrays that do not fit together; "empty".
    """
    geometry = value if isinstance(value, Geometry) else None
    source = _source(value)
    if geometry is None and not source:
        raise FileProblem("malformed", f"is of type {type(value).__name__}; give a path, points, or a mesh.")
    try:
        geometry = geometry or (flat(_instances(value), textures) if source == "trimesh" else _of_open3d(value))
    except FileProblem:
        raise
    except Exception as error:  # what another library holds, and how, is not for us to know
        raise FileProblem("malformed", f"is no mesh or cloud that can be read ({error}); mend it.") from error
    parts = [geometry.vertices, geometry.faces, *([] if geometry.colors is None else [geometry.colors])]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(np.ascontiguousarray(part).tobytes())
    return geometry, digest.hexdigest()


def _source(value: object) -> str:
    """The library that a mesh, a cloud or a scene is of; empty for anything else."""
    modules = {kind.__module__.partition(".")[0] for kind in type(value).__mro__}
    return next((name for name in ("trimesh", "open3d") if name in modules and not isinstance(value, np.ndarray)), "")


def _instances(value: Any) -> list[Instance]:
    """A scene's meshes with their places, or the one mesh or cloud where it is."""
    return instances(value) if hasattr(value, "graph") else [Instance(value, np.eye(4))]


def _of_open3d(value: Any) -> Geometry:
    """Of the kinds in ``open3d.geometry`` and in ``open3d.t.geometry``, whose attributes are tensors in a mapping."""
    if hasattr(value, "vertex") or hasattr(value, "point"):
        at = value.vertex if hasattr(value, "vertex") else value.point
        faces = value.triangle.indices if "indices" in getattr(value, "triangle", ()) else None
        colors = at.colors if "colors" in at else None
        vertices, faces, colors = (
            None if held is None else held.cpu().numpy() for held in (at.positions, faces, colors)
        )
    else:
        mesh = hasattr(value, "vertices")
        vertices = np.asarray(value.vertices if mesh else value.points)
        faces = np.asarray(value.triangles) if hasattr(value, "triangles") else None
        colors = np.asarray(value.vertex_colors if hasattr(value, "triangles") else value.colors)
    rgb = None if colors is None or not len(colors) else as_rgb(np.asarray(colors, np.float64))
    corners = NO_FACES if faces is None else np.asarray(faces, np.int64).reshape(-1, 3)
    if len(corners) and rgb is not None:
        rgb = rgb[corners].mean(axis=1).astype(np.float32)
    return Geometry(np.asarray(vertices, np.float64).reshape(-1, 3), corners, rgb)


def array_hash(array: NDArray[Any]) -> str:
    """SHA-256 of an array's numbers, 64 hex digits."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def _is_array(value: object) -> bool:
    """Whether NumPy makes an array of it; of pictures it would, but these are more."""
    return hasattr(value, "__array__") and not is_picture(value) and not isinstance(value, type)


def _is_numbers(value: object) -> bool:
    """Whether it is a plain list of numbers, or a tuple."""
    return isinstance(value, list | tuple) and len(value) > 0 and all(_is_number(each) for each in value)


def _is_number(value: object) -> bool:
    return isinstance(value, Real | np.number) and not isinstance(value, bool)
