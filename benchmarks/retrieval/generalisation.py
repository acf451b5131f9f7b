"""How much of its retrieval a space keeps as the same shapes come from other sources: `domains`, at each severity.

The shapes are upright ones of known classes, so that cameras, floors and poses mean something: of ready clouds those
with a mesh where there are meshes, else parametric shapes. Clean clouds are dense samples of the whole mesh; the space
then draws from any cloud as it does from any file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.domains import CLEAN, DOMAINS, Domain
from benchmarks.retrieval.encoding import Encoding
from benchmarks.retrieval.made import made_shapes
from benchmarks.retrieval.material import Material
from benchmarks.retrieval.packed import unpacked
from benchmarks.retrieval.protocol import Ranking, Row, hit_rate, mean_precision
from benchmarks.retrieval.scans import Cloud
from retriever.errors import UsageError
from retriever.loaders.sampling import sample
from retriever.types import Geometry, Modality, ShapeInput, Vectors

DENSE = 8192
"""Points of a clean cloud that is drawn from a mesh."""
MEASURES = ("top-1", "text->3D mAP", "3D->3D mAP")


@dataclass(frozen=True, eq=False)
class Subjects:
    """n clean clouds.

    Attributes:
        title: what they are, in words.
        clouds: (p, 3) each, y up, mean 0, in the unit sphere.
        labels: (n,) indices into `names`.
        names: of classes, each of which occurs.
        places: (n,) number of each where it comes from, which seeds what is random about it.
    """

    title: str
    clouds: list[Cloud]
    labels: NDArray[np.int64]
    names: tuple[str, ...]
    places: NDArray[np.int64]


def of_data(material: Material, count: int, seed: int = 0) -> Subjects:
    """`count` of the upright ready clouds, as evenly over the classes as they allow; all where there are fewer.

    Raises:
        UsageError: the folder has no upright ones.
    """
    folder = material.clouds_folder
    upright = np.zeros(0, np.int64) if folder is None else np.flatnonzero(material.clouds.upright)
    if folder is None or not len(upright):
        raise UsageError(
            f"--data {material.folder} holds no upright ready clouds (shapes69); leave --data out for made ones."
        )
    packed, of_mesh = folder / "meshes.npz", np.zeros(0, np.int64)
    if packed.is_file():
        with np.load(packed, allow_pickle=False) as arrays:
            of_mesh = arrays["row"].astype(np.int64)
    meshed = upright[np.isin(upright, of_mesh)]
    rows = meshed if len(meshed) else upright
    rows = rows[evenly(material.clouds.labels[rows], count, seed)]
    if len(meshed):
        numbers = [int(np.flatnonzero(of_mesh == row)[0]) for row in rows]
        clouds, title = _dense(list(unpacked(packed, numbers)), rows), f"{DENSE:,} points of a mesh each"
    else:
        clouds, title = list(material.clouds.points[rows]), "ready clouds"
    present, labels = np.unique(material.clouds.labels[rows], return_inverse=True)
    names = tuple(material.clouds.names[label] for label in present)
    return Subjects(f"{len(rows)} shapes of {len(names)} classes, {title}", clouds, labels, names, rows)


def of_kinds(per_kind: int, kinds: Sequence[str] = ()) -> Subjects:
    """`per_kind` parametric shapes of the kinds, by default of all."""
    shapes = made_shapes(per_kind, kinds)
    places = np.arange(len(shapes.meshes))
    title = f"{len(places)} parametric shapes of {len(shapes.kinds)} kinds"
    return Subjects(title, _dense(shapes.meshes, places), shapes.labels, shapes.kinds, places)


def evenly(labels: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    """Ascending positions of `count` items: one of each class at a time, in a random order, while there are any."""
    order = np.random.default_rng(seed).permutation(len(labels))
    turn = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        mine = order[labels[order] == label]
        turn[mine] = np.arange(len(mine))
    return np.sort(order[np.argsort(turn[order], kind="stable")][:count])


def _dense(meshes: Sequence[Geometry], places: NDArray[np.int64]) -> list[Cloud]:
    return [sample(mesh, ShapeInput(DENSE), "y", int(place)).points for mesh, place in zip(meshes, places, strict=True)]


def tables(subjects: Subjects, encoding: Encoding, domains: Sequence[Domain] = DOMAINS) -> dict[str, list[Row]]:
    """Measure -> its rows: the clean clouds, then every severity of every domain.

    Raises:
        UsageError: the space does not read shapes and texts.
    """
    if not encoding.reads(Modality.SHAPE, Modality.TEXT):
        raise UsageError(
            f"The space {encoding.space.identity.name!r} does not read both shapes and texts; name another."
        )
    judge = _Judge(subjects, encoding)
    found = list(judge.rows(CLEAN, 0))
    clean = {row["measure"]: row["value"] for row in found}
    for domain in domains:
        for severity in range(1, len(domain.severities) + 1):
            found += judge.rows(domain, severity)
    for row in found:
        row["of clean"] = row["value"] / clean[row["measure"]] if clean[row["measure"]] else None
    by_measure = {measure: [row for row in found if row["measure"] == measure] for measure in MEASURES}
    return {measure: rows for measure, rows in by_measure.items() if rows}


class _Judge:
    """The measures of clouds that stand for the same shapes, against class names and against the clean clouds."""

    def __init__(self, subjects: Subjects, encoding: Encoding) -> None:
        self._subjects, self._encoding = subjects, encoding
        self._clean = encoding.encode("clean", shapes=subjects.clouds)
        self._names = encoding.labels(subjects.names)

    def rows(self, domain: Domain, severity: int) -> Iterator[Row]:
        """One a measure; severity 0 is the clean clouds."""
        label, vectors = domain.severities[max(severity - 1, 0)].label, self._clean
        if severity:
            worse = domain.clouds(severity, self._subjects.clouds, self._subjects.places.tolist())
            vectors = self._encoding.encode(f"{domain.name}, {label}", shapes=worse)
        for row in self._measures(label, vectors):
            shown = {"measure": row.pop("measure"), "domain": domain.name, "severity": severity}
            yield shown | row

    def _measures(self, label: str, vectors: Vectors) -> Iterator[Row]:
        labels = self._subjects.labels
        is_class = labels[:, None] == np.arange(len(self._names))
        scores = vectors @ self._names.T
        yield from hit_rate(MEASURES[0], label, 1, Ranking(scores, is_class))
        yield from mean_precision(MEASURES[1], label, Ranking(scores.T, is_class.T))
        itself = np.eye(len(vectors), dtype=bool)
        among = Ranking(vectors @ self._clean.T, labels[:, None] == labels, itself)
        yield from mean_precision(MEASURES[2], label, among)
