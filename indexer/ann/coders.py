"""Projected vectors -> inverted lists of four-bit codes: by faiss on the CPU, or with torch finding the lists on a GPU.

Both give the same kind of index. To find the lists takes rows x lists x dimensions products, and to learn them as many
again for every pass over the sample: for millions of rows that is most of a build's arithmetic. Codes cost little
beside it and are always made by faiss, so that a GPU build of faiss is not needed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retriever.ann.plan import IvfPq
from retriever.ann.wheels import driver, load
from retriever.devices import check_device, torch_device
from retriever.types import Vectors

if TYPE_CHECKING:
    from torch import Tensor

PASSES = 10
"""Over the sample, to learn lists; as many as faiss makes for an inverted file."""

PRODUCTS = 2**25
"""Of vectors and lists at once: 128 MiB."""


def building_device(name: str) -> str:
    """What builds, "cpu" or "cuda", for one of `retriever.devices.DEVICES`; torch is not imported without a driver."""
    check_device(name)
    return torch_device(name) if name == "cuda" or (name == "auto" and driver()) else "cpu"


class Coder(ABC):
    """Makes the inverted lists of one part.

    Args:
        sample: (n, d) float32 vectors to learn from, centred.
        projection: (d, dims) float32.
        sizes: as planned.
        seed: of what is random.
    """

    def __init__(self, sample: Vectors, projection: NDArray[np.float32], sizes: IvfPq, seed: int) -> None:
        self._faiss = load()
        self._lists, self._dims = sizes.lists, projection.shape[1]
        self._quantizer = self._faiss.IndexFlatL2(self._dims)
        self._learn(sample, projection, seed)

    @abstractmethod
    def add(self, vectors: Vectors, ids: NDArray[np.int64]) -> None:
        """Puts (n, d) centred vectors in."""

    @abstractmethod
    def _learn(self, sample: Vectors, projection: NDArray[np.float32], seed: int) -> None:
        """Fills the quantizer with the centres of the lists, and learns the codes."""

    @abstractmethod
    def _scanned(self) -> Any:
        """All that was added, as ``faiss.IndexIVFPQFastScan``."""

    def finished(self) -> Any:
        """All that was added, as ``faiss.IndexIVFPQFastScan`` whose lists are found by inner product.

        The lists were made by distance; they are looked into by product, which is what is searched for.
        """
        index, by_product = self._scanned(), self._faiss.IndexFlatIP(self._dims)
        by_product.add(self._quantizer.reconstruct_n(0, self._lists))
        index.quantizer = by_product
        # faiss points to them, Python must not let them go.
        index.referenced_objects = [self._quantizer, by_product]
        return index

    def _empty(self, kind: Any, *more: int) -> Any:
        index = kind(self._quantizer, self._dims, self._lists, self._dims, *more, self._faiss.METRIC_INNER_PRODUCT)
        index.by_residual = False  # one table of products a query serves all lists
        return index


class FaissCoder(Coder):
    """All of it by faiss."""

    def _learn(self, sample: Vectors, projection: NDArray[np.float32], seed: int) -> None:
        self._projection = projection
        self._index = self._empty(self._faiss.IndexIVFPQFastScan, 4)
        self._index.cp.seed = seed + 1
        self._index.train(sample @ projection)

    def add(self, vectors: Vectors, ids: NDArray[np.int64]) -> None:
        """See `Coder.add`."""
        self._index.add_with_ids(vectors @ self._projection, ids)

    def _scanned(self) -> Any:
        return self._index


class TorchCoder(Coder):
    """Projects, learns lists and finds them by torch; sums on a GPU differ in their last bits from run to run.

    Args:
        sample: as for `Coder`, and so are projection, sizes and seed.
        projection: see there.
        sizes: see there.
        seed: see there.
        device: of torch.
    """

    def __init__(
        self, sample: Vectors, projection: NDArray[np.float32], sizes: IvfPq, seed: int, device: str = "cuda"
    ) -> None:
        self._device = device
        super().__init__(sample, projection, sizes, seed)

    def _learn(self, sample: Vectors, projection: NDArray[np.float32], seed: int) -> None:
        import torch

        self._projection = torch.from_numpy(projection).to(self._device)
        projected = self._projected(sample)
        self._centres = _means(projected, self._lists, torch.Generator().manual_seed(seed + 1))
        self._quantizer.add(self._centres.cpu().numpy())
        self._index = self._empty(self._faiss.IndexIVFPQ, 4)
        self._index.train(projected.cpu().numpy())  # of the codes alone, as the lists are there

    def add(self, vectors: Vectors, ids: NDArray[np.int64]) -> None:
        """See `Coder.add`."""
        projected = self._projected(vectors)
        lists, short = _nearest(projected, self._centres).cpu().numpy(), projected.cpu().numpy()
        ids = np.ascontiguousarray(ids, np.int64)
        self._index.add_core(len(ids), *map(self._faiss.swig_ptr, (short, ids, lists)))

    def _scanned(self) -> Any:
        return self._faiss.IndexIVFPQFastScan(self._index)  # given lists, it stores other codes than it should itself

    def _projected(self, vectors: Vectors) -> Tensor:
        import torch

        return torch.from_numpy(np.ascontiguousarray(vectors)).to(self._device) @ self._projection


def _means(vectors: Tensor, count: int, generator: Any) -> Tensor:
    """(count, dims) centres of clusters (Lloyd, IEEE Trans. Inf. Theory 1982) of (n, dims) vectors; n >= count."""
    import torch

    centres = vectors[torch.randperm(len(vectors), generator=generator)[:count].to(vectors.device)].clone()
    for _ in range(PASSES):
        nearest = _nearest(vectors, centres)
        sizes = torch.bincount(nearest, minlength=count)
        sums = torch.zeros_like(centres).index_add_(0, nearest, vectors)
        centres = torch.where(sizes[:, None] > 0, sums / sizes[:, None].clamp(min=1), centres)
        _part_largest(centres, sizes)
    return centres


def _part_largest(centres: Tensor, sizes: Tensor) -> None:
    """Moves each centre without vectors beside one of those that have most, to halve what is there."""
    empty = (sizes == 0).nonzero()[:, 0]
    largest = sizes.topk(len(empty)).indices
    centres[empty] = centres[largest] * (1 + 2**-10)
    centres[largest] *= 1 - 2**-10


def _nearest(vectors: Tensor, centres: Tensor) -> Tensor:
    """(n,) int64 number of the nearest centre of each."""
    import torch

    halves = (centres * centres).sum(1) / 2
    nearest = torch.empty(len(vectors), dtype=torch.int64, device=vectors.device)
    step = max(1, PRODUCTS // len(centres))
    for start in range(0, len(vectors), step):
        some = slice(start, start + step)
        nearest[some] = torch.addmm(halves, vectors[some], centres.T, beta=-1).argmax(1)
    return nearest
