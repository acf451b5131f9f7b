"""Bringing an index's approximate search up to date: built where that pays, kept while it does, dropped where not."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from indexer.ann.build import Progress, recipes, write_ann
from indexer.durable import disk_errors
from indexer.writer import IndexWriter
from retriever import spaces
from retriever.ann.files import AnnFile
from retriever.ann.ivf_pq import Numbering
from retriever.ann.plan import RECALL, Recipe, worth_rebuilding
from retriever.errors import IndexCorrupt, SpaceError
from retriever.spaces import Space
from retriever.store import Manifest, Snapshot
from retriever.types import Modality

log = logging.getLogger(__name__)

Opener = Callable[[], Space | None]


@dataclass(frozen=True)
class Wish:
    """What a search may take and must find; None leaves it as the index has it, or to the defaults.

    Attributes:
        recall: share of the true ten nearest, above 0 and up to 1.
        memory: bytes.
    """

    recall: float | None = None
    memory: int | None = None


@dataclass(frozen=True)
class Optimized:
    """What was done.

    Attributes:
        plans: how each modality is searched.
        built: the approximate index that was written; None where all is searched exactly.
        seconds: it took.
    """

    plans: dict[Modality, Recipe]
    built: AnnFile | None
    seconds: float


def optimize(folder: Path, wish: Wish | None = None, *, progress: Progress | None = None) -> Optimized:
    """Builds the approximate index of `folder` again, whether or not it is due.

    Args:
        folder: of the index.
        wish: what it may take and must find.
        progress: called often.

    Raises:
        IndexMissing: there is none.
        IndexBusy: another process writes to it.
        UsageError: a wish that cannot be fulfilled.
    """
    identity = Manifest.read(Path(folder)).space
    with IndexWriter(folder, identity) as writer:
        if writer.snapshot is None:
            return Optimized({}, None, 0.0)
        wish = _completed(wish or Wish(), _existing(writer.snapshot))
        return _rebuild(writer, writer.snapshot, wish, lambda: installed(identity.name), progress)


def installed(name: str) -> Space | None:
    """The space of that name; None, and said, where it is not there: then there are no texts to tune on."""
    try:
        return spaces.get(name)
    except SpaceError as error:
        log.warning(f"The approximate search is tuned without texts, as the space is not there: {error}")
        return None


def bring_up_to_date(
    writer: IndexWriter, wish: Wish, space: Opener, progress: Progress | None = None
) -> Optimized | None:
    """Builds the approximate index where none fits the wish, or where too many rows are outside; else None.

    Args:
        writer: of an index whose rows are committed.
        wish: what it may take and must find.
        space: gives what encodes sample queries, None for nothing; asked only where something is built.
        progress: called often.

    Raises:
        UsageError: a wish that cannot be fulfilled.
    """
    snapshot = writer.snapshot
    if snapshot is None:
        return None
    file = _existing(snapshot)
    wish = _completed(wish, file)
    approximates = _approximates(_plans(snapshot, wish))
    if file is None or (file.recall, file.memory) != (wish.recall, wish.memory):
        due = approximates or snapshot.manifest.ann is not None
    else:
        covered = np.count_nonzero(_numbering(file, snapshot).covered(snapshot.rows) & snapshot.live)
        due = not approximates or worth_rebuilding(int(covered), len(snapshot))
    return _rebuild(writer, snapshot, wish, space, progress) if due else None


def _rebuild(
    writer: IndexWriter, snapshot: Snapshot, wish: Wish, space: Opener, progress: Progress | None
) -> Optimized:
    """Plans, builds and publishes."""
    started = time.monotonic()
    plans = _plans(snapshot, wish)
    assert wish.recall is not None
    with disk_errors(writer.folder):
        built = write_ann(
            snapshot,
            f"{snapshot.manifest.version + 1:06d}",
            plans,
            recall=wish.recall,
            memory=wish.memory,
            space=space() if _approximates(plans) else None,
            progress=progress,
        )
        writer.set_ann(built.folder.name if built else None)
        writer.keep_versions()
        writer.sweep()
    return Optimized(plans, built, time.monotonic() - started)


def check_wish(wish: Wish, rows: int, dim: int) -> None:
    """Raises UsageError for a wish that an index of so many rows cannot fulfil, before anything is embedded."""
    from retriever.ann.plan import plan

    plan(rows, dim, memory=wish.memory, recall=RECALL if wish.recall is None else wish.recall, device="cpu")


def _plans(snapshot: Snapshot, wish: Wish) -> dict[Modality, Recipe]:
    recall = RECALL if wish.recall is None else wish.recall
    return recipes(snapshot, recall=recall, memory=wish.memory, faiss=find_spec("faiss") is not None)


def _approximates(plans: dict[Modality, Recipe]) -> bool:
    return any(recipe.sizes is not None for recipe in plans.values())


def _completed(wish: Wish, file: AnnFile | None) -> Wish:
    """The wish, with what it leaves open as the last one had it."""
    recall = wish.recall if wish.recall is not None else file.recall if file else RECALL
    return Wish(recall, wish.memory if wish.memory is not None else file.memory if file else None)


def _existing(snapshot: Snapshot) -> AnnFile | None:
    """What is there and sound; damage is said, and mended by building again."""
    if snapshot.manifest.ann is None:
        return None
    try:
        file = AnnFile.read(snapshot.folder, snapshot.manifest.ann)
        file.verify()
        return file
    except IndexCorrupt as error:
        log.warning(f"{error} Building it again from the vectors.")
        return None


def _numbering(file: AnnFile, snapshot: Snapshot) -> Numbering:
    names = (entry.name for entry in snapshot.manifest.segments)
    return Numbering.of(file.segments, dict(zip(names, snapshot.firsts.tolist(), strict=True)))
