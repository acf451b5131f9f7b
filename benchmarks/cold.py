"""A text query in a fresh process: start, open, encode, search, print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.harness import interleaved
from indexer.writer import IndexWriter
from retriever import spaces
from retriever.store.ids import item_id

ASK = "import sys; from cli.main import run; sys.argv = ['retriever', *sys.argv[1:]]; run()"


def rows(items: int, rounds: int) -> list[dict[str, Any]]:
    """Medians of a query over `items` made-up vectors, beside bare Python and beside importing torch."""
    with TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        made_up_index(index, items)
        commands: dict[str, Sequence[str]] = {
            "python": ["-c", "pass"],
            "import torch": ["-c", "import torch"],
            "query --text": ["-c", ASK, "query", "--text", "a chair", "--index", str(index)],
            "query --text --where": [
                "-c", ASK, "query", "--text", "a chair", "--where", "label = 'class 1'", "--index", str(index)
            ],
        }  # fmt: skip
        runs = interleaved(commands, rounds)
    torch = runs["import torch"].seconds
    return [
        {"process": name, "seconds": run.seconds, "MB": run.megabytes, "x import torch": run.seconds / torch}
        for name, run in runs.items()
    ]


def made_up_index(folder: Path, items: int, space: str = spaces.DEFAULT) -> None:
    """An index of random unit vectors in a space."""
    identity = spaces.get(space).identity
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((items, identity.dim), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with IndexWriter(folder, identity) as writer:
        root = writer.root(folder.parent / "corpus")
        made = [_item(root, number) for number in range(items)]
        writer.append(made, vectors)
        writer.commit()


def _item(root: str, number: int) -> dict[str, object]:
    path = f"class {number % 50}/{number:06}.glb"
    return {
        "id": item_id(root, path), "root": root, "path": path, "modality": "shape", "label": f"class {number % 50}",
        "name": f"thing {number}", "sha256": f"{number:064x}", "bytes": 1000 + number, "fingerprint": "made up",
        "vertices": 100, "faces": 200, "extent": [1.0, 2.0, 3.0], "up": "y", "colored": False,
    }  # fmt: skip
