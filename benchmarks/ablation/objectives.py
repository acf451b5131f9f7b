"""Other objectives than that of `indexer.align.loop`, to see what each part of it brings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from indexer.align.loop import Alignment, Drawn
from indexer.align.objective import alignment_loss


class OnePositive(Alignment):
    """Plain symmetric InfoNCE: one caption is right for each example, all others are wrong, its own synonyms too."""

    def loss(self, drawn: Drawn, rng: np.random.Generator) -> Tensor:
        """What a step makes smaller."""
        vectors, scale = self.outputs(drawn), self.recipe.scale
        own = torch.from_numpy(drawn.captions).to(vectors.device)
        count = min(self.recipe.contrast, len(self.phrases))
        others = torch.from_numpy(rng.choice(len(self.phrases), count, replace=False)).to(vectors.device)
        text = self.phrases[own]
        among, beside = scale * vectors @ text.T, scale * vectors @ self.phrases[others].T
        beside = beside.masked_fill(own[:, None] == others, -torch.inf)  # the right one is there once
        right = torch.arange(len(own), device=vectors.device)
        return F.cross_entropy(torch.cat([among, beside], dim=1), right) + 0.5 * F.cross_entropy(among.T, right)


class LearntTemperature(Alignment):
    """The temperature of the predictions is learnt, as in CLIP (arXiv 2103.00020, section 2.3); targets keep theirs.

    A training that was interrupted starts anew.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.log_scale = nn.Parameter(torch.tensor(math.log(self.recipe.scale), device=self.recipe.device))
        self.optimizer.add_param_group({"params": [self.log_scale], "weight_decay": 0.0})

    def _resume(self) -> None:
        return

    def loss(self, drawn: Drawn, rng: np.random.Generator) -> Tensor:
        """What a step makes smaller."""
        text, recipe = self.phrases[drawn.captions], self.recipe
        phrases = torch.cat([text, self._contrast(self.phrases, rng)])
        scale = self.log_scale.exp()
        return alignment_loss(
            self.outputs(drawn), text, phrases, scale=scale, sharpness=recipe.scale, among=recipe.among
        )


OBJECTIVES: dict[str, type[Alignment]] = {
    "soft": Alignment,
    "one positive": OnePositive,
    "learnt temperature": LearntTemperature,
}
