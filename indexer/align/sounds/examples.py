"""What the sound tower learns from: pictures of clips, drawn and augmented, and measures on those held out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from indexer.align.loop import Drawn
from indexer.align.sounds.augment import Augmentation, augment, warp
from indexer.align.sounds.clips import Clip
from retriever.spaces.audio_tower import AudioTowerConfig, LogMel, to_clips

NAME_SHARE = 0.5
"""Chance of a clip's first caption, its name; the others share the rest."""

MIXTURE = {"kenney": 0.1, "rule": 0.15}
"""Source -> share of the examples; the recordings in classes share the rest."""


class SoundExamples:
    """Clips as training examples.

    Args:
        clips: recordings and sounds made by rule.
        config: of the tower.
        fold: held out, 0..4; -1 for none, every clip is then trained on.
        mixture: source -> share of the examples; sources not named share what is left.
        settings: of the augmentation.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        config: AudioTowerConfig,
        *,
        fold: int = 0,
        mixture: dict[str, float] | None = None,
        settings: Augmentation | None = None,
    ) -> None:
        self.config, self.settings = config, settings or Augmentation()
        self.phrases = sorted({caption for clip in clips for caption in clip.captions})
        self._index = {phrase: i for i, phrase in enumerate(self.phrases)}
        out = fold >= 0
        self.trained = [clip for clip in clips if not (out and clip.fold == fold)]
        self.held_out = [clip for clip in clips if out and clip.fold == fold]
        self._chances = _chances(self.trained, mixture or {})
        front = LogMel(config)
        self._logs, self._loud = [], []
        for clip in self.trained:
            logs = front.power(_samples(clip)[None])[0].clamp(min=1e-10).log()
            level = logs.logsumexp(dim=0)
            self._logs.append(logs.half())
            self._loud.append(torch.nonzero(level > level.max() - 7.0).flatten().numpy())  # within 30 dB

    def draw(self, rng: np.random.Generator, count: int) -> Drawn:
        """`count` augmented pictures (count, mels, frames), and a caption of each."""
        rows = rng.choice(len(self.trained), count, p=self._chances)
        speed = _factor(rng, self.settings.speed, count)
        pace = speed * _factor(rng, self.settings.stretch, count)
        logs = torch.stack([self._cut(row, float(p), rng) for row, p in zip(rows, pace, strict=True)])
        pitch = torch.from_numpy(speed * _factor(rng, self.settings.pitch, count)).float()
        pictures, borne = augment(warp(logs, pitch, self.config), rng, self.settings, self.config)
        return Drawn((pictures,), np.array([self._caption(row, rng) for row in rows[borne]]))

    def _cut(self, row: int, pace: float, rng: np.random.Generator) -> Tensor:
        """A stretch of a clip, at `pace`, that holds some loud moment of it; silence beyond its ends."""
        logs, frames = self._logs[row], self.settings.frames
        moment = rng.choice(self._loud[row])
        at = np.arange(frames) * pace
        first = moment - rng.uniform(0.02, 0.98) * at[-1]
        if logs.shape[1] > at[-1] and rng.random() < 0.5:  # half the time without silence that is not there
            first = min(max(first, 0.0), logs.shape[1] - 1 - at[-1])
        at = np.rint(first + at).astype(np.int64)
        cut = logs[:, np.clip(at, 0, logs.shape[1] - 1)].float()
        cut[:, (at < 0) | (at >= logs.shape[1])] = -23.0
        return cut

    def _caption(self, row: int, rng: np.random.Generator) -> int:
        captions = self.trained[row].captions
        if len(captions) == 1 or rng.random() < NAME_SHARE:
            return self._index[captions[0]]
        return self._index[captions[1 + int(rng.integers(len(captions) - 1))]]

    @torch.inference_mode()
    def validate(self, tower: nn.Module, phrase_vectors: Tensor) -> dict[str, float]:
        """Top-1 of held-out clips -> names of all classes: of all clips, of each class alike, and by source."""
        if not self.held_out:
            return {}
        everything = [*self.trained, *self.held_out]
        sources = {clip.source for clip in self.held_out}
        labels = sorted({clip.label for clip in everything if clip.source in sources})
        names = {clip.label: clip.captions[0] for clip in everything if clip.label}
        vectors = encode(tower, self.held_out, self.config.clip, phrase_vectors.device.type)
        scores = vectors @ phrase_vectors[[self._index[names[label]] for label in labels]].T.cpu()
        guesses = [labels[i] for i in scores.argmax(dim=1)]
        right = np.array([guess == clip.label for guess, clip in zip(guesses, self.held_out, strict=True)])
        measured = {"sounds_top1": float(right.mean())}
        of = np.array([clip.label for clip in self.held_out])
        measured["sounds_class_mean_top1"] = float(np.mean([right[of == label].mean() for label in set(of)]))
        for source in sorted(sources):
            measured[f"{source}_top1"] = float(right[[clip.source == source for clip in self.held_out]].mean())
        return measured


def encode(tower: nn.Module, clips: Sequence[Clip], length: int, device: str = "cpu") -> Tensor:
    """(n, dim) unit vectors of clips, as the encoder makes them: the mean over pieces of `length` samples.

    The tower is on the `device`, the vectors are on the CPU.
    """
    vectors = []
    for clip in clips:
        pieces = torch.from_numpy(to_clips(_samples(clip).numpy(), length)).to(device)
        vectors.append(nn.functional.normalize(tower(pieces).mean(dim=0), dim=0).cpu())
    return torch.stack(vectors)


def _samples(clip: Clip) -> Tensor:
    return torch.from_numpy(clip.samples.astype(np.float32) / 32768)


def _factor(rng: np.random.Generator, most: float, count: int) -> NDArray[np.float64]:
    return np.exp(rng.uniform(-1, 1, count) * np.log(most))


def _chances(clips: Sequence[Clip], mixture: dict[str, float]) -> NDArray[np.float64]:
    """(n,) chance of each clip: sources by `mixture`, within a source every class by the root of its clips."""
    kinds = [clip.label or clip.group for clip in clips]
    count = {kind: kinds.count(kind) for kind in set(kinds)}
    weight = np.array([count[kind] ** -0.5 for kind in kinds])
    sources = np.array([clip.source for clip in clips])
    named = {source: share for source, share in mixture.items() if (sources == source).any()}
    rest = ~np.isin(sources, list(named))
    for source, share in named.items():
        weight[sources == source] *= share / weight[sources == source].sum()
    weight[rest] *= max(0.0, 1 - sum(named.values())) / max(weight[rest].sum(), 1e-12)
    return np.asarray(weight / weight.sum())
