"""Sounds made by rule: rough likenesses, in any number, whose captions are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.align.sounds.clips import Clip
from indexer.align.sounds.synth import machines, nature, objects, voices  # noqa: F401 - they register their rules
from indexer.align.sounds.synth.rules import RULES, make

SOURCE = "rule"


def made(per_kind: int, seed: int, kinds: Sequence[str] | None = None) -> list[Clip]:
    """`per_kind` sounds of 4 s of each kind (all, by default); never held out."""
    clips = []
    for kind in kinds or sorted(RULES):
        for i in range(per_kind):
            rng = np.random.Generator(np.random.PCG64([seed, i, *kind.encode()]))
            samples = np.round(make(kind, rng) * 32767).astype(np.int16)
            clips.append(Clip(samples, RULES[kind].captions, SOURCE, group=kind))
    return clips
