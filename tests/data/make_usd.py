"""Makes the USD files among the small real files: ``python tests/data/make_usd.py``, with usd-core.

The chair of make.py as .usda with colours on meshes, as .usdc with z up and materials, and as .usdz with a picture; the
.usd of Blender comes from make_blender_usd.py.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from make import BOXES, TO_Z_UP, textured
from pxr import Gf, Sdf, Usd, UsdGeom, UsdShade, UsdUtils, Vt

HERE = Path(__file__).parent / "chairs"
SIDES = np.array([0, 1, 3, 2, 4, 6, 7, 5, 0, 4, 5, 1, 2, 3, 7, 6, 0, 2, 6, 4, 1, 5, 7, 3])
CORNERS = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])


def box(stage: Usd.Stage, path: str, points: np.ndarray) -> UsdGeom.Mesh:
    mesh = UsdGeom.Mesh.Define(stage, path)
    mesh.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(points.astype(np.float32)))
    mesh.CreateFaceVertexCountsAttr([4] * 6)
    mesh.CreateFaceVertexIndicesAttr(SIDES.tolist())
    return mesh


def material(stage: Usd.Stage, path: str) -> tuple[UsdShade.Material, UsdShade.Shader]:
    made, surface = UsdShade.Material.Define(stage, path), UsdShade.Shader.Define(stage, path + "/surface")
    surface.CreateIdAttr("UsdPreviewSurface")
    made.CreateSurfaceOutput().ConnectToSource(surface.ConnectableAPI(), "surface")
    return made, surface


def colored(path: Path) -> None:
    """Unit cubes, placed below a turned parent, as make.py's scene."""
    stage = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    stage.SetDefaultPrim(UsdGeom.Xform.Define(stage, "/chair").GetPrim())
    UsdGeom.Xform(stage.GetDefaultPrim()).AddRotateYOp().Set(90.0)
    for i, (centre, size, color) in enumerate(BOXES):
        mesh = box(stage, f"/chair/box{i}", CORNERS)
        mesh.AddRotateYOp().Set(-90.0)
        mesh.AddTranslateOp().Set(Gf.Vec3d(*centre))
        mesh.AddScaleOp().Set(Gf.Vec3f(*size))
        mesh.CreateDisplayColorAttr([Gf.Vec3f(*(level / 255 for level in color))])
    stage.Save()


def with_materials(path: Path) -> None:
    """Z up; one mesh for the seat and the back, whose polygons are bound by subsets, and one leg four times."""
    stage = Usd.Stage.CreateNew(str(path))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
    root = UsdGeom.Xform.Define(stage, "/chair").GetPrim()
    stage.SetDefaultPrim(root)
    bound = {}
    for name, (*_, color) in (("red", BOXES[1]), ("blue", BOXES[0])):
        bound[name], surface = material(stage, f"/chair/{name}")
        surface.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f).Set(Gf.Vec3f(*(c / 255 for c in color)))
    UsdShade.MaterialBindingAPI.Apply(root).Bind(bound["blue"])
    placed = [(CORNERS * size + centre) @ TO_Z_UP.T for centre, size, _ in BOXES]
    mesh = box(stage, "/chair/seat_and_back", np.concatenate(placed[:2]))
    mesh.CreateFaceVertexCountsAttr([4] * 12)
    mesh.CreateFaceVertexIndicesAttr(np.concatenate([SIDES, SIDES + 8]).tolist())
    back = UsdGeom.Subset.CreateGeomSubset(mesh, "back", UsdGeom.Tokens.face, Vt.IntArray(range(6, 12)), "materialBind")
    UsdShade.MaterialBindingAPI.Apply(back.GetPrim()).Bind(bound["red"])
    legs = UsdGeom.PointInstancer.Define(stage, "/chair/legs")
    box(stage, "/chair/legs/leg", placed[2])
    legs.CreatePrototypesRel().AddTarget("/chair/legs/leg")
    legs.CreateProtoIndicesAttr([0] * 4)
    legs.CreatePositionsAttr([Gf.Vec3f(*map(float, (each - placed[2])[0])) for each in placed[2:]])
    stage.Save()


def packed(path: Path) -> None:
    """Both colours in one picture inside the package, read by a network as exporters write it."""
    mesh, files = textured(), Path(tempfile.mkdtemp())
    mesh.visual.material.baseColorTexture.save(files / "both.png")
    stage = Usd.Stage.CreateNew(str(files / "chair.usdc"))
    UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.y)
    made = UsdGeom.Mesh.Define(stage, "/chair")
    stage.SetDefaultPrim(made.GetPrim())
    vertices, numbers = np.unique(np.asarray(mesh.vertices).round(6), axis=0, return_inverse=True)
    made.CreatePointsAttr(Vt.Vec3fArray.FromNumpy(vertices.astype(np.float32)))
    made.CreateFaceVertexCountsAttr([3] * len(mesh.faces))
    made.CreateFaceVertexIndicesAttr(numbers[mesh.faces.reshape(-1)].tolist())
    uv = UsdGeom.PrimvarsAPI(made).CreatePrimvar("map", Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.faceVarying)
    uv.Set(Vt.Vec2fArray.FromNumpy(mesh.visual.uv[mesh.faces.reshape(-1)].astype(np.float32)))
    paint, surface = material(stage, "/chair/paint")
    name = paint.CreateInput("uv", Sdf.ValueTypeNames.Token)
    name.Set("map")
    reader = UsdShade.Shader.Define(stage, "/chair/paint/reader")
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    reader.CreateInput("varname", Sdf.ValueTypeNames.Token).ConnectToSource(name)
    texture = UsdShade.Shader.Define(stage, "/chair/paint/texture")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set("both.png")
    texture.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(reader.ConnectableAPI(), "result")
    surface.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f).ConnectToSource(texture.ConnectableAPI(), "rgb")
    UsdShade.MaterialBindingAPI.Apply(made.GetPrim()).Bind(paint)
    stage.Save()
    UsdUtils.CreateNewUsdzPackage(str(files / "chair.usdc"), str(path))


if __name__ == "__main__":
    for name, write in {"chair.usda": colored, "chair.usdc": with_materials, "chair.usdz": packed}.items():
        (HERE / name).unlink(missing_ok=True)
        write(HERE / name)
