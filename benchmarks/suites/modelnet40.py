"""ModelNet40 (Wu et al. 2015, arXiv 1406.5670): 12,311 shapes of 40 classes, 9,843 for training and 2,468 for testing.

Two layouts are read: the meshes of the Princeton archive (``chair/test/chair_0890.off``, z up), and
``modelnet40_normal_resampled`` (``modelnet40_test.txt`` and ``chair/chair_0890.txt``: clouds with normals, y up), of
which the normals are left. The queries are the test shapes. Both galleries of the literature are measured, as their
figures are not comparable: the training shapes, as in MVTN's code, which Point-Bind's Table 1 was made with (arXiv
2309.00615, by its authors' word), and the test shapes, where the query itself is hidden.

Pictures are drawn here, of the test meshes only: four views a mesh, before plain white and without colour. Those of the
query shape are hidden, and so is the shape that a picture shows, where the gallery is the test shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmarks.retrieval.named import VIEWS
from benchmarks.retrieval.protocol import Row
from benchmarks.suites.blocks import BlockRanking, same
from benchmarks.suites.encoding import Source, encoded, shape_source
from benchmarks.suites.folders import files, read_lines, read_mesh, read_with_normals, y_up
from benchmarks.suites.shapes import Classed, Listed, among, by_name, chosen, classed, named, zero_shot
from benchmarks.suites.suite import Options, Suite, checked, subset
from retriever import loaders
from retriever.errors import UsageError
from retriever.query.zeroshot import words
from retriever.spaces import Space
from retriever.types import ImageInput, Modality, Payload

TITLE = "ModelNet40"
CLASSES = (
    "airplane", "bathtub", "bed", "bench", "bookshelf", "bottle", "bowl", "car", "chair", "cone", "cup", "curtain",
    "desk", "door", "dresser", "flower_pot", "glass_box", "guitar", "keyboard", "lamp", "laptop", "mantel", "monitor",
    "night_stand", "person", "piano", "plant", "radio", "range_hood", "sink", "sofa", "stairs", "stool", "table",
    "tent", "toilet", "tv_stand", "vase", "wardrobe", "xbox",
)  # fmt: skip
TEST, TRAINING = "test shapes", "training shapes"
COUNTS = {TEST: 2468, TRAINING: 9843}
TO_TRAINING, TO_TEST = "test->train", "test->test"
HIDDEN = "itself hidden"
FROM_PICTURE = {"2D->3D mAP": "mAP"}
FROM_PICTURE_MEAN = {"2D->3D mAP, class mean": "mAP"}
TO_PICTURE = {"3D->2D mAP": "mAP"}
TO_PICTURE_MEAN = {"3D->2D mAP, class mean": "mAP"}

_FOLDERS = {TEST: "test", TRAINING: "train"}
_LISTS = {TEST: "modelnet40_test.txt", TRAINING: "modelnet40_train.txt"}


def measure(folder: Path, space: Space, options: Options) -> Iterator[Row]:
    """Zero-shot classes, then shapes by name, by shape and by picture, and pictures by shape, in both galleries."""
    listed = {split: _listed(folder, split, space) for split in COUNTS}
    note = checked(TITLE, {split: len(shapes) for split, shapes in listed.items()}, COUNTS, options)
    there = len(np.unique(np.concatenate([shapes.labels for shapes in listed.values()])))
    if note and there < len(CLASSES):  # the names of all of them are told apart, whatever is there
        note += f", {there} of {len(CLASSES)} classes"
    listed = {split: chosen(shapes, options) for split, shapes in listed.items() if len(shapes)}
    if TEST not in listed:
        raise UsageError(f"{folder} has no test shapes of {TITLE}, which are the queries: complete it.")
    found = {split: classed(f"modelnet40 {split}", shapes, space, options) for split, shapes in listed.items()}
    test, training = found[TEST], found.get(TRAINING)
    told = {TO_TEST: subset(TO_TEST, HIDDEN, test.note, note)}
    if training:
        told[TO_TRAINING] = subset(TO_TRAINING, _both(test, training), note)
    names = named([words(name) for name in CLASSES], space)
    yield from zero_shot(subset("test", test.note, note), test, names)
    yield from by_name(subset("names->test", test.note, note), test, names)
    if training:
        yield from by_name(subset("names->train", training.note, note), training, names)
        yield from among(told[TO_TRAINING], test, training)
    yield from among(told[TO_TEST], test)
    if Modality.IMAGE in space.modalities and not _is_resampled(folder):
        yield from _by_pictures(listed[TEST], test, training, told, space, options)


def _by_pictures(
    listed: Listed, test: Classed, training: Classed | None, told: Mapping[str, str], space: Space, options: Options
) -> Iterator[Row]:
    """Pictures of the test shapes among the shapes of either split, and the test shapes among the pictures."""
    sources = [_pictured(source, space) for source in listed.sources]
    pictures = encoded("modelnet40 pictures", sources, Modality.IMAGE, space, options)
    shown = listed.labels[pictures.owners]
    told = {gallery: subset(text, f"{len(VIEWS)} views", pictures.note) for gallery, text in told.items()}
    own = BlockRanking(
        pictures.vectors, test.vectors, same(shown, test.labels), hidden=same(pictures.owners, test.places)
    )
    searches = {TO_TEST: own}
    if training:
        searches[TO_TRAINING] = BlockRanking(pictures.vectors, training.vectors, same(shown, training.labels))
    for gallery, search in searches.items():
        yield from search.rows(told[gallery], FROM_PICTURE)
        yield from search.rows(told[gallery], FROM_PICTURE_MEAN, classes=shown)
    back = BlockRanking(test.vectors, pictures.vectors, same(test.labels, shown), same(test.places, pictures.owners))
    yield from back.rows(told[TO_TEST], TO_PICTURE)
    yield from back.rows(told[TO_TEST], TO_PICTURE_MEAN, classes=test.labels)


def _both(test: Classed, training: Classed) -> str:
    """The notes of queries and gallery, once where they are the same."""
    return test.note if test.note == training.note else subset(test.note, f"gallery {training.note}")


def _pictured(source: Source, space: Space) -> Source:
    """The views of a mesh, drawn when they are encoded."""
    from retriever.drawing.render import View, render

    entry, path = space.identity.image or ImageInput(), source.file
    assert path

    def drawn() -> list[Payload]:
        geometry = y_up(read_mesh(path, textures=False), "z")
        views = [View(yaw=yaw, elevation=elevation) for yaw, elevation in VIEWS]
        pictures = [render(geometry, view, side=entry.side) for view in views]
        return [loaders.load_image(picture, entry).payload for picture in pictures]

    return Source(source.key, drawn, path, f"views {VIEWS}")


def _is_resampled(folder: Path) -> bool:
    return all((folder / name).is_file() for name in _LISTS.values())


def _has_meshes(folder: Path) -> bool:
    return any((folder / name / part).is_dir() for name in CLASSES for part in _FOLDERS.values())


def _listed(folder: Path, split: str, space: Space) -> Listed:
    """The shapes of a split that are there, class by class; of classes that are none of the 40, nothing."""
    found: list[tuple[int, Path]]
    if _is_resampled(folder):
        lines = read_lines(folder / _LISTS[split])
        named_so = [(_class_of(line, folder / _LISTS[split]), line) for line in lines]
        paths = [(label, folder / CLASSES[label] / f"{line}.txt") for label, line in named_so]
        found = [(label, path) for label, path in paths if path.is_file()]
    else:
        found = [
            (label, path)
            for label, name in enumerate(CLASSES)
            for path in files(folder / name / _FOLDERS[split], ".off")
        ]
    sources = [_source(path, path.relative_to(folder).as_posix(), space) for _, path in found]
    return Listed(sources, np.array([label for label, _ in found], np.int64))


def _class_of(name: str, listing: Path) -> int:
    """Position in CLASSES of a shape called such as "night_stand_0201"."""
    label = name.rpartition("_")[0]
    if label not in CLASSES:
        raise UsageError(
            f"{listing} lists {name!r}, which is of no class of {TITLE}: take the file as it is published."
        )
    return CLASSES.index(label)


def _source(path: Path, key: str, space: Space) -> Source:
    if path.suffix == ".txt":
        return shape_source(key, path, lambda: read_with_normals(path), space, "y")
    return shape_source(key, path, lambda: read_mesh(path, textures=False), space, "z")


SUITE = Suite(
    name="modelnet40",
    title=TITLE,
    folders=("ModelNet40", "modelnet40", "modelnet40_normal_resampled"),
    needs=frozenset({Modality.SHAPE, Modality.TEXT}),
    counts=COUNTS,
    holds=lambda folder: _is_resampled(folder) or _has_meshes(folder),
    measure=measure,
)
