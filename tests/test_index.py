"""The facade: opening, keywords into terms, status, vectors, and what a text query may import."""

from __future__ import annotations

import json
import logging
import multiprocessing
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import retriever
from indexer.records import write_failures
from indexer.writer import IndexWriter
from retriever import spaces
from retriever.errors import FileProblem, IndexMissing, SpaceError, UnknownItem, UsageError
from retriever.index import Index
from retriever.query.request import terms_of
from retriever.query.term import Term
from retriever.spaces import mini
from retriever.store.failures import Failure
from retriever.store.ids import item_id
from retriever.store.snapshot import Snapshot
from retriever.types import Modality


def test_open_by_path_by_environment_and_upward(made_folder, tmp_path, monkeypatch):
    assert len(retriever.open(made_folder)) == 7
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RETRIEVER_INDEX", raising=False)
    with pytest.raises(IndexMissing, match="retriever index"):
        retriever.open()
    monkeypatch.setenv("RETRIEVER_INDEX", str(made_folder))
    assert len(retriever.open()) == 7


def test_an_unknown_device_is_refused_at_once(made_folder):
    with pytest.raises(UsageError, match="device=gpu"):
        retriever.open(made_folder, device="gpu")


def test_keywords_become_terms_in_a_fixed_order(made_index):
    hits = made_index.search(
        "2*text:deep",
        minus_text="blue",
        text=["tall", "red"],
        terms=[Term("text", "green", 0.5)],
    )
    assert hits.terms == (
        Term("text", "deep", 2),
        Term("text", "tall"),
        Term("text", "red"),
        Term("text", "blue", -1),
        Term("text", "green", 0.5),
    )


def test_positive_keywords_go_text_image_audio_shape_id():
    kinds = ["text", "image", "audio", "shape", "id"]
    assert [term.kind for term in terms_of(dict.fromkeys(kinds, "x"), 1.0)] == kinds


def test_a_search_for_nothing_is_refused(made_index):
    with pytest.raises(UsageError, match="nothing to look for"):
        made_index.search()
    with pytest.raises(UsageError, match="nothing to look for"):
        made_index.search(text=[])
    with pytest.raises(UsageError, match="query is empty"):
        made_index.search("")
    with pytest.raises(UsageError, match="text term is empty"):
        made_index.search(text="")


def test_a_keyword_of_the_wrong_type_is_named(made_index):
    with pytest.raises(UsageError, match="text takes a string"):
        made_index.search(text=[3])


def test_vectors_are_the_stored_ones(made_index):
    hits = made_index.search(text="tall", to="any", k=3)
    vectors = made_index.vectors([hit.id for hit in hits])
    assert vectors.shape == (3, 6)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors @ made_index.encode_terms(hits.terms)[0], [hit.score for hit in hits], atol=1e-6)
    with pytest.raises(UnknownItem, match="'nope'"):
        made_index.vectors(["nope"])
    np.testing.assert_array_equal(made_index.vectors(hits[0].id), vectors[:1])
    np.testing.assert_array_equal(made_index.vectors(hits[0].file), vectors[:1])
    with pytest.raises(UsageError, match="ids holds 3, of type int"):
        made_index.vectors(3)


def test_vectors_are_found_by_path_as_well(made_index):
    hits = made_index.search(text="tall", k=3, to="any", geometry_only=True)
    by_id = made_index.vectors([hit.id for hit in hits])
    assert (made_index.vectors([hits[0].path, hits[1].id, str(hits[2].file)]) == by_id).all()
    assert (made_index.vectors("planks/plank.obj") == made_index.vectors(item_id("corpus", "planks/plank.obj"))).all()
    for absent in ("no/such.obj", "0" * 16, "gone.obj"):
        with pytest.raises(UnknownItem, match=f"no item '{absent}'"):
            made_index.vectors([hits[0].id, absent])


