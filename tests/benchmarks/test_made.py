"""Retrieval over parametric shapes: what asks is not what is searched, and both are new."""

import numpy as np
import pytest
from simple_space import open_mute, open_space

from benchmarks.retrieval import made
from benchmarks.retrieval.encoding import Encoding
from indexer import parametric
from indexer.align.pictures.sources import PARAMETRIC_SEED
from indexer.align.shapes.sources import parametric_shapes
from retriever import spaces

KINDS = ("dog", "chair", "guitar", "table", "bottle", "car", "sofa", "house", "tree", "cup", "vase", "violin")


@pytest.fixture(scope="module")
def found():
    return dict(made.tables(Encoding(open_space()), 2, KINDS))


def test_shapes_are_made_anew_and_the_same_again():
    shapes, again = made.made_shapes(2, KINDS), made.made_shapes(2, KINDS)
    assert shapes.kinds == tuple(sorted(KINDS)) and shapes.labels.tolist() == sorted(list(range(12)) * 2)
    for mesh, same in zip(shapes.meshes, again.meshes, strict=True):
        np.testing.assert_array_equal(mesh.vertices, same.vertices)
    for place, caption in enumerate(shapes.captions):
        kind = shapes.kinds[shapes.labels[place]]
        assert caption == parametric.generate(kind, made.FIRST_SEED + place % 2).captions[-1]
    assert made.made_shapes(1).kinds == tuple(parametric.names())


def test_no_shape_is_one_that_was_trained_on_or_asks():
    searched, asked = made.made_shapes(3, ["chair"]), made.made_shapes(3, ["chair"], made.ASKED_SEED)
    trained = [shape.geometry for seed in (0, PARAMETRIC_SEED) for shape in parametric_shapes(3, seed, ["chair"])]
    everything = [mesh.vertices.tobytes() for mesh in (*searched.meshes, *asked.meshes, *trained)]
    assert len(set(everything)) == len(everything) == 12


def test_every_measure_is_there_where_the_towers_are(found):
    assert list(found) == list(made.SECTIONS)
    rows = {(row["measure"], row["subset"]): row for each in found.values() for row in each}
    for pose in ("upright", "any pose"):
        for measure, queries in {"top-1": 24, "top-5": 24, "text->3D mAP": 12, "3D->3D mAP": 24}.items():
            assert rows[measure, pose]["queries"] == queries
    assert rows["render->3D mAP", "shapes not searched"]["queries"] == 12 * 4
    assert rows["sound->3D mAP", "3 kinds"]["queries"] == 3 * made.SOUNDS  # dog, guitar, violin
    for row in rows.values():
        assert 0 <= row["low"] <= row["value"] <= row["high"] <= 1
        assert 0 < row["chance"] < 1
    assert rows["top-1", "upright"]["chance"] == pytest.approx(1 / 12)


def test_a_space_without_pictures_and_sounds_is_measured_on_the_rest():
    assert list(dict(made.tables(Encoding(open_mute()), 1, KINDS[:3]))) == list(made.SECTIONS)[:2]


def test_a_caption_finds_its_own_shape():
    shapes = made.Made(Encoding(open_space()), 1, KINDS)
    right = shapes.encoding.encode("captions", texts=shapes.shapes.captions)
    shapes.vectors = right
    (row,) = made.by_caption(shapes)
    assert row["value"] == 1 and row["queries"] == len(set(shapes.shapes.captions))
    shapes.vectors = -right  # now its own comes last of twelve
    (row,) = made.by_caption(shapes)
    assert row["value"] == 0


def test_any_pose_turns_what_is_searched():
    shapes = made.Made(Encoding(open_space()), 2, KINDS)
    rows = {(row["measure"], row["subset"]): row["value"] for row in made.by_kind(shapes)}
    assert rows["3D->3D mAP", "any pose"] < rows["3D->3D mAP", "upright"]  # this space knows nothing of turns


def test_the_shipped_space_is_far_better_than_chance():
    rows = {
        (row["measure"], row["subset"]): row["value"]
        for _, each in made.tables(Encoding(spaces.get()), 2, ["guitar", "chair", "airliner", "mug", "tree"])
        for row in each
    }
    assert rows["top-1", "upright"] > 0.7 and rows["top-1", "any pose"] > 0.6  # chance is 1/5
    assert rows["3D->3D mAP", "upright"] > 0.7 and rows["render->3D mAP", "shapes not searched"] > 0.6
