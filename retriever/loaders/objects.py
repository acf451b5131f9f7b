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
MOST_NAMES = 1_000_000
"""Of all paths from the top to the meshes together; a scene with more is not taken apart."""
_LOOKS = 20_000  # groups of meshes that are looked at: most may be copies of some
_WORK, _MOST_FACES = 8, 20_000_000
"""Faces of all objects together: so often those of the scene, as what is deep is in several, and most of them."""
_LONGEST = 60  # letters of a name: a system takes 255 bytes
_ALIKE = 1e-3  # how far copies may differ, in radii: places are rounded
_CANDIDATES = 16  # objects that one is laid over, of those that look like it
_UNFIT = re.compile(r'[/\\<>:"|?*]')  # for some system
_NUMBERED = re.compile(r"(?<=.) \(\d+\)$")
_PLAIN = re.compile(
    r"(?:armature|component|compound|default|empty|geo(?:metry)?|gltf|gltf[_ ]?scenerootnode|group|instance|mesh|nauo|"
    r"node|null|object|open cascade (?:step|iges) translator|part|polysurface|prim|product|root(?:node)?|scene|shape|"
    r"shell|sketchfab[_ ]?model|solid|transform|world)?[\W_\d]*",
    re.IGNORECASE,
)


def says_nothing(name: str) -> bool:
    """Whether a name says nothing, as "Object_12" does."""
    return _PLAIN.fullmatch(name) is not None


def split(geometry: Geometry) -> Iterator[tuple[str, Geometry]]:
    """The name and each object of a scene, where it stands, without pictures; nothing of what is one object.

    An object is all that hangs on a node, unless that is all of the scene, or as much as hangs on the node above. Of
    those that are alike, but for place, turn, size and side, the first is taken. The names fit into paths, and all
    differ.
    """
    taken: set[str] = set()
    known: _Known = {}
    whole = len(geometry.faces) or len(geometry.vertices)
    left = max(whole, min(_WORK * whole, _MOST_FACES))
    for name, nodes in islice(_groups(geometry), _LOOKS):
        size = sum(node.end - node.start for node in nodes)
        if size > left:  # smaller ones may still come
            continue
        left -= size
        object_ = _taken(geometry, nodes)
        if _is_new(object_, known):
            yield _free(name, taken), object_
        if len(taken) == MOST:
            break


def _groups(geometry: Geometry) -> Iterator[tuple[str, list[Node]]]:
    """The name of each object, and the meshes that it is of; the outer levels first."""
    if sum(len(node.path) for node in geometry.nodes) > MOST_NAMES:
        return
    numbers: dict[tuple[int, str], int] = {}
    above, depths, sizes, meshes, names = list[int](), list[int](), list[int](), list[list[Node]](), list[str]()
    for node in geometry.nodes:
        at = -1
        for depth, name in enumerate(node.path):
            number = numbers.setdefault((at, name), len(names))
            if number == len(names):
                above.append(at)
                depths.append(depth)
                names.append(name)
                sizes.append(0)
                meshes.append([])
            at = number
            sizes[at] += node.end - node.start
            meshes[at].append(node)
    outermost: list[int] = list(range(len(names)))  # of nodes that hold the same
    order = sorted(outermost, key=depths.__getitem__)
    for number in order:
        up = above[number]
        if up >= 0 and sizes[number] == sizes[up]:
            same = outermost[number] = outermost[up]
            if says_nothing(names[same]) and not says_nothing(names[number]):
                names[same] = names[number]
    whole = len(geometry.faces) or len(geometry.vertices)
    for number in order:
        if outermost[number] == number and 0 < sizes[number] < whole:
            yield names[number], meshes[number]


def _taken(geometry: Geometry, nodes: list[Node]) -> Geometry:
    """What some meshes of a scene are of."""
    rows = np.concatenate([np.arange(node.start, node.end) for node in nodes])
    colors = None if geometry.colors is None else geometry.colors[rows]
    if not len(geometry.faces):
        return Geometry(geometry.vertices[rows], geometry.faces, colors, up=geometry.up)
    used, faces = _renumbered(geometry.faces[rows])
    mirrored = None if geometry.mirrored is None else geometry.mirrored[rows]
    return Geometry(geometry.vertices[used], faces, colors, None, geometry.up, mirrored)


def _renumbered(faces: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The vertices that faces use, in order, and (f, 3) the faces into these alone."""
    low, high = int(faces.min()), int(faces.max())
    if high - low > 8 * faces.size:
        used, own = np.unique(faces, return_inverse=True)
        return used, own.reshape(-1, 3)
    is_used = np.zeros(high - low + 1, np.bool_)  # several times faster, as those of a mesh lie together
    is_used[faces - low] = True
    return np.flatnonzero(is_used) + low, (np.cumsum(is_used) - 1)[faces - low]


_Known = dict[tuple[bytes, int], list[NDArray[np.float32]]]
"""Topology and colours, and about how far the vertices are from the middle -> (v, 3) where they are, in radii."""


def _is_new(object_: Geometry, known: _Known) -> bool:
    """Whether none is known that is alike; `known` grows."""
    shape = object_.vertices - object_.vertices.mean(axis=0)
    radius = np.linalg.norm(shape, axis=1).max()
    if not radius > 0:
        return False
    shape = (shape / radius).astype(np.float32)
    key = hashlib.blake2b(np.ascontiguousarray(object_.faces).data)
    if object_.colors is not None:
        key.update(np.rint(object_.colors.clip(0, 1) * 255).astype(np.uint8).data)
    topology, near = key.digest() + len(shape).to_bytes(8, "little"), int(_away(shape).mean() / _ALIKE)
    alike = [other for each in (near - 1, near, near + 1) for other in known.get((topology, each), ())]
    if any(_are_alike(shape, other) for other in alike[-_CANDIDATES:]):
        return False
    known.setdefault((topology, near), []).append(shape)
    return True


def _away(shape: NDArray[np.float32]) -> NDArray[np.float32]:
    """(v,) how far from the middle."""
    away: NDArray[np.float32] = np.sqrt(np.einsum("ij,ij->i", shape, shape))
    return away


def _are_alike(shape: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    """Whether one lies on the other where it is turned, or mirrored, as well as can be (Kabsch)."""
    if np.abs(_away(shape) - _away(other)).max() >= _ALIKE:
        return False
    left, _, right = np.linalg.svd(shape.T.astype(np.float64) @ other)
    return bool(np.abs(shape @ (left @ right) - other).max() < 2 * _ALIKE)


def _free(name: str, taken: set[str]) -> str:
    """A name that fits into a path, and is none of those taken, which grow."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name[: 4 * _LONGEST])
    fit = " ".join(_UNFIT.sub(" ", printable).split()).lstrip(". ")
    fit = free = fit[:_LONGEST].rstrip() or "object"
    fit, number = _NUMBERED.sub("", fit), 2  # not "wheel (2) (2)", where siblings were numbered already
    while free in taken:
        free, number = f"{fit} ({number})", number + 1
    taken.add(free)
    return free
