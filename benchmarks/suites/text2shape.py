"""Text2Shape (Chen et al. 2018, arXiv 1803.08495): free descriptions of ShapeNet's chairs and tables, asked both ways.

Needs ``captions.tablechair.csv`` (id, modelId, description, category, topLevelSynsetId, subSynsetId) and a ShapeNetCore
folder (v1 or v2; synsets 03001627 and 04379243) in it or beside it. 75,344 captions of 15,038 shapes are said to be
published; they were not counted here, so that other numbers are said and are no error, but a captioned shape whose
file is missing is one.

The published splits are pickles, which are never read: a text file ``test.txt`` beside the captions, with a model id a
line, restricts captions and shapes to these; without it everything is ranked, a gallery some ten times as large as that
of the papers. ShapeNetCore is y up. The papers' RR@k is hit@k; see `captions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.retrieval.encoding import say
from benchmarks.retrieval.protocol import Row
from benchmarks.suites.captions import Paired
from benchmarks.suites.encoding import encoded, shape_source, text_vectors
from benchmarks.suites.folders import read_lines, read_mesh, read_rows
from benchmarks.suites.shapenet import model_file
from benchmarks.suites.suite import Options, Suite, checked, draw_note, drawn, subset
from retriever.errors import UsageError
from retriever.spaces import Space
from retriever.types import Modality

TITLE = "Text2Shape"
CAPTIONS, TEST = "captions.tablechair.csv", "test.txt"
SYNSETS = ("03001627", "04379243")
"""Chairs and tables."""
PUBLISHED = {"captions": 75_344, "shapes": 15_038}
MEASURES = {"RR@1": "hit@1", "RR@5": "hit@5", "NDCG@5": "nDCG@5", "median rank": "median rank"}

_ID = re.compile(r"[\w-]+", re.ASCII)


@dataclass(frozen=True)
class Captioned:
    """A shape and what was said of it.

    Attributes:
        model: its id in ShapeNet.
        synset: 03001627 or 04379243.
        captions: one at least.
    """

    model: str
    synset: str
    captions: tuple[str, ...]


def captioned(folder: Path) -> tuple[list[Captioned], str]:
    """The shapes that are asked for, in the order of the file, and what a subset has to say of them.

    Raises:
        UsageError: a file is damaged, or ``test.txt`` names no shape that has captions.
    """
    said: dict[tuple[str, str], list[str]] = {}
    for row in read_rows(folder / CAPTIONS, ("modelId", "description", "topLevelSynsetId")):
        model, synset = row["modelId"].strip(), row["topLevelSynsetId"].strip().zfill(8)
        if (caption := " ".join(row["description"].split())) and synset in SYNSETS and _ID.fullmatch(model):
            said.setdefault((synset, model), []).append(caption)
    shapes = [Captioned(model, synset, tuple(captions)) for (synset, model), captions in said.items()]
    if not (folder / TEST).is_file():
        return shapes, ""
    wanted = set(read_lines(folder / TEST))
    kept = [shape for shape in shapes if shape.model in wanted]
    if not kept:
        raise UsageError(f"{folder / TEST} names no shape of {CAPTIONS}: write one model id a line.")
    if unknown := len(wanted - {shape.model for shape in kept}):
        say(f"text2shape: {unknown:,} ids of {TEST} have no captions")
    return kept, f"those of {TEST}"


def shapenet(folder: Path) -> Path:
    """The ShapeNetCore folder that goes with the captions.

    Raises:
        UsageError: there is none.
    """
    for place in (folder, folder.parent):
        inside = (one for one in sorted(place.iterdir()) if one.name.lower().startswith("shapenet") and one.is_dir())
        for root in (place, *inside):
            if any((root / synset).is_dir() for synset in SYNSETS):
                return root
    raise UsageError(
        f"{TITLE} needs the shapes of ShapeNetCore: put that folder, which has {' and '.join(SYNSETS)} in it, "
        f"beside {folder}."
    )


def measure(folder: Path, space: Space, options: Options) -> Iterator[Row]:
    """Captions to their shapes, and shapes to their captions."""
    every, restricted = captioned(folder)
    root = shapenet(folder)
    located = {shape: file for shape in every if (file := model_file(root, shape.synset, shape.model))}
    what = "files of captioned shapes"
    note = checked(TITLE, {what: len(located)}, {what: len(every)}, options)
    if not restricted:
        note = subset(_beside_published(every), note)
    shapes = list(located)
    chosen = [shapes[i] for i in drawn(np.array([SYNSETS.index(shape.synset) for shape in shapes], np.int64), options)]
    read = partial(read_mesh, textures=space.identity.shape.color is not None)
    sources = [shape_source(f"{s.synset}/{s.model}", located[s], partial(read, located[s]), space, "y") for s in chosen]
    found = encoded("text2shape shapes", sources, Modality.SHAPE, space, options)
    asked = [(place, text) for place, owner in enumerate(found.owners) for text in chosen[owner].captions]
    texts = text_vectors("text2shape captions", [text for _, text in asked], space, options)
    pairs = Paired(texts, np.array([place for place, _ in asked], np.int64), found.vectors)
    told = subset(
        f"{len(asked):,} captions of {len(found.vectors):,} shapes", restricted, note, draw_note(options), found.note
    )
    yield from pairs.to_shapes(told, {f"text->3D {title}": name for title, name in MEASURES.items()})
    yield from pairs.to_captions(told, {f"3D->text {title}": name for title, name in MEASURES.items()})


def _beside_published(every: list[Captioned]) -> str:
    """What a subset says where the numbers are not those that are said to be published."""
    found = {"captions": sum(len(shape.captions) for shape in every), "shapes": len(every)}
    if found == PUBLISHED:
        return ""
    return f"where {PUBLISHED['captions']:,} of {PUBLISHED['shapes']:,} are said to be published"


SUITE = Suite(
    name="text2shape",
    title=TITLE,
    folders=("text2shape", "Text2Shape"),
    needs=frozenset({Modality.SHAPE, Modality.TEXT}),
    counts=PUBLISHED,
    holds=lambda folder: (folder / CAPTIONS).is_file(),
    measure=measure,
)
