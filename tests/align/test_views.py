"""The network that looks at surfaces: what it learns from, and that it learns."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from retrieval_data import write_data
from small_space import INPUTS, write_space

from indexer.align.shapes import views
from retriever.spaces import folders
from retriever.spaces.views import ViewConfig, ViewTower, draw
from retriever.types import Modality

SIZES = ViewConfig(side=32, count=3, stem=8, widths=(8, 16), depths=(1, 1), gated=1)


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory):
    return write_space(tmp_path_factory.mktemp("spaces") / "small", Modality.SHAPE, Modality.IMAGE)


@pytest.fixture(scope="module")
def material(space, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("views")
    data = write_data(folder / "data")
    path = folder / "material.npz"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views.parametric, "names", lambda: ["bottle", "car", "chair", "table"])
        first = views.gathered(data, space, 2, 1, path)
        written = path.stat().st_mtime_ns
        again = views.gathered(data, space, 2, 1, path)
        assert path.stat().st_mtime_ns == written
        np.testing.assert_array_equal(first.targets, again.targets)
        assert views.Material.kept(path, "another teacher") is None
    return first


def test_every_shape_has_a_surface_and_what_the_teacher_says(material) -> None:
    count = len(material.points)
    assert count >= 8
    assert material.points.shape == (count, views.POINTS, 3) == material.colors.shape
    np.testing.assert_allclose(np.linalg.norm(material.targets, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(material.normals.astype(float), axis=2), 100, atol=2)


def test_steps_see_surfaces_of_all_kinds(material) -> None:
    rng = np.random.default_rng(0)
    sizes, known = set(), []
    for step in range(len(views.SEEN)):
        surfaces, targets = material.batch(rng, 6, step)
        sizes.add(surfaces.points.shape[1])
        known += [bool((normals != 0).any()) for normals in surfaces.normals]
        assert targets.shape == (6, 384)
        pictures = draw(surfaces, torch.eye(3, dtype=torch.float64).expand(6, 1, 3, 3), 32)
        assert (pictures < 250).any(dim=-1).flatten(1).any(dim=1).all()
    assert sizes == {points for points, _ in views.SEEN}
    assert any(known) and not all(known)


def test_a_cut_surface_lacks_one_side(material) -> None:
    generator = torch.Generator().manual_seed(0)
    whole, _ = material.batch(np.random.default_rng(1), 6, 3)
    cut = views._cut(whole, torch.ones(6, 1, 1, dtype=torch.bool), generator)
    before, after = ([len(each.unique(dim=0)) for each in surfaces.points] for surfaces in (whole, cut))
    assert all(0.45 * most < left < most for most, left in zip(before, after, strict=True))


def test_it_comes_to_say_what_the_teacher_says(material, tmp_path) -> None:
    torch.manual_seed(0)
    tower = ViewTower(SIZES)

    def agreement() -> float:
        surfaces, targets = material.batch(np.random.default_rng(9), len(material.points), 3)
        with torch.inference_mode():
            seen = tower.eval()(surfaces, torch.eye(3).expand(len(targets), 3, 3))
        return float((seen * targets).sum(dim=1).mean())

    before = agreement()
    weights = views.train(tower, material, tmp_path / "views.safetensors", steps=25, batch=8, rate=3e-3)
    assert (tmp_path / "views.safetensors").is_file()
    tower.load_state_dict(weights)
    assert agreement() > before + 0.2


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
