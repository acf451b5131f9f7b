"""Clouds as training examples: which are drawn how often, how they are varied, and how a tower is judged on them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from indexer.align.draws import CaptionDeck, Deck, Widen, generator_of, widened
from indexer.align.loop import Drawn
from indexer.align.shapes.augment import Augmentation, augment, repaint, to_unit_sphere
from indexer.align.shapes.dataset import Clouds, Resident
from indexer.align.shapes.scans import scanned
from retriever import metrics
from retriever.spaces.shape_tower import GREY, TowerConfig
from retriever.spaces.tokens import Grouping, group

PARAMETRIC = "parametric"

_JUDGED = 1500  # held-out shapes of a kind: enough for a curve, quick enough to be looked at often


class ShapeExamples:
    """`indexer.align.loop.Examples` of clouds.

    Args:
        clouds: what to draw from.
        config: of the tower, for the neighbourhoods of clouds that lose points.
        augmentation: how each draw is varied.
        mixture: source -> share of the clouds drawn; sources not named share what is left by size.
        widen: captions of one shape -> those and more, synonyms and hypernyms say.
        own: chance that a shape's caption is one of its own and not one of the added.
        device: where clouds are drawn and varied.
    """

    def __init__(
        self,
        clouds: Clouds,
        config: TowerConfig,
        *,
        augmentation: Augmentation | None = None,
        mixture: Mapping[str, float] | None = None,
        widen: Widen = tuple,
        own: float = 0.6,
        device: str = "cpu",
    ) -> None:
        self.clouds, self.config = clouds, config
        self.resident = Resident(clouds, device)
        self._augmentation = augmentation or Augmentation()
        captions = [[clouds.phrases[i] for i in several] for several in clouds.captions]
        self.phrases, _, added = widened(captions, widen, clouds.phrases)
        self._captions = CaptionDeck(clouds.captions, added, chance=own)
        self._clouds = Deck(_drawing_chances(clouds, mixture or {}))

    def draw(self, rng: np.random.Generator, count: int) -> Drawn:
        """Points, colours and neighbourhoods of `count` clouds for training, and a caption of each."""
        rows = self._clouds.draw(rng, count)
        captions = self._captions.draw(rng, self.clouds.owner[rows])
        *inputs, ups = self._augmented(rows, generator_of(rng, self.resident.device))
        return Drawn(tuple(inputs), captions, ups=ups)

    def _augmented(
        self, rows: NDArray[np.int64], generator: torch.Generator
    ) -> tuple[Tensor, Tensor, Grouping, Tensor]:
        how = self._augmentation
        points, colors, grouping = self.resident.batch(rows)
        changed = scanned(points, colors, how, generator)
        if changed:
            points[:changed] = to_unit_sphere(points[:changed])
            again = group(points[:changed], self.config)
            for name in ("centers", "near", "patch_near"):
                getattr(grouping, name)[:changed] = getattr(again, name)
        points, ups = augment(points, how, generator)
        return points, repaint(colors, how, generator), grouping, ups

    @torch.inference_mode()
    def validate(self, tower: nn.Module, phrase_vectors: Tensor) -> dict[str, float]:
        """Top-1 and top-5 over the held-out shapes' first captions, text -> 3D and 3D -> 3D mAP; colours unseen.

        Parametric shapes and others apart; a shape's own captions, not the added ones, are right.
        """
        measured = {}
        for name, parametric in (("named", False), (PARAMETRIC, True)):
            shapes = self._held_out(parametric)
            if shapes:
                vectors = self._vectors(tower, shapes, phrase_vectors.device.type)
                for measure, value in self._measures(vectors, shapes, phrase_vectors.cpu()).items():
                    measured[f"{name}_{measure}"] = value
        return measured

    def _held_out(self, parametric: bool) -> list[int]:
        """A fixed choice of them."""
        source_fits = [(source == PARAMETRIC) == parametric for source in self.clouds.sources]
        shapes = np.flatnonzero(self.clouds.held_out & np.array(source_fits))
        return sorted(np.random.default_rng(0).permutation(shapes)[:_JUDGED].tolist())

    def _vectors(self, tower: nn.Module, shapes: list[int], device: str) -> Tensor:
        first_cloud = np.searchsorted(self.clouds.owner, shapes)
        vectors = []
        for rows in np.array_split(first_cloud, -(-len(shapes) // 64)):
            points, _, grouping = self.resident.batch(rows)
            grey = torch.full_like(points, GREY)
            vectors.append(tower(points.to(device), grey.to(device), grouping.to(device)).float().cpu())
        return torch.cat(vectors)

    def _measures(self, vectors: Tensor, shapes: list[int], phrase_vectors: Tensor) -> dict[str, float]:
        captions = sorted({self.clouds.captions[i][0] for i in shapes})
        relevant = np.array([[caption in self.clouds.captions[i] for caption in captions] for i in shapes])
        scores = (vectors @ phrase_vectors[captions].T).numpy()
        first = np.array([self.clouds.captions[i][0] for i in shapes])
        itself = np.eye(len(first), dtype=bool)
        same = (first[:, None] == first) & ~itself
        among = (vectors @ vectors.T).numpy()
        (to_text, _), (from_text, _) = metrics.judge(scores, relevant), metrics.judge(scores.T, relevant.T)
        measured = {
            "top1": float(metrics.hit_at(to_text, 1).mean()),
            "top5": float(metrics.hit_at(to_text, 5).mean()),
            "text_to_3d_map": float(metrics.average_precision(from_text).mean()),
        }
        if same.any():
            measured["3d_to_3d_map"] = float(metrics.average_precision(metrics.judge(among, same, itself)[0]).mean())
        return measured


def _drawing_chances(clouds: Clouds, mixture: Mapping[str, float]) -> NDArray[np.float64]:
    """(n,) chance of each cloud: sources by `mixture`, within a source frequent captions damped by a square root."""
    sources = np.array(clouds.sources)[clouds.owner]
    first = np.array([captions[0] for captions in clouds.captions])
    count = np.bincount(first[clouds.owner], minlength=len(clouds.phrases))[first][clouds.owner]
    weight = np.where(clouds.held_out[clouds.owner], 0.0, 1 / np.sqrt(count))
    named = {source: share for source, share in mixture.items() if weight[sources == source].sum() > 0}
    rest = ~np.isin(sources, list(named))
    left = 1 - sum(named.values()) if rest.any() else 0.0
    chances = np.where(rest, left * weight / max(weight[rest].sum(), 1e-12), 0.0)
    for source, share in named.items():
        inside = sources == source
        chances[inside] = share * weight[inside] / weight[inside].sum()
    return chances / chances.sum()
