"""One tower's part of a fine-tuning: what it learns from, checked; and its training."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from indexer.align import captions
from indexer.align.loop import Alignment, Examples, Recipe
from indexer.align.own import checks, curves
from indexer.align.own.exam import Exam, Interval
from indexer.align.own.examples import lesson
from indexer.align.own.examples.shapes import OwnShapes
from indexer.align.own.holdout import hold_out
from indexer.align.own.interrupts import Watched, held_interrupts
from indexer.align.own.origin import Origin, loaded
from indexer.align.own.reading import Example, Progress
from indexer.align.own.report import TowerReport
from indexer.align.own.tuning import Tuning
from retriever.spaces import folders
from retriever.spaces.audio_tower import AudioTower
from retriever.spaces.image_tower import ImageTower
from retriever.types import Modality, Vectors

Say = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """A tower and what it learns from.

    Attributes:
        modality: of it.
        examples: n of that modality, none of them marked as test.
        held_out: (n,) True for those that are for validation only: what is chosen is chosen on them.
        exam: on those marked as test.
        lesson: `examples`, as the loop takes them.
        tower: with the weights to start from.
        weights: the file that has them.
        vectors: (c, d) hub vectors of the lesson's phrases.
        config: sizes of the tower, as its space describes it.
    """

    modality: Modality
    examples: list[Example]
    held_out: NDArray[np.bool_]
    exam: Exam
    lesson: Examples
    tower: nn.Module
    weights: Path
    vectors: Vectors
    config: dict[str, Any]

    @property
    def trained(self) -> int:
        """How many are trained on."""
        return int((~self.held_out).sum())

    def digest(self) -> str:
        """Of all that it learns from, 64 hex digits."""
        rows = [
            [each.content, each.pair.phrases, bool(out)] for each, out in zip(self.examples, self.held_out, strict=True)
        ]
        return sha256(json.dumps(rows).encode()).hexdigest()


def prepared(
    modality: Modality,
    everything: Sequence[Example],
    fixed: NDArray[np.bool_] | None,
    origin: Origin,
    tuning: Tuning,
    say: Say,
) -> Part:
    """One tower's part.

    Args:
        modality: of the tower.
        everything: examples of all modalities.
        fixed: which of them are not trained on, where the caller has decided.
        origin: where the tower comes from.
        tuning: share held out, and seed.
        say: told what is worth knowing.

    Raises:
        RetrieverError: there is nothing to learn.
    """
    of_it = [i for i, each in enumerate(everything) if each.pair.modality is modality]
    tests = [i for i in of_it if everything[i].pair.split == "test" and (fixed is None or fixed[i])]
    places = sorted({*of_it}.difference(tests))
    examples, asked = [everything[i] for i in places], [everything[i] for i in tests]
    if fixed is None:
        contents = [each.content for each in examples]
        out = hold_out([each.pair for each in examples], contents, tuning.holdout, tuning.seed)
    else:
        out = fixed[places]
    checks.can_learn(examples, out, modality, len(asked))
    for line in checks.remarks(examples, out, modality, asked):
        say(f"note: {line}")
    published = origin.tower(modality)
    learnt, tower = lesson(modality, examples, out, published.config)
    texts = origin.space.encoder(Modality.TEXT)
    vectors = captions.label_vectors(learnt.phrases, texts)
    exam = Exam.of(modality, asked, examples, texts)
    tower = loaded(tower, published.weights)
    if isinstance(tower, AudioTower | ImageTower):
        tower.expectation.widen(torch.from_numpy(vectors))
    return Part(modality, examples, out, exam, learnt, tower, published.weights, vectors, published.config)


def train(part: Part, recipe: Recipe, folder: Path, progress: Progress, say: Say) -> TowerReport:
    """A tower to the end of its recipe; Ctrl-C leaves a checkpoint of the last whole step in `folder`."""
    phase, began, done = f"train {part.modality}", time.monotonic(), 0
    curve = folder / "curve.jsonl"
    with held_interrupts() as check:

        def step() -> None:
            nonlocal done
            check()
            progress(phase, done, recipe.steps)
            done += 1

        run = Alignment(Watched(part.lesson, step), part.vectors, part.tower, recipe, folder)
        done = run.step
        if run.step:
            say(f"going on from step {run.step:,} of {recipe.steps:,}")
        else:
            start = {"step": 0, **part.lesson.validate(run.averaged, run.phrases)}
            curve.write_text(json.dumps(start) + "\n", encoding="utf-8")
        try:
            run.train(say)
        except KeyboardInterrupt:
            run.checkpoint()
            raise
    config = part.config
    if isinstance(part.lesson, OwnShapes):
        config = part.lesson.settled(run.averaged, run.phrases, config)
    rows = curves.read_curve(curve)
    before, after = ({name: value for name, value in rows[at].items() if name != "step"} for at in (0, -1))
    test_before: Mapping[str, Interval] = {}
    test_after: Mapping[str, Interval] = {}
    if part.exam.examples:  # only now that nothing is left to choose
        say(f"asking {checks.plural(part.modality, len(part.exam.examples))} marked as test, before and after")
        towers = ((part.weights, part.config), (folder / "tower.safetensors", config))
        encoders = (folders.own_encoder(part.modality, *each, recipe.device) for each in towers)
        test_before, test_after = (part.exam.taken(encoder) for encoder in encoders)
    return TowerReport(
        before=before,
        after=after,
        trained=part.trained,
        held_out=int(part.held_out.sum()),
        tested=len(part.exam.examples),
        test_before=test_before,
        test_after=test_after,
        phrases=len(part.vectors),
        recipe=recipe,
        seconds=time.monotonic() - began,
        curve=rows,
        folder=folder,
        config=config,
    )
