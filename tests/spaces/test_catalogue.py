"""The published spaces as they are described: towers that can be built, keys that are told apart, right sizes."""

from __future__ import annotations

import math
import re

import pytest

from retriever.spaces import folders
from retriever.spaces.catalogue import PUBLISHED
from retriever.types import Modality

KEYS = [
    ("point-bind", Modality.SHAPE, 0, "bind.modality_head_point.2.weight"),
    ("point-bind", Modality.IMAGE, 1, "bind.modality_trunks.vision.blocks.31.attn.in_proj_weight"),
    ("point-bind-bert", Modality.SHAPE, 1, "point_trunk.point_encoder.blocks.blocks.11.mlp.fc2.bias"),
    ("imagebind", Modality.AUDIO, 0, "modality_preprocessors.audio.rgbt_stem.proj.weight"),
    ("openshape-vitb32", Modality.SHAPE, 0, "pc_encoder.cls_token"),
    ("openshape-vitl14", Modality.SHAPE, 0, "pc_encoder.proj.weight"),
    ("openshape-vitg14", Modality.SHAPE, 0, "module.ppat.sa.mlp_convs.0.weight"),
    ("openshape-vitg14", Modality.TEXT, 0, "transformer.resblocks.0.ln_1.weight"),
    ("openshape-vitg14", Modality.IMAGE, 0, "visual.conv1.weight"),
    ("uni3d-g", Modality.SHAPE, 0, "point_encoder.visual.blocks.39.attn.q_bias"),
    ("uni3d-s", Modality.SHAPE, 1, "module.point_encoder.encoder2trans.weight"),
    ("uni3d-b", Modality.TEXT, 0, "text.token_embedding.weight"),
    ("uni3d-b", Modality.IMAGE, 0, "visual.trunk.blocks.0.attn.q_bias"),
    ("ulip2", Modality.SHAPE, 0, "module.pc_projection"),
]
"""What files of these spaces hold, by description: space, tower, layout, a key."""


def keys(name: str, modality: Modality) -> dict[str, int]:
    part = PUBLISHED[name].parts[modality]
    state = folders.unfilled(part.architecture, modality, part.config).state_dict()
    return {key: math.prod(value.shape) for key, value in state.items()}


@pytest.mark.parametrize(("name", "modality", "layout", "key"), KEYS)
def test_layouts_give_the_names_of_the_files(name: str, modality: Modality, layout: int, key: str) -> None:
    naming = PUBLISHED[name].parts[modality].layouts[layout]
    assert key in {naming.key(each) for each in keys(name, modality)}


@pytest.mark.parametrize("name", PUBLISHED)
def test_towers_are_of_the_stated_sizes_and_their_keys_are_told_apart(name: str) -> None:
    space = PUBLISHED[name]
    taken: set[str] = set()
    for modality, part in space.parts.items():
        own = keys(name, modality)
        assert sum(own.values()) * 4 / 1e9 == pytest.approx(part.gigabytes, rel=0.02, abs=0.002)
        for layout in part.layouts:
            named = {layout.key(key) for key in own}
            assert len(named) == len(own)
            assert not any(re.match(space.unused, key) for key in named - {layout.key("logit_scale")})
        first = {part.layouts[0].key(key) for key in own}
        assert not taken & first
        taken |= first


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_is_said_of_a_space_is_complete(name: str) -> None:
    space = PUBLISHED[name]
    assert space.name == name and space.about and space.license and space.where.endswith(".")
    assert (Modality.SHAPE in space.parts) == (space.shape is not None)
    assert (Modality.IMAGE in space.parts) == (space.image is not None)
    assert (Modality.AUDIO in space.parts) == (space.audio is not None)
    assert all(each.url.startswith("https://") for each in space.downloads)
    assert len({each.file for each in space.downloads}) == len(space.downloads)
    assert space.commercial in {"yes", "no", "no statement"}
