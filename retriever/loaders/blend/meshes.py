"""A mesh of Blender as triangles, with what its colours are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retriever.errors import FileProblem
from retriever.loaders.blend.layers import CORNERS, FACES, POINTS, Layers
from retriever.loaders.blend.records import Record
from retriever.loaders.colors import RGB, mean_of_corners, scaled
from retriever.loaders.numeric import NO_FACES, in_range
from retriever.loaders.polygons import triangles


@dataclass(frozen=True)
class Mesh:
    """Triangles of one mesh, in its own place.

    Attributes:
        points: (v, 3).
        faces: (f, 3) int64.
        slot: (f,) int64, which material is on a face.
        paint: what else is known of the corners; None of a mesh without polygons.
        copies: how often the faces repeat what `slot` and `paint` say once.
        mirrored: (f,) which faces stand mirrored; or False, none.
    """

    points: NDArray[Any]
    faces: NDArray[np.int64]
    slot: NDArray[np.int64]
    paint: Paint | None = None
    copies: int = 1
    mirrored: NDArray[np.bool_] | np.bool_ = np.False_


@dataclass(frozen=True)
class Paint:
    """What is on the triangles of a mesh, read where it is asked for.

    Attributes:
        layers: of the mesh.
        corners: (f, 3) numbers of the corners of each triangle.
        faces: (f, 3) of its vertices.
    """

    layers: Layers
    corners: NDArray[np.int64]
    faces: NDArray[np.int64]

    def uv(self) -> NDArray[np.float64] | None:
        """(f, 3, 2) texture coordinates, origin lower left, or None."""
        layer = self.layers.get(CORNERS, ("MLoopUV", "float2"))
        if layer is None:
            return None
        values = layer.values()
        return np.asarray(values["uv"] if layer.kind == "MLoopUV" else values, np.float64)[self.corners]

    def colors(self) -> RGB | None:
        """(f, 3) in 0..1 of what is painted on corners or vertices, or None."""
        for on, where in ((CORNERS, self.corners), (POINTS, self.faces)):
            layer = self.layers.get(on, ("bytes", "colors"))
            if layer is not None:
                return mean_of_corners(scaled(layer.values()), where)
        return None


def mesh_of(record: Record) -> Mesh:
    """The triangles of a mesh, polygons cut up.

    Raises:
        FileProblem: "malformed" where its parts do not fit together.
    """
    vertices, count = record.number_of("totvert"), record.number_of("totpoly")
    layers = Layers(record)
    if not vertices:
        return Mesh(np.zeros((0, 3)), NO_FACES, NO_FACES[:, 0])
    points = _points(layers)
    if not count:
        faces, slot = _before_2_63(record)
        return Mesh(points, in_range(faces, vertices), slot)
    start, sizes, slots = _polygons(record, layers, count)
    corners = in_range(_corners_of(start, sizes), record.number_of("totloop"))
    vertex = in_range(_vertex_of_corner(layers), vertices)
    cut, polygon = triangles(sizes, vertex[corners], points)
    cut = corners[cut]
    faces = vertex[cut]
    return Mesh(points, faces, slots[polygon], Paint(layers, cut, faces))


def _points(layers: Layers) -> NDArray[Any]:
    if layers.get(POINTS, ("float3",), "position"):
        return layers.need(POINTS, "float3", "position")
    return np.asarray(layers.need(POINTS, "MVert")["co"])


def _vertex_of_corner(layers: Layers) -> NDArray[np.int64]:
    if layers.get(CORNERS, ("int",), ".corner_vert"):
        return layers.need(CORNERS, "int", ".corner_vert").astype(np.int64)
    return layers.need(CORNERS, "MLoop")["v"].astype(np.int64)


def _polygons(record: Record, layers: Layers, count: int) -> tuple[NDArray[np.int64], ...]:
    """Of each polygon its first corner, how many it has, and its material's slot."""
    slots, stored = layers.get(FACES, ("int",), "material_index"), layers.get(FACES, ("MPoly",))
    slot = np.zeros(count, np.int64) if slots is None else slots.values().astype(np.int64)
    if stored is not None:
        of = stored.values()
        slot = of["mat_nr"].astype(np.int64) if slots is None else slot
        start, sizes = of["loopstart"].astype(np.int64), of["totloop"].astype(np.int64)
    else:
        ends = record.values("poly_offset_indices", record.file.blocks.order + "i4", count + 1).astype(np.int64)
        start, sizes = ends[:-1], np.diff(ends)
    if sizes.min() < 0 or sizes.sum() > record.number_of("totloop"):
        raise FileProblem("malformed", "has polygons of impossible sizes; save it again.")
    return start, sizes, slot


def _corners_of(start: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers of all corners, polygon after polygon."""
    first = np.cumsum(sizes) - sizes
    return np.repeat(start - first, sizes) + np.arange(int(sizes.sum()))


def _before_2_63(record: Record) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Triangles and quads of a mesh of the times before polygons, and their materials' slots."""
    count = record.number_of("totface")
    if not count or not record.number_of("mface"):
        return NO_FACES, NO_FACES[:, 0]
    rows = record.table("mface", "MFace", ("v1", "v2", "v3", "v4", "mat_nr"), count)
    corners = np.stack([rows[f"v{n}"] for n in (1, 2, 3, 4)], axis=1).astype(np.int64)
    quads = corners[:, 3] != 0  # no quad ends at vertex 0
    faces = np.concatenate([corners[:, :3], corners[quads][:, [0, 2, 3]]])
    slot = rows["mat_nr"].astype(np.int64)
    return faces, np.concatenate([slot, slot[quads]])
