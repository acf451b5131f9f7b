"""``ann/NNNNNN``: an approximate index of every modality that has enough rows, planned, trained, tuned and written."""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from indexer.ann.coders import FaissCoder, TorchCoder, building_device
from indexer.ann.queries import sample_queries
from indexer.ann.train import train
from indexer.ann.tune import tune
from indexer.progress import Progress
from retriever.ann.base import Rows, RowSet
from retriever.ann.cpu import CpuExact
from retriever.ann.files import DESCRIPTION, AnnFile, Part
from retriever.ann.inverted_lists import Scan
from retriever.ann.numbering import Numbering
from retriever.ann.plan import IvfPq, Recipe, plan
from retriever.devices import out_of_memory
from retriever.files import crc32, sync_folder
from retriever.spaces import Space
from retriever.store import Snapshot, layout
from retriever.types import Modality

log = logging.getLogger(__name__)

Opener = Callable[[], Space | None]


def recipes(snapshot: Snapshot, *, recall: float, memory: int | None, faiss: bool = True) -> dict[Modality, Recipe]:
    """How each modality is to be searched.

    Raises:
        UsageError: the memory budget is impossible.
    """
    return recipes_for(snapshot.modalities(), snapshot.identity.dim, recall=recall, memory=memory, faiss=faiss)


def recipes_for(
    counts: Mapping[Modality, int], dim: int, *, recall: float, memory: int | None, faiss: bool
) -> dict[Modality, Recipe]:
    """The same for so many rows of each modality, which share the memory."""
    return {
        modality: plan(
            count,
            dim,
            device="cpu",
            memory=memory,
            recall=recall,
            faiss=faiss,
            beside=[more for other, more in counts.items() if other is not modality],
        )
        for modality, count in counts.items()
    }


def write_ann(
    snapshot: Snapshot,
    name: str,
    planned: Mapping[Modality, Recipe],
    *,
    recall: float,
    memory: int | None = None,
    space: Opener,
    device: str = "cpu",
    seed: int = 0,
    progress: Progress | None = None,
) -> AnnFile | None:
    """Writes folder `name`, synced to disk; on an error nothing of it is left.

    Args:
        snapshot: whose rows to cover.
        name: of the folder, one that no manifest has listed.
        planned: see `recipes`.
        recall: wanted.
        memory: the budget that was planned for, written down for the next time.
        space: gives what encodes sample queries, None to tune on the items' own vectors alone; asked only if needed.
        device: that learns and finds the lists, one of `retriever.devices.DEVICES`.
        seed: of everything random.
        progress: called often.

    Returns:
        What was written; None where every modality is searched exactly.
    """
    chosen = {modality: recipe for modality, recipe in planned.items() if recipe.sizes is not None}
    if not chosen:
        return None
    folder = snapshot.folder / layout.ANN / name
    shutil.rmtree(folder, ignore_errors=True)  # what a crash before the manifest left
    folder.mkdir(parents=True)
    segments = tuple((entry.name, entry.rows) for entry in snapshot.manifest.segments)
    file = AnnFile(folder, recall, memory, segments, ())
    try:
        encoder = space()
        parts = [
            _part(snapshot, file, modality, recipe, encoder, device, seed, progress or (lambda what, done, total: None))
            for modality, recipe in chosen.items()
        ]
        file = replace(file, parts=tuple(parts))
        (folder / DESCRIPTION).write_text(file.to_json(), encoding="utf-8")
        for path in folder.iterdir():
            _sync(path)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    for parent in (folder, folder.parent, snapshot.folder):
        sync_folder(parent)
    return file


def _part(
    snapshot: Snapshot,
    file: AnnFile,
    modality: Modality,
    recipe: Recipe,
    space: Space | None,
    device: str,
    seed: int,
    progress: Progress,
) -> Part:
    from retriever.ann.wheels import load

    assert recipe.sizes is not None
    dim = snapshot.identity.dim
    blocks = [block for _, block in snapshot.blocks()]
    mask = snapshot.live & snapshot.modality_rows(modality)
    members = RowSet(mask)
    scan = _trained(Rows(blocks, dim), members, recipe.sizes, device, seed, progress)
    progress("tune", 0, None)
    queries, own = sample_queries(snapshot, modality, space, seed=seed)
    mask = mask.copy()
    mask[own] = False  # a query must not find itself
    numbering = Numbering.between(file, snapshot)
    tuned = tune(
        scan,
        RowSet(mask),
        numbering,
        CpuExact(blocks, dim),
        queries,
        file.recall,
        dim,
        seed=seed,
    )
    part = Part(modality.value, len(members), scan.sizes, {}, tuned)
    try:
        load().write_index(scan.index, str(file.codes(part)))
    except RuntimeError as error:  # faiss's way of saying that the disk is full
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file.codes(part))) from error
    np.save(file.projection(part), scan.projection, allow_pickle=False)
    written = (file.codes(part), file.projection(part))
    return replace(part, files={path.name: (path.stat().st_size, crc32(path)) for path in written})


def _trained(rows: Rows, members: RowSet, sizes: IvfPq, device: str, seed: int, progress: Progress) -> Scan:
    """On the device; on the CPU where it has too little memory left."""
    every, total, where = np.arange(len(rows)), len(members), building_device(device)
    progress("build", 0, total)
    learn = partial(train, rows, members, every, sizes, seed=seed, progress=lambda n: progress("build", n, total))
    if where != "cpu":
        try:
            return learn(coder=partial(TorchCoder, device=where))
        except RuntimeError as error:
            if not out_of_memory(error):
                raise
            log.warning("The GPU has too little memory left to build the approximate search: using the CPU instead.")
    return learn(coder=FaissCoder)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
