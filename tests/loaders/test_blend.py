"""Files of Blender against what three of its versions say of the same scenes, see data/blend/make.py."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs
from retriever.loaders.blend import pictures_of, read_blend
from retriever.loaders.blend.blocks import unpacked
from retriever.types import Geometry, ShapeInput

BLENDS = Path(__file__).parents[1] / "data" / "blend"
SCENES = sorted(path.name for path in BLENDS.glob("*.blend"))
INPUTS = Inputs(ShapeInput(points=64, color=0.5))


def read(name: str, data: bytes | None = None) -> Geometry:
    path = BLENDS / name
    return read_blend(path.read_bytes() if data is None else data, path)


def in_order(points: np.ndarray) -> np.ndarray:
    points = points.astype(np.float64).round(3) + 0.0
    return points[np.lexsort(points.T)]


def by_color(geometry: Geometry) -> np.ndarray:
    """(c, 7) rows of r g b, area, and the middle of the surface that has the colour, in order of the colours."""
    assert geometry.colors is not None
    corners = geometry.vertices[geometry.faces]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    rows = []
    for color in np.unique(geometry.colors.round(2), axis=0):
        on = (np.abs(geometry.colors - color) < 0.006).all(axis=1)
        middle = (corners[on].mean(axis=1) * areas[on, None]).sum(axis=0) / areas[on].sum()
        rows.append([*color, areas[on].sum(), *middle])
    return np.array(rows)


def test_three_versions_wrote_the_scenes() -> None:
    assert SCENES == ["scene_34.blend", "scene_42.blend", "scene_50.blend"]


@pytest.mark.parametrize("name", SCENES)
def test_all_that_is_shown_is_where_blender_says(name: str) -> None:
    said = np.load((BLENDS / name).with_suffix(".npz"))
    geometry = read(name)
    assert geometry.vertices.shape == said["points"].shape
    gaps = np.abs(geometry.vertices[:, None] - said["points"]).max(axis=2)
    assert gaps.min(axis=0).max() < 1e-4 and gaps.min(axis=1).max() < 1e-4
    np.testing.assert_allclose(geometry.vertices.mean(axis=0), said["points"].mean(axis=0), atol=1e-4)


@pytest.mark.parametrize("name", SCENES)
def test_colors_are_on_as_much_surface_as_blender_says_and_there(name: str) -> None:
    said = np.load((BLENDS / name).with_suffix(".npz"))
    np.testing.assert_allclose(by_color(read(name)), said["colors"], atol=2e-3)
