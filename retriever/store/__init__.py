"""The index folder, as readers see it."""

from retriever.store import versions
from retriever.store.failures import Failure, read_failures
from retriever.store.ids import item_id
from retriever.store.layout import find, holds_index, is_index
from retriever.store.manifest import Manifest
from retriever.store.snapshot import Snapshot

__all__ = ["Failure", "Manifest", "Snapshot", "find", "holds_index", "is_index", "item_id", "read_failures", "versions"]
