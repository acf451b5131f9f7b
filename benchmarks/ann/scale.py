"""An index of many rows: written, built, opened and searched, each in a process of its own.

``python -m benchmarks.ann.scale STEP FOLDER ROWS DIM RECALL`` is one of these processes; it prints JSON.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

import retriever
from benchmarks.ann import folder as folders
from benchmarks.ann.contenders import folder_megabytes
from benchmarks.ann.data import BLOCK, PAIRS, TUNING, K, Source, recall, truth
from benchmarks.harness import fresh
from retriever.errors import UsageError
from retriever.types import Vectors

QUERIES = 200
"""Of a kind, with true neighbours."""

Row = dict[str, Any]


class OwnMemory:
    """The most memory of this process that is no file, looked at ten times a second; 0 where that cannot be told."""

    def __enter__(self) -> OwnMemory:
        self.megabytes = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        status = Path("/proc/self/status")
        while status.exists():
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            self.megabytes = max(self.megabytes, int(lines["RssAnon"].split()[0]) * 1024 / 1e6)
            if self._over.wait(0.1):
                return


def rows(count: int, dim: int, wanted: float, work: Path) -> tuple[list[Row], list[Row]]:
    """What each step took, and what the queries found.

    Args:
        count: rows.
        dim: length of a vector.
        wanted: recall.
        work: a folder for the index, which stays there.

    Raises:
        UsageError: one is there already.
    """
    if (work / "index").exists():
        raise UsageError(f"--work {work} holds an index already: remove it, or give another folder.")
    steps, reports = [], {}
    for step in STEPS:
        run = fresh(["-m", "benchmarks.ann.scale", step, str(work), str(count), str(dim), str(wanted)])
        reports[step] = json.loads(run.output.splitlines()[-1])
        steps.append({
            "step": step, "seconds": reports[step].pop("seconds"), "whole process": run.seconds,
            "peak MB with files": round(run.megabytes), "own peak MB": round(reports[step].pop("own")),
            "folder MB": round(folder_megabytes(work / "index")),
        })  # fmt: skip
    return steps, reports["search"]["queries"]


def _write(work: Path, count: int, dim: int, wanted: float) -> Row:
    source = Source(dim)
    folders.write(work / "index", source.blocks(count), source.cross(TUNING, 0))
    return {}


def _build(work: Path, count: int, dim: int, wanted: float) -> Row:
    return {"approximate": folders.build(work / "index", dim, wanted)}


def _open(work: Path, count: int, dim: int, wanted: float) -> Row:
    return {"items": len(retriever.open(work / "index", device="cpu"))}


def _first(work: Path, count: int, dim: int, wanted: float) -> Row:
    _ask(work)(Source(dim).cross(1, 1), "cross")
    return {}


def _truth(work: Path, count: int, dim: int, wanted: float) -> Row:
    snapshot = retriever.open(work / "index", device="cpu").snapshot
    every = np.concatenate(list(_queries(dim).values()))
    np.save(work / "truth.npy", truth(_shapes([block for _, block in snapshot.blocks()], count), every))
    return {}


def _search(work: Path, count: int, dim: int, wanted: float) -> Row:
    ask, found = _ask(work), []
    true = np.load(work / "truth.npy", allow_pickle=False)
    for number, (kind, queries) in enumerate(_queries(dim).items()):
        rows = ask(queries, kind)
        took = []
        for query in queries:
            started = time.perf_counter()
            ask(query[None], kind)
            took.append(time.perf_counter() - started)
        started = time.perf_counter()
        ask(queries[:100], kind)
        batch = time.perf_counter() - started
        found.append({
            "queries": kind, "wanted": wanted, "recall": recall(rows, true[number * QUERIES :][:QUERIES]),
            "q/s": round(len(took) / sum(took)), "p50 ms": 1000 * float(np.median(took)),
            "p99 ms": 1000 * float(np.quantile(took, 0.99)), "batch q/s": round(len(queries[:100]) / batch),
        })  # fmt: skip
    return {"queries": found}


STEPS: dict[str, Callable[[Path, int, int, float], Row]] = {
    "write": _write,
    "build": _build,
    "open": _open,
    "open and ask once": _first,
    "truth (not ours)": _truth,
    "search": _search,
}
"""Name -> what is done in a fresh process; ``search`` asks all queries three times."""


def _ask(work: Path) -> Callable[[Vectors, str], Any]:
    index = retriever.open(work / "index", device="cpu")
    return lambda queries, kind: index.nearest(queries, K, pairs=(PAIRS[kind],)).rows


def _queries(dim: int) -> dict[str, Vectors]:
    source = Source(dim)
    return {"like": source.like(QUERIES, 1), "cross": source.cross(QUERIES, 1)}


def _shapes(blocks: list[Vectors], count: int) -> Iterator[Vectors]:
    """The first `count` rows, some at a time."""
    for block in blocks:
        for start in range(0, min(len(block), count), BLOCK):
            yield block[start : min(start + BLOCK, count)]
        count -= min(len(block), count)


def main() -> None:
    """One step; prints its seconds and memory beside what it reports."""
    step, work, *numbers = sys.argv[1:]
    started = time.perf_counter()
    with OwnMemory() as own:
        report = STEPS[step](Path(work), int(numbers[0]), int(numbers[1]), float(numbers[2]))
        seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "own": own.megabytes, **report}))


if __name__ == "__main__":
    main()