def test_part_of_the_hits_can_be_explained(made_index):
    hits = made_index.search("text:tall + text:red", k=4)
    assert hits[1:3].explain() == hits.explain()[1:3] and hits[2:][0].explanation == hits[2].explanation


def test_an_index_is_opened_again_in_another_process(made_folder):
    index = retriever.open(made_folder, device="cpu", as_of=2)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        told = pool.apply(_told, (index,))
        near = pool.apply(index.nearest, (index.vectors("towers/tower.obj"),), {"k": 2})
    assert told == (len(index), 2, "cpu") != (len(retriever.open(made_folder)), 3, "cpu")
    assert near.column("path")[0, 0] == near.hits(0)[0].path == "towers/tower.obj"
    assert near.snapshot.manifest.version == 2


def _told(index: Index) -> tuple[int, int, str]:
    return len(index), index.snapshot.manifest.version, index._device


def test_encode_terms_takes_texts_and_ids(made_index):
    hit = made_index.search(text="tall red", k=1)[0]
    vectors = made_index.encode_terms([Term("text", "deep", -3), Term("id", hit.id), Term("text", "wide")])
    np.testing.assert_allclose(vectors[1], made_index.vectors([hit.id])[0])
    np.testing.assert_allclose(vectors[[0, 2]], made_index.space.encode(texts=["deep", "wide"]))


def test_status(made_index, made_folder):
    status = made_index.status()
    assert status.folder == made_folder
    assert status.space == "made"
    assert status.items == {Modality.SHAPE: 5, Modality.TEXT: 2}
    assert status.labels == 2
    assert status.segments == len(made_index.snapshot.manifest.segments)
    assert status.deleted == made_index.snapshot.rows - 7
    assert status.bytes == sum(file.stat().st_size for file in made_folder.rglob("*") if file.is_file())
    assert status.failures == 0
    assert list(status.roots.values()) == [str(made_folder.parent / "corpus")]
    assert status.version == made_index.snapshot.manifest.version
    assert status.updated == made_index.snapshot.manifest.updated
    assert status.plan.backend == "exact"
    assert "CPU" in status.plan.reason


@pytest.fixture
def empty_index(tmp_path, made_space):
    with IndexWriter(tmp_path / "index", made_space.identity) as writer:
        root = writer.root(tmp_path)
        write_failures(writer.folder, [Failure(root, "bad.obj", "empty", "is empty.")])
        writer.commit()
    return retriever.open(tmp_path / "index")


def test_an_empty_index_says_so(empty_index):
    assert len(empty_index) == 0
    status = empty_index.status()
    assert (status.items, status.labels, status.failures) == ({}, 0, 1)
    with pytest.raises(IndexMissing, match="is empty: fill it"):
        empty_index.search(text="tall")


