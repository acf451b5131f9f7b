"""One query with a condition on the metadata, through the index folder, beside LanceDB where it is installed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import retriever
from benchmarks.ann import folder as folders
from benchmarks.ann.data import BLOCK, PAIRS, K, Material, recall, truth
from benchmarks.ann.peers import Lance
from benchmarks.ann.speed import Exam
from retriever.index import Index
from retriever.types import Vectors

WANTED = 0.95
"""Recall that both are tuned for, without a filter."""

PLAIN = "retriever, no filter"

QUERIES = 100
"""Asked one at a time in each round."""

WARM_UP = 1000
"""Queries that make a freshly opened index search as it goes on to; the first few are cheaper to answer exactly."""

Ask = Callable[[Vectors, str | None], NDArray[np.int64]]
"""(1, d) query and condition -> (1, K) row numbers."""


@dataclass(frozen=True)
class Predicate:
    """Conditions that let about the same share of rows through.

    Attributes:
        name: in the table.
        column: that it is about.
        sql: number of a variant -> condition.
        allows: number of a variant, values of the column -> mask.
    """

    name: str
    column: str
    sql: Callable[[int], str]
    allows: Callable[[int, NDArray[Any]], NDArray[np.bool_]]


def below(share: float) -> Predicate:
    """On a whole number; each variant lets one value more through."""
    bound = round(share * folders.POINTS)
    return Predicate(
        f"{share:.1%} n_points",
        "n_points",
        lambda variant: f"n_points < {bound + variant}",
        lambda variant, values: values < bound + variant,
    )


LABEL = Predicate(
    "1.0% label",
    "label",
    lambda variant: f"label = 'class {variant}'",
    lambda variant, values: values == f"class {variant}",
)
PREDICATES = (below(0.001), below(0.01), LABEL, below(0.1), below(0.5))


class Folder:
    """Ours: an index folder and what opens it.

    Args:
        material: to put in.
        work: an empty folder.
    """

    def __init__(self, material: Material, work: Path) -> None:
        self._path = work / "index"
        base = material.base
        blocks = (base[start : start + BLOCK] for start in range(0, len(base), BLOCK))
        folders.write(self._path, blocks, material.tuning["cross"])
        folders.build(self._path, base.shape[1], WANTED)

    def open(self, kind: str) -> Ask:
        """A freshly opened index that has answered so many queries that it searches approximately from now on."""
        index: Index = retriever.open(self._path, device="cpu")

        def ask(query: Vectors, where: str | None) -> NDArray[np.int64]:
            return index.nearest(query, K, where=where, pairs=(PAIRS[kind],)).rows

        ask(index.snapshot.vectors(np.arange(WARM_UP)), None)
        return ask


def rows(exam: Exam, rounds: int, work: Path) -> Iterator[dict[str, Any]]:
    """Every kind of query and condition: ours, the same without the condition, and LanceDB's in turn; medians."""
    material = exam.material
    numbers = np.arange(len(material.base))
    columns = {"n_points": folders.points(numbers), "label": np.array(folders.labels(numbers))}
    ours = Folder(material, work)
    lance = _lance(material, columns, work) if Lance.installed() else None
    for kind in exam.kinds:
        queries = material.test[kind][:QUERIES]
        ways = {"retriever": ours.open(kind)}
        if lance is not None and (knob := exam.choose(lance, kind)[WANTED].knob) is not None:
            ways["LanceDB"] = _lance_ask(lance, kind, knob)
        for predicate in (None, *PREDICATES):
            mask = predicate.allows(1, columns[predicate.column]) if predicate else np.ones(len(numbers), np.bool_)
            sql = predicate.sql(1) if predicate else None
            turns = {name: (ask, sql) for name, ask in ways.items()}
            plain = {PLAIN: (ways["retriever"], None)} if sql else {}
            found = _measured({**plain, **turns}, queries, rounds)
            first = _first(lambda kind=kind: ours.open(kind), predicate, queries, rounds)  # type: ignore[misc]
            new = _new(ways["retriever"], predicate, queries, rounds)
            yield {
                "queries": kind, "filter": predicate.name if predicate else "none", "rows": int(mask.sum()),
                **_cells(found, _true(material.base, mask, queries)), "new ms": new, "first ms": first,
            }  # fmt: skip


