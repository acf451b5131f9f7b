"""Pictures as training examples: which are drawn how often, how they are varied, and how a tower is judged on them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from indexer.align.draws import CaptionDeck, Deck, Widen, generator_of, widened
from indexer.align.loop import Drawn
from indexer.align.pictures.augment import Augmentation, augment, plain
from indexer.align.pictures.pack import Pack
from retriever import metrics

MIXTURE = {"photo": 0.45, "render": 0.3, "parametric": 0.25}
"""Share of each kind of picture in what is drawn."""

_JUDGED = 800  # pictures of a kind: enough for a curve, quick enough to be looked at often


class PictureExamples:
    """`indexer.align.loop.Examples` of pictures.

    Args:
        pack: what to draw from.
        side: edge length of validation pictures; those drawn are between two thirds of it and all of it, a batch
            of one size, which is cheaper and no worse (Touvron et al. 2019, arXiv 1906.06423).
        augmentation: how each draw is varied.
        mixture: kind of picture -> its share of the draws.
        widen: captions of one picture -> those and more, synonyms and hypernyms say.
        own: chance that a picture's caption is one of its own and not one of the added.
        shows: (n,) which companion each picture of the pack shows, -1 for none.
        device: where pictures are varied; on a GPU, all of them are kept in its memory.
    """

    def __init__(
        self,
        pack: Pack,
        side: int,
        *,
        augmentation: Augmentation | None = None,
        mixture: Mapping[str, float] | None = None,
        widen: Widen = tuple,
        own: float = 0.7,
        shows: NDArray[np.int64] | None = None,
        device: str = "cpu",
    ) -> None:
        self.pack, self._side, self._shows, self._device = pack, side, shows, device
        self._resident = None if device == "cpu" else torch.from_numpy(np.asarray(pack.pixels)).to(device)
        self._augmentation = augmentation or Augmentation()
        self.phrases, self._captions, added = widened(pack.captions, widen)
        # The first, which is the name, is drawn as often as all the others together.
        self._deck = CaptionDeck(self._captions, added, chance=own, first=0.5)
        self._rows = Deck(_drawing_chances(pack, mixture or MIXTURE))

    def draw(self, rng: np.random.Generator, count: int) -> Drawn:
        """(count, s, s, 3) bytes of training pictures, varied; a caption of each, and the shape that it shows."""
        rows = self._rows.draw(rng, count)
        captions = self._deck.draw(rng, rows)
        side = int(rng.integers(self._side * 2 // 3 // 8, self._side // 8 + 1)) * 8
        generator = generator_of(rng, self._device)
        shown = None if self._shows is None else self._shows[rows]
        return Drawn((augment(self._pixels(rows), side, self._augmentation, generator),), captions, shown)

    def _pixels(self, rows: NDArray[np.int64]) -> Tensor:
        """(b, s, s, 4) bytes of some pictures of the pack."""
        if self._resident is not None:
            return self._resident[torch.from_numpy(rows).to(self._device)]
        return torch.from_numpy(np.stack([self.pack.pixels[row] for row in rows]))

    @torch.inference_mode()
    def validate(self, tower: nn.Module, phrase_vectors: Tensor) -> dict[str, float]:
        """Top-1 and top-5 over held-out pictures' names, and picture -> text mAP, each kind of picture apart."""
        measured = {}
        for kind in sorted(set(self.pack.kinds)):
            rows = self._held_out(kind)
            if len(rows):
                vectors = self._vectors(tower, rows, phrase_vectors.device.type)
                for measure, value in self._measures(vectors, rows, phrase_vectors.cpu()).items():
                    measured[f"{kind}_{measure}"] = value
        return measured

    def _held_out(self, kind: str) -> NDArray[np.int64]:
        """A fixed choice of them, the same number of each group where several pictures show one shape."""
        rows = np.array([i for i in np.flatnonzero(self.pack.held_out) if self.pack.kinds[i] == kind], np.int64)
        return np.random.default_rng(0).permutation(rows)[:_JUDGED]

    def _vectors(self, tower: nn.Module, rows: NDArray[np.int64], device: str) -> Tensor:
        vectors = []
        for part in np.array_split(rows, -(-len(rows) // 64)):
            vectors.append(tower(plain(self._pixels(part), self._side).to(device)).float().cpu())
        return torch.cat(vectors)

    def _measures(self, vectors: Tensor, rows: NDArray[np.int64], phrase_vectors: Tensor) -> dict[str, float]:
        own = [self._captions[row] for row in rows]
        names = sorted({captions[0] for captions in own})
        relevant = np.array([[name in captions for name in names] for captions in own])
        scores = (vectors @ phrase_vectors[names].T).numpy()
        judged, _ = metrics.judge(scores, relevant)
        return {
            "top1": float(metrics.hit_at(judged, 1).mean()),
            "top5": float(metrics.hit_at(judged, 5).mean()),
            "to_text_map": float(metrics.average_precision(judged).mean()),
        }


def _drawing_chances(pack: Pack, mixture: Mapping[str, float]) -> NDArray[np.float64]:
    """(n,) chance of each picture: kinds by `mixture`, within a kind frequent names damped by a square root."""
    kinds = np.array(pack.kinds)
    names, which = np.unique([captions[0] for captions in pack.captions], return_inverse=True)
    chances = np.zeros(len(kinds))
    for kind in sorted(set(pack.kinds)):
        inside = np.flatnonzero((kinds == kind) & ~pack.held_out)
        count = np.bincount(which[inside], minlength=len(names))
        weight = 1 / np.sqrt(count[which[inside]])
        if len(inside):
            chances[inside] = mixture.get(kind, 0.0) * weight / weight.sum()
    return chances / chances.sum()
