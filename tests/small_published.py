"""A published space in small: Point-Bind's own 3D tower and ImageBind's sounds, with few and narrow layers."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from made_up import fill
from torch import Tensor

from retriever.spaces import catalogue, home
from retriever.spaces.catalogue import POINT_BIND
from retriever.spaces.published import Layout, Part, Published
from retriever.types import AudioInput, Modality, ShapeInput

NAME = "small-bind"
SHAPE = {
    "trunk": "i2p-mae",
    "groups": [32, 16, 8],
    "neighbors": [8, 4, 4],
    "widths": [12, 24, 48],
    "depth": 1,
    "heads": 2,
    "hidden": 32,
}
AUDIO = {"blocks": 1}
PUBLISHED = Published(
    name=NAME,
    about="made for tests",
    dim=1024,
    parts={
        Modality.SHAPE: Part("point-bind", SHAPE, "none of its own", POINT_BIND.parts[Modality.SHAPE].layouts, 0.001),
        Modality.AUDIO: Part("imagebind", AUDIO, "no use at all", (Layout(), Layout(prefix="bind.")), 0.03),
    },
    where="It is made by the tests.",
    shape=ShapeInput(points=128),
    audio=AudioInput(seconds=2.0, clips=3),
    unused=POINT_BIND.unused,
)


def state(modality: Modality) -> dict[str, Tensor]:
    """Made-up weights of a tower, by its own keys."""
    from importlib import import_module

    from retriever.spaces.folders import ARCHITECTURES

    part = PUBLISHED.parts[modality]
    module = import_module(ARCHITECTURES[part.architecture]).tower(modality, part.config)
    return dict(fill(module).state_dict())


def checkpoint() -> dict[str, Tensor]:
    """What the publishers' file holds: both towers, ImageBind's below ``bind.``, and a sense that is not used."""
    audio = {f"bind.{key}": value for key, value in state(Modality.AUDIO).items()}
    return state(Modality.SHAPE) | audio | {"bind.modality_trunks.depth.blocks.0.norm_1.weight": torch.ones(384)}


def publish(monkeypatch: pytest.MonkeyPatch, spaces_folder: Path) -> None:
    """Makes the space known, and `spaces_folder` the place of the user's spaces."""
    monkeypatch.setitem(catalogue.PUBLISHED, NAME, PUBLISHED)
    monkeypatch.setenv(home.ENVIRONMENT, str(spaces_folder))
