"""FBX 6 and 7, binary and ASCII: every mesh that is seen, where it stands, bent as its skeleton is posed in the file.

Read here, as the Python package of ufbx (0.0.5) ends the process where an object of a file is asked for twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders import mtl, polygons, soup
from retriever.loaders.colors import RGB
from retriever.loaders.fbx.materials import Palette
from retriever.loaders.fbx.scene import Id, Matrix, Scene, number_of
from retriever.loaders.fbx.tree import Node, parse
from retriever.loaders.numeric import NO_FACES, in_range
from retriever.types import Geometry


@dataclass(frozen=True)
class _Mesh:
    """Triangles of a mesh, in its own axes.

    Attributes:
        points: (v, 3).
        faces: (f, 3).
        material: (f,) which of its model's materials each face has.
        uv: name -> (f, 3, 2), in the order of the file.
        colors: (f, 3) of the vertices, None where they say nothing.
    """

    points: Matrix
    faces: NDArray[np.int64]
    material: NDArray[np.int64]
    uv: dict[str, Matrix]
    colors: RGB | None


def read_fbx(data: bytes, path: Path, *, textures: bool = True, skin: bool = False) -> Geometry:
    """All meshes that are seen, in the axes of the file; a file without faces is a cloud of its vertices.

    Colours are those of pictures, else of vertices, else of materials; with whole pictures where a `skin` is wanted.

    Raises:
        FileProblem: "malformed", "truncated", "unsupported", "too-large" or "empty".
    """
    with soup.refused("an FBX file"):
        records = list(parse(data))
        pieces = list(_instances(Scene(records), path, textures, skin))
        if not pieces:
            raise FileProblem("empty", "holds no meshes; export it again with its meshes selected.")
        return _upright(soup.flat(pieces), *_up(records))


def _up(records: list[Node]) -> tuple[int, float]:
    """The number of the axis that points up or, with a negative sign, down."""
    for record in records:
        settings = record if record.name == "GlobalSettings" else record.first("GlobalSettings")
        if settings is not None:
            axis = int(number_of(settings, "UpAxis", 1))
            return (axis if axis in (0, 1, 2) else 1), number_of(settings, "UpAxisSign", 1)
    return 1, 1.0


def _upright(geometry: Geometry, up: int, sign: float) -> Geometry:
    """With its axis, and turned by half where that points down."""
    if sign < 0:
        geometry.vertices[:, [up, (up + 1) % 3]] *= -1
    return replace(geometry, up="xyz"[up])


def _instances(scene: Scene, path: Path, textures: bool, skin: bool) -> Iterator[soup.Piece]:
    """Every mesh as often as it is seen, in the world."""
    meshes: dict[Id, _Mesh] = {}
    palette, budget = Palette(scene, path, textures or skin), soup.Budget()
    seen = scene.seen()
    paths = scene.paths(seen)
    for model in seen:
        for id_, node in scene.meshes(model):
            mesh = meshes[id_] = meshes.get(id_) or _mesh(node)
            budget.take(len(mesh.points), len(mesh.faces))
            points = _in_world(scene, model, id_, mesh.points)
            users, uv_set = palette.users(model, mesh.material)
            uv = mesh.uv.get(uv_set, next(iter(mesh.uv.values()), None))
            colors = mtl.face_colors(users, len(mesh.faces), uv, True, mesh.colors)
            whole = mtl.skin(users, uv) if skin and uv is not None else None
            mirrored = bool(soup.mirrors(scene.places[model].world @ scene.geometric(model)))
            colors = colors if len(mesh.faces) else None
            yield soup.Piece(points, mesh.faces, colors, whole, mirrored=mirrored, paths=[paths[model]])


def _mesh(node: Node) -> _Mesh:
    points = node.array("Vertices")
    points = points[: len(points) // 3 * 3].reshape(-1, 3)
    ends = node.array("PolygonVertexIndex").astype(np.int64)
    last = ends < 0
    if len(last):
        last[-1] = True
    corners = np.where(ends < 0, ~ends, ends)
    sizes = np.diff(np.flatnonzero(last), prepend=-1)
    triangles, polygon = polygons.triangles(sizes, in_range(corners, len(points)), points)
    faces = corners[triangles] if len(triangles) else NO_FACES
    keys = {
        "ByPolygonVertex": triangles,
        **dict.fromkeys(("ByVertice", "ByVertex"), faces),
        "ByPolygon": polygon[:, None].repeat(3, axis=1),
        "AllSame": np.zeros_like(triangles),
    }
    uv = {layer.text("Name"): _layer(layer, "UV", "UVIndex", 2, keys) for layer in node.all("LayerElementUV")}
    colored = node.first("LayerElementColor")
    colors = None if colored is None else _layer(colored, "Colors", "ColorIndex", 4, keys)
    material = node.first("LayerElementMaterial")
    chosen = None if material is None else _layer(material, "Materials", "", 1, keys)
    return _Mesh(
        points,
        faces,
        np.zeros(len(faces), np.int64) if chosen is None else chosen[:, 0, 0].astype(np.int64),
        {name: values for name, values in uv.items() if values is not None},
        None if colors is None or _says_nothing(colors) else _mean(colors),
    )


def _says_nothing(colors: Matrix) -> bool:
    """All white is what exporters write where nobody has painted."""
    return not np.isfinite(colors).all() or bool((colors[..., :3] == 1).all())


def _mean(colors: Matrix) -> RGB:
    return colors[..., :3].mean(axis=1).clip(0, 1).astype(np.float32)


def _layer(layer: Node, values: str, index: str, width: int, keys: dict[str, NDArray[np.int64]]) -> Matrix | None:
    """(f, 3, width) values at the corners of the faces; None where they are damaged, which costs only them."""
    try:
        table = layer.array(values)
        table = table[: len(table) // width * width].reshape(-1, width)
        at = keys[layer.text("MappingInformationType")]
        if layer.text("ReferenceInformationType") != "Direct" and index:
            at = layer.array(index).astype(np.int64)[at]
        return table[at.clip(0, len(table) - 1)] if len(table) and len(at) else None
    except (KeyError, IndexError, FileProblem):
        return None


def _in_world(scene: Scene, model: Id, id_: Id, points: Matrix) -> Matrix:
    """(v, 3) of a model's mesh."""
    inner = scene.geometric(model)
    place = scene.places[model].world @ inner
    points = _blended(scene, id_, points)
    out = soup.moved(points, place)
    for skin, node, _ in scene.below(id_, "Deformer"):
        if node.values[-1] == "Skin":
            out = _bent(scene, skin, soup.moved(points, inner), out)
    return out


