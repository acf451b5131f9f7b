from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from made_up import fill

from retriever.errors import SpaceError
from retriever.spaces.base import Encoder
from retriever.spaces.openclip import VARIANTS, encoder, tower
from retriever.spaces.parts.bpe import ClipTokenizer
from retriever.types import Modality, Picture, Text

TEXT, IMAGE = Modality.TEXT, Modality.IMAGE
GOLDENS = Path(__file__).parents[1] / "data/published/openclip.npz"
"""Outputs of `open_clip.model.CLIP` (open_clip_torch 3.3.0) and, of "eva", of timm's eva02_enormous_patch14_clip_224
(1.0.31), with made-up weights by the keys of their files and the sizes of `SMALL`; "quick-gelu" and "gelu" are
activations of the former. Their input is `pictures` and `padded`."""
BASE = {"variant": "ViT-H-14", "dim": 24, "layers": 2}
SMALL = {
    "quick-gelu_text": BASE | {"width": 48, "heads": 3, "activation": "quick-gelu"},
    "gelu_text": BASE | {"width": 48, "heads": 3},
    "quick-gelu_image": BASE | {"width": 32, "heads": 4, "side": 56, "hidden": 128, "activation": "quick-gelu"},
    "gelu_image": BASE | {"width": 32, "heads": 4, "side": 56, "hidden": 157},
    "eva_image": BASE | {"variant": "EVA02-E-14-plus", "width": 48, "heads": 3, "side": 56, "hidden": 100},
}
PUBLISHED = {  # dim; of texts width, blocks; of pictures width, blocks, side in patches, patch, hidden; parameters
    "ViT-B-32-quickgelu": (512, (512, 12), (768, 12, 7, 32, 3072), 151_277_313),
    "ViT-L-14-quickgelu": (768, (768, 12), (1024, 24, 16, 14, 4096), 427_616_513),
    "ViT-H-14": (1024, (1024, 24), (1280, 32, 16, 14, 5120), 986_109_441),
    "ViT-bigG-14": (1280, (1280, 32), (1664, 48, 16, 14, 8192), 2_539_567_105),
    "EVA02-E-14-plus": (1024, (1280, 32), (1792, 64, 16, 14, 15360), 5_044_889_089),
}
LINES = ("a chair", "", "a round wooden table with three legs, seen from above", "two cars", "a chair " * 60)

Shapes = dict[str, tuple[int, ...]]


PREFIXES = {
    ("ViT-H-14", TEXT): "",
    ("ViT-H-14", IMAGE): "visual.",
    ("EVA02-E-14-plus", TEXT): "text.",
    ("EVA02-E-14-plus", IMAGE): "visual.trunk.",
}


def made(case: str):
    """The tower of a golden, with made-up weights."""
    modality, config = Modality(case.partition("_")[2]), SMALL[case]
    prefix = PREFIXES[config["variant"], modality]
    return fill(tower(modality, config), prefix)


def pictures(count: int, side: int = 56) -> np.ndarray:
    generators = (np.random.Generator(np.random.PCG64(100 + i)) for i in range(count))
    return np.stack([each.standard_normal((3, side, side), dtype=np.float32) for each in generators])


def padded() -> np.ndarray:
    """(3, 77) ids of texts of 3, 9 and 75 tokens between their start and end."""
    generator = np.random.Generator(np.random.PCG64(7))
    ids = np.zeros((3, 77), np.int64)
    for row, n in zip(ids, (3, 9, 75), strict=True):
        row[: n + 2] = [49406, *generator.integers(0, 49406, n), 49407]
    return ids


def affine(key: str, *shape: int) -> Shapes:
    return {f"{key}.weight": shape, f"{key}.bias": shape[:1]}


def blocks(width: int, count: int, hidden: int) -> Shapes:
    keys: Shapes = {}
    for i in range(count):
        at = f"transformer.resblocks.{i}"
        keys |= affine(f"{at}.ln_1", width) | affine(f"{at}.ln_2", width) | affine(f"{at}.attn.out_proj", width, width)
        keys |= {f"{at}.attn.in_proj_weight": (3 * width, width), f"{at}.attn.in_proj_bias": (3 * width,)}
        keys |= affine(f"{at}.mlp.c_fc", hidden, width) | affine(f"{at}.mlp.c_proj", width, hidden)
    return keys


def text_keys(dim: int, width: int, count: int) -> Shapes:
    keys = {"token_embedding.weight": (49408, width), "positional_embedding": (77, width)}
    keys |= {"text_projection": (width, dim)} | affine("ln_final", width)
    return keys | blocks(width, count, 4 * width)


def picture_keys(dim: int, width: int, count: int, side: int, patch: int, hidden: int) -> Shapes:
    keys: Shapes = {"class_embedding": (width,), "positional_embedding": (1 + side**2, width), "proj": (width, dim)}
    keys |= {"conv1.weight": (width, 3, patch, patch)} | affine("ln_pre", width) | affine("ln_post", width)
    return keys | blocks(width, count, hidden)


