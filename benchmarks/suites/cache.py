"""Vectors kept between runs, one NPZ file for each part of a set in each space; a file that does not fit is not used.

What a file is of (the part, the space with its weights and rules, every source with the size and time of its file) is
hashed into its name and also written into it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.encoding import say
from indexer.durable import disk_errors
from retriever.files import whole_file
from retriever.spaces import SpaceIdentity
from retriever.types import Modality, Vectors

if TYPE_CHECKING:
    from benchmarks.suites.encoding import Source

_FORMAT = 1
"""Counted up where the same sources give other vectors for a reason that they do not state."""


@dataclass(frozen=True)
class Kept:
    """What some vectors are of.

    Attributes:
        what: suite and part, as words.
        digest: 64 hex digits, over all that the vectors depend on.
        dim: length of a vector.
    """

    what: str
    digest: str
    dim: int

    @classmethod
    def of(cls, what: str, sources: Sequence[Source], modality: Modality, identity: SpaceIdentity) -> Self:
        """The same for the same files, read by the same space in the same way."""
        stamps: dict[Path | None, list[int]] = {None: []}
        for file in {source.file for source in sources if source.file}:
            found = file.stat()
            stamps[file] = [found.st_size, found.st_mtime_ns]
        listed = [[source.key, source.how, *stamps[source.file]] for source in sources]
        told = json.dumps([_FORMAT, what, modality, identity.to_json(), listed], sort_keys=True)
        return cls(what, hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest(), identity.dim)

    @property
    def file(self) -> str:
        """Its name in the cache folder."""
        return f"{re.sub(r'[^a-z0-9]+', '-', self.what.lower())}-{self.digest[:16]}.npz"


def kept(folder: Path, of: Kept) -> tuple[Vectors, NDArray[np.int64]] | None:
    """(v, d) vectors and (v,) owners as they were kept; None where there are none that fit."""
    path = folder / of.file
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            digest, vectors, owners = str(arrays["digest"]), arrays["vectors"], arrays["owners"]
    except Exception:  # whatever zipfile and numpy say of a damaged file
        say(f"{path} is damaged and is made anew")
        return None
    if digest != of.digest or vectors.shape != (len(owners), of.dim):
        return None
    say(f"{of.what}: {len(owners):,} vectors from {path}")
    return vectors, owners


def keep(folder: Path, of: Kept, vectors: Vectors, owners: NDArray[np.int64]) -> None:
    """Writes them, whole or not at all."""
    with disk_errors(folder, "the cache"):
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(folder / of.file) as file:
            np.savez(file, digest=np.array(of.digest), vectors=vectors, owners=owners)
