"""ShapeNetCore (Chang et al. 2015, arXiv 1512.03012) of 55 synsets, by the split of SHREC'17 where it is there.

Meshes are those of version 1 (``03001627/MODEL/model.obj``) or 2 (``03001627/MODEL/models/model_normalized.obj``), y
up. With ``all.csv`` (or ``all.csv.gz``; id,synsetId,subSynsetId,modelId,split) beside them, the 10,265 test shapes are
both queries and gallery, as in the SHREC tracks on ShapeNetCore55 (Savva et al. 2016, 2017): lists end after 1,000, and
the query itself is in the gallery. The same is given without it, and there alone the nearest neighbour, the tiers, and
mAP and nDCG over the full list, which a query that finds itself would flatter. Relevant is what has the query's synset.
In nDCG the grade is 3 for the same sub-synset, 2 for a shape that has none below the synset, 1 for one of another.

Some things differ from the tracks' program as of 2016, whose figures are therefore near but not the same: gain is here
2^grade - 1 over log2(rank + 1) and there the grade over log2(rank); the ideal list has here all that is relevant and
there what was found; precision is averaged here over min(R, 1,000) places and there over the relevant ones found;
recall is here a share of R and there of 1,000; and every list here is 1,000 long, where entrants could end theirs
earlier. Names are the first lemma of each synset. Without ``all.csv`` every shape that is there is ranked, as the
subset says.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.protocol import Row
from benchmarks.suites.blocks import BlockRanking, Part, same
from benchmarks.suites.encoding import Source, shape_source
from benchmarks.suites.folders import read_mesh, read_rows
from benchmarks.suites.shapes import AMONG, AMONG_MEAN, Classed, Listed, among, by_name, classed, named, zero_shot
from benchmarks.suites.suite import Options, Suite, checked, drawn, subset
from indexer.shapenet import SYNSETS
from retriever.errors import UsageError
from retriever.spaces import Space
from retriever.types import Modality

TITLE = "ShapeNetCore"
ONLY_IN_V1 = {"02834778", "02858304"}
CLASSES = tuple(synset for synset in SYNSETS if synset not in ONLY_IN_V1)
"""The 55 synsets of version 2, which the split is over."""
TEST, ALL = "test shapes", "synsets"
COUNTS = {TEST: 10_265, ALL: len(CLASSES)}
MODELS = ("models/model_normalized.obj", "model.obj", "model_normalized.obj")
"""Where a model's mesh lies in its folder, in the order in which it is looked for: version 2, 1, and repacked ones."""
SPLITS = ("all.csv", "all.csv.gz")
LONGEST = 1000
HIDDEN = "itself hidden"
AT = {
    f"3D->3D {title}@{LONGEST}": f"{name}@{LONGEST}"
    for title, name in {"P": "precision", "R": "recall", "F1": "F1", "mAP": "mAP", "nDCG": "nDCG"}.items()
}
AT_MEAN = {f"{title}, class mean": name for title, name in AT.items()}


def measure(folder: Path, space: Space, options: Options) -> Iterator[Row]:
    """Zero-shot classes, shapes by name and by shape; by SHREC's rules where the split is known."""
    split = next((folder / name for name in SPLITS if (folder / name).is_file()), None)
    if split:
        listed, below = _test_shapes(folder, split, space)
        told, found = f"test split of {split.name}", {TEST: len(listed)}
    else:
        listed = _all_shapes(folder, space)
        told, found = f"all {len(listed):,} shapes, no {SPLITS[0]}", {ALL: len(np.unique(listed.labels))}
    note = checked(TITLE, found, COUNTS, options)
    places = drawn(listed.labels, options)
    shapes = classed(f"shapenet {'test' if split else 'all'}", listed.of(places), space, options)
    told = subset(told, shapes.note, note)
    names = named(class_names(), space)
    yield from zero_shot(told, shapes, names)
    yield from by_name(told, shapes, names)
    if not split:
        yield from among(subset(told, HIDDEN), shapes)
        return
    yield from as_shrec(told, shapes, below[places][shapes.places])


