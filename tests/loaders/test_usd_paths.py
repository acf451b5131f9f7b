"""What prims of USD stages are called, and every copy of one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pxr import Gf, UsdGeom
from usd_stages import read, square, stage

from retriever import loaders
from retriever.loaders.usd import walk
from retriever.types import Geometry


def paths(geometry: Geometry) -> list[str]:
    return ["/".join(node.path) for node in geometry.nodes]


def test_prims_are_called_by_their_paths(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    square(made, "/room/chair/seat")
    square(made, "/room/chair/back", (1, 0, 0))
    square(made, "/room/floor", (2, 0, 0))
    found = read(made)
    assert paths(found) == ["room/chair/seat", "room/chair/back", "room/floor"]
    assert [(node.start, node.end) for node in found.nodes] == [(0, 2), (2, 4), (4, 6)]


def test_every_instance_of_a_prototype_has_its_own_path(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    made.CreateClassPrim("/kind")
    square(made, "/kind/part")
    for number in range(70):
        each = UsdGeom.Xform.Define(made, f"/row/i{number}")
        each.GetPrim().GetReferences().AddInternalReference("/kind")
        each.GetPrim().SetInstanceable(True)
        each.AddTranslateOp().Set(Gf.Vec3d(number, 0, 0))
    found = read(made)
    assert paths(found) == [f"row/i{number}/part" for number in range(70)]
    for number, node in enumerate(found.nodes):
        assert found.vertices[found.faces[node.start : node.end]][..., 0].min() == number


def test_copies_of_a_point_instancer_are_called_by_its_path_and_their_prototype(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    forest = UsdGeom.PointInstancer.Define(made, "/land/forest")
    for part in ("stem", "crown"):
        square(made, f"/kinds/tree/{part}")
    square(made, "/other/tree")
    forest.CreatePrototypesRel().SetTargets(["/kinds/tree", "/other/tree"])
    forest.CreateProtoIndicesAttr([0, 1, 0])
    forest.CreatePositionsAttr([Gf.Vec3f(x, 0, 0) for x in (10, 20, 30)])
    found = read(made)
    where = {
        (path, float(found.vertices[found.faces[node.start : node.end]][..., 0].min()))
        for path, node in zip(paths(found), found.nodes, strict=True)
    }
    assert where == {
        ("land/forest/tree/stem", 10),
        ("land/forest/tree/crown", 10),
        ("land/forest/tree (2)/stem", 30),
        ("land/forest/tree (2)/crown", 30),
        ("land/forest/tree (3)", 20),
        ("other/tree", 0),
        ("kinds/tree/stem", 0),
        ("kinds/tree/crown", 0),
    }


@pytest.fixture
def meadow(tmp_path: Path) -> Any:
    """A stage of 1,000 copies in each of 3 copies, beside a square."""
    made = stage(tmp_path / "a.usda")
    square(made, "/floor", (-5, 0, 0))
    outer = UsdGeom.PointInstancer.Define(made, "/outer")
    inner = UsdGeom.PointInstancer.Define(made, "/outer/inner")
    square(made, "/outer/inner/blade")
    for each, prototype, count in ((outer, "/outer/inner", 3), (inner, "/outer/inner/blade", 1000)):
        each.CreatePrototypesRel().AddTarget(prototype)
        each.CreateProtoIndicesAttr([0] * count)
        each.CreatePositionsAttr([Gf.Vec3f(x, 0, 0) for x in range(count)])
    return made


def test_of_very_many_copies_some_have_a_path_and_all_are_of_their_instancer(meadow: Any) -> None:
    found = read(meadow)
    below = [node for node in found.nodes if node.path[0] == "outer"]
    assert sum(node.end - node.start for node in below) == 2 * 3000
    named = {node.path for node in below}
    assert len(named) == 3 * (64 + 1) and {("outer", "inner (2)"), ("outer", "inner (2)", "blade (64)")} < named
    names = dict.fromkeys(loaders.objects_of(Path(meadow.GetRootLayer().realPath)))
    assert list(names) == ["floor.ply", "outer.ply", "inner.ply"], "blades are alike, and like the floor"


@pytest.mark.parametrize("most", [("_MOST_NODES", 100), ("_MOST_NAMES", 300)])
def test_a_stage_of_too_many_names_has_none(
    meadow: Any, monkeypatch: pytest.MonkeyPatch, most: tuple[str, int]
) -> None:
    monkeypatch.setattr(walk, *most)
    found = walk.Walk(meadow, meadow.GetStartTimeCode()).all()
    assert [placed.runs for placed in found] == [(), ()] and [len(placed.places) for placed in found] == [1, 3000]


def test_points_alone_of_a_stage_have_their_paths(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    for name, count in (("a", 5), ("b", 7)):
        UsdGeom.Points.Define(made, f"/{name}").CreatePointsAttr([Gf.Vec3f(i, 2 * i, 0) for i in range(count)])
    assert [(node.path, node.start, node.end) for node in read(made).nodes] == [(("a",), 0, 5), (("b",), 5, 12)]
