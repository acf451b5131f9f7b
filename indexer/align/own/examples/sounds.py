"""A user's sounds as training examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from indexer.align.own.examples.words import Words
from indexer.align.own.reading import Example
from indexer.align.sounds.clips import Clip
from indexer.align.sounds.examples import SoundExamples, encode
from retriever.spaces.audio_tower import AudioTower, AudioTowerConfig
from retriever.types import Waveform

__all__ = ["AudioTower", "AudioTowerConfig", "OwnSounds"]

_HELD_OUT = 0  # the fold


class OwnSounds(SoundExamples):
    """Clips that vary in pitch, pace, room and noise; judged as they are.

    Args:
        examples: sounds, read.
        held_out: (n,) True for those that are for validation only.
        config: of the tower.
    """

    def __init__(self, examples: Sequence[Example], held_out: NDArray[np.bool_], config: AudioTowerConfig) -> None:
        clips = [_clip(each, bool(out)) for each, out in zip(examples, held_out, strict=True)]
        super().__init__(clips, config, fold=_HELD_OUT)
        words = Words.of(examples)
        self.judge = words.judge("audio", held_out)
        self._order = [self.phrases.index(phrase) for phrase in words.phrases]

    @torch.inference_mode()
    def validate(self, tower: nn.Module, phrase_vectors: Tensor) -> dict[str, float]:
        """As `Judge.measures`."""
        vectors = torch.zeros(0, phrase_vectors.shape[1])
        if self.held_out:
            vectors = encode(tower, self.held_out, self.config.clip, phrase_vectors.device.type)
        return self.judge.measures(vectors, phrase_vectors[self._order])


def _clip(example: Example, held_out: bool) -> Clip:
    (sound,) = example.payloads
    assert isinstance(sound, Waveform)
    samples = np.clip(np.round(sound.samples * 32767), -32768, 32767).astype(np.int16)
    pair = example.pair
    return Clip(samples, pair.phrases, "own", pair.label or "", example.content, _HELD_OUT if held_out else -1)
