"""A 3D file, or a thing in memory, as what a 3D encoder is given, alone or with the objects in it; or as it is seen."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from retriever import archives
from retriever.errors import FileProblem, SpaceError, UsageError
from retriever.loaders import cad, memory, mesh, objects, ply, points, references, sampling, solidity
from retriever.loaders.files import content_hash, read_bytes
from retriever.loaders.geometry import cleaned
from retriever.loaders.kinds import SHAPES, check_suffix, usual_up
from retriever.loaders.parts import Parts, watched
from retriever.loaders.ply_file import to_ply
from retriever.types import Geometry, Inside, Loaded, Modality, ShapeInput

OBJECT = ".ply"
"""Suffix of each as a file: ``kit.glb/Chair.ply``."""


def load_shape(
    source: Any,
    shape: ShapeInput,
    *,
    up: str = "auto",
    usual: str | None = None,
    sha256: str | None = None,
    measure: bool = False,
    inside: bool = False,
) -> Loaded:
    """Read a 3D file, or take a cloud or a mesh in memory as it is, and sample it.

    Args:
        source: a path; an array of x y z, (n, 3), with r g b, (n, 6), or r g b a, (n, 7), of 0..1 or 0..255; or what
            `memory.geometry_of` takes.
        shape: how it is sampled.
        up: as for `load`; "auto" means y in memory.
        usual: as for `load`.
        sha256: the content hash of the file, where the caller has it already.
        measure: whether the facts of `solidity.measured` are wanted as well, which nobody asks of what is asked with.
        inside: whether the objects of a scene are wanted as well.

    Returns:
        a `PointCloud` with the facts vertices, faces, extent (file units and axes), up and colored.

    Raises:
        FileProblem: anything wrong with the file or the array.
    """
    if up not in ("auto", "y", "z"):
        raise UsageError(f"The up axis {up!r} is not known; give y, z or auto.")
    if shape.sampling != sampling.VERSION:
        raise SpaceError(
            f"The sampling rule {shape.sampling} is not the one of this version ({sampling.VERSION}); "
            "install the version that made the index, or index again."
        )
    with np.errstate(all="ignore"):  # damaged numbers are found by `cleaned`, not by a warning
        if memory.is_path(source):
            looks_at_color = inside or shape.color is not None  # objects are files, the same whatever reads them
            geometry, axis, digest = _read(Path(source), sha256, usual, looks_at_color=looks_at_color)
        else:
            geometry, digest = _given(source, looks_at_color=shape.color is not None)
            axis, digest = "y", sha256 or digest
        axis = axis if up == "auto" else up
        geometry = cleaned(geometry)
        loaded = _sampled(geometry, shape, axis, digest, measure)
        if inside:
            loaded = replace(loaded, inside=tuple(_objects(geometry, shape, up, usual, measure)))
        return loaded


def load_geometry(path: Path, *, up: str = "auto") -> Geometry:
    """Read all of a 3D file, as one would look at it: upright, y up, with its colours and pictures.

    Args:
        path: the file.
        up: as for `load`.

    Raises:
        FileProblem: anything wrong with the file.
    """
    check_suffix(path, SHAPES, "a 3D format")
    suffix = path.suffix.lower()
    with np.errstate(all="ignore"):  # as in `load_shape`
        if suffix in mesh.LOOKS:
            data = read_bytes(path)
            geometry = mesh.LOOKS[suffix](data, path)
            axis = mesh.up_axis(suffix, data, geometry)
        else:
            geometry = points.read(path)[0]
            axis = geometry.up or "y"
        geometry = cleaned(geometry)
    return replace(geometry, vertices=geometry.vertices @ sampling.to_y(axis if up == "auto" else up).T)


def companions(path: Path) -> list[str]:
    """The other files that a mesh is read from, or that it or its materials name, as ways from its folder.

    Those are the ones that are there; of a file that cannot be read, those that were found before.
    """
    suffix = path.suffix.lower()
    if suffix not in mesh.READERS or suffix in cad.KINDS:
        return []
    with watched() as parts, np.errstate(all="ignore"), suppress(Exception):  # parsers are other people's code
        mesh.READERS[suffix](read_bytes(path), path, textures=True)
    found = {part.name for part in parts.values() if part.state}
    for file in (path, *(path.parent / name for name in sorted(found))):
        if references.may_name(file.name):
            found |= _named_by(file, path)
    return sorted(found)


def _named_by(file: Path, mesh_: Path) -> set[str]:
    """What of it lies where companions of a mesh may."""
    held, found = Parts(mesh_), set[str]()
    with suppress(FileProblem, MemoryError):
        for place in sorted({place for name in references.named(file) for place in references.places(file, name)}):
            if held.has(place):
                found.add(Path(os.path.relpath(place, mesh_.parent)).as_posix())
    return found


def objects_of(path: Path) -> dict[str, bytes]:
    """The objects of a scene as PLY files, by the names of these, in its axes.

    They say which of these points up, unless the format of the scene leaves that open as theirs does.

    Raises:
        FileProblem: anything wrong with the file.
    """
    check_suffix(path, archives.SCENES, "a format of scenes")
    with np.errstate(all="ignore"):  # as in `load_shape`
        geometry, _, _ = _read(path, "", None, looks_at_color=True)
        return dict(_files(cleaned(geometry)))


def _objects(geometry: Geometry, shape: ShapeInput, up: str, usual: str | None, measure: bool) -> Iterator[Inside]:
    """Each object, read of the file that it is: in the index is what is asked with later."""
    for name, data in _files(geometry):
        try:
            object_ = cleaned(ply.read_ply(data, Path(name)))
            axis = (object_.up or usual or "y") if up == "auto" else up
            loaded = _sampled(object_, shape, axis, hashlib.sha256(data).hexdigest(), measure)
        except FileProblem:  # one of the scene's that has no surface, say
            continue
        yield Inside(name, len(data), loaded)


def _files(geometry: Geometry) -> Iterator[tuple[str, bytes]]:
    for name, object_ in objects.split(geometry):
        yield name + OBJECT, to_ply(object_)


def _sampled(geometry: Geometry, shape: ShapeInput, axis: str, digest: str, measure: bool) -> Loaded:
    """What is known of a cleaned geometry, and what the encoder is given of it."""
    payload = sampling.sample(geometry, shape, axis, seed=int(digest, 16))
    facts: dict[str, object] = {
        "vertices": len(geometry.vertices),
        "faces": len(geometry.faces),
        "extent": list(geometry.extent),
        "up": axis,
        "colored": geometry.colors is not None,
    }
    if measure:
        facts |= solidity.measured(geometry)
    return Loaded(Modality.SHAPE, payload, facts, digest)


def _given(source: Any, *, looks_at_color: bool) -> tuple[Geometry, str]:
    """The geometry of an array, or of a mesh in memory, and the hash of its numbers."""
    if not hasattr(source, "__array__"):
        return memory.geometry_of(source, textures=looks_at_color)
    cloud = memory.as_array(source)
    return points.from_array(cloud), memory.array_hash(cloud)


def _read(path: Path, sha256: str | None, usual: str | None, *, looks_at_color: bool) -> tuple[Geometry, str, str]:
    """The geometry, its up axis as the file says or as usual, and the content hash of a 3D file.

    `Geometry.up` is then None only of a file that leaves the axis as open as a PLY file does.
    """
    check_suffix(path, SHAPES, "a 3D format")
    suffix = path.suffix.lower()
    if suffix in mesh.READERS:
        data = read_bytes(path)
        geometry = mesh.READERS[suffix](data, path, textures=looks_at_color)
        digest = hashlib.sha256(data).hexdigest() if sha256 is None else sha256
        axis = mesh.up_axis(suffix, data, geometry, usual)
        if usual_up(suffix) != usual_up(OBJECT):
            geometry = replace(geometry, up=mesh.up_axis(suffix, data, geometry))
        return geometry, axis, digest
    geometry, data = points.read(path)
    axis = geometry.up or usual or "y"
    return geometry, axis, sha256 or (hashlib.sha256(data).hexdigest() if data else content_hash(path))
