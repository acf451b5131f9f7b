"""Guessed labels, which `retriever label --write` wrote, on their way from an item's old row to its new one.

A guess was made of a vector, so it holds for the same bytes with the same vector, whatever the file is called now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from indexer.plan_changes import Indexed
from indexer.vocabulary import kinds
from retriever.query.zeroshot import CONFIDENCE, KINDS, is_found
from retriever.store import Snapshot
from retriever.store.objects import objects
from retriever.types import Vectors

_SAME = 0.999
"""Cosine from which two vectors of the same bytes are one: batches, and devices, differ in the last digits."""


class Guesses:
    """The guessed labels that a run may have to carry over.

    Args:
        snapshot: the index before the run.
        same_bytes: content hash -> rows made from these bytes.
        replaced: rows that the run replaces.

    Attributes:
        dropped: guesses that came to nothing: the file changed, or the corpus has a label for it now.
    """

    def __init__(
        self, snapshot: Snapshot, same_bytes: Mapping[str, Sequence[Indexed]], replaced: Iterable[Indexed]
    ) -> None:
        self.dropped = 0
        self._snapshot = snapshot
        self._same_bytes = same_bytes
        rows = {old.row for old in replaced}.union(old.row for group in same_bytes.values() for old in group)
        self._known = _guesses(snapshot, np.array(sorted(rows), np.int64))

    def carry(self, items: Sequence[dict[str, Any]], old: Sequence[Indexed | None], vectors: Vectors) -> None:
        """Gives new rows the guesses of the old ones that they equal, unless they have a label.

        Args:
            items: n new rows, which are changed.
            old: n rows that they replace; None for a new file.
            vectors: (n, d), those of `items`.
        """
        if not self._known:
            return
        for item, before, vector in zip(items, old, vectors, strict=True):
            guess = None if item.get("label") else self._guess(item["sha256"], before, vector)
            if guess:
                item.update(guess)
            elif before is not None and before.row in self._known:
                self.dropped += 1

    def _guess(self, sha256: str, old: Indexed | None, vector: np.ndarray) -> dict[str, Any] | None:
        """That of the row that is replaced, where this was of the same bytes, else of the first such row."""
        rows = [old] if old is not None and old.sha256 == sha256 else self._same_bytes.get(sha256, ())
        for each in rows:
            guess = self._known.get(each.row)
            if guess and float(self._snapshot.vectors(np.array([each.row]))[0] @ vector) > _SAME:
                return guess
        return None


def guessed_objects(snapshot: Snapshot) -> set[str]:
    """Content hashes of the objects of scenes that have a guessed label."""
    rows = objects(snapshot) if is_found(snapshot) else np.zeros(0, np.int64)
    known = np.array(sorted(_guesses(snapshot, rows)), np.int64)
    return set(snapshot.take(known, ["sha256"]).column("sha256").to_pylist()) if len(known) else set()


def _guesses(snapshot: Snapshot, rows: np.ndarray) -> dict[int, dict[str, Any]]:
    """Row -> its guessed label, confidence and kinds, of those among `rows` that have one.

    Versions before there were kinds wrote none.
    """
    if not is_found(snapshot):
        return {}
    table = snapshot.take(rows, ["label", CONFIDENCE, KINDS]).to_pylist()
    return {
        row: {**guess, KINDS: guess[KINDS] or list(kinds(guess["label"]))}
        for row, guess in zip(rows.tolist(), table, strict=True)
        if guess["label"] and guess[CONFIDENCE] is not None
    }
