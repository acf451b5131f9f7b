"""The approximate search of an index: built where it pays, found by readers, rebuilt when damaged or outgrown."""

from __future__ import annotations

import gc
import logging
import weakref

import numpy as np
import pyarrow as pa
import pytest
from index_making import SPACE, unit

import retriever
from indexer.ann.optimize import Wish, bring_up_to_date, check_wish, optimize
from indexer.compaction import compact
from indexer.writer import IndexWriter
from retriever.ann.base import RowSet
from retriever.ann.deferred import Deferred
from retriever.ann.files import AnnFile
from retriever.ann.plan import ANN_PAYS
from retriever.errors import RetrieverError, UsageError
from retriever.spaces.base import Space, SpaceIdentity
from retriever.store import Manifest, Snapshot, item_id
from retriever.types import Modality

DIM = 16
TOY = SpaceIdentity("toy", DIM, SPACE.weights, SPACE.shape)
ROWS = ANN_PAYS + 2_000


class Words:
    """Encodes a text as a vector about one direction that no shape lies near."""

    batch = 32

    def encode(self, payloads):
        seeds = [sum(text.text.encode()) for text in payloads]
        vectors = np.stack([np.random.default_rng(seed).normal(size=DIM) for seed in seeds])
        vectors[:, 0] += 4
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


TALKING = Space(TOY, {Modality.TEXT: Words}, "Free.")


def table(first: int, count: int, modality: str = "shape") -> pa.Table:
    numbers = range(first, first + count)
    return pa.table(
        {
            "id": [item_id("corpus", f"{number}.obj") for number in numbers],
            "root": ["corpus"] * count,
            "path": [f"{number}.obj" for number in numbers],
            "modality": [modality] * count,
            "label": [f"class {number % 30}" for number in numbers],
            "sha256": ["0" * 64] * count,
            "bytes": list(numbers),
            "fingerprint": ["f"] * count,
        }
    )


def fill(folder, *parts) -> None:
    with IndexWriter(folder, TOY) as writer:
        writer.root(folder)
        writer.extend(parts)
        writer.commit()


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """An index just large enough, with its approximate search."""
    folder = tmp_path_factory.mktemp("large") / "index"
    fill(folder, (table(0, ROWS), unit(ROWS, dim=DIM)))
    with IndexWriter(folder, TOY) as writer:
        done = bring_up_to_date(writer, Wish(recall=0.9), lambda: TALKING)
    assert done is not None
    return folder


@pytest.fixture
def copy(large, tmp_path):
    """The same, to be changed."""
    from shutil import copytree

    return copytree(large, tmp_path / "copy")


def ann(folder) -> AnnFile:
    return AnnFile.read(folder, Manifest.read(folder).ann)


def asked(index, query, k=10, **more):
    """Rows found by the approximate search itself, which short programs may never come to open."""
    backend = index._backends.planned
    assert isinstance(backend, Deferred)
    backend._spent = 1e9
    return index.nearest(query, k, **more)


def test_it_is_tuned_on_texts_and_items_and_says_what_it_measured(large):
    (part,) = ann(large).parts
    pairs = {one.pair: one for one in part.tuned if one.density == 1}
    assert set(pairs) == {"text>shape", "shape>shape", "sum>shape"}
    assert all(one.recall >= 0.9 for one in part.tuned if one.effort.probes)
    assert part.rows == ROWS
    plan = retriever.open(large).plan
    assert plan.backend == "ivf-pq"
    assert f"{ROWS:,} vectors" in plan.reason


def test_readers_find_what_exact_search_finds(large):
    index = retriever.open(large)
    queries = Words().encode([type("Text", (), {"text": f"word {number}"}) for number in range(100)])
    found, true = asked(index, queries, pairs=["text>shape"]), index.nearest(queries, 10, exact=True)
    shares = [np.isin(t, f).mean() for f, t in zip(found.rows, true.rows, strict=True)]
    assert np.mean(shares) > 0.85


@pytest.mark.parametrize("where", ["bytes < 7", "bytes < 900", "label = 'class 3'", "bytes % 2 = 0", "bytes >= 0"])
def test_a_filter_always_gives_k_hits_that_fulfil_it(large, where):
    index = retriever.open(large)
    rows = asked(index, unit(5, seed=3, dim=DIM), 10, where=where).rows
    qualify = index.nearest(unit(1, dim=DIM), 10_000, where=where, exact=True).rows[0]
    assert ((rows >= 0).sum(axis=1) == min(10, int((qualify >= 0).sum()))).all()
    if where != "bytes >= 0" and "%" not in where:
        assert set(rows[rows >= 0].tolist()) <= set(qualify.tolist())


