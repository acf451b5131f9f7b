"""What is compared: each builds an index of all vectors and searches it at a parameter that trades recall for time.

Graphs have M 32 (64 links on the lowest level) and are built with an effort of 100, as far as they can be told.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.ann.data import PAIRS, K, Material
from retriever.ann.base import Rows, RowSet
from retriever.ann.exact import ExactSearch
from retriever.ann.files import AnnFile, Part, Tuned, tuned_for
from retriever.ann.ivf_pq import IvfPqSearch
from retriever.ann.numbering import Numbering
from retriever.ann.plan import Effort, IvfPq, plan
from retriever.ann.wheels import load
from retriever.types import Vectors

LINKS, BUILD_EFFORT = 32, 100
"""M and efConstruction of graphs."""
EFFORTS = (10, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536)
TARGETS = (0.95, 0.99)
"""Recalls that are wanted."""

Ladder = Sequence[Any]
"""Parameters by rising effort."""


class Contender(ABC):
    """One way to search.

    Args:
        folder: where it may put files; there is nothing in it.
    """

    name: str
    package = "faiss"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def installed(cls) -> bool:
        """Whether its package is here."""
        return find_spec(cls.package) is not None

    @abstractmethod
    def build(self, material: Material) -> None:
        """Makes the index; the queries are only for tuning."""

    @abstractmethod
    def search(self, queries: Vectors, kind: str, knob: Any) -> Any:
        """The `K` nearest of each query of a kind, in whatever form it gives them."""

    @abstractmethod
    def megabytes(self) -> tuple[float, float]:
        """10^6 bytes held in memory, and in files that are read in place."""

    def rows(self, found: Any) -> NDArray[np.int64]:
        """(q, K) row numbers of what `search` gave; -1 for none."""
        rows: NDArray[np.int64] = np.asarray(found, np.int64)
        return rows

    def ladders(self) -> Sequence[Ladder]:
        """What to try: the least of each that finds enough, and of those the quickest."""
        return [EFFORTS]

    def describe(self, kind: str, knob: Any) -> str:
        """The parameter in words."""
        return f"ef {knob}"

    def threads(self, count: int) -> None:
        """How many the next searches may use, where that can be told."""
        load().omp_set_num_threads(count)


class Hnsw(Contender):
    """FAISS's graph over float32 vectors, which everything is compared with."""

    name = "FAISS HNSW32"

    def build(self, material: Material) -> None:
        """Adds all with every core."""
        faiss = load()
        self._index = faiss.IndexHNSWFlat(material.base.shape[1], LINKS, faiss.METRIC_INNER_PRODUCT)
        self._index.hnsw.efConstruction = BUILD_EFFORT
        self._index.add(material.base)

    def search(self, queries: Vectors, kind: str, knob: int) -> Any:
        """Row numbers."""
        self._index.hnsw.efSearch = knob
        return self._index.search(queries, K)[1]

    def megabytes(self) -> tuple[float, float]:
        """Vectors and links."""
        links = self._index.hnsw.neighbors.size() * 4 + self._index.ntotal * 12
        return (self._index.ntotal * self._index.d * 4 + links) / 1e6, 0.0


