"""What repeats what: bytes, geometry saved again by real writers, and vectors close together; against brute force."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from index_making import DIM, SPACE, item, unit

from indexer import build
from indexer.parametric import generate
from indexer.parametric.corpus import write
from indexer.writer import IndexWriter
from retriever import RetrieverError
from retriever.errors import UsageError
from retriever.index import Index
from retriever.query import duplicates as module
from retriever.query.bodies import same_geometry
from retriever.query.diversity import folded
from retriever.query.duplicates import Group, duplicates, totals
from retriever.store import Snapshot
from retriever.types import Modality

FORMATS = ("obj", "ply", "stl", "off", "glb")


def made(folder: Path, items: list[dict[str, object]], vectors: np.ndarray) -> Index:
    """An index of these items, in two segments where there are several."""
    half = len(items) // 2
    with IndexWriter(folder, SPACE) as writer:
        writer.root(folder)
        for part in (slice(0, half), slice(half, None)):
            if items[part]:
                writer.append(items[part], vectors[part])
                writer.commit()
    return Index(Snapshot.open(folder))


def paths(groups: list[Group]) -> list[list[tuple[str, str]]]:
    return [[(member.path, member.kind) for member in group.members] for group in groups]


@pytest.fixture(scope="module")
def saved_again(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """A chair, a car and a guitar in five formats each, every file moved and scaled in a way of its own; one copy."""
    corpus = tmp_path_factory.mktemp("again") / "corpus"
    corpus.mkdir()
    random = np.random.default_rng(0)
    for kind in ("chair", "car", "guitar"):
        write(generate(kind, 0).solid, corpus / "whole.obj")
        mesh = trimesh.load(corpus / "whole.obj", force="mesh", process=False)
        for suffix in FORMATS:
            other = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
            other.apply_scale(random.uniform(0.1, 50))
            other.apply_translation(random.normal(size=3))
            if suffix == "stl":  # whose up axis is taken to be z
                other.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, (1, 0, 0)))
            other.export(corpus / f"{kind}.{suffix}")
    (corpus / "whole.obj").unlink()
    (corpus / "car copy.ply").write_bytes((corpus / "car.ply").read_bytes())
    write(generate("bowl", 0).solid, corpus / "bowl.obj")
    assert build.index(corpus, corpus.parent / "index").embedded == 17
    return Index(Snapshot.open(corpus.parent / "index"))


def test_items_whose_bytes_nobody_knows_are_nobodys_copies(tmp_path: Path):
    """Vectors of one's own have an empty hash; those beside them that have one are still told by it."""
    hashes = ["", "a" * 64, "", "", "a" * 64]
    items = [item(n, sha256=sha256, extent=None) for n, sha256 in enumerate(hashes)]
    index = made(tmp_path, items, np.eye(DIM, dtype=np.float32)[:5])
    assert paths(duplicates(index, 1)) == [[("1.obj", "first"), ("4.obj", "exact")]]
    assert paths(duplicates(index, 1, where="sha256 = ''")) == []


@pytest.mark.parametrize("variety", [{}, {"diverse": 0.5}])
def test_a_query_folds_what_was_saved_again(saved_again: Index, variety: dict[str, float]):
    plain = saved_again.search(text="a chair", k=50, geometry_only=True)
    hits = saved_again.search(text="a chair", k=50, geometry_only=True, unique=True, **variety)
    assert sorted(Path(hit.path).stem.split()[0] for hit in hits) == ["bowl", "car", "chair", "guitar"]
    assert sum(hit.repeats + 1 for hit in hits) == len(plain)


def test_the_same_bytes_are_no_copy_where_the_geometry_lies_elsewhere(tmp_path: Path):
    bytes_ = "ab" * 32  # of two .gltf, whose .bin differ
    rows = [{**item(n), "sha256": bytes_, "surface_area": area} for n, area in enumerate([12.3, 2.1, 12.3])]
    (group,) = duplicates(made(tmp_path, rows, unit(3)), 1)
    assert [member.path for member in group.members] == [rows[0]["path"], rows[2]["path"]]
    assert group.members[1].kind == "exact"


def test_a_mesh_saved_again_moved_and_scaled_is_found(saved_again: Index):
    for limit in (0.98, 1):  # a cosine that its own points, drawn for each file, do not reach
        groups = duplicates(saved_again, limit)
        assert [len(group.members) for group in groups] == [6, 5, 5]
        for group in groups:
            assert {Path(member.path).stem.split()[0] for member in group.members} in ({"car"}, {"chair"}, {"guitar"})
            assert all(0.8 <= member.score <= 1 for member in group.members)
            edges = np.array(
                [trimesh.load(Path(member.root, member.path), force="mesh").extents.max() for member in group.members]
            )
            assert [member.scale for member in group.members] == pytest.approx(edges / edges[0], rel=1e-3)
        assert totals(groups) == {"first": 3, "exact": 1, "geometry": 12, "near": 0}


