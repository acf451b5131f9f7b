from __future__ import annotations

import numpy as np
import plain_layers as plain
import pytest
import torch
from made_up import fill
from plain_layers import cloud

from retriever.errors import SpaceError
from retriever.loaders.sampling import sample
from retriever.spaces.base import Encoder
from retriever.spaces.openshape import VARIANTS, encoder, tower
from retriever.types import Geometry, Modality, PointCloud, ShapeInput

SMALL = {
    "width": 24,
    "depth": 2,
    "heads": 3,
    "head_width": 6,
    "hidden": 40,
    "mixed": 16,
    "local": 20,
    "patches": 12,
    "radius": 0.6,
    "neighbors": 8,
}
PUBLISHED = {  # (hidden, local, dim) of the descriptions, and bytes of the file
    "vitg14-rgb": (1536, 256, 1280, 388_091_433),
    "vitl14-rgb": (1024, 128, 768, 102_839_295),
    "vitb32-rgb": (1024, 128, None, 101_260_675),
}


def small(variant: str, **changes):
    projection = {"dim": 30} if VARIANTS[variant]["dim"] else {}
    return tower(Modality.SHAPE, {"variant": variant, **SMALL, **projection, **changes})


def payloads(count: int) -> list[PointCloud]:
    return [PointCloud(*cloud(seed, 150)) for seed in range(count)]


def published_keys(hidden: int, local: int, dim: int | None) -> dict[str, tuple[int, ...]]:
    trunk: dict[str, tuple[int, ...]] = {"cls_token": (512,)}
    for i, (before, after) in enumerate([(9, 64), (64, 64), (64, local)]):
        trunk |= {f"sa.mlp_convs.{i}.weight": (after, before, 1, 1), f"sa.mlp_convs.{i}.bias": (after,)}
        named = ("weight", "bias", "running_mean", "running_var")
        trunk |= {f"sa.mlp_bns.{i}.{name}": (after,) for name in named} | {f"sa.mlp_bns.{i}.num_batches_tracked": ()}
    trunk |= {"lift.0.weight": (512, local + 3, 1), "lift.0.bias": (512,)}
    trunk |= {"lift.2.weight": (512,), "lift.2.bias": (512,)}
    for i in range(12):
        one, two = (f"transformer.layers.{i}.{j}." for j in (0, 1))
        trunk |= {f"{part}norm.{name}": (512,) for part in (one, two) for name in ("weight", "bias")}
        trunk |= {f"{one}fn.to_qkv.weight": (1536, 512)}
        trunk |= {f"{one}fn.to_out.0.weight": (512, 512), f"{one}fn.to_out.0.bias": (512,)}
        trunk |= {f"{two}fn.net.0.weight": (hidden, 512), f"{two}fn.net.0.bias": (hidden,)}
        trunk |= {f"{two}fn.net.3.weight": (512, hidden), f"{two}fn.net.3.bias": (512,)}
    if dim is None:
        return trunk
    return {f"ppat.{key}": shape for key, shape in trunk.items()} | {"proj.weight": (dim, 512), "proj.bias": (dim,)}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_weights_are_those_published_and_fill_their_files(variant) -> None:
    *sizes, file = PUBLISHED[variant]
    with torch.device("meta"):
        model = tower(Modality.SHAPE, {"variant": variant})
    state = model.state_dict()
    assert {key: tuple(value.shape) for key, value in state.items()} == published_keys(*sizes)
    of_parameters = sum(4 * value.numel() for value in model.parameters())
    of_buffers = sum(value.numel() * value.element_size() for value in model.buffers())
    copies = 3 if variant == "vitg14-rgb" else 1  # its file has the two moments of Adam too
    assert 0 < file - copies * of_parameters - of_buffers < 500 * copies * len(state)


def test_the_norms_have_the_published_epsilons() -> None:
    norms = [part.eps for part in small("vitg14-rgb").modules() if hasattr(part, "eps")]
    assert set(norms) == {1e-5}


def patch_tokens(points: np.ndarray, colors: np.ndarray, at: plain.Weights, sizes: dict) -> np.ndarray:
    tokens = [at["cls_token"]]
    for center in points[plain.sampled(points, sizes["patches"])]:
        near = plain.in_ball(points, center, sizes["radius"], sizes["neighbors"])
        x = np.array([[*(points[i] - center), *points[i], *colors[i]] for i in near])
        for i in range(3):
            x = plain.relu(plain.batch_norm(plain.linear(x, at, f"sa.mlp_convs.{i}"), at, f"sa.mlp_bns.{i}"))
        lifted = plain.linear(np.concatenate([center, x.max(axis=0)]), at, "lift.0")
        tokens.append(plain.layer_norm(lifted, at, "lift.2", 1e-5))
    return np.array(tokens)


