"""The objects of a scene, apart: what its nodes call by names, at every level."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from retriever.types import Geometry, Node

MOST = 256
"""Objects of a scene, the outer levels first."""
_WORK = 8  # faces of all objects together, as a multiple of the scene's: what lies deep is in many
_MOST_GROUPS = 1_000_000  # steps from the top to the meshes, all together
_LONGEST = 60  # letters of a name: a system takes 255 bytes
_ALIKE = 1e-3  # how far copies may differ, in radii: places are rounded
_UNFIT = re.compile(r"[\x00-\x1f/\\]+")
_PLAIN = re.compile(
    r"(?:armature|default|empty|geo(?:metry)?|gltf[_ ]?scenerootnode|group|instance|mesh|node|null|object|part|"
    r"polysurface|prim|root(?:node)?|scene|shape|sketchfab[_ ]?model|solid|transform|world)?[\W_\d]*",
    re.IGNORECASE,
)
"""Names that say nothing."""


def split(geometry: Geometry) -> dict[str, Geometry]:
    """Name -> each object of a scene, where it stands, without pictures; nothing of what is one object.

    An object is all that hangs on a node, unless that is all of the scene, or as much as hangs on the node above. Of
    those that are alike, but for place, turn, size and side, the first is taken. The names fit into paths.
    """
    found: dict[str, Geometry] = {}
    known: dict[str, list[NDArray[np.float64]]] = {}
    left = _WORK * (len(geometry.faces) or len(geometry.vertices))
    for name, nodes in islice(_groups(geometry), 4 * MOST):
        left -= sum(node.end - node.start for node in nodes)
        if left < 0 or len(found) == MOST:
            break
        object_ = _taken(geometry, nodes)
        if _is_new(object_, known):
            found[_free(name, found)] = object_
    return found


def _groups(geometry: Geometry) -> Iterator[tuple[str, list[Node]]]:
    """The name of each object, and the meshes that it is of; the outer levels first."""
    if sum(len(node.path) for node in geometry.nodes) > _MOST_GROUPS:
        return
    groups: dict[tuple[str, ...], list[Node]] = {}
    for node in geometry.nodes:
        for depth in range(1, len(node.path) + 1):
            groups.setdefault(node.path[:depth], []).append(node)
    sizes = {path: sum(node.end - node.start for node in nodes) for path, nodes in groups.items()}
    names: dict[tuple[str, ...], str] = {}  # of the outermost of nodes that hold the same
    outermost: dict[tuple[str, ...], tuple[str, ...]] = {}
    for path in sorted(groups, key=len):
        above = path[:-1]
        same = outermost[path] = outermost[above] if sizes[path] == sizes.get(above) else path
        if same == path or (_PLAIN.fullmatch(names[same]) and not _PLAIN.fullmatch(path[-1])):
            names[same] = path[-1]
    whole = len(geometry.faces) or len(geometry.vertices)
    for path, name in names.items():
        if 0 < sizes[path] < whole:
            yield name, groups[path]


def _taken(geometry: Geometry, nodes: list[Node]) -> Geometry:
    """What some meshes of a scene are of."""
    rows = np.concatenate([np.arange(node.start, node.end) for node in nodes])
    colors = None if geometry.colors is None else geometry.colors[rows]
    if not len(geometry.faces):
        return Geometry(geometry.vertices[rows], geometry.faces, colors, up=geometry.up)
    used, faces = np.unique(geometry.faces[rows], return_inverse=True)
    mirrored = None if geometry.mirrored is None else geometry.mirrored[rows]
    return Geometry(geometry.vertices[used], faces.reshape(-1, 3), colors, None, geometry.up, mirrored)


def _is_new(object_: Geometry, known: dict[str, list[NDArray[np.float64]]]) -> bool:
    """Whether none is known that is alike; `known` grows."""
    from_middle = np.linalg.norm(object_.vertices - object_.vertices.mean(axis=0), axis=1)
    radius = from_middle.max()
    if not radius > 0:
        return False
    shape = from_middle / radius
    colors = b"" if object_.colors is None else (object_.colors * 255).astype(np.uint8).tobytes()
    key = hashlib.blake2b(np.int64(len(shape)).tobytes() + object_.faces.tobytes() + colors).hexdigest()
    alike = known.setdefault(key, [])
    if any(np.abs(shape - other).max() < _ALIKE for other in alike):
        return False
    alike.append(shape)
    return True


def _free(name: str, taken: dict[str, Geometry]) -> str:
    """A name that fits into a path, and is none of those taken."""
    plain = " ".join(_UNFIT.sub(" ", name).split())[:_LONGEST].strip() or "object"
    free, number = plain, 2
    while free in taken:
        free, number = f"{plain} ({number})", number + 1
    return free
