"""Libraries and products that are compared with where they are installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.ann.contenders import BUILD_EFFORT, EFFORTS, LINKS, Contender, Ladder, folder_megabytes
from benchmarks.ann.data import K, Material
from retriever.types import Vectors


class Hnswlib(Contender):
    """The graph library of its paper's authors, float32."""

    name = "hnswlib"
    package = "hnswlib"

    def build(self, material: Material) -> None:
        """Adds all with every core."""
        import hnswlib

        self._index = hnswlib.Index("ip", material.base.shape[1])
        self._index.init_index(len(material.base), M=LINKS, ef_construction=BUILD_EFFORT)
        self._index.add_items(material.base)

    def search(self, queries: Vectors, kind: str, knob: int) -> Any:
        """Row numbers."""
        self._index.set_ef(knob)
        return self._index.knn_query(queries, K)[0]

    def threads(self, count: int) -> None:
        """Its own."""
        self._index.set_num_threads(count)

    def megabytes(self) -> tuple[float, float]:
        """What it writes is what it holds."""
        return self._index.index_file_size() / 1e6, 0.0


class Usearch(Contender):
    """Usearch with the number format that it takes by itself."""

    name = "usearch"
    package = "usearch"
    _threads = 0

    def build(self, material: Material) -> None:
        """Adds all with every core."""
        from usearch.index import Index

        dim = material.base.shape[1]
        self._index = Index(ndim=dim, metric="ip", connectivity=LINKS, expansion_add=BUILD_EFFORT)
        self._index.add(np.arange(len(material.base)), material.base)

    def search(self, queries: Vectors, kind: str, knob: int) -> Any:
        """Matches."""
        self._index.expansion_search = knob
        return self._index.search(queries, K, threads=self._threads)

    def rows(self, found: Any) -> NDArray[np.int64]:
        """Of one query or several."""
        return np.atleast_2d(found.keys.astype(np.int64))

    def threads(self, count: int) -> None:
        """Told with each search."""
        self._threads = count

    def megabytes(self) -> tuple[float, float]:
        """What it would write; it holds some more, as it grows by doubling."""
        return self._index.serialized_length / 1e6, 0.0


class Lance(Contender):
    """LanceDB's graphs over eight-bit vectors in inverted lists, with its default build."""

    name = "LanceDB IVF_HNSW_SQ"
    package = "lancedb"

    def build(self, material: Material, **columns: pa.Array) -> None:
        """A table of row numbers, vectors and any other columns."""
        import lancedb

        table = vector_table(material.base, **columns)
        self.table = lancedb.connect(self.folder).create_table("items", table)
        self.table.create_index(metric="dot", index_type="IVF_HNSW_SQ")

    def search(self, queries: Vectors, kind: str, knob: tuple[int, int], where: str | None = None) -> Any:
        """A table of query and row number."""
        query = self.table.search(queries if len(queries) > 1 else queries[0]).limit(K)
        if where:
            query = query.where(where, prefilter=True)
        return query.nprobes(20).ef(knob[0]).refine_factor(knob[1]).select(["row", "_distance"]).to_arrow()

    def rows(self, found: Any) -> NDArray[np.int64]:
        """Short answers are filled up with -1."""
        rows = found.column("row").to_numpy()
        names = found.column_names
        owners = found.column("query_index").to_numpy() if "query_index" in names else np.zeros(len(rows), np.int64)
        out = np.full((int(owners.max(initial=0)) + 1, K), -1, np.int64)
        for owner in np.unique(owners):
            mine = rows[owners == owner]
            out[owner, : len(mine)] = mine
        return out

    def ladders(self) -> Sequence[Ladder]:
        """For each depth of re-ranking."""
        return [[(max(effort, K * refine), refine) for effort in EFFORTS[::2]] for refine in (1, 2, 5)]

    def describe(self, kind: str, knob: tuple[int, int]) -> str:
        """Effort and re-ranking."""
        return f"ef {knob[0]}, refine {knob[1]}"

    def threads(self, count: int) -> None:
        """It cannot be told."""

    def megabytes(self) -> tuple[float, float]:
        """What it holds in memory is not known."""
        return float("nan"), folder_megabytes(self.folder)


class Chroma(Contender):
    """Chroma with its store on disk."""

    name = "Chroma"
    package = "chromadb"
    _effort = 0

    def build(self, material: Material) -> None:
        """Adds all in the largest batches that it takes."""
        graph = {"space": "ip", "max_neighbors": LINKS, "ef_construction": BUILD_EFFORT}
        client = self._client()
        self._items = client.create_collection("items", configuration={"hnsw": graph}, embedding_function=None)
        step = min(5000, client.get_max_batch_size())
        for start in range(0, len(material.base), step):
            block = material.base[start : start + step]
            self._items.add([str(row) for row in range(start, start + len(block))], embeddings=block)

    def search(self, queries: Vectors, kind: str, knob: int) -> Any:
        """Ids; another effort counts from the next opening on."""
        if knob != self._effort:
            self._items.modify(configuration={"hnsw": {"ef_search": knob}})
            self._items = self._client().get_collection("items", embedding_function=None)
            self._effort = knob
        return self._items.query(query_embeddings=queries, n_results=K, include=[])["ids"]

    def rows(self, found: Any) -> NDArray[np.int64]:
        """Ids are row numbers in words; short answers are filled up with -1."""
        return np.array([[*map(int, ids), *[-1] * (K - len(ids))] for ids in found], np.int64)

    def threads(self, count: int) -> None:
        """It cannot be told."""

    def megabytes(self) -> tuple[float, float]:
        """What it holds in memory is not known."""
        return float("nan"), folder_megabytes(self.folder)

    def _client(self) -> Any:
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.config import Settings

        SharedSystemClient.clear_system_cache()
        return chromadb.PersistentClient(str(self.folder), Settings(anonymized_telemetry=False))


def vector_table(vectors: Vectors, **columns: pa.Array) -> pa.Table:
    """Row numbers, vectors and any other columns."""
    flat = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), vectors.shape[1])
    return pa.table({"row": np.arange(len(vectors)), "vector": flat, **columns})
