"""Bringing an index's approximate search up to date: built where that pays, kept while it does, dropped where not."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from indexer import lexicon
from indexer.ann.build import Opener, recipes, recipes_for, write_ann
from indexer.calibration import calibrate
from indexer.durable import disk_errors
from indexer.keeping import keep_versions, sweep
from indexer.progress import Progress
from indexer.writer import IndexWriter
from retriever import spaces
from retriever.ann.files import AnnFile
from retriever.ann.numbering import Numbering
from retriever.ann.plan import RECALL, Recipe, worth_rebuilding
from retriever.errors import IndexCorrupt, SpaceError, UsageError
from retriever.query.resolve import same_space
from retriever.spaces import Space, SpaceIdentity
from retriever.store import Manifest, Snapshot
from retriever.types import Modality

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wish:
    """What a search may take and must find; None leaves it as the index has it, or to the defaults.

    Attributes:
        recall: share of the true ten nearest, above 0 and up to 1.
        memory: bytes.

    Raises:
        UsageError: the memory is no whole number of bytes that a manifest can hold.
    """

    recall: float | None = None
    memory: int | None = None

    def __post_init__(self) -> None:
        """Check it before it is written down."""
        if self.memory is not None and not (type(self.memory) is int and 0 <= self.memory < 2**63):
            raise UsageError(f"--memory {self.memory!r}: give a whole number of bytes, such as 4_000_000_000.")


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


def optimize(
    folder: Path, wish: Wish | None = None, *, device: str = "auto", progress: Progress | None = None
) -> Optimized:
    """Builds the approximate index of `folder` again, whether or not it is due, and all else that searches read.

    Args:
        folder: of the index.
        wish: what it may take and must find.
        device: that builds: "cpu", "cuda", or "auto" for a GPU where there is one.
        progress: called often.

    Raises:
        IndexMissing: there is none.
        IndexBusy: another process writes to it.
        UsageError: a wish that cannot be fulfilled.
    """
    identity = Manifest.read(Path(folder)).space
    with IndexWriter(folder, identity) as writer:
        wish = _completed(wish or Wish(), writer.manifest)
        lexicon.bring_up_to_date(writer.snapshot)
        done = _rebuild(writer, wish, lambda: installed(identity), device, progress)
        calibrate(writer, lambda: installed(identity), always=True)
        return done


def installed(identity: SpaceIdentity) -> Space | None:
    """The space that an index was made in; None, and said, where it is not there: then there are no texts to tune on.

    A space of that name whose weights, or length of vectors, are others is not it.
    """
    try:
        space = spaces.get(identity.name)
        same_space(identity, space.identity)
        return space
    except SpaceError as error:
        log.warning(f"The search is tuned without texts, as the space of the index is not there: {error}")
        return None


def bring_up_to_date(
    writer: IndexWriter, wish: Wish, space: Opener, progress: Progress | None = None, *, device: str = "auto"
) -> Optimized | None:
    """Builds the approximate index where none fits the wish, or where too many rows are outside; else None.

    The wish is written down for the next time, even if the index is too small yet for it to matter. One of an earlier
    time that the index has outgrown is said, and stops nothing.

    Args:
        writer: of an index whose rows are committed.
        wish: what it may take and must find.
        space: gives what encodes sample queries, None for nothing; asked only where something is built.
        progress: called often.
        device: that builds: "cpu", "cuda", or "auto" for a GPU where there is one.

    Raises:
        UsageError: a wish that cannot be fulfilled.
    """
    whole = _completed(wish, writer.manifest)
    try:
        due = _due(writer, whole)
        return _rebuild(writer, whole, space, device, progress) if due else None
    except UsageError as error:
        if wish != Wish():
            raise
        log.warning(f"The approximate search is not built again: {error}")
        return None


def check_wish(wish: Wish, manifest: Manifest | None, counts: Mapping[Modality, int], dim: int) -> None:
    """Raises UsageError for a wish that an index cannot fulfil, before anything is embedded.

    Args:
        wish: as just said; one of an earlier time is not looked at.
        manifest: of the index, if there is one.
        counts: files to index of each modality.
        dim: of a vector.
    """
    if wish == Wish():
        return
    held = Counter[str]()
    for entry in manifest.segments if manifest else ():
        held.update(entry.modalities)
    whole = _completed(wish, manifest)
    rows = {modality: max(counts.get(modality, 0), held[modality]) for modality in Modality}
    recipes_for(rows, dim, recall=_recall(whole), memory=whole.memory, faiss=_faiss())


def _due(writer: IndexWriter, wish: Wish) -> bool:
    """Whether what there is does not fit the wish or the rows any more."""
    snapshot, manifest = writer.snapshot, writer.manifest
    if snapshot is None:
        return manifest.ann is not None
    if not _faiss() and manifest.ann is not None:
        return False  # nothing can be built here, and what is there may serve others
    approximates = any(recipe.sizes is not None for recipe in _plans(snapshot, wish).values())
    file = _existing(snapshot)
    if (manifest.recall, manifest.memory) != (wish.recall, wish.memory) or file is None:
        return approximates or manifest.ann is not None or wish != _completed(Wish(), manifest)
    covered = np.count_nonzero(Numbering.between(file, snapshot).covered(snapshot.rows) & snapshot.live)
    return not approximates or worth_rebuilding(int(covered), len(snapshot))


def _rebuild(writer: IndexWriter, wish: Wish, space: Opener, device: str, progress: Progress | None) -> Optimized:
    """Plans, builds and publishes."""
    started = time.monotonic()
    snapshot = writer.snapshot
    plans = {} if snapshot is None else _plans(snapshot, wish)
    built = None
    with disk_errors(writer.folder):
        if snapshot is not None:
            built = write_ann(
                snapshot,
                f"{snapshot.manifest.version + 1:06d}",
                plans,
                recall=_recall(wish),
                memory=wish.memory,
                space=space,
                device=device,
                progress=progress,
            )
        writer.set_ann(built.folder.name if built else None, recall=wish.recall, memory=wish.memory)
        keep_versions(writer.folder, writer.manifest)
        sweep(writer.folder, writer.manifest)
    return Optimized(plans, built, time.monotonic() - started)


def _plans(snapshot: Snapshot, wish: Wish) -> dict[Modality, Recipe]:
    return recipes(snapshot, recall=_recall(wish), memory=wish.memory, faiss=_faiss())


def _faiss() -> bool:
    return find_spec("faiss") is not None


def _recall(wish: Wish) -> float:
    return RECALL if wish.recall is None else wish.recall


def _completed(wish: Wish, manifest: Manifest | None) -> Wish:
    """The wish, with what it leaves open as the last one had it."""
    if manifest is None:
        return wish
    return Wish(
        manifest.recall if wish.recall is None else wish.recall, manifest.memory if wish.memory is None else wish.memory
    )


def _existing(snapshot: Snapshot) -> AnnFile | None:
    """What is there and sound; damage is said, and mended by building again."""
    if snapshot.manifest.ann is None:
        return None
    try:
        file = AnnFile.read(snapshot.folder, snapshot.manifest.ann)
        file.verify()
        return file
    except IndexCorrupt as error:
        log.warning(f"{error} Doing so now.")
        return None