def eva_keys(dim: int, width: int, count: int, side: int, patch: int, hidden: int) -> Shapes:
    keys: Shapes = {"cls_token": (1, 1, width), "pos_embed": (1, 1 + side**2, width)}
    keys |= affine("patch_embed.proj", width, 3, patch, patch) | affine("norm", width) | affine("head", dim, width)
    for i in range(count):
        at = f"blocks.{i}"
        keys |= affine(f"{at}.norm1", width) | affine(f"{at}.norm2", width) | affine(f"{at}.attn.proj", width, width)
        keys |= {f"{at}.attn.qkv.weight": (3 * width, width)} | {f"{at}.attn.{name}_bias": (width,) for name in "qv"}
        keys |= affine(f"{at}.mlp.fc1", hidden, width) | affine(f"{at}.mlp.fc2", width, hidden)
    return keys


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_weights_are_those_published_and_so_is_their_number(variant) -> None:
    dim, text, picture, parameters = PUBLISHED[variant]
    with torch.device("meta"):
        towers = {modality: tower(modality, {"variant": variant}) for modality in (TEXT, IMAGE)}
    shapes = {of: {key: tuple(value.shape) for key, value in each.state_dict().items()} for of, each in towers.items()}
    assert shapes[TEXT] == text_keys(dim, *text)
    assert shapes[IMAGE] == (eva_keys if variant.startswith("EVA") else picture_keys)(dim, *picture)
    logit_scale = 1
    assert sum(p.numel() for each in towers.values() for p in each.parameters()) + logit_scale == parameters


@pytest.mark.parametrize("case", SMALL)
def test_a_tower_gives_what_that_of_openclip_gives(case) -> None:
    inputs = padded() if case.endswith("text") else pictures(2)
    with torch.inference_mode():
        vectors = made(case)(torch.from_numpy(inputs)).numpy()
    assert np.abs(vectors - np.load(GOLDENS)[case]).max() < 1e-5


@pytest.mark.parametrize("modality", [TEXT, IMAGE])
def test_the_kinds_of_gelu_are_told_apart(modality) -> None:
    config = SMALL[f"quick-gelu_{modality}"]
    inputs = torch.from_numpy(padded() if modality is TEXT else pictures(2))
    prefix = PREFIXES[config["variant"], modality]
    with torch.inference_mode():
        vectors = fill(tower(modality, config | {"activation": "gelu"}), prefix)(inputs).numpy()
    assert np.abs(vectors - np.load(GOLDENS)[f"quick-gelu_{modality}"]).max() > 1e-3


def test_the_norms_have_the_published_epsilons() -> None:
    for case, config in SMALL.items():
        model = tower(Modality(case.partition("_")[2]), config)
        norms = {part.eps for part in model.modules() if hasattr(part, "eps")}
        assert norms == {1e-6 if case == "eva_image" else 1e-5}


def test_vectors_of_texts_are_unit_and_those_of_padded_ids() -> None:
    model = made("gelu_text")
    asked = encoder(TEXT, model, "cpu")
    asked.batch = 2
    vectors = asked.encode([Text(line) for line in LINES])
    ids = np.zeros((len(LINES), 77), np.int64)
    for row, line in zip(ids, LINES, strict=True):
        tokens = ClipTokenizer().ids(line)
        row[: len(tokens)] = tokens
    with torch.inference_mode():
        expected = model(torch.from_numpy(ids)).numpy()
    assert isinstance(asked, Encoder)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)


@pytest.mark.parametrize("case", ["gelu_image", "eva_image"])
def test_vectors_of_pictures_are_unit_and_do_not_depend_on_their_neighbours(case) -> None:
    model = made(case)
    asked = encoder(IMAGE, model, "cpu")
    asked.batch = 2
    rng = np.random.default_rng(0)
    several = [Picture(rng.integers(0, 256, (56, 56, 3)).astype(np.uint8)) for _ in range(5)]
    vectors = asked.encode(several)
    mean, std = np.array([0.48145466, 0.4578275, 0.40821073]), np.array([0.26862954, 0.26130258, 0.27577711])
    normalised = np.stack([((each.pixels / 255 - mean) / std).transpose(2, 0, 1) for each in several])
    with torch.inference_mode():
        expected = model(torch.from_numpy(normalised.astype(np.float32))).numpy()
    assert isinstance(asked, Encoder)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5)


@pytest.mark.parametrize("case", SMALL)
def test_a_tower_built_without_memory_and_filled_by_assignment_is_the_same(case) -> None:
    built = made(case)
    with torch.device("meta"):
        assigned = tower(Modality(case.partition("_")[2]), SMALL[case])
    assigned.load_state_dict(built.state_dict(), strict=True, assign=True)
    assert not any(value.is_meta for value in [*assigned.parameters(), *assigned.buffers()])
    inputs = torch.from_numpy(padded() if case.endswith("text") else pictures(1))
    with torch.inference_mode():
        assert torch.equal(assigned.eval()(inputs), built(inputs))


def test_what_it_has_not_is_said() -> None:
    with pytest.raises(SpaceError, match="OpenCLIP has no shape tower"):
        tower(Modality.SHAPE, {"variant": "ViT-H-14"})
    with pytest.raises(SpaceError, match=r"no variant 'ViT-B-32'; set .* ViT-B-32-quickgelu, ViT-L-14-quickgelu"):
        tower(TEXT, {"variant": "ViT-B-32"})
