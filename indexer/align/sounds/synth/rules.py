"""The register of sounds made by rule: a name, its captions, a function that makes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from indexer.align.sounds.synth.parts import RATE, Rng, Samples

Maker = Callable[[Rng, int], Samples]
"""(rng, n) -> (n,) samples of any level."""


@dataclass(frozen=True)
class Rule:
    """How a kind of sound is made.

    Attributes:
        captions: its name first, as for recordings.
        make: the function.
    """

    captions: tuple[str, ...]
    make: Maker


RULES: dict[str, Rule] = {}


def rule(name: str, *captions: str) -> Callable[[Maker], Maker]:
    """Registers a function as the maker of a kind of sound."""

    def register(make: Maker) -> Maker:
        RULES[name] = Rule((name, *captions), make)
        return make

    return register


def make(name: str, rng: Rng, length: float = 4.0) -> Samples:
    """`length` seconds of a kind, peak 0.9."""
    samples = RULES[name].make(rng, int(length * RATE))
    return np.asarray(0.9 * samples / max(np.abs(samples).max(), 1e-9))
