"""Binding a tower to a frozen text hub: the loop, its checkpoints, its validation curve. One for every modality."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn

from indexer.align.objective import alignment_loss, companion_loss
from retriever.spaces.bridge import SCALE

Log = Callable[[str], None]


class Drawn(NamedTuple):
    """One step's examples.

    Attributes:
        inputs: of the tower, augmented; each has a method ``to(device)``, as tensors have.
        captions: (b,) one of each, into the phrases.
        companions: (b,) which of the companions shows the same thing, -1 where none does; None where there are none
            at all.
        ups: (b, 3) where up is in each, for what learns that.
    """

    inputs: tuple[Any, ...]
    captions: NDArray[np.int64]
    companions: NDArray[np.int64] | None = None
    ups: Tensor | None = None


class Examples(Protocol):
    """What one tower learns from; one implementation a modality.

    Attributes:
        phrases: every caption once.
    """

    phrases: list[str]

    def draw(self, rng: np.random.Generator, count: int) -> Drawn:
        """`count` training examples."""
        ...

    def validate(self, tower: nn.Module, phrase_vectors: Tensor) -> dict[str, float]:
        """Measures on the held-out examples, higher is better; `tower` is on the CPU or wherever the vectors are."""
        ...


@dataclass(frozen=True)
class Recipe:
    """Everything that a run depends on beside the examples.

    Attributes:
        steps: optimiser steps.
        batch: examples a step.
        contrast: captions that a step's examples are contrasted with, beside their own.
        rate: peak learning rate of AdamW, after `warmup` steps.
        warmup: steps in which the rate rises.
        decay: share of the steps, the last ones, in which the rate falls to a hundredth (Hägele et al. 2024,
            arXiv 2405.18392): until then the number of steps can still be changed.
        weight_decay: of AdamW.
        average: decay of the exponential moving average of the weights, which is what is kept.
        scale: inverse temperature of targets and tower alike; one for both, so that a tower's vectors come to lie
            on the text vectors themselves and not only on their side of the sphere.
        among: weight of the loss between the examples of a step (same-modality retrieval).
        seed: of everything random.
        half: forward in bfloat16.
        device: "cpu" or "cuda".
        compile: let torch.compile fuse what it can; needs a C++ compiler, and pays after a minute.
        validate_every: steps between validations and checkpoints.
    """

    steps: int = 2600
    batch: int = 192
    contrast: int = 4096
    rate: float = 2e-3
    warmup: int = 200
    decay: float = 0.4
    weight_decay: float = 0.05
    average: float = 0.998
    scale: float = SCALE
    among: float = 0.25
    seed: int = 0
    half: bool = True
    device: str = "cpu"
    compile: bool = False
    validate_every: int = 250

    def rate_at(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        if step < self.warmup:
            return self.rate * (step + 1) / self.warmup
        left = (self.steps - step) / max(1.0, self.decay * self.steps)
        return self.rate * min(1.0, 0.01 + 0.99 * left)


class Alignment:
    """One run. `train` goes on from ``checkpoint.pt`` where the folder holds one.

    Args:
        examples: what to learn from.
        phrase_vectors: (c, d) unit hub vectors of `examples.phrases`.
        tower: maps inputs to (b, d) unit vectors; trained in place.
        recipe: how to train.
        folder: for ``checkpoint.pt``, ``curve.jsonl`` and the result, ``tower.safetensors``.
        companions: (m, d) unit vectors of the same things in another modality, from a tower that is already trained;
            None binds the tower to the hub alone.
    """

    def __init__(
        self,
        examples: Examples,
        phrase_vectors: NDArray[np.float32],
        tower: nn.Module,
        recipe: Recipe,
        folder: Path,
        companions: NDArray[np.float32] | None = None,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.examples, self.recipe, self.folder = examples, recipe, folder
        self.phrases = torch.from_numpy(phrase_vectors).to(recipe.device)
        self.companions = None if companions is None else torch.from_numpy(companions).to(recipe.device)
        self.tower = tower.to(recipe.device).train()
        self.averaged = copy.deepcopy(self.tower).requires_grad_(False).eval()
        self.optimizer = torch.optim.AdamW(
            self.tower.parameters(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=recipe.weight_decay
        )
        self._forward: Callable[..., Tensor] = torch.compile(self.tower) if recipe.compile else self.tower
        self.step = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._resume()

    def train(self, log: Log) -> nn.Module:
        """Runs to the end of the recipe and returns the averaged tower; also saved as ``tower.safetensors``."""
        started, first, total = time.perf_counter(), self.step, 0.0
        while self.step < self.recipe.steps:
            total += self._one_step()
            if self.step % 50 == 0:
                rate = (self.step - first) * self.recipe.batch / (time.perf_counter() - started)
                log(f"step {self.step}/{self.recipe.steps}  loss {total / 50:.3f}  {rate:.0f} examples/s")
                total = 0.0
            if self.step % self.recipe.validate_every == 0 or self.step == self.recipe.steps:
                self._record(log)
                self.checkpoint()
        weights = {name: value.half() if value.is_floating_point() else value for name, value in self._weights()}
        save_file(weights, str(self.folder / "tower.safetensors"))
        return self.averaged

    def _weights(self) -> list[tuple[str, Tensor]]:
        return [(name, value.detach().cpu().contiguous()) for name, value in self.averaged.state_dict().items()]

    def _one_step(self) -> float:
        # Seeded by the step, so that a run that was interrupted goes on as if it had not been.
        rng = np.random.Generator(np.random.PCG64([self.recipe.seed, self.step]))
        loss = self.loss(self.examples.draw(rng, self.recipe.batch), rng)
        for parameters in self.optimizer.param_groups:
            parameters["lr"] = self.recipe.rate_at(self.step)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.tower.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self._average()
        return loss.item()

    def loss(self, drawn: Drawn, rng: np.random.Generator) -> Tensor:
        """What a step makes smaller: the hook for trainings of another kind."""
        vectors, recipe = self.outputs(drawn), self.recipe
        text, others = self.phrases[drawn.captions], self._contrast(self.phrases, rng)
        loss = alignment_loss(vectors, text, torch.cat([text, others]), scale=recipe.scale, among=recipe.among)
        if self.companions is None or drawn.companions is None:
            return loss
        shown = drawn.companions >= 0
        beside, others = self.companions[drawn.companions[shown]], self._contrast(self.companions, rng)
        return loss + companion_loss(vectors[shown], beside, others, recipe.scale) * float(shown.mean())

    def outputs(self, drawn: Drawn) -> Tensor:
        """The tower's, in float32, for one step's inputs."""
        with torch.autocast(torch.device(self.recipe.device).type, torch.bfloat16, enabled=self.recipe.half):
            return self._forward(*(each.to(self.recipe.device) for each in drawn.inputs)).float()

    def _contrast(self, vectors: Tensor, rng: np.random.Generator) -> Tensor:
        return vectors[rng.choice(len(vectors), min(self.recipe.contrast, len(vectors)), replace=False)]

    @torch.no_grad()
    def _average(self) -> None:
        decay = min(self.recipe.average, self.step / (self.step + 10))
        for kept, now in zip(self.averaged.parameters(), self.tower.parameters(), strict=True):
            kept.lerp_(now, 1 - decay)
        for statistic, latest in zip(self.averaged.buffers(), self.tower.buffers(), strict=True):
            statistic.copy_(latest)

    def _record(self, log: Log) -> None:
        measured = self.examples.validate(self.averaged, self.phrases)
        if not measured:  # nothing is held out
            return
        with (self.folder / "curve.jsonl").open("a") as file:
            file.write(json.dumps({"step": self.step, **measured}) + "\n")
        log("validation  " + "  ".join(f"{name} {value:.3f}" for name, value in measured.items()))

    def checkpoint(self) -> None:
        """Writes ``checkpoint.pt``, whole or not at all."""
        state = {
            "recipe": json.dumps(_lasting(self.recipe)),
            "step": self.step,
            "tower": self.tower.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        fresh = self.folder / "checkpoint.pt.new"
        torch.save(state, fresh)
        fresh.replace(self.folder / "checkpoint.pt")

    def _resume(self) -> None:
        path = self.folder / "checkpoint.pt"
        if not path.is_file():
            return
        state = torch.load(path, weights_only=True, map_location=self.recipe.device)
        if state["recipe"] != json.dumps(_lasting(self.recipe)):
            return
        self.step = state["step"]
        self.tower.load_state_dict(state["tower"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimizer.load_state_dict(state["optimizer"])


def _lasting(recipe: Recipe) -> dict[str, Any]:
    """What must be the same for a run to go on: all but its length, where it runs, and how often it is looked at."""
    free = {"steps", "decay", "validate_every", "device", "compile"}
    return {name: value for name, value in asdict(recipe).items() if name not in free}
