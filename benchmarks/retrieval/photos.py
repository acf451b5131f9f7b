"""Photos that the image tower was not trained on: their class, and the shapes of that kind.

The gallery of shapes is the ready clouds. Folders that show the same thing (a head and the whole of it) are one class.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.retrieval.material import Material
from benchmarks.retrieval.pairs import paired, to_names, to_shapes
from benchmarks.retrieval.protocol import Row
from indexer.align.shapes.sources import LabelledClouds
from retriever.types import Modality, Vectors

SET = "caltech101"


@dataclass(frozen=True)
class Photos:
    """n photos that the image tower was not trained on.

    Attributes:
        vectors: (n, d) unit vectors.
        classes: n names of folders.
        called: every folder's name -> what it shows, in words.
    """

    vectors: Vectors
    classes: list[str]
    called: dict[str, str]

    def to_shapes(self, material: Material, clouds: LabelledClouds, vectors: Vectors) -> Iterator[Row]:
        """Photo->3D mAP over the pairs of the class map, against the clouds, whose vectors are `vectors`."""
        photos = {shape_class: goes.photos for shape_class, goes in material.class_map.items()}
        pairs = paired(photos, self.called)
        yield from to_shapes("photo->3D mAP", self.vectors, self.classes, pairs, clouds, vectors)


def rows(material: Material) -> Iterator[Row]:
    """Photo->name top-1 over the classes of photos; photo->3D mAP over the pairs of the class map."""
    photos = asked(material)
    if photos is None:
        return
    known = sorted(set(photos.called.values()))
    shown = [photos.called[name] for name in photos.classes]
    names = material.labels(known)
    yield from to_names("photo->name top-1", "held-out photos", photos.vectors, shown, known, names)
    if material.class_map and material.reads(Modality.SHAPE):
        yield from photos.to_shapes(material, material.clouds, material.cloud_vectors)


def asked(material: Material) -> Photos | None:
    """The photos to ask with, encoded; None where there are none, or no image tower."""
    folder = material.folder / "photos" / SET
    if not folder.is_dir() or not material.reads(Modality.IMAGE, Modality.TEXT):
        return None
    from indexer.align.pictures.names import photo_captions

    files = held_out_photos(folder)
    if not files:
        return None
    called = {each.name: photo_captions(SET, each.name)[0] for each in sorted(folder.iterdir()) if each.is_dir()}
    vectors = material.encode("held-out photos", images=files)
    return Photos(vectors, [file.parent.name for file in files], called)


def held_out_photos(folder: Path) -> list[Path]:
    """The photos of class folders that are for validation only, by the rule of the image tower's training."""
    from indexer.align.pictures.sources import PHOTOS_HELD_OUT
    from indexer.align.split import fraction

    files = sorted(folder.glob("*/*.jpg"))
    return [f for f in files if fraction(f"{folder.name}/{f.relative_to(folder).as_posix()}") < PHOTOS_HELD_OUT]
