"""The approximate search of an index: built where it pays, found by readers, rebuilt when damaged or outgrown."""

from __future__ import annotations

import logging

import numpy as np
import pytest
import torch
from index_making import unit
from large_index import DIM, ROWS, TALKING, TOY, ann, asked, fill, table

import retriever
from indexer.ann.optimize import Wish, bring_up_to_date, check_wish, optimize
from indexer.compaction import compact
from indexer.writer import IndexWriter
from retriever.ann.deferred import Deferred
from retriever.ann.plan import ANN_PAYS
from retriever.errors import IndexCorrupt, RetrieverError, UsageError
from retriever.store import Manifest, Snapshot
from retriever.types import Modality


def test_it_is_tuned_on_texts_and_items_and_says_what_it_measured(large):
    (part,) = ann(large).parts
    pairs = {one.pair: one for one in part.tuned if one.density == 1}
    assert set(pairs) == {"text>shape", "shape>shape", "sum>shape"}
    assert all(one.recall >= 0.9 for one in part.tuned if one.effort.probes)
    assert part.rows == ROWS
    plan = retriever.open(large).plan
    assert plan.backend == "ivf-pq"
    assert f"{ROWS:,} vectors" in plan.reason


def test_the_bytes_predicted_are_those_of_the_files(large):
    (part,) = ann(large).parts
    real = sum(size for size, _ in part.files.values())
    assert abs(part.sizes.bytes(part.rows, DIM) - real) < 0.02 * real


def test_it_is_rebuilt_when_many_rows_are_outside(copy):
    before = Manifest.read(copy).ann
    many = ANN_PAYS // 2 + 1
    fill(copy, (table(ROWS, many), unit(many, seed=4, dim=DIM)))
    with IndexWriter(copy, TOY) as writer:
        assert bring_up_to_date(writer, Wish(), lambda: TALKING) is not None
    assert Manifest.read(copy).ann != before
    assert ann(copy).parts[0].rows == ROWS + many
    assert ann(copy).recall == 0.9  # as it was wished for before


def test_another_wish_rebuilds_and_recall_one_drops_it(copy):
    with IndexWriter(copy, TOY) as writer:
        assert bring_up_to_date(writer, Wish(recall=0.9), lambda: TALKING) is None
        assert bring_up_to_date(writer, Wish(recall=1.0), lambda: TALKING).built is None
    assert Manifest.read(copy).ann is None
    assert retriever.open(copy).plan.backend == "exact"


@pytest.mark.parametrize("name", ["ann.json", "shape.faiss", "shape.npy"])
def test_damage_is_said_searched_around_and_mended(copy, name, caplog):
    (ann(copy).folder / name).write_bytes(b"\x93NUMPY nothing that can be read")
    index = retriever.open(copy)
    query = unit(3, seed=5, dim=DIM)
    backend = index._backends.planned
    if isinstance(backend, Deferred):
        backend._spent = 1e9
    with caplog.at_level(logging.WARNING):
        found = index.nearest(query, 5)
    np.testing.assert_array_equal(found.rows, index.nearest(query, 5, exact=True).rows)
    assert name.removesuffix(".npy").removesuffix(".faiss") in caplog.text
    assert "retriever optimize" in caplog.text
    with IndexWriter(copy, TOY) as writer:
        assert bring_up_to_date(writer, Wish(), lambda: TALKING).built is not None
    ann(copy).verify()


def test_a_header_that_lost_its_parenthesis_is_said_and_searched_around(copy, caplog):
    path = ann(copy).folder / "shape.npy"
    data = bytearray(path.read_bytes())
    data[data.index(b")")] = ord(b"(")
    path.write_bytes(data)
    index, query = retriever.open(copy), unit(3, seed=5, dim=DIM)
    np.testing.assert_array_equal(asked(index, query, 5).rows, index.nearest(query, 5, exact=True).rows)
    assert "damaged" in caplog.text and "`retriever optimize`" in caplog.text


@pytest.mark.parametrize("name", ["shape.faiss", "shape.npy"])
def test_the_status_tells_of_codes_that_no_query_can_use(copy, name, caplog):
    path = ann(copy).folder / name
    path.write_bytes(path.read_bytes()[:-8])
    plan = retriever.open(copy).status().plan
    assert plan.backend == "exact" and "`retriever optimize`" in plan.reason
    assert f"{path} of the approximate search is damaged" in caplog.text


