"""Published spaces in small: towers of every architecture with few and narrow layers and made-up weights."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
import torch
from made_up import fill
from torch import Tensor

from indexer.published import add
from retriever.spaces import catalogue, folders, home
from retriever.spaces.catalogue import POINT_BIND
from retriever.spaces.published import Layout, Part, Published
from retriever.types import AudioInput, ImageInput, Modality, ShapeInput

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


def _clip(variant: str) -> dict[Modality, Part]:
    """Texts and pictures of a CLIP model of two narrow layers."""
    config = {"variant": variant, "dim": 32, "layers": 2, "heads": 2}
    text, image = config | {"width": 48}, config | {"width": 32, "side": 56, "hidden": 100}
    return {
        Modality.TEXT: Part("openclip", text, "none", (Layout(),), 0.01),
        Modality.IMAGE: Part("openclip", image, "none", (Layout(prefix="visual."),), 0.001),
    }


def _bound(name: str, config: dict[str, object], clip: dict[Modality, Part]) -> Published:
    part = Part(name, config, "none", (Layout(),), 0.001)
    eye = ImageInput(side=56, fit="crop")
    return Published(
        f"small-{name}",
        "made for tests",
        32,
        {Modality.SHAPE: part} | clip,
        "Made.",
        shape=ShapeInput(128, color=0.4),
        image=eye,
    )


_TRANSFORMER = {"width": 24, "depth": 2, "heads": 3, "dim": 32}
_OPENSHAPE = {"head_width": 6, "hidden": 40, "mixed": 16, "local": 20, "patches": 12, "radius": 0.6, "neighbors": 8}
_GROUPS = {"groups": 14, "neighbors": 8}
FAMILIES = (
    PUBLISHED,
    _bound("openshape", {"variant": "vitg14-rgb", **_TRANSFORMER, **_OPENSHAPE}, _clip("ViT-bigG-14")),
    _bound(
        "uni3d",
        {"variant": "b", **_TRANSFORMER, **_GROUPS, "width": 48, "hidden": 20, "local": 40},
        _clip("EVA02-E-14-plus"),
    ),
    _bound("ulip", {"variant": "ulip2", **_TRANSFORMER, **_GROUPS}, _clip("ViT-L-14-quickgelu")),
)
"""One space of each architecture; together all of them."""


def state(modality: Modality, published: Published = PUBLISHED) -> dict[str, Tensor]:
    """Made-up weights of a tower, by its own keys."""
    part = published.parts[modality]
    module = import_module(folders.ARCHITECTURES[part.architecture]).tower(modality, part.config)
    return dict(fill(module).state_dict())


def write(published: Published, folder: Path) -> Path:
    """The space as `retriever spaces add` leaves it, in a folder."""
    folder.mkdir(parents=True)
    towers = {each: add.put(folder, published, each, state(each, published), "made up") for each in published.parts}
    add.write_card(folder, published, towers)
    return folder


def checkpoint() -> dict[str, Tensor]:
    """What the publishers' file holds: both towers, ImageBind's below ``bind.``, and a sense that is not used."""
    audio = {f"bind.{key}": value for key, value in state(Modality.AUDIO).items()}
    return state(Modality.SHAPE) | audio | {"bind.modality_trunks.depth.blocks.0.norm_1.weight": torch.ones(384)}


def publish(monkeypatch: pytest.MonkeyPatch, spaces_folder: Path) -> None:
    """Makes the space known, and `spaces_folder` the place of the user's spaces."""
    monkeypatch.setitem(catalogue.PUBLISHED, NAME, PUBLISHED)
    monkeypatch.setenv(home.ENVIRONMENT, str(spaces_folder))
