"""The last step of a text tower: a little of where the shapes lie that are called so.

A frozen hub knows words, and no shapes: towers are bound to it, but what they learnt of one name reaches another only
as far as the hub has it so. So names are kept with the place of the training shapes that bear them, and the vector of
a text is moved towards what is expected of it: the mean of these places, weighted by how near the text is to each
name. It is the key-value cache of Tip-Adapter (Zhang et al. 2022, arXiv 2111.03930) with words as keys, read by a query
of words; the places are prototypes (Snell et al. 2017, arXiv 1703.05175). `indexer.align.prototypes` makes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retriever.files import whole_file
from retriever.spaces.minilm import MiniLM
from retriever.types import Modality, Payload, Vectors

SCALE = 30.0
"""Inverse temperature of the contrast with captions, in training and afterwards (`indexer.align.loop.Recipe.scale`)."""

PULL = 0.5
"""How much of what is expected is added to a text's own vector; less where many names are as near."""


@dataclass(frozen=True, eq=False)
class Prototypes:
    """Where n names lie, in the hub and among shapes.

    Attributes:
        captions: (n, d) float32 unit vectors of the names in the hub.
        places: (n, d) float32 unit vectors, means over the shapes that are called so.
    """

    captions: Vectors
    places: Vectors

    def moved(self, vectors: Vectors) -> Vectors:
        """(m, d) unit vectors in the hub -> (m, d) unit vectors, moved towards what is expected of them."""
        logits = SCALE * (vectors @ self.captions.T)
        likely = np.exp(logits - logits.max(axis=1, keepdims=True))
        likely /= likely.sum(axis=1, keepdims=True)
        found = vectors + PULL * (likely @ self.places)  # shorter, the more names are likely
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)

    @classmethod
    def read(cls, path: Path) -> Prototypes:
        """Those that `write` wrote.

        Raises:
            SafetensorError, KeyError: the file is damaged, or another one.
        """
        from safetensors.numpy import load_file

        arrays = load_file(path)
        return cls(arrays["captions"].astype(np.float32), arrays["places"].astype(np.float32))

    def write(self, path: Path) -> None:
        """Keeps them in half precision."""
        from safetensors.numpy import save

        arrays = {"captions": self.captions, "places": self.places}
        with whole_file(path) as file:
            file.write(save({name: np.ascontiguousarray(array, np.float16) for name, array in arrays.items()}))


class PlacedTexts:
    """Encoder of texts: the hub's vectors, moved by prototypes."""

    modality = Modality.TEXT
    batch = MiniLM.batch

    def __init__(self, prototypes: Prototypes) -> None:
        self._hub = MiniLM()
        self._prototypes = prototypes

    def encode(self, payloads: Sequence[Payload]) -> Vectors:
        """(n, 384) float32 unit vectors of `Text` payloads."""
        return self._prototypes.moved(self._hub.encode(payloads))