def test_vectors_that_are_not_finite_are_said_before_they_end_the_process(copy):
    path = copy / "segments/000001/vectors.npy"
    vectors = np.load(path, mmap_mode="r+")
    vectors[7, 3] = np.inf
    vectors.flush()
    before = Manifest.read(copy)
    with pytest.raises(IndexCorrupt, match=r"not finite.*`retriever check`"):
        optimize(copy, Wish(recall=0.9))
    assert Manifest.read(copy) == before
    assert [path.name for path in (copy / "ann").iterdir()] == [before.ann]


@pytest.mark.parametrize("memory", [10**30, -1, 4e9, "4GB"])
def test_a_memory_that_no_manifest_can_hold_is_refused(tmp_path, memory):
    fill(tmp_path / "small", (table(0, 50), unit(50, dim=DIM)))
    before = Manifest.read(tmp_path / "small")
    with pytest.raises(UsageError, match=r"memory=.*: give a whole number of bytes"):
        optimize(tmp_path / "small", Wish(memory=memory))
    assert Manifest.read(tmp_path / "small") == before


def test_a_small_index_gets_none(tmp_path):
    fill(tmp_path / "small", (table(0, 500), unit(500, dim=DIM)))
    with IndexWriter(tmp_path / "small", TOY) as writer:
        assert bring_up_to_date(writer, Wish(), lambda: TALKING) is None
    done = optimize(tmp_path / "small")
    assert done.built is None
    assert done.plans[Modality.SHAPE].backend == "exact"


def test_without_the_space_it_is_tuned_on_items_alone_and_texts_are_searched_exactly(copy, caplog):
    done = optimize(copy)
    assert "without texts" in caplog.text
    assert {one.pair for one in done.built.parts[0].tuned} == {"shape>shape"}
    index = retriever.open(copy)
    query = unit(4, seed=6, dim=DIM)
    np.testing.assert_array_equal(
        asked(index, query, 5, pairs=["text>shape"]).rows, index.nearest(query, 5, exact=True).rows
    )


def test_lists_may_be_made_by_torch_and_by_faiss_where_a_gpu_has_no_room(copy, monkeypatch, caplog):
    def crowded(*args, **named):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")

    monkeypatch.setattr("indexer.ann.build.building_device", lambda name: {"cuda": "cpu:0"}[name])
    there = optimize(copy, device="cuda").built
    index, query = retriever.open(copy), unit(20, seed=6, dim=DIM)
    found, true = asked(index, query, 10, pairs=["shape>shape"]), index.nearest(query, 10, exact=True)
    assert np.mean([np.isin(t, f).mean() for t, f in zip(true.rows, found.rows, strict=True)]) > 0.9
    assert not caplog.text.count("using the CPU instead")
    monkeypatch.setattr("indexer.ann.build.TorchCoder", crowded)
    here = optimize(copy, device="cuda").built
    assert caplog.text.count("too little memory left to build the approximate search: using the CPU instead") == 1
    assert there.parts[0].rows == here.parts[0].rows


def test_an_impossible_wish_is_refused_before_anything_is_embedded():
    with pytest.raises(UsageError, match="memory=10 bytes"):
        check_wish(Wish(memory=10), None, {Modality.SHAPE: 10**6}, 384)
    with pytest.raises(UsageError, match="recall="):
        check_wish(Wish(recall=2), None, {}, 384)
    check_wish(Wish(memory=10**8), None, {Modality.SHAPE: 10**6}, 384)
    with pytest.raises(UsageError, match="1,000,000 of other kinds"):
        check_wish(Wish(memory=3 * 10**7), None, {Modality.SHAPE: 10**6, Modality.IMAGE: 10**6}, 384)
    check_wish(Wish(memory=3 * 10**7), None, {Modality.SHAPE: 10**6}, 384)
    check_wish(Wish(memory=10), None, {Modality.SHAPE: 30_000, Modality.IMAGE: 30_000}, 384)  # both searched exactly


