"""How much of its retrieval a space keeps as the same shapes come from other sources: `domains`, at each severity.

The shapes are upright ones of known classes, so that cameras, floors and poses mean something: of ready clouds those
with a mesh where there are meshes, else parametric shapes. Clean clouds are dense samples of the whole mesh; the space
then draws from any cloud as it does from any file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.domains import CLEAN, DOMAINS, Domain
from benchmarks.retrieval.encoding import Encoding
from benchmarks.retrieval.made import made_shapes
from benchmarks.retrieval.material import Material
from benchmarks.retrieval.packed import unpacked
from benchmarks.retrieval.protocol import Ranking, Row, row
from benchmarks.retrieval.scans import Cloud
from retriever import metrics
from retriever.errors import UsageError
from retriever.loaders.sampling import sample
from retriever.types import Geometry, Modality, ShapeInput, Vectors

DENSE = 8192
"""Points of a clean cloud that is drawn from a mesh."""
DRAWS = 4
"""Times that the clean clouds are sampled, in other orders of their points: what all else is set against is a mean."""
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
    clean = {each["measure"]: each["value"] for each in found}
    for domain in domains:
        for severity in range(1, len(domain.severities) + 1):
            found += judge.rows(domain, severity)
    for each in found:
        each["of clean"] = each["value"] / clean[each["measure"]] if clean[each["measure"]] else None
    by_measure = {measure: [each for each in found if each["measure"] == measure] for measure in MEASURES}
    return {measure: rows for measure, rows in by_measure.items() if rows}


class _Judge:
    """The measures of clouds that stand for the same shapes, against class names and against the clean clouds."""

    def __init__(self, subjects: Subjects, encoding: Encoding) -> None:
        self._subjects, self._encoding = subjects, encoding
        rng = np.random.default_rng(0)
        draws = [subjects.clouds, *([rng.permutation(cloud) for cloud in subjects.clouds] for _ in range(DRAWS - 1))]
        self._clean = [encoding.encode(f"clean, draw {number}", shapes=draw) for number, draw in enumerate(draws, 1)]
        self._names = encoding.labels(subjects.names)

    def rows(self, domain: Domain, severity: int) -> Iterator[Row]:
        """One a measure; severity 0 is the clean clouds."""
        label, draws = domain.severities[max(severity - 1, 0)].label, self._clean
        if severity:
            worse = domain.clouds(severity, self._subjects.clouds, self._subjects.places.tolist())
            draws = [self._encoding.encode(f"{domain.name}, {label}", shapes=worse)]
        for title, (name, rank) in self._measures.items():
            measure, rankings = metrics.measure(name), [rank(vectors) for vectors in draws]
            values = np.mean([measure.values(ranking.judged) for ranking in rankings], axis=0)
            if len(values):
                found = row(title, label, measure, values, rankings[0].chance(measure))
                yield {"measure": found.pop("measure"), "domain": domain.name, "severity": severity} | found

    @property
    def _measures(self) -> dict[str, tuple[str, Callable[[Vectors], Ranking]]]:
        labels = self._subjects.labels
        is_class, itself = labels[:, None] == np.arange(len(self._names)), np.eye(len(labels), dtype=bool)
        return {
            MEASURES[0]: ("hit@1", lambda vectors: Ranking(vectors @ self._names.T, is_class)),
            MEASURES[1]: ("mAP", lambda vectors: Ranking(self._names @ vectors.T, is_class.T)),
            MEASURES[2]: (
                "mAP",
                lambda vectors: Ranking(vectors @ self._clean[0].T, labels[:, None] == labels, itself),
            ),
        }
