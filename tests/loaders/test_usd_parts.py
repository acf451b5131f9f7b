"""What a USD stage takes from elsewhere: other layers, pictures, and the library that reads it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PIL import Image
from pxr import Gf, Sdf, UsdGeom, UsdShade
from usd_stages import INPUTS, corners, read, square, stage

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders.usd.stage import library


def test_references_and_payloads_are_parts_and_what_is_missing_is_said(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "assets").mkdir()
    part = stage(tmp_path / "assets/part.usdc")
    part.SetDefaultPrim(UsdGeom.Xform.Define(part, "/part").GetPrim())
    square(part, "/part/mesh")
    part.Save()
    made = stage(tmp_path / "set/a.usda")
    made.DefinePrim("/one", "Xform").GetReferences().AddReference("../assets/part.usdc")
    two = UsdGeom.Xform.Define(made, "/two")
    two.AddTranslateOp().Set(Gf.Vec3d(3, 0, 0))
    two.GetPrim().GetPayloads().AddPayload("../assets/part.usdc")
    made.DefinePrim("/three", "Xform").GetReferences().AddReference("gone.usda")
    assert corners(read(made)) == [(0, 0, 0), (3, 0, 0)]
    names = {part.name: part.state is not None for part in loaders.load(tmp_path / "set/a.usda", INPUTS).parts}
    assert names == {"../assets/part.usdc": True, "gone.usda": False}
    made.RemovePrim("/one")
    made.RemovePrim("/two")
    with pytest.raises(FileProblem, match=r"gone\.usda") as caught:
        read(made)
    assert caught.value.kind == "missing-part"


def test_files_elsewhere_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    far = stage(tmp_path / "far.usda")
    far.SetDefaultPrim(UsdGeom.Xform.Define(far, "/part").GetPrim())
    square(far, "/part/mesh")
    far.Save()
    made = stage(tmp_path / "a/b/a.usda")
    square(made, "/own", (1, 0, 0))
    made.DefinePrim("/far", "Xform").GetReferences().AddReference("../../far.usda")
    assert corners(read(made)) == [(1, 0, 0)]
    assert loaders.load(tmp_path / "a/b/a.usda", INPUTS).parts == ()


def test_variants_as_they_are_selected(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    root = made.DefinePrim("/root", "Xform")
    size = root.GetVariantSets().AddVariantSet("size")
    for name, x in (("small", 1), ("large", 2)):
        size.AddVariant(name)
        size.SetVariantSelection(name)
        with size.GetVariantEditContext():
            square(made, "/root/" + name, (x, 0, 0))
    size.SetVariantSelection("small")
    assert corners(read(made)) == [(1, 0, 0)]


def test_pictures_of_a_network_beside_the_file(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    mesh = square(made, "/m")
    uv = UsdGeom.PrimvarsAPI(mesh).CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.vertex)
    uv.Set([Gf.Vec2f(0.1, 0.1)] * 4)
    paint = UsdShade.Material.Define(made, "/paint")
    surface, texture = (UsdShade.Shader.Define(made, f"/paint/{name}") for name in ("surface", "texture"))
    surface.CreateIdAttr("UsdPreviewSurface")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set("C:\\work\\green.png")
    surface.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f).ConnectToSource(texture.ConnectableAPI(), "rgb")
    paint.CreateSurfaceOutput().ConnectToSource(surface.ConnectableAPI(), "surface")
    UsdShade.MaterialBindingAPI.Apply(mesh.GetPrim()).Bind(paint)
    assert read(made).colors is None, "without its picture it has no colour"
    Image.new("RGB", (4, 4), (0, 255, 0)).save(tmp_path / "green.png")
    found = read(made)
    assert found.colors is not None and found.colors.tolist() == [[0, 1, 0]] * 2
    assert found.skin is not None and found.skin.pictures[0].shape == (4, 4, 3)
    assert "green.png" in {part.name for part in loaders.load(tmp_path / "a.usda", INPUTS).parts if part.state}
    texture.GetInput("file").Set("green.<UDIM>.png")
    (tmp_path / "green.png").rename(tmp_path / "green.1001.png")
    assert read(made).colors is not None


def test_colors_of_other_kinds_of_materials(tmp_path: Path) -> None:
    made = stage(tmp_path / "a.usda")
    paint = UsdShade.Material.Define(made, "/paint")
    surface = UsdShade.Shader.Define(made, "/paint/surface")
    surface.CreateIdAttr("ND_standard_surface_surfaceshader")
    given = paint.CreateInput("color", Sdf.ValueTypeNames.Color3f)
    given.Set(Gf.Vec3f(1, 0, 0))
    surface.CreateInput("base_color", Sdf.ValueTypeNames.Color3f).ConnectToSource(given)
    paint.CreateSurfaceOutput("mtlx").ConnectToSource(surface.ConnectableAPI(), "out")
    UsdShade.MaterialBindingAPI.Apply(square(made, "/m").GetPrim()).Bind(paint)
    found = read(made).colors
    assert found is not None and found.tolist() == [[1, 0, 0]] * 2


def test_warnings_and_settings_stay_off_the_screen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    made = stage(tmp_path / "a.usda")
    square(made, "/m")
    made.DefinePrim("/gone").GetReferences().AddReference("gone.usda")
    made.DefinePrim("/a").GetReferences().AddInternalReference("/a/b")
    made.Save()
    del made
    capfd.readouterr()
    loaders.load(tmp_path / "a.usda", INPUTS)
    (tmp_path / "b.usda").write_text("#usda 1.0\ndef {{{")
    (tmp_path / "deep.usda").write_text("#usda 1.0\n" + 'def "a" {' * 100_000 + "}" * 100_000)
    (tmp_path / "c.usdc").write_bytes(b"#usda 1.0\n")
    for name, kind in (("b.usda", "malformed"), ("deep.usda", "crashed"), ("c.usdc", "malformed")):
        with pytest.raises(FileProblem) as caught:
            loaders.load(tmp_path / name, INPUTS)
        assert caught.value.kind == kind
    assert loaders.load(tmp_path / "a.usda", INPUTS).facts["faces"] == 2, "another process took its place"
    assert capfd.readouterr() == ("", "")


def test_without_usd_core_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pxr", None)
    with pytest.raises(FileProblem, match=r"pip install 'any3d-retriever\[usd\]'") as caught:
        library.__wrapped__()
    assert caught.value.kind == "unsupported"
