"""Spaces that a program makes known itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_corpus import write_box

import retriever
from indexer import build
from retriever import spaces
from retriever.errors import SpaceError
from retriever.spaces import ShapeInput, Space, SpaceIdentity, overview
from retriever.types import Modality, Payload, PointCloud, Vectors


class Extents:
    """How far a thing reaches along each axis."""

    modality, batch = Modality.SHAPE, 4

    def encode(self, payloads: list[Payload]) -> Vectors:
        extents = np.stack([np.ptp(each.points, axis=0) for each in payloads if isinstance(each, PointCloud)])
        return (extents / np.linalg.norm(extents, axis=1, keepdims=True)).astype(np.float32)


def extents(name: str = "extents", weights: str = "first") -> Space:
    return Space(SpaceIdentity(name, 3, weights, ShapeInput(points=64)), {Modality.SHAPE: Extents}, "mine")


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spaces, "_registered", {})


def test_it_indexes_and_answers_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(SpaceError, match="no space called 'extents'"):
        spaces.get("extents")
    space = extents()
    spaces.register(space)
    assert spaces.get("extents") is space and spaces.names()[-1] == "extents"
    for name, size in {"wide": (9, 1, 1), "tall": (1, 9, 1), "taller": (1, 20, 1)}.items():
        write_box(tmp_path / f"shapes/{name}.off", size)
    assert build.index(tmp_path / "shapes", tmp_path / "index", space="extents").embedded == 3
    index = retriever.open(tmp_path / "index")
    found = index.search(shape=tmp_path / "shapes/tall.off", k=2)
    assert [hit.path for hit in found] == ["tall.off", "taller.off"]
    assert index.space is space
    told = overview.one("extents")
    assert (told.here, told.dim, told.modalities, told.license) == ("registered", 3, ["shape"], "mine")
    assert [each.here for each in overview.all_spaces() if each.name == "extents"] == ["registered"]


def test_the_newest_of_a_name_is_meant_and_an_index_of_another_is_refused(tmp_path: Path) -> None:
    spaces.register(extents())
    write_box(tmp_path / "shapes/wide.off", (9, 1, 1))
    build.index(tmp_path / "shapes", tmp_path / "index", space="extents")
    spaces.register(extents(weights="second"))
    with pytest.raises(SpaceError, match="index the corpus again"):
        retriever.open(tmp_path / "index").search(shape=tmp_path / "shapes/wide.off")


@pytest.mark.parametrize("name", ["mini", "mini-research", "ulip2"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    with pytest.raises(SpaceError, match=f"a space called '{name}' already"):
        spaces.register(extents(name))


def test_what_is_no_space_is_refused() -> None:
    with pytest.raises(SpaceError, match="A function cannot be registered"):
        spaces.register(extents)  # type: ignore[arg-type]


def test_it_cannot_be_trained_on() -> None:
    spaces.register(extents())
    with pytest.raises(SpaceError, match="of other code and cannot be trained on"):
        spaces.folder("extents")
