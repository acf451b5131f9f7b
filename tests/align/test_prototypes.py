"""Prototypes fitted on named shapes, and built into a space."""

from __future__ import annotations

import json

import numpy as np
import pytest
from retrieval_data import write_data
from safetensors.numpy import load_file, save_file
from small_space import write_shapes, write_space

from indexer.align import prototypes
from indexer.align.bridges import shape_vectors
from indexer.align.own.fine_tune import fine_tune
from indexer.align.own.pairs import read_pairs
from indexer.align.own.tuning import Tuning
from indexer.align.shapes.sources import parametric_shapes
from indexer.align.sounds.places import placed
from retriever import spaces
from retriever.spaces.mini import open_space
from retriever.spaces.minilm import MiniLM
from retriever.spaces.prototypes import Prototypes
from retriever.types import Modality, Text


def hub(*names):
    return MiniLM().encode([Text(name) for name in names])


def test_names_are_kept_and_widened_and_phrases_are_not():
    (shape,) = parametric_shapes(1, 0, ["chair"])
    found = prototypes.names(shape)
    assert "chair" in found and "furniture" in found
    assert any(caption.startswith("a ") for caption in shape.captions)
    assert not any(name.startswith(("a ", "an ")) for name in found)


def test_a_name_comes_to_lie_nearer_to_the_shapes_that_bear_it():
    space = spaces.get("mini")
    shapes = list(parametric_shapes(3, 0, ["bottle", "car", "chair", "guitar"]))
    found = prototypes.fit(space, shapes)
    np.testing.assert_allclose(np.linalg.norm(found.captions, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found.places, axis=1), 1, atol=1e-5)
    vectors = shape_vectors(space, shapes[::3], seed=5)
    named = hub("bottle", "car", "chair", "guitar")
    before, after = ((texts @ vectors.T).diagonal() for texts in (named, found.moved(named)))
    assert (after > before + 0.05).all()


@pytest.fixture
def built(tmp_path, monkeypatch):
    """The folder of a small space into which prototypes were built, and its towers as they were."""
    folder = write_space(tmp_path / "spaces" / "small", Modality.SHAPE, Modality.IMAGE, Modality.AUDIO)
    for modality in (Modality.IMAGE, Modality.AUDIO):
        weights = load_file(folder / f"{modality}.safetensors")
        weights["expectation.captions"] = hub("chair", "car")
        save_file(weights, folder / f"{modality}.safetensors")
    monkeypatch.setenv("RETRIEVER_SPACES", str(tmp_path / "spaces"))
    before = json.loads((folder / "space.json").read_text())
    prototypes.build_in(folder, write_data(tmp_path / "data"), each=0)
    return folder, before


def test_they_are_built_into_every_tower_that_reads_captions(built):
    folder, before = built
    found = Prototypes.read(folder / "text.safetensors")
    space = open_space(folder)
    np.testing.assert_allclose(space.encode(texts=["chair"]), found.moved(hub("chair")), atol=1e-6)
    weights = load_file(folder / "image.safetensors")
    np.testing.assert_allclose(weights["expectation.places"], found.moved(weights["expectation.captions"]), atol=2e-3)
    weights = load_file(folder / "audio.safetensors")
    np.testing.assert_allclose(weights["expectation.places"], placed(weights["expectation.captions"], found), atol=2e-3)
    after = json.loads((folder / "space.json").read_text())
    changed = {name for name, tower in after["towers"].items() if tower["sha256"] != before["towers"][name]["sha256"]}
    assert changed == {"text", "image", "audio"}
    assert after["towers"]["text"]["package_sha256"] == before["towers"]["text"]["sha256"]
    assert {name: value for name, value in after.items() if name != "towers"} == {
        name: value for name, value in before.items() if name != "towers"
    }


def test_built_again_they_are_the_same(built, tmp_path):
    folder, _ = built
    first = (folder / "space.json").read_bytes()
    prototypes.build_in(folder, tmp_path / "data", each=0)
    assert (folder / "space.json").read_bytes() == first


def test_a_space_that_is_trained_from_it_has_the_same_texts(built, tmp_path):
    folder, _ = built
    pairs = read_pairs(write_shapes(tmp_path / "shapes", each=4)).pairs
    fine_tune(pairs, "small", "mine", Tuning(steps=3, batch=8, views=1, half=False), workers=0)
    old, new = spaces.get("small"), spaces.get("mine")
    np.testing.assert_array_equal(old.encode(texts=["a car"]), new.encode(texts=["a car"]))
    assert not np.allclose(new.encode(texts=["a car"]), hub("a car"), atol=1e-3)
    assert folder.name == "small" and new.identity.weights != old.identity.weights
