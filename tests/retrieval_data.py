"""A data folder as the benchmarks of retrieval want it, with a few things of each kind."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path

import numpy as np

from indexer import parametric
from indexer.align.split import is_held_out
from retriever.loaders.sampling import sample
from retriever.types import Geometry, ShapeInput

KINDS = {"Chair": "chair", "Bottle": "bottle", "Jet": "airliner"}
"""Class of the ready clouds -> kind that they are made as."""
NAMES = ("coffee table", "mug", "sofa", "car")
"""Of the held-back meshes; a training mesh goes with each."""


def write_data(folder: Path) -> Path:
    """Everything that there are sections for."""
    write_clouds(folder / "shapes69")
    write_named(folder)
    write_photos(folder / "photos" / "caltech101")
    write_sounds(folder / "audio" / "esc50")
    pairs = {"Chair": [["chair"], [], []], "Jet": [["airplanes"], [], ["airplane"]], "Bottle": [[], [], []]}
    (folder / "class_map.json").write_text(json.dumps(pairs))
    return folder


def write_clouds(folder: Path, each: int = 4, points: int = 300) -> Path:
    """Ready clouds of KINDS, every second one lying; meshes.npz holds the first of every class."""
    clouds, rows, meshes = [], [], []
    for name, kind in KINDS.items():
        for seed in range(each):
            mesh = made(kind, seed)
            if seed == 0:
                meshes.append((len(rows), mesh))
            clouds.append(sample(mesh, ShapeInput(points), "y" if seed % 2 else "x", seed).points)
            rows.append({"row": len(rows), "class": name, "name": name.lower(), "upright": seed % 2})
    folder.mkdir(parents=True)
    np.save(folder / "points.npy", np.array(clouds, np.float16))
    _table(folder / "items.csv", rows)
    _packed(folder / "meshes.npz", [mesh for _, mesh in meshes], row=np.array([row for row, _ in meshes]))
    return folder


def write_named(folder: Path) -> None:
    """Named meshes of the set kenney, half of them held back; a picture of every one."""
    from PIL import Image

    kinds = dict(zip(NAMES, ("table", "mug", "sofa", "car"), strict=True))
    rows, meshes = [], []
    for held_out in (True, False):
        for name, kind in kinds.items():
            group = next(n for n in count(len(rows) * 1000) if is_held_out(f"kenney/{n}") == held_out)
            number = len(rows) + 1
            rows.append(
                {"set": "kenney", "row": len(rows), "name": f"{name} {number:02}", "label": name, "category": "",
                 "group": group, "coloured": number % 2, "faces": 0, "licence": "CC0 1.0"}
            )  # fmt: skip
            meshes.append(made(kind, number))
    (folder / "shapes_named").mkdir()
    _table(folder / "shapes_named" / "items.csv", rows)
    _packed(folder / "shapes_named" / "kenney.npz", meshes)
    (folder / "renders").mkdir()
    for number, row in enumerate(rows):
        picture = np.full((20, 20, 3), 20 * number + 40, np.uint8)
        Image.fromarray(picture).save(folder / "renders" / f"{row['name'].replace(' ', '_')}.jpg")


def write_photos(folder: Path, classes: Iterable[str] = ("chair", "airplanes", "Faces", "Faces_easy")) -> None:
    """30 photos of each class."""
    from PIL import Image

    for number, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for i in range(30):
            picture = np.full((16, 24, 3), 60 * number + i, np.uint8)
            Image.fromarray(picture).save(folder / name / f"image_{i:04}.jpg")


def write_sounds(folder: Path, tones: Mapping[str, float] = {"airplane": 200.0, "cow": 900.0}) -> None:
    """Five recordings of each class."""
    import soundfile

    time = np.arange(8000) / 16_000
    for name, tone in tones.items():
        (folder / name).mkdir(parents=True)
        for i in range(5):
            samples = 0.5 * np.sin(2 * np.pi * (tone + 5 * i) * time)
            soundfile.write(folder / name / f"1-{i}-A-0.wav", samples, 16_000)


def made(kind: str, seed: int) -> Geometry:
    """A parametric shape."""
    solid = parametric.generate(kind, seed).solid
    return Geometry(solid.vertices, solid.faces, solid.colors)


def _packed(path: Path, meshes: list[Geometry], **more: np.ndarray) -> None:
    """Meshes end to end, in the unit sphere."""
    shrunk = [mesh.vertices / np.linalg.norm(mesh.vertices, axis=1).max() for mesh in meshes]
    np.savez(
        path,
        vertices=np.concatenate([np.round(v * 32767).astype(np.int16) for v in shrunk]),
        faces=np.concatenate([mesh.faces.astype(np.uint16) for mesh in meshes]),
        face_rgb=np.concatenate([np.full((len(mesh.faces), 3), 90, np.uint8) for mesh in meshes]),
        vertex_start=np.cumsum([0, *(len(v) for v in shrunk)]),
        face_start=np.cumsum([0, *(len(mesh.faces) for mesh in meshes)]),
        **more,
    )


def _table(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def ball(points=4000, seed=0):
    """(n, 3) float32 on the unit sphere."""
    cloud = np.random.default_rng(seed).standard_normal((points, 3))
    return (cloud / np.linalg.norm(cloud, axis=1, keepdims=True)).astype(np.float32)
