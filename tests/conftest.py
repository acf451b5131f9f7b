"""A made joint space of six meanings, and a small index in it: small enough to know every right answer by heart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from indexer.writer import IndexWriter
from retriever import spaces
from retriever.index import Index
from retriever.spaces import ShapeInput, Space, SpaceIdentity
from retriever.store.ids import item_id
from retriever.store.snapshot import Snapshot
from retriever.types import Modality, PointCloud, Text, Vectors

# The same examples in every run, so that a red run is about the change; `make fuzz` looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None)
settings.load_profile("repeatable")

MEANINGS = ("wide", "tall", "deep", "red", "green", "blue")

ITEMS = [
    ("towers/tower.obj", "shape", "tower", "tall"),
    ("towers/red_tower.obj", "shape", "tower", "tall red"),
    ("planks/plank.obj", "shape", "plank", "wide"),
    ("planks/green_plank.obj", "shape", "plank", "wide green"),
    ("tunnel.obj", "shape", None, "deep"),
    ("notes/tower.txt", "text", None, "tall"),
    ("notes/colours.txt", "text", None, "red green blue"),
    ("gone.obj", "shape", "tower", "tall"),
]
"""(path, modality, label, words that its vector means); the last one is deleted."""


def meaning(words: str) -> np.ndarray:
    """(6,) unit vector of the words; words without a meaning add a little of everything."""
    vector = np.full(len(MEANINGS), 1e-3, np.float32)
    for word in words.split():
        if word in MEANINGS:
            vector[MEANINGS.index(word)] += 1
    return vector / np.linalg.norm(vector)


class Words:
    """The made space's text tower."""

    modality = Modality.TEXT
    batch = 8

    def encode(self, payloads: list[Text]) -> Vectors:
        return np.stack([meaning(payload.text) for payload in payloads]).astype(np.float32)


class Sizes:
    """The made space's 3D tower: how far a cloud reaches along each axis."""

    modality = Modality.SHAPE
    batch = 8

    def encode(self, payloads: list[PointCloud]) -> Vectors:
        sizes = np.stack([np.ptp(cloud.points, axis=0) for cloud in payloads]) ** 2
        vectors = np.hstack([sizes, np.zeros((len(sizes), 3))])
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="session")
def made_space() -> Space:
    """A space with real, tiny encoders for texts and shapes, and none for pictures and sounds."""
    identity = SpaceIdentity("made", len(MEANINGS), "0123456789abcdef", ShapeInput(points=256))
    return Space(identity, {Modality.TEXT: Words, Modality.SHAPE: Sizes}, "made for tests")


@pytest.fixture(scope="session")
def made_folder(tmp_path_factory: pytest.TempPathFactory, made_space: Space) -> Path:
    """An index of ITEMS in the made space; do not write to it."""
    folder = tmp_path_factory.mktemp("made")
    corpus = folder / "corpus"
    corpus.mkdir()
    with IndexWriter(folder / "index", made_space.identity) as writer:
        root = writer.root(corpus)
        items = [made_item(root, path, modality, label) for path, modality, label, _ in ITEMS]
        vectors = np.stack([meaning(words) for *_, words in ITEMS])
        writer.append(items[:3], vectors[:3])
        writer.commit()
        writer.append(items[3:], vectors[3:])
        snapshot = writer.commit()
        writer.delete(snapshot.rows_of([items[-1]["id"]]))
        writer.commit()
    return folder / "index"


def made_item(root: str, path: str, modality: str, label: str | None) -> dict[str, object]:
    """One row of the made index."""
    facts = {"vertices": 10 * len(path), "faces": 20, "extent": [1.0, 2.0, 3.0]} if modality == "shape" else {}
    return {
        "id": item_id(root, path),
        "root": root,
        "path": path,
        "modality": modality,
        "label": label,
        "name": Path(path).stem.replace("_", " "),
        "sha256": "0" * 64,
        "bytes": 100,
        "fingerprint": "f",
        **facts,
    }


@pytest.fixture
def made_index(made_folder: Path, made_space: Space, monkeypatch: pytest.MonkeyPatch) -> Index:
    """The made index, opened, with the made space installed."""
    monkeypatch.setattr(spaces, "get", lambda name: {"made": made_space}[name])
    return Index(Snapshot.open(made_folder))
