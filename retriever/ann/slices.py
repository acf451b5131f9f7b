"""The rows that a search may return, part by part: how hard to look for them, and whether a filter opposes a query."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import RowSet
from retriever.ann.files import Part, tuned_for
from retriever.ann.inverted_lists import Scan, Selection
from retriever.ann.numbering import Numbering
from retriever.ann.plan import Effort

TUNED_K = 10
"""Neighbours that the efforts were tuned for; a search for more looks into proportionally more lists and rows."""

CHOICE = 8
"""Allowed rows a neighbour that the scanned lists are to hold on average, where more than `TUNED_K` are looked for."""

EXPECTED, SURE = 0.9, 2.0
"""The part of a filter's density, and by how many standard deviations, that its rows near a query must fall short of
before the query is searched exactly."""


class Slice:
    """The allowed rows of one part."""

    def __init__(self, mask: NDArray[np.bool_], numbering: Numbering, scan: Scan, part: Part) -> None:
        self.allowed = RowSet(mask)
        self.whole = len(self.allowed) == part.rows
        self.density = len(self.allowed) / part.rows
        self._numbering, self._scan, self._part = numbering, scan, part
        self._known: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
        self._efforts: dict[tuple[tuple[str, ...], int], Effort] = {}

    def effort(self, pairs: tuple[str, ...], k: int) -> Effort:
        """How hard to look for the k nearest of queries of these pairs."""
        if (pairs, k) not in self._efforts:
            effort = tuned_for(self._part, pairs, self.density).effort
            deeper = k > TUNED_K and effort.probes > 0
            self._efforts[pairs, k] = self._deeper(effort, pairs, k) if deeper else effort
        return self._efforts[pairs, k]

    def _deeper(self, effort: Effort, pairs: tuple[str, ...], k: int) -> Effort:
        """The same for more neighbours: re-ranked in proportion, in as many lists as any of three reasons asks for.

        These are proportion; enough allowed rows to choose from; and what the ten nearest needed under a filter so
        much stricter that they lay as far away: the hundredth of a tenth of all rows is about the thousandth of all.
        """
        more, lists = k / TUNED_K, self._part.sizes.lists
        as_far = tuned_for(self._part, pairs, self.density / more).effort.probes
        probes = max(effort.probes * more, CHOICE * k * lists / len(self.allowed), as_far)
        return Effort(min(math.ceil(probes), lists), math.ceil(effort.pool * more))

    @cached_property
    def _ids(self) -> NDArray[np.bool_]:
        return self._numbering.ids_mask(self.allowed.mask)

    @cached_property
    def selection(self) -> Selection:
        """Of the ids of its allowed rows."""
        return Selection(self._ids)

    def opposed(self, lists: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(q,) whether fewer rows are allowed near a query than the filter's density lets expect.

        Efforts are tuned for filters that know nothing of the query. Where what is near to it is forbidden, as where
        something like a chair, but no chair, is looked for, what is allowed lies far from it, in any lists.

        Args:
            lists: (q, probes) what would be scanned, nearest first.
        """
        weights, excess = self._expected(lists.shape[1])
        short: NDArray[np.bool_] = excess[lists] @ weights < 0
        return short

    def _expected(self, probes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(probes,) weights of lists, the nearest first, and (lists,) rows of each beyond the fewest expected."""
        if probes not in self._known:
            weights = 1 / (1 + np.arange(probes))
            # Of lists of one length; chance differs little between those of several.
            drawn = self._scan.lengths.mean() * weights.sum() ** 2 / (weights**2).sum()
            chance = math.sqrt(self.density * (1 - self.density) / max(drawn, 1e-9))
            least = max(EXPECTED * self.density - SURE * chance, 0.0)
            self._known[probes] = weights, self._scan.counts(self._ids) - least * self._scan.lengths
        return self._known[probes]


@dataclass(frozen=True)
class Split:
    """A set of allowed rows, by where they are searched."""

    slices: tuple[Slice, ...]
    rest: RowSet
