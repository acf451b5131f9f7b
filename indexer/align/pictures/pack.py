"""Pictures ready for training: made once, all of one size, in a folder that is mapped and not read whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.align.split import is_held_out

SIDE = 112
"""Edge length of packed pictures: a little more than a tower's, so that a draw can magnify."""


@dataclass(frozen=True)
class LabelledPicture:
    """One picture to learn from.

    Attributes:
        pixels: (SIDE, SIDE, 4) uint8; what is transparent is filled anew at each draw.
        captions: clean phrases that all describe it, the most general name first, never empty.
        group: pictures of one group are near-duplicates and stay on one side of the split.
        source: where it came from: the name of a set.
        kind: "photo", "render" (of a mesh) or "parametric".
        held_out: on which side of the split, where that is not decided by the hash of `group`.
    """

    pixels: NDArray[np.uint8]
    captions: tuple[str, ...]
    group: str
    source: str
    kind: str
    held_out: bool | None = None


@dataclass(frozen=True)
class Pack:
    """n pictures.

    Attributes:
        pixels: (n, SIDE, SIDE, 4) uint8.
        captions: of each, phrases.
        groups: of each.
        sources: of each.
        kinds: of each.
        held_out: (n,) True for validation.
    """

    pixels: NDArray[np.uint8]
    captions: list[tuple[str, ...]]
    groups: list[str]
    sources: list[str]
    kinds: list[str]
    held_out: NDArray[np.bool_]

    @classmethod
    def load(cls, folder: Path) -> Pack:
        """Back from `write`; the pixels stay on the disk until they are drawn."""
        columns = json.loads((folder / "pictures.json").read_text(encoding="utf-8"))
        return cls(
            np.load(folder / "pixels.npy", mmap_mode="r", allow_pickle=False),
            [tuple(captions) for captions in columns["captions"]],
            columns["groups"],
            columns["sources"],
            columns["kinds"],
            np.array(columns["held_out"], bool),
        )

    def phrases(self, kind: str) -> list[str]:
        """All captions of the training pictures of one kind, sorted."""
        rows = (i for i, each in enumerate(self.kinds) if each == kind and not self.held_out[i])
        return sorted({caption for i in rows for caption in self.captions[i]})


def exists(folder: Path) -> bool:
    """Whether the folder holds a whole pack."""
    return (folder / "pictures.json").is_file()


def write(
    pictures: Iterable[LabelledPicture], folder: Path, progress: Callable[[int], None] = lambda done: None
) -> Pack:
    """Packs pictures as they come and opens the result; the table is written last, so that half a pack is none."""
    folder.mkdir(parents=True, exist_ok=True)
    columns: dict[str, list] = {name: [] for name in ("captions", "groups", "sources", "kinds", "held_out")}
    raw = folder / "pixels.raw"
    with raw.open("wb") as file:
        for picture in pictures:
            file.write(np.ascontiguousarray(picture.pixels).tobytes())
            held_out = is_held_out(picture.group) if picture.held_out is None else picture.held_out
            row = (picture.captions, picture.group, picture.source, picture.kind, bool(held_out))
            for column, value in zip(columns.values(), row, strict=True):
                column.append(value)
            progress(len(columns["groups"]))
    _with_header(raw, folder / "pixels.npy", len(columns["groups"]))
    (folder / "pictures.json").write_text(json.dumps(columns), encoding="utf-8")
    return Pack.load(folder)


def _with_header(raw: Path, npy: Path, count: int) -> None:
    """Raw bytes to an npy file, a block at a time."""
    pixels = np.lib.format.open_memmap(npy, "w+", np.uint8, (count, SIDE, SIDE, 4))
    size = SIDE * SIDE * 4
    with raw.open("rb") as file:
        for start in range(0, count, 256):
            rows = min(256, count - start)
            block = np.frombuffer(file.read(rows * size), np.uint8)
            pixels[start : start + rows] = block.reshape(rows, SIDE, SIDE, 4)
    pixels.flush()
    raw.unlink()
