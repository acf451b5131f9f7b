from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import plain_layers as plain
import pytest
import torch
from made_up import fill
from plain_layers import cloud

from retriever.errors import SpaceError
from retriever.spaces.base import Encoder
from retriever.spaces.catalogue import PUBLISHED as PUBLISHED_SPACES
from retriever.spaces.uni3d import VARIANTS, encoder, tower
from retriever.types import Modality, PointCloud

GOLDENS = Path(__file__).parents[1] / "data/published/eva.npz"
"""Outputs of blocks of timm 1.0.31 with made-up weights: eva02_tiny_patch14_224 ("gated"), eva02_base_patch14_448
("gated-normed") and eva_giant_patch14_560 ("plain"), cut down to 2 blocks, width 48 and 3 heads; their keys begin with
``point_encoder.visual.``, their input is `tokens`."""
HIDDEN = {"s": 128, "b": 128, "g": 100}
SMALL = {"width": 48, "depth": 2, "heads": 3, "hidden": 20, "groups": 14, "neighbors": 8, "local": 40, "dim": 30}
KINDS = ("s", "b", "g")
"""A variant of each kind of block."""
PUBLISHED = {  # width, blocks, hidden, patches of the picture, classes of the unused head, and parameters in all
    "ti": (192, 12, 512, 16, 0, "6.38"),
    "s": (384, 12, 1024, 16, 0, "22.82"),
    "b": (768, 12, 2048, 32, 1000, "88.96"),
    "l": (1024, 24, 2730, 32, 1000, "307.35"),
    "g": (1408, 40, 6144, 40, 1000, "1017.36"),
}


def small(variant: str, **changes):
    return tower(Modality.SHAPE, {"variant": variant, **SMALL, **changes})


def payloads(count: int) -> list[PointCloud]:
    return [PointCloud(*cloud(seed, 150)) for seed in range(count)]


def linear(key: str, out: int, into: int) -> dict[str, tuple[int, ...]]:
    return {f"{key}.weight": (out, into), f"{key}.bias": (out,)}


