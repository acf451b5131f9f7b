"""The objects of scenes as they are loaded: as the files that they are."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retriever import loaders
from retriever.errors import FileProblem
from retriever.types import ShapeInput

DATA = Path(__file__).parents[1] / "data"
CHAIRS = DATA / "chairs"
SHAPE = ShapeInput(points=64, color=0.5, surface=32)
SCENES = sorted(path.name for path in CHAIRS.iterdir() if path.suffix in {".glb", ".gltf", ".step", ".stp", ".usdc"})
OTHERS = [*(f"chairs/{name}" for name in SCENES), "chairs/chair.obj", "scenes/blender_4_2.usdc"]


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("options", [{}, {"up": "z"}, {"up": "y"}, {"usual": "y"}], ids=str)
@pytest.mark.parametrize("color", [0.5, None])
def test_an_object_is_loaded_as_the_file_that_it_is(
    tmp_path: Path, name: str, options: dict[str, str], color: float | None
) -> None:
    shape = dataclasses.replace(SHAPE, color=color)
    alone = loaders.load_shape(DATA / name, shape, **options, measure=True)
    found = loaders.load_shape(DATA / name, shape, **options, measure=True, inside=True)
    assert alone.inside == () and same(alone, found) and alone.sha256 == found.sha256
    files = loaders.objects_of(DATA / name)
    assert [each.name for each in found.inside] == list(files)
    for each in found.inside:
        (tmp_path / each.name).write_bytes(files[each.name])
        again = loaders.load_shape(tmp_path / each.name, shape, **options, measure=True)
        assert each.bytes == len(files[each.name]) and each.loaded.sha256 == again.sha256
        assert each.loaded.facts == again.facts and same(each.loaded, again)


def same(one: Any, other: Any) -> bool:
    """Whether two payloads are, bit for bit."""
    columns = [
        [cloud.points, cloud.colors, cloud.surface.points, cloud.surface.normals, cloud.surface.colors]
        for cloud in (one.payload, other.payload)
    ]
    return all(
        (a is None and b is None) or (a.dtype == b.dtype and np.array_equal(a, b))
        for a, b in zip(*columns, strict=True)
    )


def test_files_that_hold_no_scenes_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="a format of scenes"):
        loaders.objects_of(CHAIRS / "chair.stl")


@pytest.mark.parametrize("through", ["kit.obj", "other.obj"])
@pytest.mark.parametrize("name", ["{}/wood.png", "./{}/Seat.ply", "{}/../wood.png"])
def test_no_scene_is_read_for_a_texture_that_is_named_as_if_it_were_a_folder(
    tmp_path: Path, through: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own least of all: it would be read for ever."""
    square = "v 0 0 {0}\nv 1 0 {0}\nv 0 {0} {0}\nvt 0 0\nusemtl wood\nf -3/-1 -2/-1 -1/-1\n"
    text = f"mtllib kit.mtl\no Seat\n{square.format(1)}o Back\n{square.format(2)}"
    for file in ("kit.obj", "other.obj"):
        (tmp_path / file).write_text(text)
    (tmp_path / "kit.mtl").write_text(f"newmtl wood\nKd 1 0 0\nmap_Kd {name.format(through)}\n")
    monkeypatch.setattr(loaders, "objects_of", lambda *_: pytest.fail("a scene was read"))
    found = loaders.load_shape(tmp_path / "kit.obj", SHAPE, inside=True)
    assert [each.name for each in found.inside] == ["Seat.ply", "Back.ply"] and found.facts["colored"]
