"""Files of Blender, read without it: what the scene that was open shows; tried with files of 2.78 to 5.0.

`blocks` and `dna` read the file as such, `records` its structs by the names of their fields; `layers` and `meshes` make
triangles, `places`, `modifiers` and `scene` put them where they are seen, `materials` and `looks` give them colours.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from retriever.errors import FileProblem
from retriever.loaders import soup
from retriever.loaders.blend.looks import Looks
from retriever.loaders.blend.materials import path_of
from retriever.loaders.blend.meshes import Mesh, mesh_of
from retriever.loaders.blend.modifiers import modified
from retriever.loaders.blend.records import DAMAGE, File
from retriever.loaders.blend.scene import Scene
from retriever.loaders.parts import Parts
from retriever.types import Geometry

_FLAT, _SUNK, _WIDER = 1e-4, 0.05, 2
"""Of a floor: its height over its width, how far things may stand in it, of their height, and how often their width."""
_ASKED = 512 << 20
"""Bytes that a file of which only the pictures' names are wanted may unpack to."""


def read_blend(data: bytes, path: Path, *, textures: bool = True, skin: bool = False) -> Geometry:
    """All meshes that the open scene shows, instances and mirrored halves too, but no floor below them; z is up.

    Colours are those of the materials, else those that are painted on the mesh. Where a `skin` is wanted, the pictures
    come whole too.

    Raises:
        FileProblem: "malformed", "truncated", "unsupported", "too-large", or "empty" where no mesh is shown.
    """
    with soup.refused("of a Blender that is known"):
        return soup.flat(_without_floor(_shown(Scene(File(data)), Looks(Parts(path), textures, skin))))


def pictures_of(data: bytes) -> list[str]:
    """Paths of the pictures that a file names, as it has them; none of a file that is damaged, or very large.

    Raises:
        MemoryError: it is larger than what is free.
    """
    try:
        return [path for image in File(data, _ASKED).all(b"IM") if (path := path_of(image))]
    except (FileProblem, *DAMAGE):
        return []


def _shown(scene: Scene, looks: Looks) -> list[soup.Piece]:
    """The meshes that a scene shows.

    Raises:
        FileProblem: "too-large", "empty" or "malformed".
    """
    meshes: dict[int, Mesh] = {}
    found: list[soup.Piece] = []
    budget = soup.Budget()
    for item, place, path in scene.meshes():
        data = item.to("data")
        if data is None or data.kind.name != "Mesh":  # it is in another file
            continue
        if data.number not in meshes:
            meshes[data.number] = mesh_of(data)
        mesh = modified(meshes[data.number], item, scene.places)
        if not len(mesh.faces) and data.number_of("totedge"):  # wires, such as the outline of a modifier
            continue
        budget.take(len(mesh.points), len(mesh.faces))
        look = looks.of(item, data, meshes[data.number]) if len(mesh.faces) else (None, None)
        mirrored = mesh.mirrored ^ soup.mirrors(place)
        found.append(soup.Piece(soup.moved(mesh.points, place), mesh.faces, *look, mesh.copies, mirrored, [path]))
    if not any(len(piece.points) for piece in found):
        raise FileProblem("empty", f"shows no mesh: it holds {scene.told()}; export what is to be found as GLB.")
    return found


def _without_floor(meshes: list[soup.Piece]) -> list[soup.Piece]:
    """Without the plane that the rest stands on, where there is one: points on it would be most of what is drawn."""
    solid = [each for each in meshes if len(each.faces)]
    if len(solid) < 2:
        return meshes
    low, high = (np.array([end(each.points, axis=0) for each in solid]) for end in (np.min, np.max))
    widest = int((high - low)[:, :2].min(axis=1).argmax())
    floor_low, floor_high = low[widest], high[widest]
    low, high = (np.delete(ends, widest, axis=0) for ends in (low, high))
    low, high = low.min(axis=0), high.max(axis=0)
    size, rest = floor_high - floor_low, high - low
    is_floor = (
        size[2] <= _FLAT * size[:2].max()
        and floor_high[2] <= low[2] + _SUNK * rest[2]
        and (floor_low[:2] <= low[:2]).all()
        and (floor_high[:2] >= high[:2]).all()
        and (size[:2] >= _WIDER * rest[:2]).all()
    )
    return [each for each in meshes if each is not solid[widest]] if is_floor else meshes
