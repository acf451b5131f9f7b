"""FBX: what the format may say, in scenes written by hand."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from fbx_scenes import TRIANGLE, counted_colors, mesh, model, scene

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs
from retriever.loaders.fbx import read_fbx
from retriever.types import Geometry, ShapeInput

DATA = Path(__file__).parents[1] / "data" / "fbx"
INPUTS = Inputs(ShapeInput(points=64, color=0.5))


def of(data: bytes, tmp_path: Path = DATA) -> Geometry:
    with np.errstate(all="ignore"):
        return read_fbx(data, tmp_path / "a.fbx")


def corner(data: bytes) -> list[float]:
    """Where the first vertex of the only triangle lies."""
    found: list[float] = (of(data).vertices[0].round(9) + 0.0).tolist()
    return found


@pytest.mark.parametrize(
    ("properties", "at"),
    [
        ({"Lcl_Translation": (1, 2, 3)}, [1, 2, 3]),
        # Pivots are where a turn or a scale leaves everything in place: the origin goes round (1, 0, 0).
        ({"RotationPivot": (1, 0, 0), "Lcl_Rotation": (0, 0, 90)}, [1, -1, 0]),
        ({"ScalingPivot": (1, 0, 0), "Lcl_Scaling": (3, 1, 1)}, [-2, 0, 0]),
        ({"RotationOffset": (0, 5, 0), "ScalingOffset": (0, 0, 2)}, [0, 5, 2]),
        # (1, 2, 3) of the geometry is turned by the model, about x first and then about z, or the other way round.
        ({"GeometricTranslation": (1, 2, 3), "Lcl_Rotation": (90, 0, 90)}, [3, 1, 2]),
        ({"GeometricTranslation": (1, 2, 3), "Lcl_Rotation": (90, 0, 90), "RotationOrder": 5}, [-2, -3, 1]),
        ({"GeometricTranslation": (1, 2, 3), "PreRotation": (0, 0, 90), "Lcl_Rotation": (90, 0, 0)}, [3, 1, 2]),
        ({"GeometricTranslation": (1, 2, 3), "PostRotation": (0, 0, 90)}, [2, -1, 3]),
        ({"GeometricTranslation": (1, 2, 3), "PreRotation": (0, 0, 90), "RotationActive": 0}, [1, 2, 3]),
        ({"GeometricTranslation": (1, 2, 3), "GeometricScaling": (9, 9, 9), "Lcl_Scaling": (2, 2, 2)}, [2, 4, 6]),
    ],
)
def test_where_a_model_puts_its_mesh(properties: dict[str, object], at: list[float]) -> None:
    assert corner(scene(mesh(1) + model(2, **properties), "1,2 2,0")) == at


def test_geometric_transforms_are_the_models_own_and_scales_are_inherited_as_the_child_says() -> None:
    top = model(2, kind="Null", GeometricTranslation=(7, 7, 7), Lcl_Scaling=(2, 1, 1))
    places = []
    for inherit in (0, 1, 2):
        child = model(3, GeometricTranslation=(0, 1, 0), Lcl_Rotation=(0, 0, 90), InheritType=inherit)
        places.append(corner(scene(mesh(1) + top + child, "1,3 3,2 2,0")))
    # (0, 1, 0) is turned to (-1, 0, 0): scaled along its own y by 1, along the parent's x by 2, not at all.
    assert places == [[-1, 0, 0], [-2, 0, 0], [-1, 0, 0]]


@pytest.mark.parametrize(("axis", "sign", "up"), [(0, 1, "x"), (1, 1, "y"), (2, 1, "z"), (2, -1, "z")])
def test_the_axis_that_points_up(axis: int, sign: int, up: str, tmp_path: Path) -> None:
    settings = f'P: "UpAxis", "int", "Integer", "",{axis}\nP: "UpAxisSign", "int", "Integer", "",{sign}\n'
    data = scene(mesh(1) + model(2, Lcl_Translation=(1, 2, 3)), "1,2 2,0", settings)
    assert of(data).up == up
    assert corner(data)[axis] == sign * (axis + 1)
    (tmp_path / "a.fbx").write_bytes(data)
    assert loaders.load(tmp_path / "a.fbx", INPUTS).facts["up"] == up


def test_what_is_hidden_is_left_out_unless_all_is() -> None:
    meshes = mesh(1) + model(2, Lcl_Translation=(0, 0, 2))
    off = 'CollectionExclusive: 9, "DisplayLayer::", "DisplayLayer" {\nProperties70: {\nP: "Show", "", "", "",0\n}\n}\n'
    for hidden in (model(3, Show=0), model(3, Visibility=0), model(3)):
        link = " 3,9" if hidden == model(3) else ""
        found = of(scene(meshes + hidden + off, f"1,2 2,0 1,3 3,0{link}"))
        assert found.vertices[:, 2].tolist() == [2, 2, 2]
        assert len(of(scene(mesh(1) + hidden + off, f"1,3 3,0{link}")).faces) == 1
    below = mesh(1) + model(2) + model(3, kind="Null", Visibility=0)
    assert len(of(scene(below + model(4), "1,2 2,0 3,0 4,3 1,4")).faces) == 1
    assert len(of(scene(below + model(4, Visibility_Inheritance=0), "1,2 2,0 3,0 4,3 1,4")).faces) == 2


def test_collision_hulls_and_coarser_levels_are_left_out_unless_there_is_nothing_else() -> None:
    two = mesh(1) + model(2, "door", Lcl_Translation=(0, 0, 2))
    for hull in ("UCX_door_01", "UBX_door", "USP_door", "UCP_door"):
        assert of(scene(two + model(3, hull), "1,2 2,0 1,3 3,0")).vertices[:, 2].tolist() == [2, 2, 2]
        assert len(of(scene(mesh(1) + model(3, hull), "1,3 3,0")).faces) == 1
    levels = mesh(1) + model(2, "door_LOD1") + model(3, "door_LOD0", Lcl_Translation=(0, 0, 2)) + model(4, "gate_LOD1")
    assert of(scene(levels, "1,2 2,0 1,3 3,0 1,4 4,0")).vertices[:, 2].tolist() == [2, 2, 2, 0, 0, 0]
    groups = mesh(1) + model(8, "car_LOD1", "Null") + model(9, "car_LOD0", "Null", Lcl_Translation=(0, 0, 2))
    groups += model(2, "body") + model(3, "body") + model(4, "wheel")
    assert of(scene(groups, "8,0 9,0 2,8 3,9 4,8 1,2 1,3 1,4")).vertices[:, 2].tolist() == [2, 2, 2]
    group = mesh(1) + model(9, kind="LodGroup") + model(2, Lcl_Translation=(0, 0, 2)) + model(3) + model(4)
    assert of(scene(group, "9,0 2,9 3,9 4,3 1,2 1,3 1,4")).vertices[:, 2].tolist() == [2, 2, 2]


def test_links_that_go_round_end() -> None:
    round_ = mesh(1) + model(2, "a_LOD0", "Null") + model(3, "b_LOD0", "Null") + model(4, "c_LOD1")
    assert len(of(scene(round_, "2,0 3,2 4,3 3,4 4,4 1,4")).faces) == 1
    with pytest.raises(FileProblem, match="no meshes"):
        of(scene(mesh(1) + model(0), "0,0 1,0"))


def test_instances_curves_and_surfaces_that_are_no_meshes() -> None:
    other = 'Geometry: 5, "Geometry::", "NurbsCurve" {\nPoints: 0,0,0,1,9,9,9,1\n}\n' + model(6)
    data = scene(mesh(1) + model(2) + model(3, Lcl_Translation=(0, 0, 2)) + other, "1,2 2,0 1,3 3,0 5,6 6,0")
    assert of(data).vertices[:, 2].tolist() == [0, 0, 0, 2, 2, 2]
    with pytest.raises(FileProblem) as caught:
        of(scene(other, "5,6 6,0"))
    assert caught.value.kind == "empty"


def test_polygons_edges_and_points_without_faces() -> None:
    body = "Vertices: *15 {\na: 0,0,0,1,0,0,2,1,0,1,2,0,0,2,0\n}\nPolygonVertexIndex: *7 {\na: 0,1,2,3,-5,0,-2\n}\n"
    found = of(scene(mesh(1, body) + model(2), "1,2 2,0"))
    assert found.faces.tolist() == [[0, 1, 2], [0, 2, 3], [0, 3, 4]]
    found = of(scene(mesh(1, body[: body.index("Poly")]) + model(2), "1,2 2,0"))
    assert (len(found.vertices), len(found.faces), found.colors) == (5, 0, None)


def test_numbers_that_are_none_cost_what_uses_them() -> None:
    for word in ("nan", "-nan", "inf", "-1.#IND", "1.#QNAN" + "0" * 60):
        body = "Vertices: *15 {\na: 0,0,0,1,0,0,0,1,0,0,0,1,%s,5,5\n}\nPolygonVertexIndex: *6 {\na: 0,1,-3,0,1,-4\n}\n"
        vertices = of(scene(mesh(1, body % word) + model(2), "1,2 2,0")).vertices
        assert np.isfinite(vertices).all(axis=1).tolist() == [True, True, True, True, False]


def test_what_is_damaged_beside_the_surface_costs_only_itself() -> None:
    for values in ("0,1,0,word", "0,1", "0,1,0,1.#x", ""):
        body = TRIANGLE + layer("Color", f"Colors: *4 {{\na: {values}\n}}", "AllSame")
        found = of(scene(mesh(1, body) + model(2), "1,2 2,0"))
        assert (len(found.faces), found.colors) == (1, None)
    body = TRIANGLE + layer("Color", "Colors: *4 {\na: 0,1,0,1\n}", "ByFriday")
    assert of(scene(mesh(1, body) + model(2), "1,2 2,0")).colors is None


def layer(kind: str, values: str, mapping: str, extra: str = "") -> str:
    reference = "IndexToDirect" if extra else "Direct"
    return (
        f'LayerElement{kind}: 0 {{\nName: "a"\nMappingInformationType: "{mapping}"\n'
        f'ReferenceInformationType: "{reference}"\n{values}\n{extra}\n}}\n'
    )


@pytest.mark.parametrize(
    ("values", "mapping", "extra"),
    [
        ("Colors: *4 {\na: 0,1,0,1\n}", "AllSame", ""),
        ("Colors: *4 {\na: 0,1,0,1\n}", "ByPolygon", ""),
        ("Colors: *12 {\na: 0,1,0,1,0,1,0,1,0,1,0,1\n}", "ByVertice", ""),
        ("Colors: *12 {\na: 0,1,0,1,0,1,0,1,0,1,0,1\n}", "ByPolygonVertex", ""),
        ("Colors: *8 {\na: 1,0,0,1,0,1,0,1\n}", "ByPolygonVertex", "ColorIndex: *3 {\na: 1,1,1\n}"),
    ],
)
def test_every_way_to_say_colours(values: str, mapping: str, extra: str) -> None:
    paint = 'Material: 8, "Material::", "" {\nProperties70: {\nP: "DiffuseColor", "", "", "A",1,0,0\n}\n}\n'
    found = of(scene(mesh(1, TRIANGLE + layer("Color", values, mapping, extra)) + model(2) + paint, "1,2 2,0 8,2"))
    assert counted_colors(found) == {(0.0, 1.0, 0.0): 1}
    white = values.replace("0,", "1,")
    found = of(scene(mesh(1, TRIANGLE + layer("Color", white, mapping, extra)) + model(2) + paint, "1,2 2,0 8,2"))
    assert counted_colors(found) == {(1.0, 0.0, 0.0): 1}, "white says nothing"


def test_colours_of_materials_with_their_factor_and_by_polygon() -> None:
    paint = "".join(
        f'Material: {id_}, "Material::", "" {{\nProperties70: {{\nP: "DiffuseColor", "", "", "A",{color}\n'
        'P: "DiffuseFactor", "", "", "A",0.5\n}\n}\n'
        for id_, color in ((8, "1,0,0"), (9, "0,0,1"))
    )
    body = "Vertices: *9 {\na: 0,0,0,1,0,0,0,1,0\n}\nPolygonVertexIndex: *6 {\na: 0,1,-3,0,2,-2\n}\n"
    body += layer("Material", "Materials: *2 {\na: 1,0\n}", "ByPolygon", " ")
    found = of(scene(mesh(1, body) + model(2) + paint, "1,2 2,0 8,2 9,2"))
    assert found.colors is not None and found.colors.tolist() == [[0, 0, 0.5], [0.5, 0, 0]]


@pytest.mark.parametrize(
    "hung",
    [
        "DiffuseColor",
        "Maya|TEX_color_map",
        "Maya|baseColor|file",
        "Maya|DiffuseTexture",
        "3dsMax|Parameters|base_color_map",
    ],
)
def test_what_pictures_hang_on(hung: str) -> None:
    body = TRIANGLE + layer("UV", "UV: *2 {\na: 0.2,0.5\n}", "AllSame")
    more = (
        'Material: 8, "Material::", "" {\n}\nTexture: 9, "Texture::", "" {\nRelativeFilename: "C:\\\\x\\half.png"\n}\n'
    )
    links = f'1,2 2,0 8,2 9,8,"{hung}"'
    assert counted_colors(of(scene(mesh(1, body) + model(2) + more, links))) == {(1.0, 1.0, 0.0): 1}
    bump = scene(mesh(1, body) + model(2) + more, '1,2 2,0 8,2 9,8,"NormalMap"')
    assert of(bump).colors is None


@pytest.mark.parametrize(
    "percent",
    ['Properties70: {\nP: "DeformPercent", "", "", "A",50\n}\n', "DeformPercent: 50\nFullWeights: *1 {\na: 100\n}\n"],
)
def test_shapes_that_are_blended_in(percent: str) -> None:
    blend = (
        'Deformer: 5, "Deformer::", "BlendShape" {\n}\nDeformer: 6, "SubDeformer::", "BlendShapeChannel" {\n'
        f'{percent}}}\nGeometry: 7, "Geometry::", "Shape" {{\n'
        "Indexes: *1 {\na: 1\n}\nVertices: *3 {\na: 0,0,4\n}\n}\n"
    )
    found = of(scene(mesh(1) + model(2) + blend, "1,2 2,0 5,1 6,5 7,6"))
    assert found.vertices.tolist() == [[0, 0, 0], [1, 0, 2], [0, 1, 0]]


VERSION_6 = """; FBX 6.1.0 project file
FBXHeaderExtension:  {
	FBXVersion: 6100
}
Objects:  {
	Model: "Model::hexagon", "Mesh" {
		Version: 232
		Properties60:  {
			Property: "Lcl Translation", "Lcl Translation", "A+",0,0,5
			Property: "Visibility", "Visibility", "A+",1
		}
		Vertices: 0,0,0,1,0,0,
		1,1,0
		,0,1,0
		PolygonVertexIndex: 0,1,2,-4
		LayerElementMaterial: 0 {
			MappingInformationType: "AllSame"
			ReferenceInformationType: "IndexToDirect"
			Materials: 0
		}
	}
	Material: "Material::red", "" {
		Properties60:  {
			Property: "DiffuseColor", "ColorRGB", "",1,0,0
		}
	}
	GlobalSettings:  {
		Properties60:  {
			Property: "UpAxis", "int", "",2
		}
	}
}
Connections:  {
	Connect: "OO", "Model::hexagon", "Model::Scene"
	Connect: "OO", "Material::red", "Model::hexagon"
}
"""


def test_version_6_keeps_meshes_in_models_and_links_by_names() -> None:
    found = of(VERSION_6.encode())
    assert found.vertices.tolist() == [[0, 0, 5], [1, 0, 5], [1, 1, 5], [0, 1, 5]]
    assert counted_colors(found) == {(1.0, 0.0, 0.0): 2}
    assert found.up == "z"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"Kaydara FBX Binary  \0\x1a\0" + struct.pack("<I", 5800) + b"\0" * 40, "unsupported"),
        (VERSION_6.replace("6100", "5000").encode(), "unsupported"),
        (b"Kaydara FBX Binary  \0\x1a\0", "truncated"),
        (VERSION_6[: VERSION_6.index("Connections")].encode() + b"Connections: {\n", "truncated"),
        (VERSION_6.replace("0,1,2,-4", "0,1,7,-4").encode(), "malformed"),
        (VERSION_6.replace("0,1,2,-4", "0,1,two,-4").encode(), "malformed"),
        (VERSION_6.encode() + b"}", "malformed"),
        (VERSION_6.encode() + b"a: {" * 100 + b"}" * 100, "malformed"),
        (scene("", ""), "empty"),
        (b"solid a", "malformed"),
    ],
)
def test_each_fault_has_its_kind(data: bytes, kind: str) -> None:
    with pytest.raises(FileProblem) as caught:
        of(data)
    assert caught.value.kind == kind and ";" in str(caught.value)


def test_small_files_of_very_many_instances_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retriever.loaders.soup.MAX_VERTICES", 8)
    two = mesh(1) + model(2) + model(3)
    assert len(of(scene(two, "1,2 2,0 1,3 3,0")).faces) == 2
    with pytest.raises(FileProblem) as caught:
        of(scene(two + model(4), "1,2 2,0 1,3 3,0 1,4 4,0"))
    assert caught.value.kind == "too-large"


def test_links_that_are_said_twice_count_once() -> None:
    assert len(of(scene(mesh(1) + model(2), "1,2 1,2 1,2 2,0")).faces) == 1


def test_levels_of_detail_are_known_below_a_chain_of_any_length() -> None:
    names = ["a_LOD0", *["x"] * 999, "a_LOD1", *["x"] * 999]
    chain = "".join(model(10 + number, name) for number, name in enumerate(names))
    links = [f"1,{10 + number} {10 + number},{0 if number in (0, 1000) else 9 + number}" for number in range(2000)]
    assert len(of(scene(mesh(1) + chain, " ".join(links))).faces) == 1000


def test_arrays_that_claim_more_than_is_read_are_refused_before_they_are_unpacked() -> None:
    data = (DATA / "assimp.fbx").read_bytes()
    at = data.index(b"\x08Verticesd") + len(b"\x08Verticesd")
    huge = data[:at] + struct.pack("<I", 2**31) + data[at + 4 :]
    with pytest.raises(FileProblem):
        of(huge)