def test_a_copy_stands_beside_what_it_copies(saved_again: Index):
    cars = duplicates(saved_again, 1)[0].members
    kinds = {member.path: member.kind for member in cars}
    assert {kinds["car.ply"], kinds["car copy.ply"]} in ({"first", "exact"}, {"geometry", "exact"})
    at = [member.path for member in cars].index
    assert abs(at("car.ply") - at("car copy.ply")) == 1
    assert {Path(member.root, member.path).stat().st_size == member.bytes for member in cars} == {True}


def test_nothing_is_written(saved_again: Index):
    folder = saved_again.snapshot.folder

    def files() -> dict[Path, tuple[int, int]]:
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.rglob("*"))}

    before = files()
    duplicates(saved_again, 0.9)
    assert files() == before


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), limit=st.sampled_from([0.3, 0.6, 0.9, 0.99]))
def test_near_ones_are_those_of_the_fold(seed: int, limit: float, tmp_path_factory: pytest.TempPathFactory):
    vectors = unit(40, seed, dim=DIM)
    vectors[20:30] = vectors[:10]
    items = [item(number, sha256=f"{number:064x}", extent=None) for number in range(40)]
    index = made(tmp_path_factory.mktemp("near"), items, vectors)
    expected = {
        (f"{fold.place}.obj", *(f"{place}.obj" for place in fold.folded))
        for fold in folded(vectors, limit)
        if fold.folded
    }
    groups = duplicates(index, limit)
    assert {(g.members[0].path, *sorted((m.path for m in g.members[1:]), key=_number)) for g in groups} == expected
    assert all(a.score >= b.score for group in groups for a, b in pairwise(group.members))
    assert all(member.scale is None for group in groups for member in group.members)
    assert [len(group.members) for group in groups] == sorted((len(group.members) for group in groups), reverse=True)


def test_a_group_larger_than_what_is_asked_for_at_first_is_whole(tmp_path: Path):
    count = 20 * module._NEIGHBOURS
    vectors = np.concatenate([np.repeat(unit(1), count, axis=0), unit(5, seed=1)])
    items = [item(number, extent=None) for number in range(count + 5)]
    groups = duplicates(made(tmp_path, items, vectors), 0.999)
    assert [len(group.members) for group in groups] == [count]
    assert totals(groups)["near"] == count - 1


def test_batches_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    vectors = np.repeat(unit(30, seed=3), 2, axis=0)
    index = made(tmp_path, [item(number, extent=None) for number in range(60)], vectors)
    whole, told = duplicates(index, 0.9), []
    monkeypatch.setattr(module, "_BATCH", 7)
    assert duplicates(index, 0.9, progress=lambda *about: told.append(about)) == whole
    assert told[:2] == [("compare", 0, 60), ("compare", 7, 60)]


def test_the_same_bytes_belong_together_whatever_their_vectors(tmp_path: Path):
    items = [item(number, sha256=f"{number % 2:064x}", extent=None) for number in range(4)]
    vectors = np.eye(DIM, dtype=np.float32)[:4]
    assert paths(duplicates(made(tmp_path, items, vectors))) == [
        [("0.obj", "first"), ("2.obj", "exact")],
        [("1.obj", "first"), ("3.obj", "exact")],
    ]


@pytest.mark.parametrize(
    ("other", "found"),
    [
        ({"faces": 500, "extent": [30.0, 10.0, 20.0]}, True),
        ({"faces": 501, "extent": [1.0, 2.0, 3.0]}, False),
        ({"faces": 500, "extent": [1.0, 2.0, 3.1]}, False),
        ({"faces": 500, "extent": [1.0, 2.0, 3.0005]}, True),
        ({"faces": None, "extent": [1.0, 2.0, 3.0]}, False),
        ({"faces": 500, "extent": None}, False),
        ({"faces": 500, "extent": [0.0, 0.0, 0.0]}, False),
    ],
)
def test_geometry_is_faces_and_proportions_and_nearness(tmp_path: Path, other: dict[str, object], found: bool):
    near = unit(1)[0] + 0.3 * unit(1, seed=2)[0]
    vectors = np.stack([unit(1)[0], near / np.linalg.norm(near)]).astype(np.float32)
    items = [item(1, faces=500, vertices=9, extent=[1.0, 2.0, 3.0]), item(2, vertices=9, **other)]
    groups = duplicates(made(tmp_path / "near", items, vectors), 1)
    assert paths(groups) == ([[("1.obj", "first"), ("2.obj", "geometry")]] if found else [])
    far = np.eye(DIM, dtype=np.float32)[:2]
    assert duplicates(made(tmp_path / "far", items, far), 1) == []


