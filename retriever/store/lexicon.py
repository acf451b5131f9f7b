"""Names, captions and labels: BM25 over the words of all segments, see `retriever.store.words`.

The statistics are those of all segments together, so that a score does not depend on how the rows are spread over them
(Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009; several weighted fields, each of which says a word
or does not).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from retriever.errors import IndexCorrupt, MissingDependency
from retriever.store import layout
from retriever.store.snapshot import Snapshot
from retriever.store.words import Postings, WordsFile, stems_of

if TYPE_CHECKING:
    from retriever.ann.base import RowSet

log = logging.getLogger(__name__)

SATURATION, SHORTNESS = 1.2, 0.75
"""BM25's k1 and b, at their usual values."""


class Lexicon:
    """The words of one snapshot's items; may be asked from several threads.

    Segments without a usable file, such as those of an older version's index, are searched around, which is said once.

    Args:
        snapshot: whose live rows are found.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._damaged: set[int] = set()

    def search(self, words: str, allowed: RowSet | None, k: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The k best rows by BM25, of those that have any of the words; among equals the lower row comes first.

        Args:
            words: any text; words such as "the" are left out.
            allowed: rows that may be found; None for all live ones.
            k: from 1.

        Returns:
            (m,) scores above 0, highest first, and (m,) rows, m <= k; none where no word of the query tells anything.
        """
        scores, rows, _ = self.covering(words, allowed, k)
        return scores, rows

    def covering(
        self, words: str, allowed: RowSet | None, k: int
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
        """As `search`, and how much of the query each row covers.

        Returns:
            Also (m,) coverage, above 0 to 1: what the words of the query that a row has tell, of what all of them do. A
            word tells its inverse document frequency; one that no item has tells the most, and nobody covers it.
        """
        found = self._found(words)
        rarity = self._rarity(found)
        scores, rows = [np.zeros(0)], [np.zeros(0, np.int64)]
        for number, lists in found.items():
            local, summed = _summed(lists, rarity, self._norms[number])
            here = local + self._snapshot.firsts[number]
            keep = self._snapshot.live[here]
            if allowed is not None:
                keep &= allowed.mask[here]
            scores.append(summed[keep])
            rows.append(here[keep])
        best, order = _best(np.concatenate(scores), np.concatenate(rows), k)
        return best, order, self._covered(found, rarity, order)

    def coverage(self, words: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """(m,) how much of the query each of m rows covers, as `covering` gives it; 0 for none of its words."""
        found = self._found(words)
        return self._covered(found, self._rarity(found), rows)

    def _rarity(self, found: dict[int, list[Postings]]) -> NDArray[np.float64]:
        holders = np.sum([[len(rows) for rows, _ in lists] for lists in found.values()], axis=0)
        return _rarity(holders, sum(file.rows for file in self._files.values()))

    def _covered(
        self, found: dict[int, list[Postings]], rarity: NDArray[np.float64], rows: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        covered = np.zeros(len(rows))
        for number, lists in found.items():
            covered += _held(lists, rarity, rows - self._snapshot.firsts[number])
        return covered / rarity.sum() if found else covered

    def _found(self, words: str) -> dict[int, list[Postings]]:
        """Segment number -> what it has of each word of the query; only segments that have any."""
        stems = stems_of(words) if words.strip() and self._files else ()
        found = {}
        for number, file in self._files.items():
            if number in self._damaged:
                continue
            try:
                lists = [file.postings(stem) for stem in stems]
            except IndexCorrupt as error:
                log.warning(str(error))
                self._damaged.add(number)
                continue
            if any(len(rows) for rows, _ in lists):
                found[number] = lists
        return found

    @cached_property
    def _files(self) -> dict[int, WordsFile]:
        """Segment number -> its file, where it has a usable one."""
        opened, without = {}, 0
        for number, segment in enumerate(self._snapshot.segments):
            try:
                opened[number] = WordsFile(segment.items.with_name(layout.WORDS), segment.rows)
            except FileNotFoundError:
                without += segment.rows
            except IndexCorrupt as error:
                log.warning(str(error))
            except MissingDependency as error:
                log.warning(str(error))
                return {}
        if without:
            if self._snapshot.overtaken:
                raise self._snapshot.changed()
            cure = "run `retriever index` on the corpus again, or `retriever compact`"
            log.warning(f"Items not searched by their names: {without:,} of {self._snapshot.rows:,}; {cure}.")
        return opened

    @cached_property
    def _norms(self) -> dict[int, NDArray[np.float32]]:
        """Segment number -> (rows,) by how much each row's length slows the growth of its score."""
        lengths = {number: file.lengths for number, file in self._files.items()}
        words = sum(int(each.sum(dtype=np.int64)) for each in lengths.values())
        mean = words / max(sum(map(len, lengths.values())), 1) or 1.0
        return {
            number: (SATURATION * (1 - SHORTNESS + SHORTNESS * each.astype(np.float32) / mean)).astype(np.float32)
            for number, each in lengths.items()
        }


def _rarity(holders: NDArray[np.int64], rows: int) -> NDArray[np.float64]:
    """BM25's inverse document frequency, in the form that is above 0 also for words that most rows have."""
    return np.log1p((rows - holders + 0.5) / (holders + 0.5))


def _summed(
    lists: Sequence[Postings], rarity: NDArray[np.float64], norms: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The rows of one segment that have any of the words, ascending, and their scores."""
    parts = [
        (rows, (worth * (SATURATION + 1) * (weights / (weights + norms[rows]))).astype(np.float64))
        for (rows, weights), worth in zip(lists, rarity.tolist(), strict=True)
        if len(rows)
    ]
    if len(parts) == 1:
        return parts[0]
    rows = np.concatenate([rows for rows, _ in parts])
    scores = np.concatenate([scores for _, scores in parts])
    if 8 * len(rows) < len(norms):
        unique, back = np.unique(rows, return_inverse=True)
        return unique, np.asarray(np.bincount(back, scores), np.float64)
    dense = np.asarray(np.bincount(rows, scores), np.float64)  # sorting so many would take longer
    unique = np.flatnonzero(dense)
    return unique, dense[unique]


def _held(lists: Sequence[Postings], rarity: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """(m,) summed rarity of the words that each of m rows of one segment has; 0 for rows that are not in it."""
    out = np.zeros(len(rows))
    for (holders, _), worth in zip(lists, rarity.tolist(), strict=True):
        if len(holders):
            place = np.minimum(np.searchsorted(holders, rows), len(holders) - 1)
            out += worth * (holders[place] == rows)
    return out


def _best(
    scores: NDArray[np.float64], rows: NDArray[np.int64], k: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The k highest, the lower row first among equals; rows ascend within what is given of one segment."""
    if len(scores) > k:
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        above, equal = np.flatnonzero(scores > least), np.flatnonzero(scores == least)
        chosen = np.concatenate([above, equal[: k - len(above)]])
        scores, rows = scores[chosen], rows[chosen]
    order = np.lexsort((rows, -scores))
    return scores[order], rows[order]
