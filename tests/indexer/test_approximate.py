"""What is found through the approximate search of an index: enough, allowed, at once, and from the version asked."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from index_making import unit
from large_index import DIM, ROWS, TALKING, TOY, Words, ann, asked, fill, table

import retriever
from indexer.ann.optimize import Wish, bring_up_to_date, optimize
from indexer.compaction import compact
from indexer.writer import IndexWriter
from retriever.ann.base import RowSet
from retriever.ann.gpu import Gpus, present
from retriever.store import Manifest


def test_readers_find_what_exact_search_finds(large):
    index = retriever.open(large)
    queries = Words().encode([type("Text", (), {"text": f"word {number}"}) for number in range(100)])
    found, true = asked(index, queries, pairs=["text>shape"]), index.nearest(queries, 10, exact=True)
    shares = [np.isin(t, f).mean() for f, t in zip(found.rows, true.rows, strict=True)]
    assert np.mean(shares) > 0.85


def test_expanded_queries_find_what_exact_search_finds_for_them(large):
    index, shares = retriever.open(large), []
    for vector in Words().encode([type("Text", (), {"text": f"word {number}"}) for number in range(50)]):
        found, true = (
            index.search(vector=vector, expand=5, exact=exact, where="bytes >= 0") for exact in (False, True)
        )
        shares.append(len({hit.id for hit in found} & {hit.id for hit in true}) / 10)
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


@pytest.fixture(scope="session")
def clustered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of 260 clusters, each of them smaller than what a hundred hits under a filter are looked for among."""
    folder = tmp_path_factory.mktemp("clustered") / "index"
    centres = unit(260, seed=30, dim=64)[np.arange(ROWS) % 260]
    vectors = centres + 0.6 * unit(ROWS, seed=31, dim=64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    space = replace(TOY, dim=64)
    with IndexWriter(folder, space) as writer:
        writer.root(folder)
        writer.extend([(table(0, ROWS), vectors)])
        writer.commit()
        bring_up_to_date(writer, Wish(recall=0.95), lambda: None)
    return folder


@pytest.mark.parametrize("k", [50, 100, 1000])
@pytest.mark.parametrize("share", [1.0, 0.3, 0.11])
def test_recall_is_kept_for_more_neighbours_than_it_was_tuned_for(clustered, share, k):
    index = retriever.open(clustered)
    allowed = RowSet(np.random.default_rng(3).random(ROWS) < share)
    queries = index.snapshot.vectors(np.arange(0, ROWS, 1000)) + 0.2 * unit(ROWS // 1000, seed=32, dim=64)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    found = index._backends.planned._open().search(queries, k, allowed, ["shape>shape"])[1]
    true = index._backends.exact.search(queries, k, allowed)[1]
    recall = np.mean([np.isin(t, f).mean() for f, t in zip(found, true, strict=True)])
    assert recall > 0.92  # 0.95 is wanted


def test_an_older_version_is_searched_with_its_own(copy):
    first = Manifest.read(copy).version
    optimize(copy, Wish(recall=0.8))
    assert ann(copy).recall == 0.8
    earlier = retriever.open(copy, as_of=first)
    assert earlier._backends.built.recall == 0.9
    asked(earlier, unit(2, dim=DIM), 3)


@pytest.mark.parametrize("opened", [False, True], ids=["at its first search", "after it was opened"])
def test_a_reader_that_a_compaction_overtook_is_told_so_and_not_of_damage(copy, opened, caplog):
    index, query = retriever.open(copy), unit(2, seed=5, dim=DIM)
    backend = index._backends.planned if opened else None
    with IndexWriter(copy, TOY) as writer:
        writer.delete(np.arange(100))
        writer.commit()
    compact(copy)
    caplog.clear()
    if backend is None:
        assert index.plan.backend == "exact" and index.plan.reason.endswith("opened here: open it again.")
    found = asked(index, query) if opened else index.nearest(query, 10)
    np.testing.assert_array_equal(found.rows, index.nearest(query, 10, exact=True).rows)
    assert len(caplog.messages) == 1 and "opened here: open it again. Searching exactly" in caplog.text
    assert "optimize" not in caplog.text


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


def test_a_gpu_that_is_not_there_changes_nothing_but_a_line(large, caplog):
    if present() != Gpus():
        pytest.skip("there is a GPU")
    index, plain = retriever.open(large, device="cuda"), retriever.open(large)
    query = unit(3, seed=5, dim=DIM)
    np.testing.assert_array_equal(asked(index, query).rows, asked(plain, query).rows)
    assert index.plan == plain.plan and index.plan.backend == "ivf-pq"
    assert len(caplog.messages) == 1 and "searching on the CPU instead" in caplog.messages[0]
