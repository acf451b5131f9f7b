"""STEP and IGES: assemblies with their places and colours, and curved surfaces as triangles."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh

from retriever import loaders
from retriever.errors import FileProblem
from retriever.loaders import Inputs, cad
from retriever.types import ShapeInput

CHAIRS = Path(__file__).parents[1] / "data" / "chairs"
INPUTS = Inputs(ShapeInput(points=64, color=0.5))
BLUE, RED = (0.2, 0.4, 0.8), (0.8, 0.2, 0.2)
SOLIDS = [
    ((-250, -200, 420), (250, 200, 480), BLUE),
    ((-250, 160, 480), (250, 200, 1080), RED),
    *(((x - 25, y - 25, 0), (x + 25, y + 25, 420), BLUE) for x in (-200, 200) for y in (-150, 150)),
]
"""What make_cad.py places, in millimetres and z up: least corner, largest corner, colour."""

NOTHING = """ISO-10303-21;
HEADER;
FILE_DESCRIPTION((''),'2;1');
FILE_NAME('','2026-01-01T00:00:00',(''),(''),'','','');
FILE_SCHEMA(('AUTOMOTIVE_DESIGN { 1 0 10303 214 1 1 1 1 }'));
ENDSEC;
DATA;
ENDSEC;
END-ISO-10303-21;
"""
"""A file without anything in it."""


def boxes(name: str) -> tuple[np.ndarray, np.ndarray]:
    """(6, 6) least and largest corners, z up, of solids of twelve triangles each, and the (6, 3) colours, if any."""
    found = loaders.load_geometry(CHAIRS / name)
    of_each = (found.vertices[:, [0, 2, 1]] * (1, -1, 1))[found.faces].reshape(-1, 36, 3)
    colors = np.zeros((6, 3)) if found.colors is None else found.colors.reshape(-1, 12, 3).mean(axis=1)
    return np.concatenate([of_each.min(axis=1), of_each.max(axis=1)], axis=1), colors


@pytest.mark.parametrize("name", ["chair.step", "chair.stp", "chair.iges", "chair.igs"])
def test_every_solid_stands_where_it_was_placed_in_its_color(name: str) -> None:
    corners, colors = boxes(name)
    for low, high, color in SOLIDS:
        same = np.abs(corners - (*low, *high)).max(axis=1) < 0.01
        assert same.sum() == 1, (low, high)
        if name == "chair.step":  # gmsh writes none, and cascadio passes over those of IGES
            np.testing.assert_allclose(colors[same][0], color, atol=0.01)


def test_files_without_solids_and_what_is_none(tmp_path: Path) -> None:
    for name, text in {"a.step": NOTHING, "b.stp": "solid", "c.igs": "solid", "d.iges": NOTHING}.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(FileProblem) as caught:
            loaders.load(tmp_path / name, INPUTS)
        assert caught.value.kind in ("malformed", "empty") and ";" in str(caught.value)


def test_nothing_is_printed_and_nothing_is_written(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("chair.step", "chair.igs"):
        (tmp_path / name).write_bytes((CHAIRS / name).read_bytes())
        loaders.load(tmp_path / name, INPUTS)
    (tmp_path / "cut.step").write_bytes((CHAIRS / "chair.step").read_bytes()[:9000])
    with pytest.raises(FileProblem):
        loaders.load(tmp_path / "cut.step", INPUTS)
    assert capfd.readouterr() == ("", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chair.igs", "chair.step", "cut.step"]


def test_without_cascadio_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trimesh", trimesh)
    monkeypatch.setitem(sys.modules, "cascadio", None)
    with pytest.raises(FileProblem, match=r"pip install 'any3d-retriever\[cad\]'") as caught:
        cad.convert("step", b"")
    assert caught.value.kind == "unsupported"
