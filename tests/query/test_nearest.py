"""Arrays in, arrays out: against the exact search, and every input at fault."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from index_making import DIM, SPACE, item, unit, write

from indexer.writer import IndexWriter
from retriever.ann.base import RowSet
from retriever.ann.exact import ExactSearch
from retriever.errors import FilterError, UsageError
from retriever.index import Index
from retriever.query.term import Term
from retriever.query.vectors import unit as unit_vectors
from retriever.store import Snapshot
from retriever.store.catalog import rows_where


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Forty items of two modalities in two segments, the first five deleted."""
    folder = tmp_path_factory.mktemp("nearest")
    with IndexWriter(folder, SPACE) as writer:
        root = writer.root(folder)
        items = [item(number, root, modality="image" if number % 4 == 0 else "shape") for number in range(40)]
        for some in (items[:25], items[25:]):
            writer.append(some, unit(len(some), seed=len(some)))
            writer.commit()
        writer.delete(np.arange(5))
        writer.commit()
    return Index(Snapshot.open(folder))


@pytest.mark.parametrize("k", [1, 3, 40, 100])
@pytest.mark.parametrize("to", [None, "image", "any"])
@pytest.mark.parametrize("where", [None, "label = 'class 1'", "vertices > 300", "false"])
def test_the_neighbours_are_those_of_the_exact_search(index: Index, k: int, to: str | None, where: str | None) -> None:
    snapshot, queries = index.snapshot, unit(9, seed=5)
    images = np.array([row % 4 == 0 for row in range(40)])
    mask = snapshot.live & {None: ~images, "image": images, "any": True}[to]
    if where is not None:
        mask &= rows_where(snapshot, where)
    found = index.nearest(queries, k, to=to, where=where)
    exact = ExactSearch([block for _, block in snapshot.blocks()], DIM)
    scores, rows = exact.search(unit_vectors(queries, DIM), k, RowSet(mask))
    np.testing.assert_array_equal(found.rows, rows)
    np.testing.assert_array_equal(found.scores, scores)
    assert found.rows.shape == (9, k) and found.rows.dtype == np.int64 and found.scores.dtype == np.float32


def test_lengths_and_types_of_the_vectors_do_not_matter(index: Index) -> None:
    queries = unit(4, seed=1).astype(np.float64)
    wanted = index.nearest(queries, 5)
    for same in (queries * 1e30, queries * 1e-30, (queries * [[1], [2], [0.5], [1e4]]).tolist()):
        found = index.nearest(same, 5)
        np.testing.assert_array_equal(found.rows, wanted.rows)
        np.testing.assert_allclose(found.scores, wanted.scores, atol=1e-6)
    whole = np.round(queries * 1000)
    np.testing.assert_array_equal(index.nearest(whole.astype(np.int32)).scores, index.nearest(whole).scores)
    np.testing.assert_allclose(index.nearest(queries.astype(np.float16), 5).scores, wanted.scores, atol=1e-3)


@pytest.mark.parametrize("length", ["1e200", "1e-200", "1e300", "1e-300", "1e3000", "1e-3000"])
def test_neither_very_long_nor_very_short_vectors_matter(index: Index, length: str) -> None:
    queries = unit(4, seed=1).astype(np.float64)
    wanted = index.nearest(queries, 5)
    long = queries.astype(np.longdouble) * np.longdouble(length)
    for same in (long, long.astype(np.float64)) if abs(int(length[2:])) < 308 else (long,):
        found = index.nearest(same, 5)
        np.testing.assert_array_equal(found.rows, wanted.rows)
        np.testing.assert_allclose(found.scores, wanted.scores, atol=1e-6)


def test_pairs_are_those_that_a_search_is_tuned_for(index: Index) -> None:
    wanted = index.nearest(unit(2), 3)
    for pairs in (
        None,
        (),
        ["text>shape"],
        ("sum>image", "audio>text"),
        iter(["text>shape"]),
        np.array(["text>shape"]),
    ):
        np.testing.assert_array_equal(index.nearest(unit(2), 3, pairs=pairs).rows, wanted.rows)
    for pairs in ("text>shape", b"text>shape", 5):
        with pytest.raises(UsageError, match=r'give a sequence, such as pairs=\["text>shape"\]'):
            index.nearest(unit(2), 3, pairs=pairs)
    for pair in ("foo>bar", "text>sum", "shape", "text > shape", "", 5, None, ["text>shape"]):
        with pytest.raises(UsageError, match="write one of shape, image, audio, text, sum, then >, then") as caught:
            index.nearest(unit(2), 3, pairs=["text>shape", pair])
        assert f"There is no pair {pair!r}" in str(caught.value)


