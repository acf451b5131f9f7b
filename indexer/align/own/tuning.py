"""How a fine-tuning goes: what the user may set, and the recipe that it comes to."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from indexer.align.loop import Examples, Recipe
from retriever.devices import torch_device
from retriever.errors import UsageError

_PASSES = 90
"""Times that each example is seen where neither steps nor minutes are given: about 12 minutes for 1,400 clouds."""
_FEWEST, _MOST = 300, 6000
_AMONG = 0.5
"""Weight of the loss between the examples of a step: own files are few and alike, and are to find each other, too."""
_VALIDATIONS = 12
_SPARE = 0.9
"""Of the minutes: the rest goes to validations and to reading the files."""
_TIMED = 3


@dataclass(frozen=True)
class Tuning:
    """What a user may set.

    Attributes:
        steps: optimiser steps of each tower; None goes by `minutes`, else by the number of examples.
        minutes: that training may take in all; None for no such bound.
        batch: examples a step.
        rate: peak learning rate.
        seed: of everything random.
        device: "auto", "cpu" or "cuda".
        half: forward in bfloat16.
        holdout: share of the examples kept for validation, 0 to 0.9.
        views: clouds drawn of each mesh.
        up: axis of 3D files that points up: "y", "z" or "auto".
    """

    steps: int | None = None
    minutes: float | None = None
    batch: int = 96
    rate: float = 1e-3
    seed: int = 0
    device: str = "auto"
    half: bool = True
    holdout: float = 0.1
    views: int = 4
    up: str = "auto"

    def __post_init__(self) -> None:
        for option, value, low, high in (
            ("steps", self.steps, 1, 10**7),
            ("minutes", self.minutes, 0, 10**5),
            ("batch", self.batch, 2, 10**5),
            ("rate", self.rate, 0, 1),
            ("holdout", self.holdout, 0, 0.9),
            ("views", self.views, 1, 64),
        ):
            if value is not None and not low <= value <= high:
                raise UsageError(f"--{option} {value} is out of range; give a number from {low} to {high}.")
        if self.steps is not None and self.minutes is not None:
            raise UsageError("--steps and --minutes exclude each other; give one of them.")

    def lasting(self) -> dict[str, object]:
        """What must be the same for a training that was interrupted to go on."""
        kept = ("batch", "rate", "seed", "half", "views", "up")
        return {name: getattr(self, name) for name in kept}

    def recipe(self, examples: Examples, tower: nn.Module, trained: int, share: float) -> Recipe:
        """The recipe for one tower.

        Args:
            examples: what it learns from.
            tower: it; left as it is.
            trained: examples that are trained on.
            share: of the minutes that are for this tower.
        """
        device = torch_device(self.device)
        whole = Recipe(batch=self.batch, rate=self.rate, among=_AMONG, seed=self.seed, half=self.half, device=device)
        if self.steps is not None:
            steps = self.steps
        elif self.minutes is not None:
            seconds = 60 * self.minutes * share * _SPARE
            steps = max(1, int(seconds / seconds_per_step(examples, tower, whole)))
        else:
            steps = min(max(_PASSES * trained // self.batch, _FEWEST), _MOST)
        return of_length(whole, steps)


def of_length(recipe: Recipe, steps: int) -> Recipe:
    """The same for a number of steps, with a warm-up, an average and validations that suit it."""
    return replace(
        recipe,
        steps=steps,
        warmup=max(1, min(100, steps // 10)),
        average=min(0.998, 1 - 1 / max(2.0, steps / 20)),
        validate_every=max(1, steps // _VALIDATIONS),
    )


def seconds_per_step(examples: Examples, tower: nn.Module, recipe: Recipe) -> float:
    """How long a step takes on this machine now, forward, backward and drawing; `tower` is left as it is."""
    trial = copy.deepcopy(tower).to(recipe.device).train()
    rng = np.random.Generator(np.random.PCG64(recipe.seed))
    times = []
    for _ in range(_TIMED):
        began = time.perf_counter()
        inputs = examples.draw(rng, recipe.batch).inputs
        with torch.autocast(torch.device(recipe.device).type, torch.bfloat16, enabled=recipe.half):
            vectors = trial(*(each.to(recipe.device) for each in inputs))
        vectors.float().square().sum().backward()
        float(vectors.detach()[0, 0])  # a GPU is done only when something is asked of it
        times.append(time.perf_counter() - began)
    return float(np.median(times))
