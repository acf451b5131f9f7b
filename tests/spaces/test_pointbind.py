from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from made_up import fill

from retriever.errors import SpaceError
from retriever.spaces.base import Encoder
from retriever.spaces.catalogue import POINT_BIND_BERT
from retriever.spaces.parts import i2pmae, pointnet
from retriever.spaces.parts.pointbert import PointBert
from retriever.spaces.pointbind import TRUNKS, encoder, tower
from retriever.types import Modality, PointCloud

DATA = Path(__file__).parents[1] / "data/published"
CLOUDS = ("chair", "torus", "ball_small")
TOLERANCES = {"trunk": 5e-5, "projected": 1e-4, "head": 5e-5, "unit": 1e-6}
SMALL = {
    "i2p-mae": {"groups": [32, 16, 8], "neighbors": [8, 6, 4], "widths": [24, 36, 48], "depth": 1},
    "point-bert": {"groups": 32, "neighbors": 8, "width": 24, "depth": 2},
}


@pytest.fixture(scope="module")
def goldens() -> dict[str, np.ndarray]:
    """What the authors' own code makes of `clouds` with made-up weights."""
    return dict(np.load(DATA / "pointbind.npz"))


@pytest.fixture(scope="module")
def clouds() -> dict[str, np.ndarray]:
    return dict(np.load(DATA / "clouds.npz"))


@pytest.fixture(scope="module")
def keys() -> dict[str, dict[str, list[int]]]:
    """Names and shapes in the published files, and in the one that merges Point-BERT with ImageBind."""
    return json.loads(gzip.decompress((DATA / "pointbind_keys.json.gz").read_bytes()))


@pytest.fixture(scope="module")
def filled():
    """Trunk -> its tower with made-up weights, as large as published; each is made once."""
    return cache(lambda trunk: fill(tower(Modality.SHAPE, {"trunk": trunk})))


def small(trunk: str):
    return tower(Modality.SHAPE, {"trunk": trunk, "hidden": 40, "dim": 50, **SMALL[trunk]})


def payloads(count: int, n: int = 200) -> list[PointCloud]:
    rng = np.random.default_rng(0)
    return [PointCloud(rng.uniform(-0.5, 0.5, (n, 3)).astype(np.float32)) for _ in range(count)]


def unit(tower, points: np.ndarray) -> np.ndarray:
    return encoder(Modality.SHAPE, tower, "cpu").encode([PointCloud(points)])[0]


@pytest.mark.parametrize("trunk", TRUNKS)
def test_the_names_and_shapes_of_the_weights_are_those_published(trunk, keys) -> None:
    state = tower(Modality.SHAPE, {"trunk": trunk}).state_dict()
    assert {key: list(value.shape) for key, value in state.items()} == keys[trunk]


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("trunk", TRUNKS)
def test_every_step_gives_what_the_authors_code_gives(trunk, cloud, filled, clouds, goldens) -> None:
    model = filled(trunk)
    made = {}
    with torch.inference_mode():
        made["trunk"] = model.point_encoder(torch.from_numpy(clouds[cloud])[None])
        made["projected"] = made["trunk"] @ model.pc_projection
        made["head"] = model.bind["modality_head_point"](made["projected"])
    made["unit"] = torch.from_numpy(unit(model, clouds[cloud]))[None]
    off = {name: np.abs(value[0].numpy() - goldens[f"{trunk}/{cloud}/{name}"]).max() for name, value in made.items()}
    assert all(off[name] <= most for name, most in TOLERANCES.items()), off


def test_the_norms_have_the_published_epsilons(filled) -> None:
    for trunk in TRUNKS:
        model = filled(trunk)
        norms = {name: part.eps for name, part in model.named_modules() if hasattr(part, "eps")}
        assert norms.pop("bind.modality_head_point.0") == 1e-6
        assert set(norms.values()) == {1e-5}


def test_sampling_near_the_origin_would_give_another_vector(filled, clouds, goldens, monkeypatch) -> None:
    def sampled_everywhere(points, groups, neighbors, *, skip_origin):
        assert skip_origin
        return pointnet.neighborhoods(points, groups, neighbors)

    monkeypatch.setattr(i2pmae, "neighborhoods", sampled_everywhere)
    off = np.abs(unit(filled("i2p-mae"), clouds["torus"]) - goldens["i2p-mae/torus/unit"]).max()
    assert off > 1e-3


@pytest.mark.parametrize("trunk", TRUNKS)
def test_vectors_are_unit_and_do_not_depend_on_their_neighbours(trunk) -> None:
    asked = encoder(Modality.SHAPE, fill(small(trunk)), "cpu")
    asked.batch = 4
    several = payloads(9)
    together = asked.encode(several)
    assert isinstance(asked, Encoder)
    assert together.shape == (9, 50)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    assert np.allclose(together, np.concatenate([asked.encode([one]) for one in several]), atol=1e-6)
    assert not np.allclose(together[0], together[1], atol=1e-3)


@pytest.mark.parametrize("trunk", TRUNKS)
def test_colours_are_not_looked_at(trunk) -> None:
    asked = encoder(Modality.SHAPE, fill(small(trunk)), "cpu")
    (plain,) = payloads(1)
    painted = PointCloud(plain.points, np.ones_like(plain.points))
    assert np.array_equal(asked.encode([plain]), asked.encode([painted]))


@pytest.mark.parametrize("trunk", TRUNKS)
def test_a_tower_built_without_memory_and_filled_by_assignment_is_the_same(trunk) -> None:
    built = fill(small(trunk))
    with torch.device("meta"):
        assigned = small(trunk)
    assigned.load_state_dict(built.state_dict(), strict=True, assign=True)
    assert not any(value.is_meta for value in [*assigned.parameters(), *assigned.buffers()])
    points = payloads(1)[0].points
    assert np.array_equal(unit(assigned.eval(), points), unit(built, points))


def test_the_merged_file_holds_the_point_bert_tower_but_for_one_scale(keys) -> None:
    merged = POINT_BIND_BERT.parts[Modality.SHAPE].layouts[1]
    assert {merged.key(key): shape for key, shape in keys["point-bert"].items() if key not in merged.absent} == keys[
        "merged"
    ]
    scale = tower(Modality.SHAPE, {"trunk": "point-bert"}).logit_scale.item()
    assert merged.absent == {"logit_scale": pytest.approx(scale)}


def test_a_coloured_trunk_sees_colours() -> None:
    trunk = fill(PointBert(channels=6, depth=1, width=24, groups=16, neighbors=4))
    points = torch.rand(1, 100, 6, generator=torch.Generator().manual_seed(0)) - 0.5
    painted = points.clone()
    painted[..., 3:] += 0.2
    assert trunk(points).shape == (1, trunk.width)
    assert not torch.allclose(trunk(points), trunk(painted), atol=1e-3)


def test_what_point_bind_has_not_is_refused_in_a_sentence() -> None:
    with pytest.raises(SpaceError, match="no audio tower of its own; take that of ImageBind"):
        tower(Modality.AUDIO, {"trunk": "i2p-mae"})
    with pytest.raises(SpaceError, match=r'no trunk .*set "trunk" to one of i2p-mae, point-bert'):
        tower(Modality.SHAPE, {"trunk": "pointnext"})
