"""What an index holds, at a glance."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retriever.ann.plan import Recipe
from retriever.query.calibrate import LEAST, Calibration
from retriever.query.zeroshot import CONFIDENCE, is_found
from retriever.store import layout
from retriever.store.failures import read_failures
from retriever.store.schema import positions
from retriever.store.snapshot import Snapshot
from retriever.store.versions import Version, kept
from retriever.types import Modality
from retriever.wording import counted

_NAMED = 3
"""Labels that are named, of those that confidences were learnt from."""


@dataclass(frozen=True)
class Status:
    """What an index holds.

    Attributes:
        folder: of the index.
        space: name of the space that made its vectors.
        version: counts the commits.
        items: live rows of each modality.
        labels: different labels among them.
        segments: batches of rows on disk.
        deleted: rows that are deleted, or superseded by others, and still on disk, until the next compaction.
        bytes: size of the folder.
        freeable: what a compaction gives back of that, about: the share of such rows in their segments, and segments
            that only earlier versions have.
        failures: files that could not be indexed.
        roots: short name of a corpus root -> its absolute path now.
        axes: axis -> live shapes whose file was read with it up.
        updated: UTC, ISO 8601.
        confidence: what its confidences were learnt from, as a sentence.
        folder_labels: whether folders of its corpora may be classes.
        plan: how it is searched, and why.
        versions: that can be opened, oldest first.
        unfinished: whether rows of a run that is under way or was interrupted wait to be taken in.
    """

    folder: Path
    space: str
    version: int
    items: dict[Modality, int]
    labels: int
    segments: int
    deleted: int
    bytes: int
    freeable: int
    failures: int
    roots: dict[str, str]
    axes: dict[str, int]
    updated: str
    confidence: str
    folder_labels: bool
    plan: Recipe
    versions: list[Version]
    unfinished: bool


def status_of(snapshot: Snapshot, plan: Recipe) -> Status:
    """The status of a snapshot that is searched by `plan`."""
    manifest = snapshot.manifest
    return Status(
        folder=snapshot.folder,
        space=snapshot.identity.name,
        version=manifest.version,
        items=snapshot.modalities(),
        labels=_distinct(snapshot, "label"),
        segments=len(manifest.segments),
        deleted=snapshot.rows - len(snapshot),
        bytes=layout.bytes_on_disk(snapshot.folder),
        freeable=_freeable(snapshot),
        failures=len(read_failures(snapshot.folder)),
        roots=snapshot.roots,
        axes=_axes(snapshot),
        updated=manifest.updated,
        confidence=_confidence(snapshot),
        folder_labels=manifest.folder_labels,
        plan=plan,
        versions=kept(snapshot.folder),
        unfinished=layout.has_unfinished_run(snapshot.folder),
    )


def _axes(snapshot: Snapshot) -> dict[str, int]:
    """The most frequent first."""
    values = snapshot.column("up")
    axes = [axis for axis in values.unique().to_pylist() if axis is not None]
    codes = positions(values, axes)
    counts = np.bincount(codes[snapshot.live & (codes >= 0)], minlength=len(axes)).tolist()
    return {axis: count for count, axis in sorted(zip(counts, axes, strict=True), reverse=True) if count}


def _confidence(snapshot: Snapshot) -> str:
    """Where the probabilities of hits come from; of labels those that the most items have are named."""
    calibration = Calibration.read(snapshot.folder, snapshot.identity)
    if calibration is None:
        few = f"as {LEAST} items or more are needed" if len(snapshot) < LEAST else "run `retriever optimize` once"
        return f"not known, {few}"
    if not calibration.matches:
        return "assumed, as too few items share a label; they rank, and are no shares"
    rows = snapshot.take(np.flatnonzero(snapshot.live), ["label", *([CONFIDENCE] if is_found(snapshot) else [])])
    guessed = rows.column(CONFIDENCE).to_pylist() if CONFIDENCE in rows.column_names else [None] * len(rows)
    given = zip(rows.column("label").to_pylist(), guessed, strict=True)
    counts = Counter(label for label, guess in given if label is not None and guess is None)
    most = ", ".join(f"{label} ({count:,})" for label, count in counts.most_common(_NAMED))
    others = " and others" if len(counts) > _NAMED else ""
    return f"learnt from {counted(len(counts), 'label')} of {counted(counts.total(), 'item')}: {most}{others}"


def _freeable(snapshot: Snapshot) -> int:
    """Bytes, as if a segment's were spread evenly over its rows."""
    segments = snapshot.folder / layout.SEGMENTS
    entries, live = snapshot.manifest.segments, snapshot.live_counts().tolist()
    kept = sum(
        layout.bytes_on_disk(segments / entry.name) * count / max(entry.rows, 1)
        for entry, count in zip(entries, live, strict=True)
    )
    return max(0, layout.bytes_on_disk(segments) - round(kept))


def _distinct(snapshot: Snapshot, column: str) -> int:
    """Different strings of a column among the live rows, nulls not counted."""
    values = snapshot.column(column)
    codes = positions(values, [value for value in values.unique().to_pylist() if value is not None])
    return len(np.unique(codes[snapshot.live & (codes >= 0)]))
