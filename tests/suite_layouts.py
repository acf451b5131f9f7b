"""Made-up copies of public sets, of needles: the vector of one is its elevation, so that every ranking is known."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from retriever.spaces import ShapeInput, Space, SpaceIdentity
from retriever.types import ImageInput, Modality, Picture, PointCloud, Text, Vectors

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
