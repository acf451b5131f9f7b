"""A joint space whose encoders are real, tiny and quick: installed by name, also in the processes that tests start.

``python tests/simple_space.py ARGUMENTS`` is the command line with this space in place of the default one.
"""

from __future__ import annotations

import hashlib
import os
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from retriever import spaces
from retriever.spaces import ShapeInput, Space, SpaceIdentity
from retriever.types import AudioInput, ImageInput, Modality, Picture, PointCloud, Text, Vectors, Waveform

if TYPE_CHECKING:
    import pytest

DIM = 32
PAUSE = "SIMPLE_SPACE_PAUSE"
"""Environment variable: seconds that every batch of shapes takes, for tests that interrupt a run."""


class Moments:
    """Shapes: moments of the cloud up to the third order, projected."""

    modality = Modality.SHAPE
    batch = 8

    def __init__(self) -> None:
        self._projection = np.random.default_rng(0).standard_normal((19, DIM))

    def encode(self, payloads: list[PointCloud]) -> Vectors:
        time.sleep(float(os.environ.get(PAUSE, 0)))
        return _unit(
            np.stack([self._moments(cloud.points.astype(np.float64)) for cloud in payloads]) @ self._projection
        )

    def _moments(self, points: np.ndarray) -> np.ndarray:
        i, j = np.triu_indices(3)
        second = points[:, i] * points[:, j]
        third = (second[:, :, None] * points[:, None, :]).reshape(len(points), -1)[:, :12]
        return np.concatenate([[0.1], second.mean(0) * 10, third.mean(0) * 10])


class Hues:
    """Shapes: the mean of their colours, projected."""

    modality = Modality.SHAPE
    batch = 8

    def __init__(self) -> None:
        self._projection = np.random.default_rng(3).standard_normal((4, DIM))

    def encode(self, payloads: list[PointCloud]) -> Vectors:
        grey = np.full((1, 3), 0.5)
        means = [np.mean(grey if cloud.colors is None else cloud.colors, axis=0) for cloud in payloads]
        return _unit(np.stack([np.append(mean, 0.1) for mean in means]) @ self._projection)


class Hashes:
    """Texts: a direction for every word, summed."""

    modality = Modality.TEXT
    batch = 8

    def encode(self, payloads: list[Text]) -> Vectors:
        return _unit(np.stack([sum(map(self._word, payload.text.lower().split() or [""])) for payload in payloads]))

    def _word(self, word: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
        return np.random.default_rng(seed).standard_normal(DIM)


class Tiles:
    """Pictures: mean colours of the tiles of a grid, projected."""

    modality = Modality.IMAGE
    batch = 4

    def __init__(self) -> None:
        self._projection = np.random.default_rng(1).standard_normal((4 * 4 * 3 + 1, DIM))

    def encode(self, payloads: list[Picture]) -> Vectors:
        return _unit(np.stack([self._tiles(picture.pixels) for picture in payloads]) @ self._projection)

    def _tiles(self, pixels: np.ndarray) -> np.ndarray:
        side = len(pixels) // 4
        tiles = pixels.reshape(4, side, 4, side, 3).mean(axis=(1, 3)) / 255
        return np.append(tiles.ravel(), 0.1)


class Bands:
    """Sounds: the shares of their energy in some bands of frequency, projected."""

    modality = Modality.AUDIO
    batch = 4

    def __init__(self) -> None:
        self._projection = np.random.default_rng(2).standard_normal((8, DIM))

    def encode(self, payloads: list[Waveform]) -> Vectors:
        return _unit(np.stack([self._bands(sound.samples) for sound in payloads]) @ self._projection)

    def _bands(self, samples: np.ndarray) -> np.ndarray:
        frames = np.pad(samples.astype(np.float64), (0, -len(samples) % 512)).reshape(-1, 512)
        power = (np.abs(np.fft.rfft(frames)) ** 2).sum(axis=0)
        edges = (0, 4, 8, 16, 32, 64, 128, 192, 257)
        return np.array([power[low:high].sum() for low, high in pairwise(edges)]) / power.sum()


TOWERS = {Modality.SHAPE: Moments, Modality.TEXT: Hashes, Modality.IMAGE: Tiles, Modality.AUDIO: Bands}


def open_space(*, name: str = "mini", device: str = "cpu") -> Space:
    """As every family of spaces offers it."""
    inputs = ShapeInput(points=256), ImageInput(side=32), AudioInput(rate=8000, seconds=2)
    return Space(SpaceIdentity("mini", DIM, "5", *inputs), TOWERS, "made for tests")


def open_mute(*, name: str = "mini", device: str = "cpu") -> Space:
    """The same without encoders for pictures and sounds."""
    towers = {modality: TOWERS[modality] for modality in (Modality.SHAPE, Modality.TEXT)}
    return Space(SpaceIdentity("mini", DIM, "5", ShapeInput(points=256)), towers, "made for tests")


def open_colored(*, name: str = "mini", device: str = "cpu") -> Space:
    """Shapes alone, by the mean of their colours."""
    return Space(SpaceIdentity("mini", DIM, "6", ShapeInput(points=256, color=0.5)), {Modality.SHAPE: Hues}, "of tests")


def open_pictured(*, name: str = "mini", device: str = "cpu") -> Space:
    """Shapes by the mean of their colours, and pictures."""
    towers = {Modality.SHAPE: Hues, Modality.IMAGE: Tiles}
    inputs = ShapeInput(points=256, color=0.5), ImageInput(side=32)
    return Space(SpaceIdentity("mini", DIM, "7", *inputs), towers, "of tests")


def install() -> None:
    """Let `retriever.spaces` find this space under the default name."""
    spaces._FAMILIES[spaces.DEFAULT] = "simple_space"
    spaces._opened.clear()


def stand_in(patch: pytest.MonkeyPatch) -> None:
    """The same, until that is undone."""
    patch.setattr(spaces, "_FAMILIES", dict(spaces._FAMILIES))
    patch.setattr(spaces, "_opened", {})
    install()


def _unit(rows: np.ndarray) -> Vectors:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


if __name__ == "__main__":
    from cli.start import run

    install()
    run()
