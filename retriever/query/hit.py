"""`Hit`: one answer to a query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retriever.errors import UsageError
from retriever.types import Modality

if TYPE_CHECKING:
    from retriever.query.explain import Explanation


@dataclass(frozen=True)
class Hit:
    """One answer.

    Attributes:
        rank: from 1.
        score: cosine with the composed query, -1..1, higher is better.
        id: stable over re-indexing.
        path: relative to the corpus root it was indexed from, "/" between parts.
        root: absolute path of that root.
        shares: what each term of the query adds to `score`; they sum to it.
        metadata: the item's other columns (caption, vertices, ...), read when first looked at.
        fused: the number by which it was ranked, higher is better, where that is not `score`; else None.
        confidence: probability, 0..1, that it is what was asked for, where the index is calibrated; else None.
        repeats: near-duplicates that were folded away under it.
    """

    rank: int
    score: float
    id: str
    path: str
    root: str
    modality: Modality
    label: str | None
    shares: tuple[float, ...]
    metadata: dict[str, object]
    fused: float | None = None
    confidence: float | None = None
    repeats: int = 0

    def __hash__(self) -> int:
        """Of what it shows; of equal hits the same."""
        return hash((self.rank, self.score, self.id, self.root, self.path))

    def __getattr__(self, name: str) -> object:
        """The metadata of a hit that was made by `reading`, the first time."""
        if name != "metadata" or "_read" not in self.__dict__:
            raise AttributeError(f"a hit has no attribute {name!r}")
        object.__setattr__(self, "metadata", self.__dict__["_read"]())
        return self.metadata

    def __getstate__(self) -> dict[str, object]:
        """Plain data: what is sent to another process needs no index there."""
        kept = {name: value for name, value in self.__dict__.items() if name not in ("_read", "_why")}
        return {**kept, "metadata": self.metadata}

    @classmethod
    def reading(
        cls, metadata: Callable[[], dict[str, object]], why: Callable[[], Explanation], **others: object
    ) -> Hit:
        """A hit whose metadata and explanation are read when they are first looked at.

        Args:
            metadata: reads them.
            why: explains it.
            others: the other attributes.
        """
        hit = object.__new__(cls)
        hit.__dict__.update(others, _read=metadata, _why=why)
        return hit

    @property
    def explanation(self) -> Explanation:
        """Why it is a hit.

        Raises:
            UsageError: it was made without an index, or sent here by another process.
        """
        if "_why" not in self.__dict__:
            raise UsageError("This hit cannot be explained without its index; ask where that is open.")
        why: Callable[[], Explanation] = self.__dict__["_why"]
        return why()

    @property
    def file(self) -> Path:
        """Where the file lies now, if the corpus was not moved; in a zip archive the path goes on through that."""
        return Path(self.root) / self.path