@dataclass(frozen=True)
class _Measured:
    """Milliseconds of each query, (rounds, q), and the rows found."""

    times: NDArray[np.float64]
    found: NDArray[np.int64]

    @property
    def median(self) -> float:
        return float(np.median(self.times))

    def over(self, other: _Measured) -> float:
        """How many times as long as the other way, which took turns with this one."""
        return float(np.median(np.median(self.times, axis=1) / np.median(other.times, axis=1)))


def _measured(turns: dict[str, tuple[Ask, str | None]], queries: Vectors, rounds: int) -> dict[str, _Measured]:
    times: dict[str, list[list[float]]] = {name: [] for name in turns}
    found = {
        name: np.concatenate([ask(query[None], where) for query in queries]) for name, (ask, where) in turns.items()
    }
    for _ in range(rounds):
        for name, (ask, where) in turns.items():
            times[name].append([_milliseconds(ask, query[None], where) for query in queries])
    return {name: _Measured(np.array(times[name]), found[name]) for name in turns}


def _cells(measured: dict[str, _Measured], true: NDArray[np.int64]) -> dict[str, Any]:
    ours, lance = measured["retriever"], measured.get("LanceDB")
    due = (true >= 0).sum(axis=1)
    cells = {
        "full": float(((ours.found >= 0).sum(axis=1) >= due).mean()),
        "recall": recall(ours.found, true),
        "p50 ms": ours.median,
        "x unfiltered": ours.over(measured.get(PLAIN, ours)),
    }
    if lance is None:
        return cells
    beside = {"LanceDB recall": recall(lance.found, true), "LanceDB ms": lance.median}
    return {**cells, **beside, "x LanceDB": ours.over(lance)}


def _new(ask: Ask, predicate: Predicate | None, queries: Vectors, rounds: int) -> float | str:
    """Milliseconds of a query with a condition that was not asked before, of a column that was."""
    if predicate is None:
        return "-"
    sqls = [predicate.sql(2 + number) for number in range(rounds)]
    return median(
        _milliseconds(ask, query[None], sql)
        for query, sql in zip(np.resize(queries, (rounds, queries.shape[1])), sqls, strict=True)
    )


def _first(open: Callable[[], Ask], predicate: Predicate | None, queries: Vectors, rounds: int) -> float | str:
    """Milliseconds of the first query with a condition since the index was opened."""
    if predicate is None:
        return "-"
    return median(_milliseconds(open(), queries[:1], predicate.sql(1)) for _ in range(rounds))


def _true(base: Vectors, mask: NDArray[np.bool_], queries: Vectors) -> NDArray[np.int64]:
    allowed = np.flatnonzero(mask)
    places = truth((base[allowed[start : start + BLOCK]] for start in range(0, len(allowed), BLOCK)), queries)
    return np.where(places >= 0, allowed[places], -1)


def _milliseconds(ask: Ask, query: Vectors, where: str | None) -> float:
    started = time.perf_counter()
    ask(query, where)
    return 1000 * (time.perf_counter() - started)


def _lance(material: Material, columns: dict[str, Any], work: Path) -> Lance:
    lance = Lance(work / "lance")
    lance.folder.mkdir()
    lance.build(material, **{name: pa.array(values) for name, values in columns.items()})
    lance.table.create_scalar_index("n_points")
    lance.table.create_scalar_index("label", index_type="BITMAP")
    return lance


def _lance_ask(lance: Lance, kind: str, knob: Any) -> Ask:
    return lambda query, where: lance.rows(lance.search(query, kind, knob, where))