def test_added_rows_are_found_at_once_and_deleted_ones_never(copy):
    fresh = unit(300, seed=9, dim=DIM)
    with IndexWriter(copy, TOY) as writer:
        writer.extend([(table(ROWS, 300), fresh)])
        writer.delete(np.arange(0, ROWS, 40))
        writer.commit()
        assert bring_up_to_date(writer, Wish(), lambda: TALKING) is None
    index = retriever.open(copy)
    np.testing.assert_array_equal(asked(index, fresh[:50], 1).rows[:, 0], ROWS + np.arange(50))
    rows = asked(index, unit(50, seed=10, dim=DIM), 10).rows
    assert (index.snapshot.live[rows]).all()


def test_it_is_rebuilt_when_many_rows_are_outside(copy):
    before = Manifest.read(copy).ann
    fill(copy, (table(ROWS, ANN_PAYS), unit(ANN_PAYS, seed=4, dim=DIM)))
    with IndexWriter(copy, TOY) as writer:
        assert bring_up_to_date(writer, Wish(), lambda: TALKING) is not None
    assert Manifest.read(copy).ann != before
    assert ann(copy).parts[0].rows == ROWS + ANN_PAYS
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


def test_modalities_have_inverted_files_of_their_own(tmp_path):
    folder = tmp_path / "both"
    fill(
        folder,
        (table(0, ROWS), unit(ROWS, dim=DIM)),
        (table(ROWS, ROWS, "image"), unit(ROWS, seed=1, dim=DIM)),
        (table(2 * ROWS, 400, "audio"), unit(400, seed=2, dim=DIM)),
    )
    with IndexWriter(folder, TOY) as writer:
        bring_up_to_date(writer, Wish(recall=0.8), lambda: TALKING)
    assert {part.modality for part in ann(folder).parts} == {"shape", "image"}
    assert {one.pair for one in ann(folder).parts[0].tuned} >= {"image>shape", "audio>shape", "text>shape"}
    index = retriever.open(folder)
    audio = unit(400, seed=2, dim=DIM)[:20]
    np.testing.assert_array_equal(asked(index, audio, 1, to="any").rows[:, 0], 2 * ROWS + np.arange(20))
    images = asked(index, audio, 10, to="image").rows
    assert ((images >= ROWS) & (images < 2 * ROWS)).all()


def test_an_impossible_wish_is_refused_before_anything_is_embedded():
    with pytest.raises(UsageError, match="--memory 10 bytes"):
        check_wish(Wish(memory=10), None, {Modality.SHAPE: 10**6}, 384)
    with pytest.raises(UsageError, match="--recall"):
        check_wish(Wish(recall=2), None, {}, 384)
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
    optimize(copy, Wish(memory=2 * needed))
    fill(copy, (table(ROWS, 9 * ROWS), unit(9 * ROWS, seed=4, dim=DIM)))
    compact(copy)
    assert "not built again: --memory" in caplog.text
    assert len(retriever.open(copy)) == 10 * ROWS
    with pytest.raises(UsageError, match="--memory"):
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


@pytest.mark.parametrize("share", [1.0, 0.95, 0.5, 0.35, 0.12, 0.05, 0.01])
def test_recall_is_kept_under_deletions_and_filters(copy, share):
    random = np.random.default_rng(0)
    gone = np.flatnonzero(random.random(ROWS) >= share) if share < 1 else np.arange(1)
    index = retriever.open(copy)
    backend = index._backends.planned._open()
    exact = index._backends.exact
    mask = np.ones(ROWS, bool)
    mask[gone] = False
    for pair, queries in {
        "shape>shape": unit(150, seed=21, dim=DIM),
        "text>shape": Words().encode([type("Text", (), {"text": f"thing {n}"}) for n in range(150)]),
        "sum>shape": -unit(150, seed=22, dim=DIM),
    }.items():
        found = backend.search(queries, 10, RowSet(mask), [pair])[1]
        true = exact.search(queries, 10, RowSet(mask))[1]
        recall = np.mean([np.isin(t, f).mean() for f, t in zip(found, true, strict=True)])
        assert recall > 0.86, (pair, recall)  # 0.9 is wanted; 150 queries say so within some 0.02


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


def test_an_older_version_is_searched_with_its_own(copy):
    first = Manifest.read(copy).version
    optimize(copy, Wish(recall=0.8))
    assert ann(copy).recall == 0.8
    earlier = retriever.open(copy, as_of=first)
    assert earlier._backends.built.recall == 0.9
    asked(earlier, unit(2, dim=DIM), 3)


def test_an_index_that_is_let_go_is_gone_at_once(large):
    index = retriever.open(large)
    asked(index, unit(1, dim=DIM), 3)
    snapshot = weakref.ref(index.snapshot)
    gc.disable()
    try:
        del index
        assert snapshot() is None, "a cycle keeps its files and memory"
    finally:
        gc.enable()


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
