"""Textures: whole on what people look at, one colour a face in what encoders are given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from retriever import loaders
from retriever.drawing.portrait import portrait
from retriever.drawing.render import View
from retriever.loaders.files import read_bytes
from retriever.loaders.mesh import READERS
from retriever.loaders.skins import LARGEST

FRONT = View(yaw=0, elevation=0, field=10.0)
CORNERS = [[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]
UV = [[0, 0], [1, 0], [1, 1], [0, 1]]


def quarters(size: int = 64) -> Image.Image:
    """Red at the upper left, green at the upper right, blue at the lower left, white at the lower right."""
    small = Image.fromarray(np.uint8([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]]))
    return small.resize((size, size), Image.Resampling.NEAREST)


def write_glb(path: Path, image: Image.Image, tint: tuple[int, int, int, int] = (255, 255, 255, 255)) -> Path:
    material = trimesh.visual.material.PBRMaterial(baseColorTexture=image, baseColorFactor=tint)
    visual = trimesh.visual.TextureVisuals(uv=np.array(UV, float), material=material)
    quad = trimesh.Trimesh(CORNERS, [[0, 1, 2], [0, 2, 3]], visual=visual, process=False)
    plain = trimesh.Trimesh(
        np.array(CORNERS) + (4, 0, 0), [[0, 1, 2], [0, 2, 3]], vertex_colors=[[250, 250, 0, 255]] * 4, process=False
    )
    path.write_bytes(trimesh.Scene([plain, quad]).export(file_type="glb"))
    return path


def write_obj(folder: Path) -> Path:
    quarters().save(folder / "quarters.png")
    (folder / "q.mtl").write_text("newmtl paper\nKd 0 0 0\nmap_Kd quarters.png\nnewmtl paint\nKd 1 1 0\n")
    lines = [f"v {x} {y} {z}" for dx in (0, 4) for x, y, z in np.add(CORNERS, (dx, 0, 0)).tolist()]
    lines += [f"vt {u} {v}" for u, v in UV]
    lines += ["usemtl paper", "f 1/1 2/2 3/3 4/4", "usemtl paint", "f 5/1 6/2 7/3 8/4"]
    (folder / "q.obj").write_text("\n".join(["mtllib q.mtl", *lines]))
    return folder / "q.obj"


def seen(path: Path) -> list[str]:
    """The colours at the middles of the quarters of the left square, and at the middle of the right one."""
    picture = portrait(loaders.load_geometry(path), 120, FRONT)
    solid = np.flatnonzero((picture[:, :, 3] == 255).any(axis=0))
    low, high = solid[0], solid[-1]
    edge = (high - low) / 3  # of one square; there is one such between them
    places = [(low + edge * a, 60 + edge * b) for b in (-0.25, 0.25) for a in (0.25, 0.75)] + [(high - edge / 2, 60)]
    names = {(1, 0, 0): "red", (0, 1, 0): "green", (0, 0, 1): "blue", (1, 1, 1): "white", (1, 1, 0): "yellow"}
    colors = [picture[round(y), round(x), :3] for x, y in places]
    return [names[tuple((color > 0.6 * color.max()).astype(int).tolist())] for color in colors]


def test_a_textured_face_shows_its_picture(tmp_path: Path):
    assert seen(write_glb(tmp_path / "q.glb", quarters())) == ["red", "green", "blue", "white", "yellow"]
    assert seen(write_obj(tmp_path)) == ["red", "green", "blue", "white", "yellow"]


def test_a_base_colour_tints_the_picture(tmp_path: Path):
    skin = loaders.load_geometry(write_glb(tmp_path / "q.glb", quarters(), (255, 0, 0, 255))).skin
    assert skin is not None and sorted(skin.picture.tolist()) == [-1, -1, 0, 0]
    assert (skin.tint[skin.picture == 0] == (1, 0, 0)).all()


def test_a_large_picture_is_kept_small(tmp_path: Path):
    path = write_glb(tmp_path / "q.glb", quarters(LARGEST + 200))
    skin = loaders.load_geometry(path).skin
    assert skin is not None and max(skin.pictures[0].shape) == LARGEST
    assert seen(path)[:4] == ["red", "green", "blue", "white"]


def test_a_missing_picture_costs_the_texture_only(tmp_path: Path):
    path = write_obj(tmp_path)
    (tmp_path / "quarters.png").unlink()
    geometry = loaders.load_geometry(path)
    assert geometry.skin is None and len(geometry.faces) == 4
    (tmp_path / "quarters.png").write_bytes(b"no picture")
    assert loaders.load_geometry(path).skin is None


def test_a_face_that_is_left_out_takes_its_part_of_the_skin_along(tmp_path: Path):
    path = write_obj(tmp_path)
    path.write_text(path.read_text().replace("v 5 1 0", "v nan 1 0"))
    geometry = loaders.load_geometry(path)
    assert len(geometry.faces) == 2 and geometry.skin is not None and geometry.skin.picture.tolist() == [0, 0]


@pytest.mark.parametrize("suffix", [".glb", ".obj"])
def test_what_is_read_for_an_encoder_has_no_pictures(tmp_path: Path, suffix: str):
    path = write_glb(tmp_path / "q.glb", quarters()) if suffix == ".glb" else write_obj(tmp_path)
    plain, whole = READERS[suffix](read_bytes(path), path), loaders.load_geometry(path)
    assert plain.skin is None and whole.skin is not None
    assert (plain.colors == whole.colors).all() and (plain.faces == whole.faces).all()