class IvfRefined(Contender):
    """FAISS's inverted file of four-bit codes over the vectors as they are, re-ranked by a float32 copy."""

    name = "FAISS IVF1024,PQ96x4fs,Refine"

    def build(self, material: Material) -> None:
        """Trains on what faiss chooses."""
        faiss = load()
        rows, dim = material.base.shape
        lists = min(1024, rows // 40)
        self._base = faiss.index_factory(dim, f"IVF{lists},PQ{min(96, dim // 4)}x4fs", faiss.METRIC_INNER_PRODUCT)
        self._index = faiss.IndexRefineFlat(self._base)
        self._index.train(material.base)
        self._index.add(material.base)

    def search(self, queries: Vectors, kind: str, knob: tuple[int, int]) -> Any:
        """Row numbers."""
        faiss = load()
        inner = faiss.SearchParametersIVF(nprobe=knob[0])
        how = faiss.IndexRefineSearchParameters(k_factor=knob[1], base_index_params=inner)
        return self._index.search(queries, K, params=how)[1]

    def ladders(self) -> Sequence[Ladder]:
        """Deeper shortlists, for each number of lists."""
        probes = [count for count in (16, 32, 64, 128, 192, 256, 512) if count < self._base.nlist] + [self._base.nlist]
        return [[(count, factor) for factor in (3, 5, 10, 20, 40, 80, 160)] for count in probes]

    def describe(self, kind: str, knob: tuple[int, int]) -> str:
        """Lists and shortlist."""
        return f"nprobe {knob[0]}, k_factor {knob[1]}"

    def megabytes(self) -> tuple[float, float]:
        """Codes, centroids and vectors."""
        faiss = load()
        copies = self._index.ntotal * self._index.d * 4
        return (faiss.serialize_index(self._base).nbytes + copies) / 1e6, 0.0


class Ours(Contender):
    """The approximate search of this project, over one block of vectors."""

    name = "retriever"

    def build(self, material: Material) -> None:
        """Trains, and tunes for `TARGETS`; of its own plan it only takes the sizes."""
        from indexer.ann.train import train

        count, dim = material.base.shape
        self._material, self._every = material, RowSet(np.ones(count, np.bool_))
        recipe = plan(max(count, 50_000), dim, device="cpu")
        assert recipe.sizes
        sizes = IvfPq(min(recipe.sizes.lists, max(4, count // 40)), recipe.sizes.dims)
        self.trained = train(Rows([material.base], dim), self._every, np.arange(count), sizes)
        self.parts = {TARGETS[-1]: self._part(TARGETS[-1])}

    def search(self, queries: Vectors, kind: str, knob: float) -> Any:
        """Row numbers."""
        return self._searches[knob].search(queries, K, None, (PAIRS[kind],))[1]

    def ladders(self) -> Sequence[Ladder]:
        """Recalls that it is told to reach."""
        for wanted in TARGETS:
            self.parts.setdefault(wanted, self._part(wanted))
        self._searches = {wanted: self.opened(wanted) for wanted in self.parts}
        return [TARGETS]

    def effort(self, kind: str, knob: float) -> Effort:
        """What it searches with."""
        return tuned_for(self.parts[knob], (PAIRS[kind],), 1.0).effort

    def describe(self, kind: str, knob: float) -> str:
        """Lists and shortlist."""
        effort = self.effort(kind, knob)
        return f"probes {effort.probes}, pool {effort.pool}" if effort.probes else "exact"

    def megabytes(self) -> tuple[float, float]:
        """Codes, row numbers, lists and projection; the vectors stay in the index folder."""
        base = self._material.base
        return self.trained.sizes.bytes(*base.shape) / 1e6, base.nbytes / 1e6

    def _part(self, wanted: float) -> Part:
        from indexer.ann.tune import tune

        base, (count, dim) = self._material.base, self._material.base.shape
        queries = {PAIRS[kind]: each for kind, each in self._material.tuning.items()}
        exact, numbering = ExactSearch([base], dim), Numbering.of([("0", count)], {"0": 0})
        tuned: tuple[Tuned, ...] = tune(self.trained, self._every, numbering, exact, queries, wanted, dim)
        return Part("shape", count, self.trained.sizes, {}, tuned)

    def opened(self, wanted: float, how: type[IvfPqSearch] = IvfPqSearch) -> IvfPqSearch:
        """A search that is told to reach a recall, of `TARGETS`."""
        base, (count, dim) = self._material.base, self._material.base.shape
        file = AnnFile(self.folder, 0.0, None, (("0", count),), (self.parts[wanted],))
        numbering = Numbering.of(file.segments, {"0": 0})
        return how([base], dim, file, [self.trained], numbering, [self._every.mask])


def folder_megabytes(folder: Path) -> float:
    """10^6 bytes of the files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
