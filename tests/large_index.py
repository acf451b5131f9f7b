"""An index just large enough for an approximate search, of a made-up space that encodes texts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from index_making import SPACE

from indexer.writer import IndexWriter
from retriever.ann.deferred import Deferred
from retriever.ann.files import AnnFile
from retriever.ann.plan import ANN_PAYS
from retriever.spaces.base import Space, SpaceIdentity
from retriever.store import Manifest, item_id
from retriever.types import Modality

DIM = 16
TOY = SpaceIdentity("toy", DIM, SPACE.weights, SPACE.shape)
ROWS = ANN_PAYS + 2_000


class Words:
    """Encodes a text as a vector about one direction that no shape lies near."""

    batch = 32

    def encode(self, payloads):
        seeds = [sum(text.text.encode()) for text in payloads]
        vectors = np.stack([np.random.default_rng(seed).normal(size=DIM) for seed in seeds])
        vectors[:, 0] += 4
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


TALKING = Space(TOY, {Modality.TEXT: Words}, "Free.")


def table(first: int, count: int, modality: str = "shape") -> pa.Table:
    numbers = range(first, first + count)
    return pa.table(
        {
            "id": [item_id("corpus", f"{number}.obj") for number in numbers],
            "root": ["corpus"] * count,
            "path": [f"{number}.obj" for number in numbers],
            "modality": [modality] * count,
            "label": [f"class {number % 30}" for number in numbers],
            "sha256": ["0" * 64] * count,
            "bytes": list(numbers),
            "fingerprint": ["f"] * count,
        }
    )


def fill(folder, *parts) -> None:
    with IndexWriter(folder, TOY) as writer:
        writer.root(folder)
        writer.extend(parts)
        writer.commit()


def ann(folder) -> AnnFile:
    return AnnFile.read(folder, Manifest.read(folder).ann)


def asked(index, query, k=10, **more):
    """Rows found by the approximate search itself, which short programs may never come to open."""
    backend = index._backends.planned
    assert isinstance(backend, Deferred)
    backend._spent = 1e9
    return index.nearest(query, k, **more)
