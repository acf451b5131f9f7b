"""Two indexes of one corpus, query by query, over what both hold."""

from pathlib import Path

import numpy as np
import pytest
from conftest import made_item, meaning

from indexer.writer import IndexWriter
from retriever import spaces
from retriever.errors import FilterError, UsageError
from retriever.evaluation import by_label, compare_by_label, compare_by_qrels, figures, read_qrels
from retriever.index import Index
from retriever.store.ids import item_id
from retriever.store.snapshot import Snapshot

ITEMS = {
    # path -> label, what its vector means in one index, and in another
    "a/1.obj": ("tall", "tall", "tall"),
    "a/2.obj": ("tall", "tall red", "wide"),
    "a/3.obj": ("tall", "tall blue", "wide red"),
    "b/1.obj": ("wide", "wide", "wide green"),
    "b/2.obj": ("wide", "wide green", "tall green"),
    "c/1.obj": ("deep", "deep", "deep"),
    "c/2.obj": ("deep", "deep red", "deep blue"),
}
FIGURES = figures(["mAP", "macro mAP", "hit@1", "median rank"])


@pytest.fixture
def make(tmp_path: Path, made_space, monkeypatch):
    """Makes an index of ITEMS: its name, which meanings, and what to add, change or call otherwise."""
    monkeypatch.setattr(spaces, "get", lambda name: {"made": made_space}[name])

    def made(name: str, which: int, more=(), root: str = "corpus", without=(), **changed) -> Index:
        items = {path: (item[0], item[which]) for path, item in ITEMS.items() if path not in without} | dict(more)
        rows = [{**made_item(root, path, "shape", label), "split": "all"} for path, (label, _) in items.items()]
        for row in rows:
            row |= changed.get(row["path"].replace("/", "_").removesuffix(".obj"), {})
        with IndexWriter(tmp_path / name, made_space.identity) as writer:
            writer.append(rows, np.stack([meaning(words) for _, words in items.values()]))
            writer.commit()
        return Index(Snapshot.open(tmp_path / name))

    return made


def rows(comparison, **how):
    return {(row["pair"], row["class"], row["measure"]): row for row in comparison.rows(**how)}


def test_the_same_items_give_what_each_index_gives_alone(make):
    one, other = make("one", 1), make("other", 2)
    found = compare_by_label(one, other, figures=FIGURES)
    alone = [{(row["pair"], row["measure"]): row for row in by_label(each, figures=FIGURES).rows()}
             for each in (one, other)]  # fmt: skip
    told = rows(found)
    assert {key[0] for key in told} == {"label>shape", "shape>shape", "shape>label"} and not found.notes
    for (pair, _, measure), row in told.items():
        ours, theirs = (each[pair, measure] for each in alone)
        assert (row["value"], row["against"]) == pytest.approx((ours["value"], theirs["value"]))
        assert row["difference"] == pytest.approx(ours["value"] - theirs["value"])
        assert row["queries"] == ours["queries"] and row["gallery"] == ours["gallery"]
        assert row["low"] <= row["difference"] + 1e-9 and row["difference"] <= row["high"] + 1e-9 and 0 < row["p"] <= 1
    assert told["shape>shape", None, "mAP"]["difference"] > 0.2
    table = found.per_query()
    mine = table.to_pandas().query("pair == 'shape>shape'")
    assert (mine["mAP"] - mine["against mAP"]).mean() == pytest.approx(told["shape>shape", None, "mAP"]["difference"])


def test_a_condition_that_items_fulfil_in_one_alone_is_said_so(make):
    one = make("one", 1)
    other = make("other", 2, **{path.replace("/", "_").removesuffix(".obj"): {"split": "none"} for path in ITEMS})
    for first, second in ((one, other), (other, one)):
        counts = [7 if index is one else 0 for index in (first, second)]
        told = f"{counts[0]} of {first.snapshot.folder} and {counts[1]} of {second.snapshot.folder} fulfil where="
        with pytest.raises(UsageError, match=f"nothing to compare: .*{told}"):
            compare_by_label(first, second, where="split = 'all'", figures=FIGURES)


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        ({"c_1": {"label": "pit"}, "c_2": {"label": "pit"}}, "Items whose label differs, left out of both: 2."),
        ({"without": ["c/1.obj", "c/2.obj"]}, "Items that one of the two indexes holds alone, left out of both: 2."),
    ],
)
def test_where_all_that_fulfils_a_condition_was_left_out_that_is_said(make, changed, note):
    indexes = make("one", 1), make("other", 1, **changed)
    with pytest.raises(UsageError, match=f"all items that fulfil where= are left out. {note}"):
        compare_by_label(*indexes, where="path like 'c/%'", figures=FIGURES)
    with pytest.raises(UsageError, match="no shape of the index fulfils it"):
        compare_by_label(*indexes, where="path like 'x/%'", figures=FIGURES)


def test_classes_have_differences_of_their_own(make):
    told = rows(compare_by_label(make("one", 1), make("other", 2), figures=FIGURES, asked=["shape"]), by_class=True)
    each = [told["shape>shape", name, "mAP"] for name in ("deep", "tall", "wide")]
    assert [row["queries"] for row in each] == [2, 3, 2] and all(row["p"] is row["low"] is None for row in each)
    assert np.mean([row["difference"] for row in each]) == pytest.approx(
        told["shape>shape", None, "macro mAP"]["difference"]
    )


