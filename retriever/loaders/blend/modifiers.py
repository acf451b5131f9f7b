"""The modifiers that say what shape an object has: Mirror and Array, which a file only names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders import soup
from retriever.loaders.blend.meshes import Mesh
from retriever.loaders.blend.places import Matrix, Places, inverse
from retriever.loaders.blend.records import Record

_SHOWN = 1
_MIRROR_AXES = 1 << 3
"""The first of three bits."""
_CONSTANT, _RELATIVE, _OBJECT = 1, 2, 4
_TO_LENGTH, _ALONG_CURVE = 1, 2
_EPSILON = 1e-6
_MOST_COPIES = 100_000


def modified(mesh: Mesh, item: Record, places: Places) -> Mesh:
    """A mesh after the Mirror and Array modifiers of an object that are shown; vertices are not merged.

    Raises:
        FileProblem: "too-large".
    """
    for modifier in item.each("modifiers"):
        apply = _APPLIED.get(modifier.kind.name)
        if apply is not None and len(mesh.points) and modifier.part("modifier").number_of("mode") & _SHOWN:
            mesh = apply(mesh, modifier, item, places)
    return mesh


def _mirrored(mesh: Mesh, modifier: Record, item: Record, places: Places) -> Mesh:
    about, flag = modifier.to("mirror_ob"), modifier.number_of("flag")
    there = np.eye(4) if about is None else inverse(places.of(about)) @ places.of(item)
    for axis in range(3):
        if flag & _MIRROR_AXES << axis:
            flip = np.eye(4)
            flip[axis, axis] = -1
            mesh = _repeated(mesh, [np.eye(4), inverse(there) @ flip @ there])
    return mesh


def _arrayed(mesh: Mesh, modifier: Record, item: Record, places: Places) -> Mesh:
    step = _step(mesh.points, modifier, item, places)
    count = modifier.number_of("count")
    if modifier.number_of("fit_type") == _TO_LENGTH:
        distance = float(np.linalg.norm(step[:3, 3]))
        count = int((modifier.number_of("length") + _EPSILON) / distance) + 1 if distance > _EPSILON else 1
    elif modifier.number_of("fit_type") == _ALONG_CURVE:  # which is not evaluated
        count = 1
    if count > _MOST_COPIES:
        raise FileProblem("too-large", "has an array of more copies than are read; apply or simplify it.")
    matrices = [np.eye(4)]
    for _ in range(count - 1):
        matrices.append(matrices[-1] @ step)
    return _repeated(mesh, matrices)


def _step(points: NDArray, modifier: Record, item: Record, places: Places) -> Matrix:
    """From each copy to the next."""
    step, kind = np.eye(4), modifier.number_of("offset_type")
    if kind & _CONSTANT:
        step[:3, 3] += modifier.array("offset")
    if kind & _RELATIVE:
        step[:3, 3] += modifier.array("scale") * np.ptp(points, axis=0)
    other = modifier.to("offset_ob")
    if kind & _OBJECT and other is not None:
        step = inverse(places.of(item)) @ step @ places.of(other)
    return step


def _repeated(mesh: Mesh, matrices: list[Matrix]) -> Mesh:
    """The mesh once at each place."""
    count, vertices = len(matrices), len(mesh.points)
    soup.Budget().take(vertices, len(mesh.faces), count)
    points = np.concatenate([soup.moved(mesh.points, matrix) for matrix in matrices])
    faces = soup.repeated(mesh.faces, vertices, count)
    flips = soup.mirrors(np.stack(matrices))
    mirrored = (np.broadcast_to(mesh.mirrored, len(mesh.faces)) ^ flips[:, None]).ravel()
    return replace(mesh, points=points, faces=faces, copies=mesh.copies * count, mirrored=mirrored)


_APPLIED = {"MirrorModifierData": _mirrored, "ArrayModifierData": _arrayed}
