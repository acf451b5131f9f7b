"""What variety costs, what bad examples bring, and what names add, among the named meshes: docs/diversity.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.material import Material
from benchmarks.retrieval.packed import every_mesh
from indexer.writer import IndexWriter
from retriever.index import Index
from retriever.query.diversity import depth, mmr
from retriever.store import Snapshot, item_id
from retriever.types import Modality, Vectors

Row = dict[str, Any]

TRADES = (1.0, 0.9, 0.7, 0.5, 0.3)
WEIGHTS = (0.0, 0.06, 0.1, 0.15, 0.25, 0.5, 1.0)
WORDS = ("{}", "a 3d model of a {}", "please find me the {} for my small game", "the first word")
"""How an object is asked for by its name; the last means what it says."""
EVERYDAY = "base_meshes"
"""The set whose names are plain words for one thing each."""
_LEAST = 8
"""Meshes of a label that is asked for."""
_DRAWS, _GOOD, _BAD, _WANTED = 5, 3, 2, 10


def tables(material: Material) -> Iterator[tuple[str, list[Row]]]:
    """Title and rows of the three tables; nothing without named meshes."""
    if not (material.folder / "shapes_named" / "items.csv").is_file():
        return
    if not material.reads(Modality.SHAPE, Modality.TEXT):
        return
    meshes, rows = every_mesh(material.folder / "shapes_named")
    vectors = material.encode_meshes("named meshes", meshes)
    counts = Counter(row["label"] for row in rows if row["label"])
    names = sorted(label for label, count in counts.items() if count >= _LEAST)
    labels = np.array([row["label"] for row in rows])
    if names:
        texts = material.labels(names)
        yield "Variety by trade-off, ten hits", list(by_trade(vectors, labels, names, texts))
        yield "Bad examples by weight", list(by_weight(vectors, labels, names))
    if places := [place for place, row in enumerate(rows) if row["set"] == EVERYDAY]:
        objects = [rows[place]["name"] for place in places]
        yield "Everyday objects by name", list(by_words(material, objects, vectors[places]))


def by_trade(vectors: Vectors, labels: NDArray[np.str_], names: Sequence[str], texts: Vectors) -> Iterator[Row]:
    """What is kept of the score, and how alike the hits are, for each trade-off.

    Args:
        vectors: (n, d) of the meshes.
        labels: (n,) of each.
        names: m of the labels.
        texts: (m, d) of these.
    """
    firsts = np.array([np.flatnonzero(labels == name)[:1] for name in names])
    for asked, queries, hidden in (("text", texts, firsts[:, :0]), ("a shape", vectors[firsts[:, 0]], firsts)):
        cosines = queries @ vectors.T
        best = np.argsort(-cosines, axis=1, kind="stable")
        pools = [order[~np.isin(order, own)][: depth(_WANTED)] for order, own in zip(best, hidden, strict=True)]
        for trade in TRADES:
            kept, alike, right = [], [], []
            for name, scores, pool in zip(names, cosines, pools, strict=True):
                hits = pool[mmr(vectors[pool], scores[pool], _WANTED, trade)]
                kept.append(scores[hits].mean() / scores[pool[: len(hits)]].mean())
                among = vectors[hits] @ vectors[hits].T
                alike.append(among[np.triu_indices(len(hits), 1)].mean())
                right.append((labels[hits] == name).mean())
            yield {
                "asked with": asked, "trade-off": trade, "queries": len(names), "score kept": float(np.mean(kept)),
                "cosine between hits": float(np.mean(alike)), "of that label": float(np.mean(right)),
            }  # fmt: skip


def by_weight(vectors: Vectors, labels: NDArray[np.str_], names: Sequence[str]) -> Iterator[Row]:
    """What good examples of a label less the wrong meshes nearest to them find beside themselves, for each weight."""
    rng = np.random.default_rng(0)
    drawn = []
    for name in [name for name in names for _ in range(_DRAWS)]:
        right = labels == name
        good = rng.choice(np.flatnonzero(right), _GOOD, replace=False)
        nearest = np.argsort(-(vectors @ vectors[good].mean(axis=0)), kind="stable")
        drawn.append((good, nearest[~right[nearest]][:_BAD], right))
    for weight in WEIGHTS:
        found = [_found(vectors, good, bad, right, weight) for good, bad, right in drawn]
        first, mean = np.mean(found, axis=0).tolist()
        yield {
            "weight of the bad ones": weight, "queries": len(drawn), "right among the first ten": first,
            "mean average precision": mean,
        }  # fmt: skip


def _found(
    vectors: Vectors, good: NDArray[np.int64], bad: NDArray[np.int64], right: NDArray[np.bool_], weight: float
) -> tuple[float, float]:
    """Share of right ones among the first ten, and average precision, over all meshes that are no example."""
    query = vectors[good].mean(axis=0) - weight * vectors[bad].mean(axis=0)
    order = np.argsort(-(vectors @ query), kind="stable")
    hit = right[order[~np.isin(order, np.concatenate([good, bad]))]]
    ranks = np.flatnonzero(hit) + 1
    return float(hit[:_WANTED].mean()), float((np.arange(1, len(ranks) + 1) / ranks).mean())


def by_words(material: Material, names: Sequence[str], vectors: Vectors) -> Iterator[Row]:
    """Each object asked for by its name, in several ways: by shapes alone, and by shapes and names."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "index"
        items = [
            {"id": item_id("named", f"{number}"), "root": "named", "path": f"{number}.glb", "modality": "shape",
             "name": name, "sha256": "", "bytes": 0, "fingerprint": ""}
            for number, name in enumerate(names)
        ]  # fmt: skip
        with IndexWriter(folder, material.space.identity) as writer:
            writer.append(items, vectors)
            writer.commit()
        index = Index(Snapshot.open(folder), device="cpu")
        index.space = material.space
        for words in WORDS:
            asked = [words.format(name) if "{}" in words else name.split()[0] for name in names]
            row: Row = {"the query": words.format("name"), "queries": len(names)}
            for how, alone in (("shapes alone", True), ("shapes and names", False)):
                found = index.search_many([{"text": text} for text in asked], len(names), geometry_only=alone)
                ranks = [
                    next((hit.rank for hit in hits if hit.id == item["id"]), np.inf)
                    for hits, item in zip(found, items, strict=True)
                ]
                row[how] = float((1 / np.array(ranks)).mean())
                row[f"{how}, first ten"] = float((np.array(ranks) <= _WANTED).mean())
            yield row
