"""Examples and counter-examples as terms: Rocchio's query, and values that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_making import ids, unit
from small_corpus import write_box

import retriever
from indexer.build import index
from retriever.errors import UnknownItem, UsageError
from retriever.index import Index
from retriever.query.compose import compose
from retriever.query.likeness import UNLIKE, like_terms
from retriever.query.term import Term


@given(st.integers(1, 6), st.integers(0, 6), st.floats(0.01, 0.9), st.integers(0, 2**32 - 1))
def test_the_terms_are_the_difference_of_the_means(good: int, bad: int, weight: float, seed: int):
    vectors = unit(good + bad, seed, dim=16)
    terms = like_terms(ids(*range(good)), ids(*range(good, good + bad)), weight)
    composed = compose(vectors, [term.weight for term in terms])
    rocchio = vectors[:good].astype(np.float64).mean(axis=0)
    if bad:
        rocchio = rocchio - weight * vectors[good:].astype(np.float64).mean(axis=0)
    np.testing.assert_allclose(composed.vector, rocchio / np.linalg.norm(rocchio), atol=1e-5)


def test_repeats_count_once():
    one, two, bad = ids(1, 2, 3)
    assert like_terms([one, two, one], [bad, bad]) == (
        Term("id", one, 0.5),
        Term("id", two, 0.5),
        Term("id", bad, -UNLIKE),
    )


def test_a_file_and_its_item_are_one_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for number, name in enumerate(("a", "b", "c")):
        write_box(tmp_path / f"corpus/{name}.off", (1, 2, 3 + number))
    index(tmp_path / "corpus", tmp_path / "index", workers=0)
    opened, whole = retriever.open(tmp_path / "index"), str(tmp_path / "corpus/a.off")
    (item,) = [item for item in opened.browse() if item.path == "a.off"]
    assert [term.kind for term in opened.search(like=[whole, item.id]).terms] == ["shape"], "a file is read"
    assert [term.kind for term in opened.search(like=["a.off", whole]).terms] == ["id"]
    with pytest.raises(UsageError, match=r"a\.off is given to like= and, as .*corpus/a\.off, to unlike="):
        opened.search(like="a.off", unlike=whole)
    monkeypatch.chdir(tmp_path / "corpus")  # where paths as hits have them are files
    assert len(opened.search(like=["a.off", whole, "./a.off", item.id]).terms) == 1
    with pytest.raises(UsageError, match=r"a\.off is given to like= and, as [0-9a-f]{16}, to unlike="):
        opened.search(like="a.off", unlike=item.id)


def test_counter_examples_alone_are_a_query():
    assert [term.weight < 0 for term in like_terms([], ids(1, 2))] == [True, True]


def test_a_file_is_a_term_of_its_kind(tmp_path: Path):
    names = ["a.obj", "b.png", "c.wav"]
    for name in names:
        (tmp_path / name).touch()
    terms = like_terms([str(tmp_path / name) for name in names])
    assert [term.kind for term in terms] == ["shape", "image", "audio"]


def test_what_is_no_file_here_is_an_item_of_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("notes.txt").touch()
    Path("folder.obj").mkdir()
    terms = like_terms(["towers/tower.obj", "folder.obj"], ["notes.txt"])
    assert [term.kind for term in terms] == ["id"] * 3


@pytest.mark.parametrize(
    ("like", "unlike", "words"),
    [
        ([], [], r"nothing to be like: give an id or a file with like="),
        (ids(1, 2), ids(2), r"is given to like= and to unlike=; leave one of them out"),
    ],
)
def test_values_at_fault_are_named(like: list[str], unlike: list[str], words: str):
    with pytest.raises(UsageError, match=words):
        like_terms(like, unlike)


@pytest.mark.parametrize("weight", [0, -1, float("inf"), float("nan"), "x"])
def test_a_weight_out_of_range(weight: float):
    with pytest.raises(UsageError, match=r"of unlike= must be a number above 0"):
        like_terms(ids(1), ids(2), weight)


def test_examples_are_told_apart_by_item_and_not_by_name(made_index: Index, made_folder: Path):
    tower, plank, red = "towers/tower.obj", "planks/plank.obj", "towers/red_tower.obj"
    ids = {item.path: item.id for item in made_index.browse()}
    whole = str(made_folder.parent / "corpus" / tower)
    once = made_index.search(like=[tower, plank], unlike=red, terms=[Term("id", ids[tower], 0.2)])
    twice = {
        "like": [tower, ids[tower], plank, whole, "./towers/tower.obj"],
        "unlike": [red, ids[red]],
        "terms": [Term("id", ids[tower], 0.2)],
    }
    hits = made_index.search(**twice)
    assert [term.source for term in hits.terms] == [tower, plank, red, ids[tower]]
    assert [term.weight for term in hits.terms] == pytest.approx([term.weight for term in once.terms])
    assert hits.to_dicts() == once.to_dicts() == made_index.search_many([{"text": "tall"}, twice])[1].to_dicts()
    with pytest.raises(UsageError, match=f"Query 1: {tower} is given to like= and, as {ids[tower]}, to unlike="):
        made_index.search_many([{"like": [plank, tower], "unlike": ids[tower]}])
    with pytest.raises(UnknownItem, match=r"no item 'towers/none\.obj'"):
        made_index.search(like="towers/none.obj", unlike="towers/gone.obj")
