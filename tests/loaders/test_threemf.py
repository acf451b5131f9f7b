"""3MF files as slicers write them: objects put together of others, in one model of the archive or in several."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from taken_apart import taken_apart

from retriever.errors import FileProblem
from retriever.loaders.threemf import read_3mf

CORE = 'xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02"'
MORE = (
    'xmlns:p="http://schemas.microsoft.com/3dmanufacturing/production/2015/06" '
    'xmlns:s="http://schemas.microsoft.com/3dmanufacturing/slice/2015/07"'
)


def mesh(number: int, size: float = 1.0, height: float = 0) -> str:
    """An object that is one right-angled triangle with its corner in the origin."""
    corners = "".join(f'<vertex y="{y}" x="{x}" z="0"/>' for x, y in ((0, 0), (size, 0), (0, height or size)))
    triangle = '<triangle v1="0" v2="1" v3="2"/>'
    return (
        f'<object id="{number}" type="model"><mesh><vertices>{corners}</vertices>'
        f"<triangles>{triangle}</triangles></mesh></object>"
    )


def group(number: int, *components: str) -> str:
    inside = "".join(f"<component {each}/>" for each in components)
    return f'<object id="{number}"><components>{inside}</components></object>'


def model(objects: str, *items: str) -> str:
    build = "".join(f"<item {each}/>" for each in items)
    return (
        f'<?xml version="1.0"?>\n<model unit="millimeter" {CORE} {MORE}>'
        f"<resources>{objects}</resources><build>{build}</build></model>"
    )


def archive(settings: tuple[str, str] | None = None, **models: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in models.items():
            made.writestr(f"3D/{name}.model", text)
        if settings:
            made.writestr(f"Metadata/{settings[0]}.config", f"<config>{settings[1]}</config>")
    return file.getvalue()


def corners(data: bytes) -> set[tuple[float, ...]]:
    """Where the right angles of the triangles are, and how long their legs."""
    shape = read_3mf(data, Path("a.3mf"))
    found = [
        (*triangle[0].tolist(), round(float(np.linalg.norm(triangle[1] - triangle[0])), 6))
        for triangle in shape.vertices[shape.faces]
    ]
    assert len(set(found)) == len(found)  # nothing is read twice
    return set(found)


def at(number: int, x: float, path: str = "") -> str:
    way = f'p:path="/3D/{path}.model" ' if path else ""
    return f'{way}objectid="{number}" transform="1 0 0 0 1 0 0 0 1 {x} 0 0"'


def test_only_what_is_built_is_read() -> None:
    assert corners(archive(**{"3dmodel": model(mesh(1) + mesh(2, 5), at(1, 3), 'objectid="1"')})) == {
        (3.0, 0.0, 0.0, 1.0),
        (0.0, 0.0, 0.0, 1.0),
    }


def test_the_parts_of_another_model_are_told_apart() -> None:
    """Two parts of one object in a model of its own, as Bambu Studio and OrcaSlicer save them."""
    data = archive(
        **{
            "3dmodel": model(group(9, at(1, 10, "one"), at(2, 20, "one")), at(9, 100)),
            "one": model(mesh(1) + mesh(2, 5)),
        }
    )
    assert corners(data) == {(110.0, 0.0, 0.0, 1.0), (120.0, 0.0, 0.0, 5.0)}


def test_an_id_is_of_its_own_model() -> None:
    data = archive(
        **{
            "3dmodel": model(group(1, at(1, 10, "one")) + group(2, at(1, 20, "two")), 'objectid="1"', 'objectid="2"'),
            "one": model(mesh(1)),
            "two": model(mesh(1, 5)),
        }
    )
    assert corners(data) == {(10.0, 0.0, 0.0, 1.0), (20.0, 0.0, 0.0, 5.0)}


def test_places_within_places() -> None:
    turned = 'objectid="2" transform="0 2 0 -2 0 0 0 0 2 1 0 0"'  # a quarter turn, doubled, then moved along x
    data = archive(**{"3dmodel": model(mesh(1) + group(2, at(1, 10)) + group(3, turned), 'objectid="3"')})
    assert corners(data) == {(1.0, 20.0, 0.0, 2.0)}


def test_slices_are_no_vertices() -> None:
    slices = '<s:slicestack id="7"><s:slice><s:vertices><s:vertex x="0" y="0"/></s:vertices></s:slice></s:slicestack>'
    assert len(corners(archive(**{"3dmodel": model(mesh(1) + slices + mesh(2), at(1, 1), at(2, 2))}))) == 2


@pytest.mark.parametrize("kind", ["modifier_part", "negative_part", "support_blocker", "support_enforcer"])
def test_volumes_that_only_change_the_print_are_left_out(kind: str) -> None:
    parts = f'<object id="9"><part id="1" subtype="normal_part"/><part id="2" subtype="{kind}"/></object>'
    models = {
        "3dmodel": model(group(9, at(1, 10, "one"), at(2, 20, "one")), at(9, 0)),
        "one": model(mesh(1) + mesh(2, 5)),
    }
    assert corners(archive(("model_settings", parts), **models)) == {(10.0, 0.0, 0.0, 1.0)}
    assert len(corners(archive(("model_settings", parts.replace("normal_part", kind)), **models))) == 2  # nothing else
    assert len(corners(archive(("model_settings", parts + "<damaged"), **models))) == 1
    assert len(corners(archive(("model_settings", parts.replace('id="9"', 'id="8"')), **models))) == 2


@pytest.mark.parametrize(("key", "value"), [("modifier", "1"), ("volume_type", "SupportBlocker")])
def test_they_may_be_triangles_of_one_mesh(key: str, value: str) -> None:
    row, triangles = '<vertex x="{0}" y="0" z="0"/><vertex x="{1}" y="0" z="0"/><vertex x="{0}" y="1" z="0"/>', ""
    for first in (0, 3, 6):
        triangles += f'<triangle v1="{first}" v2="{first + 1}" v3="{first + 2}"/>'
    points = "".join(row.format(x, x + 1) for x in (0, 100, 200))
    whole = f'<object id="1"><mesh><vertices>{points}</vertices><triangles>{triangles}</triangles></mesh></object>'
    volumes = (
        '<volume firstid="0" lastid="0"><metadata type="volume" key="volume_type" value="ModelPart"/></volume>'
        f'<volume firstid="1" lastid="2"><metadata type="volume" key="{key}" value="{value}"/></volume>'
    )
    settings = ("Slic3r_PE_model", f'<object id="1">{volumes}</object>')
    data = archive(settings, **{"3dmodel": model(whole, 'objectid="1"')})
    assert corners(data) == {(0.0, 0.0, 0.0, 1.0)}
    assert read_3mf(data, Path("a.3mf")).vertices.max() == 1


DAMAGES = {
    "a damaged byte": lambda data: data.replace(b"<config>", b"<c0nfig>"),
    "an encoding that is not known": lambda data: data.replace(b"utf-8", b"utf-x"),
    "encrypted": lambda data: with_entry(data, 8, 1),
    "a packing that is not known": lambda data: with_entry(data, 10, 99),
    "not what it is packed as": lambda data: with_entry(data, 10, zipfile.ZIP_DEFLATED),
    "not what it is packed as, bzip2": lambda data: with_entry(data, 10, zipfile.ZIP_BZIP2),
    "not what it is packed as, lzma": lambda data: with_entry(data, 10, zipfile.ZIP_LZMA),
}


def with_entry(data: bytes, offset: int, value: int) -> bytes:
    """Two bytes of the last member's entry in the directory, and of its own header, replaced."""
    changed = bytearray(data)
    for at in (data.rindex(b"PK\1\2") + offset, data.rindex(b"PK\3\4") + offset - 2):
        changed[at : at + 2] = value.to_bytes(2, "little")
    return bytes(changed)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_settings_cost_only_themselves(damage: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("3D/3dmodel.model", model(mesh(1), 'objectid="1"'))
        made.writestr(
            "Metadata/Slic3r_PE_model.config", '<?xml version="1.0" encoding="utf-8"?><config>0123456789</config>'
        )
    assert corners(DAMAGES[damage](file.getvalue())) == {(0.0, 0.0, 0.0, 1.0)}


def test_what_is_not_printed_is_left_out_unless_nothing_is() -> None:
    objects, items = mesh(1) + mesh(2, 5), (at(1, 10), at(2, 20) + ' printable="0"')
    assert corners(archive(**{"3dmodel": model(objects, *items)})) == {(10.0, 0.0, 0.0, 1.0)}
    assert corners(archive(**{"3dmodel": model(objects, items[1])})) == {(20.0, 0.0, 0.0, 5.0)}


SWELLING = "".join(group(number, f'objectid="{number - 1}"', at(number - 1, 1)) for number in range(2, 42))
DOCTYPE = '<!DOCTYPE model [<!ENTITY a "aaaa">]>'


@pytest.mark.parametrize(
    ("models", "kind"),
    [
        ({"3dmodel": model("")}, "empty"),  # a file that was sliced
        ({"3dmodel": model(mesh(1))}, "empty"),
        ({"3dmodel": model(mesh(1), 'objectid="7"')}, "empty"),
        ({"3dmodel": model(group(1, at(1, 0, "gone")), 'objectid="1"')}, "missing-part"),
        ({"3dmodel": model(group(1, 'objectid="2"') + group(2, 'objectid="1"'), 'objectid="1"')}, "malformed"),
        ({"3dmodel": model(mesh(1), 'objectid="1"')[:-30]}, "malformed"),
        ({"3dmodel": model(mesh(1).replace('v3="2"', 'v3="3"'), 'objectid="1"')}, "malformed"),
        ({"3dmodel": model(mesh(1).replace(' z="0"', ""), 'objectid="1"')}, "malformed"),
        ({"3dmodel": model(mesh(1), 'objectid="1"').replace("\n", DOCTYPE)}, "malformed"),
        ({"3dmodel": model(mesh(1) + SWELLING, 'objectid="41"')}, "too-large"),
        ({"other": model(mesh(1), 'objectid="1"')}, "malformed"),
    ],
)
def test_each_fault_has_its_kind(models: dict[str, str], kind: str) -> None:
    with pytest.raises(FileProblem) as caught:
        read_3mf(archive(**models), Path("a.3mf"))
    assert caught.value.kind == kind


def called(text: str, name: str) -> str:
    return text.replace("<object ", f"<object {name} ", 1)


def test_objects_and_their_components_are_objects_by_their_names(tmp_path: Path) -> None:
    arm, hand = called(mesh(1), 'name="arm"'), called(mesh(2, 5, 2), 'partnumber="hand-2"')
    robot = called(group(9, at(1, 10), at(2, 20), at(3, 0)), 'name="robot"')
    whole = model(arm + hand + mesh(3, 2, 6) + robot, at(9, 0), at(2, 50), at(2, 90), at(3, 7))
    path = tmp_path / "a.3mf"
    path.write_bytes(archive(**{"3dmodel": whole}))
    assert taken_apart(path) == {
        "robot": (3, (25, 6, 0)),
        "hand-2": (1, (5, 2, 0)),
        "object 3": (1, (2, 6, 0)),
        "arm": (1, (1, 1, 0)),
    }
    assert {node.path for node in read_3mf(path.read_bytes(), path).nodes} == {
        ("robot", "arm"),
        ("robot", "hand-2"),
        ("robot", "object 3"),
        ("object 3",),
        ("hand-2",),
        ("hand-2 (2)",),
    }


def test_objects_come_as_in_the_file_and_of_copies_the_first_is_taken(tmp_path: Path) -> None:
    names = ("cup", "pot", "copy", "pan")
    meshes = "".join(
        called(mesh(number, *size), f'name="{name}"')
        for number, (name, size) in enumerate(zip(names, ((1, 1), (2, 6), (4, 12), (1, 9)), strict=True), 1)
    )
    rack = called(group(9, *(at(number, 10 * number) for number in (2, 3, 4))), 'name="rack"')
    path = tmp_path / "a.3mf"
    path.write_bytes(archive(**{"3dmodel": model(meshes + rack, at(1, 0), at(9, 10), at(4, 70))}))
    assert list(taken_apart(path)) == ["cup", "rack", "pan", "pot"]
    path.write_bytes(archive(**{"3dmodel": model(meshes, *(at(number, 10 * number) for number in (1, 2, 3, 4)))}))
    assert list(taken_apart(path)) == ["cup", "pot", "pan"]


def test_objects_without_names_are_objects_as_well(tmp_path: Path) -> None:
    """Many programs write none."""
    path = tmp_path / "a.3mf"
    whole = model(mesh(1) + mesh(2, 5, 2) + mesh(3, 2, 6) + group(9, at(1, 10), at(2, 20)), at(9, 0), at(3, 7))
    path.write_bytes(archive(**{"3dmodel": whole}))
    assert taken_apart(path) == {
        "object 9": (2, (15, 2, 0)),
        "object 3": (1, (2, 6, 0)),
        "object 1": (1, (1, 1, 0)),
        "object 2": (1, (5, 2, 0)),
    }


@pytest.mark.parametrize("kind", ["normal_part", "modifier_part"])  # where there is nothing else, that is read
def test_slicers_keep_names_beside_the_model(tmp_path: Path, kind: str) -> None:
    name = '<metadata key="name" value="{}"/>'.format
    parts = f'<part id="1" subtype="{kind}">{name("arm")}</part><part id="2" subtype="{kind}">{name("hand")}</part>'
    settings = f'<object id="9">{name("robot")}<metadata key="extruder" value="1"/>{parts}</object>'
    settings += f'<object id="8">{name("base")}<part id="3" subtype="{kind}"/></object><plate>{name("all")}</plate>'
    groups = group(9, at(1, 10, "one"), at(2, 20, "one")) + group(8, at(3, 0, "one"))
    models = {"3dmodel": model(groups, at(9, 0), at(8, 50)), "one": model(mesh(1) + mesh(2, 5, 2) + mesh(3, 2, 6))}
    path = tmp_path / "a.3mf"
    path.write_bytes(archive(("model_settings", settings), **models))
    assert taken_apart(path) == {
        "robot": (2, (15, 2, 0)),
        "base": (1, (2, 6, 0)),
        "arm": (1, (1, 1, 0)),
        "hand": (1, (5, 2, 0)),
    }


def test_prusa_says_what_objects_are_called_in_its_own_way(tmp_path: Path) -> None:
    settings = "".join(
        f'<object id="{number}"><metadata type="object" key="name" value="{name}"/><volume firstid="0" lastid="0">'
        '<metadata type="volume" key="name" value="a.stl"/></volume></object>'
        for number, name in ((1, "arm"), (2, "hand"))
    )
    path = tmp_path / "a.3mf"
    whole = model(mesh(1) + mesh(2, 5), at(1, 0), at(2, 10))
    path.write_bytes(archive(("Slic3r_PE_model", settings), **{"3dmodel": whole}))
    assert {node.path for node in read_3mf(path.read_bytes(), path).nodes} == {("arm",), ("hand",)}
