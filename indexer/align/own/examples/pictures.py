"""A user's pictures as training examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from indexer.align.own.examples.words import Words
from indexer.align.own.reading import Example
from indexer.align.pictures.examples import PictureExamples
from indexer.align.pictures.pack import Pack
from retriever.spaces.image_tower import ImageTower, ImageTowerConfig
from retriever.types import Picture

__all__ = ["ImageTower", "ImageTowerConfig", "OwnPictures"]

_BLOCK = 64


class OwnPictures(PictureExamples):
    """Pictures that vary in framing, colour and damage; judged as they are.

    Args:
        examples: pictures, read.
        held_out: (n,) True for those that are for validation only.
        config: of the tower.
    """

    def __init__(self, examples: Sequence[Example], held_out: NDArray[np.bool_], config: ImageTowerConfig) -> None:
        words = Words.of(examples)
        pixels = np.stack([_opaque(each) for each in examples])
        captions = [each.pair.phrases for each in examples]
        n = len(examples)
        pack = Pack(pixels, captions, [each.content for each in examples], ["own"] * n, ["own"] * n, held_out)
        super().__init__(pack, config.side, mixture={"own": 1.0})
        self.judge = words.judge("image", held_out)
        self._order = [self.phrases.index(phrase) for phrase in words.phrases]

    @torch.inference_mode()
    def validate(self, tower: nn.Module, phrase_vectors: Tensor) -> dict[str, float]:
        """As `Judge.measures`."""
        rows, device = np.flatnonzero(self.pack.held_out), phrase_vectors.device
        vectors = [torch.zeros(0, phrase_vectors.shape[1])]
        for start in range(0, len(rows), _BLOCK):
            pixels = torch.from_numpy(self.pack.pixels[rows[start : start + _BLOCK], ..., :3])
            vectors.append(tower(pixels.to(device)).float().cpu())
        return self.judge.measures(torch.cat(vectors), phrase_vectors[self._order])


def _opaque(example: Example) -> NDArray[np.uint8]:
    """(side, side, 4): what was transparent in the file is filled already."""
    (picture,) = example.payloads
    assert isinstance(picture, Picture)
    return np.concatenate([picture.pixels, np.full_like(picture.pixels[..., :1], 255)], axis=-1)
