"""Bring an index up to date with folders and files: ``index(paths, folder)``."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from indexer import lexicon, moving
from indexer.ann import optimize
from indexer.ann.optimize import Wish, check_wish
from indexer.calibration import calibrate
from indexer.found import Rules
from indexer.loading import check_workers
from indexer.metadata import read_table
from indexer.naming import Naming
from indexer.progress import Progress
from indexer.summary import Summary
from indexer.survey import survey
from indexer.updating import Run, Tried
from indexer.writer import IndexWriter
from retriever import spaces
from retriever.errors import UsageError
from retriever.files import exists
from retriever.store import Manifest, Snapshot, is_index


def index(
    paths: str | Path | Sequence[str | Path],
    folder: str | Path = ".retriever",
    *,
    space: str | None = None,
    up: str = "auto",
    device: str = "auto",
    metadata: str | Path | None = None,
    exclude: str | Sequence[str] = (),
    workers: int | None = None,
    again: bool = False,
    folder_labels: bool | None = None,
    objects: bool | None = None,
    settled: float = 0.0,
    tried: Tried | None = None,
    wish: Wish | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Make the index in `folder` agree with `paths`; what is in it already and did not change is not read again.

    Args:
        paths: folders and files. A folder becomes a corpus root, unless it lies below one; an archive, or a
            stack of clouds, is looked into, as are those that the index has items of.
        folder: of the index; made if missing.
        space: name; None means the index's own, or the default for a new index.
        up: axis of 3D files that points up: "y", "z", or "auto" to go by the files and their format, see
            `indexer.upright`.
        device: that embeds, and builds an approximate search: "cpu", "cuda", or "auto" for a GPU where there is one.
        metadata: csv, tsv, jsonl or parquet file with further columns, joined by path or name; a later run without it
            leaves these columns alone, except of files that changed.
        exclude: patterns of files and folders to leave out, as `indexer.exclusion` reads them, in this run; what is
            in the index of them leaves it.
        workers: processes that read files, up to 256; 0 for none; None chooses.
        again: read and embed all the files, changed or not.
        folder_labels: whether folders may be classes, in this run and those to come; None leaves that as it is, and a
            new index takes them for such.
        objects: whether the objects of a scene are items as well, ``kit.glb/Chair.ply``, in this run and those to come;
            None leaves that as it is, and a new index takes scenes whole.
        settled: files that changed within so many seconds are left for a later run, as they may still be written; what
            the index has of them stays.
        tried: files that failed in the run before, which those of this one replace; those that are as they were are
            not read again.
        wish: what a search may take and must find; None leaves it as it is.
        progress: called often, from this thread.

    Raises:
        UsageError: a path that does not exist, a pattern that is not understood, a metadata file that cannot be
            joined, or an impossible wish.
        RetrieverError: nothing to index, a busy or damaged index, or a space that is not there.
    """
    started = time.monotonic()
    if up not in ("auto", "y", "z"):
        raise UsageError(f"The up axis {up!r} is not known; give y, z or auto.")
    check_workers(workers)
    named = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    exclude = [exclude] if isinstance(exclude, str) else exclude
    if not named:
        raise UsageError("There is nothing to index: give at least one folder or file.")
    folder, progress = Path(folder), progress or (lambda phase, done, total: None)
    before = Snapshot.open(folder) if is_index(folder) else None
    manifest = before.manifest if before is not None else None
    joint = spaces.get(space or (manifest.space.name if manifest else spaces.DEFAULT), device=device)
    summary = Summary()
    rules = replace(_rules(manifest, folder_labels, objects), settled=settled)
    table = read_table(Path(metadata)) if metadata else None
    naming = Naming(folder, again=again)
    parts = survey(named, before, folder, joint, table, exclude, summary.skipped, progress, naming, rules)
    wish = wish or Wish()
    check_wish(wish, manifest, Counter(file.modality for part in parts for file in part.files), joint.identity.dim)
    with IndexWriter(folder, joint.identity) as writer:
        if writer.manifest.version not in (0, manifest and manifest.version):  # another run wrote to it meanwhile
            summary.skipped.clear()
            now = Snapshot.open(folder)
            parts = survey(named, now, folder, joint, table, exclude, summary.skipped, progress, naming, rules)
        writer.keep_for_later(folder_labels=rules.folder_labels, objects=rules.objects)
        summary.moved = moving.along(before) | moving.follow(writer, parts)
        tried = {} if tried is None else tried
        Run(writer, joint, up, workers, progress, summary, again, tried).bring_up_to_date(parts)
        naming.save([part.corpus for part in parts], writer.manifest.roots.values())
        lexicon.bring_up_to_date(writer.snapshot)
        summary.optimized = optimize.bring_up_to_date(writer, wish, lambda: joint, progress, device=device)
        calibrate(writer, lambda: joint)
        summary.absent = [root for root in writer.manifest.roots.values() if not exists(root)]
    summary.seconds = time.monotonic() - started
    return summary


def _rules(manifest: Manifest | None, folder_labels: bool | None, objects: bool | None) -> Rules:
    """As they are wanted, else as the index has them."""
    known = Rules(manifest.folder_labels, manifest.objects) if manifest else Rules()
    return Rules(
        known.folder_labels if folder_labels is None else folder_labels, known.objects if objects is None else objects
    )