def test_what_is_not_in_both_is_left_out_of_both(make):
    one = make("one", 1, more={"a/4.obj": ("tall", "wide"), "b/9.obj": ("wide", "wide red")})
    other = make("other", 2, without=["c/2.obj"], b_1={"label": "plank"}, a_1={"sha256": "1" * 64})
    found = compare_by_label(one, other, figures=FIGURES, asked=["shape"])
    assert found.notes[:3] == (
        "Items that one of the two indexes holds alone, left out of both: 3.",
        "Items whose files changed between the two: 1; index both again to compare like with like.",
        "Items whose label differs, left out of both: 1.",
    )
    row = rows(found)["shape>shape", None, "mAP"]
    assert row["gallery"] == 5 and row["queries"] == 3  # c/1 and b/2 have lost their others
    assert len(one) == 9 and len(other) == 6, "the indexes themselves are as they were"


def test_roots_of_other_names_are_matched_by_path_and_labels_whatever_their_case(make):
    shouted = {path.replace("/", "_").removesuffix(".obj"): {"label": item[0].upper()} for path, item in ITEMS.items()}
    same = rows(compare_by_label(make("one", 1), make("other", 2), figures=FIGURES))
    moved = rows(compare_by_label(make("a", 1), make("b", 2, root="moved", **shouted), figures=FIGURES))
    assert moved.keys() == same.keys()
    for key, row in moved.items():
        assert row["queries"] == same[key]["queries"] and row["difference"] == pytest.approx(same[key]["difference"])


@pytest.mark.parametrize("seed", range(5))
def test_of_many_queries_both_are_asked_the_same(make, seed):
    shouted = {path.replace("/", "_").removesuffix(".obj"): {"label": item[0].upper()} for path, item in ITEMS.items()}
    found = compare_by_label(make("a", 1), make("b", 1, root="moved", **shouted), figures=FIGURES, most=2, seed=seed)
    assert {each.pair: len(each.queries) for each in found.answers} == dict.fromkeys(
        ("label>shape", "shape>shape", "shape>label"), 2
    )
    assert not [note for note in found.notes if "left out" in note]


def test_conditions_hold_in_both(make):
    one, other = make("one", 1, a_3={"split": "test"}), make("other", 2, b_2={"split": "test"})
    found = compare_by_label(one, other, where="split = 'all'", asked=["shape"], figures=FIGURES)
    assert "Items that fulfil --where in one index alone, left out of both: 2." in found.notes
    assert rows(found)["shape>shape", None, "mAP"]["gallery"] == 5
    with pytest.raises(FilterError, match=r"The index .*one: .*colour"):
        compare_by_label(one, other, where="colour = 'red'")
    with pytest.raises(UsageError, match=r"The index .*one: .*synset: there is no such column"):
        compare_by_label(one, other, "synset")


def test_what_cannot_be_compared(make):
    one, other = make("one", 1), make("other", 2)
    with pytest.raises(UsageError, match=r"against=.*one is the index itself: name another one"):
        compare_by_label(one, Index(Snapshot.open(one.snapshot.folder)))
    strange = make("strange", 1, without=list(ITEMS), more={"x.obj": ("tall", "tall")})
    with pytest.raises(UsageError, match="have no item in common: compare two of the same corpus"):
        compare_by_label(one, strange)
    all_others = {path.replace("/", "_").removesuffix(".obj"): {"label": "thing"} for path in ITEMS}
    with pytest.raises(UsageError, match="all 7 items are ones whose label differs"):
        compare_by_label(other, make("things", 1, **all_others))


def test_judgements(make, tmp_path):
    one, other = make("one", 1, more={"a/4.obj": ("tall", "tall")}), make("other", 2)
    (tmp_path / "judged.csv").write_text(
        "query,item,relevance\ntall,a/2.obj,1\ntall,a/4.obj,1\nwide,b/1.obj,2\na/1.obj,a/2.obj,1\na/4.obj,a/1.obj,1\n"
    )
    qrels = read_qrels(tmp_path / "judged.csv")
    found = compare_by_qrels(one, other, qrels, figures=figures(["recall@2", "MRR"]), geometry_only=True)
    told = rows(found)
    assert {key[0] for key in told} == {"text>shape", "shape>shape"}
    assert told["text>shape", None, "recall@2"]["queries"] == 2 and told["text>shape", None, "MRR"]["gallery"] == 7
    assert told["shape>shape", None, "MRR"]["queries"] == 1 and told["shape>shape", None, "MRR"]["difference"] > 0
    assert "Queries that are an item which not both hold, left out: 1." in found.notes
    assert "Relevant items that are not in the index and count as never found: 1 (a/4.obj)." in found.notes
    assert told["text>shape", None, "recall@2"]["value"] == pytest.approx(0.75)  # a/4 is nothing that it may find


@pytest.mark.parametrize("asked", [None, "id", "like", "expression", "minus_id", "words"])
@pytest.mark.parametrize("whose", [0, 1])
def test_judgements_and_queries_name_items_by_the_ids_of_either(make, tmp_path, whose, asked):
    indexes = make("one", 1), make("moved", 1, root="moved")
    one, two, three = (item_id(("corpus", "moved")[whose], path) for path in ("a/1.obj", "a/2.obj", "b/1.obj"))
    (tmp_path / "judged.csv").write_text(f"query,item\n{one if asked is None else 'q'},{two}\n")
    query = {
        "expression": f"mean(id:{one}, id:{three})", "words": one, "minus_id": {"text": "tall blue", "minus_id": one},
    }.get(asked, {asked: one})  # fmt: skip
    queries = None if asked is None else {"q": query}
    found = compare_by_qrels(*indexes, read_qrels(tmp_path / "judged.csv"), queries, figures=figures(["MRR"]))
    assert not found.notes
    (row,) = found.rows()
    assert row["value"] == row["against"] > 0 and row["queries"] == 1 and row["pair"].endswith(">shape")
    assert found.per_query()["query"].to_pylist() == [one if asked is None else "q"]