def test_a_file_typed_as_a_query_is_asked_about(made_index, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tall.off").write_text("OFF")
    with pytest.raises(UsageError, match="shape="):
        made_index.search("tall.off")
    assert len(made_index.search("tall", k=1)) == 1
    assert len(made_index.search('text:"tall.off"', k=1)) == 1
    assert len(made_index.search("tall " * 500, k=1)) == 1


def test_a_first_run_that_was_interrupted_is_said(tmp_path, made_space):
    writer = IndexWriter(tmp_path / "index", made_space.identity)
    with writer:
        root = writer.root(tmp_path)
        vector = np.eye(1, made_space.identity.dim, dtype=np.float32)
        made = {"id": item_id(root, "a.obj"), "root": root, "path": "a.obj", "modality": "shape"}
        writer.append([{**made, "sha256": "0" * 64, "bytes": 1, "fingerprint": "made up"}], vector)
    index = retriever.open(tmp_path / "index")
    assert index.status().unfinished
    with pytest.raises(IndexMissing, match="goes on from there"):
        index.search(text="tall")


def test_an_index_made_with_other_weights_is_refused(made_folder, made_space, monkeypatch):
    other = spaces.Space(replace(made_space.identity, weights="f" * 64), {}, "made for tests")
    monkeypatch.setattr(spaces, "get", lambda name: other)
    with pytest.raises(SpaceError, match="index the corpus again"):
        Index(Snapshot.open(made_folder)).search(text="tall")


def test_cuda_without_a_gpu_is_said_and_the_search_goes_on(made_folder, made_space, monkeypatch, caplog):
    monkeypatch.setattr(spaces, "get", lambda name: made_space)
    monkeypatch.setattr("retriever.ann.gpu.driver", lambda: False)
    index = Index(Snapshot.open(made_folder), device="cuda")
    with caplog.at_level(logging.WARNING):
        assert index.search(text="tall", k=1)[0].path == "towers/tower.obj"
        index.search(text="wide")
    assert len(caplog.records) == 1
    assert caplog.records[0].message.startswith("No GPU that faiss or torch can use")
    assert "No GPU" in index.plan.reason


TEXT_QUERY = """
import json, sys
from pathlib import Path
import retriever
from retriever.spaces import mini
mini.folder = lambda name: Path(sys.argv[2])
hits = retriever.open(sys.argv[1]).search(text="a chair", k=3)
heavy = {"torch", "faiss", "duckdb", "trimesh", "rich", "pandas", "open3d", "sentence_transformers", "PIL"}
heavy |= {"soundfile", "soxr"}
print(json.dumps({"paths": [hit.path for hit in hits], "heavy": sorted(heavy & set(sys.modules))}))
"""

TEXT_ONLY = {
    "name": "mini",
    "dim": 384,
    "license": "Apache-2.0",
    "shape_input": {"points": 1024},
    "towers": {"text": {"sha256": "0" * 64}},
}


def test_a_text_query_imports_nothing_heavy(tmp_path):
    (tmp_path / "space.json").write_text(json.dumps(TEXT_ONLY))
    space = mini.open_space(tmp_path)
    vectors = space.encode(texts=["a red sports car", "a wooden chair", "a passenger aeroplane"])
    with IndexWriter(tmp_path / "index", space.identity) as writer:
        root = writer.root(tmp_path)
        fixed = {"root": root, "modality": "shape", "sha256": "0" * 64, "bytes": 1, "fingerprint": "f"}
        names = ["car.obj", "chair.obj", "plane.obj"]
        writer.append([{"id": item_id(root, name), "path": name, **fixed} for name in names], vectors)
        writer.commit()
    command = [sys.executable, "-c", TEXT_QUERY, str(tmp_path / "index"), str(tmp_path)]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert answer["paths"][0] == "chair.obj"
    assert answer["heavy"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"text": 3}, "text takes a string"),
        ({"shape": 3}, "shape takes a string, a path, an .* array of points, .*, or a sequence of them, not int"),
        ({"expression": 3}, "expression must be a string"),
        ({"terms": ["a chair"]}, "no retriever.Term"),
        ({"text": "\udcff"}, "not valid UTF-8"),
        ({"id": "\udcff"}, "not valid UTF-8"),
        ({"text": "tall", "k": 2.5}, "k is 2.5, of type float: give a whole number such as 5"),
        ({"text": "tall", "min_confidence": "0.5"}, "min_confidence='0.5': give a probability"),
        ({"text": "tall", "diverse": "0.5"}, "diverse='0.5': give a number"),
    ],
)
def test_arguments_of_the_wrong_kind_are_refused(made_index, arguments, message):
    with pytest.raises(UsageError, match=message):
        made_index.search(**arguments)


