"""A user's files are read as the index reads them, lying corpora included."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from indexer.align.own.pairs import Pair
from indexer.align.own.reading import Reader
from indexer.parametric import corpus, generate
from retriever import spaces
from retriever.types import Modality, PointCloud

KINDS = (
    *("chair", "table", "car", "elephant", "sailboat", "bicycle", "church", "teapot", "dog", "airliner", "bench"),
    *("sofa", "horse", "helicopter", "tractor", "windmill", "mug", "stool", "table lamp", "motorcycle", "giraffe"),
)


def test_files_of_a_corpus_saved_with_another_axis_up_are_stood_up(tmp_path: Path):
    pairs = []
    for kind in KINDS:
        corpus.write(generate(kind, 0).solid.turn("x", 90), tmp_path / f"{kind}.off")
        pairs.append(Pair(tmp_path / f"{kind}.off", Modality.SHAPE, kind))
    auto, z, y = (Reader(spaces.get().identity, up=up, views=2, workers=0).read(pairs) for up in ("auto", "z", "y"))
    for looked, said, lying in zip(auto.examples, z.examples, y.examples, strict=True):
        for payload, same, other in zip(looked.payloads, said.payloads, lying.payloads, strict=True):
            assert isinstance(payload, PointCloud) and isinstance(same, PointCloud) and isinstance(other, PointCloud)
            assert np.array_equal(payload.points, same.points) and not np.allclose(payload.points, other.points)
