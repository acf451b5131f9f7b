"""What is said to be sure, and how often it holds: the confidences of hits, and of zero-shot labels.

Hits: five-fold cross-validation over the labels. An index is calibrated with the labels of one fold taken away; those
are asked for, in each of the prompts by itself, and by each of their items, itself left out. Of the ten best hits of
each query, the expected calibration error is between the confidences and what holds.

Labels: every item takes the nearest of some names. The Brier score is the mean squared error of the confidence; names
are all labels, or some drawn at random, so that for most items none of them fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indexer import build
from indexer.calibration import fit
from indexer.labelling import label
from indexer.writer import IndexWriter
from retriever.errors import UsageError
from retriever.query.calibrate import Calibration, calibration_error
from retriever.query.zeroshot import TEMPLATES, Names, assign, name_vectors, words
from retriever.spaces import Space
from retriever.store import Snapshot
from retriever.types import Modality, Vectors

Row = dict[str, Any]

FOLDS = 5
HITS = 10
"""Best hits of each query that are looked at."""
PER_KIND = 4
"""Parametric shapes of each kind, where there is no corpus."""
SOME = (30, 10, 4)
"""How many names a short list has."""
NONSENSE = ("asdfgh", "quarterly tax report", "how to file a refund", "the day after tomorrow", "12345")
"""Words that no shape is of."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """An index of shapes with labels.

    Attributes:
        snapshot: of it.
        rows: (n,) of the shapes with a label.
        vectors: (n, d) theirs.
        labels: (n,) numbers of theirs.
        names: of the labels.
        space: that made the vectors.
    """

    snapshot: Snapshot
    rows: NDArray[np.int64]
    vectors: Vectors
    labels: NDArray[np.int64]
    names: tuple[str, ...]
    space: Space


def indexed(corpus: Path, scratch: Path, space: Space) -> Labelled:
    """An index of the shapes of a folder, in `scratch`.

    Raises:
        UsageError: fewer than ten labels.
    """
    build.index([corpus], scratch / "index", space=space.identity.name)
    snapshot = Snapshot.open(scratch / "index")
    rows = np.flatnonzero(snapshot.live & snapshot.modality_rows(Modality.SHAPE))
    given = np.array(snapshot.take(rows, ["label"]).column(0).to_pylist(), object)
    rows, given = rows[given != None], given[given != None]  # noqa: E711 - of an array of objects
    names, labels = np.unique(given.astype(str), return_inverse=True)
    if len(names) < 2 * FOLDS:
        raise UsageError(
            f"--corpus {corpus} has {len(names)} labels on shapes: {2 * FOLDS} are the least to be told apart."
        )
    return Labelled(snapshot, rows, snapshot.vectors(rows), labels, tuple(names.tolist()), space)


def tables(corpus: Path | None, space: Space, scratch: Path) -> Iterator[tuple[str, list[Row]]]:
    """Title and rows of each table, over the shapes of a folder or, without one, parametric ones.

    Raises:
        UsageError: fewer than ten labels, or the space does not read both shapes and texts.
    """
    if not space.modalities >= {Modality.SHAPE, Modality.TEXT}:
        raise UsageError(f"The space {space.identity.name!r} does not read both shapes and texts; name another.")
    if corpus is None:
        from indexer.demo import write_demo

        write_demo(corpus := scratch / "shapes", per_kind=PER_KIND)
    found = indexed(corpus, scratch, space)
    yield "Confidence of hits", list(hits(found, scratch))
    yield "Surest hit of words that mean nothing here", list(nonsense(found))
    yield "Confidence of zero-shot labels", list(labels(found, scratch / "index"))


def hits(found: Labelled, scratch: Path, seed: int = 0) -> Iterator[Row]:
    """How well confidences of hits hold, for words and for shapes that ask."""
    fold = np.random.default_rng(seed).permutation(len(found.names)) % FOLDS
    said: dict[str, list[NDArray[np.float64]]] = {}
    for number in range(FOLDS):
        known = fit(_without(found, fold[found.labels] == number, scratch / f"fold-{number}"), found.space)
        for what, pair, scores, right in _asked(found, np.flatnonzero(fold == number)):
            best = np.argsort(-scores, axis=1, kind="stable")[:, :HITS]
            values = known.confidence(pair, np.take_along_axis(scores, best, axis=1))
            held = np.take_along_axis(right, best, axis=1)
            said.setdefault(what, []).append(np.stack([values.ravel(), held.ravel()]))
    for what, parts in said.items():
        values, held = np.concatenate(parts, axis=1)
        yield {
            "queries by": what, "hits": len(values), "calibration error": calibration_error(values, held),
            "said": float(values.mean()), "held": float(held.mean()),
        }  # fmt: skip


def nonsense(found: Labelled) -> Iterator[Row]:
    """The surest hit of words that no shape is of, beside that of the labels."""
    known = fit(found.snapshot, found.space)
    for what, texts in (("labels", [f"a {words(name)}" for name in found.names]), ("nonsense", list(NONSENSE))):
        surest = _surest(known, found, texts)
        yield {"words": what, "texts": len(texts), "median": float(np.median(surest)), "most": float(surest.max())}


def labels(found: Labelled, folder: Path, seed: int = 0) -> Iterator[Row]:
    """Zero-shot labels: how many are right, and the Brier score of the share among the names and of what is said.

    Args:
        found: the labelled shapes.
        folder: of their index.
        seed: of the names that are drawn.
    """
    rng = np.random.default_rng(seed)
    for count in (len(found.names), *(some for some in SOME if some < len(found.names))):
        chosen = np.sort(rng.permutation(len(found.names))[:count])
        names = Names(tuple(words(found.names[place]) for place in chosen))
        alone = assign(found.snapshot, found.rows, name_vectors(names, found.space))
        capped = label(folder, names, where="label is not null").items
        right = chosen[alone.names] == found.labels
        by_id = dict(zip(capped.column("id").to_pylist(), capped.column("confidence").to_pylist(), strict=True))
        ids = found.snapshot.take(found.rows, ["id"]).column(0).to_pylist()
        yield {
            "names": count, "shapes": len(right), "right": float(right.mean()),
            "share alone": float(((alone.confidences - right) ** 2).mean()),
            "capped": float(((np.array([by_id[id] for id in ids]) - right) ** 2).mean()),
        }  # fmt: skip


def _asked(found: Labelled, fold: NDArray[np.int64]) -> Iterator[tuple[str, str, NDArray, NDArray]]:
    """What asks, the pair, (q, n) cosines with the shapes and (q, n) which are right."""
    right = fold[:, None] == found.labels
    for template in TEMPLATES:
        texts = found.space.encode(texts=[template.format(words(found.names[place])) for place in fold])
        yield f"words, {template!r}", f"{Modality.TEXT}>{Modality.SHAPE}", texts @ found.vectors.T, right
    asking = np.flatnonzero(np.isin(found.labels, fold))
    scores = found.vectors[asking] @ found.vectors.T
    scores[np.arange(len(asking)), asking] = -1  # itself comes last
    same = found.labels[asking][:, None] == found.labels
    yield "shapes", f"{Modality.SHAPE}>{Modality.SHAPE}", scores, same


def _without(found: Labelled, hidden: NDArray[np.bool_], folder: Path) -> Snapshot:
    """The same shapes, some of them without their labels."""
    table = found.snapshot.take(found.rows)
    shown = [None if out else found.names[place] for out, place in zip(hidden, found.labels, strict=True)]
    place = table.schema.get_field_index("label")
    table = table.set_column(place, table.schema.field(place), pa.array(shown, table.schema.field(place).type))
    with IndexWriter(folder, found.snapshot.identity) as writer:
        writer.extend([(table, found.vectors)])
        return writer.commit()


def _surest(known: Calibration, found: Labelled, texts: Sequence[str]) -> NDArray[np.float64]:
    scores = found.space.encode(texts=list(texts)) @ found.vectors.T
    return np.asarray(known.confidence(f"{Modality.TEXT}>{Modality.SHAPE}", scores.max(axis=1)))
