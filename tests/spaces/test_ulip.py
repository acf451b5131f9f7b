from __future__ import annotations

import numpy as np
import plain_layers as plain
import pytest
import torch
from made_up import fill
from plain_layers import cloud

from retriever.errors import SpaceError
from retriever.spaces.base import Encoder
from retriever.spaces.ulip import encoder, tower
from retriever.types import Modality, PointCloud

ULIP2 = {"variant": "ulip2"}
SMALL = {"width": 24, "depth": 2, "heads": 3, "groups": 14, "neighbors": 8, "dim": 30}


def small():
    return tower(Modality.SHAPE, ULIP2 | SMALL)


def payloads(count: int) -> list[PointCloud]:
    return [PointCloud(*cloud(seed, 150)) for seed in range(count)]


def published_keys() -> dict[str, tuple[int, ...]]:
    keys: dict[str, tuple[int, ...]] = {"reduce_dim.weight": (384, 256), "reduce_dim.bias": (384,)}
    keys |= {"cls_token": (1, 1, 384), "cls_pos": (1, 1, 384), "norm.weight": (384,), "norm.bias": (384,)}
    for stage, into, hidden, out in (("first", 6, 128, 256), ("second", 512, 512, 256)):
        at = f"encoder.{stage}_conv"
        keys |= {f"{at}.0.weight": (hidden, into, 1), f"{at}.3.weight": (out, hidden, 1), f"{at}.3.bias": (out,)}
        named = ("0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var")
        keys |= {f"{at}.{name}": (hidden,) for name in named} | {f"{at}.1.num_batches_tracked": ()}
    keys |= {"pos_embed.0.weight": (128, 3), "pos_embed.0.bias": (128,)}
    keys |= {"pos_embed.2.weight": (384, 128), "pos_embed.2.bias": (384,)}
    for i in range(18):
        at = f"blocks.blocks.{i}"
        keys |= {f"{at}.norm{j}.{name}": (384,) for j in (1, 2) for name in ("weight", "bias")}
        keys |= {f"{at}.attn.qkv.weight": (1152, 384), f"{at}.attn.proj.weight": (384, 384)}
        keys |= {f"{at}.mlp.fc1.weight": (1536, 384), f"{at}.mlp.fc1.bias": (1536,)}
        keys |= {f"{at}.mlp.fc2.weight": (384, 1536), f"{at}.mlp.fc2.bias": (384,), f"{at}.attn.proj.bias": (384,)}
    return {f"point_encoder.{key}": shape for key, shape in keys.items()} | {"pc_projection": (768, 1280)}


def test_the_weights_are_those_published() -> None:
    with torch.device("meta"):
        state = tower(Modality.SHAPE, ULIP2).state_dict()
    assert {key: tuple(value.shape) for key, value in state.items()} == published_keys()


def reference(points: np.ndarray, colors: np.ndarray, at: plain.Weights) -> np.ndarray:
    """The embedding of one cloud, step by step as described."""
    points, colors = points.astype(np.float64), colors.astype(np.float64)
    projection = at["pc_projection"]
    at = {key.removeprefix("point_encoder."): value for key, value in at.items()}
    x, position = [at["cls_token"][0, 0]], [at["cls_pos"][0, 0]]
    for center in points[plain.sampled(points, SMALL["groups"])]:
        near = plain.nearest(points, center, SMALL["neighbors"])
        members = np.array([[*(points[i] - center), *colors[i]] for i in near])
        x.append(plain.linear(plain.mini_point_net(members, at, "encoder"), at, "reduce_dim"))
        position.append(plain.linear(plain.gelu(plain.linear(center, at, "pos_embed.0")), at, "pos_embed.2"))
    tokens = np.array(x)
    for i in range(SMALL["depth"]):
        block = f"blocks.blocks.{i}"
        tokens = tokens + np.array(position)
        qkv = plain.linear(plain.layer_norm(tokens, at, f"{block}.norm1", 1e-5), at, f"{block}.attn.qkv")
        mixed = plain.attended(*np.split(qkv, 3, axis=1), SMALL["heads"])
        tokens = tokens + plain.linear(mixed, at, f"{block}.attn.proj")
        hidden = plain.linear(plain.layer_norm(tokens, at, f"{block}.norm2", 1e-5), at, f"{block}.mlp.fc1")
        tokens = tokens + plain.linear(plain.gelu(hidden), at, f"{block}.mlp.fc2")
    tokens = plain.layer_norm(tokens, at, "norm", 1e-5)
    return np.concatenate([tokens[0], tokens[1:].max(axis=0)]) @ projection


def test_a_vector_is_what_the_description_says() -> None:
    model = fill(small())
    points, colors = cloud(3, 150, core=30)
    with torch.inference_mode():
        (made,) = model(torch.from_numpy(points)[None], torch.from_numpy(colors)[None]).numpy()
    expected = reference(points, colors, plain.weights(model))
    assert np.abs(plain.unit(made) - plain.unit(expected)).max() < 1e-5


def test_vectors_are_unit_and_do_not_depend_on_their_neighbours() -> None:
    asked = encoder(Modality.SHAPE, fill(small()), "cpu")
    asked.batch = 4
    several = payloads(9)
    together = asked.encode(several)
    assert isinstance(asked, Encoder)
    assert together.shape == (9, 30)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    assert np.allclose(together, np.concatenate([asked.encode([one]) for one in several]), atol=1e-6)
    assert not np.allclose(together[0], together[1], atol=1e-3)


def test_a_cloud_without_colours_is_grey_and_the_order_of_points_does_not_matter_beyond_the_first() -> None:
    (painted,) = payloads(1)
    order = [0, *np.random.default_rng(0).permutation(np.arange(1, 150))]
    shuffled = PointCloud(painted.points[order], painted.colors[order])
    grey = PointCloud(painted.points, np.full_like(painted.points, 0.4))
    asked = encoder(Modality.SHAPE, fill(small()), "cpu")
    vector, of_shuffled, greyly, bare = asked.encode([painted, shuffled, grey, PointCloud(painted.points)])
    assert np.allclose(vector, of_shuffled, atol=1e-5)
    assert np.allclose(bare, greyly, atol=1e-6)
    assert not np.allclose(bare, vector, atol=1e-3)


def test_a_tower_built_without_memory_and_filled_by_assignment_is_the_same() -> None:
    built = fill(small())
    with torch.device("meta"):
        assigned = small()
    assigned.load_state_dict(built.state_dict(), strict=True, assign=True)
    assert not any(value.is_meta for value in [*assigned.parameters(), *assigned.buffers()])
    one = payloads(1)
    made = [encoder(Modality.SHAPE, model, "cpu").encode(one) for model in (assigned.eval(), built)]
    assert np.array_equal(*made)


def test_what_it_has_not_is_said() -> None:
    with pytest.raises(SpaceError, match="ULIP-2 has no audio tower"):
        tower(Modality.AUDIO, ULIP2)
    with pytest.raises(SpaceError, match='set "variant" to one of ulip2'):
        tower(Modality.SHAPE, {"variant": "ulip"})