def test_status_imports_no_pandas(made_folder):
    program = "import sys, retriever; retriever.open(sys.argv[1]).status(); print('pandas' in sys.modules)"
    command = [sys.executable, "-c", program, str(made_folder)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_space_encodes_one_or_several_and_names_a_bad_file(made_space):
    assert made_space.encode(texts="tall").shape == (1, 6)
    assert made_space.encode(texts=["tall", "wide"]).shape == (2, 6)
    for shapes in ("gone.obj", ["gone.obj"]):
        with pytest.raises(FileProblem, match=r"^gone\.obj cannot be read"):
            made_space.encode(shapes=shapes)


@pytest.mark.parametrize("texts", [3, None, ["a", 3]])
def test_a_text_that_is_no_string_is_refused(made_space, texts):
    with pytest.raises(UsageError, match=r"texts takes a string, or a sequence of them, not (int|NoneType)"):
        made_space.encode(texts=texts)
    with pytest.raises(FileProblem, match="The list is of type list; give a path, points, or a mesh"):
        made_space.encode(shapes=[[[0, 0, 0], [1, 1, 1]]])


def test_items_are_listed_without_deleted_ones_and_their_vectors_taken_in_that_order(made_index):
    index = made_index
    (gone,) = index.snapshot.take(index.snapshot.deleted, ["id"])["id"].to_pylist()
    everything = index.items()
    assert everything.num_rows == len(index) == 7 and everything.column_names == index.snapshot.columns()
    assert gone not in everything["id"].to_pylist()
    shapes = index.items(["id", "path"], to="shape", where="path not like '%nothing%'")
    assert shapes.column_names == ["id", "path"]
    assert index.items("id", where="label is null")["id"].to_pylist() == [
        item["id"] for item in everything.to_pylist() if item["label"] is None
    ]
    vectors = index.vectors(shapes["id"])
    for ids in (shapes["id"].to_pylist(), shapes["id"].combine_chunks(), np.array(shapes["id"].to_pylist(), object)):
        assert (index.vectors(ids) == vectors).all()
    for path, vector in zip(shapes["path"].to_pylist(), vectors, strict=True):
        assert (index.vectors(path)[0] == vector).all()
    with pytest.raises(UsageError, match="no column 'price'"):
        index.items(["price"])
    with pytest.raises(UsageError, match="ids holds None, of type NoneType"):
        index.vectors(pa.array([everything["id"][0].as_py(), None]))
    with pytest.raises(UsageError, match="where must be a string"):
        index.items(where=3)


def test_items_are_browsed_by_path_a_part_at_a_time(made_index, monkeypatch):
    index = made_index
    everything = sorted(index.items().to_pylist(), key=lambda row: (row["root"], row["path"]))
    paths = [row["path"] for row in everything]
    found = index.browse()
    assert (len(found), found.total) == (7, 7) and [item.path for item in found] == paths
    for offset in range(9):
        for k in (1, 3, 9):
            some = index.browse(k=k, offset=offset)
            assert [item.path for item in some] == paths[offset : offset + k] and some.total == 7
    where = "label is null or path like '%1%'"
    ids = index.items("id", to="shape", where=where)["id"].to_pylist()
    narrow = index.browse(to="shape", where=where)
    assert 0 < len(ids) < 7 and [item.id for item in narrow] == [row["id"] for row in everything if row["id"] in ids]
    assert index.browse(to="shape", where=where, k=1).total == len(ids)
    item, row = next(iter(found)), everything[0]
    assert (item.id, item.label, item.metadata["bytes"]) == (row["id"], row["label"], row["bytes"])
    assert str(item.file) == f"{index.snapshot.root_path(row['root'])}/{row['path']}"
    whole, lines = found.to_json(), "".join(found.csv_parts())
    monkeypatch.setattr("retriever.query.browse.PART", 3)
    monkeypatch.setattr("retriever.query.browse._AT_ONCE", 2)
    assert [table.num_rows for table in found.tables()] == [3, 3, 1]
    assert found.to_json() == whole and "".join(found.csv_parts()) == lines
    for wrong in ({"k": 0}, {"k": True}, {"k": "3"}, {"offset": -1}, {"offset": None}):
        with pytest.raises(UsageError, match=f"^{next(iter(wrong))} is .*: give a whole number from"):
            index.browse(**wrong)
    with pytest.raises(UsageError, match="where must be a string"):
        index.browse(where=3)


def test_vectors_of_items_become_an_array_or_a_table(made_index, tmp_path, monkeypatch):
    found = made_index.browse(sort="-vertices")
    wanted = made_index.vectors([item.id for item in found])
    np.testing.assert_array_equal(found.vectors(), wanted)
    monkeypatch.setattr("retriever.query.browse.PART", 5)
    monkeypatch.setattr("retriever.query.browse._BYTES", 2 * 4 * 6)
    assert [len(part) for part in found.vector_parts()] == [2, 2, 2, 1]
    found.save_vectors(tmp_path / "vectors.npy")
    written = np.load(tmp_path / "vectors.npy")
    assert written.dtype == np.float32 and written.tolist() == wanted.tolist()
    found.save_vectors(str(tmp_path / "vectors.PARQUET"))
    table = pq.read_table(tmp_path / "vectors.PARQUET")
    assert table.column_names == ["id", "path", "label", "name", "vector"]
    assert table.schema.field("vector").type == pa.list_(pa.float32(), 6)
    assert table["vector"].to_pylist() == wanted.tolist()
    items = [(item.id, item.path, item.label, item.metadata["name"]) for item in found]
    assert list(zip(*(table[name].to_pylist() for name in table.column_names[:4]), strict=True)) == items
    for name, suffix in (("no.npy", ".npy"), ("no.parquet", ".parquet")):
        made_index.browse(where="false").save_vectors(tmp_path / name)
        none = np.load(tmp_path / name) if suffix == ".npy" else pq.read_table(tmp_path / name)
        assert none.shape == ((0, 6) if suffix == ".npy" else (0, 5))


def test_vectors_take_the_place_of_vectors_alone(made_index, tmp_path):
    found, file = made_index.browse(), tmp_path / "vectors.npy"
    for old in (np.zeros((5, 3), np.float32), np.zeros((2, 9)), np.zeros(9, np.float32)):
        np.save(file, old)
        with pytest.raises(UsageError, match="no array of vectors that could be replaced: choose another file"):
            found.save_vectors(file)
        assert np.load(file).shape == old.shape
    for text in (b"", np.lib.format.magic(1, 0) + b"\x10\0{{", b"\x93NUM"):
        file.write_bytes(text)
        if text:
            with pytest.raises(UsageError, match="could be replaced"):
                found.save_vectors(file)
    np.save(file, np.zeros((9, 512), np.float32))
    found.save_vectors(file)
    assert np.load(file).shape == (7, 6)
    for wrong, said in (("v.csv", r"ends in .npy or .parquet, not .*v.csv"), ("no/v.npy", r"v.npy \(No such file or")):
        with pytest.raises(UsageError, match=said):
            found.save_vectors(tmp_path / wrong)


def test_items_are_browsed_by_columns(made_index):
    index = made_index
    rows = sorted(index.items(to="shape").to_pylist(), key=lambda row: (row["label"] is None, row["label"] or ""))
    labels = [row["label"] for row in rows]
    for sort in ("label", ["label", "-vertices"], ("label", "path")):
        assert [item.label for item in index.browse(to="shape", sort=sort)] == labels
    down = [item.metadata["vertices"] for item in index.browse(sort="-vertices") if item.metadata["vertices"]]
    assert down == sorted(down, reverse=True) and index.browse(sort="-vertices").to_dicts()[-1]["modality"] == "text"
    paths = [item.path for item in index.browse(sort="-vertices")]
    assert [item.path for item in index.browse(sort="-vertices", k=2, offset=1)] == paths[1:3]
    with pytest.raises(UsageError, match=r"^sort=sie: this index has no such column"):
        index.browse(sort="sie")
    with pytest.raises(UsageError, match=r"^sort=3: give the name of a column"):
        index.browse(sort=[3])
