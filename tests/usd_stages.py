"""USD stages made in tests, and what was read of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pxr import Gf, Usd, UsdGeom

from retriever import loaders
from retriever.loaders import Inputs
from retriever.types import Geometry, ShapeInput

SCENES = Path(__file__).parent / "data" / "scenes"
INPUTS = Inputs(ShapeInput(points=64, color=0.5))
SQUARE = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]


def stage(path: Path, up: str = "Y") -> Usd.Stage:
    made = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(made, up)
    return made


def square(made: Usd.Stage, path: str, at: tuple[float, float, float] = (0, 0, 0)) -> UsdGeom.Mesh:
    mesh = UsdGeom.Mesh.Define(made, path)
    mesh.CreatePointsAttr([Gf.Vec3f(*point) for point in SQUARE])
    mesh.CreateFaceVertexCountsAttr([4])
    mesh.CreateFaceVertexIndicesAttr([0, 1, 2, 3])
    mesh.AddTranslateOp().Set(Gf.Vec3d(*at))
    return mesh


def read(made: Usd.Stage) -> Geometry:
    """As a shape file that was saved; as it stands in the file, for all of these have y up."""
    made.Save()
    return loaders.load_geometry(Path(made.GetRootLayer().realPath))


def corners(geometry: Geometry) -> list[tuple[float, ...]]:
    """The least corner of every pair of triangles, which the squares are."""
    quads = geometry.vertices[geometry.faces].reshape(-1, 6, 3)
    return sorted(tuple(row) for row in quads.min(axis=1).round(4).tolist())


def boxes(geometry: Geometry, color: tuple[float, ...]) -> list[list[float]]:
    """Least and largest corners, x y z with z up, of all boxes of a colour, which have twelve triangles each."""
    assert geometry.colors is not None
    own = np.abs(geometry.colors - color).max(axis=1) < 0.01
    of_each = (geometry.vertices[:, [0, 2, 1]] * (1, -1, 1))[geometry.faces[own]].reshape(-1, 36, 3)
    return sorted([*low, *high] for low, high in zip(of_each.min(1).tolist(), of_each.max(1).tolist(), strict=True))
