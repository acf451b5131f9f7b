"""Made-up copies of public sets: needles, whose vector is their elevation, so that every ranking is known.

Those of sets with texts and sounds are of boxes, each longest along the axis that a word of `WORDS` stands for, and of
tones in three bands of pitch.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from retriever.spaces import ShapeInput, Space, SpaceIdentity
from retriever.types import ImageInput, Modality, Picture, PointCloud, Text, Vectors

RATE = 8000
"""Of the sounds."""
WORDS = {"long": 0, "tall": 1, "deep": 2, "dog": 0, "tick": 1, "rain": 2}
"""Word -> axis of boxes and band of sounds."""
Angles = Mapping[str, Sequence[float]]
"""Class -> elevations in degrees, 0..90, of its needles."""


class Elevations:
    """Shapes: the elevation of a needle in the plane of x and y, doubled so that a needle has no front."""

    modality = Modality.SHAPE
    batch = 8

    def encode(self, payloads: Sequence[PointCloud]) -> Vectors:
        return np.concatenate([_vectors([_elevation(cloud.points)]) for cloud in payloads])


class Words:
    """Texts: the elevation of the class that is named in them; other texts lie away from all needles."""

    modality = Modality.TEXT
    batch = 8

    def __init__(self, angles: Mapping[str, float]) -> None:
        self._angles = angles

    def encode(self, payloads: Sequence[Text]) -> Vectors:
        found = [next((a for name, a in self._angles.items() if name in text.text), None) for text in payloads]
        away = np.array([0, 0, 1], np.float32)
        return np.stack([away if angle is None else _vectors([angle])[0] for angle in found])


class Flat:
    """Pictures: all of them look like a needle that lies."""

    modality = Modality.IMAGE
    batch = 8

    def encode(self, payloads: Sequence[Picture]) -> Vectors:
        return _vectors([0.0] * len(payloads))


def space(names: Mapping[str, float], *, weights: str = "5", without: Sequence[Modality] = ()) -> Space:
    """A space of elevations; `names` says where the class names lie."""
    towers = {Modality.SHAPE: Elevations, Modality.TEXT: lambda: Words(names), Modality.IMAGE: Flat}
    kept = {modality: tower for modality, tower in towers.items() if modality not in without}
    return Space(
        SpaceIdentity("needles", 3, weights, ShapeInput(points=64), ImageInput(side=16)), kept, "made for tests"
    )


def modelnet40(folder: Path, test: Angles, train: Angles) -> Path:
    """The Princeton archive: z up, counts on the first line."""
    for part, angles in (("test", test), ("train", train)):
        for name, several in angles.items():
            for i, angle in enumerate(several):
                path = folder / name / part / f"{name}_{i + (0 if part == 'train' else 900):04}.off"
                path.parent.mkdir(parents=True, exist_ok=True)
                x, up = _tip(angle)
                path.write_text(f"OFF3 1 0\n0 0 0\n{x} 0 {up}\n0.001 0.001 0\n3 0 1 2\n")
    return folder


def resampled(folder: Path, test: Angles, train: Angles) -> Path:
    """modelnet40_normal_resampled: y up."""
    for part, angles in (("test", test), ("train", train)):
        listed = []
        for name, several in angles.items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            for i, angle in enumerate(several):
                listed.append(f"{name}_{i + (0 if part == 'train' else 900):04}")
                rows = [",".join(f"{value:.6f}" for value in (*point, 0.6, 0.0, 0.8)) for point in _cloud(angle)]
                (folder / name / f"{listed[-1]}.txt").write_text("\n".join(rows) + "\n")
        (folder / f"modelnet40_{part}.txt").write_text("\n".join(listed) + "\n")
    (folder / "modelnet40_shape_names.txt").write_text("\n".join(sorted({*test, *train})) + "\n")
    return folder


def shapenet(folder: Path, angles: Angles, *, version: int, split: Sequence[tuple[str, str, str, str]] = ()) -> Path:
    """ShapeNetCore: models are m0, m1, ... within their synset; the split lists synset, sub-synset, model, part."""
    for synset, several in angles.items():
        for i, angle in enumerate(several):
            model = folder / synset / f"m{i}"
            path = model / "model.obj" if version == 1 else model / "models" / "model_normalized.obj"
            path.parent.mkdir(parents=True)
            x, up = _tip(angle)
            path.write_text(f"v 0 0 0\nv {x} {up} 0\nv 0.001 0 0.001\nf 1 2 3\n")
    if split:
        with (folder / "all.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "synsetId", "subSynsetId", "modelId", "split"])
            rows.writerows((f"{i:06}", *row) for i, row in enumerate(split))
    return folder


def scanobjectnn(path: Path, scans: Sequence[tuple[int, float]]) -> Path:
    """One file of ScanObjectNN, of (class, elevation)."""
    import h5py

    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file["data"] = np.stack([_cloud(angle) for _, angle in scans]).astype(np.float32)
        file["label"] = np.array([label for label, _ in scans], np.uint8)
    return path


def _tip(angle: float) -> tuple[float, float]:
    """How far a needle of length 1 reaches along the ground and up."""
    return float(np.cos(np.radians(angle))), float(np.sin(np.radians(angle)))


def _cloud(angle: float) -> np.ndarray:
    """(100, 3) points of a needle, y up."""
    x, up = _tip(angle)
    along = np.linspace(0, 1, 100)
    return np.stack([along * x, along * up, np.zeros(100)], axis=1)


def _elevation(points: np.ndarray) -> float:
    """In degrees, -90..90; anything that is no needle in the plane of x and y has none that a test would expect."""
    x, y, z = points.astype(np.float64).T
    if np.abs(z).max() > 0.01:
        return 75.0
    return float(np.degrees(np.arctan2(2 * (x * y).mean(), (x * x - y * y).mean())) / 2)


def _vectors(angles: Sequence[float]) -> Vectors:
    doubled = np.radians(2 * np.array(angles))
    return np.stack([np.cos(doubled), np.sin(doubled), np.zeros(len(angles))], axis=1).astype(np.float32)


def write_box(path: Path, axis: str) -> None:
    import trimesh

    path.parent.mkdir(parents=True, exist_ok=True)
    trimesh.creation.box(np.where(np.arange(3) == WORDS[axis], 5.0, 1.0)).export(path)


def write_csv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def write_json(path: Path, value: object, packed: bool) -> None:
    data = json.dumps(value).encode()
    (path.parent / f"{path.name}.gz").write_bytes(gzip.compress(data)) if packed else path.write_bytes(data)


OBJECTS = {"aa": "long", "bb": "long", "cc": "tall", "dd": "tall", "ee": "deep"}
CATEGORIES = {"Long_thing": ["aa", "bb", "dd"], "tall_thing_(upright)": ["cc"], "deep": ["ee", "cc"]}


def write_lvis(folder: Path, packed: bool = True) -> Path:
    """Objaverse-LVIS: d is tall, and said to be long; c is of two categories."""
    folder.mkdir(parents=True)
    write_json(folder / "lvis-annotations.json", CATEGORIES, packed)
    for number, (uid, axis) in enumerate(OBJECTS.items()):
        write_box(folder / "glbs" / f"000-{number:03}" / f"{uid}.glb", axis)
    return folder


CAPTIONS = [
    ("1", "chair-1", "a LONG, low one", "Chair", "03001627", "03001627"),
    ("2", "chair-1", "a tall chair\nwith arms", "Chair", "03001627", "03002210"),
    ("3", "chair-2", "tall", "Chair", "03001627", "03001627"),
    ("4", "table-1", 'deep, "square"', "Table", "04379243", "04379243"),
    ("5", "table-1", " ", "Table", "04379243", "04379243"),
]
SHAPES = {"03001627/chair-1": "long", "03001627/chair-2": "tall", "04379243/table-1": "deep"}


def write_text2shape(
    data: Path, inside: str = "models/model_normalized.obj", shapenet: str = "ShapeNetCore.v2"
) -> Path:
    """Text2Shape: the second caption of the first chair is wrong."""
    heading = ("id", "modelId", "description", "category", "topLevelSynsetId", "subSynsetId")
    write_csv(data / "text2shape" / "captions.tablechair.csv", [heading, *CAPTIONS])
    for place, axis in SHAPES.items():
        write_box(data / shapenet / place / inside, axis)
    return data


CLIPS = [
    ("1-100-A-0.wav", 1, 0, "dog", "True", "100", "A"),
    ("1-100-B-0.wav", 1, 0, "dog", "True", "100", "B"),
    ("2-4211-A-0.wav", 2, 0, "dog", "True", "4211", "A"),
    ("1-300-A-10.wav", 1, 10, "rain", "True", "300", "A"),
    ("2-400-A-10.wav", 2, 10, "rain", "True", "400", "A"),
    ("2-500-A-38.wav", 2, 38, "clock_tick", "True", "500", "A"),
]
TONES = (500, 500, 500, 2500, 500, 1500)


def write_esc50(folder: Path) -> Path:
    """ESC-50: the second clip of rain sounds like a dog."""
    import soundfile

    heading = ("filename", "fold", "target", "category", "esc10", "src_file", "take")
    write_csv(folder / "meta" / "esc50.csv", [heading, *CLIPS])
    (folder / "audio").mkdir()
    time = np.arange(RATE // 2) / RATE
    for (name, *_), tone in zip(CLIPS, TONES, strict=True):
        soundfile.write(folder / "audio" / name, 0.5 * np.sin(2 * np.pi * tone * time), RATE)
    return folder
