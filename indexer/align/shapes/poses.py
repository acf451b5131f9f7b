"""Teaching `retriever.spaces.pose.UpEstimator` which way is up: clouds lie as they may, and where up went is known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from indexer.align.loop import Alignment, Drawn, Log, Recipe
from indexer.align.shapes.augment import Augmentation, rotations
from indexer.align.shapes.dataset import Clouds
from indexer.align.shapes.examples import PARAMETRIC, ShapeExamples
from retriever.spaces.pose import UpEstimator, likeliest, pose_loss
from retriever.spaces.shape_tower import TowerConfig

LYING = Augmentation(tumble=0.4, flip=0.2, tilt=0.06, stretch=0.25, noise=0.04, partial=0.1)
"""How clouds lie: upright more often than not, as files do, else on another axis or anyhow."""

RIGHT = math.radians(20)
"""An estimate this near counts as right."""

_STILL = {
    "upright": Augmentation(tumble=0, flip=0, tilt=0),
    "flipped": Augmentation(tumble=0, flip=1, tilt=0),
    "any": Augmentation(tumble=1),
}


class PoseExamples(ShapeExamples):
    """The same clouds, with where up is instead of a caption.

    Args:
        clouds: what to draw from.
        config: of the tower.
        mixture: source -> share of the clouds drawn.
        device: where clouds are drawn and turned.
    """

    def __init__(
        self, clouds: Clouds, config: TowerConfig, mixture: Mapping[str, float] | None = None, device: str = "cpu"
    ) -> None:
        super().__init__(clouds, config, augmentation=LYING, mixture=mixture, device=device)

    def draw(self, rng: np.random.Generator, count: int) -> Drawn:
        """Points and neighbourhoods of `count` clouds, and which way is up in each."""
        drawn = super().draw(rng, count)
        points, _, grouping = drawn.inputs
        return drawn._replace(inputs=(points, grouping))

    @torch.inference_mode()
    def validate(self, tower: nn.Module, phrase_vectors: Tensor) -> dict[str, float]:
        """Share of held-out clouds whose up is found, for clouds that lie upright, on another axis, anyhow."""
        measured = {}
        for name, parametric in (("named", False), (PARAMETRIC, True)):
            first = np.searchsorted(self.clouds.owner, self._held_out(parametric))
            for lying, how in _STILL.items() if len(first) else ():
                measured[f"{name}_{lying}"] = self._found(tower, first, how, phrase_vectors)
        return measured

    def _found(self, tower: nn.Module, rows: np.ndarray, how: Augmentation, directions: Tensor) -> float:
        generator, right = torch.Generator(self.resident.device).manual_seed(0), 0
        for part in np.array_split(rows, -(-len(rows) // 64)):
            points, _, grouping = self.resident.batch(part)
            turns = rotations(len(points), how, generator)
            lying, device = points @ turns.transpose(1, 2), directions.device.type
            up = likeliest(tower(lying.to(device), grouping.to(device)), directions)
            right += int(((up * turns[:, :, 1].to(device)).sum(dim=1) > math.cos(RIGHT)).sum())
        return right / len(rows)


class PoseTraining(Alignment):
    """The loop, with directions in place of captions."""

    def loss(self, drawn: Drawn, rng: np.random.Generator) -> Tensor:
        """Cross-entropy over the directions."""
        assert drawn.ups is not None
        return pose_loss(self.outputs(drawn), drawn.ups.to(self.recipe.device), self.phrases)


def trained(clouds: Clouds, config: TowerConfig, recipe: Recipe, folder: Path, log: Log) -> UpEstimator:
    """An estimator for towers of `config`, trained in `folder`, frozen."""
    estimator = UpEstimator(config.pose_width, config.pose_layers, config.patches)
    examples = PoseExamples(clouds, config, {PARAMETRIC: 0.5}, recipe.device)
    kept = PoseTraining(examples, estimator.directions.numpy(), estimator, recipe, folder).train(log)
    assert isinstance(kept, UpEstimator)
    return kept.to("cpu").requires_grad_(False)
