"""Meshes: glb gltf vrm by trimesh, dae step iges and usd by libraries of theirs, and 3mf blend fbx obj ply stl off.

Scenes are flattened with their transforms, and colours brought to the faces.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders import blend, cad, dae, fbx, gltf, graph, obj, off, ply, skins, soup, stl, threemf, usd
from retriever.loaders.colors import face_colors, is_white, picture_of, point_colors
from retriever.loaders.numeric import NO_FACES, WARNINGS, in_range
from retriever.loaders.parts import MissingPartError, Parts
from retriever.types import Geometry

UP = {".stl": "z", ".3mf": "z", ".blend": "z", **dict.fromkeys(cad.KINDS, "z")}
"""Axes that formats take as up, where that is not y."""


class Reader(Protocol):
    """Bytes of a file -> geometry; the path is for companion files, `textures` says whether pictures are decoded."""

    def __call__(self, data: bytes, path: Path, *, textures: bool = True) -> Geometry:
        """Raises a FileProblem for anything wrong with the file."""


def up_axis(suffix: str, data: bytes, geometry: Geometry, usual: str | None = None) -> str:
    """The axis that points up, as the file says, else `usual`, else by its format's convention; DAE may say "x"."""
    if geometry.up:
        return geometry.up
    if suffix == ".dae":
        tag = re.search(rb"<up_axis>\s*([XYZ])_UP", data)
        return tag[1].decode().lower() if tag else "y"
    return usual or UP.get(suffix, "y")


def read(data: bytes, path: Path, *, textures: bool = True, suffix: str, skin: bool = False) -> Geometry:
    """One file of the format `suffix`; with its whole pictures where a `skin` is wanted.

    Raises:
        FileProblem: "malformed", "truncated", "empty", "unsupported", "too-large" or "missing-part".
    """
    parts = Parts(path)
    try:
        with soup.refused(f"a {suffix[1:]} file"), WARNINGS, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data, kind, names = _CHECKS[suffix](data, parts)
            scene = _trimesh().load_scene(io.BytesIO(data), file_type=kind, resolver=parts, process=False)
            found = flat(instances(scene, names), textures, skin)
            return replace(found, nodes=found.nodes[::-1])  # as in the file, see `graph.paths`
    except MissingPartError as error:
        raise FileProblem("missing-part", f"needs the file {str(error)!r}, which is not beside it; add it.") from error


_CHECKS: dict[str, Callable[[bytes, Parts], gltf.Checked]] = {
    **dict.fromkeys((".glb", ".vrm"), gltf.checked_glb),
    ".gltf": gltf.checked_gltf,
}
"""What looks at a file before trimesh allocates for what it claims."""


def read_cad(data: bytes, path: Path, *, textures: bool = True, suffix: str) -> Geometry:
    """One file of a CAD program, as `cad` converts it.

    Raises:
        FileProblem: as `read`, and as `cad.to_glb`.
    """
    return cad.as_stored(read(cad.to_glb(data, suffix), path, textures=textures, suffix=".glb"), suffix)


@cache
def _trimesh() -> ModuleType:
    """The library, imported at first use and silent: what it has to say is said by a FileProblem."""
    import trimesh

    logging.getLogger("trimesh").setLevel(logging.CRITICAL + 1)
    return trimesh


class Instance(NamedTuple):
    """A mesh or a cloud of trimesh, its (4, 4) place, and its path as `Node.path`; empty where it has no name."""

    mesh: Any
    matrix: NDArray[np.float64]
    path: soup.Path = ()


def instances(scene: Any, names: Sequence[tuple[Any, str]] = ()) -> list[Instance]:
    """The meshes and clouds of a trimesh.Scene, each as often as it occurs.

    Args:
        scene: it.
        names: of the nodes of the glTF file that it was read of, as `gltf.names`; others are called as they are.
    """
    places = map(scene.graph.get, scene.graph.nodes_geometry)
    paths = graph.paths(scene, graph.labels(names))
    return [Instance(scene.geometry[name], matrix, path) for (matrix, name), path in zip(places, paths, strict=True)]


def flat(instances: Sequence[Instance], textures: bool, skin: bool = False) -> Geometry:
    """All instances as one soup, or as one cloud where none has faces; with its pictures where a `skin` is wanted.

    Raises:
        FileProblem: "too-large", "malformed" where a face points at no vertex, or "empty".
    """
    meshes = [each for each in instances if len(getattr(each.mesh, "faces", ()))]
    shown = meshes or [each for each in instances if _is_cloud(each.mesh)]
    if not shown:
        raise FileProblem("empty", "holds no geometry; export it again with its meshes selected.")
    budget = soup.Budget()
    for mesh, _, _ in shown:
        budget.take(len(mesh.vertices), len(mesh.faces) if meshes else 0)
    pieces = [_piece(each, textures, skin) if meshes else _cloud(each) for each in shown]
    return soup.flat(_whitened(pieces, shown) if meshes else pieces)


def _whitened(pieces: list[soup.Piece], instances: Sequence[Instance]) -> list[soup.Piece]:
    """White for those whose material gives no colour, where others have one; a scene of nothing else has none."""
    if all(piece.colors is None for piece in pieces):
        return pieces
    return [
        replace(piece, colors=np.ones((len(piece.faces), 3), np.float32))
        if piece.colors is None and is_white(mesh)
        else piece
        for piece, (mesh, _, _) in zip(pieces, instances, strict=True)
    ]


def _piece(instance: Instance, textures: bool, skin: bool) -> soup.Piece:
    mesh, matrix, path = instance
    faces = in_range(np.asarray(mesh.faces, np.int64), len(mesh.vertices))
    picture = picture_of(mesh) if skin else None
    return soup.Piece(
        soup.moved(mesh.vertices, matrix),
        faces,
        face_colors(mesh, textures=textures),
        None if picture is None else skins.skin(*picture),
        mirrored=bool(soup.mirrors(matrix)),
        paths=[path],
    )


def _cloud(instance: Instance) -> soup.Piece:
    points = soup.moved(instance.mesh.vertices, instance.matrix)
    return soup.Piece(points, NO_FACES, point_colors(instance.mesh), paths=[instance.path])


def _is_cloud(geometry: Any) -> bool:
    """Points or 3D lines: anything with vertices in space."""
    return np.shape(getattr(geometry, "vertices", ()))[1:] == (3,)


READERS: dict[str, Reader] = {
    **{suffix: partial(read, suffix=suffix) for suffix in _CHECKS},
    **{suffix: partial(read_cad, suffix=suffix) for suffix in cad.KINDS},
    **dict.fromkeys(usd.SUFFIXES, usd.read_usd),
    ".3mf": threemf.read_3mf,
    ".blend": blend.read_blend,
    ".dae": dae.read_dae,
    ".fbx": fbx.read_fbx,
    ".obj": obj.read_obj,
    ".ply": ply.read_ply,
    ".stl": stl.read_stl,
    ".off": off.read_off,
}

LOOKS: dict[str, Reader] = {
    **READERS,
    **{suffix: partial(read, suffix=suffix, skin=True) for suffix in _CHECKS},
    **dict.fromkeys(usd.SUFFIXES, partial(usd.read_usd, skin=True)),
    ".blend": partial(blend.read_blend, skin=True),
    ".dae": partial(dae.read_dae, skin=True),
    ".fbx": partial(fbx.read_fbx, skin=True),
    ".obj": partial(obj.read_obj, skin=True),
}
"""As `READERS`, with the whole pictures of those that have any."""
