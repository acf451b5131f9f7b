"""The words of a user's examples: each phrase once, and which of them are whose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.align.own.judge import Judge
from indexer.align.own.reading import Example


@dataclass(frozen=True)
class Words:
    """Phrases of n examples.

    Attributes:
        phrases: every one once.
        of_each: n tuples of indices into `phrases`, an example's name first.
        labels: indices of the labels among them.
    """

    phrases: list[str]
    of_each: list[tuple[int, ...]]
    labels: tuple[int, ...]

    @classmethod
    def of(cls, examples: Sequence[Example], others: Sequence[Example] = ()) -> Words:
        """The labels and captions of the examples, and the labels of others, which are told apart with them."""
        places: dict[str, int] = {}
        of_each = [tuple(places.setdefault(p, len(places)) for p in each.pair.phrases) for each in examples]
        labels = {places.setdefault(each.pair.label, len(places)) for each in (*examples, *others) if each.pair.label}
        return cls(list(places), of_each, tuple(sorted(labels)))

    def judge(self, kind: str, held_out: NDArray[np.bool_]) -> Judge:
        """What measures a tower on the held-out examples."""
        return Judge.of(kind, [self.of_each[i][0] for i in np.flatnonzero(held_out)], self.labels)
