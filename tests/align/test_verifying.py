"""Verifying in which way a shape stands: what is learnt from, that it is learnt, and that it enters a space."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import small_space
import torch
from safetensors.torch import load_file, save_file

from indexer import parametric
from indexer.align.publish import Tower, publish
from indexer.align.shapes import verifying
from indexer.align.shapes.surfaces import Material
from indexer.align.shapes.verifying import Stances, build, stances, taught
from retriever.errors import SpaceError
from retriever.loaders.sampling import sample
from retriever.spaces import folders
from retriever.spaces.shape_tower import ShapeTower
from retriever.types import Geometry, Modality, ShapeInput

UNSURE = replace(small_space.SHAPE, pose_width=32, pose_layers=1)


def material(count: int = 12) -> Material:
    """Surfaces of some chairs, the last third held out."""
    solids = [parametric.generate("chair", seed).solid for seed in range(count)]
    clouds = [sample(Geometry(each.vertices, each.faces), ShapeInput(points=256), "y", 0) for each in solids]
    points = np.stack([each.points for each in clouds]).astype(np.float16)
    return Material(
        points=points,
        normals=np.zeros(points.shape, np.int8),
        colors=np.full(points.shape, 200, np.uint8),
        targets=np.zeros((count, 4), np.float32),
        captions=[["chair"]] * count,
        held_out=np.arange(count) >= 2 * count // 3,
        made_by="this test",
    )


def unsure_tower() -> ShapeTower:
    torch.manual_seed(0)
    tower = ShapeTower(UNSURE).eval()
    with torch.no_grad():
        tower.pose.score.weight.mul_(0.01)  # every direction about as likely, those near y a little more
        tower.pose.score.bias.copy_(tower.pose.directions[:, 1] > 0.95)
    return tower


@pytest.fixture
def space(tmp_path: Path) -> Path:
    folder = tmp_path / "unsure"
    folder.mkdir()
    weights = {name: value.contiguous() for name, value in unsure_tower().state_dict().items()}
    save_file(weights, str(folder / "shape.safetensors"))
    tower = Tower(folder / "shape.safetensors", UNSURE, small_space.INPUTS[Modality.SHAPE], "random weights")
    publish({Modality.SHAPE: tower}, folder, name="unsure")
    return folder


def test_surfaces_lie_anyhow_and_are_looked_at_in_all_the_ways_named() -> None:
    tower = unsure_tower()
    parts = [np.arange(6), np.arange(6, 12)]
    seen = stances(tower, material(), iter(parts), np.random.default_rng(0))
    assert seen.said.shape == (12, 4, 384) and seen.shares.shape == seen.right.shape == (12, 4)
    looked = seen.shares > 0
    assert (looked.sum(dim=1) > 1).all()
    torch.testing.assert_close(seen.said.norm(dim=2)[looked], torch.ones(int(looked.sum())))
    assert seen.right.sum(dim=1).max() == 1 and seen.right[:, 0].any() and not seen.right.any(dim=1).all()
    again = stances(tower, material(), iter(parts), np.random.default_rng(0))
    torch.testing.assert_close(seen.said, again.said)


def made_up(count: int, rng: np.random.Generator) -> Stances:
    """Shapes whose true way, the second likeliest, says more of the first dimension."""
    said = rng.normal(size=(count, 4, 16))
    right = np.zeros((count, 4), bool)
    right[:, 1] = True
    said[:, 1, 0] += 6
    said /= np.linalg.norm(said, axis=2, keepdims=True)
    shares = np.tile([0.5, 0.3, 0.2, 0.0], (count, 1))
    return Stances(*(torch.from_numpy(each) for each in (said.astype(np.float32), shares.astype(np.float32), right)))


def test_it_learns_what_right_ways_have_in_common() -> None:
    rng = np.random.default_rng(1)
    verifier = taught(made_up(200, rng), rng, steps=200)
    fresh = made_up(100, rng)
    assert fresh.found() == 0
    assert fresh.found(verifier) > 0.9
    assert not verifier.training and not any(weight.requires_grad for weight in verifier.parameters())


def test_nothing_is_learnt_where_there_is_nothing_to_tell_apart() -> None:
    seen = made_up(3, np.random.default_rng(2))
    seen.shares[0] = torch.tensor([0.0, 1.0, 0.0, 0.0])
    seen.right[1] = False
    open_ones = seen.open()
    torch.testing.assert_close(open_ones.said, seen.said[2:])


def test_it_is_built_into_a_space(space: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(verifying, "STEPS", 5)
    before = folders.open_space(space)
    cloud = material().points[0].astype(np.float64)
    unverified = before.encode(shapes=cloud)
    weights = load_file(space / "shape.safetensors")
    for _ in range(2):  # the second one takes the place of the first
        build(space, material(), rounds=3)
    after = folders.open_space(space)
    assert after.identity.weights != before.identity.weights
    card = json.loads((space / "space.json").read_text())
    assert card["towers"]["shape"]["config"]["verifier_width"] == verifying.WIDTH
    kept = load_file(space / "shape.safetensors")
    assert {name.split(".")[0] for name in kept.keys() - weights.keys()} == {"verifier"}
    for name, value in weights.items():
        torch.testing.assert_close(kept[name], value)
    assert 0 < np.abs(after.encode(shapes=cloud) - unverified).max() < 0.5
    assert "held-out shapes whose up is found: 0." in capsys.readouterr().err


def test_a_tower_that_takes_shapes_as_they_are_has_nothing_to_verify(tmp_path: Path) -> None:
    space = small_space.write_space(tmp_path / "small", Modality.SHAPE)
    with pytest.raises(SpaceError, match="no network that tells which way is up"):
        build(space, material())
