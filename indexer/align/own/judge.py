"""How good a tower is on held-out examples of a user's own: the measures of the curve and of the summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the name everybody uses

from retriever import metrics

SCALE = 30.0
"""Inverse temperature at which the loss is looked at: that of training."""


@dataclass(frozen=True)
class Judge:
    """n held-out examples, each with the phrase that is its name: its label, or its first caption.

    Attributes:
        kind: what they are called in the measures: "3d", "image" or "audio".
        wanted: (n,) index of each one's name among the phrases.
        names: (c,) indices of the phrases that are told apart: every label, and the names of the n.
    """

    kind: str
    wanted: NDArray[np.int64]
    names: NDArray[np.int64]

    @classmethod
    def of(cls, kind: str, wanted: Sequence[int], labels: Sequence[int]) -> Judge:
        """`labels` are the indices of all labels, those of training examples among them."""
        return cls(kind, np.array(wanted, np.int64), np.unique([*labels, *wanted]).astype(np.int64))

    def measures(self, vectors: Tensor, phrase_vectors: Tensor) -> dict[str, float]:
        """Of (n, d) unit vectors of the examples.

        Returns:
            loss: mean cross-entropy of the right name, against all names.
            top1: share whose nearest name is the right one (zero-shot classification).
            text_to_KIND_map: mean average precision of a name as the query, over the n.
            KIND_to_KIND_map: likewise of an example as the query, itself left out.
            The last is left out where no two share a name; all of them where n is 0.
        """
        return {name: float(values.mean()) for name, values in self.values(vectors, phrase_vectors).items()}

    def values(self, vectors: Tensor, phrase_vectors: Tensor) -> dict[str, metrics.Values]:
        """As `measures`, one value a query: an example, or a name of text_to_KIND_map."""
        if not len(self.wanted):
            return {}
        scores = (vectors.cpu() @ phrase_vectors.cpu()[self.names].T).float()
        relevant = self.wanted[:, None] == self.names
        right = torch.from_numpy(relevant.argmax(axis=1))
        to_text, _ = metrics.judge(scores.numpy(), relevant)
        from_text, _ = metrics.judge(scores.numpy().T, relevant.T)
        measured = {
            "loss": F.cross_entropy(SCALE * scores, right, reduction="none").double().numpy(),
            "top1": metrics.hit_at(to_text, 1),
            f"text_to_{self.kind}_map": metrics.average_precision(from_text),
        }
        itself = np.eye(len(self.wanted), dtype=np.bool_)
        same = (self.wanted[:, None] == self.wanted) & ~itself
        if same.any():
            among, _ = metrics.judge((vectors.cpu() @ vectors.cpu().T).float().numpy(), same, itself)
            measured[f"{self.kind}_to_{self.kind}_map"] = metrics.average_precision(among)
        return measured
