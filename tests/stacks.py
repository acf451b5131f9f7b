"""Stacks of clouds for tests."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

CLOUDS = np.random.default_rng(0).normal(size=(40, 32, 3)).astype(np.float32)
LABELS = [("chair", "night stand", "xbox")[number % 3] for number in range(len(CLOUDS))]


def write_npy(path: Path, clouds: np.ndarray = CLOUDS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, clouds)
    return path


def write_hdf5(path: Path, **arrays: object) -> Path:
    with h5py.File(path, "w") as file:
        for name, array in ({"data": CLOUDS} | arrays).items():
            if array is not None:
                file[name] = array
    return path


def write_packed(path: Path) -> Path:
    """As published ones are: compressed in chunks, with numbers of classes whose names lie beside."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file.create_dataset("data", data=CLOUDS, compression="gzip", chunks=(7, 16, 2))
        file["label"] = np.array([[("chair", "night stand", "xbox").index(label)] for label in LABELS], np.uint8)
        file["normal"], file["faceId"] = CLOUDS, np.zeros((40, 32), np.int32)
    path.with_name("shape_names.txt").write_text("chair\nnight stand\nxbox\n")
    return path
