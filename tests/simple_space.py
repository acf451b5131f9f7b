"""A joint space whose encoders are real, tiny and quick: installed by name, also in the processes that tests start.

``python tests/simple_space.py ARGUMENTS`` is the command line with this space in place of the default one.
"""

from __future__ import annotations

import hashlib
import os
import time

import numpy as np

from retriever import spaces
from retriever.spaces import ShapeInput, Space, SpaceIdentity
from retriever.types import Modality, PointCloud, Text, Vectors

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


class Hashes:
    """Texts: a direction for every word, summed."""

    modality = Modality.TEXT
    batch = 8

    def encode(self, payloads: list[Text]) -> Vectors:
        return _unit(np.stack([sum(map(self._word, payload.text.lower().split() or [""])) for payload in payloads]))

    def _word(self, word: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
        return np.random.default_rng(seed).standard_normal(DIM)


def open_space(*, device: str = "cpu") -> Space:
    """As every family of spaces offers it."""
    identity = SpaceIdentity("mini", DIM, "5", ShapeInput(points=256))
    return Space(identity, {Modality.SHAPE: Moments, Modality.TEXT: Hashes}, "made for tests")


def install() -> None:
    """Let `retriever.spaces` find this space under the default name."""
    spaces._FAMILIES[spaces.DEFAULT] = "simple_space"
    spaces._opened.clear()


def _unit(rows: np.ndarray) -> Vectors:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


if __name__ == "__main__":
    from cli.main import run

    install()
    run()
