"""A space of towers too small to be good and quick to train, and files to train them on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from indexer import parametric
from indexer.align.publish import Tower, publish
from indexer.parametric.corpus import write
from retriever.spaces.audio_tower import AudioTower, AudioTowerConfig
from retriever.spaces.image_tower import ImageTower, ImageTowerConfig
from retriever.spaces.shape_tower import ShapeTower, TowerConfig
from retriever.types import AudioInput, ImageInput, Modality, ShapeInput

SHAPE = TowerConfig(points=128, centers=32, neighbors=8, patches=12, patch_neighbors=6, width=32, layers=1, heads=2)
IMAGE = ImageTowerConfig(side=32, stem=8, widths=(8, 16), depths=(1, 1), gated=1)
AUDIO = AudioTowerConfig(clip=16_000, channels=(4, 8, 8, 8), width=16)
INPUTS = {
    Modality.SHAPE: ShapeInput(points=128, color=0.4),
    Modality.IMAGE: ImageInput(side=32),
    Modality.AUDIO: AudioInput(seconds=2.0),
}
KINDS = ("bottle", "car", "chair", "table")


def write_space(folder: Path, *modalities: Modality, seed: int = 0) -> Path:
    """A space with random towers for `modalities`."""
    torch.manual_seed(seed)
    made: dict[Modality, tuple[nn.Module, object]] = {}
    for modality in modalities:
        match modality:
            case Modality.SHAPE:
                made[modality] = ShapeTower(SHAPE), SHAPE
            case Modality.IMAGE:
                made[modality] = ImageTower(IMAGE), IMAGE
            case _:
                made[modality] = AudioTower(AUDIO), AUDIO
    towers = {}
    folder.mkdir(parents=True, exist_ok=True)
    for modality, (tower, config) in made.items():
        weights = folder / f"{modality}.safetensors"
        save_file({name: value.contiguous() for name, value in tower.state_dict().items()}, str(weights))
        towers[modality] = Tower(weights, config, INPUTS[modality], f"random {modality} weights")
    publish(towers, folder, name=folder.name)
    return folder


def write_shapes(folder: Path, each: int = 6, kinds: tuple[str, ...] = KINDS) -> Path:
    """Class folders of `each` shapes of some kinds."""
    for kind in kinds:
        place = folder / kind
        place.mkdir(parents=True, exist_ok=True)
        for number in range(each):
            write(parametric.generate(kind, number).solid, place / f"{kind}_{number}.off")
    return folder


def write_pictures(folder: Path, each: int = 6) -> Path:
    """Class folders of pictures of one colour each, some noise on top."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for name, color in {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (30, 40, 220)}.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(each):
            pixels = np.clip(np.array(color) + rng.normal(0, 20, (40, 50, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder


def write_sounds(folder: Path, each: int = 5) -> Path:
    """Class folders of hums, hisses and ticks."""
    import soundfile

    rng, time = np.random.default_rng(0), np.arange(16_000) / 16_000
    for name in ("hum", "hiss", "ticks"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(each):
            made = {
                "hum": np.sin(2 * np.pi * (90 + 10 * number) * time),
                "hiss": rng.normal(0, 0.3, len(time)),
                "ticks": np.where(np.arange(len(time)) % (1500 + 100 * number) < 40, rng.normal(0, 1, len(time)), 0),
            }[name]
            soundfile.write(folder / name / f"{number}.wav", 0.5 * np.clip(made, -1, 1), 16_000)
    return folder