def test_a_wish_outlives_the_files_and_indexes_that_are_too_small_for_it(copy, tmp_path):
    optimize(copy, Wish(recall=1.0))
    with IndexWriter(copy, TOY) as writer:
        assert bring_up_to_date(writer, Wish(), lambda: TALKING) is None, "whoever wanted all has it so"
    fill(tmp_path / "small", (table(0, 500), unit(500, dim=DIM)))
    optimize(tmp_path / "small", Wish(recall=0.85, memory=10**8))
    fill(tmp_path / "small", (table(500, ROWS), unit(ROWS, seed=1, dim=DIM)))
    with IndexWriter(tmp_path / "small", TOY) as writer:
        bring_up_to_date(writer, Wish(), lambda: TALKING)
    assert (ann(tmp_path / "small").recall, ann(tmp_path / "small").memory) == (0.85, 10**8)


def test_a_budget_that_the_index_outgrew_is_said_and_stops_nothing(copy, caplog):
    needed = retriever.open(copy).plan.bytes
    optimize(copy, Wish(memory=needed * 5 // 4))
    fill(copy, (table(ROWS, ROWS), unit(ROWS, seed=4, dim=DIM)))
    compact(copy)
    assert "not built again: memory=" in caplog.text
    assert len(retriever.open(copy)) == 2 * ROWS
    with pytest.raises(UsageError, match="memory="):
        optimize(copy, Wish(memory=10))


def test_where_faiss_is_missing_what_was_built_stays(copy, monkeypatch):
    before = Manifest.read(copy)
    monkeypatch.setattr("indexer.ann.optimize.find_spec", lambda name: None)
    with IndexWriter(copy, TOY) as writer:
        assert bring_up_to_date(writer, Wish(), lambda: TALKING) is None
    assert Manifest.read(copy).ann == before.ann


def test_an_index_without_any_rows_left_loses_it(copy):
    with IndexWriter(copy, TOY) as writer:
        writer.delete(np.arange(ROWS))
        writer.commit()
    compact(copy)
    assert Manifest.read(copy).ann is None
    assert not list((copy / "ann").iterdir())


def test_a_full_disk_is_said(copy, monkeypatch):
    import faiss

    def full(*_args):
        raise RuntimeError("Error in virtual size_t faiss::FileIOWriter: write error: No space left on device")

    monkeypatch.setattr(faiss, "write_index", full)
    with pytest.raises(RetrieverError, match=r"Cannot write to the index .*No space left"):
        optimize(copy, Wish(recall=0.8))


def test_a_crash_while_building_leaves_the_index_as_it_was(copy, monkeypatch):
    before = Manifest.read(copy)

    def crash(*_args, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr("indexer.ann.build.tune", crash)
    with pytest.raises(KeyboardInterrupt):
        optimize(copy, Wish(recall=0.8))
    assert Manifest.read(copy).ann == before.ann
    assert [entry.name for entry in (copy / "ann").iterdir()] == [before.ann]
    assert len(Snapshot.open(copy)) == ROWS


def test_compaction_moves_the_rows_and_builds_it_again(copy):
    with IndexWriter(copy, TOY) as writer:
        writer.delete(np.arange(0, 1000))
        writer.commit()
    compact(copy)
    assert ann(copy).parts[0].rows == ROWS - 1000
    assert ann(copy).segments == tuple((entry.name, entry.rows) for entry in Manifest.read(copy).segments)
    assert [entry.name for entry in (copy / "ann").iterdir()] == [Manifest.read(copy).ann]


def test_an_index_that_became_small_loses_it(copy):
    with IndexWriter(copy, TOY) as writer:
        writer.delete(np.arange(0, ROWS - 100))
        writer.commit()
        assert bring_up_to_date(writer, Wish(), lambda: TALKING).built is None
    assert Manifest.read(copy).ann is None


def test_a_damaged_older_version_is_said_and_costs_only_itself(copy, caplog):
    optimize(copy, Wish(recall=0.8))
    oldest = min((copy / "versions").iterdir())
    oldest.write_text("{")
    with IndexWriter(copy, TOY) as writer:
        writer.delete(np.arange(3))
        writer.commit()
    assert str(oldest) in caplog.text
    assert len(retriever.open(copy)) == ROWS - 3
    assert int(oldest.stem) not in {each.version for each in retriever.open(copy).status().versions}
