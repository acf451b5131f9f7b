"""``retriever spaces add``: published checkpoints -> a space in the user's folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from indexer.build import Progress
from indexer.durable import disk_errors, whole_file
from indexer.published import split
from indexer.published.checkpoint import Checkpoint
from retriever.errors import UsageError
from retriever.spaces import folders, home
from retriever.spaces.catalogue import PUBLISHED
from retriever.spaces.published import Published
from retriever.types import Modality


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

    A checkpoint is never read whole: its tensors are copied one by one out of the mapped file.

    Args:
        name: of a published space.
        files: checkpoints as they were published.
        progress: told ``("add", megabytes so far, megabytes in all)``.

    Raises:
        UsageError: no published space has that name.
        SpaceError: a file is not there, damaged, or not of that space.
    """
    space = published(name)
    found = {each.modality: (each, file) for file in files for each in split.towers(space, Checkpoint(file))}
    folder = home.folder(name)
    card = folders.read(folder) if (folder / home.CARD).is_file() else {"towers": {}}
    towers = {Modality(name): tower for name, tower in card["towers"].items()}
    total, done = sum(split.bytes_of(each.tensors) for each, _ in found.values()), 0
    with disk_errors(folder, "the space"):
        folder.mkdir(parents=True, exist_ok=True)
        for modality, (each, file) in found.items():
            weights = folder / f"{modality}.safetensors"
            digest = split.write(each.tensors, weights, partial(_told, progress, done, total))
            done += weights.stat().st_size
            towers[modality] = entry(space, modality, digest, file)
        write_card(folder, space, towers)
    return Added(folder, list(found), [modality for modality in space.parts if modality not in towers])


def _told(progress: Progress, before: int, total: int, written: int) -> None:
    progress("add", (before + written) >> 20, total >> 20)


def entry(space: Published, modality: Modality, digest: str, file: Path) -> dict[str, Any]:
    """What ``space.json`` says of a tower that is from `file` and whose weights have that SHA-256."""
    part = space.parts[modality]
    return {
        "file": f"{modality}.safetensors",
        "sha256": digest,
        "license": part.license,
        "architecture": part.architecture,
        "config": dict(part.config),
        "from": file.name,
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
