"""USD stages: what they show where they show it, whoever wrote them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from pxr import Gf, Sdf, UsdGeom, UsdSkel, Vt
from usd_stages import INPUTS, SCENES, SQUARE, boxes, corners, read, square, stage

from retriever import loaders
from retriever.errors import FileProblem


@pytest.mark.parametrize("name", ["blender_4_2.usdc", "blender_5_0.usdc"])
def test_a_scene_of_blender(name: str) -> None:
    found = loaders.load_geometry(SCENES / name)
    assert loaders.load(SCENES / name, INPUTS).facts["up"] == "z"
    assert len(found.faces) == 6 + 12 + 3 * 12 + 2 * 12, "an octagon, a box, a row of three, a post shown twice"
    row = [[2 * i - 0.5, 9.5, -0.5, 2 * i + 0.5, 10.5, 0.5] for i in range(3)]
    assert np.allclose(boxes(found, (0.2, 0.4, 0.8)), row, atol=1e-5)
    half = math.sqrt(0.5)
    box = [1 - 2 * 4, -0.5, -1.5, 1 - 2 * 2, 0.5, 1.5]  # scaled by 1 2 3, turned, then mirrored and scaled with x
    posts = [[4.5, 4.5, -0.5, 5.5, 5.5, 0.5], [9 - half, 5 - half, -0.5, 9 + half, 5 + half, 0.5]]
    assert np.allclose(boxes(found, (0.8, 0.2, 0.2)), [box, *posts], atol=1e-5)


def test_transforms_of_parents_and_a_reset(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    parent = UsdGeom.Xform.Define(made, "/p")
    parent.AddTranslateOp().Set(Gf.Vec3d(10, 0, 0))
    parent.AddScaleOp().Set(Gf.Vec3f(-2, 1, 1))
    square(made, "/p/below", (1, 0, 0))
    UsdGeom.Xformable(square(made, "/p/alone", (0, 7, 0))).SetResetXformStack(True)
    assert corners(read(made)) == [(0, 7, 0), (6, 0, 0)]


def test_what_is_hidden_and_what_is_for_other_purposes(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    square(made, "/shown")
    square(made, "/render", (1, 0, 0)).CreatePurposeAttr("render")
    square(made, "/guide", (2, 0, 0)).CreatePurposeAttr("guide")
    UsdGeom.Xform.Define(made, "/hull").CreatePurposeAttr("proxy")
    square(made, "/hull/part", (3, 0, 0))
    UsdGeom.Xform.Define(made, "/off").CreateVisibilityAttr("invisible")
    square(made, "/off/part", (4, 0, 0))
    square(made, "/inactive", (5, 0, 0)).GetPrim().SetActive(False)
    made.CreateClassPrim("/_class")
    square(made, "/_class/part", (6, 0, 0))
    assert corners(read(made)) == [(0, 0, 0), (1, 0, 0)]


def test_polygons_and_holes(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    mesh = UsdGeom.Mesh.Define(made, "/m")
    mesh.CreatePointsAttr([Gf.Vec3f(math.cos(i), math.sin(i), 0) for i in range(6)] + [Gf.Vec3f(9, 9, 9)])
    mesh.CreateFaceVertexCountsAttr([6, 3, 2, 3])
    mesh.CreateFaceVertexIndicesAttr([0, 1, 2, 3, 4, 5, 0, 1, 6, 0, 1, 0, 1, 2])
    mesh.CreateHoleIndicesAttr([1])
    mesh.CreateSubdivisionSchemeAttr("catmullClark")
    UsdGeom.PrimvarsAPI(mesh).CreatePrimvar(
        "displayColor", Sdf.ValueTypeNames.Color3fArray, UsdGeom.Tokens.uniform
    ).Set([Gf.Vec3f(1, 0, 0), Gf.Vec3f(0, 1, 0), Gf.Vec3f(0, 0, 0), Gf.Vec3f(0, 0, 1)])
    found = read(made)
    assert len(found.faces) == 5 and found.colors is not None
    assert found.colors.tolist() == [[1, 0, 0]] * 4 + [[0, 0, 1]]


@pytest.mark.parametrize(
    ("interpolation", "colors", "indices", "expected"),
    [
        ("constant", [(1, 0, 0)], None, (1, 0, 0)),
        ("vertex", [(1, 0, 0), (0, 1, 0)], [0, 0, 0, 0], (1, 0, 0)),
        ("faceVarying", [(0, 0, 1)] * 4, None, (0, 0, 1)),
        ("vertex", [(0, 0, 1)] * 3, None, None),
    ],
)
def test_colors_of_every_interpolation(
    tmp_path: Path, interpolation: str, colors: list, indices: list | None, expected: tuple | None
) -> None:
    made = stage(tmp_path / "a.usda")
    primvar = UsdGeom.PrimvarsAPI(square(made, "/m")).CreatePrimvar(
        "displayColor", Sdf.ValueTypeNames.Color3fArray, interpolation
    )
    primvar.Set([Gf.Vec3f(*color) for color in colors])
    if indices:
        primvar.SetIndices(Vt.IntArray(indices))
    found = read(made).colors
    assert (None if found is None else found.tolist()) == (expected and [list(expected)] * 2)


def test_instances_of_a_prototype_with_the_color_of_each(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    made.CreateClassPrim("/kind")
    square(made, "/kind/part", (0, 1, 0))
    for number in range(3):
        each = UsdGeom.Xform.Define(made, f"/i{number}")
        each.GetPrim().GetReferences().AddInternalReference("/kind")
        each.GetPrim().SetInstanceable(True)
        each.AddTranslateOp().Set(Gf.Vec3d(2 * number, 0, 0))
    blue = UsdGeom.PrimvarsAPI(made.GetPrimAtPath("/i2"))
    blue.CreatePrimvar("displayColor", Sdf.ValueTypeNames.Color3fArray).Set([Gf.Vec3f(0, 0, 1)])
    found = read(made)
    assert corners(found) == [(0, 1, 0), (2, 1, 0), (4, 1, 0)]
    assert found.colors is not None
    assert found.colors[found.vertices[found.faces][:, :, 0].min(1) > 3].tolist() == [[0, 0, 1]] * 2


def test_point_instancers_within_one_another(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    outer = UsdGeom.PointInstancer.Define(made, "/outer")
    outer.AddTranslateOp().Set(Gf.Vec3d(0, 0, 5))
    inner = UsdGeom.PointInstancer.Define(made, "/outer/inner")
    square(made, "/outer/inner/part", (0, 1, 0))
    for each, prototype, x in ((outer, "/outer/inner", [0, 10, 20]), (inner, "/outer/inner/part", [0, 2])):
        each.CreatePrototypesRel().AddTarget(prototype)
        each.CreateProtoIndicesAttr([0] * len(x))
        each.CreatePositionsAttr([Gf.Vec3f(value, 0, 0) for value in x])
    outer.CreateInvisibleIdsAttr([1])
    expected = [(x, 1, 5) for x in (0, 2, 20, 22)]
    assert corners(read(made)) == expected
    inner.GetPrototypesRel().AddTarget("/outer")
    inner.GetProtoIndicesAttr().Set([0, 1])
    assert set(corners(read(made))) <= {*expected, (2, 1, 5), (22, 1, 5)} | {
        (x + y, 1, z) for x in (0, 20) for y in (0, 2, 20, 22) for z in (5, 10)
    }, "one that holds itself ends"


SOLIDS = [
    ("Cube", {"size": 2.0}, (2, 2, 2), 24.0),
    ("Sphere", {"radius": 1.0}, (2, 2, 2), 4 * math.pi),
    ("Cylinder", {"radius": 1.0, "height": 4.0, "axis": "X"}, (4, 2, 2), 10 * math.pi),
    ("Cylinder_1", {"radiusTop": 1.0, "radiusBottom": 2.0, "height": 4.0, "axis": "Y"}, (4, 4, 4), 54.56),
    ("Cone", {"radius": 1.0, "height": 4.0, "axis": "Y"}, (2, 4, 2), math.pi * (1 + math.sqrt(17))),
    ("Capsule", {"radius": 1.0, "height": 4.0, "axis": "Z"}, (2, 2, 6), 12 * math.pi),
    ("Plane", {"width": 1.0, "length": 3.0, "axis": "Y"}, (1, 0, 3), 3.0),
    ("Plane", {"width": 1.0, "length": 3.0, "axis": "X"}, (0, 3, 1), 3.0),
]


@pytest.mark.parametrize(("kind", "values", "extent", "area"), SOLIDS)
def test_solids(tmp_path: Path, kind: str, values: dict, extent: tuple, area: float) -> None:
    made = stage(tmp_path / "a.usda")
    prim = made.DefinePrim("/solid", kind)
    for name, value in values.items():
        prim.GetAttribute(name).Set(value)
    found = read(made)
    assert found.extent == pytest.approx(extent, rel=0.02)
    a, b, c = np.moveaxis(found.vertices[found.faces], 1, 0)
    normals = np.cross(b - a, c - a)
    assert np.linalg.norm(normals, axis=1).sum() / 2 == pytest.approx(area, rel=0.02)
    assert (np.einsum("ij,ij->i", normals, a + b + c) > -1e-9).all(), "they look outwards"


def test_animated_points_at_the_start(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    points = square(made, "/m").GetPointsAttr()
    for frame in (1, 5, 9):
        points.Set([Gf.Vec3f(x + frame, y, z) for x, y, z in SQUARE], frame)
    assert corners(read(made)) == [(1, 0, 0)]
    made.SetStartTimeCode(5)
    made.SetEndTimeCode(9)
    assert corners(read(made)) == [(5, 0, 0)]


def test_a_skeleton_in_its_pose_at_the_start(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    root = UsdSkel.Root.Define(made, "/root")
    root.AddTranslateOp().Set(Gf.Vec3d(0, 0, 3))
    bones = UsdSkel.Skeleton.Define(made, "/root/bones")
    bones.CreateJointsAttr(["a", "a/b"])
    bones.CreateBindTransformsAttr([Gf.Matrix4d(1)] * 2)
    bones.CreateRestTransformsAttr([Gf.Matrix4d(1)] * 2)
    mesh = square(made, "/root/skin", (9, 9, 9))
    binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
    binding.CreateSkeletonRel().AddTarget("/root/bones")
    binding.CreateJointIndicesPrimvar(False, 1).Set([0, 0, 1, 1])
    binding.CreateJointWeightsPrimvar(False, 1).Set([1.0] * 4)
    UsdSkel.BindingAPI.Apply(root.GetPrim())
    assert corners(read(made)) == [(0, 0, 3)], "a skinned mesh stands where its skeleton does"
    pose = UsdSkel.Animation.Define(made, "/root/pose")
    pose.CreateJointsAttr(["a", "a/b"])
    pose.CreateTranslationsAttr([Gf.Vec3f(0, 0, 0), Gf.Vec3f(0, 5, 0)])
    pose.CreateRotationsAttr([Gf.Quatf(1)] * 2)
    pose.CreateScalesAttr([Gf.Vec3h(1)] * 2)
    UsdSkel.BindingAPI.Apply(bones.GetPrim()).CreateAnimationSourceRel().AddTarget("/root/pose")
    assert read(made).vertices.tolist() == [[0, 0, 3], [1, 0, 3], [1, 6, 3], [0, 6, 3]]


def test_points_alone_are_a_cloud_and_beside_meshes_they_are_left_out(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    cloud = UsdGeom.Points.Define(made, "/cloud")
    cloud.CreatePointsAttr([Gf.Vec3f(i, 2 * i, 0) for i in range(5)])
    cloud.CreateDisplayColorAttr([Gf.Vec3f(1, 0, 0)])
    found = read(made)
    assert (len(found.vertices), len(found.faces)) == (5, 0)
    assert found.colors is not None and found.colors.tolist() == [[1, 0, 0]] * 5
    square(made, "/m")
    assert len(read(made).vertices) == 4


def test_more_instances_than_are_read(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    for level in range(5):
        path = "/i" + "/i".join("" for _ in range(level + 1))
        each = UsdGeom.PointInstancer.Define(made, path)
        each.CreatePrototypesRel().AddTarget(path + ("/i" if level < 4 else "/part"))
        each.CreateProtoIndicesAttr([0] * 100)
        each.CreatePositionsAttr([Gf.Vec3f(i, level, 0) for i in range(100)])
    square(made, path + "/part")
    with pytest.raises(FileProblem) as caught:
        read(made)
    assert caught.value.kind == "too-large"