def reference(points: np.ndarray, colors: np.ndarray, at: plain.Weights, sizes: dict) -> np.ndarray:
    """The embedding of one cloud, step by step as described."""
    trunk = {key.removeprefix("ppat."): value for key, value in at.items()}
    x = patch_tokens(points.astype(np.float64), colors.astype(np.float64), trunk, sizes)
    for i in range(sizes["depth"]):
        one, two = (f"transformer.layers.{i}.{j}" for j in (0, 1))
        qkv = plain.linear(plain.layer_norm(x, trunk, f"{one}.norm", 1e-5), trunk, f"{one}.fn.to_qkv")
        mixed = plain.attended(*np.split(qkv, 3, axis=1), sizes["heads"])
        x = x + plain.linear(mixed, trunk, f"{one}.fn.to_out.0")
        hidden = plain.linear(plain.layer_norm(x, trunk, f"{two}.norm", 1e-5), trunk, f"{two}.fn.net.0")
        x = x + plain.linear(plain.gelu(hidden), trunk, f"{two}.fn.net.3")
    return plain.linear(x[0], at, "proj") if "proj.weight" in at else x[0]


@pytest.mark.parametrize("radius", [0.25, 0.6], ids=["balls padded", "balls cut"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_vector_is_what_the_description_says(variant, radius) -> None:
    model = fill(small(variant, radius=radius))
    points, colors = cloud(3, 150)
    with torch.inference_mode():
        (made,) = model(torch.from_numpy(points)[None], torch.from_numpy(colors)[None]).numpy()
    expected = reference(points, colors, plain.weights(model), SMALL | {"radius": radius})
    assert np.abs(plain.unit(made) - plain.unit(expected)).max() < 1e-5
    assert np.abs(made - expected).max() < 1e-4


@pytest.mark.parametrize("variant", VARIANTS)
def test_vectors_are_unit_and_do_not_depend_on_their_neighbours(variant) -> None:
    asked = encoder(Modality.SHAPE, fill(small(variant)), "cpu")
    asked.batch = 4
    several = payloads(9)
    together = asked.encode(several)
    assert isinstance(asked, Encoder)
    assert together.shape == (9, 30 if VARIANTS[variant]["dim"] else 24)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    assert np.allclose(together, np.concatenate([asked.encode([one]) for one in several]), atol=1e-6)
    assert not np.allclose(together[0], together[1], atol=1e-3)


def test_a_cloud_without_colours_is_grey() -> None:
    asked = encoder(Modality.SHAPE, fill(small("vitb32-rgb")), "cpu")
    (painted,) = payloads(1)
    bare = PointCloud(painted.points)
    grey = PointCloud(painted.points, np.full_like(painted.points, 0.4))
    plainly, greyly, painted_so = asked.encode([bare, grey, painted])
    assert np.allclose(plainly, greyly, atol=1e-6)
    assert not np.allclose(plainly, painted_so, atol=1e-3)


def test_the_order_of_points_matters_only_where_balls_overflow() -> None:
    (one,) = payloads(1)
    order = [0, *np.random.default_rng(0).permutation(np.arange(1, 150))]
    both = [one, PointCloud(one.points[order], one.colors[order])]
    roomy = encoder(Modality.SHAPE, fill(small("vitb32-rgb", neighbors=150)), "cpu").encode(both)
    tight = encoder(Modality.SHAPE, fill(small("vitb32-rgb", neighbors=8)), "cpu").encode(both)
    assert np.allclose(roomy[0], roomy[1], atol=1e-5)
    assert not np.allclose(tight[0], tight[1], atol=1e-3)


def test_the_z_up_variant_is_given_clouds_whose_y_and_z_are_exchanged() -> None:
    vertices = cloud(5, 150)[0].astype(np.float64)
    file = Geometry(vertices, np.zeros((0, 3), np.int64))
    model = fill(small("vitg14-rgb"))
    upright, turned = (sample(file, ShapeInput(150, up, color=0.4), "y", seed=1) for up in "yz")
    with torch.inference_mode():
        exchanged = torch.from_numpy(upright.points[:, [0, 2, 1]])
        (expected,) = model(exchanged[None], torch.full((1, 150, 3), 0.4)).numpy()
    (made,) = encoder(Modality.SHAPE, model, "cpu").encode([turned])
    assert np.allclose(made, plain.unit(expected), atol=1e-5)


def test_a_tower_built_without_memory_and_filled_by_assignment_is_the_same() -> None:
    built = fill(small("vitg14-rgb"))
    with torch.device("meta"):
        assigned = small("vitg14-rgb")
    assigned.load_state_dict(built.state_dict(), strict=True, assign=True)
    assert not any(value.is_meta for value in [*assigned.parameters(), *assigned.buffers()])
    one = payloads(1)
    made = [encoder(Modality.SHAPE, model, "cpu").encode(one) for model in (assigned.eval(), built)]
    assert np.array_equal(*made)


def test_what_it_has_not_is_said() -> None:
    with pytest.raises(SpaceError, match="OpenShape has no text tower"):
        tower(Modality.TEXT, {"variant": "vitg14-rgb"})
    with pytest.raises(SpaceError, match=r"no variant 'vitx'; set .* vitg14-rgb, vitl14-rgb"):
        tower(Modality.SHAPE, {"variant": "vitx"})
    with pytest.raises(TypeError, match="depht"):
        tower(Modality.SHAPE, {"variant": "vitg14-rgb", "depht": 3})
