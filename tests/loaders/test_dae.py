"""DAE files as programs write them: skinned, morphed, of polygons, instanced; and those that ask for too much."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from taken_apart import taken_apart

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders.dae import read_dae
from retriever.types import Geometry

SQUARE = "0 0 0  2 0 0  2 2 0  0 2 0"
L = "0 0 0  3 0 0  3 1 0  1 1 0  1 3 0  0 3 0"
TEAPOT = '<instance_geometry url="#teapot"/>'
BODY = '<instance_controller url="#bent"/>'


def source(name: str, values: str, columns: str) -> str:
    count = len(values.split())
    params = "".join(f'<param name="{column}" type="float"/>' for column in columns)
    return (
        f'<source id="{name}"><float_array id="{name}-a" count="{count}">{values}</float_array><technique_common>'
        f'<accessor source="#{name}-a" count="{count // len(columns)}" stride="{len(columns)}">{params}</accessor>'
        "</technique_common></source>"
    )


def geometry(name: str, points: str, faces: str, more: str = "") -> str:
    return (
        f'<geometry id="{name}"><mesh>{source(f"{name}-p", points, "XYZ")}{more}'
        f'<vertices id="{name}-v"><input semantic="POSITION" source="#{name}-p"/></vertices>{faces}</mesh></geometry>'
    )


def polylist(name: str, counts: str, corners: str) -> str:
    return (
        f'<polylist material="m" count="1"><input offset="0" semantic="VERTEX" source="#{name}-v"/>'
        f"<vcount>{counts}</vcount><p>{corners}</p></polylist>"
    )


def written(folder: Path, nodes: str, *, controllers: str = "", library: str = "", more: str = "") -> Path:
    """A file of a square with its corner in the origin, and of an L, that asks for some `nodes`."""
    teapot = geometry("teapot", SQUARE, polylist("teapot", "4", "0 1 2 3"))
    body = geometry("body", L, polylist("body", "6", "1 2 3 4 5 0"))
    (folder / "a.dae").write_text(
        '<?xml version="1.0"?><COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">'
        f"<asset><up_axis>Y_UP</up_axis></asset>{more}<library_geometries>{teapot}{body}</library_geometries>"
        f"<library_controllers>{controllers}</library_controllers><library_nodes>{library}</library_nodes>"
        f'<library_visual_scenes><visual_scene id="s">{nodes}</visual_scene></library_visual_scenes>'
        '<scene><instance_visual_scene url="#s"/></scene></COLLADA>'
    )
    return folder / "a.dae"


def read(path: Path) -> Geometry:
    return read_dae(path.read_bytes(), path)


def area(shape: Geometry) -> float:
    a, b, c = (shape.vertices[column] for column in shape.faces.T)
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


MOVED = "<bind_shape_matrix>1 0 0 10  0 1 0 0  0 0 1 0  0 0 0 1</bind_shape_matrix>"
SKIN = f'<controller id="bent"><skin source="#body">{MOVED}</skin></controller>'
MORPH = '<controller id="bent"><morph source="#body" method="NORMALIZED"/></controller>'
BOTH = (
    '<controller id="first"><morph source="#body"/></controller>'
    f'<controller id="bent"><skin source="#first">{MOVED}</skin></controller>'
)


WEIGHTLESS = (
    f'<controller id="bent"><skin source="#body">{MOVED}{source("j", "1", ["JOINT"])}{source("b", "1", ["TRANSFORM"])}'
    f'{source("w", "1", ["WEIGHT"])}<joints><input semantic="JOINT" source="#j"/>'
    '<input semantic="INV_BIND_MATRIX" source="#b"/></joints><vertex_weights count="0"><vcount/><v/></vertex_weights>'
    "</skin></controller>"
)
"""As programs write a mesh that nobody has weighted."""


@pytest.mark.parametrize(("controllers", "moved"), [(SKIN, 10), (MORPH, 0), (BOTH, 10), (WEIGHTLESS, 10)])
def test_skinned_and_morphed_meshes_are_read_as_they_are_stored(tmp_path: Path, controllers: str, moved: int) -> None:
    nodes = f"<node><translate>0 5 0</translate>{BODY}</node>"
    alone = read(written(tmp_path, nodes, controllers=controllers))
    assert area(alone) == pytest.approx(5)
    assert alone.vertices.min(axis=0).tolist() == [moved, 5, 0]
    assert area(read(written(tmp_path, f"{nodes}<node>{TEAPOT}</node>", controllers=controllers))) == pytest.approx(9)


@pytest.mark.parametrize("source", ["#gone", "#bent", ""])
def test_a_skin_of_nothing_costs_only_itself(tmp_path: Path, source: str) -> None:
    controllers = f'<controller id="bent"><skin source="{source}"/></controller>'
    path = written(tmp_path, f"<node>{BODY}</node><node>{TEAPOT}</node>", controllers=controllers)
    assert area(read(path)) == pytest.approx(4)
    with pytest.raises(FileProblem) as caught:
        read(written(tmp_path, f"<node>{BODY}</node>", controllers=controllers))
    assert caught.value.kind == "empty"


@pytest.mark.parametrize("numbers", ["", "1 0 0 10", "1 0 0 10  0 1 0 0  0 0 1 0  0 0 0 one", "0 " * 17])
def test_a_skin_without_the_numbers_of_its_matrix_moves_nothing(tmp_path: Path, numbers: str) -> None:
    bind = f"<bind_shape_matrix>{numbers}</bind_shape_matrix>"
    controllers = f'<controller id="bent"><skin source="#body">{bind}</skin></controller>'
    shape = read(written(tmp_path, f"<node>{BODY}</node><node>{TEAPOT}</node>", controllers=controllers))
    assert area(shape) == pytest.approx(9) and shape.vertices.min() == 0


@pytest.mark.parametrize("written_as", ["polylist", "polygons"])
def test_concave_polygons_are_filled_once(tmp_path: Path, written_as: str) -> None:
    path = written(tmp_path, '<node><instance_geometry url="#body"/></node>')
    if written_as == "polygons":
        text = path.read_text().replace("<vcount>6</vcount>", "").replace("<vcount>4</vcount>", "")
        path.write_text(text.replace("polylist", "polygons"))
    assert area(read(path)) == pytest.approx(5)


def test_pictures_and_colors_lie_where_they_belong(tmp_path: Path) -> None:
    """The upper half of a picture is blue, and so is the foot of the L, on which it stands upside down."""
    picture = Image.new("RGB", (30, 30), (255, 0, 0))
    picture.paste((0, 0, 255), (0, 0, 30, 10))
    picture.save(tmp_path / "a.png")
    path = written(tmp_path, '<node><instance_geometry url="#body"/></node>', more=LOOKS)
    corners = " ".join(f"{corner} {corner}" for corner in (1, 2, 3, 4, 5, 0))
    text = path.read_text().replace("1 2 3 4 5 0", corners).replace('source="#body-v"/>', f'source="#body-v"/>{UV}')
    text = text.replace('<vertices id="body-v">', source("uv", PLACES, "ST") + '<vertices id="body-v">')
    path.write_text(text.replace('<instance_geometry url="#body"/>', bound("#body", "#pictured")))
    for shape in (read(path), loaders.load_geometry(path)):
        assert shape.colors is not None
        blue = shape.vertices[shape.faces].mean(axis=1)[:, 1] < 1
        assert shape.colors[blue].tolist() == [[0, 0, 1]] * int(blue.sum()) and 0 < blue.sum() < len(blue)
    whole = read_dae(path.read_bytes(), path, skin=True).skin
    assert whole is not None and whole.pictures[0].shape == (30, 30, 3)
    path.write_text(path.read_text().replace("#pictured", "#green"))
    assert (read(path).colors == np.float32((0, 0.5, 0))).all()


PLACES = "0 1  1 1  1 0.7  0.3 0.7  0.3 0  0 0"
UV = '<input offset="1" semantic="TEXCOORD" source="#uv"/>'
LOOKS = (
    '<library_images><image id="i"><init_from>a.png</init_from></image></library_images><library_effects>'
    '<effect id="e1"><profile_COMMON><newparam sid="s1"><surface type="2D"><init_from>i</init_from></surface>'
    '</newparam><newparam sid="s2"><sampler2D><source>s1</source></sampler2D></newparam><technique sid="c"><lambert>'
    '<diffuse><texture texture="s2" texcoord="u"/></diffuse></lambert></technique></profile_COMMON></effect>'
    '<effect id="e2"><profile_COMMON><technique sid="c"><lambert><diffuse><color>0 0.5 0 1</color></diffuse></lambert>'
    "</technique></profile_COMMON></effect></library_effects><library_materials>"
    '<material id="pictured"><instance_effect url="#e1"/></material>'
    '<material id="green"><instance_effect url="#e2"/></material></library_materials>'
)


def bound(url: str, material: str) -> str:
    return (
        f'<instance_geometry url="{url}"><bind_material><technique_common>'
        f'<instance_material symbol="m" target="{material}"/></technique_common></bind_material></instance_geometry>'
    )


def levels(count: int, held: str) -> str:
    """Nodes of which each asks ten times for the one before."""
    return f'<node id="n0">{held}</node>' + "".join(
        f'<node id="n{level}">{f"""<instance_node url="#n{level - 1}"/>""" * 10}</node>' for level in range(1, count)
    )


def test_each_instance_of_a_node_is_read_where_it_stands(tmp_path: Path) -> None:
    library = levels(3, TEAPOT)
    nodes = '<node><instance_node url="#n2"/></node><node><scale>2 2 2</scale><instance_node url="#n0"/></node>'
    shape = read(written(tmp_path, nodes, library=library))
    assert len(shape.faces) == 2 * 101 and area(shape) == pytest.approx(4 * 100 + 16)


def test_nodes_may_lie_deep_in_one_another(tmp_path: Path) -> None:
    nodes = "<node><translate>1 0 0</translate>" * 600 + TEAPOT + "</node>" * 600
    assert read(written(tmp_path, nodes)).vertices.min(axis=0).tolist() == [600, 0, 0]


@pytest.mark.parametrize("held", [TEAPOT, ""])
@pytest.mark.parametrize("count", [8, 60])
def test_a_small_file_that_asks_for_very_many_nodes_is_refused(tmp_path: Path, held: str, count: int) -> None:
    path = written(tmp_path, f'<node><instance_node url="#n{count - 1}"/></node>', library=levels(count, held))
    with pytest.raises(FileProblem) as caught:
        read(path)
    assert caught.value.kind == "too-large"


def test_text_that_would_swell_ends_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, f"<node>{TEAPOT}</node>")
    swelling = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 12))
    head = f'<?xml version="1.0"?><!DOCTYPE COLLADA [<!ENTITY a0 "0 ">{swelling}]>'
    path.write_text(path.read_text().replace('<?xml version="1.0"?>', head).replace("0 1 2 3<", "&a11;<"))
    with pytest.raises(FileProblem) as caught:
        read(path)
    assert caught.value.kind in ("malformed", "empty")


def test_polygons_of_more_corners_than_there_are_end_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, f"<node>{TEAPOT}</node>")
    path.write_text(path.read_text().replace("<vcount>4<", "<vcount>4000000<"))
    with pytest.raises(FileProblem) as caught:
        read(path)
    assert caught.value.kind == "truncated"


def test_nodes_are_objects_by_their_names_or_ids(tmp_path: Path) -> None:
    moved = "<translate>9 0 0</translate>"
    library = f'<node id="n1" name="Teapot">{TEAPOT}</node>'
    nodes = (
        f'<node id="n2" name="Shelf">{moved}<node name="Body">{BODY.replace("bent", "body")}</node>'
        '<node id="copy"><instance_node url="#n1"/></node></node>'
        f'<node name="Tray"><scale>3 1 1</scale>{TEAPOT}<node>{TEAPOT}</node></node>'
        f'<node name="Shelf">{moved}<instance_node url="#n1"/></node><node>{moved}{TEAPOT}</node>'
    ).replace("instance_controller", "instance_geometry")
    path = written(tmp_path, nodes, library=library)
    assert taken_apart(path) == {
        "Shelf": (6, (3, 3, 0)),
        "Tray": (4, (6, 2, 0)),
        "Shelf (2)": (2, (2, 2, 0)),
        "Body": (4, (3, 3, 0)),
    }
    assert [each.path for each in read(path).nodes] == [
        ("Shelf", "Body"),
        ("Shelf", "copy", "Teapot"),
        ("Tray",),
        ("Tray",),
        ("Shelf (2)", "Teapot"),
    ]


def test_of_names_that_lie_very_deep_the_outer_ones_count(tmp_path: Path) -> None:
    nodes = f'<node name="a">{TEAPOT}' * 300 + "</node>" * 300
    paths = [each.path for each in read(written(tmp_path, nodes)).nodes]
    assert len(paths) == 300 and paths[0] == ("a",) and paths[-1] == ("a",) * 64
