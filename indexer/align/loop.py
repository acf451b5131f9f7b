"""Binding a 3D tower to a frozen text hub: the loop, its validation, its checkpoints."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file

from indexer.align.augment import Augmentation, augment, cut, to_unit_sphere
from indexer.align.dataset import Dataset
from indexer.align.objective import alignment_loss
from retriever import metrics
from retriever.spaces.shape_tower import Grouping, ShapeTower, TowerConfig, group

Log = Callable[[str], None]


@dataclass(frozen=True)
class Recipe:
    """Everything that a run depends on beside the data.

    Attributes:
        steps: optimiser steps.
        batch: clouds a step.
        contrast: captions that a step's clouds are contrasted with, beside their own.
        rate: peak learning rate of AdamW, after `warmup` steps, then a cosine to a hundredth.
        weight_decay: of AdamW.
        average: decay of the exponential moving average of the weights, which is what is kept.
        mixture: source -> share of the clouds drawn; sources not named share what is left by size.
        seed: of everything random.
        half: forward in bfloat16.
    """

    steps: int = 2600
    batch: int = 192
    contrast: int = 4096
    rate: float = 2e-3
    warmup: int = 200
    weight_decay: float = 0.05
    average: float = 0.998
    mixture: dict[str, float] = field(default_factory=lambda: {"parametric": 0.5})
    augmentation: Augmentation = field(default_factory=Augmentation)
    seed: int = 0
    half: bool = True
    validate_every: int = 250


class Alignment:
    """One run. `train` goes on from ``checkpoint.pt`` where the folder holds one.

    Args:
        data: clouds and captions.
        phrase_vectors: (c, d) unit hub vectors of `data.phrases`.
        tower_config: sizes of the tower.
        recipe: how to train.
        folder: for the checkpoint, ``curve.jsonl`` and the result, ``shape.safetensors``.
    """

    def __init__(
        self,
        data: Dataset,
        phrase_vectors: NDArray[np.float32],
        tower_config: TowerConfig,
        recipe: Recipe,
        folder: Path,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.data, self.recipe, self.folder = data, recipe, folder
        self.phrases = torch.from_numpy(phrase_vectors)
        self.tower = ShapeTower(tower_config)
        self.averaged = copy.deepcopy(self.tower).requires_grad_(False)
        self.log_scale = torch.nn.Parameter(torch.tensor(math.log(20.0)))
        groups: list[dict[str, Any]] = [
            {"params": self.tower.parameters()},
            {"params": [self.log_scale], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(
            groups,
            lr=recipe.rate,
            betas=(0.9, 0.98),
            weight_decay=recipe.weight_decay,
        )
        self.step = 0
        self._chances = _drawing_chances(data, recipe.mixture)
        folder.mkdir(parents=True, exist_ok=True)
        self._resume()

    def train(self, log: Log) -> ShapeTower:
        """Runs to the end of the recipe and returns the averaged tower; also saved as ``shape.safetensors``."""
        started, first, total = time.perf_counter(), self.step, 0.0
        while self.step < self.recipe.steps:
            total += self._one_step()
            if self.step % 50 == 0:
                rate = (self.step - first) * self.recipe.batch / (time.perf_counter() - started)
                log(f"step {self.step}/{self.recipe.steps}  loss {total / 50:.3f}  {rate:.0f} clouds/s")
                total = 0.0
            if self.step % self.recipe.validate_every == 0 or self.step == self.recipe.steps:
                self._record(log)
                self._checkpoint()
        save_file(
            {k: v.half().contiguous() for k, v in self.averaged.state_dict().items()},
            str(self.folder / "shape.safetensors"),
        )
        return self.averaged

    def _one_step(self) -> float:
        # Seeded by the step, so that a run that was interrupted goes on as if it had not been.
        rng = np.random.Generator(np.random.PCG64([self.recipe.seed, self.step]))
        rows = rng.choice(len(self._chances), self.recipe.batch, p=self._chances)
        text = self.phrases[[rng.choice(self.data.captions[shape]) for shape in self.data.owner[rows]]]
        others = self.phrases[
            rng.choice(len(self.phrases), min(self.recipe.contrast, len(self.phrases)), replace=False)
        ]
        points, grouping = self._augmented(rows, torch.Generator().manual_seed(int(rng.integers(2**62))))
        for parameters in self.optimizer.param_groups:
            parameters["lr"] = self._rate()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.recipe.half):
            vectors = self.tower(points, grouping)
        loss = alignment_loss(vectors, text, torch.cat([text, others]), self.log_scale.exp().clamp(max=100.0))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.tower.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        decay = min(self.recipe.average, self.step / (self.step + 10))
        with torch.no_grad():
            for kept, now in zip(self.averaged.parameters(), self.tower.parameters(), strict=True):
                kept.lerp_(now, 1 - decay)
        return loss.item()

    def _augmented(self, rows: NDArray[np.int64], generator: torch.Generator) -> tuple[torch.Tensor, Grouping]:
        points, grouping = self.data.batch(rows)
        partial = int(len(rows) * self.recipe.augmentation.partial)  # the first few, since rows are in random order
        if partial:
            fewer = to_unit_sphere(cut(points[:partial], generator))
            points[:partial] = fewer
            again = group(fewer, self.tower.config)
            for name in ("centers", "near", "patch_near"):
                getattr(grouping, name)[:partial] = getattr(again, name)
        return augment(points, self.recipe.augmentation, generator), grouping

    def _rate(self) -> float:
        if self.step < self.recipe.warmup:
            return self.recipe.rate * (self.step + 1) / self.recipe.warmup
        done = (self.step - self.recipe.warmup) / max(1, self.recipe.steps - self.recipe.warmup)
        return self.recipe.rate * (0.01 + 0.99 * (1 + math.cos(math.pi * done)) / 2)

    def _record(self, log: Log) -> None:
        measured = {"step": self.step, **validate(self.averaged, self.data, self.phrases)}
        with (self.folder / "curve.jsonl").open("a") as file:
            file.write(json.dumps(measured) + "\n")
        log("validation  " + "  ".join(f"{name} {value:.3f}" for name, value in measured.items() if name != "step"))

    def _checkpoint(self) -> None:
        state = {
            "recipe": json.dumps(asdict(self.recipe)),
            "step": self.step,
            "tower": self.tower.state_dict(),
            "averaged": self.averaged.state_dict(),
            "log_scale": self.log_scale.detach(),
            "optimizer": self.optimizer.state_dict(),
        }
        fresh = self.folder / "checkpoint.pt.new"
        torch.save(state, fresh)
        fresh.replace(self.folder / "checkpoint.pt")

    def _resume(self) -> None:
        path = self.folder / "checkpoint.pt"
        if not path.is_file():
            return
        state = torch.load(path, weights_only=True)
        if state["recipe"] != json.dumps(asdict(self.recipe)):
            return
        self.step = state["step"]
        self.tower.load_state_dict(state["tower"])
        self.averaged.load_state_dict(state["averaged"])
        self.log_scale.data.copy_(state["log_scale"])
        self.optimizer.load_state_dict(state["optimizer"])


def _drawing_chances(data: Dataset, mixture: dict[str, float]) -> NDArray[np.float64]:
    """(n,) chance of each cloud: sources by `mixture`, within a source frequent captions damped by a square root."""
    sources = np.array(data.sources)[data.owner]
    first = np.array([captions[0] for captions in data.captions])
    count = np.bincount(first, minlength=len(data.phrases))[first][data.owner]
    weight = np.where(data.held_out[data.owner], 0.0, 1 / np.sqrt(count))
    named = {source: share for source, share in mixture.items() if weight[sources == source].sum() > 0}
    rest = ~np.isin(sources, list(named))
    left = 1 - sum(named.values()) if rest.any() else 0.0
    chances = np.where(rest, left * weight / max(weight[rest].sum(), 1e-12), 0.0)
    for source, share in named.items():
        inside = sources == source
        chances[inside] = share * weight[inside] / weight[inside].sum()
    return chances / chances.sum()


@torch.inference_mode()
def validate(tower: ShapeTower, data: Dataset, phrases: torch.Tensor) -> dict[str, float]:
    """Top-1 and top-5 over the held-out shapes' first captions, and text -> 3D mAP, by source: own making or not."""
    measured = {}
    for name, parametric in (("named", False), ("parametric", True)):
        shapes = [i for i, out in enumerate(data.held_out) if out and (data.sources[i] == "parametric") == parametric]
        if not shapes:
            continue
        first_cloud = np.searchsorted(data.owner, shapes)
        vectors = torch.cat([tower(*data.batch(rows)) for rows in np.array_split(first_cloud, -(-len(shapes) // 64))])
        captions = sorted({data.captions[i][0] for i in shapes})
        relevant = np.array([[caption in data.captions[i] for caption in captions] for i in shapes])
        scores = (vectors @ phrases[captions].T).numpy()
        measured[f"{name}_top1"] = float(metrics.hit_at(1, scores, relevant).mean())
        measured[f"{name}_top5"] = float(metrics.hit_at(5, scores, relevant).mean())
        measured[f"{name}_text_to_3d_map"] = float(metrics.average_precision(scores.T, relevant.T).mean())
    return measured