def _blended(scene: Scene, id_: Id, points: Matrix) -> Matrix:
    """With the offsets of the shapes that are blended in."""
    out = points.copy()
    for blend, node, _ in scene.below(id_, "Deformer"):
        if node.values[-1] != "BlendShape":
            continue
        for channel, settings, _ in scene.below(blend, "Deformer"):
            stored = settings.array("DeformPercent")  # where Blender has it
            share = number_of(settings, "DeformPercent", stored[0] if len(stored) else 0) / 100
            for _, shape, _ in scene.below(channel, "Geometry")[-1:] if share else ():
                at, offsets = shape.array("Indexes").astype(np.int64), shape.array("Vertices").reshape(-1, 3)
                out[in_range(at, len(out))] += share * offsets
    return out


def _bent(scene: Scene, skin: Id, points: Matrix, stiff: Matrix) -> Matrix:
    """(v, 3) in the world, where the bones are; those of `stiff` where none holds a vertex."""
    total, out = np.zeros(len(points)), np.zeros_like(points)
    for cluster, node, _ in scene.below(skin, "Deformer"):
        bone = next((scene.places[id_] for id_, _, _ in scene.below(cluster, "Model") if id_ in scene.places), None)
        at, weights, bind = node.array("Indexes").astype(np.int64), node.array("Weights"), node.array("Transform")
        if bone is None or not len(at) or len(bind) != 16:
            continue
        at = in_range(at, len(points))
        np.add.at(out, at, weights[:, None] * soup.moved(points[at], bone.world @ bind.reshape(4, 4).T))
        np.add.at(total, at, weights)
    return np.where(total[:, None] > 0, out / np.maximum(total, 1e-30)[:, None], stiff)
