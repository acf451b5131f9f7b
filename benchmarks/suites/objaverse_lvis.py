"""Objaverse-LVIS: 1,156 categories of Objaverse (Deitke et al. 2023, arXiv 2212.08051), zero-shot and by text.

Laid out as the package `objaverse` downloads it: ``lvis-annotations.json`` (category -> uids) and
``glbs/000-023/UID.glb`` in one folder, and, where the folders are others, ``object-paths.json`` (uid -> path); both
JSON files also as ``.gz``. The package's annotation is said to list 46,207 objects and OpenShape's list 46,832, neither
of which was counted here: the categories are checked, and the number of objects is part of every subset. An object of
several categories is right with each of them, and counts for the first in the mean over classes.

GLB is y up. A category is asked for as its name with spaces ("bat (animal)"), the mean over the usual prompts
(`retriever.query.zeroshot.TEMPLATES`). With Cap3D's captions beside (``Cap3D_automated_Objaverse.csv``: uid,caption;
Luo et al. 2023, arXiv 2306.07279), each caption of an object asks for that very object among all.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.protocol import Mask, Row
from benchmarks.suites.blocks import BlockRanking
from benchmarks.suites.captions import Paired
from benchmarks.suites.encoding import encoded, shape_source, text_vectors
from benchmarks.suites.folders import read_csv, read_mesh
from benchmarks.suites.suite import Options, Suite, checked, draw_note, drawn, subset
from retriever.errors import UsageError
from retriever.query.zeroshot import TEMPLATES, Names, name_vectors
from retriever.spaces import Space
from retriever.types import Modality, Vectors

TITLE = "Objaverse-LVIS"
CATEGORIES = 1156
ANNOTATIONS, PATHS = "lvis-annotations.json", "object-paths.json"
CAPTIONS = "Cap3D_automated_Objaverse.csv"
ZERO_SHOT = {"top-1": "hit@1", "top-3": "hit@3", "top-5": "hit@5"}
CLASS_MEAN = {f"{title}, class mean": name for title, name in ZERO_SHOT.items()}
BY_NAME = {"text->3D mAP": "mAP", "text->3D hit@1": "hit@1", "text->3D hit@5": "hit@5", "text->3D hit@10": "hit@10"}
BY_CAPTION = {
    "caption->3D hit@1": "hit@1", "caption->3D hit@5": "hit@5", "caption->3D hit@10": "hit@10",
    "caption->3D median rank": "median rank",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Listing:
    """The annotation.

    Attributes:
        uids: of n objects, in order.
        names: of m categories, as the file has them.
        belongs: (n, m), which objects are of which category.
    """

    uids: tuple[str, ...]
    names: tuple[str, ...]
    belongs: Mask

    def of(self, objects: NDArray[np.int64]) -> Listing:
        """Some of the objects, and all categories."""
        return Listing(tuple(self.uids[i] for i in objects), self.names, self.belongs[objects])

    @property
    def firsts(self) -> NDArray[np.int64]:
        """(n,) first category of each object."""
        return np.asarray(self.belongs.argmax(axis=1))


def asked_as(category: str) -> str:
    """A category in words: "Christmas_tree" -> "Christmas tree", "bat_(animal)" -> "bat (animal)".

    Brackets, hyphens and capitals stay, as in other programs over these categories; `retriever.query.zeroshot.words`,
    which is for files and folders, would drop them.
    """
    return " ".join(category.replace("_", " ").split())


def listing(folder: Path) -> Listing:
    """The annotation of a folder.

    Raises:
        UsageError: it is damaged or no such file.
    """
    path, raw = _json(folder, ANNOTATIONS)
    lists = raw.values() if isinstance(raw, dict) else ()
    if not lists or not all(isinstance(uids, list) and all(isinstance(uid, str) for uid in uids) for uids in lists):
        raise UsageError(f"{path} does not hold lists of objects by category; download it again.")
    places = {uid: i for i, uid in enumerate(sorted({uid for uids in lists for uid in uids}))}
    belongs = np.zeros((len(places), len(raw)), bool)
    for column, uids in enumerate(lists):
        belongs[[places[uid] for uid in uids], column] = True
    return Listing(tuple(places), tuple(raw), belongs)


def files(folder: Path, uids: Sequence[str]) -> dict[str, Path]:
    """The GLB file of each object that has one.

    Raises:
        UsageError: the list of paths is damaged.
    """
    found = {path.stem: path for path in (folder / "glbs").glob("*/*.glb")}
    if _file(folder, PATHS):
        path, raw = _json(folder, PATHS)
        if not isinstance(raw, dict):
            raise UsageError(f"{path} does not hold a path for each object; download it again.")
        for uid in uids:
            if uid not in found and (listed := _inside(folder, raw.get(uid))):
                found[uid] = listed
    return {uid: found[uid] for uid in uids if uid in found}


def captions(folder: Path, uids: Sequence[str]) -> list[tuple[int, str]]:
    """Place of the object, and caption, of every caption that an object here has; nothing without the file.

    Raises:
        UsageError: the file is damaged.
    """
    path = next((place / CAPTIONS for place in (folder, folder.parent) if (place / CAPTIONS).is_file()), None)
    if path is None:
        return []
    places = {uid: i for i, uid in enumerate(uids)}
    # Line by line: most are of objects without a category. The file has no heading.
    told = ((row[0].strip(), " ".join(row[1].split())) for row in read_csv(path) if len(row) > 1)
    return [(places[uid], caption) for uid, caption in told if uid in places and caption]


def measure(folder: Path, space: Space, options: Options) -> Iterator[Row]:
    """Zero-shot top-k, names and captions as queries."""
    everything = listing(folder)
    present = files(folder, everything.uids)
    found = {"categories": len(everything.names), "GLB files": len(present)}
    note = checked(TITLE, found, {"categories": CATEGORIES, "GLB files": len(everything.uids)}, options)
    there = everything.of(np.flatnonzero([uid in present for uid in everything.uids]))
    there = there.of(drawn(there.firsts, options))
    read = partial(read_mesh, textures=space.identity.shape.color is not None)
    sources = [shape_source(uid, present[uid], partial(read, present[uid]), space, "y") for uid in there.uids]
    shapes = encoded("objaverse-lvis shapes", sources, Modality.SHAPE, space, options)
    there = there.of(shapes.owners)
    told = subset(f"{len(there.uids):,} objects", note, draw_note(options), shapes.note)
    names = name_vectors(Names(tuple(map(asked_as, there.names)), TEMPLATES), space)
    prompted = subset(told, f"{len(TEMPLATES)} templates")
    yield from by_category(prompted, there, shapes.vectors, names)
    if asked := captions(folder, there.uids):
        texts = text_vectors("objaverse-lvis captions", [caption for _, caption in asked], space, options)
        owners = np.array([place for place, _ in asked])
        told = subset(f"{len(asked):,} captions, {told}")
        yield from Paired(texts, owners, shapes.vectors).to_shapes(told, BY_CAPTION)


def by_category(told: str, there: Listing, shapes: Vectors, names: Vectors) -> Iterator[Row]:
    """The rows that need categories only, for given vectors of objects and of names; `told` is their subset."""
    to_names = BlockRanking(shapes, names, lambda part: there.belongs[part])
    yield from to_names.rows(told, ZERO_SHOT)
    yield from to_names.rows(told, CLASS_MEAN, classes=there.firsts)
    yield from BlockRanking(names, shapes, lambda part: there.belongs.T[part]).rows(told, BY_NAME)


def _file(folder: Path, name: str) -> Path | None:
    return next((folder / one for one in (name, f"{name}.gz") if (folder / one).is_file()), None)


def _json(folder: Path, name: str) -> tuple[Path, Any]:
    """A JSON file, packed or not, and where it is."""
    path = _file(folder, name) or folder / name
    try:
        data = path.read_bytes()
        return path, json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read as JSON ({error}); download it again.") from error


def _inside(folder: Path, listed: object) -> Path | None:
    """The file that a list of paths names, unless it is not there or leads out of the folder."""
    if not isinstance(listed, str) or PurePosixPath(listed).is_absolute() or ".." in PurePosixPath(listed).parts:
        return None
    return folder / listed if (folder / listed).is_file() else None


SUITE = Suite(
    name="objaverse-lvis",
    title=TITLE,
    folders=(
        "objaverse-lvis", "Objaverse-LVIS", "objaverse", "hf-objaverse-v1", ".objaverse/hf-objaverse-v1",
        "objaverse/hf-objaverse-v1",
    ),
    needs=frozenset({Modality.SHAPE, Modality.TEXT}),
    counts={"categories": CATEGORIES},
    holds=lambda folder: _file(folder, ANNOTATIONS) is not None,
    measure=measure,
)  # fmt: skip