def as_shrec(told: str, shapes: Classed, below: NDArray[np.str_]) -> Iterator[Row]:
    """Each shape among all, itself included, by the tracks' measures; among the others by those of full lists, too.

    Args:
        told: beginning of the subset.
        shapes: of the test split.
        below: (n,) sub-synset of each.
    """
    relevant = grades(shapes.labels, below)
    places = np.arange(len(below))
    rankings = {
        "itself in the gallery": BlockRanking(shapes.vectors, shapes.vectors, relevant),
        HIDDEN: BlockRanking(shapes.vectors, shapes.vectors, relevant, same(places, places)),
    }
    for gallery, ranking in rankings.items():
        # The query is its own nearest neighbour, and would fill a place of each tier.
        full, full_mean = (AMONG, AMONG_MEAN) if gallery == HIDDEN else ({}, {})
        yield from ranking.rows(subset(told, gallery), AT | full)
        yield from ranking.rows(subset(told, gallery), AT_MEAN | full_mean, classes=shapes.labels)


def grades(labels: NDArray[np.int64], below: NDArray[np.str_]) -> Part:
    """How relevant each shape is for each as the query: 3, 2, 1 as above, 0 for another synset.

    Args:
        labels: (n,) positions in CLASSES.
        below: (n,) sub-synset of each; the synset itself where it has none.
    """
    general = np.array(CLASSES)[labels] == below
    plain = np.where(general, 2, 1)
    return lambda part: np.where(
        labels[part, None] == labels, np.where(below[part, None] == below, 3, plain), 0
    ).astype(np.float64)


def class_names() -> list[str]:
    """The first lemma of each of CLASSES."""
    return [SYNSETS[synset].split(",")[0] for synset in CLASSES]


def model_file(folder: Path, synset: str, model: str) -> Path | None:
    """Where the mesh of a model lies; None where it does not."""
    places = (folder / synset / model / name for name in MODELS)
    return next((place for place in places if place.is_file()), None)


def _test_shapes(folder: Path, split: Path, space: Space) -> tuple[Listed, NDArray[np.str_]]:
    """The shapes of the test split whose meshes are there, and their sub-synsets."""
    found: list[tuple[Source, int, str]] = []
    for row in read_rows(split, ("synsetId", "subSynsetId", "modelId", "split")):
        if row["split"] != "test":
            continue
        synset, below = row["synsetId"].zfill(8), row["subSynsetId"].zfill(8)  # a spreadsheet drops the zeros
        if synset not in CLASSES:
            raise UsageError(f"{split} lists the synset {synset}, which is none of the {len(CLASSES)} of {TITLE}.")
        if path := model_file(folder, synset, row["modelId"]):
            found.append((_source(path, f"{synset}/{row['modelId']}", space), CLASSES.index(synset), below))
    sources, labels, subs = zip(*found, strict=True) if found else ((), (), ())
    return Listed(sources, np.array(labels, np.int64)), np.array(subs, np.str_)


def _all_shapes(folder: Path, space: Space) -> Listed:
    """Every shape of the 55 synsets that is there."""
    sources, labels = [], []
    for label, synset in enumerate(CLASSES):
        models = sorted(path.name for path in (folder / synset).iterdir()) if (folder / synset).is_dir() else []
        for model in models:
            if path := model_file(folder, synset, model):
                sources.append(_source(path, f"{synset}/{model}", space))
                labels.append(label)
    return Listed(sources, np.array(labels, np.int64))


def _source(path: Path, key: str, space: Space) -> Source:
    textures = space.identity.shape.color is not None
    return shape_source(key, path, lambda: read_mesh(path, textures=textures), space, "y")


SUITE = Suite(
    name="shapenet",
    title=TITLE,
    folders=("ShapeNetCore.v2", "ShapeNetCore.v1", "ShapeNetCore", "shapenet"),
    needs=frozenset({Modality.SHAPE, Modality.TEXT}),
    counts=COUNTS,
    holds=lambda folder: any((folder / synset).is_dir() for synset in CLASSES),
    measure=measure,
)
