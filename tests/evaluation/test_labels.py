"""The protocol over labels: who asks, who is found, and what comes out, on indexes whose right answers are known."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from conftest import made_item, meaning

from indexer.writer import IndexWriter
from retriever import spaces
from retriever.errors import SpaceError, UsageError
from retriever.evaluation import by_label, figures
from retriever.index import Index
from retriever.spaces import Space
from retriever.store.snapshot import Snapshot

ITEMS = [
    # path, modality, label, what its vector means, split
    ("a/1.obj", "shape", "tall", "tall", "train"),
    ("a/2.obj", "shape", "tall", "tall red", "test"),
    ("a/3.obj", "shape", "tall", "wide", "train"),
    ("b/1.obj", "shape", "wide", "wide green", "train"),
    ("b/2.obj", "shape", "wide", "wide green", "test"),
    ("c/1.obj", "shape", "deep", "deep", "test"),
    ("d.obj", "shape", None, "tall", "train"),
    ("p/1.png", "image", "wide", "wide blue", "test"),
    ("p/2.png", "image", "blue", "blue", "test"),
    ("gone.obj", "shape", "tall", "tall", "train"),
]


def ids(snapshot):
    return dict(zip(*(snapshot.column(name).to_pylist() for name in ("path", "id")), strict=True))


@pytest.fixture
def index(tmp_path: Path, made_space, monkeypatch) -> Index:
    monkeypatch.setattr(spaces, "get", lambda name: {"made": made_space}[name])
    with IndexWriter(tmp_path / "index", made_space.identity) as writer:
        root = writer.root(tmp_path)
        items = [{**made_item(root, path, kind, label), "split": split} for path, kind, label, _, split in ITEMS]
        writer.append(items[:4], np.stack([meaning(words) for *_, words, _ in ITEMS[:4]]))
        writer.commit()
        writer.append(items[4:], np.stack([meaning(words) for *_, words, _ in ITEMS[4:]]))
        snapshot = writer.commit()
        writer.delete(snapshot.rows_of([items[-1]["id"]]))
        writer.commit()
    return Index(Snapshot.open(tmp_path / "index"))


EVERY = figures(["hit@1", "recall@2", "MRR", "mAP"])


def values(evaluation, pair, name):
    answers = evaluation.of(pair)
    return dict(zip(answers.queries, answers.measured.values[name].tolist(), strict=True))


def test_every_kind_asks_for_shapes(index):
    found = by_label(index, figures=EVERY)
    assert found.pairs == ("label>shape", "shape>shape", "shape>label", "image>shape")
    assert {each.gallery for each in found.answers if not each.pair.endswith(">label")} == {6}
    # Ranked for "tall": 1 and 2 of a, then others; a/3 means "wide", as do those of b, which lie further off.
    assert values(found, "label>shape", "hit@1") == {"deep": 1, "tall": 1, "wide": 0}
    assert values(found, "label>shape", "recall@2")["tall"] == pytest.approx(2 / 3)


def test_items_do_not_find_themselves_and_those_with_nothing_to_find_are_left_out(index):
    found = by_label(index, asked=["shape"])
    answers = found.of("shape>shape")
    by_path = ids(index.snapshot)
    assert set(answers.queries) == {by_path[path] for path in ("a/1.obj", "a/2.obj", "a/3.obj", "b/1.obj", "b/2.obj")}
    assert "Queries of shape>shape with nothing to find, left out: 1." in found.notes  # the only deep one
    assert values(found, "shape>shape", "MRR")[by_path["b/1.obj"]] == 1  # b/2 has the same vector
    first = dict(zip(answers.queries, answers.firsts, strict=True))
    assert first[by_path["a/3.obj"]] == "wide" and first[by_path["a/1.obj"]] == "tall"


def test_shapes_look_for_their_label(index):
    found = by_label(index, asked=["shape"]).of("shape>label")
    by_path = ids(index.snapshot)
    right = dict(zip(found.queries, found.measured.values["hit@1"].tolist(), strict=True))
    assert found.gallery == 3
    assert right == {
        by_path[path]: float(path != "a/3.obj") for path, kind, label, *_ in ITEMS[:9] if label and kind == "shape"
    }


def test_a_train_gallery_and_test_queries(index):
    found = by_label(index, asked=["shape"], where="split = 'train'", queries_where="split = 'test'")
    answers = found.of("shape>shape")
    by_path = ids(index.snapshot)
    assert answers.gallery == 3
    assert set(answers.queries) == {by_path["a/2.obj"], by_path["b/2.obj"]}
    # Against the same split every query hides itself: other numbers, as the field's papers differ.
    assert by_label(index, asked=["shape"], where="split = 'test'", to="shape").pairs == ("shape>label",)


def test_queries_can_be_moved_towards_the_best_of_the_others(index):
    plain, moved = (by_label(index, asked=["label", "shape"], figures=EVERY, expand=count) for count in (0, 1))
    assert moved.how == f"{plain.how}, queries moved towards their 1 best"
    snapshot = index.snapshot
    rows = snapshot.rows_of([ids(snapshot)[path] for path, kind, label, *_ in ITEMS[:6]])
    vectors = snapshot.vectors(rows).astype(np.float64)
    labels = np.array([label for *_, label, _, _ in ITEMS[:6]])
    wanted = {}
    for place, vector in enumerate(vectors):
        others = np.delete(np.arange(len(vectors)), place)
        nearest = vectors[others[(vectors[others] @ vector).argmax()]]
        order = others[np.argsort(-(vectors[others] @ (vector + nearest)), kind="stable")]
        right = np.flatnonzero(labels[order] == labels[place])
        if len(right):
            wanted[snapshot.take(rows[[place]], ["id"]).column(0)[0].as_py()] = 1 / (1 + right[0])
    assert values(moved, "shape>shape", "MRR") == pytest.approx(wanted)
    zero_shot = [values(one, "shape>label", "MRR") for one in (plain, moved)]
    assert zero_shot[0] == zero_shot[1], "labels are not what a query moves towards"
    with pytest.raises(UsageError, match="expand=-1"):
        by_label(index, expand=-1)


def test_pictures_of_a_class_that_no_shape_has_are_left_out(index):
    found = by_label(index, asked=["image"])
    assert list(found.of("image>shape").classes) == ["wide"]
    assert "Queries of image>shape with nothing to find, left out: 1." in found.notes


def test_pictures_can_be_found(index):
    found = by_label(index, asked=["label", "shape"], to="image")
    assert found.pairs == ("label>image", "shape>image")
    assert found.of("shape>image").gallery == 2


def test_the_notes_say_what_is_left_out(index):
    said = "Items without a label, neither queries nor candidates: 1."
    assert said in by_label(index).notes
    # d.obj is a query that has no label, and no candidate
    assert said in by_label(index, where="split = 'test'", queries_where="split = 'train'").notes
    assert said not in by_label(index, where="split = 'test'").notes


def test_of_many_queries_the_same_are_drawn_whatever_else_is_asked(index, tmp_path, made_space):
    found = by_label(index, asked=["shape"], most=3)
    assert "Queries by shape: 3 of 6; --most asks more." in found.notes
    drawn = set(found.of("shape>label").queries)
    assert len(drawn) == 3 and set(found.of("shape>shape").queries) <= drawn
    assert set(by_label(index, most=3).of("shape>label").queries) == drawn
    others = {tuple(by_label(index, asked=["shape"], most=3, seed=seed).of("shape>label").queries) for seed in range(9)}
    assert len(others) > 1
    with IndexWriter(tmp_path / "other", made_space.identity) as writer:  # the same items in another order
        root = writer.root(tmp_path)
        items = [made_item(root, path, kind, label) for path, kind, label, *_ in reversed(ITEMS[:9])]
        writer.append(items, np.stack([meaning(words) for *_, words, _ in reversed(ITEMS[:9])]))
        writer.commit()
    other = Index(Snapshot.open(tmp_path / "other"))
    assert set(by_label(other, asked=["shape"], most=3).of("shape>label").queries) == drawn


def test_labels_that_were_guessed_say_nothing(index, tmp_path):
    from indexer.labelling import label
    from retriever.query.zeroshot import names_of

    label(index.snapshot.folder, names_of("tall,wide"), where="label is null", write=True)
    again = by_label(Index(Snapshot.open(index.snapshot.folder)))
    assert "Labels that `retriever label` guessed, and that say nothing here: 1." in again.notes
    assert again.of("shape>shape").gallery == 6


def test_labels_that_differ_in_case_and_space_are_one_and_others_with_the_same_words_are_told(
    tmp_path, made_space, index
):
    with IndexWriter(tmp_path / "spelt", made_space.identity) as writer:
        root = writer.root(tmp_path)
        spelt = ["Tall", "tall", " tall  ", "Tall-", "wide"]
        items = [made_item(root, f"{place}.obj", "shape", name) for place, name in enumerate(spelt)]
        writer.append(items, np.stack([meaning("tall")] * 4 + [meaning("wide")]))
        writer.commit()
    found = by_label(Index(Snapshot.open(tmp_path / "spelt")), asked=["label", "shape"])
    assert found.of("label>shape").queries == ["Tall", "Tall-", "wide"]
    assert len(found.of("shape>shape")) == 3
    assert "Labels that ask with the words of another, yet count as different: 1 ('Tall-')." in found.notes


def test_blocks_change_nothing(index, monkeypatch):
    def ranks():  # also where items, or labels, are equally far but for rounding
        found = by_label(index, figures=EVERY)
        return [[*values(found, pair, "mAP").values()] for pair in found.pairs]

    whole = ranks()
    monkeypatch.setattr("retriever.evaluation.labels._NUMBERS", 7)
    monkeypatch.setattr("retriever.evaluation.labels._ROWS", 2)
    assert whole == ranks()


def test_templates_are_what_asks(index):
    found = by_label(index, asked=["label"], templates=["deep deep {}"], figures=EVERY)
    assert values(found, "label>shape", "MRR")["tall"] < 1


def test_any_column_can_say_what_belongs_together(index):
    found = by_label(index, "split", asked=["shape"])
    assert set(found.of("shape>shape").classes) == {"train", "test"}
    assert by_label(index, "vertices", asked=["shape"]).what == "vertices"  # numbers are names like any other


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"column": "colour"}, r"column=colour: there is no such column; there are id, "),
        ({"column": "extent"}, r"column=extent: a column of list"),
        ({"asked": ["audio"]}, r"asked=audio: the index .* holds no audio to ask with"),
        ({"asked": ["sound"]}, r"asked=sound: choose among label, shape"),
        ({"to": "audio"}, r"holds no audio"),
        ({"to": "any"}, r"one modality at a time: choose one with to=, of shape, image"),
        ({"where": "label is null"}, r"No shape has a label among those that fulfil where= label is null"),
        ({"where": "nothing = 1"}, r"nothing"),
        ({"where": "label = 'Tall'"}, r"where=label = 'Tall': no shape of the index fulfils it"),
        ({"most": 0}, r"most=0"),
        ({"seed": -1}, r"seed=-1: give a number from 0"),
        ({"seed": 10**23}, r"seed=1"),
        ({"column": "id", "asked": ["image"]}, r"No query has anything to find, by id: Queries of image>shape with"),
        (
            {"asked": ["shape"], "queries_where": "split = 'val'"},
            r"No shape with a label fulfils split = 'val'; queries",
        ),
        ({"templates": ["tall"]}, r"\{\}"),
    ],
)
def test_faults_are_said(index, options, message):
    column = options.pop("column", "label")
    with pytest.raises(UsageError, match=message):
        by_label(index, column, **options)


def test_a_single_label_is_not_asked_for_by_shapes(index):
    assert by_label(index, where="label = 'tall'", asked=["shape"]).pairs == ("shape>shape",)


def test_lengths_that_are_asked_for_get_every_measure():
    names = [figure.name for figure in figures(cuts=[1])]
    assert names[:4] == ["hit@1", "recall@1", "precision@1", "nDCG@1"]  # the last is another number where grades differ
    assert "nDCG@1" not in [figure.name for figure in figures()]


def test_rows_and_classes(index):
    rows = by_label(index, figures=figures(["mAP", "macro mAP"])).rows(by_class=True)
    of_shapes = {(row["class"], row["measure"]): row for row in rows if row["pair"] == "shape>label"}
    assert of_shapes["tall", "mAP"]["queries"] == 3 and of_shapes["deep", "mAP"]["value"] == 1
    by_class = [of_shapes[name, "mAP"]["value"] for name in ("tall", "wide", "deep")]
    assert of_shapes[None, "macro mAP"]["value"] == pytest.approx(np.mean(by_class))
    assert of_shapes[None, "mAP"]["value"] == pytest.approx(np.average(by_class, weights=[3, 2, 1]))
    for row in rows:
        assert row["class"] is not None or row["low"] <= row["value"] <= row["high"]


def test_rows_say_what_chance_would_have_found(index):
    found = by_label(index, figures=figures(["hit@1", "macro hit@1", "median rank"]))
    chances = {(row["pair"], row["measure"], row["class"]): row["chance"] for row in found.rows(by_class=True)}
    # An item is no candidate of itself: 2 of 5 for three of them, 1 of 5 for two.
    assert chances["shape>shape", "hit@1", None] == pytest.approx((3 * 2 / 5 + 2 * 1 / 5) / 5)
    assert chances["shape>shape", "macro hit@1", None] == pytest.approx((2 / 5 + 1 / 5) / 2)
    assert chances["shape>shape", "hit@1", "tall"] == pytest.approx(2 / 5)
    assert chances["label>shape", "hit@1", None] == pytest.approx((1 / 6 + 3 / 6 + 2 / 6) / 3)
    assert chances["shape>shape", "median rank", None] is None


def test_macro_over_one_query_a_class_draws_classes(index):
    (micro, macro) = by_label(index, asked=["label"], figures=figures(["mAP", "macro-mAP"])).rows()
    assert {**micro, "measure": ""} == {**macro, "measure": ""} and micro["low"] < micro["high"]


def test_per_query_has_a_row_a_query_and_its_mean_is_the_figure(index):
    found = by_label(index, figures=figures(["mAP", "hit@1", "macro mAP"]))
    table = found.per_query()
    assert table.column_names == ["pair", "query", "class", "first", "mAP", "hit@1"]
    assert len(table) == sum(map(len, found.answers))
    mean = table.filter(pa.compute.equal(table["pair"], "shape>label"))["mAP"].to_numpy().mean()
    (row,) = [row for row in found.rows() if (row["pair"], row["measure"]) == ("shape>label", "mAP")]
    assert mean == pytest.approx(row["value"])


def test_items_ask_for_each_other_where_nothing_encodes_labels(index, made_space, monkeypatch):
    whole = by_label(index, figures=EVERY)

    def gone(name):
        raise SpaceError("There is no space called 'made'.")

    for get, why in (
        (gone, "There is no space called 'made'."),
        (lambda name: Space(made_space.identity, {}, "none"), "the space 'made' has no text encoder."),
    ):
        monkeypatch.setattr(spaces, "get", get)
        alone = Index(index.snapshot)  # such as one of vectors that other programs made
        for asked in ([], ["shape"]):
            found = by_label(alone, figures=EVERY, asked=asked)
            assert found.pairs == (("shape>shape",) if asked else ("shape>shape", "image>shape"))
            assert values(found, "shape>shape", "mAP") == values(whole, "shape>shape", "mAP")
            assert f"Labels neither ask nor are looked for, as nothing encodes them: {why}" in found.notes
        assert not any("encodes" in note for note in by_label(alone, asked=["image"]).notes)
        with pytest.raises(SpaceError, match="'made'"):
            by_label(alone, asked=["label"])
