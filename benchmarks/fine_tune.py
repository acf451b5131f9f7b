"""What fine-tuning brings: a space before and after training on a part of the ready clouds, on the other part.

Three quarters of every class, chosen by a seed, are handed to `indexer.align.own.fine_tune` as ``retriever align``
would hand them over, and nothing else; the rest is measured by the protocol of `benchmarks.retrieval`, with the rest as
the gallery.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval import photos
from benchmarks.retrieval.classes import measures
from benchmarks.retrieval.encoding import say
from benchmarks.retrieval.material import Material
from benchmarks.retrieval.protocol import Mask, Row
from indexer.align.own.fine_tune import fine_tune
from indexer.align.own.pairs import of_clouds
from indexer.align.own.tuning import Tuning
from indexer.align.shapes.sources import LabelledClouds
from retriever import spaces
from retriever.errors import UsageError
from retriever.spaces import Space
from retriever.spaces.mini import open_space
from retriever.types import Modality

_DIFFER = ("value", "low", "high")


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        rows: a measure each, before and after.
        trained: how many shapes were trained on.
        seconds: that fine-tuning took, reading and validation included.
    """

    rows: list[dict[str, Any]]
    trained: int
    seconds: float


def measure(
    data: Path,
    space: str,
    into: str | None,
    tuning: Tuning,
    *,
    test: float = 0.25,
    overwrite: bool = False,
    tuned: str | None = None,
) -> Outcome:
    """Splits, trains, and measures before and after.

    Args:
        data: as for `Material`; must hold ready clouds.
        space: name of the one to start from.
        into: name of the space to keep; None keeps none.
        tuning: how to train; its seed is that of the split, too.
        test: share of every class to measure on.
        overwrite: whether `into` may be replaced.
        tuned: a space that was trained on the same split before: it is only measured, and nothing is trained.
    """
    material = Material(data, spaces.get(space))
    if material.clouds_folder is None:
        raise UsageError(
            f"--data {data} holds no points.npy, nor shapes69/points.npy; give a folder of labelled clouds."
        )
    clouds = material.clouds
    chosen = split(clouds.labels, test, tuning.seed)
    trained, asked = _part(clouds, ~chosen), _part(clouds, chosen)
    judge = Judge(material, asked, photos.asked(material))
    before = list(judge.rows(material.space))
    if tuned is not None:
        return Outcome(list(compared(before, list(judge.rows(spaces.get(tuned))))), len(trained.labels), 0.0)
    with TemporaryDirectory() as scratch:
        report = fine_tune(
            of_clouds(list(trained.points), [trained.names[label] for label in trained.labels]),
            space,
            into or Path(scratch) / "tuned",
            tuning,
            modalities=[Modality.SHAPE],
            overwrite=overwrite,
            data=f"{len(trained.labels)} clouds of {data}",
            progress=_progress,
            say=say,
        )
        after = list(judge.rows(open_space(report.folder)))
    return Outcome(list(compared(before, after)), len(trained.labels), report.seconds)


def split(labels: NDArray[np.int64], test: float, seed: int) -> Mask:
    """(n,) True for the share `test` of every class, rounded, at least one where a class has two."""
    rng = np.random.default_rng(seed)
    chosen = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        count = min(max(round(test * len(members)), 1), len(members) - 1)
        chosen[members[:count]] = True
    return chosen


def compared(before: list[Row], after: list[Row]) -> Iterator[dict[str, Any]]:
    """One row for both, by measure and subset."""
    for old, new in zip(before, after, strict=True):
        yield {
            "measure": old["measure"], "subset": old["subset"],
            **{f"{key} before".removeprefix("value "): old[key] for key in _DIFFER},
            **{f"{key} after".removeprefix("value "): new[key] for key in _DIFFER},
            "queries": new["queries"], "chance": new["chance"],
        }  # fmt: skip


@dataclass(frozen=True)
class Judge:
    """The part that is measured on; photos, which fine-tuning a 3D tower does not change, are encoded once.

    Attributes:
        material: whose names, class map and space to start from count.
        clouds: the part.
        photos: to ask with; None for none.
    """

    material: Material
    clouds: LabelledClouds
    photos: photos.Photos | None

    def rows(self, space: Space) -> Iterator[Row]:
        """The measures of `space` on the part; its image tower is that of the material's."""
        own = Material(self.material.folder, space)
        vectors = own.encode("clouds", shapes=list(self.clouds.points))
        yield from measures(self.clouds, vectors, own.labels(self.clouds.names))
        if self.photos is not None and self.material.class_map:
            yield from self.photos.to_shapes(self.material, self.clouds, vectors)


def _part(clouds: LabelledClouds, mask: Mask) -> LabelledClouds:
    return replace(clouds, points=clouds.points[mask], labels=clouds.labels[mask], upright=clouds.upright[mask])


def _progress(phase: str, done: int, total: int | None) -> None:
    if done and done % 100 == 0:
        say(f"{phase} {done}/{total or '?'}")
