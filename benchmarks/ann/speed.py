"""Queries a second at a recall, one at a time and in batches, beside FAISS HNSW32 of the same minutes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.ann.contenders import TARGETS, Contender, Hnsw, IvfRefined, Ours
from benchmarks.ann.data import BLOCK, Material, recall, truth
from benchmarks.ann.peers import Chroma, Hnswlib, Lance, Usearch
from retriever.types import Vectors

EVERY: tuple[type[Contender], ...] = (Hnsw, Ours, IvfRefined, Hnswlib, Usearch, Lance, Chroma)
REFERENCE = Hnsw.name

BATCH = 100
SINGLES, ENOUGH = 300, 1.5
"""Queries asked one at a time in a round, and seconds after which fewer will do."""

Row = dict[str, Any]
Times = dict[tuple[str, str], list[float]]
"""(contender, what) -> one value a round."""


@dataclass(frozen=True)
class Built:
    """A contender that is ready.

    Attributes:
        contender: it.
        seconds: that building took.
        x: the same as a multiple of the reference's.
    """

    contender: Contender
    seconds: float
    x: float


@dataclass(frozen=True)
class Choice:
    """The parameter of one contender for one kind of query and one recall.

    Attributes:
        knob: the least that reaches the recall on the tuning queries; None where none does.
        recall: of the test queries, or the best of the tuning queries where none reaches it.
    """

    knob: Any
    recall: float


class Exam:
    """The queries with their true neighbours.

    Args:
        material: what is searched, and with what.
    """

    def __init__(self, material: Material) -> None:
        self.material = material
        self.kinds = tuple(material.test)
        self._tuning = {kind: self._truth(queries) for kind, queries in material.tuning.items()}
        self._test = {kind: self._truth(queries) for kind, queries in material.test.items()}

    def choose(self, contender: Contender, kind: str) -> dict[float, Choice]:
        """For every recall of `TARGETS`: of each ladder the first step that reaches it, and of those the quickest."""
        contender.threads(os.cpu_count() or 1)
        reached: dict[float, list[tuple[float, Any]]] = {target: [] for target in TARGETS}
        best = 0.0
        for ladder in contender.ladders():
            missing = list(TARGETS)
            for knob in ladder:
                seconds, found = self._trial(contender, kind, knob)
                best = max(best, found)
                for target in [target for target in missing if found >= target]:
                    reached[target].append((seconds, knob))
                    missing.remove(target)
                if not missing:
                    break
        return {target: self._choice(contender, kind, reached[target], best) for target in TARGETS}

    def _trial(self, contender: Contender, kind: str, knob: Any) -> tuple[float, float]:
        queries = self.material.tuning[kind]
        contender.search(queries[:1], kind, knob)
        started = time.perf_counter()
        found = contender.search(queries, kind, knob)
        return time.perf_counter() - started, recall(contender.rows(found), self._tuning[kind])

    def _choice(self, contender: Contender, kind: str, reached: Sequence[tuple[float, Any]], best: float) -> Choice:
        if not reached:
            return Choice(None, best)
        knob = min(reached, key=lambda each: each[0])[1]
        found = contender.rows(contender.search(self.material.test[kind], kind, knob))
        return Choice(knob, recall(found, self._test[kind]))

    def _truth(self, queries: Vectors) -> NDArray[np.int64]:
        base = self.material.base
        return truth((base[start : start + BLOCK] for start in range(0, len(base), BLOCK)), queries)


def named(only: Sequence[str] | None = None) -> list[type[Contender]]:
    """The contenders that are installed and whose names hold one of `only`, the reference always."""
    wanted = [
        each for each in EVERY if each is Hnsw or not only or any(part.lower() in each.name.lower() for part in only)
    ]
    return [each for each in wanted if each.installed()]


def built(material: Material, kinds: Sequence[type[Contender]], work: Path) -> dict[str, Built]:
    """Builds each with every core, the reference first."""
    found: dict[str, Built] = {}
    for number, kind in enumerate(kinds):
        folder = work / str(number)
        folder.mkdir(parents=True)
        contender = kind(folder)
        started = time.perf_counter()
        contender.build(material)
        seconds = time.perf_counter() - started
        reference = found[REFERENCE].seconds if found else seconds
        found[contender.name] = Built(contender, seconds, seconds / reference)
    return found


def build_rows(ready: dict[str, Built]) -> Iterator[Row]:
    """What each took to build, and what it takes up."""
    reference = ready[REFERENCE].contender.megabytes()[0]
    for name, each in ready.items():
        memory, mapped = each.contender.megabytes()
        known = not np.isnan(memory)
        yield {
            "contender": name,
            "build s": each.seconds,
            "x": each.x,
            "MB in memory": round(memory, 1) if known else "-",
            "x memory": memory / reference if known else "-",
            "MB in files": round(mapped, 1),
        }


def search_rows(exam: Exam, ready: dict[str, Built], rounds: int) -> Iterator[Row]:
    """Every kind of query, recall and contender: medians of `rounds` rounds after an uncounted one."""
    for kind in exam.kinds:
        chosen = {name: exam.choose(each.contender, kind) for name, each in ready.items()}
        for target in TARGETS:
            choices = {name: each[target] for name, each in chosen.items()}
            contenders = {name: ready[name].contender for name, each in choices.items() if each.knob is not None}
            times = _timed(exam.material.test[kind], kind, contenders, choices, rounds)
            for name, choice in choices.items():
                yield {"queries": kind, "wanted": target, "contender": name, **_cells(name, choice, ready, kind, times)}


def _cells(name: str, choice: Choice, ready: dict[str, Built], kind: str, times: Times) -> Row:
    if choice.knob is None:
        return {
            "parameter": "not reached",
            "recall": choice.recall,
            **dict.fromkeys(("q/s", "x", "batch q/s", "batch x"), "-"),
        }
    cells: Row = {"parameter": ready[name].contender.describe(kind, choice.knob), "recall": choice.recall}
    for what, ratio in (("q/s", "x"), ("batch q/s", "batch x")):
        cells[what] = round(median(times[name, what]))
        beside = times.get((REFERENCE, what))
        cells[ratio] = median(a / b for a, b in zip(times[name, what], beside, strict=True)) if beside else "-"
    return cells


def _timed(
    queries: Vectors, kind: str, contenders: dict[str, Contender], choices: dict[str, Choice], rounds: int
) -> Times:
    times: Times = {}
    for number in range(rounds + 1):
        for name, contender in contenders.items():
            knob = choices[name].knob

            def ask(some: Vectors, contender: Contender = contender, knob: Any = knob) -> Any:
                return contender.search(some, kind, knob)

            contender.threads(1)
            one = rate(ask, queries, 1, SINGLES)
            contender.threads(os.cpu_count() or 1)
            many = rate(ask, queries, BATCH, len(queries))
            if number:
                times.setdefault((name, "q/s"), []).append(one)
                times.setdefault((name, "batch q/s"), []).append(many)
    return times


def rate(ask: Callable[[Vectors], Any], queries: Vectors, batch: int, most: int) -> float:
    """Queries a second, `batch` together, over `most` queries or for `ENOUGH` seconds."""
    parts = [queries[start : start + batch] for start in range(0, min(most, len(queries)), batch)]
    ask(parts[0])
    done, started = 0, time.perf_counter()
    for part in parts:
        ask(part)
        done += len(part)
        if time.perf_counter() - started > ENOUGH:
            break
    return done / (time.perf_counter() - started)
