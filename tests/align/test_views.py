"""The network that looks at surfaces: what it learns from, and that it learns."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from retrieval_data import write_data
from small_space import INPUTS, write_space

from indexer import vocabulary
from indexer.align.captions import label_vectors
from indexer.align.loop import Recipe
from indexer.align.shapes import surfaces, views
from indexer.align.shapes.surfaces import Material, gathered
from indexer.align.shapes.views import ViewExamples, ViewTraining
from retriever.spaces import folders
from retriever.spaces.views import ViewConfig, ViewTower, draw
from retriever.types import Modality

SIZES = ViewConfig(side=32, count=3, stem=8, widths=(8, 16), depths=(1, 1), gated=1)


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory):
    return write_space(tmp_path_factory.mktemp("spaces") / "small", Modality.SHAPE, Modality.IMAGE)


@pytest.fixture(scope="module")
def material(space, tmp_path_factory: pytest.TempPathFactory) -> Material:
    folder = tmp_path_factory.mktemp("views")
    data = write_data(folder / "data")
    path = folder / "material.npz"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(surfaces.parametric, "names", lambda: ["bottle", "car", "chair", "table"])
        first = gathered(data, space, 2, 1, path)
        written = path.stat().st_mtime_ns
        again = gathered(data, space, 2, 1, path)
        assert path.stat().st_mtime_ns == written
        np.testing.assert_array_equal(first.targets, again.targets)
        assert first.captions == again.captions
        assert Material.kept(path, "another teacher") is None
    return first


def test_every_shape_has_a_surface_and_what_the_teacher_says(material: Material) -> None:
    count = len(material.points)
    assert count >= 8
    assert material.points.shape == (count, surfaces.POINTS, 3) == material.colors.shape
    np.testing.assert_allclose(np.linalg.norm(material.targets, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(material.normals.astype(float), axis=2), 100, atol=2)
    assert {"a chair", "chair"} & {phrase for each in material.captions for phrase in each}


def test_nothing_is_learnt_from_what_is_held_out(material: Material) -> None:
    out = np.arange(len(material.points)) % 3 == 0
    examples = ViewExamples(replace(material, held_out=out))
    drawn = [examples.draw(np.random.default_rng(seed), 16) for seed in range(8)]
    rows = np.concatenate([each.companions for each in drawn if each.companions is not None])
    assert set(rows) == set(np.flatnonzero(~out))
    for row, caption in zip(rows, np.concatenate([each.captions for each in drawn]), strict=True):
        assert examples.phrases[caption] in vocabulary.widen(material.captions[row])


def test_steps_see_surfaces_of_all_kinds(material: Material) -> None:
    examples = ViewExamples(material)
    sizes, known, upright = set(), [], []
    for seed in range(24):
        seen, turns = examples.draw(np.random.default_rng(seed), 6).inputs
        sizes.add(seen.points.shape[1])
        known += [bool((normals != 0).any()) for normals in seen.normals]
        upright += [bool(turn[1, 1] > 0.6) for turn in turns[:, 0]]
        torch.testing.assert_close(turns @ turns.transpose(-1, -2), torch.eye(3).double().expand(6, 1, 3, 3))
        assert (draw(seen, turns, 32) < 250).any(dim=-1).flatten(1).any(dim=1).all()
    assert sizes == {points for points, _ in views.SEEN}
    assert any(known) and not all(known)
    assert 0.7 < np.mean(upright) < 1


def test_a_cut_surface_lacks_one_side(material: Material) -> None:
    generator = torch.Generator().manual_seed(0)
    whole = ViewExamples(material)._surfaces(np.arange(6), 2048)
    cut = views._cut(whole, torch.ones(6, 1, 1, dtype=torch.bool), generator)
    before, after = ([len(each.unique(dim=0)) for each in several.points] for several in (whole, cut))
    assert all(0.45 * most < left < most for most, left in zip(before, after, strict=True))


def test_it_comes_to_say_what_the_teacher_says(material: Material, space: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    tower = ViewTower(SIZES).requires_grad_(True)
    examples = ViewExamples(replace(material, held_out=np.arange(len(material.points)) % 4 == 0))
    phrases = label_vectors(examples.phrases, folders.open_space(space).encoder(Modality.TEXT))
    recipe = Recipe(steps=30, batch=12, rate=3e-3, warmup=5, average=0.8, half=False, validate_every=30)

    def trained(steps: int) -> ViewTraining:
        run = ViewTraining(examples, phrases, tower, replace(recipe, steps=steps), tmp_path / "run", material.targets)
        run.train(lambda line: None)
        return run

    before = examples.validate(tower.eval(), torch.from_numpy(phrases))
    trained(15)
    assert trained(30).step == 30  # it goes on where it was
    after = [json.loads(line) for line in (tmp_path / "run/curve.jsonl").read_text().splitlines()]
    assert [each["step"] for each in after] == [15, 30]
    assert before["cosine"] + 0.2 < after[1]["cosine"]
    assert before.keys() | {"step"} == after[1].keys() >= {"text_to_3d_map", "picture_to_3d_map"}


def test_it_is_built_into_a_space(space, tmp_path) -> None:
    torch.manual_seed(0)
    before = folders.open_space(space)
    points = np.random.default_rng(0).normal(size=(300, 3))
    blind = before.encode(shapes=points)
    views.build_in(space, ViewTower(SIZES).state_dict(), SIZES, surface=200)
    after = folders.open_space(space)
    assert after.identity.weights != before.identity.weights
    assert after.identity.shape.surface == 200 and "200 points to look at" in str(after.identity)
    assert before.identity.shape == INPUTS[Modality.SHAPE]
    assert np.abs(after.encode(shapes=points) - blind).max() > 0.01
    views.build_in(space, ViewTower(SIZES).state_dict(), SIZES, surface=100)
    card = json.loads((space / "space.json").read_text())
    assert card["towers"]["shape"]["config"]["views"]["count"] == 3
    assert folders.open_space(space).encode(shapes=points).shape == (1, 384)
