"""Trains each variant and measures it like any space."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

from benchmarks.ablation import targets
from benchmarks.ablation.objectives import OBJECTIVES
from benchmarks.ablation.targets import BoundExamples, Targets
from benchmarks.ablation.variants import VARIANTS, Variant
from benchmarks.retrieval import SECTIONS, tables
from benchmarks.retrieval.encoding import say
from benchmarks.retrieval.material import Material
from benchmarks.retrieval.protocol import Row
from indexer import vocabulary
from indexer.align.captions import label_vectors
from indexer.align.loop import Recipe
from indexer.align.own.origin import Origin
from indexer.align.own.tuning import of_length
from indexer.align.publish import publish
from indexer.align.shapes.dataset import Clouds, build
from indexer.align.shapes.examples import PARAMETRIC, ShapeExamples
from indexer.align.shapes.sources import LabelledShape, named_meshes, parametric_shapes
from indexer.align.split import is_held_out
from retriever.errors import UsageError
from retriever.spaces.mini import open_space
from retriever.spaces.shape_tower import ShapeTower, TowerConfig
from retriever.types import Modality, Text, Vectors

MEASURES = {
    ("top-1", "all"): "top-1",
    ("text->3D mAP", "all"): "text->3D",
    ("3D->3D mAP", "all"): "3D->3D",
    ("name->3D hit@10", "held-back names"): "name->3D",
    ("render->3D mAP", "rendered here"): "render->3D",
    ("photo->3D mAP", "all"): "photo->3D",
    ("sound->3D mAP", "all"): "sound->3D",
}
"""(measure, subset) of `benchmarks.retrieval` -> column of the table."""


@dataclass(frozen=True)
class Budget:
    """The same for every variant.

    Attributes:
        steps: optimiser steps.
        batch: clouds a step.
        per_kind: parametric shapes of each kind.
        kinds: of parametric shapes; all where empty.
        seed: of everything random.
        device: "cpu" or "cuda".
    """

    steps: int = 400
    batch: int = 96
    per_kind: int = 12
    kinds: tuple[str, ...] = ()
    seed: int = 0
    device: str = "cpu"


class Ablation:
    """The trainings.

    Args:
        data: as for `Material`, with ``shapes_named``.
        space: whose image and audio towers are the frozen ones, and whose 3D tower gives the sizes.
        budget: of each training.
        work: folder for clouds, checkpoints and towers; a run that was interrupted goes on there.
    """

    def __init__(self, data: Path, space: str | Path, budget: Budget, work: Path) -> None:
        if not (data / "shapes_named" / "items.csv").is_file():
            raise UsageError(
                f"--data {data} has no shapes_named/items.csv; give a folder with named meshes to train on."
            )
        self.origin, self.budget, self.work = Origin.of(space), budget, work
        self.material = Material(data, self.origin.space)
        # Without what stands clouds up: it is trained apart, and would hide what the augmentation of poses does.
        self.config = replace(TowerConfig.of(self.origin.card["towers"]["shape"]["config"]), pose_width=0, views=None)

    def rows(self, variants: Sequence[Variant] = VARIANTS) -> Iterator[tuple[Variant, list[Row]]]:
        """All measures of each variant whose modalities the space has."""
        for variant in variants:
            if not self.material.reads(*map(Modality, variant.bound)):
                say(f"{variant.name}: left out, the space lacks a tower for it")
                continue
            folder = self._folder(variant)
            tower = self._trained(variant, folder)
            self._publish(variant, tower, folder / "space")
            material = self.material.towered(open_space(folder / "space"))
            yield variant, [row for _, rows in tables(material, SECTIONS) for row in rows]

    def _folder(self, variant: Variant) -> Path:
        """Where it trains; another one for other weights, data sizes or seeds."""
        what = [repr(variant), repr(self.budget), self.origin.space.identity.weights]
        return self.work / sha256(json.dumps(what).encode()).hexdigest()[:12]

    def _trained(self, variant: Variant, folder: Path) -> Path:
        weights = folder / "tower.safetensors"
        if weights.is_file():
            return weights
        say(f"{variant.name}: {self.budget.steps} steps")
        clouds = Clouds.joined([self.named, self.made]) if variant.parametric else self.named
        mixture = {PARAMETRIC: 0.5} if variant.parametric else {}
        shapes = ShapeExamples(
            clouds,
            self.config,
            augmentation=variant.augmentation,
            mixture=mixture,
            widen=vocabulary.widen if variant.widened else tuple,
        )
        others = {modality: self._targets(modality) for modality in variant.bound}
        examples = BoundExamples(shapes, others, text=variant.text)
        vectors = examples.vectors(self._captions(shapes.phrases, variant.templates))
        torch.manual_seed(self.budget.seed)
        align = OBJECTIVES[variant.objective]
        align(examples, vectors, ShapeTower(self.config), self._recipe(variant), folder).train(say)
        return weights

    def _captions(self, phrases: Sequence[str], templates: bool) -> Vectors:
        """Their vectors in the hub."""
        encoder = self.origin.space.encoder(Modality.TEXT)
        return label_vectors(phrases, encoder) if templates else encoder.encode([Text(phrase) for phrase in phrases])

    def _recipe(self, variant: Variant) -> Recipe:
        budget = self.budget
        usual = Recipe(
            batch=budget.batch,
            seed=budget.seed,
            device=budget.device,
            among=variant.among,
            contrast=variant.contrast,
        )
        return replace(of_length(usual, budget.steps), validate_every=budget.steps)

    def _publish(self, variant: Variant, weights: Path, folder: Path) -> None:
        towers = {modality: self.origin.tower(modality) for modality in self.origin.modalities}
        shape = towers[Modality.SHAPE]
        entry = replace(self.origin.space.identity.shape, surface=0)
        if not variant.color:
            entry = replace(entry, color=None)
        towers[Modality.SHAPE] = replace(shape, weights=weights, input=entry, config=self.config)
        publish(towers, folder, name="ablation")

    def _targets(self, modality: str) -> Targets:
        return self._pictures if modality == "image" else self._sounds

    @cached_property
    def _pictures(self) -> Targets:
        made = parametric_shapes(self.budget.per_kind, self.budget.seed, self.budget.kinds)
        shapes = [*named_meshes(self.material.folder / "shapes_named"), *made]
        return targets.of_pictures(self.material, [shape for shape in shapes if not is_held_out(shape.group)])

    @cached_property
    def _sounds(self) -> Targets:
        return targets.of_sounds(self.material)

    @cached_property
    def named(self) -> Clouds:
        """One cloud of every named mesh."""
        return self._clouds("named", named_meshes(self.material.folder / "shapes_named"))

    @cached_property
    def made(self) -> Clouds:
        """One cloud of every parametric shape."""
        budget = self.budget
        made = parametric_shapes(budget.per_kind, budget.seed, budget.kinds)
        return self._clouds("-".join(["parametric", str(budget.per_kind), str(budget.seed), *budget.kinds]), made)

    def _clouds(self, name: str, shapes: Iterator[LabelledShape]) -> Clouds:
        path = self.work / f"{name}-{self.config.points}.npz"
        if not path.is_file():
            say(f"clouds of {name} shapes")
            build(shapes, self.config, draw=lambda shape: [shape.geometry]).save(path)
        return Clouds.load(path)


def table(found: Sequence[tuple[Variant, list[Row]]]) -> list[dict[str, Any]]:
    """One line a variant, the columns of `MEASURES` that were measured."""
    lines = []
    for variant, rows in found:
        values = {(row["measure"], row["subset"]): row["value"] for row in rows}
        columns = {column: values[key] for key, column in MEASURES.items() if key in values}
        lines.append({"targets and training": variant.name, **columns})
    return lines
