"""Queries over the made index: what is found, what is left out, and what every mistake is answered with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import retriever
from retriever.errors import FilterError, SpaceError, UnknownItem, UsageError
from retriever.query.request import MOST
from retriever.query.resolve import same_space
from retriever.query.term import Term
from retriever.types import Modality, ShapeInput


def paths(hits):
    return [hit.path for hit in hits]


def id_of(index, path):
    return next(hit.id for hit in index.search(text="tall", to="any", k=100) if hit.path == path)


BOX = "".join(f"v {x} {y} {z}\n" for x in (0, 1) for y in (0, 6) for z in (0, 1)) + (
    "f 1 2 4 3\nf 5 7 8 6\nf 1 5 6 2\nf 3 4 8 7\nf 1 3 7 5\nf 2 6 8 4\n"
)


@pytest.fixture
def tall_box(tmp_path):
    """A box six times as tall as wide."""
    path = tmp_path / "tall box.obj"
    path.write_text(BOX)
    return path


def test_text_finds_shapes_best_first(made_index):
    hits = made_index.search(text="tall", k=3)
    assert paths(hits)[:2] == ["towers/tower.obj", "towers/red_tower.obj"]
    assert [hit.rank for hit in hits] == [1, 2, 3]
    assert hits[0].score == pytest.approx(1)
    assert hits[1].score == pytest.approx(2**-0.5, abs=1e-2)
    assert hits[0].score >= hits[1].score >= hits[2].score


def test_scores_are_cosines_and_shares_sum_to_them(made_index):
    hits = made_index.search("text:tall + 0.5*text:wide - text:red", k=5)
    query = made_index.encode_terms(hits.terms).T @ [1, 0.5, -1]
    vectors = made_index.vectors([hit.id for hit in hits])
    np.testing.assert_allclose([hit.score for hit in hits], vectors @ query / np.linalg.norm(query), atol=1e-6)
    assert all(sum(hit.shares) == pytest.approx(hit.score, abs=1e-12) for hit in hits)
    assert all(len(hit.shares) == 3 for hit in hits)


def test_a_minus_term_turns_the_order(made_index):
    assert paths(made_index.search(text="tall", minus_text="green", k=1)) == ["towers/tower.obj"]
    assert paths(made_index.search("text:'tall red' - text:tall", k=1)) == ["towers/red_tower.obj"]


def test_a_shape_file_finds_shapes_like_it(made_index, tall_box):
    assert paths(made_index.search(shape=tall_box, k=1)) == ["towers/tower.obj"]
    assert paths(made_index.search(f"shape:'{tall_box}' + text:red", k=1)) == ["towers/red_tower.obj"]


def test_up_turns_the_query_shape(made_index, tall_box):
    assert paths(made_index.search(shape=tall_box, up="z", k=1)) == ["tunnel.obj"]


def test_an_id_is_a_query_and_not_its_own_answer(made_index):
    tower = id_of(made_index, "towers/tower.obj")
    hits = made_index.search(id=tower, k=10)
    assert hits[0].path == "towers/red_tower.obj"
    assert tower not in [hit.id for hit in hits]
    assert len(hits) == 4


def test_a_subtracted_id_is_left_out_too(made_index):
    tower = id_of(made_index, "towers/tower.obj")
    hits = made_index.search(text="tall red", minus_id=tower, k=10)
    assert hits[0].path == "towers/red_tower.obj"
    assert "towers/tower.obj" not in paths(hits)


def test_an_id_alone_needs_no_encoder(made_folder):
    index = retriever.open(made_folder)
    with pytest.raises(SpaceError, match="no space called 'made'"):
        index.search(text="tall")
    tower = index.snapshot.take(np.array([0]), ["id"]).column("id")[0].as_py()
    assert len(index.search(id=tower)) == 4


@pytest.mark.parametrize(
    ("to", "modalities"),
    [
        (None, {"shape"}),
        ("shape", {"shape"}),
        ("text", {"text"}),
        (Modality.TEXT, {"text"}),
        ("any", {"shape", "text"}),
    ],
)
def test_to_chooses_what_is_found(made_index, to, modalities):
    hits = made_index.search(text="tall", to=to, k=100)
    assert {hit.modality.value for hit in hits} == modalities
    assert len(hits) == {"shape": 5, "text": 2}.get(to or "shape", 7)


def test_deleted_items_are_never_found(made_index):
    assert "gone.obj" not in paths(made_index.search(text="tall", to="any", k=100))


def test_a_filter_still_gives_k_hits(made_index):
    hits = made_index.search(text="tall", where="label = 'plank'", k=2)
    assert set(paths(hits)) == {"planks/plank.obj", "planks/green_plank.obj"}


def test_a_filter_that_nothing_passes_gives_no_hits(made_index):
    hits = made_index.search(text="tall", where="label = 'sofa'")
    assert len(hits) == 0
    assert hits.to_arrow().num_rows == 0


def test_equal_items_come_in_the_order_of_their_rows(made_index):
    hits = made_index.search(text="tall", to="any", k=2)
    assert hits[0].score == hits[1].score
    assert paths(hits) == ["towers/tower.obj", "notes/tower.txt"]


def test_hits_carry_the_items_columns_and_absolute_roots(made_index, made_folder):
    hit = made_index.search(text="tall", k=1)[0]
    assert hit.root == str(made_folder.parent / "corpus")
    assert hit.label == "tower"
    assert hit.metadata["faces"] == 20
    assert "fingerprint" not in hit.metadata


@pytest.mark.parametrize("k", [0, -1, MOST + 1])
def test_k_out_of_range(made_index, k):
    with pytest.raises(UsageError, match=r"ask for 1 to 10,000 hits"):
        made_index.search(text="tall", k=k)


def test_the_largest_k_is_served(made_index):
    assert len(made_index.search(text="tall", k=MOST)) == 5


@pytest.mark.parametrize("kind", ["image", "audio"])
def test_a_modality_without_an_encoder_is_named(made_index, kind):
    with pytest.raises(SpaceError, match=rf"no {kind} encoder \(it has: shape, text\)"):
        made_index.search(**{kind: "some.file"})


def test_a_missing_file_names_the_option_and_the_path(made_index, tmp_path):
    path = tmp_path / "car.obj"
    with pytest.raises(UsageError, match=rf"shape={path}: {path} does not exist; give the path"):
        made_index.search(shape=path)
    with pytest.raises(UsageError, match=rf"minus_shape={tmp_path}: {tmp_path} is a folder"):
        made_index.search(text="tall", minus_shape=tmp_path)


def test_a_file_of_another_kind_names_the_right_option(made_index, tmp_path):
    path = tmp_path / "photo.png"
    path.write_bytes(b"png")
    with pytest.raises(UsageError, match=rf"shape={path}: .*ask with image: or image="):
        made_index.search(shape=path)


@pytest.mark.parametrize(("name", "content"), [("bad.obj", "not a mesh"), ("odd.xyzzy", "1 2 3")])
def test_a_file_that_cannot_be_used_is_named(made_index, tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(UsageError, match=rf"shape={path}: the file "):
        made_index.search(shape=path)


def test_an_unknown_id_is_named(made_index):
    with pytest.raises(UnknownItem, match="'nope'"):
        made_index.search(id="nope")


def test_the_id_of_a_deleted_item_is_unknown(made_index):
    row = np.flatnonzero(~made_index.snapshot.live)
    gone = made_index.snapshot.take(row, ["id"]).column("id")[0].as_py()
    with pytest.raises(UnknownItem, match=gone):
        made_index.search(id=gone)


def test_a_modality_that_the_index_lacks(made_index):
    with pytest.raises(UsageError, match=r"holds no image \(it holds: 5 shape, 2 text\)"):
        made_index.search(text="tall", to="image")


def test_an_unknown_modality(made_index):
    with pytest.raises(UsageError, match=r"to=mesh: choose one of shape, image, audio, text, any"):
        made_index.search(text="tall", to="mesh")


def test_a_bad_filter(made_index):
    with pytest.raises(FilterError, match="colour"):
        made_index.search(text="tall", where="colour = 'red'")


def test_terms_that_cancel_are_named(made_index):
    with pytest.raises(UsageError, match=r'text:"tall", -text:"tall" cancel each other'):
        made_index.search(text="tall", minus_text="tall")


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (Term("mesh", "x"), "no terms of kind 'mesh'"),
        (Term("text", "  "), "text term is empty"),
        (Term("text", "x", 0), "finite and not zero"),
        (Term("text", "x", float("nan")), "finite and not zero"),
    ],
)
def test_terms_made_by_hand_are_checked(made_index, term, words):
    with pytest.raises(UsageError, match=words):
        made_index.search(terms=[term])


def test_an_index_of_other_weights_is_refused(made_space):
    same_space(made_space.identity, made_space.identity)
    other = replace(made_space.identity, weights="fedcba9876543210" * 4)
    with pytest.raises(SpaceError, match=r"'made' \(weights 0123456789ab.*'made' \(weights fedcba987654.*again"):
        same_space(made_space.identity, other)


def test_an_index_of_another_sampling_is_refused(made_space):
    other = replace(made_space.identity, shape=ShapeInput(points=256, sampling=2))
    with pytest.raises(SpaceError, match=r"sampling 1\).*sampling 2\)"):
        same_space(made_space.identity, other)
