"""What an index holds, at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retriever.ann.plan import Recipe
from retriever.query.calibrate import LEAST, Calibration
from retriever.query.zeroshot import CONFIDENCE, is_found
from retriever.store import layout
from retriever.store.failures import read_failures
from retriever.store.objects import objects
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
        objects: how many objects of scenes are items; None where scenes are taken whole.
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
    objects: int | None
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
        labels=len(_counts(snapshot, "label", snapshot.live)),
        segments=len(manifest.segments),
        deleted=snapshot.rows - len(snapshot),
        bytes=layout.bytes_on_disk(snapshot.folder),
        freeable=_freeable(snapshot),
        failures=len(read_failures(snapshot.folder)),
        roots=snapshot.roots,
        axes=_counts(snapshot, "up", snapshot.live),
        updated=manifest.updated,
        confidence=_confidence(snapshot),
        folder_labels=manifest.folder_labels,
        objects=len(objects(snapshot)) if manifest.objects else None,
        plan=plan,
        versions=kept(snapshot.folder),
        unfinished=layout.has_unfinished_run(snapshot.folder),
    )


def _confidence(snapshot: Snapshot) -> str:
    """Where the probabilities of hits come from; of labels those that the most items have are named."""
    calibration = Calibration.read(snapshot.folder, snapshot.identity)
    if calibration is None:
        few = f"as {LEAST} items or more are needed" if len(snapshot) < LEAST else "run `retriever optimize` once"
        return f"not known, {few}"
    if not calibration.matches:
        return "assumed, as too few items share a label; they rank, and are no shares"
    given = snapshot.live
    if is_found(snapshot):  # labels that were guessed teach nothing
        given = given & snapshot.column(CONFIDENCE).is_null().to_numpy()
    counts = _counts(snapshot, "label", given)
    most = ", ".join(f"{label} ({count:,})" for label, count in [*counts.items()][:_NAMED])
    others = " and others" if len(counts) > _NAMED else ""
    return f"learnt from {counted(len(counts), 'label')} of {counted(sum(counts.values()), 'item')}: {most}{others}"


def _freeable(snapshot: Snapshot) -> int:
    """Bytes, as if a segment's were spread evenly over its rows."""
    segments = snapshot.folder / layout.SEGMENTS
    entries, live = snapshot.manifest.segments, snapshot.live_counts().tolist()
    kept = sum(
        layout.bytes_on_disk(segments / entry.name) * count / max(entry.rows, 1)
        for entry, count in zip(entries, live, strict=True)
    )
    return max(0, layout.bytes_on_disk(segments) - round(kept))


def _counts(snapshot: Snapshot, column: str, rows: NDArray[np.bool_]) -> dict[str, int]:
    """Strings of a column among some rows -> how many have them, the most frequent first; nulls not counted."""
    values = snapshot.column(column)
    known = [value for value in values.unique().to_pylist() if value is not None]
    codes = positions(values, known)
    counts = np.bincount(codes[rows & (codes >= 0)], minlength=len(known)).tolist()
    order = sorted(range(len(known)), key=lambda place: -counts[place])
    return {known[place]: counts[place] for place in order if counts[place]}
