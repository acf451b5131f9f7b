"""Corpora whose files were saved with another axis up: how often a look at them tells, and what finding gains.

The files are OFF, which leaves open which axis is up. Corpora are drawn at random from shapes of one source, and are
read as `retriever index` reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval.domains import anyhow
from benchmarks.retrieval.encoding import Encoding, say
from benchmarks.retrieval.made import made_shapes
from benchmarks.retrieval.protocol import Ranking, Row, mean_precision, measured
from retriever.loaders.sampling import to_y
from retriever.types import Geometry, Modality, Vectors

LYING = {"y up": "y", "z up": "z", "any pose": None}
"""How files lie; OFF is read with y up where nothing else is said."""
SIZES = (8, 16, 32, 64)
"""Files of a corpus."""
CORPORA = 50
"""Of each source, axis and size."""


@dataclass(frozen=True, eq=False)
class Source:
    """n shapes, y up.

    Attributes:
        title: as tables say it.
        meshes: n of them.
        labels: (n,) indices into `names`.
        names: what they are called.
    """

    title: str
    meshes: Sequence[Geometry]
    labels: NDArray[np.int64]
    names: Sequence[str]


def sources(data: Path | None, per_kind: int = 1) -> Iterator[Source]:
    """Parametric shapes, or with `data` the named meshes in it that no tower was trained on."""
    if data is None:
        made = made_shapes(per_kind)
        yield Source("parametric shapes", made.meshes, made.labels, made.kinds)
    elif (data / "shapes_named" / "items.csv").is_file():
        from benchmarks.retrieval.packed import held_out_meshes

        meshes = held_out_meshes(data / "shapes_named")
        names, labels = np.unique([mesh.words for mesh in meshes], return_inverse=True)
        yield Source("held-back meshes", [mesh.geometry for mesh in meshes], labels, names.tolist())


def tables(source: Source, encoding: Encoding, scratch: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Title and rows of both tables.

    Args:
        source: of the shapes.
        encoding: of the space to judge.
        scratch: an empty folder for files and indices.
    """
    files = {how: _written(source.meshes, axis, scratch / how) for how, axis in LYING.items()}
    yield f"Which axis is up, {source.title}", list(_told(files))
    if encoding.reads(Modality.SHAPE, Modality.TEXT):
        yield f"What is found, {source.title}", list(_found(source, encoding, files, scratch))


def _written(meshes: Sequence[Geometry], axis: str | None, folder: Path) -> list[Path]:
    folder.mkdir()
    written = []
    for number, mesh in enumerate(meshes):
        turn = to_y(axis) if axis else anyhow(np.random.default_rng(number))
        corners, faces = mesh.vertices @ turn, np.c_[np.full(len(mesh.faces), 3), mesh.faces]
        path = folder / f"{number:05}.off"
        with path.open("w") as file:
            file.write(f"OFF\n{len(corners)} {len(faces)} 0\n")
            np.savetxt(file, corners, "%.7g")
            np.savetxt(file, faces, "%d")
        written.append(path)
    return written


def _told(files: dict[str, list[Path]]) -> Iterator[Row]:
    """The shares of corpora of each size that are read with y, and with z up."""
    from indexer.found import SourceFile
    from indexer.pipeline import Job
    from indexer.upright import turned

    for how, paths in files.items():
        jobs = [Job("r", path.parent, SourceFile(path.name, Modality.SHAPE, path.stat().st_size, "")) for path in paths]
        for size in SIZES:
            rng, told = np.random.default_rng(size), []
            for _ in range(CORPORA):
                some = [jobs[place] for place in rng.choice(len(jobs), size, replace=False)]
                told.append([each.up for each in turned(some, [], {}, 0, lambda *_: None)])
            say(f"{how}, {size} files: {CORPORA} corpora looked at")
            yield {
                "saved with": how, "files": size, "corpora": CORPORA,
                "read with y up": told.count([]) / CORPORA, "with z up": told.count(["z"]) / CORPORA,
            }  # fmt: skip


def _found(source: Source, encoding: Encoding, files: dict[str, list[Path]], scratch: Path) -> Iterator[Row]:
    """Top-1 over the names, text->3D and 3D->3D mAP of one corpus of all the files."""
    names = encoding.labels(source.names)
    for axis, up in (("y", "auto"), ("z", "y"), ("z", "auto"), ("z", "z")):
        subset = f"saved with {axis} up, --up {up}"
        say(subset)
        vectors = _indexed(files[f"{axis} up"][0].parent, up, encoding, scratch / f"{axis}-{up}")
        is_called, scores = source.labels[:, None] == np.arange(len(names)), vectors @ names.T
        yield from measured(subset, Ranking(scores, is_called), {"top-1": "hit@1"})
        yield from mean_precision("text->3D mAP", subset, Ranking(scores.T, is_called.T))
        same = source.labels[:, None] == source.labels
        itself = np.eye(len(vectors), dtype=bool)
        yield from mean_precision("3D->3D mAP", subset, Ranking(vectors @ vectors.T, same, itself))


def _indexed(folder: Path, up: str, encoding: Encoding, index: Path) -> Vectors:
    """(n, d) the vectors that an index has of the files of a folder, in the order of their names."""
    from indexer import build
    from retriever.store import Snapshot

    build.index(folder, index, space=encoding.space.identity.name, up=up)
    snapshot = Snapshot.open(index)
    return snapshot.vectors(np.argsort(snapshot.column("path").to_pylist()))
