"""``retriever spaces add``: published checkpoints -> a space in the user's folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor

from indexer.durable import FolderLock, disk_errors
from indexer.progress import Progress
from indexer.published import split
from indexer.published.checkpoint import Checkpoint
from retriever.errors import SpaceError, UsageError
from retriever.files import whole_file
from retriever.spaces import folders, home
from retriever.spaces.catalogue import PUBLISHED
from retriever.spaces.published import Published
from retriever.types import Modality

_WRITTEN = re.compile(rf"({'|'.join(Modality)})(-[0-9a-f]{{8}}\.safetensors|\.new(\.tmp)?)")
"""Names that `put` gives."""


@dataclass(frozen=True)
class Added:
    """What was done.

    Attributes:
        folder: of the space.
        towers: that were written.
        missing: towers that the space could have and has not.
    """

    folder: Path
    towers: list[Modality]
    missing: list[Modality]


def published(name: str) -> Published:
    """The published space of that name.

    Raises:
        UsageError: there is none.
    """
    if name not in PUBLISHED:
        raise UsageError(f"No published space is called {name!r}; choose one of: {', '.join(PUBLISHED)}.")
    return PUBLISHED[name]


def add(name: str, files: Sequence[Path], *, progress: Progress = lambda *_: None) -> Added:
    """Takes the towers that the files hold into the user's space called `name`, beside those it has already.

    A checkpoint is never read whole: its tensors are copied one by one out of the mapped file. The description of the
    space is replaced when all towers are on disk, under names of their own: what is interrupted changes nothing.

    Args:
        name: of a published space.
        files: checkpoints as they were published.
        progress: told ``("add", megabytes so far, megabytes in all)``.

    Raises:
        UsageError: no published space has that name, no file is given, or two hold the same tower.
        SpaceError: a file is not there, damaged, or not of that space.
        IndexBusy: another process adds to this space.
    """
    space = published(name)
    if not files:
        raise UsageError(f"No files are given to add to {name}: give its checkpoints. {space.where}")
    found = _found(space, files)
    folder = home.folder(name)
    total, done = sum(split.bytes_of(each.tensors) for each, _ in found.values()), 0
    with disk_errors(folder, "the space"):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FolderLock(folder, "the space")
        try:
            towers = _present(folder)
            for modality, (each, file) in found.items():
                told = partial(_told, progress, done, total)
                towers[modality] = put(folder, space, modality, each.tensors, file.name, told)
                done += split.bytes_of(each.tensors)
            write_card(folder, space, towers)
            _tidy(folder, {folder / tower["file"] for tower in towers.values()}.union(files))
        finally:
            lock.release()
    return Added(folder, list(found), [modality for modality in space.parts if modality not in towers])


def present(name: str) -> list[Modality]:
    """The towers of a published space that the user has."""
    return list(_present(home.folder(name)))


def _found(space: Published, files: Sequence[Path]) -> dict[Modality, tuple[split.Found, Path]]:
    found: dict[Modality, tuple[split.Found, Path]] = {}
    for file in files:
        for each in split.towers(space, Checkpoint(file)):
            if each.modality in found:
                raise UsageError(
                    f"{found[each.modality][1]} and {file} both hold the {each.modality} tower; leave one of them out."
                )
            found[each.modality] = each, file
    return found


def _present(folder: Path) -> dict[Modality, Any]:
    """The towers that the space has, as its description says; none where that is of no use."""
    try:
        towers = {Modality(name): tower for name, tower in folders.read(folder)["towers"].items()}
        return {modality: tower for modality, tower in towers.items() if (folder / tower["file"]).is_file()}
    except (SpaceError, KeyError, TypeError, ValueError, AttributeError):
        return {}


def _tidy(folder: Path, kept: Collection[Path]) -> None:
    """Removes weights that `put` wrote, and none of `kept`: of replaced towers, and of runs that were killed."""
    for file in folder.iterdir():
        if _WRITTEN.fullmatch(file.name) and not any(each.exists() and file.samefile(each) for each in kept):
            file.unlink()


def _told(progress: Progress, before: int, total: int, written: int) -> None:
    progress("add", (before + written) >> 20, total >> 20)


def put(
    folder: Path,
    space: Published,
    modality: Modality,
    tensors: Mapping[str, Tensor],
    source: str,
    told: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:
    """Writes the weights of a tower to a folder, under a name of their own; returns what ``space.json`` says of it.

    Args:
        folder: of the space.
        space: that the tower is of.
        modality: of the tower.
        tensors: its state.
        source: name of the file that they are from.
        told: called with the bytes written so far.
    """
    part, fresh = space.parts[modality], folder / f"{modality}.new"
    digest = split.write(tensors, fresh, told)
    weights = fresh.rename(folder / f"{modality}-{digest[:8]}.safetensors")
    return {
        "file": weights.name,
        "sha256": digest,
        "license": part.license,
        "architecture": part.architecture,
        "config": dict(part.config),
        "from": source,
    }


def write_card(folder: Path, space: Published, towers: Mapping[Modality, Any]) -> None:
    """Writes the ``space.json`` of a published space that has these towers."""
    inputs = {"shape_input": space.shape, "image_input": space.image, "audio_input": space.audio}
    card = {
        "name": space.name,
        "dim": space.dim,
        "license": space.license,
        **{key: asdict(value) for key, value in inputs.items() if value is not None},
        "towers": {modality: towers[modality] for modality in Modality if modality in towers},
    }
    with whole_file(folder / home.CARD) as file:
        file.write(json.dumps(card, indent=2).encode() + b"\n")
