"""Indexing end to end beside the encoder alone: loading must hide behind encoding, and memory must not grow."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.harness import fresh
from indexer import build, parametric
from indexer.scan import scan
from retriever import loaders, spaces
from retriever.types import Modality

_INDEX = """
import sys
from indexer import build
if __name__ == "__main__":
    print(build.index([sys.argv[1]], sys.argv[2]).embedded)
"""


def rows(per_kind: int, rounds: int, corpus: Path | None = None) -> list[dict[str, Any]]:
    """Files a second of both, `rounds` times in turn, medians; and their ratio."""
    with TemporaryDirectory() as scratch:
        folder = corpus or _made(Path(scratch) / "corpus", per_kind)
        encoder = spaces.get().encoder(Modality.SHAPE)
        clouds = _clouds(folder)
        encoder.encode(clouds[: encoder.batch])  # the weights are read now, and the kernels chosen
        alone, whole = [], []
        for number in range(rounds):
            started = time.perf_counter()
            encoder.encode(clouds)
            alone.append(len(clouds) / (time.perf_counter() - started))
            started = time.perf_counter()
            summary = build.index([folder], Path(scratch) / f"index-{number}")
            whole.append(summary.embedded / (time.perf_counter() - started))
    return [
        {"what": "encoder alone, ready clouds", "files": len(clouds), "files/s": median(alone), "x encoder": 1.0},
        {"what": "index, end to end", "files": summary.embedded, "files/s": median(whole),
         "x encoder": median(whole) / median(alone)},
    ]  # fmt: skip


def memory_rows(sizes: list[int]) -> list[dict[str, Any]]:
    """Peak memory of a fresh indexing process for corpora of growing size."""
    found = []
    with TemporaryDirectory() as scratch:
        program = Path(scratch) / "index.py"
        program.write_text(_INDEX)
        for per_kind in sizes:
            folder = _made(Path(scratch) / f"corpus-{per_kind}", per_kind)
            run = fresh([str(program), str(folder), str(Path(scratch) / f"index-{per_kind}")])
            found.append({"files": int(run.output), "MB": run.megabytes, "x smallest": 0.0})
    for row in found:
        row["x smallest"] = row["MB"] / found[0]["MB"]
    return found


def _made(folder: Path, per_kind: int) -> Path:
    parametric.write_corpus(folder, per_kind=per_kind)
    return folder


def _clouds(folder: Path) -> list[Any]:
    inputs = spaces.get().identity.inputs
    files = [file for file in scan(folder).files if file.modality is Modality.SHAPE]
    return [loaders.load(folder / file.path, inputs).payload for file in files]