def norm(key: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{key}.weight": (width,), f"{key}.bias": (width,)}


def batch_norm(key: str, width: int) -> dict[str, tuple[int, ...]]:
    return norm(key, width) | {
        f"{key}.running_mean": (width,),
        f"{key}.running_var": (width,),
        f"{key}.num_batches_tracked": (),
    }


def published_block(key: str, variant: str, width: int, hidden: int) -> dict[str, tuple[int, ...]]:
    keys = norm(f"{key}.norm1", width) | norm(f"{key}.norm2", width) | linear(f"{key}.attn.proj", width, width)
    keys |= linear(f"{key}.mlp.fc2", width, hidden)
    if variant in "bl":
        keys |= linear(f"{key}.attn.q_proj", width, width) | linear(f"{key}.attn.v_proj", width, width)
        keys |= {f"{key}.attn.k_proj.weight": (width, width)} | norm(f"{key}.mlp.norm", hidden)
        return keys | linear(f"{key}.mlp.fc1_g", hidden, width) | linear(f"{key}.mlp.fc1_x", hidden, width)
    keys |= {f"{key}.attn.{name}_bias": (width,) for name in "qv"} | {f"{key}.attn.qkv.weight": (3 * width, width)}
    return keys | linear(f"{key}.mlp.fc1", hidden if variant == "g" else 2 * hidden, width)


def published_keys(variant: str) -> dict[str, tuple[int, ...]]:
    width, blocks, hidden, *_ = PUBLISHED[variant]
    keys = {"cls_token": (1, 1, width), "cls_pos": (1, 1, width)}
    for stage, into, hidden_, out in (("first", 6, 128, 256), ("second", 512, 512, 512)):
        at = f"encoder.{stage}_conv"
        keys |= {f"{at}.0.weight": (hidden_, into, 1), f"{at}.0.bias": (hidden_,)} | batch_norm(f"{at}.1", hidden_)
        keys |= {f"{at}.3.weight": (out, hidden_, 1), f"{at}.3.bias": (out,)}
    keys |= linear("encoder2trans", width, 512) | linear("trans2embed", 1024, width) | norm("visual.fc_norm", width)
    keys |= linear("pos_embed.0", 128, 3) | linear("pos_embed.2", width, 128)
    for i in range(blocks):
        keys |= published_block(f"visual.blocks.{i}", variant, width, hidden)
    return keys


def unused_parameters(variant: str) -> dict[str, tuple[int, ...]]:
    """What the published files hold besides: the temperature, and the picture's part of the transformer."""
    width, _, _, side, classes, _ = PUBLISHED[variant]
    at = "point_encoder.visual."
    keys: dict[str, tuple[int, ...]] = {"logit_scale": (), f"{at}cls_token": (1, 1, width)}
    keys |= {f"{at}pos_embed": (1, 1 + side**2, width)}
    keys |= {f"{at}patch_embed.proj.weight": (width, 3, 14, 14), f"{at}patch_embed.proj.bias": (width,)}
    return keys | (linear(f"{at}head", classes, width) if classes else {})


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_weights_are_those_published_and_so_is_their_number(variant) -> None:
    with torch.device("meta"):
        model = tower(Modality.SHAPE, {"variant": variant})
    assert {key: tuple(value.shape) for key, value in model.state_dict().items()} == published_keys(variant)
    besides = unused_parameters(variant)
    total = sum(value.numel() for value in model.parameters()) + sum(int(np.prod(of)) for of in besides.values())
    assert f"{total / 1e6:.2f}" == PUBLISHED[variant][-1]
    assert all(re.match(PUBLISHED_SPACES[f"uni3d-{variant}"].unused, key) for key in besides)


def test_the_norms_have_the_published_epsilons() -> None:
    for variant in KINDS:
        norms = {name: part.eps for name, part in small(variant).named_modules() if hasattr(part, "eps")}
        of_batches = {name: eps for name, eps in norms.items() if name.startswith("encoder.")}
        assert set(of_batches.values()) == {1e-5}
        assert {eps for name, eps in norms.items() if name not in of_batches} == {1e-6}


@pytest.mark.parametrize("variant", KINDS)
def test_the_blocks_give_what_those_of_timm_give(variant) -> None:
    goldens = np.load(GOLDENS)
    tokens = np.random.Generator(np.random.PCG64(11)).standard_normal((2, 5, 48), dtype=np.float32)
    model = fill(small(variant, hidden=HIDDEN[variant]), "point_encoder.")
    with torch.inference_mode():
        mixed = model.visual["blocks"](torch.from_numpy(tokens))
        normed = model.visual["fc_norm"](mixed[:, 0])
    kind = VARIANTS[variant]["mlp"]
    assert np.abs(mixed.numpy() - goldens[f"{kind}_blocks"]).max() < 3e-5  # values of 5: threads change the last digits
    assert np.abs(normed.numpy() - goldens[f"{kind}_normed"]).max() < 1e-5


def attention(x: np.ndarray, at: plain.Weights, key: str, heads: int) -> np.ndarray:
    if f"{key}.qkv.weight" in at:
        bias = np.concatenate([at[f"{key}.q_bias"], 0 * at[f"{key}.q_bias"], at[f"{key}.v_bias"]])
        q, k, v = np.split(plain.linear(x, at, f"{key}.qkv") + bias, 3, axis=1)
    else:
        q, k, v = (plain.linear(x, at, f"{key}.{name}_proj") for name in "qkv")
    return plain.linear(plain.attended(q, k, v, heads), at, f"{key}.proj")


def mlp(x: np.ndarray, at: plain.Weights, key: str, kind: str) -> np.ndarray:
    if kind == "plain":
        hidden = plain.gelu(plain.linear(x, at, f"{key}.fc1"))
    elif kind == "gated":
        gate, values = np.split(plain.linear(x, at, f"{key}.fc1"), 2, axis=1)
        hidden = plain.silu(gate) * values
    else:
        hidden = plain.silu(plain.linear(x, at, f"{key}.fc1_g")) * plain.linear(x, at, f"{key}.fc1_x")
        hidden = plain.layer_norm(hidden, at, f"{key}.norm", 1e-6)
    return plain.linear(hidden, at, f"{key}.fc2")


def reference(points: np.ndarray, colors: np.ndarray, at: plain.Weights, kind: str, *, skip: bool = True) -> np.ndarray:
    """The embedding of one cloud, step by step as described."""
    points, colors = points.astype(np.float64), colors.astype(np.float64)
    x, position = [at["cls_token"][0, 0]], [at["cls_pos"][0, 0]]
    for center in points[plain.sampled(points, SMALL["groups"], skip_origin=skip)]:
        near = plain.nearest(points, center, SMALL["neighbors"])
        members = np.array([[*(points[i] - center), *colors[i]] for i in near])
        x.append(plain.linear(plain.mini_point_net(members, at, "encoder"), at, "encoder2trans"))
        position.append(plain.linear(plain.gelu(plain.linear(center, at, "pos_embed.0")), at, "pos_embed.2"))
    tokens = np.array(x) + np.array(position)
    for i in range(SMALL["depth"]):
        block = f"visual.blocks.{i}"
        normed = plain.layer_norm(tokens, at, f"{block}.norm1", 1e-6)
        tokens = tokens + attention(normed, at, f"{block}.attn", SMALL["heads"])
        tokens = tokens + mlp(plain.layer_norm(tokens, at, f"{block}.norm2", 1e-6), at, f"{block}.mlp", kind)
    return plain.linear(plain.layer_norm(tokens[0], at, "visual.fc_norm", 1e-6), at, "trans2embed")


@pytest.mark.parametrize("variant", KINDS)
def test_a_vector_is_what_the_description_says(variant) -> None:
    model = fill(small(variant))
    points, colors = cloud(3, 150, core=30)
    with torch.inference_mode():
        (made,) = model(torch.from_numpy(points)[None], torch.from_numpy(colors)[None]).numpy()
    at, kind = plain.weights(model), VARIANTS[variant]["mlp"]
    expected = reference(points, colors, at, kind)
    assert np.abs(plain.unit(made) - plain.unit(expected)).max() < 1e-5
    sampled_everywhere = reference(points, colors, at, kind, skip=False)
    assert np.abs(plain.unit(made) - plain.unit(sampled_everywhere)).max() > 1e-3


@pytest.mark.parametrize("variant", KINDS)
def test_vectors_are_unit_and_do_not_depend_on_their_neighbours(variant) -> None:
    asked = encoder(Modality.SHAPE, fill(small(variant)), "cpu")
    asked.batch = 4
    several = payloads(9)
    together = asked.encode(several)
    assert isinstance(asked, Encoder)
    assert together.shape == (9, 30)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    assert np.allclose(together, np.concatenate([asked.encode([one]) for one in several]), atol=1e-6)
    assert not np.allclose(together[0], together[1], atol=1e-3)


def test_a_cloud_without_colours_is_grey() -> None:
    asked = encoder(Modality.SHAPE, fill(small("s")), "cpu")
    (painted,) = payloads(1)
    bare = PointCloud(painted.points)
    grey = PointCloud(painted.points, np.full_like(painted.points, 0.4))
    plainly, greyly, painted_so = asked.encode([bare, grey, painted])
    assert np.allclose(plainly, greyly, atol=1e-6)
    assert not np.allclose(plainly, painted_so, atol=1e-3)


def test_the_order_of_points_does_not_matter_beyond_the_first() -> None:
    (one,) = payloads(1)
    order = [0, *np.random.default_rng(0).permutation(np.arange(1, 150))]
    backwards = slice(None, None, -1)
    shuffled = PointCloud(one.points[order], one.colors[order])
    reversed_ = PointCloud(one.points[backwards], one.colors[backwards])
    asked = encoder(Modality.SHAPE, fill(small("s")), "cpu")
    vector, of_shuffled, of_reversed = asked.encode([one, shuffled, reversed_])
    assert np.allclose(vector, of_shuffled, atol=1e-5)
    assert not np.allclose(vector, of_reversed, atol=1e-3)


@pytest.mark.parametrize("variant", KINDS)
def test_a_tower_built_without_memory_and_filled_by_assignment_is_the_same(variant) -> None:
    built = fill(small(variant))
    with torch.device("meta"):
        assigned = small(variant)
    assigned.load_state_dict(built.state_dict(), strict=True, assign=True)
    assert not any(value.is_meta for value in [*assigned.parameters(), *assigned.buffers()])
    one = payloads(1)
    made = [encoder(Modality.SHAPE, model, "cpu").encode(one) for model in (assigned.eval(), built)]
    assert np.array_equal(*made)


def test_what_it_has_not_is_said() -> None:
    with pytest.raises(SpaceError, match="Uni3D has no image tower"):
        tower(Modality.IMAGE, {"variant": "b"})
    with pytest.raises(SpaceError, match='set "variant" to one of ti, s, b, l, g'):
        tower(Modality.SHAPE, {"depth": 2})
    with pytest.raises(TypeError, match="depht"):
        tower(Modality.SHAPE, {"variant": "b", "depht": 3})
