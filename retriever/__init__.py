"""Any-to-3D retrieval: ``retriever.open(folder).search(text="a chair")``.

The public names are imported when they are first asked for, and heavy libraries (torch, faiss, duckdb, trimesh) only
where they are used: ``import retriever`` itself costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from retriever.errors import RetrieverError

if TYPE_CHECKING:
    from retriever.index import Index, open
    from retriever.query.hit import Hit
    from retriever.query.hits import Hits
    from retriever.query.term import Term
    from retriever.types import Modality

__version__ = "0.1.0"
__all__ = ["Hit", "Hits", "Index", "Modality", "RetrieverError", "Term", "open"]

_HOME = {
    "Hit": "retriever.query.hit",
    "Hits": "retriever.query.hits",
    "Index": "retriever.index",
    "Modality": "retriever.types",
    "Term": "retriever.query.term",
    "open": "retriever.index",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'retriever' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