def test_clouds_are_compared_by_their_points(tmp_path: Path):
    vectors = np.repeat(unit(1), 3, axis=0)
    items = [item(n, faces=0, vertices=points, extent=[1.0, 1.0, 1.0]) for n, points in enumerate((70, 80, 70))]
    assert paths(duplicates(made(tmp_path, items, vectors), 1)) == [[("0.obj", "first"), ("2.obj", "geometry")]]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_proportions_that_lie_within_the_tolerance_are_always_found(
    seed: int, tmp_path_factory: pytest.TempPathFactory
):
    random = np.random.default_rng(seed)
    edges = np.repeat(random.uniform(0.2, 1, (20, 3)), 2, axis=0)
    edges[:, 2] = 1.5
    edges[1::2, :2] += random.uniform(-6e-4, 6e-4, (20, 2))
    items = [item(number, faces=12, vertices=8, extent=each.tolist()) for number, each in enumerate(edges)]
    index = made(tmp_path_factory.mktemp("forms"), items, np.repeat(unit(1), 40, axis=0))
    first = same_geometry(index.snapshot, np.arange(40))
    np.testing.assert_array_equal(first[1::2], first[::2])


def test_filters_modalities_and_deleted_rows(tmp_path: Path):
    modalities = ["shape", "shape", "shape", "image", "image", "shape"]
    items = [item(n, modality=m, sha256="0" * 64, extent=None) for n, m in enumerate(modalities)]
    index = made(tmp_path, items, np.repeat(unit(1), 6, axis=0))
    assert [len(group.members) for group in duplicates(index)] == [4]
    assert {group.modality for group in duplicates(index, to="any")} == {Modality.SHAPE, Modality.IMAGE}
    assert paths(duplicates(index, where="bytes between 1 and 4")) == [[("1.obj", "first"), ("2.obj", "exact")]]
    assert duplicates(index, where="bytes = 1") == duplicates(index, where="false") == []
    with IndexWriter(tmp_path, SPACE) as writer:
        writer.delete(np.array([0, 1]))
        writer.commit()
    assert paths(duplicates(Index(Snapshot.open(tmp_path)))) == [[("2.obj", "first"), ("5.obj", "exact")]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"limit": 0}, "limit=0: give the least cosine"),
        ({"limit": 1.5}, "limit=1.5"),
        ({"to": "smell"}, "to=smell"),
        ({"to": "audio"}, "holds no audio"),
        ({"where": "colour = 1"}, "no column"),
        ({"where": 5}, "where must be a string"),
    ],
)
def test_arguments_at_fault(tmp_path: Path, arguments: dict[str, object], words: str):
    index = made(tmp_path, [item(1), item(2)], unit(2))
    with pytest.raises(UsageError, match=words) as caught:
        duplicates(index, **arguments)
    assert isinstance(caught.value, RetrieverError)


def _number(path: str) -> int:
    return int(Path(path).stem)


@pytest.mark.parametrize(("cosine", "found"), [(0.2, []), (0.5, [1, 2]), (0.9, [1, 2, 3, 4])])
def test_the_area_of_a_surface_speaks_for_a_mesh_that_lies(cosine: float, found: list[int], tmp_path: Path):
    box = {"faces": 30, "surface_area": 8.0, "extent": [1.0, 2.0, 4.0]}
    forms: list[dict[str, object]] = [
        box,
        {**box, "extent": [4.0, 1.0, 2.0]},
        {**box, "surface_area": 8.0 * 9, "extent": [6.0, 12.0, 3.0]},
        {**box, "surface_area": 8.1},
        {**box, "surface_area": None},
        {**box, "faces": 31},
    ]
    vectors = np.zeros((len(forms), DIM), np.float32)
    vectors[:, 0], vectors[:, 1] = cosine, np.sqrt(1 - cosine**2)
    vectors[0] = np.eye(DIM)[0]
    index = made(tmp_path, [item(number, **form) for number, form in enumerate(forms)], vectors)
    first = same_geometry(index.snapshot, np.arange(len(forms)))
    assert np.flatnonzero(first == 0)[1:].tolist() == found
