"""ScanObjectNN (Uy et al. 2019, arXiv 1908.04616): scanned objects of 15 classes, three variants of the test split.

``main_split_nobg/test_objectdataset.h5`` is OBJ_ONLY, ``main_split/test_objectdataset.h5`` OBJ_BG, with what stands
around the object, and ``main_split/test_objectdataset_augmentedrot_scale75.h5`` PB_T50_RS, the hardest: boxes moved by
up to half their size, turned and scaled. All are clouds of 2,048 points without colours, y up. In PB_T50_RS the same
object comes several times; the files do not say which those are, so 3D->3D there finds other crops of the query's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.protocol import Row
from benchmarks.suites.encoding import Source, shape_source
from benchmarks.suites.shapes import Listed, among, by_name, chosen, classed, named, zero_shot
from benchmarks.suites.suite import Options, Suite, checked, subset
from retriever.errors import MissingDependency, UsageError
from retriever.loaders.numeric import NO_FACES
from retriever.spaces import Space
from retriever.types import Geometry, Modality

TITLE = "ScanObjectNN"
CLASSES = (
    "bag", "bin", "box", "cabinet", "chair", "desk", "display", "door", "shelf", "table", "bed", "pillow", "sink",
    "sofa", "toilet",
)  # fmt: skip
FILES = {
    "OBJ_ONLY": "main_split_nobg/test_objectdataset.h5",
    "OBJ_BG": "main_split/test_objectdataset.h5",
    "PB_T50_RS": "main_split/test_objectdataset_augmentedrot_scale75.h5",
}
COUNTS = {"OBJ_ONLY shapes": 581, "OBJ_BG shapes": 581, "PB_T50_RS shapes": 2882}


def measure(folder: Path, space: Space, options: Options) -> Iterator[Row]:
    """Zero-shot classes, shapes by name and shapes by shape, variant by variant."""
    there = {variant: _file(folder, variant) for variant in FILES}
    listed = {variant: _listed(path, variant, space) for variant, path in there.items() if path}
    counts = {f"{variant} shapes": len(listed.get(variant, ())) for variant in FILES}
    checked(TITLE, counts, COUNTS, options)
    names = named(CLASSES, space)
    for variant, shapes in listed.items():
        what = f"{variant} shapes"
        note = checked(TITLE, {what: counts[what]}, COUNTS, options)
        found = classed(f"scanobjectnn {variant}", chosen(shapes, options), space, options)
        told = subset(variant, found.note, note)
        yield from zero_shot(told, found, names)
        yield from by_name(told, found, names)
        yield from among(subset(variant, "itself hidden", found.note, note), found)


def _file(folder: Path, variant: str) -> Path | None:
    """Where a variant lies, in the folder or in the one that the archive unpacks to."""
    places = (folder / FILES[variant], folder / "h5_files" / FILES[variant])
    return next((place for place in places if place.is_file()), None)


def _listed(path: Path, variant: str, space: Space) -> Listed:
    clouds, labels = read_clouds(path)
    return Listed([_source(path, f"{variant}/{i}", cloud, space) for i, cloud in enumerate(clouds)], labels)


def _source(path: Path, key: str, cloud: NDArray[np.floating], space: Space) -> Source:
    return shape_source(key, path, lambda: Geometry(cloud.astype(np.float64), NO_FACES), space, "y")


def read_clouds(path: Path) -> tuple[NDArray[np.floating], NDArray[np.int64]]:
    """(n, p, 3) clouds and (n,) classes of one of the set's files.

    Raises:
        MissingDependency: h5py is not installed.
        UsageError: it is no such file.
    """
    try:
        import h5py
    except ImportError as error:
        raise MissingDependency(
            f'{TITLE} comes as HDF5, which is read by h5py: pip install "any3d-retriever[suites]".'
        ) from error
    try:
        with h5py.File(path, "r") as file:
            clouds, labels = np.asarray(file["data"][()]), np.asarray(file["label"][()]).ravel().astype(np.int64)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as a file of {TITLE} ({error}): download it again.") from error
    fits = clouds.ndim == 3 and clouds.shape[2] == 3 and clouds.dtype.kind == "f" and len(clouds) == len(labels)
    if not fits or not len(labels) or labels.min() < 0 or labels.max() >= len(CLASSES):
        raise UsageError(
            f"{path} does not hold clouds of {TITLE}'s {len(CLASSES)} classes, data (n, 2048, 3) and label (n,): "
            "download it again."
        )
    return clouds, labels


SUITE = Suite(
    name="scanobjectnn",
    title=TITLE,
    folders=("ScanObjectNN", "scanobjectnn", "h5_files"),
    needs=frozenset({Modality.SHAPE, Modality.TEXT}),
    counts=COUNTS,
    holds=lambda folder: any(_file(folder, variant) for variant in FILES),
    measure=measure,
)
