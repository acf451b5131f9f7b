"""The least effort that finds enough: chosen on a third of sample queries, checked on another, measured on the last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retriever.ann.base import NearestNeighbours, RowSet
from retriever.ann.files import Tuned
from retriever.ann.inverted_lists import Scan, Selection
from retriever.ann.numbering import Numbering
from retriever.ann.plan import Effort, IvfPq
from retriever.ann.slices import TUNED_K
from retriever.types import Vectors

POOLS = (10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 400, 600, 800, 1200, 1600, 2400, 3200)
"""Rows to re-rank; where the last is not enough, neither is the scan."""

DENSITIES = (1.0, 0.1, 0.01)
"""Shares of allowed rows that efforts are chosen for."""

FEWEST = 1_000
"""Allowed rows below which a filtered search is exact anyway."""

MARGIN = 0.25
"""Part of the misses allowed that the choosing third should not use up: the others may be a little harder."""

LEAST_QUERIES = 12
"""Of a kind: from fewer, a recall cannot be told."""


@dataclass(frozen=True)
class Trial:
    """What one effort reached."""

    effort: Effort
    recall: float
    seconds: float


def tune(
    scan: Scan,
    members: RowSet,
    numbering: Numbering,
    exact: NearestNeighbours,
    queries: Mapping[str, Vectors],
    wanted: float,
    dim: int,
    *,
    seed: int = 0,
) -> tuple[Tuned, ...]:
    """Efforts for every pair and density.

    Args:
        scan: to be searched.
        members: rows in it.
        numbering: of its ids.
        exact: gives the truth.
        queries: pair -> (q, d) sample queries; pairs with fewer than `LEAST_QUERIES` are left out.
        wanted: recall@10.
        dim: d.
        seed: of the random filters.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    enough = {pair: vectors for pair, vectors in queries.items() if len(vectors) >= LEAST_QUERIES}
    found: list[Tuned] = []
    if not enough:
        return ()
    for density in (each for each in DENSITIES if each == 1 or each * len(members) >= FEWEST):
        mask = members.mask if density == 1 else members.mask & (random.random(len(members.mask)) < density)
        allowed = RowSet(mask)
        only = None if density == 1 else Selection(numbering.ids_mask(mask))
        truths = exact.search(np.concatenate(list(enough.values())), TUNED_K, allowed)[1]
        ends = np.cumsum([len(vectors) for vectors in enough.values()])
        for (pair, vectors), truth in zip(enough.items(), np.split(truths, ends[:-1]), strict=True):
            ranks = _ladder(scan, numbering, vectors, truth, only, wanted)
            found.append(_tuned(pair, density, ranks, scan.sizes, len(members), dim, wanted))
    return tuple(found)


def _tuned(
    pair: str, density: float, ranks: Mapping[int, NDArray[np.int64]], sizes: IvfPq, rows: int, dim: int, wanted: float
) -> Tuned:
    count = len(next(iter(ranks.values())))
    # Mixed, as samples may come in kinds, one after another.
    places = np.random.Generator(np.random.PCG64(count)).permutation(count)
    chosen_on, checked_on, measured_on = np.array_split(places, 3)

    def measured(effort: Effort, probes: int) -> Tuned:
        return Tuned(pair, density, effort, _recall(ranks[probes][measured_on], effort.pool), len(measured_on))

    trials = list(_trials(ranks, chosen_on, sizes, rows, dim))
    for due in (wanted + MARGIN * (1 - wanted), wanted):
        for trial in cheapest_first(trials, due):
            if _recall(ranks[trial.effort.probes][checked_on], trial.effort.pool) >= wanted:
                return measured(trial.effort, trial.effort.probes)
    best = max(trials, key=lambda trial: trial.recall).effort
    return measured(Effort(0, best.pool), best.probes)


def cheapest_first(trials: Sequence[Trial], wanted: float) -> list[Trial]:
    """Those that reached the wanted recall, the quickest first."""
    return sorted((trial for trial in trials if trial.recall >= wanted), key=lambda trial: trial.seconds)


def _trials(
    ranks: Mapping[int, NDArray[np.int64]], chosen_on: NDArray[np.int64], sizes: IvfPq, rows: int, dim: int
) -> Iterator[Trial]:
    for probes, places in ranks.items():
        for pool in POOLS:
            effort = Effort(probes, pool)
            yield Trial(effort, _recall(places[chosen_on], pool), sizes.seconds(rows, dim, effort))


def _recall(ranks: NDArray[np.int64], pool: int) -> float:
    """Share of the true neighbours that stand among the first `pool` of a shortlist; those that do not exist count."""
    return float((ranks < pool).mean())


def _ladder(
    scan: Scan,
    numbering: Numbering,
    queries: Vectors,
    truth: NDArray[np.int64],
    only: Selection | None,
    wanted: float,
) -> dict[int, NDArray[np.int64]]:
    """Probes -> ranks, up to where more lists have next to nothing to add."""
    ranks = {}
    for probes in _probes(scan.index.nlist):
        ranks[probes] = _ranks(scan, numbering, queries, truth, probes, only)
        if _recall(ranks[probes], POOLS[-1]) >= 1 - (1 - wanted) / 20:
            break
    return ranks


def _ranks(
    scan: Scan,
    numbering: Numbering,
    queries: Vectors,
    truth: NDArray[np.int64],
    probes: int,
    only: Selection | None,
) -> NDArray[np.int64]:
    """(q, 10) place of each true neighbour in the longest shortlist; its length where it is not there."""
    rows = numbering.rows(scan.ids(queries, POOLS[-1], probes, only))
    out = np.full(truth.shape, POOLS[-1], np.int64)
    for places, shortlist, true in zip(out, rows, truth, strict=True):
        same = shortlist == true[:, None]
        found = same.any(axis=1)
        places[found] = same[found].argmax(axis=1)
    return out


def _probes(lists: int) -> list[int]:
    """Powers of two up to all lists, with one step between."""
    steps = {1 << power for power in range(32)} | {3 << power for power in range(31)}
    return sorted({lists} | {step for step in steps if step < lists})