def test_rows_of_a_root_that_was_never_registered_are_found(tmp_path: Path) -> None:
    index = Index(write(tmp_path, [item(1), item(2)]))
    assert [hit.root for hit in index.nearest(unit(1), 2).hits(0)] == ["corpus", "corpus"]
    assert index.snapshot.root_path("corpus") == "corpus"


def test_one_vector_is_a_batch_of_one(index: Index) -> None:
    queries = unit(2, seed=1)
    np.testing.assert_array_equal(index.nearest(queries[0]).rows, index.nearest(queries).rows[:1])


def test_no_vectors_have_no_neighbours(index: Index) -> None:
    found = index.nearest(np.empty((0, DIM)), 3)
    assert (len(found), found.rows.shape, found.ids.shape) == (0, (0, 3), (0, 3))


def test_fewer_than_k_are_padded(index: Index) -> None:
    found = index.nearest(unit(2), 10, to="any", where="bytes < 8")
    assert (found.rows >= 0).sum(axis=1).tolist() == [3, 3]
    assert (found.rows[:, 3:] == -1).all() and np.isneginf(found.scores[:, 3:]).all()
    assert (found.ids[:, 3:] == None).all() and None not in found.ids[:, :3]  # noqa: E711
    assert len(found.hits(1)) == 3


def test_columns_come_in_the_shape_of_the_rows(index: Index) -> None:
    found = index.nearest(unit(3, seed=2), 4)
    taken = [
        [index.snapshot.take(np.array([row]), ["id", "extent"]).to_pylist()[0] for row in rows] for rows in found.rows
    ]
    assert found.ids.tolist() == [[one["id"] for one in rows] for rows in taken]
    assert found.column("extent").tolist() == [[one["extent"] for one in rows] for rows in taken]
    with pytest.raises(UsageError, match=r"no column 'colour': choose one of id, root, path"):
        found.column("colour")


def test_one_query_s_neighbours_as_hits(index: Index) -> None:
    found = index.nearest(unit(3, seed=2), 4)
    hits = found.hits(-1)
    assert hits.terms == (Term("vector", "2"),)
    assert [hit.id for hit in hits] == found.ids[2].tolist()
    assert [hit.score for hit in hits] == found.scores[2].tolist() == [hit.shares[0] for hit in hits]
    assert '"modality": "vector", "source": "2"' in hits.to_json()
    with pytest.raises(IndexError):
        found.hits(3)


@pytest.mark.parametrize(
    ("vectors", "words"),
    [
        (np.ones((2, DIM + 1)), rf"have the shape \(2, {DIM + 1}\); give \(q, {DIM}\) or \({DIM},\)"),
        (np.ones(DIM - 1), "have the shape"),
        (np.ones((1, 1, DIM)), "have the shape"),
        (np.float32(1), "have the shape"),
        ([[1.0] * DIM, [1.0]], "make no array"),
        ([["a"] * DIM], "of type <U1; give floats"),
        (np.ones(DIM, complex), "of type complex128"),
        (None, "of type object"),
        (np.array([[1] * DIM, [1] * (DIM - 1) + [np.nan]]), r"Row 1 of the vectors holds numbers that are not finite"),
        (np.full(DIM, -np.inf), "The vector holds numbers that are not finite"),
        (np.array([[1] * DIM, [0] * DIM]), r"Row 1 of the vectors is all zeros"),
    ],
)
def test_vectors_at_fault_are_named(index: Index, vectors: object, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        index.nearest(vectors)


@pytest.mark.parametrize("k", [0, -1, 10_001])
def test_k_out_of_range(index: Index, k: int) -> None:
    with pytest.raises(UsageError, match=r"ask for 1 to 10,000 hits"):
        index.nearest(np.ones(DIM), k)


def test_places_at_fault(index: Index) -> None:
    with pytest.raises(UsageError, match="to=smell: choose one of"):
        index.nearest(np.ones(DIM), to="smell")
    with pytest.raises(UsageError, match="holds no audio"):
        index.nearest(np.ones(DIM), to="audio")
    with pytest.raises(FilterError, match="The filter '' cannot be used"):
        index.nearest(np.ones(DIM), where="")
    with pytest.raises(FilterError, match="no column"):
        index.nearest(np.ones(DIM), where="lable = 'x'")


def test_a_condition_that_is_no_text_is_refused(made_index):
    with pytest.raises(UsageError, match="where must be a string, not int"):
        made_index.nearest(np.ones(made_index.snapshot.identity.dim), where=5)
