"""Many queries at once: the answers of one by one, what is worked out once, and whose fault an error is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

import retriever
from retriever import spaces
from retriever.ann.base import Neighbours, RowSet
from retriever.ann.exact import ExactSearch
from retriever.errors import ExpressionError, FilterError, IndexMissing, SpaceError, UnknownItem, UsageError
from retriever.index import Index
from retriever.query.candidates import Candidates
from retriever.query.engine import Engine
from retriever.query.request import Query
from retriever.query.search import search
from retriever.query.term import Term
from retriever.spaces import Space
from retriever.types import Modality, Payload, Vectors

WORDS = ("wide", "tall", "deep", "red", "green", "blue", "tall red", "a thing")


def told(hits):
    """All that hits say, bit by bit."""
    return [(hit.rank, hit.id, hit.score, hit.shares, hit.metadata) for hit in hits]


def some_queries(index, count, seed=0):
    rng = np.random.default_rng(seed)
    ids = index.snapshot.take(np.flatnonzero(index.snapshot.live), ["id"]).column("id").to_pylist()
    for _ in range(count):
        asked = {"text": [str(word) for word in rng.choice(WORDS, rng.integers(1, 3), replace=False)]}
        if rng.random() < 0.4:
            asked["minus_text"] = "wide blue"
        if rng.random() < 0.4:
            asked["id"] = [ids[i] for i in rng.choice(len(ids), rng.integers(1, 3), replace=False)]
        if rng.random() < 0.5:
            asked["k"] = int(rng.integers(1, 9))
        if rng.random() < 0.5:
            asked["to"] = str(rng.choice(["shape", "text", "any"]))
        if rng.random() < 0.3:
            asked["where"] = str(rng.choice(["label = 'tower'", "vertices > 130", "false", "path like '%tower%'"]))
        yield asked


def test_many_are_answered_as_one_by_one(made_index, made_folder):
    asked = list(some_queries(made_index, 60))
    together = made_index.search_many(asked, k=3)
    alone = retriever.open(made_folder)
    for one, hits in zip(asked, together, strict=True):
        assert told(hits) == told(alone.search(**{"k": 3, **one})), one
        assert hits.terms == alone.search(**{"k": 3, **one}).terms


def test_hits_are_read_together_but_not_too_many(made_index, monkeypatch):
    asked = list(some_queries(made_index, 30, seed=1))
    before = [told(hits) for hits in made_index.search_many(asked)]
    monkeypatch.setattr("retriever.query.told.TOGETHER", 7)
    assert [told(hits) for hits in made_index.search_many(asked)] == before


def test_a_query_is_an_expression_or_terms_or_keywords(made_index):
    wanted = told(made_index.search(text="tall", minus_text="red", k=2))
    forms = ["text:tall - text:red", [Term("text", "tall"), Term("text", "red", -1)]]
    forms += [
        {"expression": "text:tall", "minus_text": "red"},
        Query((Term("text", "tall"), Term("text", "red", -1)), 2),
    ]
    assert [told(hits) for hits in made_index.search_many(forms, k=2)] == [wanted] * 4


def test_no_query_is_no_answer(made_index):
    assert made_index.search_many([]) == []


def test_what_a_query_says_itself_goes_before_the_rest(made_index):
    one, other = made_index.search_many([{"text": "tall", "to": "text", "k": 1}, {"text": "tall"}], k=2, to="shape")
    assert [hit.modality for hit in one] == ["text"] and len(one) == 1
    assert {hit.modality for hit in other} == {"shape"} and len(other) == 2


class Counting:
    """A tower that tells what it was given."""

    def __init__(self, tower):
        self._tower = tower
        self.modality, self.batch = tower.modality, 2
        self.given: list[list[Payload]] = []

    def encode(self, payloads: Sequence[Payload]) -> Vectors:
        self.given.append(list(payloads))
        return self._tower.encode(payloads)


@pytest.fixture
def counted(made_folder, made_space, monkeypatch):
    """The made index, and its towers that count."""
    towers = {modality: Counting(made_space.encoder(modality)) for modality in (Modality.TEXT, Modality.SHAPE)}
    space = Space(made_space.identity, {modality: lambda m=modality: towers[m] for modality in towers}, "made")
    monkeypatch.setattr(spaces, "get", lambda name: space)
    return retriever.open(made_folder), towers


def test_every_text_and_file_is_encoded_once_and_in_batches(counted, tmp_path):
    index, towers = counted
    corners = "".join(f"v {x} {y} {z}\n" for x in (0, 1) for y in (0, 6) for z in (0, 1))
    files = [tmp_path / f"{name}.obj" for name in "abc"]
    for file in files:
        file.write_text(corners + "f 1 2 4 3\nf 5 7 8 6\nf 1 5 6 2\nf 3 4 8 7\nf 1 3 7 5\nf 2 6 8 4\n")
    asked = [{"text": "tall", "shape": file} for file in (*files, *files)]
    index.search_many([*asked, {"text": ["tall", "red"]}, {"shape": files[0], "up": "z"}])
    assert [[text.text for text in texts] for texts in towers[Modality.TEXT].given] == [["tall", "red"]]
    assert [len(clouds) for clouds in towers[Modality.SHAPE].given] == [2, 2]  # three files, and one of them turned


class Recording(ExactSearch):
    """An exact search that remembers how it was asked."""

    def search(self, queries: Vectors, k: int, allowed: RowSet | None = None, pairs: Sequence[str] = ()) -> Neighbours:
        self.asked.append((len(queries), k, allowed, tuple(pairs)))
        return super().search(queries, k, allowed, pairs)


@pytest.fixture
def recorded(made_index):
    """An engine over the made index, and what its backend is asked."""
    backend = Recording([block for _, block in made_index.snapshot.blocks()], made_index.snapshot.identity.dim)
    backend.asked = []
    candidates = Candidates(made_index.snapshot)
    return Engine(made_index.snapshot, candidates, lambda: backend, lambda: made_index.space), backend.asked


def test_queries_that_look_in_one_place_are_searched_as_one(recorded):
    engine, asked = recorded
    queries = [Query((Term("text", word),), k=3, where="label = 'tower'") for word in WORDS]
    search(engine, [*queries, replace(queries[0], k=2), replace(queries[0], where=None)])
    assert [(count, k) for count, k, _, _ in asked] == [(8, 3), (1, 2), (1, 3)]
    assert asked[0][2] is asked[1][2] is not asked[2][2]


def test_a_backend_is_told_the_pairs_that_a_query_is_made_of(recorded, made_index):
    engine, asked = recorded
    by_path = dict(
        zip(
            *(made_index.snapshot.take(np.arange(7), ["path", "id"]).column(i).to_pylist() for i in (0, 1)), strict=True
        )
    )
    for terms, to in [
        ([Term("text", "tall")], None),
        ([Term("text", "tall"), Term("text", "red"), Term("id", by_path["tunnel.obj"])], "shape"),
        ([Term("id", by_path["notes/tower.txt"])], "shape"),
        ([Term("text", "tall")], "any"),
    ]:
        search(engine, [Query(tuple(terms), to=to)])
    assert [pairs for *_, pairs in asked] == [
        ("text>shape",),
        ("sum>shape",),
        ("text>shape",),
        ("text>shape", "text>text"),
    ]
    assert [k for _, k, _, _ in asked] == [10, 11, 11, 10], "one more for each item that is left out"


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ({"text": "x", "k": 0}, UsageError, r"^Query 2: k is 0: ask for 1 to 10,000 hits\.$"),
        ({"text": "x", "k": 10_001}, UsageError, r"^Query 2: k is 10001"),
        ({}, UsageError, r"^Query 2: There is nothing to look for"),
        ({"txt": "x"}, UsageError, r"^Query 2: A query has no 'txt'; its keys are expression, text, image, "),
        ({"text": 3}, UsageError, r"^Query 2: text takes a string"),
        ({"text": {"a": 1}}, UsageError, r"^Query 2: text takes a string.* not dict"),
        ({"terms": 3}, UsageError, r"^Query 2: terms takes a sequence of retriever\.Term, not int"),
        ({"text": "x", "to": "smell"}, UsageError, r"^Query 2: to=smell"),
        ({"text": "x", "to": "image"}, UsageError, r"^Query 2: The index .* holds no image"),
        ({"text": "x", "where": ""}, FilterError, r"^Query 2: The filter '' cannot be used"),
        ({"text": "x", "where": 3}, UsageError, r"^Query 2: where must be a string, not int"),
        ({"text": "x", "where": "colour = 1"}, FilterError, r"^Query 2: .*'colour', which is no column"),
        ({"text": "x", "up": "w"}, UsageError, r"^Query 2: up is 'w'"),
        ({"id": "nope"}, UnknownItem, r"^Query 2: The index .* has no item 'nope'"),
        ({"shape": "nope.obj"}, UsageError, r"^Query 2: shape=nope\.obj: .* does not exist"),
        ({"image": "nope.png"}, SpaceError, r"^Query 2: The space 'made' has no image encoder"),
        ({"text": "tall", "minus_text": "tall"}, UsageError, r"^Query 2: .*cancel each other"),
        ("txt:x", ExpressionError, r"^Query 2: There is no kind 'txt'[^\n]*\n  txt:x\n  \^"),
        (3, UsageError, r"^Query 2 is of type int; give an expression"),
    ],
)
def test_an_error_names_its_query(made_index, fault, kind, words):
    with pytest.raises(kind, match=words):
        made_index.search_many(["tall", fault, "wide"])


@pytest.mark.parametrize("queries", ["tall", {"text": "tall"}, 3])
def test_one_query_is_not_many(made_index, queries):
    with pytest.raises(UsageError, match=r"takes a sequence of queries; ask a single one with search\."):
        made_index.search_many(queries)


def test_a_tables_column_names_are_no_queries(made_index):
    table = pa.table({"text": ["tall", "wide"]})
    with pytest.raises(UsageError, match="of a table give one column, or a dict a row"):
        made_index.search_many(table)
    assert len(made_index.search_many(table.to_pylist())) == 2


def test_exact_searches_whatever_is_planned(made_index):
    class Nothing:
        """A backend that finds none."""

        def search(self, queries, k, allowed=None, pairs=()):
            return np.full((len(queries), k), -np.inf, np.float32), np.full((len(queries), k), -1)

    made_index._backends.__dict__["planned"] = Nothing()
    assert len(made_index.search("tall")) == len(made_index.search_many(["tall"])[0]) == 0
    assert (made_index.nearest(np.eye(6)).rows == -1).all()
    assert len(made_index.search("tall", exact=True)) == 5
    assert len(made_index.search_many(["tall"], exact=True)[0]) == 5
    assert (made_index.nearest(np.eye(6), exact=True).rows[:, 0] >= 0).all()


def test_an_empty_index_answers_no_query(tmp_path, made_space):
    from indexer.writer import IndexWriter

    with IndexWriter(tmp_path / "index", made_space.identity) as writer:
        writer.root(tmp_path)
        writer.commit()
    index: Index = retriever.open(tmp_path / "index")
    with pytest.raises(IndexMissing, match=r"^Query 1: The index .* is empty: fill it"):
        index.search_many(["tall"])
    with pytest.raises(IndexMissing, match=r"^The index .* is empty: fill it"):
        index.nearest(np.ones(6))
