"""What a fine-tuning did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer.align.loop import Recipe
from indexer.align.own.exam import Interval
from retriever.types import Modality


@dataclass(frozen=True)
class TowerReport:
    """One tower's training.

    Attributes:
        before: measures on the held-out examples at the start, see `indexer.align.own.judge`; empty where none are.
        after: likewise at the end; something was chosen on these examples, which flatters them a little.
        trained: examples that were trained on.
        held_out: examples that were not, and were chosen on.
        tested: examples that their owner has marked as test, on which nothing was chosen.
        test_before: the measures on these in the space to start from, with 95 % intervals; empty where none are.
        test_after: likewise in the space that came out.
        phrases: different labels and captions.
        recipe: that was followed.
        seconds: that this call trained for.
        curve: step and measures of every validation.
        folder: with ``tower.safetensors``, until the space is written.
        config: sizes of the tower, as JSON values.
    """

    before: Mapping[str, float]
    after: Mapping[str, float]
    trained: int
    held_out: int
    tested: int
    test_before: Mapping[str, Interval]
    test_after: Mapping[str, Interval]
    phrases: int
    recipe: Recipe
    seconds: float
    curve: list[dict[str, float]]
    folder: Path
    config: Mapping[str, Any]


@dataclass
class Report:
    """What came out.

    Attributes:
        name: of the space.
        folder: of the space.
        towers: those that were trained.
        failed: (path, sentence) of the files that could not be read.
        seconds: of it all.
    """

    name: str
    folder: Path
    towers: dict[Modality, TowerReport] = field(default_factory=dict)
    failed: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
