"""Any-to-3D retrieval: ``retriever.open(folder).search(text="a chair")``.

Heavy imports (torch, faiss, duckdb, trimesh) happen inside the modules that need them, at first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retriever.errors import RetrieverError
from retriever.types import Hit, Modality, Term

if TYPE_CHECKING:
    from retriever.index import Index, open  # noqa: A004 - retriever.open reads as it should
    from retriever.query.hits import Hits

__version__ = "0.1.0"
__all__ = ["Hit", "Hits", "Index", "Modality", "RetrieverError", "Term", "open"]


def __getattr__(name: str) -> Any:
    if name in {"Index", "open"}:
        from retriever import index

        return getattr(index, name)
    if name == "Hits":
        from retriever.query.hits import Hits

        return Hits
    raise AttributeError(f"module 'retriever' has no attribute {name!r}")
