"""What is asked of every part of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.results.tables import Table
from retriever import spaces

FEW = ("chair", "table", "mug", "car", "airliner", "bottle", "sofa", "guitar")
"""Kinds of shapes that a quick run makes do with."""
DATA = "--data FOLDER"
"""Stands for the user's folder in the commands of tables, which others shall read."""


@dataclass(frozen=True)
class Settings:
    """What is asked of every part.

    Attributes:
        data: folder of test data; None without.
        space: to measure.
        quick: small sizes and few rounds, to see that it runs.
    """

    data: Path | None = None
    space: str = spaces.DEFAULT
    quick: bool = False

    def as_json(self) -> dict[str, Any]:
        """For another process."""
        return {**asdict(self), "data": None if self.data is None else str(self.data)}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Settings:
        """As `as_json` gave it."""
        return cls(**{**saved, "data": None if saved["data"] is None else Path(saved["data"])})


Measure = Callable[[Settings], Iterator[Table]]
