"""Files of Blender, read without it: what the scene that was open shows; tried with files of 2.78 to 5.0.

`blocks` and `dna` read the file as such, `records` its structs by the names of their fields; `layers` and `meshes` make
triangles, `places`, `modifiers` and `scene` put them where they are seen, `materials` and `looks` give them colours.
"""

from __future__ import annotations

from pathlib import Path

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

_ASKED = 512 << 20
"""Bytes that a file of which only the pictures' names are wanted may unpack to."""


def read_blend(data: bytes, path: Path, *, textures: bool = True, skin: bool = False) -> Geometry:
    """All meshes that the open scene shows, instances and mirrored halves too; z is up.

    Colours are those of the materials, else those that are painted on the mesh. Where a `skin` is wanted, the pictures
    come whole too.

    Raises:
        FileProblem: "malformed", "truncated", "unsupported", "too-large", or "empty" where no mesh is shown.
    """
    with soup.refused("of a Blender that is known"):
        return soup.flat(_shown(Scene(File(data)), Looks(Parts(path), textures, skin)))


def pictures_of(data: bytes) -> list[str]:
    """Paths of the pictures that a file names, as it has them; none of a file that is damaged, or very large."""
    try:
        return [path for image in File(data, _ASKED).all(b"IM") if (path := path_of(image))]
    except (FileProblem, MemoryError, *DAMAGE):
        return []


def _shown(scene: Scene, looks: Looks) -> list[soup.Piece]:
    """The meshes that a scene shows.

    Raises:
        FileProblem: "too-large", "empty" or "malformed".
    """
    meshes: dict[int, Mesh] = {}
    found: list[soup.Piece] = []
    budget = soup.Budget()
    for item, place in scene.meshes():
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
        found.append(soup.Piece(soup.moved(mesh.points, place), mesh.faces, *look, mesh.copies))
    if not any(len(piece.points) for piece in found):
        raise FileProblem("empty", f"shows no mesh: it holds {scene.told()}; export what is to be found as GLB.")
    return found
